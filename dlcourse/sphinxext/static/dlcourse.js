/* Quizzes, claims, and a few mends of the theme for those who use a keyboard or a screen reader. */
(function () {
  "use strict";
  const dlcourse = window.dlcourse;

  /* -- Quiz ----------------------------------------------------------------------------------
     A click answers at once. The arrow keys only move between the options, as they must for
     somebody who wants to hear them all before choosing; Enter or Space then answers. */

  function mark(quiz, option) {
    quiz.querySelectorAll(".quiz-option").forEach(function (other) {
      other.classList.remove("is-right", "is-wrong");
    });
    if (option) {
      const right = option.querySelector("input").dataset.right === "true";
      option.classList.add(right ? "is-right" : "is-wrong");
    }
  }

  function say(quiz, node) {
    quiz.querySelector(".quiz-status").replaceChildren(node);
  }

  function hint(quiz) {
    mark(quiz, null);
    const text = document.createElement("p");
    text.textContent = quiz.dataset.hint;
    say(quiz, text);
  }

  function answer(quiz, input) {
    const right = input.dataset.right === "true";
    mark(quiz, input.closest(".quiz-option"));
    const box = document.createElement("div");
    box.className = right ? "is-right" : "is-wrong";
    const verdict = document.createElement("strong");
    verdict.className = "quiz-verdict";
    verdict.textContent = (right ? quiz.dataset.right : quiz.dataset.wrong) + " ";
    const why = quiz
      .querySelector('[data-option="' + input.value + '"] .quiz-why')
      .cloneNode(true);
    why.querySelectorAll("[id]").forEach(function (element) {
      element.removeAttribute("id");
    });
    box.append(verdict, why);
    say(quiz, box);
    dlcourse.progress.set(quiz.id, { choice: input.value, right: right });
  }

  /* An answer of an earlier visit is marked, and silent. */
  function restore(quiz) {
    const kept = dlcourse.progress.get(quiz.id);
    const input = kept && quiz.querySelector('input[value="' + kept.choice + '"]');
    if (input) {
      input.checked = true;
      mark(quiz, input.closest(".quiz-option"));
    }
  }

  function setUpQuiz(quiz) {
    let byArrow = false;
    restore(quiz);
    quiz.addEventListener("keydown", function (event) {
      if (event.target.type !== "radio") {
        return;
      }
      byArrow = event.key.startsWith("Arrow");
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.target.checked = true;
        answer(quiz, event.target);
      }
    });
    quiz.addEventListener("keyup", function () {
      byArrow = false;
    });
    quiz.addEventListener("change", function (event) {
      if (event.target.type !== "radio") {
        return;
      }
      if (byArrow) {
        hint(quiz);
      } else {
        answer(quiz, event.target);
      }
    });
  }

  /* On paper the answers must be open. */
  function openForPrint() {
    document.querySelectorAll(".quiz details:not([open])").forEach(function (details) {
      details.open = true;
      details.dataset.openedForPrint = "";
    });
  }

  function closeAfterPrint() {
    document.querySelectorAll("details[data-opened-for-print]").forEach(function (details) {
      details.open = false;
      delete details.dataset.openedForPrint;
    });
  }

  /* -- Claims --------------------------------------------------------------------------------
     The style sheet shows the evidence. Here: a tap anywhere on the sentence focuses its sign,
     which browsers on phones may not do, and Escape puts the evidence away. */

  function setUpClaim(claim) {
    const sign = claim.querySelector(".claim-sign");
    if (!sign) {
      return;
    }
    const again = function () {
      claim.classList.remove("is-dismissed");
    };
    claim.addEventListener("click", function (event) {
      if (!event.target.closest("a")) {
        sign.focus();
      }
    });
    claim.addEventListener("mouseenter", again);
    claim.addEventListener("focusin", again);
  }

  function dismissClaims(event) {
    if (event.key === "Escape") {
      document.querySelectorAll(".claim:hover, .claim:focus-within").forEach(function (claim) {
        claim.classList.add("is-dismissed");
      });
    }
  }

  /* What scrolls sideways must be reachable by keyboard, and only that: a tab stop on every code
     block would be a burden. */
  function setUpScrolling() {
    const selector = ".bd-article pre, .bd-article mjx-container, .bd-article .text_html, " +
      ".bd-article div.math, .bd-article .pst-scrollable-table-container, " +
      ".bd-article .dlcourse-scroll";
    document.querySelectorAll(selector).forEach(function (element) {
      const scrolls = element.scrollWidth > element.clientWidth;
      if (scrolls && getComputedStyle(element).overflowX !== "visible") {
        element.tabIndex = 0;
      } else {
        element.removeAttribute("tabindex");
      }
    });
  }

  function whenIdle(task) {
    let timer = 0;
    return function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(task, 150);
    };
  }

  function start() {
    document.querySelectorAll(".quiz").forEach(setUpQuiz);
    document.querySelectorAll(".claim").forEach(setUpClaim);
    document.addEventListener("keydown", dismissClaims);
    window.addEventListener("beforeprint", openForPrint);
    window.addEventListener("afterprint", closeAfterPrint);
    const again = whenIdle(setUpScrolling);
    setUpScrolling();
    window.addEventListener("load", again);
    window.addEventListener("resize", again);
    if (window.MathJax && window.MathJax.startup && window.MathJax.startup.promise) {
      window.MathJax.startup.promise.then(again);
    }
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
