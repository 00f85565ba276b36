"""Where a token stands: positional encodings, and the embedding that adds them."""

import math

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_positive, check_probability

KINDS = ("sinusoidal", "learned")


def sinusoids(length: int, embed_dim: int) -> Tensor:
    """Waves of many periods, one position a row.

    As in Vaswani et al., "Attention is all you need" (2017), §3.5: column 2i is sin(w t), column
    2i + 1 is cos(w t), with w = 10000^(-2i / D).

    Args:
        length: number of positions T.
        embed_dim: D, even.

    Returns:
        (T, D) float32, between -1 and 1.

    Raises:
        ValueError: an odd width.
    """
    check_positive("sinusoids", length=length, embed_dim=embed_dim)
    if embed_dim % 2:
        raise ValueError(
            f"sinusoids: embed_dim must be even, a sine and a cosine for each period, got "
            f"{embed_dim}."
        )
    # In double precision: the angle t * w loses digits where t is large.
    t = torch.arange(length, dtype=torch.float64)[:, None]
    w = torch.exp(torch.arange(0, embed_dim, 2, dtype=torch.float64) * -math.log(1e4) / embed_dim)
    return torch.stack([(t * w).sin(), (t * w).cos()], dim=2).flatten(1).float()


class PositionalEncoding(nn.Module):
    """Adds to each token a vector that says where it stands.

    Args:
        embed_dim: D.
        max_length: the number of positions there are.
        kind: ``"sinusoidal"``, fixed, or ``"learned"``, one parameter vector a position.

    Raises:
        ValueError: an unknown kind, a size that is not a positive whole number, or, for
            sinusoids, an odd width.
    """

    def __init__(self, embed_dim: int, max_length: int = 512, kind: str = "sinusoidal") -> None:
        check_positive("PositionalEncoding", embed_dim=embed_dim, max_length=max_length)
        if kind not in KINDS:
            raise ValueError(
                f"PositionalEncoding: kind must be one of {', '.join(KINDS)}, got {kind!r}."
            )
        super().__init__()
        self.kind = kind
        if kind == "sinusoidal":
            # Computed anew wherever it is needed, so it need not be saved with the weights.
            self.register_buffer("table", sinusoids(max_length, embed_dim), persistent=False)
        else:
            self.table = nn.Parameter(0.02 * torch.randn(max_length, embed_dim))

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Tokens x (N, T, D), plus the vectors of the positions start … start + T - 1.

        Raises:
            ValueError: a position beyond the last, or another width.
        """
        end = start + x.shape[1]
        if end > len(self.table):
            raise ValueError(
                f"PositionalEncoding: there are {len(self.table)} positions, but a sequence has "
                f"{end}; shorten it or give a larger max_length."
            )
        if x.shape[2] != self.table.shape[1]:
            raise ValueError(
                f"PositionalEncoding: x must have width {self.table.shape[1]}, got {x.shape[2]}."
            )
        return x + self.table[start:end]


class PositionedEmbedding(nn.Module):
    """Tokens as vectors: embedding · √D, plus their positions, then dropout.

    The embedding starts with a standard deviation of 1/√D, so that what the factor √D makes of it
    is of the size of the sinusoids; from torch's usual start, 1, it would drown them.

    Args:
        vocab_size: V.
        embed_dim: D.
        max_length: number of positions.
        positions: ``"sinusoidal"``, ``"learned"`` or ``None`` for none.
        dropout: probability of zeroing a number of the sum in training.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        max_length: int = 512,
        positions: str | None = "sinusoidal",
        dropout: float = 0.0,
    ) -> None:
        check_positive("PositionedEmbedding", vocab_size=vocab_size, embed_dim=embed_dim)
        check_probability("PositionedEmbedding", dropout=dropout)
        super().__init__()
        self.scale = math.sqrt(embed_dim)
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        nn.init.normal_(self.embedding.weight, std=1 / self.scale)
        self.positions = None
        if positions is not None:
            self.positions = PositionalEncoding(embed_dim, max_length, positions)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, start: int = 0) -> Tensor:
        """Vectors (N, T, D) of tokens (N, T), of which the first stands at position `start`."""
        x = self.scale * self.embedding(tokens)
        if self.positions is not None:
            x = self.positions(x, start)
        return self.dropout(x)
