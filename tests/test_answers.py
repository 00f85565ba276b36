"""The tests of the exercises are tested: wrong answers lose their points, right ones keep them.

Each answer of ``tests/answers`` is one submission to nbgrader's own autograder: the instructor's
notebook with this one answer in it. A question is one test cell, so that a wrong answer loses all
of its points. About 3 s of CPU each; ``pytest -n 2`` spreads them.
"""

import importlib
import itertools

import pytest

from tests import courses

# nbgrader's own, at its first submission
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


def questions(slug):
    return importlib.import_module(f"tests.answers.{slug.replace('-', '_')}").QUESTIONS


def cases(kind):
    return [
        pytest.param(slug, question, answer, id=f"{question.test}-{answer.name}")
        for slug in courses.SLUGS
        for question in questions(slug)
        for answer in getattr(question, kind)
    ]


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """Courses by slug, generated once for each worker of pytest-xdist."""
    made = {}

    def get(slug):
        if slug not in made:
            made[slug] = courses.Course(tmp_path_factory.mktemp(slug), slug)
            made[slug].generate()
        return made[slug]

    return get


@pytest.fixture
def grade(course, monkeypatch):
    """Autograde one notebook and return points by test cell, and nbgrader's log."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # several kernels share the machine

    def run(slug, notebook, student="student"):
        here = course(slug)
        here.submit(student, notebook)
        result = here.api().autograde(slug, student, force=True)
        assert result["success"], result["log"]
        return here.scores(student)

    return run


@pytest.mark.parametrize(("slug", "question", "answer"), cases("wrong"))
def test_wrong_answer_loses_its_points_and_no_others(slug, question, answer, grade):
    points = courses.points(slug)
    scores = grade(slug, courses.filled(slug, {question.cell: answer.code}))
    assert scores == points | {question.test: 0}, f"a student who {answer.note}"


@pytest.mark.parametrize(("slug", "question", "answer"), cases("right"))
def test_right_answer_earns_all_points(slug, question, answer, grade):
    scores = grade(slug, courses.filled(slug, {question.cell: answer.code}))
    assert scores == courses.points(slug), answer.note


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_solution_earns_all_points(slug, grade):
    assert grade(slug, courses.filled(slug)) == courses.points(slug)


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_untouched_notebook_earns_nothing(slug, grade):
    assert set(grade(slug, courses.released(slug)).values()) == {0}


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_every_graded_question_has_answers(slug):
    pairs = {}  # solution cell that stands right before each test cell
    cells = courses.source(slug).cells
    for before, cell in itertools.pairwise(cells):
        if courses.autograded(cell):
            pairs[cell.metadata.nbgrader.grade_id] = before.metadata.nbgrader.grade_id
    entries = questions(slug)
    assert {entry.test: entry.cell for entry in entries} == pairs
    assert len(entries) == len(pairs), "a question is listed twice"
    for entry in entries:
        assert len(entry.wrong) >= 3, f"{entry.test}: too few wrong answers"
        assert len(entry.right) >= 2, f"{entry.test}: too few right answers"
        answers = [*entry.wrong, *entry.right]
        assert len({answer.code for answer in answers}) == len(answers), entry.test
        for answer in answers:
            assert answer.note, f"{entry.test} {answer.name} says nothing about itself"
            compile(answer.code, f"{entry.test} {answer.name}", "exec")
