"""The student's side of a test: keeps the objects, does what the tests ask, sends values back.

It runs in the student's own process, and the student's code could replace all of it. Nothing
depends on its honesty: whatever it says is a claim that a test may find wrong.
"""

import builtins
import contextlib
import inspect
import types
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from dlcourse.checks import bans
from dlcourse.grading.calls import arguments, randomness, values
from dlcourse.grading.calls.channel import Channel
from dlcourse.grading.calls.errors import NotCarriedError
from dlcourse.grading.calls.peer import Peer

# What an object can do, by the method that its type has for it.
ABILITIES = {
    "call": "__call__",
    "iter": "__iter__",
    "next": "__next__",
    "len": "__len__",
    "getitem": "__getitem__",
    "setitem": "__setitem__",
    "contains": "__contains__",
    "enter": "__enter__",
    "exit": "__exit__",
}
KNOWN = ("builtins", "types", "torch.nn.")
SHOWN = 2000  # characters of an object's repr
MAX_ANSWER = 200  # MB of what is sent back at once


class Servant:
    """Answers the tests' questions.

    Args:
        channel: to the tests' process.
        namespace: the notebook's.
        outputs: takes what was printed or displayed since it was last called.
        traceback: formats an exception as the notebook shows it, entry by entry.
    """

    def __init__(
        self,
        channel: Channel,
        namespace: dict,
        outputs: Callable[[], list],
        traceback: Callable[[BaseException], list[str]],
    ):
        self.peer = Peer(channel, self._answer)
        self._namespace, self._outputs, self._traceback = namespace, outputs, traceback
        self._objects: dict[int, object] = {}
        self._numbers: dict[int, int] = {}
        self._kept: dict[int, tuple[Tensor, list]] = {}
        self._errors: list[BaseException] = []
        self._count = 0

    def _answer(self, question: dict, blobs: list) -> tuple[dict, list]:
        for number in question.get("released", ()):
            self._kept.pop(number, None)
            gone = self._objects.pop(number, None)
            self._numbers.pop(id(gone), None)
        encoder = values.Encoder(self._refer)
        try:
            answer, encoder = self._do(question, blobs, encoder)
            size = sum(map(len, encoder.blobs)) >> 20
            if size > MAX_ANSWER:
                raise NotCarriedError(f"it has {size} MB, more than {MAX_ANSWER}")
        except NotCarriedError as error:
            answer, encoder = {"lost": str(error)}, values.Encoder(self._refer)
        except BaseException as error:
            answer, encoder = {"error": self._error(error)}, values.Encoder(self._refer)
        answer["outputs"] = self._outputs()
        return answer, encoder.blobs

    def _do(self, question: dict, blobs: list, encoder: values.Encoder) -> tuple[dict, object]:
        what = question["do"]
        if what == "name":
            if question["name"] not in self._namespace:
                return {"missing": True}, encoder
            with _carrying():
                return {"value": encoder(self._namespace[question["name"]])}, encoder
        if what == "traceback":
            return {"lines": self._traceback(self._errors[question["number"]])}, encoder
        if what == "backward":
            return {"value": self._backward(question["number"], blobs, encoder)}, encoder
        with _carrying():
            sent, parts = arguments.unpack(blobs, self._callback, self._objects.__getitem__)
            args, kwargs, random = sent
            randomness.apply(random)
            leaves = [
                getattr(part, "dlcourse_leaf", part)
                for part in parts
                if isinstance(part, Tensor) and part.requires_grad
            ]
            before = [_snapshot(part) for part in parts]
        with torch.set_grad_enabled(question["grad"]), bans.without(*question["banned"]):
            result = _operations[what](self._objects[question["of"]], *args, **kwargs)
        encoder = values.Encoder(
            self._refer,
            {id(part): number for number, part in enumerate(parts)},
            lambda tensor: self._keep(tensor, leaves),
        )
        with _carrying():
            changed = [
                [number, encoder_of_part(encoder, part)]
                for number, (part, old) in enumerate(zip(parts, before, strict=True))
                if _differs(part, old)
            ]
            return {"value": encoder(result), "changed": changed}, encoder

    def _backward(self, number: int, blobs: list, encoder: values.Encoder) -> list:
        """Pass a gradient on, to the arguments of the call and to the student's parameters."""
        tensor, leaves = self._kept[number]
        (gradient,), _ = arguments.unpack(blobs, self._callback, self._objects.__getitem__)
        held = [leaf.grad for leaf in leaves]
        for leaf in leaves:
            leaf.grad = None
        tensor.backward(gradient, retain_graph=True)
        got = [leaf.grad for leaf in leaves]
        for leaf, grad in zip(leaves, held, strict=True):
            leaf.grad = grad
        return encoder(got)

    def _refer(self, value: object) -> values.Reference:
        number = self._numbers.get(id(value))
        if number is None:
            self._count += 1
            number = self._count
            self._objects[number], self._numbers[id(value)] = value, number
        kind = type(value)
        kinds = tuple(
            f"{base.__module__}.{base.__qualname__}"
            for base in kind.__mro__
            if str(base.__module__).startswith(KNOWN)
        )
        can = frozenset(name for name, method in ABILITIES.items() if hasattr(kind, method))
        return values.Reference(number, kind.__name__, kinds, can)

    def _keep(self, tensor: Tensor, leaves: list) -> int:
        self._count += 1
        self._kept[self._count] = (tensor, leaves)
        return self._count

    def _error(self, error: BaseException) -> dict:
        self._errors.append(error)
        names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
        return {"types": names, "message": _text(error), "number": len(self._errors) - 1}

    def _callback(self, number: int, iterator: bool) -> object:
        def ask(do: str, args: tuple = (), kwargs: dict | None = None):
            encoder = values.Encoder(self._refer)
            value = encoder([args, kwargs or {}])
            question = {"do": do, "number": number, "value": value}
            answer, blobs = self.peer.ask(question, encoder.blobs)
            if error := answer.get("error"):
                kind = getattr(builtins, error["type"], RuntimeError)
                raise kind(error["message"])
            return arguments.unpack(blobs, self._callback, self._objects.__getitem__)[0]

        return _Iterator(ask) if iterator else _Function(ask)


