"""`dlcourse grade`: a whole class, on all cores or on many machines, with one writer.

For each student: the intake, then the transplant, here; the cells run in workers; then nbgrader
itself records the outputs, one student after another, in this process and no other. Whatever is
killed at whatever moment, the next run completes the class: a student counts as graded when the
finished folder, with a fingerprint of what was graded in it, has been moved to its place.
"""

import concurrent.futures
import contextlib
import copy
import csv
import fcntl
import hashlib
import logging
import os
import shutil
import statistics
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm

from dlcourse.grading.classroom import execute
from dlcourse.grading.course import UserError, find_exercise, load_config
from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.submissions import intake
from dlcourse.grading.submissions.transplant import LEFT_OUT, REFUSED, Transplant

FINGERPRINT = "graded.sha256"
GLOB = set("*?[]{}")


@dataclass
class Result:
    """One line of the report; ``score`` and ``max_score`` are None where there is no grade."""

    student: str
    score: float | None = None
    max_score: float | None = None
    note: str = ""


class Classroom:
    """The submissions of one exercise and the gradebook.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        confined: whether submissions run in the sandbox.
    """

    def __init__(self, slug: str, root: Path, confined: bool = True):
        self.slug, self.root = slug, root.resolve()
        if not (self.root / "nbgrader_config.py").exists():
            raise UserError(f"there is no nbgrader_config.py in {self.root}, so it is no course")
        self.config = load_config(self.root)
        if not confined:
            self.config.Execute.sandbox = False
        self.course = CourseDirectory(config=self.config)
        self.submitted = self._folder(self.course.submitted_directory)
        self.autograded = self._folder(self.course.autograded_directory)
        self.reports = self.submitted.parent / "reports"
        self.staging = self.submitted.parent / ".staging"
        self._execute = execute.Execute(config=self.config, parent=self.course)
        self._transplant = Transplant(config=self.config, parent=self.course)

    def _folder(self, name: str) -> Path:
        return Path(self.course.format_path(name, ".", "."))

    def gradebook(self) -> Gradebook:
        """The gradebook, to be used in a ``with`` statement."""
        return Gradebook(self.course.db_url, self.course.course_id)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second grader of the same course out; what a killed one left is removed.

        Raises:
            UserError: if one is at work.
        """
        self.submitted.parent.mkdir(parents=True, exist_ok=True)
        with (self.submitted.parent / ".grading.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UserError("this course is being graded already: wait until it is") from error
            shutil.rmtree(self.staging, ignore_errors=True)
            try:
                yield
            finally:
                shutil.rmtree(self.staging, ignore_errors=True)

    def students(self) -> list[str]:
        """Everybody with a folder for this exercise, and everybody known to the gradebook."""
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

    def has_submission(self, student: str) -> bool:
        """Whether a student handed anything in."""
        return os.path.lexists(self.submitted / student / self.slug)

    def notebook(self, student: str) -> nbformat.NotebookNode:
        """What a student handed in, or what stands for it."""
        return intake.submission(self.submitted, student, self.slug, f"{self.slug}.ipynb")

    def fingerprint(self, task: session.Task, notebook: nbformat.NotebookNode) -> str:
        """What a grade depends on: the submission, the tests, the files."""
        text = repr((task.cells, sorted(task.files.items()), sorted(task.own_files.items())))
        text += nbformat.writes(notebook)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def graded(self, student: str) -> str:
        """The fingerprint of what was graded last; '' if nothing was, or not to the end."""
        with contextlib.suppress(OSError):
            return (self.autograded / student / self.slug / FINGERPRINT).read_text()
        return ""

    def whole(self, student: str, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """The instructor's notebook with a student's text in it."""
        names = {"assignment": self.slug, "notebook": self.slug, "student": student}
        resources = {"nbgrader": names | {"db_url": self.course.db_url}}
        return self._transplant.preprocess(notebook, resources)[0]

    def task(self, student: str, whole: nbformat.NotebookNode) -> session.Task:
        """What a worker needs to run a student's whole notebook."""
        return self._execute.task(whole, student, self.slug)

    def record(self, student: str, notebook, outputs: dict, fingerprint: str) -> None:
        """Let nbgrader enter the outputs, aside, and move the finished folder to its place.

        Args:
            student: whose.
            notebook: as :meth:`whole` returned it.
            outputs: by the cells' ids.
            fingerprint: of what was graded.

        Raises:
            RuntimeError: if nbgrader fails; the message is its own.
        """
        handed_in = self.staging / "submitted" / student / self.slug
        handed_in.mkdir(parents=True)
        nbformat.write(notebook, handed_in / f"{self.slug}.ipynb")
        self._copy_timestamp(student, handed_in)
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
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, at nbgrader's way of adding rows
            done = api.autograde(self.slug, student, force=True)
        if not done["success"]:
            lines = [line for line in (done["error"] or done["log"] or "").splitlines() if line]
            raise RuntimeError(f"nbgrader failed: {(lines or ['it does not say why'])[-1]}")
        made = self.staging / "autograded" / student / self.slug
        (made / FINGERPRINT).write_text(fingerprint)
        final = self.autograded / student / self.slug
        shutil.rmtree(final, ignore_errors=True)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(made, final)
        shutil.rmtree(handed_in.parent)

    def _copy_timestamp(self, student: str, folder: Path) -> None:
        """Nbgrader's note of when it was handed in, if it is one."""
        path = self.submitted / student / self.slug / "timestamp.txt"
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 100:
            return
        text = path.read_text(encoding="utf-8", errors="replace").strip()
        with contextlib.suppress(Exception):  # dateutil has many ways to refuse
            utils.parse_utc(text)
            (folder / "timestamp.txt").write_text(text)

    def result(self, student: str) -> Result:
        """A student's grade as the gradebook has it, and what there is to know about it."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(self.slug, student)
            grades = [grade for nb in submission.notebooks for grade in nb.grades]
            by_hand = any(grade.needs_manual_grade for grade in grades)
            note = "has answers to grade by hand" if by_hand else ""
            return Result(student, submission.score, submission.max_score, note)

    def save(self, results: list[Result]) -> Path:
        """Write the list of the class, whole or not at all."""
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


def grade(
    slug: str,
    root: Path,
    students: list[str] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    confined: bool = True,
) -> int:
    """See :func:`dlcourse.grading.grade`."""
    find_exercise(slug, root / "solutions")
    if confined and scheduler is None and (reason := sandbox.missing()):
        raise UserError(
            f"{reason}. Without it students' code would run with your own rights; if you trust "
            "every one of them, add  --no-sandbox"
        )
    classroom = Classroom(slug, root, confined)
    known = classroom.students()
    for student in students or ():
        if student not in known:
            raise UserError(
                f"there is no student '{student}'; known are: {', '.join(known) or 'nobody'}"
            )
    if not known:
        raise UserError(
            f"there is nothing to grade: no folder {classroom.submitted}/STUDENT/{slug}"
        )
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    chosen = students or known
    try:
        with classroom.alone(), executor(workers, scheduler) as (pool, width):
            results = _grade(classroom, chosen, pool, width, force or students is not None)
    finally:
        session.close()
    _print(results)
    if students is None:
        print(f"Report: {classroom.save(results)}; more with  dlcourse report {slug}")
    return int(any(result.score is None for result in results))


@contextlib.contextmanager
def executor(workers: int | None, scheduler: str | None) -> Iterator[tuple]:
    """Where notebooks run: threads here, each with a sandbox, or a cluster of dask.distributed.

    Args:
        workers: how many run at once here; the number of cores if None.
        scheduler: the cluster's address; None for this machine alone.

    Yields:
        A ``concurrent.futures`` executor, and how many tasks it runs at once.

    Raises:
        UserError: if the cluster cannot be reached or dask.distributed is not installed.
    """
    if scheduler is None:
        width = workers or os.cpu_count() or 1
        pool = concurrent.futures.ThreadPoolExecutor(width)
        try:
            yield pool, width
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise UserError("--scheduler needs dask: run  pip install distributed") from error
    try:
        client = Client(scheduler, timeout=20)
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(f"there is no dask scheduler at {scheduler}: {error}") from error
    with client:
        width = sum(client.nthreads().values())
        if not width:
            raise UserError(f"the dask scheduler at {scheduler} has no workers: start some")
        yield client.get_executor(pure=False, retries=2), width


def _grade(classroom: Classroom, chosen: list[str], pool, width: int, force: bool) -> list[Result]:
    results: dict[str, Result] = {}
    waiting, left = {}, iter(chosen)
    with tqdm(total=len(chosen), unit="student", desc=classroom.slug) as bar:
        while True:
            while len(waiting) < 2 * width and (student := next(left, None)) is not None:
                result = _submit(classroom, student, pool, force, waiting)
                if result is not None:
                    results[student] = result
                    bar.update()
            if not waiting:
                return [results[student] for student in chosen]
            done, _ = concurrent.futures.wait(
                waiting, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                student, notebook, whole, fingerprint = waiting.pop(future)
                try:
                    outputs = future.result()
                    failed = outputs.get(session.FAILED)  # then the next run grades it again
                    classroom.record(student, whole, outputs, "" if failed else fingerprint)
                    results[student] = _noted(classroom, student, notebook, whole)
                    if failed:
                        results[
                            student
                        ].note = f"the grader failed, not the student: {failed[0]['evalue']}"
                except Exception as error:  # of the machine or of nbgrader; the class goes on
                    results[student] = Result(student, note=f"not graded: {error}")
                bar.update()


def _submit(classroom, student, pool, force, waiting) -> Result | None:
    """Send a student's notebook to a worker, or say why that is not needed or possible."""
    if not classroom.has_submission(student):
        return Result(student, note="no submission")
    if GLOB & set(student):
        return Result(student, note="the folder's name has one of * ? [ ] { }: rename it")
    notebook = classroom.notebook(student)
    whole = classroom.whole(student, notebook)
    task = classroom.task(student, whole)
    fingerprint = classroom.fingerprint(task, notebook)
    if not force and classroom.graded(student) == fingerprint:
        return _noted(classroom, student, notebook, whole)
    waiting[pool.submit(session.run, task)] = (student, notebook, whole, fingerprint)
    return None


def _noted(classroom: Classroom, student: str, notebook, whole) -> Result:
    result = classroom.result(student)
    if left_out := whole.metadata.get(LEFT_OUT):
        result.note = "; ".join(filter(None, [result.note, f"changed, not used: {left_out}"]))
    if reason := notebook.metadata.get(REFUSED):
        result.note = f"refused: {reason}"
    return result


def _print(results: list[Result]) -> None:
    width = max(map(len, [*(result.student for result in results), "student"]))
    print(f"{'student':{width}}  {'points':>13}")
    for result in results:
        got = "-" if result.score is None else f"{result.score:g} of {result.max_score:g}"
        print(f"{result.student:{width}}  {got:>13}  {result.note}".rstrip())
    scores = [result.score for result in results if result.score is not None]
    refused = sum(result.note.startswith("refused") for result in results)
    print(f"\n{len(scores)} of {len(results)} have a grade; {refused} of them were refused.")
    if len(scores) > 1:
        low, middle, high = statistics.quantiles(scores, n=4, method="inclusive")
        print(
            f"Points: lowest {min(scores):g}, a quarter up to {low:g}, half up to {middle:g}, "
            f"three quarters up to {high:g}, highest {max(scores):g}."
        )
