"""Steps with a time of their own, run one after the other or side by side until a time is over."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rows import ROOT, append, read_rows

GRACE = 5  # seconds between the polite end of a step and the other one


@dataclass(frozen=True)
class Step:
    """A command that does a part of the work.

    Attributes:
        name: under which it is known to be done.
        command: its words.
        seconds: after which it is stopped; what it has written until then stays.
        least: it is not begun when less than that is left.
        by: seconds after the first step's beginning by which it is stopped, begun or not.
        beside: whether it runs beside its neighbours that say so too.
    """

    name: str
    command: tuple[str, ...]
    seconds: float
    least: float = 5
    by: float = float("inf")
    beside: bool = False


@dataclass
class Running:
    """A step under way."""

    step: Step
    process: subprocess.Popen
    output: Path
    started: float = field(default_factory=time.monotonic)
    late: bool = False


class Schedule:
    """Runs steps and notes in ``out/results.jsonl`` what became of each; what is done is left out.

    Args:
        out: a folder, in which ``log.txt`` gets what the steps print.
        environment: of all steps.
        deadline: by `time.monotonic`; nothing runs after it.
        cores: so many steps run side by side at most.
    """

    def __init__(self, out: Path, environment: dict[str, str], deadline: float, cores: int):
        out.mkdir(parents=True, exist_ok=True)
        self.results, self.log = out / "results.jsonl", out / "log.txt"
        self._environment, self._deadline, self._cores = environment, deadline, cores
        rows = read_rows(self.results) if self.results.exists() else []
        self.done = {row["step"] for row in rows if row.get("outcome") == "done"}
        self._running: list[Running] = []
        self._started, self._stopped = time.monotonic(), False

    def run(self, steps: list[Step]) -> None:
        """Run the steps in their order, those that are done left out."""
        waiting = [step for step in steps if step.name not in self.done]
        with self._stoppable():
            while (waiting or self._running) and not self._stopped:
                while waiting and self._may_begin(waiting[0]):
                    self._begin(waiting.pop(0))
                self._look()
                time.sleep(0.02)
            self._end_all()

    @contextlib.contextmanager
    def _stoppable(self) -> Iterator[None]:
        def stop(*_):
            self._stopped = True

        before = {n: signal.signal(n, stop) for n in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end_all(self) -> None:
        for r in self._running:
            r.late = True
            _signal(r.process, signal.SIGTERM)
        polite = time.monotonic() + 2  # whoever stops this program may not wait for long
        for r in list(self._running):
            try:
                r.process.wait(max(0.0, polite - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(r.process, signal.SIGKILL)
                r.process.wait()
            self._end(r)

    def _may_begin(self, step: Step) -> bool:
        if not self._running:
            return True
        beside = step.beside and all(r.step.beside for r in self._running)
        return beside and len(self._running) < self._cores

    def _end_of(self, step: Step) -> float:
        return min(self._deadline - GRACE, self._started + step.by)

    def _begin(self, step: Step) -> None:
        if self._end_of(step) - time.monotonic() < step.least:
            self._note(step, "left out", 0.0)
            return
        output = self.log.with_name(f".{len(self.done)}-{time.monotonic_ns()}.part")
        with output.open("wb") as file:
            process = subprocess.Popen(
                step.command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self._environment,
                start_new_session=True,  # so that its workers end with it
            )
        self._running.append(Running(step, process, output))

    def _look(self) -> None:
        """Note what has ended; end what is late, politely first."""
        for r in list(self._running):
            took = time.monotonic() - r.started
            limit = min(r.step.seconds, self._end_of(r.step) - r.started)
            if r.process.poll() is not None:
                self._end(r)
            elif took > limit + GRACE:
                _signal(r.process, signal.SIGKILL)
            elif took > limit and not r.late:
                r.late = True
                _signal(r.process, signal.SIGTERM)

    def _end(self, r: Running) -> None:
        took = time.monotonic() - r.started
        _signal(r.process, signal.SIGKILL)  # what it left behind
        self._running.remove(r)
        code = r.process.returncode
        outcome = "stopped" if r.late else "done" if code == 0 else f"failed ({code})"
        with self.log.open("ab") as log:
            head = (
                f"\n=== {r.step.name}: {outcome} after {took:.0f} s: {' '.join(r.step.command)}\n"
            )
            log.write(head.encode() + r.output.read_bytes())
        r.output.unlink()
        self._note(r.step, outcome, took)

    def _note(self, step: Step, outcome: str, took: float) -> None:
        append(self.results, {"step": step.name, "outcome": outcome, "seconds": round(took, 1)})
        print(f"{took:6.1f} s  {outcome:<10} {step.name}", flush=True)


def _signal(process: subprocess.Popen, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended
        os.killpg(process.pid, number)
