"""The command `dlcourse`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import dlcourse

USER_ERROR = 2


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message as the command's other errors are, and leave."""
        self.exit(USER_ERROR, f"dlcourse: {message}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = Parser(prog="dlcourse", description="Check the set-up, check and grade exercises.")
    top.add_argument("--version", action="version", version=f"dlcourse {dlcourse.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("doctor", help="what this machine has for the course, and what it lacks")

    check = commands.add_parser("check", help="run an exercise's visible tests on your answers")
    check.add_argument("target", metavar="SLUG|PATH", help="an exercise, or its notebook's path")
    grade = commands.add_parser("grade", help="grade the submissions of an exercise")
    grade.add_argument("slug", metavar="SLUG", help="the exercise")
    grade.add_argument("--student", metavar="ID", help="only this student's submission")
    for command in (check, grade):
        command.add_argument(
            "--root", metavar="DIR", type=Path, default=Path(), help="the course's folder (here)"
        )
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Its arguments; those of the process if None.

    Returns:
        The exit code: 0, 1 if a check failed, 2 for a mistake of the caller's, which is told in
        one sentence on stderr, 130 after Ctrl-C.
    """
    args = parser().parse_args(argv)
    try:
        if args.command == "doctor":
            from dlcourse import doctor

            print(doctor.report())
            return 0
        return _grading(args)
    except KeyboardInterrupt:
        return 130


def _grading(args: argparse.Namespace) -> int:
    if not args.root.is_dir():
        return _fail(f"the course's folder {args.root} does not exist; give --root DIR.")
    from dlcourse import grading  # it asks for the extra that it needs

    try:
        if args.command == "check":
            return grading.check(args.target, args.root)
        return grading.grade(args.slug, args.root, args.student)
    except grading.UserError as error:
        return _fail(str(error))


def _fail(message: str) -> int:
    print(f"dlcourse: {message}", file=sys.stderr)
    return USER_ERROR


if __name__ == "__main__":
    sys.exit(main())
