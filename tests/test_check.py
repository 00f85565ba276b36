"""`dlcourse check` on real notebooks in real kernels: what a student is told of each task."""

import re
import subprocess

import nbformat
import pytest
from nbformat import v4

from dlcourse import grading
from dlcourse.grading.submissions import tasks as parts
from dlcourse.grading.validation import check, released, tasks
from tests import courses

CELLS = {
    "setup": "# Import more if you like.\nfrom dlcourse import testing",
    "a1-answer": "answer_a1 = None\n### BEGIN SOLUTION\nanswer_a1 = 'b'\n### END SOLUTION",
    "a1-test": 'choice = testing.check_choice("answer_a1", answer_a1, "ab")',
    "b1-half": "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION",
    "b1-half-test": 'testing.check_close("half(3)", half(3), 1.5)',
    "b2-third": "def third(x):\n    ### BEGIN SOLUTION\n    return x / 3\n    ### END SOLUTION",
    "b2-third-test": 'testing.check_close("third(3)", third(3), 1.0)\n'
    "### BEGIN HIDDEN TESTS\nassert False, 'a hidden test'\n### END HIDDEN TESTS",
    "b3-pair": "def pair(x):\n    ### BEGIN SOLUTION\n    return [x, x]\n    ### END SOLUTION",
    "b3-pair-idea-test": 'testing.check_equal("pair(3)", pair(3), [3, 3])',
    "b3-pair-edges-test": 'testing.check_equal("pair(0)", pair(0), [0, 0])',
    "b3-pair-errors-test": 'testing.check_equal("pair(-1)", pair(-1), [-1, -1])',
    "bonus": "def more():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
    "c1-code": "### BEGIN SOLUTION\nprint('trained')\n### END SOLUTION",
    "c1-report": "Because.",
}
RIGHT = {
    "a1-answer": "answer_a1 = 'a'",
    "b1-half": "def half(x):\n    return np.divide(x, 2).item()",
    "b2-third": "def third(x):\n    return x / 3",
    "b3-pair": "def pair(x):\n    return (x, x)",
    "setup": CELLS["setup"] + "\nimport numpy as np",
}


