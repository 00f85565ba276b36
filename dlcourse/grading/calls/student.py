"""The tests' side of a test: asks the student's process for names, calls and gradients.

A call sends copies of its arguments there and brings values back: the result, whatever it changed
in its arguments, and the gradient when ``backward`` comes to it.
"""

import builtins
import contextlib
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from dlcourse.checks import bans
from dlcourse.grading.calls import arguments, shown, values
from dlcourse.grading.calls.channel import Channel, ChannelError
from dlcourse.grading.calls.decoder import Decoder
from dlcourse.grading.calls.errors import NotCarriedError, StudentGoneError
from dlcourse.grading.calls.peer import Peer
from dlcourse.grading.calls.proxies import Unavailable, proxy_type
from dlcourse.grading.calls.randomness import Randomness

LOST = "what your code gave cannot be handed to the tests"


class Student:
    """Asks the student's process.

    Args:
        channel: to it.
        stays: whether an object belongs to the tests alone, so that no copy may be sent.
        show: shows what the student's code printed or displayed: outputs as in a notebook.
        key: of the tests' random numbers; the student's process must not know it.
    """

    def __init__(
        self,
        channel: Channel,
        stays: Callable[[object], bool],
        show: Callable[[list], None],
        key: bytes,
    ):
        self._peer = Peer(channel, self._answer)
        self._stays, self._show = stays, show
        self._random = Randomness(key)
        self._callbacks: dict[int, object] = {}
        self._released: list[int] = []
        self._proxies: dict[int, object] = {}
        self._names: dict[int, str] = {}
        self.gone = False

    def name(self, name: str) -> object:
        """The value that a name has in the student's notebook.

        Returns:
            It, or what stands for it where it stays there or cannot be carried over.

        Raises:
            NameError: if there is no such name.
            StudentGoneError: if the process has ended.
        """
        answer, blobs = self._ask({"do": "name", "name": name}, [])
        if "missing" in answer:
            raise NameError(f"name '{name}' is not defined")
        try:
            value = self._value(Decoder(blobs, self._proxy), answer)
            self._names |= {n: name for n, proxy in self._proxies.items() if proxy is value}
            return value
        except (NotCarriedError, Exception) as error:
            return Unavailable(f"{name}: {error}")

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
            NotCarriedError: if an argument or the result cannot be carried over.
            StudentGoneError: if the process has ended.
        """
        sent = (args, kwargs, self._random.changed())
        blobs, parts = arguments.pack(sent, self._register, self._stays)
        state = {"grad": torch.is_grad_enabled(), "banned": bans.active()}
        answer, blobs = self._ask({"do": what, "of": number, **state}, blobs)
        decoder = Decoder(blobs, self._proxy, parts, self._linker(parts))
        with _carrying():
            for place, data in answer.get("changed") or []:
                _restore(parts[place], decoder(data))
        try:
            return self._value(decoder, answer)
        except Exception as error:
            if what == "call":
                name = self._names.get(number) or type(self._proxies.get(number)).__name__
                error.remote_call = shown.call(name, args, kwargs)
            raise

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

    def _value(self, decoder: Decoder, answer: dict) -> object:
        """The value of an answer."""
        if "lost" in answer:
            raise NotCarriedError(f"{LOST}: {str(answer['lost'])[:1000]}")
        if "error" in answer:
            raise self._exception(_dictionary(answer["error"]))
        with _carrying():
            return decoder(answer.get("value"))

    def _proxy(self, reference: values.Reference) -> object:
        known = self._proxies.get(reference.number)
        if known is None:
            kind = proxy_type(reference.can, reference.name)
            known = self._proxies[reference.number] = kind(self, reference)
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
            args, kwargs = Decoder(blobs, self._proxy)(question["value"])
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
        got = self._value(Decoder(blobs, self._proxy), answer)
        if not isinstance(got, list) or len(got) != count:
            raise NotCarriedError(f"{LOST}: it is no list of gradients")
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
                raise NotCarriedError(f"{LOST}: it is no gradient of the arguments")
        return None, None, None, None, *grads


@contextlib.contextmanager
def _carrying() -> Iterator[None]:
    """Whatever goes wrong while an answer is read is none of the student's exceptions."""
    try:
        yield
    except Exception as error:
        raise NotCarriedError(f"{LOST}: {error}") from error


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
        data, grad, wants_gradient = value
        with torch.no_grad():
            if data.shape == part.shape and data.dtype == part.dtype:
                part.data.copy_(data)
            else:
                part.data = data
        if part.is_leaf:
            part.grad = grad
            part.requires_grad_(wants_gradient is True)
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
