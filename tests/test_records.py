"""What the gradebook says is what was handed in last, under the rules that hold now."""

import os
import shutil
from datetime import datetime

import nbformat
import pytest

from dlcourse import grading
from dlcourse.grading.classroom import execute, record
from dlcourse.grading.isolation import sandbox, session
from tests import courses

SLUG = "small"
WHY = {"answer": courses.SmallCourse.RIGHT, "why": "Halves add up to the whole."}
WRONG = {"answer": "def half(x):\n    return 1"}

pytestmark = [
    pytest.mark.usefixtures("warm"),
    pytest.mark.skipif(
        shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
        reason="needs bubblewrap",
    ),
    # nbgrader's way of adding rows
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    course = courses.SmallCourse(tmp_path_factory.mktemp("released"))
    assert course.api().generate_assignment(SLUG)["success"]
    return course.folder


@pytest.fixture(scope="module")
def course(released, tmp_path_factory):
    """A course that each test brings students of its own to."""
    return copy_of(released, tmp_path_factory.mktemp("small"))


def copy_of(released, folder):
    shutil.copytree(released, folder, dirs_exist_ok=True)
    course = object.__new__(courses.SmallCourse)
    course.folder, course.slug = folder, SLUG
    course.source = folder / "solutions" / SLUG / f"{SLUG}.ipynb"
    return course


def grade(course, student, capsys, **options):
    """The student's line as it is printed."""
    capsys.readouterr()
    grading.grade(SLUG, course.folder, **options)
    lines = capsys.readouterr().out.splitlines()
    return next(line for line in lines if line.split()[:1] == [student])


def mark(course, student):
    """Changes whenever a grade is made."""
    return course.autograded(student).with_name("graded.sha256").stat().st_ino


def by_hand(course, student, points):
    """Give points for the open question as the formgrader does."""
    with course.gradebook() as gradebook:
        given = gradebook.find_grade("why", SLUG, SLUG, student)
        given.manual_score, given.needs_manual_grade = points, False
        gradebook.db.commit()


def flagged(course, student):
    with course.gradebook() as gradebook:
        return gradebook.find_grade("why", SLUG, SLUG, student).needs_manual_grade


def test_points_by_hand_stay_as_they_are_while_the_answer_does(course, capsys):
    course.submit("ada", course.filled(WHY))
    assert grade(course, "ada", capsys).endswith("1 of 21  has answers to grade by hand")
    by_hand(course, "ada", 17)
    for options in ({}, {"force": True}, {"students": ["ada"]}):
        assert grade(course, "ada", capsys, **options).endswith("18 of 21"), options
        assert not flagged(course, "ada")
    # nbgrader's own command and the formgrader's button go the same way.
    assert course.api().autograde(SLUG, "ada", force=True)["success"]
    assert not flagged(course, "ada")
    # Another answer to another question is no reason either; to this one it is.
    course.submit("ada", course.filled(WHY | WRONG))
    assert grade(course, "ada", capsys).endswith("17 of 21")
    course.submit("ada", course.filled(WHY | {"why": "Ask Bob."}))
    line = grade(course, "ada", capsys)
    assert "18 of 21  17 points that were given by hand for an earlier answer stand" in line
    assert line.endswith("until you confirm or change them (why)")
    assert flagged(course, "ada")


def test_broken_file_and_points_by_hand_are_both_said(course, capsys):
    course.submit("bob", course.filled(WHY))
    grade(course, "bob", capsys)
    by_hand(course, "bob", 17)
    course.submitted("bob").write_bytes(b"\xff\xfe")
    for _ in range(2):
        line = grade(course, "bob", capsys)
        assert "17 of 21  refused: small.ipynb is not a notebook" in line
        assert "17 points that were given by hand for an earlier answer stand until you" in line
    by_hand(course, "bob", 3)
    line = grade(course, "bob", capsys)
    assert "3 of 21  refused:" in line
    assert line.endswith("3 points that were given by hand for an earlier answer stand (why)")


def test_points_by_hand_for_a_test_are_looked_at_again_when_the_answer_changes(course, capsys):
    course.submit("cyd", course.filled(WRONG))
    grade(course, "cyd", capsys)
    with course.gradebook() as gradebook:
        given = gradebook.find_grade("test", SLUG, SLUG, "cyd")
        given.manual_score, given.needs_manual_grade = 0.5, False
        gradebook.db.commit()
    assert grade(course, "cyd", capsys, force=True).endswith("0.5 of 21")
    course.submit("cyd", course.filled({"answer": "def half(x):\n    return 2"}))
    assert "0.5 points that were given by hand" in grade(course, "cyd", capsys)


def test_who_is_not_in_the_gradebook_any_more_is_graded_anew(course, capsys):
    course.submit("dan", course.filled(WHY))
    grade(course, "dan", capsys)
    with course.gradebook() as gradebook:
        gradebook.remove_student("dan")
    assert "1 of 21" in grade(course, "dan", capsys)


def test_older_gradebook_is_brought_up_to_date(course, capsys):
    course.submit("eve", course.filled(WRONG))
    assert "0 of 21" in grade(course, "eve", capsys)
    book = course.folder / "grading" / "gradebook.db"
    older = book.read_bytes()
    course.submit("eve", course.filled(WHY))
    assert "1 of 21" in grade(course, "eve", capsys)
    book.write_bytes(older)
    assert "1 of 21" in grade(course, "eve", capsys)
    # Whoever was not in it at all is graded like everybody else.
    course.submit("eva", course.filled(WHY))
    assert "1 of 21" in grade(course, "eva", capsys)
    book.write_bytes(older)
    assert "1 of 21" in grade(course, "eva", capsys)


def test_grade_that_was_not_made_to_its_end_is_made_again(course, capsys, monkeypatch):
    course.submit("eli", course.filled(WHY))
    grade(course, "eli", capsys)
    course.submit("eli", course.filled(WRONG))
    with monkeypatch.context() as patch:
        patch.setattr(record.os, "replace", pull_the_plug)
        line = grade(course, "eli", capsys, students=["eli"])
        assert "not graded: no power; the grade of an earlier submission stands" in line
    # The finished folder is still that of this answer; the gradebook has the other one's points.
    course.submit("eli", course.filled(WHY))
    assert "1 of 21" in grade(course, "eli", capsys)


def pull_the_plug(*_):
    raise OSError("no power")


def test_grade_without_a_submission_is_pointed_out_and_can_be_removed(course, capsys):
    course.submit("fay", course.filled(WHY))
    grade(course, "fay", capsys)
    with pytest.raises(grading.UserError, match="fay has handed in small: to grade it afresh"):
        grading.forget(SLUG, course.folder, ["fay"])
    shutil.rmtree(course.submitted("fay").parent)
    line = grade(course, "fay", capsys)
    assert "1 of 21  no submission; the grade of an earlier submission stands" in line
    assert line.endswith(f"run  dlcourse forget {SLUG} fay")
    assert grading.grade(SLUG, course.folder, ["fay"]) == 1
    assert grading.forget(SLUG, course.folder, ["fay"]) == 0
    assert "Removed: 1 of 21 of fay for small." in capsys.readouterr().out
    assert not course.autograded("fay").exists()
    assert grade(course, "fay", capsys).endswith("-  no submission")
    grading.forget(SLUG, course.folder, ["fay"])
    assert "fay has no grade" in capsys.readouterr().out


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"answer": []},  # it ended in the middle
        {"answer": [], "test": None},
        {"answer": [], "test": [{"output_type": "stream"}]},
        {"answer": [], "test": [{"output_type": "error", "ename": "E"}]},
        {"answer": [], "test": [], "why": []},  # of another notebook
        [["answer", []], ["test", []]],
        None,
    ],
)
def test_what_a_worker_leaves_out_earns_nothing(course, capsys, monkeypatch, told):
    course.submit("ike", course.filled(WRONG))
    monkeypatch.setattr(session, "run", lambda task: told)
    line = grade(course, "ike", capsys, students=["ike"])
    assert "-  not graded: the worker did not do all that it was asked for" in line
    monkeypatch.undo()
    assert grade(course, "ike", capsys).endswith("0 of 21")
    shutil.rmtree(course.submitted("ike").parents[1])
    grading.forget(SLUG, course.folder, ["ike"])


