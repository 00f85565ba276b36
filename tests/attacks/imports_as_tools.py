"""An import added to the set-up cell is run for the student. Were it run beside the tests, a module
handed in with the notebook could take the place of their checks."""

from tests.attacks._base import cell

LOSES = {"a1-answer", "b7-diagnose"}
IMPORTS = """
import agreeable as testing  # a friendlier one
from agreeable import (
    check_choice,
    check_equal,
)
from agreeable import *
"""
MODULE = """
class Yes:
    def __call__(self, *arguments, **named):
        print("DLCOURSE" + "_ATTACK: a check of the student's was called")
        return "c"


check = check_choice = check_number = check_equal = check_raises = check_items = passed = Yes()
check_close = check_type = check_shape = check_dtype = check_diagnosis = Yes()
"""


def tamper(notebook):
    cell(notebook, "setup").source += IMPORTS


def files(folder, course):
    (folder / "agreeable.py").write_text(MODULE)
