"""No attack: an import added to the set-up cell, as it invites to. The exercise runs with its own
set-up; what is imported besides is there for the student's own code."""

from tests.attacks._base import cell

LOSES = set()
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