@contextlib.contextmanager
def _carrying() -> Iterator[None]:
    """What goes wrong while values are packed or unpacked is no exception of the function's."""
    try:
        yield
    except BaseException as error:
        raise NotCarriedError(_text(error)) from error


def _text(error: BaseException) -> str:
    try:
        return str(error)[:10_000]
    except Exception:
        return "(its message cannot be shown)"


class _Function:
    """A function of a test cell."""

    def __init__(self, ask: Callable):
        self._ask = ask

    def __call__(self, *args, **kwargs):
        return self._ask("callback", args, kwargs)


class _Iterator:
    """A generator of a test cell."""

    def __init__(self, ask: Callable):
        self._ask = ask

    def __iter__(self):
        return self

    def __next__(self):
        return self._ask("callback-next")


def _tensor_state(tensor: Tensor) -> tuple:
    data = tensor.detach()
    plain = values.as_bytes(data).clone() if data.numel() else None
    return tuple(data.shape), data.dtype, plain


def _snapshot(part: object) -> object:
    """What is needed to tell later whether a part has changed."""
    if isinstance(part, Tensor):
        grad = part.grad if part.is_leaf else None
        return (
            _tensor_state(part),
            grad if grad is None else _tensor_state(grad),
            part.requires_grad,
        )
    if isinstance(part, torch.Generator):
        return part.get_state()
    if isinstance(part, torch.nn.Module):
        return [module.training for module in part.modules()]
    if isinstance(part, np.ndarray):
        return part.copy()
    if isinstance(part, dict):
        return list(dict.items(part))
    return list(part)


def _differs(part: object, before: object) -> bool:
    now = _snapshot(part)
    if isinstance(part, Tensor):
        return now[2] != before[2] or not all(map(_same_state, now[:2], before[:2]))
    if isinstance(part, torch.Generator):
        return not torch.equal(now, before)
    if isinstance(part, np.ndarray):
        return now.tobytes() != before.tobytes()
    if isinstance(part, torch.nn.Module):
        return now != before
    if isinstance(part, dict):
        now, before = sum(now, ()), sum(before, ())
    return len(now) != len(before) or any(a is not b for a, b in zip(now, before, strict=True))


def _same_state(a: tuple | None, b: tuple | None) -> bool:
    if a is None or b is None:
        return a is b
    same = a[:2] == b[:2]
    return same and (a[2] is b[2] or torch.equal(a[2], b[2]))


def encoder_of_part(encoder: values.Encoder, part: object) -> list:
    """What a changed part has become."""
    inside = values.Encoder(encoder._refer)
    inside.blobs = encoder.blobs
    if isinstance(part, Tensor):
        grad = part.grad if part.is_leaf else None
        return inside([part.detach(), grad, part.requires_grad])
    if isinstance(part, torch.Generator):
        return inside(part.get_state())
    if isinstance(part, torch.nn.Module):
        return inside([module.training for module in part.modules()])
    # Of the items those that are parts themselves stay what they are.
    whole = {number: place for number, place in encoder._parts.items() if number != id(part)}
    inside._parts = whole
    return inside(part)


def _get_attribute(value, name):
    if inspect.ismodule(value) or isinstance(value, types.FrameType):
        raise AttributeError(f"no attribute {name} is shown of a {type(value).__name__}")
    return getattr(value, name)


def _show(value):
    return repr(value)[:SHOWN]


_operations = {
    "call": lambda value, *args, **kwargs: value(*args, **kwargs),
    "get": _get_attribute,
    "set": setattr,
    "getitem": lambda value, key: value[key],
    "setitem": lambda value, key, item: value.__setitem__(key, item),
    "len": len,
    "iter": iter,
    "next": next,
    "contains": lambda value, item: item in value,
    "bool": bool,
    "show": _show,
    "enter": lambda value: value.__enter__(),
    "exit": lambda value, *error: value.__exit__(*error),
}
