"""The gradebook, and the one who writes it: one student after another, as nbgrader would.

Whatever is killed at whatever moment, the next run completes the class: a grade counts as made
when the finished folder is in its place and the gradebook has the fingerprint of what was graded.
"""

import contextlib
import inspect
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
)
from traitlets.utils.importstring import import_item

from dlcourse.grading.classroom import deadlines, execute
from dlcourse.grading.classroom.book import Book
from dlcourse.grading.classroom.results import Standing
from dlcourse.grading.classroom.works import Work
from dlcourse.grading.submissions import template

FINGERPRINT = "graded.sha256"
IN_MEMORY = (IgnorePattern, LimitOutput, ClearMetadataPreprocessor)  # steps that need no gradebook


class SaveGrades(NbGraderPreprocessor):
    """The step of ``Autograde`` that enters points; see :meth:`Book.enter`."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Enter the points of a notebook.

        Args:
            nb: with outputs.
            resources: nbgrader's.

        Returns:
            Both, unchanged.
        """
        given = resources["nbgrader"]
        with Gradebook(given["db_url"]) as gradebook:
            book = Book(gradebook, given["assignment"])
            with book.transaction():
                work = book.work(given["student"])
                book.enter(work, nb)
                book.sign(work, "")
        return nb, resources


class Record:
    """The gradebook's part of one exercise, and the graded notebooks.

    Args:
        slug: the exercise's name.
        course: where things lie.
        config: the course's.
        staging: a folder for what is not complete yet; it is emptied by others.

    Raises:
        UserError: if the gradebook does not have the exercise, or has another version of it.
    """

    def __init__(self, slug: str, course: CourseDirectory, config, staging: Path):
        self.slug, self.course, self.config, self.staging = slug, course, config, staging
        self.folder = Path(course.format_path(course.autograded_directory, ".", "."))
        self.pages = Path(course.format_path(course.feedback_directory, ".", "."))
        with self.gradebook() as gradebook:
            self.template = self._checked(template.read(course, gradebook, slug, slug))
            self.due = gradebook.find_assignment(slug).duedate
            self.deadlines = deadlines.read(gradebook, slug)
            self.enrolled = {student.id for student in gradebook.students}
        # Another plugin of the instructor's has its own rules.
        plugin = str(config.AssignLatePenalties.get("plugin_class", ""))
        self.ruled = plugin == f"{deadlines.__name__}.Deadline"
        self._book: Book | None = None
        self._converter = Autograde(coursedir=course, config=config)
        self._steps = list(self._configured())
        source = course.format_path(course.source_directory, ".", slug)
        files = utils.find_all_files(source, [*course.ignore, "*.ipynb"])
        self._files = [(Path(path), Path(os.path.relpath(path, source))) for path in files]

    def gradebook(self) -> Gradebook:
        """The gradebook, to be used in a ``with`` statement."""
        return Gradebook(self.course.db_url, self.course.course_id)

    @property
    def book(self) -> Book:
        """The exercise in the gradebook, which is opened at the first use; see :meth:`close`."""
        if self._book is None:
            self._book = Book(self.gradebook(), self.slug)
        return self._book

    def close(self) -> None:
        """Close the gradebook."""
        if self._book is not None:
            self._book.gradebook.close()
            self._book = None

    def _checked(self, notebook: NotebookNode) -> NotebookNode:
        """With the checksums of nbgrader's table, by which it knows what nobody has answered."""
        names = {"assignment": self.slug, "notebook": self.slug, "db_url": self.course.db_url}
        return OverwriteCells(config=self.config).preprocess(notebook, {"nbgrader": names})[0]

    def standing(self, student: str) -> Standing | None:
        """What the gradebook has for a student; None if it is nothing."""
        return self.book.standing(student)

    def settle(self, student: str) -> None:
        """Apply due date, extension and rule to the grade that is there."""
        if self.ruled and self.deadlines:
            with self.book.transaction():
                if work := self.book.work(student):
                    deadlines.settle(self.book, work, self.deadlines, student)

    def up_to_date(self, student: str, standing: Standing | None, inputs: str) -> bool:
        """Whether just this has been graded, to the end, and the gradebook still knows it."""
        with contextlib.suppress(OSError):
            made = (self.folder / student / self.slug / FINGERPRINT).read_text()
            return standing is not None and inputs == standing.inputs == made
        return False

    def enter(
        self,
        student: str,
        whole: NotebookNode,
        outputs: dict,
        inputs: str,
        timestamp: str,
        secret: str = "",
    ) -> None:
        """Enter the outputs, aside, and move the finished folder to its place.

        Args:
            student: whose.
            whole: the instructor's notebook with the student's text in it; changed in place.
            outputs: by the cells' ids.
            inputs: the fingerprint of what was graded.
            timestamp: when it was handed in; '' if that is not known.
            secret: under what name nbgrader's exchange gives the feedback back; '' without one.
        """
        made = self.staging / "autograded" / student / self.slug
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        for path, name in self._files:
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, made / name)
        for name, text in (("timestamp.txt", timestamp), ("submission_secret.txt", secret)):
            if text:
                (made / name).write_text(text)
        handed_in = utils.parse_utc(timestamp) if timestamp else None
        path = made / f"{self.slug}.ipynb"
        execute.put(whole, outputs)
        with self._hooks(student, path), self.book.transaction():
            work = self.book.hand_in(student, handed_in)
            self.book.sign(work, "")
            whole = self._take_steps(whole, student, work)
            _write(whole, path)
            self.book.sign(work, inputs)
        for file in made.rglob("*"):
            if file.is_file():
                file.chmod(int(str(self._converter.permissions), 8))
        (made / FINGERPRINT).write_text(inputs)
        final = self.folder / student / self.slug
        shutil.rmtree(final, ignore_errors=True)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(made, final)

    def _configured(self) -> Iterator[Callable | type]:
        """The steps of nbgrader's configuration, those of ours and of nbgrader's as they are."""
        for step in self._converter.autograde_preprocessors:
            found = import_item(step) if isinstance(step, str) else step
            if found in (SaveGrades, AssignLatePenalties):
                yield found
            elif found not in (execute.Execute, CheckCellMetadata):
                # Of the latter: what is entered is made of the instructor's cells.
                yield found(config=self.config) if inspect.isclass(found) else found

    def _take_steps(self, whole: NotebookNode, student: str, work: Work) -> NotebookNode:
        names = {"student": student, "assignment": self.slug, "notebook": self.slug}
        resources = {"nbgrader": names | {"db_url": self.course.db_url}, "unique_key": self.slug}
        for step in self._steps:
            if step is SaveGrades:
                self.book.enter(work, whole)
            elif step is AssignLatePenalties:
                self._take_off(work, student)
            else:
                if not isinstance(step, IN_MEMORY):
                    self.book.commit()  # it may open the gradebook itself
                whole, resources = step(whole, resources)
        return whole

    def _take_off(self, work: Work, student: str) -> None:
        """What a late submission loses, by the plugin that the course has for it."""
        book = self.book
        if self.ruled:
            deadlines.settle(book, work, self.deadlines, student)
            if deadlines.rule_of(self.deadlines):
                return
        penalty, late = None, work.late(book.due)
        if late > 0:
            step = AssignLatePenalties(config=self.config)
            step.gradebook, step.assignment_id, step.student_id = book.gradebook, self.slug, student
            step.notebook_id, step.db_url = self.slug, self.course.db_url
            step.init_plugin()
            book.commit()  # it may read the gradebook
            sheet = book.own(work)
            penalty = step.plugin_inst.late_submission_penalty(student, sheet.score, late)
            if penalty is not None:
                penalty = step._check_late_penalty(sheet, penalty)
        book.amend(work, work.extension, {book.notebook: penalty})

    @contextlib.contextmanager
    def _hooks(self, student: str, path: Path) -> Iterator[None]:
        """Let nbgrader's hooks run, if the course has any, before and after."""
        converter, names = self._converter, {"assignment_id": self.slug, "student_id": student}
        with utils.temp_attrs(self.course, **names):
            converter.notebooks = [str(path)]
            converter.run_pre_convert_hook()
            yield
            converter.run_post_convert_hook()

    def forget(self, student: str) -> None:
        """Remove a student's grade of this exercise, the graded notebook and the feedback."""
        with self.gradebook() as gradebook:
            gradebook.remove_submission(self.slug, student)
        for folder in (self.folder, self.pages):
            shutil.rmtree(folder / student / self.slug, ignore_errors=True)


def _write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, a line for each cell; indented JSON would take ten times as long."""
    whole = dict(split_lines(notebook))
    cells = ",\n".join(json.dumps(cell, ensure_ascii=False) for cell in whole.pop("cells"))
    rest = json.dumps(whole, ensure_ascii=False)
    path.write_text(f'{{"cells": [\n{cells}\n],\n{rest[1:]}\n', encoding="utf-8")
