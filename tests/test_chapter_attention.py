"""The code that the chapter writes from scratch does what its library twins do."""

import math

import pytest
import torch
from torch.nn import functional as F

from dlcourse import datasets, models
from tests.chapters import definitions

chapter = definitions("attention")


@pytest.fixture(params=range(5))
def sizes(request):
    """Random sizes that are the same in every run."""
    torch.manual_seed(request.param)
    return torch.randint(1, 7, (6,)).tolist()


def test_masked_softmax_equals_the_library(sizes):
    N, T, S, *_ = sizes
    scores, mask = torch.randn(N, T, S), torch.rand(N, T, S) < 0.5
    assert chapter.masked_softmax(scores, mask).equal(models.masked_softmax(scores, mask))
    assert chapter.masked_softmax(scores).equal(models.masked_softmax(scores))


def test_dot_product_equals_the_library_and_torch(sizes):
    N, T, S, d, D, _ = sizes
    query, key, value = torch.randn(N, T, d), torch.randn(N, S, d), torch.randn(N, S, D)
    mask = torch.rand(N, T, S) < 0.5
    output, weights = chapter.DotProduct()(query, key, value, mask)
    expected, expected_weights = models.DotProductAttention()(query, key, value, mask)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(weights, expected_weights)
    torch.testing.assert_close(
        output, F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    )


def test_additive_equals_the_library(sizes):
    N, T, S, Q, K, H = sizes
    twin = models.AdditiveAttention(Q, K, H)
    ours = chapter.Additive(Q, K, H)
    ours.load_state_dict(twin.state_dict())
    query, key, value = torch.randn(N, T, Q), torch.randn(N, S, K), torch.randn(N, S, 3)
    mask = torch.rand(N, 1, S) < 0.5
    for a, b in zip(ours(query, key, value, mask), twin(query, key, value, mask), strict=True):
        torch.testing.assert_close(a, b)


def test_the_gaussian_kernel_is_dot_product_attention_with_keys_of_one_length(sizes):
    T, S, d, *_ = sizes
    queries, keys = torch.randn(T, d), 1.5 * F.normalize(torch.randn(S, d), dim=1)
    _, weights = models.DotProductAttention()(queries, keys, torch.zeros(S, 1))
    torch.testing.assert_close(chapter.kernel_weights(queries, keys, d**0.25), weights)


def test_the_translator_equals_the_library(sizes):
    N, S, T, D, H, _ = sizes
    twin = models.AttentionSeq2Seq(9, 11, D, H)
    ours = chapter.Translator(9, 11, D, H)
    ours.load_state_dict(twin.state_dict())
    source, target = torch.randint(4, 9, (N, S)), torch.randint(4, 11, (N, T))
    lengths = torch.randint(1, S + 1, (N,))
    torch.testing.assert_close(ours(source, lengths, target), twin(source, lengths, target))


def test_alignment_accuracy_equals_the_library():
    pairs = datasets.phrasebook("validation", size=8, max_clauses=1)
    N, T, S = (
        len(pairs),
        *(
            max(len(datasets.tokenize(text)) for text in texts)
            for texts in ([p.target for p in pairs], [p.source for p in pairs])
        ),
    )
    weights = torch.rand(N, T, S)
    ours = chapter.alignment_accuracy(weights, pairs)
    assert ours == pytest.approx(models.alignment_accuracy(weights, pairs))
    zero = chapter.distances(weights, pairs) == 0
    assert zero.float().mean().item() == pytest.approx(ours)


def test_crossing_links_are_counted():
    pairs = [datasets.Pair("", "", links) for links in (((0, 0), (1, 1)), ((0, 1), (1, 0), (2, 2)))]
    assert [chapter.moved(pair) for pair in pairs] == [0, 1]


def test_entropy_of_known_distributions():
    weights = torch.tensor([[0.25] * 4, [1, 0, 0, 0], [0.5, 0.5, 0, 0]])
    expected = torch.tensor([math.log(4), 0, math.log(2)])
    torch.testing.assert_close(chapter.entropy(weights), expected)


def test_lookups_ask_for_letters_that_are_there():
    letters, values, asked, answers = chapter.two_lookups(50, torch.Generator().manual_seed(0))
    assert all(len(set(row)) == 8 for row in letters.tolist())
    for n in range(50):
        table = dict(zip(letters[n].tolist(), values[n].tolist(), strict=True))
        assert [table[a] for a in asked[n].tolist()] == answers[n].tolist()


def test_heads_cost_no_parameters():
    counts = {sum(p.numel() for p in chapter.Lookup(h).parameters()) for h in (1, 2, 4)}
    assert len(counts) == 1
    *inputs, _ = chapter.two_lookups(5, torch.Generator().manual_seed(0))
    scores, weights = chapter.Lookup(4)(*inputs)
    assert scores.shape == (5, 12, 2)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(5, 4, 1))


def test_a_bidirectional_encoder_reads_each_sentence_to_its_own_end(sizes):
    N, S, T, D, H, _ = sizes
    torch.manual_seed(0)
    model = chapter.read_both_ways(9, 11, D, 2 * H)
    source, target = torch.randint(4, 9, (N, S)), torch.randint(4, 11, (N, T))
    lengths = torch.randint(1, S + 1, (N,))
    states, last = model.encoder(source, lengths)
    assert (states.shape, last.shape) == ((N, S, 2 * H), (N, 1, 2 * H))
    # Forward, its last state is that at the end of the sentence; backward, that at the beginning.
    ends = states[torch.arange(N), lengths - 1, :H]
    torch.testing.assert_close(last[:, 0], torch.cat([ends, states[:, 0, H:]], dim=1))
    scores = model(source, lengths, target)
    wider = F.pad(source, (0, 2), value=5)
    torch.testing.assert_close(model(wider, lengths, target), scores)
