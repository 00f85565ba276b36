/* A GAN on a ring of eight hills that trains in the page: both networks, step by step. */
(function () {
  "use strict";
  const T = dlcourse.tensor, HILLS = 8, SPREAD = 0.1, LATENT = 2;

  /* A network 2 → h → h → out as flat arrays: W1 (h, 2), b1, W2 (h, h), b2, W3 (out, h), b3, with
     max(x, slope · x) between. Numbers are doubles. */
  const NAMES = ["W1", "b1", "W2", "b2", "W3", "b3"];

  function affine(x, n, W, b) {
    const out = b.length, D = W.length / out, y = new Float64Array(n * out);
    for (let i = 0; i < n; i++) {
      for (let o = 0; o < out; o++) {
        let total = b[o];
        for (let j = 0; j < D; j++) {
          total += x[i * D + j] * W[o * D + j];
        }
        y[i * out + o] = total;
      }
    }
    return y;
  }
  function bend(x, slope) {
    return x.map(function (a) { return a > 0 ? a : slope * a; });
  }
  function forward(P, x, n, slope) {
    const s1 = affine(x, n, P.W1, P.b1), a1 = bend(s1, slope);
    const s2 = affine(a1, n, P.W2, P.b2), a2 = bend(s2, slope);
    return { x: x, s1: s1, a1: a1, s2: s2, a2: a2, y: affine(a2, n, P.W3, P.b3) };
  }
  /* Adds the gradients of one layer to gW and gb, and returns that of its input. */
  function back(dy, x, n, W, gW, gb) {
    const out = gb.length, D = W.length / out, dx = new Float64Array(n * D);
    for (let i = 0; i < n; i++) {
      for (let o = 0; o < out; o++) {
        const d = dy[i * out + o];
        gb[o] += d;
        for (let j = 0; j < D; j++) {
          gW[o * D + j] += d * x[i * D + j];
          dx[i * D + j] += d * W[o * D + j];
        }
      }
    }
    return dx;
  }
  function backward(P, f, n, dy, slope, g) {
    const bent = function (d, s) {
      return d.map(function (v, i) { return s[i] > 0 ? v : slope * v; });
    };
    const d2 = bent(back(dy, f.a2, n, P.W3, g.W3, g.b3), f.s2);
    const d1 = bent(back(d2, f.a1, n, P.W2, g.W2, g.b2), f.s1);
    return back(d1, f.x, n, P.W1, g.W1, g.b1);
  }
  function zeros(P) {
    const made = {};
    NAMES.forEach(function (name) { made[name] = new Float64Array(P[name].length); });
    return made;
  }
  /* Adam with betas 0.5 and 0.999, as in the chapter; changes P and its state. */
  function adam(P, g, state, rate) {
    state.t += 1;
    const c1 = 1 - Math.pow(0.5, state.t), c2 = 1 - Math.pow(0.999, state.t);
    NAMES.forEach(function (name) {
      const p = P[name], m = state.m[name], s = state.s[name];
      g[name].forEach(function (v, i) {
        m[i] = 0.5 * m[i] + 0.5 * v;
        s[i] = 0.999 * s[i] + 0.001 * v * v;
        p[i] -= rate * (m[i] / c1) / (Math.sqrt(s[i] / c2) + 1e-8);
      });
    });
  }
  function fresh(P) { return { t: 0, m: zeros(P), s: zeros(P) }; }
  function softplus(a) { return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))); }
  function sigmoid(a) { return 1 / (1 + Math.exp(-a)); }
  const RELU = 0, LEAKY = 0.2;

  /* The discriminator learns from real x and made points (flat, n points each). */
  function discriminatorStep(net, x, z, rate) {
    const n = x.length / 2, fake = forward(net.G, z, n, RELU).y;
    const real = forward(net.D, x, n, LEAKY), made = forward(net.D, fake, n, LEAKY), g = zeros(net.D);
    let loss = 0;
    real.y.forEach(function (s) { loss += softplus(-s) / n; });
    made.y.forEach(function (s) { loss += softplus(s) / n; });
    backward(net.D, real, n, real.y.map(function (s) { return -sigmoid(-s) / n; }), LEAKY, g);
    backward(net.D, made, n, made.y.map(function (s) { return sigmoid(s) / n; }), LEAKY, g);
    adam(net.D, g, net.ofD, rate);
    return loss;
  }
  /* The generator learns, by a gradient that comes through the discriminator. */
  function generatorStep(net, z, rate) {
    const n = z.length / LATENT, made = forward(net.G, z, n, RELU);
    const seen = forward(net.D, made.y, n, LEAKY), g = zeros(net.G);
    let loss = 0;
    seen.y.forEach(function (s) { loss += softplus(-s) / n; });
    const into = seen.y.map(function (s) { return -sigmoid(-s) / n; });
    const points = backward(net.D, seen, n, into, LEAKY, zeros(net.D));
    backward(net.G, made, n, points, RELU, g);
    adam(net.G, g, net.ofG, rate);
    return loss;
  }

  function flat(P) {
    const made = {};
    NAMES.forEach(function (name) { made[name] = Float64Array.from([P[name]].flat(3)); });
    return made;
  }
  /* {G, D: parameters as torch has them, rounds: [{x, z, more: [z, ...]}], rate}: a step of the
     discriminator and then, for each of more, one of the generator. */
  dlcourse.live.compute["gan-ring"] = function (i) {
    const net = { G: flat(i.G), D: flat(i.D) };
    net.ofG = fresh(net.G);
    net.ofD = fresh(net.D);
    const losses = i.rounds.map(function (round) {
      const lost = discriminatorStep(net, Float64Array.from(round.x.flat()),
        Float64Array.from(round.z.flat()), i.rate);
      return [lost].concat(round.more.map(function (z) {
        return generatorStep(net, Float64Array.from(z.flat()), i.rate);
      }));
    });
    const out = { losses: losses, G: {}, D: {} };
    ["G", "D"].forEach(function (which) {
      NAMES.forEach(function (name) { out[which][name] = Array.from(net[which][name]); });
    });
    return out;
  };

  const CENTERS = Array.from({ length: HILLS }, function (_, k) {
    return [2 * Math.cos(k * 2 * Math.PI / HILLS), 2 * Math.sin(k * 2 * Math.PI / HILLS)];
  });
  function hillsFound(points) {
    const n = points.length / 2, counts = new Array(HILLS).fill(0);
    for (let i = 0; i < n; i++) {
      CENTERS.forEach(function (c, k) {
        if (Math.hypot(points[2 * i] - c[0], points[2 * i + 1] - c[1]) < 4 * SPREAD) {
          counts[k] += 1;
        }
      });
    }
    return counts.filter(function (count) { return count >= 0.2 * n / HILLS; }).length;
  }
  dlcourse.live.compute["gan-ring-hills"] = function (i) {
    return hillsFound(i.points.flat());
  };

  dlcourse.live("gan-ring", function (root, data, kit) {
    const SHOWN = 400, BATCH = 64, HIDDEN = 32, MOST = 3000;
    let net, random, noise, made, taken, losses, seed = 1;
    kit.task("Train until the generator has found all eight hills.", function () {
      return hillsFound(made) === HILLS;
    });
    kit.task("Let the modes collapse: three hills or fewer after 1,000 rounds.", function () {
      return taken >= 1000 && hillsFound(made) <= 3;
    });

    const ran = kit.choice({ label: "Generator steps a round", value: "1",
      options: [["1", "1"], ["2", "2"], ["4", "4"]] });
    const rate = kit.choice({ label: "Learning rate", value: "0.002",
      options: [["0.0005", "0.0005"], ["0.001", "0.001"], ["0.002", "0.002"], ["0.005", "0.005"]] });
    const motion = kit.animate(function () { advance(4); });
    const go = kit.button({ label: "Train", action: function () {
      if (motion.running) {
        motion.stop();
      } else {
        motion.start();
      }
    } });
    kit.button({ label: "50 rounds", action: function () { advance(50); } });
    kit.button({ label: "Another start", action: function () {
      seed += 1;
      begin();
    } });

    const side = 280, low = -3, high = 3, cells = 28;
    const place = function (v) { return (v - low) / (high - low) * side; };
    kit.canvas({ label: "The plane in the discriminator's colors, with the hills as circles and the made points",
      width: side, height: side, into: kit.panel("Made points"),
      draw: function (context, colors) {
        const x = new Float64Array(2 * cells * cells);
        for (let k = 0; k < cells * cells; k++) {
          x[2 * k] = low + (k % cells + 0.5) / cells * (high - low);
          x[2 * k + 1] = high - (Math.floor(k / cells) + 0.5) / cells * (high - low);
        }
        const shade = T.tensor(Float32Array.from(forward(net.D, x, cells * cells, LEAKY).y,
          function (s) { return Math.tanh(s / 2) / 2; }), [cells, cells]);
        kit.paint(context, shade, 0, 0, side / cells, colors, { signed: true, high: 1.4 });
        CENTERS.forEach(function (c) {
          context.strokeStyle = colors.ink;
          context.lineWidth = 1.4;
          context.beginPath();
          context.arc(place(c[0]), side - place(c[1]), 4 * SPREAD / (high - low) * side, 0,
            2 * Math.PI);
          context.stroke();
        });
        context.fillStyle = colors.ink;
        for (let i = 0; i < SHOWN; i++) {
          context.beginPath();
          context.arc(place(made[2 * i]), side - place(made[2 * i + 1]), 2.2, 0, 2 * Math.PI);
          context.fill();
        }
      } });
    const chart = kit.chart({ label: "Losses of both networks over the rounds", width: 300,
      height: 250, xlabel: "round", ylabel: "loss", into: kit.panel("Losses") });
    const line = kit.readout();

    /* As torch starts a linear layer with D inputs. */
    function start(number, D) {
      return Float64Array.from({ length: number }, function () {
        return (2 * random.uniform() - 1) / Math.sqrt(D);
      });
    }
    function network(out) {
      return { W1: start(2 * HIDDEN, 2), b1: start(HIDDEN, 2), W2: start(HIDDEN * HIDDEN, HIDDEN),
        b2: start(HIDDEN, HIDDEN), W3: start(out * HIDDEN, HIDDEN), b3: start(out, HIDDEN) };
    }
    function normal(n) {
      return Float64Array.from({ length: 2 * n }, random.normal);
    }
    function ring(n) {
      const x = new Float64Array(2 * n);
      for (let i = 0; i < n; i++) {
        const c = CENTERS[Math.floor(HILLS * random.uniform())];
        x[2 * i] = c[0] + SPREAD * random.normal();
        x[2 * i + 1] = c[1] + SPREAD * random.normal();
      }
      return x;
    }
    function draw() { made = forward(net.G, noise, SHOWN, RELU).y; }
    function begin() {
      random = T.random(seed);
      net = { G: network(2), D: network(1) };
      net.ofG = fresh(net.G);
      net.ofD = fresh(net.D);
      noise = normal(SHOWN);
      taken = 0;
      losses = [];
      draw();
    }
    function advance(rounds) {
      for (let r = 0; r < rounds && taken < MOST; r++) {
        const lost = discriminatorStep(net, ring(BATCH), normal(BATCH), Number(rate.value));
        let won = 0;
        for (let k = 0; k < Number(ran.value); k++) {
          won = generatorStep(net, normal(BATCH), Number(rate.value));
        }
        taken += 1;
        losses.push([taken, lost, won]);
      }
      if (taken >= MOST) {
        motion.stop();
      }
      draw();
    }

    kit.onChange(function (from) {
      if (!net || from === ran || from === rate) {
        begin();
      }
      go.label = motion.running ? "Stop" : "Train";
      const every = Math.max(1, Math.ceil(losses.length / 150));
      const kept = losses.filter(function (_, i) { return i % every === 0; });
      const column = function (k) { return kept.map(function (row) { return row[k]; }); };
      chart.update({ ylim: [0, 4], series: [
        { name: "discriminator", x: column(0), y: column(1) },
        { name: "generator", x: column(0), y: column(2) }] });
      const last = losses[losses.length - 1] || [0, NaN, NaN];
      line.text = kit.t("After") + " " + taken + " " + kit.t("rounds") + ": " +
        kit.t("hills found") + " " + hillsFound(made) + " " + kit.t("of") + " " + HILLS +
        (taken ? ", " + kit.t("losses") + " " + last[1].toFixed(2) + " " + kit.t("and") + " " +
          last[2].toFixed(2) : "") + ".";
      if (!motion.running) {
        kit.say(line.text);
      }
    });
  });
})();