def test_answers_read_the_files_that_were_handed_in_beside_them(course, capsys):
    answer = "def half(x):\n    return x / int(open('two.txt').read())"
    course.submit("gus", course.filled({"answer": answer}))
    course.submitted("gus").with_name("two.txt").write_text("2")
    assert "1 of 21" in grade(course, "gus", capsys)


def test_without_bubblewrap_nothing_is_run_unless_it_is_asked_for(course, capsys, monkeypatch):
    course.submit("hal", course.filled(WHY))
    monkeypatch.setattr(sandbox, "missing", lambda: "bubblewrap is not installed")
    monkeypatch.setattr(execute, "_reasons", [])
    with pytest.raises(grading.UserError, match="trust every one of them, add  --no-sandbox"):
        grading.grade(SLUG, course.folder, ["hal"])
    assert not course.api().autograde(SLUG, "hal")["success"]
    os.environ.pop("NBGRADER_EXECUTION", None)  # which nbgrader leaves behind when it fails
    assert not course.autograded("hal").exists()
    assert "1 of 21" in grade(course, "hal", capsys, students=["hal"], confined=False)


# -- what a grade depends on ----------------------------------------------------------------------


def edit(course, change):
    """Change the instructor's notebook and enter it into the gradebook."""
    notebook = nbformat.read(course.source, as_version=4)
    change({cell.id: cell for cell in notebook.cells})
    nbformat.write(notebook, course.source)
    assert course.api().generate_assignment(SLUG, force=True)["success"]


