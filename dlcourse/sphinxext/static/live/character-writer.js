/* Type a text: the trained LSTM's next characters, its state and gates over time; let it write.
   Data: net (models.RecurrentNet with one LSTM layer), tokens (list), unknown (number). */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const SHOWN = 20, LONGEST = 120;

  /* Scores of the next token (V,), and per step (T, H): h, c, input, forget, output. */
  function read(net, ids) {
    const H = net["recurrent.weight_hh_l0"].shape[1];
    const p = T.recurrentWeights(net, "recurrent");
    let state = { h: T.zeros([1, H]), c: T.zeros([1, H]) };
    const steps = { h: [], c: [], input: [], forget: [], output: [] };
    ids.forEach(function (id) {
      const x = T.embedding(net["embedding.weight"], [id]);
      state = T.lstmStep(x, state, p);
      Object.keys(steps).forEach(function (name) {
        steps[name].push(T.reshape(state[name], [H]));
      });
    });
    const scores = T.linear(state.h, net["linear.weight"], net["linear.bias"]);
    const out = { scores: T.reshape(scores, [scores.data.length]) };
    Object.keys(steps).forEach(function (name) {
      out[name] = steps[name].length ? T.stack(steps[name]) : T.zeros([0, H]);
    });
    return out;
  }

  dlcourse.live.compute["character-writer"] = function (inputs) {
    const found = {}, made = read(T.fromDict(inputs.net), inputs.ids);
    Object.keys(made).forEach(function (name) { found[name] = T.toNested(made[name]); });
    return found;
  };

  function shares(scores, temperature) {
    return T.softmax(T.scale(T.reshape(scores, [1, scores.data.length]), 1 / temperature)).data;
  }

  dlcourse.live("character-writer", function (root, data, kit) {
    const numbers = {}, random = T.random(1);
    data.tokens.forEach(function (token, i) { numbers[token] = i; });
    let found = null, likely = [], written = 0;

    kit.task("Type a beginning of three characters or more after which the network is more than " +
      "95 % certain of the next character, at temperature 1.", function () {
      return text.value.length >= 3 && temperature.value === 1 && likely[likely.order[0]] > 0.95;
    });
    kit.task("Let it write 30 characters.", function () { return written >= 30; });

    const text = kit.text({ label: "Your text", value: "The ", length: LONGEST });
    const temperature = kit.slider({ label: "Temperature", min: 0.1, max: 2, step: 0.1, value: 1,
      format: function (v) { return v.toFixed(1); } });
    const what = kit.choice({ label: "Show over time", value: "h", options: [["h", "state h"],
      ["c", "memory cell c"], ["forget", "forget gate"], ["input", "input gate"],
      ["output", "output gate"]] });
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
    kit.button({ label: "Clear", action: function () {
      motion.stop();
      text.value = "";
    } });
    const bars = kit.bars({ label: "Probabilities of the ten likeliest next characters", width: 280,
      left: 46, names: new Array(10).fill(""), into: kit.panel("Next character") });
    const H = data.net["recurrent.weight_hh_l0"].shape[1];
    const rows = Math.min(H, 32);
    const map = kit.heatMap({ label: "Units (rows) over the last characters (columns)", cell: 12,
      signed: true, shape: [rows, SHOWN], columnNames: new Array(SHOWN).fill(""),
      into: kit.panel("The first units over time") });
    const line = kit.readout();

    function shown(token) {
      return token === " " ? "␣" : token === "\n" ? "⏎" : token;
    }
    function ids() {
      return Array.from(text.value, function (c) {
        return c in numbers ? numbers[c] : data.unknown;
      });
    }
    function write() {
      if (text.value.length >= LONGEST) {
        text.value = text.value.slice(-LONGEST / 2);
      }
      const p = shares(read(data.net, ids()).scores, temperature.value);
      let rest = random.uniform(), k = 0;
      while (k < p.length - 1 && (rest -= p[k]) > 0) {
        k += 1;
      }
      const token = data.tokens[k];
      text.value += token.length === 1 ? (token === "\n" ? " " : token) : "?";
      written += 1;
    }

    kit.onChange(function (from) {
      go.label = motion.running ? "Stop" : "Let it write";
      found = read(data.net, ids());
      likely = shares(found.scores, temperature.value);
      likely.order = Array.from(likely.keys()).sort(function (a, b) {
        return likely[b] - likely[a];
      }).slice(0, 10);
      bars.names(likely.order.map(function (k) { return shown(data.tokens[k]); }));
      bars.update(likely.order.map(function (k) { return likely[k]; }));
      const steps = found[what.value], last = Math.min(SHOWN, steps.shape[0]);
      const window_ = T.zeros([rows, SHOWN]);
      for (let j = 0; j < last; j++) {
        for (let i = 0; i < rows; i++) {
          window_.data[i * SHOWN + j] = steps.data[(steps.shape[0] - last + j) * H + i];
        }
      }
      const letters = Array.from(text.value).slice(-last).map(shown);
      map.update(window_, { high: what.value === "c" ? 3 : 1, columnNames: letters });
      const strange = Array.from(new Set(Array.from(text.value).filter(function (c) {
        return !(c in numbers);
      })));
      line.text = kit.t("Next") + ": " + likely.order.slice(0, 3).map(function (k) {
        return "“" + shown(data.tokens[k]) + "” " + (100 * likely[k]).toFixed(0) + " %";
      }).join(", ") + "." + (strange.length ? " " + kit.t("It has never seen") + ": " +
        strange.join(" ") : "");
      if (from !== motion) {
        kit.say(line.text);
      }
    });
  });
})();
