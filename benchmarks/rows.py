"""Results of benchmarks, each written as soon as it is there, and where they come from."""

import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("plain", "compiled", "graph", "compiled graph")  # of bare training steps; see steps.py


class Rows:
    """The results of a benchmark, each a line of JSON in a file as soon as it is there.

    A run that is cut off keeps what it has measured, and several programs may write to one file.

    Args:
        path: the file, to whose end rows are written; None for none.
        benchmark: the name that its rows carry.
        device: what they were measured on, in words.
        skip: whether `has` finds the rows that the file held before.
    """

    def __init__(self, path: Path | None, benchmark: str, device: str, skip: bool = False):
        self.path, self.failures = path, 0
        self._common = {
            "benchmark": benchmark,
            "device": device,
            "torch": version("torch"),
            "commit": commit(),
        }
        self._known = read_rows(path) if skip and path is not None and path.exists() else []

    def has(self, **values: object) -> bool:
        """Whether an earlier run on this device has measured a row with these values."""
        wanted = {k: self._common[k] for k in ("benchmark", "device")} | values
        return any(
            "failed" not in row and all(row.get(k) == v for k, v in wanted.items())
            for row in self._known
        )

    def add(self, **values: object) -> dict:
        """Write a row and return it."""
        row = self._common | values
        if self.path is not None:
            append(self.path, row)
        return row

    @contextmanager
    def case(self, seconds: int | None, **values: object) -> Iterator[None]:
        """What is done for one case: a failure becomes a row, and the next case can begin.

        So does a case that takes longer than ``seconds``.
        """

        def late(*_):
            raise TimeoutError(f"given up after {seconds} s")

        if seconds:
            before = signal.signal(signal.SIGALRM, late)
            signal.alarm(seconds)
        try:
            yield
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            self.failures += 1
            self.add(**values, failed=words[:2000])
            print(f"{', '.join(map(str, values.values()))}: {words}", file=sys.stderr, flush=True)
        finally:
            if seconds:
                signal.alarm(0)
                signal.signal(signal.SIGALRM, before)

    def end(self) -> None:
        """End the program, with an error if a case has failed."""
        sys.exit(f"{self.failures} cases failed" if self.failures else 0)


def append(path: Path, row: dict) -> None:
    """Write a row to the end of a file, in one piece, so that programs do not mix their lines."""
    line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line)
    finally:
        os.close(file)


def read_rows(path: Path) -> list[dict]:
    """The rows of a file; a last line that was cut off counts for nothing."""
    rows = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except ValueError:
            if number < len(lines):
                raise ValueError(f"{path}, line {number}, is not JSON: {line[:80]!r}.") from None
    return rows


def commit() -> str | None:
    """The course's commit, with a plus for changes to it; where there is no git, what it names."""
    if named := os.environ.get("DLCOURSE_COMMIT"):
        return named
    try:
        command = ["git", "describe", "--always", "--exclude=*", "--abbrev=7", "--dirty=+"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def processor() -> str:
    """The processor's name and cores."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        name = next((v.split(":")[1].strip() for v in lines if v.startswith("model name")), name)
    return f"{name} ({os.cpu_count()} cores)"
