"""What the test cells of an exercise call: checks that compare plain values and teach.

A test cell calls the student's function with plain values (numbers, text, lists, dicts, tensors)
and passes what came back to one of these checks. Nothing here looks at the function itself, so the
function may run in the same notebook or in another process.

Every check takes first the *call* as the student would write it (``"dropout(x, p=0.5)"``), then
what came back, then what was expected; ``hint`` says in one sentence what to think about.
"""

import itertools
import math
import numbers
import sys
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

# What the test cells find here, too.
from dlcourse.checks.bans import AUTOGRAD, without  # noqa: F401
from dlcourse.checks.bonus import bonus  # noqa: F401
from dlcourse.checks.failures import CheckError, article, describe, fail, show
from dlcourse.checks.gradients import check_gradients  # noqa: F401
from dlcourse.checks.pictures import draw_beside  # noqa: F401
from dlcourse.checks.pieces import piece  # noqa: F401
from dlcourse.checks.untouched import check_untouched  # noqa: F401


def prepare_notebook() -> None:
    """Make the kernel ready for test cells: nothing goes to stderr, and torch uses one thread.

    nbgrader gives no points for a test cell with any output on stderr, so that a mere warning or
    progress bar from a right answer would cost them all; here it appears on stdout instead. The
    tensors of an exercise are small: more threads would only wait for each other, above all where
    several notebooks are graded at once, and sums would differ from machine to machine.
    """
    sys.stderr = sys.stdout
    torch.set_num_threads(1)


def check(condition: bool, message: str) -> None:
    """Fail with ``message`` unless ``condition`` holds.

    Raises:
        CheckError: if the condition is false.
    """
    if not condition:
        raise CheckError(message)


def passed(task: str) -> None:
    """Print that the visible tests of ``task`` have passed."""
    print(f"{task}: all visible tests passed.")


def check_choice(name: str, answer: object, options: Sequence[str]) -> str:
    """Check that an answer is one of the options (case and surrounding spaces do not matter).

    Args:
        name: the variable that holds the answer, ``"answer_a1"``.
        answer: what the student assigned.
        options: the letters to choose from, ``"abcd"``.

    Returns:
        The chosen option as written in ``options``.

    Raises:
        CheckError: if the answer is missing or is none of the options.
    """
    listed = ", ".join(repr(option) for option in options)
    check(answer is not None, f"{name} is still None: assign one of {listed}.")
    choice = answer.strip().lower() if isinstance(answer, str) else answer
    check(
        isinstance(choice, str) and choice in list(options),
        f"{name} is {show(answer)}: assign one of {listed}, with the quotes.",
    )
    return choice


def check_number(name: str, answer: object) -> float:
    """Check that an answer is one finite number and return it as a float.

    Raises:
        CheckError: if it is missing, not a number, or not finite.
    """
    check(answer is not None, f"{name} is still None: assign the number you calculated.")
    value = _as_float(_plain(answer))
    if value is None or not math.isfinite(value):
        # Not by `check`: to write the text of a tensor takes longer than all else here.
        raise CheckError(
            f"{name} is {show(answer)}: assign one finite number, for example 12 or 0.125."
        )
    return value


def check_float(call: str, got: object, hint: str = "") -> float:
    """Check that a value is one number, or a tensor without dimensions, and return it as a float.

    Raises:
        CheckError: if it is not.
    """
    value = _as_float(_plain(got))
    if value is None:
        fail(call, "is not numeric", "a number", describe(got), hint)
    return value


def check_items(call: str, got: object, number: int | None = None, hint: str = "") -> list:
    """Check that a value is a sequence of ``number`` items, or any, and return them as a list.

    Whatever stands for a sequence (a list, a tensor, a generator, an object of the student's own
    class) is read here once: what is compared afterwards cannot change any more, nor claim to have
    more items than it gives. Text, dicts and sets are no sequences.

    Raises:
        CheckError: if it is no sequence or has another number of items.
    """
    expected = "a list or tuple" + ("" if number is None else f" of {number}")
    try:
        if isinstance(got, str | bytes | dict | set | frozenset):
            raise TypeError
        each = iter(got)
    except TypeError:
        fail(call, "is no sequence", expected, describe(got), hint)
    items = list(each if number is None else itertools.islice(each, number + 1))
    if number is not None and len(items) != number:
        found = f"more than {number}" if len(items) > number else str(len(items))
        fail(call, "has another number of items", str(number), found, hint)
    return items


def check_equal(call: str, got: object, expected: object, hint: str = "") -> None:
    """Check that plain values are equal: numbers, text, and lists, tuples or dicts of them.

    A list equals a tuple with the same items, and a NumPy number or a tensor without dimensions
    equals its value. Other arrays and tensors equal only their own kind. ``True`` is not 1, nor
    ``False`` 0, within a list as well.

    Raises:
        CheckError: if they differ.
    """
    if not _equal(_plain(got), _plain(expected)):
        have = describe(got) if got is None else show(got)
        fail(call, "gives another value", show(expected), have, hint)


