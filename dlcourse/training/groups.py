"""Parameter groups for an optimizer."""

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
