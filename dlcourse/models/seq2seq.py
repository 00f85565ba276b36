"""A recurrent encoder-decoder: one network reads a sentence, another one writes it anew."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dlcourse.models.checks import check_lengths, check_positive, check_probability, check_tokens

State = tuple[Tensor, Tensor]  # of the decoder, (N, L, H), and the context, (N, H)


class GRUEncoder(nn.Module):
    """Embedding and GRU layers over sentences of several lengths, whose padding is not read.

    Args:
        vocab_size: tokens of the source language.
        embedding_size: D, numbers per token.
        hidden_size: H, units of a layer.
        num_layers: L, layers on top of each other.
        dropout: probability of zeroing a number of the embedding, and a unit between layers.
        network: the name of the network that it belongs to, for error messages.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        network: str = "GRUEncoder",
    ) -> None:
        super().__init__()
        self.network = network
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.dropout = nn.Dropout(dropout)
        self.recurrent = gru(embedding_size, hidden_size, num_layers, dropout)

    def forward(self, source: Tensor, source_lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Read sentences, each up to its own end.

        Args:
            source: (N, S) token numbers, padded at the end.
            source_lengths: (N,) integers from 1 to S.

        Returns:
            The top layer's states (N, S, H), 0 at padding, and the state of each layer (N, L, H)
            after a sentence's last token.

        Raises:
            TypeError: token numbers or lengths that are not integers.
            ValueError: shapes, tokens or lengths out of range.
        """
        check_tokens(self.network, "source", source, self.embedding.num_embeddings)
        check_lengths(self.network, "source_lengths", source_lengths, *source.shape)
        x = self.dropout(self.embedding(source))  # (N, S, D)
        # Packed, every row ends at its own length: what stands behind it is never read.
        packed = pack_padded_sequence(
            x, source_lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        output, state = self.recurrent(packed)  # state (L, N, H)
        output, _ = pad_packed_sequence(output, batch_first=True, total_length=source.shape[1])
        return output, state.transpose(0, 1)


class Seq2Seq(nn.Module):
    """GRU encoder-decoder for translation: all of the source passes through one vector.

    The encoder's last state of the top layer is the context. The decoder starts from the
    encoder's last states and, as in Cho et al., "Learning phrase representations using RNN
    encoder-decoder" (2014), sees the context again at every step, beside the token before.

    Args:
        source_vocab_size: tokens of the source language.
        target_vocab_size: V, tokens of the target language.
        embedding_size: D, numbers per token.
        hidden_size: H, units of a layer.
        num_layers: L, layers of the encoder, and of the decoder.
        dropout: probability of zeroing a number of an embedding, and a unit between layers.

    Raises:
        ValueError: a size that is not a positive whole number, or a probability outside [0, 1].
    """

    def __init__(
        self,
        source_vocab_size: int,
        target_vocab_size: int,
        embedding_size: int = 64,
        hidden_size: int = 128,
        num_layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        check_positive(
            "Seq2Seq",
            source_vocab_size=source_vocab_size,
            target_vocab_size=target_vocab_size,
            embedding_size=embedding_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
        )
        check_probability("Seq2Seq", dropout=dropout)
        super().__init__()
        shape = (embedding_size, hidden_size, num_layers, dropout)
        self.encoder = GRUEncoder(source_vocab_size, *shape, network="Seq2Seq")
        self.embedding = nn.Embedding(target_vocab_size, embedding_size)
        self.dropout = nn.Dropout(dropout)
        self.decoder = gru(embedding_size + hidden_size, hidden_size, num_layers, dropout)
        self.linear = nn.Linear(hidden_size, target_vocab_size)

    def forward(self, source: Tensor, source_lengths: Tensor, target: Tensor) -> Tensor:
        """Scores of the next target token at every step, given the right tokens before it.

        Args:
            source: (N, S) token numbers, padded at the end; padding changes no result.
            source_lengths: (N,) integers from 1 to S.
            target: (N, T) token numbers, beginning with bos; padded at the end.

        Returns:
            Scores (N, V, T), with the classes in dimension 1 as `F.cross_entropy` wants them.

        Raises:
            TypeError: token numbers or lengths that are not integers.
            ValueError: shapes, tokens or lengths out of range.
                Alone on a GPU the network does not see numbers out of range, since a look would
                wait; they end the process's use of the GPU. `fit`, `evaluate`, `translate` and
                `sample` look for it, and so does `dlcourse.runtime.looking()`.
        """
        scores, _ = self._decode(target, self.encode(source, source_lengths))
        return scores

    def encode(self, source: Tensor, source_lengths: Tensor) -> State:
        """Read the source: the state from which `decode_step` begins.

        Returns:
            The decoder's state (N, L, H) and the context (N, H).
        """
        _, state = self.encoder(source, source_lengths)
        return state, state[:, -1]

    def decode_step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Read a token of each sequence, (N,): scores (N, V) of the next, and the new state."""
        scores, state = self._decode(tokens[:, None], state)
        return scores[:, :, 0], state

    def _decode(self, target: Tensor, state: State) -> tuple[Tensor, State]:
        check_tokens("Seq2Seq", "target", target, self.linear.out_features)
        hidden, context = state
        x = self.dropout(self.embedding(target))  # (N, T, D)
        again = context[:, None].expand(-1, x.shape[1], -1)  # (N, T, H)
        output, hidden = self.decoder(
            torch.cat([x, again], dim=2), hidden.transpose(0, 1).contiguous()
        )
        return self.linear(output).mT, (hidden.transpose(0, 1), context)


def gru(input_size: int, hidden_size: int, num_layers: int, dropout: float) -> nn.GRU:
    """GRU layers over (N, T, input_size), with dropout between them."""
    # torch warns of dropout where there is nothing between layers.
    between = dropout if num_layers > 1 else 0.0
    return nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=between)