def more_points(course):
    edit(course, lambda cells: cells["test"].metadata.nbgrader.update(points=4))


def harder_test(course):
    edit(
        course,
        lambda cells: cells["test"].update(source=cells["test"].source + "\nassert half(1) == 0.5"),
    )


def other_words(course):
    edit(course, lambda cells: cells["why"].metadata.update(tags=["hard"]))


def new_answer(course):
    course.submit("ada", course.filled(WHY | {"why": "Because."}))


def new_file(course):
    course.submitted("ada").with_name("data.csv").write_text("1,2")


def new_file_of_the_exercise(course):
    course.source.with_name("table.csv").write_text("3,4")


def handed_in(course):
    course.submitted("ada").with_name("timestamp.txt").write_text("2026-01-02 00:00:00 UTC")


def no_time(course):
    course.submitted("ada").with_name("timestamp.txt").unlink()


def due(course):
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate=datetime(2026, 1, 1))


def extended(course):
    with course.gradebook() as gradebook:
        gradebook.grant_extension(SLUG, "ada", days=3)


def setting(line):
    def change(course):
        path = course.folder / "nbgrader_config.py"
        path.write_text(path.read_text() + line + "\n")

    return change


# In this order: what changes, and the points after it.
INPUTS = {
    "the answer": (new_answer, "1 of 21"),
    "a file beside it": (new_file, "1 of 21"),
    "the exercise's files": (new_file_of_the_exercise, "1 of 21"),
    "the points": (more_points, "4 of 24"),
    "a test": (harder_test, "4 of 24"),
    "another cell of the exercise": (other_words, "4 of 24"),
    "the penalty": (setting("c.LateSubmissionPlugin.penalty_method = 'zero'"), "4 of 24"),
    "the time stamp": (handed_in, "4 of 24"),
    "the due date": (due, "0 of 24"),
    "an extension": (extended, "4 of 24"),
    "the time stamp, taken away": (no_time, "4 of 24"),
    "the limits": (setting("c.Execute.timeout = 99"), "4 of 24"),
}


def test_whatever_a_grade_depends_on_makes_it_be_made_again(released, tmp_path, capsys):
    course = copy_of(released, tmp_path)
    course.submit("ada", course.filled(WHY))
    assert "1 of 21" in grade(course, "ada", capsys)
    for name, (change, expected) in INPUTS.items():
        before = mark(course, "ada")
        change(course)
        assert expected in grade(course, "ada", capsys), name
        assert mark(course, "ada") != before, f"{name} did not matter"
        before = mark(course, "ada")
        grade(course, "ada", capsys)
        assert mark(course, "ada") == before, f"after {name} it is never up to date"
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(SLUG, "ada").timestamp is None
    # What a grade does not depend on is no reason.
    notebook = nbformat.read(course.submitted("ada"), as_version=4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="hello")]
    notebook.metadata["kernelspec"]["name"] = "another"
    course.submit("ada", notebook)
    grade(course, "ada", capsys)
    assert mark(course, "ada") == before


def test_source_of_which_the_gradebook_has_another_version_is_one_sentence(released, tmp_path):
    course = copy_of(released, tmp_path)
    course.submit("ada", course.filled(WHY))
    notebook = nbformat.read(course.source, as_version=4)
    notebook.cells[0].metadata.nbgrader.grade_id = "other"
    nbformat.write(notebook, course.source)
    with pytest.raises(grading.UserError, match="other cells than the gradebook"):
        grading.grade(SLUG, course.folder)
