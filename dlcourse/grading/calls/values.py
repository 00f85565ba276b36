"""Values on their way from a student's process to the tests: data, never code.

:class:`Encoder` runs beside the student's code, :class:`~dlcourse.grading.calls.decoder.Decoder`
beside the tests. What arrives is built of Python's own types, tensors and arrays only; subclasses
of them lose whatever they override. Everything else stays where it is and is sent as a
:class:`Reference`: a number, and a claim what it is. So no object of the student's can agree with a
test, act when it is compared, or run when it is unpacked.
"""

import base64
import collections
import enum
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

MAX_DEPTH = 60
MAX_BYTES = 200 << 20  # of one tensor
MAX_ITEMS = 1_000_000  # values in one message
ITEM = 16  # characters of text that count as one more
SIZED = (str, bytes, list, tuple, dict, set, frozenset)
DTYPES = {str(d).removeprefix("torch."): d for d in vars(torch).values() if type(d) is torch.dtype}
SCALARS = "?bhilqBHILQefdgFDSUmM"  # kinds of NumPy arrays that are plain data


def as_bytes(tensor: Tensor) -> Tensor:
    """The bytes of a tensor that is not empty: (N,), uint8, on its own memory where it can be."""
    plain = tensor.contiguous()
    # A single number is contiguous with any stride, but only with stride 1 has it a view as bytes.
    return plain.as_strided((plain.numel(),), (1,)).view(torch.uint8)


@dataclass(frozen=True)
class Reference:
    """An object that stays in the student's process.

    Attributes:
        number: which.
        name: its type's name, for messages.
        kinds: names of the classes of Python and ``torch.nn`` that its type claims to derive from.
        can: the operations that its type has, such as "call" and "next".
    """

    number: int
    name: str
    kinds: tuple[str, ...] = ()
    can: frozenset[str] = frozenset()


