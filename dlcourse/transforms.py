"""Image transforms for whole batches: each image of a batch gets its own random draw.

The names are those of ``torchvision.transforms``. There a transform sees one image at a time, or
draws once for a whole batch; here it takes a batch (N, C, H, W) that already lies on its device
and treats all its images in a few tensor operations::

    augment = Compose([RandomCrop(28, padding=2), Normalize(*train.mean_std())])
    x = augment(x, generator)            # uint8 (N, C, H, W) -> float32 (N, C, H, W)

Random numbers always come from a CPU generator, so that a seed gives the same images on every
device.
"""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


class Transform:
    """Base of the transforms here: ``transform(x, generator=None)`` on a batch of images.

    A subclass implements ``_apply(x, generator)``. ``TensorLoader`` and ``Compose`` recognize the
    class and hand it their generator; any other callable is called with the batch alone.
    """

    def __call__(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Transforms one batch.

        Args:
            x: images (N, C, H, W), uint8 in 0..255 or floating point.
            generator: CPU generator of the random draws; ``None`` is torch's global one.

        Returns:
            The transformed batch, a new tensor or ``x`` itself; ``x`` is never changed.

        Raises:
            TypeError: ``x`` is not a tensor, or neither uint8 nor floating point.
            ValueError: ``x`` does not have the four axes (N, C, H, W), or does not suit.
        """
        name = type(self).__name__
        if not isinstance(x, Tensor):
            raise TypeError(f"{name} takes a tensor of images (N, C, H, W), not {type(x)}.")
        if x.dtype != torch.uint8 and not x.is_floating_point():
            raise TypeError(f"{name} takes uint8 or floating-point images, not {x.dtype}.")
        if x.dim() != 4:
            raise ValueError(
                f"{name} takes a batch of images (N, C, H, W), not shape {tuple(x.shape)}; "
                "x.unsqueeze(...) adds a missing batch or channel axis."
            )
        return self._apply(x, generator)

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} must implement _apply(x, generator).")


class Compose:
    """Applies several transforms in turn.

    Args:
        transforms: transforms from here, or any callables from batch to batch.
    """

    def __init__(self, transforms: Sequence[Callable[..., Tensor]]):
        self.transforms = list(transforms)
        for t in self.transforms:
            if not callable(t):
                raise TypeError(f"Compose takes callables, not {t!r}.")

    def __call__(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Applies the transforms to ``x``, handing ``generator`` to those that can take it."""
        for t in self.transforms:
            x = t(x, generator) if takes_generator(t) else t(x)
        return x

    def __repr__(self) -> str:
        return f"Compose({self.transforms!r})"


def takes_generator(transform: Callable[..., Tensor] | None) -> bool:
    """Whether ``transform`` is one of this module's, to be called with a generator too."""
    return isinstance(transform, Transform | Compose)


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
        self.mean, self.std = _floats(mean), _floats(std)
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
        self.size = size if _is_int(size) and size > 0 else _size(size, "Resize")

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
        return _interpolation(H, h, x) @ (x @ _interpolation(W, w, x).T)

    def __repr__(self) -> str:
        return f"Resize({self.size})"


def _interpolation(before: int, after: int, x: Tensor) -> Tensor:
    """The matrix (after, before) that resizes columns: what becomes of the identity's columns."""
    identity = torch.eye(before, device=x.device).view(1, 1, before, before)
    resized = F.interpolate(identity, size=(after, before), mode="bilinear", antialias=True)
    return resized[0, 0].to(x.dtype)


class RandomCrop(Transform):
    """Pads with zeros and cuts out a window, at a place drawn for each image.

    Args:
        size: height and width of the window, an int or a pair (H, W).
        padding: zeros added on each of the four sides first.
    """

    def __init__(self, size: int | tuple[int, int], padding: int = 0):
        self.size = _size(size, "RandomCrop")
        if not _is_int(padding) or padding < 0:
            raise ValueError(f"RandomCrop takes a padding of 0 or more pixels, not {padding!r}.")
        self.padding = padding

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        N, _, H, W = x.shape
        h, w = self.size
        rows, columns = H + 2 * self.padding - h + 1, W + 2 * self.padding - w + 1
        if rows < 1 or columns < 1:
            raise ValueError(
                f"RandomCrop cannot cut {h}x{w} pixels out of {H}x{W} ones "
                f"with padding {self.padding}; use a smaller size or more padding."
            )
        # Every possible window as a view (N, C, rows, columns, h, w), then one of them per image.
        windows = F.pad(x, (self.padding,) * 4).unfold(2, h, 1).unfold(3, w, 1)
        top = torch.randint(rows, (N,), generator=generator).to(x.device)
        left = torch.randint(columns, (N,), generator=generator).to(x.device)
        return windows[torch.arange(N, device=x.device), :, top, left]

    def __repr__(self) -> str:
        return f"RandomCrop({self.size}, padding={self.padding})"


class RandomHorizontalFlip(Transform):
    """Mirrors each image left to right with probability ``p``."""

    def __init__(self, p: float = 0.5):
        if not 0 <= p <= 1:
            raise ValueError(f"RandomHorizontalFlip takes a probability p in [0, 1], not {p}.")
        self.p = float(p)

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        flip = (torch.rand(len(x), generator=generator) < self.p).to(x.device)
        return torch.where(flip.view(-1, 1, 1, 1), x.flip(-1), x)

    def __repr__(self) -> str:
        return f"RandomHorizontalFlip({self.p})"


class RandomAffine(Transform):
    """Rotates, shifts and scales each image about its center, by amounts drawn uniformly.

    Pixels are interpolated bilinearly; what comes from outside the image is 0. (torchvision rounds
    shifts to whole pixels and takes the nearest pixel by default.)

    Args:
        degrees: rotation from [-degrees, degrees], or a pair (low, high).
        translate: the largest shift as fractions (of the width, of the height), each in [0, 1].
        scale: pair (low, high) of factors > 0.
    """

    def __init__(
        self,
        degrees: float | tuple[float, float],
        translate: tuple[float, float] = (0.0, 0.0),
        scale: tuple[float, float] = (1.0, 1.0),
    ):
        self.degrees, self.translate, self.scale = map(_floats, (degrees, translate, scale))
        if len(self.degrees) == 1:
            self.degrees = (-self.degrees[0], self.degrees[0])
        for name, pair in (("degrees", self.degrees), ("scale", self.scale)):
            if len(pair) != 2 or not -math.inf < pair[0] <= pair[1] < math.inf:
                raise ValueError(f"RandomAffine takes {name} as (low, high), not {pair}.")
        if self.scale[0] <= 0:
            raise ValueError(f"RandomAffine takes scale factors > 0, not {self.scale}.")
        if len(self.translate) != 2 or not all(0 <= v <= 1 for v in self.translate):
            raise ValueError(
                f"RandomAffine takes translate as 2 fractions in [0, 1], not {self.translate}."
            )

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        N, _, H, W = x.shape
        u = torch.rand(4, N, generator=generator, dtype=torch.float64)
        angle = self.degrees[0] + u[0] * (self.degrees[1] - self.degrees[0])
        factor = self.scale[0] + u[1] * (self.scale[1] - self.scale[0])
        reach = u.new_tensor([self.translate[0] * W, self.translate[1] * H])
        return affine(x, angle, (2 * u[2:].T - 1) * reach, factor)

    def __repr__(self) -> str:
        return f"RandomAffine({self.degrees}, translate={self.translate}, scale={self.scale})"


def affine(x: Tensor, angle: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Rotates by ``angle`` and scales about the center, then shifts, each image by its own values.

    Args:
        x: images (N, C, H, W), uint8 or floating point.
        angle: (N,) degrees, clockwise as the image is seen.
        shift: (N, 2) pixels to the right and down.
        scale: (N,) factors > 0.

    Returns:
        Images of the shape and dtype of ``x``, interpolated bilinearly, 0 outside the original.
    """
    N, _, H, W = x.shape
    values = x if x.is_floating_point() else x.float()
    # Where a target pixel (u right, v down of the center) comes from: undo the shift (a, b), then
    # rotate back and divide by the scale.
    #     source_u =  cos (u - a) + sin (v - b)
    #     source_v = -sin (u - a) + cos (v - b)
    cos, sin = torch.cos(torch.deg2rad(angle)) / scale, torch.sin(torch.deg2rad(angle)) / scale
    a, b = shift.unbind(1)
    # grid_sample measures in half widths and half heights, hence the ratios of H and W.
    numbers = [cos, sin * H / W, -(cos * a + sin * b) * 2 / W]
    numbers += [-sin * W / H, cos, (sin * a - cos * b) * 2 / H]
    xu, xv, x0, yu, yv, y0 = (
        torch.stack(numbers).to(values.dtype).to(values.device).view(6, N, 1, 1)
    )
    u, v = ((2 * torch.arange(n, device=x.device, dtype=values.dtype) + 1) / n - 1 for n in (W, H))
    v = v.view(H, 1)
    grid = torch.stack([xu * u + (xv * v + x0), yu * u + (yv * v + y0)], dim=-1)  # (N, H, W, 2)
    y = F.grid_sample(values, grid, align_corners=False)
    return y if x.is_floating_point() else y.round_().to(x.dtype)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _size(value: int | Sequence[int], name: str) -> tuple[int, int]:
    pair = (value, value) if _is_int(value) else value
    if not isinstance(pair, Sequence) or len(pair) != 2 or not all(_is_int(v) for v in pair):
        raise TypeError(f"{name} takes a size in pixels, an int or a pair (H, W), not {value!r}.")
    if min(pair) < 1:
        raise ValueError(f"{name} takes a size of at least 1 pixel, not {value}.")
    return tuple(pair)


def _floats(values: Sequence[float] | float) -> tuple[float, ...]:
    return tuple(float(v) for v in (values if hasattr(values, "__iter__") else [values]))
