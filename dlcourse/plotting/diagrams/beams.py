"""A beam search, step by step: what each step kept, what it dropped, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

from dlcourse.plotting.diagrams.drawing import Drawing
from dlcourse.plotting.diagrams.parts import Group, Part

Beginning = tuple[Sequence[str], str, bool]


def beam(
    d: Drawing,
    key: str,
    steps: Sequence[Sequence[Beginning]],
    *,
    start: str = "<bos>",
    end: str = "<eos>",
    found: Sequence[str] = (),
    gap: tuple[float, float] = (14, 24),
) -> Group:
    """The tree of a beam search, which grows downwards, a row for each step.

    Args:
        d: the drawing.
        key: begins the keys: ``.0`` is the start, ``.1`` and so on are the beginnings by rows.
        steps: for each step its beginnings (tokens, note, kept): the tokens so far, of which the
            last is written, a note below it such as the probability, and whether the step kept it.
        start: the text from which all begin.
        end: the token after which a beginning is not continued.
        found: the tokens of the result, whose way is highlighted.
        gap: between columns and between rows, in CSS pixels.

    Returns:
        The start and all beginnings.

    Raises:
        ValueError: a beginning of another length than its step's number, or one that continues
            nothing that the step before has kept.
    """
    found = tuple(found)
    root = d.box(f"{key}.0", start, color="orange" if found else "blue")
    before: dict[tuple[str, ...], Part] = {(): root}
    parts: list[Part] = [root]
    rows: list[list[tuple[Part, Part, bool, bool]]] = []
    for number, step in enumerate(steps, 1):
        for tokens, _, _ in step:
            if len(tokens) != number or tuple(tokens[:-1]) not in before:
                raise ValueError(
                    f"diagrams.beam: {' '.join(tokens)!r} in step {number} continues nothing "
                    "that was kept before it."
                )
        order = list(before)
        # In the order of what they continue, so that no two lines cross.
        step = sorted(step, key=lambda one: order.index(tuple(one[0][:-1])))
        row, kept_here = [], {}
        for tokens, note, kept in step:
            tokens = tuple(tokens)
            on = kept and found[:number] == tokens
            color = None
            if kept:
                color = "orange" if on else "green" if tokens[-1] == end else "blue"
            part = d.box(f"{key}.{len(parts)}", tokens[-1], note=note, color=color, dashed=not kept)
            parts.append(part)
            row.append((before[tokens[:-1]], part, kept, on))
            if kept and tokens[-1] != end:
                kept_here[tokens] = part
        rows.append(row)
        before = kept_here
    wide = max(part.width for part in parts) + gap[0]
    columns = max((len(row) for row in rows), default=1)
    root.at(0, 0)
    y = 0.0
    for row in rows:
        y += max(part.height for _, part, _, _ in row) + gap[1]
        for column, (_, part, _, _) in enumerate(row):
            part.at((column - (columns - 1) / 2) * wide, y)
    for parent, part, kept, on in (entry for row in rows for entry in row):
        look = {"color": "orange" if on else "blue", "width": 3 if on else 1.8} if kept else {}
        d.arrow(parent, part, leave="bottom", enter="top", route="straight", dashed=not kept,
                say=kept, **look)  # fmt: skip
    return Group(key, parts)
