/* A network of two to four hidden units that trains in the page on XOR and other sets of points. */
(function () {
  "use strict";
  const T = dlcourse.tensor;

  /* Full-batch gradient steps on the mean logistic loss. P = {W1 (2, h), b1 (h), W2 (h), b2}. */
  function train(P, x, y, rate, activation, steps) {
    const h = P.b1.length, n = x.length;
    const relu = activation === "relu";
    let loss = 0, active = [];
    for (let s = 0; s < steps; s++) {
      const g = { W1: [new Array(h).fill(0), new Array(h).fill(0)], b1: new Array(h).fill(0),
        W2: new Array(h).fill(0), b2: 0 };
      loss = 0;
      active = new Array(h).fill(0);
      x.forEach(function (point, i) {
        const f = forward(P, point, relu), p = 1 / (1 + Math.exp(-f.z));
        loss += (Math.max(f.z, 0) - f.z * y[i] + Math.log1p(Math.exp(-Math.abs(f.z)))) / n;
        const dz = (p - y[i]) / n;
        g.b2 += dz;
        for (let j = 0; j < h; j++) {
          active[j] += f.a[j] > 0 ? 1 : 0;
          g.W2[j] += dz * f.a[j];
          const da = dz * P.W2[j] * (relu ? (f.a[j] > 0 ? 1 : 0) : 1 - f.a[j] * f.a[j]);
          g.b1[j] += da;
          g.W1[0][j] += da * point[0];
          g.W1[1][j] += da * point[1];
        }
      });
      const step = function (v, d) { return v - rate * d; };
      P = { b2: step(P.b2, g.b2),
        W2: P.W2.map(function (v, j) { return step(v, g.W2[j]); }),
        b1: P.b1.map(function (v, j) { return step(v, g.b1[j]); }),
        W1: P.W1.map(function (row, k) {
          return row.map(function (v, j) { return step(v, g.W1[k][j]); });
        }) };
    }
    return { P: P, loss: loss, active: active };
  }
  function forward(P, point, relu) {
    const a = P.b1.map(function (b, j) {
      const v = point[0] * P.W1[0][j] + point[1] * P.W1[1][j] + b;
      return relu ? Math.max(0, v) : Math.tanh(v);
    });
    return { a: a, z: a.reduce(function (sum, v, j) { return sum + v * P.W2[j]; }, P.b2) };
  }
  dlcourse.live.compute["xor-network"] = function (i) {
    const made = train(i.P, i.x, i.y, i.rate, i.activation, i.steps);
    return { loss: made.loss, W1: made.P.W1, b1: made.P.b1, W2: made.P.W2, b2: made.P.b2 };
  };

  function points(name) {
    const random = T.random(8), x = [], y = [];
    if (name === "xor") {
      return { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0] };
    }
    for (let i = 0; i < 60; i++) {
      const p = [random.uniform(), random.uniform()];
      const far = Math.hypot(p[0] - 0.5, p[1] - 0.5);
      x.push(p);
      y.push(Number(name === "disk" ? far < 0.33 : name === "stripe" ?
        Math.abs(p[0] + p[1] - 1) < 0.3 : p[0] + 0.6 * p[1] > 0.8));
    }
    return { x: x, y: y };
  }

  dlcourse.live("xor-network", function (root, data, kit) {
    let P, set, made = { loss: 1, active: [] }, taken = 0, seed = 4;
    function right() {
      const relu = activation.value === "relu";
      return set.x.filter(function (p, i) {
        return (forward(P, p, relu).z > 0) === (set.y[i] === 1);
      }).length;
    }
    kit.task("Let two hidden units learn XOR.", function () {
      return which.value === "xor" && units.value === 2 && taken > 0 && right() === 4;
    });
    kit.task("Find a start from which two ReLU units do not learn it in 2,000 steps.", function () {
      return which.value === "xor" && units.value === 2 && activation.value === "relu" &&
        taken >= 2000 && right() < 4;
    });

    const which = kit.choice({ label: "Points", value: "xor", options: [["xor", "XOR"],
      ["line", "two halves"], ["stripe", "stripe"], ["disk", "disk"]] });
    const units = kit.slider({ label: "Hidden units", min: 1, max: 4, value: 2 });
    const activation = kit.choice({ label: "Activation", value: "tanh",
      options: [["tanh", "tanh"], ["relu", "ReLU"]] });
    const rate = kit.slider({ label: "Learning rate", min: -2, max: 0.5, step: 0.25, value: -0.25,
      format: function (v) { return Math.pow(10, v).toPrecision(2); } });
    const motion = kit.animate(function () { advance(20); });
    const go = kit.button({ label: "Train", action: function () {
      if (motion.running) {
        motion.stop();
      } else {
        motion.start();
      }
    } });
    kit.button({ label: "500 steps", action: function () { advance(500); } });
    kit.button({ label: "Another start", action: function () {
      seed += 1;
      begin();
    } });
    const side = 260, low = -0.4, high = 1.4, cells = 36;
    kit.canvas({ label: "The plane in the network's colors, with the points", width: side,
      height: side, into: kit.panel("What it answers"),
      draw: function (context, colors) {
        const relu = activation.value === "relu", x = T.zeros([cells, cells]);
        for (let k = 0; k < cells * cells; k++) {
          const p = [low + (k % cells + 0.5) / cells * (high - low),
            high - (Math.floor(k / cells) + 0.5) / cells * (high - low)];
          x.data[k] = Math.tanh(forward(P, p, relu).z / 2);
        }
        kit.paint(context, x, 0, 0, side / cells, colors, { signed: true, high: 1.4 });
        set.x.forEach(function (p, i) {
          const px = (p[0] - low) / (high - low) * side, py = (high - p[1]) / (high - low) * side;
          context.beginPath();
          context.arc(px, py, 6, 0, 2 * Math.PI);
          context.fillStyle = set.y[i] ? colors.blue : colors.orange;
          context.fill();
          context.lineWidth = 2;
          context.strokeStyle = colors.ink;
          context.stroke();
        });
      } });
    const hidden = kit.heatMap({ label: "Weights of the hidden units", cell: 44, digits: 1,
      signed: true, shape: [4, 4], rowNames: ["from x₁", "from x₂", "bias", "to output"],
      columnNames: ["unit 1", "unit 2", "unit 3", "unit 4"], into: kit.panel("Its weights") });
    const line = kit.readout();

    function begin() {
      const random = T.random(seed), h = units.value;
      const draw = function () { return Array.from({ length: h }, random.normal); };
      P = { W1: [draw(), draw()], b1: draw(), W2: draw(), b2: random.normal() };
      taken = 0;
      made = train(P, set.x, set.y, 0, activation.value, 1);
    }
    function advance(steps) {
      made = train(P, set.x, set.y, Math.pow(10, rate.value), activation.value, steps);
      P = made.P;
      taken += steps;
      if (taken >= 20000) {
        motion.stop();
      }
    }

    kit.onChange(function (from) {
      if (!P || from === which || from === units || from === activation) {
        set = points(which.value);
        begin();
      }
      go.label = motion.running ? "Stop" : "Train";
      const W = T.zeros([4, 4]);
      for (let j = 0; j < units.value; j++) {
        [P.W1[0][j], P.W1[1][j], P.b1[j], P.W2[j]].forEach(function (v, i) {
          W.data[4 * i + j] = v;
        });
      }
      hidden.update(W, { high: 4 });
      const dead = activation.value === "relu" ? made.active.filter(function (n) {
        return n === 0;
      }).length : 0;
      line.text = kit.t("After") + " " + taken + " " + kit.t("steps") + ": " + kit.t("loss") + " " +
        made.loss.toFixed(3) + ", " + right() + " " + kit.t("of") + " " + set.x.length + " " +
        kit.t("right") + (dead ? ", " + kit.t("dead units") + ": " + dead : "") + ".";
      if (!motion.running) {
        kit.say(line.text);
      }
    });
  });
})();
