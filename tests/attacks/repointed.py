"""Points follow the grade_id and the tested code follows the text: the test that fails gets the
id of one that passes, and the other way round."""

from tests.attacks._base import TEST, cell


def tamper(notebook):
    failing, passing = cell(notebook, TEST), cell(notebook, "a1-test")
    failing.metadata, passing.metadata = passing.metadata, failing.metadata
