"""`dlcourse report`: numbers that others calculate too, hostile text that stays text, the page.

Most classes here are written straight into a gradebook, as grading would leave it. One small class
is graded by nbgrader.
"""

import copy
import csv
import importlib
import io
import os
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import v4

from dlcourse import cli
from dlcourse.grading import UserError
from dlcourse.grading.reports import facts as facts
from dlcourse.grading.reports import page as report_page
from dlcourse.grading.reports import scanner, suspicious
from tests import attacks, courses
from tests.browser import flood, strays

SLUG = "overfitting"
POINTS = courses.points(SLUG)
PENALTY, STOPPING = (courses.tests(SLUG)[a][0] for a in ("b3-penalty", "b5-early-stopping"))
STUB = {cell.id: cell.source for cell in courses.released(SLUG).cells}
HOSTILE = "=1+1<img src=x onerror=alert(1)>"  # a student's name
SCRIPT = (
    "</pre><script>alert('x')</script><b onclick=alert(1)>\x1b[31mred\u202e" + "Z" + "\u0300" * 50
)
REQUIRED = os.environ.get("DLCOURSE_REQUIRE_BROWSER") == "1"

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """A released exercise that nobody has handed in."""
    course = courses.Course(tmp_path_factory.mktemp("report"), SLUG)
    course.generate()
    return course


@pytest.fixture
def course(generated, tmp_path):
    """A copy of it for one test."""
    return copied(generated, tmp_path / "course")


def copied(course, folder):
    shutil.copytree(course.folder, folder)
    mine = copy.copy(course)
    mine.folder = folder
    return mine


class Outcome:
    """What grading is to leave of one student; right answers to all questions unless told."""

    def __init__(self, failed=None, answers=None, own=(), waiting=True, by_hand=None, outputs=None):
        self.failed = failed or {}  # test -> message of a CheckError
        self.answers, self.own = answers or {}, own
        self.waiting, self.by_hand = waiting, by_hand
        self.outputs = outputs or {}  # test -> (ename, evalue)

    @classmethod
    def blank(cls):
        failed = {test: "is not written yet" for test in POINTS}
        return cls(failed, STUB, waiting=False)

    def notebook(self):
        notebook = courses.source(SLUG)
        for cell in notebook.cells:
            cell.source = self.answers.get(cell.id, cell.source)
            errors = {test: ("CheckError", text) for test, text in self.failed.items()}
            if cell.id in errors | self.outputs:
                name, value = (errors | self.outputs)[cell.id]
                secret = [f"{name}: {value}", "SECRET hidden test"]
                cell.outputs = [v4.new_output("error", ename=name, evalue=value, traceback=secret)]
        notebook.cells[3:3] = [v4.new_code_cell(t, id=f"free-{n}") for n, t in enumerate(self.own)]
        return notebook


def record(course, outcomes):
    """Write outcomes into the gradebook and the folder of graded notebooks."""
    with course.gradebook() as gradebook:
        for student, outcome in outcomes.items():
            gradebook.update_or_create_student(student)
            submission = gradebook.add_submission(SLUG, student)
            for grade in submission.notebooks[0].grades:
                lost = grade.name in outcome.failed or grade.name in outcome.outputs
                if grade.name in POINTS:
                    grade.auto_score = 0.0 if lost else POINTS[grade.name]
                    grade.needs_manual_grade = False
                else:
                    grade.auto_score = None if outcome.waiting or outcome.by_hand else 0.0
                    grade.manual_score = outcome.by_hand
                    grade.needs_manual_grade = outcome.waiting
            graded(course, student, outcome.notebook())
        gradebook.db.commit()


def graded(course, student, notebook):
    path = course.folder / "grading" / "autograded" / student / SLUG / f"{SLUG}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


def refuse(course, student, reason):
    """As grading leaves a submission that it refuses."""
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
    notebook = courses.source(SLUG)
    notebook.cells.insert(0, v4.new_markdown_cell(f"**Not graded.** {reason}", id="refusal"))
    graded(course, student, notebook)


