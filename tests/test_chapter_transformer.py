"""The code that the chapter writes from scratch does what its library twins do."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import datasets, models
from tests.chapters import definitions

chapter = definitions("transformer")
# Assigned in the chapter, so no definitions.
chapter.SelfAttention.forward.__globals__.update(attention=models.DotProductAttention())


def draw(rng):
    h = rng.randint(1, 4)
    return rng.randint(1, 4), rng.randint(1, 6), rng.randint(1, 6), 2 * h * rng.randint(1, 4), h


def randomize(module):
    """Biases and norms that are not 0 and 1, so that none is forgotten unnoticed."""
    for p in module.parameters():
        nn.init.normal_(p, std=0.3)
    return module.eval()


def test_self_attention_equals_scaled_dot_product_attention(rng):
    N, T, _, D, _ = draw(rng)
    layer, x = chapter.SelfAttention(D, 5), torch.randn(N, T, D)
    mask = torch.rand(T, T) < 0.6
    mask.fill_diagonal_(True)
    q, k, v = layer.W_q(x), layer.W_k(x), layer.W_v(x)
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    torch.testing.assert_close(layer(x, mask)[0], expected)


def test_multi_head_attention_equals_torch_and_the_library(rng):
    N, T, S, D, h = draw(rng)
    twin = randomize(nn.MultiheadAttention(D, h, batch_first=True))
    ours, library = chapter.MultiHeadAttention(D, h), models.MultiHeadAttention(D, h)
    chapter.copy_attention(ours, twin)
    library.load_state_dict(ours.state_dict())
    q, k, v = torch.randn(N, T, D), torch.randn(N, S, D), torch.randn(N, S, D)
    mask = torch.rand(T, S) < 0.6
    mask[:, 0] = True
    out, weights = ours(q, k, v, mask)
    expected, expected_weights = twin(q, k, v, attn_mask=~mask, average_attn_weights=False)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(weights, expected_weights)
    torch.testing.assert_close(library(q, k, v, mask)[0], expected)
    assert chapter.parameters(ours) == 4 * D * D + 4 * D
    assert chapter.parameters(chapter.full_width_heads(D, h)) == 4 * h * D * D


def test_how_far_a_layer_reaches():
    assert chapter.layers_to_reach(chapter.convolution(3), 12) == 11
    assert chapter.layers_to_reach(chapter.convolution(7), 13) == 4
    layer = chapter.SelfAttention(8, 8)
    assert chapter.layers_to_reach(lambda x: layer(x)[0], 12) == 1


def test_sinusoids_equal_the_library_and_turn(rng):
    T, D, k = rng.randint(1, 80), 2 * rng.randint(1, 20), rng.randint(0, 9)
    table = chapter.sinusoids(T + k, D)
    torch.testing.assert_close(table, models.sinusoids(T + k, D), atol=1e-4, rtol=0)
    turned = table[:T] @ chapter.rotation(k, D).T
    torch.testing.assert_close(turned, table[k:], atol=1e-4, rtol=0)


def test_closest_by_hand():
    assert chapter.closest(torch.tensor([[0.0], [2.0], [5.0], [0.5]])) == (2.0, 0.5)


def test_layer_norm_equals_torch(rng):
    N, T, _, D, _ = draw(rng)
    ours, twin = chapter.LayerNorm(D), randomize(nn.LayerNorm(D))
    ours.load_state_dict(twin.state_dict())
    x = 3 * torch.randn(N, T, D) + 1
    torch.testing.assert_close(ours(x), twin(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm_first", [True, False])
def test_layers_equal_torch_and_the_library(rng, norm_first):
    N, T, S, D, h = draw(rng)
    x, source = torch.randn(N, T, D), torch.randn(N, S, D)
    real = chapter.padding_mask(torch.randint(1, S + 1, (N,)), S)
    kw = {"dropout": 0.0, "batch_first": True, "norm_first": norm_first}

    twin = randomize(nn.TransformerEncoderLayer(D, h, 7, **kw))
    ours = chapter.EncoderLayer(D, h, 7, norm_first)
    chapter.copy_attention(ours.attention, twin.self_attn)
    chapter.copy_rest(ours, twin, norms=2)
    got = ours(source, real[:, None, None])[real]
    expected = twin(source, src_key_padding_mask=~real)[real]
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
    library = models.EncoderLayer(D, h, 7, norm_first=norm_first)
    library.load_state_dict(ours.state_dict())
    torch.testing.assert_close(library(x), ours(x), rtol=1e-4, atol=1e-5)

    twin = randomize(nn.TransformerDecoderLayer(D, h, 7, **kw))
    ours = chapter.DecoderLayer(D, h, 7, norm_first)
    chapter.copy_attention(ours.self_attention, twin.self_attn)
    chapter.copy_attention(ours.cross_attention, twin.multihead_attn)
    chapter.copy_rest(ours, twin, norms=3)
    causal = chapter.causal_mask(T)
    got = ours(x, source, causal, real[:, None, None])
    expected = twin(x, source, tgt_mask=~causal, memory_key_padding_mask=~real)
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
    library = models.DecoderLayer(D, h, 7, norm_first=norm_first)
    library.load_state_dict(ours.state_dict())
    memory = library.cross_attention.keys_values(source)
    got, _, _ = library(x, memory, real[:, None, None])
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


def test_masks_equal_the_library(rng):
    T, lengths = rng.randint(1, 9), torch.randint(1, 6, (4,))
    assert chapter.causal_mask(T).equal(models.causal_mask(T))
    assert chapter.padding_mask(lengths, 5).equal(models.padding_mask(lengths, 5))


def translator(rng):
    """The chapter's model and the library's, with the same weights, and a batch."""
    N, T, S, D, h = draw(rng)
    layers = rng.randint(1, 3)
    twin = randomize(models.Transformer(11, 13, D, h, 7, layers))
    ours = chapter.Transformer(11, 13, D, h, 7, layers)
    ours.load_state_dict(twin.state_dict())
    lengths = torch.randint(1, S + 1, (N,))
    return ours, twin, (torch.randint(11, (N, S)), lengths, torch.randint(13, (N, T)))


def test_the_whole_model_equals_the_library(rng):
    ours, twin, batch = translator(rng)
    torch.testing.assert_close(ours(*batch), twin(*batch), rtol=1e-3, atol=1e-4)


def test_head_weights_are_those_of_the_model(rng):
    _, twin, (source, lengths, target) = translator(rng)
    weights = chapter.head_weights(twin, source, lengths, target)
    if len(twin.decoder) == 1:
        _, mean = twin(source, lengths, target, need_weights=True)
        torch.testing.assert_close(weights["cross"].mean(dim=1), mean, rtol=1e-3, atol=1e-5)
    for w in weights.values():
        torch.testing.assert_close(w.sum(dim=3), torch.ones(w.shape[:3]))
    assert weights["decoder"].triu(1).eq(0).all()
    hidden = ~models.padding_mask(lengths, source.shape[1])[:, None, None]
    assert weights["encoder"].masked_select(hidden).eq(0).all()


def test_the_schedule_rises_and_falls():
    factors = [chapter.schedule(step, 4, 12) for step in range(13)]
    assert factors == [0.25, 0.5, 0.75, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]


def test_tokens_become_alike_without_residual_connections():
    alike = chapter.difference("no residual", seed=0, num_layers=6)
    apart = chapter.difference("pre-norm", seed=0, num_layers=6)
    assert alike[-1] < 1e-3 < 0.5 < apart[-1]


def test_crossing_counts_words_that_change_places():
    assert chapter.crossing([(0, 0), (1, 1), (2, 2)]) == 0
    assert chapter.crossing([(0, 0), (1, 2), (2, 1)]) == 1


def test_kept_bytes_counts_each_storage_once():
    x = torch.randn(10, requires_grad=True)
    assert chapter.kept_bytes(lambda x: x * x, x) == 40
    assert chapter.kept_bytes(lambda x: x.exp(), x) == 40
    assert chapter.kept_bytes(lambda x: x + 1, x) == 0


def test_translated_gives_tokens():
    data = datasets.TranslationDataset(datasets.phrasebook(size=5, max_clauses=1))
    sizes = len(data.source_vocabulary), len(data.target_vocabulary)
    found, right = chapter.translated(models.Transformer(*sizes, 8, 2, 8, 1), data)
    assert right == [datasets.tokenize(p.target) for p in data.pairs]
    assert len(found) == 5
    assert all(isinstance(tokens, list) for tokens in found)


def test_fused_attention_equals_attention_by_hand(rng):
    N, T, _, D, h = draw(rng)
    by_hand, fused = chapter.MultiHeadAttention(D, h), chapter.FusedAttention(D, h)
    fused.load_state_dict(by_hand.state_dict())
    x = torch.randn(N, T, D)
    torch.testing.assert_close(fused(x), by_hand(x, x, x)[0])


def test_large_tables_are_as_large_as_sinusoids_and_stay_frozen():
    torch.manual_seed(0)
    model = models.Transformer(9, 9, 16, num_heads=2, num_layers=1, positions="learned")
    chapter.start_large(model, frozen=True)
    for embedding in (model.source_embedding, model.target_embedding):
        table = embedding.positions.table
        assert not table.requires_grad
        size = models.sinusoids(*table.shape).square().mean().sqrt()
        assert abs(table.std() / size - 1) < 0.05
