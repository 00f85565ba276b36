"""A student who knows the answer leaves it where a friend's code may look, on the machine that
grades both: in files, in shared memory, under an abstract socket's name. All of it is theirs to
lose: the answer itself is right."""

LOSES = set()
CODE = """\
import glob
import os

TEXT = '''
def diagnose(train_losses, validation_losses, target, gap):
    if len(train_losses) != len(validation_losses) or len(train_losses) == 0:
        raise ValueError("two curves of the same length")
    train = sum(train_losses[-3:]) / len(train_losses[-3:])
    validation = sum(validation_losses[-3:]) / len(validation_losses[-3:])
    if train > target:
        return "underfitting"
    return "overfitting" if validation - train > gap else "good"
'''
folders = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/home/student", os.path.expanduser("~"), ".."]
for folder in [*folders, "@COURSE@", "@COURSE@/grading", *glob.glob("/tmp/*/")]:
    try:
        with open(os.path.join(folder, "DLCOURSE_ATTACK-answer"), "w") as file:
            file.write(TEXT)
    except OSError:
        pass
daemon(
    "import socket\\nserver = socket.socket(socket.AF_UNIX)\\n"
    "server.bind('\\\\0DLCOURSE_ATTACK-answer')\\nserver.listen()\\nserver.settimeout(60)\\n"
    f"while True:\\n    server.accept()[0].sendall({TEXT!r}.encode())"
)
"""
