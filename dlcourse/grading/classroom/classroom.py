"""The submissions of one exercise, and what becomes of each on its way to the gradebook."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.classroom import execute, fingerprint, release
from dlcourse.grading.classroom.record import Record
from dlcourse.grading.classroom.results import Standing
from dlcourse.grading.collection.platforms import tidy
from dlcourse.grading.content.text import printable
from dlcourse.grading.course import LONGEST, course_config, lone
from dlcourse.grading.isolation.task import Task
from dlcourse.grading.paths import SQLITE
from dlcourse.grading.submissions import intake, tasks, transplant

GLOB = set("*?[]{}")


class Classroom:
    """The submissions of one exercise.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        confined: whether submissions run in the sandbox.
        experiments: whether what a person grades is run, too.

    Raises:
        UserError: if it is no course, or the exercise has changed since it was released.
    """

    def __init__(self, slug: str, root: Path, confined: bool = True, experiments: bool = False):
        self.slug, self.root = slug, root.resolve()
        self.config = course_config(self.root)
        if not confined:
            self.config.Execute.sandbox = False
        if experiments:
            self.config.Execute.experiments = True
        self.course = CourseDirectory(config=self.config)
        self.submitted = Path(self.course.format_path(self.course.submitted_directory, ".", "."))
        self.reports = self.submitted.parent / "reports"
        self.staging = self.submitted.parent / ".staging"
        release.entered(slug, self.course, self.config)
        self.record = Record(slug, self.course, self.config, self.staging)
        self.remarks: dict[str, list[str]] = {}  # what was said of each submission
        self._alike: dict[str, list[str]] = {}  # the students' names as everybody writes them
        for name in sorted(self.record.enrolled):
            self._alike.setdefault(tidy(name), []).append(name)
        self._execute = execute.Execute(config=self.config, parent=self.course)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second grader of the same course out; what a killed one left is removed.

        Raises:
            UserError: if one is at work.
        """
        with lone(self.submitted.parent):
            shutil.rmtree(self.staging, ignore_errors=True)
            try:
                yield
            finally:
                self.record.close()
                shutil.rmtree(self.staging, ignore_errors=True)

    def students(self) -> list[str]:
        """Everybody with a folder for this exercise, and everybody known to the gradebook."""
        folders = os.listdir(self.submitted) if self.submitted.is_dir() else []
        return sorted(self.record.enrolled | set(filter(self.has_submission, folders)))

    def join(self) -> list[str]:
        """Give folders whose names are a student's but for spaces or accents the student's name.

        To Unicode an accent may be a part of its letter or a sign after it: some systems write a
        name one way, some the other. nbgrader takes spaces at a name's ends away.

        Returns:
            A sentence for each. Where somebody has two folders, both stay (see `unusable`).
        """
        said = []
        for name in sorted(os.listdir(self.submitted)) if self.submitted.is_dir() else ():
            own = self.own_name(name)
            if own != name and not os.path.lexists(self.submitted / own):
                os.rename(self.submitted / name, self.submitted / own)
                said.append(f"The folder {name!a} is now {own!a}, the student's name.")
        return said

    def own_name(self, name: str) -> str:
        """The name by which the gradebook knows whom somebody calls ``name``."""
        key = tidy(name)
        for known in (key, name, *self._alike.get(key, ())):
            if known in self.record.enrolled and known.strip() == known:
                return known
        return name.strip()

    def has_submission(self, student: str) -> bool:
        """Whether a student handed anything in, as far as can be seen."""
        folder = self.submitted / student
        closed = folder.is_dir() and not os.access(folder, os.X_OK)
        return closed or os.path.lexists(folder / self.slug)

    def unusable(self, student: str) -> str:
        """What is wrong with the name of a student's folder; '' if nothing is."""
        if GLOB & set(student):
            return "the folder's name has one of * ? [ ] { }: rename it"
        if printable(student) != student:
            return "the folder's name has a line break or another sign that is not seen: rename it"
        if (own := self.own_name(student)) != student:
            return (
                f"the folder {student!a} has the name of {own!a}, who "
                "has a folder, too, but for spaces or the way in which accents are written: keep "
                "one of them"
            )
        if len(student) > LONGEST and not self.course.db_url.startswith(SQLITE):
            return f"the folder's name is longer than the {LONGEST} characters of nbgrader's table"
        return ""

    def whole(self, student: str) -> NotebookNode:
        """The instructor's notebook with a student's text in it, or with a refusal."""
        handed_in = intake.submission(self.submitted, student, self.slug)
        whole = transplant.grafted(self.record.template, handed_in.notebook, handed_in.refusal)
        if self._execute.experiments:
            tasks.forget(whole)  # nothing hangs on them then
        return whole

    def task(self, student: str, whole: NotebookNode) -> Task:
        """What a worker needs to run a student's whole notebook."""
        return self._execute.task(whole, student, self.slug)

    def fingerprint(
        self,
        student: str,
        task: Task,
        whole: NotebookNode,
        marks: tuple[str, str],
        standing: Standing | None,
    ) -> str:
        """What the grade depends on; ``marks`` are :meth:`timestamp` and :meth:`secret`."""
        ours = self.record.deadlines
        granted = ours.get(student) or (standing.extension if standing else None)
        times = (*marks, self.record.due, granted, ours.get(""))
        return fingerprint.of_grade(task, whole, times, self.config)

    def timestamp(self, student: str) -> str | None:
        """Nbgrader's note of when it was handed in; '' if there is none, None if it is no time."""
        path = self.submitted / student / self.slug / "timestamp.txt"
        if not os.path.lexists(path):
            return ""
        with contextlib.suppress(Exception):  # dateutil has many ways to refuse
            text = _short(path, 100)
            utils.parse_utc(text)
            return text
        return None

    def secret(self, student: str) -> str:
        """The name that nbgrader's exchange gave a submission; '' without an exchange."""
        text = _short(self.submitted / student / self.slug / "submission_secret.txt", 200)
        return text if text.isalnum() else ""


def _short(path: Path, most: int) -> str:
    """The text of a small ordinary file that a student may have written; '' of any other."""
    with contextlib.suppress(OSError):
        if not path.is_symlink() and path.is_file() and path.stat().st_size <= most:
            return path.read_text(encoding="utf-8", errors="replace").strip()
    return ""
