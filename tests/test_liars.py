"""What stands for a sequence is believed in no exercise: a right answer whose lists and tuples only
claim their length earns nothing where it returns one."""

import ast
import os
import shutil

import pytest
from nbgrader import utils

from dlcourse.grading.classroom import execute
from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Task, cells
from dlcourse.grading.submissions import names
from tests import courses

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)
LIMITS = sandbox.Limits(cell_seconds=20, notebook_seconds=60)
LIAR = """
class Liar:
    def __init__(self, length):
        self.length = length
    def __len__(self):
        return self.length
    def __iter__(self):
        return iter(())
def {name}(*arguments, real={name}, **options):
    got = real(*arguments, **options)
    return Liar(len(got)) if type(got) in (list, tuple) else got
"""


def returns_sequence(source):
    """The function of a solution that says that it returns a list or tuple."""
    for node in ast.parse(source).body:
        returns = ast.unparse(getattr(node, "returns", None) or ast.Name("None"))
        if returns.startswith(("list", "tuple")):
            return node.name
    return None


@pytest.fixture(scope="module", autouse=True)
def tidy():
    yield
    session.close()


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_length_that_is_only_claimed_earns_nothing(slug):
    notebook = courses.source(slug)
    kept, tests = [cell for cell in notebook.cells if cell.id == "setup"], []
    for answer, test in zip(notebook.cells, notebook.cells[1:], strict=False):
        if courses.autograded(test) and (name := returns_sequence(answer.source)):
            answer.metadata["dlcourse"] = {"role": "student", "answers": [name]}
            answer.source += LIAR.format(name=name)
            kept += [answer, test]
            tests.append(test)
    assert names.bound(kept[0].source) >= {"torch", "testing"}
    notebook.cells = kept
    results = session.run(Task(cells(notebook), limits=LIMITS, warm=("torch",)))
    assert session.FAILED not in results
    execute.put(notebook, results)
    assert [test.id for test in tests if utils.determine_grade(test)[0]] == []


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_tests_pair_strictly(slug):
    for cell in filter(courses.autograded, courses.source(slug).cells):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "zip":
                assert "strict=True" in ast.unparse(node), f"{cell.id}: {ast.unparse(node)}"
