"""A network layer by layer: the shape of each output, parameters, multiply-adds."""

from collections.abc import Sequence
from itertools import chain
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dlcourse.models.initialize import WEIGHTED
from dlcourse.runtime import evaluating


class Layer(NamedTuple):
    """One layer's row.

    Attributes:
        name: as in ``model.named_modules()``; the model's own class for the model itself.
        kind: the layer's class.
        output_size: the shape of its output for one example, without N: (C, H, W) or (D,).
        parameters: how many it holds, frozen ones included. Parameters that layers share count
            once, at their first use.
        multiply_adds: of one example's forward pass. As is usual, those of convolutional and linear
            layers; biases, activations, pooling and normalization count 0.
    """

    name: str
    kind: str
    output_size: tuple[int, ...]
    parameters: int
    multiply_adds: int


def summary(model: nn.Module, input_size: Sequence[int]) -> list[Layer]:
    """The layers that one example passes through, in the order in which they finish.

    A layer is a module without modules inside, or one that holds parameters of its own; one that is
    used twice has two rows. What a model computes without a module, such as ``F.relu`` or
    ``torch.cat``, has none. The pass runs in evaluation mode without gradients, on the model's
    device, also on "meta", which computes shapes only; the model stays as it is.

    Args:
        model: for images or any other floating-point input.
        input_size: the shape of one example, without N, such as (1, 28, 28).

    Raises:
        ValueError: a size that is not a positive whole number.
        TypeError: a layer with an output other than one tensor, or one that holds a matrix of
            weights but is neither convolutional nor linear, so that its cost is unknown.
    """
    sizes = tuple(input_size)
    if not sizes or any(isinstance(s, bool) or not isinstance(s, int) or s < 1 for s in sizes):
        raise ValueError(
            "summary: input_size must hold positive whole numbers, such as (1, 28, 28), "
            f"got {sizes}."
        )
    rows: list[Layer] = []
    counted: set[nn.Parameter] = set()

    def add(module: nn.Module, _: tuple, output: Tensor) -> None:
        name = names[module] or type(module).__name__
        if not isinstance(output, Tensor):
            raise TypeError(
                f"summary: the layer {name!r} returns {type(output).__name__}, not one tensor."
            )
        own = [p for p in module.parameters(recurse=False) if p not in counted]
        counted.update(own)
        rows.append(
            Layer(
                name,
                type(module).__name__,
                tuple(output.shape[1:]),
                sum(p.numel() for p in own),
                _multiply_adds(module, name, output),
            )
        )

    names = {module: name for name, module in model.named_modules()}
    handles = [
        module.register_forward_hook(add)
        for module in names
        if next(module.children(), None) is None
        or next(module.parameters(recurse=False), None) is not None
    ]
    try:
        # A batch of one has no statistics, and must not enter the running ones.
        with evaluating(model), torch.no_grad():
            model(_zeros_for(model, (1, *sizes)))
    finally:
        for handle in handles:
            handle.remove()
    return rows


def stages(
    model: nn.Module, input_size: Sequence[int], whole: tuple[type[nn.Module], ...]
) -> list[Layer]:
    """As :func:`summary`, with modules of some classes in one row each.

    Args:
        model: for images or any other floating-point input.
        input_size: the shape of one example, without N.
        whole: classes whose modules count as one layer, such as a block of several branches. A row
            has the block's output and the sums of what is in it.

    Raises:
        ValueError: a size that is not a positive whole number.
        TypeError: as for :func:`summary`; or a block with an output other than one tensor.
    """
    names = {module: name for name, module in model.named_modules() if isinstance(module, whole)}
    sizes: dict[str, tuple[int, ...]] = {}

    def note(module: nn.Module, _: tuple, output: Tensor) -> None:
        if not isinstance(output, Tensor):
            raise TypeError(f"stages: the block {names[module]!r} does not return one tensor.")
        sizes[names[module]] = tuple(output.shape[1:])

    handles = [module.register_forward_hook(note) for module in names]
    try:
        rows = summary(model, input_size)
    finally:
        for handle in handles:
            handle.remove()
    found: list[Layer] = []
    for row in rows:
        inside = next((n for n in names.values() if n and row.name.startswith(f"{n}.")), None)
        if inside is None:
            found.append(row)
        elif not any(entry.name == inside for entry in found):
            parts = [part for part in rows if part.name.startswith(f"{inside}.")]
            kind = type(model.get_submodule(inside)).__name__
            found.append(total(parts)._replace(name=inside, kind=kind, output_size=sizes[inside]))
    return found


def total(layers: Sequence[Layer]) -> Layer:
    """One row for all: the sums, with the output of the last layer.

    Raises:
        ValueError: there is no layer.
    """
    if not layers:
        raise ValueError("total: there is no layer to add up.")
    return Layer(
        "total",
        "",
        layers[-1].output_size,
        sum(layer.parameters for layer in layers),
        sum(layer.multiply_adds for layer in layers),
    )


def table(layers: Sequence[Layer]) -> str:
    """The rows and their total as text in columns, to print."""
    head = ("layer", "kind", "output", "parameters", "multiply-adds")
    cells = [head] + [
        (
            row.name,
            row.kind,
            "×".join(map(str, row.output_size)),
            f"{row.parameters:,}",
            f"{row.multiply_adds:,}",
        )
        for row in [*layers, total(layers)]
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 3 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    )


def _multiply_adds(module: nn.Module, name: str, output: Tensor) -> int:
    if isinstance(module, WEIGHTED):
        # Each number of the output is a sum of as many products as one output has weights.
        return output.numel() * module.weight[0].numel()
    for parameter in module.parameters(recurse=False):
        if prod(parameter.shape) > max(parameter.shape, default=1):  # more than a vector
            raise TypeError(
                f"summary: the layer {name!r} of kind {type(module).__name__} holds weights of "
                f"shape {tuple(parameter.shape)}, but its multiply-adds are known for "
                f"{', '.join(kind.__name__ for kind in WEIGHTED)} only."
            )
    return 0


def _zeros_for(model: nn.Module, size: tuple[int, ...]) -> Tensor:
    """A batch of zeros where the model is, in its dtype."""
    like = next(
        (t for t in chain(model.parameters(), model.buffers()) if t.is_floating_point()),
        torch.empty(0),
    )
    return torch.zeros(size, dtype=like.dtype, device=like.device)
