/* Move a query among keys: the weights of all keys, and the answer, with the kernel's width.
   Data: keys (n,), values (n,), grid (m,), truth (m,), goal (a mean squared distance). */
(function () {
  "use strict";

  function answer(inputs) {
    const weights = inputs.queries.map(function (q) {
      const scores = inputs.keys.map(function (k) {
        return -Math.pow(q - k, 2) / (2 * inputs.width * inputs.width);
      });
      const most = scores.reduce(function (a, b) { return Math.max(a, b); }, -Infinity);
      const raw = scores.map(function (s) { return Math.exp(s - most); });
      const total = raw.reduce(function (a, b) { return a + b; }, 0);
      return raw.map(function (v) { return v / total; });
    });
    return { weights: weights, answers: weights.map(function (row) {
      return row.reduce(function (sum, w, i) { return sum + w * inputs.values[i]; }, 0);
    }) };
  }
  dlcourse.live.compute["kernel-regression"] = answer;

  dlcourse.live("kernel-regression", function (root, data, kit) {
    const keys = Array.from(data.keys.data), values = Array.from(data.values.data);
    const grid = Array.from(data.grid.data), truth = Array.from(data.truth.data);
    let distance = Infinity, place = 2.5, now = null;

    kit.task("Find a width with which the answers come as near to the dashed curve as any width " +
      "lets them.", function () {
      return distance < data.goal;
    });
    kit.task("Find a query that is answered with hardly more than one key: its largest weight is " +
      "above 0.9, with a width of 0.1 or more.", function () {
      return width() >= 0.0999 && Math.max.apply(null, now.weights[0]) > 0.9;
    });

    const query = kit.slider({ label: "Query", min: 0, max: 5, step: 0.02, value: 2.5,
      format: function (v) { return v.toFixed(2); } });
    const log = kit.slider({ label: "Width of the kernel", min: -2, max: 0.6, step: 0.05,
      value: -1, format: function (v) { return Math.pow(10, v).toFixed(2); } });
    const picture = kit.chart({ label: "Points, the answers to all queries, and your query",
      xlabel: "key, query", ylabel: "value, answer", xlim: [0, 5], into: kit.panel("Answers"),
      onPoint: function (x) { query.value = Math.max(0, Math.min(5, x)); } });
    const shares = kit.chart({ label: "The weight of each key for your query", xlabel: "key",
      ylabel: "weight", xlim: [0, 5], ylim: [0, 1], into: kit.panel("Weights") });
    const line = kit.readout();

    function width() {
      return Math.pow(10, log.value);
    }

    kit.onChange(function () {
      place = query.value;
      const all = answer({ keys: keys, values: values, width: width(), queries: grid });
      now = answer({ keys: keys, values: values, width: width(), queries: [place] });
      distance = all.answers.reduce(function (sum, a, i) {
        return sum + Math.pow(a - truth[i], 2);
      }, 0) / grid.length;
      picture.update({ marks: [{ x: place, name: "query" }], series: [
        { name: "points", x: keys, y: values, points: 3, color: "gray" },
        { name: "truth", x: grid, y: truth, dash: [5, 4], color: "green" },
        { name: "answers", x: grid, y: all.answers, color: "blue" },
        { name: "yours", x: [place], y: now.answers, points: 6, color: "orange" }
      ] });
      shares.update({ marks: [{ x: place, name: "query" }],
        series: [{ x: keys, y: now.weights[0], points: 4, color: "orange" }] });
      const most = now.weights[0].indexOf(Math.max.apply(null, now.weights[0]));
      line.text = kit.t("The answer is") + " " + now.answers[0].toFixed(2) + "; " +
        kit.t("the largest weight is") + " " + now.weights[0][most].toFixed(2) + ", " +
        kit.t("of the key") + " " + keys[most].toFixed(2) + "; " +
        kit.t("mean squared distance from the truth") + " " + distance.toFixed(3) + ".";
      kit.say(line.text);
    });
  });
})();
