"""An import added to the set-up cell is run for the student. Were it run beside the tests, a module
handed in with the notebook could take the place of their tools."""

from tests.attacks._base import cell

LOSES = {"a1-test", "b7-diagnose-test"}
IMPORTS = """
import agreeable as testing, agreeable as math  # friendlier ones
from agreeable import (
    torch,
    Tensor,
)
from agreeable import *
"""
MODULE = """
class Yes:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **named):
        print("DLCOURSE" + "_ATTACK: a tool of the student's was called")
        return self


torch = Tensor = Yes()
check_choice = check_number = check_equal = check_raises = check_items = passed = Yes()
"""


def tamper(notebook):
    cell(notebook, "setup").source += IMPORTS


def files(folder, course):
    (folder / "agreeable.py").write_text(MODULE)
