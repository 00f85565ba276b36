/* The page's Transformer translates a sentence: what each head looks at, and what happens without
   positions or without a mask.
   Data: net (models.Transformer), heads, positions (table (L, D)), source and target (the tokens of
   the vocabularies), sentences (list), begin, end, pad, unknown (numbers of the specials). */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const MOST = 14; // tokens that are read, padding included, and tokens that are written
  const PADDING = 3;
  const tokenize = dlcourse.words.tokenize;

  function project(net, name, x) {
    return T.linear(x, net[name + ".weight"], net[name + ".bias"]);
  }
  function norm(net, name, x) {
    return T.layerNorm(x, net[name + ".norm.weight"], net[name + ".norm.bias"]);
  }
  /* Queries y (L, D) look at x (S, D); mask (L, S) or null. Gives {output (L, D), weights}. */
  function attend(net, name, y, x, heads, mask) {
    const q = T.splitHeads(project(net, name + ".q_proj", y), heads);
    const k = T.splitHeads(project(net, name + ".k_proj", x), heads);
    const v = T.splitHeads(project(net, name + ".v_proj", x), heads);
    const found = T.attention(q, k, v, mask);
    return { output: project(net, name + ".out_proj", T.mergeHeads(found.output)),
      weights: found.weights };
  }
  function feed(net, name, x) {
    return project(net, name + ".linear2", T.relu(project(net, name + ".linear1", x)));
  }
  function embed(net, name, ids, positions) {
    const weight = net[name + ".embedding.weight"], D = weight.shape[1];
    const x = T.scale(T.embedding(weight, ids), Math.sqrt(D));
    for (let i = 0; positions && i < x.data.length; i++) {
      x.data[i] += positions.data[i];
    }
    return x;
  }
  function layers(net, side) {
    let count = 0;
    while (net[side + "." + count + ".add_norm1.norm.weight"]) {
      count += 1;
    }
    return Array.from({ length: count }, function (_, l) { return side + "." + l; });
  }
  function filled(rows, columns, f) {
    const mask = T.zeros([rows, columns]);
    for (let i = 0; i < rows * columns; i++) {
      mask.data[i] = f(Math.floor(i / columns), i % columns) ? 1 : 0;
    }
    return mask;
  }

  /* o: heads, pad, begin, end, most, positions (table or null), causal, padding (whether the masks
     are on), forced (tokens that are read) or nothing. Gives tokens, scores (T, V), and weights of
     the first layer: encoder, decoder, cross, (heads, rows, columns) each. */
  function run(net, ids, o) {
    const S = ids.length, out = { tokens: [], scores: [] };
    const real = function (rows) {
      return filled(rows, S, function (_, j) { return !o.padding || ids[j] !== o.pad; });
    };
    let x = embed(net, "source_embedding", ids, o.positions);
    layers(net, "encoder").forEach(function (name) {
      const y = norm(net, name + ".add_norm1", x);
      const seen = attend(net, name + ".attention", y, y, o.heads, real(S));
      out.encoder = out.encoder || seen.weights;
      x = T.add(x, seen.output);
      x = T.add(x, feed(net, name + ".feed_forward", norm(net, name + ".add_norm2", x)));
    });
    const memory = T.layerNorm(x, net["encoder_norm.weight"], net["encoder_norm.bias"]);
    const reads = [o.begin];
    function pass() {
      const L = reads.length;
      const past = filled(L, L, function (i, j) { return !o.causal || j <= i; });
      let y = embed(net, "target_embedding", reads, o.positions);
      layers(net, "decoder").forEach(function (name, l) {
        const z = norm(net, name + ".add_norm1", y);
        const back = attend(net, name + ".self_attention", z, z, o.heads, past);
        y = T.add(y, back.output);
        const cross = attend(net, name + ".cross_attention", norm(net, name + ".add_norm2", y),
          memory, o.heads, real(L));
        y = T.add(y, cross.output);
        y = T.add(y, feed(net, name + ".feed_forward", norm(net, name + ".add_norm3", y)));
        if (l === 0) {
          out.decoder = back.weights;
          out.cross = cross.weights;
        }
      });
      return T.layerNorm(y, net["decoder_norm.weight"], net["decoder_norm.bias"]);
    }
    function scored(y) {
      return T.linear(y, net["linear.weight"], net["linear.bias"]);
    }
    if (o.forced) {
      reads.splice.apply(reads, [0, 1].concat(o.forced));
      out.scores = scored(pass());
      out.tokens = o.forced.map(function (_, t) { return T.argmax(T.select(out.scores, t)); });
      return out;
    }
    for (;;) {
      const y = pass(), last = T.reshape(T.select(y, reads.length - 1), [1, y.shape[1]]);
      const scores = scored(last), token = T.argmax(scores);
      out.tokens.push(token);
      out.scores.push(T.reshape(scores, [scores.data.length]));
      if (token === o.end || out.tokens.length >= o.most) {
        break;
      }
      reads.push(token);
    }
    out.scores = T.stack(out.scores);
    return out;
  }

  dlcourse.live.compute["transformer-heads"] = function (inputs) {
    const net = T.fromDict(inputs.net);
    const found = run(net, inputs.ids, Object.assign({}, inputs, {
      positions: inputs.positions ? T.from(inputs.positions) : null
    }));
    return { tokens: found.tokens, scores: T.toNested(found.scores),
      encoder: T.toNested(found.encoder), decoder: T.toNested(found.decoder),
      cross: T.toNested(found.cross) };
  };

  dlcourse.live("transformer-heads", function (root, data, kit) {
    const numbers = new Map(data.source.map(function (token, i) { return [token, i]; }));
    let whole = null, found = null, key = "", words = [], strange = [], cut = false;
    function same(a, b) {
      return a.length === b.length && a.every(function (v, i) { return v === b[i]; });
    }
    kit.task("Find a sentence that comes out the same without the padding mask, and switch it off.",
      function () {
        return !padding.value && positions.value && causal.value &&
          same(whole.tokens, found.tokens);
      });
    kit.task("Show that two different sentences are one to the encoder without positions: exchange " +
      "two words of your own sentence, and let the translation stay the same.", function () {
      return !positions.value && before !== null && before.text !== text.value &&
        same(before.bag, bag()) && same(before.tokens, found.tokens);
    });

    const choice = kit.choice({ label: "A sentence", value: "0",
      options: data.sentences.map(function (sentence, i) { return [String(i), sentence]; }) });
    const text = kit.text({ label: "Or your own", value: data.sentences[0], length: 90 });
    const part = kit.choice({ label: "Attention", value: "cross", options: [
      ["encoder", "encoder, to the source"], ["decoder", "decoder, to what is written"],
      ["cross", "decoder, to the source"]] });
    const head = kit.slider({ label: "Head", min: 1, max: data.heads, value: 1 });
    const positions = kit.toggle({ label: "Positions", value: true });
    const causal = kit.toggle({ label: "Causal mask", value: true });
    const padding = kit.toggle({ label: "Padding mask", value: true });
    const map = kit.heatMap({ label: "Weights of this head: rows look at columns", cell: 25,
      shape: [MOST, MOST], rowNames: new Array(MOST).fill(""), names: 92,
      columnNames: new Array(MOST).fill(""), into: kit.panel("What the head looks at") });
    const line = kit.readout();
    let before = null;

    function bag() {
      return tokenize(text.value).slice().sort();
    }
    function read() {
      const all = tokenize(text.value), most = MOST - PADDING - 1;
      cut = all.length > most;
      words = all.slice(0, most).concat(["<eos>"]);
      strange = words.filter(function (word) { return word !== "<eos>" && !numbers.has(word); });
      for (let i = 0; i < PADDING; i++) {
        words.push("<pad>");
      }
      return words.map(function (word) {
        return word === "<eos>" ? data.end : word === "<pad>" ? data.pad
          : numbers.has(word) ? numbers.get(word) : data.unknown;
      });
    }
    function sentence(tokens) {
      return dlcourse.words.join(tokens.filter(function (token) {
        return token !== data.end;
      }).map(function (token) { return data.target[token]; }));
    }

    kit.onChange(function (from) {
      if (from === choice) {
        text.value = data.sentences[Number(choice.value)];
      }
      const now = [text.value, positions.value, causal.value, padding.value].join("\n");
      if (now !== key) {
        if (found && !positions.value && key.split("\n")[1] === "false") {
          const last = key.split("\n")[0];
          before = { text: last, bag: tokenize(last).slice().sort(), tokens: found.tokens };
        }
        key = now;
        const ids = read(), o = { heads: data.heads, pad: data.pad, begin: data.begin,
          end: data.end, most: MOST, positions: data.positions, causal: true, padding: true };
        whole = run(data.net, ids, o);
        const all = positions.value && causal.value && padding.value;
        found = all ? whole : run(data.net, ids, Object.assign({}, o, {
          positions: positions.value ? data.positions : null, causal: causal.value,
          padding: padding.value
        }));
      }
      const weights = found[part.value], rows = weights.shape[1], columns = weights.shape[2];
      const shown = T.select(weights, head.value - 1);
      const written = ["<bos>"].concat(found.tokens.map(function (t) { return data.target[t]; }));
      map.update(T.reshape(shown, [rows, columns]), {
        rowNames: (part.value === "encoder" ? words : written).slice(0, rows),
        columnNames: (part.value === "decoder" ? written : words).slice(0, columns)
      });
      line.text = sentence(found.tokens) + (found === whole ? "" : " — " +
        kit.t("with everything on") + ": " + sentence(whole.tokens)) +
        (strange.length ? " " + kit.t("It does not know") + ": " + strange.join(", ") + "." : "") +
        (cut ? " " + kit.t("It reads only the first") + " " + (MOST - PADDING - 1) + "." : "");
      kit.say(line.text);
    });
  });
})();
