"""Processes of one user may read each other's memory, and write it: the grader's, the one that
runs the tests, other students'."""

CODE = """\
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
# Numbers of processes even where /proc does not list them.
listed = {int(name) for name in os.listdir("/proc") if name.isdigit()}
for pid in sorted(listed | set(range(1, 400))):
    if pid == os.getpid():
        continue
    try:
        os.kill(pid, 0)
    except OSError:
        continue
    try:
        with open(f"/proc/{pid}/mem", "r+b", 0):
            boast(f"memory of process {pid} can be written")
    except OSError:
        pass
    if shut_in() and pid != 1:
        attach, detach = 16, 17
        if libc.ptrace(attach, pid, None, None) == 0:
            boast(f"process {pid} can be traced")
            os.waitpid(pid, 0)
            libc.ptrace(detach, pid, None, None)
"""
