"""The code that the chapter writes from scratch does what its library twins do."""

import math
from functools import partial

import pytest
import torch
from torch.nn import functional as F

from dlcourse import datasets, models
from tests.chapters import definitions

chapter = definitions("language-models")


def test_the_language_model_equals_the_library(rng):
    h = rng.randint(1, 3)
    sizes = 2 * h * rng.randint(1, 3), h, 7, rng.randint(1, 3)
    twin = models.TransformerLM(11, *sizes).eval()
    ours = chapter.LanguageModel(11, *sizes)
    ours.load_state_dict(twin.state_dict())
    tokens = torch.randint(11, (rng.randint(1, 4), rng.randint(1, 8)))
    torch.testing.assert_close(ours(tokens), twin(tokens), rtol=1e-3, atol=1e-4)


def test_without_the_mask_earlier_predictions_move():
    torch.manual_seed(0)
    model, twin = chapter.Unmasked(9, 8, 2, 8, 1), models.TransformerLM(9, 8, 2, 8, 1)
    twin.load_state_dict(model.state_dict())
    tokens = torch.randint(9, (1, 5))
    other = tokens.clone()
    other[:, 4] = (tokens[:, 4] + 1) % 9
    for net, cheats in ((model, True), (twin, False)):
        moved = (net(tokens) - net(other)).abs().amax(dim=(0, 1)) > 1e-6
        assert moved[:4].any() == cheats
        assert moved[4]
    numbers = torch.randint(9, (41,))
    x, y = numbers[:-1].view(5, 8), numbers[1:].view(5, 8)
    losses = F.cross_entropy(model(x), y, reduction="none")
    expected = (losses.mean().exp().item(), losses[:, -1].mean().exp().item())
    assert chapter.asked_twice(model, numbers, 8) == pytest.approx(expected, rel=1e-4)


def test_a_reader_learns_and_a_seed_makes_it_the_same():
    text = torch.arange(2000) % 7
    make = partial(models.TransformerLM, 7, 8, 2, 8, 1)
    one, two = (chapter.train_reader(make, 0.03, 60, 3, text) for _ in range(2))
    for p, q in zip(one.parameters(), two.parameters(), strict=True):
        assert p.equal(q)
    net = chapter.train_reader(partial(models.RecurrentNet, 7, 8, "lstm"), 0.03, 60, 3, text)
    for model in (one, net):
        assert chapter.overlapping_perplexity(model, text[:200], 8) < 2
        by_place = chapter.perplexity_by_place(model, text[:200], 8)
        assert by_place.shape == (8,)
        assert by_place[0] > 1


def test_the_schedule_rises_and_falls():
    factors = [chapter.schedule(step, 4, 12) for step in range(13)]
    assert factors == [0.25, 0.5, 0.75, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]


