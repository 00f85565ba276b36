/* A computation graph: the reader types an expression and numbers, and sees every value and every
   gradient, forward and backward, node by node. */
(function () {
  "use strict";
  const MOST = 24, PLACES = 7;  // nodes, and numbers that the reader may type
  const SIGNS = { "−": "-", "–": "-", "·": "*", "×": "*" };
  const sigmoid = function (u) { return 1 / (1 + Math.exp(-u)); };
  /* Value, and local derivative out of operand u and value v. */
  const FUNCTIONS = {
    relu: [function (u) { return Math.max(0, u); }, function (u) { return u > 0 ? 1 : 0; }],
    sigmoid: [sigmoid, function (u, v) { return v * (1 - v); }],
    tanh: [Math.tanh, function (u, v) { return 1 - v * v; }],
    exp: [Math.exp, function (u, v) { return v; }],
    log: [Math.log, function (u) { return 1 / u; }]
  };
  const OPERATORS = {
    "+": [function (a, b) { return a + b; }, function () { return [1, 1]; }],
    "-": [function (a, b) { return a - b; }, function () { return [1, -1]; }],
    "*": [function (a, b) { return a * b; }, function (a, b) { return [b, a]; }],
    "/": [function (a, b) { return a / b; }, function (a, b) { return [1 / b, -a / (b * b)]; }]
  };

  /* An expression as a list of nodes, each after those that it is made of; the last is the result.
     A node is {op, parents (places in the list), name (of a variable), number, power}. */
  function parse(text) {
    const tokens = [], nodes = [], places = {};
    const pattern = /\s*(?:(\d+(?:\.\d*)?|\.\d+)|([a-z]+)|(\S))/gy;
    const clean = text.toLowerCase().replace(/[−–·×]/g, function (c) { return SIGNS[c]; }).trim();
    for (let found; pattern.lastIndex < clean.length;) {
      found = pattern.exec(clean);
      tokens.push(found[1] !== undefined ? { number: Number(found[1]) }
        : found[2] ? { word: found[2] } : { sign: found[3] });
    }
    let at = 0;
    function fail(what) { throw new SyntaxError(what); }
    function take(signs) {
      const sign = tokens[at] && tokens[at].sign;
      if (sign && signs.includes(sign)) {
        at += 1;
        return sign;
      }
      return null;
    }
    function add(node) {
      if (nodes.length === MOST) {
        fail("That is too long: a graph may have " + MOST + " nodes.");
      }
      nodes.push(Object.assign({ parents: [] }, node));
      return nodes.length - 1;
    }
    function joined(signs, next) {
      let left = next();
      for (let sign = take(signs); sign; sign = take(signs)) {
        const right = next();
        left = add({ op: sign, parents: [left, right] });
      }
      return left;
    }
    function sum() { return joined("+-", product); }
    function product() { return joined("*/", signed); }
    function signed() {
      if (!take("-")) {
        return power();
      }
      const inner = signed();
      if (nodes[inner].number !== undefined && inner === nodes.length - 1) {
        nodes[inner].number *= -1;
        return inner;
      }
      return add({ op: "neg", parents: [inner] });
    }
    function power() {
      const base = atom();
      if (!take("^")) {
        return base;
      }
      const exponent = tokens[at] && tokens[at].number;
      if (!Number.isInteger(exponent)) {
        fail("After ^ a whole number is needed, such as a^2.");
      }
      at += 1;
      return add({ op: "^", power: exponent, parents: [base] });
    }
    function inside() {
      const made = sum();
      if (!take(")")) {
        fail("A closing parenthesis is missing.");
      }
      return made;
    }
    function atom() {
      const token = tokens[at];
      if (!token) {
        fail("Something is missing at the end.");
      }
      if (take("(")) {
        return inside();
      }
      at += 1;
      if (token.number !== undefined) {
        return add({ number: token.number });
      }
      if (Object.hasOwn(FUNCTIONS, token.word || "")) {
        if (!take("(")) {
          fail("After " + token.word + " a parenthesis is needed.");
        }
        return add({ op: token.word, parents: [inside()] });
      }
      if (!token.word || token.word.length > 1) {
        fail("“" + (token.word || token.sign) + "” cannot stand here. Use letters, numbers, " +
          "+ - * / ^ ( ) and " + Object.keys(FUNCTIONS).join(", ") + ".");
      }
      if (!Object.hasOwn(places, token.word)) {
        if (Object.keys(places).length === PLACES) {
          fail("At most " + PLACES + " different letters, please.");
        }
        places[token.word] = add({ name: token.word });
      }
      return places[token.word];
    }
    sum();
    if (at < tokens.length) {
      fail("“" + (tokens[at].sign || tokens[at].word || tokens[at].number) +
        "” cannot stand here.");
    }
    return nodes;
  }

  /* The values of all nodes, and what goes along each arrow on the way back; the gradients after
     the first `done` nodes, counted from the result, have passed theirs on. */
  function run(nodes, values, done) {
    const value = [], local = [];
    nodes.forEach(function (node, i) {
      const of = node.parents.map(function (p) { return value[p]; });
      if (node.name) {
        value[i] = values[node.name] === undefined ? 1 : values[node.name];
        local[i] = [];
      } else if (node.number !== undefined) {
        value[i] = node.number;
        local[i] = [];
      } else if (node.op === "neg") {
        value[i] = -of[0];
        local[i] = [-1];
      } else if (node.op === "^") {
        value[i] = Math.pow(of[0], node.power);
        local[i] = [node.power === 0 ? 0 : node.power * Math.pow(of[0], node.power - 1)];
      } else if (FUNCTIONS[node.op]) {
        value[i] = FUNCTIONS[node.op][0](of[0]);
        local[i] = [FUNCTIONS[node.op][1](of[0], value[i])];
      } else {
        value[i] = OPERATORS[node.op][0](of[0], of[1]);
        local[i] = OPERATORS[node.op][1](of[0], of[1]);
      }
    });
    const gradient = nodes.map(function () { return 0; });
    gradient[nodes.length - 1] = 1;
    const last = nodes.length - (done === undefined ? nodes.length : done);
    for (let i = nodes.length - 1; i >= last; i--) {
      nodes[i].parents.forEach(function (p, k) { gradient[p] += gradient[i] * local[i][k]; });
    }
    return { value: value, local: local, gradient: gradient };
  }
  function gradients(nodes, values) {
    const made = run(nodes, values), found = {};
    nodes.forEach(function (node, i) {
      if (node.name) {
        found[node.name] = made.gradient[i];
      }
    });
    return found;
  }
  dlcourse.live.compute["computation-graph"] = function (inputs) {
    const nodes = parse(inputs.text), made = run(nodes, inputs.values);
    return { value: made.value[nodes.length - 1], gradients: gradients(nodes, inputs.values) };
  };

  /* Level and slot of every node. An arrow that passes levels keeps a slot free in each. */
  function arrange(nodes) {
    const level = nodes.map(function () { return 0; });
    nodes.forEach(function (node, i) {
      node.parents.forEach(function (p) { level[i] = Math.max(level[i], level[p] + 1); });
    });
    nodes.forEach(function (node, i) {  // what is typed stands right before its first use
      if (!node.parents.length && nodes.length > 1) {
        level[i] = Math.min.apply(null, nodes.flatMap(function (other, j) {
          return other.parents.includes(i) ? [level[j] - 1] : [];
        }));
      }
    });
    const columns = Array.from({ length: Math.max.apply(null, level) + 1 }, function () {
      return [];
    });
    const items = nodes.map(function (node, i) { return { node: i, level: level[i], before: [] }; });
    items.forEach(function (item) { columns[item.level].push(item); });
    const ways = [];
    nodes.forEach(function (node, i) {
      node.parents.forEach(function (p, k) {
        const way = [items[p]];
        for (let l = level[p] + 1; l < level[i]; l++) {
          const dummy = { node: -1, level: l, before: [way[way.length - 1]] };
          columns[l].push(dummy);
          way.push(dummy);
        }
        items[i].before.push(way[way.length - 1]);
        way.push(items[i]);
        ways.push({ from: p, to: i, arrow: k, items: way });
      });
    });
    columns.forEach(function (column) { place(column); });
    function place(column) {
      column.forEach(function (item, k) { item.slot = k - (column.length - 1) / 2; });
    }
    function sorted(column, near) {
      column.forEach(function (item, k) {
        const others = near(item);
        item.pull = others.length ? others.reduce(function (s, o) { return s + o.slot; }, 0) /
          others.length : item.slot;
      });
      column.sort(function (a, b) { return a.pull - b.pull; });
      place(column);
    }
    const after = new Map();
    ways.forEach(function (way) {
      way.items.slice(1).forEach(function (item, k) {
        const start = way.items[k];
        after.set(start, (after.get(start) || []).concat([item]));
      });
    });
    for (let sweep = 0; sweep < 4; sweep++) {
      columns.forEach(function (column) { sorted(column, function (item) { return item.before; }); });
      columns.slice().reverse().forEach(function (column) {
        sorted(column, function (item) { return after.get(item) || []; });
      });
    }
    return { items: items, ways: ways, levels: columns.length,
      slots: Math.max.apply(null, columns.map(function (c) { return c.length; })) };
  }

  function title(node) {
    return node.name || (node.number !== undefined ? "number" : node.op === "neg" ? "−"
      : node.op === "^" ? "^" + node.power : { "*": "×", "-": "−", "/": "÷" }[node.op] || node.op);
  }
  function written(v, digits) {
    if (!Number.isFinite(v)) {
      return Number.isNaN(v) ? "undefined" : v > 0 ? "∞" : "−∞";
    }
    return String(Number(v.toPrecision(digits || 4))).replace("-", "−");
  }

  dlcourse.live("computation-graph", function (root, data, kit) {
    const START = { a: 2, b: -3, c: 10, w: 1, x: 2, y: 1 };
    let nodes = parse(data.expression), made = null, plan = arrange(nodes), names = [], fault = "";

    kit.task("In (a*b + c)*b, type numbers with which the gradient of b is 0, although a and b are " +
      "not.", function () {
      const v = values();
      return text.value.replace(/[\s]/g, "") === "(a*b+c)*b" && !fault && v.a !== 0 && v.b !== 0 &&
        Math.abs(gradients(nodes, v).b) < 1e-9;
    });
    kit.task("Write an expression of your own in a and b whose gradient for a is 2b, whatever the " +
      "numbers are.", function () {
      return !fault && names.includes("a") && names.includes("b") &&
        [[1.3, 0.7], [-2.1, 1.9], [0.4, -3.2], [-0.6, -1.1], [2.5, 5]].every(function (pair) {
          const v = Object.assign(values(), { a: pair[0], b: pair[1] });
          return Math.abs(gradients(nodes, v).a - 2 * pair[1]) < 1e-9;
        });
    });

    const choice = kit.choice({ label: "An expression", value: data.expression, options: [
      [data.expression, "b used twice"], ["relu(w*x + b)", "a ReLU unit"],
      ["(sigmoid(w*x + b) - y)^2 / 2", "a sigmoid, squared error"],
      ["-log(sigmoid(w*x + b))", "a sigmoid, cross-entropy"], ["a*a*a", "a cube"]] });
    const text = kit.text({ label: "Or your own", value: data.expression, length: 60 });
    const fields = Array.from({ length: PLACES }, function (_, k) {
      const field = kit.text({ label: "a", value: "1", length: 9, short: true });
      field.name = "";
      return field;
    });
    const done = kit.slider({ label: "Nodes done, on the way back", min: 0, max: nodes.length,
      value: nodes.length });
    const narrow = root.clientWidth < 560, wide = narrow ? 330 : 640, high = narrow ? 560 : 330;
    const message = kit.readout();
    kit.canvas({ label: "The graph. In each box: what is computed, its value, its gradient",
      width: wide, height: high, into: kit.panel("The graph"), draw: draw });
    const table = dlcourse.make("table", { class: "live-table" });
    kit.panel("In words").append(table);

    function values() {
      const found = {};
      fields.forEach(function (field) {
        if (field.name) {
          const typed = field.value.trim().replace(/[−–]/, "-").replace(",", ".");
          found[field.name] = typed === "" ? NaN : Number(typed);
        }
      });
      return found;
    }
    function relabel() {
      const kept = values();
      done.limit(0, nodes.length);
      done.value = nodes.length;
      names = nodes.flatMap(function (node) { return node.name ? [node.name] : []; }).sort();
      fields.forEach(function (field, k) {
        field.name = names[k] || "";
        field.element.hidden = !field.name;
        field.element.querySelector("label").textContent = field.name;
        if (field.name) {
          const v = Number.isFinite(kept[field.name]) ? kept[field.name] : START[field.name];
          field.value = String(v === undefined ? 1 : v);
        }
      });
    }

    function draw(context, colors) {
      const box = { w: 74, h: 50 }, gap = narrow ? [12, 26] : [22, 12];
      const size = narrow
        ? [plan.slots * (box.w + gap[0]), plan.levels * (box.h + gap[1])]
        : [plan.levels * (box.w + gap[0]), plan.slots * (box.h + gap[1])];
      const scale = Math.min(1.4, wide / size[0], high / size[1]);
      const at = function (item) {
        const along = item.level - (plan.levels - 1) / 2;
        return narrow ? [item.slot * (box.w + gap[0]), along * (box.h + gap[1])]
          : [along * (box.w + gap[0]), item.slot * (box.h + gap[1])];
      };
      context.save();
      context.translate(wide / 2, high / 2);
      context.scale(scale, scale);
      const half = narrow ? box.h / 2 : box.w / 2;
      plan.ways.forEach(function (way) {
        const used = done.value > nodes.length - 1 - way.to;
        context.strokeStyle = context.fillStyle = used ? colors.orange : colors.muted;
        context.lineWidth = used ? 2 : 1.3;
        context.beginPath();
        way.items.forEach(function (item, k) {
          const p = at(item), q = k ? at(way.items[k - 1]) : null;
          const ends = function (point, sign) {
            return narrow ? [point[0], point[1] + sign * half] : [point[0] + sign * half, point[1]];
          };
          if (!k) {
            const s = ends(p, 1);
            context.moveTo(s[0], s[1]);
            return;
          }
          const s = ends(q, 1), e = ends(p, -1);
          // Two arrows from one node to another, as in a*a, part in the middle.
          const twin = way.arrow && nodes[way.to].parents[0] === way.from ? 16 : 0;
          if (narrow) {
            const m = (s[1] + e[1]) / 2;
            context.bezierCurveTo(s[0] + twin, m, e[0] + twin, m, e[0], e[1]);
          } else {
            const m = (s[0] + e[0]) / 2;
            context.bezierCurveTo(m, s[1] + twin, m, e[1] + twin, e[0], e[1]);
          }
          if (item.node < 0) {
            const through = ends(p, 1);
            context.lineTo(through[0], through[1]);
          }
        });
        context.stroke();
      });
      plan.items.forEach(function (item) {
        const p = at(item), node = nodes[item.node], typed = Boolean(node.name);
        context.fillStyle = colors.paper;
        context.strokeStyle = typed ? colors.blue : colors.line;
        context.lineWidth = typed ? 2 : 1.2;
        context.beginPath();
        context.roundRect(p[0] - box.w / 2, p[1] - box.h / 2, box.w, box.h, 6);
        context.fill();
        context.stroke();
        context.fillStyle = colors.ink;
        const number = node.number !== undefined;
        context.font = "bold 12px " + colors.font;
        context.fillText(number ? written(node.number) : title(node), p[0], p[1] + (number ? 0 : -15));
        context.font = "12px " + colors.font;
        if (!number) {
          context.fillText("= " + written(made.value[item.node], 3), p[0], p[1] + 1);
          context.fillStyle = colors.orange;
          context.fillText("∂ " + written(made.gradient[item.node], 3), p[0], p[1] + 16);
        }
      });
      context.restore();
    }
    function tabulate() {
      const cell = function (kind, words) { return dlcourse.make(kind, { text: words }); };
      const formula = function (node) {
        const of = node.parents.map(function (p) { return "n" + (p + 1); });
        return node.name || (node.number !== undefined ? written(node.number)
          : node.op === "neg" ? "−" + of[0] : node.op === "^" ? of[0] + "^" + node.power
            : FUNCTIONS[node.op] ? node.op + "(" + of[0] + ")" : of.join(" " + title(node) + " "));
      };
      table.replaceChildren(dlcourse.make("thead", {}, [dlcourse.make("tr", {},
        ["node", "made of", "value", "gradient"].map(function (t) { return cell("th", kit.t(t)); }))]),
      dlcourse.make("tbody", {}, nodes.map(function (node, i) {
        return dlcourse.make("tr", {}, [cell("td", "n" + (i + 1)), cell("td", formula(node)),
          cell("td", written(made.value[i])),
          cell("td", node.number !== undefined ? "" : written(made.gradient[i]))]);
      })));
    }

    relabel();
    kit.onChange(function (from) {
      if (from === choice) {
        text.value = choice.value;
      }
      if (from === choice || from === text) {
        try {
          nodes = parse(text.value);
          plan = arrange(nodes);
          fault = "";
          relabel();
        } catch (error) {
          if (!(error instanceof SyntaxError)) {
            throw error;
          }
          fault = error.message;
        }
      }
      const wrong = names.find(function (name) { return !Number.isFinite(values()[name]); });
      const v = values();
      made = run(nodes, v, done.value);
      tabulate();
      const all = gradients(nodes, v);
      message.text = fault ? kit.t("Not yet an expression:") + " " + fault
        : wrong ? kit.t("Not yet a number:") + " " + wrong
          : kit.t("Result") + " " + written(made.value[nodes.length - 1]) + "; " +
            kit.t("gradients") + " " + names.map(function (name) {
              return name + ": " + written(all[name]);
            }).join(", ") + ".";
      kit.say(message.text);
    });
  });
})();
