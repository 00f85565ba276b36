"""Made-up data whose truth is known."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from dlcourse.datasets.images import check_indices


class PolynomialDataset(TensorDataset):
    """Pairs (features, y) of a noisy polynomial, see ``polynomial``.

    Attributes:
        x: (n,) float32, the points at which the polynomial was taken.
        tensors: features (n, num_features) and y (n, 1), float32.
    """

    def __init__(self, features: Tensor, y: Tensor, x: Tensor):
        super().__init__(features, y)
        self.x = x

    def subset(self, indices: Sequence[int] | Tensor) -> "PolynomialDataset":
        """The samples at ``indices``, in that order."""
        index = check_indices(indices, len(self), "polynomial").to(self.x.device)
        features, y = self.tensors
        return PolynomialDataset(features[index], y[index], self.x[index])

    def __repr__(self) -> str:
        return f"polynomial: {len(self)} samples of {self.tensors[0].shape[1]} features"


def polynomial_features(x: Tensor, num_features: int = 20) -> Tensor:
    """The powers x^i / i! for i = 0, 1, ..., num_features - 1.

    Dividing by i! keeps high powers from growing out of bounds.

    Args:
        x: (n,) floating point.
        num_features: how many powers, at least 1.

    Returns:
        (n, num_features), the dtype of ``x``.
    """
    if num_features < 1:
        raise ValueError(f"polynomial_features takes at least 1 feature, not {num_features}.")
    powers = torch.arange(num_features, dtype=torch.float64, device=x.device)
    features = x.to(torch.float64).unsqueeze(-1) ** powers / torch.exp(torch.lgamma(powers + 1))
    return features.to(x.dtype)


def polynomial(
    n: int,
    weights: Sequence[float] = (5.0, 1.2, -3.4, 5.6),
    num_features: int = 20,
    noise: float = 0.1,
    seed: int = 0,
) -> PolynomialDataset:
    """Samples of y = sum_i weights[i] x^i / i! + noise, with x uniform on [-2, 2].

    The defaults are the cubic 5 + 1.2 x - 3.4 x^2/2! + 5.6 x^3/3! of Zhang et al., Dive into Deep
    Learning, section 3.6; there x is normal, which makes a fit of high degree depend on its few
    largest values.

    Args:
        n: number of samples.
        weights: the true coefficients of the first features; those of the others are 0.
        num_features: columns of the features, at least ``len(weights)``.
        noise: standard deviation of the normal noise on y.
        seed: of x and of the noise.

    Returns:
        A TensorDataset of features (n, num_features) and y (n, 1), float32, with ``.x`` (n,).

    Raises:
        ValueError: ``n`` < 1, no weight or more weights than features, or negative noise.
    """
    if n < 1:
        raise ValueError(f"polynomial takes n of at least 1 sample, not {n}.")
    if not 1 <= len(weights) <= num_features:
        raise ValueError(
            f"polynomial takes 1 to num_features={num_features} weights, not {len(weights)}."
        )
    if not (math.isfinite(noise) and noise >= 0):
        raise ValueError(f"polynomial takes a noise of 0 or more, not {noise}.")
    generator = torch.Generator().manual_seed(seed)
    x = 4 * torch.rand(n, generator=generator, dtype=torch.float64) - 2
    features = polynomial_features(x, num_features)
    y = features[:, : len(weights)] @ torch.tensor(weights, dtype=torch.float64)
    y = y + noise * torch.randn(n, generator=generator, dtype=torch.float64)
    return PolynomialDataset(features.float(), y.float().unsqueeze(1), x.float())
