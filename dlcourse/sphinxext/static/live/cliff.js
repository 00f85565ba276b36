/* A ball on the loss of thirty layers that share one weight, with and without clipping. */
(function () {
  "use strict";
  function loss(w) {
    return Math.pow(Math.pow(w, 30) - 2, 2) / 2;
  }
  function gradient(w) {
    return (Math.pow(w, 30) - 2) * 30 * Math.pow(w, 29);
  }
  function step(w, rate, bound) {
    let g = gradient(w);
    if (bound !== null && Math.abs(g) > bound) {
      g = Math.sign(g) * bound;
    }
    return w - rate * g;
  }
  dlcourse.live.compute.cliff = function (inputs) {
    const way = [inputs.w];
    for (let i = 0; i < inputs.steps; i++) {
      way.push(step(way[i], inputs.rate, inputs.bound));
    }
    return way;
  };

  dlcourse.live("cliff", function (root, data, kit) {
    let way = [1.2];
    kit.task("Start at 1.15 or farther up the cliff and come to a loss below 0.01 within 100 steps.",
      function () {
        return start.value >= 1.15 && way.length <= 101 && loss(way[way.length - 1]) < 0.01;
      });

    const start = kit.slider({ label: "Start", min: 0.7, max: 1.25, step: 0.01, value: 1.2,
      format: function (v) { return v.toFixed(2); } });
    const rate = kit.slider({ label: "Learning rate", min: -6, max: -1, step: 0.25, value: -3.75,
      format: function (v) { return Math.pow(10, v).toPrecision(2); } });
    const clip = kit.toggle({ label: "Clip the gradient", value: false });
    const bound = kit.slider({ label: "Bound of its norm", min: -1, max: 3, step: 0.25, value: 1,
      format: function (v) { return Math.pow(10, v).toPrecision(2); } });
    const motion = kit.animate(function () { advance(); });
    const go = kit.button({ label: "Let it roll", action: function () {
      if (motion.running) {
        motion.stop();
      } else {
        motion.start();
      }
    } });
    kit.button({ label: "One step", action: function () { advance(); } });
    kit.button({ label: "Ten steps", action: function () {
      for (let i = 0; i < 10; i++) {
        advance();
      }
    } });
    kit.button({ label: "Back to the start", action: function () { way = [start.value]; } });
    const picture = kit.chart({ label: "The loss by the weight, and the ball", width: 560,
      xlabel: "weight w", ylabel: "loss", xlim: [0.7, 1.3], ylim: [1e-6, 1e7], ylog: true,
      into: kit.panel("The cliff") });
    const line = kit.readout();

    function advance() {
      const w = way[way.length - 1];
      if (way.length > 300 || !Number.isFinite(w) || Math.abs(w) > 1e6) {
        motion.stop();
        return;
      }
      way.push(step(w, Math.pow(10, rate.value), clip.value ? Math.pow(10, bound.value) : null));
    }

    kit.onChange(function (from) {
      if (from === start) {
        way = [start.value];
      }
      bound.element.hidden = !clip.value;
      go.label = motion.running ? "Stop" : "Let it roll";
      const grid = Array.from({ length: 241 }, function (_, i) { return 0.7 + i / 400; });
      const w = way[way.length - 1], seen = way.slice(-40);
      picture.update({ series: [
        { x: grid, y: grid.map(function (v) { return Math.max(1e-6, loss(v)); }), color: "gray" },
        { x: seen, y: seen.map(function (v) { return Math.max(1e-6, loss(v)); }), points: 3,
          color: "sky" },
        { x: [w], y: [Math.max(1e-6, loss(w))], points: 7, color: "orange" }
      ] });
      const lost = !Number.isFinite(w) || w < 0.7 || w > 1.3;
      line.text = kit.t("After") + " " + (way.length - 1) + " " + kit.t("steps") + ": w = " +
        (Number.isFinite(w) ? Number(w.toPrecision(5)) : "∞") + ", " + kit.t("loss") + " " +
        loss(w).toPrecision(3) + (lost ? ". " + kit.t("The ball has left the picture.") : ".");
      if (!motion.running) {
        kit.say(line.text);
      }
    });
  });
})();
