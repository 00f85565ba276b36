"""VGG, networks of repeated blocks."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, check_probability, scaled
from dlcourse.models.sizes import map_sizes

# (convolutions, channels) of each block; 11 = 8 convolutions + 3 linear layers.
VGG11 = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))
VGG16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def vgg_block(
    num_convs: int,
    in_channels: int,
    out_channels: int,
    norm: Callable[[int], nn.Module] | None = None,
) -> nn.Sequential:
    """Padded 3×3 convolutions, each with ReLU, then a pooling that halves height and width.

    Args:
        num_convs: How many convolutions.
        in_channels: Channels that come in.
        out_channels: Channels of every convolution.
        norm: Makes a normalization of C channels, after each convolution; ``None`` for none.

    Returns:
        A module from (N, in_channels, H, W) to (N, out_channels, H // 2, W // 2).

    Raises:
        ValueError: If a number is not a positive whole number.
    """
    check_positive(
        "vgg_block", num_convs=num_convs, in_channels=in_channels, out_channels=out_channels
    )
    layers: list[nn.Module] = []
    for i in range(num_convs):
        channels = in_channels if i == 0 else out_channels
        layers.append(nn.Conv2d(channels, out_channels, 3, padding=1, bias=norm is None))
        layers += [norm(out_channels)] if norm else []
        layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.MaxPool2d(2, 2))


class VGG(nn.Module):
    """A chain of `vgg_block`s and three linear layers.

    As in Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
    recognition" (2015). The default is VGG-11 (their network A) with 132,863,336 parameters for
    1000 classes; ``blocks=vgg.VGG16`` is their D with 138,357,544. The names of the weights are
    torchvision's.

    Args:
        num_classes: Classes V.
        in_channels: Channels C of the images.
        width: Factor of all channels and of the hidden units; 1 is the paper's.
        input_size: Height and width of the images. The first linear layer depends on it.
        blocks: Pairs (number of convolutions, channels before the factor).
        dropout: Probability of zeroing a hidden unit of the linear layers.
        norm: Makes a normalization of C channels, after each convolution; ``None`` for none.

    Raises:
        ValueError: If a number is out of range, or the images are too small; the message names
            the layer and the sizes.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        in_channels: int = 3,
        width: float = 1.0,
        input_size: int = 224,
        blocks: Sequence[tuple[int, int]] = VGG11,
        dropout: float = 0.5,
        norm: Callable[[int], nn.Module] | None = None,
    ) -> None:
        check_positive(
            "VGG", num_classes=num_classes, in_channels=in_channels, input_size=input_size
        )
        check_probability("VGG", dropout=dropout)
        if not blocks:
            raise ValueError("VGG: blocks must hold at least one pair (convolutions, channels).")
        super().__init__()
        self.in_channels, self.input_size = in_channels, input_size
        layers: list[nn.Module] = []
        channels = in_channels
        for num_convs, out_channels in blocks:
            out_channels = scaled("VGG", out_channels, width)
            layers += vgg_block(num_convs, channels, out_channels, norm)
            channels = out_channels
        self.features = nn.Sequential(*layers)  # one flat chain, for torchvision's names
        *_, side = map_sizes("VGG", self, input_size).values()
        hidden = scaled("VGG", 4096, width)
        self.flatten = nn.Flatten()  # (N, 25088) for images of 224×224
        self.classifier = nn.Sequential(
            nn.Linear(channels * side * side, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, input_size, input_size), float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape.
        """
        check_images("VGG", x, self.in_channels, self.input_size)
        return self.classifier(self.flatten(self.features(x)))
