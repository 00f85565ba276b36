"""Of a test with another id nbgrader ran the student's text, and had no points to take away."""

from tests.attacks._base import TEST, cell


def tamper(notebook):
    test = cell(notebook, TEST)
    test.metadata.nbgrader.grade_id = test.id = "something-else"
    test.source = "pass"
