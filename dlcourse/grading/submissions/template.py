"""The exercise that students' text is put into: the instructor's, with stubs for the solutions."""

import copy
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.course import UserError
from dlcourse.grading.submissions import names


def read(course: CourseDirectory, gradebook: Gradebook, slug: str, name: str) -> NotebookNode:
    """The exercise with stubs and all tests.

    Args:
        course: where things lie.
        gradebook: into which ``generate_assignment`` has entered it.
        slug: the exercise's name.
        name: the notebook's name.

    Raises:
        UserError: if the instructor's notebook is missing, or the gradebook does not have it, or
            other cells of it.
    """
    path = Path(course.format_path(course.source_directory, ".", slug)) / f"{name}.ipynb"
    if not path.exists():
        raise UserError(f"there is no instructor's notebook {path} to grade with")
    try:
        entered = gradebook.find_notebook(name, slug)
    except MissingEntry as error:
        raise UserError(
            f"'{slug}' is not in the gradebook yet: run  nbgrader generate_assignment {slug}"
        ) from error
    texts = {cell.name: cell.source for cell in entered.source_cells}
    points = {cell.name: cell.max_score for cell in entered.grade_cells}
    return released(nbformat.read(path, as_version=4), texts, points, slug)


def released(
    source: NotebookNode, texts: dict[str, str], points: dict[str, float], slug: str
) -> NotebookNode:
    """The instructor's notebook with stubs for the solutions, and with the hidden tests.

    Args:
        source: the instructor's notebook.
        texts: the text of each of nbgrader's cells, by ``grade_id``, as ``generate_assignment``
            entered it into the gradebook.
        points: of each cell that the gradebook has points for, by ``grade_id``.
        slug: the exercise's name, for the error message.

    Raises:
        UserError: if the notebook has other cells than the gradebook.
    """
    notebook = copy.deepcopy(source)
    kinds = (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
    ours = {grade_id(cell): cell for cell in notebook.cells if any(kind(cell) for kind in kinds)}
    if differ := (set(ours) - set(texts)) | (set(points) - set(ours)):
        raise UserError(
            f"the solution of {slug} has other cells than the gradebook "
            f"({', '.join(sorted(differ))}): run  dlcourse release {slug} --to DIR"
        )
    own = set()  # what the tests name themselves they never take from a student
    for cell in notebook.cells:
        if cell.cell_type == "code" and not utils.is_solution(cell):
            own |= names.bound(cell.source)
    for name, cell in ours.items():
        if utils.is_solution(cell):
            answers = sorted(names.answered(cell.source) - own)
            cell.metadata["dlcourse"] = {"role": "student", "answers": answers}
        cell.source = texts[name]
        if name in points:
            cell.metadata["nbgrader"]["points"] = points[name]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def regions(*kinds: str) -> re.Pattern:
    """What finds the regions of an instructor's cell; group 2 is the text within.

    Args:
        kinds: "SOLUTION", "HIDDEN TESTS".
    """
    named = "|".join(kinds)
    return re.compile(
        rf"^ *### BEGIN ({named})\n(.*?)^ *### END \1 *(?:\n|\Z)", re.DOTALL | re.MULTILINE
    )


def grade_id(cell: NotebookNode) -> str | None:
    """The id that nbgrader gave a cell. In a submission it may be anything, or not be there."""
    mark = cell.metadata.get("nbgrader")
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    return name if isinstance(name, str) else None
