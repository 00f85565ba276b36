"""The system calls that no exercise needs, refused for good."""

import ctypes
import os
import platform
import socket
import struct

PR_SET_SECCOMP = 22
NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000 | 0x40000000 | 0x04000000
# Options of sockets that make room for more data than a memory limit sees: SO_SNDBUF, SO_RCVBUF,
# SO_SNDBUFFORCE, SO_RCVBUFFORCE. Setting one succeeds and does nothing.
BUFFERS = (7, 8, 32, 33)

# System calls by number, refused with "operation not permitted": they see or change other
# processes, namespaces and the kernel, or take memory that no limit counts.
REFUSED = {
    "x86_64": {
        "arch": 0xC000003E,
        "clone": 56,
        "clone3": 435,
        "socket": 41,
        "setsockopt": 54,
        "others": (
            *(29, 64, 68, 101, 103, 155, 161, 163, 165, 166, 167, 169, 175, 176, 179, 246, 248),
            *(249, 250, 272, 298, 304, 308, 310, 311, 313, 319, 321, 323, 425, 426, 427, 428),
            *(429, 430, 431, 432, 433, 438, 440, 442, 447),
        ),
    },
    "aarch64": {
        "arch": 0xC00000B7,
        "clone": 220,
        "clone3": 435,
        "socket": 198,
        "setsockopt": 208,
        "others": (
            *(190, 186, 194, 117, 116, 41, 51, 89, 40, 39, 224, 142, 105, 106, 60, 104, 217),
            *(218, 219, 97, 241, 265, 268, 270, 271, 273, 279, 280, 282, 425, 426, 427, 428),
            *(429, 430, 431, 432, 433, 438, 440, 442, 447),
        ),
    },
}


def refuse_calls() -> None:
    """Refuse system calls, by a program that the kernel runs at each of them (seccomp(2)).

    Raises:
        OSError: if this machine's numbers of system calls are not known, or the system refuses.
    """
    known = REFUSED.get(platform.machine())
    if known is None:
        raise OSError(f"there is no filter of system calls for {platform.machine()}")
    (load, equal, at_least, bits, give) = (0x20, 0x15, 0x35, 0x45, 0x06)
    (allow, not_permitted, not_there, kill) = (0x7FFF0000, 0x50001, 0x50026, 0x80000000)
    (no_family, nothing_done) = (0x50061, 0x50000)
    program = [
        (load, 0, 0, 4),  # the architecture, or numbers would mean something else
        (equal, 1, 0, known["arch"]),
        (give, 0, 0, kill),
        (load, 0, 0, 0),  # the number of the call
        (at_least, 0, 1, 0x40000000),
        (give, 0, 0, kill),
        (equal, 0, 1, known["clone3"]),  # its flags cannot be read here; libc falls back to clone
        (give, 0, 0, not_there),
    ]
    for number in known["others"]:
        program += [(equal, 0, 1, number), (give, 0, 0, not_permitted)]
    program += [
        (equal, 0, 7, known["socket"]),
        (load, 0, 0, 16),  # its family
        (equal, 3, 0, socket.AF_UNIX),
        (equal, 2, 0, socket.AF_INET),
        (equal, 1, 0, socket.AF_INET6),
        (equal, 0, 1, 16),  # AF_NETLINK
        (give, 0, 0, allow),
        (give, 0, 0, no_family),  # a network namespace does not hold back AF_VSOCK, for one
        (equal, 0, 9, known["setsockopt"]),
        (load, 0, 0, 24),  # its level
        (equal, 0, 6, socket.SOL_SOCKET),
        (load, 0, 0, 32),  # the option
        *[(equal, 3 - n, n // 3, option) for n, option in enumerate(BUFFERS)],
        (give, 0, 0, nothing_done),
        (give, 0, 0, allow),
        (equal, 0, 3, known["clone"]),
        (load, 0, 0, 16),  # its flags
        (bits, 0, 1, NEW_NAMESPACES),
        (give, 0, 0, not_permitted),
        (give, 0, 0, allow),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    text = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

    whole = Program(len(program), ctypes.addressof(text))
    libc("prctl", PR_SET_SECCOMP, 2, ctypes.byref(whole), 0, 0)


def libc(name: str, *arguments) -> None:
    """Call a function of the C library.

    Raises:
        OSError: if it returns anything but 0.
    """
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    arguments = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"the sandbox could not {name}: {os.strerror(number)}")
