"""Sentences of a chapter that give a cause, or say "only" or "any", and no evidence near them."""

import re

from tests.prose import FRONT_MATTER

# What says why something came out, or that it always does.
WORDS = (
    "because", "therefore", "hence", "due to", "thanks to", "owing to", "that is why",
    "which is why", "the reason", "the cause", "alone", "only", "any", "needs exactly",
    "nothing but",
)  # fmt: skip
WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
# Code and quizzes are left out, and boxes are opened.
_LEFT_OUT = re.compile(
    r"^(```+|~~~+|:::+(?=\{(?!admonition\})))[^\n]*\n.*?^\1$", re.DOTALL | re.MULTILINE
)
_MARKS = re.compile(r"^:::+.*$|^:class:.*$|^\([\w-]+\)=$", re.MULTILINE)  # of boxes and labels
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*:]|\d+\.)[ ])|\n(?=\|)")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”)*]*\s+(?=[(\"“*`$\[{]*[A-Z0-9{`$])")
_SILENT = re.compile(r"#|\||@@")
# A claim, a number that an asserting cell computed, a source, or a formula of its own.
_EVIDENCE = re.compile(r"\{(?:claim|glue(?::\w+)?|cite(?::\w+)?|eq)\}`|\$\$")
_UNTESTED = re.compile(
    r"#+ .*\b(?:exercises?|check yourself|quiz|further reading)\b", re.IGNORECASE
)


def unproved(text: str) -> list[str]:
    """The sentences of a MyST page with such a word and no evidence in their paragraph.

    A displayed formula just before or after a paragraph counts as its evidence. Exercises, quizzes
    and captions are left out.

    Args:
        text: the page's source.

    Returns:
        The sentences, each on one line.
    """
    text = _LEFT_OUT.sub("\n\n@@\n\n", FRONT_MATTER.sub("", text))
    parts = [part.strip() for part in _PARAGRAPH.split(_MARKS.sub("", text)) if part.strip()]
    found, tested = [], True
    for number, part in enumerate(parts):
        if part.startswith("#"):
            tested = not _UNTESTED.match(part)
        around = [p for p in parts[max(0, number - 1) : number + 2] if p.startswith("$$")]
        if not tested or _SILENT.match(part) or any(map(_EVIDENCE.search, [part, *around])):
            continue
        sentences = (" ".join(sentence.split()) for sentence in _SENTENCE.split(part))
        found += [sentence for sentence in sentences if WORD.search(sentence)]
    return found
