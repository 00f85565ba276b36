"""Sequences that share their beginnings, as a tree: what a search looked at and what it kept."""

from collections.abc import Iterable, Mapping
from typing import Any

from dlcourse.plotting.arrays import check_mapping
from dlcourse.plotting.figure import INK, MUTED, NARROW, PALETTE, WIDE, Figure, check_alt, style

Prefix = tuple[str, ...]
_ROW = 34  # CSS pixels between neighboring leaves


def prefix_tree(
    values: Mapping[Prefix, float],
    kept: Iterable[Prefix],
    *,
    alt: str,
    best: Prefix | None = None,
    number: str = ".2f",
    root: str = "start",
) -> Figure:
    """Draw sequences of tokens as a tree that grows to the right, a box for each beginning.

    A kept beginning has a solid frame and a solid line from the one before; the others are gray,
    with dashed lines. The path to the best sequence is thick.

    Args:
        values: from a beginning, a tuple of tokens, to the number beside its last token. With each
            beginning all shorter ones must be there, ``()`` excepted.
        kept: those of them that the search went on with, or ended with.
        alt: alternative text that states what the figure shows.
        best: the sequence whose path is thick.
        number: the format of the numbers.
        root: what stands at the root.

    Returns:
        A figure; its table has a ``prefix``, ``value`` and ``kept`` a row.

    Raises:
        ValueError: no values, a beginning whose own beginning is missing, or a kept or best one
            that is not among them.
    """
    check_alt(alt, "prefix_tree")
    if not hasattr(values, "items") or not values:
        check_mapping(values, "values", "a number")  # says what is wrong
    values = {tuple(prefix): float(value) for prefix, value in values.items() if prefix}
    kept = {tuple(prefix) for prefix in kept} - {()}
    for prefix in values:
        if len(prefix) > 1 and prefix[:-1] not in values:
            raise ValueError(
                f"prefix_tree: {prefix} is there, but not its beginning {prefix[:-1]}."
            )
    for prefix in [*kept, *([best] if best else [])]:
        if prefix not in values:
            raise ValueError(f"prefix_tree: {prefix} is to be marked, but is not among the values.")

    rows = _rows(values)
    depth = max(map(len, values))
    columns = {
        "prefix": [" ".join(prefix) for prefix in values],
        "value": list(values.values()),
        "kept": [prefix in kept for prefix in values],
    }
    width = NARROW if depth < 3 else WIDE
    leaves = max(rows.values()) + 1
    figure = Figure(alt, (width, _ROW * leaves + 16), columns, "prefix_tree")
    with style(width):
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-0.35, depth + 0.45), ylim=(leaves - 0.4, -0.6))
        path = {best[:n] for n in range(1, len(best) + 1)} if best else set()
        for prefix in values:
            look = _look(prefix in kept, prefix in path)
            _edge(axes, rows, prefix, look)
        _box(axes, 0, rows[()], root, _look(True, bool(best)))
        for prefix, value in values.items():
            text = f"{prefix[-1]}  {value:{number}}"
            look = _look(prefix in kept, prefix in path)
            _box(axes, len(prefix), rows[prefix], text, look)
    return figure


def _rows(values: Mapping[Prefix, float]) -> dict[Prefix, float]:
    """How far down each one stands: leaves below each other, the rest amid their children."""
    children: dict[Prefix, list[Prefix]] = {(): []}
    for prefix in values:
        children.setdefault(prefix, [])
        children.setdefault(prefix[:-1], []).append(prefix)
    rows: dict[Prefix, float] = {}
    leaves = 0

    def place(prefix: Prefix) -> None:
        nonlocal leaves
        for child in children[prefix]:
            place(child)
        if children[prefix]:
            first, last = children[prefix][0], children[prefix][-1]
            rows[prefix] = (rows[first] + rows[last]) / 2
        else:
            rows[prefix], leaves = leaves, leaves + 1

    place(())
    return rows


def _look(kept: bool, on_path: bool) -> dict[str, Any]:
    color = PALETTE[0] if kept else "#A6A6A6"
    return {
        "color": color,
        "linestyle": "-" if kept else (0, (4, 2.5)),
        "linewidth": 3.0 if on_path else 1.2,
        "ink": INK if kept else MUTED,
    }


def _edge(axes: Any, rows: Mapping[Prefix, float], prefix: Prefix, look: Mapping[str, Any]) -> None:
    x, parent = len(prefix), rows[prefix[:-1]]
    axes.plot(
        [x - 1, x - 0.68, x - 0.42, x],  # its ends are below the boxes
        [parent, parent, rows[prefix], rows[prefix]],
        color=look["color"],
        linestyle=look["linestyle"],
        linewidth=look["linewidth"],
        zorder=1.2 if look["linestyle"] == "-" else 1,  # what was kept lies on top
    )


def _box(axes: Any, x: float, y: float, text: str, look: Mapping[str, Any]) -> None:
    frame = {
        "boxstyle": "round,pad=0.28",
        "facecolor": "white",
        "edgecolor": look["color"],
        "linestyle": look["linestyle"],
        "linewidth": max(1.2, look["linewidth"] - 1),
    }
    axes.text(x, y, text, ha="center", va="center", color=look["ink"], bbox=frame, zorder=2)
