"""Wrong and alternative answers to every graded question, one module per exercise.

A module ``answers/SLUG.py`` (hyphens of the slug as underscores) has a list ``QUESTIONS``.
``tests/test_answers.py`` puts each answer in turn into the instructor's notebook and grades it with
nbgrader: a wrong one must lose the points of its question, or of those of its parts that are named,
and no others, a right one none.
"""

from dataclasses import dataclass
from textwrap import dedent

from tests import courses


@dataclass(frozen=True)
class Answer:
    """What a student might write into a solution cell.

    Attributes:
        name: short and unique within its question; it names the test.
        note: of a wrong answer the misconception it shows, of a right one what is different.
        code: the whole text of the solution cell.
        loses: of a wrong answer the parts of the task that it costs, ``"edges, errors"``; '' for
            all of them.
    """

    name: str
    note: str
    code: str
    loses: str = ""

    def __post_init__(self):
        object.__setattr__(self, "code", dedent(self.code).strip("\n"))


@dataclass(frozen=True)
class Question:
    """One automatically graded answer and what is tried in its place.

    Attributes:
        cell: nbgrader's id of the solution cell.
        test: nbgrader's id of its first test cell.
        wrong: at least three answers that a person would really give.
        right: at least two answers that differ from the instructor's.
    """

    cell: str
    test: str
    wrong: tuple[Answer, ...]
    right: tuple[Answer, ...]


def lost(slug: str, question: Question, answer: Answer) -> set[str]:
    """The test cells that a wrong answer to a question of an exercise loses.

    Raises:
        ValueError: if it names a part that the task does not have.
    """
    tests = {courses.part(test, question.cell): test for test in courses.tests(slug)[question.cell]}
    named = [name.strip() for name in answer.loses.split(",")] if answer.loses else list(tests)
    if unknown := set(named) - set(tests):
        raise ValueError(f"{question.cell}, {answer.name}: there is no part {sorted(unknown)}")
    return {tests[name] for name in named}


def choice(number: int, right: str, wrong: dict[str, str]) -> Question:
    """Multiple choice A``number``: every other option with its misconception."""
    variable = f"answer_a{number}"
    return Question(
        f"a{number}-answer",
        f"a{number}-test",
        wrong=tuple(
            Answer(letter, note, f'{variable} = "{letter}"') for letter, note in wrong.items()
        ),
        right=(
            Answer("capital", "a capital letter", f'{variable} = "{right.upper()}"'),
            Answer("space", "a stray space", f"{variable} = '{right} '  # I am sure"),
        ),
    )


def number(number: int, right: dict[str, str], wrong: dict[str, str]) -> Question:
    """Calculation A``number``: expressions, each with its note."""
    variable = f"answer_a{number}"

    def answers(entries):
        return tuple(
            Answer(str(i), f"{note}: {expression}", f"{variable} = {expression}")
            for i, (expression, note) in enumerate(entries.items(), start=1)
        )

    return Question(f"a{number}-answer", f"a{number}-test", answers(wrong), answers(right))
