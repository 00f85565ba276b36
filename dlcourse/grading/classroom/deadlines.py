"""When an exercise is due, for whom later, and what a late submission loses.

The due date stands where nbgrader keeps it, with the assignment. What nbgrader has no place for, an
extension for somebody who has handed in nothing yet and a rule for each exercise, stands in a table
of our own in the same gradebook. :class:`Deadline` is the plugin by which nbgrader's own commands
use it.
"""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin

from dlcourse.grading.classroom.book import Book
from dlcourse.grading.classroom.ledger import ensure
from dlcourse.grading.classroom.works import Work
from dlcourse.grading.course import UserError

TABLE = sqlalchemy.Table(
    "dlcourse_deadlines",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("assignment", sqlalchemy.String(128), primary_key=True),
    sqlalchemy.Column("student", sqlalchemy.String(128), primary_key=True),  # '' for the class
    sqlalchemy.Column("until", sqlalchemy.String(32), nullable=False),
    sqlalchemy.Column("rule", sqlalchemy.String(32), nullable=False),
)
SECONDS = {"hour": 3600, "day": 86400, "week": 604800}
FORMS = "none, zero, 10%/day, or 10%/day:50% (at most half); hour and week will do as well"


@dataclass(frozen=True)
class Rule:
    """What a late submission loses.

    Attributes:
        text: as it was given.
        share: of the points, for each unit that has begun.
        seconds: of a unit.
        most: the largest share.
    """

    text: str
    share: float
    seconds: float
    most: float

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """Read ``none``, ``zero``, ``10%/day`` or ``10%/day:50%``.

        Raises:
            UserError: it is something else.
        """
        text = text.strip().lower()
        if text in ("none", "zero"):
            share = float(text == "zero")
            return cls(text, share, math.inf, share)
        number = r"(\d+(?:\.\d+)?)\s*%"
        found = re.fullmatch(rf"{number}\s*/\s*(hour|day|week)(?:\s*:\s*{number})?", text)
        if not found or float(found[1]) > 100 or float(found[3] or 100) > 100:
            raise UserError(f"a rule for late work is {FORMS}; not {text!r}")
        return cls(text, float(found[1]) / 100, SECONDS[found[2]], float(found[3] or 100) / 100)

    def off(self, score: float, late: float) -> float:
        """How many points a submission loses.

        Args:
            score: what it has earned.
            late: seconds beyond the due date.
        """
        if late <= 0:
            return 0.0
        begun = max(1, math.ceil(late / self.seconds))
        return round(score * min(self.most, self.share * begun), 6)


def read(gradebook: Gradebook, slug: str) -> dict[str, tuple[str, str]]:
    """By student, '' for the class: until when (ISO, in UTC), and the rule; '' for neither."""
    ensure(gradebook, TABLE)
    rows = gradebook.db.execute(sqlalchemy.select(TABLE).where(TABLE.c.assignment == slug))
    return {row.student: (row.until, row.rule) for row in rows}


def write(gradebook: Gradebook, slug: str, student: str, until: str, rule: str) -> None:
    """Replace an entry of :func:`read`; two empty texts remove it."""
    ensure(gradebook, TABLE)
    key = (TABLE.c.assignment == slug) & (TABLE.c.student == student)
    gradebook.db.execute(TABLE.delete().where(key))
    if until or rule:
        values = {"assignment": slug, "student": student, "until": until, "rule": rule}
        gradebook.db.execute(TABLE.insert().values(**values))
    gradebook.db.commit()


def settle(book: Book, work: Work, entries: Mapping[str, tuple[str, str]], student: str) -> None:
    """Give a submission its extension, and take off what it loses now, or give it back.

    Points that were given by hand since the tests ran count, too. A course without a rule for the
    exercise keeps what nbgrader's own settings took off.

    Args:
        book: what is changed there has to be committed.
        work: the student's.
        entries: as :func:`read` returns them.
        student: whose.
    """
    granted, rule = work.extension, rule_of(entries)
    if student in entries and book.due:
        granted = datetime.datetime.fromisoformat(entries[student][0]) - book.due
    book.amend(work, granted, {})
    if rule:
        late = work.late(book.due)
        sheets = work.sheets.items()
        book.amend(work, granted, {key: rule.off(one.score, late) or None for key, one in sheets})


def rule_of(entries: Mapping[str, tuple[str, str]]) -> Rule | None:
    """The rule of an exercise by the entries that :func:`read` returns; None for none."""
    text = entries.get("", ("", ""))[1]
    return Rule.parse(text) if text else None


class Deadline(LateSubmissionPlugin):
    """Applies the exercise's rule; one without a rule is treated as ``penalty_method`` says."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """How many points a late submission loses.

        Args:
            student_id: whose.
            score: what it has earned.
            total_seconds_late: beyond the due date, with the extension that nbgrader knows.

        Returns:
            The points; None for none.
        """
        slug = self.parent.assignment_id
        gradebook = self.parent.gradebook
        entries = read(gradebook, slug)
        rule = rule_of(entries)
        if rule is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        book = Book(gradebook, slug)
        with book.transaction():
            work = book.work(student_id)
            settle(book, work, entries, student_id)
        return rule.off(score, work.late(book.due)) or None
