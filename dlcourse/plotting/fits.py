"""Functions fitted to points, a panel each."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from matplotlib.lines import Line2D

from dlcourse.plotting.arrays import check_mapping, to_array
from dlcourse.plotting.figure import (
    DASHES,
    INK,
    MUTED,
    NARROW,
    PALETTE,
    WIDE,
    Figure,
    check_alt,
    style,
)
from dlcourse.plotting.parts import legend_above, rows_and_columns, shared_panels


def function_fits(
    x: Any,
    y: Any,
    fits: Mapping[str, Callable | tuple[Any, Any]],
    *,
    alt: str,
    truth: Callable | tuple[Any, Any] | None = None,
    held_out: tuple[Any, Any] | None = None,
    xlabel: str = "x",
    ylabel: str = "y",
    ylim: tuple[float, float] | None = None,
    points: int = 400,
    columns: int = 3,
) -> Figure:
    """Draw functions fitted to points, a panel each, on shared axes.

    The vertical axis follows the points and the truth: where a fit leaves them it leaves the
    panel, and the other panels stay readable.

    Args:
        x: (N,) inputs of the data.
        y: (N,) or (N, 1) outputs of the data.
        fits: from a panel's title (which may state a number) to a function of a grid, or to a
            pair (grid, values).  A function gets ``points`` values of the type, dtype and device
            of ``x``, over its range, and returns as many.
        alt: alternative text that states what the figure shows.
        truth: the function that made the data, or a pair (grid, values); drawn dashed.
        held_out: (x, y) of points that were not fitted, drawn as open squares.
        xlabel: of the horizontal axis.
        ylabel: of the vertical axis.
        ylim: lowest and highest value shown; by default those of the points and the truth, and a
            margin.
        points: the size of the grid.
        columns: how many panels a row has at most.

    Returns:
        A figure; its table has ``kind`` (data, held out, truth, fit), ``name``, ``x`` and ``y``.

    Raises:
        ValueError: shapes that do not fit each other, or values that are not finite.
        TypeError: a fit that is neither a function nor a pair.
    """
    check_alt(alt, "function_fits")
    if isinstance(points, bool) or not isinstance(points, int) or points < 2:
        raise ValueError(f"points must be a whole number of at least 2, not {points!r}.")
    xs, ys = _pair(x, y, "The data")
    panels = check_mapping(fits, "fits", "a function or a pair (grid, values)")
    shown = [("data", "", xs, ys)]
    if held_out is not None:
        shown.append(("held out", "", *_pair(*_two(held_out, "held_out"), "held_out")))
    low, high = min(p[2].min() for p in shown), max(p[2].max() for p in shown)
    grid = _grid(x, low, high, points)
    if truth is not None:
        shown.append(("truth", "", *_evaluate(truth, grid, "truth")))
    visible = np.concatenate([values for *_, values in shown])
    shown += [("fit", n, *_evaluate(fit, grid, f"fits[{n!r}]")) for n, fit in panels.items()]

    table = {
        "kind": [kind for kind, _, a, _ in shown for _ in a],
        "name": [name for _, name, a, _ in shown for _ in a],
        "x": np.concatenate([a for *_, a, _ in shown]),
        "y": np.concatenate([b for *_, b in shown]),
    }
    rows, across = rows_and_columns(len(panels), columns)
    width = NARROW if across == 1 else WIDE
    figure = Figure(alt, (width, rows * (270 if across < 3 else 235) + 20), table, "function_fits")
    with style(width):
        drawn = shared_panels(figure, list(panels), columns, xlabel, ylabel)
        looks = {
            "data": {"ls": "none", "marker": "o", "ms": 4.5, "color": INK, "alpha": 0.75},
            "held out": {"ls": "none", "marker": "s", "ms": 4.5, "color": MUTED, "mfc": "none"},
            "truth": {"ls": DASHES[1], "color": PALETTE[2], "lw": 1.8},
            "fit": {"ls": "-", "color": PALETTE[1], "lw": 2.2, "zorder": 3},
        }
        for name, axes in zip(panels, drawn, strict=True):
            for kind, owner, a, b in shown:
                if owner in ("", name):
                    axes.plot(a, b, **looks[kind])
        margin = 0.12 * (np.ptp(visible) or 1.0)
        drawn[0].set_ylim(*(ylim or (visible.min() - margin, visible.max() + margin)))
        kinds = dict.fromkeys(kind for kind, *_ in shown)
        legend_above(figure, [Line2D([], [], label=kind, **looks[kind]) for kind in kinds])
    return figure


def _two(pair: Any, what: str) -> tuple[Any, Any]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"{what} must be a pair (x, y), not {type(pair).__name__}.")
    return tuple(pair)


def _pair(x: Any, y: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Flat x (N,) and y (N,) or (N, 1), as arrays."""
    x, y = to_array(x, f"{what}: x", (1, 2)), to_array(y, f"{what}: y", (1, 2))
    for name, array in (("x", x), ("y", y)):
        if array.ndim == 2 and array.shape[1] != 1:
            raise ValueError(f"{what}: {name} must be (N,) or (N, 1), not {array.shape}.")
    if len(x) != len(y):
        raise ValueError(f"{what}: {len(x)} values of x for {len(y)} of y.")
    return x.ravel(), y.ravel()


def _grid(like: Any, low: float, high: float, points: int) -> Any:
    """Evenly spaced values of the type, dtype and device of the data."""
    if isinstance(like, torch.Tensor):
        dtype = like.dtype if like.is_floating_point() else torch.get_default_dtype()
        return torch.linspace(low, high, points, dtype=dtype, device=like.device)
    return np.linspace(low, high, points)


def _evaluate(function: Any, grid: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    if callable(function):
        with torch.no_grad():
            return _pair(grid, function(grid), what)
    if isinstance(function, (tuple, list)) and len(function) == 2:
        return _pair(*function, what)
    raise TypeError(
        f"{what} must be a function or a pair (grid, values), not {type(function).__name__}."
    )
