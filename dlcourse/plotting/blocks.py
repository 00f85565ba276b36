"""Building blocks of networks, as boxes that data pass from the top to the bottom."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dlcourse.plotting.figure import INK, MUTED, PALETTE, WIDE, Figure, check_alt, style

_ROW, _TOP, _BOTTOM = 46, 42, 40  # CSS pixels: from box to box, above the first, below the last
_FILLS = ("#E3F0F8", "#FBE9DA", "#DDF1EA", "#F3E3EC")


def block_diagram(
    blocks: Mapping[str, Sequence[Sequence[str]]],
    *,
    alt: str,
    join: str = "stack channels",
) -> Figure:
    """Draw blocks beside each other, each with one branch or several side by side.

    Args:
        blocks: from a block's title to its branches; a branch is the texts of its boxes in the
            order in which data pass them. Boxes that end in the same word have the
            same color.
        alt: alternative text that states what the figure shows.
        join: the text of the box in which several branches meet.

    Returns:
        A figure; its table has a row for each box: ``block``, ``branch``, ``step``, ``text``.

    Raises:
        ValueError: no block, a block without branches, or an empty branch.
    """
    check_alt(alt, "block_diagram")
    if not blocks:
        raise ValueError("block_diagram: there is no block to draw.")
    for title, branches in blocks.items():
        if isinstance(branches, str) or not branches:
            raise ValueError(f"block_diagram: blocks[{title!r}] must be a list of branches.")
        if any(isinstance(branch, str) or not branch for branch in branches):
            raise ValueError(
                f"block_diagram: each branch of {title!r} must be a list of at least one text."
            )
    cells = [
        (title, number, step, text)
        for title, branches in blocks.items()
        for number, branch in enumerate(branches)
        for step, text in enumerate(branch)
    ]
    columns = dict(zip(("block", "branch", "step", "text"), zip(*cells, strict=True), strict=True))
    kinds = list(dict.fromkeys(text.split()[-1] for *_, text in cells))
    # Rows: the longest branch, and one more where branches meet.
    depth = max(max(map(len, branches)) + (len(branches) > 1) for branches in blocks.values())
    count = sum(map(len, blocks.values())) + 0.35 * (len(blocks) - 1)
    figure = Figure(alt, (WIDE, _TOP + _ROW * depth + _BOTTOM), columns, "block_diagram")
    with style(WIDE):
        figure.set_layout_engine("none")  # nothing to lay out, and texts would move it
        axes = figure.add_axes((0.005, 0.005, 0.99, 0.99))
        axes.set_axis_off()
        axes.set(xlim=(-0.5, count - 0.5), ylim=(depth + 0.25, -1.25))
        left = 0.0
        for title, branches in blocks.items():
            _block(axes, left, title, branches, depth, join, kinds)
            left += len(branches) + 0.35
    return figure


def _block(
    axes: Axes,
    left: float,
    title: str,
    branches: Sequence[Sequence[str]],
    depth: int,
    join: str,
    kinds: list[str],
) -> None:
    middle = left + (len(branches) - 1) / 2
    several = len(branches) > 1
    last = max(map(len, branches)) - 1 + several
    axes.text(middle, -1.1, title, ha="center", va="center", weight="bold", color=INK)
    for number, branch in enumerate(branches):
        x = left + number
        _arrow(axes, (middle, -0.85), (x, -0.33))
        for step, text in enumerate(branch):
            fill = _FILLS[kinds.index(text.split()[-1]) % len(_FILLS)]
            _box(axes, x, step, text, fill)
            if step:
                _arrow(axes, (x, step - 0.67), (x, step - 0.33))
        if several:
            _arrow(axes, (x, len(branch) - 0.67), (x, last - 0.33))
    if several:
        axes.add_patch(_rectangle(left - 0.44, last - 0.3, len(branches) - 0.12, 0.6, "#EEEEEE"))
        axes.text(middle, last, join, ha="center", va="center", fontsize="small", color=INK)
    _arrow(axes, (middle, last + 0.33), (middle, last + 0.85))


def _box(axes: Axes, x: float, y: float, text: str, fill: str) -> None:
    axes.add_patch(_rectangle(x - 0.44, y - 0.3, 0.88, 0.6, fill))
    axes.text(x, y, text, ha="center", va="center", fontsize="small", color=INK)


def _rectangle(x: float, y: float, width: float, height: float, fill: str) -> Rectangle:
    return Rectangle((x, y), width, height, facecolor=fill, edgecolor=PALETTE[0], lw=1.0, zorder=3)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start,
        arrowprops={"arrowstyle": "-|>", "color": MUTED, "lw": 1.1, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
