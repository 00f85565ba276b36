"""A test as text is never run. And a solution as text is one that the type in the exercise has
to turn into code again."""

from tests.attacks._base import TEST, cell


def tamper(notebook):
    test = cell(notebook, TEST)
    test.cell_type, test.source = "markdown", "no code, no error"
    solution = cell(notebook, "b2-kfold")
    solution.cell_type = "raw"
    for each in (test, solution):
        del each["outputs"], each["execution_count"]
