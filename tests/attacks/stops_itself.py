"""A stopped process is neither dead nor busy, and takes no notice of any signal but two."""

ANSWERS = {
    "b7-diagnose": """\
import os
import signal


def diagnose(*_, **__):
    os.kill(os.getpid(), signal.SIGSTOP)
"""
}
