"""A small coordinate plane in a drawing: curves, points and vectors that carry their names."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, isfinite
from typing import Any

from dlcourse.plotting.arrays import to_array
from dlcourse.plotting.diagrams.drawing import Drawing
from dlcourse.plotting.diagrams.look import SIZE, VARIABLES, check_color, line_color
from dlcourse.plotting.diagrams.parts import Part
from dlcourse.plotting.diagrams.text import extent, plain, svg_text

Point = tuple[float, float]
_BESIDE = {"right": (8, 0, "start"), "left": (-8, 0, "end"), "top": (0, -14, "middle"),
           "bottom": (0, 15, "middle")}  # fmt: skip


class Plane(Part):
    """A rectangle in which points have coordinates; see :func:`plane`."""

    def __init__(
        self, d: Drawing, key: str, xlim: Point, ylim: Point, size: Point, names: tuple[str, str]
    ):
        self._text = d._text
        self.xlim, self.ylim = xlim, ylim
        self.names = [self._text(f"{key}.{axis}", name) if name else ""
                      for axis, name in zip("xy", names, strict=True)]  # fmt: skip
        self.caption = extent(self.names[0], SIZE - 2)[1] + 4 if self.names[0] else 0.0
        self.drawn: list[tuple] = []  # what is drawn: kind, points, text, side, color, dashed
        super().__init__(key, size[0], size[1] + self.caption)

    def curve(
        self,
        x: Any,
        y: Any,
        text: str = "",
        *,
        side: str = "right",
        color: str | None = None,
        dashed: bool = False,
    ) -> Plane:
        """A line through points, with its text at the last of those that lie within the plane.

        Args:
            x: (n,), n of at least 2.
            y: (n,); what lies outside of the plane is left out.
            text: its name.
            side: of the last point on which the text stands.
            color: a name in ``COLORS``.
            dashed: for what is only thought.

        Raises:
            ValueError: other shapes, or no such side or color.
        """
        xs, ys = to_array(x, "Plane.curve: x", (1,)), to_array(y, "Plane.curve: y", (1,))
        if len(xs) != len(ys) or len(xs) < 2:
            raise ValueError(f"Plane.curve: two points at least, got {len(xs)} x and {len(ys)} y.")
        return self._draw("curve", list(zip(xs.tolist(), ys.tolist(), strict=True)), text, side,
                          color, dashed)  # fmt: skip

    def point(
        self, x: float, y: float, text: str = "", *, side: str = "top", color: str | None = None
    ) -> Plane:
        """A disk; arguments as for :meth:`curve`."""
        return self._draw("point", [(float(x), float(y))], text, side, color, False)

    def vector(
        self,
        start: Sequence[float],
        end: Sequence[float],
        text: str = "",
        *,
        side: str = "top",
        color: str | None = None,
        dashed: bool = False,
    ) -> Plane:
        """An arrow from point to point, its text at its middle; the rest as for :meth:`curve`.

        Raises:
            ValueError: it has no length, or no such side or color.
        """
        ends = [tuple(map(float, start)), tuple(map(float, end))]
        if ends[0] == ends[1]:
            raise ValueError(f"Plane.vector: {text or 'it'!r} has no length.")
        return self._draw("vector", ends, text, side, color, dashed)

    def _draw(self, kind: str, points: list, text: str, side: str, color: str | None,
              dashed: bool) -> Plane:  # fmt: skip
        if side not in _BESIDE:
            raise ValueError(f"Plane: a side is one of {', '.join(_BESIDE)}, not {side!r}.")
        if color is not None:
            check_color(color)
        text = self._text(f"{self.key}.{len(self.drawn)}", text) if text else ""
        self.drawn.append((kind, points, text, side, color, dashed))
        return self

    def place(self, x: float, y: float) -> Point:
        """Where a point stands in the drawing."""
        across = (x - self.xlim[0]) / (self.xlim[1] - self.xlim[0])
        up = (y - self.ylim[0]) / (self.ylim[1] - self.ylim[0])
        _, top, _, bottom = self.face()
        return self.left + across * self.width, bottom - up * (bottom - top)

    def face(self) -> tuple[float, float, float, float]:
        """The plane without the name below it."""
        return self.left, self.top, self.right, self.bottom - self.caption

    def says(self) -> str:
        """The names of all that is drawn on it."""
        return ", ".join(plain(text) for text in (*self.names, *(d[2] for d in self.drawn)) if text)

    def _within(self, point: Point) -> bool:
        return all(
            isfinite(v) and low <= v <= high
            for v, (low, high) in zip(point, (self.xlim, self.ylim), strict=True)
        )

    def svg(self) -> str:
        """The frame, then curves, vectors and points, and at last their texts."""
        left, top, right, bottom = self.face()
        elements = [
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}"'
            f' height="{bottom - top:.1f}" rx="6" style="fill:none;stroke:{VARIABLES["grid"]}"/>'
        ]
        if self.names[0]:
            y = self.bottom - self.caption / 2 + 2
            elements.append(svg_text(self.names[0], self.x, y, SIZE - 2, kind="muted"))
        if self.names[1]:
            # Inside, at the upper left: a name that stands on end is hard to read.
            elements.append(svg_text(self.names[1], left + 8, top + 12, SIZE - 2, "start", "muted"))
        order = {"curve": 0, "vector": 1, "point": 2}
        elements += [self._one(*drawn) for drawn in sorted(self.drawn, key=lambda s: order[s[0]])]
        return "".join(elements) + "".join(self._name(*drawn) for drawn in self.drawn)

    def _one(self, kind: str, points: list[Point], text: str, side: str, color: str | None,
             dashed: bool) -> str:  # fmt: skip
        ink = line_color(color)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        if kind == "point":
            x, y = self.place(*points[0])
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" style="fill:{ink}"/>'
        if kind == "vector":
            (ax, ay), (bx, by) = (self.place(*p) for p in points)
            length = hypot(bx - ax, by - ay) or 1.0
            dx, dy = (bx - ax) / length * 8, (by - ay) / length * 8
            head = (f"{bx:.1f},{by:.1f} {bx - dx - dy * 0.45:.1f},{by - dy + dx * 0.45:.1f} "
                    f"{bx - dx + dy * 0.45:.1f},{by - dy - dx * 0.45:.1f}")  # fmt: skip
            return (
                f'<path class="way" d="M{ax:.1f} {ay:.1f}L{bx - dx * 0.7:.1f} {by - dy * 0.7:.1f}"'
                f'{dash} style="stroke:{ink};stroke-width:2"/>'
                f'<polygon points="{head}" style="fill:{ink}"/>'
            )
        path, drawing = "", False
        for point in points:
            within = self._within(point)
            if within:
                x, y = self.place(*point)
                path += f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}"
            drawing = within
        return f'<path class="way" d="{path}"{dash} style="stroke:{ink};stroke-width:2"/>'

    def _name(self, kind: str, points: list[Point], text: str, side: str, color: str | None,
              dashed: bool) -> str:  # fmt: skip
        if not text:
            return ""
        if kind == "vector":
            where = ((points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2)
        else:
            where = next((p for p in reversed(points) if self._within(p)), points[-1])
        x, y = self.place(*where)
        dx, dy, anchor = _BESIDE[side]
        written = svg_text(text, x + dx, y + dy, SIZE - 2, anchor, color or "ink")
        return written.replace('class="', 'class="halo ', 1)


def plane(
    d: Drawing,
    key: str,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    *,
    size: tuple[float, float] = (420, 240),
    names: tuple[str, str] = ("", ""),
) -> Plane:
    """A coordinate plane; give it curves, points and vectors by its methods.

    Args:
        d: the drawing.
        key: its key; ``.x`` and ``.y`` (the axes), ``.0``, ``.1`` and so on are those of its texts.
        xlim: the numbers at its left and right edge.
        ylim: those at its lower and upper edge.
        size: width and height in CSS pixels, with room for the texts at its edges.
        names: of the axes, below and at the upper left.

    Returns:
        The plane, to be placed as other parts are.

    Raises:
        ValueError: limits that leave no room.
    """
    if not (xlim[0] < xlim[1] and ylim[0] < ylim[1]):
        raise ValueError(f"diagrams.plane: limits must rise, got {xlim} and {ylim}.")
    return d._add(Plane(d, key, xlim, ylim, size, names))
