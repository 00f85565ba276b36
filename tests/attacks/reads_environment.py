"""An instructor's environment holds tokens and passwords, and each process shows its own in
/proc."""

CODE = """\
import glob
import os

print(dict(os.environ))
for path in [*glob.glob("/proc/*/environ"), *glob.glob("/proc/*/cmdline")]:
    try:
        with open(path, "rb") as file:
            print(file.read().replace(b"\\0", b"\\n").decode(errors="replace"))
    except OSError:
        pass
"""
