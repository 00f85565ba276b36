"""Histograms of tensors in common bins."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dlcourse.plotting.arrays import check_mapping, to_array
from dlcourse.plotting.figure import DASHES, NARROW, PALETTE, WIDE, Figure, check_alt, style
from dlcourse.plotting.parts import legend_above, rows_and_columns, shared_panels


def histograms(
    tensors: Mapping[str, Any],
    *,
    xlabel: str,
    alt: str,
    bins: int = 60,
    density: bool = False,
    logy: bool = False,
    layout: str = "overlay",
    columns: int = 3,
) -> Figure:
    """Draw how the values of tensors are distributed, all in the same bins.

    Args:
        tensors: from a name to values of any shape.
        xlabel: of the horizontal axis.
        alt: alternative text that states what the figure shows.
        bins: how many, of equal width, from the least to the greatest value of all tensors.
        density: whether each histogram has an area of 1 instead of showing counts.
        logy: whether the vertical axis is logarithmic.
        layout: ``"overlay"`` for one panel, ``"panels"`` for one a tensor on shared axes.
        columns: how many panels a row has at most.

    Returns:
        A figure; its table has ``name``, ``left``, ``right``, ``count`` and ``density`` of each
        bin.

    Raises:
        ValueError: an empty tensor, values that are not finite, or an unknown layout.
    """
    check_alt(alt, "histograms")
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
        raise ValueError(f"histograms: bins must be a whole number of at least 1, not {bins!r}.")
    if layout not in ("overlay", "panels"):
        raise ValueError(f"histograms: layout must be 'overlay' or 'panels', not {layout!r}.")
    values = {
        name: to_array(entry, f"tensors[{name!r}]", ()).ravel()
        for name, entry in check_mapping(tensors, "tensors", "values").items()
    }
    edges = np.histogram_bin_edges(np.concatenate(list(values.values())), bins)
    counts = {name: np.histogram(array, edges)[0] for name, array in values.items()}
    widths = np.diff(edges)
    densities = {name: count / (count.sum() * widths) for name, count in counts.items()}
    table = {
        "name": [name for name in counts for _ in widths],
        "left": np.tile(edges[:-1], len(counts)),
        "right": np.tile(edges[1:], len(counts)),
        "count": np.concatenate(list(counts.values())),
        "density": np.concatenate(list(densities.values())),
    }
    heights = densities if density else counts
    titles = list(values) if layout == "panels" else [""]
    rows, across = rows_and_columns(len(titles), columns)
    width = NARROW if across == 1 else WIDE
    height = rows * 210 + 20 if layout == "panels" else 270
    figure = Figure(alt, (width, height), table, "histograms")
    with style(width):
        panels = shared_panels(figure, titles, columns, xlabel, "density" if density else "count")
        handles = []
        for number, (name, height) in enumerate(heights.items()):
            axes = panels[number if layout == "panels" else 0]
            look = {
                "edgecolor": PALETTE[number % len(PALETTE)],
                "linestyle": DASHES[number % len(DASHES)] if layout == "overlay" else "-",
                "linewidth": 1.6,
            }
            face = (*to_rgb(look["edgecolor"]), 0.12)
            axes.stairs(height, edges, fill=True, facecolor=face, **look)
            handles.append(Patch(facecolor=face, label=name, **look))
        axes = panels[0]
        axes.xaxis.set_major_locator(
            MaxNLocator(nbins=8 if across == 1 else 4, steps=[1, 2, 5, 10])
        )
        axes.set_xlim(edges[0], edges[-1])
        if logy:
            positive = np.concatenate([h[h > 0] for h in heights.values()])
            axes.set_yscale("log")
            axes.set_ylim(positive.min() * 0.7, positive.max() * 1.5)
        else:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axes.set_ylim(0, max(h.max() for h in heights.values()) * 1.05)
        if layout == "overlay" and len(handles) > 1:
            legend_above(figure, handles)
    return figure
