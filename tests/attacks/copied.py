"""A second cell with the id of a test once stopped the grading of the whole class."""

import copy

from tests.attacks._base import TEST, cell


def tamper(notebook):
    for place, name in [(0, "first"), (len(notebook.cells) + 1, "last")]:
        pasted = copy.deepcopy(cell(notebook, TEST))
        pasted.id, pasted.source = name, "print('all good')"
        notebook.cells.insert(place, pasted)
