/* Charts of the live figures, on canvas, in the colors of the page: dlcourse.charts(kit). */
(function () {
  "use strict";
  const dlcourse = (window.dlcourse = window.dlcourse || {});
  const NAMES = ["blue", "orange", "green", "pink", "gold", "sky", "gray"];

  function ticks(low, high, most) {
    const raw = (high - low) / most, power = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 5, 10].find(function (s) { return s * power >= raw; }) * power;
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
      found.push(Number((i * step).toPrecision(12)));
    }
    return found;
  }

  function powers(low, high) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / 6)), found = [];
    for (let i = first; i <= last; i += every) {
      found.push(Math.pow(10, i));
    }
    return found;
  }

  function written(value) {
    const size = Math.abs(value);
    if (value !== 0 && (size >= 1e5 || size < 1e-3)) {
      const parts = value.toExponential(0).replace("+", "").split("e");
      const power = Array.from(parts[1], function (c) { return "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]; });
      return (parts[0] === "1" ? "" : parts[0] + "·") + "10" + power.join("");
    }
    return String(Number(value.toPrecision(4))).replace("-", "−");
  }

  dlcourse.charts = function (kit) {
    /* A picture of a matrix: kit.paint(context, x (H, W) or (3, H, W), left, top, cell, colors,
       {low, high, signed}). Ink is 1 unless low and high say otherwise; signed is blue and orange. */
    kit.paint = function (context, x, left, top, cell, colors, options) {
      const o = options || {}, color = x.shape.length === 3;
      const H = x.shape[x.shape.length - 2], W = x.shape[x.shape.length - 1];
      const low = o.low === undefined ? 0 : o.low, high = o.high === undefined ? 1 : o.high;
      const image = new ImageData(W, H), n = H * W;
      for (let i = 0; i < n; i++) {
        let rgb;
        if (color) {
          rgb = [x.data[i], x.data[n + i], x.data[2 * n + i]].map(function (v) { return 255 * v; });
        } else if (o.signed) {
          const share = Math.max(-1, Math.min(1, x.data[i] / (high || 1)));
          const end = share < 0 ? [213, 94, 0] : [0, 114, 178], size = Math.abs(share);
          const paper = colors.dark ? 20 : 255;
          rgb = end.map(function (v) { return paper + size * (v - paper); });
        } else {
          const share = Math.max(0, Math.min(1, (x.data[i] - low) / (high - low || 1)));
          rgb = o.photo ? [255 * share, 255 * share, 255 * share]
            : colors.dark ? [20 + 225 * share, 24 + 221 * share, 30 + 215 * share]
              : [255 - 229 * share, 255 - 229 * share, 255 - 229 * share];
        }
        image.data.set([rgb[0], rgb[1], rgb[2], 255], 4 * i);
      }
      const small = document.createElement("canvas");
      small.width = W;
      small.height = H;
      small.getContext("2d").putImageData(image, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, left, top, W * cell, H * cell);
    };

    /* {label, width, height, xlabel, ylabel, xlim, ylim, xlog, ylog, onPoint(x, y, kind), into}
       chart.update({series: [{name, x, y, color, dash, points, width}], marks: [{x, name}],
       texts: [{x, y, text}], xlim, ylim}); limits that are not given follow the data. */
    kit.chart = function (options) {
      const o = Object.assign({ width: 440, height: 280, xlabel: "", ylabel: "" }, options);
      const box = { left: 56, right: o.width - 12, top: 26, bottom: o.height - 42 };
      let shown = { series: [] }, xlim = [0, 1], ylim = [0, 1];
      const forward = function (v, log) { return log ? Math.log10(Math.max(v, 1e-300)) : v; };
      const scale = function (v, lim, log, from, to) {
        const low = forward(lim[0], log), high = forward(lim[1], log);
        return from + (forward(v, log) - low) / (high - low || 1) * (to - from);
      };
      const px = function (v) { return scale(v, xlim, o.xlog, box.left, box.right); };
      const py = function (v) { return scale(v, ylim, o.ylog, box.bottom, box.top); };

      function limits(axis, log) {
        const all = shown.series.flatMap(function (s) {
          return Array.from(s[axis]).filter(function (v) {
            return Number.isFinite(v) && (!log || v > 0);
          });
        });
        if (!all.length) {
          return log ? [0.1, 10] : [0, 1];
        }
        const low = all.reduce(function (a, b) { return Math.min(a, b); });
        const high = all.reduce(function (a, b) { return Math.max(a, b); });
        if (log) {
          return [low / 1.5, high * 1.5];
        }
        const room = (high - low || Math.abs(high) || 1) * 0.05;
        return axis === "x" ? [low, high > low ? high : low + 1] : [low - room, high + room];
      }

      function frame(context, colors) {
        context.lineWidth = 1;
        (o.xlog ? powers(xlim[0], xlim[1]) : ticks(xlim[0], xlim[1], 6)).forEach(function (v) {
          context.strokeStyle = colors.grid;
          line(context, [[px(v), box.top], [px(v), box.bottom]]);
          context.fillStyle = colors.ink;
          context.fillText(written(v), px(v), box.bottom + 13);
        });
        context.textAlign = "right";
        (o.ylog ? powers(ylim[0], ylim[1]) : ticks(ylim[0], ylim[1], 5)).forEach(function (v) {
          context.strokeStyle = colors.grid;
          line(context, [[box.left, py(v)], [box.right, py(v)]]);
          context.fillStyle = colors.ink;
          context.fillText(written(v), box.left - 6, py(v));
        });
        context.textAlign = "center";
        context.strokeStyle = colors.line;
        line(context, [[box.left, box.top], [box.left, box.bottom], [box.right, box.bottom]]);
        context.fillText(kit.t(o.xlabel), (box.left + box.right) / 2, o.height - 10);
        context.save();
        context.translate(11, (box.top + box.bottom) / 2);
        context.rotate(-Math.PI / 2);
        context.fillText(kit.t(o.ylabel), 0, 0);
        context.restore();
      }

      function line(context, points) {
        context.beginPath();
        points.forEach(function (p, i) { context[i ? "lineTo" : "moveTo"](p[0], p[1]); });
        context.stroke();
      }

      function legend(context, colors) {
        let x = box.left;
        context.textAlign = "left";
        shown.series.forEach(function (s, i) {
          if (!s.name) {
            return;
          }
          context.strokeStyle = context.fillStyle = colors[s.color || NAMES[i % 7]];
          context.lineWidth = 2.4;
          context.setLineDash(s.dash || []);
          if (s.points) {
            disk(context, x + 9, 11, 3.4);
          } else {
            line(context, [[x, 11], [x + 18, 11]]);
          }
          context.setLineDash([]);
          context.fillStyle = colors.ink;
          context.fillText(kit.t(s.name), x + 23, 11);
          x += 37 + context.measureText(kit.t(s.name)).width;
        });
        context.textAlign = "center";
      }

      function disk(context, x, y, radius) {
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }

      const canvas = kit.canvas({
        label: o.label, width: o.width, height: o.height, into: o.into, grid: o.grid,
        describe: o.describe,
        onPoint: o.onPoint && function (x, y, kind) {
          const unscale = function (p, lim, log, from, to) {
            const low = forward(lim[0], log), high = forward(lim[1], log);
            const value = low + (p - from) / (to - from) * (high - low);
            return log ? Math.pow(10, value) : value;
          };
          o.onPoint(unscale(x, xlim, o.xlog, box.left, box.right),
            unscale(y, ylim, o.ylog, box.bottom, box.top), kind);
        },
        draw: function (context, colors) {
          xlim = shown.xlim || o.xlim || limits("x", o.xlog);
          ylim = shown.ylim || o.ylim || limits("y", o.ylog);
          frame(context, colors);
          context.save();
          context.beginPath();
          context.rect(box.left, box.top - 4, box.right - box.left + 4, box.bottom - box.top + 8);
          context.clip();
          (shown.marks || []).forEach(function (mark) {
            context.strokeStyle = colors.muted;
            context.lineWidth = 1.2;
            context.setLineDash([3, 3]);
            line(context, [[px(mark.x), box.top], [px(mark.x), box.bottom]]);
            context.setLineDash([]);
            context.fillStyle = colors.muted;
            context.fillText(kit.t(mark.name || ""), px(mark.x), box.top + 8);
          });
          shown.series.forEach(function (s, i) {
            context.strokeStyle = context.fillStyle = colors[s.color || NAMES[i % 7]];
            context.lineWidth = s.width || 2;
            context.setLineDash(s.dash || []);
            const points = Array.from(s.x, function (x, k) { return [px(x), py(s.y[k])]; });
            if (s.points) {
              points.forEach(function (p) { disk(context, p[0], p[1], s.points); });
            } else {
              line(context, points);
            }
            context.setLineDash([]);
          });
          (shown.texts || []).forEach(function (text) {
            context.fillStyle = colors.ink;
            context.fillText(text.text, px(text.x), py(text.y));
          });
          context.restore();
          legend(context, colors);
        }
      });
      canvas.update = function (what) { shown = what; };
      return canvas;
    };

    /* {label, cell, rowNames, columnNames, digits, signed, into, onCell, describe}: a matrix with
       names; .update(tensor (rows, columns), {high, marked: [[row, column], ...]}) */
    kit.heatMap = function (options) {
      const o = Object.assign({ cell: 28, rowNames: [], columnNames: [] }, options);
      const left = o.rowNames.length ? o.names || 78 : 2, top = o.columnNames.length ? 66 : 2;
      let x = dlcourse.tensor.zeros(o.shape), look = {};
      const canvas = kit.canvas({
        label: o.label, width: left + o.shape[1] * o.cell + 4, height: top + o.shape[0] * o.cell + 4,
        into: o.into, onCell: o.onCell, describe: o.describe,
        grid: function () {
          return { rows: x.shape[0], columns: x.shape[1], x: left, y: top, size: o.cell };
        },
        draw: function (context, colors) {
          kit.paint(context, x, left, top, o.cell, colors,
            { high: look.high || 1, signed: o.signed });
          context.fillStyle = colors.ink;
          context.textAlign = "right";
          (look.rowNames || o.rowNames).forEach(function (name, i) {
            context.fillText(name, left - 6, top + (i + 0.5) * o.cell);
          });
          context.textAlign = "left";
          (look.columnNames || o.columnNames).forEach(function (name, j) {
            context.save();
            context.translate(left + (j + 0.5) * o.cell, top - 6);
            context.rotate(-Math.PI / 4);
            context.fillText(name, 0, 0);
            context.restore();
          });
          context.textAlign = "center";
          if (o.digits !== undefined) {
            x.data.forEach(function (v, k) {
              const share = Math.abs(v) / (look.high || 1);
              context.fillStyle = share > 0.55 === colors.dark ? "#141414" : "#ffffff";
              if (o.signed ? share <= 0.55 : share <= 0.55) {
                context.fillStyle = colors.ink;
              }
              context.fillText(v.toFixed(o.digits), left + (k % x.shape[1] + 0.5) * o.cell,
                top + (Math.floor(k / x.shape[1]) + 0.5) * o.cell);
            });
          }
          context.strokeStyle = colors.line;
          context.lineWidth = 1;
          context.strokeRect(left, top, x.shape[1] * o.cell, x.shape[0] * o.cell);
          (look.marked || []).forEach(function (place) {
            context.strokeStyle = colors.orange;
            context.lineWidth = 2;
            context.strokeRect(left + place[1] * o.cell, top + place[0] * o.cell, o.cell, o.cell);
          });
        }
      });
      canvas.update = function (tensor, how) {
        x = tensor;
        look = how || {};
      };
      return canvas;
    };

    /* {label, names, width, max, format, into}: horizontal bars; .update(values, highlighted) */
    kit.bars = function (options) {
      const o = Object.assign({ width: 300, max: 1, row: 22, names: [] }, options);
      const format = o.format || function (v) { return v.toFixed(2); };
      let values = [], marked = -1, names = o.names;
      const canvas = kit.canvas({
        label: o.label, width: o.width, height: o.names.length * o.row + 6, into: o.into,
        draw: function (context, colors) {
          const left = o.left || 60, room = o.width - left - 52;
          Array.from(values).forEach(function (value, i) {
            const y = 3 + i * o.row, share = Math.max(0, Math.min(1, value / o.max));
            context.fillStyle = i === marked ? colors.orange : colors.blue;
            context.fillRect(left, y + 3, Math.max(1, room * share), o.row - 6);
            context.fillStyle = colors.ink;
            context.textAlign = "right";
            context.fillText(names[i], left - 6, y + o.row / 2);
            context.textAlign = "left";
            context.fillText(format(value), left + room * share + 6, y + o.row / 2);
          });
          context.textAlign = "center";
        }
      });
      canvas.names = function (others) { names = others; };
      canvas.update = function (numbers, highlighted) {
        values = numbers;
        marked = highlighted === undefined ? -1 : highlighted;
      };
      return canvas;
    };
  };
})();
