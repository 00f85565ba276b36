"""The code that the chapter writes from scratch does what its library twins do."""

import pytest
import torch
from torch import nn

from dlcourse import datasets, metrics, models
from tests.chapters import definitions

chapter = definitions("recurrent-networks")
TWINS = [(chapter.RNN, nn.RNN), (chapter.GRU, nn.GRU), (chapter.LSTM, nn.LSTM)]


@pytest.mark.parametrize(("ours", "twin"), TWINS)
def test_cells_equal_torch_with_copied_weights(ours, twin, rng):
    N, T, D, H = (rng.randint(1, 8) for _ in range(4))
    ours, twin = ours(D, H).double(), twin(D, H, batch_first=True).double()
    chapter.copy_weights(ours, twin)
    inputs = torch.randn(2, N, T, D, dtype=torch.float64)
    x, z = inputs[0].clone().requires_grad_(), inputs[0].clone().requires_grad_()
    start = [torch.randn(N, H, dtype=torch.float64) for _ in range(2)]
    pair = isinstance(twin, nn.LSTM)
    got, last = ours(x, tuple(start) if pair else start[0])
    want, want_last = twin(z, tuple(s[None] for s in start) if pair else start[0][None])
    torch.testing.assert_close(got, want)
    for a, b in zip(last if pair else [last], want_last if pair else [want_last], strict=True):
        torch.testing.assert_close(a, b[0])
    got.square().sum().backward()
    want.square().sum().backward()
    torch.testing.assert_close(x.grad, z.grad)
    torch.testing.assert_close(ours.h2h.weight.grad, twin.weight_hh_l0.grad)
    torch.testing.assert_close(ours.x2h.bias.grad, twin.bias_ih_l0.grad)
    torch.testing.assert_close(ours(inputs[1])[0], twin(inputs[1])[0])  # from zeros


@pytest.mark.parametrize(("ours", "twin"), TWINS)
def test_parameter_counts(ours, twin, rng):
    D, H = rng.randint(1, 9), rng.randint(1, 9)
    expected = sum(p.numel() for p in twin(D, H).parameters())
    assert chapter.count(ours.maps, D, H) == expected
    assert sum(p.numel() for p in ours(D, H).parameters()) == expected


@pytest.mark.parametrize(("cell", "layer"), list(zip(("rnn", "gru", "lstm"), TWINS, strict=True)))
def test_language_model_equals_the_library_network(cell, layer):
    twin = models.RecurrentNet(9, 6, cell, embedding_size=4)
    ours = chapter.LanguageModel(9, 4, 6, layer[0])
    ours.embedding.load_state_dict(twin.embedding.state_dict())
    ours.linear.load_state_dict(twin.linear.state_dict())
    chapter.copy_weights(ours.recurrent, twin.recurrent)
    x = torch.randint(9, (3, 5))
    torch.testing.assert_close(ours(x)[0], twin(x)[0])


@pytest.mark.parametrize(("cell", "twin"), TWINS)
def test_both_directions_equal_torch(cell, twin):
    twin = twin(5, 4, batch_first=True, bidirectional=True)
    forward, backward = cell(5, 4), cell(5, 4)
    chapter.copy_weights(forward, twin)
    reverse = {k.removesuffix("_reverse"): p for k, p in twin.named_parameters() if "_rev" in k}
    chapter.copy_weights(backward, nn.ParameterDict(reverse))
    x = torch.randn(3, 7, 5)
    torch.testing.assert_close(chapter.read_both(forward, backward, x), twin(x)[0])


def test_vocabulary_equals_the_library(rng):
    text = "".join(rng.choices("abcdefgh", weights=range(1, 9), k=60))
    least = rng.randint(1, 5)
    ours, twin = chapter.build_vocabulary(text, least), datasets.Vocabulary(text, least)
    assert ours == twin.tokens
    assert chapter.encode("hgfxa", ours).equal(twin.encode("hgfxa"))


def test_windows_equal_the_library(rng):
    N, T = rng.randint(1, 6), rng.randint(1, 6)
    text = torch.randint(50, (rng.randint((N + 1) * T, 200),))
    twin = datasets.SequentialWindows(text, T, N)
    for a, b in zip(chapter.sequential_windows(text, N, T), twin, strict=True):
        assert a[0].equal(b[0])
        assert a[1].equal(b[1])
    places = torch.arange(len(text))
    batches = list(chapter.random_windows(places, N, T, seed=rng.randint(0, 99)))
    assert len(batches) - len(datasets.RandomWindows(text, T, N)) in (0, 1)
    xs = torch.cat([x for x, _ in batches])
    assert xs.unique().numel() == xs.numel()
    assert xs.diff(dim=1).eq(1).all()
    assert all(y.equal(x + 1) for x, y in batches)


def test_perplexity_equals_the_library():
    scores, targets = torch.randn(3, 8, 5), torch.randint(8, (3, 5))
    expected = metrics.perplexity(scores, targets)
    torch.testing.assert_close(chapter.perplexity(scores, targets), expected)
    flat = chapter.perplexity(scores.mT.reshape(15, 8), targets.flatten())
    torch.testing.assert_close(flat, expected)


def test_bigram_rows_are_distributions():
    table = chapter.bigram_log_p(torch.tensor([0, 1, 0, 1, 0, 2]), 3, extra=0.5).exp()
    torch.testing.assert_close(table.sum(dim=1), torch.ones(3))
    torch.testing.assert_close(table[0], torch.tensor([0.5, 2.5, 1.5]) / 4.5)


