"""Two more notebooks beside the right one, with better answers: of almost the same name, and of
a test's name. Which of them counts must not depend on the order of files."""

import nbformat

from tests import courses
from tests.attacks._base import TEST


def files(folder, course):
    for name in ("Overfitting.ipynb", "overfitting (1).ipynb", "a.ipynb", f"{TEST}.ipynb"):
        nbformat.write(courses.filled("overfitting"), folder / name)
    (folder / ".ipynb_checkpoints").mkdir()
    nbformat.write(
        courses.filled("overfitting"),
        folder / ".ipynb_checkpoints" / "overfitting-checkpoint.ipynb",
    )
    (folder / "overfitting").mkdir()
    nbformat.write(courses.filled("overfitting"), folder / "overfitting" / "overfitting.ipynb")
