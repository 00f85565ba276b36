"""`dlcourse grade`: a whole class, on all cores or on many machines, with one writer.

For each student: the intake, then the transplant, here; the cells run in workers; then the outputs
are recorded as nbgrader would, one student after another, in this process and no other. Whatever
one submission is like, everybody else gets a grade.
"""

import concurrent.futures
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode
from tqdm import tqdm

from dlcourse.grading.classroom import results
from dlcourse.grading.classroom.classroom import Classroom
from dlcourse.grading.classroom.executor import Tls, executor
from dlcourse.grading.classroom.results import Result, Standing
from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError, explained, find_exercise
from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Task
from dlcourse.grading.submissions.transplant import LACKS, LEFT_OUT, MATCHED, REFUSED


def grade(
    slug: str,
    root: Path,
    students: list[str] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    confined: bool = True,
    experiments: bool = False,
    tls: Tls | None = None,
) -> int:
    """See :func:`dlcourse.grading.grade`."""
    find_exercise(slug, root / "solutions")
    if confined and scheduler is None and (reason := sandbox.missing()):
        raise UserError(
            f"{reason}. Without it students' code would run with your own rights; if you trust "
            "every one of them, add  --no-sandbox"
        )
    classroom = Classroom(slug, root, confined, experiments)
    with classroom.alone():
        print("".join(f"{line}\n" for line in classroom.join()), end="")
    students = _known(classroom, students)
    chosen = classroom.students() if students is None else students
    if not chosen:
        raise UserError(
            f"there is nothing to grade: no folder {classroom.submitted}/STUDENT/{slug}"
        )
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    try:
        with classroom.alone(), executor(workers, scheduler, tls) as (pool, width):
            made = _grade(classroom, chosen, pool, width, force or students is not None)
    finally:
        session.close()
    results.show(made)
    with contextlib.suppress(OSError):  # the points are in; the next run notes it, too
        results.remember(classroom.reports, slug, classroom.remarks)
    if students is None:
        path = classroom.reports / f"{slug}.csv"
        results.save(made, path)
        print(f"Report: {printable(str(path))}; more with  dlcourse report {slug}")
    return int(not all(result.done for result in made))


def forget(slug: str, root: Path, students: Sequence[str]) -> int:
    """See :func:`dlcourse.grading.forget`."""
    find_exercise(slug, root / "solutions")
    classroom = Classroom(slug, root)
    students = _known(classroom, students)
    for student in filter(classroom.has_submission, students):
        raise UserError(
            f"{student} has handed in {slug}: to grade it afresh, run  dlcourse grade {slug} "
            f"--student {student}"
        )
    with classroom.alone():
        for student in students:
            standing = classroom.record.standing(student)
            if standing is None:
                print(f"{printable(student)} has no grade for {slug}.")
                continue
            classroom.record.forget(student)
            points = f"{standing.score:g} of {standing.max_score:g}"
            print(f"Removed: {points} of {printable(student)} for {slug}.")
    return 0


def _known(classroom: Classroom, students: Sequence[str] | None) -> list[str] | None:
    """Those who are asked for, by their own names; an error if there is no such student."""
    if students is None:
        return None
    known = classroom.students()
    asked = [name if name in known else classroom.own_name(name) for name in students]
    for student in asked:
        if student not in known:
            raise UserError(
                f"there is no student '{student}'; known are: {', '.join(known) or 'nobody'}"
            )
    return list(dict.fromkeys(asked))


class _Waiting(NamedTuple):
    """What is needed once a worker is done."""

    student: str
    task: Task
    whole: NotebookNode
    inputs: str
    timestamp: str
    secret: str


def _grade(classroom: Classroom, chosen: list[str], pool, width: int, force: bool) -> list[Result]:
    made: dict[str, Result] = {}
    waiting: dict[concurrent.futures.Future, _Waiting] = {}
    left = iter(chosen)
    with tqdm(total=len(chosen), unit="student", desc=classroom.slug) as bar:
        while True:
            while len(waiting) < 2 * width and (student := next(left, None)) is not None:
                result = _guarded(classroom, student, _submit, pool, force, waiting)
                if result is not None:
                    made[student] = result
                    bar.update()
            if not waiting:
                return [made[student] for student in chosen]
            done, _ = concurrent.futures.wait(
                waiting, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                student = waiting[future].student
                made[student] = _guarded(classroom, student, _enter, future, waiting.pop(future))
                bar.update()


def _guarded(classroom: Classroom, student: str, step, *arguments) -> Result | None:
    """Do something with a submission; whatever goes wrong is this student's line, and no more."""
    try:
        return step(classroom, student, *arguments)
    except Exception as error:
        known = isinstance(error, RuntimeError | UserError | OSError) and str(error)
        reason = explained(error, classroom.root) or known or f"{type(error).__name__}: {error}"
        standing = None
        with contextlib.suppress(Exception):
            standing = classroom.record.standing(student)
        return results.not_graded(
            student, results.FAILED, f"not graded: {reason}", classroom.slug, standing
        )


def _submit(classroom: Classroom, student: str, pool, force: bool, waiting: dict) -> Result | None:
    """Send a student's notebook to a worker, or say why that is not needed or possible."""
    if reason := classroom.unusable(student):
        raise UserError(reason)
    classroom.record.settle(student)
    standing = classroom.record.standing(student)
    if not classroom.has_submission(student):
        return results.not_graded(
            student, results.ABSENT, "no submission", classroom.slug, standing
        )
    whole, timestamp = classroom.whole(student), classroom.timestamp(student) or ""
    secret = classroom.secret(student)
    task = classroom.task(student, whole)
    inputs = classroom.fingerprint(student, task, whole, (timestamp, secret), standing)
    if not force and classroom.record.up_to_date(student, standing, inputs):
        return _line(classroom, student, whole, standing)
    future = pool.submit(session.run, task)
    waiting[future] = _Waiting(student, task, whole, inputs, timestamp, secret)
    return None


def _enter(
    classroom: Classroom, student: str, future: concurrent.futures.Future, entry: _Waiting
) -> Result:
    """Enter what a worker has found out."""
    outputs = session.checked(entry.task, future.result())
    failed = outputs.get(session.FAILED)  # then the next run grades it again
    inputs = "" if failed else entry.inputs
    classroom.record.enter(student, entry.whole, outputs, inputs, entry.timestamp, entry.secret)
    classroom.record.settle(student)
    line = _line(classroom, student, entry.whole, classroom.record.standing(student))
    if failed:
        reason = f"the grader failed, not the student: {failed[0]['evalue']}"
        return replace(line, state=results.FAILED, note=reason)
    return line


def _line(classroom: Classroom, student: str, whole: NotebookNode, standing: Standing) -> Result:
    """What there is to say of a grade that is up to date."""
    remarks = classroom.remarks[student] = []
    if lacks := whole.metadata.get(LACKS):
        remarks.append(f"lacks cells of the exercise, which count as not filled in: {_few(lacks)}")
    for how, names in whole.metadata.get(MATCHED, {}).items():
        remarks.append(f"{how}: {_few(names)}")
    if changed := whole.metadata.get(LEFT_OUT):
        remarks.append(f"changed, not used: {changed}")
    if classroom.timestamp(student) is None:
        remarks.append("when it was handed in cannot be read from timestamp.txt: it may be late")
    return results.graded(student, standing, whole.metadata.get(REFUSED, ""), remarks)


def _few(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
