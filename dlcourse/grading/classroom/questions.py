"""A graded notebook, sorted by its questions for the page that goes back.

What was lost comes first and is open; what waits for a person, and what is right, is folded; then
comes what belongs to no question. The gradebook says what each question earned.
"""

import re
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets import List

from dlcourse.grading.submissions.tasks import is_bonus, part_of, task_of
from dlcourse.grading.submissions.transplant import HEADS, is_free

HEADING = re.compile(r"(?m)^#{1,6} +(.+)$")
FULL, PART, NONE, BLANK, WAITS = (
    "full points", "part of the points", "no points", "not answered", "not graded yet",
)  # fmt: skip
ORDER = {NONE: 0, PART: 0, BLANK: 1, WAITS: 2, FULL: 3}


@dataclass
class Part:
    """One of several test cells of a question.

    Attributes:
        name: its id in the gradebook.
        title: what it is about, "edges"; '' if the question has no other.
        points: what it earned.
        most: what it can earn.
    """

    name: str
    title: str = ""
    points: float = 0.0
    most: float = 0.0


@dataclass
class Question:
    """Graded cells for one answer, and the cells around them that belong to it.

    Attributes:
        name: its first graded cell's id in the gradebook.
        title: the heading above it; its name where there is none.
        short: its name without an ending that only says that it is a test.
        points: what it earned.
        most: what it can earn.
        state: one of :data:`ORDER`.
        note: what there is to know besides; ''.
        open: whether the page shows it unfolded.
        why: why the right answer is right, where the tests tell and have not said so.
        parts: its graded cells.
        cells: in the notebook's order.
    """

    name: str
    title: str
    short: str
    points: float = 0.0
    most: float = 0.0
    state: str = NONE
    note: str = ""
    open: bool = False
    why: str = ""
    parts: list[Part] = field(default_factory=list)
    cells: list[NotebookNode] = field(default_factory=list)


