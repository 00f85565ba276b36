"""Greedy and beam search, against the exhaustive one where everything can be enumerated."""

import itertools
import math

import pytest
import torch
from torch import nn

from dlcourse import models
from dlcourse.datasets import Pair, TranslationDataset, phrasebook
from dlcourse.models import beam_search, greedy_search, translate

BOS, EOS = 1, 2


class Table(nn.Module):
    """Probabilities of the next token given all before it, for each source of its own.

    Args:
        rows: for each source, probabilities (V,) by beginning, a tuple without bos.
        V: how many tokens there are; a beginning without an entry can only end.
    """

    def __init__(self, rows, V):
        super().__init__()
        self.rows, self.V = rows, V

    def encode(self, source, source_lengths):
        return source[:, :1], torch.empty(len(source), 0, dtype=torch.long)

    def decode_step(self, tokens, state):
        source, past = state
        past = torch.cat([past, tokens[:, None]], dim=1)
        scores = torch.zeros(len(tokens), self.V)
        for i, (s, beginning) in enumerate(zip(source[:, 0].tolist(), past.tolist(), strict=True)):
            given = self.rows[s].get(tuple(beginning[1:]))
            scores[i] = torch.eye(self.V)[EOS] if given is None else torch.tensor(given)
        return scores.log(), (source, past)


def random_table(N, V, T, seed=0):
    """Every beginning of up to T tokens has its own random distribution."""
    generator = torch.Generator().manual_seed(seed)
    inner = [v for v in range(V) if v != EOS]
    return Table(
        [
            {
                beginning: torch.softmax(2 * torch.randn(V, generator=generator), 0).tolist()
                for t in range(T)
                for beginning in itertools.product(inner, repeat=t)
            }
            for _ in range(N)
        ],
        V,
    )


def sources(N):
    return torch.arange(N)[:, None], torch.ones(N, dtype=torch.long)


def exhaustive(table, s, T, penalty):
    """The best of all sentences of up to T tokens: log P / length ** penalty, without eos."""
    best = (-math.inf, None)
    inner = [v for v in range(table.V) if v != EOS]
    for t in range(T + 1):
        for words in itertools.product(inner, repeat=t):
            whole = [*words, EOS] if t < T else list(words)
            logs = [math.log(table.rows[s][tuple(whole[:i])][v]) for i, v in enumerate(whole)]
            best = max(best, (sum(logs) / len(whole) ** penalty, list(words)))
    return best[1]


@pytest.mark.parametrize("penalty", [0.0, 0.75, 1.0])
def test_a_beam_that_holds_everything_is_exhaustive(penalty):
    N, V, T = 6, 4, 4
    table = random_table(N, V, T)
    wanted = [exhaustive(table, s, T, penalty) for s in range(N)]
    assert beam_search(table, *sources(N), T, beam_size=V**T, length_penalty=penalty) == wanted
    assert len({len(words) for words in wanted}) > 1
    many = random_table(60, V, T, seed=3)
    assert greedy_search(many, *sources(60), T) != beam_search(many, *sources(60), T, V**T)


def test_a_beam_of_one_is_greedy():
    table = random_table(30, 4, 5, seed=1)
    for penalty in (0.0, 1.0):
        assert beam_search(table, *sources(30), 5, 1, penalty) == greedy_search(
            table, *sources(30), 5
        )


def test_the_batch_changes_nothing():
    table = random_table(12, 4, 5, seed=2)
    together = beam_search(table, *sources(12), 5, beam_size=3)
    for s in range(12):
        one = torch.tensor([[s]]), torch.ones(1, dtype=torch.long)
        assert beam_search(table, *one, 5, beam_size=3) == [together[s]]
    many = random_table(60, 4, 5, seed=3)  # wider is better on average
    means = []
    for K in (1, 3, 300):
        found = beam_search(many, *sources(60), 5, beam_size=K, length_penalty=0.0)
        means.append(sum(log_p(many, s, words, 5) for s, words in enumerate(found)))
    assert means == sorted(means)


def log_p(table, s, words, T):
    whole = [*words, EOS] if len(words) < T else words
    return sum(math.log(table.rows[s][tuple(whole[:i])][v]) for i, v in enumerate(whole))


