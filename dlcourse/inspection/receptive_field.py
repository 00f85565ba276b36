"""What a single number of a feature map sees.

Two ways to the same answer: :func:`receptive_field` computes it from kernel sizes, strides and
dilations, :func:`gradient_field` measures it, since an output depends on exactly those pixels for
which its derivative is not zero everywhere. The recursion is that of Araujo, Norris and Sim,
"Computing receptive fields of convolutional neural networks" (Distill, 2019).
"""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dlcourse.models.windows import Window, output_size
from dlcourse.runtime import evaluating

__all__ = [
    "ReceptiveField",
    "Window",
    "extent",
    "gradient_field",
    "output_size",
    "receptive_field",
    "windows",
]
# Each output of these depends on no other place of their input (batch norm: in evaluation mode).
POINTWISE = (
    nn.BatchNorm2d, nn.Dropout, nn.Dropout2d, nn.ELU, nn.GELU, nn.Hardswish, nn.Hardtanh,
    nn.Identity, nn.LeakyReLU, nn.PReLU, nn.ReLU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Tanh,
)  # fmt: skip


def windows(model: nn.Module | Iterable[nn.Module], axis: int = -1) -> list[Window]:
    """The windows of a chain of layers, in the order of their use.

    Args:
        model: an ``nn.Sequential`` (which may hold others) or an iterable of layers: convolutions,
            maximum and average pooling, and layers that work on each place by itself (activations,
            dropout, batch norm), which have no window.
        axis: -2 for the height, -1 for the width.

    Returns:
        A window for each convolution and pooling.

    Raises:
        TypeError: a layer of another kind. A linear layer sees everything: pass what is before it.
        ValueError: another axis.
    """
    if axis not in (-1, -2):
        raise ValueError(f"windows: axis must be -2 (height) or -1 (width), got {axis!r}.")
    if isinstance(model, nn.Module) and not isinstance(model, nn.Sequential):
        model = [model]
    found = []
    for layer in model:
        if isinstance(layer, nn.Sequential):
            found += windows(layer, axis)
        elif isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
            found.append(Window.of(layer, axis))
        elif not isinstance(layer, POINTWISE):
            raise TypeError(
                f"windows: {type(layer).__name__} is neither a convolution nor a pooling nor a "
                "layer that works on each place by itself; pass the chain of layers before it, or "
                "measure with gradient_field."
            )
    return found


class ReceptiveField(NamedTuple):
    """What the outputs of a chain of windows see along one axis, in pixels of its input.

    Output number i sees the pixels ``start + i * stride`` … ``start + i * stride + size - 1``.

    Attributes:
        size: from the first to the last pixel that one output may depend on.
        stride: from one output's first pixel to its neighbor's.
        start: the first pixel of output 0; negative where it lies in the padding.
    """

    size: int
    stride: int
    start: int


def receptive_field(layers: Iterable[Window | tuple[int, ...]]) -> ReceptiveField:
    """Compute the receptive field of a chain of windows along one axis.

    Args:
        layers: first layer first: each a :class:`Window` or a tuple of its numbers,
            ``(kernel_size, stride, padding, dilation)``, of which the last ones may be left out.
            None at all is the identity, which sees one pixel.

    Returns:
        Size, stride and start. The size says how far the field reaches; with dilation, not every
        pixel within it need be seen.

    Raises:
        ValueError: a number is out of range.
    """
    size, stride, start = 1, 1, 0
    for layer in layers:
        window = layer if isinstance(layer, Window) else Window(*layer)
        # Neighboring inputs of this layer are `stride` pixels of the image apart.
        size += (window.span - 1) * stride
        start -= window.padding * stride
        stride *= window.stride
    return ReceptiveField(size, stride, start)


def gradient_field(
    model: nn.Module,
    input_size: tuple[int, int, int],
    position: tuple[int, int] | None = None,
    samples: int = 16,
    seed: int = 0,
) -> Tensor:
    """Measure what one place of a network's output sees, by the gradient.

    The images are normal random numbers. A pixel that no sample's gradient reaches may still be
    seen in other images (a ReLU is closed, a maximum is elsewhere): more samples find more.

    Args:
        model: maps (N, C, H, W) to (N, C', H', W'). It is put into evaluation mode meanwhile;
            its parameters and their ``grad`` stay as they are.
        input_size: (C, H, W).
        position: (row, column) of the output; by default the middle.
        samples: how many random images.
        seed: of the images, and of the mixture of output channels that is differentiated.

    Returns:
        (H, W), on the model's device: the mean size of the derivative at each pixel, 0 where the
        output does not depend on it.

    Raises:
        ValueError: the output is not (N, C', H', W'), or the position lies outside of it.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, *input_size, generator=generator)
    if (weight := next(model.parameters(), None)) is not None:
        x = x.to(weight)
    with evaluating(model), torch.enable_grad():
        output = model(x.requires_grad_())
    if output.ndim != 4:
        raise ValueError(
            f"gradient_field: the output must have shape (N, C, H, W), got {tuple(output.shape)}; "
            "leave out the layers that flatten it."
        )
    row, column = position or (output.shape[2] // 2, output.shape[3] // 2)
    if not (0 <= row < output.shape[2] and 0 <= column < output.shape[3]):
        raise ValueError(
            f"gradient_field: position {(row, column)} lies outside the output's "
            f"{output.shape[2]}×{output.shape[3]} places."
        )
    # Plain sums of the channels might cancel; random mixtures do not.
    mixture = torch.randn(output.shape[:2], generator=generator).to(output)
    (gradient,) = torch.autograd.grad((output[:, :, row, column] * mixture).sum(), x)
    return gradient.abs().mean(dim=(0, 1))


def extent(field: Tensor) -> tuple[int, int]:
    """Height and width of the smallest rectangle that holds all that is not zero in (H, W).

    Raises:
        ValueError: everything is zero, or there are not two dimensions.
    """
    if field.ndim != 2 or not field.any():
        raise ValueError(
            "extent: the field must have shape (H, W) and a place that is not zero, got "
            f"{tuple(field.shape)} with {int((field != 0).sum())} such places."
        )
    sides = []
    for other in (1, 0):
        places = (field != 0).any(dim=other).nonzero()
        sides.append(int(places[-1] - places[0]) + 1)
    return sides[0], sides[1]
