"""Multi-head attention, positions, the Transformer and its cache, held to torch's own layers."""

import math
import random
from functools import partial

import pytest
import torch
from torch import nn

from dlcourse.models import (
    DecoderLayer,
    EncoderLayer,
    MultiHeadAttention,
    PositionalEncoding,
    Transformer,
    TransformerLM,
    causal_mask,
    padding_mask,
    sinusoids,
)


@pytest.fixture(params=range(4))
def rng(request):
    """A random configuration that is the same in every run."""
    torch.manual_seed(request.param)
    return random.Random(request.param)


def draw(rng):
    h = rng.randint(1, 4)
    return rng.randint(1, 4), rng.randint(1, 6), rng.randint(1, 6), 2 * h * rng.randint(1, 4), h


def from_torch(twin):
    """The weights of `nn.MultiheadAttention` under our names."""
    weights = dict(zip("qkv", twin.in_proj_weight.chunk(3), strict=True))
    state = {f"{name}_proj.weight": w for name, w in weights.items()}
    state["out_proj.weight"] = twin.out_proj.weight
    if twin.in_proj_bias is not None:
        biases = zip("qkv", twin.in_proj_bias.chunk(3), strict=True)
        state |= {f"{name}_proj.bias": b for name, b in biases}
        state["out_proj.bias"] = twin.out_proj.bias
    return state


def randomize(module):
    """Biases and norms that are not 0 and 1, so that none is forgotten unnoticed."""
    for p in module.parameters():
        nn.init.normal_(p, std=0.3)
    return module.eval()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("need_weights", [True, False])
def test_multi_head_attention_equals_torch(rng, bias, need_weights):
    N, T, S, D, h = draw(rng)
    twin = randomize(nn.MultiheadAttention(D, h, bias=bias, batch_first=True))
    ours = MultiHeadAttention(D, h, bias=bias)
    ours.load_state_dict(from_torch(twin))
    q, k, v = torch.randn(N, T, D), torch.randn(N, S, D), torch.randn(N, S, D)
    mask = torch.rand(N, h, T, S) < 0.6
    mask[..., 0] = True  # torch's own has NaN where a query may look nowhere
    out, weights = ours(q, k, v, mask, need_weights)
    hidden = ~mask.flatten(0, 1)  # torch: True where a query may not look
    expected, expected_weights = twin(q, k, v, attn_mask=hidden, average_attn_weights=False)
    torch.testing.assert_close(out, expected)
    if need_weights:
        torch.testing.assert_close(weights, expected_weights)
    else:
        assert weights is None
    count = 4 * D * D + 4 * D * bias
    assert sum(p.numel() for p in ours.parameters()) == count


def test_both_paths_of_attention_have_the_same_gradients(rng):
    N, T, S, D, h = draw(rng)
    ours = randomize(MultiHeadAttention(D, h)).double()
    q, kv = (torch.randn(N, n, D, dtype=torch.float64) for n in (T, S))
    mask, grads = torch.rand(N, 1, T, S) < 0.5, []
    for need_weights in (True, False):
        ours.zero_grad()
        ours(q, kv, kv, mask, need_weights)[0].square().sum().backward()
        grads.append([p.grad.clone() for p in ours.parameters()])
    for a, b in zip(*grads, strict=True):
        assert a.isfinite().all()
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("need_weights", [True, False])
def test_a_query_that_may_look_nowhere(need_weights):
    ours = randomize(MultiHeadAttention(8, 2))
    x = torch.randn(2, 3, 8)
    mask = torch.tensor([True, False])[:, None, None, None]  # the second sequence is all padding
    out, weights = ours(x, x, x, mask, need_weights)
    assert out.isfinite().all()
    torch.testing.assert_close(out[1], ours.out_proj.bias.expand(3, 8))  # an answer of zeros
    if need_weights:
        assert weights[1].eq(0).all()


def test_attention_weights_are_dropped_in_training_only():
    torch.manual_seed(0)
    ours = MultiHeadAttention(8, 2, dropout=0.5)
    x = torch.randn(1, 50, 8)
    for need_weights in (True, False):
        assert not ours(x, x, x, None, need_weights)[0].equal(ours(x, x, x, None, need_weights)[0])
        ours.eval()
        assert ours(x, x, x, None, need_weights)[0].equal(ours(x, x, x, None, need_weights)[0])
        ours.train()


