"""What an answer may not use, checked where it runs.

A ban says which operation or which part of this library an answer has to do without. It looks at
what is called, not at how the text calls it: an alias, a ``Tensor`` method, a module that calls the
operation inside, a function compiled before are all the same to it.
"""

import contextlib
import inspect
import pkgutil
import types
from collections.abc import Iterator

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from dlcourse.checks.failures import CheckError

# Who lets torch find a derivative: backwards, forwards (``torch.func.jvp``, ``jacfwd`` and
# ``linearize`` make dual numbers, too), or with an operation's own ``…_backward``.
AUTOGRAD = ("torch.autograd.grad", "torch.autograd.backward", "make_dual", "_backward")

_active: list[tuple[str, ...]] = []


class BannedError(CheckError):
    """An answer has called what its task is to write."""


def active() -> list[str]:
    """What is banned now, as :func:`without` was told."""
    return [name for names in _active for name in names]


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """While this context lasts, whoever calls one of these fails.

    What is expected must therefore be computed before. A student's process that a test calls in
    this context keeps the ban, too.

    Args:
        *names: a word without a dot bans every operation of torch that has it in its name
            (``"batch_norm"``: ``F.batch_norm``, ``nn.BatchNorm2d``, ``torch.native_batch_norm``);
            a dotted name one function, or one class with its methods (``"dlcourse.models.LeNet"``).
            ``*AUTOGRAD`` are all that find derivatives.

    Raises:
        BannedError: in the code that calls one of them.
    """
    words = tuple(name for name in names if "." not in name)
    with contextlib.ExitStack() as stack:
        for name in names:
            if name not in words:
                _block(stack, name)
        _active.append(names)
        stack.callback(_active.remove, names)
        if words:
            stack.enter_context(_Operations(words))
            stack.enter_context(_Functions(words))
        yield


def refuse(name: str) -> None:
    """Say that this was not to be called.

    Raises:
        BannedError: always.
    """
    raise BannedError(f"your code calls {name}: here it is yours to write, without that")


def _look(words: tuple[str, ...], name: str) -> None:
    if any(word in name for word in words):
        refuse(name)


class _Functions(TorchFunctionMode):
    """Sees calls of torch from Python: before an operation is split into others."""

    def __init__(self, words: tuple[str, ...]):
        super().__init__()
        self._words = words

    def __torch_function__(self, func, types, args=(), kwargs=None):
        _look(self._words, getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


class _Operations(TorchDispatchMode):
    """Sees what arrives at the kernels: from compiled code as well."""

    def __init__(self, words: tuple[str, ...]):
        super().__init__()
        self._words = words

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        _look(self._words, func._schema.name.partition("::")[2])
        return func(*args, **(kwargs or {}))


def _block(stack: contextlib.ExitStack, name: str) -> None:
    """Give a function, or the methods of a class, another body for a while.

    The body and not the name: whoever has imported the function before has only that in common.
    """
    found = pkgutil.resolve_name(name)
    functions = vars(found).values() if inspect.isclass(found) else [found]
    for function in map(inspect.unwrap, functions):
        if isinstance(function, types.FunctionType):
            stack.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = _refusal(name, len(function.__code__.co_freevars))


def _refusal(name: str, cells: int) -> types.CodeType:
    """The code of a function that refuses; it takes over as many variables as the replaced one."""
    variables = ", ".join(f"cell_{number}" for number in range(cells))
    text = (
        f"def outer({variables}):\n"
        "    def refused(*_, **__):\n"
        f"        __import__('pkgutil').resolve_name('{__name__}:refuse')({name!r})\n"
        f"        return ({variables})\n"
        "    return refused\n"
    )
    space: dict = {}
    exec(text, space)
    return space["outer"](*range(cells)).__code__
