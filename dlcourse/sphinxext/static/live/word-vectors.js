/* Neighbors and analogies of typed words, and a map of all words in two directions.
   Data: tokens (V texts), vectors (V, D), axes (2, D), opposites (pairs), pairs (by kind). */
(function () {
  "use strict";
  const T = dlcourse.tensor;

  function unit(vectors) {
    const D = vectors.shape[1], out = T.zeros(vectors.shape);
    for (let i = 0; i < vectors.shape[0]; i++) {
      let square = 0;
      for (let j = 0; j < D; j++) {
        square += vectors.data[i * D + j] * vectors.data[i * D + j];
      }
      const length = Math.max(1e-12, Math.sqrt(square));
      for (let j = 0; j < D; j++) {
        out.data[i * D + j] = vectors.data[i * D + j] / length;
      }
    }
    return out;
  }

  /* Cosines (V,) of all words of length 1 with a direction (D,). */
  function cosines(u, direction) {
    const D = u.shape[1], length = Math.max(1e-12, T.norm(direction));
    return Float32Array.from({ length: u.shape[0] }, function (_, i) {
      let sum = 0;
      for (let j = 0; j < D; j++) {
        sum += u.data[i * D + j] * direction.data[j];
      }
      return sum / length;
    });
  }

  function analogy(u, a, b, c) {
    return cosines(u, T.add(T.sub(T.select(u, b), T.select(u, a)), T.select(u, c)));
  }

  /* Places (V, 2): each word's vector, less the mean of all, along two axes. */
  function places(u, axes) {
    const V = u.shape[0], D = u.shape[1], mean = T.zeros([D]);
    for (let k = 0; k < u.data.length; k++) {
      mean.data[k % D] += u.data[k] / V;
    }
    return T.matmul(T.sub(u, mean), T.transpose(axes));
  }

  dlcourse.live.compute["word-vectors"] = function (inputs) {
    const u = unit(T.from(inputs.vectors));
    return {
      cosines: Array.from(cosines(u, T.select(u, inputs.word))),
      analogy: Array.from(analogy(u, inputs.a, inputs.b, inputs.c)),
      places: T.toNested(places(u, T.from(inputs.axes)))
    };
  };

  function best(values, number, without) {
    return Array.from(values.keys()).filter(function (i) {
      return !without.includes(i);
    }).sort(function (i, j) { return values[j] - values[i]; }).slice(0, number);
  }

  dlcourse.live("word-vectors", function (root, data, kit) {
    const u = unit(data.vectors), at = places(u, data.axes), numbers = new Map();
    data.tokens.forEach(function (token, i) { numbers.set(token, i); });
    let near = [], answers = [], bare = -1, question = [], pointed = -1;

    kit.task("Type a word whose nearest neighbor is its opposite.", function () {
      const word = read(own);
      return near.length > 0 && data.opposites.some(function (pair) {
        return pair.includes(word) && pair.includes(data.tokens[near[0]]);
      });
    });
    kit.task("Ask an analogy with two pairs of one kind, such as plurals, that is answered rightly " +
      "only because the words of the question are excluded.", function () {
      if (!answers.length || !exclude.value) {
        return false;
      }
      const a = read(fields[0]), b = read(fields[1]), c = read(fields[2]);
      const d = data.tokens[answers[0]];
      return a !== c && data.tokens[bare] !== d && Object.values(data.pairs).some(function (pairs) {
        const has = function (first, second) {
          return pairs.some(function (p) { return p[0] === first && p[1] === second; });
        };
        return has(a, b) && has(c, d);
      });
    });

    const own = kit.text({ label: "Word", value: "array", length: 24 });
    const fields = [["a", "row"], ["is to b", "column"], ["as c is to …", "minimum"]].map(
      function (field) { return kit.text({ label: field[0], value: field[1], length: 24 }); });
    const exclude = kit.toggle({ label: "Exclude a, b and c", value: true });
    const side = 300, margin = 12, cells = 25;
    const map = kit.canvas({ label: "Map of the words in two directions; the typed word and its " +
      "neighbors are named", width: side, height: side, into: kit.panel("Map of all words"),
      grid: function () {
        return { rows: cells, columns: cells, x: 0, y: 0, size: side / cells };
      },
      onPoint: function (x, y, kind) {
        pointed = closest(x, y);
        if (kind === "down" && pointed >= 0) {
          own.value = data.tokens[pointed];
        }
      },
      describe: function () { return pointed < 0 ? kit.t("no word") : data.tokens[pointed]; },
      draw: draw });
    const bars = kit.bars({ label: "Cosines of the ten nearest neighbors", width: 290, left: 110,
      names: new Array(10).fill(""), into: kit.panel("Neighbors") });
    const found = kit.bars({ label: "Cosines of the five best answers to the analogy", width: 290,
      left: 110, names: new Array(5).fill(""), into: kit.panel("a is to b as c is to …") });
    const line = kit.readout();

    function read(field) { return field.value.trim().toLowerCase(); }

    let low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    for (let k = 0; k < at.data.length; k++) {
      low[k % 2] = Math.min(low[k % 2], at.data[k]);
      high[k % 2] = Math.max(high[k % 2], at.data[k]);
    }
    function x(i) {
      return margin + (at.data[2 * i] - low[0]) / (high[0] - low[0]) * (side - 2 * margin);
    }
    function y(i) {
      return side - margin - (at.data[2 * i + 1] - low[1]) / (high[1] - low[1]) *
        (side - 2 * margin);
    }
    function closest(px, py) {
      let chosen = -1, least = 12;
      for (let i = 0; i < data.tokens.length; i++) {
        const far = Math.hypot(x(i) - px, y(i) - py);
        if (far < least) {
          least = far;
          chosen = i;
        }
      }
      return chosen;
    }
    function draw(context, colors) {
      context.globalAlpha = 0.35;
      context.fillStyle = colors.blue;
      for (let i = 0; i < data.tokens.length; i++) {
        context.fillRect(x(i) - 1, y(i) - 1, 2, 2);
      }
      context.globalAlpha = 1;
      const taken = [];
      function mark(i, color, size) {
        context.fillStyle = color;
        context.beginPath();
        context.arc(x(i), y(i), size, 0, 2 * Math.PI);
        context.fill();
        const text = data.tokens[i], left = x(i) > side / 2;
        let row = y(i);
        const width = context.measureText(text).width;
        const from = left ? x(i) - 7 - width : x(i) + 7;
        const covered = function () {
          return taken.some(function (box) {
            return Math.abs(box.row - row) < 13 && from < box.to && box.from < from + width;
          });
        };
        for (let tries = 0; tries < 12 && covered(); tries++) {
          row += tries % 2 ? 13 * (tries + 1) : -13 * (tries + 1);
        }
        row = Math.max(8, Math.min(side - 8, row));
        taken.push({ row: row, from: from, to: from + width });
        if (Math.abs(row - y(i)) > 8) {  // a label that had to give way is tied to its point
          context.strokeStyle = colors.ink;
          context.lineWidth = 0.7;
          context.beginPath();
          context.moveTo(x(i), y(i));
          context.lineTo(left ? from + width : from, row);
          context.stroke();
        }
        context.fillStyle = colors.ink;
        context.textAlign = "left";
        context.fillText(text, from, row);
      }
      const own_ = numbers.get(read(own));
      if (own_ !== undefined) {
        mark(own_, colors.orange, 5);
        near.slice(0, 6).forEach(function (i) { mark(i, colors.green || colors.blue, 4); });
      }
      if (pointed >= 0 && pointed !== own_ && !near.slice(0, 6).includes(pointed)) {
        mark(pointed, colors.ink, 4);
      }
    }
    function unknown(field) {
      const word = read(field);
      const like = word ? data.tokens.filter(function (token) {
        return token.startsWith(word.slice(0, 3));
      }).slice(0, 4) : [];
      return "“" + word + "” " + kit.t("has no vector") +
        (like.length ? " (" + like.join(", ") + " …)" : "") + ".";
    }

    kit.onChange(function (from) {
      const word = numbers.get(read(own));
      const texts = [];
      const scores = word === undefined ? [] : cosines(u, T.select(u, word));
      near = word === undefined ? [] : best(scores, 10, [word]);
      bars.names(near.map(function (i) { return data.tokens[i]; }));
      bars.update(near.map(function (i) { return scores[i]; }));
      texts.push(word === undefined ? unknown(own) : kit.t("Nearest to") + " “" + read(own) + "”: " +
        near.slice(0, 3).map(function (i) { return data.tokens[i]; }).join(", ") + ".");
      question = fields.map(function (field) { return numbers.get(read(field)); });
      const missing = fields.filter(function (field) { return !numbers.has(read(field)); });
      answers = [];
      if (missing.length) {
        texts.push(unknown(missing[0]));
        found.names([]);
        found.update([]);
      } else {
        const values = analogy(u, question[0], question[1], question[2]);
        bare = best(values, 1, [])[0];
        answers = best(values, 5, exclude.value ? question : []);
        found.names(answers.map(function (i) { return data.tokens[i]; }));
        found.update(answers.map(function (i) { return values[i]; }), 0);
        texts.push(fields.map(read).slice(0, 2).join(" : ") + " = " + read(fields[2]) + " : " +
          data.tokens[answers[0]] + ".");
      }
      if (from === map && pointed >= 0) {
        texts.push(kit.t("On the map") + ": " + data.tokens[pointed] + ".");
      }
      line.text = texts.join(" ");
      if (from !== map) {
        kit.say(line.text);
      }
    });
  });
})();
