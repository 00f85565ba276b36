r"""Texts of drawings: mathematics between dollars, lines, how wide they are.

``$h_{t-1}$`` has italic letters and a subscript, ``$W^\top$`` may be written ``$W^⊤$``; outside of
dollars, ``_`` and ``^`` are themselves.  ``\n`` starts a new line.
"""

import re
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

from dlcourse.plotting.diagrams.look import SIZE

_SHIFT, _SMALL, _LINE = 0.3, 0.74, 1.3  # of the text's size: sub- and superscripts, line height
_SCRIPT = re.compile(r"([_^])(\{[^}]*\}|.)")


class Run(NamedTuple):
    """Letters of one kind: ``level`` is -1 in a subscript, 1 in a superscript."""

    text: str
    italic: bool = False
    level: int = 0


def runs(line: str) -> list[Run]:
    """One line of a text as runs of letters.

    Raises:
        ValueError: a dollar without its partner.
    """
    pieces = line.split("$")
    if len(pieces) % 2 == 0:
        raise ValueError(f"diagrams: the text {line!r} opens a formula by $ and does not close it.")
    found: list[Run] = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            found.append(Run(piece))
            continue
        before = 0
        for script in _SCRIPT.finditer(piece):
            found += _letters(piece[before : script.start()], 0)
            found += _letters(script[2].strip("{}"), -1 if script[1] == "_" else 1)
            before = script.end()
        found += _letters(piece[before:], 0)
    return [run for run in found if run.text]


def _letters(text: str, level: int) -> list[Run]:
    """Single Latin letters are variables and italic; words, digits and signs are not."""
    parts = re.split(r"((?<![A-Za-z])[A-Za-z](?![A-Za-z]))", text)
    return [Run(part, bool(number % 2), level) for number, part in enumerate(parts) if part]


def plain(text: str) -> str:
    """The text on one line without markup, for lists and labels."""
    return " ".join("".join(run.text for run in runs(line)) for line in text.split("\n"))


@cache
def _font() -> FT2Font:
    # Most readers' fonts are narrower than this one, so that a box made for it is wide enough.
    font = FT2Font(font_manager.findfont("DejaVu Sans"))
    font.set_size(100, 72)
    return font


@cache
def _advance(letter: str) -> float:
    """The width of a letter, of its size."""
    if ord(letter) >= 0x2E80:  # Chinese and its neighbors stand in squares; the font lacks them.
        return 1.0
    return _font().load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 6553600


def extent(text: str, size: float = SIZE, bold: bool = False) -> tuple[float, float]:
    """Width and height of a text in CSS pixels."""
    lines = text.split("\n")
    widths = [
        sum(_advance(c) * (_SMALL if run.level else 1) for run in runs(line) for c in run.text)
        for line in lines
    ]
    return max(widths) * size * (1.1 if bold else 1), size * _LINE * len(lines)


def svg_text(
    text: str,
    x: float,
    y: float,
    size: float = SIZE,
    anchor: str = "middle",
    kind: str = "ink",
    bold: bool = False,
) -> str:
    """A text whose middle is at height y.

    Args:
        text: as in the module's docstring.
        x: of its start, middle or end, see ``anchor``.
        y: of its middle.
        size: in CSS pixels.
        anchor: "start", "middle" or "end".
        kind: the CSS class of its color: "ink", "muted", or the name of a color.
        bold: for titles.
    """
    lines = text.split("\n")
    top = y - size * _LINE * (len(lines) - 1) / 2 + 0.35 * size
    written = []
    for number, line in enumerate(lines):
        spans, raised = [], 0.0
        for run in runs(line):
            goal = -run.level * _SHIFT * size
            look = f' dy="{goal - raised:.1f}"' if goal != raised else ""
            look += f' font-size="{_SMALL * size:.1f}"' if run.level else ""
            look += ' font-style="italic"' if run.italic else ""
            spans.append(f"<tspan{look}>{escape(run.text)}</tspan>" if look else escape(run.text))
            raised = goal
        place = f'x="{x:.1f}" y="{top + number * size * _LINE:.1f}"'
        written.append(f"<tspan {place}>{''.join(spans)}</tspan>")
    look = f' font-size="{size:g}"' if size != SIZE else ""
    look += f' text-anchor="{anchor}"' if anchor != "middle" else ""
    look += ' font-weight="600"' if bold else ""
    return f'<text class="t-{kind}"{look}>{"".join(written)}</text>'
