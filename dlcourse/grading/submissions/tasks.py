"""The tasks of an exercise: which cells belong to which, and what a person grades.

A task ends with the cell that has its points. Where that is a test, the test says what the answer
is worth. Such a task may have parts, each with points and a test cell of its own, which is named
after the answer: ``b3-penalty-edges-test`` tests the part *edges* of ``b3-penalty``. Where the cell
is an answer, a person says it: the code before it, as of the open experiments of part C, earns
nothing by being run. So grading shows what its author saved with it, see :func:`keep`, and runs it
only if it is asked to.

A bonus has no points, and nobody misses it; its cells are named ``bonus`` or ``bonus-…``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbgrader import utils

from dlcourse.grading.content import outputs
from dlcourse.grading.content.text import printable
from dlcourse.grading.submissions.template import grade_id

if TYPE_CHECKING:
    from nbformat import NotebookNode

QUESTIONS = {"check_choice", "check_number"}  # checks that take any answer of the right kind
BONUS = re.compile(r"bonus(-\w+)*")
OURS, SAVED = "dlcourse", "handed_in"  # where a cell of a notebook to grade has saved outputs
MOST = 20_000_000  # characters of all saved outputs of a notebook


@dataclass(eq=False)
class Task:
    """One task.

    Attributes:
        name: its cell's, ``b3-penalty``.
        cells: the code cells that belong to it, in order: its answers and what stands before them.
        fill: the names of its cells to be filled in.
        tests: the cells with its tests, one for each part; none where a person grades it.
    """

    name: str
    cells: list["NotebookNode"]
    fill: list[str]
    tests: list["NotebookNode"]

    @property
    def question(self) -> bool:
        """Whether its visible test only asks whether there is an answer."""
        source = "\n".join(test.source for test in self.tests)
        used = set(re.findall(r"\btesting\.(\w+)", source))
        return bool(used) and used <= QUESTIONS

    def meant(self, name: str) -> bool:
        """Whether somebody who says ``B3`` or ``b3-penalty`` means this one."""
        name = name.casefold()
        return self.name.casefold() == name or self.name.casefold().startswith(f"{name}-")


def tasks(notebook: "NotebookNode") -> list[Task]:
    """The tasks of a notebook, in order; what stands after the last one is part of that."""
    found: list[Task] = []
    cells: list[NotebookNode] = []
    fill: list[str] = []
    for cell in notebook.cells:
        if is_bonus(cell):
            continue
        solution = utils.is_solution(cell)
        if solution:
            fill.append(grade_id(cell))
        test = utils.is_grade(cell) and not solution
        if cell.cell_type == "code" and cell.source.strip() and not test:
            cells.append(cell)
        if test and found and not fill and part_of(grade_id(cell), found[-1].name):
            found[-1].tests.append(cell)
            found[-1].cells += cells
            cells = []
        elif utils.is_grade(cell):
            name = task_of(grade_id(cell), fill)
            found.append(Task(name, cells, fill, [cell] if test else []))
            cells, fill = [], []
    if found:
        found[-1].cells += cells
        found[-1].fill += fill
    return found


def name_of(cell: "NotebookNode") -> str:
    """What the task is called that a graded cell belongs to."""
    return printable(grade_id(cell)).removesuffix("-test")


def task_of(graded: str, answers: Sequence[str]) -> str:
    """What the task is called to which a graded cell belongs.

    Args:
        graded: the cell's name.
        answers: the names of the cells to be filled in before it, up to it.

    Returns:
        The name of the last answer, if the cell tests a part of it; else the cell's own.
    """
    part = answers and part_of(graded, answers[-1])
    return answers[-1] if part else printable(graded).removesuffix("-test")


def is_bonus(cell: "NotebookNode") -> bool:
    """Whether a cell belongs to a task without points."""
    return BONUS.fullmatch(grade_id(cell) or "") is not None


def part_of(test: str, answer: str) -> str:
    """Which part of an answer's task a test is about, ``"edges"``; '' if it is about no part.

    Args:
        test: the name of a graded test cell.
        answer: the name of a cell to be filled in.
    """
    name = printable(test).removesuffix("-test")
    return name.removeprefix(f"{answer}-") if name.startswith(f"{answer}-") else ""


def experiments(notebook: "NotebookNode") -> list["NotebookNode"]:
    """The code cells behind the last test: of what a person grades, and of the bonus.

    What stands before a test is not among them: the test may need what it defines.
    """
    places = [
        place
        for place, cell in enumerate(notebook.cells)
        if utils.is_grade(cell) and not utils.is_solution(cell)
    ]
    begin = places[-1] + 1 if places else 0
    return [c for c in notebook.cells[begin:] if c.cell_type == "code" and c.source.strip()]


def save(cell: "NotebookNode", ours: "NotebookNode") -> None:
    """Note a student's outputs with the cell of the notebook to grade that has the student's text.

    Args:
        cell: the student's.
        ours: changed in place.
    """
    if cell.cell_type == ours.cell_type == "code":
        ours.metadata.setdefault(OURS, {})[SAVED] = cell.outputs


def keep(notebook: "NotebookNode") -> None:
    """Of the outputs that :func:`save` has noted keep what experiments show, made harmless.

    Args:
        notebook: the one to grade, complete; changed in place.
    """
    shown, left = {cell.id for cell in experiments(notebook)}, MOST
    for cell, saved in _taken(notebook):
        if cell.id in shown:
            harmless, left = outputs.within(outputs.trusted(saved), left)
            cell.metadata.setdefault(OURS, {})[SAVED] = harmless


def forget(notebook: "NotebookNode") -> None:
    """Take out the saved outputs again, since the experiments are going to be run."""
    for _ in _taken(notebook):
        pass


def _taken(notebook: "NotebookNode") -> Iterator[tuple["NotebookNode", object]]:
    for cell in notebook.cells:
        own = cell.metadata.get(OURS, {})
        if SAVED in own:
            saved = own.pop(SAVED)
            if not own:
                del cell.metadata[OURS]
            yield cell, saved
