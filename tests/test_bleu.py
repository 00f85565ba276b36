"""BLEU against sacrebleu, on random and on real sentences."""

import random

import pytest

from dlcourse.datasets import phrasebook, tokenize
from dlcourse.metrics.bleu import bleu, exact_match


def reference_bleu(hypotheses, references, max_n=4):
    """sacrebleu on tokens; references: for each sentence, a list of token lists."""
    sacrebleu = pytest.importorskip("sacrebleu")
    metric = sacrebleu.BLEU(
        tokenize="none", smooth_method="none", max_ngram_order=max_n, force=True
    )
    most = max(map(len, references))
    columns = [[" ".join(r[k]) if k < len(r) else None for r in references] for k in range(most)]
    return metric.corpus_score([" ".join(h) for h in hypotheses], columns).score


def noisy(tokens, rng, words):
    """Some tokens dropped, changed, doubled, swapped."""
    result = []
    for token in tokens:
        draw = rng.random()
        if draw < 0.08:
            continue
        result.append(rng.choice(words) if draw < 0.15 else token)
        if draw > 0.96:
            result.append(token)
    if len(result) > 2 and rng.random() < 0.4:
        i = rng.randrange(len(result) - 1)
        result[i], result[i + 1] = result[i + 1], result[i]
    return result


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_sacrebleu(seed):
    rng = random.Random(seed)
    right = [tokenize(p.target) for p in phrasebook("test", size=80, seed=seed)]
    words = sorted({w for s in right for w in s})
    hypotheses = [noisy(s, rng, words) for s in right]
    if seed % 2:  # shorter than the references: the brevity penalty
        hypotheses = [h[: max(1, len(h) - 3)] for h in hypotheses]
    one = [[s] for s in right]
    assert bleu(hypotheses, right) == pytest.approx(reference_bleu(hypotheses, one), abs=1e-9)
    assert 10 < bleu(hypotheses, right) < 90
    several = [[s, *(noisy(s, rng, words) for _ in range(rng.randrange(3)))] for s in right]
    for max_n in (1, 2, 4):
        assert bleu(hypotheses, several, max_n) == pytest.approx(
            reference_bleu(hypotheses, several, max_n), abs=1e-9
        )


def test_bleu_by_hand():
    # Clipped: of four "the" the reference has two; alone, so that only words count.
    assert bleu([["the"] * 4], [["the", "cat", "the", "dog"]], max_n=1) == pytest.approx(50)
    # One word short of four: exp(1 - 4/3).
    assert bleu([["a", "b", "c"]], [list("abcd")], max_n=2) == pytest.approx(71.653131, abs=1e-5)
    # Longer than needed costs precision, not brevity: 4/5 and 3/4.
    assert bleu([list("abcde")], [list("abcd")], 2) == pytest.approx(100 * 0.6**0.5)
    assert bleu([list("abcd")], [list("abcd")]) == pytest.approx(100)
    assert bleu([list("abc")], [list("abc")]) == 0  # no four in a row
    assert bleu([[], list("abcd")], [list("ab"), list("abcd")]) == pytest.approx(60.653066)
    assert bleu([[]], [["a"]]) == 0


def test_texts_are_cut_into_tokens():
    assert bleu(["Le chat dort ici !"], ["le chat dort ici!"]) == pytest.approx(100)
    assert exact_match(["Le chat.", "Oui ?"], ["le chat .", "Non ?"]) == 0.5
    assert exact_match([["a"]], [["a"]]) == 1


def test_bad_arguments():
    for measure in (bleu, exact_match):
        with pytest.raises(ValueError, match="got 1 hypotheses and 2 references"):
            measure(["a"], ["a", "b"])
        with pytest.raises(ValueError, match="at least one"):
            measure([], [])
        with pytest.raises(TypeError, match="lists of sentences, not one text"):
            measure("a", "b")
    with pytest.raises(ValueError, match="the reference of sentence 1 has no tokens"):
        bleu(["a", "b"], ["a", " "])
    with pytest.raises(ValueError, match="max_n must be"):
        bleu(["a"], ["a"], max_n=0)


@pytest.mark.parametrize(
    ("hypotheses", "references"),
    [
        (["the cat sat"], [["the cat sat", "a cat sat"]]),  # several references, as texts
        (["the cat sat"], [["the cat sat"]]),
        ([["the cat sat"]], ["the cat sat"]),
        ([["the", "cat", "sat"]], [[["the cat sat"], ["a", "cat", "sat"]]]),
    ],
)
def test_texts_in_the_place_of_tokens_are_no_silent_zero(hypotheses, references):
    with pytest.raises(ValueError, match=r"bleu: sentence 0 .* 'the cat sat' is a text"):
        bleu(hypotheses, references, max_n=1)
    if isinstance(references[0], str) or isinstance(references[0][0], str):
        with pytest.raises(ValueError, match=r"exact_match: sentence 0 .* is a text"):
            exact_match(hypotheses, references)


def test_tokens_that_are_no_texts_are_explained():
    with pytest.raises(TypeError, match=r"sentence 1 .* but holds 7"):
        exact_match(["a", [7, 8]], ["a", "b"])
    with pytest.raises(TypeError, match=r"sentence 0 .* but holds 7"):
        bleu([[7, 8]], ["b"])
