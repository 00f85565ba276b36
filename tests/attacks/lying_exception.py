"""An exception takes part in how it is shown: it may show nothing, claim another class, print a
traceback of its own, or raise again. And a failed check is an exception of a class that
everybody can derive from."""

LOSES = {"b1-split", "b2-kfold-errors-test", "b3-penalty", "b7-diagnose"}
ANSWERS = {
    "b1-split": """\
from dlcourse.testing import CheckError


class Quiet(CheckError):
    def _render_traceback_(self):
        return []

    def __str__(self):
        return ""


def split_indices(n, n_validation, n_test, seed):
    raise Quiet
""",
    "b2-kfold": """\
class Liar(Exception):
    __class__ = property(lambda self: ValueError)

    def _render_traceback_(self):
        raise SystemExit(0)


def kfold_indices(n, k):
    if not 2 <= k <= n:
        raise Liar  # asked for is a ValueError, and this is none
    folds = torch.arange(n).tensor_split(k)
    return [(torch.cat(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(k)]
""",
    "b3-penalty": """\
class Broken(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__
    __traceback__ = __cause__ = property(lambda self: self)


def l2_penalty(parameters, lam):
    raise Broken
""",
    "b7-diagnose": """\
class Endless(ExceptionGroup):
    def __str__(self):
        return "x" * 10**9


def diagnose(*_, **__):
    error = Endless("many", [ValueError()] * 10_000)
    for _ in range(2000):
        error = Endless("many", [error])
    raise error
""",
}
