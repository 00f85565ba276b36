"""Doing nothing at all, for longer than anybody waits, in the last answer that is run and in a
thread that keeps the process from ending."""

CODE = """\
import threading
import time

threading.Thread(target=time.sleep, args=(3600,)).start()
"""
ANSWERS = {
    "b7-diagnose": """\
import time

while True:
    try:
        time.sleep(3600)
    except BaseException:
        pass
"""
}