def check_type(call: str, got: object, kind: type, hint: str = "") -> None:
    """Check that a value is an instance of ``kind``, one of Python's own types or ``Tensor``.

    Raises:
        CheckError: if it is not.
    """
    if not isinstance(got, kind):
        fail(call, "has another type", article(kind.__name__), describe(got), hint)


def check_shape(call: str, got: object, shape: Sequence[int], hint: str = "") -> None:
    """Check that a value is a tensor of the given shape; ``()`` is a single number.

    Raises:
        CheckError: if it is not a tensor or has another shape.
    """
    check_type(call, got, Tensor, hint)
    if tuple(got.shape) != tuple(shape):
        fail(call, "has another shape", str(tuple(shape)), str(tuple(got.shape)), hint)


def check_dtype(call: str, got: object, dtype: torch.dtype, hint: str = "") -> None:
    """Check that a value is a tensor of the given dtype.

    Raises:
        CheckError: if it is not a tensor or has another dtype.
    """
    check_type(call, got, Tensor, hint)
    if got.dtype != dtype:
        fail(call, "has another dtype", str(dtype), str(got.dtype), hint)


def check_requires_grad(call: str, got: object, hint: str = "") -> None:
    """Check that a value is a tensor through which gradients flow back.

    Raises:
        CheckError: if it is no tensor, or cut off from what it was computed from.
    """
    check_type(call, got, Tensor, hint)
    if not got.requires_grad:
        wanted = "a result through which gradients flow back"
        fail(call, "is cut off from its arguments", wanted, "one that has no derivative", hint)


def check_close(
    call: str,
    got: object,
    expected: object,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    hint: str = "",
) -> None:
    """Check that a number, or a tensor of the same shape, agrees up to rounding.

    Values agree where ``|got − expected| ≤ atol + rtol · |expected|``; an infinity agrees with
    itself alone, a NaN never. Dtypes are left to :func:`check_dtype`.

    Args:
        call: the call as a student would write it.
        got: a number or a tensor.
        expected: a number (then ``got`` may also be a tensor with shape ``()``), a list of
            numbers (then ``got`` may be a list or a tensor) or a tensor.
        rtol: relative tolerance.
        atol: absolute tolerance.
        hint: what to think about.

    Raises:
        CheckError: if types or shapes do not fit or a value is off.
    """
    if isinstance(expected, Tensor):
        check_type(call, got, Tensor, hint)
    want, have = _as_double(expected), _as_double(got)
    if have is None:
        kind = "a tensor or list of numbers" if want.ndim else "a number"
        fail(call, "is not numeric", kind, describe(got), hint)
    if have.shape != want.shape:
        fail(call, "has another shape", str(tuple(want.shape)), str(tuple(have.shape)), hint)
    near = (have - want).abs() <= atol + rtol * want.abs()
    wrong = ~torch.where(want.isinf(), have == want, near)
    if not wrong.any():
        return
    if not want.ndim:
        fail(call, "gives another value", f"{want.item():.6g}", f"{have.item():.6g}", hint)
    place = tuple(wrong.nonzero()[0].tolist())
    where = f"{int(wrong.sum())} of {wrong.numel()} values differ; the first at index {list(place)}"
    fail(call, where, f"{want[place].item():.6g}", f"{have[place].item():.6g}", hint)


def check_raises(
    call: str, exception: type[Exception], function: Callable, *args, hint: str = "", **kwargs
) -> None:
    """Check that ``function(*args, **kwargs)`` raises ``exception``.

    Raises:
        CheckError: if it returns or raises something else.
    """
    expected = f"{exception.__name__} raised"
    try:
        got = function(*args, **kwargs)
    except exception:
        return
    except Exception as error:
        fail(call, "raises another error", expected, f"{type(error).__name__}: {error}", hint)
    fail(call, "does not complain", expected, f"the value {show(got)}", hint)


def _plain(value: object) -> object:
    """Numbers of any kind as Python's own, sequences as lists, to compare by value."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # Tensors and NumPy scalars with a single value; bool, int and float have no item().
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    return value


def _equal(a: object, b: object) -> bool:
    """Whether values that :func:`_plain` returned are the same."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray | Tensor) or isinstance(b, np.ndarray | Tensor):
        return type(a) is type(b) and a.shape == b.shape and bool((a == b).all())
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _as_float(value: object) -> float | None:
    """A number as a float; None for anything else, and for a whole number too large to be one."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _as_double(value: object) -> Tensor | None:
    """A number, a list of numbers or a tensor as float64 on the CPU; None for anything else."""
    if isinstance(value, Tensor):
        return None if value.is_complex() else value.detach().cpu().double()
    value = _plain(value)
    items = value if isinstance(value, list) else [value]
    floats = [_as_float(item) for item in items]
    if None in floats:
        return None
    return torch.tensor(floats if isinstance(value, list) else floats[0], dtype=torch.float64)
