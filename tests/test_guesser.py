"""Who only looks at the form of the options earns what chance gives.

All letter questions of the course together: no place, no rank of length, no word like "never", and
no pair of like options leads to more than a third of the right answers; a quarter is chance.
"""

import itertools
import re
from dataclasses import dataclass

import pytest

from tests import courses

ABSOLUTE = re.compile(r"\b(all|always|any|cannot|every|must|never|none|nothing|only)\b", re.I)
LIMIT = 1 / 3


@dataclass(frozen=True)
class Letters:
    """A question whose answer is a letter."""

    task: str
    text: str
    options: dict[str, str]
    right: str

    @property
    def wrong_wanted(self):
        """Whether it asks which option does not hold."""
        return re.search(r"\*\*(wrong|not)\*\*", self.text) is not None


def letters(slug):
    """The letter questions of an exercise."""
    found, text = [], ""
    for cell in courses.source(slug).cells:
        if cell.cell_type == "markdown":
            text = cell.source
        elif right := re.search(r'^answer_a\d+ = "([a-d])"$', cell.source, re.MULTILINE):
            options = dict(re.findall(r"^- \(([a-d])\) (.*)$", text, re.MULTILINE))
            assert sorted(options) == list("abcd"), f"{slug} {cell.id}"
            found.append(Letters(f"{slug} {cell.id}", text, options, right[1]))
    return found


EVERYTHING = [question for slug in courses.SLUGS for question in letters(slug)]


def best(options, measure):
    """The options of which nothing is larger in this measure."""
    largest = max(map(measure, options))
    return [option for option in options if measure(option) == largest]


def by_rank(rank):
    """Choose the option with this rank of length, at random among equals."""

    def choose(question):
        ordered = sorted(question.options, key=lambda o: len(question.options[o]))
        length = len(question.options[ordered[rank]])
        return [o for o in ordered if len(question.options[o]) == length]

    return choose


def avoids_absolute_words(question):
    """Take what sounds sweeping for wrong."""
    sign = 1 if question.wrong_wanted else -1
    return best(question.options, lambda o: sign * bool(ABSOLUTE.search(question.options[o])))


def one_of_the_pair(question):
    """Take one of the two options that have most words in common."""
    words = {o: set(re.findall(r"\w+", text.lower())) for o, text in question.options.items()}

    def alike(pair):
        one, other = (words[o] for o in pair)
        return len(one & other) / max(1, len(one | other))

    pairs = best(list(itertools.combinations(question.options, 2)), alike)
    return [option for pair in pairs for option in pair]


GUESSERS = {
    **{f"place {letter}": (lambda question, o=letter: [o]) for letter in "abcd"},
    **{f"length {rank + 1} of 4": by_rank(rank) for rank in range(4)},
    "no absolute words": avoids_absolute_words,
    "one of the likest pair": one_of_the_pair,
}


@pytest.mark.parametrize("name", GUESSERS)
def test_guesser_earns_chance(name):
    earned = []
    for question in EVERYTHING:
        chosen = GUESSERS[name](question)
        earned.append(chosen.count(question.right) / len(chosen))
    assert len(earned) >= 60
    assert sum(earned) / len(earned) <= LIMIT


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_at_most_a_third_ask_for_the_wrong_statement(slug):
    questions = letters(slug)
    asked = sum(question.wrong_wanted for question in questions)
    assert asked <= len(questions) / 3
    assert len(questions) >= 2


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_no_option_stands_out_by_its_length(slug):
    for question in letters(slug):
        right = len(question.options[question.right])
        others = [len(t) for o, t in question.options.items() if o != question.right]
        if min(others) >= 40:
            message = f"{question.task}: {right} characters against {sorted(others)}"
            assert min(others) / 1.5 <= right <= 1.4 * max(others), message
