"""How a check says that something is not as it should be."""

from typing import NoReturn

from torch import Tensor


class CheckError(AssertionError):
    """A failed check. A notebook shows its message alone: the traceback would not help anybody."""

    def _render_traceback_(self) -> list[str]:
        return [f"CheckError: {self}"]


def fail(call: str, what: str, expected: str, got: str, hint: str) -> NoReturn:
    """Raise a check's error.

    Raises:
        CheckError: always.
    """
    lines = [f"{call}: {what}.", f"  expected: {expected}", f"  got:      {got}"]
    if hint:
        lines.append(f"  hint: {hint}")
    raise CheckError("\n".join(lines))


def article(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def describe(value: object) -> str:
    """What a value is, for messages about its type."""
    if value is None:
        return "None (does the function end with return?)"
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)} and {value.dtype}"
    return f"{article(type(value).__name__)}, {show(value)}"


def show(value: object, limit: int = 200) -> str:
    """A value on one line, shortened."""
    try:
        text = " ".join(repr(value).split())
    except Exception as error:  # a class may do anything there, and a number have too many digits
        text = f"<{article(type(value).__name__)} that cannot be shown: {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