def test_writing_equals_the_library():
    model, prompt = models.RecurrentNet(9, 6), torch.tensor([1, 2, 3])
    for temperature in (0.3, 1.0, 2.0):
        ours, twin = (
            function(model, prompt, 30, temperature, torch.Generator().manual_seed(1))
            for function in (chapter.write, models.sample)
        )
        assert ours.equal(twin)


def test_training_from_scratch_learns():
    torch.manual_seed(0)
    model = chapter.LanguageModel(5, 8, 16, chapter.RNN)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    text = torch.arange(5).repeat(200)
    losses = [chapter.train_epoch(model, text, optimizer, 4, 10, max_norm=1.0) for _ in range(4)]
    assert losses[-1] < 0.01 < 0.1 < losses[0]


def test_recall_asks_for_the_first_letter():
    x, y = chapter.recall_batch(50, 7, torch.Generator().manual_seed(0))
    assert x.shape == (50, 8)
    assert x[:, 0].equal(y)
    assert x[:, 1:].min() >= 4
    assert y.max() < 4


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_open_gates_lose_one_part_in_steps_plus_one(cell):
    net = models.RecurrentNet(8, 4, cell)
    for p in net.recurrent.parameters():
        nn.init.zeros_(p)  # so that only what `remember` adds is left
    layer = chapter.remember(net, 30).recurrent
    x, held = torch.zeros(1, 1, 4), torch.full((1, 1, 4), 10.0)
    if cell == "lstm":
        _, (_, kept) = layer(x, (torch.zeros(1, 1, 4), held))
    else:
        _, kept = layer(x, held)
    torch.testing.assert_close(kept, held * 30 / 31)


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize(
    ("cell", "gate"), [("gru", 0), ("gru", 1), ("lstm", 0), ("lstm", 1), ("lstm", 3)]
)
def test_a_held_gate_has_its_value_whatever_is_read(cell, gate, value):
    net = models.RecurrentNet(8, 4, cell)
    held = chapter.hold(net, gate, value).recurrent
    x, h = 3 * torch.randn(20, 4), 3 * torch.randn(20, 4)
    rows = x @ held.weight_ih_l0.T + held.bias_ih_l0 + h @ held.weight_hh_l0.T + held.bias_hh_l0
    gates = rows.view(20, -1, 4).sigmoid()  # (N, gates, H)
    torch.testing.assert_close(gates[:, gate], torch.full((20, 4), float(value)))
    others = [k for k in range(gates.shape[1]) if k != gate]
    for kept, before in zip(held.parameters(), net.recurrent.parameters(), strict=True):
        shape = (gates.shape[1], 4, -1)
        assert kept.view(shape)[others].equal(before.view(shape)[others])


def test_word_ends_by_hand():
    x, tags = chapter.word_ends("The  cat, a dog.", T=5).tensors
    assert ["".join(chr(97 + n) for n in row) for row in x.tolist()] == ["theca", "tadog"]
    assert tags.tolist() == [[0, 0, 1, 0, 0], [1, 1, 0, 0, 1]]


def test_share_seen_counts_repeated_paragraphs():
    assert chapter.share_seen("a\n\nb\n\nc\n\nd\n\na") == 1
    assert chapter.share_seen("a\n\nb\n\nc\n\nd\n\ne") == 0


def test_gradient_by_lag_is_the_gradient_of_the_output():
    layer = chapter.orthogonal_rnn(0.7, seed=0)
    norms = chapter.gradient_by_lag(layer, T=12)
    assert norms.shape == (12,)
    product = layer.h2h.weight @ layer.h2h.weight.T
    torch.testing.assert_close(product, 0.49 * torch.eye(32), atol=1e-5, rtol=0)
    assert (norms[2:] < norms[:-2]).all()


def test_a_plain_network_that_starts_with_the_identity_hands_its_state_on():
    net = models.RecurrentNet(8, 4, "rnn")
    for p in net.recurrent.parameters():
        nn.init.zeros_(p)
    held = torch.tensor([[[0.5, -0.3, 0.1, 0.0]]])
    _, kept = chapter.remember(net, 30).recurrent(torch.zeros(1, 1, 4), held)
    torch.testing.assert_close(kept, held.tanh())


def test_what_is_to_be_remembered_by_hand():
    word, line, inside = chapter.to_remember("ab (c)\nd").T.tolist()
    assert word == [1, 2, 0, 0, 1, 0, 0, 1]
    assert line == [1, 2, 3, 4, 5, 6, 0, 1]
    assert inside == [0, 0, 0, 1, 1, 0, 0, 0]


def test_correlations_equal_torch(rng):
    a, b = torch.randn(50, 3), torch.randn(50, 2)
    expected = torch.corrcoef(torch.cat([a, b], dim=1).T)[:3, 3:]
    torch.testing.assert_close(chapter.correlations(a, b), expected)
    assert chapter.correlations(torch.ones(50, 1), b).isfinite().all()


def test_memory_is_that_after_each_token(rng):
    model = models.RecurrentNet(9, 5, "lstm", embedding_size=4)
    x = torch.randint(9, (3, 6))
    cells = chapter.memory(model, x)
    for t in range(6):
        _, (_, c) = model.recurrent(model.embedding(x[:, : t + 1]))
        torch.testing.assert_close(cells[:, t], c[0])