class Encoder:
    """Encodes one message.

    Args:
        refer: makes a :class:`Reference` to an object.
        parts: objects of the call that is answered, by ``id``: what is one of them is sent as such.
        keep: called with each tensor that has a gradient to pass on; returns its number.
    """

    def __init__(
        self,
        refer: Callable[[object], Reference],
        parts: dict[int, int] | None = None,
        keep: Callable[[Tensor], int] | None = None,
    ):
        self._refer, self._parts, self._keep = refer, parts or {}, keep
        self.blobs: list[memoryview] = []
        self._left = MAX_ITEMS

    def __call__(self, value: object, depth: int = 0) -> list:
        """The value as JSON; its bytes are added to ``blobs``.

        Raises:
            ValueError: if it is nested too deeply, contains itself, or has too many items.
        """
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        size = len(value) if isinstance(value, SIZED) else 0
        text = isinstance(value, str | bytes)
        self._left -= 1 + (size // ITEM if text else 0)
        if self._left < (0 if text else size):
            raise ValueError(f"it has more than {MAX_ITEMS:,} items, or as much text")
        if id(value) in self._parts:
            return ["part", self._parts[id(value)]]
        for kind, encode in ENCODERS:
            if isinstance(value, kind):
                encoded = encode(self, value, depth + 1)
                if encoded is not None:
                    return encoded
        return self.reference(value)

    def reference(self, value: object) -> list:
        """An object that stays here."""
        ref = self._refer(value)
        return ["ref", ref.number, ref.name, list(ref.kinds), sorted(ref.can)]

    def bytes(self, data) -> int:
        """Add a blob; return its place."""
        self.blobs.append(memoryview(data).cast("B") if len(data) else memoryview(b""))
        return len(self.blobs) - 1

    def items(self, values, depth: int) -> list:
        """Encode each of some values."""
        return [self(value, depth) for value in values]

    def tensor(self, value: Tensor) -> list | None:
        """Dtype, shape and bytes; None for a tensor that has no plain bytes."""
        if value.layout != torch.strided or value.is_quantized or value.device.type == "meta":
            return None
        if value.numel() * value.element_size() > MAX_BYTES:
            raise ValueError(f"a tensor has more than {MAX_BYTES >> 20} MB")
        number, grad = None, None
        if not value.is_leaf and self._keep is not None:
            number = self._keep(value)
        elif value.is_leaf and value.grad is not None:
            grad = self(value.grad)
        plain = value.detach().cpu().resolve_conj().resolve_neg().as_subclass(Tensor)
        data = as_bytes(plain).numpy() if plain.numel() else b""
        name = str(plain.dtype).removeprefix("torch.")
        place, shape = self.bytes(data), list(plain.shape)
        wants = [value.requires_grad, isinstance(value, torch.nn.Parameter)]
        return ["tensor", name, shape, place, *wants, number, grad]

    def array(self, value: np.ndarray) -> list | None:
        """Dtype, shape and bytes; None for an array of objects."""
        if value.dtype.char not in SCALARS:
            return None
        plain = np.ascontiguousarray(value).view(np.ndarray)
        data = plain.reshape(-1).view(np.uint8) if plain.size and plain.dtype.itemsize else b""
        return ["array", plain.dtype.str, list(value.shape), self.bytes(data)]


def _whole(encoder: Encoder, value: int, depth: int) -> list:
    return ["int", hex(int(value))] if abs(int(value)) >= 2**53 else ["int", int(value)]


def _real(encoder: Encoder, value: float, depth: int) -> list:
    return ["float", float(value).hex()]


def _named(encoder: Encoder, value: tuple, depth: int) -> list | None:
    fields = getattr(type(value), "_fields", None)
    if not isinstance(fields, tuple) or len(fields) != len(value):
        return None
    name = type(value).__name__
    return ["namedtuple", name, list(fields), encoder.items(tuple.__iter__(value), depth)]


def _pairs(kind: str):
    def encode(encoder: Encoder, value: dict, depth: int) -> list:
        return [kind, [encoder.items(pair, depth) for pair in dict.items(value)]]

    return encode


# In this order: the first that fits and does not return None.
ENCODERS: list[tuple[type | tuple, Callable]] = [
    (type(None), lambda e, v, d: ["none"]),
    (type(...), lambda e, v, d: ["ellipsis"]),
    (bool, lambda e, v, d: ["bool", v is True]),
    (enum.Enum, lambda e, v, d: None if isinstance(v, int | str) else e.reference(v)),
    (int, _whole),
    (float, _real),
    (complex, lambda e, v, d: ["complex", v.real.hex(), v.imag.hex()]),
    (str, lambda e, v, d: ["str", str.__str__(v)]),
    (bytes, lambda e, v, d: ["bytes", base64.b64encode(v).decode()]),
    (Tensor, lambda e, v, d: e.tensor(v)),
    (np.ndarray, lambda e, v, d: e.array(v)),
    (np.generic, lambda e, v, d: e.array(np.asarray(v)) and ["scalar", *e.array(np.asarray(v))]),
    (torch.Size, lambda e, v, d: ["size", [int(n) for n in tuple.__iter__(v)]]),
    (tuple, _named),
    (tuple, lambda e, v, d: ["tuple", e.items(tuple.__iter__(v), d)]),
    (list, lambda e, v, d: ["list", e.items(list.__iter__(v), d)]),
    (collections.Counter, _pairs("counter")),
    (dict, _pairs("dict")),
    (frozenset, lambda e, v, d: ["frozenset", e.items(frozenset.__iter__(v), d)]),
    (set, lambda e, v, d: ["set", e.items(set.__iter__(v), d)]),
    (range, lambda e, v, d: ["range", v.start, v.stop, v.step]),
    (slice, lambda e, v, d: ["slice", *e.items([v.start, v.stop, v.step], d)]),
    (torch.dtype, lambda e, v, d: ["dtype", str(v).removeprefix("torch.")]),
    (torch.device, lambda e, v, d: ["device", str(v)]),
    (Fraction, lambda e, v, d: ["fraction", hex(v.numerator), hex(v.denominator)]),
]  # fmt: skip
