"""Where things lie in a course, and how to say plainly that they don't."""

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode
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


def read_notebook(path: Path) -> "NotebookNode":
    """Read a notebook in which nbgrader can find its cells.

    Raises:
        UserError: if the file is missing, is not a notebook, is cut short, has no test cells, or
            has the same one twice.
    """
    import nbformat

    if path.is_dir():
        raise UserError(f"{path} is a folder: give the notebook in it, a file that ends in .ipynb")
    if not path.exists():
        raise UserError(f"there is no file {path}")
    try:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.from_dict(json.loads(text))
        nbformat.validate(notebook)
        notebook = nbformat.reads(text, as_version=4)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not a notebook: it is not a text file") from error
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path} is not a notebook, or only a part of one: its JSON breaks off or is damaged "
            f"at line {error.lineno}. Save the notebook again, or copy it afresh."
        ) from error
    except Exception as error:  # nbformat has a dozen ways to refuse
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{path} is not a Jupyter notebook: {reason}") from error
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    ids = [i for i in ids if i]
    if not ids:
        raise UserError(f"{path} has no test cells: it is not an exercise of this course")
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise UserError(
            f"{path} has the cell {', '.join(twice)} more than once: delete the copy, which "
            "is often the result of copying and pasting a cell"
        )
    return notebook


def load_config(root: Path) -> "Config":
    """The course's ``nbgrader_config.py``; an empty configuration where there is none."""
    from traitlets.config import Config, PyFileConfigLoader

    if not (root / "nbgrader_config.py").exists():
        return Config()
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
