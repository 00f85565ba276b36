"""What several networks check of their arguments; each error names the network and the argument."""

from collections.abc import Sequence

import torch
from torch import Tensor

from dlcourse.runtime import unseen


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


def check_probability(network: str, **probabilities: float) -> None:
    """Raises ValueError unless every probability lies in [0, 1]."""
    for name, value in probabilities.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{network}: {name} must lie in [0, 1], got {value}.")


def scaled(network: str, channels: int, width: float) -> int:
    """``channels · width``, rounded, at least 1.

    Raises:
        ValueError: If the width is not a positive number.
    """
    if isinstance(width, bool) or not isinstance(width, int | float) or not 0 < width < 1e6:
        raise ValueError(f"{network}: width must be a positive number, got {width!r}.")
    return max(1, round(channels * width))


def check_images(
    network: str, x: Tensor, in_channels: int, size: int | None = None, resizable: bool = True
) -> None:
    """Refuse what is not a batch of floating-point images (N, in_channels, H, W).

    Args:
        network: Its name, for the message.
        x: The batch.
        in_channels: The C that the first layer takes.
        size: The H and W that they must have; ``None`` for any.
        resizable: Whether the network can be made for another size.

    Raises:
        TypeError: If x is not floating point.
        ValueError: If x has another shape.
    """
    if not x.is_floating_point():
        raise TypeError(
            f"{network}: the images must be floating point, got {x.dtype}; scale them first."
        )
    fits = x.ndim == 4 and x.shape[1] == in_channels and 0 not in x.shape
    if fits and (size is None or x.shape[2:] == (size, size)):
        return
    wanted = f"(N, {in_channels}, " + ("H, W)" if size is None else f"{size}, {size})")
    advice = "."
    if fits:
        advice = "; resize the images"
        advice += ", or make the network with another input_size." if resizable else "."
    elif x.ndim == 4 and x.shape[1] != in_channels:
        advice = f"; for {x.shape[1]} channels, make the network with in_channels={x.shape[1]}."
    raise ValueError(
        f"{network}: the images must have shape {wanted}, got {tuple(x.shape)}{advice}"
    )


def check_tokens(network: str, name: str, tokens: Tensor, vocab_size: int) -> None:
    """Checks a batch of token numbers, (N, T) with N and T above 0, an integer dtype.

    Raises:
        TypeError: they are not integers.
        ValueError: they have another shape, or a number is not in 0 … vocab_size - 1. That is seen
            on a CPU, and on a GPU within `runtime.looking()`: a look waits for the GPU.
    """
    check_numbers(network, name, tokens, vocab_size)
    if tokens.ndim != 2 or not tokens.numel():
        raise ValueError(f"{network}: {name} must have shape (N, T), got {tuple(tokens.shape)}.")


def check_numbers(network: str, name: str, tokens: Tensor, vocab_size: int) -> None:
    """Checks token numbers of any shape, as `check_tokens` does.

    Raises:
        TypeError: they are not integers.
        ValueError: a number is not in 0 … vocab_size - 1; seen as in `check_tokens`.
    """
    if tokens.is_floating_point() or tokens.is_complex() or tokens.dtype == torch.bool:
        raise TypeError(
            f"{network}: {name} must hold numbers of tokens, integers, got {tokens.dtype}."
        )
    if tokens.numel() and not unseen(tokens):
        low, high = (int(v) for v in torch.aminmax(tokens))
        if low < 0 or high >= vocab_size:
            raise ValueError(
                f"{network}: tokens must lie in 0 … {vocab_size - 1}, got "
                f"{low if low < 0 else high} in {name}."
            )


def check_lengths(network: str, name: str, lengths: Tensor, N: int, T: int) -> None:
    """Checks the lengths of N sequences that are padded to T, (N,) integers.

    Raises:
        TypeError: they are not integers.
        ValueError: they have another shape, or a length is not in 1 … T; seen as in `check_tokens`.
    """
    if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
        raise TypeError(f"{network}: {name} must hold integers, got {lengths.dtype}.")
    if lengths.shape != (N,):
        raise ValueError(
            f"{network}: {name} must have shape ({N},), one for each sequence, got "
            f"{tuple(lengths.shape)}."
        )
    if not unseen(lengths):
        low, high = (int(v) for v in torch.aminmax(lengths))
        if low < 1 or high > T:
            raise ValueError(
                f"{network}: {name} must lie in 1 … {T}, got {low if low < 1 else high}; an empty "
                "sequence cannot be read, so leave it out of the batch."
            )
