"""What is graded is the instructor's notebook with the student's text in it."""

import copy

import pytest
from nbformat import v4

from dlcourse.grading.course import UserError
from dlcourse.grading.isolation.task import cells
from dlcourse.grading.submissions import matching, transplant
from dlcourse.grading.submissions import template as exercise
from tests import attacks, courses

SLUG = attacks.SLUG
POINTS = courses.points(SLUG)
TESTS = courses.tests(SLUG)[attacks.TARGET]
HONEST = POINTS | dict.fromkeys(TESTS, 0)
# Attacks whose code has to run are another test's.
ATTACKS = [a for a in attacks.ATTACKS if a.only_tampers and not a.refused]


def with_helpers():
    """Honest: functions in cells of one's own, before the task and between task and test."""
    notebook = courses.filled(SLUG)
    solution = attacks.cell(notebook, "b2-kfold")
    place = notebook.cells.index(solution)
    body = solution.source
    solution.source = "def kfold_indices(n, k):\n    return folds(parts, n, k)"
    notebook.cells.insert(place, v4.new_code_cell(body.replace("kfold_indices", "parts")))
    notebook.cells.insert(place + 2, v4.new_code_cell("def folds(f, n, k): return f(n, k)"))
    return notebook


def with_two_versions():
    """Honest: the answer pasted above and below; in the notebook's order the right one counts."""
    notebook = courses.filled(SLUG)
    right = attacks.cell(notebook, attacks.TARGET)
    first, last = (
        notebook.cells.index(cell) for cell in (right, attacks.cell(notebook, TESTS[-1]))
    )
    for place, text in [
        (last + 1, "def diagnose(*_): 1 / 0"),
        (first, "def diagnose(*_): return 'first try'"),
    ]:
        pasted = copy.deepcopy(right)
        pasted.id, pasted.source = f"version-{place}", text
        notebook.cells.insert(place, pasted)
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """All attacks and some honest students in one class, by one command."""
    course = courses.Course(tmp_path_factory.mktemp("attacks"), SLUG)
    course.generate()
    for attack in ATTACKS:
        course.submit(attack.name, attack.notebook())
    course.submit("helpers", with_helpers())
    course.submit("two-versions", with_two_versions())
    done = course.nbgrader("autograde", SLUG)
    assert done.returncode == 0, done.stderr
    return course


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_scores_what_its_answers_deserve(course, attack):
    assert course.scores(attack.name) == HONEST, attack.reason


@pytest.mark.parametrize("student", ["helpers", "two-versions"])
def test_honest_notebooks_with_cells_of_their_own_keep_all_points(course, student):
    assert course.scores(student) == POINTS


def test_regraded_notebook_is_the_instructors_but_for_the_answers(course):
    path = course.folder / "grading" / "autograded" / "broken-metadata" / SLUG / f"{SLUG}.ipynb"
    graded = courses.nbformat.read(path, as_version=4)
    source = courses.source(SLUG)
    head, *ids = [cell.id for cell in graded.cells]
    assert head == "matched"  # some of its cells were known by their ids alone
    assert ids == [cell.id for cell in source.cells]
    assert graded.metadata.kernelspec == source.metadata.kernelspec
    assert attacks.cell(graded, attacks.TEST).source == attacks.cell(source, attacks.TEST).source


# --- the rules, without nbgrader around them ------------------------------------------------------
def template():
    cells = [
        v4.new_markdown_cell("Task", id="task"),
        v4.new_code_cell("x = None", id="answer"),
        v4.new_code_cell("assert x == 1", id="test"),
        v4.new_markdown_cell("YOUR ANSWER HERE", id="report"),
    ]
    for cell, kind in [(cells[1], (0, 1)), (cells[2], (1, 0)), (cells[3], (1, 1))]:
        cell.metadata["nbgrader"] = {
            "grade_id": cell.id,
            "grade": bool(kind[0]),
            "solution": bool(kind[1]),
            "locked": not kind[1],
        }
    return v4.new_notebook(cells=cells)


def copied(notebook, cell_id, text):
    cell = copy.deepcopy(attacks.cell(notebook, cell_id))
    cell.id, cell.source = f"copy-of-{cell_id}", text
    return cell


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def test_untouched_and_emptied_notebooks_become_the_template():
    assert texts(transplant.transplant(template(), template())) == texts(template())
    assert texts(transplant.transplant(template(), v4.new_notebook()))[1:] == texts(template())


