/* A walk through the plane of a variational autoencoder's latents: its decoder draws every place.
   Data: decoder (the state of models.VAE(2).decoder), goals (G, 28, 28) uint8, enough: for each goal
   the nats at which it counts as found, nearby (G, 2): a place where it does. */
(function () {
  "use strict";
  const T = dlcourse.tensor, EDGE = 4;

  /* Logits (784) of the pixels at a place z (2). */
  function decode(decoder, z) {
    const hidden = T.relu(T.linear(T.reshape(z, [1, 2]), decoder["0.weight"], decoder["0.bias"]));
    return T.reshape(T.linear(hidden, decoder["2.weight"], decoder["2.bias"]), [784]);
  }
  /* -log p(x | z) in nats of pixels x (784) in 0..1. */
  function nats(logits, x) {
    return T.sum(T.zip(logits, x, function (a, b) {
      return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))) - a * b;
    }));
  }

  dlcourse.live.compute["vae-plane"] = function (inputs) {
    const logits = decode(T.fromDict(inputs.decoder), T.from(inputs.z));
    return { image: T.toNested(T.reshape(T.sigmoid(logits), [28, 28])),
      nats: nats(logits, T.reshape(T.from(inputs.goal), [784])) };
  };

  dlcourse.live("vae-plane", function (root, data, kit) {
    const goals = data.enough.map(function (_, g) {
      return T.scale(T.select(data.goals, g), 1 / 255);
    });
    const found = new Set();
    let logits = null;
    kit.task("Find the place at which the decoder draws the first goal.", function () {
      return found.has(0);
    });
    kit.task("Find the places of all the goals.", function () {
      return found.size === goals.length;
    });

    const goal = kit.choice({ label: "Goal", value: "0", options: goals.map(function (_, g) {
      return [String(g), String(g + 1)];
    }) });
    const show = function (v) { return v.toFixed(2).replace("-", "−"); };
    const sliders = ["First coordinate", "Second coordinate"].map(function (label) {
      return kit.slider({ label: label, min: -EDGE, max: EDGE, step: 0.05, value: 0, format: show });
    });

    /* The plane, 15 × 15 places of it, drawn once. */
    const tiles = 15, side = 300;
    const atlas = T.zeros([28 * tiles, 28 * tiles]);
    for (let row = 0; row < tiles; row++) {
      for (let column = 0; column < tiles; column++) {
        const z = [(column + 0.5) / tiles * 2 * EDGE - EDGE, EDGE - (row + 0.5) / tiles * 2 * EDGE];
        const image = T.sigmoid(decode(data.decoder, T.tensor(Float32Array.from(z), [2])));
        image.data.forEach(function (v, i) {
          const y = 28 * row + Math.floor(i / 28), x = 28 * column + i % 28;
          atlas.data[28 * tiles * y + x] = v;
        });
      }
    }
    function place(x, y) {
      return [x / side * 2 * EDGE - EDGE, EDGE - y / side * 2 * EDGE];
    }
    let byKey = false;  // a pointer that only passes over the plane moves nothing
    const plane = kit.canvas({ label: "The plane of latents, with a cross where you are; click, or move by arrow keys",
      width: side, height: side, into: kit.panel("The plane"),
      grid: function () { return { rows: 60, columns: 60, x: 0, y: 0, size: side / 60 }; },
      onPoint: function (x, y, kind) {
        if (kind === "down" || kind === "drag" || (kind === "move" && byKey)) {
          place(x, y).forEach(function (v, k) { sliders[k].value = v; });
        }
      },
      draw: function (context, colors) {
        kit.paint(context, atlas, 0, 0, side / (28 * tiles), colors);
        const x = (sliders[0].value + EDGE) / (2 * EDGE) * side;
        const y = (EDGE - sliders[1].value) / (2 * EDGE) * side;
        context.strokeStyle = colors.orange;
        context.lineWidth = 2.5;
        context.beginPath();
        context.moveTo(x - 9, y);
        context.lineTo(x + 9, y);
        context.moveTo(x, y - 9);
        context.lineTo(x, y + 9);
        context.stroke();
      } });
    plane.element.addEventListener("keydown", function () { byKey = true; }, true);
    plane.element.addEventListener("pointermove", function () { byKey = false; }, true);

    function picture(title, label, image) {
      kit.canvas({ label: label, width: 140, height: 140, into: kit.panel(title),
        draw: function (context, colors) {
          if (logits) {
            kit.paint(context, T.reshape(image(), [28, 28]), 0, 0, 5, colors);
          }
        } });
    }
    picture("Here", "What the decoder draws here", function () { return T.sigmoid(logits); });
    picture("Goal", "The goal, a digit that was not trained on", function () {
      return goals[Number(goal.value)];
    });
    const line = kit.readout();

    kit.onChange(function () {
      const g = Number(goal.value), z = sliders.map(function (s) { return s.value; });
      logits = decode(data.decoder, T.tensor(Float32Array.from(z), [2]));
      const error = nats(logits, T.reshape(goals[g], [784]));
      if (error <= data.enough[g]) {
        found.add(g);
      }
      line.text = kit.t("−log p(goal | z)") + " = " + error.toFixed(0) + " " + kit.t("nats") + "; " +
        kit.t("found at") + " " + data.enough[g].toFixed(0) + ". " + kit.t("Goals found") + ": " +
        found.size + " " + kit.t("of") + " " + goals.length + ".";
      kit.say(line.text);
    });
  });
})();
