"""A look inside a network: how large its signals are, layer by layer."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.models.initialize import WEIGHTED


@dataclass(frozen=True)
class LayerNorms:
    """Sizes of the signals in one pass forward and back, a number for each weighted layer.

    Attributes:
        names: of the layers, as in ``model.named_modules()``, in the order of their use.
        outputs: root mean square of each layer's output, before any activation.
        output_gradients: root mean square of the loss's gradient with respect to that output.
        weight_gradients: norm (root of the sum of squares) of the gradient of each layer's weight.
    """

    names: list[str]
    outputs: list[float]
    output_gradients: list[float]
    weight_gradients: list[float]


def layer_norms(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
) -> LayerNorms:
    """One forward and one backward pass, measured at every linear and convolutional layer.

    The model's mode is the caller's; its parameters and their ``grad`` stay as they are.

    Args:
        model: the network; each weighted layer may be used once in a pass.
        x: a batch, on the model's device.
        y: its targets.
        loss: a function (output, y) that returns one number.

    Returns:
        The sizes; 0.0 means that a signal has ended, or underflowed in the model's dtype.

    Raises:
        ValueError: the pass uses no linear or convolutional layer, or one of them twice.
    """
    layers = {m: n for n, m in model.named_modules() if isinstance(m, WEIGHTED)}
    sizes: dict[nn.Module, float] = {}
    gradient_sizes: dict[nn.Module, float] = {}

    def keep(layer: nn.Module, _: tuple, output: Tensor) -> None:
        if layer in sizes:
            raise ValueError(f"layer_norms: the layer {layers[layer]!r} is used twice in a pass.")
        sizes[layer] = rms(output)
        # Called in the backward pass, with the gradient of the output as it is now: an activation
        # that works in place changes nothing.
        output.register_hook(lambda gradient: gradient_sizes.update({layer: rms(gradient)}))

    handles = [layer.register_forward_hook(keep) for layer in layers]
    try:
        value = loss(model(x), y)
    finally:
        for handle in handles:
            handle.remove()
    if not sizes:
        raise ValueError("layer_norms: the model used no linear or convolutional layer.")
    # autograd.grad, unlike backward(), leaves every parameter's .grad alone.
    weights = [layer.weight for layer in sizes]
    gradients = torch.autograd.grad(value, weights, materialize_grads=True)
    return LayerNorms(
        names=[layers[layer] for layer in sizes],
        outputs=list(sizes.values()),
        output_gradients=[gradient_sizes.get(layer, 0.0) for layer in sizes],
        weight_gradients=[gradient.double().norm().item() for gradient in gradients],
    )


def rms(x: Tensor) -> float:
    """The root mean square of all elements, in float64: squares of small numbers underflow."""
    return x.detach().double().square().mean().sqrt().item()
