"""Learning curves: a metric on training and validation data over the epochs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from dlcourse.plotting.arrays import check_mapping, check_positive, to_array
from dlcourse.plotting.figure import (
    DASHES,
    INK,
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
    legend_above,
    rows_and_columns,
)

SPLITS = ("train", "validation")


def learning_curves(
    histories: Any,
    metric: str | Sequence[str] = "loss",
    *,
    alt: str,
    ylabel: str | None = None,
    ylim: tuple[float, float] | None = None,
    logy: bool = False,
    spread: str = "range",
    best: bool | str = False,
) -> Figure:
    """Draw a metric on training and validation data over the epochs.

    Training is solid, validation dashed; each run has a color and a marker.  Several seeds of a
    run are drawn as their mean with a band, over the epochs that all of them reached.

    Args:
        histories: a History (anything with ``epochs`` and ``columns``), a list of them (seeds of
            one run), or a dict from the name of a run to either.
        metric: the ``loss`` of columns ``train_loss`` and ``validation_loss``, or several, a
            panel each.
        alt: alternative text that states what the figure shows.
        ylabel: of the vertical axis; by default the metric's name.
        ylim: lowest and highest value shown.
        logy: whether the vertical axis is logarithmic.
        spread: what the band is, ``"range"`` (minimum to maximum), ``"std"`` (mean ± one
            standard deviation of the sample of seeds) or ``"quartiles"`` (the middle half, around
            the median instead of the mean: for data with outliers).
        best: mark the epoch with the best validation value: ``"min"``, ``"max"``, or True for the
            minimum of metrics that end in "loss" and the maximum of others.

    Returns:
        A figure; its table has a row for each metric, run, seed, split and epoch, all inputs.

    Raises:
        ValueError: a metric that no history has, nothing to draw, or numbers that are not finite.
        TypeError: something that is no history.
    """
    check_alt(alt, "learning_curves")
    metrics = [metric] if isinstance(metric, str) else list(metric)
    if not metrics:
        raise ValueError("learning_curves: metric is empty; name at least one, such as 'loss'.")
    if best not in (False, True, "min", "max"):
        raise ValueError(f"learning_curves: best must be a bool, 'min' or 'max', not {best!r}.")
    check_spread(spread)
    runs = _runs(histories)
    data = {name: _metric_of_runs(runs, name) for name in metrics}
    if best and not any("validation" in splits for by in data.values() for splits in by.values()):
        raise ValueError("learning_curves: best marks a validation curve, but there is none.")

    columns: dict[str, list] = {
        key: [] for key in ("metric", "run", "seed", "split", "epoch", "value")
    }
    for name, by_run in data.items():
        for run, by_split in by_run.items():
            for split, seeds in by_split.items():
                for seed, (epochs, values) in enumerate(seeds):
                    row = (name, run, seed, split)
                    for column, entry in zip(columns, row, strict=False):
                        columns[column] += [entry] * len(epochs)
                    columns["epoch"] += epochs.tolist()
                    columns["value"] += values.tolist()

    width = WIDE if len(metrics) > 1 else NARROW
    rows, across = rows_and_columns(len(metrics), 2)
    figure = Figure(alt, (width, 285 * rows), columns, "learning_curves")
    with style(width):
        panels = list(figure.subplots(rows, across, squeeze=False).flat)
        for axes, name in zip(panels, metrics, strict=False):
            _draw_metric(axes, name, data[name], spread, logy, best)
            axes.set_ylabel(ylabel or name.replace("_", " "))
            if ylim is not None:
                axes.set_ylim(*ylim)
        for axes in panels[len(metrics) :]:
            axes.set_axis_off()
        everything = [by_split for by_run in data.values() for by_split in by_run.values()]
        names, details = _run_handles(list(runs), everything)
        details += band_handle([len(seeds) for by in everything for seeds in by.values()], spread)
        if best:
            details.append(_ring([], [], label="best epoch"))
        legend_above(figure, names, details)
    return figure


def _runs(histories: Any) -> dict[str, list]:
    """Every accepted form as a dict from a run's name to the histories of its seeds."""
    if hasattr(histories, "epochs") or isinstance(histories, (list, tuple)):
        histories = {"": histories}
    named = check_mapping(histories, "histories", "a History or a list of them")
    runs = {}
    for name, entry in named.items():
        seeds = list(entry) if isinstance(entry, (list, tuple)) else [entry]
        where = f"histories[{name!r}]" if name else "histories"
        if not seeds:
            raise ValueError(f"{where} is an empty list: there is nothing to draw.")
        for history in seeds:
            if not (hasattr(history, "epochs") and hasattr(history, "columns")):
                raise TypeError(
                    f"{where} must be a History, as training.fit returns it, or a list of them, "
                    f"not {type(history).__name__}."
                )
        runs[name] = seeds
    return runs


