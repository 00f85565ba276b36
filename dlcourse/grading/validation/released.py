"""Which notebook is meant, and the exercise as it was released, to compare it with."""

import copy
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from dlcourse.grading.course import UserError, exercises, find_course, find_exercise, load_config
from dlcourse.grading.submissions.template import grade_id

if TYPE_CHECKING:
    from nbformat import NotebookNode


def locate(target: str, root: Path | None) -> tuple[Path, Path]:
    """The file that is meant, and the course's folder.

    Args:
        target: an exercise's name, or the path of a notebook or of its folder.
        root: the course's folder; None to look for it, from the file upward and from here.

    Raises:
        UserError: if there is no such exercise or file.
    """
    path, here = Path(target), root or find_course(Path()) or Path()
    if path.is_dir() and (path / f"{path.resolve().name}.ipynb").exists():
        path = path / f"{path.resolve().name}.ipynb"
    elif path.is_dir() and not (here / "exercises" / target / f"{target}.ipynb").exists():
        raise UserError(f"{path} is a folder: give the notebook in it, a file that ends in .ipynb")
    elif path.suffix != ".ipynb" and not path.is_file():
        if len(path.parts) > 1:
            raise UserError(f"there is no file {path}")
        path = find_exercise(target, here / "exercises")
    if not path.exists():
        raise UserError(f"there is no file {path}")
    return path, root or find_course(path.resolve().parent) or here


def released(path: Path, notebook: "NotebookNode", root: Path) -> "NotebookNode | None":
    """The exercise that a student's notebook began as; None if it is nowhere to be found.

    It is made from ``solutions/`` where these are; else it is the one in ``exercises/``. If that is
    the student's own file, it is the one that git has.
    """
    slug = _slug(path, notebook, root)
    if not slug:
        return None
    source = root / "solutions" / slug / f"{slug}.ipynb"
    if source.exists():
        return _stripped(nbformat.read(source, as_version=4), root)
    given = root / "exercises" / slug / f"{slug}.ipynb"
    if given.exists() and not given.samefile(path):
        return nbformat.read(given, as_version=4)
    return _committed(given)


def _stripped(source: "NotebookNode", root: Path) -> "NotebookNode":
    """An instructor's notebook as nbgrader releases it."""
    resources, config = {}, load_config(root)
    for step in (ClearSolutions, ClearHiddenTests):
        source, resources = step(config=config).preprocess(source, resources)
    return source


def _committed(path: Path) -> "NotebookNode | None":
    """A file as it is in git's last commit."""
    command = ["git", "-C", str(path.parent), "show", f"HEAD:./{path.name}"]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
        return nbformat.reads(done.stdout.decode(), as_version=4) if not done.returncode else None
    except (OSError, ValueError, subprocess.TimeoutExpired, nbformat.reader.NotJSONError):
        return None


def _slug(path: Path, notebook: "NotebookNode", root: Path) -> str:
    """The exercise that a notebook belongs to: by its name, its folder's or its texts."""
    folders = [root / "solutions", root / "exercises"]
    paths = [path for folder in folders for path in exercises(folder)]
    known = {p.stem.casefold(): p.stem for p in reversed(paths)}
    stem = re.sub(r"[-_ ]*(\(\d+\)|copy\d*|\d+)$", "", path.stem, flags=re.IGNORECASE)
    for name in (path.stem, stem, path.resolve().parent.name):
        if name.casefold() in known:
            return known[name.casefold()]
    theirs = {cell.source.strip() for cell in notebook.cells}
    shared = {}
    for each in paths:
        ours = nbformat.read(each, as_version=4).cells
        shared[each.stem] = sum(cell.source.strip() in theirs for cell in ours)
    best = max(shared, key=shared.get, default="")
    return best if best and shared[best] > 2 else ""


def itself(path: Path, notebook: "NotebookNode") -> tuple["NotebookNode", list[str]]:
    """A notebook in the place of the released one, where that is nowhere to be found.

    Returns:
        A copy, and which of its tests are not as they were released, by their checksums.

    Raises:
        UserError: if it has no test cells, or a cell twice.
    """
    if not any(utils.is_grade(cell) for cell in notebook.cells if _marks(cell)):
        raise UserError(f"{path} has no test cells: it is not an exercise of this course")
    ids = [grade_id(cell) for cell in notebook.cells if grade_id(cell)]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise UserError(
            f"{path} has the cell {', '.join(twice)} more than once: delete the copy, which "
            "is often the result of copying and pasting a cell"
        )
    changed = [
        grade_id(cell)
        for cell in notebook.cells
        if _marks(cell) and utils.is_grade(cell) and not utils.is_solution(cell)
        if cell.metadata.nbgrader.get("checksum") not in (None, utils.compute_checksum(cell))
    ]
    return copy.deepcopy(notebook), changed


def _marks(cell: "NotebookNode") -> bool:
    return grade_id(cell) is not None
