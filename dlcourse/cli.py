"""The command `dlcourse`."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import dlcourse
from dlcourse import terminal

USER_ERROR = 2
TLS = {  # as dask's own commands call them
    "--tls-ca-file": "the cluster's certificate authority",
    "--tls-cert": "our certificate",
    "--tls-key": "its key",
}
NO_SANDBOX = (
    "dlcourse: without a sandbox students' code runs with your own rights. It can read, change and "
    "send away what you can, the solutions and the gradebook included."
)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message as the command's other errors are, and leave."""
        self.exit(USER_ERROR, f"dlcourse: {_shown(message)}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = Parser(prog="dlcourse", description="Check the set-up, check and grade exercises.")
    top.add_argument("--version", action="version", version=f"dlcourse {dlcourse.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("doctor", help="what this machine has for the course, and what it lacks")

    check = commands.add_parser("check", help="run an exercise's visible tests on your answers")
    check.add_argument("target", metavar="SLUG|PATH", help="an exercise, or its notebook's path")
    check.add_argument(
        "--task", metavar="NAME", action="append", default=[], help="this one only, such as B3"
    )
    check.add_argument(
        "--experiments", action="store_true", help="run the code of what a person grades, too"
    )
    roster = commands.add_parser("roster", help="enter a list of students into the gradebook")
    roster.add_argument("file", metavar="FILE", type=Path, help="a platform's csv, or a plain one")
    collect = commands.add_parser("collect", help="put a platform's archive where it is graded")
    collect.add_argument("slug", metavar="SLUG", help="the exercise")
    collect.add_argument(
        "archives", metavar="ARCHIVE", type=Path, nargs="+", help="a zip, a folder or notebooks"
    )
    grade = commands.add_parser("grade", help="grade the submissions of an exercise")
    grade.add_argument("slug", metavar="SLUG", help="the exercise")
    grade.add_argument(
        "--student", metavar="ID", nargs="+", help="only these students, even if graded already"
    )
    grade.add_argument("--workers", metavar="N", type=_positive, help="at once (the cores)")
    grade.add_argument("--scheduler", metavar="ADDRESS", help="run on this dask cluster")
    for option, what in TLS.items():
        grade.add_argument(option, metavar="FILE", type=Path, help=f"{what} for tls://ADDRESS")
    grade.add_argument("--force", action="store_true", help="grade everybody afresh")
    grade.add_argument(
        "--experiments", action="store_true", help="run the code of what a person grades, too"
    )
    grade.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run students' code with your own rights: it can read your files, solutions and "
        "gradebook included, and use your network",
    )
    feedback = commands.add_parser("feedback", help="write the pages that go back to the class")
    feedback.add_argument("slug", metavar="SLUG", help="the exercise")
    feedback.add_argument("--student", metavar="ID", nargs="+", help="for these students only")
    feedback.add_argument(
        "--zip", metavar="FILE", type=Path, help="all pages, named as the platform named the files"
    )
    forget = commands.add_parser("forget", help="remove grades whose submissions are gone")
    forget.add_argument("slug", metavar="SLUG", help="the exercise")
    forget.add_argument("students", metavar="ID", nargs="+", help="whose grades")
    report = commands.add_parser("report", help="how a graded class did, as a page and as tables")
    report.add_argument("slug", metavar="SLUG", help="the exercise")
    release = commands.add_parser("release", help="write what students get of an exercise")
    release.add_argument("slug", metavar="SLUG", help="the exercise")
    release.add_argument("--to", metavar="DIR", type=Path, required=True, help="where to put it")
    release.add_argument("--force", action="store_true", help="replace files there that differ")
    solutions = commands.add_parser("solutions", help="write a page of solutions with reasons")
    solutions.add_argument("slug", metavar="SLUG", help="the exercise")
    solutions.add_argument("--to", metavar="FILE", type=Path, help="the page (beside the reports)")
    due = commands.add_parser("due", help="see and set when an exercise is due")
    due.add_argument("slug", metavar="SLUG", help="the exercise")
    due.add_argument("time", metavar="TIME", nargs="?", help="2026-10-01 18:00, a day, or none")
    due.add_argument("--late", metavar="RULE", help="none, zero, 10%%/day, 10%%/day:50%%")
    due.add_argument(
        "--student", metavar=("ID", "TIME"), nargs=2, action="append", default=[],
        help="a later time for one student; none takes it back",
    )  # fmt: skip
    grades = commands.add_parser("grades", help="fill points into a platform's table")
    grades.add_argument("slugs", metavar="SLUG", nargs="+", help="the exercises")
    grades.add_argument(
        "--fill", metavar="FILE", type=Path, required=True, help="the csv that it exported"
    )
    grades.add_argument("--to", metavar="FILE", type=Path, help="the copy (beside the reports)")
    grades.add_argument("--column", metavar="HEAD", help="the column (the exercise's name tells)")
    every = check, roster, collect, grade, forget, report, due, feedback, grades, release, solutions
    for command in every:
        command.add_argument(
            "--root", metavar="DIR", type=Path, help="the course's folder (here, or above)"
        )
    return top


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("at least one")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Its arguments; those of the process if None.

    Returns:
        The exit code: 0, 1 if a check failed, 2 for a mistake of the caller's, which is told in
        one sentence on stderr, 130 after Ctrl-C.
    """
    try:
        with terminal.forgiving():
            return _command(parser().parse_args(argv))
    except KeyboardInterrupt:
        return 130


def _command(args: argparse.Namespace) -> int:
    if args.command == "doctor":
        from dlcourse import doctor

        print(doctor.report())
        return 0
    if not (args.root or Path()).is_dir():
        return _fail(f"the course's folder {args.root} does not exist; give --root DIR.")
    # For internationalized addresses, which no notebook has, jsonschema would build a grammar when
    # nbformat imports it: two seconds. Without this module it does without that check.
    sys.modules.setdefault("rfc3987_syntax", None)
    # What the gradebook refuses nbgrader shows as a traceback, on its way to whom it may concern.
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
    from dlcourse import grading  # it asks for the extra that it needs
    from dlcourse.grading import course

    try:
        if args.command == "check":
            return grading.check(args.target, args.root, args.task, args.experiments)
        args.root = args.root or course.find_course(Path()) or Path()
        if args.command == "roster":
            return grading.roster(args.file, args.root)
        if args.command == "collect":
            return grading.collect(args.slug, args.root, args.archives)
        if args.command == "report":
            return grading.report(args.slug, args.root)
        if args.command == "release":
            return grading.release(args.slug, args.root, args.to, args.force)
        if args.command == "solutions":
            return grading.solutions(args.slug, args.root, args.to)
        if args.command == "grades":
            return grading.grades(args.slugs, args.root, args.fill, args.to, args.column)
        if args.command == "due":
            pairs = [tuple(pair) for pair in args.student]
            return grading.due(args.slug, args.root, args.time, args.late, pairs)
        if args.command == "feedback":
            return grading.feedback(args.slug, args.root, args.student, args.zip)
        if args.command == "forget":
            return grading.forget(args.slug, args.root, args.students)
        if args.no_sandbox:
            print(NO_SANDBOX, file=sys.stderr)
        tls = args.tls_ca_file, args.tls_cert, args.tls_key
        if any(tls) and not (all(tls) and args.scheduler):
            return _fail(f"{', '.join(TLS)} belong together, and to --scheduler")
        return grading.grade(
            args.slug,
            args.root,
            args.student,
            args.workers,
            args.scheduler,
            args.force,
            not args.no_sandbox,
            args.experiments,
            tls if all(tls) else None,
        )
    except grading.UserError as error:
        return _fail(str(error))
    except Exception as error:
        if (reason := grading.explained(error, args.root)) is None:
            raise
        return _fail(reason)


def _fail(message: str) -> int:
    print(f"dlcourse: {_shown(message)}", file=sys.stderr)
    return USER_ERROR


def _shown(message: str) -> str:
    from dlcourse.grading.content.text import printable  # a message may hold a stranger's words

    return printable(message)


if __name__ == "__main__":
    sys.exit(main())