def test_first_changed_copy_is_the_answer_and_the_others_stay_in_place():
    submission = template()
    submission.cells[2:2] = [copied(submission, "answer", "x = 1"), v4.new_code_cell("y = 2")]
    submission.cells.append(copied(submission, "answer", "x = 3"))
    result = transplant.transplant(template(), submission)
    assert texts(result) == ["Task", "x = 1", "y = 2", "assert x == 1", "YOUR ANSWER HERE", "x = 3"]
    assert result.cells[1].id == "answer"
    assert [cell.id for cell in result.cells if "nbgrader" not in cell.metadata] == [
        "task",
        "free-cell-1",
        "free-cell-2",
    ]


def test_cell_that_lost_its_name_is_found_by_its_id_then_by_what_it_defines_and_both_are_said():
    submission = template()
    answer = submission.cells[1]
    answer.source = "x = 1"
    assert transplant.MATCHED not in transplant.transplant(template(), submission).metadata
    answer.id = "another"
    result = transplant.transplant(template(), submission)
    assert result.metadata[transplant.MATCHED] == {matching.NAME: ["answer"]}
    assert texts(result) == ["Task", "x = 1", "assert x == 1", "YOUR ANSWER HERE"]
    answer.id = "answer"
    del answer.metadata["nbgrader"]
    for how in (matching.ID, matching.DEFINED):
        result = transplant.transplant(template(), submission)
        assert result.metadata[transplant.MATCHED] == {how: ["answer"]}
        assert "* `answer`" in result.cells[0].source
        assert texts(result)[1:] == ["Task", "x = 1", "assert x == 1", "YOUR ANSWER HERE"]
        assert transplant.LACKS not in result.metadata
        answer.id = "unknown"
    answer.source = "y = 1"
    assert texts(transplant.transplant(template(), submission))[2:4] == ["x = None", "y = 1"]


def test_notebook_whose_cells_lost_name_and_id_keeps_its_answers_in_order():
    ours = template()
    ours.cells[2].source += "\n### BEGIN HIDDEN TESTS\nassert x is 1\n### END HIDDEN TESTS"
    second = v4.new_code_cell("def f():\n    raise NotImplementedError", id="second")
    second.metadata["nbgrader"] = ours.cells[1].metadata["nbgrader"] | {"grade_id": "second"}
    ours.cells.insert(1, second)
    submission = template()
    submission.cells[1].source = "def f(): return 1\nx: int = f()"  # two answers in one cell
    for number, cell in enumerate(submission.cells):
        cell.metadata, cell.id = {}, f"lost-{number}"
    no_answer = "x == 2\n  x = 3\n# x = 4"
    submission.cells.insert(1, v4.new_code_cell(no_answer))
    result = transplant.transplant(ours, submission)
    assert result.metadata[transplant.MATCHED] == {matching.DEFINED: ["second", "answer"]}
    assert result.metadata[transplant.LACKS] == ["report"]
    assert [text for text in texts(result) if not text.startswith("**")] == [
        "Task",
        no_answer,
        "def f(): return 1\nx: int = f()",
        transplant.ELSEWHERE,
        ours.cells[3].source,
        "YOUR ANSWER HERE",
    ]


def test_answer_in_words_that_lost_name_and_id_is_found_below_its_task():
    ours = template()
    ours.cells.insert(3, v4.new_markdown_cell("Explain it.", id="explain"))
    ours.cells.insert(4, copied(ours, "answer", "# YOUR CODE HERE"))
    ours.cells[4].id = ours.cells[4].metadata["nbgrader"]["grade_id"] = "trial"
    submission = copy.deepcopy(ours)
    submission.cells[1].source = "x = 1"
    submission.cells[4].source = "print(x)"
    submission.cells[5].source = "Because."
    for cell in submission.cells[4:]:
        cell.metadata, cell.id = {}, f"lost-{cell.id}"
    submission.cells.append(v4.new_markdown_cell("My own notes."))
    result = transplant.transplant(ours, submission)
    assert result.metadata[transplant.MATCHED] == {matching.PLACE: ["trial", "report"]}
    assert texts(result)[-4:] == ["Explain it.", "print(x)", "Because.", "My own notes."]
    assert [cell.id for cell in result.cells[-3:-1]] == ["trial", "report"]
    assert "* `report`" in result.cells[0].source
    # What is there by its name is not looked for, and nothing is taken from another place.
    del submission.cells[5]
    submission.cells[4].metadata["nbgrader"] = ours.cells[4].metadata["nbgrader"]
    submission.cells.insert(3, submission.cells.pop())
    result = transplant.transplant(ours, submission)
    assert result.metadata[transplant.LACKS] == ["report"]
    assert texts(result)[-1] == "YOUR ANSWER HERE"


