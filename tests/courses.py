"""Temporary courses for the tests: a copy of the sources with a gradebook of its own."""

import copy
import functools
import os
import shutil
import subprocess
import symtable
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import v4
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import PyFileConfigLoader

from dlcourse import grading
from dlcourse.grading import paths
from dlcourse.grading.submissions.tasks import part_of

ROOT = Path(__file__).resolve().parent.parent
SLUGS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb"))


class Course:
    """A copy of the course's configuration and of one exercise's source in a folder of its own."""

    def __init__(self, folder: Path, slug: str, extra_config: str = ""):
        self.folder, self.slug = folder, slug
        ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        shutil.copytree(ROOT / "solutions" / slug, folder / "solutions" / slug, ignore=ignored)
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (folder / "nbgrader_config.py").write_text(config + extra_config, encoding="utf-8")

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run an nbgrader command here, as an instructor would."""
        return self._run("nbgrader", *arguments)

    def dlcourse(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a command of this package here, as an instructor would."""
        return self._run("dlcourse.cli", *arguments)

    def _run(self, module: str, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=3600,
        )

    def generate(self, force: bool = False) -> Path:
        """Let nbgrader release the exercise, in this process; return the student's notebook."""
        api = self.api()
        book = self.folder / "grading" / "gradebook.db"
        if not book.exists():
            book.write_bytes(empty_gradebook())
        done = api.generate_assignment(self.slug, force=force)
        assert done["success"], done["error"] or done["log"]
        return self.folder / "exercises" / self.slug / f"{self.slug}.ipynb"

    def grade(self) -> None:
        """Grade everybody whose grade is not up to date, as `dlcourse grade`, in this process."""
        assert grading.grade(self.slug, self.folder) == 0

    def api(self) -> NbGraderAPI:
        """nbgrader in this process, configured as on the command line."""
        loader = PyFileConfigLoader("nbgrader_config.py", path=str(self.folder))
        config = loader.load_config()
        return NbGraderAPI(CourseDirectory(config=config), config=config)

    def gradebook(self) -> Gradebook:
        """The gradebook; use it in a ``with`` statement."""
        return Gradebook(paths.sqlite_url(self.folder / "grading" / "gradebook.db"), "dlcourse")

    def submitted(self, student: str) -> Path:
        """Where a student's notebook lies; the folder exists."""
        path = self.folder / "grading" / "submitted" / student / self.slug / f"{self.slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def submit(self, student: str, notebook: nbformat.NotebookNode) -> None:
        """Put a student's notebook where nbgrader looks for it."""
        nbformat.write(notebook, self.submitted(student))

    def autograded(self, student: str) -> Path:
        """A student's graded notebook."""
        return self.folder / "grading" / "autograded" / student / self.slug / f"{self.slug}.ipynb"

    def scores(self, student: str) -> dict[str, float]:
        """Points of the automatically graded cells, by the test cells' ids."""
        with self.gradebook() as gradebook:
            [notebook] = gradebook.find_submission(self.slug, student).notebooks
            return {g.name: g.auto_score for g in notebook.grades if g.cell.cell_type == "code"}


