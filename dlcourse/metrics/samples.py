"""Measures of examples that a model has made, against real ones, in a space of features."""

import torch
from torch import Tensor


def frechet_distance(real: Tensor, made: Tensor) -> Tensor:
    """The squared Fréchet distance of two normal distributions fitted to features.

    |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½) with means m and covariances C. Computed in float64.
    It falls with the number of examples even where nothing else differs, so compare only values
    from equally many.

    Args:
        real: features of real examples, (N, D), N above 1, floating point.
        made: features of made ones, (M, D), M above 1.

    Returns:
        A 0-d float64 tensor, zero or more.

    Raises:
        ValueError: the shapes differ from these.
    """
    _check_features("frechet_distance", real, made, least=2)
    real, made = real.double(), made.double()
    root = _root(_covariance(real))
    # tr (C₁ C₂)^½ is the trace of the symmetric root of C₁^½ C₂ C₁^½.
    cross = torch.linalg.eigvalsh(root @ _covariance(made) @ root).clamp(min=0).sqrt().sum()
    spread = real.var(0).sum() + made.var(0).sum()
    return ((real.mean(0) - made.mean(0)).square().sum() + spread - 2 * cross).clamp(min=0)


def coverage(real: Tensor, made: Tensor, k: int = 5) -> Tensor:
    """The share of real examples near which there is a made one.

    Near means within the distance to the k-th nearest other real example (Naeem et al., 2020).

    Args:
        real: features of real examples, (N, D), N above k, floating point.
        made: features of made ones, (M, D).
        k: which neighbor.

    Returns:
        A 0-d float32 tensor in [0, 1].

    Raises:
        ValueError: the shapes differ from these, or k is not in 1 … N - 1.
    """
    _check_features("coverage", real, made, least=1)
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k < len(real):
        raise ValueError(f"coverage: k must be a whole number in 1 … {len(real) - 1}, got {k!r}.")
    # The nearest of all is the example itself.
    radius = torch.cdist(real, real).kthvalue(k + 1, dim=1).values  # (N,)
    return (torch.cdist(real, made).amin(1) <= radius).float().mean()


def _covariance(x: Tensor) -> Tensor:
    """(D, D), for a single feature as well."""
    return x.T.cov().view(x.shape[1], x.shape[1])


def _root(matrix: Tensor) -> Tensor:
    """The symmetric root of a symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def _check_features(name: str, real: Tensor, made: Tensor, least: int) -> None:
    fits = real.ndim == made.ndim == 2 and real.shape[1] == made.shape[1] > 0
    if not fits or min(len(real), len(made)) < least:
        raise ValueError(
            f"{name}: features must have shapes (N, D) and (M, D), N and M at least {least}, got "
            f"{tuple(real.shape)} and {tuple(made.shape)}."
        )
