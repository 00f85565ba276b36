"""Servers that listen on the grader's own machine trust whoever comes from there: Jupyter, a
database, a scheduler. By TCP, by UDP, and by sockets with a name of their own."""

CODE = """\
import socket

for kind, family, address in [
    (socket.SOCK_STREAM, socket.AF_INET, ("127.0.0.1", @PORT@)),
    (socket.SOCK_DGRAM, socket.AF_INET, ("127.0.0.1", @PORT@)),
    (socket.SOCK_STREAM, socket.AF_INET, ("0.0.0.0", @PORT@)),
    (socket.SOCK_STREAM, socket.AF_INET6, ("::ffff:127.0.0.1", @PORT@)),
    (socket.SOCK_STREAM, socket.AF_UNIX, "\\0dlcourse-canary-@PORT@"),
    (socket.SOCK_STREAM, socket.AF_UNIX, "@CANARY@.socket"),
]:
    try:
        with socket.socket(family, kind) as client:
            client.settimeout(1)
            client.connect(address)
            client.send(b"DLCOURSE_ATTACK")
            if kind == socket.SOCK_STREAM:
                boast(f"connected to {address!r}")
    except OSError:
        pass
"""
