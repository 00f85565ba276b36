"""What was said of a student at collecting and grading stands in the instructor's report."""

import os
import shutil

import nbformat
import pytest

from dlcourse import grading
from dlcourse.grading.classroom import results
from dlcourse.grading.isolation import session
from dlcourse.grading.reports import facts, page
from tests import courses

pytestmark = [
    pytest.mark.skipif(
        shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
        reason="needs bubblewrap",
    ),
    # nbgrader's way of adding rows
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
SLUG = "small"
WHY = {"answer": courses.SmallCourse.RIGHT, "why": "Halves add up to the whole."}


@pytest.fixture(scope="module", autouse=True)
def tidy():
    yield
    session.close()


def said(course):
    report = facts.collect(SLUG, course.folder)
    return {student.id: "; ".join(student.said) for student in report.students}, report


def test_the_report_lists_what_is_said_of_each_student(tmp_path, capsys):
    (tmp_path / "course").mkdir()
    course = courses.SmallCourse(tmp_path / "course")
    course.generate()
    (tmp_path / "people.csv").write_text("id\nada\nbob\ncyd\ndan\n")
    grading.roster(tmp_path / "people.csv", course.folder)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    right = course.filled({"answer": course.RIGHT})
    for name in ("ada_small.ipynb", "ada_small (1).ipynb", "eve_small.ipynb", "dan_small.ipynb"):
        nbformat.write(right, inbox / name)
    grading.collect(SLUG, course.folder, [inbox])
    course.submit("bob", course.filled(WHY))
    course.submitted("bob").with_name("timestamp.txt").write_text("2026-10-03 12:00:00 UTC")
    lost = course.filled(WHY)
    for cell in lost.cells:
        cell.metadata = {}
    course.submit("cyd", lost)
    course.submitted("dan").write_text("{")
    grading.due(SLUG, course.folder, "2026-10-01", "50%/day:50%")
    grading.grade(SLUG, course.folder)
    notes, report = said(course)
    assert "the latest of 2 files" in notes["ada"]
    assert "handed in as small (1).ipynb" in notes["ada"]
    assert notes["bob"] == "0.5 points less since it was late; has answers to grade by hand"
    assert (
        "found by cell id, since they had lost their names: answer, experiment, why" in notes["cyd"]
    )
    assert "refused: small.ipynb is not a notebook, or only a part of one" in notes["dan"]
    assert "not in the roster" in notes["eve"]
    shown = page.page(report)
    table = page.students_csv(report)
    for student in notes:
        assert notes[student] in table
    assert "found by cell id, since they had lost their names: answer, experiment, why" in shown
    listed = shown.partition('id="notes"')[2].partition("</section>")[0]
    names = [name for name in notes if f"<bdi>{name}</bdi></b>" in listed]
    assert names == ["ada", "bob", "cyd", "eve"]  # dan was only refused
    # A grade of one student leaves the notes of the others; what a person does since is seen.
    with course.gradebook() as gradebook:
        given = gradebook.find_grade("why", SLUG, SLUG, "cyd")
        given.manual_score, given.needs_manual_grade = 17, False
        gradebook.db.commit()
    course.submit("cyd", course.filled(WHY | {"why": "Ask Bob."}))
    grading.grade(SLUG, course.folder, ["cyd"])
    shutil.rmtree(course.submitted("bob").parents[1])
    after, report = said(course)
    assert after["ada"] == notes["ada"]
    assert after["cyd"].startswith("17 points that were given by hand for an earlier answer stand")
    assert "no submission; the grade of an earlier submission stands" in after["bob"]
    shutil.rmtree(course.submitted("cyd").parents[1])
    grading.forget(SLUG, course.folder, ["cyd"])
    assert said(course)[0]["cyd"] == ""
    capsys.readouterr()


def test_notes_act_neither_on_the_page_nor_in_the_table(tmp_path):
    course = courses.SmallCourse(tmp_path)
    course.generate()
    course.submit("ada", course.filled(WHY))
    grading.grade(SLUG, course.folder)
    results.remember(course.folder / "grading" / "reports", SLUG, {"ada": ["<b>x</b>\x1b[2J\n=1"]})
    _, report = said(course)
    assert r"&lt;b&gt;x&lt;/b&gt;\x1b[2J\n=1" in page.page(report)
    assert "\x1b" not in page.students_csv(report)