def test_splitting_and_merging_heads_are_inverse(rng):
    N, T, _, D, h = draw(rng)
    x = torch.randn(N, T, D)
    heads = MultiHeadAttention(D, h).split_heads(x)
    assert heads.shape == (N, h, T, D // h)
    for i in range(h):
        assert heads[:, i].equal(x[..., i * D // h : (i + 1) * D // h])
    assert MultiHeadAttention.merge_heads(heads).equal(x)


@pytest.mark.parametrize(
    ("kw", "words"),
    [
        ({"embed_dim": 10, "num_heads": 4}, "4 does not divide 10"),
        ({"embed_dim": 0, "num_heads": 1}, "embed_dim"),
        ({"embed_dim": 8, "num_heads": 0}, "num_heads"),
        ({"embed_dim": 8, "num_heads": True}, "num_heads"),
        ({"embed_dim": 8, "num_heads": 2, "dropout": 2}, "dropout"),
    ],
)
def test_bad_heads_are_named(kw, words):
    with pytest.raises(ValueError, match=words):
        MultiHeadAttention(**kw)


def test_bad_queries_keys_and_masks_are_named():
    ours = MultiHeadAttention(8, 2)
    x = torch.randn(2, 3, 8)
    with pytest.raises(ValueError, match="query must have shape"):
        ours(x[0], x, x)
    with pytest.raises(ValueError, match=r"key must .* got \(2, 3, 4\)"):
        ours(x, x[..., :4], x)
    with pytest.raises(ValueError, match="one N for all"):
        ours(x, x[:1], x[:1])
    with pytest.raises(ValueError, match="needs its value"):
        ours(x, x, x[:, :2])
    with pytest.raises(TypeError, match="boolean"):
        ours(x, x, x, torch.zeros(3, 3))


def test_masks_by_hand():
    assert causal_mask(3).int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert causal_mask(2, past=1).int().tolist() == [[1, 1, 0], [1, 1, 1]]
    assert padding_mask(torch.tensor([2, 0, 3]), 3).int().tolist() == [
        [1, 1, 0],
        [0, 0, 0],
        [1, 1, 1],
    ]


def test_sinusoids_by_the_formula():
    table = sinusoids(60, 6)
    for t in (0, 1, 59):
        for i in range(3):
            angle = t / 10_000 ** (2 * i / 6)
            assert table[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert table[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)
    with pytest.raises(ValueError, match="even"):
        sinusoids(5, 3)


def test_positions_start_anywhere_and_end():
    for kind in ("sinusoidal", "learned"):
        positions = PositionalEncoding(4, 10, kind)
        x = torch.randn(2, 6, 4)
        parts = [positions(x[:, :2]), positions(x[:, 2:], start=2)]
        torch.testing.assert_close(torch.cat(parts, dim=1), positions(x))
        assert sum(p.numel() for p in positions.parameters()) == 40 * (kind == "learned")
        with pytest.raises(ValueError, match="10 positions, but a sequence has 11"):
            positions(x, start=5)
        with pytest.raises(ValueError, match="width 4"):
            positions(torch.randn(2, 6, 5))
    with pytest.raises(ValueError, match="one of sinusoidal, learned"):
        PositionalEncoding(4, 10, "cosine")


def feed_forward(twin):
    return {k: p for k, p in twin.state_dict().items() if k.startswith(("linear1", "linear2"))}


@pytest.mark.parametrize("norm_first", [True, False])
def test_encoder_layer_equals_torch(rng, norm_first):
    N, T, _, D, h = draw(rng)
    twin = nn.TransformerEncoderLayer(D, h, 7, batch_first=True, norm_first=norm_first)
    randomize(twin)
    ours = EncoderLayer(D, h, 7, norm_first=norm_first).eval()
    ours.attention.load_state_dict(from_torch(twin.self_attn))
    ours.feed_forward.load_state_dict(feed_forward(twin))
    ours.add_norm1.norm.load_state_dict(twin.norm1.state_dict())
    ours.add_norm2.norm.load_state_dict(twin.norm2.state_dict())
    x, lengths = torch.randn(N, T, D), torch.randint(1, T + 1, (N,))
    real = padding_mask(lengths, T)
    got = ours(x, real[:, None, None])
    torch.testing.assert_close(got[real], twin(x, src_key_padding_mask=~real)[real])
    torch.testing.assert_close(ours(x), twin(x))
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in twin.parameters())


@pytest.mark.parametrize("norm_first", [True, False])
def test_decoder_layer_equals_torch(rng, norm_first):
    N, T, S, D, h = draw(rng)
    twin = nn.TransformerDecoderLayer(D, h, 7, batch_first=True, norm_first=norm_first)
    randomize(twin)
    ours = DecoderLayer(D, h, 7, norm_first=norm_first).eval()
    ours.self_attention.load_state_dict(from_torch(twin.self_attn))
    ours.cross_attention.load_state_dict(from_torch(twin.multihead_attn))
    ours.feed_forward.load_state_dict(feed_forward(twin))
    for i in (1, 2, 3):
        state = getattr(twin, f"norm{i}").state_dict()
        getattr(ours, f"add_norm{i}").norm.load_state_dict(state)
    x, memory = torch.randn(N, T, D), torch.randn(N, S, D)
    real = padding_mask(torch.randint(1, S + 1, (N,)), S)
    got, _, weights = ours(
        x, ours.cross_attention.keys_values(memory), real[:, None, None], need_weights=True
    )
    expected = twin(x, memory, tgt_mask=~causal_mask(T), memory_key_padding_mask=~real)
    torch.testing.assert_close(got, expected)
    torch.testing.assert_close(weights.sum(dim=3), torch.ones(N, h, T))
    assert weights.masked_select(~real[:, None, None]).eq(0).all()


def translator(**kw):
    return Transformer(11, 13, 8, 2, 12, **kw).eval()


def sentences(N=3, S=5, T=6):
    lengths = torch.randint(1, S + 1, (N,))
    return torch.randint(11, (N, S)), lengths, torch.randint(13, (N, T))


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("positions", ["sinusoidal", "learned", None])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_decoding_with_the_cache_equals_decoding_without(norm_first, positions, num_layers):
    torch.manual_seed(0)
    model = randomize(translator(norm_first=norm_first, positions=positions, num_layers=num_layers))
    source, lengths, target = sentences()
    scores = model(source, lengths, target)
    assert scores.shape == (3, 13, 6)
    state = model.encode(source, lengths)
    for t in range(6):
        step, state = model.decode_step(target[:, t], state)
        assert step.shape == (3, 13)
        torch.testing.assert_close(step, scores[:, :, t], rtol=1e-4, atol=1e-5)


def flat(state):
    return [state] if isinstance(state, torch.Tensor) else [t for part in state for t in flat(part)]


def test_rows_of_the_state_are_sentences():
    model = translator()
    source, lengths, target = sentences()
    _, state = model.decode_step(target[:, 0], model.encode(source, lengths))
    assert all(len(tensor) == 3 for tensor in flat(state))

    def choose(part):
        return part[[2, 0]] if isinstance(part, torch.Tensor) else tuple(map(choose, part))

    step, _ = model.decode_step(target[[2, 0], 1], choose(state))
    torch.testing.assert_close(step, model.decode_step(target[:, 1], state)[0][[2, 0]])


def test_the_model_is_causal_and_ignores_padding():
    model = randomize(translator(num_layers=2))
    source, lengths, target = sentences(N=4)
    lengths[0] = 3
    scores = model(source, lengths, target)
    later = target.clone()
    later[:, 3:] = (later[:, 3:] + 1) % 13
    changed = model(source, lengths, later)
    torch.testing.assert_close(changed[:, :, :3], scores[:, :, :3])
    assert not torch.allclose(changed[:, :, 3:], scores[:, :, 3:])
    source[0, 3:] = (source[0, 3:] + 1) % 11
    torch.testing.assert_close(model(source, lengths, target)[0], scores[0])
    short = model(source[:1, :3], lengths[:1], target[:1])  # without the padding at all
    torch.testing.assert_close(short[0], scores[0])


def test_weights_are_of_the_last_layer_and_average_the_heads():
    model = translator(num_layers=2)
    source, lengths, target = sentences()
    scores, weights = model(source, lengths, target, need_weights=True)
    torch.testing.assert_close(scores, model(source, lengths, target), rtol=1e-4, atol=1e-5)
    assert weights.shape == (3, 6, 5)
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(3, 6))
    assert weights.masked_select(~padding_mask(lengths, 5)[:, None]).eq(0).all()


def test_without_positions_the_order_of_the_source_is_lost():
    source, _, target = sentences()
    lengths, order = torch.full((3,), 5), torch.tensor([3, 0, 4, 1, 2])
    blind, seeing = translator(positions=None), translator()
    same = blind(source[:, order], lengths, target)
    torch.testing.assert_close(same, blind(source, lengths, target), rtol=1e-4, atol=1e-5)
    other = seeing(source[:, order], lengths, target)
    assert not torch.allclose(other, seeing(source, lengths, target), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"source": torch.rand(3, 5)}, TypeError, "source must hold numbers"),
        ({"source": torch.zeros(3, 0, dtype=torch.long)}, ValueError, "source must have shape"),
        ({"source": torch.full((3, 5), 11)}, ValueError, r"0 … 10, got 11 in source"),
        ({"source": torch.zeros(3, 9, dtype=torch.long)}, ValueError, "8 positions"),
        ({"source_lengths": torch.tensor([1, 0, 2])}, ValueError, "empty sequence"),
        ({"source_lengths": torch.tensor([1, 6, 2])}, ValueError, r"1 … 5, got 6"),
        ({"source_lengths": torch.tensor([1.0, 2, 2])}, TypeError, "integers"),
        ({"source_lengths": torch.tensor([1, 2])}, ValueError, r"\(3,\)"),
        ({"target": torch.full((3, 6), 13)}, ValueError, r"0 … 12, got 13 in target"),
        ({"target": torch.zeros(3, 9, dtype=torch.long)}, ValueError, "8 positions"),
        ({"target": torch.zeros(3, 0, dtype=torch.long)}, ValueError, "target must have shape"),
    ],
)
def test_bad_sentences_are_named(change, error, words):
    source, lengths, target = sentences()
    batch = {"source": source, "source_lengths": lengths, "target": target} | change
    with pytest.raises(error, match=words):
        translator(max_length=8)(**batch)


