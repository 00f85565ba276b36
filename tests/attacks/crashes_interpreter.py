"""Not every crash is asked for by name: a null pointer, endless recursion without a limit, a
stack of C functions."""

LOSES = {"b2-kfold", "b5-early-stopping", "b7-diagnose"}
ANSWERS = {
    "b2-kfold": """\
import sys


def kfold_indices(n, k):
    sys.setrecursionlimit(10**9)

    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "x")

    return Deep().a
""",
    "b5-early-stopping": """\
import ctypes


def early_stopping(losses, patience, min_delta=0.0):
    return ctypes.string_at(0)
""",
    "b7-diagnose": """\
def diagnose(train_losses, validation_losses, target, gap):
    return diagnose(train_losses, validation_losses, target, gap)
""",
}
