/* A sentence is translated by the page's own encoder and decoder, and the tree of the beam search
   grows step by step.
   Data: net (models.Seq2Seq with one layer), source and target (the tokens of the vocabularies),
   sentences ([[English, French], ...]), begin, end, special (how many specials), alpha, width. */
(function () {
  "use strict";
  const T = dlcourse.tensor;
  const MOST = 16; // tokens that are read, and tokens that are written, <eos> counted
  const WIDEST = 5, ACROSS = 72, BOX = 36, STEP = 54; // a column, a box and a row in pixels

  /* The beginnings of one sentence as a tree that remembers what has been computed: a beginning is
     {token, total (its log p), length, parent}, and ask(beginnings) gives each its logs (V,). */
  function beginnings(net, ids, begin) {
    const H = net["decoder.weight_hh_l0"].shape[1];
    const encoder = T.recurrentWeights(net, "encoder.recurrent");
    const decoder = T.recurrentWeights(net, "decoder");
    let h = T.zeros([1, H]);
    ids.forEach(function (id) {
      h = T.gruStep(T.embedding(net["encoder.embedding.weight"], [id]), h, encoder).h;
    });
    const context = h;
    return {
      root: { token: begin, total: 0, length: 0, parent: null, before: T.reshape(h, [H]),
        after: new Map() },
      ask: function (nodes) {
        const fresh = nodes.filter(function (node) { return !node.logs; });
        if (!fresh.length) {
          return;
        }
        const words = T.embedding(net["embedding.weight"], fresh.map(function (n) {
          return n.token;
        }));
        const again = T.stack(fresh.map(function () { return T.select(context, 0); }));
        const states = T.gruStep(T.concat([words, again]),
          T.stack(fresh.map(function (n) { return n.before; })), decoder).h;
        const scores = T.linear(states, net["linear.weight"], net["linear.bias"]);
        fresh.forEach(function (node, i) {
          const row = T.select(scores, i).data;
          const most = row.reduce(function (a, b) { return Math.max(a, b); });
          let sum = 0;
          row.forEach(function (s) { sum += Math.exp(s - most); });
          node.state = T.select(states, i);
          node.logs = row.map(function (s) { return s - most - Math.log(sum); });
        });
      },
      grow: function (node, token) {
        if (!node.after.has(token)) {
          node.after.set(token, { token: token, total: node.total + node.logs[token],
            length: node.length + 1, parent: node, before: node.state, after: new Map() });
        }
        return node.after.get(token);
      }
    };
  }

  function likeliest(logs, count) {
    const best = [];
    logs.forEach(function (value, token) {
      if (best.length < count || value > logs[best[best.length - 1]]) {
        let at = best.length;
        while (at > 0 && logs[best[at - 1]] < value) {
          at -= 1;
        }
        best.splice(at, 0, token);
        best.length = Math.min(best.length, count);
      }
    });
    return best;
  }

  /* As models.beam_search: {best, steps: [{kept, dropped}], ended}, with the likeliest beginning
     that each step dropped. A beginning that cannot win any more is not continued. */
  function search(tree, o) {
    const steps = [], ended = [];
    let beam = [tree.root], best = null, bar = -Infinity;
    for (let length = 1; length <= o.most && beam.length; length++) {
      tree.ask(beam);
      const grown = beam.flatMap(function (node) {
        return likeliest(node.logs, o.width + 1).map(function (token) {
          return { node: node, token: token, total: node.total + node.logs[token] };
        });
      }).sort(function (a, b) { return b.total - a.total; }).slice(0, o.width + 1)
        .map(function (g) { return tree.grow(g.node, g.token); });
      const kept = grown.slice(0, o.width);
      steps.push({ kept: kept, dropped: grown[o.width] || null });
      const done = kept.filter(function (n) { return n.token === o.end || length === o.most; });
      done.forEach(function (node) {
        const rated = node.total / Math.pow(length, o.alpha);
        ended.push({ node: node, rated: rated, step: length });
        if (rated > bar) {
          bar = rated;
          best = node;
        }
      });
      beam = kept.filter(function (node) {
        return !done.includes(node) && node.total / Math.pow(o.most, o.alpha) > bar;
      });
    }
    return { best: best, steps: steps, ended: ended };
  }

  function tokens(node) {
    return node.parent ? tokens(node.parent).concat([node.token]) : [];
  }

  /* With forced, the log p of every token after each beginning of those tokens, (T, V). */
  dlcourse.live.compute["translation-beam"] = function (inputs) {
    const net = T.fromDict(inputs.net);
    const tree = beginnings(net, inputs.ids, inputs.begin);
    if (inputs.forced) {
      let node = tree.root;
      return { logs: inputs.forced.map(function (token) {
        tree.ask([node]);
        const logs = Array.from(node.logs);
        node = tree.grow(node, token);
        return logs;
      }) };
    }
    const found = search(tree, inputs);
    return { tokens: tokens(found.best), total: found.best.total,
      steps: found.steps.map(function (step) {
        return step.kept.map(function (node) { return [tokens(node), node.total]; });
      }) };
  };

  dlcourse.live("translation-beam", function (root, data, kit) {
    const numbers = new Map(data.source.map(function (token, i) { return [token, i]; }));
    let tree = null, found = null, greedy = null, fault = "", key = "", step = 0;
    let places = new Map(), columns = 2;

    kit.task("Find a sentence for which a beam of two is not enough: a wider one finds something " +
      "more probable.", function () {
      return found && width.value > 2 &&
        found.best.total > searched(2, alpha()).best.total + 1e-4;
    });
    kit.task("Find a sentence and a width with which the normalization by length makes the " +
      "translation longer.", function () {
      return found && normal.value && found.best.length > searched(width.value, 0).best.length;
    });

    const choice = kit.choice({ label: "A sentence", value: "0",
      options: data.sentences.map(function (pair, i) { return [String(i), pair[0]]; }) });
    const text = kit.text({ label: "Or your own", value: data.sentences[0][0], length: 90 });
    const width = kit.slider({ label: "Width of the beam", min: 1, max: WIDEST,
      value: data.width });
    const normal = kit.toggle({ label: "Normalize by length", value: false });
    const shown = kit.slider({ label: "Steps shown", min: 1, max: MOST, value: MOST });
    let waited = 0;
    const motion = kit.animate(function (seconds) {
      waited += seconds;
      if (waited > 0.8 || kit.still()) {
        waited = 0;
        if (found && shown.value < found.steps.length) {
          shown.value += 1;
        } else {
          motion.stop();
        }
      }
    });
    const go = kit.button({ label: "Search step by step", action: function () {
      shown.value = 1;
      waited = 0;
      motion.start();
    } });

    const look = { label: "The tree of the beam search", width: 240, height: 48, draw: draw,
      into: kit.panel("The beam, step by step") };
    const picture = kit.canvas(look);
    const list = dlcourse.make("ol", { class: "live-list" });
    kit.panel("What has ended, best first").append(list);
    const line = kit.readout();

    function alpha() {
      return normal.value ? data.alpha : 0;
    }
    function searched(k, a) {
      return search(tree, { width: k, alpha: a, most: MOST, end: data.end });
    }
    function sentence(node) {
      return dlcourse.words.join(tokens(node).filter(function (token) {
        return token !== data.end;
      }).map(function (token) { return data.target[token]; })) || "…";
    }
    function share(total) {
      const percent = 100 * Math.exp(total);
      return (percent >= 0.001 ? String(Number(percent.toPrecision(2))) : "<0.001") + " %";
    }
    function signed(value) {
      return value.toFixed(2).replace("-", "−");
    }

    /* Words that the network has never read; with those that begin like the first of them. */
    function strangers(words) {
      const strange = Array.from(new Set(words.filter(function (w) { return !numbers.has(w); })));
      if (!strange.length) {
        return "";
      }
      const known = data.source.slice(data.special).filter(function (w) { return /\p{L}/u.test(w); });
      let alike = [];
      for (let n = strange[0].length; n > 0 && !alike.length; n--) {
        alike = known.filter(function (w) { return w.startsWith(strange[0].slice(0, n)); });
      }
      return kit.t("Not in the vocabulary") + ": " + strange.join(", ") + ". " +
        (alike.length ? kit.t("It knows") + ": " + alike.slice(0, 6).join(", ") + ". " : "") +
        kit.t("Nothing is translated until every word is known.");
    }

    function read() {
      const words = dlcourse.words.tokenize(text.value);
      fault = !words.length ? kit.t("Write a sentence.") : strangers(words) ||
        (words.length >= MOST ? kit.t("The sentence is too long: the most is") + " " +
          (MOST - 1) + " " + kit.t("words and marks.") : "");
      tree = fault ? null : beginnings(data.net, words.map(function (word) {
        return numbers.get(word);
      }).concat([data.end]), data.begin);
      greedy = tree && searched(1, 0);
    }

    /* Children stand in the order of their parents, so that no two lines cross. */
    function arrange() {
      places = new Map([[tree.root, 0]]);
      columns = 1;
      found.steps.forEach(function (s) {
        const row = s.kept.concat(s.dropped ? [s.dropped] : []);
        row.sort(function (a, b) {
          return places.get(a.parent) - places.get(b.parent) || b.total - a.total;
        });
        row.forEach(function (node, i) { places.set(node, i); });
        columns = Math.max(columns, row.length);
      });
      resize(Math.max(240, columns * ACROSS), (found.steps.length + 1) * STEP);
    }
    function resize(wide, high) {
      look.width = wide;
      look.height = high;
      picture.element.style.width = wide + "px";
      picture.element.style.aspectRatio = wide + " / " + high;
    }

    function draw(context, colors) {
      if (!found) {
        context.fillStyle = colors.ink;
        context.fillText(kit.t("There is nothing to search for."), look.width / 2, 24);
        return;
      }
      const wide = look.width / columns, box = Math.min(wide - 8, 104);
      const x = function (node) {
        return node.parent ? (places.get(node) + 0.5) * wide : look.width / 2;
      };
      const y = function (node) { return BOX / 2 + 3 + node.length * STEP; };
      const path = new Set();
      for (let n = step === found.steps.length ? found.best : null; n; n = n.parent) {
        path.add(n);
      }
      const rows = found.steps.slice(0, step);
      const all = rows.flatMap(function (s) {
        return (s.dropped ? [[s.dropped, true]] : []).concat(s.kept.map(function (node) {
          return [node, false];
        }));
      });
      all.forEach(function (pair) {
        const node = pair[0], on = path.has(node);
        context.strokeStyle = on ? colors.orange : pair[1] ? colors.line : colors.blue;
        context.lineWidth = on ? 3.2 : pair[1] ? 1 : 1.8;
        context.setLineDash(pair[1] ? [4, 4] : []);
        context.beginPath();
        context.moveTo(x(node.parent), y(node.parent) + BOX / 2);
        context.lineTo(x(node), y(node) - BOX / 2);
        context.stroke();
      });
      [[tree.root, false]].concat(all).forEach(function (pair) {
        const node = pair[0], on = path.has(node), last = node.token === data.end;
        const name = on ? "orange" : pair[1] ? "line" : last ? "green" : "blue";
        context.strokeStyle = colors[name];
        context.lineWidth = on ? 2.8 : 1.4;
        context.setLineDash(pair[1] ? [4, 3] : []);
        context.fillStyle = pair[1] ? colors.paper : colors[name + "Soft"];
        context.beginPath();
        context.rect(x(node) - box / 2, y(node) - BOX / 2, box, BOX);
        context.fill();
        context.stroke();
        context.setLineDash([]);
        context.fillStyle = pair[1] ? colors.muted : colors.ink;
        const word = data.target[node.token], down = node.parent ? 7 : 0;
        fit(context, colors, word, 13, box - 4);
        context.fillText(word, x(node), y(node) - down);
        if (node.parent) {
          fit(context, colors, share(node.total), 11, box - 4);
          context.fillText(share(node.total), x(node), y(node) + 9);
        }
      });
    }
    function fit(context, colors, words, size, room) {
      context.font = size + "px " + colors.font;
      const long = context.measureText(words).width;
      if (long > room) {
        context.font = (size * room / long).toFixed(1) + "px " + colors.font;
      }
    }

    function tell() {
      list.replaceChildren();
      if (!found) {
        line.text = fault;
        picture.label = kit.t(look.label);
        kit.say(fault);
        return;
      }
      found.ended.filter(function (e) { return e.step <= step; }).sort(function (a, b) {
        return b.rated - a.rated;
      }).slice(0, 5).forEach(function (e) {
        const over = alpha() ? ", " + kit.t("normalized") + " " + signed(e.rated) : "";
        list.append(dlcourse.make("li", { text: sentence(e.node) + " (log p " +
          signed(e.node.total) + over + ")" }));
      });
      const whole = step === found.steps.length, now = found.steps[step - 1];
      if (whole) {
        const pair = data.sentences.find(function (p) { return p[0] === text.value; });
        line.text = kit.t("Found") + ": “" + sentence(found.best) + "”, log p " +
          signed(found.best.total) + ". " + kit.t("Greedy search finds") + ": “" +
          sentence(greedy.best) + "”, log p " + signed(greedy.best.total) + "." +
          (pair ? " " + kit.t("The phrasebook has") + ": “" + pair[1] + "”" : "");
      } else {
        line.text = kit.t("Step") + " " + step + ": " + kit.t("kept") + " " +
          now.kept.map(function (node) {
            return "“" + sentence(node) + "” " + share(node.total);
          }).join(", ") + (now.dropped ? "; " + kit.t("dropped") + " “" + sentence(now.dropped) +
            "” " + share(now.dropped.total) : "") + ".";
      }
      picture.label = kit.t(look.label) + ". " + line.text;
      kit.say(line.text);
    }

    kit.onChange(function (from) {
      if (from === choice) {
        text.value = data.sentences[Number(choice.value)][0];
      }
      if (from === choice || from === text || from === width || from === normal) {
        motion.stop();
      }
      if (!tree && !fault || key.split("\n")[0] !== text.value) {
        read();
      }
      const now = [text.value, width.value, alpha()].join("\n");
      if (now !== key) {
        key = now;
        found = tree && searched(width.value, alpha());
        if (found) {
          arrange();
          shown.limit(1, found.steps.length);
          shown.value = found.steps.length;
        } else {
          resize(240, 48);
        }
      }
      go.disabled = !found;
      step = found ? shown.value : 0;
      tell();
    });
  });
})();
