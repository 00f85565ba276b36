"""`dlcourse report`: the facts of :mod:`dlcourse.grading.reports.facts` as a page and as tables.

The page is one file that asks no one for anything and runs no script: it can be mailed, printed and
opened anywhere. Whatever is in it is escaped, and it tells the browser to load nothing.
"""

import contextlib
import csv
import datetime
import io
import math
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.classroom.results import WAITS
from dlcourse.grading.content.text import cell, printable
from dlcourse.grading.reports import facts as facts
from dlcourse.grading.reports import sources as report_sources
from dlcourse.grading.reports.facts import Item, Report
from dlcourse.grading.reports.suspicious import KINDS

BINS = 10
NOTABLE = 0.1  # a discrimination this far below 0 is mentioned; nearer to it, chance is enough
# The plot's place in the drawing, whose units are pixels on a small phone.
LEFT, RIGHT, TOP, FLOOR = 10, 410, 24, 150
STATES = {
    "graded": "graded",
    "refused": "refused",
    "ungraded": "handed in, without a grade",
    "absent": "not handed in",
}


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in the drawing's units."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


def report(slug: str, root: Path) -> int:
    """See :func:`dlcourse.grading.report`."""
    found = facts.collect(slug, root)
    folder = report_sources.reports(root.resolve())
    contents = {
        folder / f"{slug}.html": page(found),
        folder / f"{slug}-questions.csv": questions_csv(found),
        folder / f"{slug}-students.csv": students_csv(found),
    }
    write(contents)
    for name, path in zip(("Page", "Questions", "Students"), contents, strict=True):
        print(f"{name + ':':10} {printable(str(path))}")
    print("\n" + "\n".join(summary(found)))
    return 0


