"""Word vectors from pairs of words: skip-gram and CBOW with negative sampling, and from counts."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.models.checks import check_numbers
from dlcourse.runtime import unseen


class SkipGram(nn.Module):
    """Skip-gram with negative sampling: a word's vector shall know the words around it from noise.

    Args:
        V: how many words there are.
        D: the length of the vectors.
        k: how many noise words a true one is worth.

    Attributes:
        center: the table of words as centers, which the word vectors are taken from.
        context: the table of words as contexts; it begins with zeros.
    """

    def __init__(self, V: int, D: int, k: int = 5):
        super().__init__()
        self.k = k
        self.center, self.context = nn.Embedding(V, D), nn.Embedding(V, D)
        nn.init.normal_(self.center.weight, std=0.1)
        nn.init.zeros_(self.context.weight)

    def forward(self, center: Tensor, context: Tensor, noise: Tensor) -> Tensor:
        """The mean loss of B pairs.

        Args:
            center: (B,) int64.
            context: (B,) int64, words that do stand beside the centers.
            noise: (B, K) int64, drawn words; or (S,), the same for all pairs. However many they
                are, they count k times.

        Returns:
            (), the mean of −log σ(v·u) − k · mean of log σ(−v·u′) over the noise words u′.

        Raises:
            TypeError: one of them does not hold integers.
            ValueError: center and context are not both (B,), noise has another shape, or a word's
                number is not in 0 … V - 1; which of them a network alone on a GPU does not see,
                `RecurrentNet` says.
        """
        if center.ndim != 1:
            raise ValueError(f"SkipGram takes centers of shape (B,), not {tuple(center.shape)}.")
        check_numbers("SkipGram", "center", center, self.center.num_embeddings)
        return self._loss(self.center(center), context, noise)

    def _loss(self, v: Tensor, true: Tensor, noise: Tensor) -> Tensor:
        if (
            true.shape != v.shape[:1]
            or noise.ndim not in (1, 2)
            or (noise.ndim == 2 and len(noise) != len(v))
        ):
            raise ValueError(
                f"{type(self).__name__}: for {len(v)} examples it takes true words of shape "
                f"({len(v)},) and noise of ({len(v)}, K) or (S,), not {tuple(true.shape)} and "
                f"{tuple(noise.shape)}."
            )
        for name, words in (("the true words", true), ("noise", noise)):
            check_numbers(type(self).__name__, name, words, self.context.num_embeddings)
        right = (v * self.context(true)).sum(dim=1)  # (B,)
        u = self.context(noise)  # (S, D) or (B, K, D)
        wrong = v @ u.T if noise.ndim == 1 else (u @ v[:, :, None])[:, :, 0]
        return (F.softplus(-right) + self.k * F.softplus(wrong).mean(dim=1)).mean()


class CBOW(SkipGram):
    """Continuous bag of words: the mean of the vectors around a place shall know its word.

    Arguments and attributes are those of `SkipGram`; the word vectors are again those of `center`,
    here the table of what is read.
    """

    def forward(self, around: Tensor, word: Tensor, noise: Tensor) -> Tensor:
        """The mean loss of B places.

        Args:
            around: (B, C) int64, the words around each; −1 where there is none. At least one.
            word: (B,) int64, the word that stands there.
            noise: as for `SkipGram`.

        Raises:
            TypeError: as for `SkipGram`.
            ValueError: other shapes, a place with no word around it, or a number out of range; seen
                as in `SkipGram`.
        """
        if around.ndim != 2:
            raise ValueError(f"CBOW takes contexts of shape (B, C), not {tuple(around.shape)}.")
        there = around >= 0
        if not unseen(there) and not there.any(dim=1).all():
            raise ValueError("CBOW: a place has no word around it.")
        words = around.clamp(min=0)
        check_numbers("CBOW", "around", words, self.center.num_embeddings)
        vectors = self.center(words) * there[:, :, None]
        return self._loss(vectors.sum(dim=1) / there.sum(dim=1, keepdim=True), word, noise)


def noise_distribution(counts: Tensor, power: float = 0.75) -> Tensor:
    """Probabilities of the noise words, (V,): counts to a power that favors the rarer ones.

    Raises:
        ValueError: counts is not (V,), negative somewhere, or zero everywhere.
    """
    if counts.ndim != 1 or (counts < 0).any() or not counts.any():
        raise ValueError("noise_distribution takes counts (V,), 0 or more and not all 0.")
    weights = counts.to(torch.get_default_dtype()) ** power * (counts > 0)
    return weights / weights.sum()


def positive_pmi(counts: Tensor, power: float = 0.75) -> Tensor:
    """Positive pointwise mutual information, log of p(c | w) / q(c) where that is above 0.

    Args:
        counts: (V, V), how often context c stood beside word w.
        power: q is the contexts' frequency to this power, made to sum to 1.

    Returns:
        (V, V) float; 0 where nothing was counted.

    Raises:
        ValueError: counts is no square matrix of numbers of 0 or more, not all 0.
    """
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"positive_pmi takes counts (V, V), not {tuple(counts.shape)}.")
    q = noise_distribution(counts.sum(dim=0), power)
    rows = counts.sum(dim=1, keepdim=True)
    # Where a whole row or column is 0, so is the count, and the ratio is set to 0.
    return (counts / (rows * q)).nan_to_num(0).clamp(min=1).log()


def factorize(matrix: Tensor, D: int, seed: int = 0) -> Tensor:
    """Vectors (V, D) from the largest singular values of a matrix (V, C): U √S.

    Args:
        matrix: (V, C) float.
        D: how many singular values are kept.
        seed: of the random start of ``torch.svd_lowrank``; the global generator is left alone.

    Raises:
        ValueError: no matrix, or D is not between 1 and the smaller of its sides.
    """
    if matrix.ndim != 2 or not 1 <= D <= min(matrix.shape):
        raise ValueError(f"factorize: no {D} dimensions from shape {tuple(matrix.shape)}.")
    kind = matrix.device.type
    with torch.random.fork_rng(
        [] if kind == "cpu" else [matrix.device], device_type="cuda" if kind == "cpu" else kind
    ):
        torch.manual_seed(seed)
        U, S, _ = torch.svd_lowrank(matrix, q=min(D + 10, *matrix.shape), niter=2)
    return U[:, :D] * S[:D].sqrt()


def glove_weight(counts: Tensor, largest: float = 100.0, power: float = 0.75) -> Tensor:
    """How much a count matters to GloVe: (x / largest) to a power, at most 1.

    Raises:
        ValueError: largest is not positive.
    """
    if not largest > 0:
        raise ValueError(f"glove_weight takes a largest count above 0, not {largest!r}.")
    return (counts / largest).clamp(max=1) ** power
