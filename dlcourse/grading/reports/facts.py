"""What there is to say about a graded class: the facts behind `dlcourse report`.

They come from the gradebook, from the outputs of the test cells in the autograded notebooks, and
from the text of the students' own cells. Nothing is run and nothing is changed. Whatever a student
had a hand in is made plain text of bounded length here, and has to be escaped where it is shown.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dlcourse.grading.content.text import plain
from dlcourse.grading.course import UserError, require_nbgrader
from dlcourse.grading.reports import alike, suspicious
from dlcourse.grading.reports import said as said_of
from dlcourse.grading.reports import sources as report_sources
from dlcourse.grading.reports import works as report_works
from dlcourse.grading.reports.alike import Pair
from dlcourse.grading.reports.sources import Question
from dlcourse.grading.reports.suspicious import Finding
from dlcourse.grading.reports.works import Event, Work

FEWEST = 10  # students from whom a discrimination is calculated

NUMBER = re.compile(
    r"0x[0-9a-f]+|(?<![\w.])[-+−]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|inf|nan)(?!\w)", re.IGNORECASE
)


@dataclass(frozen=True)
class Failure:
    """Messages that differ in their numbers at most; ``message`` is the most frequent one."""

    message: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """How the graded students did on a question that is graded automatically.

    Attributes:
        question: the question.
        difficulty: the mean share of the points, None without students or points.
        discrimination: see :func:`discrimination`.
        blank: students who left every cell of it as it was.
        failed: how many of the others did not get all points.
        failures: their messages, the commonest first.
    """

    question: Question
    difficulty: float | None
    discrimination: float | None
    blank: tuple[str, ...]
    failed: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class ByHand:
    """A question that a person grades: who waits, how many are done, their mean share."""

    question: Question
    waiting: tuple[str, ...]
    done: int
    share: float | None


@dataclass(frozen=True)
class Student:
    """One student; ``state`` is ``graded``, ``refused``, ``ungraded`` or ``absent``.

    ``scores`` has the automatic points by question, ``percent`` their sum's share of what the
    automatic tests can give. Both are empty unless the state is ``graded``. ``late`` is what was
    taken off in all since the submission was late. ``said`` is what notes say.
    """

    id: str
    state: str
    scores: Mapping[str, float]
    percent: float | None = None
    note: str = ""
    late: float = 0.0
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flag:
    """A construct worth a look; ``place`` is the question, or where a cell of one's own stands."""

    student: str
    place: str
    finding: Finding


@dataclass(frozen=True)
class Report:
    """All of it, students and flags in alphabetical order, questions in the notebook's."""

    slug: str
    title: str
    students: tuple[Student, ...]
    items: tuple[Item, ...]
    by_hand: tuple[ByHand, ...]
    events: tuple[Event, ...]
    flags: tuple[Flag, ...]
    unread: tuple[str, ...]  # graded students whose autograded notebook is missing or damaged
    pairs: tuple[Pair, ...] = ()
    saved: Mapping[str, int] = field(default_factory=dict)  # outputs of experiments not run

    def of(self, state: str) -> list[Student]:
        """The students in a state."""
        return [student for student in self.students if student.state == state]

    def percents(self) -> list[float]:
        """The automatic scores of the graded students, lowest first."""
        return sorted(s.percent for s in self.of("graded") if s.percent is not None)


def discrimination(scores: Sequence[float], totals: Sequence[float]) -> float | None:
    """How well a question separates those who do well on the others from those who don't.

    The corrected item-total correlation: Pearson's correlation of the question's points with the
    sum of the points of all *other* questions, without which every question would correlate with
    itself. For a question that gives all its points or none it is the point-biserial correlation
    (R. L. Ebel and D. A. Frisbie, Essentials of Educational Measurement, 5th ed., Prentice Hall
    1991, ch. 13; S. Henrysson, Correction of item-total correlations in item analysis,
    Psychometrika 28, 1963, pp. 211-218).

    Args:
        scores: the question's points, by student.
        totals: the points of all questions, by student in the same order.

    Returns:
        A number from -1 to 1. None where it isn't defined, as all students have the same points
        here or elsewhere, and for fewer than :data:`FEWEST` students, where it would be noise.
    """
    if len(scores) < FEWEST:
        return None
    # Points such as 0.1 add up to sums that differ by rounding alone.
    rest = [round(total - score, 6) for score, total in zip(scores, totals, strict=True)]
    if len(set(scores)) < 2 or len(set(rest)) < 2:
        return None
    return max(-1.0, min(1.0, statistics.correlation(scores, rest)))


def five_numbers(values: Sequence[float]) -> tuple[float, float, float, float, float] | None:
    """Minimum, lower quartile, median, upper quartile and maximum; None without values.

    A quartile between two values is interpolated, as NumPy and R do by default.
    """
    if not values:
        return None
    if len(values) == 1:
        return (values[0],) * 5
    return min(values), *statistics.quantiles(values, n=4, method="inclusive"), max(values)


