"""One notebook, run in two processes: the student's cells in one, the tests in the other."""

import ast
import hashlib
import os
import re
import select
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils

from dlcourse.grading.calls.channel import ChannelError
from dlcourse.grading.content import outputs
from dlcourse.grading.isolation.sandbox import Limits
from dlcourse.grading.isolation.zygote import Kernel, NotStartedError, Zygote
from dlcourse.grading.submissions import names

GRACE = 3  # seconds for an interrupted cell to end
TICK = 0.05  # seconds between looks at the memory
MAX_RESTARTS = 20
PAGE = os.sysconf("SC_PAGE_SIZE")

REASONS = {
    "TimeLimit": (
        "this took longer than {seconds:g} s and was stopped. Does a loop of yours never end, or "
        "work on far more than the task asks for?"
    ),
    "MemoryLimit": (
        "your code used more than {memory:.1f} GB of memory and was stopped. Does a list or tensor "
        "grow without end?"
    ),
    "KernelDied": (
        "your code ended Python itself. Does it call exit, quit or os._exit, or recurse without "
        "end?"
    ),
    "NotRun": (
        "this was not run: the notebook had used up its {total:g} s, or had to be restarted too "
        "often because of the errors above."
    ),
    "GraderFailed": (
        "this is not your fault: a cell of the exercise itself does not run in the grader "
        "({problem}). No question could be graded; your instructor has to look into it."
    ),
}
FAILED = "(grader)"  # no cell's id; where the outputs have it, the grader has failed


@dataclass(frozen=True)
class Cell:
    """A code cell to run.

    Attributes:
        id: nbformat's.
        source: its text.
        role: "student" for what the student wrote; "test" for graded tests; "shared" for other
            cells of the instructor's, which run on both sides; "joint" for those of them that use
            the student's answers, and may fail with them.
        answers: names that the instructor's version of a solution cell defines; nothing else is
            taken from the student.
    """

    id: str
    source: str
    role: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """All that is needed to run one submission, on any machine.

    Attributes:
        cells: in order.
        files: the exercise's own, by relative path; both sides have them.
        own_files: the student's further files.
        limits: what may be used.
        warm: modules to import before any notebook runs.
        hidden: folders that must not be seen.
        confined: whether to use the sandbox.
    """

    cells: tuple[Cell, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    own_files: dict[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    warm: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    confined: bool = True


def cells(notebook: NotebookNode) -> tuple[Cell, ...]:
    """The code cells of a notebook that :mod:`dlcourse.grading.submissions.transplant` made."""
    found = []
    given = [cell.metadata.get("dlcourse", {}).get("answers", ()) for cell in notebook.cells]
    answers = set().union(*given)
    for cell in notebook.cells:
        skipped = "skip-execution" in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or skipped:
            continue
        own = cell.metadata.get("dlcourse", {})
        role = own.get("role") or ("test" if utils.is_grade(cell) else "shared")
        # Here and not when it runs: Python 3.11 cannot parse in two threads at once.
        if role == "shared" and names.read(cell.source)[0] & answers:
            role = "joint"
        found.append(Cell(cell.id, cell.source, role, tuple(own.get("answers", ()))))
    return tuple(found)


def imports(notebook: NotebookNode) -> tuple[str, ...]:
    """The modules that the cells of a notebook import, for :attr:`Task.warm`."""
    found = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.MULTILINE))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return tuple(sorted(found))


_zygotes: dict[tuple, Zygote] = {}
_lock = threading.Lock()


def zygote(task: Task) -> Zygote:
    """The warm process for a task; those for other kinds of tasks are ended."""
    key = (task.warm, task.limits, task.hidden, task.confined)
    with _lock:
        if key not in _zygotes or not _zygotes[key].alive():
            close()
            _zygotes[key] = Zygote(task.warm, task.limits, task.hidden, task.confined)
        return _zygotes[key]


def close() -> None:
    """End the warm processes."""
    while _zygotes:
        _zygotes.popitem()[1].close()


def run(task: Task) -> dict[str, list[dict]]:
    """Run a submission.

    Args:
        task: what to run.

    Returns:
        The outputs of each cell, by its id. Every cell of the task has an entry; a further one,
        FAILED, says so if the grader could not run the instructor's own cells.

    Raises:
        NotStartedError: if there are no processes to run it in; that is not the student's fault.
    """
    return _Session(task).run()


class _GoneError(Exception):
    """A kernel had to be ended; the argument is one of REASONS."""


class _BrokenError(Exception):
    """A cell of the instructor's fails beside the tests; the argument says which, and how."""


