"""A table of word vectors: neighbors, analogies, and files in GloVe's format."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

Question = tuple[str, str, str, str]


class WordVectors:
    """Words and their vectors, compared by the cosine of the angle between them.

    Args:
        tokens: V different words.
        vectors: (V, D) floating point.

    Attributes:
        tokens: the words.
        vectors: (V, D) as given, without a gradient.
        unit: (V, D), each of length 1; a vector of zeros stays zeros.

    Raises:
        ValueError: shapes that do not fit, a word twice, or a number that is not finite.
    """

    def __init__(self, tokens: Sequence[str], vectors: Tensor):
        self.tokens = list(tokens)
        if vectors.ndim != 2 or len(vectors) != len(self.tokens) or not vectors.numel():
            raise ValueError(
                f"WordVectors: {len(self.tokens)} words take vectors of shape "
                f"({len(self.tokens)}, D), not {tuple(vectors.shape)}."
            )
        if not vectors.is_floating_point() or not vectors.isfinite().all():
            raise ValueError("WordVectors: the numbers must be floating point and finite.")
        self._numbers = {token: i for i, token in enumerate(self.tokens)}
        if len(self._numbers) < len(self.tokens):
            raise ValueError("WordVectors: a word stands there twice.")
        self.vectors = vectors.detach()
        self.unit = F.normalize(self.vectors, dim=1)

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, word: object) -> bool:
        return word in self._numbers

    def number(self, word: str) -> int:
        """The row of a word.

        Raises:
            KeyError: the word has no vector.
        """
        if word not in self._numbers:
            raise KeyError(f"{word!r} is none of the {len(self)} words that have a vector.")
        return self._numbers[word]

    def __getitem__(self, word: str) -> Tensor:
        """The vector of a word, (D,)."""
        return self.vectors[self.number(word)]

    def similarity(self, first: str, second: str) -> float:
        """The cosine of the angle between two words' vectors."""
        return float(self.unit[self.number(first)] @ self.unit[self.number(second)])

    def nearest(
        self, vector: Tensor, k: int = 10, exclude: Iterable[str] = ()
    ) -> list[tuple[str, float]]:
        """The k words whose vectors point most nearly where ``vector`` (D,) points.

        Args:
            vector: of any length but 0.
            k: how many.
            exclude: words that are no answer.

        Returns:
            Words with their cosines, the nearest first.
        """
        cosines = self.unit @ F.normalize(vector, dim=0)
        left_out = [self.number(word) for word in exclude]
        cosines[left_out] = -torch.inf
        best = cosines.topk(min(k, len(self) - len(set(left_out))))
        return [
            (self.tokens[i], c)
            for i, c in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]

    def neighbors(self, word: str, k: int = 10) -> list[tuple[str, float]]:
        """The k nearest words to a word, itself left out, with their cosines."""
        return self.nearest(self[word], k, exclude=[word])

    def analogy(
        self, a: str, b: str, c: str, k: int = 1, exclude: bool = True
    ) -> list[tuple[str, float]]:
        """What is to c as b is to a: the words nearest to b − a + c, of vectors of length 1.

        Args:
            a: as in "man is to king as woman is to ?".
            b: "king" there.
            c: "woman" there.
            k: how many answers.
            exclude: whether the three words of the question are no answers.
        """
        ua, ub, uc = (self.unit[self.number(word)] for word in (a, b, c))
        return self.nearest(ub - ua + uc, k, exclude=[a, b, c] if exclude else [])

    def analogy_accuracy(self, questions: Iterable[Question], exclude: bool = True) -> float:
        """The share of questions (a, b, c, d) to which the first answer is d.

        Raises:
            ValueError: no question.
            KeyError: a word has no vector.
        """
        questions = list(questions)
        if not questions:
            raise ValueError("analogy_accuracy: there is no question.")
        rows = torch.tensor([[self.number(word) for word in q] for q in questions])
        a, b, c, d = rows.T
        cosines = F.normalize(self.unit[b] - self.unit[a] + self.unit[c], dim=1) @ self.unit.T
        if exclude:
            cosines.scatter_(1, rows[:, :3], -torch.inf)
        return float((cosines.argmax(dim=1) == d).double().mean())

    @classmethod
    def load(cls, path: Path | str, most: int | None = None) -> "WordVectors":
        """Read vectors in the text format of GloVe: a word and its numbers on each line.

        Args:
            path: of a file such as ``glove.6B.50d.txt``.
            most: stop after so many words; such files begin with the most frequent.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: a line that is no word with as many numbers as the first has.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(
                f"There are no word vectors at {path}: put a file there as the GloVe project "
                "(nlp.stanford.edu/projects/glove) offers it, glove.6B.50d.txt for example; the "
                "vectors of the chapter on embeddings need no file."
            )
        tokens, rows = [], []
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if most is not None and len(tokens) >= most:
                    break
                word, *values = line.rstrip().split(" ")
                try:
                    row = [float(value) for value in values]
                except ValueError:
                    row = []
                if not word or not row or (rows and len(row) != len(rows[0])):
                    raise ValueError(
                        f"{path}, line {number}: expected a word and "
                        f"{len(rows[0]) if rows else 'its'} numbers, got {line[:60]!r}."
                    )
                tokens.append(word)
                rows.append(row)
        if not rows:
            raise ValueError(f"{path} is empty.")
        return cls(tokens, torch.tensor(rows))