def test_answer_written_over_a_test_is_not_taken_for_one_that_stands_elsewhere():
    submission = template()
    del submission.cells[1]
    submission.cells[1].source = "x = 1"
    result = transplant.transplant(template(), submission)
    assert result.metadata[transplant.LACKS] == ["answer"]
    assert transplant.ELSEWHERE not in texts(result)


IMPORTS = """\
import math, os  # and more
from torch import (
    nn,
    Tensor,
)
from . import a as b, \\
    c
import numpy as np; import sys
from torch import *"""


def with_setup(text):
    notebook = template()
    notebook.cells.insert(0, v4.new_code_cell(text, id="setup"))
    marks = {"grade_id": "setup", "grade": False, "solution": False, "locked": True}
    notebook.cells[0].metadata["nbgrader"] = marks
    return notebook


def test_imports_added_to_the_set_up_become_a_cell_of_the_students():
    ours = with_setup("import torch\nfrom torch import Tensor")
    submission = with_setup("import torch\nfrom torch import Tensor\n" + IMPORTS)
    result = transplant.transplant(ours, submission)
    assert result.metadata[transplant.LEFT_OUT] == "setup: ; import sys"
    assert result.cells[1].source == ours.cells[0].source
    assert result.cells[2].source == IMPORTS.replace("; import sys", "")
    given = [(cell.id, cell.role) for cell in cells(result)]
    assert given[:2] == [("setup", "shared"), ("free-cell-1", "student")]
    submission.cells[0].source = ours.cells[0].source + "\n\nimport math"
    assert transplant.LEFT_OUT not in transplant.transplant(ours, submission).metadata
    submission = with_setup(ours.cells[0].source)
    submission.cells[3].source += "\nimport math"  # a test's imports stay out
    result = transplant.transplant(ours, submission)
    assert result.metadata[transplant.LEFT_OUT] == "test: import math"
    assert "import math" not in texts(result)


def test_notebook_of_which_nothing_is_found_is_refused_and_never_a_silent_zero():
    submission = template()
    for number, cell in enumerate(submission.cells):
        cell.id, cell.metadata = f"x{number}", {"nbgrader": {"grade_id": f"y{number}"}}
        cell.source = cell.source.replace("x", "z")
    for lost in (submission, v4.new_notebook()):
        result = transplant.grafted(template(), lost)
        assert "none of the cells to be filled in" in result.metadata[transplant.REFUSED]
        assert "could not be graded" in result.cells[0].source
        assert texts(result)[1:] == texts(template())


def test_cells_that_are_not_found_are_named():
    assert transplant.LACKS not in transplant.grafted(template(), template()).metadata
    submission = template()
    submission.cells[1].source = "y = 1"
    submission.cells[1].metadata, submission.cells[1].id = {}, "lost"
    result = transplant.grafted(template(), submission)
    assert result.metadata[transplant.LACKS] == ["answer"]
    assert "* `answer`" in result.cells[0].source
    assert texts(result)[1:] == ["Task", "x = None", "y = 1", "assert x == 1", "YOUR ANSWER HERE"]


def test_points_are_those_of_the_gradebook():
    stored = {"answer": "x = None", "test": "assert x == 1", "report": "YOUR ANSWER HERE"}
    made = exercise.released(template(), stored, {"test": 4, "report": 20}, "demo")
    assert [cell.metadata.nbgrader.get("points") for cell in made.cells[1:]] == [None, 4, 20]


