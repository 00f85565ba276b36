"""One notebook, run in two processes: the student's cells in one, the tests in the other."""

import hashlib
import select
import signal
import time
from collections.abc import Iterable

from dlcourse.grading.calls.channel import ChannelError
from dlcourse.grading.content import outputs
from dlcourse.grading.isolation.memory import Meter
from dlcourse.grading.isolation.task import Cell, Task
from dlcourse.grading.isolation.zygote import Kernel, NotStartedError
from dlcourse.grading.isolation.zygotes import POOL

GRACE = 3  # seconds for an interrupted cell to end
TICK = 0.05  # seconds between looks at the memory
MAX_RESTARTS = 20
AFTER_STOP = 0.1  # of a cell's time is left to the parts of a task after one that was stopped
SEND = 20  # seconds for an order to be read; files may come with it
MAX_OUTPUTS = 20_000_000  # characters of all outputs of a notebook

REASONS = {
    "TimeLimit": (
        "this took longer than {seconds:g} s and was stopped. Does a loop of yours never end, or "
        "work on far more than the task asks for?{again}"
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
AGAIN = " An earlier part of this task had taken the whole time, which its parts share."
UNFINISHED = (
    "the worker did not do all that it was asked for: has it the same version of dlcourse as this "
    "machine?"
)
FAILED = "(grader)"  # no cell's id; where the outputs have it, the grader has failed


def close() -> None:
    """End the warm processes."""
    POOL.close()


def stop() -> None:
    """End the warm processes and the notebooks in them; none starts until :func:`close`."""
    POOL.stop()


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
    with POOL.used(task) as key:
        results = _Session(task, key).run()
        # The tests' process runs nothing of the student's. If it was lost, the machine took it, for
        # want of memory perhaps, and may do so once.
        if any("KernelDied" in output["evalue"] for output in results.get(FAILED, ())):
            results = _Session(task, key).run()
        return results


def checked(task: Task, told: object) -> dict[str, list[dict]]:
    """What a worker tells of a submission, if that is what :func:`run` returns for it.

    A test that is not spoken of would count as passed.

    Args:
        task: what the worker was given.
        told: what came back, from a machine that may have another version of this package.

    Returns:
        The same.

    Raises:
        RuntimeError: if it is anything else.
    """
    cells = {cell.id for cell in task.cells}
    if not isinstance(told, dict) or told.keys() - {FAILED} != cells:
        raise RuntimeError(UNFINISHED)
    if not all(map(outputs.well_formed, told.values())):
        raise RuntimeError(UNFINISHED)
    return told


class _GoneError(Exception):
    """A kernel had to be ended; the argument is one of REASONS."""


class _BrokenError(Exception):
    """A cell of the instructor's fails beside the tests; the argument says which, and how."""


class _Session:
    def __init__(self, task: Task, key: tuple):
        self._task, self._limits, self._pool_key = task, task.limits, key
        self._answers = sorted({name for cell in task.cells for name in cell.answers})
        tests = "\0".join(cell.source for cell in task.cells if cell.role != "student")
        self._key = hashlib.sha256(tests.encode("utf-8", "surrogatepass")).hexdigest()
        self._left = MAX_OUTPUTS
        self._end = float("inf")
        self._kernels: list[Kernel] = []
        self._guilty: set[str] = set()  # cells that took too much; they are not run again
        self._seconds = task.limits.cell_seconds  # for the cell that runs now
        self._stopped = False  # whether a part of this task has been stopped for its time
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
        if cell.role == "student":  # another task
            self._stopped = False
        # A loop without end shall not cost the time of the tasks that follow.
        self._seconds = self._limits.cell_seconds * (AFTER_STOP if self._stopped else 1)
        gone = False
        try:
            shown = self._run(cell)
        except _GoneError as error:
            gone, shown = True, [self._error(str(error))]
        stopped = any(output.get("ename") == "TimeLimit" for output in shown)
        self._stopped |= stopped
        if gone or (stopped and cell.role == "test"):
            self._guilty.add(cell.id)
        if gone:
            self._seconds = self._limits.cell_seconds
            # Of a shared cell the tests' half still has to run.
            self._replay(self._task.cells[: place + (cell.role == "shared")])
        return shown

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
                self._kernels = list(POOL.get(self._pool_key).pair())
                break
            except NotStartedError:
                if attempt == 2:
                    raise
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
            self._send(kernel, order, list(files.values()))
        self._meter = Meter(self._kernels[0].pid, self._limits.memory)

    def _stop(self) -> None:
        for kernel in self._kernels:
            kernel.close()
        self._kernels = []

    def _run(self, cell: Cell) -> list[dict]:
        student, _ = self._kernels
        end = min(time.monotonic() + self._seconds, self._end + GRACE)
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

    def _send(self, kernel: Kernel, order: dict, blobs: list[bytes] | None = None) -> None:
        # What has come without an order is no answer: somebody else speaks for the kernel.
        if kernel.commands.waiting():
            raise _GoneError("KernelDied")
        try:
            kernel.commands.send(order, blobs or [], timeout=SEND)
        except (ChannelError, TimeoutError):
            raise _GoneError("KernelDied") from None

    def _outputs(self, kernel: Kernel, end: float) -> list[dict]:
        """Wait for a cell's outputs, and end what takes too long or too much."""
        student, _ = self._kernels
        late = False
        while not select.select([kernel.commands], [], [], TICK)[0]:
            now = time.monotonic()
            if self._meter.exceeded():
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
        shown, self._left = outputs.within(shown, self._left)
        if late:
            return [*_without_interrupt(shown), self._error("TimeLimit")]
        if kernel is not student and message.get("gone"):
            raise _GoneError("KernelDied")
        return shown

    def _error(self, name: str, problem: str = "") -> dict:
        text = REASONS[name].format(
            problem=problem,
            seconds=self._seconds,
            again=AGAIN if self._stopped else "",
            memory=self._limits.memory / 2**30,
            total=self._limits.notebook_seconds,
        )
        traceback = [f"{name}: {text}"]
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": traceback}


def _without_interrupt(shown: list[dict]) -> list[dict]:
    return [output for output in shown if output.get("ename") != "KeyboardInterrupt"]