@functools.cache
def empty_gradebook() -> bytes:
    """A new gradebook's file; nbgrader takes some seconds to make one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "gradebook.db")
        Gradebook(f"sqlite:///{path}", "dlcourse").close()
        return path.read_bytes()


class SmallCourse(Course):
    """One question that a test grades and an experiment that a person reads: graded in no time.

    Attributes:
        source: the path of the instructor's notebook.
    """

    ANSWER = "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION"
    TEST = (
        "import math\nassert math.isclose(half(3), 1.5)\n### BEGIN HIDDEN TESTS\n"
        'assert math.isclose(half(10), 5), "reached"\n### END HIDDEN TESTS'
    )
    EXPERIMENT = "# Try it.\n### BEGIN SOLUTION\nprint(half(1) + half(1))\n### END SOLUTION"
    RIGHT = "def half(x):\n    return x / 2"

    def __init__(self, folder: Path, extra_config: str = ""):
        self.folder, self.slug = folder, "small"
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (folder / "nbgrader_config.py").write_text(config + extra_config, encoding="utf-8")
        self.source = folder / "solutions" / "small" / "small.ipynb"
        self.source.parent.mkdir(parents=True)
        cells = [
            _marked(v4.new_code_cell(self.ANSWER, id="answer"), solution=True),
            _marked(v4.new_code_cell(self.TEST, id="test"), grade=True, locked=True, points=1),
            _marked(v4.new_code_cell(self.EXPERIMENT, id="experiment"), solution=True),
            _marked(v4.new_markdown_cell("Why?", id="why"), grade=True, solution=True, points=20),
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), self.source)

    def filled(self, answers: dict[str, str]) -> nbformat.NotebookNode:
        """The released notebook with texts in it, by the cells' ids."""
        released = self.folder / "exercises" / "small" / "small.ipynb"
        notebook = nbformat.read(released, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        return notebook


def _marked(cell: nbformat.NotebookNode, **marks) -> nbformat.NotebookNode:
    """A cell with nbgrader's metadata."""
    plain = {"schema_version": 3, "task": False, "grade": False, "solution": False, "locked": False}
    cell.metadata["nbgrader"] = plain | {"grade_id": cell.id} | marks
    return cell


def source(slug: str) -> nbformat.NotebookNode:
    """The instructor's notebook."""
    return nbformat.read(ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)


def released(slug: str) -> nbformat.NotebookNode:
    """The committed student's notebook."""
    return nbformat.read(ROOT / "exercises" / slug / f"{slug}.ipynb", as_version=4)


def autograded(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is a test cell that is graded automatically."""
    return utils.is_grade(cell) and not utils.is_solution(cell)


def questions(notebook: nbformat.NotebookNode) -> dict[str, list[nbformat.NotebookNode]]:
    """The test cells of each answer that is graded automatically, by the answer's id.

    More than one are the parts of a task. Ungraded cells may stand before the first.
    """
    found, answer = {}, ""
    for cell in notebook.cells:
        if utils.is_solution(cell):
            answer = cell.id
        elif autograded(cell):
            found.setdefault(answer, []).append(cell)
    return found


@functools.cache  # asked for each pair of answers
def tests(slug: str) -> dict[str, list[str]]:
    """The ids of the test cells of each answer that is graded automatically."""
    return {a: [cell.id for cell in cells] for a, cells in questions(source(slug)).items()}


def worth(slug: str, answer: str) -> float:
    """The points of an answer, all its parts together."""
    return sum(points(slug)[test] for test in tests(slug)[answer])


def part(test: str, answer: str) -> str:
    """Which part of an answer's task a test is about; '' where the task has no parts."""
    assert test.endswith("-test"), test
    return part_of(test, answer)


@functools.cache
def names(code: str) -> tuple[set[str], set[str]]:
    """The names that a cell defines, and those that it looks up outside of its functions."""
    top = symtable.symtable(code, "cell", "exec")
    defined = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    used, left = {s.get_name() for s in top.get_symbols() if s.is_referenced()}, [top]
    while left:
        table = left.pop()
        used |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
        left += table.get_children()
    return defined, used


def points(slug: str) -> dict[str, float]:
    """Points of the automatically graded test cells, by id."""
    cells = [cell.metadata.nbgrader for cell in source(slug).cells if autograded(cell)]
    return {cell.grade_id: float(cell.points) for cell in cells}


def filled(slug: str, answers: dict[str, str] | None = None) -> nbformat.NotebookNode:
    """The released notebook with solutions in it.

    Only cells whose solution a test cell grades are filled with the instructor's text; open
    questions stay as released, which spares their training. ``answers`` replaces the whole text
    of solution cells by id.
    """
    notebook = copy.deepcopy(released(slug))
    solutions = {cell.id: cell.source for cell in source(slug).cells}
    for cell in notebook.cells:
        if cell.id in tests(slug):
            cell.source = solutions[cell.id]
    unknown = set(answers or {}) - {cell.id for cell in notebook.cells}
    assert not unknown, f"no such cells in {slug}: {unknown}"
    for cell in notebook.cells:
        cell.source = (answers or {}).get(cell.id, cell.source)
    return notebook