def instructors():
    """A notebook with all kinds of tasks."""
    cells = []
    for name, text in CELLS.items():
        make = v4.new_markdown_cell if name == "c1-report" else v4.new_code_cell
        cell = make(text, id=name)
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": name,
            "grade": name.endswith(("-test", "-report")),
            "locked": name.endswith(("-test", "setup")),
            "solution": not name.endswith(("-test", "setup")),
            "task": False,
        } | ({"points": 1} if name.endswith(("-test", "-report")) else {})
        cells.append(cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course as an instructor has it."""
    course = courses.SmallCourse(tmp_path_factory.mktemp("check"))
    nbformat.write(instructors(), course.source)
    course.generate()
    return course


@pytest.fixture
def students(course, tmp_path):
    """A student's copy of it, without solutions; what is in the notebook, and where it lies."""
    config = (course.folder / "nbgrader_config.py").read_text(encoding="utf-8")
    (tmp_path / "nbgrader_config.py").write_text(config, encoding="utf-8")
    path = tmp_path / "exercises" / "small" / "small.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes((course.folder / "exercises" / "small" / "small.ipynb").read_bytes())
    return path


def solve(course, path, without=(), **answers):
    notebook = course.filled(RIGHT | {name.replace("_", "-"): a for name, a in answers.items()})
    notebook.cells = [cell for cell in notebook.cells if cell.id not in without]
    nbformat.write(notebook, path)


def test_each_task_is_told_as_what_it_is(course, tmp_path, capsys):
    solve(
        course,
        tmp_path / "small-1.ipynb",
        without=["b2-third", "bonus"],
        b3_pair="def pair(x):\n    return [x, x] if x > 0 else [x]",
        b1_half="def half(x):\n    return (x / 2\n",
        c1_code="1 / 0",
    )
    assert grading.check(str(tmp_path / "small-1.ipynb"), course.folder, experiments=True) == 1
    said = capsys.readouterr().out
    assert said.partition("\n\n")[2] == (
        "1 of 1 questions have an answer; 0 of 3 tasks pass their visible tests; "
        "0 of 1 experiments run to their end.\n\n"
        "  answered   a1\n"
        "  FAIL       b1-half\n"
        "               SyntaxError: '(' was never closed, in line 2 of its cell:\n"
        "                 return (x / 2\n"
        "  MISSING    b2-third\n"
        "               not found in your notebook: the cell b2-third\n"
        "  PART       b3-pair\n"
        "               pass  idea, 1 point\n"
        "               FAIL  edges, 1 point\n"
        "                     pair(0): gives another value.\n"
        "                       expected: [0, 0]\n"
        "                       got:      [0]\n"
        "               FAIL  errors, 1 point\n"
        "                     pair(-1): gives another value.\n"
        "                       expected: [-1, -1]\n"
        "                       got:      [-1]\n"
        "  RAISES     c1-report\n"
        "               ZeroDivisionError: division by zero\n\n"
        "Graded by hand, so not checked: c1-report (nothing written yet).\n"
        "Further tests, hidden here, run when your work is graded.\n"
    )


def test_all_is_well_and_part_c_is_not_run_unasked(course, tmp_path, capsys):
    path = tmp_path / "small.ipynb"
    code = "open('was-run', 'w').close()"
    solve(course, path, c1_code=code, c1_report="Since so.", b1_half_test="assert True")
    notebook = nbformat.read(path, as_version=4)
    error = v4.new_output("error", ename="E", evalue="", traceback=["E: too slow"])
    notebook.cells[-2].outputs = [error]
    nbformat.write(notebook, path)
    assert grading.check(str(path), course.folder) == 0
    said = capsys.readouterr().out
    assert "1 of 1 questions have an answer; 3 of 3 tasks pass their visible tests.\n" in said
    assert "Locked cells have been changed: b1-half-test: assert True.\n" in said
    assert "Graded by hand, so not checked: c1-report.\nIts code was not run: --exp" in said
    assert "As it was saved, c1-report raises E: too slow\n" in said
    assert not (tmp_path / "was-run").exists()
    assert grading.check(str(path), course.folder, ["C1"]) == 0
    assert (
        "1 of 1 experiments run to their end.\n\n  ran        c1-report\n"
        in capsys.readouterr().out
    )
    assert (tmp_path / "was-run").exists()


def test_one_task_is_run_with_all_that_stands_before_it(course, tmp_path, capsys):
    path = tmp_path / "small.ipynb"
    solve(course, path, b2_third="def third(x):\n    return half(x) * 2 / 3", a1_answer="1 / 0")
    assert grading.check(str(path), course.folder, ["b2"]) == 0
    assert "\n  pass       b2-third\nFurther" in (said := capsys.readouterr().out)
    assert "a1" not in said
    with pytest.raises(
        grading.UserError, match="no task 'B9'; known are: a1, b1-half, b2-third, b3-pair"
    ):
        grading.check(str(path), course.folder, ["B9"])


def test_cells_without_marks_are_found_and_that_is_said(course, tmp_path, capsys):
    path = tmp_path / "small.ipynb"
    solve(course, path)
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"lost-{number}", {}
    nbformat.write(notebook, path)
    assert grading.check(str(path), course.folder) == 0
    said = capsys.readouterr().out
    assert "found by what they define, since they had lost both name and id: a1-answer" in said
    assert "3 of 3 tasks pass" in said
    assert "c1-report (missing)" in said


def test_a_students_own_file_is_compared_with_what_git_has(course, students, capsys, monkeypatch):
    """In `exercises/` students work on the released notebook itself."""
    solve(course, students, without=["b2-third", "b2-third-test"], c1_report="Since so.")
    monkeypatch.chdir(students.parent)
    assert grading.check("small.ipynb") == 0
    said = capsys.readouterr().out
    assert "a task that you have deleted is not noticed" in said
    assert "not checked: c1-report.\n" in said
    done, original = students.read_bytes(), course.folder / "exercises" / "small" / "small.ipynb"
    students.write_bytes(original.read_bytes())
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "-"]):
        who = ["-c", "user.name=-", "-c", "user.email=-"]
        subprocess.run(["git", *who, *command], cwd=students.parents[2], check=True)
    students.write_bytes(done)
    assert grading.check("small.ipynb", tasks=["B2"]) == 1
    assert "\n  MISSING    b2-third\n" in capsys.readouterr().out


