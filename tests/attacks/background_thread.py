"""A thread of the student's replaces the checks a hundred times a second, also while tests run."""

CODE = """\
import threading
import time


def replace():
    import sys

    while True:
        testing = sys.modules.get("dlcourse.testing")
        if testing is not None and "diagnose" in globals():
            testing.check_equal = testing.check_raises = lambda *_, **__: None
        time.sleep(0.01)


threading.Thread(target=replace, daemon=True).start()
"""
