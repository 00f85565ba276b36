/* Sentences and their tokens, cut and joined as dlcourse.datasets does: dlcourse.words. */
(function () {
  "use strict";
  const dlcourse = (window.dlcourse = window.dlcourse || {});
  const WORD = "[\\p{L}\\p{N}_]";
  const TOKEN = new RegExp("(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)'(?=" + WORD + ")|" +
    "\\d+(?:[.,:]\\d+)+|" + WORD + "+(?:['-]" + WORD + "+)*|\\S", "gu");

  dlcourse.words = {
    tokenize: function (text) {
      return text.normalize("NFC").toLowerCase().replace(/’/g, "'").match(TOKEN) || [];
    },
    join: function (tokens) {
      return tokens.join(" ").replace(/' /g, "'").replace(/ ([.,!?])/g, "$1");
    }
  };
})();
