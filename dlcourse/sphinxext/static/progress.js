/* What this reader has answered and solved, kept in this browser alone, shown beside the chapters. */
(function () {
  "use strict";
  const dlcourse = (window.dlcourse = window.dlcourse || {});
  const KEY = "dlcourse:progress";
  const root = new URL(document.documentElement.dataset.content_root || "./", window.location.href);

  function pageOf(address) {
    const path = new URL(address, window.location.href).pathname;
    const name = decodeURI(path.slice(root.pathname.length)).replace(/\.html$/, "");
    return path.startsWith(root.pathname) ? name || "index" : "";
  }
  const here = pageOf(window.location.href);

  function load() {
    try {
      return JSON.parse(window.localStorage.getItem(KEY)) || {};
    } catch (error) {
      return {}; // The browser keeps nothing, or something else wrote there.
    }
  }

  function save(all) {
    try {
      window.localStorage.setItem(KEY, JSON.stringify(all));
    } catch (error) {
      return; // A private window may refuse; the page works without.
    }
    show();
  }

  /* A quiz's choice is kept whatever it was; only a right one counts. */
  dlcourse.progress = {
    get: function (id) { return (load()[here] || {})[id]; },
    set: function (id, value) {
      const all = load();
      all[here] = Object.assign({}, all[here], { [id]: value });
      save(all);
    }
  };

  function done(page, all) {
    const entries = Object.entries(all[page] || {});
    return entries.filter(function (entry) {
      // Of a live figure with several tasks ("live:name-0", ...) the whole counts, once.
      return entry[1] === true ? !/^live:.*-\d+$/.test(entry[0]) : Boolean(entry[1].right);
    }).length;
  }

  function show() {
    const all = load(), totals = dlcourse.totals || {}, words = dlcourse.words || {};
    document.querySelectorAll(".bd-sidebar-primary .bd-links a.reference.internal").forEach(
      function (link) {
        const page = pageOf(link.href), total = totals[page];
        let mark = link.querySelector(".progress-mark");
        const count = total ? Math.min(done(page, all), total) : 0;
        if (!count) {
          if (mark) {
            mark.remove();
          }
          return;
        }
        if (!mark) {
          mark = document.createElement("span");
          mark.className = "progress-mark";
          link.append(mark);
        }
        mark.classList.toggle("is-whole", count === total);
        mark.textContent = count + "/" + total;
        mark.title = words.solved || "";
      });
    clearButton(Object.keys(all).length > 0, words);
  }

  function clearButton(wanted, words) {
    const menu = document.querySelector(".bd-sidebar-primary .bd-links");
    let button = document.querySelector(".progress-clear");
    if (!wanted || !menu) {
      if (button) {
        button.remove();
      }
      return;
    }
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.className = "progress-clear";
      button.textContent = words.clear || "";
      button.addEventListener("click", function () {
        if (window.confirm(words.sure)) {
          window.localStorage.removeItem(KEY);
          window.location.reload();
        }
      });
      menu.append(button);
    }
  }

  document.addEventListener("DOMContentLoaded", show);
  window.addEventListener("storage", show);
})();
