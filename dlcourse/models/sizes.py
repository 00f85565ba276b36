"""What convolutional networks share: widths, sizes of maps, and images refused by name.

The sizes are computed, not tried, so that a network can say before its first product which layer
an image is too small for.
"""

from torch import nn

WINDOWED = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)


def map_sizes(owner: str, model: nn.Module, image: int) -> dict[str, int]:
    """The side of the maps after each convolution and pooling of a network.

    The layers are taken in their order in ``model.named_modules()``. So this holds for a network
    that is one chain, and for branches beside each other if each leaves the size as it was.

    Args:
        owner: the network's name, for the message.
        model: the network, or the part of it with convolutions and poolings.
        image: side of the square image, in pixels.

    Returns:
        Sides in pixels, by the layer's name.

    Raises:
        ValueError: a layer's window does not fit its padded input; the message names layer and
            sizes.
    """
    sizes, size = {}, image
    for name, layer in model.named_modules():
        if isinstance(layer, WINDOWED):
            after = _output_size(layer, size)
            if after < 1:
                kernel, padding = _side(layer.kernel_size), _side(layer.padding)
                least = smallest_image(model)
                raise ValueError(
                    f"{owner}: an image of {image}×{image} is too small. It reaches {name} "
                    f"({type(layer).__name__}, window {kernel}×{kernel}, padding {padding}) as "
                    f"maps of {size}×{size}; the smallest image is {least}×{least}."
                )
            sizes[name] = size = after
    return sizes


def smallest_image(model: nn.Module, limit: int = 4096) -> int:
    """The side of the smallest square image that passes every window of a network, in pixels.

    Raises:
        ValueError: not even an image of ``limit`` pixels does.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, WINDOWED)]
    low, high = 1, limit + 1
    while low < high:  # a larger image never makes a smaller map, so halving finds it
        middle = size = (low + high) // 2
        for layer in layers:
            size = _output_size(layer, size) if size > 0 else 0
        low, high = (low, middle) if size > 0 else (middle + 1, high)
    if low > limit:
        raise ValueError(f"smallest_image: {limit}×{limit} pixels are too few for this network.")
    return low


def _output_size(layer: nn.Module, size: int) -> int:
    """The side after a layer; below 1 if its window does not fit."""
    kernel, stride, padding = (
        _side(getattr(layer, p)) for p in ("kernel_size", "stride", "padding")
    )
    room = size + 2 * padding - _side(getattr(layer, "dilation", 1)) * (kernel - 1) - 1
    if not getattr(layer, "ceil_mode", False):
        return room // stride + 1 if room >= 0 else 0
    # Rounding up takes in a last window that sticks out, unless it begins beyond the image.
    after = -(-room // stride) + 1
    return after - 1 if (after - 1) * stride >= size + padding else after


def _side(value: int | tuple[int, int]) -> int:
    return value if isinstance(value, int) else value[0]
