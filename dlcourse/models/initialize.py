"""Starting values for a whole network."""

from collections.abc import Callable

from torch import Tensor, nn

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


def initialize(model: nn.Module, weight: Callable[[Tensor], object]) -> nn.Module:
    """Gives every linear and convolutional layer new weights, and biases of zero.

    Args:
        model: the network, changed in place.
        weight: fills a weight in place, such as ``nn.init.xavier_uniform_`` or
            ``functools.partial(nn.init.normal_, std=0.01)``.

    Returns:
        The model.

    Raises:
        ValueError: it has no linear or convolutional layer.
    """
    layers = [module for module in model.modules() if isinstance(module, WEIGHTED)]
    if not layers:
        raise ValueError("initialize: the model has no linear or convolutional layer.")
    for layer in layers:
        weight(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return model
