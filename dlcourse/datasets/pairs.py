"""Pairs of a sentence and its translation: cut into tokens, joined again, split without leakage."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch

# French elides some short words before a vowel (l'homme, qu'il): two words, so two tokens. Every
# other apostrophe is inside a word (don't, aujourd'hui), as is a hyphen (est-ce).
_TOKEN = re.compile(
    r"(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)'(?=\w)"
    r"|\d+(?:[.,:]\d+)+"
    r"|\w+(?:['-]\w+)*"
    r"|\S"
)
_NO_SPACE_BEFORE = {".", ",", "!", "?", ";", ":", ")", "]", "}", "…", "%", "»"}
_NO_SPACE_AFTER = {"(", "[", "{", "«"}


class Pair(NamedTuple):
    """A sentence and its translation.

    Attributes:
        source: the sentence that is translated.
        target: its translation.
        alignment: which words stand for which, where that is known: pairs (index of a target
            token, index of a source token), in the order of the target, tokens as `tokenize` cuts
            them. A token may stand in several pairs.
    """

    source: str
    target: str
    alignment: tuple[tuple[int, int], ...] | None = None


def tokenize(sentence: str) -> list[str]:
    """A sentence as its words and punctuation marks, in lower case.

    Works for English and French alike: an elided word keeps its apostrophe and is a token of its
    own (``l'homme`` is ``l'``, ``homme``), other words keep theirs inside (``don't``), and so do
    hyphens. White space of any kind, non-breaking included, only separates; typographic
    apostrophes become plain ones.

    Raises:
        TypeError: ``sentence`` is not a str.
    """
    if not isinstance(sentence, str):
        raise TypeError(f"tokenize takes one sentence, a str, not {type(sentence).__name__}.")
    plain = unicodedata.normalize("NFC", sentence).lower().replace("’", "'")
    return _TOKEN.findall(plain)


def detokenize(tokens: Iterable[str]) -> str:
    """Tokens as a sentence again, in lower case, with spaces where English has them.

    ``tokenize`` cuts the result into the same tokens.
    """
    sentence, glue = "", True
    for token in tokens:
        sentence += token if glue or token in _NO_SPACE_BEFORE else " " + token
        glue = token in _NO_SPACE_AFTER or (len(token) > 1 and token.endswith("'"))
    return sentence


def split_pairs(
    pairs: Sequence[Pair], fractions: Sequence[float], seed: int = 0
) -> list[list[Pair]]:
    """Splits pairs at random into parts that share no sentence.

    A sentence often stands there with several translations, and one translation with several
    sentences. If some of them were trained on and others tested on, the test would ask for what
    was learnt by heart. So pairs that are linked by a common source or target, of equal tokens,
    directly or through others, stay together.

    Args:
        pairs: the pairs, in any order.
        fractions: the share of each part, adding up to 1. As linked pairs move together, the
            sizes come out near these shares, not exactly at them.
        seed: of the assignment.

    Returns:
        One list for each fraction; the pairs of each in the order in which they came.

    Raises:
        ValueError: fractions that are not positive or do not add up to 1, or a part left empty.
    """
    fractions = list(fractions)
    if not fractions or min(fractions) <= 0 or not math.isclose(sum(fractions), 1, abs_tol=1e-6):
        raise ValueError(
            f"split_pairs takes fractions above 0 that add up to 1, such as (0.8, 0.1, 0.1), not "
            f"{fractions}."
        )
    groups = _linked(pairs)
    order = torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed))
    parts: list[list[int]] = [[] for _ in fractions]
    for number in order.tolist():
        # The part that is furthest behind its share takes the next group.
        behind = [len(p) / f for p, f in zip(parts, fractions, strict=True)]
        parts[behind.index(min(behind))] += groups[number]
    if not all(parts):
        raise ValueError(
            f"split_pairs: {len(pairs)} pairs form {len(groups)} groups that share no sentence, "
            f"too few to fill parts of {fractions}."
        )
    return [[pairs[i] for i in sorted(part)] for part in parts]


def _linked(pairs: Sequence[Pair]) -> list[list[int]]:
    """The positions of pairs, grouped by common sentences; groups in the order of their first."""
    leader = list(range(len(pairs)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]  # halve the way for the next search
            i = leader[i]
        return i

    first: dict[tuple, int] = {}
    for i, pair in enumerate(pairs):
        for key in (("source", *tokenize(pair.source)), ("target", *tokenize(pair.target))):
            a, b = find(first.setdefault(key, i)), find(i)
            leader[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for i in range(len(pairs)):
        groups.setdefault(find(i), []).append(i)
    return list(groups.values())
