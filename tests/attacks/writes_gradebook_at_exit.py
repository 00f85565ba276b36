"""What a process does as it ends is done after the tests, when nobody looks any more."""

CODE = """\
import atexit
import signal
import sys
import weakref


def last_words(*_):
    exec(FORGE, {})
    for folder in ["/tmp", "/dev/shm", "@COURSE@/grading"]:
        try:
            open(f"{folder}/DLCOURSE_ATTACK-at-exit", "w").close()
        except OSError:
            pass


atexit.register(last_words)
signal.signal(signal.SIGTERM, lambda *_: (last_words(), sys.exit(0)))
weakref.finalize(sys, last_words)
"""
