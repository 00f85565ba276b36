"""A PostgreSQL server of one's own in a temporary folder, for tests and benchmarks."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, which Debian does not put into PATH; None for none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


def missing() -> str:
    """What is not installed here; '' if a server can be started."""
    if programs() is None:
        return "needs PostgreSQL: sudo apt install postgresql"
    if importlib.util.find_spec("psycopg") is None:
        return "needs psycopg: pip install 'dlcourse[postgres]'"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "PostgreSQL does not run as root, and there is no setpriv"
    return ""


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start a server.

    Args:
        folder: an empty one, whose parents everybody may enter; the socket lies there, too.

    Yields:
        SQLAlchemy's URL of an empty database.
    """
    as_whom = []
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
        as_whom = ["setpriv", *who, "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_whom, str(programs() / program), "-D", str(folder / "data"), *arguments]
        with (folder / "said").open("a") as said:  # the server keeps it open
            done = subprocess.run(command, cwd=folder, stdout=said, stderr=said, timeout=120)
        assert done.returncode == 0, (folder / "said").read_text()

    run("initdb", "-U", "grader", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
    # Its data may be lost with the machine; nobody else reaches it.
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://grader@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-w", "-m", "fast", "stop")
