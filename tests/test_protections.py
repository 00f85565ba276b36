"""Each wall by itself: with all of them an attack fails, with all but this one it succeeds.

Where several layers do the same, all of them are switched off; :mod:`tests.switches` says how. The
steps of grading are in :mod:`tests.test_protections_of_grades`.
"""

import ctypes
import os
import shutil
import socket
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from dlcourse.grading.isolation import sandbox, session
from tests.switches import (
    CLOCK,
    TIGHT,
    Row,
    World,
    including,
    no_limit,
    shared_namespace,
    without,
    wrapping,
)

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)

MARK = "DLCOURSE_SURVIVOR"


def has_script(outputs):
    return "<script" in str(outputs)


def survives(outputs):
    """Whether a process with the mark is still there after a while; it is ended then."""
    time.sleep(2)
    alive = [p for p in psutil.process_iter(["cmdline"]) if MARK in str(p.info["cmdline"])]
    for process in alive:
        process.kill()
    return bool(alive)


LIBC = "import ctypes\nlibc = ctypes.CDLL(None)\n"
CALLS = {
    "unshare": "libc.unshare(0x10000000)",
    "memfd_create": "libc.memfd_create(b'x', 0)",
    "shmget": "libc.shmget(0, 4096, 0o1600)",
    "ptrace": "libc.ptrace(0, 0, 0, 0)",
    **{
        f"socket family {name}": f"libc.socket({family}, 1, 0)"
        for name, family in {"vsock": 40, "alg": 38, "tipc": 30}.items()
        if ctypes.CDLL(None).socket(family, 1, 0) >= 0  # where the machine has them
    },
}
ROWS = {
    "files of the machine": Row(
        "open('/etc/passwd').read()", bwrap=including("--ro-bind", "/etc", "/etc")
    ),
    "hidden course": Row(
        "open('@PACKAGES@/course/solution').read()",
        bwrap=lambda line: without(
            "--tmpfs", *[word for word in line if word.endswith("/site-packages/course")]
        )(line),
    ),
    "read-only mounts": Row(
        "open('@PACKAGES@/everybodys', 'a').write('x')",
        bwrap=lambda line: ["--bind" if word == "--ro-bind" else word for word in line],
    ),
    "unprivileged user": Row(
        "open('@PACKAGES@/owners').read()",
        fork="sandbox.UNPRIVILEGED = 0",
        bwrap=including("--cap-add", "CAP_SETFCAP"),  # for root to be let into its namespace
    ),
    "network": Row(
        "import socket\nsocket.create_connection(('127.0.0.1', @PORT@), 2)",
        fork=shared_namespace(0x40000000),
        bwrap=without("--unshare-net"),
    ),
    "environment": Row(
        "import os\nos.environ['DLCOURSE_TEST_SECRET']", bwrap=without("--clearenv")
    ),
    "other processes": Row(
        "import os\ndef alive(pid):\n    try:\n        return os.kill(pid, 0) is None\n"
        "    except OSError:\n        return False\n"
        "assert any(alive(pid) for pid in range(1, 1000) if pid != os.getpid())",
        fork=shared_namespace(0x20000000),
    ),
    "survivors": Row(
        "import os, sys\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        nap = 'import time; time.sleep(60) # {MARK}'\n"
        "        os.execv(sys.executable, [sys.executable, '-c', nap])\n    os._exit(0)",
        fork=shared_namespace(0x20000000),
        seen=survives,
    ),
    "message queues": Row(
        f"{LIBC}assert libc.mq_open(b'/left', 0) >= 0",
        before=f"{LIBC}assert libc.mq_open(b'/left', 0o102, 0o600, None) >= 0",
        fork=shared_namespace(0x08000000),
    ),
    **{
        f"scratch folder {folder}": Row(
            f"open('{folder}/left')",
            before=f"open('{folder}/left', 'w').close()",
            fork=wrapping("_libc", f"b'{folder}' in given or real(*given)"),
            bwrap=including("--perms", "1777", "--tmpfs", folder),
        )
        for folder in ("/tmp", "/dev/shm", sandbox.HOME)
    },
    "proc": Row(
        "import glob\nassert any(open(p).read() for p in glob.glob('/proc/[0-9]*/cmdline'))",
        fork=wrapping("_mount", "real(*given), sandbox._libc('umount2', b'/proc', 2)"),
    ),
    "capabilities": Row(
        f"{LIBC}assert libc.sethostname(b'x', 1) == 0",
        fork="sandbox._drop_capabilities = lambda: None",
    ),
    **{
        f"filter of {name}": Row(f"{LIBC}assert {call} >= 0", fork="sandbox._filter = lambda: None")
        for name, call in CALLS.items()
    },
    "memory of a process": Row(
        "import mmap\nx = mmap.mmap(-1, 3 << 30, flags=mmap.MAP_PRIVATE)",
        loose={"memory": 8 << 30},
    ),
    "memory of all together": Row(
        "import mmap, time\nm = mmap.mmap(-1, 1 << 30)\nfor i in range(64):\n"
        "    m.write(bytes(1 << 24))\ntime.sleep(1)",
        tight={"memory": 1 << 30},
        loose={"memory": 8 << 30},
    ),
    "disk": Row(
        "for i in range(4):\n    open(f'{i}', 'wb').write(bytes(8 << 20))",
        loose={"disk": 64 << 20},
    ),
    "length of a file": Row("open('x', 'wb').truncate(1 << 30)", fork=no_limit("RLIMIT_FSIZE")),
    "number of files": Row(
        "for i in range(10_001):\n    open(f'{i}', 'w').close()",
        fork=wrapping(
            "_libc",
            "*first, last = given\n    last = last.replace(b'nr_inodes=10000,', b'')"
            " if type(last) is bytes else last\n    real(*first, last)",
        ),
    ),
    "open files": Row(
        "files = [open('x', 'w') for i in range(300)]", fork=no_limit("RLIMIT_NOFILE")
    ),
    "processes": Row(
        "import threading, time\nfor i in range(100):\n"
        "    threading.Thread(target=time.sleep, args=(2,), daemon=True).start()",
        loose={"processes": 1000},
    ),
    "time of a processor": Row(
        "import time\nwhile time.process_time() < 5:\n    pass", fork=no_limit("RLIMIT_CPU")
    ),
    "time of a cell": Row(
        "import time\ntime.sleep(3)", tight={"cell_seconds": 1}, loose={"cell_seconds": 60}
    ),
    "time of a notebook": Row(
        "import time\ntime.sleep(6)", tight={"notebook_seconds": 1}, loose=CLOCK
    ),
    "output": Row("print('x' * 20_000)", loose={"output": 1_000_000}),
    "harmless outputs": Row(
        "from IPython.display import HTML, display\ndisplay(HTML('<script>act()</script>'))",
        here=(session.outputs, "trusted", list),
        seen=has_script,
    ),
    "objects agree with nothing": Row(
        "class Yes:\n    def __eq__(self, other):\n        return True\nanswer = Yes()",
        test="assert answer == 42",
        fork="from dlcourse.grading.calls import proxies, servant\n"
        "servant._operations['eq'] = lambda value, other: value == other\n"
        "proxies.Proxy.__eq__ = lambda proxy, other: proxies._do(proxy, 'eq', other)",
    ),
    "values are no programs": Row(
        "class Evil:\n    def __reduce__(self):\n        return exec, (RUN,)\n"
        'RUN = \'import os; os.environ["RUN"] = ""\'\nanswer = Evil()',
        test="answer\nimport os\nos.environ['RUN']",
        fork="import base64, pickle\nfrom dlcourse.grading.calls import decoder, values\n"
        "pack = lambda value: base64.b64encode(pickle.dumps(value)).decode()\n"
        "values.Encoder.reference = lambda self, value: ['pickle', pack(value)]\n"
        "unpack = lambda self, depth, text: pickle.loads(base64.b64decode(text))\n"
        "decoder.Decoder._read_pickle = unpack",
    ),
}


