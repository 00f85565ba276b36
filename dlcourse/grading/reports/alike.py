"""Pairs of answers that are alike beyond what their task explains.

An answer is cut into runs of :data:`CODE` signs of Python, or of :data:`WORDS` words, as in S.
Schleimer, D. S. Wilkerson and A. Aiken, Winnowing: Local Algorithms for Document Fingerprinting,
SIGMOD 2003. Names that the student chose are all read as one, and comments and layout are left out,
so that renaming hides nothing. A run explains nothing if it is in the released text, in the
instructor's solution, or in the answers of many students. What two answers share of the rest is
their likeness. Nothing is parsed or run; the work grows with the length of the texts.
"""

import builtins
import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from dlcourse.grading.content.text import printable
from dlcourse.grading.reports.sources import Course
from dlcourse.grading.reports.works import Text, Work

CODE, WORDS = 9, 5  # signs, or words, of a run
FEWEST = {CODE: 15, WORDS: 12}  # runs that are shared before a pair is mentioned
LEAST = 0.6  # of the runs of the shorter answer that the task does not explain
COMMON = 0.1  # of the class, or three students: what more of them wrote is no sign
MOST = 30  # pairs that are listed
LONGEST = 20_000  # characters of an answer that are looked at
LINES = 40  # of an answer that are shown
SIGN = re.compile(r"\.?[^\W\d]\w*|\d[\w.]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|\S")
DROPPED = re.compile(r"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*", re.DOTALL)
KNOWN = frozenset(keyword.kwlist) | frozenset(dir(builtins))


@dataclass(frozen=True)
class Pair:
    """Two answers to one question.

    Attributes:
        students: whose.
        place: the question.
        share: of the shorter answer's runs that the task does not explain, from 0 to 1.
        runs: how many they share.
        texts: both, printable and cut.
    """

    students: tuple[str, str]
    place: str
    share: float
    runs: int
    texts: tuple[str, str]


def pairs(course: Course, works: Mapping[str, Work]) -> tuple[Pair, ...]:
    """Compare everybody's answers, question by question.

    Args:
        course: the class.
        works: what each student handed in.

    Returns:
        The pairs, the likest first, at most :data:`MOST`.
    """
    answers: dict[str, dict[str, Text]] = defaultdict(dict)
    for student, work in works.items():
        for text in [*work.texts, *work.prose]:
            if text.name:
                answers[text.name][student] = text
    found = []
    for name, texts in answers.items():
        ours = (course.stubs.get(name, ""), course.source.solutions.get(name, ""))
        found += _of_question(texts, ours, len(works))
    found.sort(key=lambda pair: (-pair.runs * pair.share, pair.students, pair.place))
    return tuple(found[:MOST])


def _of_question(texts: Mapping[str, Text], ours: tuple[str, str], size: int) -> Iterable[Pair]:
    prose = next(iter(texts.values())).is_prose
    length = WORDS if prose else CODE
    given = KNOWN | set(re.findall(r"[^\W\d]\w*", DROPPED.sub(" ", ours[0])))

    def runs(text: str) -> set[tuple[str, ...]]:
        signs = words(text) if prose else code(text, given)
        return {tuple(signs[i : i + length]) for i in range(len(signs) - length + 1)}

    explained = runs(ours[0]) | runs(ours[1])
    own = {student: runs(text.text) - explained for student, text in texts.items()}
    students: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for student in sorted(own):
        for run in own[student]:
            students[run].append(student)
    most = max(3, int(COMMON * size))
    common = {run for run, group in students.items() if len(group) > most}
    shared = Counter(
        pair
        for run, group in students.items()
        if run not in common
        for pair in combinations(group, 2)
    )
    for (one, other), number in shared.items():
        share = number / min(len(own[one] - common), len(own[other] - common))
        if number >= FEWEST[length] and share >= LEAST:
            place = texts[one].place or texts[one].name
            both = (_shown(texts[one].text), _shown(texts[other].text))
            yield Pair((one, other), place, share, number, both)


def code(text: str, given: Iterable[str]) -> list[str]:
    """The signs of a piece of Python.

    Args:
        text: any text.
        given: names that stand for themselves; all others are ``v``, but for attributes.
    """
    signs = SIGN.findall(DROPPED.sub(" ", text[:LONGEST]))
    return ["v" if s[0].isidentifier() and s not in given else s for s in signs]


def words(text: str) -> list[str]:
    """The words of an answer in prose, in small letters."""
    return re.findall(r"\w+", text[:LONGEST].lower())


def _shown(text: str) -> str:
    lines = text.expandtabs(4).splitlines()
    shown = "\n".join(printable(line[:200]) for line in lines[:LINES])
    return shown + ("\n…" if len(lines) > LINES else "")
