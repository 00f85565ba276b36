/* Depth, gain, activation: the size of signal and gradient in each layer of a random network.
   Data: width of the layers, examples in the batch. */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const PHI = {
    tanh: [Math.tanh, function (a) { return 1 - a * a; }],
    sigmoid: [function (z) { return 1 / (1 + Math.exp(-z)); }, function (a) { return a * (1 - a); }],
    relu: [function (z) { return z > 0 ? z : 0; }, function (a) { return a > 0 ? 1 : 0; }],
    none: [function (z) { return z; }, function () { return 1; }]
  };

  function size(x) {
    return Math.sqrt(T.sum(T.mul(x, x)) / x.data.length);
  }

  /* weights: L matrices (W, W) as tensors; x, delta (N, W). Root mean squares of h_l, and of the
     gradient at z_l when delta arrives at the last h. */
  function sizes(weights, x, delta, name) {
    const phi = PHI[name][0], slope = PHI[name][1], after = [], signal = [], gradient = [];
    let h = x;
    weights.forEach(function (W) {
      h = T.map(T.linear(h, W, null), phi);
      after.push(h);
      signal.push(size(h));
    });
    let g = delta;
    for (let l = weights.length - 1; l >= 0; l--) {
      g = T.mul(g, T.map(after[l], slope));
      gradient[l] = size(g);
      g = T.matmul(g, weights[l]);
    }
    return { signal: signal, gradient: gradient };
  }

  dlcourse.live.compute["signal-sizes"] = function (inputs) {
    return sizes(inputs.weights.map(T.from), T.from(inputs.x), T.from(inputs.delta),
      inputs.activation);
  };

  dlcourse.live("signal-sizes", function (root, data, kit) {
    let found = { signal: [1], gradient: [1] };
    function level(values) {
      const first = values[0], last = values[values.length - 1];
      return Math.max(first / last, last / first) < 10;
    }
    kit.task("With tanh and at least 40 layers, find a gain with which neither the signal nor the " +
      "gradient changes more than tenfold from the first layer to the last.", function () {
      return activation.value === "tanh" && depth.value >= 40 && level(found.signal) &&
        level(found.gradient);
    });
    kit.task("The same with ReLU.", function () {
      return activation.value === "relu" && depth.value >= 40 && level(found.signal) &&
        level(found.gradient);
    });
    kit.task("Show that no gain does it for the sigmoid: let the signal be level over 40 layers and " +
      "the gradient shrink more than a millionfold.", function () {
      return activation.value === "sigmoid" && depth.value >= 40 && level(found.signal) &&
        found.gradient[0] < 1e-6 * found.gradient[found.gradient.length - 1];
    });

    const activation = kit.choice({ label: "Activation", value: "tanh",
      options: [["tanh", "tanh"], ["relu", "ReLU"], ["sigmoid", "sigmoid"], ["none", "none"]] });
    const depth = kit.slider({ label: "Layers", min: 2, max: 60, value: 30 });
    const gain = kit.slider({ label: "Gain", min: 0.2, max: 4, step: 0.05, value: 0.5,
      format: function (v) { return v.toFixed(2); } });
    const picture = kit.chart({ label: "Size of signal and gradient in each layer", width: 560,
      xlabel: "layer", ylabel: "root mean square", ylog: true, into: kit.panel("Sizes") });
    const line = kit.readout();

    kit.onChange(function () {
      const random = T.random(5), W = data.width;
      const normal = function (shape, factor) {
        return T.map(T.zeros(shape), function () { return factor * random.normal(); });
      };
      const x = normal([data.examples, W], 1), delta = normal([data.examples, W], 1);
      const weights = [];
      for (let l = 0; l < depth.value; l++) {
        weights.push(normal([W, W], gain.value / Math.sqrt(W)));
      }
      found = sizes(weights, x, delta, activation.value);
      const layers = found.signal.map(function (_, l) { return l + 1; });
      const bounded = function (values) {
        return values.map(function (v) { return Math.min(1e30, Math.max(1e-30, v)); });
      };
      picture.update({ series: [
        { name: "signal, forward", x: layers, y: bounded(found.signal), color: "blue" },
        { name: "gradient, backward", x: layers, y: bounded(found.gradient), color: "orange" }
      ] });
      const last = layers.length - 1;
      line.text = kit.t("Signal in the last layer over the first") + ": " +
        (found.signal[last] / found.signal[0]).toExponential(1) + "; " +
        kit.t("gradient in the first layer over the last") + ": " +
        (found.gradient[0] / found.gradient[last]).toExponential(1) + ".";
      kit.say(line.text);
    });
  });
})();
