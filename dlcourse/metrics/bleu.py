"""How close translations come to those of people."""

import math
from collections import Counter
from collections.abc import Sequence

from dlcourse.datasets.pairs import tokenize

Sentence = str | Sequence[str]  # a text, which `tokenize` cuts, or its tokens


def bleu(
    hypotheses: Sequence[Sentence],
    references: Sequence[Sentence | Sequence[Sequence[str]]],
    max_n: int = 4,
) -> float:
    """BLEU of a corpus (Papineni et al. 2002): 100 for the references themselves, 0 at worst.

    Of the n-grams of all hypotheses together (n = 1 … 4), the share that stands in the reference
    of the same sentence; each n-gram counts at most as often as it stands there. The geometric
    mean of the four shares is multiplied by exp(1 - r/c) where all hypotheses together, c tokens,
    are shorter than their references, r tokens. It equals sacrebleu's ``corpus_bleu`` of the same
    tokens without smoothing; above all, it is a number for many sentences, not a mean of theirs.

    Args:
        hypotheses: the translations, texts or lists of tokens.
        references: for each of them the right translation or, as lists of tokens, several: an
            n-gram then counts as often as in the one that has it most often, and the reference
            nearest in length counts for r.
        max_n: the longest n-grams.

    Returns:
        A number in [0, 100]; 0 if no n-gram of some length is right.

    Raises:
        ValueError: no sentence, different numbers of them, an empty reference, a text in the place
            of a token, or a max_n below 1.
    """
    _check("bleu", hypotheses, references)
    if isinstance(max_n, bool) or not isinstance(max_n, int) or max_n < 1:
        raise ValueError(f"bleu: max_n must be a whole number of at least 1, got {max_n!r}.")
    right, made = [0] * max_n, [0] * max_n
    c = r = 0
    for number, (hypothesis, reference) in enumerate(zip(hypotheses, references, strict=True)):
        found = _tokens("bleu", number, hypothesis)
        wanted = _several("bleu", number, reference)
        if not all(wanted):
            raise ValueError(f"bleu: the reference of sentence {number} has no tokens.")
        c += len(found)
        # Of two lengths equally near, the shorter.
        r += min((abs(len(w) - len(found)), len(w)) for w in wanted)[1]
        for n in range(1, max_n + 1):
            counts, most = ngrams(found, n), Counter()
            for w in wanted:
                most |= ngrams(w, n)  # the larger count of each
            right[n - 1] += (counts & most).total()  # the smaller count of each: clipped
            made[n - 1] += counts.total()
    if not all(right):
        return 0.0
    mean = math.fsum(math.log(a / b) for a, b in zip(right, made, strict=True)) / max_n
    return 100 * math.exp(mean + min(0.0, 1 - r / c))


def ngrams(tokens: Sequence[str], n: int) -> Counter:
    """How often each n tokens in a row occur."""
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def exact_match(hypotheses: Sequence[Sentence], references: Sequence[Sentence]) -> float:
    """The share of hypotheses that are their reference token by token, in [0, 1].

    Args:
        hypotheses: the translations, texts or lists of tokens.
        references: the right one for each.

    Raises:
        ValueError: no sentence, different numbers of them, or a text in the place of a token.
    """
    _check("exact_match", hypotheses, references)
    pairs = zip(hypotheses, references, strict=True)
    equal = [
        _tokens("exact_match", k, h) == _tokens("exact_match", k, r)
        for k, (h, r) in enumerate(pairs)
    ]
    return sum(equal) / len(equal)


def _tokens(name: str, number: int, sentence: Sentence) -> list[str]:
    """The tokens of sentence ``number``; white space in one of them shows that it is a text."""
    if isinstance(sentence, str):
        return tokenize(sentence)
    tokens = list(sentence)
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(
                f"{name}: sentence {number} must be a text or a list of tokens, which are texts, "
                f"but holds {token!r}."
            )
        if len(token.split()) > 1:
            raise ValueError(
                f"{name}: sentence {number} is a list, so its entries are tokens, but {token!r} is "
                "a text. Give a text by itself or its tokens, as tokenize cuts them; several "
                "references of a sentence are lists of tokens."
            )
    return tokens


def _several(
    name: str, number: int, reference: Sentence | Sequence[Sequence[str]]
) -> list[list[str]]:
    if isinstance(reference, str) or all(isinstance(token, str) for token in reference):
        return [_tokens(name, number, reference)]
    return [_tokens(name, number, one) for one in reference]


def _check(name: str, hypotheses: Sequence, references: Sequence) -> None:
    if isinstance(hypotheses, str) or isinstance(references, str):
        raise TypeError(f"{name} takes lists of sentences, not one text.")
    if not len(hypotheses) or len(hypotheses) != len(references):
        raise ValueError(
            f"{name}: expected as many references as hypotheses and at least one, got "
            f"{len(hypotheses)} hypotheses and {len(references)} references."
        )
