"""Densely connected networks."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, scaled


class DenseLayer(nn.Module):
    """Batch norm, ReLU, 3×3 convolution: `growth_rate` new channels from all that came before.

    Args:
        in_channels: Channels of the input.
        growth_rate: Channels of the output.
        bn_size: If given, a 1×1 convolution to bn_size · growth_rate channels comes first (the
            bottleneck of the paper's DenseNet-B).
    """

    def __init__(self, in_channels: int, growth_rate: int, bn_size: int | None = None) -> None:
        super().__init__()
        self.bn_size = bn_size
        self.norm1 = nn.BatchNorm2d(in_channels)
        if bn_size is None:
            self.conv1 = nn.Conv2d(in_channels, growth_rate, 3, padding=1, bias=False)
        else:
            middle = bn_size * growth_rate
            self.conv1 = nn.Conv2d(in_channels, middle, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(middle)
            self.conv2 = nn.Conv2d(middle, growth_rate, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, growth_rate, H, W)."""
        y = self.conv1(self.norm1(x).relu())
        return y if self.bn_size is None else self.conv2(self.norm2(y).relu())


class DenseBlock(nn.Module):
    """Layers each of which sees the outputs of all before it, side by side as channels.

    Args:
        num_layers: L.
        in_channels: C, channels of the input.
        growth_rate: k, channels that each layer adds.
        bn_size: see `DenseLayer`.
    """

    def __init__(
        self, num_layers: int, in_channels: int, growth_rate: int, bn_size: int | None = None
    ) -> None:
        super().__init__()
        for i in range(num_layers):
            layer = DenseLayer(in_channels + i * growth_rate, growth_rate, bn_size)
            self.add_module(f"denselayer{i + 1}", layer)
        self.out_channels = in_channels + num_layers * growth_rate

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C + L k, H, W)."""
        for layer in self.children():
            x = torch.cat([x, layer(x)], dim=1)
        return x


class Transition(nn.Module):
    """Fewer channels by a 1×1 convolution, half the size by 2×2 average pooling.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.pool = nn.AvgPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / 2, W / 2), rounded down."""
        return self.pool(self.conv(self.norm(x).relu()))


class DenseNet(nn.Module):
    """A stem, dense blocks with transitions between them, the channels' means, a linear layer.

    As in Huang et al., "Densely connected convolutional networks" (2017). The default is a small
    one, without bottlenecks; `densenet121` is the paper's. That one has the shapes, and the names
    in its state dict, of torchvision's, so that weights carry over.

    Args:
        growth_rate: k, channels that each layer adds.
        block_config: Layers of each block. A transition halves channels and size between blocks.
        num_init_features: Channels of the stem.
        bn_size: A 1×1 convolution to bn_size · k channels before each 3×3 one; ``None`` for none.
        num_classes: Classes V.
        in_channels: Channels C of the images.
        width: ``growth_rate`` and ``num_init_features`` are multiplied by it.
        small_images: Begin with a 3×3 convolution that keeps the size, in place of a 7×7 one and
            pooling, which divide it by 4.

    Raises:
        ValueError: If a number is not positive, or there is no block.
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: Sequence[int] = (4, 4, 4, 4),
        num_init_features: int = 64,
        bn_size: int | None = None,
        num_classes: int = 1000,
        in_channels: int = 3,
        width: float = 1.0,
        small_images: bool = False,
    ) -> None:
        sizes = {"num_classes": num_classes, "in_channels": in_channels}
        sizes |= {"growth_rate": growth_rate, "num_init_features": num_init_features}
        sizes |= {"block_config": block_config, "bn_size": 1 if bn_size is None else bn_size}
        check_positive("DenseNet", **sizes)
        super().__init__()
        self.in_channels = in_channels
        growth_rate = scaled("DenseNet", growth_rate, width)
        channels = scaled("DenseNet", num_init_features, width)
        if small_images:
            conv, pool = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False), nn.Identity()
        else:
            conv = nn.Conv2d(in_channels, channels, 7, stride=2, padding=3, bias=False)
            pool = nn.MaxPool2d(3, stride=2, padding=1)
        layers = {"conv0": conv, "norm0": nn.BatchNorm2d(channels), "relu0": nn.ReLU()}
        layers["pool0"] = pool
        for i, num_layers in enumerate(block_config, start=1):
            block = DenseBlock(num_layers, channels, growth_rate, bn_size)
            layers[f"denseblock{i}"], channels = block, block.out_channels
            if i < len(block_config):
                layers[f"transition{i}"] = Transition(channels, max(1, channels // 2))
                channels = max(1, channels // 2)
        layers["norm5"] = nn.BatchNorm2d(channels)  # so called by torchvision, for its four blocks
        self.features = nn.Sequential()
        for name, layer in layers.items():
            self.features.add_module(name, layer)
        self.classifier = nn.Linear(channels, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)
        self.least = 2 ** (len(block_config) - 1)  # pixels a side that all transitions can halve
        if not small_images:
            self.least = 4 * self.least - 3  # two strides of 2 round up, so 29 pixels become 8

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, H, W), float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape or is too small for the transitions.
        """
        check_images("DenseNet", x, self.in_channels)
        for name, layer in self.features.named_children():
            if isinstance(layer, Transition) and min(x.shape[2:]) < 2:
                raise ValueError(
                    f"DenseNet: {name} averages over 2×2 pixels, but {x.shape[2]}×{x.shape[3]} "
                    f"are left of the images; give images of at least {self.least}×{self.least}, "
                    "or fewer blocks, or small_images=True."
                )
            x = layer(x)
        return self.classifier(x.relu().mean(dim=(2, 3)))


def densenet121(**options: object) -> DenseNet:
    """DenseNet-121; the options are those of `DenseNet` that do not decide this."""
    return DenseNet(32, (6, 12, 24, 16), 64, 4, **options)
