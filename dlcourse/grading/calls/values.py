"""Values on their way from a student's process to the tests: data, never code.

:func:`encode` runs beside the student's code, :func:`decode` beside the tests. What arrives is
built of Python's own types, tensors and arrays only; subclasses of them lose whatever they
override. Everything else stays where it is and is sent as a :class:`Reference`: a number, and a
claim what it is. So no object of the student's can agree with a test, act when it is compared, or
run when it is unpacked.
"""

import base64
import collections
import enum
import keyword
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

MAX_DEPTH = 60
MAX_BYTES = 200 << 20  # of one tensor
MAX_ITEMS = 2_000_000  # values in one message
DTYPES = {str(d).removeprefix("torch."): d for d in vars(torch).values() if type(d) is torch.dtype}
SCALARS = "?bhilqBHILQefdgFDSUmM"  # kinds of NumPy arrays that are plain data


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

    def __call__(self, value: object, depth: int = 0) -> list:
        """The value as JSON; its bytes are added to ``blobs``.

        Raises:
            ValueError: if it is nested too deeply or contains itself.
        """
        if depth > MAX_DEPTH:
            raise ValueError(f"the value is nested more than {MAX_DEPTH} deep")
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
            raise ValueError(f"the tensor has more than {MAX_BYTES >> 20} MB")
        number, grad = None, None
        if not value.is_leaf and self._keep is not None:
            number = self._keep(value)
        elif value.is_leaf and value.grad is not None:
            grad = self(value.grad)
        plain = value.detach().cpu().resolve_conj().resolve_neg().contiguous().as_subclass(Tensor)
        data = plain.reshape(-1).view(torch.uint8).numpy() if plain.numel() else b""
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
            raise ValueError("the value is nested too deeply or has too many items")
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
