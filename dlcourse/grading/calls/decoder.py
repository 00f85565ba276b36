"""Values as they arrive beside the tests, built anew of what an encoder made of them."""

import base64
import collections
import keyword
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from dlcourse.grading.calls.values import DTYPES, MAX_DEPTH, MAX_ITEMS, SCALARS, Reference


class Decoder:
    """Decodes one message.

    Args:
        blobs: the message's.
        resolve: turns a :class:`Reference` into what stands for the object here.
        parts: the objects of the call that was made, for what comes back unchanged.
        link: called with each tensor that has a gradient to pass on, and its number.
    """

    def __init__(
        self,
        blobs: list,
        resolve: Callable[[Reference], object],
        parts: list | None = None,
        link: Callable[[Tensor, int], None] | None = None,
    ):
        self._blobs, self._resolve, self._parts, self._link = blobs, resolve, parts or [], link
        self._left = MAX_ITEMS

    def __call__(self, data: object, depth: int = 0) -> object:
        """The value.

        Raises:
            ValueError: if this is nothing that an encoder makes.
        """
        self._left -= 1
        if depth > MAX_DEPTH + 10 or self._left < 0:
            raise ValueError("it is nested too deeply or has too many items")
        try:
            kind, *rest = data
            return getattr(self, f"_read_{kind}")(depth + 1, *rest)
        except (TypeError, AttributeError, LookupError, RuntimeError, OverflowError) as error:
            raise ValueError("this is no value") from error

    def _all(self, items: list, depth: int) -> list:
        return [self(item, depth) for item in items]

    def _read_none(self, depth):
        return None

    def _read_ellipsis(self, depth):
        return ...

    def _read_bool(self, depth, value):
        return value is True

    def _read_int(self, depth, value):
        return int(value, 16) if isinstance(value, str) else int(value)

    def _read_float(self, depth, value):
        return float.fromhex(value)

    def _read_complex(self, depth, real, imag):
        return complex(float.fromhex(real), float.fromhex(imag))

    def _read_str(self, depth, text):
        return str(text)

    def _read_bytes(self, depth, text):
        return base64.b64decode(text)

    def _read_list(self, depth, items):
        return self._all(items, depth)

    def _read_tuple(self, depth, items):
        return tuple(self._all(items, depth))

    def _read_size(self, depth, items):
        return torch.Size([int(item) for item in items])

    def _read_set(self, depth, items):
        return set(self._all(items, depth))

    def _read_frozenset(self, depth, items):
        return frozenset(self._all(items, depth))

    def _read_dict(self, depth, pairs):
        return {self(key, depth): self(value, depth) for key, value in pairs}

    def _read_counter(self, depth, pairs):
        return collections.Counter(self._read_dict(depth, pairs))

    def _read_range(self, depth, start, stop, step):
        return range(int(start), int(stop), int(step))

    def _read_slice(self, depth, *ends):
        return slice(*self._all(ends, depth))

    def _read_fraction(self, depth, numerator, denominator):
        return Fraction(int(numerator, 16), int(denominator, 16) or 1)

    def _read_dtype(self, depth, name):
        return DTYPES[name]

    def _read_device(self, depth, name):
        return torch.device(str(name))

    def _read_namedtuple(self, depth, name, fields, items):
        names = [name, *fields]
        if not all(str.isidentifier(n) and not keyword.iskeyword(n) for n in names):
            raise ValueError("this is no value")
        return collections.namedtuple(name, fields)(*self._all(items, depth))

    def _read_tensor(self, depth, name, shape, place, requires_grad, parameter, number, grad):
        dtype, blob = DTYPES[name], self._blobs[place]
        if len(blob) != math.prod(shape) * dtype.itemsize:
            raise ValueError("this is no tensor")
        # The bytes are a bytearray of this message alone, so the tensor may own them.
        value = torch.empty(0, dtype=dtype)
        if len(blob):
            value = torch.frombuffer(blob, dtype=torch.uint8)
            # A byte other than 0 and 1 would be neither true nor false.
            value = value != 0 if dtype == torch.bool else value.view(dtype)
        value = value.reshape([int(n) for n in shape])
        if parameter is True:
            value = torch.nn.Parameter(value, requires_grad=requires_grad is True)
        elif requires_grad is True and number is not None and self._link is not None:
            return self._link(value, int(number))
        else:
            value.requires_grad_(requires_grad is True)
        if grad is not None:
            value.grad = self(grad, depth)
        return value

    def _read_array(self, depth, code, shape, place):
        dtype = np.dtype(str(code))
        if dtype.char not in SCALARS:
            raise ValueError("this is no array")
        flat = np.frombuffer(self._blobs[place], dtype=np.uint8 if dtype.char == "?" else dtype)
        return (flat != 0 if dtype.char == "?" else flat).reshape([int(n) for n in shape])

    def _read_scalar(self, depth, kind, code, shape, place):
        return self._read_array(depth, code, [], place)[()]

    def _read_part(self, depth, number):
        if not isinstance(number, int) or number < 0:
            raise ValueError("there is no such part")
        return self._parts[number]

    def _read_ref(self, depth, number, name, kinds, can):
        names = tuple(str(kind) for kind in kinds)
        return self._resolve(Reference(int(number), str(name)[:100], names, frozenset(can)))
