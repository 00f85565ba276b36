"""LeNet-5, the convolutional network that read the checks of the 1990s."""

from collections.abc import Callable

from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive


class LeNet(nn.Module):
    """LeNet-5 for 28×28 images: two convolutions with pooling, then three linear layers.

    As in LeCun et al., "Gradient-based learning applied to document recognition" (1998), §II-B,
    with today's simplifications: every map of the second convolution sees all maps of the first,
    the last layer is linear, and the activation and pooling are the caller's. 61,706 parameters
    with 10 classes and one channel.

    Args:
        num_classes: Classes V.
        in_channels: Channels C of the images.
        activation: Makes the activation module; ``nn.Tanh`` is closest to the original, whose
            units were scaled hyperbolic tangents. Textbooks often take ``nn.Sigmoid``.
        pool: Makes the pooling module from its window size 2; ``nn.AvgPool2d`` is closest to the
            original.
        batch_norm: Whether batch normalization comes before every activation.

    Raises:
        ValueError: If a number is not a positive whole number.
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        activation: Callable[[], nn.Module] = nn.ReLU,
        pool: Callable[[int], nn.Module] = nn.MaxPool2d,
        batch_norm: bool = False,
    ) -> None:
        check_positive("LeNet", num_classes=num_classes, in_channels=in_channels)
        super().__init__()
        self.in_channels = in_channels
        layers = {
            "conv1": nn.Conv2d(in_channels, 6, kernel_size=5, padding=2),  # (N, 6, 28, 28)
            "activation1": activation(),
            "pool1": pool(2),  # (N, 6, 14, 14)
            "conv2": nn.Conv2d(6, 16, kernel_size=5),  # (N, 16, 10, 10)
            "activation2": activation(),
            "pool2": pool(2),  # (N, 16, 5, 5)
            "flatten": nn.Flatten(),  # (N, 400)
            "linear1": nn.Linear(16 * 5 * 5, 120),
            "activation3": activation(),
            "linear2": nn.Linear(120, 84),
            "activation4": activation(),
            "linear3": nn.Linear(84, num_classes),  # (N, V)
        }
        norms = {}
        if batch_norm:
            norms = {"conv1": nn.BatchNorm2d(6), "conv2": nn.BatchNorm2d(16)}
            norms |= {"linear1": nn.BatchNorm1d(120), "linear2": nn.BatchNorm1d(84)}
        for name, layer in layers.items():
            self.add_module(name, layer)
            if name in norms:
                self.add_module(f"norm_{name}", norms[name])

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V) of images x (N, C, 28, 28), float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If x has another shape.
        """
        check_images("LeNet", x, self.in_channels, size=28, resizable=False)
        for layer in self.children():
            x = layer(x)
        return x
