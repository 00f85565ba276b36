"""AlexNet, the network that won ImageNet in 2012."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, check_probability, scaled
from dlcourse.models.sizes import map_sizes

CHANNELS = (96, 256, 384, 384, 256)


class AlexNet(nn.Module):
    """Five convolutions, three poolings, three linear layers, with ReLU and dropout.

    As in Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks" (2012), without local response normalization. The paper splits the second,
    fourth and fifth convolution over two GPUs: that is ``groups=2``, with 60,965,224 parameters
    for 1000 classes (62,378,344 with ``groups=1``). ``channels=(64, 192, 384, 256, 256)`` is
    torchvision's AlexNet, down to the names of its weights.

    Args:
        num_classes: Classes V.
        in_channels: Channels C of the images.
        width: Factor of all channels and of the hidden units; 1 is the paper's.
        input_size: Height and width of the images. The first linear layer depends on it.
        channels: Of the five convolutions, before the factor.
        groups: 1, or 2 for the paper's two halves.
        stem: Window, stride and padding of the first convolution. Small images need a smaller
            one: ``(3, 1, 1)``.
        dropout: Probability of zeroing an input of the two hidden linear layers.
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
        channels: Sequence[int] = CHANNELS,
        groups: int = 1,
        stem: tuple[int, int, int] = (11, 4, 2),
        dropout: float = 0.5,
        norm: Callable[[int], nn.Module] | None = None,
    ) -> None:
        numbers = {"num_classes": num_classes, "in_channels": in_channels, "groups": groups}
        check_positive("AlexNet", **numbers, input_size=input_size, channels=channels)
        check_probability("AlexNet", dropout=dropout)
        if len(channels) != 5:
            raise ValueError(f"AlexNet: channels must be five numbers, got {tuple(channels)}.")
        super().__init__()
        self.in_channels, self.input_size = in_channels, input_size
        c1, c2, c3, c4, c5 = (groups * scaled("AlexNet", c / groups, width) for c in channels)
        bias = norm is None  # a normalization subtracts it again

        def conv(n_in: int, n_out: int, *window: int, groups: int = 1) -> list[nn.Module]:
            layers = [nn.Conv2d(n_in, n_out, *window, groups=groups, bias=bias)]
            return [*layers, *([norm(n_out)] if norm else []), nn.ReLU()]

        # Shapes for images of 224×224 and width 1.
        self.features = nn.Sequential(
            *conv(in_channels, c1, *stem),  # (N, 96, 55, 55)
            nn.MaxPool2d(3, 2),  # (N, 96, 27, 27)
            *conv(c1, c2, 5, 1, 2, groups=groups),  # (N, 256, 27, 27)
            nn.MaxPool2d(3, 2),  # (N, 256, 13, 13)
            *conv(c2, c3, 3, 1, 1),  # (N, 384, 13, 13)
            *conv(c3, c4, 3, 1, 1, groups=groups),  # (N, 384, 13, 13)
            *conv(c4, c5, 3, 1, 1, groups=groups),  # (N, 256, 13, 13)
            nn.MaxPool2d(3, 2),  # (N, 256, 6, 6)
        )
        *_, side = map_sizes("AlexNet", self, input_size).values()
        hidden = scaled("AlexNet", 4096, width)
        self.flatten = nn.Flatten()  # (N, 9216)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(c5 * side * side, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, input_size, input_size), float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape.
        """
        check_images("AlexNet", x, self.in_channels, self.input_size)
        return self.classifier(self.flatten(self.features(x)))