def collected(course):
    return facts.collect(SLUG, course.folder)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


# -- calculations ---------------------------------------------------------------------------------


def test_discrimination_is_the_correlation_with_the_other_questions():
    generator = np.random.default_rng(0)
    points = np.array([3.0, 5.0, 0.1, 0.2, 8.0])
    ability = generator.normal(size=(40, 1))
    scores = points * (ability + generator.normal(size=(40, 5)) > 0)
    totals = scores.sum(axis=1)
    for question in range(5):
        expected = np.corrcoef(scores[:, question], totals - scores[:, question])[0, 1]
        assert facts.discrimination(list(scores[:, question]), list(totals)) == pytest.approx(
            expected
        )


@pytest.mark.parametrize(
    ("scores", "totals"),
    [
        ([], []),
        ([1.0] * 9, [2.0] * 9),
        ([0.0, 1.0] * 4, [0.0, 2.0] * 4),  # too few
        ([3.0] * 12, list(range(12))),  # all the same here
        ([0.0, 1.0] * 6, [0.3, 1.3] * 6),  # all the same elsewhere
        ([0.1, 0.2] * 6, [0.1 + 0.7, 0.2 + 0.7] * 6),  # the same but for rounding
    ],
)
def test_discrimination_is_left_out_where_it_says_nothing(scores, totals):
    assert facts.discrimination(scores, totals) is None


def test_discrimination_has_a_sign_and_a_limit():
    scores = [0.0, 1.0] * 6
    assert facts.discrimination(scores, [3 * score for score in scores]) == 1
    assert facts.discrimination(scores, [5 - score for score in scores]) == -1


def test_quartiles_are_numpys():
    values = sorted(np.random.default_rng(1).uniform(0, 100, 37))
    assert facts.five_numbers(values) == pytest.approx(np.percentile(values, [0, 25, 50, 75, 100]))
    assert facts.five_numbers([40.0]) == (40, 40, 40, 40, 40)
    assert facts.five_numbers([0.0, 100.0]) == (0, 25, 50, 75, 100)
    assert facts.five_numbers([]) is None


def test_messages_are_one_group_if_only_numbers_differ():
    messages = {
        "ana": "f(2): off.\n  expected: 0.5\n  got:      -3e-05",
        "ben": "f(2): off.\n  expected: 7\n  got:      nan",
        "cho": "f(2): off.\n  expected: 0.5\n  got:      1.",
        "dan": "f(2): off.\n  expected: 0.5\n  got:      None",
        "eva": "answer_a1 is 3",
        "fay": "answer_a2 is 3",
        "gus": "<function f at 0x7fa1> is wrong",
        "hal": "<function f at 0x1e2b> is wrong",
        "ida": "got [1.0, nan, -inf]",
        "jon": "got [3]",
    }
    groups = [failure.students for failure in facts.grouped(messages)]
    pairs = [("gus", "hal"), ("ida", "jon")]
    assert groups == [("ana", "ben", "cho"), *pairs, ("dan",), ("eva",), ("fay",)]
    shown = facts.grouped({"a": "got 1", "b": "got 2", "c": "got 2"})[0].message
    assert shown == "got 2"  # the most frequent text of the group
    assert facts.grouped({}) == ()


@pytest.mark.parametrize("students", [0, 1, 2, 300])
def test_histogram_counts_everybody_once(students):
    percents = sorted(float(100 * n / max(students - 1, 1)) for n in range(students))
    bars = report_page.histogram(percents)
    assert sum(bar.count for bar in bars) == students
    assert all(bar.y + bar.height == pytest.approx(report_page.FLOOR) for bar in bars)
    assert all(bar.y >= report_page.TOP for bar in bars)
    assert report_page.histogram_text(percents)


def test_histogram_puts_borders_where_it_says():
    counts = [bar.count for bar in report_page.histogram([0.0, 9.9, 10.0, 69.9999999999, 100.0])]
    assert counts == [2, 1, 0, 0, 0, 0, 0, 1, 0, 1]


