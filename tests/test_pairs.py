"""Sentences as tokens and back, and splits that share no sentence."""

import collections

import pytest

from dlcourse import datasets
from dlcourse.datasets import Pair, detokenize, split_pairs, tokenize


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    [
        ("Go.", "go ."),
        ("The man doesn't sleep, does he?", "the man doesn't sleep , does he ?"),
        ("L'homme n’aime pas l'école\u202f!", "l' homme n' aime pas l' école !"),
        ("Qu'est-ce qu'il a\u00a0? Aujourd'hui…", "qu' est-ce qu' il a ? aujourd'hui …"),
        ("J'ai vu l'« ami » d'Ève.", "j' ai vu l ' « ami » d' ève ."),
        ("It's 3.14, or 10:30.", "it's 3.14 , or 10:30 ."),
        ("Lorsqu'il dort, quelqu'un rit.", "lorsqu' il dort , quelqu'un rit ."),
        ("e\u0301te\u0301", "été"),
        ("<pad>", "< pad >"),
        ("  \n ", ""),
    ],
)
def test_tokenize(sentence, tokens):
    assert tokenize(sentence) == tokens.split()
    assert tokenize(detokenize(tokens.split())) == tokens.split()


def test_tokenize_takes_one_sentence():
    with pytest.raises(TypeError, match="takes one sentence, a str, not list"):
        tokenize(["Go."])


def test_detokenize():
    assert detokenize(["l'", "homme", "ne", "dort", "pas", "."]) == "l'homme ne dort pas."
    assert (
        detokenize(["«", "oui", "»", "(", "ou", "non", ")", ",", "dit-il", "!"])
        == "«oui» (ou non), dit-il!"
    )
    assert detokenize([]) == ""


def test_linked_pairs_stay_together():
    # Chains: a-1, a-2, b-2, b-3, … one group each, which a split by pairs would tear apart.
    pairs = [
        Pair(f"E{g} {i}.", f"f{g} {(i + j)}") for g in range(50) for i in range(3) for j in (0, 1)
    ]
    pairs += [Pair("Hi!", "Salut !"), Pair("hi !", "Coucou")]  # the same tokens
    parts = split_pairs(pairs, (0.8, 0.1, 0.1))
    assert sorted(pair for part in parts for pair in part) == sorted(pairs)
    homes = collections.defaultdict(set)
    for number, part in enumerate(parts):
        for pair in part:
            homes["source", *tokenize(pair.source)].add(number)
            homes["target", *tokenize(pair.target)].add(number)
    assert all(len(home) == 1 for home in homes.values())
    assert [len(part) / len(pairs) for part in parts] == pytest.approx([0.8, 0.1, 0.1], abs=0.03)
    position = {pair: i for i, pair in enumerate(pairs)}
    assert all(part == sorted(part, key=position.get) for part in parts)
    assert split_pairs(pairs, (0.8, 0.1, 0.1)) == parts
    assert split_pairs(pairs, (0.8, 0.1, 0.1), seed=1) != parts


def test_split_pairs_refuses():
    pairs = datasets.phrasebook(size=20)
    for fractions in ([], [0.5], [1.2, -0.2], [1.0, 0.0]):
        with pytest.raises(ValueError, match="fractions above 0 that add up to 1"):
            split_pairs(pairs, fractions)
    same = [Pair("Go.", f"Va {i}") for i in range(5)]
    with pytest.raises(ValueError, match="5 pairs form 1 groups"):
        split_pairs(same, (0.5, 0.5))
