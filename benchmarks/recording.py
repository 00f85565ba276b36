"""How long entering the results of a class takes, with recorded results in place of workers.

Run ``python benchmarks/recording.py --help``. What is measured, and how, is in README.md beside
this file.
"""

import argparse
import concurrent.futures
import contextlib
import copy
import logging
import os
import shutil
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import grading
import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from rows import ROOT, Rows, processor

from dlcourse.grading.classroom import execute
from dlcourse.grading.classroom import grade as ours
from dlcourse.grading.classroom.classroom import Classroom
from dlcourse.grading.classroom.release import entered
from dlcourse.grading.isolation import session
from dlcourse.grading.reports import grades, page

sys.path.insert(0, str(ROOT))  # an installed package may have that name, too
from tests import postgres


@dataclass
class Recorded:
    """Runs each notebook once, and answers as at once as a hundred workers would afterwards."""

    outputs: dict[str, dict] = field(default_factory=dict)

    def submit(self, _, task) -> concurrent.futures.Future:
        """What a notebook puts out; an executor's method."""
        done, key = concurrent.futures.Future(), repr(task.cells)
        if key not in self.outputs:
            self.outputs[key] = session.run(task)
        done.set_result(self.outputs[key])
        return done


def main() -> None:
    args = parse()
    rows = Rows(args.json, "recording", processor())
    logging.disable(logging.ERROR)
    print(f"{processor()}; load average before the start: {os.getloadavg()[0]:.2f}")
    print(f"{args.students} students of each exercise; ms of one student, on {args.database}\n")
    print(f"{'':<24} {'CPU':>7} {'wall':>7} {'unchanged':>10} {'nbgrader, CPU':>14}")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recording-")))
        config = ""
        if args.database == "postgresql":
            place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(postgres.server(place))
            config = f"\nc.CourseDirectory.db_url = {url!r}\n"
        course = folder / "course"
        for slug in args.exercises:
            made = folder / slug
            grading.make_course(made, slug, args.students, part_c=True)
            gather(made, course, slug, config)
            measure(course, slug, args, rows)
            shutil.rmtree(made)
        session.close()
        after(course, args, rows)


def gather(made: Path, course: Path, slug: str, config: str) -> None:
    """Put an exercise and what was handed in for it into the course of the whole term."""
    shutil.copytree(made / "solutions", course / "solutions", dirs_exist_ok=True)
    text = (made / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(text + config, encoding="utf-8")
    for path in (made / "grading" / "submitted").glob(f"*/{slug}"):
        target = course / "grading" / "submitted" / path.parent.name / slug
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)


def measure(course: Path, slug: str, args: argparse.Namespace, rows: Rows) -> None:
    """Enter a class twice, and some of it by nbgrader's own steps into a gradebook apart."""
    pool, room = Recorded(), Classroom(slug, course)
    chosen = room.students()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for student in chosen:  # all that is run is run here
            pool.submit(None, room.task(student, room.whole(student))).result()
        seconds, walls = [], []
        for _ in range(2):
            start, wall = time.process_time(), time.perf_counter()
            with room.alone():
                lines = ours._grade(room, chosen, pool, 100, False)
            seconds.append((time.process_time() - start) / len(chosen))
            walls.append((time.perf_counter() - wall) / len(chosen))
            assert all(line.state == "graded" for line in lines), lines
        peer = stock(course, room, pool, chosen[: args.peer]) if args.peer else None
    milliseconds = [1000 * value for value in (seconds[0], walls[0], seconds[1])]
    shown = "" if peer is None else f"{1000 * peer:14.1f}"
    print(
        f"{slug:<24} {milliseconds[0]:7.1f} {milliseconds[1]:7.1f} {milliseconds[2]:10.1f} {shown}"
    )
    case = f"{slug}, {len(chosen)} students, {args.database}, CPU"
    rows.add(case=case, ours=seconds[0], peer=peer, again=seconds[1], wall=walls[0], unit="s")


def stock(course: Path, room: Classroom, pool: Recorded, students: list[str]) -> float:
    """CPU seconds that nbgrader's own autograding takes for a student, without running anything."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        root, slug = Path(folder), room.slug
        shutil.copytree(course / "solutions" / slug, root / "solutions" / slug)
        config = copy.deepcopy(room.config)
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
        config.Autograde.exporter_class = NotebookExporter
        config.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.OverwriteCells"]
        now: dict[str, dict] = {}

        def put(notebook, resources):
            execute.put(notebook, now)
            return notebook, resources

        steps = list(config.Autograde.autograde_preprocessors)
        ways = {"Execute": put, "SaveGrades": "nbgrader.preprocessors.SaveAutoGrades"}
        steps = [ways.get(step.rpartition(".")[2], step) for step in steps]
        config.Autograde.autograde_preprocessors = steps
        entered(slug, CourseDirectory(config=config), config)
        api, spent = NbGraderAPI(CourseDirectory(config=config), config=config), 0.0
        for student in students:
            whole = room.whole(student)
            path = root / "grading" / "submitted" / student / slug / f"{slug}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(whole, path)
            now = pool.submit(None, room.task(student, whole)).result()
            start = time.process_time()
            done = api.autograde(slug, student, force=True)
            spent += time.process_time() - start
            assert done["success"], done
    return spent / len(students)


def after(course: Path, args: argparse.Namespace, rows: Rows) -> None:
    """What comes at the end of the term: the report of an exercise, and the table of all."""
    table = course / "table.csv"
    lines = [f"student{number:03}" for number in range(args.students)]
    table.write_text("\n".join(["id,note", *(f"{line}," for line in lines)]), encoding="utf-8")
    slug = args.exercises[-1]
    for what, step in {
        f"report of {slug}": lambda: page.report(slug, course),
        "table of all exercises": lambda: grades.fill(args.exercises, course, table, None, None),
    }.items():
        start = time.process_time()
        with contextlib.redirect_stdout(None):
            assert step() == 0
        spent = time.process_time() - start
        print(f"{what}: {spent:.1f} s of CPU")
        rows.add(case=f"{what}, {args.students} students, {args.database}", ours=spent, unit="s")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    known = sorted(p.parent.name for p in (ROOT / "solutions").glob("*/*.ipynb"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the results to FILE")
    parser.add_argument("--students", type=int, default=1000, help="of each exercise (1000)")
    parser.add_argument("--peer", type=int, default=20, help="students for nbgrader's own way (20)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--exercises", nargs="+", choices=known, default=known, help="(all)")
    args = parser.parse_args(arguments)
    if args.students < 1 or args.peer < 0:
        parser.error("--students takes at least 1, --peer at least 0")
    if args.database == "postgresql" and (reason := postgres.missing()):
        parser.error(reason)
    return args


if __name__ == "__main__":
    main()
