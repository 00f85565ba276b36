"""Points of several classes in the plane, panel by panel."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from dlcourse.plotting.arrays import check_mapping, to_array
from dlcourse.plotting.figure import INK, MARKERS, NARROW, PALETTE, WIDE, Figure, check_alt, style
from dlcourse.plotting.parts import legend_above, rows_and_columns

Line = tuple[tuple[float, float], tuple[float, float]]


def points(
    panels: Mapping[str, tuple[Any, Any]],
    *,
    classes: Sequence[str],
    alt: str,
    axis_labels: Mapping[str, tuple[str, str]] | None = None,
    lines: Mapping[str, Iterable[Line]] | None = None,
    columns: int = 3,
) -> Figure:
    """Draw labeled points of the plane, with straight lines between them if wanted.

    Args:
        panels: from a title to points (N, 2) and class numbers (N,). Each panel has its own axes;
            points that fall on one place are drawn once, with their number beside them.
        classes: the classes' names, in the order of their numbers.
        alt: alternative text that states what the figure shows.
        axis_labels: from a title to the names of the two axes.
        lines: from a title to pairs of places, ends of lines such as a decision boundary.
        columns: how many panels a row has at most.

    Returns:
        A figure; its table has ``panel``, ``x``, ``y`` and ``class`` of each point.

    Raises:
        ValueError: shapes other than these, or a class number without a name.
    """
    check_alt(alt, "points")
    found = {}
    for title, (places, labels) in check_mapping(panels, "panels", "points").items():
        xy = to_array(places, f"panels[{title!r}][0]", (2,))
        numbers = to_array(labels, f"panels[{title!r}][1]", (1,)).astype(int)
        if xy.shape != (len(numbers), 2):
            raise ValueError(
                f"points: panel {title!r} has points of shape {xy.shape} for {len(numbers)} class "
                "numbers; it takes (N, 2) and (N,)."
            )
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(classes):
            raise ValueError(
                f"points: panel {title!r} has class numbers {numbers.min()} … {numbers.max()}, and "
                f"there are {len(classes)} names."
            )
        found[title] = xy, numbers
    table = {
        "panel": [title for title, (xy, _) in found.items() for _ in xy],
        "x": np.concatenate([xy[:, 0] for xy, _ in found.values()]),
        "y": np.concatenate([xy[:, 1] for xy, _ in found.values()]),
        "class": [classes[n] for _, numbers in found.values() for n in numbers],
    }
    rows, across = rows_and_columns(len(found), columns)
    width = NARROW if across == 1 else WIDE
    figure = Figure(alt, (width, rows * 300), table, "points")
    with style(width):
        grid = figure.subplots(rows, across, squeeze=False)
        for axes in list(grid.flat)[len(found) :]:
            axes.set_axis_off()
        for axes, (title, (xy, numbers)) in zip(grid.flat, found.items(), strict=False):
            axes.set_title(title)
            xlabel, ylabel = (axis_labels or {}).get(title, ("", ""))
            axes.set_xlabel(xlabel)
            axes.set_ylabel(ylabel)
            for start, end in (lines or {}).get(title, ()):
                axes.plot(*zip(start, end, strict=True), color=INK, linestyle="--", linewidth=1.4)
            for number in sorted(set(numbers.tolist())):
                own, counts = np.unique(xy[numbers == number], axis=0, return_counts=True)
                axes.plot(*own.T, **_look(number), zorder=3)
                for place, count in zip(own, counts, strict=True):
                    if count > 1:
                        axes.annotate(
                            f"{count} ×", place, (7, 5), textcoords="offset points", color=INK
                        )
            axes.margins(0.12)
        handles = [Line2D([], [], label=name, **_look(n)) for n, name in enumerate(classes)]
        legend_above(figure, handles)
    return figure


def _look(number: int) -> dict[str, Any]:
    color, marker = PALETTE[number % len(PALETTE)], MARKERS[number % len(MARKERS)]
    return {"color": color, "marker": marker, "linestyle": "", "markersize": 8}