# -- constructs -----------------------------------------------------------------------------------

KNOWN = scanner.imported(cell.source for cell in courses.source(SLUG).cells if cell.id == "setup")
CONSTRUCTS = {
    "import sys\nsys._getframe(1).f_back": ("frames", "sys._getframe", 2),
    "import gc as g\nx = g.get_objects()": ("frames", "gc.get_objects", 2),
    "torch.allclose = lambda *a: True": ("patches", "torch.allclose = …", 1),
    "from torch import nn\nnn.Linear.forward = None": (
        "patches",
        "torch.nn.Linear.forward = …",
        2,
    ),
    "setattr(testing, 'check', print)": ("patches", "setattr(dlcourse.testing, …)", 1),
    "\nisinstance = lambda *a: True": ("patches", "isinstance = …", 2),
    "class X:\n    def __eq__(self, other): return True": ("pretends", "__eq__", 2),
    "class X:\n    __torch_function__ = None": ("pretends", "__torch_function__ = …", 2),
    "x.__class__ = float": ("pretends", "__class__ = …", 1),
    "class X(Tensor): pass": ("pretends", "class X(torch.Tensor)", 1),
    "exec('1')": ("dynamic", "exec", 1),
    "import sys\nsys.modules['torch'] = 1": ("imports", "sys.modules", 2),
    "from os import _exit as done\ndone(0)": ("process", "os._exit", 1),
    "import subprocess": ("process", "subprocess", 1),
    "!ls": ("process", "!command", 1),
    "import threading": ("background", "threading", 1),
    "import urllib.request": ("network", "urllib.request", 1),
    "open('../other/answer.py')": ("files", "../other/answer.py", 1),
    "open(f'/proc/{n}/environ')": ("files", "/proc/", 1),
    "open('gradebook.db')": ("grader", "gradebook", 1),
    "get_ipython().events": ("notebook", "get_ipython", 1),
    "\n\n%%time\nget_ipython().events": ("notebook", "get_ipython", 4),
    "x = 1\n%timeit -n 1\n%time exec('1')": ("dynamic", "exec", 3),
    "%%bash\nls": ("notebook", "%%bash", 1),
    "x = [" + "1, " * 150 + "]": ("table", "a literal with 150 values", 1),
    "def f(x):\n" + "    if x == 1:\n        return 2\n" * 7: (
        "table",
        "7 branches from a value to a value",
        3,
    ),
    "import pickle": ("encoded", "pickle", 1),
    "x" * 200_000: ("unread", "200,000 characters", 1),
    "-" * 50_000 + "1": ("unread", "nested too deeply", 1),
}


@pytest.mark.parametrize("text", CONSTRUCTS, ids=lambda text: " ".join(text.split())[:30])
def test_construct_is_found_with_its_line(text):
    found = [(f.kind, f.what, f.line) for f in suspicious.scan(text, KNOWN)]
    assert CONSTRUCTS[text] in found
    assert all(kind in suspicious.KINDS for kind, _, _ in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def f(:\n",  # did not run either
        "\x00",
        "%matplotlib inline\n%timeit sum(range(10))\nprint?",
        "import gc\ngc.collect()\nmodel.eval()\ntorch.compile(f)\nx.backward()",
        "import os\nprint(os.path.join('a', 'b'))\ntorch.backends.cudnn.deterministic = True",
        "signal = 3\nprint(signal)\nprint(f'{n}/s, {m} / 2')\nsum = 0",
        "class Net(torch.nn.Module):\n    def __init__(self):\n        self.x = self.__class__",
        '"""As in solutions/, see nbgrader."""\nx = 1  # gradebook',
    ],
)
def test_usual_code_is_not_mentioned(text):
    assert suspicious.scan(text, KNOWN) == []


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_honest_answers_are_not_mentioned(slug):
    questions = importlib.import_module(f"tests.answers.{slug}").QUESTIONS
    codes = [answer.code for question in questions for answer in question.right + question.wrong]
    codes += [cell.source for cell in courses.source(slug).cells if cell.cell_type == "code"]
    assert [finding for code in codes for finding in suspicious.scan(code, KNOWN)] == []


