"""What several kinds of figure share: lines with a band, legends, marks, panels and titles."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.patches import Patch

from dlcourse.plotting.figure import DASHES, MUTED, PIXELS_PER_INCH, Figure

SPREADS = {"range": "range of {}", "std": "±1 std of {}", "quartiles": "middle half of {}"}


def check_spread(spread: str) -> None:
    """Refuse what no band is."""
    if spread not in SPREADS:
        raise ValueError(f"spread must be 'range', 'std' or 'quartiles', not {spread!r}.")


def draw_series(
    axes: Axes, x: np.ndarray, values: np.ndarray, spread: str, **look: Any
) -> np.ndarray:
    """Draw the middle of values (seeds, points), with a band if there are seeds; return the middle.

    It is the mean, or the median where the band is that between the quartiles.
    """
    middle = np.median(values, 0) if spread == "quartiles" else values.mean(0)
    if len(values) > 1:
        if spread == "range":
            low, high = values.min(0), values.max(0)
        elif spread == "quartiles":
            low, high = np.quantile(values, [0.25, 0.75], axis=0)
        else:
            deviation = values.std(0, ddof=1)
            low, high = middle - deviation, middle + deviation
        axes.fill_between(x, low, high, color=look["color"], alpha=0.16, linewidth=0)
    axes.plot(x, middle, zorder=3, **look)
    return middle


def band_handle(seeds: Sequence[int], spread: str) -> list[Patch]:
    """The legend's entry that says what the band is, if one was drawn."""
    several = {n for n in seeds if n > 1}
    if not several:
        return []
    of = f"{several.pop()} seeds" if len(several) == 1 else "seeds"
    return [Patch(color=MUTED, alpha=0.25, linewidth=0, label=SPREADS[spread].format(of))]


def legend_above(figure: Figure, *groups: Sequence[Artist]) -> None:
    """Put a legend over the panels, which keep their size: the figure grows by its height.

    Args:
        figure: complete but for its legend.
        *groups: handles that belong together.  All stand in one row if they fit, else each group
            begins a row of its own.
    """
    rows = _rows_that_fit(figure, [handle for group in groups for handle in group])
    if len(rows) > 1:
        rows = [row for group in groups for row in _rows_that_fit(figure, group)]
    legends = [_legend_row(figure, row) for row in rows]
    tops = np.cumsum([4] + [_extent(figure, legend)[1] for legend in legends])
    width, height = figure.bbox.width, figure.bbox.height
    total = height + tops[-1]
    figure.set_size_inches(width / PIXELS_PER_INCH, total / PIXELS_PER_INCH)
    figure.get_layout_engine().set(rect=(0, 0, 1, height / total))
    for legend, top in zip(legends, tops, strict=False):
        legend.set_bbox_to_anchor((6 / width, 1 - top / total), figure.transFigure)


def _rows_that_fit(figure: Figure, handles: Sequence[Artist]) -> list[list[Artist]]:
    rows: list[list[Artist]] = []
    for handle in handles:
        longer = [*rows[-1], handle] if rows else [handle]
        trial = _legend_row(figure, longer)
        if rows and _extent(figure, trial)[0] < figure.bbox.width - 8:
            rows[-1] = longer
        else:
            rows.append([handle])
        trial.remove()
    return rows


def _legend_row(figure: Figure, handles: Sequence[Artist]) -> Legend:
    legend = figure.legend(handles=list(handles), loc="upper left", ncols=len(handles))
    legend.set_in_layout(False)
    return legend


def _extent(figure: Figure, artist: Artist) -> tuple[float, float]:
    box = artist.get_window_extent(figure.canvas.get_renderer())
    return box.width, box.height


def label_vlines(figure: Figure, axes: Axes, marks: Mapping[str, float]) -> None:
    """Vertical lines with their labels above the panel, in tiers where they would touch."""
    for x in marks.values():
        axes.axvline(x, color=MUTED, linewidth=1.2, linestyle=DASHES[2], zorder=1.5)
    axes.autoscale_view()
    tiers: list[list[tuple[float, float]]] = []
    for label, x in sorted(marks.items(), key=lambda mark: mark[1]):
        place = (axes.transScale + axes.transLimits).transform((x, axes.get_ylim()[0]))[0]
        side = "left" if place < 0.15 else "right" if place > 0.85 else "center"
        text = axes.annotate(
            label, (x, 1), (0, 3), xycoords=("data", "axes fraction"), color=MUTED, ha=side,
            textcoords="offset points", va="bottom", fontsize="small", annotation_clip=False,
        )  # fmt: skip
        # The panel's width before its layout is about that after it: enough to see who touches.
        share = _extent(figure, text)[0] / axes.bbox.width + 0.03
        start = place - {"left": 0, "center": share / 2, "right": share}[side]
        free = [all(start >= b or start + share <= a for a, b in tier) for tier in tiers] + [True]
        number = free.index(True)
        if number == len(tiers):
            tiers.append([])
        tiers[number].append((start, start + share))
        text.set_position((0, 3 + 13 * number))
    figure.set_figheight(figure.get_figheight() + 18 * len(tiers) / PIXELS_PER_INCH)


def rows_and_columns(count: int, most: int) -> tuple[int, int]:
    """Rows, and columns up to ``most``, that leave as few places empty as they can."""
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise ValueError(f"columns must be a whole number of at least 1, not {most!r}.")
    rows = math.ceil(count / most)
    return rows, math.ceil(count / rows)


def shared_panels(
    figure: Figure, titles: Sequence[str], columns: int, xlabel: str, ylabel: str
) -> list[Axes]:
    """Axes with common limits, numbered at the left and wherever no panel is below."""
    rows, across = rows_and_columns(len(titles), columns)
    grid = figure.subplots(rows, across, sharex=True, sharey=True, squeeze=False)
    used = list(grid.flat)[: len(titles)]
    for axes in list(grid.flat)[len(titles) :]:
        # It keeps its place, so that the panels above keep theirs.
        axes.set_axis_off()
    for number, (axes, title) in enumerate(zip(used, titles, strict=True)):
        axes.set_title(_broken(figure, title, figure.bbox.width / across - 50))
        if number % across == 0:
            axes.set_ylabel(ylabel)
        if number // across == rows - 1:
            axes.set_xlabel(xlabel)
        if number + across >= len(titles):
            axes.xaxis.set_tick_params(labelbottom=True)
    return used


def _broken(figure: Figure, title: str, width: float) -> str:
    """The title with line breaks where a word would go beyond the width in pixels."""
    lines = []
    for line in title.split("\n"):
        lines.append("")
        for word in line.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            probe = figure.text(0, 0, longer, fontsize="medium")
            fits = _extent(figure, probe)[0] <= width
            probe.remove()
            if fits or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
    return "\n".join(lines)
