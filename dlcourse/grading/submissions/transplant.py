"""The first step of autograding: the student's text goes into the instructor's notebook.

What runs is built from ``solutions/SLUG/SLUG.ipynb`` and the gradebook: the order, the types and
the metadata of the cells, the tests, the locked cells, the kernel. From the submission comes text
alone, so that nothing a student does to a cell's tags, id, type, points or place can change what
is tested. The rules:

* A cell belongs to the exercise's cell with the same ``grade_id``, or else with the same cell id.
* For a cell to be filled in, the text of its first copy that differs from the released one counts.
  Without one the released stub stays.
* Of a locked cell (tests above all) and of the exercise's own text nothing is taken, whatever was
  changed, copied or deleted. What code this leaves out is said at the head of the notebook.
* What the student added, and further copies of a cell to be filled in, stay in place as plain code
  or text: before the exercise's cell that follows them in the submission. So an honest notebook
  runs in the order in which its author ran it.
* Outputs and metadata are dropped. Pictures pasted into an answer that a person reads remain.
"""

import copy
from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from dlcourse.grading.submissions import template
from dlcourse.grading.submissions.intake import REFUSAL
from dlcourse.grading.submissions.template import grade_id

PICTURES = ("image/png", "image/jpeg", "image/gif")
# In the metadata of the notebook to grade, which is ours: why nothing of the submission is in it,
# what of it was not taken, and what it lacks.
REFUSED, LEFT_OUT, LACKS = "dlcourse_refused", "dlcourse_left_out", "dlcourse_lacks"
# Ids of cells that are ours and tell the student something at the head of the notebook.
HEADS = ("refusal", "lacks", "left-out")
FREE = "free-cell-"  # the ids of a student's own cells begin so
NOT_USED = (
    "**Not all that you handed in was used.** The exercise is run with its own copies of the cells "
    "below. They differ from yours, which adds what is quoted here. Put code of your own into your "
    "answers, or into new cells."
)
NOT_FOUND = (
    "**Not all of the exercise was found in what you handed in.** The cells below are missing, or "
    "have lost the marks by which they are known, so that they count as not filled in. Copy your "
    "answers into a fresh copy of the exercise and hand that in."
)
NOTHING_FOUND = (
    "none of the cells to be filled in was found in it: their marks have been lost or changed. "
    "Copy your answers into a fresh copy of the exercise and hand that in."
)


class Transplant(NbGraderPreprocessor):
    """Put it first in ``Autograde.sanitize_preprocessors``."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Build the notebook to grade.

        Args:
            nb: the submission.
            resources: nbgrader's: the names of the exercise and the notebook, and the gradebook;
                and from the intake why the submission is refused, if it is.

        Returns:
            The instructor's notebook with the student's answers, and the resources.

        Raises:
            UserError: if the instructor's notebook is missing, or has changed since it was
                entered into the gradebook.
        """
        given = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        with Gradebook(given["db_url"]) as gradebook:
            exercise = template.read(course, gradebook, given["assignment"], given["notebook"])
        return grafted(exercise, nb, resources.get(REFUSAL, "")), resources


def grafted(exercise: NotebookNode, submission: NotebookNode, reason: str = "") -> NotebookNode:
    """What is graded: the exercise with a student's text, or headed by the reason why without.

    Args:
        exercise: with stubs and all tests, as :mod:`template` reads it. Not changed.
        submission: the student's notebook.
        reason: why it is refused; '' if it is not.

    Returns:
        The notebook to grade.
    """
    if not reason:
        notebook = transplant(exercise, submission)
        lacks = notebook.metadata.get(LACKS, [])
        if not lacks or len(lacks) < sum(map(utils.is_solution, exercise.cells)):
            return notebook
        reason = NOTHING_FOUND
    return refusal(exercise, reason)


def refusal(exercise: NotebookNode, reason: str) -> NotebookNode:
    """The exercise without answers, headed by the reason why there are none.

    Args:
        exercise: with stubs and all tests, as :mod:`template` reads it. Not changed.
        reason: a sentence for the student.

    Returns:
        The notebook to grade; it earns nothing, and its author reads why.
    """
    notebook = copy.deepcopy(exercise)
    notebook.metadata[REFUSED] = reason
    text = f"**This submission could not be graded.** {reason}"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="refusal"))
    return notebook


