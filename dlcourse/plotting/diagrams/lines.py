"""How arrows and brackets are written as SVG."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from dlcourse.plotting.diagrams import routes
from dlcourse.plotting.diagrams.look import SIZE, VARIABLES
from dlcourse.plotting.diagrams.parts import Group, Part
from dlcourse.plotting.diagrams.text import extent, svg_text

if TYPE_CHECKING:
    from dlcourse.plotting.diagrams.writing import Arrow

Point = tuple[float, float]
_HEAD = 8  # the length of an arrow's head in CSS pixels
_ROUND = 6  # the radius of a corner


def way(arrow: Arrow, solid: Iterable[Part]) -> list[Point]:
    """The points that an arrow passes."""
    if arrow.route == "elbow":
        return routes.elbow(arrow.start, arrow.end, solid, arrow.leave, arrow.enter)
    return routes.straight(arrow.start, arrow.end, arrow.leave, arrow.enter)


def svg(arrow: Arrow, points: list[Point]) -> str:
    """The line and its heads."""
    color = VARIABLES[arrow.color or "muted"]
    curved = arrow.route == "curve"
    drawn = list(points)
    heads = []
    if arrow.heads != "none":
        tip, before = points[-1], _before(points, curved)
        heads.append(_head(before, tip, color, arrow.width))
        drawn[-1] = _short(before, tip)
    if arrow.heads == "both":
        tip, after = points[0], _before(points[::-1], curved)
        heads.append(_head(after, tip, color, arrow.width))
        drawn[0] = _short(after, tip)
    dash = ' stroke-dasharray="5 4"' if arrow.dashed else ""
    path = _curve(drawn) if curved else _rounded(drawn)
    return (
        f'<path class="way" d="{path}"{dash} style="stroke:{color};stroke-width:{arrow.width:g}"/>'
        + "".join(heads)
    )


def _before(points: list[Point], curved: bool) -> Point:
    """The point from which the line comes to its end."""
    if not curved:
        return points[-2]
    (ax, ay), (bx, by) = points
    # A curve ends in the direction of its longer extent; see _curve.
    return (bx - (bx - ax) / 2, by) if abs(bx - ax) > abs(by - ay) else (bx, by - (by - ay) / 2)


def _short(start: Point, tip: Point) -> Point:
    """A little before the tip, so that the line does not stick out of the head."""
    length = hypot(tip[0] - start[0], tip[1] - start[1]) or 1.0
    share = min(1.0, (_HEAD - 2) / length)
    return tip[0] + share * (start[0] - tip[0]), tip[1] + share * (start[1] - tip[1])


def _head(start: Point, tip: Point, color: str, width: float) -> str:
    length = hypot(tip[0] - start[0], tip[1] - start[1]) or 1.0
    size = _HEAD * (1 + max(0.0, width - 1.6) / 4)
    dx, dy = (tip[0] - start[0]) / length * size, (tip[1] - start[1]) / length * size
    back = tip[0] - dx, tip[1] - dy
    points = [tip, (back[0] - dy * 0.45, back[1] + dx * 0.45),
              (back[0] + dy * 0.45, back[1] - dx * 0.45)]  # fmt: skip
    written = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{written}" style="fill:{color}"/>'


def _rounded(points: list[Point]) -> str:
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        first, second = _toward(here, before), _toward(here, after)
        path += f"L{first[0]:.1f} {first[1]:.1f}"
        path += f"Q{here[0]:.1f} {here[1]:.1f} {second[0]:.1f} {second[1]:.1f}"
    return path + f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"


def _toward(here: Point, there: Point) -> Point:
    length = hypot(there[0] - here[0], there[1] - here[1]) or 1.0
    share = min(_ROUND, length / 2) / length
    return here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])


def _curve(points: list[Point]) -> str:
    (ax, ay), (bx, by) = points
    flat = abs(bx - ax) > abs(by - ay)
    mx, my = (ax + bx) / 2, (ay + by) / 2
    first, second = ((mx, ay), (mx, by)) if flat else ((ax, my), (bx, my))
    return (
        f"M{ax:.1f} {ay:.1f}C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f}"
        f" {bx:.1f} {by:.1f}"
    )


def label_place(points: list[Point]) -> tuple[float, float, str]:
    """Where the text of an arrow stands: x, y, anchor; above or beside its longest piece."""
    (ax, ay), (bx, by) = max(
        pairwise(points),
        key=lambda piece: hypot(piece[1][0] - piece[0][0], piece[1][1] - piece[0][1]),
    )
    x, y = (ax + bx) / 2, (ay + by) / 2
    return (x, y - 11, "middle") if abs(bx - ax) >= abs(by - ay) else (x + 7, y, "start")


def svg_label(arrow: Arrow, points: list[Point]) -> str:
    """The text of an arrow, with a rim of paper so that lines behind it do not disturb."""
    x, y, anchor = label_place(points)
    text = svg_text(arrow.text, x, y, SIZE - 2, anchor, arrow.color or "muted")
    return text.replace('class="', 'class="halo ', 1)


def bracket(group: Group, text: str, side: str) -> tuple[str, list[Point]]:
    """A bracket with its text, and two corners of the rectangle that it fills."""
    wide, high = extent(text, SIZE - 2)
    out, arm, gap = 8, 6, 6
    if side in ("top", "bottom"):
        sign = 1 if side == "bottom" else -1
        y = getattr(group, side) + sign * out
        path = f"M{group.left:.1f} {y:.1f}v{sign * arm}H{group.right:.1f}v{-sign * arm}"
        middle = y + sign * (arm + gap + high / 2 - 2)
        drawn = svg_text(text, group.x, middle, SIZE - 2, kind="muted")
        reach = max(wide, group.width) / 2
        corners = [(group.x - reach, y), (group.x + reach, middle + sign * high / 2)]
    else:
        sign = 1 if side == "right" else -1
        x = getattr(group, side) + sign * out
        path = f"M{x:.1f} {group.top:.1f}h{sign * arm}V{group.bottom:.1f}h{-sign * arm}"
        start = x + sign * (arm + gap)
        anchor = "start" if side == "right" else "end"
        drawn = svg_text(text, start, group.y, SIZE - 2, anchor, kind="muted")
        corners = [(x, group.top), (start + sign * wide, group.bottom)]
    line = f'<path class="way" d="{path}" style="stroke:{VARIABLES["line"]}"/>'
    return line + drawn, corners
