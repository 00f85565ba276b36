"""Where things lie in a course, and how to say plainly that they don't."""

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config


class UserError(Exception):
    """A mistake of the person at the keyboard; its text says what to do, in a sentence or two."""


def require_nbgrader() -> None:
    """Say how to install nbgrader if it is missing.

    Raises:
        UserError: if nbgrader cannot be imported.
    """
    try:
        importlib.import_module("nbgrader")
    except ImportError as error:
        raise UserError(
            "this command needs nbgrader, which is not installed here: "
            "run  pip install 'dlcourse[grade]'"
        ) from error


def find_exercise(slug: str, folder: Path) -> Path:
    """Return ``folder/slug/slug.ipynb``.

    Raises:
        UserError: if there is none; it lists the exercises that are there.
    """
    known = sorted(p.parent.name for p in folder.glob("*/*.ipynb") if p.stem == p.parent.name)
    if slug in known:
        return folder / slug / f"{slug}.ipynb"
    if not known:
        raise UserError(
            f"there are no exercises in {folder}: run this in the course's folder, or add "
            "--root FOLDER"
        )
    raise UserError(f"there is no exercise '{slug}'; known are: {', '.join(known)}")


def find_course(start: Path) -> Path | None:
    """The course's folder: the nearest one, from a folder upward, that looks like one."""
    for folder in (start, *start.resolve().parents):
        if (folder / "nbgrader_config.py").exists() or (folder / "exercises").is_dir():
            return folder
    return None


def load_config(root: Path) -> "Config":
    """The course's ``nbgrader_config.py``; an empty configuration where there is none."""
    from traitlets.config import Config, PyFileConfigLoader

    if not (root / "nbgrader_config.py").exists():
        return Config()
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def course_config(root: Path) -> "Config":
    """The course's ``nbgrader_config.py``.

    Raises:
        UserError: if there is none, so that the folder is no course.
    """
    if not (root / "nbgrader_config.py").exists():
        raise UserError(f"there is no nbgrader_config.py in {root.resolve()}, so it is no course")
    return load_config(root.resolve())


@contextlib.contextmanager
def lone(folder: Path) -> Iterator[None]:
    """Keep everybody else out who would change the submissions or grades of a course.

    Args:
        folder: the course's ``grading``; made if it is missing.

    Raises:
        UserError: if somebody is at work.
    """
    import fcntl  # which Windows has not; students check their work there, too

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".grading.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError("this course is being graded already: wait until it is") from error
        yield
