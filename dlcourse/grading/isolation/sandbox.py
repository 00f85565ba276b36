"""What graded code may reach: nothing but Python itself and a scratch folder of its own.

Two walls. :func:`command` starts one process, which has imported what exercises need, inside
bubblewrap: the system and the Python installation read-only, no other file, no network, a clean
environment. Each kernel is a fork of that process and goes through :func:`enter`: namespaces of
its own (so that it sees no other kernel and dies with all that it started), an unprivileged user,
empty folders of limited size, limits on memory, time, files and processes, and a filter that
refuses system calls which no exercise needs.

Linux 5.14 or newer, since older kernels count the processes of all users with the same id together.
"""

import contextlib
import ctypes
import os
import platform
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dlcourse
from dlcourse.grading.isolation.seccomp import NEW_NAMESPACES, libc, refuse_calls

HOME = "/home/student"
UNPRIVILEGED = 65534  # "nobody", where the grader itself runs as root
MEGABYTE = 1 << 20
LIBRARIES = 512 * MEGABYTE  # mapped by later imports; beyond the limit, and not for long
# Of /etc only what programs need to start and to draw.
SYSTEM = ("/usr", "/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime")
TOP = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")

(NEW_USER, MS_NOSUID_NODEV) = (0x10000000, 2 | 4)
(MS_PRIVATE_REC, MS_BIND, MS_BIND_REC) = (0x40000 | 0x4000, 0x1000, 0x1000 | 0x4000)
(PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS) = (4, 38)


@dataclass(frozen=True)
class Limits:
    """What one notebook may use. Sizes in bytes, times in seconds."""

    cell_seconds: float = 180  # wall clock of one cell
    notebook_seconds: float = 600  # wall clock of all cells together, restarts included
    memory: int = 3 << 30  # of a kernel and all that it starts, and of each process by itself
    disk: int = 256 * MEGABYTE  # of the scratch folder, and of each file
    processes: int = 128  # processes and threads
    output: int = 1_000_000  # characters of one cell's output


def missing() -> str:
    """Why there can be no sandbox on this machine; '' if there can be one."""
    if sys.platform != "linux":
        return f"bubblewrap works on Linux only, and this is {platform.system()}"
    if shutil.which("bwrap") is None:
        return (
            "bubblewrap is not installed: run  sudo apt install bubblewrap  (Debian, Ubuntu) or  "
            "sudo dnf install bubblewrap  (Fedora)"
        )
    trial = [*command(["/usr/bin/env", "true"])]
    done = subprocess.run(trial, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gives no reason"])[-1]
        return (
            f"bubblewrap does not work here ({reason}): allow unprivileged user namespaces "
            "(in a container: start it with  --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined --cap-add SYS_ADMIN)"
        )
    return ""


def command(argv: list[str], hidden: tuple[str, ...] = ()) -> list[str]:
    """The command line that runs ``argv`` inside bubblewrap.

    Args:
        argv: a program of this machine and its arguments.
        hidden: folders that must not be seen even if they lie inside the Python installation,
            such as the course's.

    Returns:
        The command line. Open file descriptors are inherited as usual.
    """
    options = ["--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-pid"]
    options += ["--die-with-parent", "--new-session", "--clearenv"]
    options += ["--proc", "/proc", "--dev", "/dev"]
    if os.geteuid() == 0:
        # Only for the step down to an unprivileged user, in enter().
        options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    options += ["--tmpfs", "/tmp", "--dir", HOME]
    for top in TOP:
        if os.path.islink(top):
            options += ["--symlink", os.readlink(top), top]
        elif os.path.isdir(top):
            options += ["--ro-bind", top, top]
    mounts = {path: ["--ro-bind", path, path] for path in (*SYSTEM, *_python()) if _exists(path)}
    for path in map(os.path.realpath, hidden):
        if any(Path(path).is_relative_to(shown) for shown in mounts):
            mounts[path] = ["--tmpfs", path]
    for path in sorted(mounts, key=len):  # what lies inside comes later
        # Made by bubblewrap itself, the folders on the way would be closed to other users.
        for parent in reversed(Path(path).parents):
            if not any(parent.is_relative_to(other) for other in ("/usr", *mounts)):
                options += ["--dir", str(parent)]
        options += mounts[path]
    for name, value in environment().items():
        options += ["--setenv", name, value]
    options += ["--remount-ro", "/", "--chdir", "/"]
    return ["bwrap", *options, "--", *argv]


def environment() -> dict[str, str]:
    """The whole environment of graded code."""
    return {
        "HOME": HOME,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(dlcourse.__file__).resolve().parent.parent),
        "PYTHONHASHSEED": "0",  # the same class twice gives the same scores
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        "CUDA_VISIBLE_DEVICES": "",
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")},
    }


