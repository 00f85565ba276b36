"""What colors code and terminal output for a page takes time that grows with the square of some
texts' length: a long run of names and dots, thousands of color codes, and one of thousands of
numbers."""

from nbformat import v4

CODE = 'print("\\x1b[1mx\\x1b[0m" * 60_000)\n'


def tamper(notebook):
    notebook.cells.append(v4.new_code_cell("%%capture\n" + "é." * 40_000))
    notebook.cells.append(v4.new_code_cell('print("\\x1b[" + "1;" * 400_000 + "mx")'))
