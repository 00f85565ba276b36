"""Due dates, extensions and what late work loses: set by a command, the same everywhere."""

import csv
import datetime
import re

import pytest

from dlcourse import cli, grading
from dlcourse.grading.classroom.deadlines import Rule
from tests.test_records import SLUG, WHY, copy_of, grade, released  # noqa: F401 (a fixture)

DAY = 86400.0


@pytest.mark.parametrize(
    ("text", "late", "lost"),
    [
        ("none", DAY, 0),
        ("zero", 1, 80),
        ("zero", 0, 0),
        ("10%/day", 1, 8),
        ("10%/day", DAY, 8),
        ("10%/day", DAY + 1, 16),
        ("10%/day", 99 * DAY, 80),
        ("10%/day:50%", 99 * DAY, 40),
        (" 2.5% / Hour : 20% ", 2 * 3600, 4),
        ("50%/week", 8 * DAY, 80),
    ],
)
def test_rules(text, late, lost):
    assert Rule.parse(text).off(80, late) == pytest.approx(lost)


@pytest.mark.parametrize("text", ["", "10", "10%", "10%/year", "110%/day", "10%/day:200%", "some"])
def test_what_is_no_rule_is_said(text):
    with pytest.raises(grading.UserError, match="a rule for late work is none, zero, 10%/day"):
        Rule.parse(text)


@pytest.fixture
def course(released, tmp_path):  # noqa: F811
    """A class of two who handed in on the second of January, at noon."""
    course = copy_of(released, tmp_path)
    for student in ("ada", "ben"):
        course.submit(student, course.filled(WHY | {"b1": "def half(x):\n    return x / 2"}))
        course.submitted(student).with_name("timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
        with course.gradebook() as gradebook:
            gradebook.update_or_create_student(student)
    return course


def due(course, *arguments):
    assert cli.main(["due", SLUG, *arguments, "--root", str(course.folder)]) == 0


def table(course, name):
    with (course.folder / "grading" / "reports" / name).open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_late_points_come_and_go_and_are_the_same_everywhere(course, capsys):
    def points(student="ada"):
        grading.grade(SLUG, course.folder)
        said = capsys.readouterr().out
        return float(re.search(rf"^{student} +([\d.]+) of", said, re.MULTILINE)[1])

    full = points()
    assert full > 0
    due(course, "2026-01-01T12:00+00:00", "--late", "10%/day")
    assert "10%/day" in capsys.readouterr().out
    assert points() == pytest.approx(0.9 * full)
    with course.gradebook() as gradebook:
        work = gradebook.find_submission(SLUG, "ada")
        assert work.score - work.late_submission_penalty == pytest.approx(0.9 * full)
    assert float(table(course, f"{SLUG}.csv")["ada"]["score"]) == pytest.approx(0.9 * full)
    grading.report(SLUG, course.folder)
    row = table(course, f"{SLUG}-students.csv")["ada"]
    assert float(row["late"]) == pytest.approx(0.1 * full)
    due(course, "--late", "zero")
    assert points() == 0
    due(course, "--student", "ada", "2026-01-03T00:00+00:00")
    assert (points(), points("ben")) == (full, 0)
    due(course, "--student", "ada", "none")
    assert points() == 0
    due(course, "2026-01-05")
    assert points() == full
    due(course, "2026-01-01", "--late", "none")
    assert points() == full
    due(course, "none", "--late", "zero")
    assert points() == full


def test_an_extension_for_somebody_who_has_handed_in_nothing_yet(course, capsys):
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("cleo")
    due(course, "2026-01-01T12:00+00:00", "--late", "zero", "--student", "cleo", "2026-01-09")
    assert re.search(r"cleo: 2026-01-09 23:59:59", capsys.readouterr().out)
    course.submit("cleo", course.filled(WHY))
    course.submitted("cleo").with_name("timestamp.txt").write_text("2026-01-07 12:00:00 UTC")
    said = grade(course, "cleo", capsys)
    assert "since it was late" not in said
    before = course.folder / "grading" / "autograded" / "cleo"
    changed = {p: p.stat().st_mtime_ns for p in before.rglob("*")}
    grade(course, "cleo", capsys)
    assert changed == {p: p.stat().st_mtime_ns for p in before.rglob("*")}


def test_points_given_by_hand_later_count_for_what_is_lost(course, capsys):
    due(course, "2026-01-01T12:00+00:00", "--late", "10%/day")
    grading.grade(SLUG, course.folder)
    with course.gradebook() as gradebook:
        notebook = gradebook.find_submission(SLUG, "ada").notebooks[0]
        by_hand = next(g for g in notebook.grades if g.needs_manual_grade)
        by_hand.manual_score, by_hand.needs_manual_grade = by_hand.max_score, False
        gradebook.db.commit()
        earned = notebook.score
    said = grade(course, "ada", capsys)
    assert f"{0.1 * earned:g} points less since it was late" in said


def test_nbgraders_own_command_applies_the_rule(course, capsys):
    due(course, "2026-01-01T12:00+00:00", "--late", "50%/day")
    done = course.nbgrader("autograde", SLUG, "--student", "ada")
    assert done.returncode == 0, done.stderr
    with course.gradebook() as gradebook:
        work = gradebook.find_submission(SLUG, "ada")
        assert work.late_submission_penalty == pytest.approx(0.5 * work.score)


def test_a_time_stamp_that_cannot_be_read_is_said(course, capsys):
    course.submitted("ada").with_name("timestamp.txt").write_text("yesterday, I think")
    assert "when it was handed in cannot be read from timestamp.txt" in grade(course, "ada", capsys)


def test_what_cannot_be_set_is_said_and_nothing_is_changed(course, capsys):
    for arguments, words in {
        ("soon",): "'soon' is no time: write it as 2026-10-01",
        ("2026-01-01", "--student", "zed", "2026-01-02"): "there is no student 'zed'",
        ("--student", "ada", "2026-01-02"): "has no due date yet",
        ("2026-01-01", "--late", "much"): "a rule for late work is",
    }.items():
        assert cli.main(["due", SLUG, *arguments, "--root", str(course.folder)]) == 2
        assert words in capsys.readouterr().err
    with course.gradebook() as gradebook:
        assert gradebook.find_assignment(SLUG).duedate is None


def test_a_day_means_its_end_here(course, capsys):
    due(course, "2026-01-05")
    end = datetime.datetime(2026, 1, 5, 23, 59, 59).astimezone(datetime.UTC)
    with course.gradebook() as gradebook:
        assert gradebook.find_assignment(SLUG).duedate == end.replace(tzinfo=None)
