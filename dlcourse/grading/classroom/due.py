"""`dlcourse due`: see and set when an exercise is due."""

import contextlib
import datetime
from collections.abc import Sequence
from pathlib import Path

from dateutil import parser
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.classroom import deadlines
from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError, course_config, find_exercise


def due(
    slug: str,
    root: Path,
    time: str | None = None,
    late: str | None = None,
    students: Sequence[tuple[str, str]] = (),
) -> int:
    """See :func:`dlcourse.grading.due`."""
    find_exercise(slug, root / "solutions")
    course = CourseDirectory(config=course_config(root))
    with Gradebook(course.db_url) as gradebook:
        _set(gradebook, slug, time, late, students)
        print("\n".join(_told(gradebook, slug)))
    if time or late or students:
        print(f"The next  dlcourse grade {slug}  applies it.")
    return 0


def _set(
    gradebook: Gradebook,
    slug: str,
    time: str | None,
    late: str | None,
    students: Sequence[tuple[str, str]],
) -> None:
    # All is read before anything is written.
    known = {student.id for student in gradebook.students}
    if lost := [name for name, _ in students if name not in known]:
        raise UserError(
            f"there is no student '{printable(lost[0])}' in the gradebook: enter the class with  "
            "dlcourse roster FILE"
        )
    extensions = [(name, _utc(text)) for name, text in students]
    until = _utc(time) if time is not None else None
    rule = deadlines.Rule.parse(late).text if late is not None else None
    try:
        before = gradebook.find_assignment(slug).duedate
    except MissingEntry:
        before = None
    if time is not None:
        gradebook.update_or_create_assignment(slug, duedate=until)
        before = until
    if before is None and extensions:
        raise UserError(f"{slug} has no due date yet: run  dlcourse due {slug} TIME  first")
    if rule is not None:
        deadlines.write(gradebook, slug, "", "", rule)
    for name, moment in extensions:
        deadlines.write(gradebook, slug, name, moment.isoformat() if moment else "", "")
        with contextlib.suppress(MissingEntry):
            if moment is None:
                gradebook.find_submission(slug, name).extension = None
                gradebook.db.commit()


def _utc(text: str) -> datetime.datetime | None:
    """A time as nbgrader keeps it, in UTC without saying so; None for "none".

    A day alone means its end; a time without a zone is one of this machine.
    """
    if text.strip().lower() == "none":
        return None
    try:
        ends = datetime.datetime.combine(datetime.date.today(), datetime.time(23, 59, 59))
        moment = parser.parse(text, default=ends)
    except (ValueError, OverflowError) as error:
        raise UserError(
            f"{text!r} is no time: write it as 2026-10-01, 2026-10-01 18:00 or "
            "2026-10-01T18:00+02:00; none for no due date"
        ) from error
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)


def _told(gradebook: Gradebook, slug: str) -> list[str]:
    entries = deadlines.read(gradebook, slug)
    try:
        moment = gradebook.find_assignment(slug).duedate
    except MissingEntry:
        moment = None
    rule = entries.pop("", ("", ""))[1]
    said = [f"{slug} is due {_shown(moment)}; late work loses {rule or 'nothing that is set here'}"]
    for name, (until, _) in sorted(entries.items()):
        said.append(f"  {printable(name)}: {_shown(datetime.datetime.fromisoformat(until))}")
    return said


def _shown(moment: datetime.datetime | None) -> str:
    if moment is None:
        return "at no time"
    local = moment.replace(tzinfo=datetime.UTC).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S %Z").strip()
