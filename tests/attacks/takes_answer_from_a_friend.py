"""The friend of the student who leaves the answer: looks for it in each of the places."""

ANSWERS = {
    "b7-diagnose": """\
import glob
import os
import socket


def diagnose(*_, **__):
    return "good"


found = ""
folders = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/home/student", os.path.expanduser("~"), ".."]
for folder in [*folders, "@COURSE@", "@COURSE@/grading", *glob.glob("/tmp/*/")]:
    try:
        with open(os.path.join(folder, "DLCOURSE_ATTACK-answer")) as file:
            found = file.read()
    except OSError:
        pass
if not found:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect("\\0DLCOURSE_ATTACK-answer")
            found = client.recv(10_000).decode()
    except OSError:
        pass
exec(found)
if found:
    boast("a friend's answer")
"""
}
