"""The text of a solution cell is the student's, so the test says that it is one."""

from tests.attacks._base import TEST, cell


def tamper(notebook):
    test = cell(notebook, TEST)
    test.metadata.nbgrader |= {"grade": True, "solution": True, "locked": False}
    test.source = "pass"