def grouped(messages: Mapping[str, str]) -> tuple[Failure, ...]:
    """Put messages together that differ only in numbers.

    For the comparison each number (with its sign, decimals and exponent; also inf, nan and a
    memory address) is replaced by one sign, and numbers in a row, as in a list, by a single one:
    "got 0.5" and "got -3" are one message, so are "got [1, 2]" and "got [7]"; "got None" is
    another. Digits within words, as in ``answer_a1``, remain.

    Args:
        messages: the message of each student.

    Returns:
        The groups, the largest first.
    """
    groups: dict[str, list[str]] = {}
    for student in sorted(messages):
        key = re.sub(r"#\.(?!\w)", "#", NUMBER.sub("#", " ".join(messages[student].split())))
        groups.setdefault(re.sub(r"#(?:, #)+", "#", key), []).append(student)
    failures = [
        Failure(Counter(messages[s] for s in group).most_common(1)[0][0], tuple(group))
        for group in groups.values()
    ]
    return tuple(sorted(failures, key=lambda f: (-len(f.students), f.students)))


def collect(slug: str, root: Path) -> Report:
    """Gather the facts about a graded class.

    Args:
        slug: the exercise's name.
        root: the course's folder.

    Returns:
        The facts; nobody in it may be graded, if somebody is refused.

    Raises:
        UserError: if there is no such exercise, or nothing of it has been graded yet.
    """
    require_nbgrader()
    course = report_sources.read(slug, root)
    auto = [q for q in course.source.questions if not q.by_hand]
    works, students = {}, []
    for name in sorted(course.enrolled | course.handed_in | set(course.grades)):
        work = works[name] = report_works.work(course, name)
        said = said_of.notes(course, slug, name, work.refusal)
        students.append(replace(_student(course, name, work, auto), said=said))
    graded = [student for student in students if student.state == "graded"]
    if not graded and not any(student.state == "refused" for student in students):
        raise UserError(
            f"nothing of '{slug}' has been graded yet: run  dlcourse grade {slug}  first"
        )
    judged = {s.id: works[s.id] for s in students if s.state in ("graded", "refused")}
    return Report(
        slug=slug,
        title=course.source.title or slug,
        students=tuple(students),
        items=tuple(_item(question, graded, works) for question in auto),
        by_hand=tuple(_by_hand(course, graded)),
        events=tuple(event for work in judged.values() for event in work.events),
        flags=tuple(_flags(course, judged)),
        unread=tuple(student.id for student in graded if works[student.id].missing),
        pairs=alike.pairs(course, judged),
        saved={name: w.saved for name, w in judged.items() if w.saved is not None},
    )


def _student(course: report_sources.Course, name: str, work: Work, auto: list[Question]) -> Student:
    if work.refusal:
        return Student(name, "refused", {}, note=work.refusal)
    grades = course.grades.get(name, {})
    scores = {q.name: grades[q.name].auto for q in auto if q.name in grades}
    if not grades or len(scores) < len(auto) or None in scores.values():
        absent = name not in course.handed_in and not grades
        return Student(name, "absent" if absent else "ungraded", {})
    most = sum(question.points for question in auto)
    percent = 100 * sum(scores.values()) / most if most else None
    return Student(name, "graded", scores, percent, late=course.late.get(name, 0.0))


def _item(question: Question, graded: list[Student], works: Mapping[str, Work]) -> Item:
    scores = [student.scores[question.name] for student in graded]
    totals = [sum(student.scores.values()) for student in graded]
    blank = tuple(s.id for s in graded if question.name in works[s.id].blank)
    failed = [
        student.id
        for student, score in zip(graded, scores, strict=True)
        if score < question.points and student.id not in blank
    ]
    messages = {name: works[name].messages.get(question.name, "") for name in failed}
    return Item(
        question,
        statistics.fmean(scores) / question.points if scores and question.points else None,
        discrimination(scores, totals),
        blank,
        len(failed),
        grouped({name: message for name, message in messages.items() if message}),
    )


def _by_hand(course: report_sources.Course, graded: list[Student]) -> Iterator[ByHand]:
    for question in course.source.questions:
        grades = {s.id: course.grades[s.id].get(question.name) for s in graded}
        waiting = tuple(name for name, grade in grades.items() if grade and grade.waiting)
        # Where a person had changed a test's points, a new run of the test waits for them.
        if not question.by_hand and not waiting:
            continue
        done = [
            grade.manual if grade.manual is not None else grade.auto
            for grade in grades.values()
            if grade and not grade.waiting
        ]
        given = [points for points in done if points is not None]
        share = statistics.fmean(given) / question.points if given and question.points else None
        yield ByHand(question, waiting, len(given), share)


def _flags(course: report_sources.Course, works: Mapping[str, Work]) -> Iterator[Flag]:
    """What the scan finds in students' cells, less what the exercise itself does there."""
    ours = [
        [texts.get(name, "") for name in course.source.solutions]
        for texts in (course.source.solutions, course.stubs)
    ]
    theirs = {name: work for name, work in works.items() if work.texts}
    notebooks = [[cell.text for cell in work.texts] for work in theirs.values()]
    found = suspicious.scan_all([*ours, *notebooks], course.source.known)
    expected: dict[str, set[tuple[str, str]]] = {}
    for cells in found[: len(ours)]:
        for name, findings in zip(course.source.solutions, cells, strict=True):
            expected.setdefault(name, set()).update((f.kind, f.what) for f in findings)
    for (student, work), cells in zip(theirs.items(), found[len(ours) :], strict=True):
        for cell, findings in zip(work.texts, cells, strict=True):
            for finding in findings:
                if (finding.kind, finding.what) not in expected.get(cell.name, ()):
                    what, code = plain(finding.what, 100), plain(finding.code, 160)
                    yield Flag(student, cell.place, replace(finding, what=what, code=code))
