"""The scanner behind :mod:`.suspicious`: which constructs the text of a cell holds.

It runs in a process of its own with limits, where it imports a few small modules of this package
only. It parses and never runs what it is given.
"""

import ast
import json
import sys
import warnings
from collections.abc import Iterable, Mapping

from dlcourse.grading.reports.constructs import Cell, imports

SECONDS = 5  # for all cells of one notebook; an honest one takes a hundredth of one
LONGEST = 100_000  # characters of a cell that are parsed; a long answer has 5,000
MEMORY = 2_000_000_000
MOST = 12  # constructs of one cell that are listed

Found = tuple[str, str, int, str]  # kind, name, line, the line's text


def scan(text: str, known: Mapping[str, str], names: dict[str, str]) -> list[Found]:
    """Look through one code cell.

    Args:
        text: the cell.
        known: the names that the exercise itself imports, and what they stand for.
        names: those that the student's earlier cells import; this cell's are added.

    Returns:
        Each construct once, where it first appears.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _scan(text, known, names, depth=0)


def imported(texts: Iterable[str]) -> dict[str, str]:
    """The names that cells import, and what they stand for."""
    nodes = (node for text in texts for node in ast.walk(_parse(text)[0]))
    return {alias: stands for node in nodes for alias, stands, _ in imports(node)}


def _scan(text: str, known: Mapping[str, str], names: dict[str, str], depth: int) -> list[Found]:
    if len(text) > LONGEST:
        return [("unread", f"{len(text):,} characters", 1, "")]
    try:
        tree, cut = _parse(text)
    except (RecursionError, MemoryError):
        return [("unread", "nested too deeply", 1, "")]
    lines = text.split("\n")
    first: dict[tuple[str, str], int] = {}
    found: list[Found] = []
    for kind, what, line in Cell(tree, known, names).constructs():
        if kind != "body":
            first[kind, what] = min(line + cut, first.get((kind, what), line + cut))
        elif depth < 2:
            inner = _scan(what, known, names, depth + 1)
            found += [(kind, what, at + line + cut - 1, code) for kind, what, at, code in inner]
    for (kind, what), line in first.items():
        code = lines[line - 1].strip() if line <= len(lines) else ""
        found.append((kind, what, line, code[:160]))
    return sorted(found, key=lambda one: (one[2], one[0], one[1]))[:MOST]


def _parse(text: str) -> tuple[ast.Module, int]:
    """The syntax tree (empty where the text is not Python), and lines cut off at its beginning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an invalid escape in a string
        try:
            return ast.parse(text), 0
        except (SyntaxError, ValueError):
            pass
        try:
            from IPython.core.inputtransformer2 import TransformerManager

            blank = text[: len(text) - len(text.lstrip())].count("\n")
            return ast.parse(TransformerManager().transform_cell(text)), blank
        except (RecursionError, MemoryError):
            raise
        except Exception:  # whatever IPython makes of what is not Python
            return ast.Module([], []), 0


def serve() -> None:
    """Scan the notebooks on stdin, one line of output each."""
    import signal

    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows has none, macOS refuses it
        pass
    known, notebooks = json.load(sys.stdin)
    for cells in notebooks:
        if hasattr(signal, "alarm"):
            signal.alarm(SECONDS)  # ends the process, even in the midst of the parser
        names: dict[str, str] = {}
        print(json.dumps([scan(text, known, names) for text in cells]), flush=True)
