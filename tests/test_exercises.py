"""The committed notebooks: whole, clean, in step with each other, and silent about the answers.

That the solutions run, without a word on stderr, is seen where every notebook runs (conftest.py).
"""

import ast
import builtins
import re

import nbformat
import pytest
import sklearn  # noqa: F401  (it sets environment variables when it is loaded, as no test may)
from nbgrader import utils

from tests import courses

pytestmark = pytest.mark.parametrize("slug", courses.SLUGS)
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)
# "*(5 points: idea 3, edges 2)*" in the text of a task.
SAID = re.compile(r"\*\((\d+) points?(?:: ([a-z0-9, ]+))?\)\*")
PART = re.compile(r"([a-z]+) (\d+)")
HOURS = {
    "an hour": 1, "an hour and a quarter": 1.25, "an hour and a half": 1.5,
    "an hour and three quarters": 1.75, "two hours": 2,
}  # fmt: skip
HIDDEN = re.compile(r"\n### BEGIN HIDDEN TESTS\n.*\n### END HIDDEN TESTS\Z", re.DOTALL)


def paths(slug):
    return [courses.ROOT / folder / slug / f"{slug}.ipynb" for folder in ("solutions", "exercises")]


def errors_of(notebook):
    """Run all cells in a name space of their own; the message of each that fails, by cell id."""
    space, errors = {"__name__": "__main__"}, {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                exec(compile(cell.source, cell.id, "exec"), space)
            except Exception as error:
                errors[cell.id] = str(error)
    return errors


def test_release_is_what_generate_assignment_gives(slug, tmp_path):
    course = courses.Course(tmp_path, slug)
    released = course.generate()
    first = released.read_bytes()
    assert first == paths(slug)[1].read_bytes(), (
        f"exercises/{slug} is not what solutions/{slug} gives: "
        f"run  dlcourse release {slug} --to exercises --force"
    )
    others = {path.name for path in released.parent.iterdir()}
    assert others == {path.name for path in paths(slug)[1].parent.iterdir() if path.is_file()}
    assert course.generate(force=True).read_bytes() == first


def test_notebooks_are_clean(slug):
    for path in paths(slug):
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        # Written as nbformat writes, so that saving it in JupyterLab changes nothing else.
        assert text == nbformat.writes(notebook) + "\n"
        assert notebook.metadata == {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids)
        for cell in notebook.cells:
            # Names, not random numbers; nbgrader's id of a cell is the cell's own.
            assert re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", cell.id), cell.id
            assert "nbgrader" not in cell.metadata or cell.metadata.nbgrader.grade_id == cell.id
            if cell.cell_type == "code":
                assert not cell.outputs
                assert cell.execution_count is None


def test_release_holds_no_solution_and_no_hidden_test(slug):
    # What a student may see of each cell, worked out here without nbgrader.
    for cell, original in zip(
        courses.released(slug).cells, courses.source(slug).cells, strict=True
    ):
        expected = original.source
        if utils.is_solution(cell) and cell.cell_type == "markdown":
            expected = "YOUR ANSWER HERE"
        elif utils.is_solution(cell):
            expected, found = SOLUTION.subn(r"\1# YOUR CODE HERE", expected)
            assert found == 1, f"{cell.id} needs one solution region"
        elif courses.autograded(cell):
            expected, found = HIDDEN.subn("", expected)
            assert found == 1, f"{cell.id} needs hidden tests, in one region at its end"
        assert cell.source == expected
        assert not re.search("SOLUTION|HIDDEN TEST|MARK SCHEME", cell.source)


def test_release_gives_no_answer_away(slug):
    # The answers are short: a hash of one letter would be as good as the letter itself. So the
    # visible part may ask for one of the options or for a number, and nothing else.
    for cell in courses.released(slug).cells:
        if utils.is_solution(cell) and cell.source.startswith("answer_"):
            stub = r"answer_\w+ = None  # replace None with .*\n# YOUR CODE HERE"
            assert re.fullmatch(stub, cell.source)
        if courses.autograded(cell) and "answer_" in cell.source:
            check = r'\w+ = testing\.check_(choice|number)\("answer_\w+", answer_\w+(, "[a-z]+")?\)'
            assert re.fullmatch(check, cell.source)


def test_no_test_cell_ends_in_a_value(slug):
    # A notebook shows it, and nbgrader takes a number that is shown for the points.
    for cell in filter(courses.autograded, courses.source(slug).cells):
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr):
            name = ast.unparse(last.value).partition("(")[0]
            kept = name in (
                "testing.check_untouched",
                "testing.check_items",
                "testing.check_number",
            )
            assert not kept, f"{cell.id} ends in {name}(…), which returns something"


