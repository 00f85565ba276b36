"""The list of a class: who has which grade, and what there is to know about it."""

import csv
import io
import json
import os
import shlex
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.content.text import cell, printable

COLUMNS = ("student", "score", "max_score", "note")
REMARKS = ".{}-remarks.json"  # beside the reports
WIDEST = 40  # characters of a name in the table on a terminal
STANDS = "the grade of an earlier submission stands"
WAITS = "has answers to grade by hand"
GRADED, REFUSED, ABSENT, FAILED = "graded", "refused", "absent", "failed"


@dataclass
class Result:
    """One line of the list; ``score`` and ``max_score`` are None where there is no grade.

    ``state`` is one of the four words above. Of an absent or failed one the grade, if there is
    any, is of an earlier submission.
    """

    student: str
    state: str
    score: float | None = None
    max_score: float | None = None
    note: str = ""

    def __post_init__(self):
        # Both may hold names that a stranger chose.
        self.student, self.note = printable(self.student), printable(self.note)

    @property
    def done(self) -> bool:
        """Whether the grade is that of what was handed in."""
        return self.state in (GRADED, REFUSED)


@dataclass(frozen=True)
class ByHand:
    """Points given by hand, or missing (None); ``waiting`` if a person has to look at them."""

    question: str
    points: float | None
    waiting: bool


@dataclass(frozen=True)
class Standing:
    """What the gradebook has for one student.

    Attributes:
        score: all points, less the penalty, as nbgrader exports them.
        max_score: how many there can be.
        penalty: points taken off since it was late.
        inputs: the fingerprint of what was graded; '' if that is not known.
        extension: what was granted beyond the due date.
        by_hand: questions that a person grades, or has graded.
    """

    score: float
    max_score: float
    penalty: float
    inputs: str
    extension: object
    by_hand: tuple[ByHand, ...]

    @property
    def waiting(self) -> bool:
        """Whether a person has an answer to grade that has no points yet."""
        return bool(_unmarked(self.by_hand))


def graded(student: str, standing: Standing, refusal: str, remarks: Sequence[str]) -> Result:
    """The line of somebody whose submission has been graded, or refused.

    Args:
        student: whose.
        standing: as the gradebook has it now.
        refusal: why the submission was refused; '' if it was not.
        remarks: what there is to say about the submission besides.
    """
    said = notes(standing.by_hand, standing.penalty, refusal, remarks)
    state = REFUSED if refusal else GRADED
    return Result(student, state, standing.score, standing.max_score, "; ".join(said))


def notes(
    by_hand: Sequence[ByHand], penalty: float, refusal: str, remarks: Sequence[str]
) -> list[str]:
    """What is said of somebody's grade, a phrase each.

    Args:
        by_hand: questions that a person grades, or has graded.
        penalty: points taken off since it was late.
        refusal: why the submission was refused; '' if it was not.
        remarks: what there is to say about the submission besides.
    """
    said = [f"refused: {refusal}"] if refusal else []
    said += remarks
    if penalty:
        said.append(f"{penalty:g} points less since it was late")
    waiting = _unmarked(by_hand)
    if waiting and refusal:
        said.append(f"an earlier answer still waits to be graded by hand ({', '.join(waiting)})")
    elif waiting:
        said.append(WAITS)
    given = [grade for grade in by_hand if grade.points is not None]
    if old := [grade for grade in given if grade.waiting or refusal]:
        points = sum(grade.points for grade in old)
        names = ", ".join(grade.question for grade in old)
        confirm = " until you confirm or change them" if any(g.waiting for g in old) else ""
        said.append(
            f"{points:g} points that were given by hand for an earlier answer stand{confirm} "
            f"({names})"
        )
    return said


def _unmarked(by_hand: Sequence[ByHand]) -> list[str]:
    """The questions with an answer for a person to grade that has no points yet."""
    return [grade.question for grade in by_hand if grade.waiting and grade.points is None]


def not_graded(
    student: str, state: str, reason: str, slug: str, standing: Standing | None
) -> Result:
    """The line of somebody of whom nothing could be graded; an earlier grade stays as it is.

    Args:
        student: whose.
        state: ABSENT or FAILED.
        reason: why.
        slug: the exercise's name.
        standing: what the gradebook has; None for nothing.
    """
    if standing is None:
        return Result(student, state, note=reason)
    stands = still_stands(slug, student) if state == ABSENT else STANDS
    return Result(student, state, standing.score, standing.max_score, f"{reason}; {stands}")


def still_stands(slug: str, student: str) -> str:
    """What is said of a grade whose submission has been taken away."""
    return f"{STANDS}: to remove it, run  dlcourse forget {slug} {shlex.quote(student)}"


def show(results: list[Result]) -> None:
    """Print the list."""
    names = [len(result.student) for result in results]
    width = max([len("student"), *(n for n in names if n <= WIDEST)])  # longer ones stick out
    print(f"{'student':{width}}  {'points':>13}")
    for result in results:
        got = "-" if result.score is None else f"{result.score:g} of {result.max_score:g}"
        print(f"{result.student:{width}}  {got:>13}  {result.note}".rstrip())
    scores = [result.score for result in results if result.done]
    refused = sum(result.state == REFUSED for result in results)
    print(f"\n{len(scores)} of {len(results)} have a grade; {refused} of them were refused.")
    if len(scores) > 1:
        low, middle, high = statistics.quantiles(scores, n=4, method="inclusive")
        print(
            f"Points: lowest {min(scores):g}, a quarter up to {low:g}, half up to {middle:g}, "
            f"three quarters up to {high:g}, highest {max(scores):g}."
        )


def save(results: list[Result], path: Path) -> None:
    """Write the list as a table, whole or not at all."""
    rows = io.StringIO(newline="")
    writer = csv.writer(rows)
    writer.writerow(COLUMNS)
    writer.writerows([cell(getattr(r, name)) for name in COLUMNS] for r in results)
    _write(path, rows.getvalue())


def remember(folder: Path, slug: str, remarks: Mapping[str, Sequence[str]]) -> None:
    """Note what was said of submissions, for the report; of others the notes stay.

    Args:
        folder: for what is said about a class.
        slug: the exercise's name.
        remarks: by student.
    """
    _write(folder / REMARKS.format(slug), json.dumps(remembered(folder, slug) | dict(remarks)))


def remembered(folder: Path, slug: str) -> dict[str, list[str]]:
    """What :func:`remember` noted, by student."""
    try:
        return json.loads((folder / REMARKS.format(slug)).read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, newline="", encoding="utf-8", delete=False
    ) as file:
        try:
            file.write(text)
            file.close()
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