def test_most_attacks_by_code_are_mentioned():
    codes = [[each.code, *each.answers.values()] for each in attacks.ATTACKS]
    notebooks = [texts for texts in codes if any(texts)]
    mentioned = [any(cells) for cells in suspicious.scan_all(notebooks, KNOWN)]
    assert sum(mentioned) >= 0.8 * len(mentioned)


def test_scan_survives_what_takes_too_long():
    slow = "\n".join("!ls" for _ in range(5000))
    found = suspicious.scan_all([["exec('1')"], ["x = 1", slow], [], ["x", "exec('1')"]])
    kinds = [[[finding.kind for finding in cell] for cell in cells] for cells in found]
    assert kinds == [[["dynamic"]], [["unread"], []], [], [[], ["dynamic"]]]


# -- a class --------------------------------------------------------------------------------------


def test_report_of_a_class_agrees_with_an_independent_count(course):
    generator = np.random.default_rng(3)
    tests = list(POINTS)
    outcomes = {}
    for number in range(30):
        ability = generator.normal()
        lost = [t for i, t in enumerate(tests) if ability + generator.normal() < (i - 8) / 6]
        failed = {test: f"f({number}) gives {number / 7}" for test in lost}
        outcomes[f"s{number:02}"] = Outcome(failed)
    record(course, outcomes)
    report = collected(course)
    table = np.array(
        [[0 if t in o.failed else POINTS[t] for t in tests] for o in outcomes.values()]
    )
    assert report.percents() == pytest.approx(sorted(100 * table.sum(1) / sum(POINTS.values())))
    for column, item in enumerate(report.items):
        scores = table[:, column]
        assert item.question.name == tests[column]  # in the notebook's order
        assert item.difficulty == pytest.approx(np.mean(scores) / item.question.points)
        if np.std(scores):
            rest = table.sum(1) - scores
            assert item.discrimination == pytest.approx(np.corrcoef(scores, rest)[0, 1])
        assert item.failed == np.sum(scores == 0)
        assert [len(failure.students) for failure in item.failures] == [item.failed]
    assert report.by_hand[0].waiting == tuple(outcomes)
    students = rows(report_page.students_csv(report))
    assert [float(row["points"]) for row in students] == pytest.approx(list(table.sum(1)))
    assert float(students[4][f"points of {PENALTY}"]) == table[4, tests.index(PENALTY)]


def everything(course):
    """One of each kind: who is graded, refused, stopped, absent, hostile."""
    honest = {f"right-{number}": Outcome() for number in range(3)}
    wrong = {f"wrong-{n}": Outcome({PENALTY: f"got {n}.5"}) for n in range(4)}
    record(
        course,
        honest
        | wrong
        | {
            "blank": Outcome.blank(),
            HOSTILE: Outcome(
                {PENALTY: SCRIPT},
                answers={"b3-penalty": f"import os\nos.system('''{SCRIPT}''')"},
                own=["exec('1')  # <script>"],
            ),
            "stopped": Outcome(outputs={STOPPING: ("TimeLimit", "60 s are over")}),
            "marked": Outcome(waiting=False, by_hand=15),
        },
    )
    refuse(course, "refused", f"The file breaks off at line 7. {SCRIPT}")
    course.submitted("late").write_text("{}")
    with course.gradebook() as gradebook:
        gradebook.add_student("absent")
        gradebook.db.commit()


