"""Diffusion: noise that is added step by step, and a network that learns to take it away."""

from collections.abc import Callable

import torch
from torch import Tensor

from dlcourse.models.checks import check_positive


class Diffusion:
    """A schedule of noise: what it makes of data, and the way back.

    Step t = 0 … T - 1 keeps the share 1 - beta[t] of the variance and adds beta[t] of noise, so
    that after it the share ``kept[t]``, the product of these, is left of the data.

    After Ho et al., "Denoising diffusion probabilistic models" (2020).

    Args:
        steps: T.
        first: beta of the first step.
        last: beta of the last; those between lie on a line.

    Raises:
        ValueError: ``steps`` is not a positive whole number, or a beta is not in (0, 1).
    """

    def __init__(self, steps: int = 50, first: float = 0.001, last: float = 0.2) -> None:
        check_positive("Diffusion", steps=steps)
        for name, value in (("first", first), ("last", last)):
            if not 0 < value < 1:
                raise ValueError(f"Diffusion: {name} must lie between 0 and 1, got {value}.")
        self.beta = torch.linspace(first, last, steps)  # (T,)
        self.kept = (1 - self.beta).cumprod(0)  # (T,)

    def add_noise(self, x: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """What steps 0 … t make of data x, in one go.

        Args:
            x: (N, …) float, roughly of mean 0 and variance 1, on any device.
            t: (N,) steps, int64.
            noise: standard normal numbers of the shape of x.

        Returns:
            A tensor of the shape of x.

        Raises:
            ValueError: the shapes do not fit each other.
        """
        if t.shape != x.shape[:1] or noise.shape != x.shape:
            raise ValueError(
                f"Diffusion: x {tuple(x.shape)} needs steps t ({len(x)},) and noise of its own "
                f"shape, got {tuple(t.shape)} and {tuple(noise.shape)}."
            )
        kept = self.kept.to(x.device)[t].view(-1, *[1] * (x.ndim - 1))
        return kept.sqrt() * x + (1 - kept).sqrt() * noise

    def loss(self, predict: Callable[[Tensor, Tensor], Tensor], x: Tensor) -> Tensor:
        """The mean squared error of the predicted noise, at a random step for each example.

        Args:
            predict: a network's call, (noisy x (N, …), t (N,)) → noise (N, …).
            x: (N, …) float.

        Returns:
            A 0-d tensor.
        """
        t = torch.randint(len(self.beta), (len(x),), device=x.device)
        noise = torch.randn_like(x)
        return (predict(self.add_noise(x, t, noise), t) - noise).square().mean()

    @torch.no_grad()
    def step_back(self, x: Tensor, t: int, predicted: Tensor, noise: Tensor) -> Tensor:
        """From x after step t to before it.

        Args:
            x: (N, …) float.
            t: the step, 0 … T - 1.
            predicted: the noise that the network sees in x, of its shape.
            noise: fresh noise of that shape; step 0, the last on the way back, adds none.

        Returns:
            A tensor of the shape of x.
        """
        mean = (x - self.beta[t] / (1 - self.kept[t]).sqrt() * predicted) / (
            1 - self.beta[t]
        ).sqrt()
        return mean + self.beta[t].sqrt() * noise if t > 0 else mean

    @torch.no_grad()
    def sample(
        self,
        predict: Callable[[Tensor, Tensor], Tensor],
        shape: tuple[int, ...],
        device: str | torch.device = "cpu",
    ) -> list[Tensor]:
        """Examples made from noise.

        Args:
            predict: as in `loss`.
            shape: (N, …).
            device: that of the network.

        Returns:
            T + 1 tensors of this shape: the noise at the beginning, then what each step back makes
            of it. The last one holds the examples.
        """
        way = [torch.randn(shape, device=device)]
        for t in reversed(range(len(self.beta))):
            x = way[-1]
            predicted = predict(x, torch.full(shape[:1], t, device=device))
            way.append(self.step_back(x, t, predicted, torch.randn_like(x)))
        return way
