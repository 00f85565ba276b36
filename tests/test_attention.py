"""Attention: equal to torch where torch has it, right at the edges, clear about bad input."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse.models import AdditiveAttention, DotProductAttention, masked_softmax


@pytest.fixture(params=range(5))
def sizes(request):
    """N, T, S, Q, K, D: random sizes that are the same in every run."""
    torch.manual_seed(request.param)
    return torch.randint(1, 7, (6,)).tolist()


def test_masked_softmax_without_a_mask_is_softmax():
    scores = torch.randn(2, 3, 5)
    assert masked_softmax(scores).equal(scores.softmax(dim=-1))
    assert masked_softmax(torch.tensor([1.0, 1.0])).tolist() == [0.5, 0.5]


def test_masked_softmax_is_softmax_over_what_is_left(sizes):
    N, T, S, *_ = sizes
    scores, mask = 5 * torch.randn(N, T, S), torch.rand(N, T, S) < 0.6
    weights = masked_softmax(scores, mask)
    for row, left, got in zip(
        scores.view(-1, S), mask.view(-1, S), weights.view(-1, S), strict=True
    ):
        torch.testing.assert_close(got[left], row[left].softmax(dim=0))
        assert (got[~left] == 0).all()


def test_lengths_are_a_mask_of_the_first_keys():
    scores = torch.randn(3, 2, 4, 5)  # (N, heads, T, S)
    lengths = torch.tensor([5, 0, 2])
    first = torch.arange(5) < lengths[:, None]  # (N, S)
    assert masked_softmax(scores, lengths).equal(masked_softmax(scores, first[:, None, None]))
    each = torch.randint(6, (3, 4))  # (N, T)
    first = torch.arange(5) < each[..., None]  # (N, T, S)
    assert masked_softmax(scores, each).equal(masked_softmax(scores, first[:, None]))
    flat = torch.randn(3, 5)
    assert masked_softmax(flat, lengths)[0].equal(flat[0].softmax(dim=0))
    assert masked_softmax(flat, lengths)[2, 2:].tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_fully_masked_row_has_weights_and_gradients_of_zero(dtype):
    scores = torch.tensor([[1.0, 60000.0, -60000.0]] * 2, dtype=dtype, requires_grad=True)
    weights = masked_softmax(scores, torch.tensor([0, 3]))
    assert weights.dtype == dtype
    assert weights.tolist() == [[0, 0, 0], [0, 1, 0]]
    (weights * torch.arange(3)).sum().backward()
    assert (scores.grad == 0).all()


def test_what_is_masked_does_not_matter_even_if_it_is_not_finite():
    scores = torch.tensor([[1.0, 2.0, math.nan, math.inf]], requires_grad=True)
    weights = masked_softmax(scores, torch.tensor([2]))
    torch.testing.assert_close(weights[0, :2], torch.tensor([1.0, 2.0]).softmax(dim=0))
    weights[0, 0].backward()
    assert scores.grad.isfinite().all()


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (torch.ones(2, 5), TypeError, "lengths"),
        (torch.ones(2, 4, dtype=torch.bool), ValueError, r"\(2, 4\) does not broadcast"),
        (torch.tensor([1, 2, 3]), ValueError, r"lengths must have shape \(2,\) or \(2, 3\)"),
        (torch.tensor([6, 1]), ValueError, r"lie in 0 … 5.*got 6"),
        (torch.tensor([1, -1]), ValueError, "got -1"),
    ],
)
def test_masked_softmax_refuses(mask, error, message):
    with pytest.raises(error, match=message):
        masked_softmax(torch.zeros(2, 3, 5), mask)


def test_masked_softmax_refuses_scores():
    with pytest.raises(TypeError, match="floating point"):
        masked_softmax(torch.zeros(2, 3, dtype=torch.int64))
    with pytest.raises(ValueError, match="single number"):
        masked_softmax(torch.tensor(1.0))
    with pytest.raises(ValueError, match="batch"):
        masked_softmax(torch.zeros(3), torch.tensor([2]))


@pytest.mark.parametrize("masked", [False, True])
def test_dot_product_equals_torch(sizes, masked):
    N, T, S, Q, _, D = sizes
    shapes = (N, T, Q), (N, S, Q), (N, S, D)
    ours = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    theirs = [x.detach().clone().requires_grad_() for x in ours]
    mask = torch.rand(N, T, S) < 0.5 if masked else None  # rows without any key among them
    output, weights = DotProductAttention()(*ours, mask)
    twin = F.scaled_dot_product_attention(*theirs, attn_mask=mask)
    torch.testing.assert_close(output, twin)
    expected = torch.ones(N, T).double() if mask is None else mask.any(dim=-1).double()
    torch.testing.assert_close(weights.sum(dim=-1), expected)
    output.square().sum().backward()
    twin.square().sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a.grad, b.grad)


def test_dot_product_with_lengths_and_heads():
    query, key, value = (torch.randn(3, 2, n, 4) for n in (5, 6, 6))  # (N, heads, T or S, d)
    lengths = torch.tensor([6, 1, 3])
    mask = (torch.arange(6) < lengths[:, None])[:, None, None]
    output, weights = DotProductAttention()(query, key, value, lengths)
    twin = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    torch.testing.assert_close(output, twin)
    assert weights.shape == (3, 2, 5, 6)


def test_additive_by_a_loop(sizes):
    N, T, S, Q, K, D = sizes
    layer = AdditiveAttention(Q, K, 4)
    query, key, value = torch.randn(N, T, Q), torch.randn(N, S, K), torch.randn(N, S, D)
    output, weights = layer(query, key, value)
    for n in range(N):
        for t in range(T):
            hidden = [layer.W_q(query[n, t]) + layer.W_k(key[n, s]) for s in range(S)]
            scores = torch.stack([layer.v(h.tanh())[0] for h in hidden])
            torch.testing.assert_close(weights[n, t], scores.softmax(dim=0))
            torch.testing.assert_close(output[n, t], scores.softmax(dim=0) @ value[n])
    assert output.shape == (N, T, D)
    assert sum(p.numel() for p in layer.parameters()) == 4 * Q + 4 * K + 4


@pytest.mark.parametrize("layer", [DotProductAttention(), AdditiveAttention(4, 4, 8)])
def test_padding_changes_nothing(layer):
    query, key, value = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 6)
    longer = [F.pad(x, (0, 0, 0, 2), value=7.0) for x in (key, value)]
    output, weights = layer(query, key, value)
    padded, wider = layer(query, *longer, torch.tensor([5, 5]))
    torch.testing.assert_close(padded, output)
    torch.testing.assert_close(wider[..., :5], weights)
    nothing, _ = layer(query, key, value, torch.tensor([0, 5]))
    assert (nothing[0] == 0).all()


def test_keys_projected_once_give_the_same():
    layer = AdditiveAttention(3, 5, 8)
    query, key, value = torch.randn(2, 4, 3), torch.randn(2, 6, 5), torch.randn(2, 6, 7)
    output, weights = layer.attend(query, layer.project_keys(key), value)
    assert output.equal(layer(query, key, value)[0])
    assert weights.equal(layer(query, key, value)[1])


def test_dropout_acts_on_the_weights_in_training_only():
    layer = DotProductAttention(dropout=0.5)
    query, key, value = torch.randn(50, 4, 3), torch.randn(50, 6, 3), torch.ones(50, 6, 1)
    output, weights = layer(query, key, value)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(50, 4))
    assert output.std() > 0.1  # of weights that no longer sum to 1
    layer.eval()
    torch.testing.assert_close(layer(query, key, value)[0], torch.ones(50, 4, 1))


def test_layers_refuse():
    x = torch.zeros(2, 3, 4)
    with pytest.raises(ValueError, match=r"query must have shape \(…, 5\)"):
        DotProductAttention()(x, torch.zeros(2, 3, 5), x)
    with pytest.raises(ValueError, match=r"key must have shape \(…, 5\)"):
        AdditiveAttention(4, 5, 8)(x, x, x)
    with pytest.raises(ValueError, match=r"query must have shape \(…, 5\)"):
        AdditiveAttention(5, 4, 8)(x, x, x)
    with pytest.raises(ValueError, match="3 keys and 2 values"):
        DotProductAttention()(x, x, torch.zeros(2, 2, 4))
    with pytest.raises(ValueError, match="hidden_size must be a positive whole number, got 0"):
        AdditiveAttention(5, 4, 0)
    with pytest.raises(ValueError, match="dropout"):
        DotProductAttention(dropout=1.5)


def test_layers_are_what_a_module_is():
    layer = AdditiveAttention(4, 5, 8)
    assert set(layer.state_dict()) == {"W_q.weight", "W_k.weight", "v.weight"}
    assert isinstance(DotProductAttention(), nn.Module)
    assert not list(DotProductAttention().parameters())
