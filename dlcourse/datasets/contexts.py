"""Words and the words around them: what word vectors are learned from."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from dlcourse.datasets.vocabulary import Vocabulary
from dlcourse.runtime import place_of


def number_words(texts: Iterable[Sequence[str]], vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
    """The known words of many texts, one after another; the others are left out.

    Args:
        texts: the words of each text.
        vocabulary: without an ``<unk>``, or with one, which is left out as well.

    Returns:
        The words' numbers and the number of the text that each stands in, (n,) int64 both.

    Raises:
        ValueError: no word is known.
    """
    pairs = [
        (vocabulary[word], i)
        for i, words in enumerate(texts)
        for word in words
        if word in vocabulary
    ]
    if not pairs:
        raise ValueError("number_words: none of the words is in the vocabulary.")
    numbers, places = torch.tensor(pairs).T.contiguous()
    return numbers, places


def subsample(numbers: Tensor, rate: float, generator: torch.Generator | None = None) -> Tensor:
    """Which words to keep, so that frequent ones are seen less often.

    A word that is the share f of all words is kept with the probability √(rate / f), at most 1.

    Args:
        numbers: (n,) int64, 0 or more.
        rate: the share below which all is kept, 1e-3 for example.
        generator: of any device, whatever that of the numbers; the same seed draws others on
            another device.

    Returns:
        (n,) bool.

    Raises:
        TypeError: generator is something else.
        ValueError: rate is not positive, or numbers has another shape.
    """
    _check(numbers, "subsample")
    if not rate > 0:
        raise ValueError(f"subsample takes a rate above 0, not {rate!r}.")
    share = torch.bincount(numbers) / len(numbers)
    keep = (rate / share).sqrt()[numbers]
    draws = torch.rand(len(numbers), generator=generator, device=place_of(generator, "subsample"))
    return draws.to(numbers.device) < keep


def context_pairs(numbers: Tensor, places: Tensor, window: int) -> tuple[Tensor, Tensor, Tensor]:
    """Every word with every word of the same text that stands at most ``window`` words away.

    Args:
        numbers: words, (n,) int64.
        places: the number of each word's text, (n,), as `number_words` gives it.
        window: 1 or more.

    Returns:
        Centers, contexts and how far they are apart, (pairs,) int64 each; every pair stands there
        in both directions.

    Raises:
        ValueError: shapes that differ, or a window below 1.
    """
    _check(numbers, "context_pairs")
    if places.shape != numbers.shape:
        raise ValueError(
            f"context_pairs: numbers {tuple(numbers.shape)} and places {tuple(places.shape)} "
            "must have one shape."
        )
    if isinstance(window, bool) or not isinstance(window, int) or window < 1:
        raise ValueError(f"context_pairs takes a window of 1 or more, not {window!r}.")
    found = []
    for distance in range(1, min(window, len(numbers) - 1) + 1):
        same = places[:-distance] == places[distance:]
        left, right = numbers[:-distance][same], numbers[distance:][same]
        found.append(torch.stack([torch.cat([left, right]), torch.cat([right, left])]))
    lengths = torch.tensor([pairs.shape[1] for pairs in found], dtype=torch.int64)
    distances = torch.arange(1, len(found) + 1).repeat_interleave(lengths)
    pairs = torch.cat(found, dim=1) if found else numbers.new_zeros(2, 0)
    return pairs[0], pairs[1], distances


def _check(numbers: Tensor, name: str) -> None:
    if numbers.ndim != 1 or numbers.dtype != torch.int64 or not len(numbers):
        raise ValueError(
            f"{name} takes numbers of words, (n,) int64 with n > 0, not "
            f"{tuple(numbers.shape)} {numbers.dtype}."
        )