def test_alone_a_changed_test_is_known_by_its_checksum(course, students):
    notebook = nbformat.read(students, as_version=4)
    assert released.itself(students, notebook)[1] == []
    notebook.cells[2].source += "\npass"
    assert released.itself(students, notebook)[1] == ["a1-test"]
    notebook.cells.append(notebook.cells[2])
    with pytest.raises(grading.UserError, match="the cell a1-test more than once"):
        released.itself(students, notebook)
    with pytest.raises(grading.UserError, match="not an exercise of this course"):
        released.itself(students, v4.new_notebook())


def test_it_works_from_any_folder_and_on_any_path(students, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    copy = elsewhere / "My Copy.ipynb"
    copy.write_bytes(students.read_bytes())
    for folder in (tmp_path, elsewhere, students.parent, students.parents[1]):
        monkeypatch.chdir(folder)
        for target in ("small", str(students), str(students.parent)):
            path, root = released.locate(target, None)
            assert (path.resolve(), root.resolve()) == (students, tmp_path), (folder, target)
    notebook = nbformat.read(copy, as_version=4)
    assert released.locate("My Copy.ipynb" if folder == elsewhere else str(copy), None)[0].samefile(
        copy
    )
    assert released.released(copy, notebook, tmp_path) == nbformat.read(students, as_version=4)
    assert released.released(copy, v4.new_notebook(), tmp_path) is None
    monkeypatch.chdir("/")
    assert released.locate(str(copy), None)[1].resolve() == tmp_path
    for target, reason in (
        ("nope", "no exercise"),
        ("no/pe", "no file"),
        (str(elsewhere), "folder"),
    ):
        with pytest.raises(grading.UserError, match=reason):
            released.locate(target, tmp_path)


def test_errors_say_what_they_are():
    notebook = instructors()
    found = parts.tasks(notebook)
    assert [task.name for task in found] == ["a1", "b1-half", "b2-third", "b3-pair", "c1-report"]
    half = found[1]
    half.tests[0].outputs = [v4.new_output("stream", name="stderr", text="a warning")]
    assert tasks.outcome(half, []).lines == [
        "it printed to stderr, or showed a number in place of passing"
    ]
    half.cells[0].outputs = [
        v4.new_output("error", ename="E", evalue="", traceback=["a", "E: \x1b[2J"])
    ]
    assert tasks.outcome(half, []).lines == ["E:"]
    half.tests[0].outputs = []
    passed = tasks.outcome(half, [])
    assert (passed.state, passed.lines) == ("pass", ["although a cell above its test raises E:"])


def test_a_reason_that_parts_share_is_told_once():
    notebook = instructors()
    pair = parts.tasks(notebook)[3]
    for test, name in zip(pair.tests, "aab", strict=True):
        trace = [f"CheckError: {name}"]
        test.outputs = [v4.new_output("error", ename="CheckError", evalue=name, traceback=trace)]
    told = tasks.outcome(pair, [])
    assert told.state == "FAIL"
    assert [line.split()[-1] for line in told.lines] == [
        "point",
        "a",
        "point",
        "above",
        "point",
        "b",
    ]
    pair.cells[0].outputs = [v4.new_output("error", ename="E", evalue="", traceback=["E: no"])]
    assert tasks.outcome(pair, []).lines == ["E: no"]


def test_an_experiment_without_saved_output_is_said(capsys):
    notebook = instructors()
    for name, task in zip(("touched", "stub"), ({}, {"c1-code": CELLS["c1-code"]}), strict=True):
        check._say_what_was_not_run(task, notebook, [parts.tasks(notebook)[-1]])
        said = "c1-report has no output: a person will see none" in capsys.readouterr().out
        assert said == (name == "touched")


def test_the_students_page_shows_what_the_command_prints(tmp_path, capsys):
    answers = {
        "b3-penalty": "def l2_penalty(parameters, lam):\n    return torch.tensor(0.0)",
        "b5-early-stopping": "def early_stopping(losses, patience, min_delta=0.0):\n    return (0",
    }
    notebook = courses.filled("overfitting", answers)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "b6-choose-degree"]
    path = tmp_path / "overfitting.ipynb"
    nbformat.write(notebook, path)
    assert grading.check(str(path), courses.ROOT) == 1
    said = capsys.readouterr().out.partition("\n\n")[2]
    told = "\n".join(line for line in said.splitlines() if not line.startswith(" " * 15))
    page = (courses.ROOT / "students.md").read_text(encoding="utf-8")
    assert told in re.findall(r"^```text\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
