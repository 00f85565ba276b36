"""Whoever opens a pipe to read waits until somebody opens it to write: forever."""

import os

REFUSED = "is not an ordinary file"


def files(folder, course):
    notebook = folder / "overfitting.ipynb"
    notebook.unlink()
    os.mkfifo(notebook)
