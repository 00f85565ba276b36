"""NiN, a network in a network, without linear layers."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, check_probability, scaled
from dlcourse.models.sizes import map_sizes, smallest_image

# (channels, window, stride, padding) of each block before the last; channels are one number for
# all three convolutions of a block, or three numbers.
Block = tuple[int | tuple[int, int, int], int, int, int]
IMAGENET: Sequence[Block] = ((96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1))
CIFAR10: Sequence[Block] = (((192, 160, 96), 5, 1, 2), (192, 5, 1, 2))


def nin_block(
    in_channels: int,
    out_channels: int | tuple[int, int, int],
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    norm: Callable[[int], nn.Module] | None = None,
    final_relu: bool = True,
) -> nn.Sequential:
    """A convolution and two 1×1 convolutions, each with ReLU: a small MLP at every pixel.

    Args:
        in_channels: Channels that come in.
        out_channels: Channels of all three convolutions, or of each.
        kernel_size: Side of the first convolution's window.
        stride: Of the first convolution.
        padding: Of the first convolution.
        norm: Makes a normalization of C channels, after each convolution; ``None`` for none.
        final_relu: Whether the third convolution has a ReLU too.

    Returns:
        A module from (N, in_channels, H, W) to (N, the last of out_channels, H', W').

    Raises:
        ValueError: If a number is out of range.
    """
    channels = (out_channels,) * 3 if isinstance(out_channels, int) else tuple(out_channels)
    if len(channels) != 3:
        raise ValueError(f"nin_block: out_channels must be one or three numbers, got {channels}.")
    check_positive("nin_block", in_channels=in_channels, out_channels=channels)
    check_positive("nin_block", kernel_size=kernel_size, stride=stride)
    layers: list[nn.Module] = []
    for i, n_out in enumerate(channels):
        window = (kernel_size, stride, padding) if i == 0 else (1,)
        layers.append(nn.Conv2d(in_channels, n_out, *window, bias=norm is None))
        if i < 2 or final_relu:
            layers += [*([norm(n_out)] if norm else []), nn.ReLU()]
        in_channels = n_out
    return nn.Sequential(*layers)


class NiN(nn.Module):
    """Blocks of a convolution and two 1×1 convolutions; the last has a map for each class.

    After Lin, Chen and Yan, "Network in network" (2014). ``NiN(10, blocks=nin.CIFAR10,
    last_channels=192)`` is the paper's network for CIFAR-10 with 966,986 parameters; the default
    has the windows of AlexNet, as the authors' network for ImageNet. A class's score is the mean
    of its map, so images may have any size that reaches the last block.

    Args:
        num_classes: Classes V.
        in_channels: Channels C of the images.
        width: Factor of all channels but the last ones.
        blocks: (channels before the factor, window, stride, padding) of each block but the last;
            a 3×3 pooling of stride 2 follows each.
        last_channels: Channels of the first two convolutions of the last block, before the
            factor; ``None`` for the number of classes.
        dropout: Probability of zeroing an input of the last block.
        norm: Makes a normalization of C channels, after each convolution; ``None`` for none.
        final_relu: Whether the maps of the classes pass a ReLU before their mean is taken, as in
            the paper; no score is then below zero. With a norm the last maps are not normalized
            without it.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        in_channels: int = 3,
        width: float = 1.0,
        blocks: Sequence[Block] = IMAGENET,
        last_channels: int | None = None,
        dropout: float = 0.5,
        norm: Callable[[int], nn.Module] | None = None,
        final_relu: bool = True,
    ) -> None:
        check_positive("NiN", num_classes=num_classes, in_channels=in_channels)
        check_probability("NiN", dropout=dropout)
        super().__init__()
        self.in_channels = in_channels
        layers: list[nn.Module] = []
        channels = in_channels
        for out_channels, *window in blocks:
            triple = (out_channels,) * 3 if isinstance(out_channels, int) else out_channels
            triple = tuple(scaled("NiN", c, width) for c in triple)
            layers += [nin_block(channels, triple, *window, norm=norm), nn.MaxPool2d(3, 2)]
            channels = triple[-1]
        last = num_classes if last_channels is None else scaled("NiN", last_channels, width)
        self.features = nn.Sequential(
            *layers,
            nn.Dropout(dropout),
            nin_block(channels, (last, last, num_classes), 3, 1, 1, norm, final_relu),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)  # (N, V, 1, 1)
        self.flatten = nn.Flatten()  # (N, V)
        self.smallest_image = smallest_image(self)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, H, W), float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape, or is too small for a layer.
        """
        check_images("NiN", x, self.in_channels)
        if min(x.shape[2:]) < self.smallest_image:
            map_sizes("NiN", self, min(x.shape[2:]))
        return self.flatten(self.avgpool(self.features(x)))
