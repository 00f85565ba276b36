"""Lines between parts that find their own way: few corners, short, around what is solid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, product

from dlcourse.plotting.diagrams.parts import SIDES, Part

Point = tuple[float, float]
Port = str | tuple[str, float] | None

_OUT = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
_CLEAR = 14  # pixels between a line and what it goes around
_CORNER, _CROSSING = 30, 2000  # what a corner and a crossed part cost, in pixels of length


def elbow(
    start: Part, end: Part, obstacles: Iterable[Part], leave: Port = None, enter: Port = None
) -> list[Point]:
    """The best way of at most five pieces, horizontal and vertical, from part to part.

    Args:
        start: where it begins.
        end: where it ends.
        obstacles: parts that it should not cross.
        leave: the side of ``start``, or side and share of it (see ``Part.port``); None for any.
        enter: likewise for ``end``.

    Returns:
        Its corners, from port to port.
    """
    others = [part for part in obstacles if part is not start and part is not end]
    ways = [
        way
        for (first, a), (last, b) in product(_ports(start, leave), _ports(end, enter))
        for way in _ways(first, a, last, b, [*others, start, end])
    ]
    ways += _overlaps(start, end, leave, enter)
    return min(ways, key=lambda way: _cost(way, others, start, end))


def straight(start: Part, end: Part, leave: Port = None, enter: Port = None) -> list[Point]:
    """The straight line from rim to rim, or between given ports."""
    first = start.port(*_port(leave)) if leave else start.rim(end.x, end.y)
    last = end.port(*_port(enter)) if enter else end.rim(start.x, start.y)
    return [first, last]


def _port(port: str | tuple[str, float]) -> tuple[str, float]:
    return (port, 0.5) if isinstance(port, str) else port


def _ports(part: Part, wanted: Port) -> list[tuple[str, Point]]:
    ports = [(side, 0.5) for side in SIDES] if wanted is None else [_port(wanted)]
    return [(side, part.port(side, share)) for side, share in ports]


def _overlaps(start: Part, end: Part, leave: Port, enter: Port) -> list[list[Point]]:
    """A straight line where a dot or a wide part lies beside the other's middle."""
    ways = []
    for side, opposite in (("right", "left"), ("left", "right"), ("bottom", "top"),
                           ("top", "bottom")):  # fmt: skip
        if leave not in (None, side) or enter not in (None, opposite):
            continue
        (ax, ay), (bx, by) = start.port(side), end.port(opposite)
        here, there = start.face(), end.face()
        if side in ("left", "right"):
            inside = there[1] + 4 <= ay <= there[3] - 4
            way = [(ax, ay), (bx, ay)] if inside else [(ax, by), (bx, by)]
            fits = inside or here[1] + 4 <= by <= here[3] - 4
            forward = (bx - ax) * _OUT[side][0] > 0
        else:
            inside = there[0] + 4 <= ax <= there[2] - 4
            way = [(ax, ay), (ax, by)] if inside else [(bx, ay), (bx, by)]
            fits = inside or here[0] + 4 <= bx <= here[2] - 4
            forward = (by - ay) * _OUT[side][1] > 0
        if fits and forward:
            ways.append(way)
    return ways


def _ways(first: str, a: Point, last: str, b: Point, parts: Sequence[Part]) -> list[list[Point]]:
    """Every way of at most five pieces that leaves and enters in the right direction."""
    flat_out, flat_in = first in ("left", "right"), last in ("left", "right")
    if flat_out != flat_in:
        corner = (b[0], a[1]) if flat_out else (a[0], b[1])
        candidates = [[a, corner, b]]
    else:
        axis = 0 if flat_out else 1
        middles = {edge for part in parts for edge in _beyond(part, "x" if flat_out else "y")}
        middles |= {(a[axis] + b[axis]) / 2}
        if flat_out:
            candidates = [[a, (m, a[1]), (m, b[1]), b] for m in middles]
        else:
            candidates = [[a, (a[0], m), (b[0], m), b] for m in middles]
        # Away from both ends first, then across: for what lies behind.
        out, back = (tuple(_CLEAR * step for step in _OUT[side]) for side in (first, last))
        (ax, ay), (bx, by) = (a[0] + out[0], a[1] + out[1]), (b[0] + back[0], b[1] + back[1])
        across = {edge for part in parts for edge in _beyond(part, "y" if flat_out else "x")}
        for m in across | {((a[1] + b[1]) if flat_out else (a[0] + b[0])) / 2}:
            turn = [(ax, m), (bx, m)] if flat_out else [(m, ay), (m, by)]
            candidates.append([a, (ax, ay), *turn, (bx, by), b])
    return [way for way in map(_tidy, candidates) if _leaves_and_enters(way, first, last)]


def _beyond(part: Part, axis: str) -> tuple[float, float]:
    """Where a line passes a part on either side."""
    low, high = (part.left, part.right) if axis == "x" else (part.top, part.bottom)
    return low - _CLEAR, high + _CLEAR


def _tidy(way: list[Point]) -> list[Point]:
    """Without corners that are none."""
    kept = [way[0]]
    for before, here, after in zip(way, way[1:], way[2:], strict=False):
        turns = (here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (
            after[0] - here[0]
        )
        if abs(turns) > 1e-6:
            kept.append(here)
    return [*kept, way[-1]]


def _leaves_and_enters(way: list[Point], first: str, last: str) -> bool:
    (ax, ay), (bx, by) = way[0], way[1]
    out = (bx - ax) * _OUT[first][0] + (by - ay) * _OUT[first][1]
    (ax, ay), (bx, by) = way[-1], way[-2]
    into = (bx - ax) * _OUT[last][0] + (by - ay) * _OUT[last][1]
    return out > 0 and into > 0


def _cost(way: list[Point], others: list[Part], start: Part, end: Part) -> float:
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(way))
    crossed = sum(_crosses(a, b, _around(part)) for a, b in pairwise(way) for part in others)
    ends = [start.face(), end.face()]
    crossed += sum(_crosses(a, b, face, -1) for a, b in pairwise(way) for face in ends)
    return length + _CORNER * (len(way) - 2) + _CROSSING * crossed


def _around(part: Part) -> tuple[float, float, float, float]:
    return part.left, part.top, part.right, part.bottom


def _crosses(a: Point, b: Point, box: tuple[float, float, float, float], clear: float = 3) -> bool:
    left, top, right, bottom = box
    return (
        min(a[0], b[0]) < right + clear
        and max(a[0], b[0]) > left - clear
        and min(a[1], b[1]) < bottom + clear
        and max(a[1], b[1]) > top - clear
    )
