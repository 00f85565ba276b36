"""What all transforms have in common, and several of them in turn."""

from collections.abc import Callable, Sequence

import torch
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
            generator: of the random draws, of any device, whatever that of the images; the same
                seed draws other numbers on another device. ``None`` is torch's global one of the
                CPU.

        Returns:
            The transformed batch, a new tensor or ``x`` itself; ``x`` is never changed.

        Raises:
            TypeError: ``x`` is not a tensor, or neither uint8 nor floating point; or the
                generator is none.
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
    """Whether ``transform`` is one of this package's, to be called with a generator too."""
    return isinstance(transform, Transform | Compose)


def is_int(value: object) -> bool:
    """Whether a value is a whole number; a bool is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def size_of(value: int | Sequence[int], name: str) -> tuple[int, int]:
    """A size in pixels, an int or a pair, as a pair (H, W); errors name the transform."""
    pair = (value, value) if is_int(value) else value
    if not isinstance(pair, Sequence) or len(pair) != 2 or not all(is_int(v) for v in pair):
        raise TypeError(f"{name} takes a size in pixels, an int or a pair (H, W), not {value!r}.")
    if min(pair) < 1:
        raise ValueError(f"{name} takes a size of at least 1 pixel, not {value}.")
    return tuple(pair)


def floats(values: Sequence[float] | float) -> tuple[float, ...]:
    """One number or several, as floats."""
    return tuple(float(v) for v in (values if hasattr(values, "__iter__") else [values]))
