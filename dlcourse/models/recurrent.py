"""Recurrent networks over tokens: language models and taggers."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dlcourse.models.checks import (
    check_lengths,
    check_positive,
    check_probability,
    check_tokens,
)
from dlcourse.runtime import evaluating, looking, place_of

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
State = Tensor | tuple[Tensor, Tensor]


class RecurrentNet(nn.Module):
    """Embedding, recurrent layers and a linear layer: scores for each step of a sequence.

    With as many outputs as tokens it is a language model, which scores the next token; with as
    many outputs as tags, a tagger.

    Args:
        vocab_size: V, the number of tokens.
        hidden_size: H, units of a layer in one direction.
        cell: ``"rnn"`` (with tanh), ``"gru"`` or ``"lstm"``.
        embedding_size: D, numbers per token; ``None`` is ``hidden_size``.
        num_layers: L, layers on top of each other.
        bidirectional: whether a second pass runs from the end to the beginning. Its states have
            seen what is to be predicted, so such a network is no language model.
        num_outputs: scores per step; ``None`` is ``vocab_size``.
        dropout: probability of zeroing a unit between recurrent layers; needs two layers.

    Raises:
        ValueError: an unknown cell, a size that is not a positive whole number, a probability
            outside [0, 1], or dropout with a single layer.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int = 128,
        cell: str = "gru",
        embedding_size: int | None = None,
        num_layers: int = 1,
        bidirectional: bool = False,
        num_outputs: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        if cell not in CELLS:
            raise ValueError(f"RecurrentNet: cell must be one of {', '.join(CELLS)}, got {cell!r}.")
        embedding_size = hidden_size if embedding_size is None else embedding_size
        num_outputs = vocab_size if num_outputs is None else num_outputs
        check_positive(
            "RecurrentNet",
            vocab_size=vocab_size,
            hidden_size=hidden_size,
            embedding_size=embedding_size,
            num_layers=num_layers,
            num_outputs=num_outputs,
        )
        check_probability("RecurrentNet", dropout=dropout)
        if dropout and num_layers == 1:
            raise ValueError("RecurrentNet: dropout acts between layers; it needs num_layers >= 2.")
        super().__init__()
        self.cell = cell
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.recurrent = CELLS[cell](
            embedding_size,
            hidden_size,
            num_layers=num_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout,
        )
        self.linear = nn.Linear(hidden_size * (1 + bidirectional), num_outputs)

    @property
    def bidirectional(self) -> bool:
        """Whether there is a second pass from the end to the beginning."""
        return self.recurrent.bidirectional

    def forward(
        self, x: Tensor, state: State | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Scores of all steps, and the state after the last one.

        Without lengths every row is read to its end, padding included: a second pass, from the end
        to the beginning, then comes to each sentence with what it has read of the padding.

        Args:
            x: (N, T) numbers of tokens, an integer dtype; padded at the end where there are
                lengths.
            state: what a call on the steps before returned; ``None`` is a state of zeros. A tensor
                (L, N, H), with 2 L in place of L for both directions; for an LSTM a pair of them.
            lengths: (N,) integers from 1 to T, where each row ends; what stands behind changes
                nothing. They may stand in the state's place, as in batches ((x, lengths), y).

        Returns:
            Scores (N, num_outputs, T), with the classes in dimension 1 as `F.cross_entropy` wants
            them, and the new state: after each row's last token. Scores of padding mean nothing;
            give it labels that the loss ignores.

        Raises:
            TypeError: x or the lengths are not integers, or the state is of another kind of cell.
            ValueError: x, state or lengths have another shape, or a token's number or a length is
                out of range.
                Alone on a GPU the network does not see numbers out of range, since a look would
                wait; they end the process's use of the GPU. `fit`, `evaluate`, `translate` and
                `sample` look for it, and so does `dlcourse.runtime.looking()`.
        """
        check_tokens("RecurrentNet", "x", x, self.embedding.num_embeddings)
        if isinstance(state, Tensor) and state.ndim == 1 and not state.is_floating_point():
            state, lengths = None, state
        if state is not None:
            self._check_state(state, len(x))
        read = self.embedding(x)
        if lengths is not None:
            check_lengths("RecurrentNet", "lengths", lengths, *x.shape)
            # Packed, every row ends at its own length: what stands behind it is never read.
            read = pack_padded_sequence(read, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, state = self.recurrent(read, state)  # (N, T, H or 2 H)
        if lengths is not None:
            output, _ = pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])
        return self.linear(output).mT, state

    def _check_state(self, state: State, N: int) -> None:
        pair = isinstance(state, tuple | list)
        if pair != (self.cell == "lstm") or (pair and len(state) != 2):
            wanted = "a pair (h, c)" if self.cell == "lstm" else "one tensor h"
            got = f"{len(state)} tensors" if pair else type(state).__name__
            raise TypeError(f"RecurrentNet: the state of {self.cell} is {wanted}, got {got}.")
        layers = self.recurrent.num_layers * (1 + self.bidirectional)
        wanted = (layers, N, self.recurrent.hidden_size)
        for part in state if pair else [state]:
            if tuple(part.shape) != wanted:
                raise ValueError(
                    f"RecurrentNet: for this batch of {N} the state must have shape {wanted} "
                    f"(layers and directions, N, H), got {tuple(part.shape)}; a state belongs to "
                    "one batch size. state=None begins anew."
                )


@torch.no_grad()
def sample(
    model: RecurrentNet,
    prompt: Tensor | Sequence[int],
    length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Continue a text: draw a token from the model's prediction, read it, draw the next.

    Args:
        model: a language model; it is put into evaluation mode and back.
        prompt: (n,) integers, n > 0, what the model reads first.
        length: how many tokens to draw.
        temperature: the scores are divided by it. 1 draws from the model's own distribution, less
            prefers likely tokens; 0 always takes the likeliest.
        generator: of any device, whatever that of the model; the same seed draws other tokens on
            another device. ``None`` is torch's global one of the CPU.

    Returns:
        (length,) int64 on the CPU, without the prompt.

    Raises:
        TypeError: the prompt does not hold integers, or the generator is none.
        ValueError: an empty prompt, a token in it that the model does not know, a negative length,
            a negative temperature, or a model that reads in both directions.
    """
    if model.bidirectional:
        raise ValueError(
            "sample: a bidirectional network needs the text that is still to be written; use a "
            "model with bidirectional=False."
        )
    prompt = torch.as_tensor(prompt)
    if prompt.ndim != 1 or not len(prompt):
        raise ValueError(f"sample: the prompt must be (n,) with n > 0, got {tuple(prompt.shape)}.")
    if length < 0 or not (math.isfinite(temperature) and temperature >= 0):
        raise ValueError(
            f"sample: length and temperature must be 0 or more, got {length} and {temperature}."
        )
    place = place_of(generator, "sample")
    device, drawn = model.embedding.weight.device, []
    with evaluating(model), looking():
        x, state = prompt[None].to(device), None
        for _ in range(length):
            scores, state = model(x, state)
            last = scores[0, :, -1].cpu().double()  # (V,)
            if temperature == 0:
                token = last.argmax(0, keepdim=True)
            else:
                # The largest score becomes 0 first: a small temperature then cannot overflow.
                weights = torch.softmax((last - last.max()) / temperature, dim=0)
                token = torch.multinomial(weights.to(place), 1, generator=generator).cpu()
            drawn.append(token)
            x = token[None].to(device)
    return torch.cat(drawn) if drawn else torch.empty(0, dtype=torch.int64)
