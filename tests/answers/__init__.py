"""Wrong and alternative answers to every graded question, one module per exercise.

A module ``answers/SLUG.py`` (hyphens of the slug as underscores) has a list ``QUESTIONS``.
``tests/test_answers.py`` puts each answer in turn into the instructor's notebook and grades it with
nbgrader: a wrong one must lose all the points of its question and no others, a right one none.
"""

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True)
class Answer:
    """What a student might write into a solution cell.

    Attributes:
        name: short and unique within its question; it names the test.
        note: of a wrong answer the misconception it shows, of a right one what is different.
        code: the whole text of the solution cell.
    """

    name: str
    note: str
    code: str

    def __post_init__(self):
        object.__setattr__(self, "code", dedent(self.code).strip("\n"))


@dataclass(frozen=True)
class Question:
    """One automatically graded test cell and the answers tried on it.

    Attributes:
        cell: nbgrader's id of the solution cell.
        test: nbgrader's id of the test cell.
        wrong: at least three answers that a person would really give.
        right: at least two answers that differ from the instructor's.
    """

    cell: str
    test: str
    wrong: tuple[Answer, ...]
    right: tuple[Answer, ...]


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
