"""Attention: a query is answered with a weighted mean of values, weighted by how its keys fit."""

import math

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_positive
from dlcourse.runtime import unseen


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the keys that may be attended to; all others get a weight of exactly 0.

    Args:
        scores: (…, S), one for each of S keys; the first dimension is the batch's. Floating point.
        mask: which keys may be attended to. ``None``: all. A bool tensor, True = may be, as in
            `F.scaled_dot_product_attention`, of a shape that broadcasts to that of the scores
            (`nn.MultiheadAttention` means the opposite by True). Or integers, the number of first
            keys that count: (N,), one for each example, or (N, T), one for each query of scores
            (N, …, T, S).

    Returns:
        Weights of the scores' shape and dtype. A row sums to 1, except one whose keys are all
        masked: its weights are 0, and so is its gradient. It is never NaN.

    Raises:
        TypeError: the scores are not floating point, or the mask is neither bool nor integers.
        ValueError: the mask does not fit the scores, or a length is not in 0 … S.
    """
    if not scores.is_floating_point():
        raise TypeError(f"masked_softmax: scores must be floating point, got {scores.dtype}.")
    if not scores.ndim:
        raise ValueError("masked_softmax: scores must be (…, S), got a single number.")
    if mask is None:
        return scores.softmax(dim=-1)
    if mask.is_floating_point() or mask.is_complex():
        raise TypeError(
            f"masked_softmax: mask must be bool (True = may be attended to) or integers (lengths), "
            f"got {mask.dtype}; of numbers to be added to the scores, `mask == 0` makes a mask."
        )
    if mask.dtype != torch.bool:
        mask = _mask_of_lengths(mask, scores)
    try:
        mask = mask.expand(scores.shape)
    except RuntimeError:
        raise ValueError(
            f"masked_softmax: a mask of shape {tuple(mask.shape)} does not broadcast to scores of "
            f"shape {tuple(scores.shape)}; a mask (N, S) of the keys needs mask[:, None] where "
            "there are several queries."
        ) from None
    # The lowest number rather than -inf, of which a row of nothing else would become NaN. The
    # zeros at the end are for such rows; in the others they are there already.
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0)


def _mask_of_lengths(lengths: Tensor, scores: Tensor) -> Tensor:
    """Lengths (N,) or (N, T) as a bool mask that broadcasts to scores (N, …, T, S)."""
    wanted = [(len(scores),)] if scores.ndim >= 2 else []
    if scores.ndim >= 3:
        wanted.append((len(scores), scores.shape[-2]))
    if tuple(lengths.shape) not in wanted:
        raise ValueError(
            f"masked_softmax: for scores of shape {tuple(scores.shape)}, lengths must have shape "
            f"{' or '.join(map(str, wanted))}, got {tuple(lengths.shape)}."
            if wanted
            else "masked_softmax: lengths need scores of a batch, (N, S) or (N, …, T, S)."
        )
    S = scores.shape[-1]
    if lengths.numel() and not unseen(lengths):
        low, high = (int(v) for v in torch.aminmax(lengths))
        if low < 0 or high > S:
            raise ValueError(
                f"masked_softmax: lengths must lie in 0 … {S}, the number of keys, got "
                f"{low if low < 0 else high}."
            )
    between = (1,) * (scores.ndim - 1 - lengths.ndim)
    lengths = lengths.view(len(lengths), *between, *lengths.shape[1:], 1)
    return torch.arange(S, device=scores.device) < lengths.to(scores.device)


class Attention(nn.Module):
    """What the kinds of attention share: scores, weights, the weighted mean of the values.

    A kind says how queries and keys are scored, in `scores`. What it computes of the keys alone is
    in `project_keys`, so that a decoder can do it once for all of its steps.

    Args:
        dropout: probability with which a weight is zeroed in training, after the softmax.

    Raises:
        ValueError: a probability outside [0, 1].
    """

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)  # refuses a probability outside [0, 1]

    def project_keys(self, key: Tensor) -> Tensor:
        """What `scores` needs of the keys (…, S, K)."""
        return key

    def scores(self, query: Tensor, projected: Tensor) -> Tensor:
        """Scores (…, T, S) of queries (…, T, Q) for keys that `project_keys` has prepared."""
        raise NotImplementedError

    def attend(
        self, query: Tensor, projected: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As `forward`, for keys that `project_keys` has prepared."""
        if projected.shape[-2] != value.shape[-2]:
            raise ValueError(
                f"{type(self).__name__}: each key needs a value, got {projected.shape[-2]} keys "
                f"and {value.shape[-2]} values."
            )
        weights = masked_softmax(self.scores(query, projected), mask)
        return self.dropout(weights) @ value, weights

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Answers queries.

        Args:
            query: (…, T, Q), T queries.
            key: (…, S, K), S keys.
            value: (…, S, D), a value for each key.
            mask: which keys may be attended to, as for `masked_softmax`.

        Returns:
            The outputs (…, T, D) and the weights (…, T, S), the latter without dropout. A query
            that may attend to nothing gets an output of zeros.

        Raises:
            ValueError: shapes that do not fit each other, the layer or the mask.
        """
        return self.attend(query, self.project_keys(key), value, mask)

    def _check(self, name: str, tensor: Tensor, size: int) -> None:
        if tensor.ndim < 2 or tensor.shape[-1] != size:
            raise ValueError(
                f"{type(self).__name__}: {name} must have shape (…, {size}) with two dimensions or "
                f"more, got {tuple(tensor.shape)}."
            )


class DotProductAttention(Attention):
    """Scaled dot-product attention: query · key / √d, with d the width of both.

    No parameters. Without dropout its output is that of `F.scaled_dot_product_attention`, which
    does not tell the weights.

    Source: Vaswani et al., Attention Is All You Need, 2017, section 3.2.1.

    Args:
        dropout: probability with which a weight is zeroed in training.

    Raises:
        ValueError: queries and keys of different width, or as for `Attention`.
    """

    def scores(self, query: Tensor, projected: Tensor) -> Tensor:
        """Scores (…, T, S) of queries (…, T, d) for keys (…, S, d)."""
        self._check("query", query, projected.shape[-1])
        return query @ projected.mT / math.sqrt(query.shape[-1])


class AdditiveAttention(Attention):
    """Additive attention: v · tanh(W_q query + W_k key), for queries and keys of any widths.

    Source: Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and Translate,
    2015, appendix A.1.2. There are no biases.

    Args:
        query_size: Q, the width of a query.
        key_size: K, the width of a key.
        hidden_size: H, units of the layer inside.
        dropout: probability with which a weight is zeroed in training.

    Raises:
        ValueError: a size that is not a positive whole number, or as for `Attention`.
    """

    def __init__(
        self, query_size: int, key_size: int, hidden_size: int, dropout: float = 0.0
    ) -> None:
        check_positive(
            "AdditiveAttention",
            query_size=query_size,
            key_size=key_size,
            hidden_size=hidden_size,
        )
        super().__init__(dropout)
        self.W_q = nn.Linear(query_size, hidden_size, bias=False)
        self.W_k = nn.Linear(key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def project_keys(self, key: Tensor) -> Tensor:
        """The keys (…, S, K) times W_k: (…, S, H)."""
        self._check("key", key, self.W_k.in_features)
        return self.W_k(key)

    def scores(self, query: Tensor, projected: Tensor) -> Tensor:
        """Scores (…, T, S) of queries (…, T, Q) for projected keys (…, S, H)."""
        self._check("query", query, self.W_q.in_features)
        # Every query with every key: (…, T, 1, H) + (…, 1, S, H).
        hidden = (self.W_q(query).unsqueeze(-2) + projected.unsqueeze(-3)).tanh()
        return self.v(hidden).squeeze(-1)
