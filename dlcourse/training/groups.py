"""Parameter groups for an optimizer."""

import math
from collections.abc import Sequence

from torch import nn


def two_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Parameter groups for ``torch.optim``: weights may decay, biases do not.

    Args:
        model: the network; a parameter with one axis (a bias, a normalization's scale) is spared.
        weight_decay: of all parameters with two axes or more, at least 0.

    Returns:
        Two groups, weights and biases; one of them may be empty.

    Raises:
        ValueError: ``weight_decay`` is negative.
    """
    if not weight_decay >= 0:
        raise ValueError(f"two_groups: weight_decay must be 0 or more, got {weight_decay}.")
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim <= 1]
    return [
        {"params": weights, "weight_decay": weight_decay},
        {"params": biases, "weight_decay": 0.0},
    ]


def rates_by_depth(parts: Sequence[nn.Module], lr: float, decay: float) -> list[dict]:
    """Parameter groups for ``torch.optim``: the nearer to the input, the smaller the rate.

    Args:
        parts: modules from the input to the output, without a parameter in common.
        lr: the learning rate of the last part.
        decay: factor in (0, 1] from each part to the one before it.

    Returns:
        A group for each part in which something is to be trained, from the input to the output.

    Raises:
        ValueError: a number is out of range, a parameter is in two parts, or nothing is to be
            trained.
    """
    if not 0 < lr < math.inf:
        raise ValueError(f"rates_by_depth: lr must be a positive number, got {lr}.")
    if not 0 < decay <= 1:
        raise ValueError(f"rates_by_depth: decay must lie in (0, 1], got {decay}.")
    groups, seen = [], set()
    for distance, part in zip(reversed(range(len(parts))), parts, strict=True):
        parameters = list(part.parameters())
        if not seen.isdisjoint(map(id, parameters)):
            raise ValueError(
                f"rates_by_depth: part {len(parts) - distance} holds a parameter of a part before "
                "it; a parameter has one rate."
            )
        seen.update(map(id, parameters))
        trained = [p for p in parameters if p.requires_grad]
        if trained:
            groups.append({"params": trained, "lr": lr * decay**distance})
    if not groups:
        raise ValueError("rates_by_depth: no parameter of the parts is to be trained.")
    return groups
