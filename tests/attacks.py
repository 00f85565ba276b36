"""Submissions that try to be graded by something else than their answers.

Each is an honest notebook with a wrong answer to B7 that is then tampered with. The same notebook
untampered is the measure: an attack must score exactly what it scores.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode, v4

from tests import courses

SLUG = "overfitting"
WRONG = {"b7-diagnose": "def diagnose(*_): return 'good'"}
TEST = "b7-diagnose-test"  # whose points the attacks are after


@dataclass(frozen=True)
class Attack:
    """A name, why it exists, and what it does to the notebook."""

    name: str
    reason: str
    tamper: Callable[[NotebookNode], None]

    def notebook(self) -> NotebookNode:
        """The notebook that is handed in."""
        notebook = courses.filled(SLUG, WRONG)
        self.tamper(notebook)
        return notebook


def cell(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with this id."""
    [found] = [cell for cell in notebook.cells if cell.id == cell_id]
    return found


def _skip(notebook):
    for each in notebook.cells:
        each.metadata["tags"] = ["skip-execution", "raises-exception"]


def _always_passes(notebook):
    cell(notebook, TEST).source = "pass"


def _deleted(notebook):
    notebook.cells.remove(cell(notebook, TEST))


def _copied(notebook):
    for place, name in [(0, "first"), (len(notebook.cells) + 1, "last")]:
        pasted = copy.deepcopy(cell(notebook, TEST))
        pasted.id, pasted.source = name, "print('all good')"
        notebook.cells.insert(place, pasted)


def _renamed(notebook):
    test = cell(notebook, TEST)
    test.metadata.nbgrader.grade_id = test.id = "something-else"
    test.source = "pass"


def _repointed(notebook):
    # The test that fails gets the id of one that passes, and the other way round.
    failing, passing = cell(notebook, TEST), cell(notebook, "a1-test")
    failing.metadata, passing.metadata = passing.metadata, failing.metadata


def _retyped(notebook):
    test = cell(notebook, TEST)
    test.cell_type, test.source = "markdown", "no code, no error"
    del test["outputs"], test["execution_count"]
    # And a solution as text, which the type in the exercise turns into code again.
    solution = cell(notebook, "b2-kfold")
    solution.cell_type = "raw"
    del solution["outputs"], solution["execution_count"]


def _to_be_filled_in(notebook):
    test = cell(notebook, TEST)
    test.metadata.nbgrader |= {"grade": True, "solution": True, "locked": False}
    test.source = "pass"


def _points(notebook):
    cell(notebook, "a1-test").metadata.nbgrader["points"] = 1000
    cell(notebook, TEST).metadata.nbgrader["points"] = 0
    own = v4.new_code_cell("pass", id="own-test")
    own.metadata["nbgrader"] = copy.deepcopy(cell(notebook, TEST).metadata.nbgrader)
    own.metadata.nbgrader |= {"grade_id": "own-test", "points": 50}
    notebook.cells.append(own)


def _reversed(notebook):
    notebook.cells.reverse()


def _kernel(notebook):
    notebook.metadata.kernelspec = {"display_name": "Mine", "language": "R", "name": "mine"}
    notebook.metadata.language_info = {"name": "R"}


def _broken_metadata(notebook):
    for number, each in enumerate(notebook.cells):
        if "nbgrader" in each.metadata:
            mark = each.metadata.nbgrader
            each.metadata.nbgrader = [
                "a string",
                {},
                mark | {"schema_version": 99},
                mark | {"grade_id": 7, "points": "many"},
            ][number % 4]


ATTACKS = [
    Attack("untampered", "the measure of the others", lambda notebook: None),
    Attack("skip", "nbclient skips cells with this tag; no error means full points", _skip),
    Attack("always-passes", "a test cell that tests nothing", _always_passes),
    Attack("deleted", "a test that isn't there can't fail", _deleted),
    Attack("copied", "a second cell with a test's id once stopped the whole class", _copied),
    Attack("renamed", "nbgrader ran the new text and had no points to take away", _renamed),
    Attack("repointed", "points follow the grade_id, the tested code follows the text", _repointed),
    Attack("retyped", "a test as text is never run", _retyped),
    Attack("to-be-filled-in", "the text of a solution cell is the student's", _to_be_filled_in),
    Attack("points", "points and graded cells of one's own", _points),
    Attack("reversed", "tests before the code they test, or after another's", _reversed),
    Attack("kernel", "a kernel that reports what it likes", _kernel),
    Attack("broken-metadata", "a newer schema once stopped the whole class", _broken_metadata),
]