class _Session:
    def __init__(self, task: Task):
        self._task, self._limits = task, task.limits
        self._answers = sorted({name for cell in task.cells for name in cell.answers})
        tests = "\0".join(cell.source for cell in task.cells if cell.role != "student")
        self._key = hashlib.sha256(tests.encode("utf-8", "surrogatepass")).hexdigest()
        self._zygote = zygote(task)
        self._end = float("inf")
        self._kernels: list[Kernel] = []
        self._guilty: set[str] = set()  # cells that ended a kernel; they are not run again
        self._restarts = 0

    def run(self) -> dict[str, list[dict]]:
        results: dict[str, list[dict]] = {}
        try:
            self._start()
            # The zygote warms up at the first notebook; that is not this student's time.
            self._end = time.monotonic() + self._limits.notebook_seconds
            for place, cell in enumerate(self._task.cells):
                results[cell.id] = self._guarded(cell, place)
        except _BrokenError as broken:
            results = {cell.id: results.get(cell.id, []) for cell in self._task.cells}
            failure = self._error("GraderFailed", problem=str(broken))
            results |= {cell.id: [failure] for cell in self._task.cells if cell.role == "test"}
            results[FAILED] = [failure | {"evalue": str(broken)}]
        finally:
            self._stop()
        return results

    def _guarded(self, cell: Cell, place: int) -> list[dict]:
        """Run one cell; if that ends a kernel, go on with new ones as if it had not been there."""
        if time.monotonic() > self._end or self._restarts > MAX_RESTARTS:
            return [self._error("NotRun")]
        try:
            return self._run(cell)
        except _GoneError as gone:
            self._guilty.add(cell.id)
            # Of a shared cell the tests' half still has to run.
            self._replay(self._task.cells[: place + (cell.role == "shared")])
            return [self._error(str(gone))]

    def _replay(self, before: Iterable[Cell]) -> None:
        """Bring new kernels to where the old ones were."""
        self._restarts += 1
        while self._restarts <= MAX_RESTARTS:
            self._stop()
            self._start()
            for cell in before:
                if cell.id in self._guilty and cell.role != "shared":
                    continue
                try:
                    self._run(cell)
                except _GoneError:
                    self._guilty.add(cell.id)
                    self._restarts += 1
                    break
            else:
                return

    def _start(self) -> None:
        for attempt in range(3):
            try:
                self._kernels = list(self._zygote.pair())
                break
            except NotStartedError:
                if attempt == 2:
                    raise
                self._zygote = zygote(self._task)
        own = self._task.files | self._task.own_files
        # The exercise's own files win, as in nbgrader.
        for kernel, role, files in zip(
            self._kernels,
            ("student", "tests"),
            (own | self._task.files, self._task.files),
            strict=True,
        ):
            order = {"role": role, "files": list(files), "output": self._limits.output}
            if role == "tests":
                order |= {"answers": self._answers, "key": self._key}
            kernel.commands.send(order, list(files.values()))

    def _stop(self) -> None:
        for kernel in self._kernels:
            kernel.close()
        self._kernels = []

    def _run(self, cell: Cell) -> list[dict]:
        student, _ = self._kernels
        end = min(time.monotonic() + self._limits.cell_seconds, self._end + GRACE)
        tested: list[dict] = []
        if cell.role != "student":
            # The tests' side comes first: nothing that became of the student's can keep it from
            # having what the instructor's own cells define.
            tested = self._tested(cell, end)
        if cell.role == "test" or cell.id in self._guilty:
            return tested
        self._send(student, {"source": cell.source})
        return self._outputs(student, end) or tested

    def _tested(self, cell: Cell, end: float) -> list[dict]:
        """Run one of the instructor's cells beside the tests."""
        _, tests = self._kernels
        order = {"source": cell.source, "shared": cell.role in ("shared", "joint")}
        if cell.role != "shared":
            self._send(tests, order)
            return self._outputs(tests, end)
        # This cell has nothing to do with the student: if it fails, neither has the failure.
        try:
            self._send(tests, order)
            shown = self._outputs(tests, time.monotonic() + self._limits.cell_seconds)
        except _GoneError as gone:
            if str(gone) == "MemoryLimit":  # the student's process, meanwhile
                raise
            raise _BrokenError(f"the cell {cell.id}: {gone}") from None
        for output in shown:
            if output["output_type"] == "error":
                raise _BrokenError(f"the cell {cell.id}: {output['ename']}: {output['evalue']}")
        return shown

    def _send(self, kernel: Kernel, order: dict) -> None:
        try:
            kernel.commands.send(order)
        except ChannelError:
            raise _GoneError("KernelDied") from None

    def _outputs(self, kernel: Kernel, end: float) -> list[dict]:
        """Wait for a cell's outputs, and end what takes too long or too much."""
        student, _ = self._kernels
        late = False
        while not select.select([kernel.commands], [], [], TICK)[0]:
            now = time.monotonic()
            if _memory(student.pid) > self._limits.memory:
                raise _GoneError("MemoryLimit")
            if now > end + GRACE:
                raise _GoneError("TimeLimit")
            if now > end and not late:
                # What takes the time is the student's code, be it called by a test or not.
                late = True
                student.signal(signal.SIGINT)
        try:
            message, _ = kernel.commands.receive(timeout=GRACE)
        except (ChannelError, TimeoutError):
            raise _GoneError("KernelDied") from None
        shown = outputs.trusted(message.get("outputs") if isinstance(message, dict) else None)
        if late:
            return [*_without_interrupt(shown), self._error("TimeLimit")]
        if kernel is not student and message.get("gone"):
            raise _GoneError("KernelDied")
        return shown

    def _error(self, name: str, problem: str = "") -> dict:
        text = REASONS[name].format(
            problem=problem,
            seconds=self._limits.cell_seconds,
            memory=self._limits.memory / 2**30,
            total=self._limits.notebook_seconds,
        )
        traceback = [f"{name}: {text}"]
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": traceback}


def _without_interrupt(shown: list[dict]) -> list[dict]:
    return [output for output in shown if output.get("ename") != "KeyboardInterrupt"]


def _memory(pid: int) -> int:
    """Bytes that a process and all its descendants have in memory of their own."""
    total, left = 0, [pid]
    while left:
        here = Path("/proc", str(left.pop()))
        try:
            _, resident, *_ = (here / "statm").read_text().split()
            total += int(resident) * PAGE
            for children in here.glob("task/*/children"):
                left += map(int, children.read_text().split())
        except (OSError, ValueError):
            continue
    return total


def files(folder: Path, skip: Iterable[str] = ()) -> dict[str, bytes]:
    """The ordinary files of a folder by relative path, without notebooks."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        ignored = path.suffix == ".ipynb" or ".ipynb_checkpoints" in name or name in skip
        if path.is_file() and not path.is_symlink() and not ignored:
            found[name] = path.read_bytes()
    return found
