"""Networks drawn from what they are: units with their edges, layers as blocks to scale."""

import itertools
from collections.abc import Callable, Mapping, Sequence

from dlcourse.inspection.summary import Layer
from dlcourse.plotting.diagrams.blocks import side_length
from dlcourse.plotting.diagrams.drawing import Drawing
from dlcourse.plotting.diagrams.parts import Dot, Group, Part

_KINDS = {
    "Conv": "blue", "Linear": "orange", "MaxPool": "green", "AvgPool": "green",
    "AdaptiveAvgPool": "green", "AdaptiveMaxPool": "green", "Inception": "pink",
    "BasicBlock": "pink", "DenseBlock": "pink", "Transition": "gold",
}  # fmt: skip
POINTWISE = (
    "ReLU", "GELU", "SiLU", "Sigmoid", "Tanh", "Dropout", "BatchNorm", "LayerNorm", "Flatten",
    "Identity", "Softmax",
)  # fmt: skip


def units(
    d: Drawing,
    key: str,
    sizes: Sequence[int],
    *,
    dropped: Sequence[tuple[int, int]] = (),
    labels: Sequence[str] = (),
    color: str = "blue",
    gap: tuple[float, float] = (92, 14),
) -> Group:
    """A dense network, a disk for each unit and a line for each weight.

    Args:
        d: the drawing.
        key: begins the keys of layers, ``.0`` for the inputs and so on.
        sizes: units in each layer, inputs first.
        dropped: (layer, unit) of units that dropout left out: empty, and without edges.
        labels: the text below each layer.
        color: of the units.
        gap: between layers and between units of a layer, in CSS pixels.

    Returns:
        The layers, each a group of its units.

    Raises:
        ValueError: a dropped unit that is none.
    """
    gone = set(dropped)
    if lost := [p for p in gone if not (0 <= p[0] < len(sizes) and 0 <= p[1] < sizes[p[0]])]:
        raise ValueError(f"diagrams.units: there is no unit {lost[0]} in layers of {list(sizes)}.")
    layers = []
    for number, size in enumerate(sizes):
        column = [
            d._add(_Unit(f"{key}.{number}.{i}", None if (number, i) in gone else color))
            for i in range(size)
        ]
        layer = d.column(*column, gap=gap[1])
        if layers:
            layer.right_of(layers[-1], gap[0])
        layers.append(layer)
    for number, (before, after) in enumerate(itertools.pairwise(layers)):
        for i, first in enumerate(before.parts):
            for j, second in enumerate(after.parts):
                if (number, i) not in gone and (number + 1, j) not in gone:
                    d.arrow(first, second, route="straight", heads="none", width=0.9, say=False)
    lowest = max(layers, key=lambda layer: layer.bottom)
    for number, text in enumerate(labels):
        label = d.label(f"{key}.{number}", text)
        label.below(lowest, 12).move(layers[number].x - label.x, 0)
    return Group(key, layers)


class _Unit(Dot):
    """A disk; one that is left out is a dashed circle."""

    def __init__(self, key: str, color: str | None):
        super().__init__(key, color, 11)

    def svg(self) -> str:
        from dlcourse.plotting.diagrams.look import fill_color, line_color

        dash = "" if self.color else ' stroke-dasharray="3 3"'
        return (
            f'<circle cx="{self.x:.1f}" cy="{self.y:.1f}" r="11"{dash} stroke-width="1.6"'
            f' style="fill:{fill_color(self.color)};stroke:{line_color(self.color)}"/>'
        )


def layer_chain(
    d: Drawing,
    key: str,
    rows: Sequence[Layer],
    input_size: Sequence[int],
    *,
    skip: Sequence[str] = POINTWISE,
    names: Mapping[str, str] | None = None,
    scale: Callable[[int], float] = side_length,
    gap: float = 30,
    wrap: int | None = None,
) -> Group:
    """A network as a row of blocks, each the output of a layer, to scale.

    Args:
        d: the drawing.
        key: begins the keys ``.0`` (the input), ``.1`` and so on.
        rows: of :func:`dlcourse.inspection.summary.summary`, so that the shapes are the model's.
        input_size: (C, H, W) or (D,) of one example.
        skip: beginnings of kinds that are not drawn, since they change no shape.
        names: the text at a layer by its name or kind in ``rows``; by default its kind.
        scale: from a size to CSS pixels.
        gap: between blocks in CSS pixels.
        wrap: how many blocks a row holds; None for all.

    Returns:
        The blocks, the input first.
    """
    names = dict(names or {})
    drawn = [row for row in rows if not row.kind.startswith(tuple(skip))]
    blocks: list[Part] = [d.tensor(f"{key}.0", input_size, "input", color="gray", scale=scale)]
    for number, row in enumerate(drawn, start=1):
        text = names.get(row.name, names.get(row.kind, row.kind.removesuffix("2d")))
        color = next((c for kind, c in _KINDS.items() if row.kind.startswith(kind)), "gray")
        blocks.append(d.tensor(f"{key}.{number}", row.output_size, text, color=color, scale=scale))
    step = wrap or len(blocks)
    lines = [blocks[i : i + step] for i in range(0, len(blocks), step)]
    above: Group | None = None
    for line in lines:
        d.row(*line, gap=gap)
        here = Group(key, line)
        if above:
            here.below(above, 40, "left")
        above = here
    for before, after in itertools.pairwise(blocks):
        d.arrow(before, after, leave="right", enter="left", say=False)
    return Group(key, blocks)
