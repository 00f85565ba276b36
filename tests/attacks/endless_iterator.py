"""A generator that never ends is a value, too: whoever goes through it, or makes a list of it,
waits forever, with ever less memory."""

LOSES = {"b2-kfold", "b5-early-stopping", "b7-diagnose"}
ANSWERS = {
    "b2-kfold": """\
import itertools


class Endless:
    def __init__(self, n, k):
        self.pair, self.k = (torch.arange(n), torch.arange(0)), k

    def __iter__(self):
        return itertools.repeat(self.pair)

    def __len__(self):
        return self.k


def kfold_indices(n, k):
    return Endless(n, k)
""",
    "b5-early-stopping": """\
def early_stopping(losses, patience, min_delta=0.0):
    return itertools.count()
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    return ("good" for _ in itertools.count())
""",
}
