"""One notebook in two processes: what passes between them, what is survived."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Cell, Task
from dlcourse.grading.submissions import names

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)

SETUP = Cell(
    "setup",
    "import math, torch\nfrom dlcourse import testing\ntesting.prepare_notebook()",
    "shared",
)
LIMITS = sandbox.Limits(cell_seconds=5, notebook_seconds=60, memory=2 << 30, disk=32 << 20)


@pytest.fixture(scope="module", autouse=True)
def tidy():
    yield
    session.close()


def run(student="", test="pass", limits=LIMITS, confined=True, **more):
    cells = (SETUP, answer("student", student), Cell("test", test, "test"))
    return session.run(Task(cells, limits=limits, confined=confined, **more))


def answer(cell_id, source):
    """A student's cell that defines what the instructor's solution defines."""
    return Cell(cell_id, source, "student", tuple(names.answered(source)))


def text(outputs):
    return "".join(output.get("text", "") for output in outputs)


def errors(outputs):
    return [(o["ename"], o["evalue"]) for o in outputs if o["output_type"] == "error"]


def passes(student, test, **more):
    results = run(student, test, **more)
    assert not errors(results["test"]), results["test"]
    return results


# --- what passes ----------------------------------------------------------------------------------
VALUES = """
import collections, fractions, numpy as np
Point = collections.namedtuple("Point", "x y")
dtypes = [torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.bool,
          torch.int64, torch.complex64]
def tensors():
    return [torch.tensor([[0, 1, 1]]).to(dtype) for dtype in dtypes]
def values():
    return {"a": [1, 2.5, float("inf"), 10**40, -3, True, None, "ä\\ud800", b"\\x00", 2j],
            (1, 2): {3, 4}, "p": Point(1, 2), "r": range(3), "s": slice(1, None),
            "f": fractions.Fraction(1, 3), "n": np.arange(3.0), "i": np.float32(0.5),
            "d": torch.float32, "z": torch.zeros(0, 3), "c": collections.Counter("aab")}
def same(x):
    return x
"""


def test_values_of_every_kind_pass_unchanged():
    passes(
        VALUES,
        """
import collections, fractions, numpy as np
for got, dtype in zip(tensors(), dtypes, strict=True):
    assert got.dtype == dtype and got.shape == (1, 3), got
    assert torch.equal(got, torch.tensor([[0, 1, 1]]).to(dtype))
v = values()
assert v["a"][:5] == [1, 2.5, float("inf"), 10**40, -3] and v["a"][5] is True
assert v["a"][6] is None and v["a"][7] == "ä\\ud800" and v["a"][8] == b"\\x00" and v["a"][9] == 2j
assert v[(1, 2)] == {3, 4} and (v["p"].x, v["p"].y) == (1, 2) and v["r"] == range(3)
assert v["s"] == slice(1, None) and v["f"] == fractions.Fraction(1, 3)
assert v["n"].tolist() == [0, 1, 2] and type(v["i"]) is np.float32 and v["d"] is torch.float32
assert v["z"].shape == (0, 3) and v["c"] == collections.Counter("aab")
x = [torch.ones(2)]
assert same(x) is x and same(x[0]) is x[0]
""",
    )


def test_gradients_flow_through_calls_to_arguments_and_parameters():
    passes(
        """
def cube(x):
    return x**3, x.sum()
