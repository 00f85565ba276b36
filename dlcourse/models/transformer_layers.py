"""The layers that a Transformer stacks."""

from collections.abc import Callable

from torch import Tensor, nn

from dlcourse.models.checks import check_positive, check_probability
from dlcourse.models.multihead import KeysValues, MultiHeadAttention, causal_mask


class AddNorm(nn.Module):
    """A residual connection around a part of a layer, with layer normalization.

    Post-norm, as in the first Transformer: norm(x + part(x)). Pre-norm: x + part(norm(x)), which
    leaves a path from the input to the output that nothing but additions lies on.

    Args:
        embed_dim: D.
        dropout: probability of zeroing a number of what the part returns, in training.
        norm_first: whether to normalize before the part.
    """

    def __init__(self, embed_dim: int, dropout: float = 0.0, norm_first: bool = True) -> None:
        check_positive("AddNorm", embed_dim=embed_dim)
        check_probability("AddNorm", dropout=dropout)
        super().__init__()
        self.norm_first = norm_first
        self.norm = nn.LayerNorm(embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, part: Callable[[Tensor], Tensor]) -> Tensor:
        """What x (…, D) becomes; the part maps (…, D) to the same shape."""
        if self.norm_first:
            return x + self.dropout(part(self.norm(x)))
        return self.norm(x + self.dropout(part(x)))


class FeedForward(nn.Module):
    """Two linear layers with a ReLU, the same for each position: D → dim_feedforward → D.

    Args:
        embed_dim: D.
        dim_feedforward: hidden units.
        dropout: probability of zeroing a hidden unit in training.
    """

    def __init__(self, embed_dim: int, dim_feedforward: int, dropout: float = 0.0) -> None:
        check_positive("FeedForward", embed_dim=embed_dim, dim_feedforward=dim_feedforward)
        check_probability("FeedForward", dropout=dropout)
        super().__init__()
        self.linear1 = nn.Linear(embed_dim, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(…, D) → (…, D)."""
        return self.linear2(self.dropout(self.linear1(x).relu()))


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward network, with an `AddNorm` around each.

    Equal to `nn.TransformerEncoderLayer` with ``batch_first=True``, except for the meaning of
    masks: here True is where a query may look.

    Args:
        embed_dim: D.
        num_heads: h, a divisor of D.
        dim_feedforward: hidden units of the feed-forward network.
        dropout: of the attention weights, of the hidden units and before each addition.
        norm_first: pre-norm or post-norm.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dim_feedforward: int,
        dropout: float = 0.0,
        norm_first: bool = True,
    ) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(embed_dim, num_heads, dropout)
        self.feed_forward = FeedForward(embed_dim, dim_feedforward, dropout)
        self.add_norm1 = AddNorm(embed_dim, dropout, norm_first)
        self.add_norm2 = AddNorm(embed_dim, dropout, norm_first)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, T, D) → (N, T, D); the mask is broadcastable to (N, h, T, T)."""
        x = self.add_norm1(x, lambda y: self.attention(y, y, y, mask)[0])
        return self.add_norm2(x, self.feed_forward)


class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the encoder's output, a feed-forward network.

    With an `AddNorm` around each of the three. Equal to `nn.TransformerDecoderLayer` with
    ``batch_first=True`` and a causal ``tgt_mask``. The arguments are those of `EncoderLayer`.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dim_feedforward: int,
        dropout: float = 0.0,
        norm_first: bool = True,
    ) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(embed_dim, num_heads, dropout)
        self.cross_attention = MultiHeadAttention(embed_dim, num_heads, dropout)
        self.feed_forward = FeedForward(embed_dim, dim_feedforward, dropout)
        self.add_norm1 = AddNorm(embed_dim, dropout, norm_first)
        self.add_norm2 = AddNorm(embed_dim, dropout, norm_first)
        self.add_norm3 = AddNorm(embed_dim, dropout, norm_first)

    def forward(
        self,
        x: Tensor,
        memory: KeysValues,
        memory_mask: Tensor | None = None,
        past: KeysValues | None = None,
        need_weights: bool = False,
    ) -> tuple[Tensor, KeysValues, Tensor | None]:
        """Reads the next T positions.

        Args:
            x: (N, T, D).
            memory: what ``cross_attention.keys_values`` made of the encoder's output, keys and
                values (N, h, S, D/h) each: they are the same at every step.
            memory_mask: bool, broadcastable to (N, h, T, S), True at real source tokens.
            past: keys and values (N, h, P, D/h) of the P positions before these, as the call on
                them returned; ``None``: there are none.
            need_weights: whether to return the weights of the cross-attention.

        Returns:
            (N, T, D); keys and values of all P + T positions, for the next call; the weights
            (N, h, T, S) or ``None``.
        """
        weights, T = None, x.shape[1]
        before = 0 if past is None else past[0].shape[2]
        mask = causal_mask(T, before, x.device) if T > 1 else None  # one query may look at all

        def look_back(y: Tensor) -> Tensor:
            nonlocal past
            past = self.self_attention.keys_values(y, past)
            return self.self_attention.attend(y, past, mask)[0]

        def look_at_source(y: Tensor) -> Tensor:
            nonlocal weights
            y, weights = self.cross_attention.attend(y, memory, memory_mask, need_weights)
            return y

        x = self.add_norm1(x, look_back)
        x = self.add_norm2(x, look_at_source)
        return self.add_norm3(x, self.feed_forward), past, weights
