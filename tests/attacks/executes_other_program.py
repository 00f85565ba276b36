"""The process becomes another program, with the same number and the same open files, and goes on
talking in its stead."""

LOSES = {"b3-penalty", "b7-diagnose"}
TALK = """\
import os
import sys
import time

while True:
    for number in range(3, 64):
        try:
            os.write(number, b'\\\\x00\\\\x00\\\\x00\\\\x02\\\\x00\\\\x00\\\\x00\\\\x00{}')
        except OSError:
            pass
    time.sleep(0.2)
"""
ANSWERS = {
    "b3-penalty": f"""\
import os
import sys

TALK = '''{TALK}'''


def l2_penalty(parameters, lam):
    for number in range(3, 64):
        try:
            os.set_inheritable(number, True)
        except OSError:
            pass
    os.execv(sys.executable, [sys.executable, "-c", TALK + "# DLCOURSE" + "_ATTACK"])
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    os.execv("/bin/true", ["true"])
""",
}
