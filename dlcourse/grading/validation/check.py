"""`dlcourse check`: a student's answers in the released exercise, run, and told task by task."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader import utils
from nbgrader.preprocessors import Execute

from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError, load_config
from dlcourse.grading.submissions import intake, transplant
from dlcourse.grading.submissions import tasks as parts
from dlcourse.grading.submissions.tasks import Task
from dlcourse.grading.validation import released, tasks
from dlcourse.grading.validation.tasks import Outcome

if TYPE_CHECKING:
    from nbformat import NotebookNode

ALONE = (
    "The released notebook was not found, so that this one could not be compared with it: a task "
    "that you have deleted is not noticed."
)
CHANGED = (
    "At grading they are replaced by the original ones, so that nothing learned from changed "
    "tests counts. Copy them back from the released notebook, then check again."
)
# Where a course's own settings are not at hand: time for networks, and no warnings of the kernel.
SETTINGS = {"timeout": 180, "extra_arguments": ["--IPKernelApp.log_level=40"]}
REPLACED = "The original ones were run in their place, as at grading."


def check(
    target: str, root: Path | None, names: Sequence[str] = (), experiments: bool = False
) -> int:
    """See :func:`dlcourse.grading.check`."""
    path, root = released.locate(target, root)
    notebook = intake.read_notebook(path.resolve(), name=str(path))
    exercise, changed = released.released(path, notebook, root), []
    alone = exercise is None
    if alone:
        exercise, changed = released.itself(path, notebook)
    whole = transplant.transplant(exercise, notebook)
    found = parts.tasks(whole)
    looked_at = tasks.chosen(found, names, experiments)
    print(f"Running {printable(str(path))} …", flush=True)
    _run(path, root, whole, tasks.to_run(found, looked_at))

    lacks = whole.metadata.get(transplant.LACKS, [])
    outcomes = [tasks.outcome(task, lacks) for task in looked_at]
    _say_what_was_not_taken(whole, changed, alone)
    _show(outcomes)
    if not names:
        by_hand = [task for task in found if not task.tests]
        stubs = {} if alone else {cell.id: cell.source for cell in exercise.cells}
        _say_what_is_read(stubs, whole, by_hand, lacks)
        if not experiments and any(task.cells for task in by_hand):
            _say_what_was_not_run(stubs, notebook, by_hand)
    print("Further tests, hidden here, run when your work is graded.")
    return int(bool(changed) or not all(outcome.state in tasks.GOOD for outcome in outcomes))


def _say_what_was_not_taken(whole: "NotebookNode", changed: list[str], alone: bool) -> None:
    if alone:
        print(f"\n{ALONE}")
    if changed:
        print(f"\nLocked cells have been changed: {printable(', '.join(changed))}.\n{CHANGED}")
    if left_out := whole.metadata.get(transplant.LEFT_OUT):
        print(f"\nLocked cells have been changed: {printable(left_out)}.\n{REPLACED}")
    for how, cells in whole.metadata.get(transplant.MATCHED, {}).items():
        print(f"\nCells were {how}: {printable(', '.join(cells))}.")


def _show(outcomes: list[Outcome]) -> None:
    """Print the tasks, and before them how many are as they should be."""
    counts = []
    for kind, is_one in (
        ("questions have an answer", lambda task: task.question),
        ("tasks pass their visible tests", lambda task: task.tests and not task.question),
        ("experiments run to their end", lambda task: not task.tests),
    ):
        own = [outcome for outcome in outcomes if is_one(outcome.task)]
        good = sum(outcome.state in tasks.GOOD for outcome in own)
        counts += [f"{good} of {len(own)} {kind}"] if own else []
    print(f"\n{'; '.join(counts)}.\n")
    for outcome in outcomes:
        print(f"  {outcome.state:9}  {outcome.task.name}")
        print("".join(f"               {line}\n" for line in outcome.lines), end="")


def _say_what_is_read(
    stubs: dict[str, str],
    whole: "NotebookNode",
    by_hand: list[Task],
    lacks: list[str],
) -> None:
    """Print which tasks a person grades, and what is missing of them."""
    if not by_hand:
        return
    graded = {parts.name_of(cell): cell for cell in whole.cells if utils.is_grade(cell)}
    shown = []
    for task in by_hand:
        gone = [name for name in task.fill if name in lacks]
        cell = graded[task.name]
        remark = " (missing)" if gone else ""
        untouched = utils.determine_grade(cell)[0] == 0  # by its checksum, if it has one
        if not gone and (untouched or stubs.get(cell.id) == cell.source):
            remark = " (nothing written yet)"
        shown.append(task.name + remark)
    print(f"\nGraded by hand, so not checked: {', '.join(shown)}.")


def _say_what_was_not_run(
    stubs: dict[str, str], notebook: "NotebookNode", by_hand: list[Task]
) -> None:
    """Print that experiments were not run, and what is saved of their author's run."""
    print("Its code was not run: --experiments runs it, too.")
    saved = {cell.source: cell for cell in notebook.cells if cell.cell_type == "code"}
    for task in by_hand:
        own = [cell.source for cell in task.cells if stubs.get(cell.id) != cell.source]
        theirs = [saved[source] for source in own if source in saved]
        for line in [line for cell in theirs for line in tasks.raised(cell)]:
            print(f"As it was saved, {task.name} raises {line.strip()}")
        if theirs and not any(cell.outputs for cell in theirs):
            print(f"As it was saved, {task.name} has no output: a person will see none.")


def _run(path: Path, root: Path, whole: "NotebookNode", cells: list["NotebookNode"]) -> None:
    """Run some cells of a notebook in an ordinary kernel; they get their outputs.

    Raises:
        UserError: in a plain sentence where they could not be run to the end.
    """
    part = nbformat.v4.new_notebook(metadata=whole.metadata)
    part.cells = cells
    settings = load_config(root)
    for name, value in SETTINGS.items():
        settings.ExecutePreprocessor.setdefault(name, value)
    where = {"metadata": {"path": str(path.resolve().parent)}}
    try:
        with utils.setenv(NBGRADER_VALIDATING="1", NBGRADER_EXECUTION="validate"):
            done, _ = Execute(config=settings).preprocess(part, where)
    except DeadKernelError as error:
        raise UserError(
            f"the kernel died while {path} ran: some cell ends Python itself (exit, os._exit) or "
            "needs more memory than there is. Run the cells one by one to find it."
        ) from error
    except CellTimeoutError as error:
        raise UserError(
            f"a cell of {path} ran beyond its time limit and would not be interrupted; run the "
            "cells one by one to find it"
        ) from error
    except NoSuchKernel as error:
        raise UserError(
            f"{path} asks for the kernel '{error.name}', which is not installed here: choose the "
            "kernel python3 and save the notebook"
        ) from error
    except RuntimeError as error:
        raise UserError(f"{path} could not be run to its end: {error}") from error
    for cell, ran in zip(cells, done.cells, strict=True):
        cell.outputs = ran.outputs
