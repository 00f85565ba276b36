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
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from dlcourse.grading.submissions import names

PICTURES = ("image/png", "image/jpeg", "image/gif")
REFUSED = "dlcourse_refused"  # metadata of what stands for a notebook that may not be graded
LEFT_OUT = "dlcourse_left_out"  # metadata of a transplanted notebook: what was not taken
NOT_USED = (
    "**Not all that you handed in was used.** The exercise is run with its own copies of the cells "
    "below. They differ from yours, which adds what is quoted here. Put code of your own into your "
    "answers, or into new cells."
)


class Transplant(NbGraderPreprocessor):
    """Put it first in ``Autograde.sanitize_preprocessors``."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Build the notebook to grade.

        Args:
            nb: the submission.
            resources: nbgrader's: the names of the exercise and the notebook, and the gradebook.

        Returns:
            The instructor's notebook with the student's answers, and the resources.

        Raises:
            RuntimeError: if the instructor's notebook is missing, or has changed since it was
                entered into the gradebook.
        """
        given = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        folder = course.format_path(course.source_directory, ".", given["assignment"])
        path = Path(folder) / f"{given['notebook']}.ipynb"
        if not path.exists():
            raise RuntimeError(f"there is no instructor's notebook {path} to grade with")
        with Gradebook(given["db_url"]) as gradebook:
            entered = gradebook.find_notebook(given["notebook"], given["assignment"])
            texts = {cell.name: cell.source for cell in entered.source_cells}
            graded = {cell.name for cell in entered.grade_cells}
        template = released(nbformat.read(path, as_version=4), texts, graded, given["assignment"])
        if reason := nb.metadata.get(REFUSED):
            return refusal(template, reason), resources
        return transplant(template, nb), resources


def released(
    source: NotebookNode, texts: dict[str, str], graded: set[str], slug: str
) -> NotebookNode:
    """The instructor's notebook with stubs for the solutions, and with the hidden tests.

    Args:
        source: the instructor's notebook.
        texts: the text of each of nbgrader's cells, by ``grade_id``, as ``generate_assignment``
            entered it into the gradebook.
        graded: the ``grade_id`` of each cell that the gradebook has points for.
        slug: the exercise's name, for the error message.

    Raises:
        RuntimeError: if the notebook has other cells than the gradebook.
    """
    notebook = copy.deepcopy(source)
    kinds = (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
    ours = {_grade_id(cell): cell for cell in notebook.cells if any(kind(cell) for kind in kinds)}
    if differ := (set(ours) - set(texts)) | (graded - set(ours)):
        raise RuntimeError(
            f"the solution of {slug} has other cells than the gradebook "
            f"({', '.join(sorted(differ))}): run  nbgrader generate_assignment {slug} --force"
        )
    own = set()  # what the tests name themselves they never take from a student
    for cell in notebook.cells:
        if cell.cell_type == "code" and not utils.is_solution(cell):
            own |= names.bound(cell.source)
    for grade_id, cell in ours.items():
        if utils.is_solution(cell):
            answers = sorted(names.answered(cell.source) - own)
            cell.metadata["dlcourse"] = {"role": "student", "answers": answers}
        cell.source = texts[grade_id]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def refusal(template: NotebookNode, reason: str) -> NotebookNode:
    """The exercise without answers, headed by the reason why there are none.

    Args:
        template: the exercise with stubs and all tests. Not changed.
        reason: a sentence for the student.

    Returns:
        The notebook to grade; it earns nothing, and its author reads why.
    """
    notebook = copy.deepcopy(template)
    text = f"**This submission could not be graded.** {reason}"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="refusal"))
    return notebook


def transplant(template: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Put the student's text into the exercise, by the rules above.

    Args:
        template: the exercise with stubs and all tests. Not changed.
        submission: the student's notebook; only its cells' text, types, ids and order are read.

    Returns:
        The notebook to grade.
    """
    notebook = copy.deepcopy(template)
    by_grade_id = {_grade_id(cell): i for i, cell in enumerate(notebook.cells) if _grade_id(cell)}
    by_cell_id = {cell.get("id"): i for i, cell in enumerate(notebook.cells) if cell.get("id")}
    own_text = {cell.source.strip() for cell in template.cells}

    filled: set[int] = set()
    left_out: list[str] = []
    waiting: list[NotebookNode] = []  # free cells, until the exercise's cell that follows them
    before: dict[int, list[NotebookNode]] = {}
    for cell in submission.cells:
        place = by_grade_id.get(_grade_id(cell), by_cell_id.get(cell.get("id")))
        if place is None:
            waiting.extend(_free(cell, own_text))
            continue
        ours = notebook.cells[place]
        if not utils.is_solution(ours) and (difference := _difference(cell, ours)):
            left_out.append(f"{_grade_id(ours) or ours.id}: {difference}")
        if utils.is_solution(ours) and place in filled:
            waiting.extend(_free(cell, own_text))
            continue
        if utils.is_solution(ours) and cell.source.strip() != template.cells[place].source.strip():
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
    if left_out:
        more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        notebook.metadata[LEFT_OUT] = "; ".join(left_out[:3]) + more
        text = "\n".join([NOT_USED, "", *(f"* `{line}`" for line in left_out)])
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="left-out"))
    return notebook


def _grade_id(cell: NotebookNode) -> str | None:
    """The id that nbgrader gave a cell. In a submission it may be anything, or not be there."""
    mark = cell.metadata.get("nbgrader")
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return grade_id if isinstance(grade_id, str) else None


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
        cell.id = f"free-cell-{number}"