def test_every_student_is_in_the_report_once_and_in_the_right_place(course):
    everything(course)
    report = collected(course)
    assert {s.id for s in report.of("refused")} == {"refused"}
    assert {s.id for s in report.of("ungraded")} == {"late"}
    assert {s.id for s in report.of("absent")} == {"absent"}
    assert len(report.of("graded")) == 11 == len(report.percents())
    assert "line 7" in report.of("refused")[0].note
    penalty = next(item for item in report.items if item.question.name == PENALTY)
    assert (penalty.blank, penalty.failed) == (("blank",), 5)
    assert penalty.failures[0].students == tuple(f"wrong-{n}" for n in range(4))
    [event] = report.events
    assert (event.student, event.question, event.kind) == (
        "stopped",
        "b5-early-stopping",
        "TimeLimit",
    )
    flags = {(f.student, f.place, f.finding.what, f.finding.line) for f in report.flags}
    assert flags == {
        (HOSTILE, "b3-penalty", "os.system", 2),
        (HOSTILE, "own cell before a1", "exec", 1),
    }
    [by_hand] = report.by_hand
    assert {"marked", "blank"}.isdisjoint(by_hand.waiting)
    assert (len(by_hand.waiting), by_hand.done, by_hand.share) == (9, 2, 15 / 2 / 20)
    assert report.unread == ()


def test_what_the_exercise_does_itself_is_not_flagged(course):
    source = course.folder / "solutions" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.id == "c1-code":
            cell.source += "\nimport threading"
    nbformat.write(notebook, source)
    theirs = "import threading\nimport socket"
    record(course, {"ana": Outcome(answers={"c1-code": theirs, "b3-penalty": theirs})})
    flags = {(flag.place, flag.finding.what) for flag in collected(course).flags}
    assert flags == {("c1-report", "socket"), ("b3-penalty", "socket"), ("b3-penalty", "threading")}


def test_questions_that_need_a_look_are_named(course):
    strong = {f"strong-{n}": Outcome({"a4-test": "no", "a5-test": "no"}) for n in range(6)}
    lost = {test: "no" for test in POINTS if test != "a4-test"}
    stubs = {"a6-answer": STUB["a6-answer"]}
    weak = {f"weak-{n}": Outcome(lost, stubs) for n in range(7)}
    record(course, strong | weak)
    named = [(name, text.split(":")[0]) for name, text in report_page.remarks(collected(course))]
    assert named == [
        ("a4", "students who do well on the other questions do worse on this one"),
        ("a5", "nobody has a point for it"),
        ("a6", "7 of 13 left it untouched"),
    ]


def test_damaged_notebooks_do_not_hide_points(course):
    record(course, {"ana": Outcome(), "ben": Outcome(), "cho": Outcome(), "dan": Outcome()})
    graded(course, "ana", courses.source(SLUG)).write_text("{")
    shutil.rmtree(course.folder / "grading" / "autograded" / "ben")
    graded(course, "cho", courses.source(SLUG)).write_bytes(b"\xff\xfe")
    graded(course, "dan", courses.source(SLUG)).write_text('{"nbformat": 4, "cells": [7]}')
    report = collected(course)
    assert report.unread == ("ana", "ben", "cho", "dan")
    assert report.percents() == [100] * 4
    assert "Graded notebook not found" in report_page.page(report)


@pytest.mark.parametrize("students", [0, 1, 2])
def test_small_classes_have_a_page(course, students):
    record(course, {f"s{number}": Outcome.blank() for number in range(students)})
    refuse(course, "refused", "No notebook.")
    report = collected(course)
    page = report_page.page(report)
    assert ("There are no scores to show" in page) == (students == 0)
    assert all(item.discrimination is None for item in report.items)
    assert len(report_page.summary(report)) == 3
    assert rows(report_page.questions_csv(report))[0]["question"] == "a1-test"