class Questions(NbGraderPreprocessor):
    """Sorts the cells, and tells the template where each question begins and ends.

    Put it into ``GenerateFeedback.preprocessors`` after ``GetGrades``.
    """

    display_data_priority = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Sort one notebook.

        Args:
            nb: graded, with outputs.
            resources: nbgrader's; ``resources["feedback"]`` is added.

        Returns:
            Both, changed in place.
        """
        if "feedback" in resources:  # nbgrader's command reads the list of steps twice
            return nb, resources
        given = resources["nbgrader"]
        names = given["notebook"], given["assignment"], given["student"]
        with Gradebook(given["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(*names)
            grades = {grade.name: grade for grade in notebook.grades}
            stubs = {cell.name: cell.source for cell in notebook.notebook.source_cells}
            said = {comment.name for comment in notebook.comments if comment.manual_comment}
            late = notebook.late_submission_penalty or 0.0
            heads = [cell for cell in nb.cells if cell.get("id") in HEADS]
            refused = bool(heads) and heads[0].id == HEADS[0]
            title, questions, rest = split(
                [cell for cell in nb.cells if cell.get("id") not in HEADS]
            )
            for question in questions:
                _judge(question, [grades[part.name] for part in question.parts], stubs, said)
                question.open = ORDER[question.state] < ORDER[WAITS] and not refused
        questions.sort(key=lambda question: ORDER[question.state])  # stays in order otherwise
        waiting = sum(question.most for question in questions if question.state == WAITS)
        resources["feedback"] = {
            "title": title or given["assignment"],
            "questions": questions,
            "score": max(0.0, sum(question.points for question in questions) - late),
            "most": sum(question.most for question in questions) - waiting,
            "waiting": waiting,
            "late": late,
            "dark": HtmlFormatter(style="github-dark").get_style_defs(".highlight"),
        }
        groups = [heads, *(question.cells for question in questions), rest]
        kinds = [None, *questions, "rest"]
        nb.cells = []
        for kind, cells in zip(kinds, groups, strict=True):
            parts = {part.name: part for part in getattr(kind, "parts", ()) if part.title}
            for cell in cells:
                part = parts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
                mark = {"opens": None, "closes": False, "why": "", "part": part}
                cell.metadata["feedback"] = mark
            if kind is not None and cells:
                cells[0].metadata["feedback"]["opens"] = kind
                cells[-1].metadata["feedback"]["closes"] = True
                cells[-1].metadata["feedback"]["why"] = getattr(kind, "why", "")
            nb.cells += cells
        resources["feedback"]["rest_open"] = any(map(_failed, rest))
        return nb, resources


def split(cells: list[NotebookNode]) -> tuple[str, list[Question], list[NotebookNode]]:
    """Find out which cells belong to which question.

    A question begins at the last heading of the exercise's own before its first cell to be filled
    in, or at that cell, and ends with the cell that has the points, or the last of its parts.

    Args:
        cells: of a graded notebook.

    Returns:
        The notebook's title ('' if it has none), the questions, and the cells of none.
    """
    title, heading = "", ""
    questions, rest, waiting = [], [], []
    begun = False
    for cell in cells:
        ours = cell.cell_type == "markdown" and not (is_free(cell) or utils.is_solution(cell))
        found = HEADING.findall(cell.source) if ours and not begun else []
        if found:
            title, heading = title or _plain(found[0]), _plain(found[-1])
            rest += waiting  # what stands above a heading belongs to no question
            waiting = []
        waiting.append(cell)
        begun = begun or (utils.is_solution(cell) and not is_bonus(cell))
        if utils.is_grade(cell) or utils.is_task(cell):
            name = cell.metadata.nbgrader.grade_id
            answers = [c.metadata.nbgrader.grade_id for c in waiting if utils.is_solution(c)]
            test = not utils.is_solution(cell) and not utils.is_task(cell)
            last = questions[-1] if questions else None
            if test and not answers and last and (part := part_of(name, last.short)):
                last.parts.append(Part(name, part))
                last.cells += waiting
            else:
                short = task_of(name, answers)
                own = [Part(name, part_of(name, short))]
                questions.append(Question(name, heading or name, short, parts=own, cells=waiting))
            waiting, begun = [], False
    return title, questions, rest + waiting


def _judge(question: Question, grades: list, stubs: dict[str, str], said: set[str]) -> None:
    """Put down what the gradebook says: of the stubs' texts, and of who has a person's comment."""
    for part, grade in zip(question.parts, grades, strict=True):
        part.points, part.most = grade.score or 0.0, grade.max_score or 0.0
    question.points = sum(part.points for part in question.parts)
    question.most = sum(part.most for part in question.parts)
    given = any(grade.manual_score is not None for grade in grades)
    again = any(grade.needs_manual_grade for grade in grades)
    answers = [cell for cell in question.cells if utils.is_solution(cell) or utils.is_task(cell)]
    blank = bool(answers) and all(
        cell.source.strip() == (stubs.get(cell.metadata.nbgrader.grade_id) or "").strip()
        for cell in answers
    )
    if again and not given and grades[-1].auto_score is None:
        question.state = WAITS
    elif question.points >= question.most:
        question.state = FULL
    elif question.points > 0:
        question.state = PART
    else:
        question.state = BLANK if blank else NONE
    if question.state in (FULL, NONE):
        question.why = next(filter(None, map(_why, question.cells)), "")
    if again and given:
        question.note = "the points are for an earlier answer and will be looked at again"
    elif said & {cell.metadata.nbgrader.grade_id for cell in answers}:
        question.note = "with a comment"


def _why(test: NotebookNode) -> str:
    """The explanation in a test cell, unless its message has it already."""
    why = test.metadata.get("why", "")
    errors = [o.evalue for o in test.get("outputs", []) if o.output_type == "error"]
    return "" if any(why[1:] in error for error in errors) else why


def _failed(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _plain(heading: str) -> str:
    return re.sub(r"[*`]", "", heading).strip()
