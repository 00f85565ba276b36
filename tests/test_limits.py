"""What a submission may cost the grader: messages, memory, outputs, processes."""

import json
import os
import shutil
import socket
import threading
from dataclasses import replace

import pytest

from dlcourse.grading.calls import channel
from dlcourse.grading.calls.channel import Channel, ChannelError
from dlcourse.grading.content import outputs
from dlcourse.grading.isolation import memory, sandbox, session
from dlcourse.grading.isolation.task import Cell, Task
from dlcourse.grading.isolation.zygote import NotStartedError
from dlcourse.grading.isolation.zygotes import Pool
from dlcourse.grading.submissions import names

confined = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)
LIMITS = sandbox.Limits(cell_seconds=20, notebook_seconds=60, memory=2 << 30, disk=32 << 20)


@pytest.fixture(scope="module", autouse=True)
def tidy():
    yield
    session.close()


def run(*sources, test="pass", limits=LIMITS):
    cells = [
        Cell(f"student-{n}", text, "student", tuple(names.answered(text)))
        for n, text in enumerate(sources)
    ]
    return session.run(Task((*cells, Cell("test", test, "test")), limits=limits))


def errors(shown):
    return [output["ename"] for output in shown if output["output_type"] == "error"]


# --- messages -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, 'ä \\" [ { , \\\\']},
        [[[]]],
        "[" * 1000,
        "a,b," * 500_000,
        list(range(100_000)),
    ],
)
def test_what_is_within_bounds_is_parsed(value):
    assert channel.parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[" + b"[]," * 2_000_000 + b"[]]", "too many values"),
        (b"[" + b"{}," * 2_000_000 + b"{}]", "too many values"),
        (b"[" + b"1," * 4_000_000 + b"1]", "too many values"),
        (b'"' * 8_000_000, "too many values"),
        (b"[" * 1000 + b"]" * 1000, "nested too deep"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "nested too deep"),
        (b"1" * 10_000, "no message"),
        (b'["a]', "no message"),
        (b'"' + b'\\"' * 1_000_000, "no message"),
        (b"\xff", "no message"),
    ],
    ids=range(10),
)
def test_what_would_take_too_much_is_not_parsed(monkeypatch, text, message):
    if "no message" not in message:
        monkeypatch.setattr(channel.json, "loads", lambda text: pytest.fail("it was parsed"))
    with pytest.raises(ChannelError, match=message):
        channel.parse(text)


def test_a_long_text_is_refused_before_it_is_read():
    ours, its = socket.socketpair()
    its.sendall(channel.HEADER.pack(channel.MAX_JSON + 1, 0))
    with pytest.raises(ChannelError, match="too long"):
        Channel(ours).receive(timeout=5)


def test_sending_to_somebody_who_does_not_read_ends():
    ours, its = socket.socketpair()
    with pytest.raises(TimeoutError):
        Channel(ours).send({"source": "x" * 4_000_000}, timeout=0.2)
    its.close()
    with pytest.raises(ChannelError):
        Channel(ours).send({}, timeout=5)


def test_sending_in_pieces_arrives_whole():
    ours, its = socket.socketpair()
    blobs = [os.urandom(3_000_000), b"", b"x"]
    got = []
    reader = threading.Thread(target=lambda: got.append(Channel(its).receive(timeout=30)))
    reader.start()
    Channel(ours).send(["a"], blobs, timeout=30)
    reader.join()
    assert got == [(["a"], blobs)]


# --- outputs --------------------------------------------------------------------------------------
def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_outputs_share_a_budget_and_errors_stay():
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["x" * 30]}
    kept, left = outputs.within([stream("a" * 6), stream("b" * 6), error, stream("cc")], 10)
    assert kept == [stream("a" * 6), error, stream(outputs.BEYOND)]
    assert left == 0
    assert outputs.within([stream("abc")], 10) == ([stream("abc")], 7)


@confined
def test_a_notebook_of_many_large_outputs_is_cut_and_says_so():
    shout = (
        "from IPython.display import display\n"
        "for _ in range(20):\n    display({'text/plain': 'x' * 4_800_000}, raw=True)"
    )
    results = run(*[shout] * 3, "print('small')", test="assert True")
    size = sum(len(json.dumps(shown)) for shown in results.values())
    assert size < 1.05 * session.MAX_OUTPUTS
    assert any(o.get("text") == outputs.BEYOND for o in results["student-2"])
    assert not errors(results["test"])


