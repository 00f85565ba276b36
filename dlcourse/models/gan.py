"""Two networks that play against each other: the losses of both, and DCGAN for small images."""

import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The mean of -log D(x) over real examples plus that of -log(1 - D(x)) over made ones.

    Args:
        real: the discriminator's logits for real examples, (N,), floating point.
        fake: its logits for made ones, (M,). These should come from *detached* examples: what
            the discriminator learns here is no business of the generator.

    Returns:
        A 0-d tensor; log 4 for a discriminator that always answers one half.

    Raises:
        ValueError: one of them is not (N,), or is empty.
    """
    _check_logits("discriminator_loss", real=real, fake=fake)
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: Tensor, saturating: bool = False) -> Tensor:
    """What the generator minimizes: the mean of -log D(x) over made examples.

    Args:
        fake: the discriminator's logits for made examples, (N,), floating point.
        saturating: whether to take log(1 - D(x)), that of the minimax game, whose gradient
            vanishes where the discriminator is sure.

    Returns:
        A 0-d tensor.

    Raises:
        ValueError: ``fake`` is not (N,), or is empty.
    """
    _check_logits("generator_loss", fake=fake)
    return -F.softplus(fake).mean() if saturating else F.softplus(-fake).mean()


class DCGenerator(nn.Module):
    """From noise to images of 16×16 pixels by transposed convolutions: 1 → 4 → 8 → 16.

    After Radford et al., "Unsupervised representation learning with deep convolutional generative
    adversarial networks" (2016), made small. The images lie in [-1, 1].

    Args:
        latent: numbers D of noise for an image.
        channels: of the maps before the last; twice as many before these.
        out_channels: C of the images.

    Raises:
        ValueError: a number is not a positive whole number.
    """

    def __init__(self, latent: int = 32, channels: int = 16, out_channels: int = 1) -> None:
        check_positive("DCGenerator", latent=latent, channels=channels, out_channels=out_channels)
        super().__init__()
        self.latent = latent
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(latent, 2 * channels, 4, bias=False),  # (N, 2c, 4, 4)
            nn.BatchNorm2d(2 * channels),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels),  # (N, c, 8, 8)
            nn.ReLU(),
            nn.ConvTranspose2d(channels, out_channels, 4, stride=2, padding=1),
            nn.Tanh(),  # (N, C, 16, 16)
        )
        start_small(self)

    def forward(self, z: Tensor) -> Tensor:
        """Images (N, C, 16, 16) from noise z (N, D).

        Raises:
            ValueError: z has another shape.
        """
        if z.ndim != 2 or z.shape[1] != self.latent:
            raise ValueError(
                f"DCGenerator: z must have shape (N, {self.latent}), got {tuple(z.shape)}."
            )
        return self.layers(z[:, :, None, None])


class DCDiscriminator(nn.Module):
    """The way back, 16 → 8 → 4 → 1, by strided convolutions: a logit for each image.

    Args:
        channels: of the first maps; twice as many in the second.
        in_channels: C of the images.

    Raises:
        ValueError: a number is not a positive whole number.
    """

    def __init__(self, channels: int = 16, in_channels: int = 1) -> None:
        check_positive("DCDiscriminator", channels=channels, in_channels=in_channels)
        super().__init__()
        self.in_channels = in_channels
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, channels, 4, stride=2, padding=1),  # (N, c, 8, 8)
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * channels),  # (N, 2c, 4, 4)
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * channels, 1, 4),  # (N, 1, 1, 1)
            nn.Flatten(0),
        )
        start_small(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N,) of images x (N, C, 16, 16), float: above zero means real.

        Raises:
            TypeError: x is not floating point.
            ValueError: x has another shape.
        """
        check_images("DCDiscriminator", x, self.in_channels, size=16, resizable=False)
        return self.layers(x)


def start_small(model: nn.Module) -> None:
    """Draw all weights of convolutions, plain and transposed, from N(0, 0.02²), as DCGAN does."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.02)


def _check_logits(name: str, **logits: Tensor) -> None:
    for key, values in logits.items():
        if values.ndim != 1 or not values.numel():
            raise ValueError(f"{name}: {key} must be logits of shape (N,), got {values.shape}.")
