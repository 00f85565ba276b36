"""The Transformer: an encoder-decoder for translation, and a decoder alone as a language model."""

from torch import Tensor, nn

from dlcourse.models.checks import check_lengths, check_positive, check_tokens
from dlcourse.models.multihead import KeysValues, causal_mask, padding_mask
from dlcourse.models.positions import PositionedEmbedding
from dlcourse.models.transformer_layers import DecoderLayer, EncoderLayer

# Which source tokens are real (N, S); of each decoder layer, keys and values of the source and
# those of the target tokens read so far, (N, h, S or P, D/h) each.
State = tuple[Tensor, tuple[KeysValues, ...], tuple[KeysValues, ...]]


class Transformer(nn.Module):
    """Encoder and decoder of attention alone, for translation.

    As in Vaswani et al., "Attention is all you need" (2017), with the choice of pre-norm, without
    sharing of embeddings. It has the methods that `greedy_search` and `beam_search` ask for.

    Args:
        source_vocab_size: tokens of the source language.
        target_vocab_size: V, tokens of the target language.
        embed_dim: D, the width of everything between the layers.
        num_heads: h, a divisor of D.
        dim_feedforward: hidden units of the feed-forward networks.
        num_layers: layers of the encoder, and of the decoder.
        dropout: everywhere where the paper has it.
        norm_first: pre-norm, or post-norm as in the paper.
        positions: ``"sinusoidal"``, ``"learned"`` or ``None`` for none.
        max_length: the longest sequence, source or target, in tokens.

    Raises:
        ValueError: a size that is not a positive whole number, heads that do not divide the
            width, a probability outside [0, 1], or an unknown kind of positions.
    """

    def __init__(
        self,
        source_vocab_size: int,
        target_vocab_size: int,
        embed_dim: int = 64,
        num_heads: int = 4,
        dim_feedforward: int = 128,
        num_layers: int = 2,
        dropout: float = 0.0,
        norm_first: bool = True,
        positions: str | None = "sinusoidal",
        max_length: int = 512,
    ) -> None:
        check_positive("Transformer", num_layers=num_layers)
        super().__init__()
        layer = (embed_dim, num_heads, dim_feedforward, dropout, norm_first)
        place = (embed_dim, max_length, positions, dropout)
        self.source_embedding = PositionedEmbedding(source_vocab_size, *place)
        self.target_embedding = PositionedEmbedding(target_vocab_size, *place)
        self.encoder = nn.ModuleList(EncoderLayer(*layer) for _ in range(num_layers))
        self.decoder = nn.ModuleList(DecoderLayer(*layer) for _ in range(num_layers))
        # A pre-norm layer returns a plain sum, which is normalized once more at the end.
        self.encoder_norm = nn.LayerNorm(embed_dim) if norm_first else nn.Identity()
        self.decoder_norm = nn.LayerNorm(embed_dim) if norm_first else nn.Identity()
        self.linear = nn.Linear(embed_dim, target_vocab_size)

    def forward(
        self, source: Tensor, source_lengths: Tensor, target: Tensor, need_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Scores of the next target token at every step, all steps at once.

        Args:
            source: (N, S) token numbers, padded at the end.
            source_lengths: (N,) integers from 1 to S.
            target: (N, T) token numbers, beginning with bos. Padding at the end does no harm:
                nothing may look ahead to it.
            need_weights: whether to return attention weights too.

        Returns:
            Scores (N, V, T), with the classes in dimension 1 as `F.cross_entropy` wants them;
            with ``need_weights`` a pair of these and the weights (N, T, S) of the last layer's
            cross-attention, averaged over heads.

        Raises:
            TypeError: token numbers or lengths that are not integers.
            ValueError: shapes, tokens or lengths out of range, or more than max_length tokens.
                Alone on a GPU the network does not see numbers out of range, since a look would
                wait; they end the process's use of the GPU. `fit`, `evaluate`, `translate` and
                `sample` look for it, and so does `dlcourse.runtime.looking()`.
        """
        self._check_target(target)
        scores, _, weights = self._decode(target, self.encode(source, source_lengths), need_weights)
        return (scores, weights.mean(dim=1)) if need_weights else scores

    def encode(self, source: Tensor, source_lengths: Tensor) -> State:
        """Read the source: the state from which `decode_step` begins.

        Every tensor in it has N in dimension 0, so that a search may choose rows.
        """
        V = self.source_embedding.embedding.num_embeddings
        check_tokens("Transformer", "source", source, V)
        check_lengths("Transformer", "source_lengths", source_lengths, *source.shape)
        mask = padding_mask(source_lengths.to(source.device), source.shape[1])  # (N, S)
        x = self.source_embedding(source)  # (N, S, D)
        for layer in self.encoder:
            x = layer(x, mask[:, None, None])
        x = self.encoder_norm(x)
        memory = tuple(layer.cross_attention.keys_values(x) for layer in self.decoder)
        past = tuple(layer.self_attention.keys_values(x[:, :0]) for layer in self.decoder)
        return mask, memory, past

    def decode_step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Read one more target token of each sequence, (N,): scores (N, V) of the next, new state.

        The state holds the keys and values of the tokens before, so they are not read again.
        """
        self._check_target(tokens[:, None])
        scores, state, _ = self._decode(tokens[:, None], state)
        return scores[:, :, 0], state

    def _decode(
        self, target: Tensor, state: State, need_weights: bool = False
    ) -> tuple[Tensor, State, Tensor | None]:
        mask, memory, past = state
        x = self.target_embedding(target, start=past[0][0].shape[2])  # (N, T, D)
        weights, grown = None, []
        for number, layer in enumerate(self.decoder, start=1):
            wanted = need_weights and number == len(self.decoder)
            x, kv, weights = layer(
                x, memory[number - 1], mask[:, None, None], past[number - 1], wanted
            )
            grown.append(kv)
        scores = self.linear(self.decoder_norm(x)).mT  # (N, V, T)
        return scores, (mask, memory, tuple(grown)), weights

    def _check_target(self, target: Tensor) -> None:
        check_tokens("Transformer", "target", target, self.linear.out_features)


class TransformerLM(nn.Module):
    """A language model of attention alone: causal self-attention layers and a linear layer.

    The arguments are those of `Transformer`, for one vocabulary of V tokens.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int = 64,
        num_heads: int = 4,
        dim_feedforward: int = 128,
        num_layers: int = 2,
        dropout: float = 0.0,
        norm_first: bool = True,
        positions: str | None = "sinusoidal",
        max_length: int = 512,
    ) -> None:
        check_positive("TransformerLM", num_layers=num_layers)
        super().__init__()
        self.embedding = PositionedEmbedding(vocab_size, embed_dim, max_length, positions, dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(embed_dim, num_heads, dim_feedforward, dropout, norm_first)
            for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dim) if norm_first else nn.Identity()
        self.linear = nn.Linear(embed_dim, vocab_size)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, V, T) of the token after each of the tokens x (N, T), integers.

        Raises:
            TypeError: x does not hold integers.
            ValueError: x has another shape, a number is out of range, or T exceeds max_length.
                Alone on a GPU the network does not see numbers out of range, since a look would
                wait; they end the process's use of the GPU. `fit`, `evaluate`, `translate` and
                `sample` look for it, and so does `dlcourse.runtime.looking()`.
        """
        check_tokens("TransformerLM", "x", x, self.linear.out_features)
        mask, h = causal_mask(x.shape[1], device=x.device), self.embedding(x)  # (N, T, D)
        for layer in self.layers:
            h = layer(h, mask)
        return self.linear(self.norm(h)).mT
