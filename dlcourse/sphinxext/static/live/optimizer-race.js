/* Optimizers race over a surface of the reader's choice, each with a rate of its own. */
(function () {
  "use strict";
  const SURFACES = {
    ravine: { start: [-4, 0.6], height: function (x, y) { return (x * x + 20 * y * y) / 2; },
      gradient: function (x, y) { return [x, 20 * y]; }, noise: 0 },
    saddle: { start: [-3, 0.001], noise: 0,
      height: function (x, y) { return x * x / 2 - y * y / 2 + Math.pow(y, 4) / 4 + 0.25; },
      gradient: function (x, y) { return [x, Math.pow(y, 3) - y]; } },
    plateau: { start: [-3, 0.6], noise: 0,
      height: function (x, y) { return 1 - Math.exp(-(x * x + 4 * y * y) / 4); },
      gradient: function (x, y) {
        const e = Math.exp(-(x * x + 4 * y * y) / 4);
        return [x / 2 * e, 2 * y * e];
      } },
    cliff: { start: [-3.5, 0.8], noise: 0,
      height: function (x, y) { return x * x / 20 + y * y / 2 + 4 / (1 + Math.exp(10 * x + 15)); },
      gradient: function (x, y) {
        const s = 1 / (1 + Math.exp(10 * x + 15));
        return [x / 10 - 40 * s * (1 - s), y];
      } }
  };
  SURFACES.noisy = Object.assign({}, SURFACES.ravine, { noise: 1 });

  const STEPS = {
    sgd: function (w, g, s, rate) {
      return w.map(function (v, i) { return v - rate * g[i]; });
    },
    momentum: function (w, g, s, rate) {
      s.v = g.map(function (v, i) { return 0.9 * (s.v ? s.v[i] : 0) + v; });
      return w.map(function (v, i) { return v - rate * s.v[i]; });
    },
    rmsprop: function (w, g, s, rate) {
      s.q = g.map(function (v, i) { return 0.99 * (s.q ? s.q[i] : 0) + 0.01 * v * v; });
      return w.map(function (v, i) { return v - rate * g[i] / (Math.sqrt(s.q[i]) + 1e-8); });
    },
    adam: function (w, g, s, rate) {
      s.t = (s.t || 0) + 1;
      s.m = g.map(function (v, i) { return 0.9 * (s.m ? s.m[i] : 0) + 0.1 * v; });
      s.q = g.map(function (v, i) { return 0.999 * (s.q ? s.q[i] : 0) + 0.001 * v * v; });
      return w.map(function (v, i) {
        const m = s.m[i] / (1 - Math.pow(0.9, s.t)), q = s.q[i] / (1 - Math.pow(0.999, s.t));
        return v - rate * m / (Math.sqrt(q) + 1e-8);
      });
    }
  };
  const NAMES = { sgd: "SGD", momentum: "momentum", rmsprop: "RMSprop", adam: "Adam" };
  const COLORS = { sgd: "gray", momentum: "blue", rmsprop: "green", adam: "orange" };

  function walk(surface, optimizer, rate, steps) {
    const land = SURFACES[surface], state = {}, random = dlcourse.tensor.random(3);
    let w = land.start.slice();
    const way = [w];
    for (let i = 0; i < steps; i++) {
      const g = land.gradient(w[0], w[1]).map(function (v) {
        return v + (land.noise ? land.noise * random.normal() : 0);
      });
      w = STEPS[optimizer](w, g, state, rate).map(function (v) {
        return Math.max(-1e9, Math.min(1e9, v));
      });
      way.push(w);
    }
    return way;
  }
  dlcourse.live.compute["optimizer-race"] = function (inputs) {
    return walk(inputs.surface, inputs.optimizer, inputs.rate, inputs.steps);
  };

  dlcourse.live("optimizer-race", function (root, data, kit) {
    const ways = {}, rates = {};
    function ends(name) {
      const last = ways[name][ways[name].length - 1];
      return SURFACES[surface.value].height(last[0], last[1]);
    }
    kit.task("In the ravine, bring SGD and momentum below a height of 0.01 within 60 steps.",
      function () {
        return surface.value === "ravine" && steps.value <= 60 && ends("sgd") < 0.01 &&
          ends("momentum") < 0.01;
      });
    kit.task("From the saddle, let momentum and Adam find a valley within 60 steps, height below " +
      "0.05, while SGD is still on the saddle, above 0.2.", function () {
      return surface.value === "saddle" && steps.value <= 60 && ends("momentum") < 0.05 &&
        ends("adam") < 0.05 && ends("sgd") > 0.2;
    });

    const surface = kit.choice({ label: "Surface", value: "ravine", options: [
      ["ravine", "ravine"], ["saddle", "saddle"], ["plateau", "plateau"],
      ["cliff", "cliff"],
      ["noisy", "ravine, noisy gradients"]] });
    const steps = kit.slider({ label: "Steps", min: 1, max: 120, value: 25 });
    Object.keys(NAMES).forEach(function (name) {
      rates[name] = kit.slider({ label: "Rate of " + NAMES[name], min: -4, max: 0.5, step: 0.05,
        value: { sgd: -1.3, momentum: -2, rmsprop: -1.5, adam: -1 }[name],
        format: function (v) { return Math.pow(10, v).toPrecision(2); } });
    });
    const xlim = [-4.6, 2.2], ylim = [-1.7, 1.7], wide = 460, high = 250;
    kit.canvas({ label: "The surface from above, darker where it is lower, and the ways",
      width: wide, height: high, into: kit.panel("From above"),
      draw: function (context, colors) {
        const land = SURFACES[surface.value], cell = 5;
        const W = Math.ceil(wide / cell), H = Math.ceil(high / cell);
        const x = dlcourse.tensor.zeros([H, W]);
        for (let i = 0; i < H; i++) {
          for (let j = 0; j < W; j++) {
            const h = land.height(xlim[0] + (j + 0.5) / W * (xlim[1] - xlim[0]),
              ylim[1] - (i + 0.5) / H * (ylim[1] - ylim[0]));
            x.data[i * W + j] = Math.floor(12 * Math.exp(-Math.sqrt(Math.max(0, h)) / 1.2)) / 12;
          }
        }
        kit.paint(context, x, 0, 0, cell, colors, { high: 2.2 });
        const px = function (p) {
          return [(p[0] - xlim[0]) / (xlim[1] - xlim[0]) * wide,
            (ylim[1] - p[1]) / (ylim[1] - ylim[0]) * high];
        };
        Object.keys(NAMES).forEach(function (name) {
          context.strokeStyle = context.fillStyle = colors[COLORS[name]];
          context.lineWidth = 1.6;
          context.beginPath();
          ways[name].forEach(function (p, i) {
            const q = px(p);
            context[i ? "lineTo" : "moveTo"](q[0], q[1]);
          });
          context.stroke();
          const end = px(ways[name][ways[name].length - 1]);
          context.beginPath();
          context.arc(end[0], end[1], 4.5, 0, 2 * Math.PI);
          context.fill();
        });
      } });
    const chart = kit.chart({ label: "Height by step", xlabel: "step", ylabel: "height",
      ylog: true, ylim: [1e-6, 100], into: kit.panel("Height") });
    const line = kit.readout();

    kit.onChange(function () {
      const land = SURFACES[surface.value];
      Object.keys(NAMES).forEach(function (name) {
        ways[name] = walk(surface.value, name, Math.pow(10, rates[name].value), steps.value);
      });
      chart.update({ series: Object.keys(NAMES).map(function (name) {
        return { name: NAMES[name], color: COLORS[name],
          x: ways[name].map(function (_, i) { return i; }),
          y: ways[name].map(function (p) {
            return Math.max(1e-6, Math.min(1e6, land.height(p[0], p[1])));
          }) };
      }) });
      line.text = Object.keys(NAMES).map(function (name) {
        return NAMES[name] + " " + ends(name).toPrecision(2);
      }).join(", ") + ".";
      kit.say(kit.t("Heights after the last step") + ": " + line.text);
    });
  });
})();
