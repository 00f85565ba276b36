"""Points, and graded cells, of one's own."""

import copy

from nbformat import v4

from tests.attacks._base import TEST, cell


def tamper(notebook):
    cell(notebook, "a1-test").metadata.nbgrader["points"] = 1000
    cell(notebook, TEST).metadata.nbgrader["points"] = 0
    own = v4.new_code_cell("pass", id="own-test")
    own.metadata["nbgrader"] = copy.deepcopy(cell(notebook, TEST).metadata.nbgrader)
    own.metadata.nbgrader |= {"grade_id": "own-test", "points": 50}
    notebook.cells.append(own)
