"""What a person reads is not run: grading shows the outputs that were handed in, and says so."""

import os
import re
import shutil

import nbformat
import pytest
from nbformat import v4

from dlcourse import grading
from dlcourse.grading.isolation import session
from dlcourse.grading.reports import facts
from dlcourse.grading.submissions import tasks
from tests import courses

SLUG = "small"
ANSWERS = {
    "answer": courses.SmallCourse.RIGHT,
    "experiment": "print('run' + ' here', half(2))",
    "why": "Halves add up.",
}
TABLE = v4.new_output("stream", text="arm  accuracy\nnone  0.9\n")
FORGED = [
    v4.new_output("execute_result", {"text/plain": "20"}, execution_count=1),
    v4.new_output("display_data", {"text/html": "<script>alert()</script><b>all points</b>"}),
    v4.new_output("display_data", {"image/svg+xml": "<svg></svg>"}),
    v4.new_output("display_data", {"image/png": "no picture"}),
    v4.new_output("error", ename="TimeLimit", evalue="the machine was slow", traceback=["slow"]),
]

pytestmark = [
    pytest.mark.skipif(
        shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
        reason="needs bubblewrap",
    ),
    # nbgrader's way of adding rows
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that each test brings students of its own to; its warm process stays."""
    course = courses.SmallCourse(tmp_path_factory.mktemp("small"))
    course.generate()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "close", lambda: None)
        yield course
    session.close()


def hand_in(course, student, outputs, answers=ANSWERS):
    notebook = course.filled(answers)
    for cell in notebook.cells:
        if cell.id == "experiment":
            cell.outputs = outputs
    course.submit(student, notebook)


def grade(course, student, **options):
    """Grade everybody where it is needed; whether the student's grade was made, and the cell."""
    path = course.autograded(student)
    before = path.stat().st_ino if path.exists() else None
    grading.grade(SLUG, course.folder, **options)
    [cell] = [c for c in nbformat.read(path, as_version=4).cells if c.id == "experiment"]
    return path.stat().st_ino != before, cell


def said(cell):
    return [
        o.get("text") or o.get("data", {}).get("text/plain") or o.get("ename") for o in cell.outputs
    ]


def test_what_was_saved_is_shown_and_nothing_is_run(course):
    hand_in(course, "ada", [TABLE])
    _, cell = grade(course, "ada")
    first, second = said(cell)
    assert first.startswith("As handed in, not run at grading. All output of this cell")
    assert second == TABLE.text
    assert course.scores("ada") == {"test": 1}
    # Without output that is said, too; of a cell that nobody has touched there is nothing to say.
    hand_in(course, "bob", [])
    hand_in(course, "cyd", [TABLE], {"answer": courses.SmallCourse.RIGHT})
    assert said(grade(course, "bob")[1]) == [
        "As handed in, not run at grading. It has no output, which is as its author saved it."
    ]
    assert said(grade(course, "cyd")[1]) == []
    # The report says so, and who has shown nothing.
    assert facts.collect(SLUG, course.folder).saved == {"ada": 1, "bob": 0}
    assert grading.report(SLUG, course.folder) == 0
    page = (course.folder / "grading" / "reports" / "small.html").read_text(encoding="utf-8")
    assert "2 handed in code of their own, 1 of them without any output." in page
    assert re.search(r"Without output:</span> <bdi>bob</bdi>", page)


def test_forged_outputs_act_on_nothing(course):
    hand_in(course, "eve", FORGED)
    _, cell = grade(course, "eve")
    assert said(cell)[1:] == ["20", None, "TimeLimit"]
    assert cell.outputs[2].data["text/html"] == "<b>all points</b>"
    assert course.scores("eve") == {"test": 1}
    with course.gradebook() as gradebook:
        assert gradebook.find_grade("why", SLUG, SLUG, "eve").score == 0
    # No limit of the grader's was met, whatever the file says.
    report = facts.collect(SLUG, course.folder)
    assert [event for event in report.events if event.student == "eve"] == []


def test_saved_outputs_and_the_option_are_part_of_what_a_grade_depends_on(course):
    hand_in(course, "fay", [TABLE])
    assert grade(course, "fay")[0]
    assert not grade(course, "fay")[0]
    hand_in(course, "fay", [v4.new_output("stream", text="arm  accuracy\nnone  0.8\n")])
    made, cell = grade(course, "fay")
    assert made
    assert said(cell)[1].endswith("0.8\n")
    # With the option it is run, and what was saved is no matter; the next plain run takes it back.
    made, cell = grade(course, "fay", experiments=True)
    assert made
    assert said(cell) == ["run here 1.0\n"]
    hand_in(course, "fay", [TABLE])
    assert not grade(course, "fay", experiments=True)[0]
    made, cell = grade(course, "fay")
    assert made
    assert said(cell)[1] == TABLE.text


def test_another_experiment_asks_for_a_new_look_at_points_given_by_hand(course, capsys):
    hand_in(course, "ida", [TABLE])
    grade(course, "ida")
    with course.gradebook() as gradebook:
        given = gradebook.find_grade("why", SLUG, SLUG, "ida")
        given.manual_score, given.needs_manual_grade = 15, False
        gradebook.db.commit()
    grade(course, "ida", force=True)
    assert "ida" in (said := capsys.readouterr().out)
    assert "earlier answer" not in said
    hand_in(course, "ida", [v4.new_output("stream", text="other numbers")])
    grade(course, "ida")
    assert "15 points that were given by hand for an earlier answer" in capsys.readouterr().out


def test_nbgraders_own_command_does_the_same(course):
    hand_in(course, "gus", [TABLE])
    assert course.api().autograde(SLUG, "gus", force=True)["success"]
    [cell] = [
        c for c in nbformat.read(course.autograded("gus"), as_version=4).cells
        if c.id == "experiment"
    ]  # fmt: skip
    assert said(cell)[0].startswith("As handed in")
    assert said(cell)[1] == TABLE.text


def test_the_command_has_the_option(course):
    hand_in(course, "hal", [TABLE])
    done = course.dlcourse("grade", SLUG, "--student", "hal", "--experiments", "--workers", "1")
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(course.autograded("hal"), as_version=4).cells
    assert said(next(c for c in cells if c.id == "experiment")) == ["run here 1.0\n"]


def test_what_a_later_test_may_need_is_no_experiment():
    marks = {"schema_version": 3, "task": False, "grade": False, "solution": False, "locked": False}

    def cell(make, name, **more):
        given = {"nbgrader": marks | {"grade_id": name} | more}
        return make(name, id=name, metadata=given)

    cells = [
        v4.new_code_cell("import math", id="set-up"),
        cell(v4.new_code_cell, "a-code", solution=True),
        cell(v4.new_markdown_cell, "a-report", solution=True, grade=True, points=1),
        cell(v4.new_code_cell, "b-test", grade=True, locked=True, points=1),
        v4.new_code_cell("def helper(): ...", id="own"),
        cell(v4.new_code_cell, "c-code", solution=True),
        cell(v4.new_markdown_cell, "c-report", solution=True, grade=True, points=1),
        v4.new_code_cell("plot()", id="after"),
    ]
    notebook = v4.new_notebook(cells=cells)
    assert [c.id for c in tasks.experiments(notebook)] == ["own", "c-code", "after"]
    for more in (3, 4):
        notebook.cells = cells[:more]
        assert [c.id for c in tasks.experiments(notebook)] == (["set-up", "a-code"] * (4 - more))
