"""Small mistakes, planted one at a time into the solutions of part B: the tests must find them.

    python -m tests.mutants              all mutants of all exercises (minutes)
    python -m tests.mutants SLUG…        of these
    python -m tests.mutants SLUG b3-gru  of one task, written nowhere

A mutant is a solution with one change: another operator, a constant one off, a call or an option
left out, two arguments swapped, a condition dropped; or the whole solution within another function
that cuts its results off from the gradients or damages an argument. A mutant that the tests of its
task let pass is a survivor. The run rewrites ``tests/survivors/SLUG.json``, where each survivor
stands with a reason why it may live, kept from run to run: one that begins with "equivalent" says
that nobody can tell the mutant from the solution by what the task promises. ``test_mutants.py``
holds the list against the solutions.
"""

import ast
import functools
import hashlib
import io
import json
import os
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import courses
from tests.planted import planted

SURVIVORS = Path(__file__).parent / "survivors"
EQUIVALENT = "equivalent"
ENOUGH = 0.95  # of the mutants that are not
SECONDS, BYTES = 20, 2 << 30  # of processor time and of more memory, if a mutant never ends


@dataclass(frozen=True)
class Mutant:
    """A solution with one mistake.

    Attributes:
        task: nbgrader's id of the solution cell.
        change: what was changed, unique within the exercise.
        code: the cell with the mistake.
    """

    task: str
    change: str
    code: str


@functools.cache
def tasks(slug: str) -> dict[str, tuple[str, str]]:
    """The solution and the tests of each code task, by the id of the solution's cell.

    The tests of all parts are one text, with the ungraded cells between them.
    """
    notebook = courses.source(slug)
    found, places = {}, {cell.id: place for place, cell in enumerate(notebook.cells)}
    for answer, tests in courses.questions(notebook).items():
        if answer.startswith("b"):
            begin, end = places[answer], places[tests[-1].id]
            text = "\n".join(cell.source for cell in notebook.cells[begin + 1 : end + 1])
            found[answer] = notebook.cells[begin].source, text
    return found


def state(slug: str) -> str:
    """A hash of all that decides which mutants there are and which live."""
    here = [Path(__file__).parent / name for name in ("mutants.py", "planted.py")]
    text = json.dumps([path.read_text(encoding="utf-8") for path in here])
    setup = next(cell.source for cell in courses.source(slug).cells if cell.id == "setup")
    return hashlib.sha256((text + setup + json.dumps(tasks(slug))).encode()).hexdigest()[:16]


@functools.cache
def mutants(slug: str) -> list[Mutant]:
    """All mutants of an exercise, in the order of its tasks."""
    found, seen, codes = [], Counter(), set()
    for task, (solution, tests) in tasks(slug).items():
        codes.add(ast.unparse(ast.parse(solution)))
        differentiable = "check_gradients(" in tests or "backward()" in tests
        for change, code in planted(solution, differentiable):
            if code in codes:
                continue
            codes.add(code)
            change = f"{task}: {change}"
            seen[change] += 1
            number = f" ({seen[change]})" if seen[change] > 1 else ""
            found.append(Mutant(task, change + number, code))
    return found


def lives(slug: str, task: str, code: str) -> bool:
    """Whether the tests of a task let an answer pass, tried in a forked process."""
    setup = _prepared(slug)
    _warmed(slug, task)
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + BYTES, taken + BYTES))
        _run(setup, code, tasks(slug)[task][1])
        status = 0
    finally:
        os._exit(status)


@functools.cache
def _prepared(slug: str) -> dict:
    """What the first cell of a notebook defines."""
    setup = next(cell.source for cell in courses.source(slug).cells if cell.id == "setup")
    return _run({"__name__": "__main__"}, setup)


@functools.cache
def _warmed(slug: str, task: str) -> None:
    """Run the tests with the solution: what torch imports late is then there for each child.

    Raises:
        AssertionError: if the solution fails.
    """
    _run(_prepared(slug), *tasks(slug)[task])


def _run(space: dict, *cells: str) -> dict:
    """Run cells in a copy of a name space, silently."""
    space, streams = dict(space), (sys.stdout, sys.stderr)
    sys.stdout = sys.stderr = io.StringIO()
    try:
        for cell in cells:
            exec(cell, space)
    finally:
        sys.stdout, sys.stderr = streams
    return space


def recorded(slug: str) -> dict:
    """What the last full run has found: a hash, the number of mutants, the survivors' reasons."""
    path = SURVIVORS / f"{slug}.json"
    if not path.exists():
        return {"state": "", "mutants": 0, "survivors": {}}
    return json.loads(path.read_text(encoding="utf-8"))


def share_killed(record: dict) -> float:
    """The share of mutants that the tests find, of those that are not equivalent."""
    reasons = record["survivors"].values()
    equivalent = sum(reason.startswith(EQUIVALENT) for reason in reasons)
    return 1 - (len(reasons) - equivalent) / (record["mutants"] - equivalent)


def _survivors(slug: str, only: str | None) -> Iterator[Mutant]:
    for mutant in mutants(slug):
        if only in (None, mutant.task) and lives(slug, mutant.task, mutant.code):
            print(f"  {mutant.change}", flush=True)
            yield mutant


def main(slug: str, only: str | None = None) -> bool:
    """Run the mutants of an exercise; whether each survivor has a reason and they are few."""
    print(f"{slug}: {len(mutants(slug))} mutants", flush=True)
    known = recorded(slug)["survivors"]
    found = {mutant.change: known.get(mutant.change, "") for mutant in _survivors(slug, only)}
    if only:
        return not found
    record = {"state": state(slug), "mutants": len(mutants(slug)), "survivors": found}
    SURVIVORS.mkdir(exist_ok=True)
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (SURVIVORS / f"{slug}.json").write_text(text, encoding="utf-8")
    killed, blank = share_killed(record), sum(not reason for reason in found.values())
    print(f"{slug}: {killed:.1%} of what is not equivalent found, {blank} without a reason")
    return killed >= ENOUGH and not blank


if __name__ == "__main__":
    named = sys.argv[1:]
    if len(named) == 2 and named[1] not in courses.SLUGS:
        sys.exit(not main(*named))
    sys.exit(not all([main(slug) for slug in named or courses.SLUGS]))
