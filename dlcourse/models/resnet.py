"""Residual networks, and the plain ones that they are compared with."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, scaled

Norm = Callable[[int], nn.Module]


class BasicBlock(nn.Module):
    """Two 3×3 convolutions whose result is added to the input: relu(f(x) + x).

    Where the result has other channels or another size than x, a 1×1 convolution with the same
    stride brings x into that shape first. As in He et al., "Deep residual learning for image
    recognition" (2016), §3.3, and `torchvision.models.resnet.BasicBlock`.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        stride: Of the first convolution (and of the 1×1 one).
        norm: Makes the normalization after a convolution from its channels; ``None`` for none.
        shortcut: Whether x is added; without it, this is two plain layers.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        norm: Norm | None = nn.BatchNorm2d,
        shortcut: bool = True,
    ) -> None:
        super().__init__()
        self.conv1 = _conv(in_channels, out_channels, 3, stride, norm)
        self.bn1 = _norm(norm, out_channels)
        self.conv2 = _conv(out_channels, out_channels, 3, 1, norm)
        self.bn2 = _norm(norm, out_channels)
        self.shortcut = shortcut
        self.downsample = None
        if shortcut and (stride != 1 or in_channels != out_channels):
            self.downsample = nn.Sequential(
                _conv(in_channels, out_channels, 1, stride, norm), _norm(norm, out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / stride, W / stride), rounded up."""
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y))
        if self.shortcut:
            y = y + (x if self.downsample is None else self.downsample(x))
        return y.relu()


class ResNet(nn.Module):
    """A stem, four stages of `BasicBlock`, the mean over each channel, one linear layer.

    It has the shapes, and the names in its state dict, of torchvision's ResNet of basic blocks, so
    that weights carry over.

    Args:
        layers: Blocks of each stage; every stage but the first halves the image. The stages have
            64, 128, 256, … channels.
        num_classes: Classes V.
        in_channels: Channels C of the images.
        width: All numbers of channels are multiplied by it.
        norm: Makes the normalization after a convolution from its channels; ``None`` for none.
        shortcuts: ``False`` leaves them out, which gives the plain network of the same depth.
        small_images: Begin with a 3×3 convolution that keeps the size, as the paper does for
            32×32 images (§4.2), in place of a 7×7 one and pooling, which divide it by 4.

    Raises:
        ValueError: If a number is not positive, or there is no stage.
    """

    def __init__(
        self,
        layers: Sequence[int] = (2, 2, 2, 2),
        num_classes: int = 1000,
        in_channels: int = 3,
        width: float = 1.0,
        norm: Norm | None = nn.BatchNorm2d,
        shortcuts: bool = True,
        small_images: bool = False,
    ) -> None:
        check_positive("ResNet", num_classes=num_classes, in_channels=in_channels, layers=layers)
        super().__init__()
        self.in_channels = in_channels
        channels = scaled("ResNet", 64, width)
        if small_images:
            self.conv1 = _conv(in_channels, channels, 3, 1, norm)
        else:
            self.conv1 = _conv(in_channels, channels, 7, 2, norm)
        self.bn1 = _norm(norm, channels)
        self.maxpool = nn.Identity() if small_images else nn.MaxPool2d(3, stride=2, padding=1)
        self.stages = len(layers)
        for stage, blocks in enumerate(layers):
            before, channels = channels, scaled("ResNet", 64 * 2**stage, width)
            first = BasicBlock(before, channels, 1 if stage == 0 else 2, norm, shortcuts)
            others = [BasicBlock(channels, channels, 1, norm, shortcuts) for _ in range(1, blocks)]
            self.add_module(f"layer{stage + 1}", nn.Sequential(first, *others))
        self.fc = nn.Linear(channels, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, H, W), float, of any size.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape.
        """
        check_images("ResNet", x, self.in_channels)
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        for stage in range(self.stages):
            x = self.get_submodule(f"layer{stage + 1}")(x)
        return self.fc(x.mean(dim=(2, 3)))


def resnet18(**options: object) -> ResNet:
    """ResNet-18; the options are those of `ResNet`, without ``layers``."""
    return ResNet((2, 2, 2, 2), **options)


def _conv(before: int, after: int, kernel: int, stride: int, norm: Norm | None) -> nn.Conv2d:
    """A convolution that keeps the size, but for its stride; normalization makes a bias useless."""
    return nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, bias=norm is None)


def _norm(norm: Norm | None, channels: int) -> nn.Module:
    return nn.Identity() if norm is None else norm(channels)
