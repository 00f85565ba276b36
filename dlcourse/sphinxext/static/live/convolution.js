/* Edit a kernel, padding, stride and dilation over a photograph or a digit of your own; point at a
   unit of the map and see what it sees. Data: photo (H, W) uint8, kernels {name: (h, w)}. */
(function () {
  "use strict";
  const T = dlcourse.tensor;

  /* The map (h, w) of an image (H, W) after as many equal layers as asked for. */
  function map(image, kernel, options) {
    let x = T.reshape(image, [1].concat(image.shape));
    const weight = T.reshape(kernel, [1, 1].concat(kernel.shape));
    for (let layer = 0; layer < options.layers; layer++) {
      x = T.conv2d(x, weight, null, options);
      x = options.relu ? T.relu(x) : x;
    }
    return T.select(x, 0);
  }

  dlcourse.live.compute.convolution = function (inputs) {
    return T.toNested(map(T.from(inputs.image), T.from(inputs.kernel), inputs));
  };

  /* Size, step and first pixel of what a unit sees, along one axis. */
  function field(kernel, o) {
    let size = 1, step = 1, start = 0;
    for (let layer = 0; layer < o.layers; layer++) {
      size += (kernel - 1) * o.dilation * step;
      start -= o.padding * step;
      step *= o.stride;
    }
    return { size: size, step: step, start: start };
  }

  dlcourse.live("convolution", function (root, data, kit) {
    const photo = T.map(T.tensor(Float32Array.from(data.photo.data), data.photo.shape),
      function (v) { return v / 255; });
    const names = Object.keys(data.kernels);

    kit.task("Find a kernel whose map shows the horizontal edges of the photograph, the roofs and " +
      "railings, and is silent along the vertical columns.", function () {
      const k = T.from(kernel.values), h = k.shape[0], w = k.shape[1];
      let across = 0, along = 0;
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          across += Math.abs(k.data[i * w + j] - k.data[i * w + (w - 1 - j)]);
          along += Math.abs(k.data[i * w + j] - k.data[(h - 1 - i) * w + j]);
        }
      }
      return chosen !== "horizontal edges" && Math.abs(T.sum(k)) < 1e-6 && along > 0.5 &&
        across < 1e-6;
    });
    kit.task("Make a map at most half as high and wide as the image whose units see at least " +
      "9 × 9 pixels, with nine weights.", function () {
      const seen = field(kernel.values.length, options());
      return result !== null && kernel.values.length === 3 && seen.size >= 9 &&
        result.shape[0] <= source().shape[0] / 2 && result.shape[0] > 1;
    });

    const image = kit.choice({ label: "Image", value: "photo",
      options: [["photo", "photograph"], ["own", "a digit of your own"]] });
    const preset = kit.choice({ label: "Kernel", value: "vertical edges",
      options: names.map(function (name) { return [name, name]; }) });
    const padding = kit.slider({ label: "Padding", min: 0, max: 4, value: 0 });
    const stride = kit.slider({ label: "Stride", min: 1, max: 4, value: 1 });
    const dilation = kit.slider({ label: "Dilation", min: 1, max: 4, value: 1 });
    const layers = kit.slider({ label: "Layers of it", min: 1, max: 4, value: 1 });
    const relu = kit.toggle({ label: "ReLU", value: false });
    const kernel = kit.matrix({ label: "Weights", into: kit.panel("Kernel"), step: 0.25,
      values: T.toNested(data.kernels["vertical edges"]) });
    const left = kit.panel("Image");
    const right = kit.panel("Its map");
    const line = kit.readout();
    const side = 208;
    let chosen = "vertical edges", unit = null, result = null, fault = "";

    function options() {
      return { padding: padding.value, stride: stride.value, dilation: dilation.value,
        layers: layers.value, relu: relu.value };
    }
    function source() {
      return image.value === "photo" ? photo : painter.image;
    }
    function layout(x) {
      const cell = side / Math.max(x.shape[0], x.shape[1]);
      return { rows: x.shape[0], columns: x.shape[1], size: cell,
        x: (side - cell * x.shape[1]) / 2, y: 0 };
    }
    function window_(context, colors, place) {
      if (!unit || !result) {
        return;
      }
      const o = options(), down = field(kernel.values.length, o);
      const across = field(kernel.values[0].length, o);
      context.strokeStyle = colors.orange;
      context.lineWidth = 2.5;
      context.strokeRect(place.x + (across.start + unit.column * across.step) * place.size,
        place.y + (down.start + unit.row * down.step) * place.size,
        across.size * place.size, down.size * place.size);
    }

    const shown = kit.canvas({
      label: "The photograph; a frame shows what the chosen unit of the map sees.",
      width: side, height: side, into: left,
      draw: function (context, colors) {
        const place = layout(photo);
        kit.paint(context, photo, place.x, place.y, place.size, colors, { photo: true });
        window_(context, colors, place);
      }
    });
    const painter = kit.painter({ label: "Draw a digit: pointer, or arrow keys and space bar",
      size: 28, pixels: side, into: left });
    const clear = kit.button({ label: "Clear", into: left, action: function () {
      painter.clear();
    } });
    // A seven to begin with.
    for (let k = 0; k < 28 * 28; k++) {
      const i = Math.floor(k / 28), j = k % 28;
      const bar = i >= 6 && i <= 8 && j >= 8 && j <= 19;
      const leg = i > 8 && i <= 22 && Math.abs(j - (18.5 - (i - 8) * 0.45)) < 1.4;
      painter.image.data[k] = bar || leg ? 1 : 0;
    }

    const output = kit.canvas({
      label: "The map of the image. Arrow keys choose a unit.",
      width: side, height: side, into: right,
      grid: function () { return result ? layout(result) : layout(photo); },
      onCell: function (row, column) { unit = { row: row, column: column }; },
      describe: function () { return summary(); },
      draw: function (context, colors) {
        if (!result) {
          context.fillStyle = colors.ink;
          context.fillText("—", side / 2, side / 2);
          return;
        }
        const place = layout(result);
        const most = result.data.reduce(function (a, b) { return Math.max(a, Math.abs(b)); }, 0);
        kit.paint(context, result, place.x, place.y, place.size, colors,
          { signed: true, high: most || 1 });
        if (unit) {
          const size = Math.max(place.size, 5);
          context.strokeStyle = colors.ink;
          context.lineWidth = 2;
          context.strokeRect(place.x + unit.column * place.size, place.y + unit.row * place.size,
            size, size);
        }
      }
    });

    function summary() {
      if (!result) {
        return fault;
      }
      const seen = field(kernel.values.length, options()), x = source();
      let text = x.shape.join(" × ") + " → " + result.shape.join(" × ") + "; " +
        kit.t("a unit sees") + " " + seen.size + " × " + seen.size + " " + kit.t("pixels");
      if (unit) {
        text += "; " + kit.t("this one says") + " " +
          result.data[unit.row * result.shape[1] + unit.column].toFixed(2);
      }
      return text + ".";
    }

    kit.onChange(function (from) {
      if (from === preset) {
        kernel.set(T.toNested(data.kernels[preset.value]));
        chosen = preset.value;
      } else if (from === kernel) {
        chosen = "";
      }
      const own = image.value === "own";
      shown.element.hidden = own;
      painter.element.hidden = clear.element.hidden = !own;
      try {
        result = map(source(), T.from(kernel.values), options());
        fault = "";
      } catch (error) {
        result = null;
        fault = kit.t("The window is larger than the image: no place for a unit is left.");
      }
      if (unit && result && (unit.row >= result.shape[0] || unit.column >= result.shape[1])) {
        unit = null;
      }
      line.text = summary();
      if (from !== output) {
        kit.say(summary());
      }
    });
  });
})();
