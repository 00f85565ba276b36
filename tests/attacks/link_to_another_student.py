"""The notebook is a relative link to a better student's."""

REFUSED = "is a link"


def files(folder, course):
    notebook = folder / "overfitting.ipynb"
    notebook.unlink()
    notebook.symlink_to("../../a-honest/overfitting/overfitting.ipynb")
