"""`dlcourse grade`: plain ``nbgrader autograde``, one student and one process at a time.

A submission can crash its kernel, run forever or be no notebook at all. In a process of its own,
with a limit of wall-clock time, it can only harm itself, and every student ends with a grade or a
reason.
"""

import contextlib
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from dlcourse.grading.course import (
    UserError,
    find_exercise,
    load_config,
    require_nbgrader,
)

TIME_LIMIT = 600  # seconds, where nbgrader_config.py does not set DlcourseGrade.time_limit


@dataclass
class Result:
    """One line of the report; ``score`` and ``max_score`` are None where there is a reason."""

    student: str
    score: float | None = None
    max_score: float | None = None
    note: str = ""


class Classroom:
    """The submissions of one exercise and the gradebook."""

    def __init__(self, slug: str, root: Path):
        self.slug, self.root = slug, root.resolve()
        if not (self.root / "nbgrader_config.py").exists():
            raise UserError(f"there is no nbgrader_config.py in {self.root}, so it is no course")
        self.config = load_config(self.root)
        course = self.config.CourseDirectory
        self.submitted = self.root / course.submitted_directory
        self.autograded = self.root / course.autograded_directory
        self.reports = self.submitted.parent / "reports"

    def gradebook(self):
        """The gradebook, to be used in a ``with`` statement."""
        from nbgrader.api import Gradebook

        course = self.config.CourseDirectory
        return Gradebook(course.db_url, course.course_id)

    def students(self) -> list[str]:
        """Everybody with a folder for this exercise, and everybody known to the gradebook."""
        from nbgrader.api import MissingEntry

        with self.gradebook() as gradebook:
            try:
                gradebook.find_assignment(self.slug)
            except MissingEntry as error:
                raise UserError(
                    f"'{self.slug}' is not in the gradebook yet: "
                    f"run  nbgrader generate_assignment {self.slug}"
                ) from error
            enrolled = {student.id for student in gradebook.students}
        handed_in = {path.parent.name for path in self.submitted.glob(f"*/{self.slug}")}
        return sorted(enrolled | handed_in)

    def grade(self, student: str, afresh: bool, limit: float) -> Result:
        """Grade one student's submission unless there is a grade that is newer than it."""
        from dlcourse.grading import intake

        notebook = self.submitted / student / self.slug / f"{self.slug}.ipynb"
        graded = self.autograded / student / self.slug / f"{self.slug}.ipynb"
        if not os.path.lexists(notebook.parent):
            return Result(student, note="no submission")
        if set(student) & set("*?[]{}"):
            return self._failed(student, "the folder's name has one of * ? [ ] { }: rename it")
        try:
            intake.read_submission(self.submitted, student, self.slug)
        except UserError as error:
            return self._failed(student, str(error))
        current = graded.exists() and graded.stat().st_mtime >= notebook.stat().st_mtime
        if afresh or not current or self._untested(student):
            reason = self._autograde(student, limit)
            if reason:
                return self._failed(student, reason)
        return self._result(student)

    def _autograde(self, student: str, limit: float) -> str:
        """Run nbgrader on one submission; return why it failed, or ''."""
        self._clear(student)  # so that whatever interrupts this, the next run begins afresh
        command = [sys.executable, "-m", "nbgrader", "autograde", self.slug]
        command += [f"--CourseDirectory.student_id={student}", "--force"]
        self.reports.joinpath(self.slug).mkdir(parents=True, exist_ok=True)
        log = self.reports / self.slug / f"{student}.log"
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                command,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={"OMP_NUM_THREADS": "1"} | os.environ,
            )
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                return f"stopped after {limit:g} s, the time limit for one student"
            finally:
                _kill(process)
        return "" if process.returncode == 0 else _reason(log.read_text(encoding="utf-8"))

    def _clear(self, student: str) -> None:
        """Leave nothing that looks like a grade: no half-made notebook, no earlier score."""
        shutil.rmtree(self.autograded / student / self.slug, ignore_errors=True)
        with self.gradebook() as gradebook:
            for grade in self._grades(gradebook, student):
                grade.auto_score, grade.needs_manual_grade = None, True
            gradebook.db.commit()

    def _failed(self, student: str, reason: str) -> Result:
        self._clear(student)
        return Result(student, note=reason)

    def _grades(self, gradebook, student: str) -> list:
        from nbgrader.api import MissingEntry

        try:
            submission = gradebook.find_submission(self.slug, student)
        except MissingEntry:
            return []
        return [grade for notebook in submission.notebooks for grade in notebook.grades]

    def _untested(self, student: str) -> list[str]:
        """Test cells without a score: all of them where grading was cut short or has not begun."""
        with self.gradebook() as gradebook:
            grades = self._grades(gradebook, student)
            tests = [g for g in grades if g.cell.cell_type == "code" and g.auto_score is None]
            return [g.name for g in tests] if grades else ["all"]

    def _result(self, student: str) -> Result:
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(self.slug, student)
            by_hand = any(g.needs_manual_grade for g in self._grades(gradebook, student))
            note = "has answers to grade by hand" if by_hand else ""
            return Result(student, submission.score, submission.max_score, note)

    def save(self, results: list[Result]) -> Path:
        """Write the report so far, whole or not at all."""
        self.reports.mkdir(parents=True, exist_ok=True)
        path = self.reports / f"{self.slug}.csv"
        with tempfile.NamedTemporaryFile(
            "w", dir=self.reports, newline="", encoding="utf-8", delete=False
        ) as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Result)])
            writer.writeheader()
            writer.writerows(asdict(result) for result in results)
        os.replace(file.name, path)
        return path


