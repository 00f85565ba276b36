"""A warm process that becomes kernels: importing torch takes seconds, a fork milliseconds.

The zygote itself runs nobody's code. It imports what the exercise imports, takes one step of an
optimizer, since torch loads much at the first, and then forks whenever it is asked to.
"""

import concurrent.futures
import contextlib
import functools
import gc
import importlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from dlcourse.grading.calls.channel import Channel, ChannelError
from dlcourse.grading.isolation import sandbox

if TYPE_CHECKING:
    from dlcourse.grading.isolation import shell

CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
START = 120  # seconds for the zygote to get ready
MAX_OUTPUTS = 48 << 20  # bytes of JSON with the outputs of one cell


@functools.cache
def _starter() -> concurrent.futures.Executor:
    return concurrent.futures.ThreadPoolExecutor(1, "starts sandboxes")


class NotStartedError(RuntimeError):
    """The zygote or a kernel does not start; the message says why."""


@dataclass
class Kernel:
    """A fork, seen from the coordinator.

    Attributes:
        commands: to it.
        pid: here, not in its own namespace.

    Raises:
        ValueError: if pid is not the number of one process; signals to 0 and below reach many.
    """

    commands: Channel
    pid: int

    def __post_init__(self):
        if self.pid < 1:
            raise ValueError(f"{self.pid} is not the number of one process")

    def signal(self, number: int) -> None:
        """Send a signal; killing the kernel kills all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def close(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)
        self.commands.close()


class Zygote:
    """Starts the process and asks it for kernels. Threads may share it.

    Args:
        warm: names of modules that it imports.
        limits: what each kernel may use.
        hidden: folders that no kernel may see.
        confined: whether to use the sandbox.
    """

    def __init__(
        self,
        warm: tuple[str, ...],
        limits: sandbox.Limits,
        hidden: tuple[str, ...] = (),
        confined: bool = True,
    ):
        self._lock = threading.Lock()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = {"warm": warm, "limits": asdict(limits), "confined": confined}
        argv = [sys.executable, "-P", "-m", "dlcourse.grading.isolation.zygote"]
        argv += [str(its.fileno()), json.dumps(options)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        if confined:
            argv = sandbox.command(argv, hidden)
        else:
            environment |= {k: v for k, v in sandbox.environment().items() if k not in ("HOME",)}
        # From a thread that lives as long as this process: when the thread that started it ends,
        # the system ends bubblewrap, and with it everything inside.
        self._process = (
            _starter()
            .submit(
                subprocess.Popen,
                argv,
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,
            )
            .result()
        )
        its.close()
        self._socket = ours
        ours.settimeout(START)
        self._ready, self._problem = False, ""

    def _wait(self) -> None:
        if self._ready:
            return
        if self._problem:  # told once; there is nothing more to read
            raise NotStartedError(self._problem)
        try:
            told = self._socket.recv(100)
        except OSError:  # too late, or the grading has been stopped
            told = b""
        if told != b"ready":
            self._process.kill()
            _, text = self._process.communicate()
            lines = text.decode("utf-8", "replace").strip().splitlines()
            self._problem = f"the sandbox does not start: {(lines or ['no reason'])[-1]}"
            raise NotStartedError(self._problem)
        self._ready = True

    def alive(self) -> bool:
        """Whether it can be asked for kernels."""
        return self._process.poll() is None

    def pair(self) -> tuple[Kernel, Kernel]:
        """Two new kernels, connected to each other.

        Raises:
            NotStartedError: if there are none to be had.
        """
        sides = socket.socketpair()
        try:
            return self._fork(sides[0]), self._fork(sides[1])
        finally:
            for side in sides:
                side.close()

    def _fork(self, peer: socket.socket) -> Kernel:
        ours, its = socket.socketpair()
        # The kernel's number differs inside; the system tells ours with its first message, if that
        # is asked for before it is sent.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        with its, self._lock:
            self._wait()
            try:
                socket.send_fds(self._socket, [b"fork"], [its.fileno(), peer.fileno()])
            except OSError as error:
                raise NotStartedError(f"the process for kernels has ended: {error}") from error
        commands = Channel(ours, most_json=MAX_OUTPUTS)
        pid = _sender(ours)
        try:
            commands.receive(timeout=START)
        except (TimeoutError, ChannelError) as error:
            raise NotStartedError("a kernel does not start") from error
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        return Kernel(commands, pid)

    def kill(self) -> None:
        """End it and all its kernels at once; what waits for it learns that it has gone."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.kill()

    def close(self) -> None:
        """End it and all its kernels."""
        self._socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stderr.close()


def _sender(sock: socket.socket) -> int:
    """Who has sent what comes next, which stays unread."""
    sock.settimeout(START)
    space = socket.CMSG_SPACE(CREDENTIALS.size)
    try:
        _, extra, _, _ = sock.recvmsg(1, space, socket.MSG_PEEK)
    except TimeoutError:
        raise NotStartedError("a kernel does not start") from None
    sock.settimeout(None)
    for level, kind, data in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return CREDENTIALS.unpack(data)[0]
    raise NotStartedError("a kernel ended before it started")


def main() -> None:
    """The process: warm up, then fork on request until the coordinator has gone."""
    sock, options = socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])
    limits = sandbox.Limits(**options["limits"])
    for name in options["warm"]:
        with contextlib.suppress(Exception):  # the cell that imports it will say so
            importlib.import_module(name)
    from dlcourse.grading.isolation import kernel, shell

    running = shell.make()
    warm_up(running)
    # What is there now is left alone when forks collect garbage, so that they share its memory.
    gc.collect()
    gc.freeze()
    sock.send(b"ready")
    children: set[int] = set()
    while True:
        request, descriptors, _, _ = socket.recv_fds(sock, 16, 2)
        if not request:
            break
        child = os.fork()
        if child == 0:
            try:
                sock.close()
                if options["confined"]:
                    sandbox.enter(limits)
                kernel.main(*[socket.socket(fileno=fd) for fd in descriptors], running)
            finally:
                os._exit(1)
        children.add(child)
        for descriptor in descriptors:
            os.close(descriptor)
        children -= {pid for pid in children if os.waitpid(pid, os.WNOHANG)[0]}
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    if options["confined"]:  # and what they have started: there is nobody else in here
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(-1, signal.SIGKILL)
    os._exit(0)  # nothing to tidy up, and torch's libraries complain at length


def warm_up(running: "shell.Shell") -> None:
    """Load what is loaded at the first step of an optimizer, comparison, and traceback."""
    import torch

    torch.set_num_threads(1)
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    torch.nn.functional.mse_loss(layer(torch.ones(3, 2)), torch.ones(3, 1)).backward()
    optimizer.step()
    torch.testing.assert_close(torch.ones(2), torch.ones(2))
    running.run_cell("def f():\n    raise ValueError\nf()", store_history=False)
    running.recorder.start()
    running.reset()


if __name__ == "__main__":
    main()
