"""Processes that are still there when the kernel has ended: of a session of their own, or as a
program that ignores being hung up on."""

CODE = """\
import os
import subprocess
import sys

WAIT = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(100)"
daemon(WAIT)
try:
    mark = "DLCOURSE" + "_ATTACK"
    subprocess.Popen(
        [sys.executable, "-c", f"{WAIT} # {mark}"],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    subprocess.Popen(["nohup", "sh", "-c", f"sleep 100; : {mark}"], process_group=0)
except OSError:
    pass
"""
