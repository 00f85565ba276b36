"""Not the notebook is a link, but the folder in which it should lie."""

import shutil

REFUSED = "is a link"


def files(folder, course):
    shutil.rmtree(folder)
    folder.symlink_to(course.folder / "solutions" / "overfitting")
