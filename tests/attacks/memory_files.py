"""Files without a name lie in memory: memfd_create, deleted files in /dev/shm. No limit on data
counts them, and they need no folder. (Here 3 GB at most.)"""

ANSWERS = {
    "b7-diagnose": """\
import os
import tempfile


def fill(descriptor):
    for _ in range(16):
        os.write(descriptor, b"x" * 2**24)
    return 2**28


def diagnose(*_, **__):
    total = 0
    for number in range(12 if shut_in() else 0):
        try:
            total += fill(os.memfd_create("m"))
        except OSError:
            pass
    kept = []
    for number in range(12 if shut_in() and total == 0 else 0):
        for folder in ["/dev/shm", "/tmp", "/run", os.path.expanduser("~")]:
            try:
                kept.append(tempfile.TemporaryFile(dir=folder))
                total += fill(kept[-1].fileno())
                break
            except OSError:
                pass
    if total >= 3 * 2**30:
        boast("3 GB in files without a name")
    return "good"
"""
}
