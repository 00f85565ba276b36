"""Matrices as colors: attention weights, masks, encodings, similarities."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from dlcourse.plotting.arrays import check_mapping, to_array
from dlcourse.plotting.figure import NARROW, PALETTE, WIDE, Figure, check_alt, style
from dlcourse.plotting.parts import legend_above, rows_and_columns

Labels = Sequence[str] | Mapping[str, Sequence[str]]

# From white, so that what is nothing looks like nothing; the darkest differs from ink.
_FROM_ZERO = LinearSegmentedColormap.from_list("from zero", ["#FFFFFF", "#9CC7E4", "#0B5C95"])
_AROUND_ZERO = LinearSegmentedColormap.from_list(
    "around zero", ["#B04A00", "#F0B48A", "#FFFFFF", "#9CC7E4", "#0B5C95"]
)


def heat_maps(
    matrices: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    alt: str,
    xticks: Labels | None = None,
    yticks: Labels | None = None,
    marks: Mapping[str, Iterable[tuple[int, int]]] | None = None,
    mark_label: str = "marked",
    value_range: tuple[float, float] | None = None,
    columns: int = 3,
    numbers: bool = False,
) -> Figure:
    """Draw matrices as colors on one common scale, row 0 at the top.

    White is zero. Numbers below zero have a color of their own, and the scale is then symmetric.

    Args:
        matrices: from a name, the panel's title, to numbers (rows, columns); bool will do. With a
            single panel the name may be empty.
        xlabel: what the columns are.
        ylabel: what the rows are.
        alt: alternative text that states what the figure shows.
        xticks: a label for each column: one sequence for all panels, or one for each by name.
            Without it the columns are numbered.
        yticks: the same for the rows.
        marks: by name of a panel, (row, column) of the cells that get a frame.
        mark_label: what the frame means.
        value_range: the values of the ends of the color scale. By default from the least to the
            greatest of all values and 0.
        columns: how many panels a row has at most.
        numbers: whether each cell that is not zero shows its number.

    Returns:
        A figure; its table has ``panel``, ``row``, ``column`` (labels where given), ``value`` and
        ``marked`` of each cell.

    Raises:
        ValueError: labels that do not fit a matrix, a mark outside of it, an unknown panel.
        TypeError: values that are not numbers.
    """
    check_alt(alt, "heat_maps")
    values = {
        name: to_array(entry, f"matrices[{name!r}]", (2,))
        for name, entry in check_mapping(matrices, "matrices", "a matrix").items()
    }
    names = {
        axis: {name: _labels(given, axis, name, array) for name, array in values.items()}
        for axis, given in (("yticks", yticks), ("xticks", xticks))
    }
    frames = _frames(marks, values)
    low, high = _limits(values, value_range)
    rows, across = rows_and_columns(len(values), columns)
    width = NARROW if across == 1 else WIDE
    tallest = max(len(array) for array in values.values())
    height = rows * (min(300, max(110, 24 * tallest)) + 70) + 20
    figure = Figure(alt, (width, height), _table(values, names, frames), "heat_maps")
    with style(width):
        grid = figure.subplots(rows, across, squeeze=False)
        for axes in list(grid.flat)[len(values) :]:
            axes.set_axis_off()
        used = list(grid.flat)[: len(values)]
        for number, (axes, (name, array)) in enumerate(zip(used, values.items(), strict=True)):
            image = axes.imshow(
                array, cmap=_FROM_ZERO if low >= 0 else _AROUND_ZERO, vmin=low, vmax=high,
                aspect="auto", interpolation="nearest",
            )  # fmt: skip
            axes.grid(False)
            axes.spines[:].set_visible(True)
            axes.set_title(name)
            if numbers:
                _write_numbers(axes, array, low, high)
            _ticks(axes, names["yticks"][name], names["xticks"][name])
            if number % across == 0:
                axes.set_ylabel(ylabel)
            if number + across >= len(values):
                axes.set_xlabel(xlabel)
            for row, column in frames[name]:
                corner = (column - 0.5, row - 0.5)
                axes.add_patch(Rectangle(corner, 1, 1, fill=False, ec=PALETTE[1], lw=2.2))
        bar = figure.colorbar(image, ax=used, fraction=0.04, pad=0.02)
        bar.outline.set_linewidth(0.8)
        if any(frames.values()):
            legend_above(figure, [Patch(fc="none", ec=PALETTE[1], lw=2.2, label=mark_label)])
        # Beside a color bar the layout settles only at its second run: run it here, and keep it,
        # so that every picture of the figure is the same.
        figure.draw_without_rendering()
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _labels(given: Labels | None, axis: str, name: str, array: np.ndarray) -> list[str] | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        if name not in given:
            raise ValueError(f"heat_maps: {axis} has no labels for the panel {name!r}.")
        given = given[name]
    labels, count = [str(label) for label in given], array.shape[axis == "xticks"]
    if len(labels) != count:
        raise ValueError(
            f"heat_maps: the panel {name!r} has {count} {'columns' if axis == 'xticks' else 'rows'}"
            f", but {axis} has {len(labels)} labels."
        )
    return labels


def _write_numbers(axes: Axes, array: np.ndarray, low: float, high: float) -> None:
    for (row, column), value in np.ndenumerate(array):
        if value:
            # The ends of the color scale are dark (above zero, the upper end alone).
            share = (value - low) / (high - low)
            dark = share > 0.6 or (low < 0 and share < 0.2)
            axes.text(
                column, row, f"{value:.3g}" if array.dtype.kind == "f" else f"{value}",
                ha="center", va="center", fontsize="small", color="#FEFEFE" if dark else "#252525",
            )  # fmt: skip


def _frames(
    marks: Mapping[str, Iterable[tuple[int, int]]] | None, values: Mapping[str, np.ndarray]
) -> dict[str, set[tuple[int, int]]]:
    frames = {name: set() for name in values}
    for name, cells in (marks or {}).items():
        if name not in frames:
            raise ValueError(f"heat_maps: marks name a panel {name!r}, which is not drawn.")
        for row, column in cells:
            shape = values[name].shape
            if not (0 <= row < shape[0] and 0 <= column < shape[1]):
                raise ValueError(
                    f"heat_maps: the mark {(row, column)} is outside of {name!r}, of shape {shape}."
                )
            frames[name].add((int(row), int(column)))
    return frames


def _limits(
    values: Mapping[str, np.ndarray], value_range: tuple[float, float] | None
) -> tuple[float, float]:
    if value_range is not None:
        low, high = value_range
        if not low < high:
            raise ValueError(f"value_range must be (low, high) with low < high, not {value_range}.")
        return low, high
    low = min(0.0, *(array.min() for array in values.values()))
    high = max(0.0, *(array.max() for array in values.values()))
    if low < 0:
        high = max(high, -low)
        low = -high
    return low, high if high > low else low + 1


def _ticks(axes: Axes, rows: list[str] | None, columns: list[str] | None) -> None:
    for axis, labels in ((axes.yaxis, rows), (axes.xaxis, columns)):
        if labels is None:
            axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        else:
            # Upright where a word would touch its neighbor.
            long = axis is axes.xaxis and max(map(len, labels)) > 2
            axis.set_ticks(range(len(labels)), labels, rotation=90 if long else 0)
            axis.set_tick_params(length=0)


def _table(
    values: Mapping[str, np.ndarray],
    names: Mapping[str, Mapping[str, list[str] | None]],
    frames: Mapping[str, set[tuple[int, int]]],
) -> dict[str, list]:
    table: dict[str, list] = {key: [] for key in ("panel", "row", "column", "value", "marked")}
    for name, array in values.items():
        rows = names["yticks"][name] or range(array.shape[0])
        columns = names["xticks"][name] or range(array.shape[1])
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                cell = (name, row, column, array[i, j].item(), (i, j) in frames[name])
                for key, value in zip(table, cell, strict=True):
                    table[key].append(value)
    return table