def test_answers_that_are_alike_stand_side_by_side_as_text(course):
    mine = "\n".join(f"if labels[{n}] < limit_{n}: found.append({n}, other={n})" for n in range(9))
    hostile = f"{mine}\n# </pre><script>alert('x')</script>\x1b[31m"
    answers = {"c1-code": mine, "c1-report": "By myself."}
    record(
        course,
        {
            "ada": Outcome(answers=answers),
            HOSTILE: Outcome(answers={"c1-code": hostile.replace("limit", "most")}),
            "own": Outcome(answers={"c1-code": "found = train(seed=1)"}),
        },
    )
    report = collected(course)
    (pair,) = report.pairs
    assert (pair.students, pair.place, pair.share) == ((HOSTILE, "ada"), "c1-report", 1)
    page = report_page.page(report)
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "labels[8] &lt; most_8" in page
    assert page.count("labels[8] &lt; limit_8") == 1
    assert report_page.summary(report)[-1].endswith("Alike: 1 pair of answers.")


def test_command_writes_three_files_and_a_short_summary(course, capsys):
    everything(course)
    other = course.folder / "grading" / "reports" / f"{SLUG}.csv"
    other.parent.mkdir(exist_ok=True)
    other.write_text("of dlcourse grade\n")
    before = (course.folder / "grading" / "gradebook.db").read_bytes()
    assert cli.main(["report", SLUG, "--root", str(course.folder)]) == 0
    out = capsys.readouterr().out
    paths = [other.parent / f"{SLUG}{end}" for end in (".html", "-questions.csv", "-students.csv")]
    assert {*other.parent.iterdir()} == {other, *paths}
    assert all(str(path) in out for path in paths)
    assert len(out.strip().splitlines()) == 7
    assert "11 graded, 1 refused, 1 handed in, without a grade, 1 not handed in" in out
    assert other.read_text() == "of dlcourse grade\n"
    assert (course.folder / "grading" / "gradebook.db").read_bytes() == before


def test_strangers_text_stays_text(course):
    everything(course)
    report = collected(course)
    page = report_page.page(report)
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert" in page
    assert "SECRET" not in page  # the traceback, with what it quotes of hidden tests
    assert not re.search(r"\son\w+=", re.sub(r"&lt;.*?&gt;", "", page))
    assert not re.search(r"(src|href|url)\s*[=(]", re.sub(r"&lt;.*?&gt;", "", page))
    tables = report_page.students_csv(report), report_page.questions_csv(report)
    for row in [*rows(tables[0]), *rows(tables[1])]:
        assert not any(str(value).startswith(("=", "+", "@", "\t")) for value in row.values())
    assert "'=1+1" in tables[0]


