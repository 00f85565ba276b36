"""Runs whose points lie at places of their own: what each has reached, and at what cost."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

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
from dlcourse.plotting.parts import legend_above


def paths(
    runs: Mapping[str, tuple[Any, Any]],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    logx: bool = False,
    ylim: tuple[float, float] | None = None,
    hlines: Mapping[str, float] | None = None,
    wide: bool = False,
) -> Figure:
    """Draw one quantity against another for runs that have neither in common.

    Unlike in `curves`, each run has an x of its own, such as the seconds that it took. Every seed
    is a thin line; the thick line with markers joins the means of their first points, of their
    second points and so on.

    Args:
        runs: from a name to a pair (x, y), each (points,) or (seeds, points).
        xlabel: of the horizontal axis.
        ylabel: of the vertical axis.
        alt: alternative text that states what the figure shows.
        logx: whether the horizontal axis is logarithmic.
        ylim: lowest and highest value shown.
        hlines: from a label to a y to mark.
        wide: whether to draw over the width of the page.

    Returns:
        A figure; its table has a row for each run, seed and point: ``run``, ``seed``, ``x``, ``y``.

    Raises:
        ValueError: an x and a y of different shapes, an empty run, numbers that are not finite, or
            not positive on a logarithmic axis.
        TypeError: values that are not numbers, or a run that is not a pair.
    """
    check_alt(alt, "paths")
    pairs = {}
    for name, pair in check_mapping(runs, "runs", "a pair (x, y)").items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"paths: runs[{name!r}] must be a pair (x, y), a tuple.")
        x, y = (
            np.atleast_2d(to_array(part, f"{axis} of runs[{name!r}]", (1, 2)))
            for axis, part in zip("xy", pair, strict=True)
        )
        if x.shape != y.shape:
            raise ValueError(
                f"paths: x and y of runs[{name!r}] must have the same shape, (points,) or "
                f"(seeds, points), got {x.shape} and {y.shape}."
            )
        if logx:
            check_positive(x, f"x of runs[{name!r}]", "logx")
        pairs[name] = x, y
    columns = {
        "run": [name for name, (x, _) in pairs.items() for _ in range(x.size)],
        "seed": [seed for x, _ in pairs.values() for seed in range(len(x)) for _ in x[0]],
        "x": np.concatenate([x.ravel() for x, _ in pairs.values()]),
        "y": np.concatenate([y.ravel() for _, y in pairs.values()]),
    }
    width = WIDE if wide else NARROW
    figure = Figure(alt, (width, 330 if wide else 295), columns, "paths")
    with style(width):
        axes = figure.subplots()
        handles = []
        for number, (name, (x, y)) in enumerate(pairs.items()):
            color = PALETTE[number % len(PALETTE)]
            look = {
                "color": color,
                "marker": MARKERS[number % len(MARKERS)],
                "linestyle": DASHES[number % len(DASHES)],
            }
            if len(x) > 1:
                axes.plot(x.T, y.T, color=color, linewidth=0.8, alpha=0.45, zorder=2)
            axes.plot(x.mean(0), y.mean(0), zorder=3, **look)
            handles.append(Line2D([], [], label=name, **look))
        if any(len(x) > 1 for x, _ in pairs.values()):
            handles.append(Line2D([], [], color=MUTED, lw=0.8, label="single seeds"))
        for label, height in (hlines or {}).items():
            line = axes.axhline(height, color=MUTED, lw=1.3, ls=DASHES[2], zorder=1.5, label=label)
            handles.append(line)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        if logx:
            axes.set_xscale("log")
        else:
            axes.set_xlim(left=0)
        if ylim is not None:
            axes.set_ylim(ylim)
        legend_above(figure, handles)
    return figure
