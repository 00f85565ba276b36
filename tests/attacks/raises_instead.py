"""Exceptions that stand for an orderly end: a test that raises one of them has not failed, in
the eyes of whoever only looks for errors."""

LOSES = {
    "b1-split",
    "b1-standardize",
    "b2-kfold",
    "b3-penalty",
    "b3-step",
    "b5-early-stopping",
    "b7-diagnose",
}
ANSWERS = {
    "b1-split": """\
import sys


def split_indices(n, n_validation, n_test, seed):
    raise SystemExit(0)
""",
    "b1-standardize": """\
def standardize(train, validation, test):
    raise KeyboardInterrupt
""",
    "b2-kfold": """\
def kfold_indices(n, k):
    raise GeneratorExit
""",
    "b3-penalty": """\
def l2_penalty(parameters, lam):
    raise StopIteration(torch.tensor(0.25))
""",
    "b3-step": """\
def decayed_sgd_step(parameters, gradients, lr, weight_decay):
    quit()
""",
    "b5-early-stopping": """\
class Skipped(BaseException):
    pass


Skipped.__module__, Skipped.__qualname__ = "unittest.case", "SkipTest"


def early_stopping(losses, patience, min_delta=0.0):
    raise Skipped("this test does not apply")
""",
    "b7-diagnose": """\
import asyncio


def diagnose(*_, **__):
    raise asyncio.CancelledError
""",
}
