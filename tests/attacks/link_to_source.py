"""The notebook is a link to the instructor's, which earns all points."""

REFUSED = "is a link"


def files(folder, course):
    notebook = folder / "overfitting.ipynb"
    notebook.unlink()
    notebook.symlink_to(course.folder / "solutions" / "overfitting" / "overfitting.ipynb")
