"""Which cell of the exercise a student's cell belongs to, by what is left of its marks.

A student's text is only searched here, by expressions that take time in proportion to its length.
Parsing it could take the grader's process along.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader import utils

from dlcourse.grading.submissions import changes
from dlcourse.grading.submissions.template import grade_id

# How a cell was found; in the words of the note, before the cells' names.
BOTH = ""
NAME = "found by name alone, in cells with other ids"
ID = "found by cell id, since they had lost their names"
DEFINED = "found by what they define, since they had lost both name and id"
PLACE = "found by where they stand, since they had lost both name and id"
LOST = (ID, DEFINED, PLACE)  # of these its author is told, too

DEFINES = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.M
)


@dataclass(frozen=True)
class Match:
    """Where a student's cell belongs: a position in the exercise, and how that is known."""

    place: int
    how: str


def match(exercise: NotebookNode, submission: NotebookNode) -> list[Match | None]:
    """Find the place of each cell of a submission.

    Args:
        exercise: the released notebook, or the one with hidden tests.
        submission: the student's.

    Returns:
        For each of the student's cells its place; None for a cell of their own. A cell that lost
        its name and its id is taken for the first one to be filled in that defines what it
        defines, and that no other cell has been found for. Answers that define nothing are looked
        for below the text that stands above them in the exercise.
    """
    by_name = {grade_id(cell): i for i, cell in enumerate(exercise.cells) if grade_id(cell)}
    by_id = {cell.get("id"): i for i, cell in enumerate(exercise.cells) if cell.get("id")}
    found: list[Match | None] = []
    for cell in submission.cells:
        named, same = by_name.get(grade_id(cell)), by_id.get(cell.get("id"))
        if named is not None:
            found.append(Match(named, BOTH if named == same else NAME))
        else:
            found.append(None if same is None else Match(same, ID))
    taken = {each.place for each in found if each}
    wanted = {i: names for i, names in answers(exercise).items() if i not in taken}
    for number, cell in enumerate(submission.cells):
        if found[number] is None and cell.cell_type == "code":
            names = defined(cell.source)
            for place in (place for place, looked_for in wanted.items() if names & looked_for):
                found[number] = Match(place, DEFINED)
                break
    for number, place in _below(exercise, submission, found):
        found[number] = Match(place, PLACE)
    return found


def _below(
    exercise: NotebookNode, submission: NotebookNode, found: list[Match | None]
) -> Iterator[tuple[int, int]]:
    """Cells of the student's, and their places, for answers that nothing else tells of."""
    texts: dict[str, int] = {}
    for place, cell in enumerate(exercise.cells):
        if not utils.is_solution(cell):
            texts.setdefault(changes.visible(cell.source).strip(), place)
    texts.pop("", None)
    places = [
        match.place if match else texts.get(cell.source.strip())
        for cell, match in zip(submission.cells, found, strict=True)
    ]
    known = {place: number for number, place in enumerate(places) if place is not None}
    named = answers(exercise)
    for place, cell in enumerate(exercise.cells):
        above = [other for other in known if other < place]
        if not utils.is_solution(cell) or place in named or place in known or not above:
            continue
        for number in range(known[max(above)] + 1, len(places)):
            if places[number] is not None:
                break
            theirs = submission.cells[number]
            changed = theirs.source.strip() not in ("", cell.source.strip())
            if theirs.cell_type == cell.cell_type and changed:
                places[number], known[place] = place, number
                yield number, place
                break


def answers(exercise: NotebookNode) -> dict[int, set[str]]:
    """What the cells to be filled in define, by their positions; only of those that define any."""
    stubs = {
        i: defined(cell.source)
        for i, cell in enumerate(exercise.cells)
        if cell.cell_type == "code" and utils.is_solution(cell)
    }
    return {i: names for i, names in stubs.items() if names}


def defined(source: str) -> set[str]:
    """The functions, classes and variables that stand at the beginning of a cell's lines."""
    return {one or other for one, other in DEFINES.findall(source)}


def said(found: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names of cells by how they were found, without those that were found by name and id."""
    hows: dict[str, list[str]] = {}
    for how, name in found:
        if how != BOTH:
            hows.setdefault(how, []).append(name)
    return hows
