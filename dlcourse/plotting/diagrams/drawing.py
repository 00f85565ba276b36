"""A drawing: parts and the lines between them, as one SVG that follows the page's theme."""

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from dlcourse.plotting.diagrams import routes, writing
from dlcourse.plotting.diagrams.blocks import Cells, Frame, Picture, Tensor
from dlcourse.plotting.diagrams.look import GAP, check_color
from dlcourse.plotting.diagrams.parts import Box, Dot, Group, Label, Operator, Part
from dlcourse.plotting.diagrams.writing import Arrow, Bracket
from dlcourse.plotting.figure import check_alt

P = TypeVar("P", bound=Part)
_LEGIBLE = 0.72  # a drawing shrinks to this share of its size, then it scrolls


class Drawing:
    """A drawing of an idea, shown in a notebook and, inline, in the book.

    Parts are made by its methods and placed by theirs (``right_of``, ``below``, ...) or by
    :meth:`row`, :meth:`column` and :meth:`grid`; lines find their way when all is in place.

    Args:
        alt: the sentence that the drawing says, for readers who cannot see it.
        texts: other texts for some keys, such as a translation; see :meth:`texts`.

    Raises:
        ValueError: ``alt`` is empty.
    """

    def __init__(self, alt: str, texts: Mapping[str, str] | None = None):
        self._given = dict(texts or {})
        self._texts: dict[str, str] = {}
        self._parts: dict[str, Part] = {}
        self._arrows: list[Arrow] = []
        self._brackets: list[Bracket] = []
        self.alt = check_alt(self._text("alt", alt), "diagrams.Drawing")

    # -- parts -----------------------------------------------------------------------------------

    def box(self, key: str, text: str | None = None, *, note: str = "", **look: Any) -> Box:
        """A rectangle with a text.

        Args:
            key: its name, also the key of its text; that of its note has ``.note`` behind it.
            text: by default the key.
            note: a smaller text below it.
            **look: ``color`` (a name in ``COLORS``), ``width``, ``height`` (CSS pixels),
                ``dashed``, ``round``, ``bold``.
        """
        text = self._text(key, key if text is None else text)
        note = self._text(f"{key}.note", note) if note else ""
        return self._add(Box(key, text, note=note, **look))

    def operator(
        self, key: str, sign: str = "+", *, color: str | None = None, say: str = ""
    ) -> Operator:
        """A circle with a sign (+, ×, σ, tanh); ``say`` names it in the list of parts."""
        say = self._text(f"{key}.say", say) if say else ""
        return self._add(Operator(key, sign, color, say))

    def label(self, key: str, text: str | None = None, **look: Any) -> Label:
        """A text without a frame; ``size``, ``bold``, ``kind`` ("ink", "muted" or a color)."""
        return self._add(Label(key, self._text(key, key if text is None else text), **look))

    def dot(self, key: str, color: str | None = "gray", radius: float = 3) -> Dot:
        """A point in which lines meet; with ``color=None`` an invisible one."""
        return self._add(Dot(key, color, radius))

    def tensor(self, key: str, shape: Sequence[int], text: str = "", **look: Any) -> Tensor:
        """A block whose edges stand for a shape (C, H, W), (T, D) or (D,), with that shape below.

        Args:
            key: its name, and the key of its text.
            shape: without the batch.
            text: above the shape.
            **look: ``color``, ``scale`` (from a size to CSS pixels), ``show_shape``.
        """
        return self._add(Tensor(key, shape, self._text(key, text) if text else "", **look))

    def cells(self, key: str, values: Any, text: str = "", **look: Any) -> Cells:
        """A grid of numbers or words: see :class:`blocks.Cells` for what it may look like."""
        return self._add(Cells(key, values, self._text(key, text) if text else "", **look))

    def picture(self, key: str, image: Any, text: str = "", width: float = 84) -> Picture:
        """A small image (H, W) or (3, H, W), in 0..1 or integers up to 255."""
        return self._add(Picture(key, image, self._text(key, text) if text else "", width))

    def frame(self, key: str, parts: Sequence[Part], text: str = "", **look: Any) -> Frame:
        """A frame around parts; ``color``, ``padding`` (CSS pixels), ``dashed``."""
        return self._add(Frame(key, parts, self._text(key, text) if text else "", **look))

    def __getitem__(self, key: str) -> Part:
        """The part with this key.

        Raises:
            KeyError: there is none.
        """
        if key not in self._parts:
            raise KeyError(f"diagrams: no part {key!r}; there are {', '.join(self._parts)}.")
        return self._parts[key]

    # -- places ----------------------------------------------------------------------------------

    def row(self, *parts: Part, gap: float = GAP, align: str = "middle") -> Group:
        """Place parts from left to right, the first where it is."""
        for before, part in pairwise(parts):
            part.right_of(before, gap, align)
        return Group("row", parts)

    def column(self, *parts: Part, gap: float = GAP, align: str = "center") -> Group:
        """Place parts from top to bottom, the first where it is."""
        for before, part in pairwise(parts):
            part.below(before, gap, align)
        return Group("column", parts)

    def grid(
        self, rows: Sequence[Sequence[Part | None]], gap: tuple[float, float] = (GAP, GAP)
    ) -> Group:
        """Place parts in rows and columns, in the middle of their cells; None is an empty cell."""
        count = max(map(len, rows))
        wide = [
            max((row[c].width for row in rows if c < len(row) and row[c]), default=0)
            for c in range(count)
        ]
        y = 0.0
        for row in rows:
            over = max((part.level - part.top for part in row if part), default=0)
            under = max((part.bottom - part.level for part in row if part), default=0)
            x = 0.0
            for part, width in zip(row, wide, strict=False):
                if part:
                    part.move(x + width / 2 - part.x, y + over - part.level)
                x += width + gap[0]
            y += over + under + gap[1]
        return Group("grid", [part for row in rows for part in row if part])

    # -- lines -----------------------------------------------------------------------------------

    def arrow(
        self,
        start: Part,
        end: Part,
        text: str = "",
        *,
        leave: routes.Port = None,
        enter: routes.Port = None,
        route: str = "elbow",
        color: str | None = None,
        dashed: bool = False,
        heads: str = "end",
        width: float = 1.6,
        say: bool = True,
    ) -> None:
        """An arrow that finds its way when the drawing is shown.

        Args:
            start: where it begins.
            end: where it ends.
            text: at its longest piece; its key is ``start->end``.
            leave: the side at which it leaves ("left", "right", "top", "bottom"), or side and
                share of it from the left or the top, such as ("right", 0.25); None for the best.
            enter: likewise where it arrives.
            route: "elbow" (horizontal and vertical pieces), "straight" or "curve".
            color: a name in ``COLORS``; for a highlighted path give width 3, too.
            dashed: for what is not always there.
            heads: "end", "both" or "none" (a line).
            width: of the line in CSS pixels.
            say: whether the list of parts names it.

        Raises:
            ValueError: no such route, side, heads or color.
        """
        for name, value, allowed in (
            ("route", route, ("elbow", "straight", "curve")),
            ("heads", heads, ("end", "both", "none")),
        ):
            if value not in allowed:
                raise ValueError(
                    f"diagrams: {name} must be {' or '.join(map(repr, allowed))}, not {value!r}."
                )
        if color is not None:
            check_color(color)
        text = self._text(f"{start.key}->{end.key}", text) if text else ""
        self._arrows.append(
            Arrow(start, end, text, leave, enter, route, color, dashed, heads, width, say)
        )

    def chain(self, *parts: Part, **look: Any) -> None:
        """An arrow from each part to the next; ``look`` as for :meth:`arrow`."""
        for start, end in pairwise(parts):
            self.arrow(start, end, **look)

    def bracket(self, parts: Sequence[Part], text: str, side: str = "bottom") -> None:
        """A bracket along one side of parts, with a text; the key is ``bracket.`` and theirs."""
        if side not in ("top", "bottom", "left", "right"):
            raise ValueError(f"diagrams: a side is left, right, top or bottom, not {side!r}.")
        key = "bracket." + "+".join(part.key for part in parts)
        self._brackets.append(Bracket(Group(key, parts), self._text(key, text), side))

    # -- what comes out --------------------------------------------------------------------------

    def texts(self) -> dict[str, str]:
        """Every text by its key, as shown: translate the values and pass them as ``texts``."""
        return dict(self._texts)

    def says(self) -> list[str]:
        """The parts and arrows in words, for those who cannot see them."""
        return writing.words(self._parts.values(), self._arrows, self._brackets)

    def svg(self) -> str:
        """The drawing as one SVG element.

        Raises:
            ValueError: nothing is drawn, or ``texts`` has keys that no part has.
        """
        return self._written()[0]

    def _written(self) -> tuple[str, int, int]:
        if unknown := sorted(set(self._given) - set(self._texts)):
            raise ValueError(
                f"diagrams: no text has the key {', '.join(map(repr, unknown))}; "
                f"the keys are {', '.join(map(repr, self._texts))}."
            )
        if not self._parts:
            raise ValueError("diagrams: the drawing is empty; add a part with box(), label(), ...")
        return writing.svg(self.alt, list(self._parts.values()), self._arrows, self._brackets)

    def save(self, path: str | os.PathLike) -> Path:
        """Write the drawing as an ``.svg`` file.

        Raises:
            ValueError: another suffix.
        """
        path = Path(path)
        if path.suffix != ".svg":
            raise ValueError(f"Cannot save a drawing as '{path.name}': end it in .svg.")
        path.write_text(self.svg(), encoding="utf-8")
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        svg, width, height = self._written()
        about = {
            "alt": self.alt,
            "width": width,
            "height": height,
            "inline": "drawing",
            "parts": self.says(),
            "narrowest": round(width * _LEGIBLE),
        }
        return {"image/svg+xml": svg, "text/plain": self.alt}, {"image/svg+xml": about}

    def _add(self, part: P) -> P:
        if part.key in self._parts:
            raise ValueError(f"diagrams: there is a part {part.key!r} already; choose another key.")
        self._parts[part.key] = part
        return part

    def _text(self, key: str, text: str) -> str:
        text = self._given.get(key, text)
        self._texts[key] = text
        return text
