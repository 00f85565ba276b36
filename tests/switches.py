"""Warm processes for the tests of single protections, with one protection switched off.

The product has no switches for this; they would be holes. What is switched off is an option of
bubblewrap's, a step of the fork that becomes a kernel, or a limit.
"""

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Cell, Task
from dlcourse.grading.isolation.zygote import Zygote

# Of a warm process, whose forks may use a processor for 4 s. The coordinator's clock is CLOCK.
TIGHT = sandbox.Limits(60, 3, memory=2 << 30, disk=16 << 20, processes=64, output=10_000)
CLOCK = {"notebook_seconds": 120}
SHOW = "\nprint('reached')"


def shows_word(outputs):
    return "reached" in "".join(output.get("text", "") for output in outputs)


@dataclass(frozen=True)
class Row:
    """An attack, and how to switch off what alone stands in its way.

    Attributes:
        attack: a student's cell, which raises an exception if it fails.
        fork: what each fork does before it shuts itself in.
        bwrap: changes the command line that starts bubblewrap.
        loose: limits that let the attack through.
        tight: limits that do not, if other than TIGHT.
        before: the cell of an earlier student, who leaves something.
        test: a cell of tests that raises an exception if the attack fails.
        here: what to replace in this process: an object, a name, a value.
        seen: whether the outputs show that the attack was not stopped.
    """

    attack: str
    fork: str = ""
    bwrap: Callable[[list[str]], list[str]] | None = None
    loose: dict = field(default_factory=dict)
    tight: dict = field(default_factory=dict)
    before: str = ""
    test: str = ""
    here: tuple = ()
    seen: Callable[[list], bool] = shows_word


def without(*options):
    """Takes away options of bubblewrap's that stand side by side."""

    def change(line):
        place = next(i for i in range(len(line)) if tuple(line[i : i + len(options)]) == options)
        return [*line[:place], *line[place + len(options) :]]

    return change


def including(*options):
    """Adds options of bubblewrap's after those for mounts."""
    return lambda line: [
        word for each in line for word in ([*options, each] if each == "--remount-ro" else [each])
    ]


def wrapping(name, body):
    """Code that replaces a function of the sandbox."""
    return f"def new(*given, real=sandbox.{name}):\n    {body}\nsandbox.{name} = new"


def no_limit(kind):
    return wrapping("resource.setrlimit", f"given[0] == sandbox.resource.{kind} or real(*given)")


def shared_namespace(flag):
    return f"sandbox.NEW_NAMESPACES &= ~{flag:#x}"


LAUNCHER = """
from dlcourse.grading.isolation import sandbox, zygote
def enter(limits, real=sandbox.enter):
    names = {"sandbox": sandbox, "limits": limits}
    exec(open("@PACKAGES@/switch").read(), names)
    real(names["limits"])
sandbox.enter = enter
zygote.main()
"""


class World:
    """A machine with secrets, and warm processes on it.

    Args:
        packages: a folder of the Python installation, with a course inside.
        port: where a server listens.
    """

    def __init__(self, packages: Path, port: int):
        self.packages, self.port = packages, port
        (packages / "course").mkdir(parents=True)
        files = {"course/solution": 0o644, "owners": 0o600, "everybodys": 0o666, "switch": 0o644}
        for name, mode in files.items():
            (packages / name).write_text("")
            (packages / name).chmod(mode)

    def fill(self, text: str) -> str:
        return text.replace("@PACKAGES@", str(self.packages)).replace("@PORT@", str(self.port))

    def start(self, change: Callable | None = None) -> Zygote:
        """A warm process; with a change, one whose forks first run what stands in ``switch``."""
        command = sandbox.command

        def changed(argv, hidden):
            return change(command([*argv[:2], "-c", self.fill(LAUNCHER), *argv[4:]], hidden))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sandbox, "command", changed if change else command)
            return Zygote((), TIGHT, hidden=(str(self.packages / "course"),))

    @functools.cached_property
    def whole(self) -> Zygote:
        """With every protection: the product as it is."""
        return self.start()

    @functools.cached_property
    def switched(self) -> Zygote:
        return self.start(list)

    def reached(self, row: Row, zygote: Zygote, limits: sandbox.Limits) -> bool:
        """Whether the attack succeeds."""
        student, test = (row.attack, row.test + SHOW) if row.test else (row.attack + SHOW, "pass")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "zygote", lambda task: zygote)
            for text in filter(None, [row.before, student]):
                answer = Cell("cell", self.fill(text), "student", ("answer",))
                cells = answer, Cell("test", test, "test")
                results = session.run(Task(cells, limits=limits))
        return row.seen(list(itertools.chain(*results.values())))
