/* Runs that the page has made: two ways to train on few examples, compared seed by seed.
   Data: accuracy (ways, seeds, sizes), sizes: examples of each class, ways: their names. */
(function () {
  "use strict";
  const T = dlcourse.tensor;

  /* Accuracies of two ways (seeds): means, ranges, and their differences, which are paired. */
  function paired(a, b) {
    const n = a.length, sum = function (x) { return x.reduce(function (s, v) { return s + v; }, 0); };
    const differences = a.map(function (v, i) { return v - b[i]; }), middle = sum(differences) / n;
    const squares = sum(differences.map(function (v) { return (v - middle) * (v - middle); }));
    function range(x) {
      return [Math.min.apply(null, x), sum(x) / n, Math.max.apply(null, x)];
    }
    return { first: range(a), second: range(b), differences: differences, difference: middle,
      error: Math.sqrt(squares / (n - 1) / n),
      wins: differences.filter(function (v) { return v > 0; }).length };
  }
  dlcourse.live.compute["fine-tuning-runs"] = function (inputs) {
    return paired(inputs.first, inputs.second);
  };

  dlcourse.live("fine-tuning-runs", function (root, data, kit) {
    const SCRATCH = 0, HEAD = 1;
    let found = null;
    function scores(way, size) {
      return T.toNested(T.select(data.accuracy, way)).map(function (row) { return row[size]; });
    }
    kit.task("Find a number of examples with which training from scratch beats the head only, " +
      "in every seed.", function () {
      const here = paired(scores(SCRATCH, size.value), scores(HEAD, size.value));
      const chosen = [Number(first.value), Number(second.value)].sort().join();
      return chosen === [SCRATCH, HEAD].join() && here.wins === here.differences.length;
    });
    kit.task("Find a way that carries over and is at least 0.02 ahead of training from scratch, " +
      "in every seed.", function () {
      return Number(second.value) === SCRATCH && Number(first.value) !== SCRATCH &&
        found.differences.every(function (v) { return v > 0.02 - 1e-6; });
    });

    const options = data.ways.map(function (name, i) { return [String(i), name]; });
    const first = kit.choice({ label: "What is trained", value: String(HEAD), options: options });
    const second = kit.choice({ label: "Compared with", value: String(SCRATCH), options: options });
    const size = kit.slider({ label: "Examples of each digit", min: 0, max: data.sizes.length - 1,
      value: 1, format: function (i) { return String(data.sizes[i]); } });
    const chart = kit.chart({ label: "Accuracy by number of examples, a dot for each seed",
      xlabel: "examples of each digit", ylabel: "accuracy", xlog: true,
      into: kit.panel("All runs of the two") });
    const bars = kit.chart({ label: "Difference of accuracy, seed by seed", width: 220,
      xlabel: "seed", ylabel: "first − second", into: kit.panel("Difference, seed by seed") });
    const line = kit.readout();
    const three = function (v) { return v.toFixed(3).replace("-", "−"); };
    const signed = function (v) { return (v > 0 ? "+" : "") + three(v); };

    kit.onChange(function () {
      const ways = [Number(first.value), Number(second.value)], colors = ["orange", "blue"];
      found = paired(scores(ways[0], size.value), scores(ways[1], size.value));
      const series = [];
      ways.forEach(function (way, k) {
        const all = data.sizes.map(function (_, i) { return scores(way, i); });
        series.push({ name: data.ways[way], color: colors[k], x: data.sizes,
          y: all.map(function (runs) { return paired(runs, runs).first[1]; }) });
        series.push({ color: colors[k], points: 3.5,
          x: data.sizes.flatMap(function (n, i) { return all[i].map(function () { return n; }); }),
          y: all.flat() });
      });
      const n = data.sizes[size.value];
      chart.update({ series: series, marks: [{ x: n, name: String(n) }],
        xlim: [data.sizes[0] / 1.3, data.sizes[data.sizes.length - 1] * 1.3] });
      const numbers = found.differences.map(function (_, i) { return i; });
      const far = Math.max(0.02, 1.25 * Math.max.apply(null, found.differences.map(Math.abs)));
      bars.update({ xlim: [-0.6, numbers.length - 0.4], ylim: [-far, far], series: [
        { color: "gray", width: 1.2, x: [-0.6, numbers.length - 0.4], y: [0, 0] }
      ].concat(numbers.map(function (i) {
        const d = found.differences[i];
        return { color: d < 0 ? "blue" : "orange", width: 14, x: [i, i], y: [0, d] };
      })) });
      line.text = kit.t("With") + " " + n + " " + kit.t("examples of each digit") + ": " +
        ways.map(function (way, k) {
          const range = found[k ? "second" : "first"];
          return kit.t(data.ways[way]) + " " + three(range[1]) + " (" + three(range[0]) + " … " +
            three(range[2]) + ")";
        }).join(", ") + ". " + kit.t("Difference, paired") + ": " + signed(found.difference) +
        " ± " + three(found.error) + "; " + kit.t("the first is ahead in") + " " + found.wins + " " +
        kit.t("of") + " " + found.differences.length + " " + kit.t("seeds") + ".";
      kit.say(line.text);
    });
  });
})();
