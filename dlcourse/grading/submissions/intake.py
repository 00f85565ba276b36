"""What may be graded at all: a plain notebook file of sensible size, whoever wrote it.

`dlcourse grade` looks at each submission's whole folder before nbgrader touches it. Plain
``nbgrader autograde`` and the formgrader look at each notebook as they open it: see
:class:`SubmissionExporter`. A refusal is a sentence that tells the student what to do.
"""

import contextlib
import json
import os
import re
import stat
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import validator
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.submissions import folder
from dlcourse.grading.submissions.folder import MEGABYTE, RefusedError

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAX_NOTEBOOK = 20 * MEGABYTE  # an honest notebook with many figures has 1 or 2
MAX_CELLS = 1000
MAX_CELL = 200_000  # characters of one cell's text; a long answer has 5,000
AFRESH = "take its outputs and metadata out, or put your answers into a fresh copy"
NESTED = (
    "{} nests lists or objects hundreds of levels deep in one another, which no notebook needs: "
    + AFRESH
)
HALF = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
REFUSAL = "dlcourse_refusal"  # in nbconvert's resources: why a submission is not graded
ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # of a cell, as nbformat wants it
OURS = "dlcourse"  # how the names of all metadata begin that only the grader writes


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        notebook: the notebook; an empty one where it may not be graded.
        refusal: why it may not, for the student; '' if it may.
    """

    notebook: "NotebookNode"
    refusal: str = ""


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
        The notebook, in the current format; what its metadata says in our name is dropped.

    Raises:
        RefusedError: if the notebook is missing or cannot be graded, or if something in the folder
            is neither a file nor a folder or cannot be read, or if there is too much of it.
    """
    path = folder.check(submitted, student, slug) / (name or f"{slug}.ipynb")
    if not os.path.lexists(path):
        raise RefusedError(f"the submission has no file {path.name}")
    notebook = read_notebook(path, name=path.name)
    for part in [notebook, *notebook.cells]:
        for key in [key for key in part.metadata if key.startswith(OURS)]:
            del part.metadata[key]
    return notebook


def read_notebook(path: Path, name: str | None = None) -> "NotebookNode":
    """Read a notebook that somebody else wrote.

    Args:
        path: the file; it is not opened unless it is a regular file of allowed size.
        name: what to call it in messages; the path if omitted.

    Returns:
        The notebook, in the current format. Whose exercise it is, if any, is not asked here.

    Raises:
        RefusedError: if it is not a regular file, too large, not UTF-8, not JSON, not a notebook,
            or has too many or too long cells.
    """
    name = name or str(path)
    text = _read_text(path, name)
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise RefusedError(
            f"{name} is not a notebook, or only a part of one: its JSON breaks off or is damaged "
            f"at line {error.lineno}. Save the notebook again, or copy it afresh."
        ) from error
    except RecursionError as error:
        raise RefusedError(NESTED.format(name)) from error
    except ValueError as error:  # the only other thing that Python does not read
        raise RefusedError(
            f"{name} holds a number of more than {sys.get_int_max_str_digits()} digits, which no "
            f"notebook needs: {AFRESH}"
        ) from error
    # The oldest notebooks have worksheets in place of cells; nbformat knows what to do.
    if not (isinstance(notebook, dict) and {"cells", "worksheets"} & notebook.keys()):
        raise RefusedError(
            f"{name} is not a Jupyter notebook: it has no cells. Hand in the .ipynb file as "
            "JupyterLab saves it."
        )
    # Half characters, which JSON can hold and a file cannot, become question marks.
    if _drop_odd_ids(notebook) or HALF.search(text):
        text = json.dumps(notebook, ensure_ascii=False).encode("utf-8", "replace").decode()
        notebook = json.loads(text)
    try:
        notebook = _valid(notebook, text)
    except RecursionError as error:
        raise RefusedError(NESTED.format(name)) from error
    except Exception as error:  # nbformat has a dozen ways to refuse
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise RefusedError(f"{name} is not a Jupyter notebook: {reason[:200]}") from error
    _check_cells(notebook, name)
    return notebook


def _drop_odd_ids(notebook: dict) -> bool:
    """Take away ids that the format does not allow, as some editors give; the names are left.

    Returns:
        Whether there was one.
    """
    cells, found = notebook.get("cells"), False
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and "id" in cell:
            text = cell["id"] if isinstance(cell["id"], str) else ""
            if not ID.fullmatch(text):
                del cell["id"]
                found = True
    return found


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
        return content.decode("utf-8-sig")  # some editors begin a file with a mark
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{name} is not a notebook: it is not a text file in UTF-8. Hand in the .ipynb file as "
            "JupyterLab saves it."
        ) from error


def _valid(notebook: object, text: str) -> "NotebookNode":
    """A notebook in the current format, whose cells have ids of their own.

    Raises:
        Exception: of many kinds, if it is no notebook.
    """
    with warnings.catch_warnings():
        # A file merged or copied by hand may have a cell id twice: no reason to refuse it.
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):  # below it is said what is wrong
            current = (nbformat.v4.nbformat, nbformat.v4.nbformat_minor)
            made = nbformat.v4.to_notebook_json(notebook)
            ids = {cell["id"] for cell in made.cells}
            if (made.nbformat, made.nbformat_minor) == current and len(ids) == len(made.cells):
                nbformat.validate(made)
                return made
        nbformat.validate(validator.normalize(nbformat.from_dict(notebook))[1])
        return validator.normalize(nbformat.reads(text, as_version=4))[1]


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
        handed_in = submission(submitted, student, slug, path.name)
        # Beside the notebook, in which a student could have written it.
        resources = {**(resources or {}), REFUSAL: handed_in.refusal}
        return self.from_notebook_node(handed_in.notebook, resources=resources, **kw)


def submission(submitted: Path, student: str, slug: str, name: str | None = None) -> Submission:
    """A student's notebook, or the reason why there is none to grade.

    Args:
        submitted: the folder with one folder for each student.
        student: the student's name or number.
        slug: the exercise's name.
        name: the notebook's file name; that of the exercise if omitted.

    Returns:
        The submission, with a refusal if it may not be graded.
    """
    try:
        return Submission(read_submission(submitted, student, slug, name))
    except RefusedError as error:
        return Submission(nbformat.v4.new_notebook(), str(error))
