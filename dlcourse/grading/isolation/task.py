"""What is needed to run one submission, on any machine."""

import ast
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils

from dlcourse.grading.isolation.sandbox import Limits
from dlcourse.grading.submissions import names


@dataclass(frozen=True)
class Cell:
    """A code cell to run.

    Attributes:
        id: nbformat's.
        source: its text.
        role: "student" for what the student wrote; "test" for graded tests; "shared" for other
            cells of the instructor's, which run on both sides; "joint" for those of them that use
            the student's answers, and may fail with them.
        answers: names that the instructor's version of a solution cell defines; nothing else is
            taken from the student.
    """

    id: str
    source: str
    role: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """All that is needed to run one submission, on any machine.

    Attributes:
        cells: in order.
        files: the exercise's own, by relative path; both sides have them.
        own_files: the student's further files.
        limits: what may be used.
        warm: modules to import before any notebook runs.
        hidden: folders that must not be seen.
        confined: whether to use the sandbox.
    """

    cells: tuple[Cell, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    own_files: dict[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    warm: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    confined: bool = True


def cells(notebook: NotebookNode, without: Collection[str] = ()) -> tuple[Cell, ...]:
    """The code cells of a notebook that :mod:`dlcourse.grading.submissions.transplant` made.

    Args:
        notebook: the notebook.
        without: ids of cells that are not to be run.
    """
    found = []
    given = [cell.metadata.get("dlcourse", {}).get("answers", ()) for cell in notebook.cells]
    answers = set().union(*given)
    for cell in notebook.cells:
        skipped = "skip-execution" in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or skipped or cell.id in without:
            continue
        own = cell.metadata.get("dlcourse", {})
        role = own.get("role") or ("test" if utils.is_grade(cell) else "shared")
        # Here and not when it runs: Python 3.11 cannot parse in two threads at once.
        if role == "shared" and names.read(cell.source)[0] & answers:
            role = "joint"
        found.append(Cell(cell.id, cell.source, role, tuple(own.get("answers", ()))))
    return tuple(found)


def imports(notebook: NotebookNode) -> tuple[str, ...]:
    """The modules that the cells of a notebook import, for :attr:`Task.warm`."""
    found = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.MULTILINE))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return tuple(sorted(found))


def files(folder: Path, skip: Iterable[str] = ()) -> dict[str, bytes]:
    """The ordinary files of a folder by relative path, without notebooks."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        ignored = path.suffix == ".ipynb" or ".ipynb_checkpoints" in name or name in skip
        if path.is_file() and not path.is_symlink() and not ignored:
            found[name] = path.read_bytes()
    return found
