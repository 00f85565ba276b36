/* What a reader of a live figure turns, presses, types and draws on. Every control has a label, works
   by keyboard and by touch, and calls kit.changed(). dlcourse.controls(kit) adds them to a kit. */
(function () {
  "use strict";
  const dlcourse = (window.dlcourse = window.dlcourse || {});
  let serial = 0;

  function make(tag, attributes, children) {
    const element = document.createElement(tag);
    Object.entries(attributes || {}).forEach(function (entry) {
      if (entry[0] === "text") {
        element.textContent = entry[1];
      } else if (entry[1] !== undefined) {
        element.setAttribute(entry[0], entry[1]);
      }
    });
    element.append.apply(element, children || []);
    return element;
  }
  dlcourse.make = make;

  dlcourse.controls = function (kit) {
    function place(element, options) {
      (options.into || kit.controlArea()).append(element);
      return element;
    }

    /* {label, min, max, step, value, format(value)}: .value, .element */
    kit.slider = function (options) {
      const id = "live-" + ++serial;
      const input = make("input", { type: "range", id: id, min: options.min, max: options.max,
        step: options.step === undefined ? 1 : options.step, autocomplete: "off" });
      const shown = make("output", { for: id });
      const format = options.format || String;
      const control = {
        get value() { return Number(input.value); },
        set value(value) {
          input.value = value;
          show();
        },
        limit: function (min, max) {
          input.min = min;
          input.max = max;
          show();
        },
        element: null
      };
      function show() {
        shown.textContent = format(control.value);
        input.setAttribute("aria-valuetext", format(control.value));
      }
      control.value = options.value;
      input.addEventListener("input", function () {
        show();
        kit.changed(control);
      });
      control.element = place(make("div", { class: "live-control" }, [
        make("label", { for: id, text: kit.t(options.label) }), input, shown
      ]), options);
      return control;
    };

    /* {label, options: [[value, text], ...], value}: .value */
    kit.choice = function (options) {
      const id = "live-" + ++serial;
      const select = make("select", { id: id, autocomplete: "off" }, options.options.map(
        function (option) {
          return make("option", { value: option[0], text: kit.t(option[1]) });
        }));
      const control = {
        get value() { return select.value; },
        set value(value) { select.value = value; },
        element: null
      };
      if (options.value !== undefined) {
        select.value = options.value;
      }
      select.addEventListener("change", function () { kit.changed(control); });
      control.element = place(make("div", { class: "live-control" }, [
        make("label", { for: id, text: kit.t(options.label) }), select
      ]), options);
      return control;
    };

    /* {label, value}: .value, true or false */
    kit.toggle = function (options) {
      const id = "live-" + ++serial;
      const box = make("input", { type: "checkbox", id: id, autocomplete: "off" });
      box.checked = Boolean(options.value);
      const control = {
        get value() { return box.checked; },
        set value(value) { box.checked = value; },
        element: null
      };
      box.addEventListener("change", function () { kit.changed(control); });
      control.element = place(make("div", { class: "live-control live-toggle" }, [
        box, make("label", { for: id, text: kit.t(options.label) })
      ]), options);
      return control;
    };

    /* {label, action()}; .label changes the text. */
    kit.button = function (options) {
      const button = make("button", { type: "button", class: "live-button",
        text: kit.t(options.label) });
      button.addEventListener("click", function () {
        options.action();
        kit.changed(button);
      });
      place(button, options);
      return {
        element: button,
        set label(text) { button.textContent = kit.t(text); },
        set disabled(value) { button.disabled = value; }
      };
    };

    /* {label, value, length, short}: .value; short for a number or a word */
    kit.text = function (options) {
      const id = "live-" + ++serial;
      const input = make("input", { type: "text", id: id, maxlength: options.length || 80,
        autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
      input.value = options.value || "";
      const control = {
        get value() { return input.value; },
        set value(value) { input.value = value; },
        element: null
      };
      input.addEventListener("input", function () { kit.changed(control); });
      control.element = place(make("div", { class: "live-control live-text" +
        (options.short ? " is-short" : "") }, [
        make("label", { for: id, text: kit.t(options.label) }), input
      ]), options);
      return control;
    };

    /* {label, rows, columns, values (nested), step}: a matrix of number fields; .values, .set */
    kit.matrix = function (options) {
      const body = make("div", { class: "live-matrix" });
      const group = make("fieldset", { class: "live-control live-fieldset" }, [
        make("legend", { text: kit.t(options.label) }), body
      ]);
      let fields = [];
      const control = {
        element: place(group, options),
        get values() {
          return fields.map(function (row) {
            return row.map(function (field) {
              return Number.isFinite(field.valueAsNumber) ? field.valueAsNumber : 0;
            });
          });
        },
        set: function (values) {
          body.style.setProperty("--columns", values[0].length);
          fields = values.map(function (row, i) {
            return row.map(function (value, j) {
              const field = make("input", { type: "number", step: options.step || "any",
                autocomplete: "off",
                "aria-label": kit.t("row") + " " + (i + 1) + ", " + kit.t("column") + " " +
                  (j + 1) });
              field.value = Number(value.toFixed(3));
              field.addEventListener("input", function () { kit.changed(control); });
              return field;
            });
          });
          body.replaceChildren.apply(body, fields.flat());
        }
      };
      control.set(options.values);
      return control;
    };

    /* A picture that is drawn by code and may be pointed at.
       {label, width, height, draw(context, colors), grid() -> {rows, columns, x, y, size},
        onCell(row, column, kind), describe(row, column), onPoint(x, y, kind), into}
       kind is "move" (pointer or arrow key), "down" (press, Enter, Space), "drag" or "up". */
    kit.canvas = function (options) {
      const interactive = Boolean(options.onCell || options.onPoint);
      const canvas = make("canvas", { class: "live-canvas",
        role: interactive ? "application" : "img", "aria-label": kit.t(options.label),
        tabindex: interactive ? 0 : undefined });
      canvas.style.width = options.width + "px";
      canvas.style.aspectRatio = options.width + " / " + options.height;
      if (interactive) {
        canvas.classList.add("is-interactive");
      }
      const context = canvas.getContext("2d");
      let cursor = null;
      const picture = {
        element: canvas, width: options.width, height: options.height,
        set label(text) { canvas.setAttribute("aria-label", text); },
        redraw: function () {
          const ratio = Math.min(3, window.devicePixelRatio || 1);
          const width = Math.round(options.width * ratio);
          const height = Math.round(options.height * ratio);
          if (canvas.width !== width || canvas.height !== height) {
            canvas.width = width;
            canvas.height = height;
          }
          context.setTransform(ratio, 0, 0, ratio, 0, 0);
          context.clearRect(0, 0, options.width, options.height);
          const colors = kit.colors();
          context.font = "12px " + colors.font;
          context.textAlign = "center";
          context.textBaseline = "middle";
          options.draw(context, colors);
          if (cursor && document.activeElement === canvas) {
            const grid = options.grid();
            context.strokeStyle = colors.orange;
            context.lineWidth = 2.5;
            context.strokeRect(grid.x + cursor.column * grid.size, grid.y + cursor.row * grid.size,
              grid.size, grid.size);
          }
        }
      };

      function at(event) {
        const box = canvas.getBoundingClientRect(), scale = options.width / box.width;
        return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
      }

      function cell(point) {
        const grid = options.grid();
        const row = Math.floor((point.y - grid.y) / grid.size);
        const column = Math.floor((point.x - grid.x) / grid.size);
        const inside = row >= 0 && column >= 0 && row < grid.rows && column < grid.columns;
        return inside ? { row: row, column: column } : null;
      }

      function tell(event, kind) {
        const point = at(event);
        if (options.onPoint) {
          options.onPoint(point.x, point.y, kind);
        }
        const found = options.onCell && cell(point);
        if (found) {
          options.onCell(found.row, found.column, kind);
        }
        kit.changed(picture);
      }

      if (interactive) {
        let pressed = false;
        canvas.addEventListener("pointerdown", function (event) {
          pressed = true;
          canvas.setPointerCapture(event.pointerId);
          tell(event, "down");
        });
        canvas.addEventListener("pointermove", function (event) {
          tell(event, pressed ? "drag" : "move");
        });
        ["pointerup", "pointercancel"].forEach(function (name) {
          canvas.addEventListener(name, function (event) {
            pressed = false;
            tell(event, "up");
          });
        });
        canvas.addEventListener("keydown", function (event) {
          const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0],
            ArrowDown: [1, 0] }[event.key];
          const press = event.key === "Enter" || event.key === " ";
          if (!options.grid || (!step && !press)) {
            return;
          }
          event.preventDefault();
          const grid = options.grid();
          cursor = cursor || { row: Math.floor(grid.rows / 2), column: Math.floor(grid.columns / 2) };
          if (step) {
            cursor.row = Math.max(0, Math.min(grid.rows - 1, cursor.row + step[0]));
            cursor.column = Math.max(0, Math.min(grid.columns - 1, cursor.column + step[1]));
          }
          if (options.onCell) {
            options.onCell(cursor.row, cursor.column, press ? "down" : "move");
          }
          if (options.onPoint) {
            options.onPoint(grid.x + (cursor.column + 0.5) * grid.size,
              grid.y + (cursor.row + 0.5) * grid.size, press ? "down" : "move");
          }
          if (options.describe) {
            kit.say(options.describe(cursor.row, cursor.column));
          }
          kit.changed(picture);
        });
        canvas.addEventListener("blur", function () { picture.redraw(); });
        canvas.addEventListener("focus", function () { picture.redraw(); });
      }
      (options.into || kit.stage()).append(canvas);
      kit.drawn(picture);
      return picture;
    };

    /* A square of gray pixels to draw on, 0 (paper) to 1 (ink). {label, size, pixels, value}: .image
       is a tensor (size, size); .set(tensor), .clear(). */
    kit.painter = function (options) {
      const n = options.size || 28, side = options.pixels || 224, cell = side / n;
      const image = dlcourse.tensor.zeros([n, n]);
      let last = null;
      function dab(x, y) {
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            const far = Math.hypot(j + 0.5 - x, i + 0.5 - y);
            const ink = Math.max(0, Math.min(1, 1.9 - far));
            image.data[i * n + j] = Math.max(image.data[i * n + j], ink);
          }
        }
      }
      const painter = kit.canvas({
        label: options.label, width: side, height: side, into: options.into,
        grid: function () { return { rows: n, columns: n, x: 0, y: 0, size: cell }; },
        describe: function (row, column) {
          return kit.t("row") + " " + (row + 1) + ", " + kit.t("column") + " " + (column + 1) +
            ", " + kit.t("ink") + " " + Math.round(100 * image.data[row * n + column]) + " %";
        },
        onCell: function (row, column, kind) {
          if (kind === "down" && document.activeElement === painter.element && !last) {
            dab(column + 0.5, row + 0.5);
          }
        },
        onPoint: function (x, y, kind) {
          const here = { x: x / cell, y: y / cell };
          if (kind === "drag" && last) {
            const steps = Math.ceil(2 * Math.hypot(here.x - last.x, here.y - last.y));
            for (let k = 0; k <= steps; k++) {
              const share = steps ? k / steps : 0;
              dab(last.x + share * (here.x - last.x), last.y + share * (here.y - last.y));
            }
          } else if (kind === "down") {
            dab(here.x, here.y);
          }
          last = kind === "down" || kind === "drag" ? here : null;
        },
        draw: function (context, colors) {
          kit.paint(context, image, 0, 0, cell, colors);
          context.strokeStyle = colors.line;
          context.lineWidth = 1;
          context.strokeRect(0.5, 0.5, side - 1, side - 1);
        }
      });
      painter.image = image;
      painter.set = function (tensor) { image.data.set(tensor.data); };
      painter.clear = function () { image.data.fill(0); };
      if (options.value) {
        painter.set(options.value);
      }
      return painter;
    };
  };
})();
