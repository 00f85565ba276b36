"""Tokens as numbers, and numbers as tokens again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

UNKNOWN = "<unk>"
PADDING, BEGIN, END = "<pad>", "<bos>", "<eos>"
# Of a vocabulary whose sentences are translated, in the order of their numbers 0 to 3.
TRANSLATION_SPECIALS = (PADDING, BEGIN, END, UNKNOWN)


class Vocabulary:
    """The tokens of a text, numbered: specials first, then by falling frequency.

    Build it from the training part alone: that a token occurs in the held-out part is something
    that the model cannot know. A token that is not in it becomes ``<unk>``, if that is one of the
    specials, and is an error otherwise.

    Args:
        tokens: the training text's tokens: a str is taken as its characters.
        min_count: tokens that occur less often are left out.
        specials: tokens that stand for something else than text; they get the numbers 0, 1, ….

    Attributes:
        tokens: the token of each number.

    Raises:
        TypeError: a token is not a str.
        ValueError: ``min_count`` below 1, a special token twice, or nothing left.
    """

    def __init__(
        self, tokens: Iterable[str], min_count: int = 1, specials: Sequence[str] = (UNKNOWN,)
    ):
        if isinstance(min_count, bool) or not isinstance(min_count, int) or min_count < 1:
            raise ValueError(f"Vocabulary takes a min_count of at least 1, not {min_count!r}.")
        if isinstance(specials, str):
            raise TypeError(f"Vocabulary takes a list of special tokens, not the str {specials!r}.")
        specials = list(specials)
        if len(set(specials)) < len(specials):
            raise ValueError(f"Vocabulary: a special token stands twice in {specials}.")
        counts = Counter(tokens)
        for token in [*specials, *counts]:
            if not isinstance(token, str):
                raise TypeError(f"Vocabulary takes tokens of type str, not {token!r}.")
        # Of equally frequent tokens the smaller first: the numbers then depend on the text alone.
        often = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        known = [token for token, n in often if n >= min_count and token not in specials]
        if not known:
            raise ValueError(
                f"Vocabulary: the text has no token that occurs {min_count} times or more."
            )
        self.tokens = specials + known
        self._numbers = {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        """V, specials included."""
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._numbers

    def __getitem__(self, token: str) -> int:
        """The number of a token; of ``<unk>`` for one that is not there.

        Raises:
            KeyError: it is not there, and there is no ``<unk>`` either.
        """
        number = self._numbers.get(token, self._numbers.get(UNKNOWN))
        if number is None:
            raise KeyError(
                f"{token!r} is not in this vocabulary of {len(self)} tokens, which has no "
                f"{UNKNOWN!r}; build it with specials=[{UNKNOWN!r}] to read such texts."
            )
        return number

    def encode(self, tokens: Iterable[str]) -> Tensor:
        """Tokens (a str: its characters) as numbers, (n,) int64.

        Raises:
            KeyError: a token is not there, and there is no ``<unk>`` either.
        """
        return torch.tensor([self[token] for token in tokens], dtype=torch.int64)

    def decode(self, numbers: Iterable[int] | Tensor) -> list[str]:
        """Numbers as tokens; ``"".join`` makes a text of characters again.

        Args:
            numbers: (n,) integers.

        Raises:
            ValueError: a number that is no token's.
        """
        numbers = [int(n) for n in numbers]
        for n in numbers:
            if not 0 <= n < len(self):
                raise ValueError(f"Vocabulary: the numbers are 0..{len(self) - 1}; {n} is none.")
        return [self.tokens[n] for n in numbers]

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)} tokens: {', '.join(map(repr, self.tokens[:8]))}, …"
