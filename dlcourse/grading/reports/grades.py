"""`dlcourse grades`: points go back into the table that the learning platform exported."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from dlcourse.grading.classroom.book import Book
from dlcourse.grading.classroom.results import Standing
from dlcourse.grading.collection import roster
from dlcourse.grading.collection.roster import Table
from dlcourse.grading.content.text import cell, printable
from dlcourse.grading.course import UserError, course_config, find_exercise
from dlcourse.grading.reports.page import write
from dlcourse.grading.reports.sources import reports

MAXIMUM = "Points Possible"


def fill(slugs: Sequence[str], root: Path, path: Path, to: Path | None, column: str | None) -> int:
    """See :func:`dlcourse.grading.grades`."""
    for slug in slugs:
        find_exercise(slug, root / "solutions")
    course = CourseDirectory(config=course_config(root))
    to = to or reports(root.resolve()) / f"{path.stem}-filled.csv"
    with Gradebook(course.db_url) as gradebook:
        said = filled(gradebook, slugs, path, to, column)
    print("\n".join(said))
    print(f"To hand back: {printable(str(to))}")
    return 0


def filled(
    gradebook: Gradebook, slugs: Sequence[str], path: Path, to: Path, column: str | None = None
) -> list[str]:
    """Write a copy of a platform's table with points in it.

    Args:
        gradebook: with the points.
        slugs: the exercises.
        path: the table.
        to: the copy.
        column: the head of the column to fill; found by the exercise's name if None.

    Returns:
        What there is to say: who is missing, what is scaled, what still waits for a person.

    Raises:
        UserError: if the table has no column for an exercise, or none that tells who is who.
    """
    table = _read(path)
    people = roster.Roster(roster.known(gradebook))
    owners = [_owner(table, row, people) for row in table.rows]
    if not any(owners):
        raise UserError(
            f"nobody in {path.name} is in the gradebook: enter them with  dlcourse roster FILE"
        )
    said = []
    for slug in slugs:
        target = _target(table, slug, column, path)
        said += _put(table, target, owners, _grades(gradebook, slug), slug)
    _write(table, to)
    return said


def _grades(gradebook: Gradebook, slug: str) -> dict[str, Standing]:
    try:
        return Book(gradebook, slug).standings()
    except MissingEntry:  # nothing of it has been graded
        return {}


def _put(
    table: Table,
    target: int,
    owners: Sequence[str | None],
    grades: Mapping[str, Standing],
    slug: str,
) -> list[str]:
    said, most, waiting = [], _maximum(table, target), []
    for row, owner in zip(table.rows, owners, strict=True):
        grade = grades.get(owner) if owner else None
        if owner and grade is None:
            row[target] = ""
        elif grade:
            scale = most / grade.max_score if most and grade.max_score else 1
            row[target] = f"{round(scale * grade.score, 2):g}"
            waiting += [owner] if grade.waiting else []
    there = {owner for owner in owners if owner in grades}
    said.append(f"{slug}: {len(there)} of {sum(map(bool, owners))} rows filled")
    ours = max((grade.max_score for grade in grades.values()), default=most)
    if most and most != ours:
        said.append(f"  scaled from {ours:g} points to the table's {most:g}")
    if waiting:
        said.append(f"  {len(waiting)} still have answers to grade by hand: {_names(waiting)}")
    if lost := sorted(set(grades) - there):
        said.append(f"  {len(lost)} have a grade and are not in the table: {_names(lost)}")
    return said


def _names(students: Sequence[str]) -> str:
    return ", ".join(map(printable, students))


def _owner(table: Table, row: Sequence[str], people: roster.Roster) -> str | None:
    """Whose row it is, by number, login or address, and at last by name."""
    about = roster.about(table.heads, row)
    if about is None:
        return None
    found = people.find(*(about[key] for key in ("lms_user_id", "id", "email", "name")))
    return found.id if found else None


def _target(table: Table, slug: str, column: str | None, path: Path) -> int:
    """The column to fill; it is added to a plain table that has none."""
    if column is not None:
        if column not in table.heads:
            raise UserError(
                f"{path.name} has no column {column!r}; it has {', '.join(table.heads)}"
            )
        return table.heads.index(column)
    wanted = roster.alike(slug)
    heads = [roster.alike(re.sub(r"\(\d+\)\s*$", "", head)) for head in table.heads]
    for fits in (lambda head: head == wanted, lambda head: wanted in head):
        found = [number for number, head in enumerate(heads) if fits(head)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(table.heads[number] for number in found)
            raise UserError(
                f"{path.name} has several columns for {slug} ({names}): choose with  --column HEAD"
            )
    maximum = _moodle_maximum(table)
    if maximum:
        return maximum - 1
    if "total score" in map(str.casefold, table.heads):  # Gradescope
        return [head.casefold() for head in table.heads].index("total score")
    if "points possible" in _first_cells(table):
        raise UserError(
            f"{path.name} has no column for {slug}: choose one of {', '.join(table.heads)} with  "
            "--column HEAD"
        )
    table.heads.append(slug)
    for row in table.rows:
        row.append("")
    return len(table.heads) - 1


def _first_cells(table: Table) -> set[str]:
    return {row[0].strip().casefold() for row in table.rows}


def _moodle_maximum(table: Table) -> int | None:
    """The worksheet's column of maxima, whose head is in any language; grades stand before it."""
    if not all(re.fullmatch(r"\D+\d+", row[0].strip()) for row in table.rows):
        return None
    for number in range(2, len(table.heads)):
        values = {row[number].strip() for row in table.rows}
        if len(values) == 1 and (_number(next(iter(values))) or 0) > 0:
            return number
    return None


def _maximum(table: Table, target: int) -> float | None:
    """How many points the platform gives; None where it does not say."""
    for row in table.rows:
        if row[0].strip().casefold() == MAXIMUM.casefold():
            return _number(row[target])
    maximum = _moodle_maximum(table)
    return _number(table.rows[0][maximum]) if maximum == target + 1 else None


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _read(path: Path) -> Table:
    table = roster.table(path)
    wide = len(table.heads)
    table.rows = [(row + [""] * wide)[: max(wide, len(row))] for row in table.rows]
    return table


def _write(table: Table, to: Path) -> None:
    """Everything quoted, and no cell that a spreadsheet would run; whole or not at all."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(map(_harmless, table.heads))
    writer.writerows([_harmless(value) for value in row] for row in table.rows)
    write({to: table.start + out.getvalue()})


def _harmless(value: str) -> str:
    safe = cell(value)
    return value if _number(value) is not None or safe == value.strip() else safe


class FilledExport(ExportPlugin):
    """The same for ``nbgrader export --exporter=dlcourse.grading.reports.grades.FilledExport``."""

    fill = Unicode(help="the table that the platform exported").tag(config=True)
    column = Unicode(help="the head of the column to fill").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the table with the points of the chosen assignments, or of all.

        Args:
            gradebook: with the points.
        """
        slugs = self.assignment or [entry.name for entry in gradebook.assignments]
        for line in filled(gradebook, slugs, Path(self.fill), Path(self.to), self.column or None):
            self.log.info(line)
