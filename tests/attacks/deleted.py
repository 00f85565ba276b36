"""A test that is not there cannot fail."""

from tests.attacks._base import TEST, cell


def tamper(notebook):
    notebook.cells.remove(cell(notebook, TEST))
