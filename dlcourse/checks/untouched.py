"""What was given to an answer is afterwards what it was."""

from collections.abc import Callable

from torch import Tensor

from dlcourse.checks import trees
from dlcourse.checks.failures import CheckError


def check_untouched(call: str, function: Callable, *arguments: object, hint: str = "") -> object:
    """Call a function and check that it leaves its arguments as they are.

    Args:
        call: the call as a student would write it.
        function: the student's.
        *arguments: numbers, texts, tensors, and lists, tuples and dicts of them; copies are passed.
        hint: what to think about.

    Returns:
        What the function returns.

    Raises:
        CheckError: if a tensor, a list or a dict has changed: its values, its order, or whether a
            tensor wants a gradient.
    """
    given = trees.copied(arguments, lambda tensor: tensor.detach().clone())
    before = trees.copied(given, Tensor.clone)
    got = function(*given)
    for number, (now, was) in enumerate(zip(given, before, strict=True), start=1):
        if not trees.same(now, was):
            advice = hint or "work on a copy, or write y = y + x where y += x changes y in place"
            raise CheckError(f"{call}: argument {number} has been changed.\n  hint: {advice}")
    return got
