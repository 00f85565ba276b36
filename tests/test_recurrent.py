"""Recurrent networks, what they write, how they are measured, how `fit` hands on their state."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import datasets, metrics, training
from dlcourse.models import RecurrentNet, sample

CELLS = ("rnn", "gru", "lstm")


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, False), (2, True)])
def test_shapes_and_states(cell, layers, both):
    net = RecurrentNet(11, 7, cell, 5, num_layers=layers, bidirectional=both, num_outputs=3)
    scores, state = net(torch.randint(11, (4, 6)))
    assert scores.shape == (4, 3, 6)
    for part in state if cell == "lstm" else [state]:
        assert part.shape == (layers * (1 + both), 4, 7)
    assert RecurrentNet(11, 7, cell)(torch.randint(11, (4, 6)))[0].shape == (4, 11, 6)


@pytest.mark.parametrize("cell", CELLS)
def test_it_is_embedding_cell_and_linear(cell):
    net = RecurrentNet(9, 6, cell, num_layers=2)
    x = torch.randint(9, (3, 5))
    outputs, _ = net.recurrent(net.embedding.weight[x])
    expected = (outputs @ net.linear.weight.T + net.linear.bias).transpose(1, 2)
    torch.testing.assert_close(net(x)[0], expected)


@pytest.mark.parametrize("cell", CELLS)
def test_reading_in_two_parts_equals_reading_at_once(cell):
    net = RecurrentNet(9, 6, cell, num_layers=2)
    x = torch.randint(9, (3, 10))
    whole, _ = net(x)
    first, state = net(x[:, :4])
    second, _ = net(x[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=2), whole)


@pytest.mark.parametrize(
    ("kw", "words"),
    [
        ({"cell": "GRU"}, "one of rnn, gru, lstm"),
        ({"hidden_size": 0}, "hidden_size"),
        ({"num_layers": 1.0}, "num_layers"),
        ({"num_outputs": 0}, "num_outputs"),
        ({"dropout": 1.5, "num_layers": 2}, r"\[0, 1\]"),
        ({"dropout": 0.5}, "num_layers >= 2"),
    ],
)
def test_bad_networks_are_named(kw, words):
    with pytest.raises(ValueError, match=words):
        RecurrentNet(10, **kw)


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (torch.rand(2, 3), TypeError, "integers"),
        (torch.arange(3), ValueError, r"\(N, T\)"),
        (torch.zeros(2, 0, dtype=torch.long), ValueError, r"\(N, T\)"),
        (torch.tensor([[1, 10]]), ValueError, "0 … 9, got 10"),
        (torch.tensor([[-1, 1]]), ValueError, "got -1"),
    ],
)
def test_bad_tokens_are_named(x, error, words):
    with pytest.raises(error, match=words):
        RecurrentNet(10, 4)(x)


def test_a_state_of_another_batch_size_or_cell():
    x = torch.randint(10, (3, 5))
    gru, lstm = RecurrentNet(10, 4, "gru"), RecurrentNet(10, 4, "lstm")
    with pytest.raises(ValueError, match=r"batch of 3 .* \(1, 3, 4\) .* got \(1, 2, 4\)"):
        gru(x, torch.zeros(1, 2, 4))
    with pytest.raises(ValueError, match=r"got \(1, 3, 5\)"):
        lstm(x, (torch.zeros(1, 3, 4), torch.zeros(1, 3, 5)))
    with pytest.raises(TypeError, match="a pair"):
        lstm(x, torch.zeros(1, 3, 4))
    with pytest.raises(TypeError, match="one tensor"):
        gru(x, (torch.zeros(1, 3, 4), torch.zeros(1, 3, 4)))
    with pytest.raises(TypeError, match="3 tensors"):
        lstm(x, (torch.zeros(1, 3, 4),) * 3)


def test_sampling_is_reproducible_and_leaves_the_mode():
    net = RecurrentNet(10, 8, num_layers=2, dropout=0.5).train()
    drawn = [sample(net, [1, 2], 20, generator=torch.Generator().manual_seed(3)) for _ in "ab"]
    assert drawn[0].equal(drawn[1])
    assert (drawn[0].shape, drawn[0].dtype) == ((20,), torch.int64)
    assert net.training
    assert sample(net, [1], 0).shape == (0,)


@pytest.mark.parametrize("cell", CELLS)
def test_temperature_zero_takes_the_likeliest_and_small_ones_nearly_so(cell):
    torch.manual_seed(1)
    net = RecurrentNet(10, 8, cell).eval()
    expected = [1, 2]
    for _ in range(6):
        expected.append(int(net(torch.tensor([expected]))[0][0, :, -1].argmax()))
    assert sample(net, [1, 2], 6, temperature=0).tolist() == expected[2:]
    assert sample(net, torch.tensor([1, 2]), 6, temperature=1e-300).tolist() == expected[2:]


def test_samples_follow_the_predicted_distribution():
    torch.manual_seed(0)
    net = RecurrentNet(4, 6).eval()
    generator = torch.Generator().manual_seed(0)
    drawn = torch.cat([sample(net, [2], 1, 0.5, generator) for _ in range(3000)])
    expected = (net(torch.tensor([[2]]))[0][0, :, -1] / 0.5).softmax(0)
    share = torch.bincount(drawn, minlength=4) / len(drawn)
    torch.testing.assert_close(share, expected.detach(), atol=0.04, rtol=0)


@pytest.mark.parametrize(
    ("kw", "words"),
    [
        ({"prompt": []}, "prompt"),
        ({"prompt": [[1]]}, "prompt"),
        ({"length": -1}, "length"),
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": math.nan}, "temperature"),
        ({"prompt": [12]}, "0 … 9"),
    ],
)
def test_bad_sampling_is_named(kw, words):
    with pytest.raises(ValueError, match=words):
        sample(RecurrentNet(10, 4), **({"prompt": [1], "length": 3} | kw))


def test_a_bidirectional_network_cannot_write():
    with pytest.raises(ValueError, match="still to be written"):
        sample(RecurrentNet(10, 4, bidirectional=True), [1], 3)


def test_perplexity_anchors():
    targets = torch.randint(7, (3, 5))
    assert metrics.perplexity(torch.zeros(3, 7, 5), targets).item() == pytest.approx(7)
    sure = 100.0 * F.one_hot(targets, 7).mT
    assert metrics.perplexity(sure, targets).item() == pytest.approx(1)
    scores = torch.randn(15, 7)
    log_p = scores.log_softmax(1)[range(15), targets.flatten()]
    expected = log_p.mean().neg().exp()
    torch.testing.assert_close(metrics.perplexity(scores, targets.flatten()), expected)
    torch.testing.assert_close(metrics.perplexity(scores, targets.flatten().int()), expected)


@pytest.mark.parametrize(
    ("output", "target"),
    [
        (torch.rand(3), torch.arange(3)),
        (torch.rand(3, 5, 7), torch.ones(3, 7)),
        (torch.rand(3, 5, 7), torch.zeros(3, 5, dtype=torch.long)),
        (torch.rand(0, 5), torch.zeros(0, dtype=torch.long)),
        (torch.rand(2, 5, 0), torch.zeros(2, 0, dtype=torch.long)),
    ],
)
def test_perplexity_refuses_other_shapes(output, target):
    with pytest.raises(ValueError, match="perplexity"):
        metrics.perplexity(output, target)


def by_hand(net, windows, optimizer, carry):
    """An epoch of truncated backpropagation, written out."""
    state, losses = None, []
    for x, y in windows:
        scores, state = net(x, state if carry else None)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        loss = F.cross_entropy(scores, y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("kind", [datasets.SequentialWindows, datasets.RandomWindows])
def test_fit_hands_on_the_state_where_batches_continue(cell, kind):
    torch.manual_seed(0)
    text = torch.randint(9, (400,))
    nets = [RecurrentNet(9, 6, cell) for _ in "ab"]
    nets[1].load_state_dict(nets[0].state_dict())
    optimizers = [torch.optim.SGD(net.parameters(), lr=1.0) for net in nets]
    windows = [kind(text, 7, 5) for _ in "ab"]
    history = training.fit(
        nets[0], windows[0], optimizer=optimizers[0], epochs=2, metrics=None, clip_grad_norm=0.1,
        progress=False,
    )  # fmt: skip
    for epoch in range(2):  # the state begins anew with each
        loss = by_hand(nets[1], windows[1], optimizers[1], carry=windows[1].continues)
        assert history["train_loss"][epoch] == pytest.approx(loss, rel=1e-5)
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("cell", CELLS)
def test_evaluate_reads_sequential_windows_in_one_go(cell):
    text = torch.randint(9, (401,))
    net = RecurrentNet(9, 6, cell)
    windows = datasets.SequentialWindows(text, 10, batch_size=1)
    whole = F.cross_entropy(net(text[None, :-1])[0], text[None, 1:]).item()
    assert training.evaluate(net, windows, metrics=None)["loss"] == pytest.approx(whole, rel=1e-5)
    cut = training.evaluate(net, list(windows), metrics=None)["loss"]
    assert abs(cut - whole) > 1e-4


def test_fit_checks_the_labels_of_windows():
    net = RecurrentNet(9, 6, num_outputs=5)
    with pytest.raises(ValueError, match="0 … 4"):
        training.fit(
            net, datasets.SequentialWindows(torch.arange(9).repeat(9), 5, 2),
            optimizer=torch.optim.SGD(net.parameters(), lr=0.1), metrics=None, progress=False,
        )  # fmt: skip


def test_training_on_windows_resumes_bit_by_bit(tmp_path):
    text = torch.randint(9, (300,), generator=torch.Generator().manual_seed(0))

    def run(epochs, **kw):
        torch.manual_seed(0)
        net = RecurrentNet(9, 6)
        training.fit(
            net, datasets.RandomWindows(text, 5, 4), epochs=epochs, metrics=None, progress=False,
            optimizer=torch.optim.Adam(net.parameters()), **kw,
        )  # fmt: skip
        return torch.cat([p.flatten() for p in net.parameters()])

    whole = run(4)
    path = tmp_path / "run.pt"
    run(2, checkpoint=path)
    assert run(4, checkpoint=path, resume=True).equal(whole)


@pytest.mark.parametrize("cell", CELLS)
def test_with_lengths_padding_changes_nothing_in_either_direction(cell):
    torch.manual_seed(0)
    net = RecurrentNet(9, 5, cell, num_layers=2, bidirectional=True, num_outputs=4)
    lengths = torch.tensor([3, 7, 1, 7, 5])
    x = torch.randint(1, 9, (5, 7))
    start = torch.randn(4, 5, 5)
    start = (start, start.flip(0)) if cell == "lstm" else start
    for padding in (0, 8):
        x[torch.arange(7) >= lengths[:, None]] = padding
        for state in (None, start):
            scores, after = net(x, state, lengths)
            for i, n in enumerate(lengths.tolist()):
                one = state if state is None else of_row(state, i)
                alone, last = net(x[i : i + 1, :n], one)
                torch.testing.assert_close(scores[i : i + 1, :, :n], alone)
                for a, b in zip(parts(after), parts(last), strict=True):
                    torch.testing.assert_close(a[:, i : i + 1], b)
    # Without them the second pass brings the padding along.
    assert not torch.allclose(net(x)[0][2, :, 0], net(x, lengths=lengths)[0][2, :, 0], atol=1e-3)


def parts(state):
    return state if isinstance(state, tuple) else (state,)


def of_row(state, i):
    own = tuple(part[:, i : i + 1].contiguous() for part in parts(state))
    return own if isinstance(state, tuple) else own[0]


def test_fit_takes_sentences_of_several_lengths():
    torch.manual_seed(0)
    lengths = torch.randint(1, 8, (40,))
    x = torch.randint(1, 9, (40, 7))
    y = x % 2  # what a tagger is to say
    gone = torch.arange(7) >= lengths[:, None]
    y[gone] = -100
    scores = []
    for padding in (0, 8):
        torch.manual_seed(1)
        net = RecurrentNet(9, 5, bidirectional=True, num_outputs=2)
        adam = torch.optim.Adam(net.parameters(), lr=0.01)
        data = [((x.masked_fill(gone, padding), lengths), y)]
        training.fit(net, data, optimizer=adam, epochs=3, metrics=None, progress=False)
        scores.append(training.evaluate(net, data, metrics=None)["loss"])
    assert scores[0] == pytest.approx(scores[1], rel=1e-6)
    with pytest.raises(ValueError, match=r"lengths must lie in 1 … 7, got 0"):
        net(x, torch.zeros(40, dtype=torch.int64))
