"""`dlcourse check`: nbgrader's validation of one notebook, task by task."""

from pathlib import Path
from typing import TYPE_CHECKING

from dlcourse.grading.content.text import printable
from dlcourse.grading.course import (
    UserError,
    find_exercise,
    load_config,
    require_nbgrader,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode


def check(target: str, root: Path) -> int:
    """See :func:`dlcourse.grading.check`."""
    require_nbgrader()
    path = Path(target)
    if path.suffix != ".ipynb" and not path.exists():
        if len(path.parts) > 1:
            raise UserError(f"there is no file {path}")
        path = find_exercise(target, root / "exercises")
    notebook = _read(path)
    print(f"Running {printable(str(path))} …", flush=True)
    results = _validate(path, root)

    if "type_changed" in results or "changed" in results:
        changed = [*results.get("type_changed", []), *results.get("changed", [])]
        sources = {entry["source"] for entry in changed}
        names = [_task(cell) for cell in notebook.cells if cell.source.strip() in sources]
        print(
            f"\nLocked cells have been changed: {', '.join(names)}.\n"
            "At grading they are replaced by the original ones, so that nothing learned from "
            "changed tests counts. Copy them back from the released notebook, then check again."
        )
        return 1

    failed = {entry["source"]: entry["raw_error"] for entry in results.get("failed", [])}
    tests = [cell for cell in notebook.cells if _is_test(cell)]
    passed = [cell for cell in tests if cell.source.strip() not in failed]
    print(f"\n{len(passed)} of {len(tests)} tasks pass their visible tests.\n")
    for cell in tests:
        error = failed.get(cell.source.strip())
        print(f"  {'pass' if error is None else 'FAIL'}  {_task(cell)}")
        if error is not None:
            print("".join(f"          {line}\n" for line in _message(error)))
    by_hand = [_task(cell) for cell in notebook.cells if _is_open(cell)]
    if by_hand:
        print(f"\nGraded by hand, so not checked: {', '.join(by_hand)}.")
    print("Further tests, hidden here, run when your work is graded.")
    return int(bool(failed))


def _read(path: Path) -> "NotebookNode":
    """The notebook, with the checks of the intake and each of its cells once.

    Raises:
        UserError: if the file is missing or not an exercise, or has a cell twice. Grading copes
            with a copied cell, nbgrader's validation doesn't.
    """
    from dlcourse.grading.submissions import intake

    if path.is_dir():
        raise UserError(f"{path} is a folder: give the notebook in it, a file that ends in .ipynb")
    if not path.exists():
        raise UserError(f"there is no file {path}")
    notebook = intake.read_notebook(path.resolve(), name=str(path))
    ids = [_nbgrader(cell)["grade_id"] for cell in notebook.cells if "grade_id" in _nbgrader(cell)]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise UserError(
            f"{path} has the cell {', '.join(twice)} more than once: delete the copy, which "
            "is often the result of copying and pasting a cell"
        )
    return notebook


def _validate(path: Path, root: Path) -> dict:
    """What nbgrader found, or a plain sentence where the notebook could not be run to its end."""
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbgrader.validator import Validator

    try:
        return Validator(config=load_config(root)).validate(str(path.resolve()))
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


def _nbgrader(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def _is_test(cell) -> bool:
    return _nbgrader(cell).get("grade", False) and not _nbgrader(cell).get("solution", False)


def _is_open(cell) -> bool:
    return _nbgrader(cell).get("grade", False) and _nbgrader(cell).get("solution", False)


def _task(cell) -> str:
    return printable(_nbgrader(cell).get("grade_id", "?").removesuffix("-test"))


def _message(error: str) -> list[str]:
    """A failed check's own words; of any other error the last line of its traceback."""
    from nbconvert.filters import strip_ansi

    lines = [printable(line) for line in strip_ansi(error).strip().splitlines()]
    lines = lines or ["(no message)"]
    if lines[0].startswith("CheckError: "):
        return [lines[0].removeprefix("CheckError: "), *lines[1:]]
    return lines[-1:]
