"""Several quantities of the same things, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import NullLocator

from dlcourse.plotting.arrays import check_mapping, to_array
from dlcourse.plotting.figure import INK, PALETTE, WIDE, Figure, check_alt, style

_ROW = 26  # CSS pixels


def bars(labels: Sequence[str], quantities: Mapping[str, Any], *, alt: str) -> Figure:
    """Draw a panel of horizontal bars for each quantity, with the number at the end of each bar.

    The panels share their rows, the first label at the top; each has a scale of its own, from zero.
    The largest bar of a panel is darker than the others, and its number bold.

    Args:
        labels: (n,) what the rows are.
        quantities: from a name, the panel's title, to values (n,), zero or more.
        alt: alternative text that states what the figure shows.

    Returns:
        A figure; its table has a row for each label, with ``label`` and each quantity.

    Raises:
        ValueError: values that do not fit the labels, or below zero.
        TypeError: values that are not numbers, or labels that are not a sequence of them.
    """
    check_alt(alt, "bars")
    if isinstance(labels, str):
        raise TypeError("bars: labels must be a list of names, not one str.")
    names = [str(label) for label in labels]
    values = {}
    for title, entry in check_mapping(quantities, "quantities", "values").items():
        array = to_array(entry, f"quantities[{title!r}]")
        if len(array) != len(names):
            raise ValueError(
                f"quantities[{title!r}] has {len(array)} values, but there are {len(names)} labels."
            )
        if array.min() < 0:
            raise ValueError(
                f"quantities[{title!r}] has values down to {array.min():g}: bars begin at zero; "
                "curves(connect=False) draws values of both signs."
            )
        values[title] = array
    figure = Figure(alt, (WIDE, _ROW * len(names) + 44), {"label": names, **values}, "bars")
    with style(WIDE):
        panels = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
        rows = np.arange(len(names))
        for axes, (title, array) in zip(panels, values.items(), strict=True):
            largest = array == array.max()
            colors = [PALETTE[0] if top else "#9CC7E4" for top in largest]
            axes.barh(rows, array, height=0.66, color=colors)
            for row, (value, top) in enumerate(zip(array, largest, strict=True)):
                axes.annotate(
                    f"{value:,}" if array.dtype.kind == "i" else f"{value:.3g}",
                    (value, row), (4, 0), textcoords="offset points", va="center", color=INK,
                    weight="bold" if top else "normal", fontsize="small",
                )  # fmt: skip
            axes.set_title(title)
            # Room for the longest bar's number, in a panel whose width is about known.
            axes.set_xlim(0, (array.max() or 1) * (1 + 0.22 * len(values)))
            axes.xaxis.set_major_locator(NullLocator())
            axes.grid(False)
            axes.spines["bottom"].set_visible(False)
            axes.tick_params(axis="y", length=0)
        panels[0].set_yticks(rows, names)
        panels[0].set_ylim(len(names) - 0.5, -0.5)
    return figure
