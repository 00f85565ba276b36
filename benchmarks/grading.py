"""How fast a class is graded: plain ``nbgrader autograde``, and ``dlcourse grade`` in its sandbox.

Run ``python benchmarks/grading.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import contextlib
import copy
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbgrader import utils
from nbgrader.api import Gradebook
from rows import ROOT, Rows, processor

KINDS = ("right", "wrong", "blank", "wrong")  # in turn
STOCK = "nbgrader autograde"
# nbgrader as it comes, in the course's folders; the limits of time are those of the course, so that
# they decide nothing.
STOCK_CONFIG = """
from pathlib import Path

c = get_config()
root = Path(__file__).resolve().parent
c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.db_url = f"sqlite:///{root / 'grading' / 'gradebook.db'}"
c.ExecutePreprocessor.timeout = 180
c.ExecutePreprocessor.startup_timeout = 120
c.ExecutePreprocessor.iopub_timeout = 30
"""


# What a done experiment has saved: a table, and a figure of usual size, which nobody looks at.
SAVED = [
    {"output_type": "stream", "name": "stdout", "text": "arm  accuracy\nnone  0.81\n" * 5},
    {
        "output_type": "display_data",
        "data": {"image/png": "iVBORw0KGgoA" + "A" * 40_000, "text/plain": "<Figure>"},
        "metadata": {},
    },
]


@dataclass
class Run:
    """One invocation of a grader on a class."""

    wall: float
    cpu: float
    scores: dict[str, dict[str, float]]  # by student and test cell


def main() -> None:
    args = parse()
    rows = Rows(args.json, "grading", processor())
    busy = os.getloadavg()[0]
    print(f"{processor()}; torch {version('torch')}, nbgrader {version('nbgrader')}")
    print(f"load average before the start: {busy:.2f} on {os.cpu_count()} cores")
    if busy > 0.3 * (os.cpu_count() or 1):
        print("Other programs are running; on a quiet machine the ratios will be cleaner.")
    print(
        f"{args.students} submissions of each exercise, a quarter right, half of them with one "
        f"answer missing, a quarter blank; the fastest of {args.rounds} rounds in which the "
        "graders take turns. A grader's start, with its import of torch, is in its time.\n"
    )
    adopt_orphans()
    head = f"{'':<40} {'wall s':>8} {'a minute':>9} {'CPU-s each':>11}"
    print(f"{head} {'x stock':>8} {'CPU x':>7}")
    for slug in args.exercises:
        for part_c in args.experiments:
            compare(slug, part_c, args, rows)


def compare(slug: str, part_c: str, args: argparse.Namespace, rows: Rows) -> None:
    """Let all graders grade the same class in turn, each in a fresh copy of the course."""
    case = slug if part_c == "undone" else f"{slug} with part C"
    ours = {f"dlcourse grade --workers {n}": n for n in args.workers}
    names, runs = [STOCK, *ours], {}
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        template = Path(folder) / "course"
        kinds = make_course(template, slug, args.students, part_c == "done")
        for r in range(args.rounds):
            order = names[r % len(names) :] + names[: r % len(names)]
            for name in order:
                command = ["nbgrader", "autograde", slug]
                if name in ours:
                    command = ["dlcourse.cli", "grade", slug, "--workers", str(ours[name])]
                course = Path(folder) / f"copy-{r}-{names.index(name)}"
                shutil.copytree(template, course)
                if name == STOCK:
                    (course / "nbgrader_config.py").write_text(STOCK_CONFIG)
                run = grade(command, course, slug)
                check_class(run.scores, kinds)
                runs.setdefault(name, []).append(run)
                shutil.rmtree(course)
        for name in ours:
            for run in runs[name]:
                check_equal(runs[STOCK][0].scores, run.scores, name)
    wall = {name: min(run.wall for run in runs[name]) / args.students for name in names}
    cpu = {name: min(run.cpu for run in runs[name]) / args.students for name in names}
    for name in names:
        print(
            f"{case + ', ' + name:<40} {wall[name] * args.students:8.1f} {60 / wall[name]:9.1f} "
            f"{cpu[name]:11.2f} {wall[STOCK] / wall[name]:8.2f} {cpu[STOCK] / cpu[name]:7.2f}",
            flush=True,
        )
    for name, n in ours.items():
        for what, seconds in {"wall clock": wall, "CPU": cpu}.items():
            rows.add(
                case=f"{case}, {args.students} submissions, {n} workers, {what}",
                ours=seconds[name],
                peer=seconds[STOCK],
                unit="s a submission",
            )


# What is graded -----------------------------------------------------------------------------------


def make_course(folder: Path, slug: str, students: int, part_c: bool = False) -> dict[str, str]:
    """A course with a class that has handed in; returns what kind of submission each student's is.

    The open question, which a person grades, stays as released in all of them, or has the
    instructor's answer in all but the blank ones, with saved outputs.
    """
    ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    shutil.copytree(ROOT / "solutions" / slug, folder / "solutions" / slug, ignore=ignored)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    run(["nbgrader", "generate_assignment", slug], folder)
    solved = nbformat.read(folder / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    released = nbformat.read(folder / "exercises" / slug / f"{slug}.ipynb", as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells}
    tested = [
        cell.id
        for cell, next_cell in zip(released.cells, released.cells[1:], strict=False)
        if utils.is_solution(cell) and utils.is_grade(next_cell) and utils.is_locked(next_cell)
    ]
    ours = {cell.id for cell in released.cells if utils.is_solution(cell)}
    experiment = ours - {
        cell.id
        for cell, next_cell in zip(released.cells, released.cells[1:], strict=False)
        if utils.is_grade(next_cell) and utils.is_locked(next_cell)
    }
    kinds, wrong = {}, 0
    for i in range(students):
        student, kind = f"student{i:03}", KINDS[i % len(KINDS)]
        given = set() if kind == "blank" else set(tested)
        if kind == "wrong":  # another question each time
            given -= {tested[wrong % len(tested)]}
            wrong += 1
        if part_c and kind != "blank":
            given |= experiment
        notebook = copy.deepcopy(released)
        for cell in notebook.cells:
            if cell.cell_type == "code" and cell.id in given & experiment:
                cell.outputs = [nbformat.from_dict(output) for output in SAVED]
            cell.source = answers[cell.id] if cell.id in given else cell.source
        path = folder / "grading" / "submitted" / student / slug / f"{slug}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        kinds[student] = kind
    return kinds


def read_scores(folder: Path, slug: str) -> dict[str, dict[str, float]]:
    """The points of each student's test cells."""
    with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}", "dlcourse") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.cell.cell_type == "code"
            }
            for submission in gradebook.assignment_submissions(slug)
        }


