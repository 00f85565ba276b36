"""The tests of the exercises are tested: wrong answers lose their points, right ones keep them.

An answer of ``tests/answers`` is handed in as the instructor's notebook with this answer in it. A
wrong one loses the points of its task, or of some of its parts. Tasks do not depend on each other:
a notebook carries an answer to nearly every question, and exactly the wrong ones must lose points.
Answers of which one looks up a name that the other defines are kept apart, since there one mistake
could hide what another costs. Where a notebook has not the points that its answers deserve, each is
handed in alone, and that decides: the test that fails names the answer.

A code task has parts, each with a test cell of its own. Every part must be what some answer loses
while another part is kept, so that no part says what another has said.

All selected answers of an exercise are graded as one class, as `dlcourse grade` does; with
``DLCOURSE_STOCK=1`` in the environment, by nbgrader's own steps in the student's own process
instead, which takes ten times as long and must find the same.
"""

import functools
import importlib
import json
import os
import re
from dataclasses import dataclass

import nbformat
import pytest
from filelock import FileLock

from tests import courses
from tests.answers import Answer, Question, lost

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


@dataclass(frozen=True)
class Given:
    """An answer in its question's place."""

    question: Question
    answer: Answer

    @property
    def wrong(self):
        return any(self.answer is answer for answer in self.question.wrong)

    @property
    def alone(self):
        """The student who hands in this answer and no other."""
        kind = "wrong" if self.wrong else "right"
        return re.sub(r"\W+", "-", f"{kind}-{self.question.test}-{self.answer.name}")


@functools.cache
def cells(slug):
    return {cell.id: cell.source for cell in courses.source(slug).cells}


def independent(slug, one, other):
    """Whether neither answer can matter to the other's question."""
    if one.question is other.question:
        return False
    for given, met in [(one, other), (other, one)]:
        read = set(courses.names(met.answer.code)[1])
        for test in courses.tests(slug)[met.question.cell]:
            own, used = courses.names(cells(slug)[test])
            read |= used - own
        if courses.names(given.answer.code)[0] & read:
            return False
    return True


@functools.cache  # every test asks
def submissions(slug):
    """The answers of each submission, by student.

    The n-th answer of the k-th question goes into notebook n + k, so that wrong answers meet right
    ones everywhere, or into the next where it finds its place free and nothing to depend on.
    """
    everybody = [[Given(q, answer) for answer in (*q.wrong, *q.right)] for q in questions(slug)]
    made = [[] for _ in range(max(map(len, everybody)))]
    for k, answers in enumerate(everybody):
        for n, given in enumerate(answers):
            start = (n + k) % len(made)
            places = [*made[start:], *made[:start]]
            fits = (p for p in places if all(independent(slug, given, met) for met in p))
            place = next(fits, None)
            if place is None:
                made.append(place := [])
            place.append(given)
    return {f"student-{number}": answers for number, answers in enumerate(made)}


def student(slug, answer):
    """Who hands the answer in."""
    return next(
        name
        for name, answers in submissions(slug).items()
        if any(given.answer is answer for given in answers)
    )


def deserved(slug, answers):
    """The points of a notebook with these answers in it."""
    gone = [lost(slug, given.question, given.answer) for given in answers if given.wrong]
    return courses.points(slug) | dict.fromkeys(set().union(*gone), 0)


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
        made = found[slug].get(name)
        return made and (made["scores"], made["errors"])

    return get


def grade(slug, students, folder):
    """Hand in what the students gave, grade it, and return scores and error messages by name."""
    stock = bool(os.environ.get("DLCOURSE_STOCK"))
    course = courses.Course(folder, slug, STOCK if stock else "")
    course.generate()

    def graded(notebooks):
        for name, notebook in notebooks.items():
            course.submit(name, notebook)
        if not stock:
            course.grade()
        for name in notebooks if stock else ():
            done = course.nbgrader("autograde", slug, f"--CourseDirectory.student_id={name}")
            assert done.returncode == 0, done.stdout + done.stderr
        return {
            name: {"scores": course.scores(name), "errors": errors(course.autograded(name))}
            for name in notebooks
        }

    def notebook(answers):
        return courses.filled(slug, {g.question.cell: g.answer.code for g in answers})

    own = {"solution": courses.filled(slug), "untouched": courses.released(slug)}
    given = {name: submissions(slug)[name] for name in students - own.keys()}
    found = graded(own | {name: notebook(answers) for name, answers in given.items()})
    odd = [a for name, a in given.items() if found[name]["scores"] != deserved(slug, a)]
    again = {answer.alone: notebook([answer]) for answers in odd for answer in answers}
    return found | (graded(again) if again else {})


def errors(path):
    """The message of each cell that failed, by id."""
    return {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }


def outcome(graded, slug, question, answer):
    """Scores and errors of the notebook that decides on an answer, and the scores deserved."""
    given, name = Given(question, answer), student(slug, answer)
    if alone := graded(slug, given.alone):
        return *alone, deserved(slug, [given])
    return *graded(slug, name), deserved(slug, submissions(slug)[name])


@pytest.mark.parametrize(("slug", "question", "answer"), cases("wrong"))
def test_wrong_answer_loses_its_points_and_no_others(slug, question, answer, graded):
    scores, failed, expected = outcome(graded, slug, question, answer)
    assert not any(expected[test] for test in lost(slug, question, answer))
    assert scores == expected, f"a student who {answer.note}: {failed}"


@pytest.mark.parametrize(("slug", "question", "answer"), cases("right"))
def test_right_answer_earns_all_points(slug, question, answer, graded):
    scores, failed, _ = outcome(graded, slug, question, answer)
    for test in courses.tests(slug)[question.cell]:
        assert scores[test] == courses.points(slug)[test], f"{answer.note}: {failed}"


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
    tests = courses.tests(slug)
    entries = questions(slug)
    assert {entry.cell: entry.test for entry in entries} == {a: t[0] for a, t in tests.items()}
    assert len(entries) == len(tests), "a question is listed twice"
    for entry in entries:
        assert len(entry.wrong) >= 3, f"{entry.test}: too few wrong answers"
        assert len(entry.right) >= 2, f"{entry.test}: too few right answers"
        answers = [*entry.wrong, *entry.right]
        assert len({answer.code for answer in answers}) == len(answers), entry.test
        for answer in answers:
            assert answer.note, f"{entry.test} {answer.name} says nothing about itself"
            compile(answer.code, f"{entry.test} {answer.name}", "exec")


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_no_part_of_a_task_says_what_another_has_said(slug):
    for question in questions(slug):
        tests = courses.tests(slug)[question.cell]
        costs = {
            test: {a.name for a in question.wrong if test in lost(slug, question, a)}
            for test in tests
        }
        assert all(costs.values()), f"{question.cell}: no answer loses {costs}"
        assert len(set(map(frozenset, costs.values()))) == len(tests), f"{question.cell}: {costs}"
