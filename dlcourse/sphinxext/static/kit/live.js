/* Live figures: each is one script that calls dlcourse.live("NAME", function (root, data, kit) {...})
   and puts its computation, as a function of plain values, into dlcourse.live.compute.NAME. It is
   built when it comes into view; until then, and without JavaScript, a still picture stands there. */
(function () {
  "use strict";
  const dlcourse = (window.dlcourse = window.dlcourse || {});
  const builders = {};

  dlcourse.live = function (name, build) { builders[name] = build; };
  dlcourse.live.compute = {};

  const COLORS = ["ink", "muted", "line", "grid", "paper", "blue", "orange", "green", "pink", "gold",
    "sky", "gray", "blue-soft", "orange-soft", "green-soft", "pink-soft", "gold-soft", "gray-soft"];

  function makeKit(element, root, name, texts) {
    const make = dlcourse.make;
    const changes = [], pictures = [], tasks = [];
    const live = make("div", { class: "live-said", role: "status", "aria-live": "polite" });
    let colors = null, waiting = false, area = null, stage = null, inView = true;
    let toSay = "", timer = 0;
    const kit = { root: root, name: name };

    /* Another language may give its own text for each of the figure's. */
    kit.t = function (text) { return texts[text] || text; };

    /* -- Places ---------------------------------------------------------------------------- */
    kit.area = function (className, into) {
      const made = make("div", { class: className });
      (into || root).append(made);
      return made;
    };
    kit.controlArea = function () { return (area = area || kit.area("live-controls")); };
    kit.stage = function () { return (stage = stage || kit.area("live-stage")); };
    /* A part of the stage with a title above it. */
    kit.panel = function (title, into) {
      const body = make("div", { class: "live-panel" }, [
        make("div", { class: "live-title", text: kit.t(title) })
      ]);
      (into || kit.stage()).append(body);
      return body;
    };
    /* A line of text that follows the state: .text; seen only (kit.say is for the ear). */
    kit.readout = function (into) {
      const line = make("p", { class: "live-readout" });
      (into || root).append(line);
      return { element: line, get text() { return line.textContent; },
        set text(value) { line.textContent = value; } };
    };

    /* -- Changes --------------------------------------------------------------------------- */
    kit.onChange = function (update) { changes.push(update); };
    kit.drawn = function (picture) { pictures.push(picture); };
    kit.changed = function (source) {
      if (!waiting) {
        waiting = true;
        window.requestAnimationFrame(function () {
          waiting = false;
          kit.update(source);
        });
      }
    };
    kit.update = function (source) {
      const start = performance.now();
      changes.forEach(function (update) { update(source); });
      pictures.forEach(function (picture) { picture.redraw(); });
      element.dataset.frame = (performance.now() - start).toFixed(1);
      tasks.forEach(function (check) { check(); });
    };

    /* -- Words for those who do not see the pictures ----------------------------------------- */
    kit.say = function (text) {
      toSay = text;
      if (!timer) {
        timer = window.setTimeout(function () {
          timer = 0;
          live.textContent = toSay;
        }, 700);
      }
    };

    /* -- Movement ---------------------------------------------------------------------------- */
    kit.still = function () {
      return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    };
    /* step(seconds) is called for each frame while the figure is in view. With less motion asked
       for, start() takes a single step. */
    kit.animate = function (step) {
      let running = false, last = 0;
      function frame(now) {
        if (!running) {
          return;
        }
        if (inView) {
          step(Math.min(0.1, (now - last) / 1000));
          kit.update(motion);
        }
        last = now;
        window.requestAnimationFrame(frame);
      }
      const motion = {
        get running() { return running; },
        start: function () {
          if (kit.still()) {
            step(1 / 30);
            kit.changed(motion);
          } else if (!running) {
            running = true;
            last = performance.now();
            window.requestAnimationFrame(frame);
          }
        },
        stop: function () { running = false; }
      };
      return motion;
    };
    new IntersectionObserver(function (entries) {
      inView = entries[entries.length - 1].isIntersecting;
    }).observe(element);

    /* -- Tasks ------------------------------------------------------------------------------- */
    /* isSolved() is asked after each change that the reader makes; solved stays solved. */
    kit.task = function (text, isSolved) {
      const state = make("span", { class: "live-task-state" });
      const box = make("p", { class: "live-task" }, [
        make("strong", { text: kit.t("Your task") + ": " }), kit.t(text) + " ", state
      ]);
      const before = root.querySelectorAll(".live-task");
      if (before.length) {
        before[before.length - 1].after(box);
      } else {
        root.prepend(box);
      }
      const id = name + "-" + tasks.length;
      function solved(now) {
        box.classList.add("is-solved");
        state.textContent = "✓ " + kit.t("Solved.");
        if (now) {
          kit.say(kit.t("Solved."));
          dlcourse.progress.set("live:" + id, true);
        }
        const left = root.querySelectorAll(".live-task:not(.is-solved)").length;
        if (now && !left) {
          dlcourse.progress.set("live:" + name, true);
        }
      }
      let done = dlcourse.progress.get("live:" + id) === true, first = true;
      if (done) {
        solved(false);
      }
      tasks.push(function () {
        // What holds before the reader has done anything is not the reader's solution.
        if (!done && !first && isSolved()) {
          done = true;
          solved(true);
        }
        first = false;
      });
    };

    /* -- Colors of the theme ----------------------------------------------------------------- */
    kit.colors = function () {
      if (!colors) {
        const style = getComputedStyle(element);
        colors = { dark: document.documentElement.dataset.theme === "dark",
          font: style.fontFamily };
        COLORS.forEach(function (color) {
          // A canvas does not resolve variables within variables; an element does.
          root.style.color = "var(--drawing-" + color + ")";
          colors[color.replace(/-(.)/, function (_, c) { return c.toUpperCase(); })] =
            getComputedStyle(root).color;
        });
        root.style.color = "";
      }
      return colors;
    };
    function redraw() {
      colors = null;
      pictures.forEach(function (picture) { picture.redraw(); });
    }
    new MutationObserver(redraw).observe(document.documentElement,
      { attributes: true, attributeFilter: ["data-theme"] });
    window.addEventListener("resize", redraw);

    dlcourse.controls(kit);
    dlcourse.charts(kit);
    kit.end = function () { root.append(live); };
    return kit;
  }

  function build(element) {
    const name = element.dataset.name;
    const still = element.querySelector(".live-still");
    const source = element.querySelector("script[type='application/json']");
    const data = source ? dlcourse.tensor.decode(JSON.parse(source.textContent)) : {};
    const root = dlcourse.make("div", { class: "live-root", role: "group",
      "aria-label": dlcourse.liveTitle || "Live figure" });
    element.append(root);
    const kit = makeKit(element, root, name, data.texts || {});
    try {
      builders[name](root, data, kit);
      kit.update();
      kit.end();
      still.hidden = true;
      element.dataset.state = "running";
    } catch (error) {
      root.remove();
      element.dataset.state = "failed";
      throw error;
    }
  }

  document.addEventListener("DOMContentLoaded", function () {
    const observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) {
          observer.unobserve(entry.target);
          build(entry.target);
        }
      });
    }, { rootMargin: "120px" });
    document.querySelectorAll(".dlcourse-live").forEach(function (element) {
      observer.observe(element);
    });
  });
})();