class Net(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layer = torch.nn.Linear(n, 1)
    def forward(self, x):
        return self.layer(x)
""",
        """
x = torch.tensor([1.0, 2.0], requires_grad=True)
y, s = cube(x * 2)
(y.sum() + 5 * s).backward()
assert torch.allclose(x.grad, 2 * (3 * (2 * x.detach()) ** 2 + 5)), x.grad
net = Net(2)
assert isinstance(net, torch.nn.Module)
net.load_state_dict({"layer.weight": torch.tensor([[1.0, 2.0]]), "layer.bias": torch.zeros(1)})
out = net(torch.tensor([[3.0, 4.0]]))
assert out.item() == 11
torch.nn.functional.mse_loss(out, torch.tensor([[10.0]])).backward()
assert net.layer.weight.grad.tolist() == [[6.0, 8.0]]
with torch.no_grad():
    assert not net(torch.ones(1, 2)).requires_grad
""",
    )


def test_numbers_pass_however_they_lie_in_memory():
    # A sum's gradient and what is expanded have one number in the place of many, with a step of 0.
    passes(
        """
def double(x):
    return 2 * x
def wide():
    return torch.tensor([[3.0]]).expand(2, 3), torch.tensor([3.0]).expand(1, 1)
""",
        """
for number in (1, 3):
    x = torch.ones(number, 1, requires_grad=True)
    assert torch.autograd.grad(double(x).sum(), x)[0].tolist() == [[2.0]] * number
    assert double(torch.tensor([5.0]).expand(number, 1)).tolist() == [[10.0]] * number
    assert double(torch.arange(6.0).view(2, 3).T[:, :number]).shape == (3, min(2, number))
assert [each.tolist() for each in wide()] == [[[3.0] * 3] * 2, [[3.0]]]
""",
    )


def test_changes_of_arguments_come_back():
    passes(
        """
def change(tensor, numbers, table):
    tensor.mul_(2)
    numbers.append(4)
    table.pop("gone")
def train(model, optimizer, x):
    model.train()
    optimizer.zero_grad()
    model(x).sum().backward()
    optimizer.step()
""",
        """
tensor, numbers, table = torch.ones(2), [1], {"gone": 1, "kept": 2}
change(tensor, numbers, table)
assert tensor.tolist() == [2, 2] and numbers == [1, 4] and table == {"kept": 2}
model = torch.nn.Linear(2, 1).eval()
before = model.weight.detach().clone()
train(model, torch.optim.SGD(model.parameters(), lr=0.5), torch.ones(1, 2))
assert torch.allclose(model.weight, before - 0.5) and model.training
""",
    )


def test_generators_classes_callbacks_and_exceptions():
    passes(
        """
def count(n):
    yield from range(n)
class OwnError(ValueError):
    pass
def fail():
    raise OwnError("as it should")
def apply(f, items):
    return [f(item) for item in items]
class Stack:
    def __init__(self):
        self.items = []
    def push(self, item):
        self.items.append(item)
    def __len__(self):
        return len(self.items)
    def __getitem__(self, i):
        return self.items[i]
""",
        """
assert list(count(4)) == [0, 1, 2, 3]
testing.check_raises("fail()", ValueError, fail)
assert apply(lambda item: item + 1, (i for i in [1, 2])) == [2, 3]
assert apply(math.sqrt, [4.0]) == [2.0]
stack = Stack()
stack.push(3)
assert len(stack) == 1 and stack[0] == 3 and stack.items == [3]
""",
    )


def test_seeds_reach_the_student_and_do_not_come_back():
    passes(
        "def draw():\n    return torch.rand(3)",
        """
torch.manual_seed(1)
first = draw()
second = draw()
torch.manual_seed(1)
assert torch.equal(first, torch.rand(3)) and not torch.equal(first, second)
torch.manual_seed(1)
assert torch.equal(draw(), first)
""",
    )
    passes(
        "def draw():\n    torch.manual_seed(5)",
        "torch.manual_seed(1)\ndraw()\nmine = torch.rand(1)\n"
        "torch.manual_seed(5)\nassert mine != torch.rand(1)",
    )


def test_error_shows_the_students_lines_and_what_was_printed():
    results = run("def f(x):\n    print('here')\n    return x / 0", "f(1)")
    [(name, message)] = errors(results["test"])
    assert (name, message) == ("ZeroDivisionError", "division by zero")
    [error] = [o for o in results["test"] if o["output_type"] == "error"]
    shown = "\n".join(error["traceback"])
    assert "return x / 0" in shown
    assert "f(1)" in shown
    assert "dlcourse/grading" not in shown
    assert "here" in text(results["test"])


def test_proxy_agrees_with_nothing():
    results = run(
        "class Yes:\n    def __eq__(self, other):\n        return True\n"
        "    __ne__ = __float__ = __sub__ = lambda *a: 0\ndef f():\n    return Yes()",
        "testing.check_equal('f()', f(), 3)",
    )
    assert errors(results["test"])[0][0] == "CheckError"


def test_figures_and_values_are_shown():
    results = run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
        "from IPython.display import HTML, display\n"
        "display(HTML('<script>alert(1)</script><b>x</b>'))\n1 + 1"
    )
    kinds = [kind for o in results["student"] for kind in o.get("data", {})]
    assert "image/png" in kinds
    assert results["student"][-1]["data"] == {"text/plain": "2"}
    assert "<script" not in str(results["student"])
    assert "<b>x</b>" in str(results["student"])


# --- what tests take from the student, and what they never do -------------------------------------
TOOLS = """
import math, os, time, types
import torch
def approve(*arguments, **_):
    print("told", arguments)
testing = types.SimpleNamespace(check_equal=approve, check_number=approve)
expected = helper = approve
answer = 3
"""
HOOK = """
seen = {1!r}
get_ipython().events.register(
    "pre_run_cell", lambda info: {0} if info.raw_cell == seen else None
)
"""
RUINS = {
    "ended": "os._exit(0)",
    "hung": "time.sleep(60)",
    "raised": "1 / 0",
    "interrupted": "(_ for _ in ()).throw(KeyboardInterrupt())",
}


@pytest.mark.parametrize("ruin", RUINS)
def test_tools_are_the_instructors_whatever_became_of_the_students_run_of_them(ruin):
    cells = (
        answer("free", TOOLS + HOOK.format(RUINS[ruin], SETUP.source)),
        SETUP,
        answer("answer", "answer = 3"),
        Cell("wrong", "testing.check_equal('answer', answer, 4)", "test"),
        Cell("right", "testing.check_equal('answer', answer, 3)", "test"),
        answer("dies", "import os\nos._exit(0)"),  # all that was before is run again
        Cell("again", "testing.check_equal('answer', answer, 4)", "test"),
    )
    cells = (Cell("free", cells[0].source, "student"), *cells[1:])
    results = session.run(Task(cells, limits=replace(LIMITS, cell_seconds=1)))
    assert "CheckError" in [name for name, _ in errors(results["wrong"])]
    assert "CheckError" in [name for name, _ in errors(results["again"])]
    assert not errors(results["right"])
    assert "told" not in str(results)


def test_only_names_of_the_solutions_are_taken():
    cells = (
        SETUP,
        Cell("free", "helper = expected = answer = 3\nother = 4", "student"),
        Cell("stub", "answer = 5", "student", ("answer", "other")),
        Cell("test", "def check():\n    return other\nassert answer == 5 and check() == 4", "test"),
        Cell("lacking", "helper", "test"),
        Cell("changed", "answer, other = 6, 7", "student", ("answer", "other")),
        Cell("later", "assert answer == 6 and check() == 7", "test"),
    )
    results = session.run(Task(cells, limits=LIMITS))
    assert not errors(results["test"])
    assert not errors(results["later"])
    assert errors(results["lacking"]) == [("NameError", "name 'helper' is not defined")]


def test_no_question_is_earned_where_the_instructors_own_cell_fails_and_the_note_says_so():
    cells = (
        SETUP,
        answer("answer", "answer = 3"),
        Cell("test", "assert answer == 3", "test"),
        Cell("broken", "table = missing_table", "shared"),
        Cell("other-test", "pass", "test"),
    )
    results = session.run(Task(cells, limits=LIMITS))
    reason = "the cell broken: NameError: name 'missing_table' is not defined"
    for cell in ("test", "other-test"):
        [(name, text)] = errors(results[cell])
        assert name == "GraderFailed"
        assert "not your fault" in text
        assert reason in text
    assert errors(results[session.FAILED]) == [("GraderFailed", reason)]
    assert set(results) == {cell.id for cell in cells} | {session.FAILED}


def test_shared_cell_that_runs_the_students_pieces_may_fail_with_them():
    cells = (
        SETUP,
        answer("answer", "def answer():\n    raise NotImplementedError"),
        Cell("together", "print(answer())", "joint"),
        Cell("test", "pass", "test"),
    )
    results = session.run(Task(cells, limits=LIMITS))
    assert [name for name, _ in errors(results["together"])] == ["NotImplementedError"]
    assert not errors(results["test"])
    assert session.FAILED not in results


def test_what_is_too_large_or_too_deep_spoils_itself_alone_and_says_so():
    cells = (
        SETUP,
        answer(
            "answers",
            "many, long = list(range(2_100_000)), 'x' * 40_000_000\n"
            "large = torch.zeros(60_000_000)\n"
            "deep = []\nfor _ in range(100):\n    deep = [deep]\n"
            "right = 3\ndef give(name):\n    return globals()[name]",
        ),
        Cell("many", "testing.check_number('many', many)", "test"),
        Cell("large", "testing.check_shape('large', large, (60_000_000,))", "test"),
        Cell("long", "testing.check_choice('long', long, 'ab')", "test"),
        Cell("deep", "testing.check_raises('give', ValueError, give, 'deep')", "test"),
        Cell("right", "many, large, long, deep\nassert right == give('right') == 3", "test"),
    )
    results = session.run(Task(cells, limits=replace(LIMITS, cell_seconds=30)))
    for cell, reason in [
        ("many", "many: what your code gave cannot be handed to the tests: it has more than"),
        ("large", "large: what your code gave cannot be handed to the tests: a tensor has more"),
        ("long", "long: what your code gave cannot be handed to the tests: it has more than"),
        ("deep", "it is nested more than 60 deep"),
    ]:
        [(name, text)] = errors(results[cell])
        assert name == "NotCarriedError"
        assert reason in text
    assert not errors(results["right"])


def test_messages_name_the_type_that_was_returned():
    results = run(
        "class Thing:\n    pass\ndef f():\n    return Thing()",
        "testing.check_type('f()', f(), int)",
    )
    assert "got:      a Thing, <" in errors(results["test"])[0][1]


def test_class_that_lies_about_its_length_is_read_once():
    liar = (
        "class Liar:\n    __len__ = lambda self: 3\n    __iter__ = lambda self: iter(())\n"
        "def f():\n    return Liar()\ndef g():\n    return iter('ab')\ndef h():\n    return {}[0]"
    )
    results = run(liar, "testing.check_items('f()', f(), 3)")
    assert "expected: 3\n  got:      0" in errors(results["test"])[0][1]
    passes(liar, "assert testing.check_items('g()', g(), 2) == ['a', 'b']")


# --- what is walled off: tests/test_protections.py, wall by wall ----------------------------------
def test_sandbox_can_be_left_out(tmp_path):
    own = tmp_path / "own"
    code = f"open({str(own)!r}, 'w').write('x')"
    run(code, confined=True)
    assert not own.exists()
    run(code, confined=False)
    assert own.read_text() == "x"


def test_python_may_lie_where_scratch_folders_are(tmp_path):
    if not str(tmp_path).startswith("/tmp/"):
        pytest.skip("temporary files are elsewhere here")
    (tmp_path / "env").symlink_to(sys.prefix)
    program = (
        "from dlcourse.grading.isolation import session, task\n"
        "cell = task.Cell('c', 'import nbval\\nprint(nbval.__file__)', 'student')\n"
        "print(session.run(task.Task((cell,))))\nsession.close()"
    )
    done = subprocess.run(
        [tmp_path / "env" / "bin" / "python", "-c", program], capture_output=True, text=True
    )
    assert f"{tmp_path}/env/lib" in done.stdout, done


# --- what is survived -----------------------------------------------------------------------------
BAD = {
    "KernelDied": "import os\ndef bad():\n    os._exit(0)",
    "TimeLimit": "def bad():\n    while True:\n        pass",
    # Several processes: one alone is refused what it asks for.
    "MemoryLimit": "import os, time\ndef bad():\n    for _ in range(8):\n"
    "        if os.fork() == 0:\n            held = bytearray(1 << 29)\n"
    "            held[::4096] = b'x' * (1 << 17)\n            time.sleep(60)\n"
    "            os._exit(0)\n    time.sleep(60)",
}


@pytest.mark.parametrize("reason", BAD)
def test_a_lost_process_costs_its_own_question_only(reason):
    cells = (
        SETUP,
        answer("one", "def good():\n    return 1"),
        Cell("one-test", "assert good() == 1", "test"),
        answer("two", BAD[reason]),
        Cell("two-test", "bad()", "test"),
        answer("three", "def late():\n    return good() + 1"),
        Cell("three-test", "assert late() == 2 and good() == 1", "test"),
    )
    limits = replace(LIMITS, cell_seconds=30) if reason == "MemoryLimit" else LIMITS
    results = session.run(Task(cells, limits=limits))
    assert [name for name, _ in errors(results["two-test"])] == [reason]
    assert not errors(results["one-test"])
    assert not errors(results["three-test"])


ENDLESS = "def {}():\n    while True:\n        pass\ndef quick():\n    return 1"


def test_parts_of_a_task_share_the_time_that_a_loop_without_end_takes():
    cells = (
        SETUP,
        answer("one", ENDLESS.format("first")),
        *(Cell(f"one-{part}", "first()", "test") for part in "abc"),
        Cell("one-d", "assert quick() == 1", "test"),
        answer("two", ENDLESS.format("second")),
        Cell("two-a", "second()", "test"),
    )
    results = session.run(Task(cells, limits=replace(LIMITS, cell_seconds=2)))
    said = {name: [text for _, text in errors(found)] for name, found in results.items()}
    for name, seconds in {"one-a": "2", "one-b": "0.2", "one-c": "0.2", "two-a": "2"}.items():
        (text,) = said[name]
        assert f"longer than {seconds} s" in text, name
        assert ("An earlier part" in text) == (seconds == "0.2")
    assert said["one-d"] == []


def test_what_was_stopped_is_not_run_again_when_a_process_is_lost():
    cells = (
        SETUP,
        answer("one", ENDLESS.format("first")),
        Cell("one-test", "ran = True\nfirst()", "test"),
        answer("two", BAD["KernelDied"]),
        Cell("two-test", "assert ran\nbad()", "test"),
        answer("three", "three = 3"),
        Cell("three-test", "assert 'ran' not in globals()", "test"),
    )
    results = session.run(Task(cells, limits=replace(LIMITS, cell_seconds=2)))
    assert [name for name, _ in errors(results["two-test"])] == ["KernelDied"]
    assert not errors(results["three-test"])


def test_interrupts_that_are_ignored_and_endless_iterators_end():
    code = (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "def hang():\n    while True:\n        pass\n"
    )
    assert errors(run(code, "hang()", replace(LIMITS, cell_seconds=2))["test"])[0][0] == "TimeLimit"
    endless = "def f():\n    while True:\n        yield 1"
    results = run(endless, "for item in f():\n    pass", replace(LIMITS, cell_seconds=2))
    assert errors(results["test"])[-1][0] == "TimeLimit"


def test_one_process_is_refused_shared_memory_before_it_fills_it():
    """Full within a second, it would be there before anybody had looked."""
    ask = "import mmap\ndef ask(size):\n    mmap.mmap(-1, size).close()\n    return True"
    assert not errors(run(ask, "assert ask(1 << 30)")["test"])
    assert errors(run(ask, "ask(3 << 30)")["test"])[0][0] == "OSError"


def test_output_is_cut():
    results = run("for i in range(60):\n    print('x' * 1_000_000)")
    assert len(text(results["student"])) < 1_100_000
    assert "left out" in text(results["student"])


def test_whole_notebook_has_a_limit():
    started = time.monotonic()
    results = run(
        "import time\ntime.sleep(20)",
        "assert True",
        replace(LIMITS, cell_seconds=60, notebook_seconds=2),
    )
    assert time.monotonic() - started < 40
    assert errors(results["test"])[0][0] == "NotRun"


def test_without_bubblewrap_the_reason_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt install bubblewrap" in sandbox.missing()


# --- what an answer may not use, and what it must keep --------------------------------------------
def fails(student, test):
    return errors(run(student, test)["test"])


def test_ban_holds_in_the_students_process():
    student = """
from torch.nn.functional import layer_norm as mine
from dlcourse.models import LeNet as Net
def answer(x):
    return mine(x, [2])
class Lazy:
    def __call__(self, x):
        yield Net()
lazy = Lazy()
"""
    passes(student, "answer(torch.ones(3, 2)); list(lazy(0))")
    test = "with testing.without('layer_norm', 'dlcourse.models.LeNet'):\n    "
    for call in ("answer(torch.ones(3, 2))", "list(lazy(0))"):
        [(name, message)] = fails(student, test + call)
        assert name == "BannedError"
        assert "yours to write" in message


def test_gradients_and_changes_are_seen_from_the_other_process():
    student = """
def right(x, w):
    return (x * w["w"]).sin()
def cut(x, w):
    return right(x, w).detach()
def wants(x, w):
    x.requires_grad_()
    return 1
def adds(x, w):
    w["w"] += 1
"""
    check = """
def check(function):
    given = torch.ones(2), {"w": torch.ones(3, 2)}
    testing.check_gradients("f", function, lambda x, w: torch.sin(x * w["w"]), *given)
    testing.check_untouched("f", function, *given)
"""
    passes(student, check + "check(right)")
    [(_, message)] = fails(student, check + "check(cut)")
    assert "no gradient flows back" in message
    for name in ("wants", "adds"):
        test = f"testing.check_untouched('f', {name}, torch.ones(2), {{'w': torch.ones(2)}})"
        [(_, message)] = fails(student, test)
        assert "has been changed" in message


def test_a_tests_process_that_the_machine_took_is_replaced_once(monkeypatch):
    """Killed from outside while it runs a cell of the instructor's own."""
    taken = []
    tested = session._Session._tested

    def lost(self, cell, end):
        if cell.id == "own" and not taken:
            taken.append(os.kill(self._kernels[1].pid, signal.SIGKILL))
        return tested(self, cell, end)

    monkeypatch.setattr(session._Session, "_tested", lost)
    own = Cell("own", "import time\ntime.sleep(1)", "shared")
    cells = (SETUP, answer("one", "def good():\n    return 1"), own)
    results = session.run(Task((*cells, Cell("test", "assert good() == 1", "test")), limits=LIMITS))
    assert taken
    assert session.FAILED not in results
    assert not errors(results["test"])


def test_a_signal_to_the_own_group_of_processes_reaches_nobody_elses():
    """The group is 0 where it has begun outside: then other students' processes are in it, too."""
    passes("import os\ndef group():\n    return os.getpgrp()", "assert group() > 0")
