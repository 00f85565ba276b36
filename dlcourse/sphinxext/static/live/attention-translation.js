/* A sentence is translated by the page's own network: where it looks for each word that it writes,
   and what it writes when one token is hidden from its attention.
   Data: net (models.AttentionSeq2Seq with one layer and additive attention), source and target (the
   tokens of the vocabularies), sentences (list), begin, end, unknown (numbers of the specials). */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const COLUMNS = 12, ROWS = 14; // the most tokens that are read and written, <eos> counted
  const tokenize = dlcourse.words.tokenize;

  /* ids (S,) of the source, <eos> included; hidden: the place that gets no weight, or -1. Tokens are
     taken greedily until <eos>, or from forced. Gives {tokens, weights (T, S), scores (T, V)}. */
  function translate(net, ids, o) {
    const H = net["attention.W_q.weight"].shape[1], S = ids.length;
    const encoder = T.recurrentWeights(net, "encoder.recurrent");
    const decoder = T.recurrentWeights(net, "decoder");
    const states = [];
    let h = T.zeros([1, H]);
    ids.forEach(function (id) {
      h = T.gruStep(T.embedding(net["encoder.embedding.weight"], [id]), h, encoder).h;
      states.push(T.reshape(h, [H]));
    });
    const values = T.stack(states), keys = T.linear(values, net["attention.W_k.weight"]);
    const mask = T.tensor(ids.map(function (_, s) { return s === o.hidden ? 0 : 1; }), [1, S]);
    const out = { tokens: [], weights: [], scores: [] };
    let token = o.begin;
    for (let t = 0; t < (o.forced ? o.forced.length : o.most); t++) {
      token = o.forced ? o.forced[t] : token;
      const query = T.linear(h, net["attention.W_q.weight"]);
      const hidden = T.tanh(T.add(keys, query)); // (S, H)
      const fit = T.reshape(T.linear(hidden, net["attention.v.weight"]), [1, S]);
      const weights = T.softmax(fit, mask), context = T.matmul(weights, values);
      const x = T.concat([T.embedding(net["embedding.weight"], [token]), context]);
      h = T.gruStep(x, h, decoder).h;
      const scores = T.linear(h, net["linear.weight"], net["linear.bias"]);
      token = T.argmax(scores);
      out.tokens.push(token);
      out.weights.push(T.reshape(weights, [S]));
      out.scores.push(T.reshape(scores, [scores.data.length]));
      if (!o.forced && token === o.end) {
        break;
      }
    }
    return { tokens: out.tokens, weights: T.stack(out.weights), scores: T.stack(out.scores) };
  }

  dlcourse.live.compute["attention-translation"] = function (inputs) {
    if (inputs.text !== undefined) {
      return { tokens: tokenize(inputs.text) };
    }
    const net = T.fromDict(inputs.net);
    const found = translate(net, inputs.ids, inputs);
    return { tokens: found.tokens, weights: T.toNested(found.weights),
      scores: T.toNested(found.scores) };
  };

  dlcourse.live("attention-translation", function (root, data, kit) {
    const numbers = new Map(data.source.map(function (token, i) { return [token, i]; }));
    let words = [], strange = [], whole = null, found = null, key = "", step = 0;

    kit.task("Find or write a sentence in which the order changes: a later French word looks at an " +
      "earlier English one, and both have a weight above 0.6 there.", function () {
      return step === found.tokens.length && hide.value === "-1" && crossed();
    });
    kit.task("Hide one token from the attention so that the translation changes in exactly one " +
      "word.", function () {
      return hide.value !== "-1" && found.tokens.length === whole.tokens.length &&
        changed().length === 1;
    });

    const choice = kit.choice({ label: "A sentence", value: "0",
      options: data.sentences.map(function (sentence, i) { return [String(i), sentence]; }) });
    const text = kit.text({ label: "Or your own", value: data.sentences[0], length: 90 });
    const hide = kit.choice({ label: "Hide from the attention", value: "-1",
      options: [["-1", "nothing"]] });
    const select = hide.element.querySelector("select");
    const written = kit.slider({ label: "Words written", min: 1, max: ROWS, value: ROWS });
    let waited = 0;
    const motion = kit.animate(function (seconds) {
      waited += seconds;
      if (waited > 0.6 || kit.still()) {
        waited = 0;
        if (written.value < found.tokens.length) {
          written.value += 1;
        } else {
          motion.stop();
        }
      }
    });
    kit.button({ label: "Write it word by word", action: function () {
      written.value = 1;
      waited = 0;
      motion.start();
    } });
    const map = kit.heatMap({ label: "Weights: rows are words being written, columns source tokens",
      cell: 26, shape: [ROWS, COLUMNS + 1], rowNames: new Array(ROWS).fill(""),
      columnNames: new Array(COLUMNS).fill(""), into: kit.panel("Where each word looked") });
    const bars = kit.bars({ label: "The likeliest words of this step", width: 300, left: 96,
      names: new Array(5).fill(""), into: kit.panel("The last word written") });
    const line = kit.readout();

    function place(t) {
      return T.argmax(T.select(found.weights, t));
    }
    function weight(t) {
      return found.weights.data[t * words.length + place(t)];
    }
    /* Words only: marks and <eos> stand at the end in both languages. */
    function crossed() {
      const sure = found.tokens.map(function (_, t) { return t; }).filter(function (t) {
        return weight(t) > 0.6 && /\p{L}/u.test(data.target[found.tokens[t]]) &&
          found.tokens[t] > data.unknown;
      });
      return sure.some(function (t) {
        return sure.some(function (u) { return u > t && place(u) < place(t); });
      });
    }
    function changed() {
      return found.tokens.filter(function (token, t) { return token !== whole.tokens[t]; });
    }
    function sentence(tokens) {
      return dlcourse.words.join(tokens.filter(function (token) {
        return token !== data.end;
      }).map(function (token) { return data.target[token]; }));
    }

    function read() {
      const all = tokenize(text.value), known = all.slice(0, COLUMNS - 1);
      words = known.concat(["<eos>"]);
      strange = known.filter(function (word) { return !numbers.has(word); });
      // Of a single token nothing would be left to look at.
      const options = [["-1", kit.t("nothing")]].concat(known.length ? words.map(
        function (word, s) { return [String(s), s + 1 + ": " + word]; }) : []);
      const before = hide.value;
      select.replaceChildren.apply(select, options.map(function (option) {
        return dlcourse.make("option", { value: option[0], text: option[1] });
      }));
      hide.value = Number(before) < options.length - 1 ? before : "-1";
      return all.length > known.length;
    }

    let cut = false;
    kit.onChange(function (from) {
      if (from === choice) {
        text.value = data.sentences[Number(choice.value)];
      }
      if (from === choice || from === text) {
        hide.value = "-1";
        motion.stop();
      }
      if (key.split("\n")[0] !== text.value) {
        cut = read();
      }
      const now = text.value + "\n" + hide.value;
      if (!found || now !== key) {
        key = now;
        const ids = words.map(function (word) {
          return word === "<eos>" ? data.end : numbers.has(word) ? numbers.get(word) : data.unknown;
        });
        const o = { begin: data.begin, end: data.end, most: ROWS, hidden: -1 };
        whole = translate(data.net, ids, o);
        found = hide.value === "-1" ? whole
          : translate(data.net, ids, Object.assign(o, { hidden: Number(hide.value) }));
        written.limit(1, found.tokens.length);
        if (!motion.running) {
          written.value = found.tokens.length;
        }
      }
      step = written.value;
      const S = words.length, weights = T.zeros([found.tokens.length, S]);
      weights.data.set(found.weights.data.subarray(0, step * S));
      const marked = [];
      for (let t = 0; t < step; t++) {
        marked.push([t, place(t)]);
      }
      map.update(weights, { marked: marked, columnNames: words,
        rowNames: found.tokens.map(function (token, t) {
          return t < step ? data.target[token] : "";
        }) });
      const p = T.softmax(T.reshape(T.select(found.scores, step - 1), [1, data.target.length])).data;
      const likely = Array.from(p.keys()).sort(function (a, b) { return p[b] - p[a]; }).slice(0, 5);
      bars.names(likely.map(function (k) { return data.target[k]; }));
      bars.update(likely.map(function (k) { return p[k]; }), likely.indexOf(found.tokens[step - 1]));
      const last = step - 1;
      line.text = sentence(found.tokens.slice(0, step)) + " — " +
        "“" + data.target[found.tokens[last]] + "” " + kit.t("looked most at") + " “" +
        words[place(last)] + "”, " + kit.t("weight") + " " + weight(last).toFixed(2) + "." +
        (hide.value === "-1" ? "" : " " + kit.t("With nothing hidden") + ": " +
          sentence(whole.tokens)) +
        (strange.length ? " " + kit.t("It does not know") + ": " + strange.join(", ") + "." : "") +
        (cut ? " " + kit.t("It reads only the first") + " " + (COLUMNS - 1) + "." : "");
      kit.say(line.text);
    });
  });
})();
