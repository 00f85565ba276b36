"""The tests' side of a test: what stands for the student's names and objects.

A test cell reads a name of the student's notebook and gets a plain value, or a proxy for a
function, a class, a module or whatever else stays in the student's process. A call sends copies of
its arguments there and brings values back: the result, whatever it changed in its arguments, and
the gradient when ``backward`` comes to it. A proxy itself is equal to nothing but itself.
"""

import builtins
import contextlib
import types
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from dlcourse.grading.calls import arguments, values
from dlcourse.grading.calls.channel import Channel, ChannelError
from dlcourse.grading.calls.peer import Peer

# Kinds of objects that tests ask for with isinstance; a claim about any other is not believed.
CLAIMS = {
    "builtins.function": types.FunctionType,
    "builtins.generator": types.GeneratorType,
    **{
        f"{kind.__module__}.{kind.__qualname__}": kind
        for space in (torch.nn, torch.nn.modules.module)
        for kind in vars(space).values()
        if isinstance(kind, type) and issubclass(kind, torch.nn.Module)
    },
}


class StudentGoneError(BaseException):
    """The student's process has ended. No Exception: a test that expects one must not go on."""


class Student:
    """Asks the student's process.

    Args:
        channel: to it.
        stays: whether an object belongs to the tests alone, so that no copy may be sent.
        show: shows what the student's code printed or displayed: outputs as in a notebook.
    """

    def __init__(
        self, channel: Channel, stays: Callable[[object], bool], show: Callable[[list], None]
    ):
        self._peer = Peer(channel, self._answer)
        self._stays, self._show = stays, show
        self._random = arguments.Randomness()
        self._callbacks: dict[int, object] = {}
        self._released: list[int] = []
        self._proxies: dict[int, object] = {}
        self.gone = False

    def names(self, names: list[str]) -> dict[str, object]:
        """The values of those names that the student's notebook has."""
        answer, blobs = self._ask({"do": "names", "names": names}, [])
        decoder = values.Decoder(blobs, self._proxy)
        found = _dictionary(answer.get("found"))
        return {name: self._decoded(decoder, found[name]) for name in names if name in found}

    def do(self, what: str, number: int, *args, **kwargs) -> object:
        """Let the student's process do something with one of its objects.

        Args:
            what: one of the operations of :mod:`dlcourse.grading.calls.servant`.
            number: the object's.
            *args: passed as copies.
            **kwargs: likewise.

        Returns:
            The result.

        Raises:
            Exception: what the student's code raised, by the name it has there, derived from the
                same built-in exception.
            StudentGoneError: if the process has ended.
        """
        sent = (args, kwargs, self._random.changed())
        blobs, parts = arguments.pack(sent, self._register, self._stays)
        grad = torch.is_grad_enabled()
        answer, blobs = self._ask({"do": what, "of": number, "grad": grad}, blobs)
        decoder = values.Decoder(blobs, self._proxy, parts, self._linker(parts))
        changed = answer.get("changed") or []
        for place, data in changed:
            _restore(parts[place], self._decoded(decoder, data))
        if "error" in answer:
            raise self._exception(_dictionary(answer["error"]))
        return self._decoded(decoder, answer.get("value"))

    def traceback(self, number: int) -> list[str]:
        """How the student's notebook shows an exception, entry by entry."""
        answer, _ = self._ask({"do": "traceback", "number": number}, [])
        return [str(line) for line in answer.get("lines") or []]

    def _ask(self, question: dict, blobs: list) -> tuple[dict, list]:
        question["released"], self._released = self._released, []
        try:
            answer, blobs = self._peer.ask(question, blobs)
        except ChannelError:
            self.gone = True
            raise StudentGoneError("the process that runs your code has ended") from None
        self._show(answer.get("outputs") or [])
        return answer, blobs

    def _decoded(self, decoder: values.Decoder, data: object) -> object:
        try:
            return decoder(data)
        except ValueError as error:
            raise ValueError(f"what your code returned cannot be read: {error}") from error

    def _proxy(self, reference: values.Reference) -> object:
        known = self._proxies.get(reference.number)
        if known is None:
            known = self._proxies[reference.number] = proxy_type(reference.can)(self, reference)
        return known

    def _exception(self, error: dict) -> BaseException:
        """An exception like the student's: the same name, the same built-in base."""
        names = [str(name) for name in error.get("types") or []]
        message, base = str(error.get("message", "")), RuntimeError
        for name in names:
            kind = getattr(builtins, name.removeprefix("builtins."), None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                base = kind if kind is not StopIteration else RuntimeError
                break
        name = names[0].rpartition(".")[2] if names else "Exception"
        kind = base if name == base.__name__ else type(name, (base,), {})
        raised = _raised(kind, message)
        raised.remote_traceback = lambda: self.traceback(int(error.get("number", 0)))
        return raised

    def _register(self, value: object) -> int:
        self._callbacks[id(value)] = value
        return id(value)

    def _answer(self, question: dict, blobs: list) -> tuple[dict, list]:
        """Call back a function of the tests, with the student's arguments."""
        try:
            function = self._callbacks[question["number"]]
            args, kwargs = values.Decoder(blobs, self._proxy)(question["value"])
            if question["do"] == "callback-next":
                result = next(function)
            else:
                result = function(*args, **kwargs)
            blobs, _ = arguments.pack(result, self._register, self._stays)
        except Exception as error:
            return {"error": {"type": type(error).__name__, "message": str(error)}}, []
        return {}, blobs

    def _linker(self, parts: list) -> Callable[[Tensor, int], Tensor]:
        inputs = [part for part in parts if isinstance(part, Tensor) and part.requires_grad]

        def link(value: Tensor, number: int) -> Tensor:
            anchor = torch.zeros((), requires_grad=True)
            with torch.enable_grad():
                return _Link.apply(self, number, value, anchor, *inputs)

        return link

    def backward(self, number: int, gradient: Tensor, count: int) -> list[Tensor | None]:
        """Pass a gradient through a call in the student's process.

        Args:
            number: of the result in the call.
            gradient: with respect to it.
            count: of the arguments that want a gradient.

        Returns:
            The gradients with respect to these arguments.
        """
        sent, _ = arguments.pack((gradient,), self._register, self._stays)
        answer, blobs = self._ask({"do": "backward", "number": number}, sent)
        if "error" in answer:
            raise self._exception(_dictionary(answer["error"]))
        got = self._decoded(values.Decoder(blobs, self._proxy), answer.get("value"))
        if not isinstance(got, list) or len(got) != count:
            raise ValueError("what came back are no gradients")
        return [grad if isinstance(grad, Tensor) else None for grad in got]

    def release(self, number: int) -> None:
        """Nobody here needs this result any more."""
        self._released.append(number)


class _Token:
    """Lives as long as a result's place in the graph."""

    def __init__(self, student: Student, number: int):
        self.student, self.number = student, number

    def __del__(self):
        self.student.release(self.number)


class _Link(torch.autograd.Function):
    """The step from the arguments of a call to one of its results."""

    @staticmethod
    def forward(ctx, student, number, value, anchor, *inputs):
        ctx.token, ctx.inputs = _Token(student, number), inputs
        return value.view_as(value)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        token = ctx.token
        grads = token.student.backward(token.number, gradient, len(ctx.inputs))
        for grad, argument in zip(grads, ctx.inputs, strict=True):
            if grad is not None and grad.shape != argument.shape:
                raise ValueError("what came back are no gradients of the arguments")
        return None, None, None, None, *grads


class Proxy:
    """An object of the student's. The operations of :func:`proxy_type` come on top."""

    def __init__(self, student: Student, reference: values.Reference):
        object.__setattr__(self, "_dlcourse", (student, reference))

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__") and name not in ("__name__", "__doc__"):
            raise AttributeError(f"the student's object has no {name}")
        return _do(self, "get", name)

    def __setattr__(self, name, value):
        _do(self, "set", name, value)

    def __bool__(self):
        return _do(self, "bool") is True

    def __repr__(self):
        return str(_do(self, "show"))

    @property
    def __class__(self):
        _, reference = object.__getattribute__(self, "_dlcourse")
        return next((CLAIMS[kind] for kind in reference.kinds if kind in CLAIMS), Proxy)

    @staticmethod
    def _reference_of(proxy) -> int:
        return object.__getattribute__(proxy, "_dlcourse")[1].number


def _do(proxy: Proxy, what: str, *args, **kwargs) -> object:
    student, reference = object.__getattribute__(proxy, "_dlcourse")
    return student.do(what, reference.number, *args, **kwargs)


def _next(proxy):
    student, reference = object.__getattribute__(proxy, "_dlcourse")
    try:
        return student.do("next", reference.number)
    except RuntimeError as error:
        if type(error).__name__ == "StopIteration":
            raise StopIteration from None
        raise


def _length(proxy):
    length = _do(proxy, "len")
    if not isinstance(length, int):
        raise TypeError("the length is no whole number")
    return length


OPERATIONS = {
    "call": ("__call__", lambda proxy, *args, **kwargs: _do(proxy, "call", *args, **kwargs)),
    "iter": ("__iter__", lambda proxy: iter([])),
    "next": ("__next__", _next),
    "len": ("__len__", _length),
    "getitem": ("__getitem__", lambda proxy, key: _do(proxy, "getitem", key)),
    "setitem": ("__setitem__", lambda proxy, key, item: _do(proxy, "setitem", key, item)),
    "contains": ("__contains__", lambda proxy, item: _do(proxy, "contains", item) is True),
    "enter": ("__enter__", lambda proxy: _do(proxy, "enter")),
    "exit": ("__exit__", lambda proxy, *error: _do(proxy, "exit", None, None, None) is True),
}
_types: dict[frozenset, type] = {}


def proxy_type(can: frozenset[str]) -> type[Proxy]:
    """The proxies with certain operations."""
    can = frozenset(can & OPERATIONS.keys())
    if can not in _types:
        methods = dict(OPERATIONS[name] for name in can)
        if "next" in can:
            methods["__iter__"] = lambda proxy: proxy
        elif "iter" in can:
            methods["__iter__"] = lambda proxy: iter(_do(proxy, "iter"))
        _types[can] = type("Proxy", (Proxy,), methods)
    return _types[can]


def _dictionary(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _raised(kind: type[Exception], message: str) -> Exception:
    try:
        return kind(message)
    except Exception:  # UnicodeDecodeError wants five arguments
        return type(kind.__name__, (RuntimeError,), {})(message)


def _restore(part: object, value: object) -> None:
    """Change an argument of a call as the student's function changed its copy."""
    if isinstance(part, Tensor):
        data, grad = value
        with torch.no_grad():
            if data.shape == part.shape and data.dtype == part.dtype:
                part.data.copy_(data)
            else:
                part.data = data
        if part.is_leaf:
            part.grad = grad
    elif isinstance(part, torch.Generator):
        part.set_state(value)
    elif isinstance(part, torch.nn.Module):
        for module, training in zip(part.modules(), value, strict=True):
            module.training = training is True
    elif isinstance(part, np.ndarray):
        part[...] = value
    else:
        part.clear()
        with contextlib.suppress(TypeError):
            (part.extend if isinstance(part, list) else part.update)(value)
