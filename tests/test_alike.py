"""Copies are found however they are dressed up, and people who think alike are not."""

import importlib
import re

import pytest

from dlcourse.grading.reports import alike
from dlcourse.grading.reports.sources import Course, Question, Source
from dlcourse.grading.reports.works import Text, Work
from tests import courses

STUB = 'def smooth(values, width):\n    """Take a running mean."""\n    # YOUR CODE HERE\n'
SOLUTION = (
    "def smooth(values, width):\n    return [sum(values[i : i + width]) / width\n"
    "            for i in range(len(values) - width + 1)]\n"
)
OWN = """
def smooth(values, width):
    # a window that moves: one number comes in, one goes out
    total, result = 0.0, []
    for position, value in enumerate(values):
        total = total + value
        if position >= width:
            total = total - values[position - width]
        if position + 1 >= width:
            result.append(total / width)
    return result
"""
OTHER = """
def smooth(values, width):
    sums = [0]
    for v in values:
        sums.append(sums[-1] + v)
    return [(b - a) / width for a, b in zip(sums, sums[width:])]
"""
ESSAY = (
    "Dropout helped in my runs, since no unit could lean on any other one, and what was left of "
    "the gap is smaller than the spread of three seeds, which I would not call a difference."
)


def renamed(text):
    text = re.sub(r"#.*", "# mine", text.replace("total", "s").replace("position", "k"))
    return text.replace("result", "out").replace("value,", "x,").replace(" + value\n", "   +   x\n")


def found(texts, prose=False):
    """The pairs among answers to one question."""
    source = Source("", [Question("q-test", "Q", 5.0, ("q",))], set(), {"q": SOLUTION}, {})
    course = Course(source, {"q": "YOUR ANSWER HERE" if prose else STUB}, autograded=None)
    cells = {name: Text("q", "q", text, prose) for name, text in texts.items()}
    kind = "prose" if prose else "texts"
    return alike.pairs(course, {name: Work(**{kind: [cell]}) for name, cell in cells.items()})


def test_a_renamed_copy_is_found_and_shown_side_by_side():
    assert renamed(OWN) != OWN
    assert not set(re.findall(r"\w+", renamed(OWN))) & {"total", "position", "result"}
    (pair,) = found({"ada": OWN, "ben": renamed(OWN), "cleo": OTHER, "dan": SOLUTION})
    assert pair.students == ("ada", "ben")
    assert pair.share == 1
    assert pair.texts == (OWN.rstrip(), renamed(OWN).rstrip())
    assert pair.place == "q"


@pytest.mark.parametrize("text", [STUB, SOLUTION, STUB + SOLUTION, re.sub(r"\bi\b", "j", SOLUTION)])
def test_what_the_task_or_the_solution_explains_is_no_likeness(text):
    assert found({"ada": text, "ben": text}) == ()


def test_what_many_wrote_is_no_likeness():
    group = {f"s{number}": OWN for number in range(4)}
    assert found(group) == ()
    assert len(found(dict(list(group.items())[:3]))) == 3


def test_essays_are_compared_by_their_words():
    copy = "<b>" + ESSAY.upper().replace(", ", " - ")
    (pair,) = found(
        {"ada": ESSAY, "ben": copy, "cleo": "Weight decay was best for me."}, prose=True
    )
    assert pair.students == ("ada", "ben")
    assert pair.share > 0.9


def test_texts_that_would_take_long_do_not():
    deep = "(" * 100_000
    assert found({"ada": deep, "ben": '"' * 100_000, "cleo": "x" * 1_000_000, "dan": ""}) == ()
    many = {f"s{n}": f"x{n} = " + "+".join(f"f{n}({i})" for i in range(3000)) for n in range(30)}
    assert found(many) == ()


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_answers_of_people_who_think_for_themselves_are_not_alike(slug):
    """The right answers with which the tests of the exercises are tested, written differently."""
    stubs = {cell.id: cell.source for cell in courses.released(slug).cells}
    solutions = {cell.id: cell.source for cell in courses.source(slug).cells}
    for question in importlib.import_module(f"tests.answers.{slug}").QUESTIONS:
        name = question.cell
        texts = {a.name: Text(name, name, a.code) for a in question.right}
        ours = Source("", [], set(), {name: solutions[name]}, {})
        course = Course(ours, {name: stubs[name]}, autograded=None)
        works = {student: Work(texts=[text]) for student, text in texts.items()}
        assert alike.pairs(course, works) == (), name