def test_points_are_those_of_the_table(slug):
    notebook = courses.source(slug)
    cells = [cell.metadata.nbgrader for cell in notebook.cells if utils.is_grade(cell)]
    assert sum(cell.points for cell in cells) == 100
    for part, points in re.findall(
        r"^\| \*\*([A-Z])\*\* .*?\| (?:\d+ × \d+ = )?(\d+) \|$",
        notebook.cells[0].source,
        re.MULTILINE,
    ):
        of_part = [c.points for c in cells if c.grade_id.startswith(part.lower())]
        assert sum(of_part) == int(points), f"part {part}"
    texts, text = {}, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = cell.source
        texts[cell.id] = text
    for answer, tests in courses.questions(notebook).items():
        if answer.startswith("b"):
            [(whole, named)] = SAID.findall(texts[answer])
            worth = {courses.part(t.id, answer): t.metadata.nbgrader.points for t in tests}
            assert sum(worth.values()) == int(whole), answer
            parts = {name: int(points) for name, points in PART.findall(named)}
            assert parts == (worth if len(tests) > 1 else {}), answer


def test_code_tasks_have_parts(slug):
    notebook = courses.source(slug)
    for answer, tests in courses.questions(notebook).items():
        if not answer.startswith("b"):
            assert len(tests) == 1, answer
            continue
        assert 2 <= len(tests) <= 4, answer
        task = answer.split("-")[0].upper()
        for test in tests:
            part, points = courses.part(test.id, answer), test.metadata.nbgrader.points
            assert re.fullmatch("[a-z]+", part), test.id
            assert points >= 1
            head = f"# {task} · {part}: {points} point{'s' if points != 1 else ''}"
            assert test.source.splitlines()[0] == head
            assert re.search(rf'^testing\.passed\("{task}, .*{part}"\)$', test.source, re.MULTILINE)


def test_the_plan_says_how_long_part_b_takes(slug):
    notebook = courses.source(slug)
    tasks = [c.source for c in notebook.cells if re.match(r"b\d", c.id)]
    minutes = sum(int(m) for text in tasks for m in re.findall(r"about (\d+) minutes", text))
    [said] = re.findall(r"for A, (.+) for B, ", notebook.cells[0].source)
    assert abs(HOURS[said] * 60 - minutes) <= 10, f"{minutes} minutes are not {said}"


def test_parts_stand_alone(slug):
    notebook = courses.source(slug)
    texts = {cell.id: cell.source for cell in notebook.cells}
    given = courses.names(texts["setup"])[0] | set(vars(builtins))
    solutions = [texts[answer] for answer in courses.questions(notebook)]
    given |= set().union(*(courses.names(text)[0] for text in solutions))
    for answer, tests in courses.questions(notebook).items():
        checks = texts.get(f"{answer}-checks", "")
        for test in tests:
            own, used = courses.names(f"{checks}\n{test.source}")
            missing = used - own - given
            assert not missing, f"{test.id} uses {missing} of other cells"


def test_untouched_release_fails_every_test_and_nothing_else(slug, capsys, recwarn):
    errors = errors_of(courses.released(slug))
    assert set(errors) == set(courses.points(slug))
    for cell, error in errors.items():
        if cell.startswith("a"):
            assert "still None: assign" in error
        else:
            task = cell.split("-")[0].upper()
            assert re.fullmatch(rf"{task}: \w+ is not written yet", error)
    # nbgrader takes anything on stderr for a failure, too.
    assert capsys.readouterr().err == ""
    assert not recwarn.list