def _metric_of_runs(runs: Mapping[str, list], metric: str) -> dict[str, dict[str, list]]:
    """For each run and split, the (epochs, values) of every seed."""
    found: dict[str, dict[str, list]] = {}
    for run, histories in runs.items():
        found[run] = {}
        for split in SPLITS:
            column = f"{split}_{metric}"
            have = [h for h in histories if len(h.columns.get(column, ()))]
            if have and len(have) < len(histories):
                raise ValueError(
                    f"Only {len(have)} of the {len(histories)} histories of run {run!r} have a "
                    f"column '{column}': plot histories that record the same columns."
                )
            if have:
                found[run][split] = [_epochs_and_values(h, column, run) for h in have]
        if not found[run]:
            names = sorted({key for h in histories for key, col in h.columns.items() if len(col)})
            raise ValueError(
                f"No history{f' of run {run!r}' if run else ''} has a column 'train_{metric}' or "
                f"'validation_{metric}'; its columns are: {', '.join(names) or 'none'}."
            )
    return found


def _epochs_and_values(history: Any, column: str, run: str) -> tuple[np.ndarray, np.ndarray]:
    what = f"Column '{column}'{f' of run {run!r}' if run else ''}"
    values = to_array(history.columns[column], what)
    epochs = to_array(history.epochs, "The epochs of a history")
    if len(values) != len(epochs):
        raise ValueError(f"{what} has {len(values)} values for {len(epochs)} epochs.")
    return epochs, values


def _draw_metric(
    axes: Axes, metric: str, runs: Mapping[str, dict], spread: str, logy: bool, best: bool | str
) -> None:
    for number, (run, splits) in enumerate(runs.items()):
        for split, seeds in splits.items():
            epochs, values = _over_common_epochs(seeds, run)
            if logy:
                check_positive(values, f"The {split} {metric}", "logy")
            middle = draw_series(
                axes,
                epochs,
                values,
                spread,
                color=_color(number, split, alone=len(runs) == 1),
                marker=MARKERS[number % len(MARKERS)],
                linestyle=DASHES[SPLITS.index(split)],
                # Few enough markers to tell the dashes, a different phase for each run.
                markevery=(number % 3, max(3, len(epochs) // 6)) if len(epochs) > 6 else 1,
                # Of several runs it is the validation curves that are compared.
                linewidth=1.3 if split == "train" and len(runs) > 1 else 1.9,
            )
            if best and split == "validation":
                lowest = best == "min" or (best is True and metric.endswith("loss"))
                index = int(np.argmin(middle) if lowest else np.argmax(middle))
                axes.add_line(_ring([epochs[index]], [middle[index]]))
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=True))
    if logy:
        axes.set_yscale("log")


def _over_common_epochs(seeds: Sequence[tuple], run: str) -> tuple[np.ndarray, np.ndarray]:
    """Values (seeds, epochs) where all seeds have one: a mean over fewer would jump."""
    common = seeds[0][0]
    for epochs, _ in seeds[1:]:
        common = np.intersect1d(common, epochs)
    if not len(common):
        raise ValueError(f"The seeds of run {run!r} have no epoch in common.")
    return common, np.stack([values[np.isin(epochs, common)] for epochs, values in seeds])


def _color(number: int, split: str, alone: bool) -> str:
    return PALETTE[SPLITS.index(split) if alone else number % len(PALETTE)]


def _ring(x: Sequence, y: Sequence, label: str = "") -> Line2D:
    return Line2D(
        x, y, linestyle="none", marker="o", markersize=10, markerfacecolor="none",
        markeredgecolor=INK, markeredgewidth=1.6, zorder=4, label=label,
    )  # fmt: skip


def _run_handles(
    names: Sequence[str], by_split: Sequence[Mapping]
) -> tuple[list[Line2D], list[Line2D]]:
    """Entries for the runs, if there are several, and for training and validation."""
    alone = len(names) == 1
    runs = [
        Line2D(
            [], [], color=_color(number, "", alone=False), marker=MARKERS[number % len(MARKERS)],
            label=name,
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    splits = [
        Line2D(
            [], [], color=_color(0, split, alone) if alone else MUTED, label=split,
            linestyle=DASHES[SPLITS.index(split)],
        )
        for split in SPLITS
        if any(split in splits for splits in by_split)
    ]  # fmt: skip
    # A single run needs no name: the caption has it, and color tells training from validation.
    return ([] if alone else runs), splits
