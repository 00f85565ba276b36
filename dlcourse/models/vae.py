"""A variational autoencoder, and the pieces of its bound."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive


def gaussian_kl(mean: Tensor, log_var: Tensor) -> Tensor:
    """The divergence KL(N(mean, exp(log_var)) ‖ N(0, 1)) of every coordinate.

    Args:
        mean: any shape, floating point.
        log_var: the logarithms of the variances, of the same shape.

    Returns:
        A tensor of that shape, zero or more; its sum over the latent coordinates is that of the
        whole distribution.

    Raises:
        ValueError: the shapes differ.
    """
    _check_pair("gaussian_kl", mean, log_var)
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var)


def reparameterize(mean: Tensor, log_var: Tensor, noise: Tensor | None = None) -> Tensor:
    """Draws from N(mean, exp(log_var)) through which gradients flow to both.

    Args:
        mean: any shape, floating point.
        log_var: the logarithms of the variances, of the same shape.
        noise: standard normal numbers of that shape; by default drawn here.

    Raises:
        ValueError: the shapes differ.
    """
    _check_pair("reparameterize", mean, log_var)
    if noise is None:
        noise = torch.randn_like(mean)
    elif noise.shape != mean.shape:
        raise ValueError(
            f"reparameterize: noise must have the shape {tuple(mean.shape)} of mean, got "
            f"{tuple(noise.shape)}."
        )
    return mean + (0.5 * log_var).exp() * noise


class VAE(nn.Module):
    """A variational autoencoder of images: a hidden layer on each side of a normal latent.

    The decoder gives the logits of a Bernoulli distribution for each pixel, so images are to lie
    in [0, 1].

    Args:
        latent: coordinates D of the latent.
        hidden: units of the two hidden layers.
        in_channels: channels C of the images.
        size: their height and width S.

    Raises:
        ValueError: a number is not a positive whole number.
    """

    def __init__(
        self, latent: int = 2, hidden: int = 128, in_channels: int = 1, size: int = 28
    ) -> None:
        check_positive("VAE", latent=latent, hidden=hidden, in_channels=in_channels, size=size)
        super().__init__()
        self.latent, self.in_channels, self.size = latent, in_channels, size
        pixels = in_channels * size * size
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels)
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of the variances, each (N, D), of q(z | x) for images x.

        Raises:
            TypeError: x is not floating point.
            ValueError: x is not (N, C, S, S).
        """
        check_images("VAE", x, self.in_channels, size=self.size, resizable=False)
        mean, log_var = self.encoder(x).chunk(2, dim=1)
        return mean, log_var

    def decode(self, z: Tensor) -> Tensor:
        """Logits (N, C, S, S) of the pixels for latents z (N, D); their sigmoid is an image.

        Raises:
            ValueError: z has another shape.
        """
        if z.ndim != 2 or z.shape[1] != self.latent:
            raise ValueError(f"VAE: z must have shape (N, {self.latent}), got {tuple(z.shape)}.")
        return self.decoder(z).view(len(z), self.in_channels, self.size, self.size)

    def forward(self, x: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The two parts of the negative bound, each (N,), for images x (N, C, S, S) in [0, 1].

        Args:
            x: the images.
            noise: (N, D) for the one draw from q(z | x); by default drawn here.

        Returns:
            The reconstruction error -log p(x | z) in nats, and the divergence
            KL(q(z | x) ‖ N(0, 1)). Their sum is -ELBO.

        Raises:
            TypeError: x is not floating point.
            ValueError: x or noise has another shape.
        """
        mean, log_var = self.encode(x)
        logits = self.decode(reparameterize(mean, log_var, noise))
        error = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
        return error.flatten(1).sum(1), gaussian_kl(mean, log_var).sum(1)


def _check_pair(name: str, mean: Tensor, log_var: Tensor) -> None:
    if mean.shape != log_var.shape:
        raise ValueError(
            f"{name}: mean and log_var must have the same shape, got {tuple(mean.shape)} and "
            f"{tuple(log_var.shape)}."
        )
