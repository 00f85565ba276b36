"""The look of drawings: the plots' palette as variables that a page's theme may set."""

import re

from dlcourse.plotting.figure import INK, MUTED, PALETTE

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SIZE = 14  # of text, in CSS pixels
GAP = 36  # between parts
MARGIN = 12  # around the drawing

COLORS = dict(zip(("blue", "orange", "green", "pink", "gold", "sky", "gray"), PALETTE, strict=True))
SOFT = {
    "blue": "#E3F0F8",
    "orange": "#FBE9DA",
    "green": "#DDF1EA",
    "pink": "#F3E3EC",
    "gold": "#F7ECD2",
    "sky": "#E4F1FA",
    "gray": "#EEEEEE",
}
_PLAIN = {"ink": INK, "muted": MUTED, "line": "#8C8C8C", "grid": "#E6E6E6", "paper": "#FFFFFF"}

# Shades that plots have besides; in the dark they are as those that they stand for.
_ALIKE = {"#CFE4F3": "blue-soft", "#FBE3D2": "orange-soft", "#EFEFEF": "gray-soft",
          "#A6A6A6": "line", "#B3B3B3": "line"}  # fmt: skip

# Where no page sets them, as in a notebook, the colors of the plots hold.
VARIABLES = {
    **{name: f"var(--drawing-{name}, {color})" for name, color in (_PLAIN | COLORS).items()},
    **{f"{name}-soft": f"var(--drawing-{name}-soft, {color})" for name, color in SOFT.items()},
}


def line_color(color: str | None) -> str:
    """The color of lines and outlines.

    Args:
        color: a name in :data:`COLORS`, or None for that of what is not emphasized.

    Raises:
        ValueError: no such name.
    """
    return VARIABLES["line" if color is None else check_color(color)]


def fill_color(color: str | None) -> str:
    """The color of a surface, on which text is readable (see :func:`line_color`)."""
    return VARIABLES["paper" if color is None else f"{check_color(color)}-soft"]


def check_color(color: str) -> str:
    """The name of a color; another is refused."""
    if color not in COLORS:
        raise ValueError(f"diagrams: there is no color {color!r}; choose from {', '.join(COLORS)}.")
    return color


def themed(svg: str) -> str:
    """An SVG with the course's colors (``#0072B2`` and so on) as variables of the page's theme."""
    known = {color: name for name, color in (_PLAIN | COLORS).items()}
    known |= {color: f"{name}-soft" for name, color in SOFT.items()} | _ALIKE
    by_color = {color.lower(): (name, color) for color, name in known.items()}

    def variable(match: re.Match) -> str:
        found = by_color.get(match[0].lower())
        return f"var(--drawing-{found[0]}, {found[1]})" if found else match[0]

    return re.sub(r"#[0-9A-Fa-f]{6}\b", variable, svg)
