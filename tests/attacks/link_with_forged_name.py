"""A file's name can hold what clears a terminal, and a line of another student's for the list of the
class: it stands in the reason for a refusal."""

from tests.attacks._base import SLUG

NAME = "a\x1b[2J\nzed  100 of 100"
REFUSED = r"a\x1b[2J\nzed  100 of 100 is a link"


def files(folder, course):
    (folder / NAME).symlink_to(f"{SLUG}.ipynb")
