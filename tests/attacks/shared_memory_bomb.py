"""Shared memory is nobody's: limits on a process's own data do not count it, and each of several
processes may have as much. (Here 4 GB in all, either way.)"""

LOSES = {"b5-early-stopping", "b7-diagnose"}
ANSWERS = {
    "b5-early-stopping": """\
import mmap


def early_stopping(losses, patience, min_delta=0.0):
    maps = []
    for _ in range(64 if shut_in() else 0):
        maps.append(mmap.mmap(-1, 2**26))
        for place in range(0, 2**26, 4096):
            maps[-1][place] = 1
    if maps:
        boast("4 GB of shared memory")
    return 0, 0
""",
    "b7-diagnose": """\
import os
import time


def diagnose(*_, **__):
    reader, writer = os.pipe()
    for number in range(8 if shut_in() else 0):
        if os.fork() == 0:
            try:
                sign()
                memory = bytearray(2**29)
                memory[::4096] = b"x" * (2**29 // 4096)
                os.write(writer, b"x")
                time.sleep(20)
            finally:
                os._exit(0)
    os.close(writer)
    started, end = b"", time.monotonic() + 5
    os.set_blocking(reader, False)
    while len(started) < 8 and time.monotonic() < end:
        time.sleep(0.05)
        try:
            started += os.read(reader, 8)
        except BlockingIOError:
            pass
    if len(started) == 8:
        boast("4 GB in eight processes")
    return "good"
""",
}
