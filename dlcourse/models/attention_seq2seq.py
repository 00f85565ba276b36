"""A recurrent encoder-decoder with attention, and how well its weights match known alignments."""

from collections.abc import Sequence

import torch
from torch import Tensor

from dlcourse.datasets.pairs import Pair
from dlcourse.models.attention import AdditiveAttention, DotProductAttention
from dlcourse.models.checks import check_tokens
from dlcourse.models.multihead import padding_mask
from dlcourse.models.seq2seq import Seq2Seq

ATTENTION = ("additive", "dot")
# Of the decoder (N, L, H); of the source: the encoder's states (N, S, H), what the attention
# makes of them as keys (N, S, H), and which tokens are real (N, S).
State = tuple[Tensor, Tensor, Tensor, Tensor]


class AttentionSeq2Seq(Seq2Seq):
    """GRU encoder-decoder that asks the source anew at every step.

    As in Bahdanau et al., "Neural machine translation by jointly learning to align and translate"
    (2015): before each step, the decoder's state of the top layer is the query, and the encoder's
    states are keys and values. The answer stands where `Seq2Seq` has its one context; all else is
    as there, the encoder in one direction and the decoder's first state included.

    Args:
        source_vocab_size: tokens of the source language.
        target_vocab_size: V, tokens of the target language.
        embedding_size: D, numbers per token.
        hidden_size: H, units of a layer, and of the layer within additive attention.
        num_layers: L, layers of the encoder, and of the decoder.
        dropout: probability of zeroing a number of an embedding, and a unit between layers.
        attention: ``"additive"`` or ``"dot"`` (scaled dot-product).

    Raises:
        ValueError: an unknown attention, or as for `Seq2Seq`.
    """

    def __init__(
        self,
        source_vocab_size: int,
        target_vocab_size: int,
        embedding_size: int = 64,
        hidden_size: int = 128,
        num_layers: int = 1,
        dropout: float = 0.0,
        attention: str = "additive",
    ) -> None:
        if attention not in ATTENTION:
            raise ValueError(
                f"AttentionSeq2Seq: attention must be one of {', '.join(ATTENTION)}, got "
                f"{attention!r}."
            )
        super().__init__(
            source_vocab_size, target_vocab_size, embedding_size, hidden_size, num_layers, dropout
        )
        self.attention = (
            AdditiveAttention(hidden_size, hidden_size, hidden_size)
            if attention == "additive"
            else DotProductAttention()
        )

    def forward(
        self, source: Tensor, source_lengths: Tensor, target: Tensor, need_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Scores of the next target token at every step, given the right tokens before it.

        Args:
            source: (N, S) token numbers, padded at the end; padding changes no result.
            source_lengths: (N,) integers from 1 to S.
            target: (N, T) token numbers, beginning with bos; padded at the end.
            need_weights: whether to return the attention weights too.

        Returns:
            Scores (N, V, T), with the classes in dimension 1 as `F.cross_entropy` wants them;
            with ``need_weights`` a pair of these and the weights (N, T, S): in row t, where the
            decoder looked to predict the target's token t + 1.

        Raises:
            TypeError: token numbers or lengths that are not integers.
            ValueError: shapes, tokens or lengths out of range.
                Alone on a GPU the network does not see numbers out of range, since a look would
                wait; they end the process's use of the GPU. `fit`, `evaluate`, `translate` and
                `sample` look for it, and so does `dlcourse.runtime.looking()`.
        """
        scores, _, weights = self._attend(target, self.encode(source, source_lengths))
        return (scores, weights) if need_weights else scores

    def encode(self, source: Tensor, source_lengths: Tensor) -> State:
        """Read the source: the state from which `decode_step` begins.

        Returns:
            The decoder's state (N, L, H), the encoder's states (N, S, H), those as keys
            (N, S, H), and a mask (N, S) of the real tokens.
        """
        values, hidden = self.encoder(source, source_lengths)
        mask = padding_mask(source_lengths.to(source.device), source.shape[1])
        return hidden, values, self.attention.project_keys(values), mask

    def _decode(self, target: Tensor, state: State) -> tuple[Tensor, State]:
        scores, state, _ = self._attend(target, state)
        return scores, state

    def _attend(self, target: Tensor, state: State) -> tuple[Tensor, State, Tensor]:
        check_tokens("AttentionSeq2Seq", "target", target, self.linear.out_features)
        hidden, values, keys, mask = state
        hidden = hidden.transpose(0, 1).contiguous()  # (L, N, H)
        outputs, weights = [], []
        # One step after the other: a step's query is the state that the step before has made.
        for x in self.dropout(self.embedding(target)).split(1, dim=1):  # T times (N, 1, D)
            query = hidden[-1][:, None]  # (N, 1, H)
            context, weight = self.attention.attend(query, keys, values, mask[:, None])
            output, hidden = self.decoder(torch.cat([x, context], dim=2), hidden)
            outputs.append(output)
            weights.append(weight)
        scores = self.linear(torch.cat(outputs, dim=1)).mT  # (N, V, T)
        state = (hidden.transpose(0, 1), values, keys, mask)
        return scores, state, torch.cat(weights, dim=1)


def alignment_accuracy(weights: Tensor, pairs: Sequence[Pair]) -> float:
    """How often the source token with the largest weight is one that is known to correspond.

    Args:
        weights: (N, T, S): in row t, how much of each source token was looked at for the target's
            token t (without bos, from 0). Padding beyond the sentences is not looked at.
        pairs: N pairs with alignments, in the order of the weights.

    Returns:
        The share of all target tokens that have a known correspondence, in [0, 1]; of equal
        largest weights, the first counts.

    Raises:
        ValueError: another number of pairs, a pair without alignment, an alignment outside of the
            weights, or none at all.
    """
    if weights.ndim != 3 or len(weights) != len(pairs):
        raise ValueError(
            f"alignment_accuracy: {len(pairs)} pairs need weights of shape ({len(pairs)}, T, S), "
            f"got {tuple(weights.shape)}."
        )
    best = weights.argmax(dim=2).tolist()  # N lists of T
    right = total = 0
    for n, pair in enumerate(pairs):
        if pair.alignment is None:
            raise ValueError(
                f"alignment_accuracy: no alignment is known of pair {n}, {pair.source!r}; those "
                "of datasets.phrasebook have one."
            )
        known: dict[int, set[int]] = {}
        for t, s in pair.alignment:
            if not (0 <= t < weights.shape[1] and 0 <= s < weights.shape[2]):
                raise ValueError(
                    f"alignment_accuracy: the alignment {(t, s)} of pair {n} is outside of its "
                    f"weights, of shape {tuple(weights.shape[1:])}."
                )
            known.setdefault(t, set()).add(s)
        right += sum(best[n][t] in sources for t, sources in known.items())
        total += len(known)
    if not total:
        raise ValueError("alignment_accuracy: no token of these pairs has an alignment.")
    return right / total
