"""What the image networks check of their arguments and of their images."""

from collections.abc import Sequence

from torch import Tensor


def check_positive(network: str, **sizes: int | Sequence[int]) -> None:
    """Refuse sizes, or sequences of them, that are not positive whole numbers.

    Raises:
        ValueError: If one is not, or a sequence is empty.
    """
    for name, value in sizes.items():
        numbers = list(value) if isinstance(value, Sequence) else [value]
        if not numbers or any(
            isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in numbers
        ):
            kind = "positive whole numbers" if isinstance(value, Sequence) else "a positive whole"
            kind += "" if isinstance(value, Sequence) else " number"
            raise ValueError(f"{network}: {name} must be {kind}, got {value!r}.")


def scaled(network: str, channels: int, width: float) -> int:
    """``channels · width``, rounded, at least 1.

    Raises:
        ValueError: If the width is not a positive number.
    """
    if isinstance(width, bool) or not isinstance(width, int | float) or not 0 < width < 1e6:
        raise ValueError(f"{network}: width must be a positive number, got {width!r}.")
    return max(1, round(channels * width))


def check_images(network: str, x: Tensor, in_channels: int) -> None:
    """Refuse what is not a batch of floating-point images (N, in_channels, H, W).

    Raises:
        TypeError: If x is not floating point.
        ValueError: If x has another shape.
    """
    if not x.is_floating_point():
        raise TypeError(
            f"{network}: the images must be floating point, got {x.dtype}; scale them first."
        )
    if x.ndim != 4 or x.shape[1] != in_channels or 0 in x.shape:
        raise ValueError(
            f"{network}: the images must have shape (N, {in_channels}, H, W), got {tuple(x.shape)}."
        )