def transplant(exercise: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Put the student's text into the exercise, by the rules above.

    Args:
        exercise: with stubs and all tests, as :mod:`template` reads it. Not changed.
        submission: the student's notebook; only its cells' text, types, ids and order are read.

    Returns:
        The notebook to grade.
    """
    notebook = copy.deepcopy(exercise)
    by_grade_id = {grade_id(cell): i for i, cell in enumerate(notebook.cells) if grade_id(cell)}
    by_cell_id = {cell.get("id"): i for i, cell in enumerate(notebook.cells) if cell.get("id")}
    own_text = {cell.source.strip() for cell in exercise.cells}

    found: set[int] = set()
    filled: set[int] = set()
    left_out: list[str] = []
    waiting: list[NotebookNode] = []  # free cells, until the exercise's cell that follows them
    before: dict[int, list[NotebookNode]] = {}
    for cell in submission.cells:
        place = by_grade_id.get(grade_id(cell), by_cell_id.get(cell.get("id")))
        if place is None:
            waiting.extend(_free(cell, own_text))
            continue
        ours = notebook.cells[place]
        found.add(place)
        if not utils.is_solution(ours) and (difference := _difference(cell, ours)):
            left_out.append(f"{_name(ours)}: {difference}")
        if utils.is_solution(ours) and place in filled:
            waiting.extend(_free(cell, own_text))
            continue
        if utils.is_solution(ours) and cell.source.strip() != exercise.cells[place].source.strip():
            filled.add(place)
            ours.source = cell.source
            if pictures := _pictures(cell, ours):
                ours.attachments = pictures
        before.setdefault(place, []).extend(waiting)
        waiting = []

    cells = []
    for place, cell in enumerate(notebook.cells):
        cells += [*before.get(place, []), cell]
    notebook.cells = [*cells, *waiting]
    _number(notebook, known=set(by_cell_id))
    fillable = [i for i, cell in enumerate(exercise.cells) if utils.is_solution(cell)]
    if lacks := [_name(exercise.cells[i]) for i in fillable if i not in found]:
        notebook.metadata[LACKS] = lacks
        _head(notebook, "lacks", NOT_FOUND, lacks)
    if left_out:
        more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        notebook.metadata[LEFT_OUT] = "; ".join(left_out[:3]) + more
        _head(notebook, "left-out", NOT_USED, left_out)
    return notebook


def _head(notebook: NotebookNode, name: str, text: str, lines: list[str]) -> None:
    """Tell the student something at the head of the notebook."""
    text = "\n".join([text, "", *(f"* `{line}`" for line in lines)])
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=name))


def _name(cell: NotebookNode) -> str:
    """What one of the exercise's cells is called."""
    return grade_id(cell) or cell.id


def _difference(cell: NotebookNode, ours: NotebookNode) -> str:
    """What the student's version of one of the exercise's code cells adds, in a line of text."""
    if ours.cell_type != "code" or cell.cell_type != "code":
        return ""
    released = copy.deepcopy(ours)
    ClearHiddenTests()._remove_hidden_test_region(released)
    old, new = ([line.rstrip() for line in c.source.splitlines()] for c in (released, cell))
    if "\n".join(old).strip() == "\n".join(new).strip():
        return ""
    added = [line.strip() for line in new if line.strip() and line not in old]
    if not added:
        return "(lines are missing or stand elsewhere)"
    shown = " / ".join(line[:60] for line in added[:3]) + (" / …" if len(added) > 3 else "")
    return "".join(c if c.isprintable() and c != "`" else "?" for c in shown)


def _free(cell: NotebookNode, own_text: set[str]) -> Iterable[NotebookNode]:
    """A cell of the student's own as plain code or text; nothing for a copy of the exercise's."""
    if not cell.source.strip() or cell.source.strip() in own_text:
        return
    if cell.cell_type == "code":
        yield nbformat.v4.new_code_cell(cell.source, metadata={"dlcourse": {"role": "student"}})
    elif cell.cell_type == "markdown":
        plain = nbformat.v4.new_markdown_cell(cell.source)
        if pictures := _pictures(cell, plain):
            plain.attachments = pictures
        yield plain


def _pictures(cell: NotebookNode, ours: NotebookNode) -> dict:
    """Pictures pasted into text, by name."""
    if ours.cell_type != "markdown":
        return {}
    found = {}
    for name, content in (cell.get("attachments") or {}).items():
        if pictures := {kind: content[kind] for kind in PICTURES if kind in content}:
            found[name] = pictures
    return found


def _number(notebook: NotebookNode, known: set[str]) -> None:
    """Give the free cells ids that are the same each time a submission is graded."""
    free = [cell for cell in notebook.cells if cell.id not in known]
    for number, cell in enumerate(free, start=1):
        cell.id = f"{FREE}{number}"


def is_free(cell: NotebookNode) -> bool:
    """Whether a cell of a graded notebook is one that the student added."""
    return cell.get("id", "").startswith(FREE)
