/* Degree, number of points, noise and penalty: the fit, both errors, and the errors of all degrees.
   Data: coefficients of x^k / k! of the truth. Everything is computed in double precision. */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const DEGREES = 13;

  /* Powers 0 ... degree of x / 2. */
  function features(x, degree) {
    const row = [1];
    for (let k = 1; k <= degree; k++) {
      row.push(row[k - 1] * x / 2);
    }
    return row;
  }

  /* Weights w that minimize |Xw - y|^2 + n λ |w|^2, the constant unpenalized, for more points than
     weights or a penalty: Householder's reflections on X with rows for the penalty below it. */
  function fit(x, y, degree, lambda) {
    const n = x.length, m = degree + 1;
    const A = x.map(function (v, i) { return features(v, degree).concat([y[i]]); });
    for (let k = 1; lambda > 0 && k < m; k++) {
      const row = new Array(m + 1).fill(0);
      row[k] = Math.sqrt(n * lambda);
      A.push(row);
    }
    while (A.length < m) {
      A.push(new Array(m + 1).fill(0));
    }
    for (let j = 0; j < m; j++) {
      let size = 0;
      for (let i = j; i < A.length; i++) {
        size += A[i][j] * A[i][j];
      }
      size = Math.sqrt(size);
      const u = A.map(function (row, i) { return i < j ? 0 : row[j]; });
      u[j] += A[j][j] > 0 ? size : -size;
      const length = u.reduce(function (sum, v) { return sum + v * v; }, 0);
      for (let c = j; length > 0 && c <= m; c++) {
        let dot = 0;
        for (let i = j; i < A.length; i++) {
          dot += u[i] * A[i][c];
        }
        for (let i = j; i < A.length; i++) {
          A[i][c] -= 2 * dot / length * u[i];
        }
      }
    }
    const w = new Array(m).fill(0);
    for (let j = m - 1; j >= 0; j--) {
      let rest = A[j][m];
      for (let c = j + 1; c < m; c++) {
        rest -= A[j][c] * w[c];
      }
      w[j] = Math.abs(A[j][j]) > 1e-12 ? rest / A[j][j] : 0;
    }
    return w;
  }

  function predict(w, x) {
    return features(x, w.length - 1).reduce(function (sum, f, k) { return sum + f * w[k]; }, 0);
  }

  function rmse(w, x, y) {
    return Math.sqrt(x.reduce(function (sum, v, i) {
      return sum + Math.pow(predict(w, v) - y[i], 2);
    }, 0) / x.length);
  }

  dlcourse.live.compute["polynomial-fit"] = function (inputs) {
    const w = fit(inputs.x, inputs.y, inputs.degree, inputs.lambda);
    return { weights: w, error: rmse(w, inputs.x, inputs.y) };
  };

  dlcourse.live("polynomial-fit", function (root, data, kit) {
    function truth(x) {
      let power = 1;
      return data.coefficients.reduce(function (sum, c, k) {
        power = k ? power * x / k : 1;
        return sum + c * power;
      }, 0);
    }
    function sample(n, noise, seed) {
      const random = T.random(seed), x = [], y = [];
      for (let i = 0; i < n; i++) {
        x.push(4 * random.uniform() - 2);
        y.push(truth(x[i]) + noise * random.normal());
      }
      return { x: x, y: y };
    }

    kit.task("With degree 9 or more and at most 15 points, find a penalty with which the " +
      "validation error is less than half of what it is without one.", function () {
      return degree.value >= 9 && points.value <= 15 && penalty() > 0 &&
        found.valid < 0.5 * found.bare;
    });
    kit.task("Without a penalty, find another cure: let degree 12 come within a tenth of the " +
      "noise.", function () {
      return degree.value === 12 && penalty() === 0 && noise.value > 0 &&
        found.valid < 1.1 * noise.value;
    });

    const degree = kit.slider({ label: "Degree", min: 0, max: DEGREES - 1, value: 9 });
    const points = kit.slider({ label: "Training points", min: DEGREES + 1, max: 300, value: 15 });
    const noise = kit.slider({ label: "Noise", min: 0, max: 2, step: 0.25, value: 1 });
    const lambda = kit.slider({ label: "Penalty λ", min: -7, max: 1, step: 0.5, value: -7,
      format: function (v) {
        return v === -7 ? kit.t("none") : String(Number(Math.pow(10, v).toPrecision(2)));
      } });
    let seed = 11, found = {};
    kit.button({ label: "Other points", action: function () { seed += 1; } });
    const picture = kit.chart({ label: "Points, the fit, and the cubic that the points came from",
      xlabel: "x", ylabel: "y", xlim: [-2, 2], ylim: [-14, 18], into: kit.panel("The fit") });
    const curve = kit.chart({ label: "Training and validation error for each degree",
      xlabel: "degree", ylabel: "root mean squared error", xlim: [0, DEGREES - 1], ylog: true,
      ylim: [0.1, 100], into: kit.panel("All degrees") });
    const line = kit.readout();

    function penalty() {
      return lambda.value === -7 ? 0 : Math.pow(10, lambda.value);
    }

    kit.onChange(function () {
      const train = sample(points.value, noise.value, seed);
      const fresh = sample(300, noise.value, 7777);
      const w = fit(train.x, train.y, degree.value, penalty());
      found = {
        train: rmse(w, train.x, train.y), valid: rmse(w, fresh.x, fresh.y),
        bare: rmse(fit(train.x, train.y, degree.value, 0), fresh.x, fresh.y)
      };
      const grid = Array.from({ length: 161 }, function (_, i) { return -2 + i / 40; });
      picture.update({ series: [
        { name: "points", x: train.x, y: train.y, points: 3, color: "gray" },
        { name: "truth", x: grid, y: grid.map(truth), dash: [5, 4], color: "green" },
        { name: "fit", x: grid, y: grid.map(function (x) { return predict(w, x); }),
          color: "blue" }
      ] });
      const degrees = Array.from({ length: DEGREES }, function (_, k) { return k; });
      const fits = degrees.map(function (k) { return fit(train.x, train.y, k, penalty()); });
      curve.update({ marks: [{ x: degree.value }], series: [
        { name: "training", x: degrees, color: "blue",
          y: fits.map(function (v) { return Math.max(0.1, rmse(v, train.x, train.y)); }) },
        { name: "validation", x: degrees, color: "orange",
          y: fits.map(function (v) { return Math.min(100, rmse(v, fresh.x, fresh.y)); }) }
      ] });
      line.text = kit.t("Training error") + " " + found.train.toFixed(2) + ", " +
        kit.t("validation error") + " " + found.valid.toFixed(2) + ".";
      kit.say(line.text);
    });
  });
})();
