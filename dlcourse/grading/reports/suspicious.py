"""Constructs in an answer that are worth a look: a hint to a reader, never a verdict.

Each of them has honest uses, and no grade depends on any. Nothing of the student's is run: the text
is parsed, by ``scanner.py`` in a process of its own with limits, because parsing what a
stranger wrote can take long or crash Python.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.reports import scanner

# Isolated, Python does not see this package where it is not installed: the argument is its folder.
PROGRAM = """
import sys
sys.path.append(sys.argv[1])
from dlcourse.grading.reports import scanner
scanner.serve()
"""
# Of each kind: what it is, and why it is worth a look although honest uses exist.
KINDS = {
    "frames": (
        "Looks into the running program",
        "Frames, closures and the garbage collector lead to the values that a test compares with. "
        "People also use them to debug, or to find out what fills the memory.",
    ),
    "patches": (
        "Changes a module or a built-in",
        "Whatever calls the changed function afterwards, a test included, gets the new one. People "
        "also do it to set an option, or by reusing a name without noticing.",
    ),
    "pretends": (
        "Decides how its objects compare or what they pass for",
        "An object may agree with everything it is compared with. Classes that hold data define "
        "the same methods for good reasons.",
    ),
    "dynamic": (
        "Runs text as code",
        "What such code does cannot be read off the cell. People also use it to try something out.",
    ),
    "imports": (
        "Looks at or changes how modules are found",
        "A module found elsewhere can stand in for the real one. People also do it to load a file "
        "of their own.",
    ),
    "process": (
        "Starts or ends a process",
        "A process can end the kernel or outlive it. People also call a tool or install a package "
        "from a notebook.",
    ),
    "background": (
        "Goes on in the background",
        "What runs later can act after the tests. People also load data in parallel.",
    ),
    "network": (
        "Uses the network",
        "Answers can come and data can go this way. People also download a data set.",
    ),
    "files": (
        "Reaches outside its own folder",
        "Solutions, other people's work and settings lie there. A path of somebody's own computer, "
        "left in by mistake, looks the same.",
    ),
    "grader": (
        "Names a part of the grading",
        "An answer has no need to know the grader. People also quote the instructions.",
    ),
    "notebook": (
        "Talks to the notebook itself",
        "The notebook's machinery sees and can change the cells that run later. People also use it "
        "for timing and display.",
    ),
    "table": (
        "Holds a long table of values",
        "Answers may be typed in instead of calculated. People also paste measured data.",
    ),
    "encoded": (
        "Unpacks encoded data",
        "What is packed cannot be read off the cell. People also save and load their models.",
    ),
    "unread": (
        "Could not be scanned",
        "The text is too long, or took too long to parse, so that it has to be read by eye. Pasted "
        "output does that too.",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One construct.

    Attributes:
        kind: a key of :data:`KINDS`.
        what: the construct's name, such as ``os.system``.
        line: where it stands first in the cell, counted from 1.
        code: that line.
    """

    kind: str
    what: str
    line: int
    code: str


def scan(text: str, known: Mapping[str, str] | None = None) -> list[Finding]:
    """Look through one code cell, in this process.

    Args:
        text: the cell, with IPython's magics or without. Where it is not Python there is nothing
            to find, as it did not run either.
        known: the names that the exercise itself imports, and what they stand for
            (``{"np": "numpy"}``).

    Returns:
        Each construct once, where it first appears.
    """
    return [Finding(*found) for found in scanner.scan(text, known or {}, {})]


def scan_all(
    notebooks: Sequence[Sequence[str]], known: Mapping[str, str] | None = None
) -> list[list[list[Finding]]]:
    """Look through the code cells of many notebooks, in a process that may crash or hang.

    Args:
        notebooks: of each the texts of its cells.
        known: see :func:`scan`.

    Returns:
        For each notebook and each of its cells the findings. A notebook that could not be scanned
        has one finding that says so, in its first cell.
    """
    results: list[list[list[Finding]]] = []
    while len(results) < len(notebooks):
        rest = [list(cells) for cells in notebooks[len(results) :]]
        for line in _worker(json.dumps([dict(known or {}), rest]), len(rest)):
            results.append([[Finding(*found) for found in cell] for cell in json.loads(line)])
        if len(results) < len(notebooks):  # the next one ended the process
            failed = Finding(
                "unread", f"more than {scanner.SECONDS} s, or a crash of the parser", 1, ""
            )
            cells = notebooks[len(results)]
            results.append([[failed] if not number else [] for number in range(len(cells))])
    return results


def _worker(task: str, notebooks: int) -> list[str]:
    """Run the scanner on a task; return the whole lines that it wrote before it ended.

    It limits itself to some seconds a notebook. The limit here is for systems without alarms.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", PROGRAM, str(Path(scanner.__file__).parents[3])],
            input=task.encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30 + scanner.SECONDS * notebooks,
        ).stdout
    except subprocess.TimeoutExpired as late:
        done = late.stdout or b""
    return done.decode("ascii", "replace").split("\n")[:-1]
