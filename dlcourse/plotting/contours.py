"""Ways of optimizers over a surface, seen from above."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from dlcourse.plotting.arrays import check_mapping, to_array
from dlcourse.plotting.figure import (
    DASHES,
    INK,
    MARKERS,
    NARROW,
    PALETTE,
    WIDE,
    Figure,
    check_alt,
    style,
)
from dlcourse.plotting.parts import legend_above, rows_and_columns

POINTS = 160  # of the surface, along each axis


def contours(
    surface: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    ways: Mapping[str, Any],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    alt: str,
    levels: Sequence[float] | int = 12,
    panels: bool = False,
    columns: int = 3,
) -> Figure:
    """Draw lines of equal height of a surface, and ways over it.

    Args:
        surface: height of each place; takes two tensors of one shape and returns one of it.
        ways: from a name to the places that are passed, (T, 2). Every place is marked; the first
            is where it starts. What lies outside the limits is not shown.
        xlim: the horizontal axis's limits.
        ylim: the vertical axis's limits.
        alt: alternative text that states what the figure shows.
        levels: heights of the lines, or how many.
        panels: whether each way has a panel of its own, on shared axes.
        columns: how many panels a row has at most.

    Returns:
        A figure; its table has ``name``, ``step``, ``x`` and ``y`` of each place.

    Raises:
        ValueError: a way that is not (T, 2), or limits in the wrong order.
    """
    check_alt(alt, "contours")
    if not (xlim[0] < xlim[1] and ylim[0] < ylim[1]):
        raise ValueError(f"contours: limits must rise, got xlim {xlim} and ylim {ylim}.")
    found = {}
    for name, places in check_mapping(ways, "ways", "places").items():
        array = to_array(places, f"ways[{name!r}]", (2,))
        if array.shape[1] != 2:
            raise ValueError(f"contours: ways[{name!r}] must be (T, 2), got {array.shape}.")
        found[name] = array
    table = {
        "name": [name for name, way in found.items() for _ in way],
        "step": np.concatenate([np.arange(len(way)) for way in found.values()]),
        "x": np.concatenate([way[:, 0] for way in found.values()]),
        "y": np.concatenate([way[:, 1] for way in found.values()]),
    }
    x, y = torch.linspace(*xlim, POINTS).double(), torch.linspace(*ylim, POINTS).double()
    X, Y = torch.meshgrid(x, y, indexing="xy")
    heights = surface(X, Y).numpy()
    groups = [{name: way} for name, way in found.items()] if panels else [found]
    rows, across = rows_and_columns(len(groups), columns)
    width = NARROW if across == 1 else WIDE
    figure = Figure(alt, (width, rows * (250 if panels else 320)), table, "contours")
    looks = {
        name: {
            "color": PALETTE[n % len(PALETTE)],
            "linestyle": DASHES[n % len(DASHES)],
            "marker": MARKERS[n % len(MARKERS)],
        }
        for n, name in enumerate(found)
    }
    with style(width):
        grid = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True)
        for axes in list(grid.flat)[len(groups) :]:
            axes.set_axis_off()
        handles = []
        for axes, group in zip(grid.flat, groups, strict=False):
            axes.contour(X, Y, heights, levels, colors="#A6A6A6", linewidths=0.8, zorder=1)
            axes.grid(visible=False)
            for name, way in group.items():
                (line,) = axes.plot(
                    *way.T, label=name, markersize=3.5, linewidth=1.4, **looks[name]
                )
                axes.plot(*way[0], marker="o", color=INK, markersize=6, zorder=4)
                handles.append(line)
            if panels:
                axes.set_title(next(iter(group)))
            axes.set_xlim(*xlim)
            axes.set_ylim(*ylim)
        if not panels and len(found) > 1:
            legend_above(figure, handles)
    return figure
