"""What one student leaves where the next one looks: modules, start-up files, named pipes, in
every folder that all may write to."""

CODE = """\
import os
import tempfile

homes = [os.path.expanduser("~"), "/root", "/home/student", "/home", os.getcwd(), ".."]
for folder in ["/tmp", "/var/tmp", "/dev/shm", "/run", "/", tempfile.gettempdir(), *homes]:
    for name in ["DLCOURSE_ATTACK", "DLCOURSE_ATTACK-torch.py", ".DLCOURSE_ATTACK-startup"]:
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write("raise SystemExit")
            os.chmod(os.path.join(folder, name), 0o777)
        except OSError:
            pass
    try:
        os.mkfifo(os.path.join(folder, "DLCOURSE_ATTACK-pipe"))
    except OSError:
        pass
"""
