"""What comes back is no value that could be compared: half a character, a number with ten
thousand digits, something that contains itself, a list in a list a hundred thousand deep, a
type, a module, an open file. A test must fail by it, not the grader."""

ANSWERS = {
    "b1-split": """\
def split_indices(n, n_validation, n_test, seed):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested
""",
    "b1-standardize": """\
def standardize(train, validation, test):
    same = {}
    same[1] = same["1"] = [same]
    return same
""",
    "b2-kfold": """\
def kfold_indices(n, k):
    return 7**20_000
""",
    "b3-penalty": """\
import sys


def l2_penalty(parameters, lam):
    return sys
""",
    "b3-step": """\
def decayed_sgd_step(parameters, gradients, lr, weight_decay):
    return type, open("/dev/null"), NotImplemented, ..., lambda: 0, b"\\xff", float("nan"), {1j: {}}
""",
    "b5-early-stopping": """\
def early_stopping(losses, patience, min_delta=0.0):
    return "\\ud83d\\x00" * 3, float("nan"), -0.0, float("-inf"), 10**400
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    return {"kind": "str", "__class__": "str", "value": "overfitting", "$ref": 0, "ok": True}
""",
}
LOSES = {
    "b1-split",
    "b1-standardize",
    "b2-kfold",
    "b3-penalty",
    "b3-step",
    "b5-early-stopping",
    "b7-diagnose",
}
