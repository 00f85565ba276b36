"""What stands for the student's objects beside the tests.

A test cell reads a name of the student's notebook and gets a plain value, or a proxy for a
function, a class, a module or whatever else stays in the student's process. A proxy is equal to
nothing but itself.
"""

import functools
import types
from typing import TYPE_CHECKING

import torch

from dlcourse.grading.calls import values
from dlcourse.grading.calls.errors import NotCarriedError

if TYPE_CHECKING:
    from dlcourse.grading.calls.student import Student

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


class Proxy:
    """An object of the student's. The operations of :func:`proxy_type` come on top."""

    def __init__(self, student: "Student", reference: values.Reference):
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


@functools.lru_cache(maxsize=1000)
def proxy_type(can: frozenset[str], name: str) -> type[Proxy]:
    """The proxies with certain operations, under the name that the student's type has."""
    methods = dict(OPERATIONS[operation] for operation in can & OPERATIONS.keys())
    if "next" in can:
        methods["__iter__"] = lambda proxy: proxy
    elif "iter" in can:
        methods["__iter__"] = lambda proxy: iter(_do(proxy, "iter"))
    return type(name if name.isidentifier() else "object", (Proxy,), methods)


class Unavailable:
    """Stands for a value that cannot be carried over: whoever uses it learns why."""

    def __init__(self, reason: str):
        object.__setattr__(self, "_reason", reason)

    def _refuse(self, *_, **__):
        raise NotCarriedError(object.__getattribute__(self, "_reason"))

    __getattr__ = __setattr__ = __call__ = __iter__ = __len__ = __getitem__ = _refuse
    __bool__ = __eq__ = __hash__ = __repr__ = __str__ = __contains__ = _refuse