def check_class(scores: dict[str, dict[str, float]], kinds: dict[str, str]) -> None:
    """Stop unless everybody has a grade, blank ones no points, right ones more than wrong ones."""
    if missing := set(kinds) - set(scores):
        raise AssertionError(f"no grade: {', '.join(sorted(missing))}")
    for student, points in scores.items():
        if none := [cell for cell, value in points.items() if value is None]:
            raise AssertionError(f"{student}'s test cells {', '.join(none)} have no points")
    most = max(sum(points.values()) for points in scores.values())
    for student, points in scores.items():
        total, kind = sum(points.values()), kinds[student]
        if not {"right": total == most, "wrong": 0 < total < most, "blank": total == 0}[kind]:
            raise AssertionError(f"{student}'s submission is {kind} and has {total:g} points")


def check_equal(stock: dict, ours: dict, name: str) -> None:
    """Stop unless both graders gave each test cell of each student the same points."""
    differences = [
        f"{student}, {cell}: {points:g} by {STOCK}, {ours[student].get(cell)} by {name}"
        for student, cells in stock.items()
        for cell, points in cells.items()
        if ours[student].get(cell) != points
    ]
    if differences:
        raise AssertionError("the graders disagree\n" + "\n".join(differences))


# How it is measured -------------------------------------------------------------------------------


def grade(command: list[str], course: Path, slug: str) -> Run:
    """Grade a class and measure the command with all its descendants."""
    before, start = cpu_of_children(), time.perf_counter()
    run(command, course)
    wall, cpu = time.perf_counter() - start, cpu_of_children() - before
    return Run(wall, cpu, read_scores(course, slug))


def run(command: list[str], folder: Path) -> None:
    """Run a Python module with one thread for torch's sums."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1", "JUPYTER_PREFER_ENV_PATH": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends first: their time counts too."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def cpu_of_children() -> float:
    """CPU seconds of all descendants, once the last of them has ended."""
    deadline = time.monotonic() + 30
    with contextlib.suppress(ChildProcessError):  # there are none any more
        while True:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                if time.monotonic() > deadline:
                    raise RuntimeError("a process outlives its grader by 30 s")
                time.sleep(0.01)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    known = sorted(p.parent.name for p in (ROOT / "solutions").glob("*/*.ipynb"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the results to FILE")
    parser.add_argument("--students", type=int, default=24, help="submissions of each exercise")
    parser.add_argument("--rounds", type=int, default=2, help="times each grader grades the class")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="(default 1 2)")
    parser.add_argument(
        "--experiments", nargs="+", choices=["undone", "done"], default=["undone"],
        help="whether the open question has been worked on (default undone)",
    )  # fmt: skip
    parser.add_argument("--exercises", nargs="+", choices=known, default=known, help="(all)")
    args = parser.parse_args(arguments)
    if min(args.students, args.rounds, *args.workers) < 1:
        parser.error("--students, --rounds and --workers take at least 1")
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"--json: there is no folder {args.json.absolute().parent}")
    return args


if __name__ == "__main__":
    main()