def page(report: Report) -> str:
    """The page.

    Args:
        report: the facts.

    Returns:
        A whole HTML document.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dlcourse.grading.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"name": _name, "names": _names, "percent": _percent}
    template = environment.get_template("report.html.j2")
    percents = report.percents()
    flags = {kind: [f for f in report.flags if f.finding.kind == kind] for kind in KINDS}
    return template.render(
        report=report,
        made=datetime.date.today().isoformat(),
        counts={state: len(report.of(state)) for state in STATES},
        five=facts.five_numbers(percents),
        bars=histogram(percents),
        alt=histogram_text(percents),
        at=lambda percent: round(LEFT + (RIGHT - LEFT) * percent / 100, 1),
        plot=(LEFT, RIGHT, TOP, FLOOR),
        remarks=remarks(report),
        fewest=facts.FEWEST,
        notable=NOTABLE,
        noise=noise(len(report.of("graded"))),
        noted=[s for s in report.students if len(s.said) > bool(s.note) and s.said != (WAITS,)],
        only_waiting=[s.id for s in report.students if s.said == (WAITS,)],
        failing=[item for item in report.items if item.failures],
        waiting=sum(len(question.waiting) for question in report.by_hand),
        kinds=[(*KINDS[kind], found) for kind, found in flags.items() if found],
    )


def histogram(percents: list[float]) -> list[Bar]:
    """Ten bars; each begins with its lower bound, and the last one includes 100 %."""
    counts = [0] * BINS
    for percent in percents:
        # Rounded, as 70 % may have come out as 69.999…
        counts[max(0, min(int(round(percent, 6) * BINS // 100), BINS - 1))] += 1
    width, step = (RIGHT - LEFT) / BINS, 100 // BINS
    bars = []
    for number, count in enumerate(counts):
        height = (FLOOR - TOP) * count / max(*counts, 1)
        label = f"{number * step} to {(number + 1) * step} %"
        x, y = LEFT + number * width + 1.5, FLOOR - height
        bars.append(Bar(label, count, round(x, 1), round(y, 1), width - 3, round(height, 1)))
    return bars


def histogram_text(percents: list[float]) -> str:
    """What the histogram says, for readers who cannot see it."""
    five = facts.five_numbers(percents)
    if five is None:
        return "There are no scores to show."
    if len(percents) == 1:
        return f"One student has a score: {percents[0]:.0f} %."
    fullest = max(histogram(percents), key=lambda bar: bar.count)
    return (
        f"Scores of {len(percents)} students: median {five[2]:.0f} %, the middle half from "
        f"{five[1]:.0f} to {five[3]:.0f} %; most of them, {fullest.count}, have {fullest.label}."
    )


def remarks(report: Report) -> list[tuple[str, str]]:
    """Questions that an instructor should look at first, and why."""
    found = []
    students = len(report.of("graded"))
    for item in report.items:
        name = item.question.short
        if item.difficulty == 0 and students > 2:
            found.append((name, "nobody has a point for it"))
        if item.discrimination is not None and item.discrimination < -NOTABLE:
            reason = "students who do well on the other questions do worse on this one"
            found.append((name, f"{reason}: is its text or its test misleading?"))
        if 2 * len(item.blank) > students > 2:
            found.append((name, f"{len(item.blank)} of {students} left it untouched"))
    return found


def noise(students: int) -> float | None:
    """How far a discrimination of 0 may stray by chance, in 19 of 20 classes of this size."""
    if students < facts.FEWEST:
        return None
    return math.tanh(1.96 / math.sqrt(students - 3))


def summary(report: Report) -> list[str]:
    """Three lines for the terminal."""
    counts = [f"{len(report.of(state))} {text}" for state, text in STATES.items()]
    five = facts.five_numbers(report.percents())
    spread = "no scores" if five is None else f"median {five[2]:.0f} %"
    if five and len(report.percents()) > 1:
        spread += f", the middle half from {five[1]:.0f} to {five[3]:.0f} %"
    rated: list[Item] = [item for item in report.items if item.difficulty is not None]
    hardest = sorted(rated, key=lambda item: item.difficulty)[:3]
    listed = [f"{i.question.short} ({_percent(i.difficulty)} of the points)" for i in hardest]
    waiting = sum(len(question.waiting) for question in report.by_hand)
    flagged = len({flag.student for flag in report.flags})
    return [
        f"{', '.join(counts)}; {spread}.",
        f"Hardest: {', '.join(listed) or 'no questions with points'}.",
        f"To grade by hand: {_count(waiting, 'answer')}. Worth a look: "
        f"{_count(len(report.flags), 'construct')} of {_count(flagged, 'student')}. "
        f"Alike: {_count(len(report.pairs), 'pair')} of answers.",
    ]


# -- tables ---------------------------------------------------------------------------------------


def questions_csv(report: Report) -> str:
    """One line for each question, those graded by hand at the end."""
    rows = []
    for item in report.items:
        first = item.failures[0] if item.failures else facts.Failure("", ())
        rows.append(
            {
                "question": item.question.name,
                "title": item.question.title,
                "graded_by": "tests",
                "points": item.question.points,
                "difficulty": _decimal(item.difficulty),
                "discrimination": _decimal(item.discrimination),
                "untouched": len(item.blank),
                "failed": item.failed,
                "commonest_message": first.message,
                "of": len(first.students),
                "for_example": ", ".join(map(_name, first.students[:3])),
            }
        )
    for question in report.by_hand:
        if question.question.by_hand:
            rows.append(
                {
                    "question": question.question.name,
                    "title": question.question.title,
                    "graded_by": "hand",
                    "points": question.question.points,
                    "difficulty": _decimal(question.share),
                    "waiting": len(question.waiting),
                }
            )
    columns = ["question", "title", "graded_by", "points", "difficulty", "discrimination"]
    columns += ["untouched", "failed", "commonest_message", "of", "for_example", "waiting"]
    return _csv(columns, rows)


def students_csv(report: Report) -> str:
    """One line for each student, with the automatic points of each question."""
    most = sum(item.question.points for item in report.items)
    rows = []
    for student in report.students:
        graded = student.state == "graded"
        by_hand = sum(student.id in question.waiting for question in report.by_hand)
        rows.append(
            {
                "student": student.id,
                "state": STATES[student.state],
                "points": sum(student.scores.values()) if graded else None,
                "of": most if graded else None,
                "late": student.late if graded else None,
                "percent": None if student.percent is None else round(student.percent, 2),
                "to_grade_by_hand": by_hand,
                "limits_met": sum(event.student == student.id for event in report.events),
                "worth_a_look": sum(flag.student == student.id for flag in report.flags),
                "note": "; ".join(student.said),
            }
            | {f"points of {name}": points for name, points in student.scores.items()}
        )
    columns = ["student", "state", "points", "of", "late", "percent", "to_grade_by_hand"]
    columns += ["limits_met", "worth_a_look", "note"]
    columns += [f"points of {item.question.name}" for item in report.items]
    return _csv(columns, rows)


def _csv(columns: list[str], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def write(contents: Mapping[Path, str]) -> None:
    """Write files so that each is there whole or as it was, and none before all are complete."""
    made: dict[Path, str] = {}
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, made[path] = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        for path, whole in made.items():
            os.replace(whole, path)
    finally:
        for whole in made.values():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(whole)


def _name(student: str) -> str:
    shown = printable(student)
    return shown if len(shown) <= 100 else f"{shown[:99]}…"


def _names(students: Iterable[str], most: int = 3) -> str:
    listed = list(students)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(map(_name, listed[:most])) + more


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _decimal(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
