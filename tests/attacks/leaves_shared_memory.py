"""Memory of System V belongs to no process: it stays until the machine is started again, and the
next student may read it. So do message queues, semaphores and keys in the kernel."""

CODE = """\
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
memory = libc.shmget(0xD1C0A77A, 2**24, 0o1666)
if memory >= 0:
    place = libc.shmat(memory, None, 0)
    if place not in (None, ctypes.c_void_p(-1).value):
        ctypes.memset(place, 1, 2**24)
libc.semget(0xD1C0A77A, 1, 0o1666)
libc.msgget(0xD1C0A77A, 0o1666)
"""
