"""Quantities over a common axis, with their spread over seeds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from dlcourse.plotting.arrays import check_mapping, check_positive, to_array
from dlcourse.plotting.figure import (
    DASHES,
    MARKERS,
    MUTED,
    NARROW,
    PALETTE,
    WIDE,
    Figure,
    check_alt,
    style,
)
from dlcourse.plotting.parts import (
    band_handle,
    check_spread,
    draw_series,
    label_vlines,
    legend_above,
)


def curves(
    x: Any,
    series: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    logx: bool = False,
    logy: bool = False,
    ylim: tuple[float, float] | None = None,
    spread: str = "range",
    vlines: Mapping[str, float] | None = None,
    hlines: Mapping[str, float] | None = None,
    connect: bool = True,
    wide: bool = False,
) -> Figure:
    """Draw one or several quantities over a common axis, with their spread over seeds.

    Args:
        x: (points,), strictly increasing.
        series: from a name to values (points,), or (seeds, points) for a mean with a band.
        xlabel: of the horizontal axis.
        ylabel: of the vertical axis.
        alt: alternative text that states what the figure shows.
        logx: whether the horizontal axis is logarithmic.
        logy: whether the vertical axis is logarithmic.
        ylim: lowest and highest value shown.
        spread: what the band is, ``"range"`` (minimum to maximum), ``"std"`` (mean ± one
            standard deviation of the sample of seeds) or ``"quartiles"`` (the middle half, around
            the median instead of the mean: for data with outliers).
        vlines: from a label to an x to mark.
        hlines: from a label to a y to mark.
        connect: whether lines join the points; without them x names things that have no order.
        wide: whether to draw over the width of the page.

    Returns:
        A figure; its table has a row for each series, seed and x, all inputs.

    Raises:
        ValueError: shapes that do not fit ``x``, an empty series, numbers that are not finite, or
            not positive on a logarithmic axis.
        TypeError: values that are not numbers.
    """
    check_alt(alt, "curves")
    check_spread(spread)
    x = to_array(x, "x")
    if (np.diff(x) <= 0).any():
        raise ValueError("curves: x must be strictly increasing: sort x and the series with it.")
    values = {}
    for name, entry in check_mapping(series, "series", "values").items():
        array = np.atleast_2d(to_array(entry, f"series[{name!r}]", (1, 2)))
        if array.shape[1] != len(x):
            raise ValueError(
                f"series[{name!r}] has {array.shape[1]} points, but x has {len(x)}: "
                "give values of shape (points,) or (seeds, points)."
            )
        if logy:
            check_positive(array, f"series[{name!r}]", "logy")
        values[name] = array
    vlines = _marks(vlines, "vlines", "logx" if logx else None)
    hlines = _marks(hlines, "hlines", "logy" if logy else None)
    if logx:
        check_positive(x, "x", "logx")

    columns = {
        "series": [n for n, v in values.items() for _ in range(v.size)],
        "seed": [s for v in values.values() for s in range(len(v)) for _ in x],
        "x": np.concatenate([np.tile(x, len(v)) for v in values.values()]),
        "y": np.concatenate([v.ravel() for v in values.values()]),
    }
    width = WIDE if wide else NARROW
    figure = Figure(alt, (width, 330 if wide else 295), columns, "curves")
    with style(width):
        axes = figure.subplots()
        handles = []
        for number, (name, array) in enumerate(values.items()):
            look = {
                "color": PALETTE[number % len(PALETTE)],
                "marker": MARKERS[number % len(MARKERS)],
                "linestyle": DASHES[number % len(DASHES)] if connect else "none",
            }
            draw_series(axes, x, array, spread, markevery=max(1, len(x) // 25), **look)
            handles.append(Line2D([], [], label=name, **look))
        for number, (label, y) in enumerate(hlines.items()):
            dashes = DASHES[2:][number % 2]
            handles.append(axes.axhline(y, color=MUTED, lw=1.3, ls=dashes, zorder=1.5, label=label))
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        if logy:
            axes.set_yscale("log")
        _scale_x(axes, x, logx)
        if ylim is not None:
            axes.set_ylim(*ylim)
        handles += band_handle([len(v) for v in values.values()], spread)
        label_vlines(figure, axes, vlines)
        if len(handles) > 1:
            legend_above(figure, handles)
    return figure


def _marks(marks: Mapping[str, float] | None, what: str, option: str | None) -> dict[str, float]:
    if not marks:
        return {}
    found = {}
    for label, value in check_mapping(marks, what, "a number").items():
        found[label] = to_array(value, f"{what}[{label!r}]", (0,)).item()
        if option:
            check_positive(np.array(found[label]), f"{what}[{label!r}]", option)
    return found


def _scale_x(axes: Axes, x: np.ndarray, log: bool) -> None:
    if log:
        axes.set_xscale("log")
        steps = np.diff(np.log(x))
        if 1 < len(x) <= 8 and x.min() >= 0.01 and x.max() < 1e5 and min(steps) > sum(steps) / 12:
            # A few round numbers say more than the powers of ten between them.
            axes.xaxis.set_major_locator(FixedLocator(x))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        elif x.max() / x.min() > 10:
            # Between whole powers of ten, matplotlib's minor labels would touch each other.
            axes.xaxis.set_minor_formatter(NullFormatter())
    elif x.dtype.kind == "i":
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True))
