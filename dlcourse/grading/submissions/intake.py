"""What may be graded at all: a plain notebook file of sensible size, whoever wrote it.

`dlcourse grade` looks at each submission's whole folder before nbgrader touches it. Plain
``nbgrader autograde`` and the formgrader look at each notebook as they open it: see
:class:`SubmissionExporter`. A refusal is a sentence that tells the student what to do.
"""

import json
import os
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import validator
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError
from dlcourse.grading.submissions.transplant import REFUSED

if TYPE_CHECKING:
    from nbformat import NotebookNode

MEGABYTE = 1_000_000
MAX_NOTEBOOK = 20 * MEGABYTE  # an honest notebook with many figures has 1 or 2
MAX_FOLDER = 50 * MEGABYTE
MAX_FILES = 200
MAX_CELLS = 1000
MAX_CELL = 200_000  # characters of one cell's text; a long answer has 5,000


class RefusedError(UserError):
    """A submission that is not graded; its text is the reason, for the student."""


def read_submission(
    submitted: Path, student: str, slug: str, name: str | None = None
) -> "NotebookNode":
    """Check a student's folder and read the notebook in it.

    Args:
        submitted: the folder with one folder for each student.
        student: the student's name or number.
        slug: the exercise's name.
        name: the notebook's file name; that of the exercise if omitted.

    Returns:
        The notebook, in the current format.

    Raises:
        RefusedError: if the notebook is missing or cannot be graded, or if something in the folder
            is neither a file nor a folder, or if there is too much of it.
    """
    folder = check_files(submitted, student, slug)
    notebook = folder / (name or f"{slug}.ipynb")
    if not os.path.lexists(notebook):
        raise RefusedError(f"the submission has no file {notebook.name}")
    return read_notebook(notebook, name=notebook.name)


def check_files(submitted: Path, student: str, slug: str) -> Path:
    """Check all that lies in a student's folder.

    Args:
        submitted: the folder with one folder for each student.
        student: the student's name or number.
        slug: the exercise's name.

    Returns:
        The folder.

    Raises:
        RefusedError: if something in it is neither a file nor a folder, or if there is too much.
    """
    folder = submitted / student / slug
    _check_parents(folder, submitted)
    _check_folder(folder)
    return folder


def read_notebook(path: Path, name: str | None = None) -> "NotebookNode":
    """Read a notebook that somebody else wrote.

    Args:
        path: the file; it is not opened unless it is a regular file of allowed size.
        name: what to call it in messages; the path if omitted.

    Returns:
        The notebook, in the current format, with at least one cell of an exercise.

    Raises:
        RefusedError: if it is not a regular file, too large, not UTF-8, not JSON, not a notebook,
            has too many or too long cells, or has no cell that nbgrader made.
    """
    name = printable(name or str(path))
    text = _read_text(path, name)
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise RefusedError(
            f"{name} is not a notebook, or only a part of one: its JSON breaks off or is damaged "
            f"at line {error.lineno}. Save the notebook again, or copy it afresh."
        ) from error
    except (RecursionError, ValueError) as error:  # lists in lists in lists; endless digits
        raise RefusedError(f"{name} is not a Jupyter notebook: its JSON cannot be read") from error
    # Half characters, which JSON can hold and a file cannot, become question marks.
    text = json.dumps(notebook, ensure_ascii=False).encode("utf-8", "replace").decode()
    try:
        with warnings.catch_warnings():
            # A file merged or copied by hand may have a cell id twice: no reason to refuse it.
            warnings.simplefilter("ignore")
            nbformat.validate(validator.normalize(nbformat.from_dict(json.loads(text)))[1])
            notebook = validator.normalize(nbformat.reads(text, as_version=4))[1]
    except Exception as error:  # nbformat has a dozen ways to refuse
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise RefusedError(
            f"{name} is not a Jupyter notebook: {printable(reason[:200])}"
        ) from error
    _check_cells(notebook, name)
    return notebook