def _python() -> set[str]:
    """The folders of this Python, of its environment, and of this package."""
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    folders |= {str(Path(sys.executable).resolve().parent.parent)}
    folders |= {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    folders |= {str(Path(dlcourse.__file__).resolve().parent)}
    return {folder for folder in folders if not Path(folder).is_relative_to("/usr")} - {"/"}


def _exists(path: str) -> bool:
    return os.path.exists(path)


def enter(limits: Limits) -> None:
    """Shut this process in, for good. It must be a fork with one thread, inside bubblewrap.

    Returns in a child, the first process of namespaces of its own; the process that called does
    not return, but ends when that child does.

    Args:
        limits: what it may use.

    Raises:
        OSError: if any step fails; nobody else's code may run then.
    """
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        libc("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # or /proc/self belongs to root
    uid, gid = os.geteuid(), os.getegid()
    # Counted in the new namespace too, so the limit has to stand before it is made.
    most = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    most = 4096 if most == resource.RLIM_INFINITY else min(most, 4096)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    libc("unshare", NEW_NAMESPACES)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1")
    child = os.fork()
    if child:
        os.closerange(0, 1024)
        os.waitpid(child, 0)
        os._exit(0)
    # A signal to one's group of processes goes to all of it, in whatever namespace they are: the
    # other forks must not be in it.
    os.setsid()
    space = _address_space(limits)
    _mount(limits)
    _limit(limits, space)
    _drop_capabilities()
    libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refuse_calls()


def _mount(limits: Limits) -> None:
    """Empty folders of its own, and next to nothing of /proc, which still shows other kernels."""
    kept = {}
    for name in ("cpuinfo", "meminfo"):  # where programs look how large the machine is
        with contextlib.suppress(OSError):
            kept[name] = Path("/proc", name).read_text()
    libc("mount", b"none", b"/", None, MS_PRIVATE_REC, None)
    # A Python that lies in one of these folders has to be there still.
    covered = [path for path in _python() if path.startswith(("/tmp/", f"{HOME}/"))]
    held = {path: os.open(path, os.O_PATH) for path in sorted(covered, key=len) if _exists(path)}
    # All of them are one disk, so that its size is that of all together; /tmp covers it itself.
    _empty("/tmp", limits.disk)
    for folder, own in (("/dev/shm", b"/tmp/shm"), (HOME, b"/tmp/home"), ("/tmp", b"/tmp/tmp")):
        os.makedirs(own, 0o755, exist_ok=True)
        libc("mount", own, folder.encode(), None, MS_BIND, None)
    for path, descriptor in held.items():
        os.makedirs(path, exist_ok=True)
        here = f"/proc/self/fd/{descriptor}".encode()
        libc("mount", here, path.encode(), None, MS_BIND_REC, None)
        os.close(descriptor)
    _empty("/proc", MEGABYTE)
    for name, text in kept.items():
        Path("/proc", name).write_text(text)
    os.chdir(HOME)


def _empty(folder: str, size: int) -> None:
    options = f"size={size},nr_inodes=10000,mode=0755".encode()
    libc("mount", b"tmpfs", folder.encode(), b"tmpfs", MS_NOSUID_NODEV, options)


def _address_space(limits: Limits) -> int:
    """How much this process may map: what it has, what it may yet fill, and libraries."""
    size, resident = (
        int(pages) * resource.getpagesize()
        for pages in Path("/proc/self/statm").read_text().split()[:2]
    )
    return size + max(limits.memory - resident, 0) + LIBRARIES


def _limit(limits: Limits, space: int) -> None:
    # Data does not count memory that is shared, which is full before anybody has looked; address
    # space does, but also the gigabytes that torch's libraries map and never touch.
    seconds = int(limits.notebook_seconds) + 1
    for kind, value in [
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ]:
        resource.setrlimit(kind, (value, value))


def _drop_capabilities() -> None:
    """Give up what the new user namespace gave: mounting, above all."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    libc("capset", header, nothing)
