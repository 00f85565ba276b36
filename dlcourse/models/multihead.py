"""Multi-head attention and the masks it is used with."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.models.attention import DotProductAttention
from dlcourse.models.checks import check_positive, check_probability
from dlcourse.models.initialize import initialize

KeysValues = tuple[Tensor, Tensor]


def causal_mask(T: int, past: int = 0, device: torch.device | str | None = None) -> Tensor:
    """Who may look at whom where nobody may look ahead.

    Args:
        T: number of queries, the last T of past + T positions.
        past: positions before the first query.
        device: where the mask is made.

    Returns:
        (T, past + T) bool: query i may look at key j if j <= past + i.
    """
    return torch.ones(T, past + T, dtype=torch.bool, device=device).tril(diagonal=past)


def padding_mask(lengths: Tensor, T: int) -> Tensor:
    """Which positions hold real tokens.

    Args:
        lengths: (N,) integers.
        T: the width that the sequences are padded to.

    Returns:
        (N, T) bool: position t of sequence n is real if t < lengths[n].
    """
    return torch.arange(T, device=lengths.device) < lengths[:, None]


class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention in several subspaces at once.

    As in Vaswani et al., "Attention is all you need" (2017), §3.2: one projection of width D for
    the queries, one for the keys, one for the values; each is split into h heads of width D / h,
    every head attends for itself, and the results, laid end to end, are projected once more.
    4 D² weights, whatever h is, and 4 D biases. Equal to `nn.MultiheadAttention` with
    ``batch_first=True``, except for the meaning of masks.

    Args:
        embed_dim: D, width of queries, keys, values and output.
        num_heads: h; it must divide D.
        dropout: probability of zeroing an attention weight in training.
        bias: whether the four projections have biases.

    Raises:
        ValueError: a size that is not a positive whole number, heads that do not divide the
            width, or a probability outside [0, 1].
    """

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True
    ) -> None:
        check_positive("MultiHeadAttention", embed_dim=embed_dim, num_heads=num_heads)
        check_probability("MultiHeadAttention", dropout=dropout)
        if embed_dim % num_heads:
            raise ValueError(
                f"MultiHeadAttention: num_heads must divide embed_dim, so that each head gets the "
                f"same share of it; {num_heads} does not divide {embed_dim}."
            )
        super().__init__()
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (
            nn.Linear(embed_dim, embed_dim, bias=bias) for _ in range(4)
        )
        self.attention = DotProductAttention(dropout)
        initialize(self, nn.init.xavier_uniform_)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None = None,
        need_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What the values answer to the queries.

        Args:
            query: (N, T, D) float.
            key: (N, S, D).
            value: (N, S, D).
            mask: bool, broadcastable to (N, h, T, S); **True where a query may look**, as in
                `F.scaled_dot_product_attention`. (In `nn.MultiheadAttention` it is the other way
                round.) A query that may look nowhere gets weights of 0. ``None``: everywhere.
            need_weights: whether to return the weights, which costs memory and time.

        Returns:
            (N, T, D), and the weights of each head (N, h, T, S) or ``None``.

        Raises:
            TypeError: a mask that is not boolean.
            ValueError: shapes that do not fit.
        """
        self._check(query, key, value)
        keys_values = self.split_heads(self.k_proj(key)), self.split_heads(self.v_proj(value))
        return self.attend(query, keys_values, mask, need_weights)

    def keys_values(self, x: Tensor, past: KeysValues | None = None) -> KeysValues:
        """Keys and values (N, h, S, D/h) of x (N, S, D), behind those of a past that is given."""
        new = self.split_heads(self.k_proj(x)), self.split_heads(self.v_proj(x))
        if past is None:
            return new
        return torch.cat([past[0], new[0]], dim=2), torch.cat([past[1], new[1]], dim=2)

    def attend(
        self,
        query: Tensor,
        keys_values: KeysValues,
        mask: Tensor | None = None,
        need_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """`forward` for keys and values that `keys_values` has already projected."""
        if mask is not None and mask.dtype != torch.bool:
            raise TypeError(f"MultiHeadAttention: the mask must be boolean, got {mask.dtype}.")
        q, (k, v) = self.split_heads(self.q_proj(query)), keys_values  # (N, h, T or S, D/h)
        if need_weights:
            heads, weights = self.attention(q, k, v, mask)
        else:  # the same, without ever storing the weights
            rate = self.attention.dropout.p if self.training else 0.0
            heads = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=rate)
            weights = None
        return self.out_proj(self.merge_heads(heads)), weights

    def split_heads(self, x: Tensor) -> Tensor:
        """(N, T, D) → (N, h, T, D/h)."""
        return x.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

    @staticmethod
    def merge_heads(x: Tensor) -> Tensor:
        """(N, h, T, D/h) → (N, T, D)."""
        return x.transpose(1, 2).flatten(2)

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        for name, x in (("query", query), ("key", key), ("value", value)):
            if x.ndim != 3 or x.shape[2] != self.embed_dim or len(x) != len(query):
                raise ValueError(
                    f"MultiHeadAttention: {name} must have shape (N, tokens, {self.embed_dim}) "
                    f"with one N for all, got {tuple(x.shape)}"
                    + (f" beside a query {tuple(query.shape)}." if x is not query else ".")
                )
        if key.shape != value.shape:
            raise ValueError(
                f"MultiHeadAttention: each key needs its value, got {tuple(key.shape)} and "
                f"{tuple(value.shape)}."
            )
