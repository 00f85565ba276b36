"""Tests before the code that they test, or after another's."""


def tamper(notebook):
    notebook.cells.reverse()
