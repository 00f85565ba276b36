"""A small class, end to end through nbgrader: released, handed in, graded, sent back, exported.

Some of its students hand in what would stop nbgrader for everybody. Each of them must end with a
grade or a reason, and the others with exactly the points they earned.
"""

import copy
import csv
import functools
import os
import subprocess
import sys

import pytest

from dlcourse import cli, grading
from tests import courses

SLUG = "overfitting"
POINTS, TESTS = courses.points(SLUG), courses.tests(SLUG)
worth = functools.partial(courses.worth, SLUG)
AUTO, MANUAL = sum(POINTS.values()), 20
REPORT = "Dropout helped on all three seeds; weight decay did not."

# A cell may run so many seconds here.
LIMITS = """
c.ExecutePreprocessor.timeout = 15
c.Execute.timeout = 8
"""
WRONG = """
def l2_penalty(parameters, lam):
    return lam * sum((p**2).sum() for name, p in parameters.items() if not name.endswith("bias"))
"""
CRASH = """
import os

def l2_penalty(parameters, lam):
    os._exit(1)
"""
ENDLESS = """
def early_stopping(losses, patience, min_delta=0.0):
    while True:
        pass
"""
STUBBORN = """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
"""
HANGS = """
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
"""


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A released exercise that nobody has handed in yet; each test brings students of its own."""
    course = courses.Course(tmp_path_factory.mktemp("course"), SLUG, LIMITS)
    course.generate()
    return course


def dlcourse(course, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "dlcourse.cli", *arguments],
        cwd=course.folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


def report(course):
    with (course.folder / "grading" / "reports" / f"{SLUG}.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_class_from_release_to_export(tmp_path):
    course = courses.Course(tmp_path, SLUG, LIMITS)
    course.generate()
    hand_in(course)
    everybody_has_a_grade_or_a_reason(course)
    hidden_tests_decide(course)
    open_question_is_graded_by_hand_and_exported(course)


def hand_in(course):
    report = {"c1-report": REPORT}
    course.submit("perfect", courses.filled(SLUG, report))
    course.submit("2026001", courses.filled(SLUG, report | {"a1-answer": "answer_a1 = 'a'"}))
    course.submit("blank", courses.released(SLUG))
    course.submit("wrong", courses.filled(SLUG, report | {"b3-penalty": WRONG}))
    course.submit("crash", courses.filled(SLUG, {"b3-penalty": CRASH}))
    course.submit("endless", courses.filled(SLUG, report | {"b5-early-stopping": ENDLESS}))
    course.submit("stubborn", courses.filled(SLUG, {"b2-kfold": STUBBORN}))
    tampered = courses.filled(SLUG, report | {"b7-diagnose": "def diagnose(*_): return 'good'"})
    for cell in tampered.cells:
        if cell.id in TESTS["b7-diagnose"]:
            cell.source = "pass"  # a test cell that always passes
    course.submit("tampered", tampered)
    course.submit("twice", with_a_cell_twice())
    cut_short(course, "broken")
    course.submitted("binary").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    course.submitted("missing").with_name("notes.txt").write_text("my dog ate it")


def with_a_cell_twice():
    notebook = courses.filled(SLUG)
    test = next(cell for cell in notebook.cells if cell.id in TESTS["b7-diagnose"])
    notebook.cells.append(copy.deepcopy(test))
    notebook.cells[-1].id = "pasted"
    return notebook


def cut_short(course, student):
    course.submit(student, courses.filled(SLUG))
    whole = course.submitted(student).read_text()
    course.submitted(student).write_text(whole[: len(whole) // 2])


def everybody_has_a_grade_or_a_reason(course):
    graded = dlcourse(course, "grade", SLUG)
    assert graded.returncode == 0, graded.stderr
    rows = report(course)
    scores = {student: float(row["score"]) for student, row in rows.items() if row["score"]}
    assert scores == {
        "perfect": AUTO,
        "2026001": AUTO - worth("a1-answer"),
        "blank": 0,
        "wrong": AUTO - worth("b3-penalty"),
        "endless": AUTO - worth("b5-early-stopping"),
        "tampered": AUTO - worth("b7-diagnose"),
        "twice": AUTO,  # a copied test cell is no test
        "crash": AUTO - worth("b3-penalty"),
        "stubborn": AUTO - worth("b2-kfold"),
        **dict.fromkeys(["broken", "binary", "missing"], 0),
    }
    assert {float(row["max_score"]) for row in rows.values() if row["score"]} == {AUTO + MANUAL}
    reasons = {student: row["note"] for student, row in rows.items() if "refused" in row["note"]}
    assert set(reasons) == {"broken", "binary", "missing"}
    assert "JSON breaks off" in reasons["broken"]
    assert "not a text file" in reasons["binary"]
    assert reasons["missing"] == f"refused: the submission has no file {SLUG}.ipynb"
    for student, row in rows.items():
        assert student in graded.stdout
        assert row["note"] in graded.stdout
        assert str(course.folder) not in row["note"]
    assert "12 of 12 have a grade; 3 of them were refused" in graded.stdout
    assert "Traceback" not in graded.stdout + graded.stderr
    reasons_are_in_the_feedback(course)


def reasons_are_in_the_feedback(course):
    for student, reason in {
        "crash": "ended Python itself",
        "stubborn": "took longer than 8 s",
        "endless": "took longer than 8 s",
        "missing": "has no file",
    }.items():
        made = course.nbgrader("generate_feedback", SLUG, f"--CourseDirectory.student_id={student}")
        assert made.returncode == 0, made.stderr
        page = course.folder / "grading" / "feedback" / student / SLUG / f"{SLUG}.html"
        assert reason in page.read_text()


def hidden_tests_decide(course):
    # 2026001's wrong letter passes the visible test, so that only the hidden one can have seen it.
    autograded = course.folder / "grading" / "autograded" / "2026001" / SLUG / f"{SLUG}.ipynb"
    text = autograded.read_text()
    assert "BEGIN HIDDEN TESTS" in text
    assert "choosing by test error is tuning" in text
    done = dlcourse(course, "check", str(course.submitted("2026001")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 questions have an answer; 9 of 9 tasks pass their" in done.stdout


def open_question_is_graded_by_hand_and_exported(course):
    rows = report(course)
    assert rows["perfect"]["note"] == "has answers to grade by hand"
    assert rows["blank"]["note"] == ""  # nothing written, nothing to read: 0 by itself
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("c1-report", SLUG, SLUG, "perfect")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)
        grade.manual_score, grade.needs_manual_grade = 17, False
        comment = gradebook.find_comment("c1-report", SLUG, SLUG, "perfect")
        comment.manual_comment = "Name the spread."
        gradebook.db.commit()

    # A second run grades nobody again, keeps what was given by hand, and still says who lacks one.
    stamp = course.folder / "grading" / "autograded" / "perfect" / SLUG / f"{SLUG}.ipynb"
    before = stamp.stat().st_mtime_ns
    again = dlcourse(course, "grade", SLUG)
    assert again.returncode == 0, again.stderr
    assert stamp.stat().st_mtime_ns == before
    assert float(report(course)["perfect"]["score"]) == AUTO + 17
    assert report(course)["perfect"]["note"] == ""

    feedback = course.nbgrader("generate_feedback", SLUG, "--CourseDirectory.student_id=perfect")
    assert feedback.returncode == 0, feedback.stderr
    html = course.folder / "grading" / "feedback" / "perfect" / SLUG / f"{SLUG}.html"
    assert "Name the spread." in html.read_text()

    export = course.nbgrader("export")
    assert export.returncode == 0, export.stderr
    with (course.folder / "grading" / "grades.csv").open(newline="") as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert exported["perfect"] == AUTO + 17
    assert exported["wrong"] == AUTO - worth("b3-penalty")
    assert exported["broken"] == 0


def test_second_submission_replaces_the_first(course):
    # A good grade must not survive a submission that cannot be graded any more, nor the reverse.
    course.submit("wrong", courses.filled(SLUG))
    assert dlcourse(course, "grade", SLUG, "--student", "wrong").returncode == 0
    assert sum(course.scores("wrong").values()) == AUTO
    course.submitted("wrong").write_bytes(b"\xff\xfe")
    done = dlcourse(course, "grade", SLUG)
    assert "refused" in done.stdout
    assert set(course.scores("wrong").values()) == {0}
    course.submit("wrong", courses.filled(SLUG))
    assert dlcourse(course, "grade", SLUG).returncode == 0
    assert sum(course.scores("wrong").values()) == AUTO


def test_wall_clock_limit_ends_a_student(course):
    config = course.folder / "nbgrader_config.py"
    text = config.read_text()
    course.submit("hangs", courses.filled(SLUG, {"b5-early-stopping": HANGS}))
    config.write_text(text + "c.Execute.timeout = 300\nc.Execute.notebook_timeout = 10\n")
    try:
        done = dlcourse(course, "grade", SLUG, "--student", "hangs")
    finally:
        config.write_text(text)
    assert done.returncode == 0, done.stderr
    scores = course.scores("hangs")
    before = [test for test in POINTS if test < "b5"]
    assert [scores[test] for test in before] == [POINTS[test] for test in before]
    assert {score for test, score in scores.items() if test > "b5"} == {0}


def test_enrolled_student_without_submission_is_listed(course, capsys):
    with course.gradebook() as gradebook:
        gradebook.add_student("absent")
    assert grading.grade(SLUG, course.folder, ["absent"]) == 1
    assert "no submission" in capsys.readouterr().out


def test_user_errors_are_one_sentence(course, tmp_path, capsys, monkeypatch):
    cut_short(course, "broken")
    monkeypatch.chdir(course.folder)
    for arguments, expected in [
        (["grade", "nope"], "there is no exercise 'nope'; known are: overfitting"),
        (["grade", SLUG, "--student", "zoe"], "there is no student 'zoe'"),
        (["grade", SLUG, "--root", str(tmp_path)], "there are no exercises in"),
        (["check", "nope"], "there is no exercise 'nope'; known are: overfitting"),
        (["check", "exercises"], "is a folder"),
        (["check", "missing.ipynb"], "there is no file missing.ipynb"),
        (["check", "solutions/overfitting/other"], "there is no file"),
        (["check", "nbgrader_config.py"], "is not a notebook"),
        (["check", str(course.submitted("broken"))], "JSON breaks off"),
    ]:
        assert cli.main(arguments) == 2, arguments
        error = capsys.readouterr().err
        assert expected in error
        assert error.startswith("dlcourse: ")
        assert error.count("\n") == 1


def test_a_folder_without_a_configuration_is_no_course(tmp_path):
    course = courses.Course(tmp_path, SLUG)
    course.submit("perfect", courses.filled(SLUG))
    (tmp_path / "nbgrader_config.py").unlink()
    with pytest.raises(grading.UserError, match=r"no nbgrader_config\.py"):
        grading.grade(SLUG, course.folder)


def test_check_says_what_is_wrong_and_where(course):
    answers = {"b3-penalty": WRONG, "a5-answer": "answer_a5 = 'two'"}
    notebook = courses.filled(SLUG, answers)
    path = course.submitted("checking")
    course.submit("checking", notebook)
    done = dlcourse(course, "check", str(path))
    assert done.returncode == 1
    assert "7 of 8 questions have an answer; 8 of 9 tasks pass" in done.stdout
    assert "FAIL       b3-penalty" in done.stdout
    assert "hint: 0.1 / 2 * (1 + 4); the bias has no part in it" in done.stdout
    assert "answer_a5 is still None" not in done.stdout
    assert "assign the number" in done.stdout or "assign one finite number" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr

    course.submit("checking", courses.filled(SLUG, {"a1-answer": "import os\nos._exit(0)"}))
    done = dlcourse(course, "check", str(path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "the kernel died" in done.stderr

    for cell in notebook.cells:
        if cell.id in TESTS["b3-penalty"]:
            cell.source = "pass"
    course.submit("checking", notebook)
    done = dlcourse(course, "check", str(path))
    assert done.returncode == 1
    assert "Locked cells have been changed: b3-penalty" in done.stdout
