/* What batch normalization does to one example, in training and in evaluation.
   Data: others (n,) inputs of a trained unit for other images, example, and its mean, variance,
   weight, bias, eps. */
(function () {
  "use strict";
  function normalize(x, mean, variance, o) {
    return x.map(function (v) {
      return o.weight * (v - mean) / Math.sqrt(variance + o.eps) + o.bias;
    });
  }
  function both(o) {
    const n = o.x.length;
    const mean = o.x.reduce(function (a, b) { return a + b; }, 0) / n;
    const variance = o.x.reduce(function (a, b) { return a + (b - mean) * (b - mean); }, 0) / n;
    return { training: normalize(o.x, mean, variance, o),
      evaluation: normalize(o.x, o.mean, o.variance, o) };
  }
  dlcourse.live.compute["batch-norm"] = both;

  dlcourse.live("batch-norm", function (root, data, kit) {
    const others = Array.from(data.others.data);
    let found = { training: [0], evaluation: [0] };
    kit.task("Find a batch with which the same example comes out on one side of zero in training " +
      "and on the other in evaluation.", function () {
      return size.value > 1 && found.training[0] * found.evaluation[0] < -0.01;
    });
    kit.task("Find the batch with which the example's own value makes no difference at all in " +
      "training.", function () {
      return size.value === 1 && touched;
    });

    const size = kit.slider({ label: "Batch size", min: 1, max: 64, value: 16 });
    const shift = kit.slider({ label: "Shift of the others", min: -3, max: 3, step: 0.25, value: 0,
      format: function (v) { return v.toFixed(2); } });
    const own = kit.slider({ label: "The example", min: -4, max: 4, step: 0.25,
      value: Math.round(4 * data.example) / 4, format: function (v) { return v.toFixed(2); } });
    let start = 0, touched = false;
    kit.button({ label: "Other images", action: function () {
      start = (start + 64) % (others.length - 63);
    } });
    const picture = kit.chart({ label: "The batch before, normalized in training, and in evaluation",
      width: 600, height: 240, xlabel: "value of the unit", xlim: [-7, 7], ylim: [0.4, 3.8],
      into: kit.panel("Before, in training, in evaluation") });
    const line = kit.readout();

    kit.onChange(function (from) {
      touched = touched || from === own;
      const deviation = Math.sqrt(data.variance);
      const rest = others.slice(start, start + size.value - 1).map(function (v) {
        return v + shift.value * deviation;
      });
      found = both({ x: [own.value].concat(rest), mean: data.mean, variance: data.variance,
        weight: data.weight, bias: data.bias, eps: data.eps });
      const row = function (values, y) { return values.map(function () { return y; }); };
      picture.update({ series: [
        { name: "others", x: rest, y: row(rest, 3), points: 3, color: "gray" },
        { x: found.training.slice(1), y: row(rest, 2), points: 3, color: "gray" },
        { x: found.evaluation.slice(1), y: row(rest, 1), points: 3, color: "gray" },
        { name: "the example", x: [own.value, found.training[0], found.evaluation[0]],
          y: [3, 2, 1], points: 6, color: "orange" }
      ], texts: [{ x: -5.6, y: 3.4, text: kit.t("before") },
        { x: -5.6, y: 2.4, text: kit.t("in training") },
        { x: -5.6, y: 1.4, text: kit.t("in evaluation") }] });
      line.text = kit.t("The example becomes") + " " + found.training[0].toFixed(2) + " " +
        kit.t("in training and") + " " + found.evaluation[0].toFixed(2) + " " +
        kit.t("in evaluation") + ".";
      kit.say(line.text);
    });
  });
})();
