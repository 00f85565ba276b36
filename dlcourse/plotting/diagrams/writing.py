"""A drawing written down: as an SVG element, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from dlcourse.plotting.diagrams import lines, routes
from dlcourse.plotting.diagrams.blocks import Frame
from dlcourse.plotting.diagrams.look import FONT, MARGIN, SIZE, VARIABLES
from dlcourse.plotting.diagrams.parts import Group, Part
from dlcourse.plotting.diagrams.text import extent, plain

# It holds for the whole page, so it names drawings alone: plots are SVGs in the page, too.
_STYLE = (
    ".is-drawing{background:var(--drawing-back,#fff);"
    f"font-family:{FONT};font-size:{SIZE}px;text-anchor:middle}}"
    ".is-drawing text{stroke:none}"
    + "".join(
        f".is-drawing .t-{name}{{fill:{VARIABLES[name]}}}"
        for name in ("ink", "muted", "blue", "orange", "green", "pink", "gold", "sky", "gray")
    )
    + ".is-drawing rect,.is-drawing path{stroke-width:1.4}"
    ".is-drawing .frame{fill-opacity:.45;stroke-width:1}"
    ".is-drawing .way{fill:none;stroke-linejoin:round}"
    ".is-drawing .halo{paint-order:stroke;stroke:"
    f"{VARIABLES['paper']};stroke-width:5px;stroke-linejoin:round}}"
    ".is-drawing a text{text-decoration:underline}"
)


class Arrow(NamedTuple):
    """A line from part to part; see :meth:`Drawing.arrow`."""

    start: Part
    end: Part
    text: str
    leave: routes.Port
    enter: routes.Port
    route: str
    color: str | None
    dashed: bool
    heads: str
    width: float
    said: bool


class Bracket(NamedTuple):
    """A bracket beside parts; see :meth:`Drawing.bracket`."""

    group: Group
    text: str
    side: str


def words(parts: Iterable[Part], arrows: Iterable[Arrow], brackets: Iterable[Bracket]) -> list[str]:
    """What is drawn, a line for each part with a text, each bracket and each arrow."""
    found = [said for part in parts if (said := part.says())]
    found += [plain(bracket.text) for bracket in brackets]
    for arrow in arrows:
        if arrow.said:
            ends = [part.says().split(":")[0] or part.key for part in (arrow.start, arrow.end)]
            sign = {"end": " → ", "both": " ↔ ", "none": " – "}[arrow.heads]
            found.append(sign.join(ends) + (f": {plain(arrow.text)}" if arrow.text else ""))
    return list(dict.fromkeys(found))


def svg(
    alt: str, parts: Sequence[Part], arrows: Iterable[Arrow], brackets: Iterable[Bracket]
) -> tuple[str, int, int]:
    """The element, its width and its height in CSS pixels."""
    solid = [part for part in parts if part.solid]
    ways = [(arrow, lines.way(arrow, solid)) for arrow in arrows]
    beside = [lines.bracket(*bracket) for bracket in brackets]
    low_x, low_y, high_x, high_y = _bounds(parts, ways, [box for _, box in beside])
    width, height = high_x - low_x, high_y - low_y
    frames = [part for part in parts if isinstance(part, Frame)]
    frames.sort(key=lambda frame: -frame.width * frame.height)
    body = [_linked(frame) for frame in frames]
    body += [lines.svg(arrow, way) for arrow, way in ways]
    body += [_linked(part) for part in parts if not isinstance(part, Frame)]
    body += [lines.svg_label(arrow, way) for arrow, way in ways if arrow.text]
    body += [drawn for drawn, _ in beside]
    # Links inside an image could not be reached by a screen reader.
    role = "group" if any(part.link for part in parts) else "img"
    element = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dlcourse-svg is-drawing" role="{role}"'
        f' aria-label="{escape(alt, quote=True)}" width="{width:.0f}" height="{height:.0f}"'
        f' viewBox="{low_x:.1f} {low_y:.1f} {width:.1f} {height:.1f}">'
        f"<style>{_STYLE}</style>{''.join(body)}</svg>"
    )
    return element, round(width), round(height)


def _bounds(
    parts: Sequence[Part], ways: list[tuple[Arrow, list[lines.Point]]], boxes: list
) -> tuple[float, float, float, float]:
    corners = [(p.left, p.top) for p in parts] + [(p.right, p.bottom) for p in parts]
    corners += [point for _, way in ways for point in way]
    corners += [corner for box in boxes for corner in box]
    for arrow, way in ways:
        if arrow.text:
            x, y, anchor = lines.label_place(way)
            wide, high = extent(arrow.text, SIZE - 2)
            start = x - (wide / 2 if anchor == "middle" else 0)
            corners += [(start, y - high / 2), (start + wide, y + high / 2)]
    xs, ys = zip(*corners, strict=True)
    return min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN


def _linked(part: Part) -> str:
    """A part's elements, within a link if it is one."""
    if not part.link:
        return part.svg()
    label = escape(part.says() or part.key, quote=True)
    return f'<a href="{escape(part.link, quote=True)}" aria-label="{label}">{part.svg()}</a>'
