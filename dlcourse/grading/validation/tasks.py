"""Which of a notebook's tasks are looked at, which cells run for that, and what came of each."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from IPython.core.inputtransformer2 import TransformerManager
from nbconvert.filters import strip_ansi
from nbgrader import utils

from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError
from dlcourse.grading.submissions import tasks as parts
from dlcourse.grading.submissions.tasks import Task

if TYPE_CHECKING:
    from nbformat import NotebookNode

ANSWERED, PASS, FAIL, MISSING, RAISES, RAN = "answered", "pass", "FAIL", "MISSING", "RAISES", "ran"
NO_ANSWER, PART = "NO ANSWER", "PART"
GOOD = (ANSWERED, PASS, RAN)


@dataclass
class Outcome:
    """What came of a task: one of the words above, and lines that say more."""

    task: Task
    state: str
    lines: list[str] = field(default_factory=list)


def chosen(found: Sequence[Task], asked: Sequence[str], experiments: bool) -> list[Task]:
    """The tasks to look at.

    Args:
        found: all tasks.
        asked: their names; empty for all.
        experiments: whether those that a person grades are asked for, too.

    Raises:
        UserError: if there is no task of that name.
    """
    for name in asked:
        if not any(task.meant(name) for task in found):
            known = ", ".join(task.name for task in found)
            raise UserError(f"there is no task '{name}'; known are: {known}")
    if asked:
        return [task for task in found if any(map(task.meant, asked))]
    return [task for task in found if task.tests or experiments]


def to_run(found: Sequence[Task], looked_at: Sequence[Task]) -> list["NotebookNode"]:
    """The cells to run: those of all tasks up to the last one looked at, but only their tests.

    Of an experiment, which may take long, nothing is run unless it is looked at.
    """
    last = max((found.index(task) for task in looked_at), default=-1)
    cells = []
    for task in found[: last + 1]:
        if task in looked_at or task.tests:
            cells += task.cells
        if task in looked_at:
            cells += task.tests
    return cells


def outcome(task: Task, lacks: Sequence[str]) -> Outcome:
    """What came of a task whose cells have been run.

    Args:
        task: with outputs.
        lacks: the cells to be filled in that the student's notebook does not have.
    """
    if gone := [name for name in task.fill if name in lacks]:
        which = ", ".join(map(printable, gone))
        return Outcome(task, MISSING, [f"not found in your notebook: the cell {which}"])
    errors = [line for cell in task.cells for line in raised(cell)]
    if not task.tests:
        return Outcome(task, RAISES if errors else RAN, errors)
    lost = [test for test in task.tests if not _earned(test)]
    if not lost:
        errors = [f"although a cell above its test raises {line}" for line in errors[:1]]
        return Outcome(task, ANSWERED if task.question else PASS, errors)
    if task.question or len(task.tests) == 1:
        failed = NO_ANSWER if task.question else FAIL
        return Outcome(task, failed, errors or _failure(lost[0]))
    return Outcome(task, FAIL if len(lost) == len(task.tests) else PART, errors or _parts(task))


def _earned(test: "NotebookNode") -> bool:
    points, most = utils.determine_grade(test)
    return points == most


def _parts(task: Task) -> list[str]:
    """Each part with its points, and of a failed one why; the same reason is told in full once."""
    lines, told = [], []
    for test in task.tests:
        mark = test.metadata.nbgrader
        worth = f"{mark.points:g} point{'s' if mark.points != 1 else ''}"
        state = PASS if _earned(test) else FAIL
        lines.append(f"{state}  {parts.part_of(mark.grade_id, task.name)}, {worth}")
        if state == FAIL:
            reason = _failure(test)
            shown = ["as above"] if reason in told else reason
            lines += [f"      {line}" for line in shown]
            told.append(reason)
    return lines


def _errors(cell: "NotebookNode") -> list["NotebookNode"]:
    return [output for output in cell.outputs if output.output_type == "error"]


def raised(cell: "NotebookNode") -> list[str]:
    """The error of a cell that holds no tests; of a syntax error where it is."""
    for error in _errors(cell):
        return _syntax_error(cell.source) or _message(error)
    return []


def _syntax_error(source: str) -> list[str]:
    """What is wrong with a cell that is no Python, and where; nothing of one that is."""
    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        lines = [*source.splitlines(), ""]
        line = min(error.lineno or 1, len(lines))
        text = f"{type(error).__name__}: {error.msg}, in line {line} of its cell:"
        return [printable(text), f"  {printable(lines[line - 1].strip())}"]
    return []


def _failure(test: "NotebookNode") -> list[str]:
    for error in _errors(test):
        return _message(error)
    return ["it printed to stderr, or showed a number in place of passing"]


def _message(error: "NotebookNode") -> list[str]:
    """A failed check's own words; of any other error the last line of its traceback."""
    text = strip_ansi("\n".join(error.traceback)).strip()
    lines = [printable(line) for line in text.splitlines()] or ["(no message)"]
    if lines[0].startswith("CheckError: "):
        return [lines[0].removeprefix("CheckError: "), *lines[1:]]
    return lines[-1:]
