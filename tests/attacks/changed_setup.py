"""No attack: an import added to the set-up cell. The exercise runs with its own set-up, so the
answer that relies on it fails, and its author is told why."""

from tests.attacks._base import cell

NOTE = "changed, not used: setup: import numpy as np"
LOSES = {"b7-diagnose-test"}
ANSWERS = {
    "b7-diagnose": """\
def diagnose(train_losses, validation_losses, target, gap):
    if not train_losses or len(train_losses) != len(validation_losses):
        raise ValueError("two curves of the same length, please")
    train, validation = np.mean(train_losses[-3:]), np.mean(validation_losses[-3:])
    if train > target:
        return "underfitting"
    return "overfitting" if validation - train > gap else "good"
"""
}


def tamper(notebook):
    cell(notebook, "setup").source += "\nimport numpy as np"
