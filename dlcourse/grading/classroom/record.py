"""The gradebook, and the one who writes it: nbgrader itself, one student after another.

Whatever is killed at whatever moment, the next run completes the class: a grade counts as made
when the finished folder is in its place and the gradebook has the fingerprint of what was graded.
"""

import contextlib
import copy
import os
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveAutoGrades

from dlcourse.grading.classroom import deadlines, execute, fingerprint, ledger
from dlcourse.grading.classroom.results import ByHand, Standing
from dlcourse.grading.course import told
from dlcourse.grading.submissions import template
from dlcourse.grading.submissions.transplant import REFUSED

FINGERPRINT = "graded.sha256"


class SaveGrades(SaveAutoGrades):
    """The step of ``Autograde`` that enters points.

    nbgrader's own asks for a new look at all points that were given by hand whenever a submission
    is graded again. Here what was graded by hand stays so while the answer is the same, and what
    waits for a person waits on when a file comes in that cannot be read.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Enter the points of a notebook.

        Args:
            nb: with outputs.
            resources: nbgrader's.

        Returns:
            Both, unchanged.
        """
        given = resources["nbgrader"]
        names = given["notebook"], given["assignment"], given["student"]
        with Gradebook(given["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(*names).id
            entry = ledger.read(gradebook, notebook)
        self._before, self._now = entry.answers, fingerprint.of_answers(nb)
        self._refused = REFUSED in nb.metadata
        nb, resources = super().preprocess(nb, resources)
        with Gradebook(given["db_url"]) as gradebook:
            ledger.write(gradebook, notebook, replace(entry, answers=self._now))
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        names = self.notebook_id, self.assignment_id, self.student_id
        grade = self.gradebook.find_grade(name, *names)
        # A row that nbgrader has just made says so too, of an answer that nobody has given.
        waited = grade.needs_manual_grade and name in self._before
        if self._before.get(name) != self._now[name]:
            super()._add_score(cell, resources)
        grade.auto_score, _ = utils.determine_grade(cell, self.log)
        # What cannot be read answers nothing: who waited for a person before it waits still.
        if waited and self._refused:
            grade.needs_manual_grade = True
        self.gradebook.db.commit()


def standing(gradebook: Gradebook, slug: str, student: str) -> Standing | None:
    """What a gradebook has for a student and an exercise; None if it is nothing."""
    try:
        submission = gradebook.find_submission(slug, student)
        notebook = gradebook.find_submission_notebook(slug, slug, student)
    except MissingEntry:
        return None
    by_hand = tuple(
        ByHand(grade.name, grade.manual_score, grade.needs_manual_grade)
        for grade in notebook.grades
        if grade.needs_manual_grade or grade.manual_score is not None
    )
    penalty = submission.late_submission_penalty or 0.0
    return Standing(
        max(0.0, submission.score - penalty),
        submission.max_score,
        penalty,
        ledger.read(gradebook, notebook.id).inputs,
        submission.extension,
        by_hand,
    )


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
            self.template = template.read(course, gradebook, slug, slug)
            self.due = gradebook.find_assignment(slug).duedate
            self.deadlines = deadlines.read(gradebook, slug)
            # Another plugin of the instructor's has its own rules.
            plugin = str(config.AssignLatePenalties.get("plugin_class", ""))
            self.ruled = plugin == f"{deadlines.__name__}.Deadline"
            self.enrolled = {student.id for student in gradebook.students}

    def gradebook(self) -> Gradebook:
        """The gradebook, to be used in a ``with`` statement."""
        return Gradebook(self.course.db_url, self.course.course_id)

    def standing(self, student: str) -> Standing | None:
        """What the gradebook has for a student; None if it is nothing."""
        with self.gradebook() as gradebook:
            return standing(gradebook, self.slug, student)

    def settle(self, student: str) -> None:
        """Apply due date, extension and rule to the grade that is there."""
        if self.ruled and self.deadlines:
            with self.gradebook() as gradebook:
                deadlines.settle(gradebook, self.slug, student)

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
        """Let nbgrader enter the outputs, aside, and move the finished folder to its place.

        Args:
            student: whose.
            whole: the instructor's notebook with the student's text in it.
            outputs: by the cells' ids.
            inputs: the fingerprint of what was graded.
            timestamp: when it was handed in; '' if that is not known.
            secret: under what name nbgrader's exchange gives the feedback back; '' without one.

        Raises:
            RuntimeError: if nbgrader fails; the message is its own.
        """
        handed_in = self.staging / "submitted" / student / self.slug
        handed_in.mkdir(parents=True)
        nbformat.write(whole, handed_in / f"{self.slug}.ipynb")
        if timestamp:
            (handed_in / "timestamp.txt").write_text(timestamp)
        if secret:
            (handed_in / "submission_secret.txt").write_text(secret)
        self._sign(student, "", timestamp)
        config = self._aside(outputs)
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, at nbgrader's way of adding rows
            done = api.autograde(self.slug, student, force=True)
        if not done["success"]:
            raise RuntimeError(told(done, Path(self.course.root)))
        made = self.staging / "autograded" / student / self.slug
        (made / FINGERPRINT).write_text(inputs)
        final = self.folder / student / self.slug
        shutil.rmtree(final, ignore_errors=True)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(made, final)
        self._sign(student, inputs, timestamp)
        shutil.rmtree(handed_in.parent)

    def _sign(self, student: str, inputs: str, timestamp: str) -> None:
        """Let the gradebook know what the grade of a student is, or will be, made of."""
        with self.gradebook() as gradebook, contextlib.suppress(MissingEntry):
            notebook = gradebook.find_submission_notebook(self.slug, self.slug, student)
            entry = ledger.read(gradebook, notebook.id)
            if not timestamp:  # nbgrader would keep that of an earlier submission
                notebook.assignment.timestamp = None
            ledger.write(gradebook, notebook.id, replace(entry, inputs=inputs))

    def _aside(self, outputs: dict):
        """How nbgrader is configured for entering outputs that are there already."""
        config = copy.deepcopy(self.config)
        config.CourseDirectory.submitted_directory = str(self.staging / "submitted")
        config.CourseDirectory.autograded_directory = str(self.staging / "autograded")
        # What is handed to nbgrader is made of the instructor's cells: all that its further steps
        # clean and check is as it should be. OverwriteCells adds the checksums.
        config.Autograde.exporter_class = NotebookExporter

        def put(nb, resources):
            execute.put(nb, outputs)
            return nb, resources

        steps = list(config.Autograde.autograde_preprocessors)
        steps[steps.index("dlcourse.grading.classroom.execute.Execute")] = put
        steps.remove("nbgrader.preprocessors.CheckCellMetadata")
        config.Autograde.autograde_preprocessors = steps
        config.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.OverwriteCells"]
        return config

    def forget(self, student: str) -> None:
        """Remove a student's grade of this exercise, the graded notebook and the feedback."""
        with self.gradebook() as gradebook:
            gradebook.remove_submission(self.slug, student)
        for folder in (self.folder, self.pages):
            shutil.rmtree(folder / student / self.slug, ignore_errors=True)
