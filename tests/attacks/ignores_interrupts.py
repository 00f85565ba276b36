"""A loop that catches each interrupt, and one inside a function of C that no signal reaches: the
grader waits for its limit of time and must then do more than to ask."""

LOSES = {"b5-early-stopping"}
ANSWERS = {
    "b5-early-stopping": """\
import itertools
import signal


def early_stopping(losses, patience, min_delta=0.0):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        try:
            sum(itertools.repeat(0))
        except BaseException:
            pass
"""
}
