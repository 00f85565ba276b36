"""Code that the grader imports, now or for the next student: the checks, a .pth file that Python
runs at each start, a cached .pyc, a module for site-packages."""

CODE = """\
import glob
import os
import sys

import torch

import dlcourse

places = [
    os.path.dirname(dlcourse.__file__),
    os.path.join(os.path.dirname(dlcourse.__file__), "__pycache__"),
    os.path.dirname(os.path.dirname(torch.__file__)),
    os.path.dirname(torch.__file__),
    os.path.dirname(os.__file__),
    os.path.dirname(sys.executable),
    "@ROOT@",
    os.path.expanduser("~"),
]
for place in places:
    for name in ["DLCOURSE_ATTACK.pth", "DLCOURSE_ATTACK.py"]:
        try:
            with open(os.path.join(place, name), "w") as file:
                file.write("# this could be any code")
        except OSError:
            pass
try:
    # Opened for writing and left as it is: where that works, anything could be written.
    with open(os.path.join(os.path.dirname(dlcourse.__file__), "testing.py"), "r+"):
        boast("the checks can be rewritten")
except OSError:
    pass
"""