@pytest.fixture(scope="module")
def world():
    # Not below /tmp, of which each kernel has its own.
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        world = World(Path(folder).resolve() / "site-packages", server.getsockname()[1])
        patch.setattr(sys, "path", [*sys.path, str(world.packages)])
        patch.setenv("DLCOURSE_TEST_SECRET", "x")
        yield world
        for name in {"whole", "switched"} & vars(world).keys():
            getattr(world, name).close()


def test_honest_cell_gets_through_all_of_them(world):
    code = "open('here', 'w').write('x')\nopen('/tmp/here', 'w').write('x')"
    assert world.reached(Row(code), world.whole, TIGHT)


@pytest.mark.parametrize("name", ROWS)
def test_attack_succeeds_only_without_its_protection(name, world, monkeypatch):
    if name == "unprivileged user" and os.geteuid():
        pytest.skip("only where root grades is there another user to become")
    folder = name.removeprefix("scratch folder ")
    if any(path.startswith(f"{folder}/") for path in (sys.prefix, __file__)):
        pytest.skip(f"without a {folder} of their own kernels have no Python here")
    row = ROWS[name]
    limits = replace(TIGHT, **CLOCK | row.tight)
    assert not world.reached(row, world.whole, limits)
    kernels = asdict(replace(TIGHT, **row.loose))
    code = f"limits = sandbox.Limits(**{kernels})\n{row.fork}"
    (world.packages / "switch").write_text(code)
    if row.here:
        monkeypatch.setattr(*row.here)
    zygote = world.start(row.bwrap) if row.bwrap else world.switched
    try:
        assert world.reached(row, zygote, replace(limits, **row.loose))
    finally:
        if row.bwrap:
            zygote.close()


def test_error_that_cannot_be_shown_fails_the_test_nevertheless(world):
    broken = "from IPython.core import ultratb\nultratb.AutoFormattedTB.structured_traceback = None"
    (world.packages / "switch").write_text(broken)
    row = Row(
        "pass", test="assert False", seen=lambda outputs: outputs[-1]["output_type"] == "error"
    )
    assert world.reached(row, world.switched, TIGHT)