# --- memory ---------------------------------------------------------------------------------------
@confined
def test_memory_shared_by_forks_counts_once():
    """The pages of the exercise, and of one large list, in eight more processes."""
    answer = (
        "import multiprocessing as mp\n"
        "data = bytearray(300 << 20)\n"
        "def square(x):\n    return x * x + data[x]\n"
        "def squares(n):\n"
        "    with mp.get_context('fork').Pool(8) as pool:\n"
        "        return pool.map(square, range(n))\n"
    )
    results = run(
        answer,
        test="assert squares(20) == [x * x for x in range(20)]",
    )
    assert not errors(results["test"]), results["test"]


@confined
def test_memory_of_several_processes_is_added_up():
    answer = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        held = b'x' * (700 << 20)\n"
        "        time.sleep(30)\n"
        "time.sleep(15)"
    )
    results = run(answer)
    assert errors(results["student-0"]) == ["MemoryLimit"]


def test_open_sockets_are_counted_once_each():
    before = memory.sockets([os.getpid()])
    pairs = [socket.socketpair() for _ in range(20)]
    copies = [end.dup() for pair in pairs for end in pair]
    assert memory.sockets([os.getpid()]) == before + 40
    assert memory.BUFFER >= 64 << 10
    for end in [*copies, *(end for pair in pairs for end in pair)]:
        end.close()


@confined
def test_sockets_hold_no_memory_unseen():
    fill = (
        "import socket, os, time\n"
        "def fill():\n"
        "    pairs = []\n"
        "    for _ in range(110):\n"
        "        pair = socket.socketpair()\n"
        "        for end in pair:\n"
        "            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)\n"
        "            end.setblocking(False)\n"
        "            try:\n"
        "                while True:\n"
        "                    end.send(b'x' * 65536)\n"
        "            except BlockingIOError:\n"
        "                pass\n"
        "        pairs.append(pair)\n"
        "    return pairs\n"
    )
    options = (
        "mine = fill()\n"
        "size = mine[0][0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)\n"
        "reuse = mine[0][0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "flag = mine[0][0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)\n"
    )
    results = run(fill + options, test="assert size < 1 << 20 and flag == 1")
    assert not errors(results["test"]), results["test"]
    more = (
        "for _ in range(7):\n    if os.fork() == 0:\n        kept = fill()\n        time.sleep(9)\n"
    )
    # 7 · 220 sockets of 0.2 MB; the processes themselves share nearly all that they have.
    tight = replace(LIMITS, memory=300 << 20, processes=32)
    results = run(fill + more + "time.sleep(9)", limits=tight)
    assert errors(results["student-0"]) == ["MemoryLimit"]


@confined
def test_scratch_folders_are_one_disk():
    fill = (
        "import os\n"
        "held = 0\n"
        "for folder in ('/tmp', '/dev/shm', os.path.expanduser('~')):\n"
        "    try:\n"
        "        with open(os.path.join(folder, 'x'), 'wb', 0) as file:\n"
        "            while True:\n"
        "                held += file.write(b'x' * 65536)\n"
        "    except OSError:\n"
        "        pass\n"
        "os.remove('/tmp/x')\n"
        "small = open('/dev/shm/y', 'w').write('written again')\n"
    )
    results = run(fill, test=f"assert 16 << 20 < held <= {LIMITS.disk} and small == 13, held")
    assert not errors(results["test"]), results["test"]


# --- who speaks -----------------------------------------------------------------------------------
@confined
def test_answers_that_nobody_asked_for_end_the_process():
    forged = (
        "import gc, socket\n"
        "from dlcourse.grading.calls.channel import Channel\n"
        "for found in [o for o in gc.get_objects() if isinstance(o, Channel)]:\n"
        "    for _ in range(40):\n"
        "        found.send({'outputs': [], 'gone': False})\n"
    )
    results = run(forged, "x = 1", test="assert x == 1")
    assert [*errors(results["student-1"]), *errors(results["test"])]
    honest = run("x = 1", test="assert x == 1")
    assert not errors(honest["test"])


# --- warm processes -------------------------------------------------------------------------------
@confined
def test_two_courses_at_once_each_have_a_warm_process():
    tasks = [
        Task((Cell("t", f"import {name}\nassert {name}", "test"),), limits=LIMITS, warm=(name,))
        for name in ("json", "html")
    ]
    results = {}

    def grade(number):
        for _ in range(3):
            results.setdefault(number, []).append(session.run(tasks[number]))

    threads = [threading.Thread(target=grade, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(results[number]) for number in (0, 1)] == [3, 3]
    assert not any(errors(shown["t"]) for runs in results.values() for shown in runs)


def test_a_stopped_pool_starts_nothing():
    pool, task = Pool(), Task((), limits=LIMITS)
    with pool.used(task) as key:
        pool.stop()
        with pytest.raises(NotStartedError, match="stopped"):
            pool.get(key)
    pool.close()
