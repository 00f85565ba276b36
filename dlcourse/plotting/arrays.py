"""Plain NumPy arrays from whatever a chapter plots, or a sentence on why that cannot be drawn."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch


def to_array(values: Any, what: str, ndim: tuple[int, ...] = (1,)) -> np.ndarray:
    """Copy numbers from any device and type into an array that is fit to be drawn.

    Args:
        values: a tensor (any device, dtype or gradient), an array, or nested sequences of these.
        what: what the numbers are, to begin an error message with.
        ndim: the numbers of dimensions allowed; empty allows any.

    Returns:
        An array of its own memory: int64 for whole numbers and booleans, else float64.

    Raises:
        TypeError: ``values`` are not real numbers.
        ValueError: they are empty, ragged, not finite, or have a wrong number of dimensions.
    """
    array = _convert(values, what)
    if ndim and array.ndim not in ndim:
        wanted = " or ".join(str(n) for n in ndim)
        raise ValueError(
            f"{what} must have {wanted} dimension{'s' if wanted != '1' else ''}, "
            f"but its shape is {array.shape}."
        )
    if array.size == 0:
        raise ValueError(f"{what} is empty (shape {array.shape}): there is nothing to draw.")
    finite = np.isfinite(array)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        where = first[0] if len(first) == 1 else first
        raise ValueError(
            f"{what} has {int((~finite).sum())} of {array.size} values that are not finite, the "
            f"first ({array[first]}) at index {where}: leave them out, or find where they arise."
        )
    return array


def _convert(values: Any, what: str) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        tensor = values.detach().to("cpu")
        if tensor.is_complex():
            raise TypeError(
                f"{what} must be real numbers, not {tensor.dtype}: plot .abs() or .real."
            )
        # NumPy has no bfloat16; float64 holds every value of the shorter types exactly.
        return (
            tensor.to(torch.float64 if tensor.is_floating_point() else torch.int64).numpy().copy()
        )
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes, np.ndarray)):
        values = list(values)
        if any(isinstance(value, (torch.Tensor, np.ndarray, list, tuple)) for value in values):
            rows = [_convert(value, what) for value in values]
            if len({row.shape for row in rows}) > 1:
                raise ValueError(
                    f"{what} must have rows of equal length, "
                    f"but their shapes are {[row.shape for row in rows]}."
                )
            return np.stack(rows)
    array = np.array(values)
    if array.dtype.kind in "biu":
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    if array.size == 0:
        return array.astype(np.float64)
    raise TypeError(f"{what} must be numbers, not {type(values).__name__} of {array.dtype}.")


def check_positive(array: np.ndarray, what: str, option: str) -> None:
    """Refuse numbers that a logarithmic axis would silently leave out."""
    if array.min() <= 0:
        raise ValueError(
            f"{what} has values down to {array.min():g}, which a logarithmic axis cannot show: "
            f"leave those out or drop {option}=True."
        )


def check_mapping(mapping: Any, what: str, value: str) -> dict[str, Any]:
    """The mapping as a dict from str, refusing what is none or has nothing in it."""
    if not hasattr(mapping, "items"):
        raise TypeError(
            f"{what} must be a dict from a name to {value}, not {type(mapping).__name__}."
        )
    if not mapping:
        raise ValueError(f"{what} is an empty dict: there is nothing to draw.")
    return {str(name): entry for name, entry in mapping.items()}
