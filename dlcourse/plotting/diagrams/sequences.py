"""Attention, computation graphs, trees of a search, and windows on a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlcourse.plotting.arrays import to_array
from dlcourse.plotting.diagrams.drawing import Drawing
from dlcourse.plotting.diagrams.parts import Group, Part


def attention(
    d: Drawing, key: str, weights: Any, names: Sequence[str], *, query: str = "query"
) -> Group:
    """One query that asks several keys: scores, softmax, the weighted mean of the values.

    Args:
        d: the drawing.
        key: begins the keys ``.query``, ``.key0``, ``.weight0``, ``.value0``, ``.mean``.
        weights: (T,), computed: the lines are as thick as the weights are large.
        names: T texts, of the keys and values.
        query: the text of the query.

    Returns:
        Query, keys, weights, values and mean.

    Raises:
        ValueError: as many names as weights are needed.
    """
    numbers = to_array(weights, "diagrams.attention: weights", (1,))
    if len(numbers) != len(names):
        raise ValueError(
            f"diagrams.attention: {len(numbers)} weights need as many names, got {len(names)}."
        )
    keys = [d.box(f"{key}.key{i}", f"$k_{i + 1}$", note=n) for i, n in enumerate(names)]
    shown = [d.box(f"{key}.weight{i}", f"{w:.2f}", color="gold", round=True)
             for i, w in enumerate(numbers)]  # fmt: skip
    values = [d.box(f"{key}.value{i}", f"$v_{i + 1}$", color="green") for i in range(len(names))]
    asking = d.box(f"{key}.query", query, color="blue")
    mean = d.operator(f"{key}.mean", "Σ", color="green", say="weighted mean")
    d.grid([keys, shown, values], gap=(26, 40))
    asking.left_of(keys[0], 60)
    softmax = d.label(f"{key}.softmax", "softmax", kind="muted").left_of(shown[0], 36)
    mean.below(Group(key, values), 40)
    for ask, weight, value, number in zip(keys, shown, values, numbers, strict=True):
        d.arrow(ask, weight, say=False)
        d.arrow(weight, value, heads="none", dashed=True, say=False)
        d.arrow(value, mean, route="straight", color="green", width=1 + 5 * number, say=False)
    d.arrow(asking, keys[0], "score")
    return Group(key, [asking, *keys, softmax, *shown, *values, mean])


def graph(
    d: Drawing,
    key: str,
    nodes: Mapping[str, str],
    edges: Sequence[tuple[str, str] | tuple[str, str, str]],
    *,
    gap: tuple[float, float] = (60, 26),
) -> Group:
    """A computation graph from left to right, each node behind all that it is computed from.

    Args:
        d: the drawing.
        key: begins the keys, ``.`` and the name of the node behind it.
        nodes: from a name to its text: one sign makes an operator, more a box.
        edges: (from, to), or with a text (from, to, text).
        gap: between columns and between rows, in CSS pixels.

    Returns:
        The nodes, in the order given.

    Raises:
        ValueError: an edge with an unknown end, or a circle.
    """
    if unknown := [end for edge in edges for end in edge[:2] if end not in nodes]:
        raise ValueError(f"diagrams.graph: an edge ends at {unknown[0]!r}, which is no node.")
    level = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for start, end, *_rest in edges:
            level[end] = max(level[end], level[start] + 1)
    if any(level[end] <= level[start] for start, end, *_rest in edges) or (
        max(level.values(), default=0) >= len(nodes) > 0
    ):
        raise ValueError("diagrams.graph: the edges go round in a circle.")
    parts: dict[str, Part] = {
        name: d.operator(f"{key}.{name}", text) if len(text) == 1 else d.box(f"{key}.{name}", text)
        for name, text in nodes.items()
    }
    before: Group | None = None
    for number in sorted(set(level.values())):
        column = d.column(*(parts[name] for name in nodes if level[name] == number), gap=gap[1])
        if before:
            column.right_of(before, gap[0])
        before = column
    for start, end, *text in edges:
        d.arrow(parts[start], parts[end], *text, route="straight")
    return Group(key, list(parts.values()))


def tree(
    d: Drawing,
    key: str,
    root: tuple,
    *,
    gap: tuple[float, float] = (70, 12),
) -> Group:
    """A tree that grows to the right, such as the beginnings that a beam search tried.

    Args:
        d: the drawing.
        key: begins the keys, in the order of the nodes ``.0``, ``.1`` and so on.
        root: (text, kept, children); ``kept`` highlights a node and the line to it, children are
            such triples again.
        gap: between levels and between leaves, in CSS pixels.

    Returns:
        All nodes.
    """
    made: list[Part] = []
    columns: list[list[Part]] = []
    free = 0.0

    def place(node: tuple, depth: int) -> Part:
        nonlocal free
        text, kept, children = node
        part = d.box(f"{key}.{len(made)}", text, color="blue" if kept else None, dashed=not kept)
        made.append(part)
        if len(columns) == depth:
            columns.append([])
        columns[depth].append(part)
        below = [(place(child, depth + 1), child[1]) for child in children]
        if below:
            part.at(0, (below[0][0].y + below[-1][0].y) / 2)
        else:
            part.at(0, free + part.height / 2)
            free += part.height + gap[1]
        for child, chosen in below:
            look = {"color": "blue", "width": 2.6} if chosen else {"dashed": True}
            d.arrow(part, child, leave="right", enter="left", say=bool(chosen), **look)
        return part

    place(root, 0)
    x = 0.0
    for column in columns:
        wide = max(part.width for part in column)
        for part in column:
            part.move(x - part.left, 0)
        x += wide + gap[0]
    return Group(key, made)


def text_windows(
    d: Drawing,
    key: str,
    tokens: Sequence[str],
    windows: Sequence[tuple[int, int]],
    *,
    texts: Sequence[str] = (),
    color: str = "blue",
    cell: float = 24,
) -> Group:
    """A text, letter by letter or word by word, and below it windows on it.

    Args:
        d: the drawing.
        key: begins the keys ``.text``, ``.0`` (the first window) and so on.
        tokens: the text.
        windows: (start, stop) of each window, which stands in a row of its own.
        texts: what stands in each window; by default its tokens.
        color: of the windows.
        cell: width of a token in CSS pixels.

    Returns:
        The text and the windows.

    Raises:
        ValueError: a window that does not lie within the text.
    """
    for start, stop in windows:
        if not 0 <= start < stop <= len(tokens):
            raise ValueError(
                f"diagrams.text_windows: the window {(start, stop)} does not lie within "
                f"{len(tokens)} tokens."
            )
    # A space is a token that could not be seen.
    shown = ["␣" if token == " " else token for token in tokens]
    text = d.cells(f"{key}.text", [shown], size=(cell, 28), color=None)
    parts: list[Part] = [text]
    for number, (start, stop) in enumerate(windows):
        words = texts[number] if number < len(texts) else ""
        part = d.box(f"{key}.{number}", words or "".join(shown[start:stop]), color=color,
                     width=cell * (stop - start) - 4, height=26)  # fmt: skip
        part.below(parts[-1], 8).move(text.left + start * cell + 2 - part.left, 0)
        parts.append(part)
    return Group(key, parts)