def test_files_are_written_whole_or_not_at_all(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        report_page.write({first: "new", second: "\ud800"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"first": "old"}
    report_page.write({first: "new", second: "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "first": "new",
        "second": "new",
    }


def test_mistakes_are_told_in_one_sentence(course, tmp_path, capsys):
    for folder, slug, expected in [
        (course.folder, "nope", "there is no exercise 'nope'; known are: overfitting"),
        (course.folder, SLUG, f"run  dlcourse grade {SLUG}"),
        (tmp_path, SLUG, "there are no exercises in"),
    ]:
        assert cli.main(["report", slug, "--root", str(folder)]) == 2
        error = capsys.readouterr().err
        assert expected in error
        assert error.startswith("dlcourse: ")
        assert error.count("\n") == 1
    (course.folder / "grading" / "gradebook.db").unlink()
    with pytest.raises(UserError, match="has been graded yet"):
        collected(course)
    assert not (course.folder / "grading" / "gradebook.db").exists()  # not made by asking
    (course.folder / "nbgrader_config.py").unlink()
    with pytest.raises(UserError, match=r"no nbgrader_config\.py"):
        collected(course)


# -- really graded --------------------------------------------------------------------------------

LOUD = f"def l2_penalty(parameters, lam):\n    raise ValueError({SCRIPT!r})"
CRASH = "import os\n\ndef l2_penalty(parameters, lam):\n    os._exit(1)"
HALF = (
    "def l2_penalty(parameters, lam):\n"
    "    return lam * sum((p**2).sum() for p in parameters.values())"
)


@pytest.mark.skipif(
    shutil.which("bwrap") is None and not REQUIRED,
    reason="no bubblewrap on this machine: no class was graded for a report",
)
def test_report_of_a_class_that_was_really_graded(course):
    text = {"c1-report": "Dropout helped."}
    course.submit("right", courses.filled(SLUG, text))
    wrong = {"b3-penalty": HALF, "a1-answer": "answer_a1 = 'a'"}
    course.submit("wrong", courses.filled(SLUG, wrong))
    course.submit("crash", courses.filled(SLUG, {"b3-penalty": CRASH}))
    course.submit("blank", courses.released(SLUG))
    course.submit(HOSTILE, courses.filled(SLUG, text | {"b3-penalty": LOUD}))
    course.submitted("broken").write_text('{"cells": [')
    students = ("right", "wrong", "crash", "blank", HOSTILE)
    assert cli.main(["grade", SLUG, "--root", str(course.folder)]) == 0
    report = collected(course)
    points = {student: course.scores(student) for student in students}
    for student in report.of("graded"):
        assert student.scores == points[student.id]
        assert student.percent == pytest.approx(
            100 * sum(points[student.id].values()) / sum(POINTS.values())
        )
    by_name = {item.question.name: item for item in report.items}
    for name, item in by_name.items():
        expected = np.mean([points[student][name] for student in students]) / POINTS[name]
        assert item.difficulty == pytest.approx(expected)
        assert item.blank == ("blank",)
    assert by_name["a1-test"].failures[0].message.startswith("A1: a network can have learned")
    messages = {f.students: f.message for f in by_name[PENALTY].failures}
    assert "l2_penalty" in messages["wrong",]
    assert messages[HOSTILE,].startswith("ValueError: </pre><script>alert")
    assert report.by_hand[0].waiting == (HOSTILE, "right")
    [refused] = report.of("refused")
    assert refused.id == "broken"
    assert refused.note.startswith(f"{SLUG}.ipynb is not a notebook")
    [event] = report.events
    assert (event.student, event.question, event.kind) == ("crash", "b3-penalty", "KernelDied")
    assert event.text.startswith("your code ended Python itself")
    assert [(flag.student, flag.finding.what) for flag in report.flags] == [("crash", "os._exit")]
    assert report.unread == ()
    assert "<script" not in report_page.page(report)


# -- in the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(generated, tmp_path_factory):
    """The page of a class with everything in it, and that of nobody who could be graded."""
    folder = tmp_path_factory.mktemp("pages")
    full, empty = (copied(generated, folder / name) for name in ("full", "empty"))
    everything(full)
    refuse(empty, "refused", "No notebook.")
    for course in (full, empty):
        assert cli.main(["report", SLUG, "--root", str(course.folder)]) == 0
    return {
        course.folder.name: course.folder / "grading" / "reports" / f"{SLUG}.html"
        for course in (full, empty)
    }


LOOKS = [("full", width, mode) for width in (1280, 390) for mode in ("light", "dark")]


@pytest.mark.parametrize(("name", "width", "mode"), [*LOOKS, ("empty", 390, "dark")])
def test_page_is_sound(browser, pages, name, width, mode):
    """No request, no error, nothing wider than the screen, nothing that axe finds."""
    import axe_playwright_python

    axe = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
    address = pages[name].as_uri()
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=mode)
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.on("request", lambda request: request.url == address or faults.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    assert dark == (mode == "dark")
    page.evaluate(axe)
    result = page.evaluate("axe.run({preload: false})")
    found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in result["violations"]]
    assert found == []
    assert result["passes"], "axe checked nothing"
    assert faults == []
    if pictures := os.environ.get("DLCOURSE_PICTURES"):
        page.screenshot(path=f"{pictures}/{name}-{width}-{mode}.png", full_page=True)
    boxes, body = "pre, ul.rows > li", page.locator("body")
    assert strays(body, boxes) == []
    flood(body, boxes)
    assert strays(body, boxes) == []
    context.close()