def _read_text(path: Path, name: str) -> str:
    try:
        # Neither following a link nor waiting for the other end of a pipe; what is checked is what
        # is read, even if the name is given to another file in between.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        if path.is_symlink():
            raise RefusedError(f"{name} is a link: hand in the file itself")
        descriptor = os.open(path, flags)
    except OSError as error:
        raise RefusedError(f"{name} cannot be read: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise RefusedError(f"{name} is a folder: hand in the notebook, a .ipynb file")
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(f"{name} is not an ordinary file: hand in the notebook itself")
        if status.st_size > MAX_NOTEBOOK:
            raise RefusedError(
                f"{name} has {status.st_size / MEGABYTE:.0f} MB, more than the "
                f"{MAX_NOTEBOOK / MEGABYTE:.0f} MB allowed: clear its outputs (Edit, Clear "
                "Outputs of All Cells), save it, and hand it in again"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_NOTEBOOK)
    finally:
        os.close(descriptor)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{name} is not a notebook: it is not a text file in UTF-8. Hand in the .ipynb file as "
            "JupyterLab saves it."
        ) from error


def _check_cells(notebook: "NotebookNode", name: str) -> None:
    if len(notebook.cells) > MAX_CELLS:
        raise RefusedError(
            f"{name} has {len(notebook.cells)} cells, more than the {MAX_CELLS} allowed: delete "
            "those that are not part of your answers"
        )
    for number, cell in enumerate(notebook.cells, start=1):
        if len(cell.source) > MAX_CELL:
            raise RefusedError(
                f"cell {number} of {name} has {len(cell.source)} characters of text, more than "
                f"the {MAX_CELL} allowed: shorten it (was data pasted into it?)"
            )
    marked = [cell.metadata.get("nbgrader") for cell in notebook.cells]
    if not any(isinstance(mark, dict) and mark.get("grade_id") for mark in marked):
        raise RefusedError(f"{name} has no test cells: it is not an exercise of this course")


def _check_parents(folder: Path, submitted: Path) -> None:
    """No folder on the way may be a link: it could lead to another student or the solutions."""
    for parent in [folder, *folder.parents]:
        if parent == submitted:
            return
        if parent.is_symlink():
            name = printable(parent.name)
            raise RefusedError(f"the folder {name} is a link: hand in the folder itself")


def _check_folder(folder: Path) -> None:
    """All of the folder has to be harmless, since nbgrader copies whatever lies in it."""
    files, size = 0, 0
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(parent) / name
            status = path.lstat()
            shown = printable(str(path.relative_to(folder)))
            if stat.S_ISLNK(status.st_mode):
                raise RefusedError(f"{shown} is a link: hand in the file itself")
            if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
                raise RefusedError(
                    f"{shown} is a link, a second name of another file: hand in a copy of it"
                )
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                raise RefusedError(f"{shown} is not an ordinary file: hand in ordinary files only")
            files += 1
            size += status.st_size if path.suffix != ".ipynb" else 0
    if files > MAX_FILES or size > MAX_FOLDER:
        raise RefusedError(
            f"the submission has {files} files and {size / MEGABYTE:.0f} MB beside the notebook; "
            f"allowed are {MAX_FILES} and {MAX_FOLDER / MEGABYTE:.0f} MB. "
            "Hand in the notebook only."
        )


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook for nbgrader's ``Autograde``.

    What may not be graded is replaced by an empty notebook with the reason, so that its author
    gets a grade of 0 and reads why. nbgrader would stop at it, or at the whole class.
    """

    def from_filename(self, filename: str, resources: dict | None = None, **kw) -> tuple:
        """Check the file first, unless it is the sanitized copy that nbgrader made of it.

        Args:
            filename: the notebook's path.
            resources: nbconvert's, with the student's and the exercise's name from nbgrader.
            **kw: passed on.

        Returns:
            The notebook's text, and the resources.
        """
        course = CourseDirectory(parent=self)
        submitted = Path(os.path.abspath(course.format_path(course.submitted_directory, ".", ".")))
        path = Path(os.path.abspath(filename))
        if not path.is_relative_to(submitted):
            return super().from_filename(filename, resources=resources, **kw)
        student, slug = path.relative_to(submitted).parts[:2]
        notebook = submission(submitted, student, slug, path.name)
        return self.from_notebook_node(notebook, resources=resources, **kw)


def submission(submitted: Path, student: str, slug: str, name: str) -> "NotebookNode":
    """A student's notebook, or what stands for it where it may not be graded.

    Args:
        submitted: the folder with one folder for each student.
        student: the student's name or number.
        slug: the exercise's name.
        name: the notebook's file name.

    Returns:
        The notebook; an empty one with the reason in its metadata if there is one to refuse it.
    """
    try:
        return read_submission(submitted, student, slug, name)
    except RefusedError as error:
        return nbformat.v4.new_notebook(metadata={REFUSED: str(error)})
