"""Subwords: words cut into pieces that occur often, by byte pair encoding."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

END = "·"  # stands at the end of each word, so that pieces can be joined to words again
Pieces = tuple[str, ...]


class BytePairEncoding:
    """Cuts words into pieces by merges of neighbors, which were learned from a text.

    A word begins as its characters and ``END``. Of the neighbors that stand in the list of merges,
    those that stand first in it are joined, wherever they occur in the word, until none is left.
    Frequent words become one piece, unseen ones pieces that are known.

    After Sennrich et al., "Neural machine translation of rare words with subword units" (2016).

    Args:
        merges: pairs of pieces, in the order in which they were learned.

    Attributes:
        merges: these.

    Raises:
        ValueError: a merge is no pair of texts, or stands there twice.
    """

    def __init__(self, merges: Iterable[tuple[str, str]]):
        self.merges = [tuple(pair) for pair in merges]
        for pair in self.merges:
            if len(pair) != 2 or not all(isinstance(p, str) and p for p in pair):
                raise ValueError(f"BytePairEncoding: {pair!r} is no pair of pieces.")
        self._rank = {pair: number for number, pair in enumerate(self.merges)}
        if len(self._rank) < len(self.merges):
            raise ValueError("BytePairEncoding: a merge stands there twice.")
        self._known: dict[str, list[str]] = {}

    @classmethod
    def learn(cls, counts: Mapping[str, int], merges: int) -> "BytePairEncoding":
        """Learn merges: again and again, the pair of neighbors that occurs most often becomes one.

        Of pairs that occur equally often, the one that comes first in the text is taken.

        Args:
            counts: how often each word occurs, in the order in which the words first occur.
            merges: how many; fewer are learned where no neighbors are left.

        Raises:
            ValueError: no word, an empty one, a count below 1, or a number of merges below 0.
        """
        if isinstance(merges, bool) or not isinstance(merges, int) or merges < 0:
            raise ValueError(f"BytePairEncoding takes 0 merges or more, not {merges!r}.")
        if not counts or not all(counts) or min(counts.values()) < 1:
            raise ValueError("BytePairEncoding learns from words that occur once or more.")
        return cls(_learn(counts, merges))

    def cut(self, word: str) -> list[str]:
        """The pieces of a word; the last one ends with ``END``.

        Raises:
            ValueError: the word is empty, or has a white space or ``END`` in it.
        """
        if word not in self._known:
            if not word or END in word or word != "".join(word.split()):
                raise ValueError(f"BytePairEncoding cuts words, and {word!r} is none.")
            pieces: Pieces = (*word, END)
            while pairs := self._rank.keys() & set(pairwise(pieces)):
                pieces = _merge(pieces, min(pairs, key=self._rank.__getitem__))
            self._known[word] = list(pieces)
        return list(self._known[word])

    def cut_all(self, words: Iterable[str]) -> list[str]:
        """The pieces of all words, one after the other."""
        return [piece for word in words for piece in self.cut(word)]

    @staticmethod
    def join(pieces: Iterable[str]) -> list[str]:
        """The words of which these are the pieces; what follows the last ``END`` is a word, too."""
        text = "".join(pieces)
        return text.removesuffix(END).split(END) if text else []


def _learn(counts: Mapping[str, int], merges: int) -> list[tuple[str, str]]:
    """Each merge touches only the words in which the pair occurs."""
    words: list[Pieces] = [(*word, END) for word in counts]
    often = list(counts.values())
    total: Counter[tuple[str, str]] = Counter()  # of each pair, over all words
    where: dict[tuple[str, str], set[int]] = {}  # the words that a pair may occur in
    for i, pieces in enumerate(words):
        for pair in pairwise(pieces):
            total[pair] += often[i]
            where.setdefault(pair, set()).add(i)
    heap = [(-n, pair) for pair, n in total.items()]
    heapq.heapify(heap)
    learned: list[tuple[str, str]] = []
    while len(learned) < merges and (best := _most_frequent(heap, total, where, words)):
        learned.append(best)
        changed: set[tuple[str, str]] = set()
        for i in sorted(where.pop(best)):
            before, words[i] = words[i], _merge(words[i], best)
            for pair in pairwise(before):
                total[pair] -= often[i]
                changed.add(pair)
            for pair in pairwise(words[i]):
                total[pair] += often[i]
                where.setdefault(pair, set()).add(i)
                changed.add(pair)
        for pair in changed - {best}:
            heapq.heappush(heap, (-total[pair], pair))
    return learned


def _most_frequent(
    heap: list, total: Counter, where: dict, words: list[Pieces]
) -> tuple[str, str] | None:
    """The next pair to merge; of equally frequent ones the first in the text."""
    equal: set[tuple[str, str]] = set()
    most = 0
    while heap and (not equal or -heap[0][0] == most):
        n, pair = heapq.heappop(heap)
        # Older entries of a pair stay in the heap; only that with today's count is true.
        if total[pair] == -n > 0:
            most = -n
            equal.add(pair)
    if not equal:
        return None
    best = min(equal, key=lambda pair: _first(pair, where[pair], words))
    for pair in equal - {best}:
        heapq.heappush(heap, (-most, pair))
    return best


def _first(pair: tuple[str, str], where: set[int], words: list[Pieces]) -> tuple[int, int]:
    """The number of the first word in which the pair occurs, and its place there."""
    for i in sorted(where):
        pieces = words[i]
        for place in range(len(pieces) - 1):
            if pieces[place : place + 2] == pair:
                return i, place
    raise AssertionError(pair)  # its count is above 0


def _merge(pieces: Pieces, pair: tuple[str, str]) -> Pieces:
    """The pieces with each occurrence of the pair joined, from the left."""
    merged, i = [], 0
    while i < len(pieces):
        step = 2 if pieces[i : i + 2] == pair else 1
        merged.append("".join(pieces[i : i + step]))
        i += step
    return tuple(merged)
