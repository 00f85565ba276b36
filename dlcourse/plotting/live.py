"""What a page gives to a live figure: data and trained weights, and a still with the same message.

The figure itself is JavaScript (``dlcourse/sphinxext/static/live/NAME.js``) and computes in the
reader's browser; where there is none, in a notebook or without JavaScript, the still stands.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch

LARGEST = 600_000  # bytes by which a page may grow
# Two sizes of floating point: weights that are exported as float16 are used so by the figure, and
# must be so in what it is compared with.
_TYPES = {
    torch.float16: ("f16", "<f2"),
    torch.uint8: ("u8", "u1"),
    torch.bool: ("u8", "u1"),
}


class Still(Protocol):
    """A figure or drawing of this package."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]: ...


class EightBits:
    """A tensor in 8 bits: whole numbers from -127 to 127, and a scale for each of its rows.

    Args:
        tensor: as for :func:`eight_bits`.
    """

    def __init__(self, tensor: torch.Tensor):
        if not isinstance(tensor, torch.Tensor) or tensor.ndim < 2 or not tensor.numel():
            shape = tuple(tensor.shape) if isinstance(tensor, torch.Tensor) else type(tensor)
            raise ValueError(f"plotting.eight_bits: a tensor of rows is needed, not {shape}.")
        if not tensor.is_floating_point() or not tensor.isfinite().all():
            raise ValueError("plotting.eight_bits: the numbers must be floating point and finite.")
        rows = tensor.detach().cpu().float().flatten(1)
        self.shape = tensor.shape
        # A row of zeros may have any scale.
        self.scale = rows.abs().amax(dim=1).div(127).clamp(min=1e-30)  # (rows,)
        self.whole = (rows / self.scale[:, None]).round().clamp(-127, 127)

    def float(self) -> torch.Tensor:
        """What the figure computes with: float32, of the tensor's shape."""
        return (self.whole * self.scale[:, None]).view(self.shape)


def eight_bits(tensor: torch.Tensor) -> EightBits:
    """A matrix in a quarter of its size, rounded, for :func:`live`.

    Args:
        tensor: floating point, two dimensions or more; dimension 0 counts the rows.

    Returns:
        The rounded tensor; its ``float()`` gives the numbers with which the figure computes. They
        differ from the tensor's by at most 1/254 of the largest of their row.

    Raises:
        ValueError: no such tensor, or a number is not finite.
    """
    return EightBits(tensor)


class Live:
    """A live figure with its data; show it as the last expression of a cell.

    Args:
        name: of the figure's script.
        still: shown where the figure cannot run; its alternative text is the figure's, too.
        data: as for :func:`live`.
    """

    def __init__(self, name: str, still: Still, data: Mapping[str, Any]):
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(
                f"plotting.live: the name {name!r} must be small letters, digits and hyphens, "
                "as that of its file in dlcourse/sphinxext/static/live."
            )
        if not hasattr(still, "_repr_mimebundle_"):
            raise TypeError(
                "plotting.live: still must be a figure or drawing of dlcourse.plotting, "
                f"not {type(still).__name__}."
            )
        self.name, self.still = name, still
        self.data = {key: encode(value, key) for key, value in data.items()}
        sizes = {key: len(json.dumps(value)) for key, value in self.data.items()}
        if sum(sizes.values()) > LARGEST:
            largest = max(sizes, key=sizes.__getitem__)
            raise ValueError(
                f"plotting.live: {name!r} takes {sum(sizes.values()):,} bytes of the page, more "
                f"than {LARGEST:,}; {largest!r} is the largest ({sizes[largest]:,}): export a "
                "smaller network, fewer examples, images as uint8, weights as .half() or "
                "plotting.eight_bits(...)."
            )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data, metadata = self.still._repr_mimebundle_()
        shown = next(kind for kind in data if kind.startswith("image/"))
        metadata[shown] = metadata[shown] | {"live": {"name": self.name, "data": self.data}}
        return data, metadata


def live(name: str, *, still: Still, **data: Any) -> Live:
    """A live figure: the script ``NAME.js`` gets the data by their names.

    Args:
        name: of the script, in small letters, such as "convolution".
        still: a figure or drawing that says the same without JavaScript.
        **data: tensors and arrays (float32; float16 and uint8 stay as they are and take a half and
            a quarter, as do those of :func:`eight_bits`), modules (their ``state_dict``), numbers,
            texts, lists and dicts of these.

    Returns:
        What a notebook shows as the still and the book as the live figure.

    Raises:
        TypeError: a value that cannot be passed on.
        ValueError: all together take more than 600 kB of the page, or a number is not finite.
    """
    return Live(name, still, data)


def encode(value: Any, key: str) -> Any:
    """A value as JSON; arrays as base64 with their shape and type.

    Raises:
        TypeError: a value of another kind, named by its key.
        ValueError: a number that is not finite.
    """
    if isinstance(value, torch.nn.Module):
        value = value.state_dict()
    if isinstance(value, Mapping):
        return {str(name): encode(entry, f"{key}.{name}") for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode(entry, key) for entry in value]
    if isinstance(value, EightBits):
        rounded = encode((value.whole + 128).to(torch.uint8).view(value.shape), key)
        return rounded | {"dtype": "q8", "scale": encode(value.scale, key)}
    if value is None or isinstance(value, bool | int | float | str):
        if isinstance(value, float) and not np.isfinite(value):
            raise ValueError(f"plotting.live: {key!r} holds {value}, which is not finite.")
        return value
    if isinstance(value, np.ndarray | np.generic):
        value = torch.as_tensor(value)
    if not isinstance(value, torch.Tensor):
        raise TypeError(
            f"plotting.live: {key!r} is {type(value).__name__}; pass tensors, arrays, modules, "
            "numbers, texts, or lists and dicts of these."
        )
    tensor = value.detach().cpu().contiguous()
    if tensor.is_floating_point() and not tensor.isfinite().all():
        raise ValueError(f"plotting.live: {key!r} has values that are not finite.")
    kind, layout = _TYPES.get(tensor.dtype, ("f32", "<f4"))
    if kind == "f32" and not tensor.is_floating_point():
        kind, layout = "i32", "<i4"
    array = tensor.numpy() if tensor.dtype != torch.bfloat16 else tensor.float().numpy()
    content = base64.b64encode(array.astype(layout).tobytes()).decode("ascii")
    return {"dtype": kind, "shape": list(tensor.shape), "base64": content}
