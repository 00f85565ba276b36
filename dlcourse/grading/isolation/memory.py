"""How much memory the processes of a notebook hold, seen from outside."""

import os
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
# Of the time, a precise count may take half: it walks through all pages of every process.
PAUSE = 1


def _buffer() -> int:
    """Bytes that one socket can hold for another that does not read."""
    try:
        return int(Path("/proc/sys/net/core/wmem_default").read_text()) + 4096
    except (OSError, ValueError):
        return 212_992 + 4096


BUFFER = _buffer()


class Meter:
    """Watches a process and all that it has started.

    Memory that several processes share, as after a fork, is counted once: each is charged its
    part of a shared page. That count is slow, so it is taken only where a quick one, which counts
    shared pages for everybody, is above the limit. What sockets hold belongs to no process's
    pages; each open socket is charged what it can hold.

    Args:
        pid: of the first process.
        limit: bytes.
    """

    def __init__(self, pid: int, limit: int):
        self._pid, self._limit = pid, limit
        self._next = 0.0  # when the next precise count may begin

    def exceeded(self) -> bool:
        """Whether more than the limit is held now, or was when last counted."""
        pids = descendants(self._pid)
        held = sockets(pids) * BUFFER
        if sum(map(_resident, pids)) + held <= self._limit or time.monotonic() < self._next:
            return False
        began = time.monotonic()
        total = sum(map(_proportional, pids)) + held
        self._next = began + (PAUSE + 1) * (time.monotonic() - began)
        return total > self._limit


def descendants(pid: int) -> list[int]:
    """A process and all below it that can be seen."""
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        try:
            for children in Path("/proc", str(found[-1])).glob("task/*/children"):
                left += map(int, children.read_text().split())
        except (OSError, ValueError):
            continue
    return found


def sockets(pids: list[int]) -> int:
    """How many different sockets these processes have open."""
    found = set()
    for pid in pids:
        try:
            names = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for name in names:
            try:
                target = os.readlink(f"/proc/{pid}/fd/{name}")
            except OSError:
                continue
            if target.startswith("socket:"):
                found.add(target)
    return len(found)


def _resident(pid: int) -> int:
    """Bytes of a process in memory, those that it shares with others included."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    """Bytes of a process in memory, of shared pages its part."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return _resident(pid)  # it may not be looked at: the strict count
    return 0
