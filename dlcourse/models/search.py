"""Finding a good translation when a model gives probabilities for one token at a time.

Every search here takes any model with the two methods

- ``encode(source (N, S), source_lengths (N,)) -> state``, a tensor or a (nested) tuple of tensors,
  each with N in dimension 0;
- ``decode_step(tokens (N,), state) -> (scores (N, V), state)``: scores, before softmax, of the
  token that follows.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse.datasets.pairs import detokenize
from dlcourse.datasets.translation import BOS, EOS, TranslationDataset
from dlcourse.models.checks import check_positive
from dlcourse.runtime import evaluating, looking

BATCH_SIZE = 256  # sentences that `translate` decodes at once


@torch.no_grad()
def greedy_search(
    model: nn.Module, source: Tensor, source_lengths: Tensor, max_length: int
) -> list[list[int]]:
    """Take the likeliest token, step after step.

    Args:
        model: has ``encode`` and ``decode_step``; it is put into evaluation mode and back.
        source: (N, S) token numbers, padded at the end.
        source_lengths: (N,) integers from 1 to S.
        max_length: the most steps, the one that gives ``<eos>`` counted. A sentence that has not
            ended by then is returned as it stands.

    Returns:
        The token numbers of each sentence, without ``<bos>`` and ``<eos>``.

    Raises:
        ValueError: a max_length below 1, or tokens or lengths that the model refuses.
    """
    check_positive("greedy_search", max_length=max_length)
    with evaluating(model):
        with looking():
            state = model.encode(source, source_lengths)
        tokens = torch.full((len(source),), BOS, device=source.device)
        ended, steps = torch.zeros_like(tokens, dtype=torch.bool), []
        for _ in range(max_length):
            scores, state = model.decode_step(tokens, state)
            tokens = scores.argmax(dim=1)
            steps.append(tokens)
            ended |= tokens == EOS
            if ended.all():
                break
    return [_until_end(row) for row in torch.stack(steps, dim=1).tolist()]


@torch.no_grad()
def beam_search(
    model: nn.Module,
    source: Tensor,
    source_lengths: Tensor,
    max_length: int,
    beam_size: int = 4,
    length_penalty: float = 0.75,
) -> list[list[int]]:
    """Keep the best few beginnings at every step, not only the one.

    At each step, every beginning of a sentence is continued with every token, and the
    ``beam_size`` likeliest of all these are kept. Those that end in ``<eos>`` are set aside. The
    result is the one of those set aside, or cut off at ``max_length``, with the highest

        log P / length ** length_penalty,

    where the length counts the tokens, ``<eos>`` too. Every token makes a sentence less likely, so
    that without the division (a penalty of 0) short ones win. A sentence is done when no beginning
    that is left could win any more.

    With a beam of 1 this is greedy search. With one as wide as there are beginnings it is
    exhaustive; in between it may miss the best, and a wider beam may even find a worse one.

    Args:
        model: has ``encode`` and ``decode_step``; it is put into evaluation mode and back.
        source: (N, S) token numbers, padded at the end.
        source_lengths: (N,) integers from 1 to S.
        max_length: the most steps, the one that gives ``<eos>`` counted.
        beam_size: K, how many beginnings are kept.
        length_penalty: the exponent, 0 or more.

    Returns:
        The token numbers of each sentence, without ``<bos>`` and ``<eos>``.

    Raises:
        ValueError: a max_length or beam_size below 1, a negative length_penalty, or tokens or
            lengths that the model refuses.
    """
    check_positive("beam_search", max_length=max_length, beam_size=beam_size)
    if not (math.isfinite(length_penalty) and length_penalty >= 0):
        raise ValueError(f"beam_search: length_penalty must be 0 or more, got {length_penalty}.")
    N, K, device = len(source), beam_size, source.device
    best: list[tuple[float, list[int]]] = [(-math.inf, [])] * N
    # The R beginnings that are kept, those of a sentence beside each other: whose they are (R,),
    # which of them they are (R,), their tokens (R, t) and their log P (R,).
    sentence, slot = torch.arange(N, device=device), torch.zeros(N, dtype=torch.long, device=device)
    tokens = torch.full((N, 1), BOS, device=device)
    total = torch.zeros(N, device=device)
    with evaluating(model):
        with looking():
            state = model.encode(source, source_lengths)
        for length in range(1, max_length + 1):
            scores, state = model.decode_step(tokens[:, -1], state)
            logs = scores.log_softmax(dim=1, dtype=torch.promote_types(scores.dtype, total.dtype))
            V = logs.shape[1]
            # (N, K·V): all continuations of a sentence in one row, -inf where there are none.
            grown = logs.new_full((N, K, V), -math.inf)
            grown[sentence, slot] = total[:, None] + logs
            kept, which = grown.flatten(1).topk(K, dim=1)  # (N, K)
            # Which beginning each of the kept continues: its row among the R.
            rows = torch.full((N, K), -1, device=device)
            rows[sentence, slot] = torch.arange(len(sentence), device=device)
            sentence, column = (kept > -math.inf).nonzero(as_tuple=True)
            chosen = which[sentence, column]
            row, token = rows[sentence, chosen // V], chosen % V
            tokens = torch.cat([tokens[row], token[:, None]], dim=1)
            total = kept[sentence, column]
            done = (token == EOS) | (length == max_length)
            for i, value, found in zip(
                sentence[done].tolist(), total[done].tolist(), tokens[done].tolist(), strict=True
            ):
                rated = value / length**length_penalty
                if rated > best[i][0]:
                    best[i] = (rated, found)
            # Further tokens can only lower log P, and at best stretch it over max_length.
            bar = torch.tensor([rated for rated, _ in best], dtype=total.dtype, device=device)
            live = ~done & (total / max_length**length_penalty > bar[sentence])
            if not live.any():
                break
            sentence, tokens, total = sentence[live], tokens[live], total[live]
            state = _chosen(state, row[live])
            first = torch.searchsorted(sentence, sentence)  # where the sentence's rows begin
            slot = torch.arange(len(sentence), device=device) - first
    return [_until_end(found[1:]) for _, found in best]


def translate(
    model: nn.Module,
    dataset: TranslationDataset,
    sentences: Sequence[str],
    max_length: int | None = None,
    beam_size: int = 1,
    length_penalty: float = 0.75,
) -> list[str]:
    """Translate texts.

    Args:
        model: has ``encode`` and ``decode_step``.
        dataset: gives the vocabularies; words that its source vocabulary lacks become ``<unk>``.
        sentences: the texts. They are decoded in batches of like length.
        max_length: the most steps; ``None`` is the length of the dataset's longest target.
        beam_size: 1 for `greedy_search`, more for `beam_search`.
        length_penalty: of `beam_search`.

    Returns:
        The translations, in the order of the texts, in lower case.

    Raises:
        ValueError: no sentence, an empty one, or a number as in the searches.
    """
    check_positive("translate", beam_size=beam_size)
    max_length = dataset.target.shape[1] - 1 if max_length is None else max_length
    source, lengths = dataset.encode(sentences)
    device = next(model.parameters()).device
    result = [""] * len(sentences)
    for index in lengths.argsort(stable=True).split(BATCH_SIZE):
        n = lengths[index]
        batch = source[index, : int(n.max())].to(device), n.to(device), max_length
        if beam_size == 1:
            found = greedy_search(model, *batch)
        else:
            found = beam_search(model, *batch, beam_size, length_penalty)
        for i, numbers in zip(index.tolist(), found, strict=True):
            result[i] = detokenize(dataset.target_vocabulary.decode(numbers))
    return result


def _until_end(numbers: list[int]) -> list[int]:
    return numbers[: numbers.index(EOS)] if EOS in numbers else numbers


def _chosen(state: Any, index: Tensor) -> Any:
    """The rows of a state, which may be a tensor or a nested tuple of tensors."""
    if isinstance(state, Tensor):
        return state.index_select(0, index)
    return tuple(_chosen(part, index) for part in state)