def test_a_wider_beam_may_find_a_worse_sentence():
    # Greedy takes a, then c: .5 * .4 = .2. A beam of two keeps b c and b d, .45 * .5 = .225 each,
    # and drops a c; but what begins with b goes on in four equally likely ways.
    a, b, c, d = 3, 4, 5, 6
    split = [0.0, 0.0, 0.25, 0.25, 0.25, 0.25, 0.0]
    rows = {
        (): [0.0, 0.0, 0.05, 0.5, 0.45, 0.0, 0.0],
        (a,): [0.0, 0.0, 0.0, 0.3, 0.0, 0.4, 0.3],
        (b,): [0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5],
        (b, c): split,
        (b, d): split,
    }
    table, found = Table([rows], 7), {}
    for K in (1, 2, 3, 50):
        (words,) = beam_search(table, *sources(1), 6, K, length_penalty=0.0)
        found[K] = math.prod(
            rows[tuple(words[:i])][v] for i, v in enumerate(words) if tuple(words[:i]) in rows
        )
        if tuple(words) in rows:
            found[K] *= rows[tuple(words)][EOS]
    assert found == pytest.approx({1: 0.2, 2: 0.05625, 3: 0.2, 50: 0.2})


def test_the_length_penalty_favours_long_sentences():
    # Ending at once has probability .4; the three words .6 * .8 * .8 * .8 = .31.
    rows = {
        (): [0, 0, 0.4, 0.6],
        (3,): [0, 0, 0.2, 0.8],
        (3, 3): [0, 0, 0.2, 0.8],
        (3, 3, 3): [0, 0, 0.8, 0.2],
    }
    table = Table([rows], 4)
    assert beam_search(table, *sources(1), 6, 3, length_penalty=0.0) == [[]]
    assert beam_search(table, *sources(1), 6, 3, length_penalty=1.0) == [[3, 3, 3]]
    assert greedy_search(table, *sources(1), 6) == [[3, 3, 3]]
    assert greedy_search(table, *sources(1), 2) == [[3, 3]]  # cut off
    assert beam_search(table, *sources(1), 2, 1) == [[3, 3]]


def test_bad_arguments():
    table = random_table(1, 4, 2)
    with pytest.raises(ValueError, match="beam_size must be a positive whole number, got 0"):
        beam_search(table, *sources(1), 5, beam_size=0)
    with pytest.raises(ValueError, match="max_length must be a positive whole number, got 0"):
        greedy_search(table, *sources(1), 0)
    for penalty in (-1, math.nan):
        with pytest.raises(ValueError, match="length_penalty must be 0 or more"):
            beam_search(table, *sources(1), 5, length_penalty=penalty)


@pytest.fixture(scope="module")
def trained():
    """A network that knows a few sentences by heart."""
    torch.manual_seed(0)
    data = TranslationDataset(phrasebook(size=24, max_clauses=1))
    sizes = len(data.source_vocabulary), len(data.target_vocabulary)
    model = models.Seq2Seq(*sizes, 32, 64)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(120):
        optimizer.zero_grad()
        scores = model(data.source, data.source_lengths, data.target[:, :-1])
        nn.functional.cross_entropy(scores, data.labels).backward()
        optimizer.step()
    return model, data


@pytest.mark.parametrize("beam_size", [1, 3])
def test_translate(trained, beam_size):
    model, data = trained
    order = [7, 3, 19, 0]
    texts = [data.pairs[i].source for i in order]
    wanted = [data.pairs[i].target.lower().replace("\u202f?", "?") for i in order]
    model.train()
    assert translate(model, data, texts, beam_size=beam_size) == wanted
    assert model.training
    with pytest.raises(ValueError, match="the source of pair 1 is empty"):
        translate(model, data, ["Go.", " "])
    with pytest.raises(ValueError, match="beam_size must be"):
        translate(model, data, ["Go."], beam_size=0)
    assert isinstance(translate(model, data, ["Xyz qrs!"])[0], str)  # unknown words


def test_every_translation_model_can_be_searched():
    data = TranslationDataset([Pair("Go on .", "Va !"), Pair("No .", "Ah non !")])
    sizes = len(data.source_vocabulary), len(data.target_vocabulary)
    torch.manual_seed(0)
    for model in (models.Seq2Seq(*sizes, 8, 8, 2), models.Transformer(*sizes, 8, 2, 16, 1)):
        batch = data.source, data.source_lengths, 6
        assert beam_search(model, *batch, 1) == greedy_search(model, *batch)
        assert len(beam_search(model, *batch, 3)) == 2
