/* Draw a digit: the trained LeNet answers while you draw, and every feature map is shown.
   Data: net (the state of models.LeNet), digit (28, 28) uint8 to begin with. */
(function () {
  "use strict";
  const T = dlcourse.tensor;

  /* The maps (C, H, W) of both convolutions after the ReLU, and the probabilities (10,). */
  function lenet(image, W) {
    function conv(x, name, padding) {
      return T.relu(T.conv2d(x, W[name + ".weight"], W[name + ".bias"], { padding: padding }));
    }
    function dense(x, name) {
      return T.linear(x, W[name + ".weight"], W[name + ".bias"]);
    }
    const first = conv(T.reshape(image, [1, 28, 28]), "conv1", 2);
    const second = conv(T.maxPool2d(first, 2), "conv2", 0);
    let h = T.reshape(T.maxPool2d(second, 2), [1, 400]);
    h = T.relu(dense(h, "linear1"));
    h = T.relu(dense(h, "linear2"));
    return { first: first, second: second, shares: T.softmax(dense(h, "linear3")) };
  }

  dlcourse.live.compute["lenet-digit"] = function (inputs) {
    const found = lenet(T.from(inputs.image), T.fromDict(inputs.net));
    return { first: T.toNested(found.first), second: T.toNested(found.second),
      shares: T.toNested(found.shares) };
  };

  dlcourse.live("lenet-digit", function (root, data, kit) {
    let found = null, order = [];
    kit.task("Find a drawing that two classes share: the two largest probabilities differ by less " +
      "than 0.1.", function () {
      return T.sum(painter.image) > 15 &&
        found.shares.data[order[0]] - found.shares.data[order[1]] < 0.1;
    });

    const left = kit.panel("Your digit");
    const painter = kit.painter({ label: "Draw a digit: pointer, or arrow keys and space bar",
      size: 28, pixels: 224, into: left });
    painter.set(T.map(T.tensor(Float32Array.from(data.digit.data), data.digit.shape),
      function (v) { return v / 255; }));
    kit.button({ label: "Clear", into: left, action: function () { painter.clear(); } });
    const bars = kit.bars({ label: "Probability of each digit", width: 280, left: 24,
      names: Array.from("0123456789"), into: kit.panel("The answer") });

    /* All maps of a layer in a grid, each as bright as its share of the layer's largest value. */
    function maps(title, label, key, columns, rows, side) {
      const step = side + 4;
      kit.canvas({ label: label, width: columns * step, height: rows * step,
        into: kit.panel(title),
        draw: function (context, colors) {
          if (!found) {
            return;
          }
          const x = found[key];
          const most = x.data.reduce(function (a, b) { return Math.max(a, b); }, 0);
          for (let k = 0; k < x.shape[0]; k++) {
            const across = 2 + (k % columns) * step, down = 2 + Math.floor(k / columns) * step;
            kit.paint(context, T.select(x, k), across, down, side / x.shape[1], colors,
              { high: most || 1 });
            context.strokeStyle = colors.line;
            context.lineWidth = 1;
            context.strokeRect(across - 0.5, down - 0.5, side + 1, side + 1);
          }
        }
      });
    }
    maps("First convolution", "The six maps of the first convolution", "first", 3, 2, 84);
    maps("Second convolution", "The sixteen maps of the second convolution", "second", 4, 4, 60);
    const line = kit.readout();

    kit.onChange(function () {
      found = lenet(painter.image, data.net);
      const shares = found.shares.data;
      order = Array.from(shares.keys()).sort(function (a, b) { return shares[b] - shares[a]; });
      bars.update(shares, order[0]);
      line.text = order.slice(0, 2).map(function (k) {
        return k + ": " + shares[k].toFixed(2);
      }).join(", ");
      kit.say(line.element.textContent);
    });
  });
})();
