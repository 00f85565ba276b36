"""Values on their way from the tests to the student's process.

That process is not trusted, so that nothing it unpacks can do harm: the arguments of a call travel
as a pickle. But what the tests are made of stays with them. A function of a test cell is sent as a
number to call back, never as code.

The *parts* of a call are the objects that the called function may change: every tensor and
``torch.Generator`` in the arguments, and the lists, dicts, sets, arrays and modules among them.
Both sides number them alike, so that changes can be sent back.
"""

import io
import pickle
import types
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from dlcourse.grading.calls.errors import NotCarriedError
from dlcourse.grading.calls.values import as_bytes

CONTAINERS = (list, dict, set)
MAX_WALK = 100_000


def pack(
    value: object, register: Callable[[object], int], stays: Callable[[object], bool]
) -> tuple[list, list]:
    """Pack a call's arguments.

    Args:
        value: what to send.
        register: keeps an object that the other side may call, and returns its number.
        stays: whether an object belongs to the tests alone.

    Returns:
        The blobs of the message, and the parts.

    Raises:
        NotCarriedError: if something in it can be neither copied nor called back.
    """
    buffer = io.BytesIO()
    pickler = _Pickler(buffer, register, stays)
    try:
        pickler.dump(value)
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError) as error:
        raise NotCarriedError(f"this cannot be passed to your function: {error}") from error
    blobs = [buffer.getbuffer(), *pickler.blobs]
    return blobs, [*pickler.parts, *_walk(value, pickler.foreign)]


def unpack(
    blobs: list, callback: Callable[[int, bool], object], resolve: Callable[[int], object]
) -> tuple[object, list]:
    """Unpack a call's arguments, the reverse of :func:`pack`.

    Args:
        blobs: the message's.
        callback: makes what stands for a function (or, if its second argument is true, for an
            iterator) of the tests.
        resolve: finds an object of the student's by its number.

    Returns:
        The value, and the parts.
    """
    unpickler = _Unpickler(io.BytesIO(blobs[0]), blobs[1:], callback, resolve)
    value = unpickler.load()
    parts = [unpickler.parts[number] for number in sorted(unpickler.parts)]
    return value, [*parts, *_walk(value, unpickler.foreign)]


def _walk(value: object, foreign: set[int]) -> list:
    """The containers, arrays and modules within lists, dicts and tuples, in a fixed order."""
    found, seen, left = [], set(), [value]
    while left and len(seen) < MAX_WALK:
        item = left.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        kind = type(item)
        if id(item) in foreign:
            continue
        if kind in CONTAINERS or isinstance(item, np.ndarray | torch.nn.Module):
            found.append(item)
        if kind in (list, tuple):
            left.extend(reversed(item))
        elif kind is dict:
            left.extend(reversed(item.values()))
    return found


class _Pickler(pickle.Pickler):
    def __init__(self, file, register, stays):
        super().__init__(file, protocol=5)
        self._register, self._stays = register, stays
        self._numbers: dict[int, int] = {}
        self.parts: list = []
        self.blobs: list = []
        self.foreign: set[int] = set()  # ids of what is the student's own

    def persistent_id(self, value):
        kind = type(value)
        if kind in (int, str, float, bool, type(None), tuple, list, dict):
            return None
        if isinstance(value, Tensor | torch.Generator):
            return self._part(value)
        if (number := getattr(kind, "_reference_of", None)) is not None:
            self.foreign.add(id(value))
            return ("ref", number(value))
        if isinstance(value, types.GeneratorType):
            return ("iterator", self._register(value))
        if self._stays(value):
            if not callable(value):
                raise TypeError(f"a {kind.__name__} of a test cell")
            return ("callback", self._register(value))
        return None

    def _part(self, value):
        if id(value) in self._numbers:
            return ("part", self._numbers[id(value)])
        number = self._numbers[id(value)] = len(self.parts)
        self.parts.append(value)
        if isinstance(value, torch.Generator):
            state = value.get_state().numpy()
            self.blobs.append(memoryview(state))
            return ("generator", number, len(self.blobs))
        grad = self._part(value.grad) if value.is_leaf and value.grad is not None else None
        plain = value.detach().cpu().resolve_conj().resolve_neg()
        if plain.layout != torch.strided or plain.is_quantized:
            raise TypeError("a sparse or quantized tensor")
        data = as_bytes(plain).numpy() if plain.numel() else b""
        self.blobs.append(memoryview(data))
        kind = (value.requires_grad, value.is_leaf, isinstance(value, torch.nn.Parameter))
        return ("tensor", number, len(self.blobs), plain.dtype, tuple(plain.shape), kind, grad)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file, blobs, callback, resolve):
        super().__init__(file)
        self._blobs, self._callback, self._resolve = blobs, callback, resolve
        self.parts: dict[int, object] = {}
        self.foreign: set[int] = set()

    def persistent_load(self, pid):
        kind, number, *rest = pid
        if kind == "ref":
            own = self._resolve(number)
            self.foreign.add(id(own))
            return own
        if kind in ("callback", "iterator"):
            return self._callback(number, kind == "iterator")
        if kind == "part":
            return self.parts[number]
        make = self._generator if kind == "generator" else self._tensor
        self.parts[number] = None  # keeps its place, since a gradient may be made before it
        self.parts[number] = make(*rest)
        return self.parts[number]

    def _generator(self, place):
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(self._blobs[place - 1], dtype=torch.uint8))
        return generator

    def _tensor(self, place, dtype, shape, kind, grad):
        requires_grad, is_leaf, is_parameter = kind
        blob = self._blobs[place - 1]
        value = torch.empty(0, dtype=dtype)
        if len(blob):
            value = torch.frombuffer(blob, dtype=torch.uint8).view(dtype)
        value = value.reshape(shape)
        if is_parameter:
            value = torch.nn.Parameter(value, requires_grad=requires_grad)
        elif requires_grad:
            value.requires_grad_()
            if not is_leaf:
                # What is no leaf may be changed in place; the leaf before it takes the gradient.
                leaf, value = value, value.clone()
                value.dlcourse_leaf = leaf
        if grad is not None:
            value.grad = self.persistent_load(grad)
        return value
