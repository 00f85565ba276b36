"""What a fork of the zygote becomes: one notebook's student side, or its tests' side.

Both run cells on request. Between the cells the student's side answers the tests' questions.
"""

import contextlib
import os
import random
import select
import signal
import socket
import sys
import types
from pathlib import Path

import numpy as np
import torch

from dlcourse.grading.calls import servant
from dlcourse.grading.calls.channel import Channel, ChannelError
from dlcourse.grading.calls.errors import StudentGoneError
from dlcourse.grading.calls.student import Student
from dlcourse.grading.isolation import shell
from dlcourse.grading.submissions import names

SEED = 67280421310721  # torch's own, in a process that has not been seeded


def main(control: socket.socket, peer: socket.socket, running: shell.Shell) -> None:
    """Serve until the coordinator has gone.

    Args:
        control: to the coordinator.
        peer: to the other side.
        running: made before the fork, which spares its time.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    torch.manual_seed(SEED)
    random.seed(0)
    np.random.seed(0)
    sys.path.insert(0, "")
    commands = Channel(control)
    commands.send({"ready": os.getpid()})
    order, blobs = commands.receive()
    for name, blob in zip(order["files"], blobs, strict=True):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob)
    cells = shell.Cells(running, order["output"])
    if order["role"] == "tests":
        Tests(commands, Channel(peer), cells, order["answers"], order["key"].encode()).loop()
    else:
        StudentSide(commands, Channel(peer), cells).loop()


class StudentSide:
    """Runs the student's cells and does what the tests ask."""

    def __init__(self, commands: Channel, peer: Channel, cells: shell.Cells):
        self._commands, self._cells = commands, cells
        running = cells.shell
        self._servant = servant.Servant(peer, running.user_ns, cells.outputs, self._entries)

    def loop(self) -> None:
        """Serve until the coordinator has gone."""
        both = [self._commands, self._servant.peer.channel]
        while True:
            try:
                ready = select.select(both, [], [])[0]
                if self._commands in ready:
                    order, _ = self._commands.receive()
                    self._commands.send({"outputs": self._cells.run(order["source"])})
                else:
                    self._servant.peer.serve()
            except KeyboardInterrupt:
                continue  # meant for what was running a moment ago
            except ChannelError:
                return

    def _entries(self, error: BaseException) -> list[str]:
        """The notebook's frames of an exception, without the servant's."""
        trace, format_ = error.__traceback__, self._cells.shell.InteractiveTB
        while trace is not None and trace.tb_frame.f_globals.get("__name__") != "__main__":
            trace = trace.tb_next
        if trace is None:
            return format_.get_exception_only(type(error), error)
        return format_.structured_traceback(type(error), error, trace, tb_offset=0)


class Tests:
    """Runs the instructor's cells, with the student's answers in reach.

    Args:
        commands: to the coordinator.
        peer: to the student's side.
        cells: runs them.
        answers: the names that may be taken from the student.
        key: of the tests' random numbers.
    """

    def __init__(
        self, commands: Channel, peer: Channel, cells: shell.Cells, answers: list[str], key: bytes
    ):
        self._commands, self._cells, self._answers = commands, cells, set(answers)
        self._space = cells.shell.user_ns
        self._read_later: set[str] = set()  # answers that functions of the tests' use
        self._shared: dict[str, object] = {}
        self._student = Student(peer, self._stays, self._show, key)

    def loop(self) -> None:
        """Serve until the coordinator has gone."""
        while True:
            try:
                order, _ = self._commands.receive()
                before = dict(self._space)
                self._borrow(order["source"])
                shown = self._cells.run(order["source"])
                self._commands.send({"outputs": shown, "gone": self._student.gone})
                if order["shared"]:
                    self._share(before)
            except KeyboardInterrupt:
                continue
            except ChannelError:
                return

    def _borrow(self, source: str) -> None:
        """Put the student's values for the answers that this cell reads."""
        for name in self._answers:  # an answer may have changed since, or be gone
            self._space.pop(name, None)
        now, later = names.read(source)
        self._read_later |= later & self._answers
        for name in sorted(now & self._answers | self._read_later):
            with contextlib.suppress(NameError, StudentGoneError):
                self._space[name] = self._student.name(name)

    def _share(self, before: dict[str, object]) -> None:
        """Remember what a cell has defined that runs on both sides."""
        self._shared |= {
            name: value
            for name, value in self._space.items()
            if isinstance(value, types.FunctionType | type) and before.get(name) is not value
        }

    def _stays(self, value: object) -> bool:
        kind = value if isinstance(value, types.FunctionType | type) else type(value)
        if getattr(kind, "__module__", None) != "__main__":
            return False
        return self._shared.get(getattr(kind, "__name__", "")) is not kind

    def _show(self, shown: object) -> None:
        """Repeat what the student's code put out during a call; all text goes to stdout."""
        for output in shown if isinstance(shown, list) else []:
            match output:
                case {"output_type": "stream", "text": str(text)}:
                    sys.stdout.write(text)
                case {"output_type": "display_data", "data": dict(data)}:
                    self._cells.shell.recorder.show("display_data", data, {})
