/* Five networks counted as you turn: parameters, multiply-adds, and the maps of one image.
   Data: inceptions, a list of [1x1, 3x3 reduced, 3x3, 5x5 reduced, 5x5, pooled] by block. */
(function () {
  "use strict";

  /* Counts what passes: side and channels of the maps, and sums over the layers. */
  function counter(side) {
    const at = { side: side, channels: 3, parameters: 0, work: 0, numbers: 0 };
    function window_(k, s, p, up) {
      const room = at.side + 2 * p - k;
      if (room < 0) {
        throw new Error("too small");
      }
      // Rounding up leaves out a window that would begin beyond the padded image.
      let n = (up ? Math.ceil(room / s) : Math.floor(room / s)) + 1;
      if (up && (n - 1) * s >= at.side + p) {
        n -= 1;
      }
      return n;
    }
    return {
      at: at,
      conv: function (out, k, s, p, norm) {
        at.side = window_(k, s, p, false);
        const weights = out * at.channels * k * k;
        at.parameters += weights + (norm ? 2 * out : out);
        at.work += weights * at.side * at.side;
        at.channels = out;
        at.numbers += out * at.side * at.side;
      },
      pool: function (k, s, p, up) {
        at.side = window_(k, s, p, up);
        at.numbers += at.channels * at.side * at.side;
      },
      flatten: function () {
        at.channels *= at.side * at.side;
        at.side = 1;
      },
      linear: function (out) {
        at.parameters += out * at.channels + out;
        at.work += out * at.channels;
        at.channels = out;
        at.numbers += out;
      }
    };
  }

  function scaled(channels, width) {
    return Math.max(1, Math.round(channels * width));
  }
  function head(c, width) {
    c.flatten();
    c.linear(scaled(4096, width));
    c.linear(scaled(4096, width));
    c.linear(1000);
  }

  const NETWORKS = {
    "AlexNet": function (c, width) {
      [[96, 11, 4, 2, true], [256, 5, 1, 2, true], [384, 3, 1, 1], [384, 3, 1, 1],
        [256, 3, 1, 1, true]].forEach(function (l) {
        c.conv(scaled(l[0], width), l[1], l[2], l[3]);
        if (l[4]) {
          c.pool(3, 2, 0);
        }
      });
      head(c, width);
    },
    "VGG": function (c, width, depth) {
      [[1, 64], [1, 128], [depth, 256], [depth, 512], [depth, 512]].forEach(function (b) {
        for (let i = 0; i < b[0]; i++) {
          c.conv(scaled(b[1], width), 3, 1, 1);
        }
        c.pool(2, 2, 0);
      });
      head(c, width);
    },
    "NiN": function (c, width) {
      [[96, 11, 4, 0], [256, 5, 1, 2], [384, 3, 1, 1]].forEach(function (b) {
        c.conv(scaled(b[0], width), b[1], b[2], b[3]);
        c.conv(scaled(b[0], width), 1, 1, 0);
        c.conv(scaled(b[0], width), 1, 1, 0);
        c.pool(3, 2, 0);
      });
      c.conv(1000, 3, 1, 1);
      c.conv(1000, 1, 1, 0);
      c.conv(1000, 1, 1, 0);
    },
    "GoogLeNet": function (c, width, depth, inceptions) {
      c.conv(scaled(64, width), 7, 2, 3);
      c.pool(3, 2, 0, true);
      c.conv(scaled(64, width), 1, 1, 0);
      c.conv(scaled(192, width), 3, 1, 1);
      c.pool(3, 2, 0, true);
      inceptions.forEach(function (branches, i) {
        if (i === 2 || i === 7) {
          c.pool(3, 2, 0, true);
        }
        const w = branches.map(function (b) { return scaled(b, width); });
        const before = c.at.channels;
        c.conv(w[0], 1, 1, 0);
        c.at.channels = before;
        c.conv(w[1], 1, 1, 0);
        c.conv(w[2], 3, 1, 1);
        c.at.channels = before;
        c.conv(w[3], 1, 1, 0);
        c.conv(w[4], 5, 1, 2);
        c.at.channels = before;
        c.pool(3, 1, 1);
        c.conv(w[5], 1, 1, 0);
        c.at.channels = w[0] + w[2] + w[4] + w[5];
      });
      c.at.side = 1;
      c.linear(1000);
    },
    "ResNet": function (c, width, depth) {
      c.conv(scaled(64, width), 7, 2, 3, true);
      c.pool(3, 2, 1);
      [64, 128, 256, 512].forEach(function (channels, stage) {
        for (let i = 0; i < depth; i++) {
          const stride = stage && !i ? 2 : 1, out = scaled(channels, width);
          const before = { side: c.at.side, channels: c.at.channels };
          c.conv(out, 3, stride, 1, true);
          c.conv(out, 3, 1, 1, true);
          if (stride !== 1 || before.channels !== out) {
            const side = c.at.side;
            Object.assign(c.at, before);
            c.conv(out, 1, stride, 0, true);
            c.at.side = side;
          }
        }
      });
      c.at.side = 1;
      c.linear(1000);
    }
  };

  /* {parameters, work, numbers} of a network, or null where the image is too small. */
  function count(name, size, width, depth, inceptions) {
    const c = counter(size);
    try {
      NETWORKS[name](c, width, depth, inceptions);
    } catch (error) {
      return null;
    }
    return { parameters: c.at.parameters, work: c.at.work, numbers: c.at.numbers };
  }
  dlcourse.live.compute["convnet-costs"] = function (i) {
    return count(i.network, i.size, i.width, i.depth, i.inceptions);
  };

  dlcourse.live("convnet-costs", function (root, data, kit) {
    const names = Object.keys(NETWORKS);
    let found = {};
    kit.task("With images of 224 pixels, bring AlexNet below the parameters that GoogLeNet has at " +
      "a width of 1.", function () {
      return size.value === 224 && found.AlexNet && found.AlexNet.parameters <
        count("GoogLeNet", 224, 1, 2, data.inceptions).parameters;
    });
    kit.task("Leave the width at 1, and let VGG take less arithmetic than AlexNet takes for 224 " +
      "pixels.", function () {
      return width.value === 1 && found.VGG && found.VGG.work <
        count("AlexNet", 224, 1, 2, data.inceptions).work;
    });

    const width = kit.slider({ label: "Width", min: 0.125, max: 2, step: 0.125, value: 1,
      format: function (v) { return String(v); } });
    const size = kit.slider({ label: "Side of the image", min: 32, max: 320, step: 16, value: 224 });
    const depth = kit.slider({ label: "Convolutions of VGG's last three blocks, blocks of ResNet's " +
      "stages", min: 1, max: 4, value: 2 });
    function bars(title, format) {
      return kit.bars({ label: title, width: 330, left: 82, names: names, format: format,
        into: kit.panel(title) });
    }
    const parameters = bars("Parameters, millions", function (v) { return (200 * v).toFixed(1); });
    const work = bars("Multiply-adds, thousands of millions", function (v) {
      return (20 * v).toFixed(2);
    });
    const memory = bars("Maps of one image, MB", function (v) { return (120 * v).toFixed(1); });
    const line = kit.readout();

    kit.onChange(function () {
      names.forEach(function (name) {
        found[name] = count(name, size.value, width.value, depth.value, data.inceptions);
      });
      const shares = function (key, unit, most) {
        return names.map(function (name) {
          return found[name] ? found[name][key] / unit / most : 0;
        });
      };
      parameters.update(shares("parameters", 1e6, 200));
      work.update(shares("work", 1e9, 20));
      memory.update(shares("numbers", 1e6 / 4, 120));
      const lost = names.filter(function (name) { return !found[name]; });
      line.text = names.filter(function (name) { return found[name]; }).map(function (name) {
        return name + " " + (found[name].parameters / 1e6).toFixed(1) + " " + kit.t("million");
      }).join(", ") + " " + kit.t("parameters") + "." + (lost.length ? " " +
        kit.t("The image is too small for") + " " + lost.join(", ") + "." : "");
      kit.say(line.text);
    });
  });
})();
