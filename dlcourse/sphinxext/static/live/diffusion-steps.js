/* The steps of a diffusion on points of the plane: from data to noise, and back by the network that
   the page has trained. Data: net (the state of the chapter's Denoiser), beta (T), centers (8, 2) of
   the hills, near: the distance at which a point belongs to one. */
(function () {
  "use strict";
  const T = dlcourse.tensor;

  /* The noise that the network sees in points (N, 2) after step t. */
  function predict(net, x, t) {
    const inner = T.add(T.linear(x, net["place.weight"], net["place.bias"]),
      T.select(net["time.weight"], t));
    const hidden = T.relu(T.linear(T.relu(inner), net["rest.1.weight"], net["rest.1.bias"]));
    return T.linear(hidden, net["rest.3.weight"], net["rest.3.bias"]);
  }
  /* The shares of the data that are left after each step. */
  function shares(beta) {
    let left = 1;
    return Array.from(beta.data, function (b) { return (left *= 1 - b); });
  }
  function addNoise(x, noise, kept) {
    return T.zip(x, noise, function (a, e) {
      return Math.sqrt(kept) * a + Math.sqrt(1 - kept) * e;
    });
  }
  function stepBack(x, predicted, noise, beta, kept, t) {
    const share = beta.data[t] / Math.sqrt(1 - kept[t]);
    return T.map(x, function (a, i) {
      const clean = (a - share * predicted.data[i]) / Math.sqrt(1 - beta.data[t]);
      return t > 0 ? clean + Math.sqrt(beta.data[t]) * noise.data[i] : clean;
    });
  }

  dlcourse.live.compute["diffusion-steps"] = function (i) {
    const net = T.fromDict(i.net), beta = T.from(i.beta), x = T.from(i.x), noise = T.from(i.noise);
    const kept = shares(beta), predicted = predict(net, x, i.t);
    return { noisy: T.toNested(addNoise(x, noise, kept[i.t])), predicted: T.toNested(predicted),
      back: T.toNested(stepBack(x, predicted, noise, beta, kept, i.t)) };
  };

  dlcourse.live("diffusion-steps", function (root, data, kit) {
    const N = 160, STEPS = data.beta.data.length, HILLS = data.centers.shape[0];
    const SIDE = 300, EDGE = 3.2, kept = shares(data.beta);
    let way, fresh, own, seed = 1, seen = {};

    function normal(random, n) {
      return T.tensor(Float32Array.from({ length: 2 * n }, random.normal), [n, 2]);
    }
    function center(k, axis) { return data.centers.data[2 * k + axis]; }
    /* Of each point the hill to which it belongs, or -1. */
    function hills(x) {
      return Array.from({ length: x.shape[0] }, function (_, i) {
        for (let k = 0; k < HILLS; k++) {
          if (Math.hypot(x.data[2 * i] - center(k, 0), x.data[2 * i + 1] - center(k, 1)) <
              data.near) {
            return k;
          }
        }
        return -1;
      });
    }
    function share(x) {
      return hills(x).filter(function (k) { return k >= 0; }).length / x.shape[0];
    }
    /* The points after so many steps back, computed as far as they are asked for. */
    function backTo(step) {
      while (way.length <= step) {
        const t = STEPS - way.length, x = way[way.length - 1];
        way.push(stepBack(x, predict(data.net, x, t), fresh[t], data.beta, kept, t));
      }
      return way[step];
    }
    function shown() {
      return direction.value === "back" ? backTo(step.value)
        : step.value === 0 ? points : addNoise(points, forward, kept[step.value - 1]);
    }
    /* The own point's way, 0 … STEPS steps back. */
    function ownWay() {
      const made = [T.tensor([ownX.value, ownY.value], [1, 2])];
      for (let t = STEPS - 1; t >= 0; t--) {
        const x = made[made.length - 1];
        made.push(stepBack(x, predict(data.net, x, t), ownNoise[t], data.beta, kept, t));
      }
      return made;
    }

    kit.task("Take data forward: find the first step after which fewer than half of the points are on a hill.",
      function () {
        return direction.value === "forward" && step.value > 0 && share(shown()) < 0.5 &&
          share(step.value === 1 ? points : addNoise(points, forward, kept[step.value - 2])) >= 0.5;
      });
    kit.task("Go back from noise, all the way: bring your own point to the topmost hill.",
      function () {
        return direction.value === "back" && step.value === STEPS &&
          hills(own[STEPS])[0] === topmost;
      });

    const direction = kit.choice({ label: "Direction", value: "back",
      options: [["back", "from noise to data"], ["forward", "from data to noise"]] });
    const step = kit.slider({ label: "Steps taken", min: 0, max: STEPS, value: 0 });
    const show = function (v) { return v.toFixed(1).replace("-", "−"); };
    const ownX = kit.slider({ label: "Your point, across", min: -3, max: 3, step: 0.1, value: 0,
      format: show });
    const ownY = kit.slider({ label: "Your point, up", min: -3, max: 3, step: 0.1, value: 0,
      format: show });
    const motion = kit.animate(function () {
      step.value = step.value + 1;
      if (step.value >= STEPS) {
        motion.stop();
      }
    });
    const go = kit.button({ label: "Play", action: function () {
      if (motion.running) {
        motion.stop();
      } else {
        step.value = step.value >= STEPS ? 0 : step.value;
        motion.start();
      }
    } });
    kit.button({ label: "Other noise", action: function () {
      seed += 1;
      begin();
    } });

    let points, forward, ownNoise;
    const topmost = Array.from({ length: HILLS }, function (_, k) { return k; })
      .reduce(function (best, k) { return center(k, 1) > center(best, 1) ? k : best; });
    function begin() {
      const random = T.random(seed);
      points = T.tensor(Float32Array.from({ length: 2 * N }, function (_, i) {
        return center(Math.floor(i / 2) % HILLS, i % 2) + data.near / 4 * random.normal();
      }), [N, 2]);
      forward = normal(random, N);
      way = [normal(random, N)];
      fresh = Array.from({ length: STEPS }, function () { return normal(random, N); });
      ownNoise = Array.from({ length: STEPS }, function () { return normal(random, 1); });
      own = ownWay();
      seen = {};
    }

    const place = function (v) { return (v + EDGE) / (2 * EDGE) * SIDE; };
    function disk(context, x, y, radius) {
      context.beginPath();
      context.arc(place(x), SIDE - place(y), radius, 0, 2 * Math.PI);
      context.fill();
    }
    kit.canvas({ label: "The points on their way, with your own in orange", width: SIDE,
      height: SIDE, into: kit.panel("The points"),
      grid: function () { return { rows: 61, columns: 61, x: 0, y: 0, size: SIDE / 61 }; },
      onPoint: function (x, y, kind) {
        if (kind === "down" || kind === "drag") {
          ownX.value = x / SIDE * 2 * EDGE - EDGE;
          ownY.value = EDGE - y / SIDE * 2 * EDGE;
        }
      },
      draw: function (context, colors) {
        context.strokeStyle = colors.line;
        context.lineWidth = 1;
        context.strokeRect(0.5, 0.5, SIDE - 1, SIDE - 1);
        for (let k = 0; k < HILLS; k++) {
          context.beginPath();
          context.arc(place(center(k, 0)), SIDE - place(center(k, 1)), data.near / EDGE * SIDE / 2, 0,
            2 * Math.PI);
          context.stroke();
        }
        const x = shown();
        context.fillStyle = colors.blue;
        for (let i = 0; i < N; i++) {
          disk(context, x.data[2 * i], x.data[2 * i + 1], 2.4);
        }
        if (direction.value === "back") {
          context.strokeStyle = context.fillStyle = colors.orange;
          context.lineWidth = 1.8;
          context.beginPath();
          own.slice(0, step.value + 1).forEach(function (p, i) {
            context[i ? "lineTo" : "moveTo"](place(p.data[0]), SIDE - place(p.data[1]));
          });
          context.stroke();
          disk(context, own[step.value].data[0], own[step.value].data[1], 5);
        }
      } });
    const chart = kit.chart({ label: "Share of the points on a hill, by steps taken", width: 300,
      height: 250, xlabel: "steps taken", ylabel: "share on a hill", into: kit.panel("On a hill") });
    const line = kit.readout();

    kit.onChange(function (from) {
      if (!way) {
        begin();
      } else if (from !== step && from !== motion) {
        own = ownWay();
      }
      if (from === direction) {
        seen = {};
        step.value = 0;
      }
      go.label = motion.running ? "Stop" : "Play";
      const now = share(shown());
      seen[step.value] = now;
      const steps = Object.keys(seen).map(Number);
      chart.update({ xlim: [0, STEPS], ylim: [0, 1], series: [{ x: steps, points: 2.5,
        y: steps.map(function (n) { return seen[n]; }) }] });
      const hill = hills(own[STEPS])[0];
      line.text = kit.t("Steps taken") + ": " + step.value + " " + kit.t("of") + " " + STEPS + ", " +
        kit.t("of the data is left") + ": " + (100 * left()).toFixed(0) + " %. " +
        kit.t("On a hill") + ": " + (100 * now).toFixed(0) + " %." +
        (direction.value === "back" && step.value === STEPS ? " " + kit.t(hill < 0
          ? "Your point ends on no hill." : hill === topmost ? "Your point ends on the topmost hill."
            : "Your point ends on another hill.") : "");
      if (!motion.running) {
        kit.say(line.text);
      }
    });
    /* The share of the variance that is left of the data at this place of the way. */
    function left() {
      const taken = direction.value === "back" ? STEPS - step.value : step.value;
      return taken === 0 ? 1 : kept[taken - 1];
    }
  });
})();