def grade(slug: str, root: Path, student: str | None = None) -> int:
    """See :func:`dlcourse.grading.grade`."""
    require_nbgrader()
    find_exercise(slug, root / "solutions")
    classroom = Classroom(slug, root)
    students = classroom.students()
    if student is not None and student not in students:
        known = ", ".join(students) or "nobody"
        raise UserError(f"there is no student '{student}'; known are: {known}")
    if not students:
        raise UserError(
            f"there is nothing to grade: no folder {classroom.submitted}/STUDENT/{slug}"
        )
    limit = classroom.config.DlcourseGrade.get("time_limit", TIME_LIMIT)
    chosen = students if student is None else [student]
    width = max(map(len, [*chosen, "student"]))
    print(f"{'student':{width}}  {'points':>13}")
    results = []
    for name in chosen:
        result = classroom.grade(name, afresh=student is not None, limit=limit)
        results.append(result)
        if student is None:  # the report is the whole class's
            report = classroom.save(results)
        got = "-" if result.score is None else f"{result.score:g} of {result.max_score:g}"
        print(f"{name:{width}}  {got:>13}  {result.note}".rstrip(), flush=True)
    missing = [result for result in results if result.score is None]
    print(f"\n{len(results) - len(missing)} of {len(results)} have a grade.")
    if student is None:
        print(f"Report: {report}; logs beside it in {slug}/.")
    return int(bool(missing))


def _kill(process: subprocess.Popen) -> None:
    """End a process and all its descendants: a kernel has a process group of its own."""
    import psutil

    if process.poll() is None:
        parent = psutil.Process(process.pid)
        for child in [*parent.children(recursive=True), parent]:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        process.wait()


def _reason(log: str) -> str:
    """The cause in nbgrader's log, in words."""
    if "DeadKernelError" in log:
        return "the kernel died: some cell ends Python itself or needs too much memory"
    if "CellTimeoutError: A cell timed out" in log or "UnresponsiveKernelError" in log:
        return "a cell ran beyond its time limit and would not be interrupted"
    errors = [line for line in log.splitlines() if "Error" in line and "[AutogradeApp" not in line]
    return f"nbgrader failed: {(errors or log.splitlines() or ['no message'])[-1].strip()}"
