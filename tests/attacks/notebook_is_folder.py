"""A folder with the notebook's name, and a better notebook in it."""

REFUSED = "is a folder"


def files(folder, course):
    notebook = folder / "overfitting.ipynb"
    text = notebook.read_bytes()
    notebook.unlink()
    notebook.mkdir()
    (notebook / "overfitting.ipynb").write_bytes(text)
