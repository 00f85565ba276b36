"""What convolutional networks share: widths, sizes of maps, and images refused by name.

The sizes are computed, not tried, so that a network can say before its first product which layer
an image is too small for.
"""

from torch import nn

from dlcourse.models.windows import Window

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
            window = Window.of(layer)
            if not window.fits(size):
                kernel, padding = window.kernel_size, window.padding
                least = smallest_image(model)
                raise ValueError(
                    f"{owner}: an image of {image}×{image} is too small. It reaches {name} "
                    f"({type(layer).__name__}, window {kernel}×{kernel}, padding {padding}) as "
                    f"maps of {size}×{size}; the smallest image is {least}×{least}."
                )
            sizes[name] = size = window.output_size(size)
    return sizes


def smallest_image(model: nn.Module, limit: int = 4096) -> int:
    """The side of the smallest square image that passes every window of a network, in pixels.

    Raises:
        ValueError: not even an image of ``limit`` pixels does.
    """
    windows = [Window.of(layer) for layer in model.modules() if isinstance(layer, WINDOWED)]
    low, high = 1, limit + 1
    while low < high:  # a larger image never makes a smaller map, so halving finds it
        middle = size = (low + high) // 2
        for window in windows:
            size = window.output_size(size) if size and window.fits(size) else 0
        low, high = (low, middle) if size > 0 else (middle + 1, high)
    if low > limit:
        raise ValueError(f"smallest_image: {limit}×{limit} pixels are too few for this network.")
    return low
