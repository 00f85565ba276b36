"""What only claims to be an answer is believed in no exercise: neither a right one whose lists and
tuples only claim their length, nor an object that agrees with everything."""

import ast
import functools
import os
import shutil

import pytest
from nbgrader import utils

from dlcourse.grading.classroom import execute
from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Task, cells
from dlcourse.grading.submissions import names
from tests import courses, hostile

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
EMPTY = """
def {name}(*arguments, real={name}, **options):
    real(*arguments, **options)
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


def earned(slug, lie):
    """The tests that give points where ``lie`` puts something behind answers.

    It is called with the text of each solution and returns what to add; '' for those to leave out.
    """
    notebook = courses.source(slug)
    graded = courses.questions(notebook)
    left, tests = [], []
    for cell in notebook.cells:
        if cell.id in graded:
            if added := lie(cell.source):
                given = sorted(names.answered(cell.source))
                cell.metadata["dlcourse"] = {"role": "student", "answers": given}
                cell.source += added
                tests += graded[cell.id]
            else:
                left += [cell, *graded[cell.id]]
    assert names.bound(notebook.cells[2].source) >= {"torch", "testing"}
    if not tests:
        return [], 0
    last = notebook.cells.index(tests[-1])
    notebook.cells = [c for c in notebook.cells[: last + 1] if not any(c is each for each in left)]
    results = session.run(Task(cells(notebook), limits=LIMITS, warm=("torch",)))
    assert session.FAILED not in results
    execute.put(notebook, results)
    return [test.id for test in tests if utils.determine_grade(test)[0]], len(tests)


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_length_that_is_only_claimed_earns_nothing(slug):
    """It earns no more than who does the same and returns nothing: the parts about errors."""

    def lie(source, text=LIAR):
        name = returns_sequence(source)
        return text.format(name=name) if name else ""

    without = set(earned(slug, functools.partial(lie, text=EMPTY))[0])
    assert set(earned(slug, lie)[0]) <= without


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_what_agrees_with_everything_earns_nothing(slug):
    """It stands in the place of answers, or comes back from functions."""

    def lie(source):
        functions = [n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
        lines = [f"def {name}(*_, **__):\n    return Yes()" for name in functions]
        others = names.answered(source) - set(functions)
        return "\n".join(["", hostile.PRELUDE, *lines, *(f"{name} = Yes()" for name in others)])

    gained, tried = earned(slug, lie)
    assert gained == []
    assert tried >= 10


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_tests_pair_strictly(slug):
    for cell in filter(courses.autograded, courses.source(slug).cells):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "zip":
                assert "strict=True" in ast.unparse(node), f"{cell.id}: {ast.unparse(node)}"
