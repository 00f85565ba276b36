"""The test has failed, and its error is being shown: only then the process ends, and the next
question, with its right answer, finds nobody."""

LOSES = {"b3-penalty", "b5-early-stopping"}
ANSWERS = {
    "b3-penalty": """\
import os


class Last(Exception):
    def _render_traceback_(self):
        os._exit(0)


def l2_penalty(parameters, lam):
    raise Last("words")
""",
    "b5-early-stopping": """\
class Answer:
    def __repr__(self):
        os._exit(0)


def early_stopping(losses, patience, min_delta=0.0):
    return Answer()
""",
}
