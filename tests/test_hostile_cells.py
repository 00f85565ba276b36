"""Whatever a student adds that is no right answer, it never earns a point.

Cells are put together at random (:mod:`tests.hostile`) and added at random places to notebooks
whose questions are blank, answered wrongly or rightly: nothing earns a point that had none before.
``DLCOURSE_HOSTILE=500`` tries so many notebooks, ``DLCOURSE_HOSTILE=500:7000`` from seed 7000 on.
"""

import importlib
import os
import random
import shutil

import pytest
from nbformat import v4
from nbgrader import utils

from dlcourse.grading.classroom import execute
from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Task, cells, imports
from dlcourse.grading.submissions import template as exercise
from dlcourse.grading.submissions import transplant
from tests import courses, hostile
from tests.answers import lost

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)

SLUG = "overfitting"
# Among these seeds are three that earned all points while tests could still borrow any name.
SEEDS = [101, 143, 160, *range(6, 14)]
if "DLCOURSE_HOSTILE" in os.environ:
    COUNT, FIRST = (int(n) for n in f"{os.environ['DLCOURSE_HOSTILE']}:0".split(":")[:2])
    SEEDS = range(FIRST, FIRST + COUNT)
# Few questions and little time: what is tried is what happens around them.
QUESTIONS = [
    "a1-answer",
    "a5-answer",
    "b1-standardize",
    "b3-penalty",
    "b5-early-stopping",
    "b7-diagnose",
]
LIMITS = sandbox.Limits(1, 8, memory=1 << 30, disk=16 << 20, processes=32, output=10_000)


@pytest.fixture(scope="module", autouse=True)
def tidy():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "GRACE", 0.5)
        patch.setattr(session, "MAX_RESTARTS", 6)
        yield
    session.close()


def template():
    """The instructor's notebook with stubs, shortened."""
    source = courses.source(SLUG)
    tests = courses.questions(source)
    kept = ["setup", *QUESTIONS, *(f"{q}-checks" for q in QUESTIONS)]
    kept += [test.id for answer in QUESTIONS for test in tests[answer]]
    source.cells = [cell for cell in source.cells if cell.id in kept]
    stubs = {cell.id: cell.source for cell in courses.released(SLUG).cells}
    texts = {
        cell.id: stubs[cell.id] if utils.is_solution(cell) else cell.source for cell in source.cells
    }
    return exercise.released(source, texts, {}, SLUG)


def submission(draw):
    """A notebook with hostile cells, and the tests of the questions that it answers rightly."""
    notebook, right = template(), set()
    solutions = {cell.id: cell.source for cell in courses.source(SLUG).cells}
    blank = draw.random() < 0.5
    for question in importlib.import_module(f"tests.answers.{SLUG}").QUESTIONS:
        for cell in notebook.cells:
            if cell.id == question.cell and not blank and draw.random() < 0.7:
                if draw.random() < 0.4:
                    cell.source = solutions[cell.id]
                    right |= set(courses.tests(SLUG)[question.cell])
                else:
                    wrong = draw.choice(question.wrong)
                    cell.source = wrong.code
                    right |= set(courses.tests(SLUG)[question.cell]) - lost(SLUG, question, wrong)
    for number in range(draw.choice([1, 1, 2, 3])):
        text = hostile.cell(draw)
        place = draw.choice([0, draw.randint(0, len(notebook.cells))])
        added = v4.new_code_cell(text, id=f"hostile-{number}")
        after = notebook.cells[place - 1] if place else None
        if after is not None and utils.is_solution(after) and draw.random() < 0.5:
            after.source += "\n" + text
        else:
            notebook.cells.insert(place, added)
    return notebook, right


def earned(notebook):
    """The tests that give points to a notebook."""
    whole = transplant.transplant(template(), notebook)
    task = Task(cells(whole), limits=LIMITS, warm=imports(whole))
    execute.put(whole, session.run(task))
    return {
        cell.id for cell in whole.cells if utils.is_grade(cell) and utils.determine_grade(cell)[0]
    }


def test_without_hostile_cells_right_answers_earn_points_and_nothing_else_does():
    notebook = template()
    assert earned(notebook) == set()
    solutions = {cell.id: cell.source for cell in courses.source(SLUG).cells}
    for cell in notebook.cells:
        cell.source = solutions[cell.id]
    assert earned(notebook) == {cell.id for cell in notebook.cells if utils.is_grade(cell)}


@pytest.mark.parametrize("seed", SEEDS)
def test_hostile_cells_earn_nothing(seed):
    notebook, right = submission(random.Random(seed))
    texts = "\n\n".join(cell.source for cell in notebook.cells if "hostile" in cell.id)
    assert earned(notebook) <= right, texts


def test_every_hostile_cell_is_a_program():
    draw = random.Random(0)
    texts = [hostile.cell(draw) for _ in range(300)]
    assert len(set(texts)) > 250
    for text in texts:
        compile(text, "hostile", "exec")
