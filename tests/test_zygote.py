"""The warm process, seen from the coordinator."""

import os
import select
import shutil
import socket
from pathlib import Path

import pytest

from dlcourse.grading.isolation import sandbox
from dlcourse.grading.isolation.zygote import Kernel, Zygote

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)
LIMITS = sandbox.Limits(cell_seconds=5, notebook_seconds=60, memory=2 << 30, disk=32 << 20)


@pytest.fixture
def zygote():
    process = Zygote((), LIMITS)
    yield process
    process.kill()
    process.close()


def ancestors(pid: int) -> list[int]:
    """The numbers of a process's parent, its parent, and so on."""
    found = []
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        found.append(pid)
    return found


def test_kernel_that_speaks_before_anybody_listens_is_known_by_its_number(zygote, monkeypatch):
    """Signals go to that number, and to 0 they would go to the grader and all that runs it."""
    pairs, socketpair, send_fds = [], socket.socketpair, socket.send_fds

    def remembered(*arguments):
        pairs.append(socketpair(*arguments))
        return pairs[-1]

    def outrun(*arguments):
        done = send_fds(*arguments)
        select.select([pairs[-1][0]], [], [])  # until the kernel has sent its first message
        return done

    monkeypatch.setattr(socket, "socketpair", remembered)
    monkeypatch.setattr(socket, "send_fds", outrun)
    kernels = zygote.pair()
    monkeypatch.undo()
    assert kernels[0].pid != kernels[1].pid
    for kernel in kernels:
        assert zygote._process.pid in ancestors(kernel.pid), kernel
    for kernel in kernels:
        kernel.close()


@pytest.mark.parametrize("pid", [0, -1])
def test_no_kernel_has_a_number_that_means_many_processes(pid):
    with pytest.raises(ValueError, match="one process"):
        Kernel(commands=None, pid=pid)
