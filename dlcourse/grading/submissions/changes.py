"""What a student has changed in a cell that is the exercise's own.

As in :mod:`matching` the student's text is searched, never parsed.
"""

import copy
import functools
import re

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests

IMPORT = re.compile(
    r"^(?:import[ \t]|from[ \t]+[.\w]+[ \t]+import[ \t]*(?=[\s(*]))"
    r"(?:\([^()]*\)|(?:[^\n;#()\\]|\\\n)+)(?:#[^\n]*)?",
    re.M,
)


@functools.lru_cache(maxsize=1000)
def visible(source: str) -> str:
    """The text of one of the exercise's cells as it is released, without hidden tests."""
    cell = NotebookNode(source=source)
    ClearHiddenTests()._remove_hidden_test_region(cell)
    return cell.source


def without_imports(cell: NotebookNode, ours: NotebookNode) -> tuple[NotebookNode, str]:
    """Take what a student imports besides out of one of the exercise's code cells.

    Args:
        cell: the student's version.
        ours: the exercise's.

    Returns:
        Their version without the added imports, and these; '' if there are none or it is a test
        cell: of those nothing is taken.
    """
    if ours.cell_type != "code" or cell.cell_type != "code" or utils.is_grade(ours):
        return cell, ""
    known = {_plain(statement) for statement in IMPORT.findall(ours.source)}
    theirs = dict.fromkeys(IMPORT.findall(cell.source))  # each once, in order
    added = {one: None for one in theirs if _plain(one) not in known}
    rest = copy.copy(cell)
    rest.source = IMPORT.sub(lambda found: "" if found[0] in added else found[0], cell.source)
    return rest, "\n".join(map(str.strip, added))


def difference(cell: NotebookNode, ours: NotebookNode) -> str:
    """What the student's version of one of the exercise's code cells adds, in a line of text."""
    if ours.cell_type != "code" or cell.cell_type != "code":
        return ""
    old, new = (
        [line.rstrip() for line in text.splitlines() if line.strip()]
        for text in (visible(ours.source), cell.source)
    )
    if old == new:
        return ""
    added = [line.strip() for line in new if line not in old]
    if not added:
        return "(lines are missing or stand elsewhere)"
    shown = " / ".join(line[:60] for line in added[:3]) + (" / …" if len(added) > 3 else "")
    return "".join(c if c.isprintable() and c != "`" else "?" for c in shown)


def _plain(statement: str) -> str:
    return " ".join(statement.split())
