"""Ending the process in the middle of a test ends all tests at once; no error is shown and, for
the ones to come, no failure either. The student's other answers are right and keep their points."""

LOSES = {"b3-penalty", "b7-diagnose"}
ANSWERS = {
    "b3-penalty": """\
import os


def l2_penalty(parameters, lam):
    os._exit(0)
""",
    "b7-diagnose": """\
import os
import signal


def diagnose(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
""",
}
