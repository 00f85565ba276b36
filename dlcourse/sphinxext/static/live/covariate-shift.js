/* Move and spread the new world: two lines through the same examples, with and without weights.
   Data: x (n,), y (n,), center and spread of the training inputs, noise (standard deviation). */
(function () {
  "use strict";
  const HALF = 6, STEPS = 1200;  // the integral over the new world, in standard deviations

  function density(x, center, spread) {
    return Math.exp(-Math.pow((x - center) / spread, 2) / 2) / spread;
  }

  function truth(x) {
    return x * x * x - x;
  }

  /* Intercept and slope that minimize the weighted squared error. */
  function fit(x, y, w) {
    let s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (let i = 0; i < x.length; i++) {
      s += w[i];
      sx += w[i] * x[i];
      sy += w[i] * y[i];
      sxx += w[i] * x[i] * x[i];
      sxy += w[i] * x[i] * y[i];
    }
    const slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
    return [(sy - slope * sx) / s, slope];
  }

  /* Its mean squared error on fresh examples of the new world. */
  function error(line, world) {
    let total = 0, mass = 0;
    for (let i = 0; i <= STEPS; i++) {
      const x = world.center + world.spread * HALF * (2 * i / STEPS - 1);
      const p = density(x, world.center, world.spread);
      mass += p;
      total += p * Math.pow(truth(x) - line[0] - line[1] * x, 2);
    }
    return total / mass + world.noise * world.noise;
  }

  function compare(inputs) {
    const old = inputs.old, world = inputs.world;
    const w = inputs.x.map(function (x) {
      return density(x, world.center, world.spread) / density(x, old.center, old.spread);
    });
    const sum = w.reduce(function (a, b) { return a + b; }, 0);
    const squares = w.reduce(function (a, b) { return a + b * b; }, 0);
    const plain = fit(inputs.x, inputs.y, w.map(function () { return 1; }));
    const weighted = fit(inputs.x, inputs.y, w);
    return { weights: w, left: sum * sum / squares, plain: plain, weighted: weighted,
      errors: [error(plain, world), error(weighted, world)] };
  }
  dlcourse.live.compute["covariate-shift"] = compare;

  dlcourse.live("covariate-shift", function (root, data, kit) {
    const x = Array.from(data.x.data), y = Array.from(data.y.data);
    const old = { center: data.center, spread: data.spread };
    const grid = Array.from({ length: 141 }, function (_, i) { return -1.8 + i / 40; });
    let found = null;

    kit.task("Find a new world for which the weights leave fewer than 20 examples, and yet make " +
      "the line better.", function () {
      return found.left < 20 && found.errors[1] < found.errors[0];
    });
    kit.task("Find a new world for which the line is better without weights.", function () {
      return found.errors[0] < 0.98 * found.errors[1];
    });

    const center = kit.slider({ label: "Mean of the new inputs", min: -1.5, max: 1.5, step: 0.05,
      value: 0, format: function (v) { return v.toFixed(2); } });
    const spread = kit.slider({ label: "Their standard deviation", min: 0.1, max: 0.8, step: 0.05,
      value: 0.3, format: function (v) { return v.toFixed(2); } });
    const picture = kit.chart({ label: "The examples, the truth, and both lines", xlabel: "x",
      ylabel: "y", xlim: [-1.8, 1.7], ylim: [-1.8, 2.4], width: 560, height: 320 });
    const line = kit.readout();

    kit.onChange(function () {
      const world = { center: center.value, spread: spread.value, noise: data.noise };
      found = compare({ x: x, y: y, old: old, world: world });
      const mean = found.weights.reduce(function (a, b) { return a + b; }, 0) / x.length;
      function chosen(values, heavy) {
        return values.filter(function (_, i) { return (found.weights[i] > mean) === heavy; });
      }
      function along(l) {
        return grid.map(function (v) { return l[0] + l[1] * v; });
      }
      picture.update({ series: [
        { name: "light", x: chosen(x, false), y: chosen(y, false), points: 2, color: "gray" },
        { name: "heavy", x: chosen(x, true), y: chosen(y, true), points: 4, color: "orange" },
        { name: "truth", x: grid, y: grid.map(truth), dash: [5, 4], color: "green" },
        { name: "no weights", x: grid, y: along(found.plain), color: "blue" },
        { name: "weights", x: grid, y: along(found.weighted), color: "orange" },
        { name: "new inputs", x: grid, color: "pink", y: grid.map(function (v) {
          return -1.75 + 0.6 * density(v, world.center, world.spread) * world.spread;
        }) }
      ] });
      line.text = kit.t("In the new world the mean squared error is") + " " +
        found.errors[0].toFixed(2) + " " + kit.t("without weights and") + " " +
        found.errors[1].toFixed(2) + " " + kit.t("with them; they leave as much as") + " " +
        found.left.toFixed(0) + " " + kit.t("of") + " " + x.length + " " + kit.t("examples") + ".";
      kit.say(line.text);
    });
  });
})();