def test_overlapping_perplexity_counts_the_second_halves(rng):
    model = models.TransformerLM(9, 8, 2, 8, num_layers=1).eval()
    numbers, T = torch.randint(9, (30,)), 2 * rng.randint(1, 4)
    losses = []
    for start in range(0, len(numbers) - T, T // 2):
        x, y = numbers[start : start + T], numbers[start + 1 : start + T + 1]
        losses.append(F.cross_entropy(model(x[None])[0].T[T // 2 :], y[T // 2 :]).item())
    expected = math.exp(sum(losses) / len(losses))
    got = chapter.overlapping_perplexity(model, numbers, T)
    assert got == pytest.approx(expected, rel=1e-4)


def test_neighbors_are_added_and_nothing_from_ahead():
    torch.manual_seed(0)
    layer = chapter.WithNeighbors(
        models.TransformerLM(9, 8, num_heads=2, num_layers=1).embedding, 8
    )
    tokens = torch.randint(9, (2, 6))
    x = layer.embedding(tokens)
    before = F.pad(x, (0, 0, 2, 0))  # two places of nothing
    weight, bias = layer.mix.weight[:, 0], layer.mix.bias  # (D, 3), (D,)
    expected = x + bias + sum(before[:, k : k + 6] * weight[:, k] for k in range(3))
    torch.testing.assert_close(layer(tokens), expected)


def test_turning_equals_a_rotation_by_blocks(rng):
    T, d, start = rng.randint(1, 9), 2 * rng.randint(1, 8), rng.randint(0, 50)
    x = torch.randn(2, T, d)
    rows = []
    for t in range(T):
        blocks = []
        for i in range(d // 2):
            angle = (start + t) * 10_000 ** (-2 * i / d)
            cos, sin = math.cos(angle), math.sin(angle)
            blocks.append(torch.tensor([[cos, -sin], [sin, cos]]))
        rows.append(x[:, t] @ torch.block_diag(*blocks).T)
    expected = torch.stack(rows, dim=1)
    torch.testing.assert_close(chapter.turn(x, start), expected, rtol=1e-3, atol=1e-4)


def test_rotary_and_biased_attention_by_hand(rng):
    T, h = rng.randint(1, 6), rng.randint(1, 3)
    D = 2 * h
    x, mask = torch.randn(2, T, D), models.causal_mask(T)
    table = torch.randn(h, 3)
    for layer, bias in (
        (chapter.Rotary(D, h), None),
        (chapter.DistanceBias(D, h, table), table),
    ):
        q, k, v = (
            layer.split_heads(proj(x)) for proj in (layer.q_proj, layer.k_proj, layer.v_proj)
        )
        if bias is None:
            q, k = chapter.turn(q), chapter.turn(k)
        scores = q @ k.mT / math.sqrt(D // h)
        if bias is not None:
            for t in range(T):
                for s in range(t + 1):
                    scores[:, :, t, s] += bias[:, min(t - s, 2)]
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
        expected = layer.out_proj(layer.merge_heads(weights @ v))
        torch.testing.assert_close(layer(x, x, x, mask)[0], expected, rtol=1e-3, atol=1e-4)
    assert chapter.sloping_table(4, 3).tolist() == [
        [0, -slope, -2 * slope] for slope in (1 / 4, 1 / 16, 1 / 64, 1 / 256)
    ]


def biased(distances=32):
    model = models.TransformerLM(9, 8, 2, 8, 1, positions=None).eval()
    table = torch.randn(2, distances)
    model.layers[0].attention = chapter.DistanceBias(8, 2, table)
    return model


@pytest.mark.parametrize("layers", [1, 3])
def test_writing_with_and_without_the_cache(rng, layers):
    greedy = partial(torch.argmax, dim=1)
    prompt = torch.randint(9, (rng.randint(1, 3), rng.randint(1, 5)))
    for model in (models.TransformerLM(9, 8, 2, 8, layers).eval(), biased()):
        cached, cache = chapter.write_cached(model, prompt, 7, greedy)
        assert chapter.write_again(model, prompt, 7, greedy).equal(cached)
        assert all(k.shape[2] == v.shape[2] == prompt.shape[1] + 7 for k, v in cache)


def test_a_sliding_memory_equals_reading_the_window_anew():
    torch.manual_seed(1)
    model, prompt = biased(4), torch.randint(9, (2, 3))
    greedy = partial(torch.argmax, dim=1)
    long = chapter.write_long(model, prompt, 20, greedy, most=5)
    assert long.equal(chapter.write_windows(model, prompt, 20, greedy, most=5))


def test_choosing_draws_from_what_is_kept():
    p = torch.tensor([0.15, 0.5, 0.05, 0.3])
    scores = p.log().expand(4000, 4)
    for options, expected in (
        ({}, p),
        ({"top_k": 2}, torch.tensor([0, 0.5, 0, 0.3]) / 0.8),
        ({"top_p": 0.6}, torch.tensor([0, 0.5, 0, 0.3]) / 0.8),
        ({"top_p": 0.4}, torch.tensor([0, 1.0, 0, 0])),
        ({"top_p": 1.0, "top_k": 3}, torch.tensor([0.15, 0.5, 0, 0.3]) / 0.95),
        ({"temperature": 0.5}, p**2 / (p**2).sum()),
    ):
        drawn = chapter.choose(scores, torch.Generator().manual_seed(0), **options)
        share = torch.bincount(drawn, minlength=4) / len(drawn)
        assert (share - expected).abs().max() < 0.03
        assert (share[expected == 0] == 0).all()


def test_the_share_outside_of_the_likeliest():
    model = models.TransformerLM(9, 8, 2, 8, 1).eval()
    numbers = torch.randint(9, (20,))
    p = torch.stack([model(numbers[None, a : a + 4])[0, :, 2:].softmax(dim=0)
                     for a in range(0, 16, 2)])  # fmt: skip
    expected = 1 - p.sort(dim=1).values[:, -3:].sum(dim=1).mean().item()
    assert chapter.share_outside(model, numbers, 3, T=4) == pytest.approx(expected, abs=1e-5)


def test_parameters_are_counted():
    assert chapter.parameters(torch.nn.Linear(3, 2)) == 8
    assert len(datasets.python_docs()) > 300_000  # what the chapter reads is there
