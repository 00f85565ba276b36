"""Byte pair encoding: as published, as a kept tokenizer cuts, and as its definition says."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from dlcourse.datasets import BytePairEncoding
from tests.chapters import definitions

# What the library tokenizers made of these merges; it is not installed with the course.
REFERENCE = Path(__file__).parent / "references" / "byte_pair_encoding.json"
chapter = definitions("embeddings")


@pytest.mark.parametrize("cut", [lambda w, m: BytePairEncoding(m).cut(w), chapter.cut])
def test_words_are_cut_as_by_the_library_tokenizers(cut):
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    merges = [tuple(merge.split()) for merge in reference["merges"]]
    assert len(reference["pieces"]) == 200
    for pieces in map(str.split, reference["pieces"]):
        word = "".join(pieces).removesuffix("·")
        assert cut(word, merges) == pieces


@pytest.mark.parametrize("learn", [lambda c, n: BytePairEncoding.learn(c, n).merges,
                                   chapter.learn_merges])  # fmt: skip
def test_merges_are_those_of_the_paper(learn):
    """Algorithm 1 of Sennrich et al. (2016): its words, and what its program prints for them."""
    counts = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    printed = ["es", "est", "est·", "lo", "low", "ne", "new", "newest·", "low·", "wi"]
    merges = learn(counts, 10)
    assert ["".join(pair) for pair in merges] == printed


def test_the_paper_s_unseen_word():
    """Its figure 1: from low, lowest, newer and wider these merges, and of them lower."""
    encoding = BytePairEncoding([("r", "·"), ("l", "o"), ("lo", "w"), ("e", "r·")])
    assert encoding.cut("lower") == ["low", "er·"]


@pytest.mark.parametrize("seed", range(8))
def test_learning_equals_counting_afresh_at_each_merge(seed):
    draw = random.Random(seed)
    words = ["".join(draw.choices("abc", k=draw.randint(1, 7))) for _ in range(40)]
    counts, merges = Counter(words), draw.randint(1, 60)
    fast = BytePairEncoding.learn(counts, merges)
    assert fast.merges == chapter.learn_merges(counts, merges)
    for word in words:
        assert fast.cut(word) == chapter.cut(word, fast.merges)
    assert fast.join(fast.cut_all(words)) == words


def test_without_merges_words_are_characters_and_with_enough_of_them_one_piece():
    assert BytePairEncoding([]).cut("row") == ["r", "o", "w", "·"]
    all_merged = BytePairEncoding.learn({"row": 1, "rows": 2}, 99)
    assert all_merged.cut_all(["rows", "row"]) == ["rows·", "row·"]
    assert len(all_merged.merges) < 99
    assert all_merged.cut("worse") == ["w", "o", "r", "s", "e", "·"]
    assert BytePairEncoding.join([]) == []


@pytest.mark.parametrize("counts", [{}, {"": 1}, {"a": 0}])
def test_learning_refuses_what_is_no_text(counts):
    with pytest.raises(ValueError, match="words that occur once or more"):
        BytePairEncoding.learn(counts, 3)


def test_other_bad_input():
    for merges in (-1, True, 1.5):
        with pytest.raises(ValueError, match="0 merges or more"):
            BytePairEncoding.learn({"a": 1}, merges)
    for wrong in (("a",), ("a", ""), ("a", 1)):
        with pytest.raises(ValueError, match="no pair of pieces"):
            BytePairEncoding([wrong])
    with pytest.raises(ValueError, match="twice"):
        BytePairEncoding([("a", "b"), ("a", "b")])
    for word in ("", "two words", "a·b"):
        with pytest.raises(ValueError, match="cuts words"):
            BytePairEncoding([]).cut(word)
