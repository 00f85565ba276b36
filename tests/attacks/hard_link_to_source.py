"""A hard link is no link to look at: it is the instructor's notebook under a second name, and
archives may hold one."""

import os

REFUSED = "link"


def files(folder, course):
    notebook = folder / "overfitting.ipynb"
    notebook.unlink()
    os.link(course.folder / "solutions" / "overfitting" / "overfitting.ipynb", notebook)
