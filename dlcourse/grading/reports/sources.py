"""What `dlcourse report` reads of a class: the instructor's notebook and the gradebook."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from dlcourse.grading.classroom import results
from dlcourse.grading.collection import collect
from dlcourse.grading.course import UserError, course_config, find_exercise, load_config
from dlcourse.grading.paths import sqlite_file
from dlcourse.grading.reports import scanner
from dlcourse.grading.submissions.tasks import is_bonus, task_of


@dataclass(frozen=True)
class Question:
    """A graded cell.

    Attributes:
        name: nbgrader's id of the cell that has the points.
        title: the heading above it.
        points: the most it can give.
        cells: ids of the cells to be filled in that belong to it.
        by_hand: whether a person grades it.
    """

    name: str
    title: str
    points: float
    cells: tuple[str, ...] = ()
    by_hand: bool = False

    @property
    def short(self) -> str:
        """Its name without the ending that only says that it is a test."""
        return self.name.removesuffix("-test")

    @property
    def task(self) -> str:
        """Its name, or that of the answer of which it tests a part."""
        return task_of(self.name, self.cells)


class Grade(NamedTuple):
    """One line of the gradebook."""

    auto: float | None
    manual: float | None
    waiting: bool


@dataclass
class Source:
    """The instructor's notebook.

    Attributes:
        title: its first heading.
        questions: in its order.
        ids: of all its cells.
        solutions: the instructor's text of each cell to be filled in.
        known: the names that its own cells import, and what they stand for.
    """

    title: str
    questions: list[Question]
    ids: set[str]
    solutions: dict[str, str]
    known: dict[str, str]


@dataclass
class Course:
    """One exercise's class.

    Attributes:
        source: the instructor's notebook.
        stubs: the released text of each cell that nbgrader knows.
        grades: by student and question.
        handed_in: students with a folder for this exercise.
        enrolled: students known to the gradebook.
        late: points taken off, by student.
        autograded: the path of a graded notebook, with ``*`` for the student.
        remarks: what grading said of each submission, by student.
        collected: what collecting noted of each, by student.
    """

    source: Source
    stubs: dict[str, str]
    autograded: Path
    grades: dict[str, dict[str, Grade]] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    handed_in: set[str] = field(default_factory=set)
    enrolled: set[str] = field(default_factory=set)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    collected: dict[str, dict] = field(default_factory=dict)


def read(slug: str, root: Path) -> Course:
    """Read everything but the graded notebooks.

    Args:
        slug: the exercise's name.
        root: the course's folder.

    Raises:
        UserError: if there is no such exercise, or no gradebook that knows it.
    """
    import nbformat
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.coursedir import CourseDirectory

    root = root.resolve()
    path = find_exercise(slug, root / "solutions")
    folders = CourseDirectory(config=course_config(root))
    ungraded = UserError(
        f"nothing of '{slug}' has been graded yet: run  dlcourse grade {slug}  first"
    )
    # SQLite would make an empty gradebook where there is none.
    file = sqlite_file(folders.db_url)
    if file is not None and not file.exists():
        raise ungraded
    with Gradebook(folders.db_url, folders.course_id) as gradebook:
        try:
            notebook = gradebook.find_notebook(slug, slug)
        except MissingEntry as error:
            raise ungraded from error
        by_hand = {cell.name for cell in [*notebook.solution_cells, *notebook.task_cells]}
        by_hand |= {cell.name for cell in notebook.grade_cells if cell.cell_type == "markdown"}
        points = {
            cell.name: (cell.max_score, cell.name in by_hand)
            for cell in [*notebook.grade_cells, *notebook.task_cells]
        }
        submitted = Path(folders.format_path(folders.submitted_directory, "*", slug))
        course = Course(
            source=_source(nbformat.read(path, as_version=4), points),
            stubs={cell.name: cell.source or "" for cell in notebook.source_cells},
            autograded=Path(folders.format_path(folders.autograded_directory, "*", slug))
            / f"{slug}.ipynb",
            handed_in={path.parent.name for path in submitted.parents[1].glob(f"*/{slug}")},
            enrolled={student.id for student in gradebook.students},
            remarks=results.remembered(reports(root), slug),
            collected=collect.collected(submitted.parents[1], slug),
        )
        for student, name, *grade in _grades(gradebook, notebook.id):
            course.grades.setdefault(student, {})[name] = Grade(*grade)
        course.late = {s.assignment.student_id: s.late_submission_penalty or 0.0
                       for s in notebook.submissions}  # fmt: skip
    return course


def reports(root: Path) -> Path:
    """The folder for what is said about a class, beside what it handed in."""
    from nbgrader.coursedir import CourseDirectory

    folders = CourseDirectory(config=load_config(root))
    return Path(folders.root, folders.submitted_directory).parent / "reports"


def _grades(gradebook, notebook_id: str) -> Iterator[tuple]:
    """All grades of a notebook in one question to the database, however large the class."""
    from nbgrader.api import BaseCell, Grade, SubmittedAssignment, SubmittedNotebook

    columns = (Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
    yield from (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, *columns)
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(SubmittedNotebook.notebook_id == notebook_id)
    )


def _source(notebook: NotebookNode, points: dict[str, tuple[float, bool]]) -> Source:
    """Find out which cells belong to which question: those that were not yet another's."""
    title, heading = "", ""
    questions: list[Question] = []
    cells: list[str] = []
    solutions, own = {}, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.findall(r"(?m)^#+ +(.+)$", cell.source)):
            title, heading = title or found[0], found[-1]
        mark = cell.metadata.get("nbgrader", {})
        name = mark.get("grade_id", "")
        if is_bonus(cell):
            continue
        if mark.get("solution"):
            solutions[name] = cell.source
            cells.append(name)
        elif cell.cell_type == "code" and not mark.get("grade"):
            own.append(cell.source)
        if name in points:
            maximum, by_hand = points[name]
            # Two tests in a row are of the same answer.
            same = questions[-1].cells if questions and not cells else ()
            questions.append(Question(name, heading, maximum, tuple(cells) or same, by_hand))
            cells = []
    found_here = {question.name for question in questions}
    for name in sorted(set(points) - found_here):  # the notebook has changed since
        maximum, by_hand = points[name]
        questions.append(Question(name, "", maximum, by_hand=by_hand))
    ids = {cell.get("id", "") for cell in notebook.cells}
    return Source(title, questions, ids, solutions, scanner.imported(own))
