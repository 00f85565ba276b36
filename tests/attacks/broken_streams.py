"""Standard output, standard error and the hooks for display and errors are replaced by some that
raise: nothing can be said any more, not even that a test has failed."""

CODE = """\
import sys


class Broken:
    def __getattribute__(self, name):
        raise OSError("no")


def refuse(*_, **__):
    raise MemoryError("no")


sys.displayhook = sys.excepthook = sys.unraisablehook = refuse
sys.stdout = sys.stderr = sys.stdin = sys.__stdout__ = sys.__stderr__ = Broken()
import builtins

builtins.print = builtins.repr = refuse
"""
