"""The kernel's own connections are a way in: what it can connect to may be the place where the
outputs of every kernel arrive, or a debugger that the grader has open."""

CODE = """\
import os
import socket

own = {str(os.getpid()), "self", "thread-self"}
try:
    with open("/proc/net/unix") as file:
        names = [line.split(maxsplit=7)[7:] for line in file.read().splitlines()[1:]]
except OSError:
    names = []
for name in [name[0] for name in names if name]:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(name.replace("@", "\\0", 1) if name.startswith("@") else name)
            boast(f"connected to {name}")
    except (OSError, ValueError):
        pass
try:
    with open("/proc/net/tcp") as file:
        listening = [line.split()[1] for line in file.read().splitlines()[1:] if " 0A " in line]
except OSError:
    listening = []
for address in listening if not shut_in() else []:
    try:
        port = int(address.split(":")[1], 16)
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        boast(f"connected to port {port}")
    except OSError:
        pass
"""
