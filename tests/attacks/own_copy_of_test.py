"""A cell of the student's own has the very text of a visible test with other expectations, and
names that the test uses are defined before and after it: the wrong one might be the one that
runs."""

from tests.attacks._base import TEST

CODE = """\
def check_diagnosis(*arguments, **options):
    return None
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    return "good"


def check_diagnosis(*arguments, **options):
    return None


call = first = best = errors = grid = "mine"
"""
}


def tamper(notebook):
    place = [cell.id for cell in notebook.cells].index(TEST)
    copied = notebook.cells[place].copy()
    copied.metadata, copied.id = {}, "own-test"
    copied.source = copied.source.replace('"overfitting"', '"good"').replace("underfitting", "good")
    notebook.cells[place:place] = [copied]
    notebook.cells.append(copied | {"id": "own-test-2"})
