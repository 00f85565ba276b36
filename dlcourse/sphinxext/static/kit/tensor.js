/* Small tensor mathematics for the live figures, under torch's names and with torch's meaning.

   A tensor is {shape: [...], data: Float32Array}, in rows as torch's contiguous ones. Sums are
   taken in double precision. Everything is tested against torch in a browser. */
(function () {
  "use strict";
  const dlcourse = (window.dlcourse = window.dlcourse || {});
  const T = (dlcourse.tensor = {});

  function count(shape) {
    return shape.reduce(function (a, b) { return a * b; }, 1);
  }

  function refuse(condition, message) {
    if (condition) {
      throw new Error("dlcourse.tensor: " + message);
    }
  }

  T.tensor = function (data, shape) {
    const flat = data instanceof Float32Array ? data : Float32Array.from(data);
    refuse(flat.length !== count(shape), flat.length + " numbers do not fill [" + shape + "]");
    return { shape: shape.slice(), data: flat };
  };

  T.zeros = function (shape) {
    return { shape: shape.slice(), data: new Float32Array(count(shape)) };
  };

  /* From nested arrays, as JSON has them; a tensor is passed through. */
  T.from = function (nested) {
    if (nested && nested.shape && nested.data) {
      return T.tensor(nested.data, nested.shape);
    }
    const shape = [];
    for (let level = nested; Array.isArray(level); level = level[0]) {
      shape.push(level.length);
    }
    return T.tensor(shape.length ? nested.flat(Infinity) : [nested], shape);
  };

  /* A state dict of nested arrays as one of tensors. */
  T.fromDict = function (nested) {
    const state = {};
    Object.keys(nested).forEach(function (name) { state[name] = T.from(nested[name]); });
    return state;
  };

  T.toNested = function (x) {
    function cut(start, shape) {
      if (!shape.length) {
        return x.data[start];
      }
      const step = count(shape.slice(1));
      return Array.from({ length: shape[0] }, function (_, i) {
        return cut(start + i * step, shape.slice(1));
      });
    }
    return cut(0, x.shape);
  };

  T.reshape = function (x, shape) {
    return T.tensor(x.data, shape);
  };

  T.select = function (x, i) {
    const step = count(x.shape.slice(1));
    return T.tensor(x.data.slice(i * step, (i + 1) * step), x.shape.slice(1));
  };

  T.stack = function (list) {
    const out = T.zeros([list.length].concat(list[0].shape));
    list.forEach(function (x, i) { out.data.set(x.data, i * x.data.length); });
    return out;
  };

  /* Along the last axis. */
  T.concat = function (list) {
    const rows = count(list[0].shape.slice(0, -1));
    const widths = list.map(function (x) { return x.shape[x.shape.length - 1]; });
    const width = widths.reduce(function (a, b) { return a + b; }, 0);
    const out = T.zeros(list[0].shape.slice(0, -1).concat([width]));
    for (let i = 0; i < rows; i++) {
      let at = i * width;
      list.forEach(function (x, k) {
        out.data.set(x.data.subarray(i * widths[k], (i + 1) * widths[k]), at);
        at += widths[k];
      });
    }
    return out;
  };

  /* The last two axes exchanged. */
  T.transpose = function (x) {
    const m = x.shape[x.shape.length - 2], n = x.shape[x.shape.length - 1];
    const out = T.zeros(x.shape.slice(0, -2).concat([n, m]));
    for (let b = 0; b < x.data.length; b += m * n) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          out.data[b + j * m + i] = x.data[b + i * n + j];
        }
      }
    }
    return out;
  };

  T.map = function (x, f) {
    return { shape: x.shape.slice(), data: x.data.map(f) };
  };

  /* y may be smaller: a scalar, or the last axes of x. */
  T.zip = function (x, y, f) {
    const size = y.data.length;
    refuse(x.data.length % size !== 0, "[" + y.shape + "] does not go into [" + x.shape + "]");
    return T.map(x, function (value, i) { return f(value, y.data[i % size]); });
  };
  T.add = function (x, y) { return T.zip(x, y, function (a, b) { return a + b; }); };
  T.sub = function (x, y) { return T.zip(x, y, function (a, b) { return a - b; }); };
  T.mul = function (x, y) { return T.zip(x, y, function (a, b) { return a * b; }); };
  T.scale = function (x, factor) { return T.map(x, function (a) { return a * factor; }); };

  T.relu = function (x) { return T.map(x, function (a) { return a > 0 ? a : 0; }); };
  T.tanh = function (x) { return T.map(x, Math.tanh); };
  T.sigmoid = function (x) {
    return T.map(x, function (a) { return 1 / (1 + Math.exp(-a)); });
  };

  T.sum = function (x) {
    let total = 0;
    for (let i = 0; i < x.data.length; i++) {
      total += x.data[i];
    }
    return total;
  };
  T.mean = function (x) { return T.sum(x) / x.data.length; };
  T.norm = function (x) { return Math.sqrt(T.sum(T.mul(x, x))); };
  T.argmax = function (x) {
    let best = 0;
    for (let i = 1; i < x.data.length; i++) {
      best = x.data[i] > x.data[best] ? i : best;
    }
    return best;
  };

  function rows(x, f) {
    const n = x.shape[x.shape.length - 1];
    const out = T.zeros(x.shape);
    for (let at = 0; at < x.data.length; at += n) {
      f(x.data.subarray(at, at + n), out.data.subarray(at, at + n), at / n);
    }
    return out;
  }

  /* Along the last axis; where mask (of x's shape or its last axes) is 0, the weight is 0. */
  T.softmax = function (x, mask) {
    const n = x.shape[x.shape.length - 1];
    return rows(x, function (row, out, number) {
      let largest = -Infinity, total = 0;
      const open = function (j) {
        return !mask || mask.data[(number * n + j) % mask.data.length] !== 0;
      };
      for (let j = 0; j < n; j++) {
        largest = open(j) ? Math.max(largest, row[j]) : largest;
      }
      const parts = Array.from(row, function (a, j) {
        return open(j) ? Math.exp(a - largest) : 0;
      });
      parts.forEach(function (part) { total += part; });
      parts.forEach(function (part, j) { out[j] = part / total; });
    });
  };

  T.layerNorm = function (x, weight, bias, eps) {
    return rows(x, function (row, out) {
      let mean = 0, square = 0;
      row.forEach(function (a) { mean += a / row.length; });
      row.forEach(function (a) { square += (a - mean) * (a - mean) / row.length; });
      const scale = 1 / Math.sqrt(square + (eps === undefined ? 1e-5 : eps));
      row.forEach(function (a, j) {
        out[j] = (a - mean) * scale * (weight ? weight.data[j] : 1) + (bias ? bias.data[j] : 0);
      });
    });
  };

  /* Of (N, C) or (N, C, H, W). Without mean and variance those of the batch are used; the result
     then has them as .mean and .variance (biased), as in training. */
  T.batchNorm = function (x, weight, bias, mean, variance, eps) {
    const C = x.shape[1], inner = count(x.shape.slice(2)), each = x.data.length / C;
    const channel = function (i) { return Math.floor(i / inner) % C; };
    if (!mean) {
      const sums = new Float64Array(C), squares = new Float64Array(C);
      x.data.forEach(function (a, i) { sums[channel(i)] += a / each; });
      x.data.forEach(function (a, i) {
        squares[channel(i)] += Math.pow(a - sums[channel(i)], 2) / each;
      });
      mean = T.tensor(sums, [C]);
      variance = T.tensor(squares, [C]);
    }
    const out = T.map(x, function (a, i) {
      const c = channel(i);
      const scaled = (a - mean.data[c]) / Math.sqrt(variance.data[c] + (eps || 1e-5));
      return scaled * (weight ? weight.data[c] : 1) + (bias ? bias.data[c] : 0);
    });
    out.mean = mean;
    out.variance = variance;
    return out;
  };

  /* (..., m, k) with (k, n) or (..., k, n). */
  T.matmul = function (a, b) {
    const m = a.shape[a.shape.length - 2], k = a.shape[a.shape.length - 1];
    const n = b.shape[b.shape.length - 1];
    refuse(b.shape[b.shape.length - 2] !== k, "[" + a.shape + "] times [" + b.shape + "]");
    const out = T.zeros(a.shape.slice(0, -1).concat([n]));
    const batches = a.data.length / (m * k), shared = b.shape.length === 2;
    const sums = new Float64Array(n);
    for (let batch = 0; batch < batches; batch++) {
      const there = shared ? 0 : batch * k * n;
      for (let i = 0; i < m; i++) {
        sums.fill(0);
        for (let l = 0; l < k; l++) {
          const factor = a.data[(batch * m + i) * k + l], row = there + l * n;
          if (factor !== 0) {
            for (let j = 0; j < n; j++) {
              sums[j] += factor * b.data[row + j];
            }
          }
        }
        out.data.set(sums, (batch * m + i) * n);
      }
    }
    return out;
  };

  /* F.linear: x (..., in), weight (out, in), bias (out). */
  T.linear = function (x, weight, bias) {
    const D = weight.shape[1], O = weight.shape[0];
    refuse(x.shape[x.shape.length - 1] !== D, "linear: [" + x.shape + "], [" + weight.shape + "]");
    const out = T.zeros(x.shape.slice(0, -1).concat([O]));
    for (let i = 0; i < x.data.length / D; i++) {
      for (let o = 0; o < O; o++) {
        let total = bias ? bias.data[o] : 0;
        for (let j = 0; j < D; j++) {
          total += x.data[i * D + j] * weight.data[o * D + j];
        }
        out.data[i * O + o] = total;
      }
    }
    return out;
  };

  T.embedding = function (weight, ids) {
    return T.stack(ids.map(function (id) { return T.select(weight, id); }));
  };

  /* The places of a window along one axis, as torch counts them; 0 or less where none fits. */
  T.outputSize = function (n, kernel, stride, padding, dilation) {
    return Math.floor((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  };

  /* F.conv2d: x (C, H, W) or (N, C, H, W), weight (O, C, h, w), bias (O). */
  T.conv2d = function (x, weight, bias, options) {
    const o = Object.assign({ stride: 1, padding: 0, dilation: 1 }, options);
    if (x.shape.length === 4) {
      return T.stack(Array.from({ length: x.shape[0] }, function (_, i) {
        return T.conv2d(T.select(x, i), weight, bias, o);
      }));
    }
    const C = x.shape[0], H = x.shape[1], W = x.shape[2];
    const O = weight.shape[0], h = weight.shape[2], w = weight.shape[3];
    refuse(weight.shape[1] !== C, "conv2d: [" + x.shape + "], [" + weight.shape + "]");
    const rowsOut = T.outputSize(H, h, o.stride, o.padding, o.dilation);
    const columnsOut = T.outputSize(W, w, o.stride, o.padding, o.dilation);
    refuse(rowsOut < 1 || columnsOut < 1, "conv2d: the window is larger than the image");
    const out = T.zeros([O, rowsOut, columnsOut]);
    const sums = new Float64Array(rowsOut * columnsOut);
    for (let k = 0; k < O; k++) {
      sums.fill(bias ? bias.data[k] : 0);
      for (let c = 0; c < C; c++) {
        for (let a = 0; a < h; a++) {
          for (let b = 0; b < w; b++) {
            const factor = weight.data[((k * C + c) * h + a) * w + b];
            if (factor === 0) {
              continue;
            }
            for (let i = 0; i < rowsOut; i++) {
              const y = i * o.stride - o.padding + a * o.dilation;
              if (y < 0 || y >= H) {
                continue;
              }
              for (let j = 0; j < columnsOut; j++) {
                const z = j * o.stride - o.padding + b * o.dilation;
                if (z >= 0 && z < W) {
                  sums[i * columnsOut + j] += factor * x.data[(c * H + y) * W + z];
                }
              }
            }
          }
        }
      }
      out.data.set(sums, k * rowsOut * columnsOut);
    }
    return out;
  };

  function pool2d(x, size, stride, start, join, end) {
    const s = stride || size, H = x.shape[x.shape.length - 2], W = x.shape[x.shape.length - 1];
    const h = T.outputSize(H, size, s, 0, 1), w = T.outputSize(W, size, s, 0, 1);
    const out = T.zeros(x.shape.slice(0, -2).concat([h, w]));
    for (let c = 0; c < x.data.length / (H * W); c++) {
      for (let i = 0; i < h; i++) {
        for (let j = 0; j < w; j++) {
          let value = start;
          for (let a = 0; a < size; a++) {
            for (let b = 0; b < size; b++) {
              value = join(value, x.data[(c * H + i * s + a) * W + j * s + b]);
            }
          }
          out.data[(c * h + i) * w + j] = end(value);
        }
      }
    }
    return out;
  }
  T.maxPool2d = function (x, size, stride) {
    return pool2d(x, size, stride, -Infinity, Math.max, function (a) { return a; });
  };
  T.avgPool2d = function (x, size, stride) {
    return pool2d(x, size, stride, 0, function (a, b) { return a + b; },
      function (a) { return a / (size * size); });
  };

  /* The weights of the first layer of nn.GRU or nn.LSTM in a state dict, as the steps take them. */
  T.recurrentWeights = function (state, name) {
    return { weight_ih: state[name + ".weight_ih_l0"], weight_hh: state[name + ".weight_hh_l0"],
      bias_ih: state[name + ".bias_ih_l0"], bias_hh: state[name + ".bias_hh_l0"] };
  };

  /* One step of nn.GRUCell or a layer of nn.GRU: x (N, D), h (N, H), p = {weight_ih, weight_hh,
     bias_ih, bias_hh}. Returns {h, reset, update, candidate}. */
  T.gruStep = function (x, h, p) {
    const a = T.linear(x, p.weight_ih, p.bias_ih), b = T.linear(h, p.weight_hh, p.bias_hh);
    const N = h.shape[0], H = h.shape[1];
    const out = { h: T.zeros([N, H]), reset: T.zeros([N, H]), update: T.zeros([N, H]),
      candidate: T.zeros([N, H]) };
    for (let n = 0; n < N; n++) {
      for (let j = 0; j < H; j++) {
        const at = n * 3 * H + j, k = n * H + j;
        const r = 1 / (1 + Math.exp(-(a.data[at] + b.data[at])));
        const z = 1 / (1 + Math.exp(-(a.data[at + H] + b.data[at + H])));
        const c = Math.tanh(a.data[at + 2 * H] + r * b.data[at + 2 * H]);
        out.reset.data[k] = r;
        out.update.data[k] = z;
        out.candidate.data[k] = c;
        out.h.data[k] = (1 - z) * c + z * h.data[k];
      }
    }
    return out;
  };

  /* One step of nn.LSTMCell or a layer of nn.LSTM; state {h, c}, (N, H) each. Returns {h, c,
     input, forget, candidate, output}. */
  T.lstmStep = function (x, state, p) {
    const g = T.add(T.linear(x, p.weight_ih, p.bias_ih),
      T.linear(state.h, p.weight_hh, p.bias_hh));
    const N = state.h.shape[0], H = state.h.shape[1], out = {};
    ["h", "c", "input", "forget", "candidate", "output"].forEach(function (name) {
      out[name] = T.zeros([N, H]);
    });
    const sigmoid = function (a) { return 1 / (1 + Math.exp(-a)); };
    for (let n = 0; n < N; n++) {
      for (let j = 0; j < H; j++) {
        const at = n * 4 * H + j, k = n * H + j;
        out.input.data[k] = sigmoid(g.data[at]);
        out.forget.data[k] = sigmoid(g.data[at + H]);
        out.candidate.data[k] = Math.tanh(g.data[at + 2 * H]);
        out.output.data[k] = sigmoid(g.data[at + 3 * H]);
        const c = out.forget.data[k] * state.c.data[k] + out.input.data[k] * out.candidate.data[k];
        out.c.data[k] = c;
        out.h.data[k] = out.output.data[k] * Math.tanh(c);
      }
    }
    return out;
  };

  /* Scaled dot products: q (..., L, D), k (..., S, D), v (..., S, E); mask (L, S) with 1 for what
     may be seen. Returns {output, weights}. */
  T.attention = function (q, k, v, mask) {
    const scores = T.scale(T.matmul(q, T.transpose(k)), 1 / Math.sqrt(q.shape[q.shape.length - 1]));
    const weights = T.softmax(scores, mask);
    return { output: T.matmul(weights, v), weights: weights };
  };

  /* (L, D) to (heads, L, D / heads), and back. */
  T.splitHeads = function (x, heads) {
    const L = x.shape[0], D = x.shape[1], d = D / heads, out = T.zeros([heads, L, d]);
    for (let i = 0; i < L * D; i++) {
      const row = Math.floor(i / D), column = i % D;
      out.data[(Math.floor(column / d) * L + row) * d + (column % d)] = x.data[i];
    }
    return out;
  };
  T.mergeHeads = function (x) {
    return T.concat(Array.from({ length: x.shape[0] }, function (_, i) { return T.select(x, i); }));
  };

  /* Random numbers that come again with the seed (mulberry32): .uniform() and .normal(). */
  T.random = function (seed) {
    let state = seed >>> 0;
    const uniform = function () {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    return {
      uniform: uniform,
      normal: function () {
        return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
      }
    };
  };

  /* -- What a page brings -------------------------------------------------------------------- */

  const TYPES = { f32: Float32Array, i32: Int32Array, u8: Uint8Array };

  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, part = bits & 1023;
    if (exponent === 0) {
      return sign * part * Math.pow(2, -24);
    }
    if (exponent === 31) {
      return part ? NaN : sign * Infinity;
    }
    return sign * (1 + part / 1024) * Math.pow(2, exponent - 15);
  }

  /* The values that plotting.live wrote: arrays become tensors, the rest stays JSON. */
  T.decode = function (value) {
    if (Array.isArray(value)) {
      return value.map(T.decode);
    }
    if (value === null || typeof value !== "object") {
      return value;
    }
    if (value.dtype && value.base64 !== undefined) {
      const bytes = Uint8Array.from(atob(value.base64), function (c) { return c.charCodeAt(0); });
      if (value.dtype === "q8") {
        const scale = T.decode(value.scale).data, width = bytes.length / scale.length;
        return T.tensor(Float32Array.from(bytes, function (byte, i) {
          return (byte - 128) * scale[Math.floor(i / width)];
        }), value.shape);
      }
      const flat = value.dtype === "f16"
        ? Float32Array.from(new Uint16Array(bytes.buffer), half)
        : new TYPES[value.dtype](bytes.buffer);
      return T.tensor(flat, value.shape);
    }
    return Object.fromEntries(Object.entries(value).map(function (entry) {
      return [entry[0], T.decode(entry[1])];
    }));
  };
})();
