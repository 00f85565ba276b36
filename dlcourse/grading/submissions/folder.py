"""All that lies in a student's folder has to be harmless: files and folders, and not too many."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError

MEGABYTE = 1_000_000
MAX_FOLDER = 50 * MEGABYTE  # beside the notebook
MAX_FILES = 200  # folders are counted, too


class RefusedError(UserError):
    """A submission that is not graded; its text is the reason, for the student."""

    def __init__(self, reason: str):
        super().__init__(printable(reason))  # it quotes names that the student chose


def check(submitted: Path, student: str, slug: str) -> Path:
    """Check all that lies in a student's folder.

    Args:
        submitted: the folder with one folder for each student.
        student: the student's name or number.
        slug: the exercise's name.

    Returns:
        The folder.

    Raises:
        RefusedError: if something in it is neither a file nor a folder or cannot be read, or if
            there is too much.
    """
    folder = submitted / student / slug
    try:
        _check_parents(folder, submitted)
        _check_content(folder)
    except OSError as error:  # names that add up to too long a path; folders that may not be seen
        raise RefusedError(
            f"not all of the submission can be read ({error.strerror}): hand in the notebook only"
        ) from error
    return folder


def _check_parents(folder: Path, submitted: Path) -> None:
    """No folder on the way may be a link: it could lead to another student or the solutions."""
    for parent in [folder, *folder.parents]:
        if parent == submitted:
            return
        if parent.is_symlink():
            raise RefusedError(f"the folder {parent.name} is a link: hand in the folder itself")


def _check_content(folder: Path) -> None:
    """All of it, since nbgrader copies whatever lies in the folder."""
    size = 0
    for files, (path, status) in enumerate(_within(folder), start=1):
        shown = path.relative_to(folder)
        if stat.S_ISLNK(status.st_mode):
            raise RefusedError(f"{shown} is a link: hand in the file itself")
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            raise RefusedError(
                f"{shown} is a link, a second name of another file: hand in a copy of it"
            )
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise RefusedError(f"{shown} is not an ordinary file: hand in ordinary files only")
        if not os.access(path, os.R_OK):
            raise RefusedError(f"{shown} may not be read: hand it in with other permissions")
        size += status.st_size if path.suffix != ".ipynb" else 0
        if files > MAX_FILES or size > MAX_FOLDER:  # at once: the rest may be endless
            raise RefusedError(
                f"the submission has {files} files and {size / MEGABYTE:.0f} MB beside the "
                f"notebook, or more; allowed are {MAX_FILES} and {MAX_FOLDER / MEGABYTE:.0f} MB. "
                "Hand in the notebook only."
            )


def _within(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All that lies in a folder; a folder before what is in it."""

    def fail(error: OSError) -> None:
        raise error

    for parent, folders, names in os.walk(folder, onerror=fail):
        for name in [*folders, *names]:
            path = Path(parent) / name
            yield path, path.lstat()
