"""The grader copies what lies beside a notebook: a link to the whole disk, one to the gradebook,
and one to itself."""

REFUSED = "is a link"


def files(folder, course):
    (folder / "data").mkdir()
    (folder / "data" / "gradebook.db").symlink_to(course.folder / "grading" / "gradebook.db")
    (folder / "data" / "again").symlink_to(".")
    (folder / "everything").symlink_to("/")
