"""Transforms that prepare images for a network: the same for every image."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dlcourse.transforms.base import Transform, floats, is_int, size_of


class Normalize(Transform):
    """Subtracts a mean and divides by a standard deviation, channel by channel, into float.

    Floats are taken to be on the scale [0, 1]; uint8 images are brought to it within the same
    pass, so that no ``ToTensor`` is needed.

    Args:
        mean: one value per channel, on the scale [0, 1].
        std: one value per channel, greater than 0, on the same scale.

    Raises:
        ValueError: different lengths, a value that is not finite, or a ``std`` that is not > 0.
    """

    def __init__(self, mean: Sequence[float] | float, std: Sequence[float] | float):
        self.mean, self.std = floats(mean), floats(std)
        if not self.mean or len(self.mean) != len(self.std):
            raise ValueError(
                "Normalize takes one mean and one std per channel; "
                f"got {len(self.mean)} and {len(self.std)}."
            )
        if not all(map(math.isfinite, self.mean)):
            raise ValueError(f"Normalize takes finite means; got {self.mean}.")
        if not all(math.isfinite(s) and s > 0 for s in self.std):
            raise ValueError(
                f"Normalize takes standard deviations > 0; got {self.std}. "
                "A channel with one constant value has nothing to normalize."
            )
        self._constants: dict = {}

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        if x.shape[1] != len(self.mean):
            raise ValueError(
                f"Normalize has {len(self.mean)} channel(s), but the images have {x.shape[1]}."
            )
        scale, shift = self._scale_and_shift(x)
        # .float() makes a new tensor, whose cached values the two steps then change in place.
        y = x.float().mul_(scale) if x.dtype == torch.uint8 else x * scale
        return y.add_(shift)

    def _scale_and_shift(self, x: Tensor) -> tuple[Tensor, Tensor] | tuple[float, float]:
        """(x / unit - mean) / std written as x * scale + shift."""
        unit = 255.0 if x.dtype == torch.uint8 else 1.0
        scale = [1 / (unit * s) for s in self.std]
        shift = [-m / s for m, s in zip(self.mean, self.std, strict=True)]
        if len(scale) == 1:  # plain numbers are faster than tensors of one element
            return scale[0], shift[0]
        dtype = torch.float32 if x.dtype == torch.uint8 else x.dtype
        key = (x.device, dtype, unit)
        if key not in self._constants:  # kept, for each transfer to a GPU would have to wait
            self._constants[key] = tuple(
                torch.tensor(v, dtype=dtype, device=x.device).view(1, -1, 1, 1)
                for v in (scale, shift)
            )
        return self._constants[key]

    def __repr__(self) -> str:
        return f"Normalize(mean={self.mean}, std={self.std})"


class Resize(Transform):
    """Resizes images by bilinear interpolation, antialiased when they shrink.

    uint8 images stay uint8 (rounded, as in torchvision). Resizing and normalizing may change
    places, since interpolation weights add up to 1; normalizing first is faster when images grow.

    Args:
        size: an int for the shorter edge, keeping the aspect ratio, or a pair (H, W).
    """

    def __init__(self, size: int | tuple[int, int]):
        self.size = size if is_int(size) and size > 0 else size_of(size, "Resize")
        self._matrices: dict = {}

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        H, W = x.shape[-2:]
        if isinstance(self.size, tuple):
            h, w = self.size
        else:
            h, w = (max(1, self.size * side // min(H, W)) for side in (H, W))
        if (h, w) == (H, W):
            return x
        if x.dtype == torch.uint8 or max(H, W) > 64:
            return F.interpolate(x, size=(h, w), mode="bilinear", antialias=True)
        # Interpolation is linear along each axis. For small images two matrix products, one per
        # axis, take half the time of the general routine.
        return self._matrix(H, h, x) @ (x @ self._matrix(W, w, x).T)

    def _matrix(self, before: int, after: int, x: Tensor) -> Tensor:
        key = (before, after, x.device, x.dtype)
        if key not in self._matrices:  # kept, for on a GPU its small steps take longer than its use
            self._matrices[key] = _interpolation(before, after, x)
        return self._matrices[key]

    def __repr__(self) -> str:
        return f"Resize({self.size})"


def _interpolation(before: int, after: int, x: Tensor) -> Tensor:
    """The matrix (after, before) that resizes columns: what becomes of the identity's columns."""
    identity = torch.eye(before, device=x.device).view(1, 1, before, before)
    resized = F.interpolate(identity, size=(after, before), mode="bilinear", antialias=True)
    return resized[0, 0].to(x.dtype)