@pytest.mark.parametrize("network", [partial(Transformer, 9, 9), partial(TransformerLM, 9)])
@pytest.mark.parametrize(
    ("kw", "words"),
    [
        ({"embed_dim": 10, "num_heads": 4}, "does not divide"),
        ({"num_layers": 0}, "num_layers"),
        ({"dim_feedforward": 0}, "dim_feedforward"),
        ({"dropout": -0.1}, "dropout"),
        ({"positions": "none"}, "one of sinusoidal, learned"),
        ({"max_length": 0}, "max_length"),
    ],
)
def test_bad_networks_are_named(network, kw, words):
    with pytest.raises(ValueError, match=words):
        network(**kw)


@pytest.mark.parametrize("norm_first", [True, False])
def test_the_language_model_is_causal_and_its_layers_are_the_encoders(norm_first):
    torch.manual_seed(0)
    model = randomize(TransformerLM(9, 8, 2, 12, num_layers=2, norm_first=norm_first))
    x = torch.randint(9, (3, 7))
    scores = model(x)
    assert scores.shape == (3, 9, 7)
    for t in range(1, 8):
        torch.testing.assert_close(model(x[:, :t]), scores[:, :, :t], rtol=1e-4, atol=1e-5)
    h = model.embedding(x)
    for layer in model.layers:
        h = layer(h, causal_mask(7))
    h = model.norm(h)
    torch.testing.assert_close((h @ model.linear.weight.T + model.linear.bias).mT, scores)


def test_bad_text_is_named():
    model = TransformerLM(9, 8, 2, 12, max_length=4)
    with pytest.raises(ValueError, match="0 … 8, got 9 in x"):
        model(torch.tensor([[1, 9]]))
    with pytest.raises(TypeError, match="integers"):
        model(torch.rand(1, 2))
    with pytest.raises(ValueError, match="4 positions, but a sequence has 5"):
        model(torch.zeros(1, 5, dtype=torch.long))


def test_embeddings_start_at_the_size_of_the_positions():
    torch.manual_seed(0)
    embedding = TransformerLM(500, 64).embedding
    x = embedding.scale * embedding.embedding.weight
    assert x.std().item() == pytest.approx(1, abs=0.05)
    assert 0.5 < embedding.positions.table.square().mean().sqrt() < 1


def test_one_batch_can_be_learned_by_heart():
    torch.manual_seed(0)
    model = Transformer(11, 13, 16, 2, 32, num_layers=1)
    source, lengths, target = sentences(N=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        loss = nn.functional.cross_entropy(model(source, lengths, target)[:, :, :-1], target[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
