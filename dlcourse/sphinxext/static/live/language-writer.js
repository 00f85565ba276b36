/* A Transformer with a bias for each distance writes, with a cache and without.
   Data: net (models.TransformerLM whose attention has a table (heads, distances)), heads, most
   (tokens that it remembers), tokens (list), unknown (number). */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const SHOWN = 12, COLUMNS = 18, LONGEST = 160, MOST_K = 40, PART = 40;

  function project(net, name, x) {
    return T.linear(x, net[name + ".weight"], net[name + ".bias"]);
  }
  function norm(net, name, x) {
    return T.layerNorm(x, net[name + ".weight"], net[name + ".bias"]);
  }
  function layers(net) {
    let count = 0;
    while (net["layers." + count + ".add_norm1.norm.weight"]) {
      count += 1;
    }
    return Array.from({ length: count }, function (_, l) { return "layers." + l; });
  }

  /* One more token: o has heads and most; the cache, a list of {keys, values} a layer, grows, and
     forgets what is more than `most` tokens back. Gives scores (V,) and weights (heads, S). */
  function step(net, id, cache, o) {
    const weight = net["embedding.embedding.weight"], D = weight.shape[1], d = D / o.heads;
    let x = T.scale(T.embedding(weight, [id]), Math.sqrt(D)), seen = null;
    layers(net).forEach(function (name, l) {
      const kept = (cache[l] = cache[l] || { keys: [], values: [] });
      const table = net[name + ".attention.table"], last = table.shape[1] - 1;
      const y = norm(net, name + ".add_norm1.norm", x);
      const q = project(net, name + ".attention.q_proj", y).data;
      kept.keys.push(project(net, name + ".attention.k_proj", y).data);
      kept.values.push(project(net, name + ".attention.v_proj", y).data);
      if (kept.keys.length > o.most) {
        kept.keys.shift();
        kept.values.shift();
      }
      const S = kept.keys.length, scores = T.zeros([o.heads, S]), answer = T.zeros([1, D]);
      for (let h = 0; h < o.heads; h++) {
        for (let s = 0; s < S; s++) {
          let sum = 0;
          for (let j = h * d; j < (h + 1) * d; j++) {
            sum += q[j] * kept.keys[s][j];
          }
          const distance = Math.min(S - 1 - s, last);
          scores.data[h * S + s] = sum / Math.sqrt(d) + table.data[h * (last + 1) + distance];
        }
      }
      const weights = T.softmax(scores);
      for (let j = 0; j < D; j++) {
        const h = Math.floor(j / d);
        for (let s = 0; s < S; s++) {
          answer.data[j] += weights.data[h * S + s] * kept.values[s][j];
        }
      }
      seen = seen || weights;
      x = T.add(x, project(net, name + ".attention.out_proj", answer));
      const z = T.relu(project(net, name + ".feed_forward.linear1",
        norm(net, name + ".add_norm2.norm", x)));
      x = T.add(x, project(net, name + ".feed_forward.linear2", z));
    });
    const scores = project(net, "linear", norm(net, "norm", x));
    return { scores: T.reshape(scores, [scores.data.length]), weights: seen };
  }

  /* The shares from which is drawn: o has temperature, k and p. Gives {shares, whole, order}. */
  function cut(scores, o) {
    const V = scores.data.length;
    const whole = T.softmax(T.scale(T.reshape(scores, [1, V]), 1 / o.temperature)).data;
    const order = Array.from(whole.keys()).sort(function (a, b) { return whole[b] - whole[a]; });
    const shares = new Float32Array(V);
    const some = order.slice(0, o.k);
    const kept = some.reduce(function (sum, i) { return sum + whole[i]; }, 0);
    let before = 0, total = 0;
    some.forEach(function (i) {
      if (before < o.p) {
        shares[i] = whole[i];
        total += whole[i];
      }
      before += whole[i] / kept;
    });
    for (let i = 0; i < V; i++) {
      shares[i] /= total;
    }
    return { shares: shares, whole: whole, order: order, total: total };
  }

  dlcourse.live.compute["language-writer"] = function (inputs) {
    const net = T.fromDict(inputs.net), cache = [];
    let found = null;
    inputs.ids.forEach(function (id) { found = step(net, id, cache, inputs); });
    return { scores: T.toNested(found.scores), weights: T.toNested(found.weights),
      shares: Array.from(cut(found.scores, inputs).shares), kept: cache[0].keys.length };
  };

  dlcourse.live("language-writer", function (root, data, kit) {
    const numbers = {}, random = T.random(1), written = { on: 0, off: 0 };
    const o = { heads: data.heads, most: data.most };
    data.tokens.forEach(function (token, i) { numbers[token] = i; });
    let cache = [], length = 0, was = "", found = null, drawn = null, read = 0;

    kit.task("At temperature 1, find the smallest k with which at least 90 % of the probability is " +
      "kept, with p at 1.", function () {
      if (temperature.value !== 1 || top.value !== 1 || drawn === null || k.value >= MOST_K) {
        return false;
      }
      const sum = drawn.order.slice(0, k.value).reduce(function (all, i) {
        return all + drawn.whole[i];
      }, 0);
      return sum >= 0.9 && sum - drawn.whole[drawn.order[k.value - 1]] < 0.9;
    });
    kit.task("Let it write " + PART + " characters without the cache and " + PART + " with it, " +
      "and compare how many it reads.", function () {
      return written.on >= PART && written.off >= PART;
    });

    const text = kit.text({ label: "Your text", value: "The statem", length: LONGEST });
    const temperature = kit.slider({ label: "Temperature", min: 0.1, max: 2, step: 0.1, value: 1,
      format: function (v) { return v.toFixed(1); } });
    const k = kit.slider({ label: "k, how many are kept", min: 1, max: MOST_K, value: MOST_K,
      format: function (v) { return v === MOST_K ? kit.t("all") : String(v); } });
    const top = kit.slider({ label: "p, the sum that is kept", min: 0.05, max: 1, step: 0.05,
      value: 1, format: function (v) { return v.toFixed(2); } });
    const keeps = kit.toggle({ label: "Keep keys and values", value: false });
    let waited = 0;
    const motion = kit.animate(function (seconds) {
      waited += seconds;
      if (waited > 0.12 || kit.still()) {
        waited = 0;
        write();
      }
    });
    kit.button({ label: "Write one character", action: write });
    const go = kit.button({ label: "Let it write", action: function () {
      if (motion.running) {
        motion.stop();
      } else {
        motion.start();
      }
    } });
    const bars = kit.bars({ label: "What it draws from: the likeliest next characters", width: 280,
      left: 46, names: new Array(SHOWN).fill(""), into: kit.panel("What it draws from") });
    const map = kit.heatMap({ label: "How much each head looks at each of the last characters",
      cell: 15, shape: [data.heads, COLUMNS], names: 52,
      rowNames: Array.from({ length: data.heads }, function (_, h) {
        return kit.t("head") + " " + (h + 1);
      }), columnNames: new Array(COLUMNS).fill(""), into: kit.panel("What the heads look at") });
    const line = kit.readout();

    function shown(token) {
      return token === " " ? "␣" : token === "\n" ? "⏎" : token;
    }
    function ids() {
      return Array.from(text.value, function (c) {
        return c in numbers ? numbers[c] : data.unknown;
      });
    }
    /* Read the text: with a cache only what is new in it, without one the whole memory anew. */
    function follow() {
      const all = ids(), grows = text.value.startsWith(was) && was !== "" && length > 0;
      let fresh = all.slice(-data.most);
      if (keeps.value && grows) {
        fresh = all.slice(length);
      } else {
        cache = [];
      }
      (fresh.length || found === null || !grows ? fresh : []).forEach(function (id) {
        found = step(data.net, id, cache, o);
      });
      if (!all.length) {
        found = step(data.net, data.unknown, [], o);
      }
      was = text.value;
      length = all.length;
      return fresh.length;
    }
    function write() {
      if (text.value.length >= LONGEST) {
        text.value = text.value.slice(-LONGEST / 2);
      }
      follow();
      const p = now().shares;
      let rest = random.uniform(), i = 0;
      while (i < p.length - 1 && (rest -= p[i]) > 0) {
        i += 1;
      }
      const token = data.tokens[p[i] > 0 ? i : drawn.order[0]];
      text.value += token.length === 1 ? (token === "\n" ? " " : token) : "?";
      written[keeps.value ? "on" : "off"] += 1;
      read += follow();
    }
    function now() {
      drawn = cut(found.scores, { temperature: temperature.value, p: top.value,
        k: k.value === MOST_K ? data.tokens.length : k.value });
      return drawn;
    }

    kit.onChange(function (from) {
      go.label = motion.running ? "Stop" : "Let it write";
      if (from === keeps) {
        read = 0;
        written[keeps.value ? "on" : "off"] = 0;
      }
      follow();
      now();
      const order = drawn.order.slice(0, SHOWN);
      bars.names(order.map(function (i) { return shown(data.tokens[i]); }));
      bars.update(order.map(function (i) { return drawn.shares[i]; }));
      const S = found.weights.shape[1], last = Math.min(S, COLUMNS);
      const picture = T.zeros([data.heads, COLUMNS]);
      for (let h = 0; h < data.heads; h++) {
        for (let j = 0; j < last; j++) {
          picture.data[h * COLUMNS + j] = found.weights.data[h * S + S - last + j];
        }
      }
      map.update(picture, { columnNames: Array.from(text.value).slice(-last).map(shown) });
      const count = written[keeps.value ? "on" : "off"];
      line.text = kit.t("It draws from") + " " +
        drawn.shares.filter(function (share) { return share > 0; }).length + " " +
        kit.t("characters with") + " " + (100 * drawn.total).toFixed(0) + " % " +
        kit.t("of the probability") + ". " + (count ? kit.t("Written") + ": " + count + ", " +
        kit.t("characters read for it") + ": " + read + "." : "");
      if (from !== motion) {
        kit.say(line.text);
      }
    });
  });
})();
