"""Networks that put a text into a class: averaged vectors, a GRU in both directions, TextCNN."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_tokens


class AveragedVectors(nn.Module):
    """The mean of a text's word vectors, and a linear layer on it.

    Args:
        V: how many words there are.
        D: the length of their vectors.
        num_classes: how many classes.
        padding: the number that fills up shorter texts.
    """

    def __init__(self, V: int, D: int, num_classes: int, padding: int = 0):
        super().__init__()
        self.padding = padding
        self.embedding = nn.Embedding(V, D, padding_idx=padding)
        self.linear = nn.Linear(D, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, num_classes) of texts (N, T) int64; padding counts for nothing.

        Raises:
            TypeError: x does not hold integers.
            ValueError: it has another shape, or a word's number is not in 0 … V - 1; which of them
                a network alone on a GPU does not see, `RecurrentNet` says.
        """
        check_tokens("AveragedVectors", "x", x, self.embedding.num_embeddings)
        lengths = (x != self.padding).sum(dim=1, keepdim=True).clamp(min=1)
        return self.linear(self.embedding(x).sum(dim=1) / lengths)


class BidirectionalClassifier(nn.Module):
    """A GRU in both directions; its two last states, and a linear layer on them.

    Args:
        V: how many words there are.
        D: the length of their vectors.
        hidden_size: units of each direction.
        num_classes: how many classes.
        padding: the number that fills up shorter texts.
    """

    def __init__(self, V: int, D: int, hidden_size: int, num_classes: int, padding: int = 0):
        super().__init__()
        self.padding = padding
        self.embedding = nn.Embedding(V, D, padding_idx=padding)
        self.recurrent = nn.GRU(D, hidden_size, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, num_classes) of texts (N, T) int64, padded at their ends, not empty.

        On a GPU each call waits: the lengths of packed sequences have to be on the CPU.

        Raises:
            TypeError: as of `AveragedVectors`.
            ValueError: as of `AveragedVectors`.
        """
        check_tokens("BidirectionalClassifier", "x", x, self.embedding.num_embeddings)
        lengths = (x != self.padding).sum(dim=1).clamp(min=1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(x), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, h = self.recurrent(packed)  # (2, N, H)
        return self.linear(torch.cat([h[0], h[1]], dim=1))


class TextCNN(nn.Module):
    """Convolutions of several widths over the words, the largest value of each channel, a layer.

    Args:
        V: how many words there are.
        D: the length of their vectors.
        num_classes: how many classes.
        widths: how many words each kind of kernel sees.
        channels: how many kernels of each width.
        padding: the number that fills up shorter texts.

    Raises:
        ValueError: no width, or one below 1.
    """

    def __init__(
        self, V: int, D: int, num_classes: int, widths: Sequence[int] = (2, 3, 4),
        channels: int = 32, padding: int = 0,
    ):  # fmt: skip
        super().__init__()
        if not widths or min(widths) < 1:
            raise ValueError(f"TextCNN takes widths of 1 or more, not {list(widths)}.")
        self.embedding = nn.Embedding(V, D, padding_idx=padding)
        self.convolutions = nn.ModuleList(nn.Conv1d(D, channels, width) for width in widths)
        self.linear = nn.Linear(channels * len(widths), num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, num_classes) of texts (N, T) int64, T at least the largest width.

        Raises:
            TypeError: as of `AveragedVectors`.
            ValueError: as of `AveragedVectors`, or the texts are shorter than the largest width.
        """
        check_tokens("TextCNN", "x", x, self.embedding.num_embeddings)
        widest = max(conv.kernel_size[0] for conv in self.convolutions)
        if x.shape[1] < widest:
            raise ValueError(
                f"TextCNN: a kernel sees {widest} words, and the texts have {x.shape[1]}; pad them."
            )
        vectors = self.embedding(x).mT  # (N, D, T): for torch, the channels come first
        found = [conv(vectors).relu().amax(dim=2) for conv in self.convolutions]
        return self.linear(torch.cat(found, dim=1))
