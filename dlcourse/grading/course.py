"""Where things lie in a course, and how to say plainly that they don't."""

import contextlib
import importlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dlcourse.grading.paths import anchored

if TYPE_CHECKING:
    from traitlets.config import Config


FULL = "the disk is full ({}): make room, then run this again"
MEGABYTE = 1_000_000
DRIVERS = ("psycopg", "psycopg2", "pg8000", "MySQLdb", "pymysql")  # SQLAlchemy's, of databases
LONGEST = 128  # characters of a name in nbgrader's tables; SQLite takes longer ones, too


class UserError(Exception):
    """A mistake of the person at the keyboard; its text says what to do, in a sentence or two."""


def explained(error: BaseException, root: Path) -> str | None:
    """What a failure of the machine means for a course, in a sentence; None of any other error.

    Args:
        error: of the file system, or of the gradebook, which lies in it; or one that was raised
            instead of such a one.
        root: the course's folder.
    """
    if isinstance(error, OSError):
        where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
        if error.errno is None or isinstance(error, ConnectionError | TimeoutError):
            return None  # a broken pipe is one of them, and nobody's to mend
        if isinstance(error, FileNotFoundError) and where and os.sep not in where:
            return f"the program {where} is not found: PATH is {os.environ.get('PATH') or 'empty'}"
        where, words = where or str(root), (error.strerror or str(error)).lower()
    elif isinstance(error, ModuleNotFoundError) and error.name in DRIVERS:
        return (
            f"c.CourseDirectory.db_url of {root} asks for {error.name}, which is not installed; "
            "for PostgreSQL run  pip install 'dlcourse[postgres]'  and let it begin with "
            "postgresql+psycopg://"
        )
    elif type(error).__module__.startswith("sqlalchemy.") and getattr(error, "orig", None):
        where, words = f"the gradebook of {root}", str(error.orig).lower()
    else:
        before = error.__cause__ or error.__context__
        return explained(before, root) if before is not None else None
    if any(sign in words for sign in ("no space", "quota", "disk is full")):
        return FULL.format(where)
    if any(sign in words for sign in ("read-only", "readonly", "permission", "not permitted")):
        return f"{where} may not be written to: run this where it may, or on a copy of the course"
    if "unable to open database" in words:
        return (
            f"{where} cannot be opened: does the folder of c.CourseDirectory.db_url in "
            "nbgrader_config.py exist, and may it be written to?"
        )
    return f"{where}: {words}"


def told(done: dict, root: Path, what: str = "failed") -> str:
    """Why a call of nbgrader's failed: a full disk, of which it does not say, or its last line."""
    if shutil.disk_usage(root).free < MEGABYTE:
        return FULL.format(root)
    lines = [line for line in (done["error"] or done["log"] or "").splitlines() if line.strip()]
    return f"nbgrader {what}: {(lines or ['it does not say why'])[-1]}"


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


def exercises(folder: Path) -> list[Path]:
    """The notebooks ``folder/SLUG/SLUG.ipynb``, sorted."""
    return [path for path in sorted(folder.glob("*/*.ipynb")) if path.stem == path.parent.name]


def find_exercise(slug: str, folder: Path) -> Path:
    """Return ``folder/slug/slug.ipynb``.

    Raises:
        UserError: if there is none; it lists the exercises that are there.
    """
    known = [path.stem for path in exercises(folder)]
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
    # By its whole path: of a folder's name the loader would take $HOME for a variable.
    loader = PyFileConfigLoader(os.path.abspath(root / "nbgrader_config.py"))
    return anchored(loader.load_config(), root)


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
