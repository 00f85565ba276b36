"""The code that the chapter writes from scratch does what its library twins do."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import models
from dlcourse.inspection import diagnostics
from tests.chapters import definitions

chapter = definitions("gradients")


def same_draw(ours, twin, shape):
    torch.manual_seed(3)
    a = ours(torch.empty(shape))
    torch.manual_seed(3)
    torch.testing.assert_close(a, twin(torch.empty(shape)))


def test_initializations_equal_torch(rng):
    shape = rng.randint(1, 40), rng.randint(1, 40)
    slope = rng.choice([0.0, 0.01, 0.5])
    same_draw(chapter.xavier_uniform_, nn.init.xavier_uniform_, shape)
    same_draw(
        partial(chapter.kaiming_normal_, slope=slope),
        partial(nn.init.kaiming_normal_, a=slope, nonlinearity="leaky_relu"),
        shape,
    )


def test_orthogonal_equals_torch(rng):
    n = rng.randint(1, 12)
    same_draw(chapter.orthogonal_, nn.init.orthogonal_, (n + rng.randint(0, 5), n))
    wide = chapter.orthogonal_(torch.empty(n, n + 4))
    torch.testing.assert_close(wide @ wide.T, torch.eye(n), atol=1e-5, rtol=0)


def test_signal_sizes_equal_layer_norms(rng):
    sizes = [rng.randint(1, 9) for _ in range(rng.randint(2, 5))]
    model = models.MLP(sizes, activation=rng.choice([nn.ReLU, nn.Tanh, nn.Sigmoid]))
    x, y = torch.randn(7, sizes[0]), torch.randint(sizes[-1], (7,))
    outputs, gradients = chapter.signal_sizes(model, x, y)
    twin = diagnostics.layer_norms(model, x, y)
    assert outputs == pytest.approx(twin.outputs)
    assert gradients == pytest.approx(twin.weight_gradients, abs=1e-12)


def test_clipping_equals_torch(rng):
    sizes = [rng.randint(1, 9) for _ in range(3)]
    ours, twin = models.MLP(sizes), models.MLP(sizes)
    twin.load_state_dict(ours.state_dict())
    bound = rng.choice([0.01, 0.5, 100.0])
    x, y = torch.randn(6, sizes[0]), torch.randint(sizes[-1], (6,))
    for model in (ours, twin):
        (10 * F.cross_entropy(model(x), y)).backward()
    torch.testing.assert_close(
        chapter.clip_by_norm(ours.parameters(), bound),
        nn.utils.clip_grad_norm_(twin.parameters(), bound),
    )
    for a, b in zip(ours.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-5, rtol=1e-4)


def test_clipping_skips_parameters_without_gradient():
    used, idle = (torch.ones(2, requires_grad=True) for _ in range(2))
    used.grad = torch.tensor([3.0, 4.0])
    assert chapter.clip_by_norm([used, idle], 1.0) == 5
    torch.testing.assert_close(used.grad, torch.tensor([0.6, 0.8]))
    assert idle.grad is None
    assert chapter.clip_by_norm([idle], 1.0) == 0 == nn.utils.clip_grad_norm_([idle], 1.0)


def test_chain_gradient_is_the_derivative():
    w = torch.linspace(0.7, 1.1, 9, dtype=torch.float64, requires_grad=True)
    (expected,) = torch.autograd.grad(((w**30 - 2) ** 2 / 2).sum(), w)
    torch.testing.assert_close(chapter.chain_gradient(w.detach()), expected)
