"""A call as a person would write it, for whoever reads why it failed."""

import numpy as np
from torch import Tensor

from dlcourse.grading.calls.proxies import Proxy, Unavailable

ITEMS = 12  # of a tensor, list or dict that are written out
DEPTH = 3
LONGEST = 300  # characters of a text


def call(name: str, args: tuple, kwargs: dict) -> str:
    """Write a call.

    Args:
        name: the function's.
        args: its arguments; nothing of theirs is run but what Python, NumPy and torch bring along.
        kwargs: likewise.

    Returns:
        For example ``dropout(tensor([1.0, 2.0]), p=0.5)``.
    """
    parts = [_value(value, DEPTH) for value in args]
    parts += [f"{key}={_value(value, DEPTH)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _value(value: object, depth: int) -> str:
    kind = type(value)  # of a proxy isinstance would believe what the student's object claims
    if issubclass(kind, Proxy | Unavailable):
        return f"<your {kind.__name__}>"
    if issubclass(kind, Tensor | np.ndarray):
        array = value.detach() if issubclass(kind, Tensor) else value
        word = "tensor" if issubclass(kind, Tensor) else "array"
        if not 0 < int(np.prod(array.shape)) <= ITEMS:
            return f"<{word} of shape {tuple(array.shape)}, {array.dtype}>"
        more = "" if str(array.dtype).endswith(("float32", "int64")) else f", dtype={array.dtype}"
        return f"{word}({_value(array.tolist(), depth)}{more})"
    if kind is float:
        return f"{value:.6g}" if not value.is_integer() or abs(value) > 1e15 else repr(value)
    if kind is str:
        return repr(value if len(value) <= LONGEST else value[: LONGEST - 1] + "…")
    if kind in (int, bool, type(None)):
        return repr(value) if kind is not int or value.bit_length() < 1000 else "<a huge number>"
    if kind in (list, tuple, dict) and depth and len(value) <= ITEMS:
        if kind is dict:
            inside = [f"{_value(k, 0)}: {_value(v, depth - 1)}" for k, v in value.items()]
            return f"{{{', '.join(inside)}}}"
        inside = ", ".join(_value(item, depth - 1) for item in value)
        if kind is list:
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if kind in (list, tuple, dict):
        return f"<{kind.__name__} of {len(value)}>"
    return f"<{getattr(value, '__name__', None) or kind.__name__}>"
