"""GoogLeNet, a network of parallel branches."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, check_probability, scaled
from dlcourse.models.sizes import map_sizes, smallest_image

Norm = Callable[[int], nn.Module]

# Channels of the branches, in the order of `Inception`'s arguments (Szegedy et al. 2015, table 1).
INCEPTIONS = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}


class BasicConv2d(nn.Sequential):
    """A convolution, a normalization if wanted, and ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, norm: Norm | None = None, **window: int
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=norm is None, **window)
        if norm is not None:
            self.bn = norm(out_channels)
        self.relu = nn.ReLU()


class Inception(nn.Module):
    """Four branches that look at the same maps, their outputs stacked over channels.

    From (N, in_channels, H, W) to (N, ch1x1 + ch3x3 + ch5x5 + pool_proj, H, W).

    Args:
        in_channels: Channels that come in.
        ch1x1: Channels of the 1×1 convolution that is the first branch.
        ch3x3red: Channels to which a 1×1 convolution reduces the second branch's input.
        ch3x3: Channels of its 3×3 convolution.
        ch5x5red: Channels to which a 1×1 convolution reduces the third branch's input.
        ch5x5: Channels of its 5×5 convolution.
        pool_proj: Channels of the 1×1 convolution after the pooling of the fourth branch.
        norm: Makes a normalization of C channels, after each convolution; ``None`` for none.

    Raises:
        ValueError: If a number is not a positive whole number.
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
        norm: Norm | None = None,
    ) -> None:
        check_positive("Inception", in_channels=in_channels, ch1x1=ch1x1, ch3x3red=ch3x3red)
        check_positive("Inception", ch3x3=ch3x3, ch5x5red=ch5x5red, ch5x5=ch5x5)
        check_positive("Inception", pool_proj=pool_proj)
        super().__init__()
        self.branch1 = BasicConv2d(in_channels, ch1x1, norm, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv2d(in_channels, ch3x3red, norm, kernel_size=1),
            BasicConv2d(ch3x3red, ch3x3, norm, kernel_size=3, padding=1),
        )
        self.branch3 = nn.Sequential(
            BasicConv2d(in_channels, ch5x5red, norm, kernel_size=1),
            BasicConv2d(ch5x5red, ch5x5, norm, kernel_size=5, padding=2),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1),
            BasicConv2d(in_channels, pool_proj, norm, kernel_size=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """All branches' maps of x (N, in_channels, H, W), side by side in dimension 1."""
        return torch.cat([branch(x) for branch in self.children()], dim=1)


class GoogLeNet(nn.Module):
    """A stem, nine `Inception` modules, global average pooling and one linear layer.

    As in Szegedy et al., "Going deeper with convolutions" (2015), without local response
    normalization and without the two auxiliary classifiers, which serve training only: 6,998,552
    parameters for 1000 classes. Torchvision's has batch normalization
    (``norm=functools.partial(nn.BatchNorm2d, eps=0.001)``), 3×3 windows where the paper has 5×5,
    and a window of 2 in its last pooling; the names of the weights are the same. Images may have
    any size that reaches the end.

    Args:
        num_classes: Classes V.
        in_channels: Channels C of the images.
        width: Factor of all channels; 1 is the paper's.
        stem: Window, stride and padding of the first convolution. Small images need a smaller
            one: ``(3, 1, 1)``.
        dropout: Probability of zeroing an input of the linear layer.
        norm: Makes a normalization of C channels, after each convolution; ``None`` for none.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        in_channels: int = 3,
        width: float = 1.0,
        stem: tuple[int, int, int] = (7, 2, 3),
        dropout: float = 0.4,
        norm: Norm | None = None,
    ) -> None:
        check_positive("GoogLeNet", num_classes=num_classes, in_channels=in_channels)
        check_probability("GoogLeNet", dropout=dropout)
        super().__init__()
        self.in_channels = in_channels
        c1, channels = scaled("GoogLeNet", 64, width), scaled("GoogLeNet", 192, width)
        window = dict(zip(("kernel_size", "stride", "padding"), stem, strict=True))
        # Shapes for images of 224×224 and width 1.
        self.conv1 = BasicConv2d(in_channels, c1, norm, **window)  # (N, 64, 112, 112)
        self.maxpool1 = nn.MaxPool2d(3, 2, ceil_mode=True)  # (N, 64, 56, 56)
        self.conv2 = BasicConv2d(c1, c1, norm, kernel_size=1)  # (N, 64, 56, 56)
        self.conv3 = BasicConv2d(c1, channels, norm, kernel_size=3, padding=1)  # 192 channels
        self.maxpool2 = nn.MaxPool2d(3, 2, ceil_mode=True)  # (N, 192, 28, 28)
        for name, branches in INCEPTIONS.items():
            if name in ("inception4a", "inception5a"):  # to (N, 480, 14, 14), (N, 832, 7, 7)
                pool = nn.MaxPool2d(3, 2, ceil_mode=True)
                self.add_module("maxpool3" if name == "inception4a" else "maxpool4", pool)
            widths = [scaled("GoogLeNet", c, width) for c in branches]
            self.add_module(name, Inception(channels, *widths, norm=norm))
            channels = widths[0] + widths[2] + widths[4] + widths[5]
        self.avgpool = nn.AdaptiveAvgPool2d(1)  # (N, 1024, 1, 1)
        self.flatten = nn.Flatten()  # (N, 1024)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(channels, num_classes)
        self.smallest_image = smallest_image(self)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, H, W), float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape, or is too small for a layer.
        """
        check_images("GoogLeNet", x, self.in_channels)
        if min(x.shape[2:]) < self.smallest_image:
            map_sizes("GoogLeNet", self, min(x.shape[2:]))
        for layer in self.children():
            x = layer(x)
        return x