def test_nothing_but_text_is_taken():
    submission = template()
    for cell in submission.cells:
        cell.metadata |= {"tags": ["skip-execution"], "collapsed": True}
        cell.source += " # changed"
        if cell.cell_type == "code":
            cell.outputs = [v4.new_output("stream", text="forged")]
            cell.execution_count = 5
    submission.metadata["widgets"] = {"state": 1}
    free = v4.new_code_cell("import math", metadata={"tags": ["skip-execution"]})
    submission.cells.insert(0, free)
    submission.cells.insert(0, v4.new_raw_cell("<script>"))
    result = transplant.transplant(template(), submission)
    expected = template()
    assert "`test: assert x == 1 # changed`" in result.cells.pop(0).source
    assert texts(result) == [
        "import math",
        "Task",
        "x = None # changed",
        "assert x == 1",
        "YOUR ANSWER HERE # changed",
    ]
    assert [cell.metadata for cell in result.cells[1:]] == [c.metadata for c in expected.cells]
    assert result.metadata.pop(transplant.LEFT_OUT) == "test: assert x == 1 # changed"
    assert result.metadata == expected.metadata
    assert result.cells[0].metadata == {"dlcourse": {"role": "student"}}
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in result.cells)


def test_what_is_left_out_of_the_exercises_own_cells_is_said_and_nothing_else():
    ours = template()
    hidden = "\n### BEGIN HIDDEN TESTS\nassert x is 1\n### END HIDDEN TESTS"
    ours.cells[2].source += hidden
    same = transplant.transplant(ours, template())
    assert transplant.LEFT_OUT not in same.metadata
    assert same.cells[0].source == "Task"
    submission = template()
    submission.cells[2].source = "import `numpy` as np\nassert x == 1  "
    submission.cells[0].source = "my own words"
    result = transplant.transplant(ours, submission)
    assert result.metadata[transplant.LEFT_OUT] == "test: import ?numpy? as np"
    assert "* `test: import ?numpy? as np`" in result.cells[0].source
    assert texts(result)[1:] == texts(ours)
    submission.cells[2].source = "pass\n" * 9
    for n in range(5):
        submission.cells.append(copied(submission, "test", f"y = {n}\n\x1b[2J" + "z" * 99))
    note = transplant.transplant(ours, submission).metadata[transplant.LEFT_OUT]
    assert note.endswith("and 3 more")
    assert note.isprintable()
    assert len(note) < 500


def test_answers_are_the_names_of_the_solutions_that_no_cell_of_the_instructors_binds():
    ours = template()
    ours.cells[1].source = "import math as m\nx, (y, *z) = 1, (2, 3)\nfor name in 'ab':\n    pass"
    ours.cells[2].source = "def check():\n    y = 2\n    return y\nname = check()\nassert x == 1"
    stored = {cell.id: cell.source for cell in ours.cells[1:]}
    made = exercise.released(ours, stored, {"test": 1, "report": 2}, "demo")
    assert made.cells[1].metadata["dlcourse"] == {"role": "student", "answers": ["x", "y", "z"]}
    made.cells += [v4.new_code_cell("a = 1", id="a"), v4.new_code_cell("print(y)", id="b")]
    roles = [(cell.id, cell.role) for cell in cells(made)]
    assert roles == [("answer", "student"), ("test", "test"), ("a", "shared"), ("b", "joint")]


def test_pictures_in_an_answer_remain_and_other_attachments_do_not():
    submission = template()
    report = submission.cells[3]
    report.source = "![plot](attachment:plot.png)"
    report.attachments = {
        "plot.png": {"image/png": "aGk=", "text/html": "<script>"},
        "page": {"text/html": "<script>"},
    }
    submission.cells[1].attachments = report.attachments
    result = transplant.transplant(template(), submission)
    assert result.cells[3].attachments == {"plot.png": {"image/png": "aGk="}}
    assert "attachments" not in result.cells[1]


def test_source_that_differs_from_the_gradebook_is_said_to():
    stored = {"answer": "x = None", "test": "assert x == 1", "report": "YOUR ANSWER HERE"}
    made = exercise.released(template(), stored, {"test": 1, "report": 2}, "demo")
    assert texts(made) == texts(template())
    del stored["answer"]
    with pytest.raises(UserError, match=r"\(answer\): run  dlcourse release demo"):
        exercise.released(template(), stored, {"test": 1}, "demo")
    with pytest.raises(UserError, match=r"\(answer, removed\)"):
        exercise.released(template(), stored, {"removed": 1}, "demo")
