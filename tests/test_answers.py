"""The tests of the exercises are tested: wrong answers lose their points, right ones keep them.

An answer of ``tests/answers`` is handed in as the instructor's notebook with this answer in it. A
question is one test cell, so that a wrong answer loses all of its points. A wrong function or class
is handed in alone, so that it shows whether it costs other points too. What cannot is handed in
together: wrong constants, such as ``answer_a1 = "b"``, one of each question, and right answers,
which must all earn their points in any company. All selected answers of an exercise are graded as
one class, by ``dlcourse grade``; with ``DLCOURSE_STOCK=1`` in the environment, by nbgrader's own
steps in the student's own process instead, which takes ten times as long and must find the same.
"""

import ast
import functools
import importlib
import itertools
import json
import os

import nbformat
import pytest
from filelock import FileLock

from tests import courses

STOCK = """
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
del c.Autograde.sanitize_preprocessors
c.Autograde.autograde_preprocessors[0] = "nbgrader.preprocessors.Execute"
"""


def questions(slug):
    return importlib.import_module(f"tests.answers.{slug}").QUESTIONS


def cases(kind):
    return [
        pytest.param(slug, question, answer, id=f"{slug}-{question.test}-{answer.name}")
        for slug in courses.SLUGS
        for question in questions(slug)
        for answer in getattr(question, kind)
    ]


def constant(answer):
    """Whether an answer does nothing but give names to numbers and texts."""
    return all(
        isinstance(node, ast.Assign)
        and not any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(node.value))
        for node in ast.parse(answer.code).body
    )


@functools.cache  # every test asks, and an answer takes parsing
def submissions(slug):
    """The (question, answer) pairs of each submission, by student."""
    made = {}
    for question in questions(slug):
        for number, answer in enumerate(question.right):
            made.setdefault(f"right-{number}", []).append((question, answer))
        for number, answer in enumerate(filter(constant, question.wrong)):
            made.setdefault(f"wrong-constants-{number}", []).append((question, answer))
        for answer in itertools.filterfalse(constant, question.wrong):
            name = f"{question.test}-{answer.name}".replace(" ", "-")
            made[name] = [(question, answer)]
    return made


def student(slug, answer):
    """Who hands the answer in."""
    return next(
        name
        for name, pairs in submissions(slug).items()
        if any(given is answer for _, given in pairs)
    )


@pytest.fixture(scope="session")
def graded(request, tmp_path_factory):
    """What became of each selected answer, by exercise and student.

    One of pytest's workers grades the class, and the others wait for it.
    """
    selected = {slug: {"solution", "untouched"} for slug in courses.SLUGS}
    for item in request.session.items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        if {"slug", "question", "answer"} <= given.keys():  # other tests have answers too
            selected[given["slug"]].add(student(given["slug"], given["answer"]))
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    found = {}

    def get(slug, name):
        if slug not in found:
            path = shared / f"answers-{slug}.json"
            with FileLock(f"{path}.lock"):
                if not path.exists():
                    made = grade(slug, selected[slug], shared / f"answers-{slug}")
                    path.write_text(json.dumps(made), encoding="utf-8")
            found[slug] = json.loads(path.read_text(encoding="utf-8"))
        return found[slug][name]["scores"], found[slug][name]["errors"]

    return get


def grade(slug, names, folder):
    """Hand in the named answers, grade them, and return scores and error messages."""
    stock = bool(os.environ.get("DLCOURSE_STOCK"))
    course = courses.Course(folder, slug, STOCK if stock else "")
    course.generate()
    notebooks = {"solution": courses.filled(slug), "untouched": courses.released(slug)}
    for name, pairs in submissions(slug).items():
        texts = {question.cell: answer.code for question, answer in pairs}
        notebooks[name] = courses.filled(slug, texts)
    for name in names:
        course.submit(name, notebooks[name])
    done = course.nbgrader("autograde", slug) if stock else course.dlcourse("grade", slug)
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        name: {"scores": course.scores(name), "errors": errors(course.autograded(name))}
        for name in names
    }


def errors(path):
    """The message of each cell that failed, by id."""
    return {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }


@pytest.mark.parametrize(("slug", "question", "answer"), cases("wrong"))
def test_wrong_answer_loses_its_points_and_no_others(slug, question, answer, graded):
    name = student(slug, answer)
    scores, failed = graded(slug, name)
    wrong = {other.test for other, _ in submissions(slug)[name]}
    expected = courses.points(slug) | dict.fromkeys(wrong, 0)
    # Constants are handed in with others' wrong ones; each test looks at its own.
    scores |= dict.fromkeys(wrong - {question.test}, 0)
    assert scores == expected, f"a student who {answer.note}: {failed}"


@pytest.mark.parametrize(("slug", "question", "answer"), cases("right"))
def test_right_answer_earns_all_points(slug, question, answer, graded):
    scores, failed = graded(slug, student(slug, answer))
    assert scores[question.test] == courses.points(slug)[question.test], f"{answer.note}: {failed}"


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_solution_earns_all_points(slug, graded):
    scores, failed = graded(slug, "solution")
    assert scores == courses.points(slug), failed


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_untouched_notebook_earns_nothing(slug, graded):
    scores, _ = graded(slug, "untouched")
    assert set(scores.values()) == {0}


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
