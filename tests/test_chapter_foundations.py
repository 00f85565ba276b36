"""The code that the chapter writes from scratch does what its library twins do."""

import math
import random

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.chapters import definitions

chapter = definitions("foundations")


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def test_linear_equals_the_layer(rng):
    N, D, H = (rng.randint(1, 9) for _ in range(3))
    layer, x = nn.Linear(D, H), torch.randn(N, D)
    torch.testing.assert_close(chapter.linear(x, layer.weight.T, layer.bias), layer(x))


def test_sigmoid_equals_torchs():
    z = torch.linspace(-80, 80, 101)
    torch.testing.assert_close(chapter.sigmoid(z), torch.sigmoid(z))


def test_line_gradient_equals_autograd(rng):
    N, D = rng.randint(1, 20), rng.randint(1, 5)
    x, y, w, b = randn(N, D), randn(N), randn(D).requires_grad_(), randn(()).requires_grad_()
    expected = torch.autograd.grad(F.mse_loss(x @ w + b, y) / 2, (w, b))
    for ours, theirs in zip(chapter.line_gradient(x, y, w, b), expected, strict=True):
        torch.testing.assert_close(ours.detach(), theirs)


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_softmax_and_cross_entropy_equal_torchs_at_any_size(rng, size):
    N, V = rng.randint(1, 9), rng.randint(1, 9)
    o, y = size * torch.randn(N, V), torch.randint(V, (N,))
    torch.testing.assert_close(chapter.softmax(o), o.softmax(1))
    torch.testing.assert_close(chapter.cross_entropy(o, y), F.cross_entropy(o, y))


def graph(make, rng):
    """A random graph of numbers above zero, built by ``make``: leaves and result."""
    leaves = [make(rng.uniform(0.5, 2)) for _ in range(4)]
    nodes = list(leaves)
    for _ in range(25):
        a, b = rng.choice(nodes), rng.choice(nodes)
        nodes.append(
            rng.choice(
                [
                    lambda a=a, b=b: a + b,
                    lambda a=a: a * make(0.5),
                    lambda a=a, b=b: (a * b + make(1.0)).log(),
                    lambda a=a: (a * make(-1.0)).exp(),
                    lambda a=a: (a + make(-1.0)).relu() + make(0.1),
                ]
            )()
        )
    total = nodes[0]
    for node in nodes[1:]:
        total = total + node
    return leaves, total


@pytest.mark.parametrize("seed", range(20))
def test_scalar_graphs_equal_autograd(seed):
    ours, loss = graph(chapter.Value, random.Random(seed))
    loss.backward()
    theirs, expected = graph(
        lambda v: torch.tensor(v, dtype=torch.float64, requires_grad=True), random.Random(seed)
    )
    expected.backward()
    assert loss.data == pytest.approx(expected.item())
    for value, tensor in zip(ours, theirs, strict=True):
        gradient = 0.0 if tensor.grad is None else tensor.grad.item()
        assert value.grad == pytest.approx(gradient)


def test_topological_order_puts_parents_first():
    a = chapter.Value(1)
    b = a + a
    c = b * a
    assert chapter.topological(c) == [a, b, c]


@pytest.mark.parametrize("shape", [(3, 4), (4,), (1, 4), (3, 1), (1, 1)])
@pytest.mark.parametrize("operation", [lambda a, b: a + b, lambda a, b: a * b])
def test_broadcast_gradients_equal_autograd(shape, operation):
    a, b = randn(3, 4), randn(*shape)
    left, right = chapter.Node(a), chapter.Node(b)
    out = operation(left, right)
    total = out.sum(0).sum(1)
    total.backward()
    a, b = a.clone().requires_grad_(), b.clone().requires_grad_()
    operation(a, b).sum().backward()
    torch.testing.assert_close(left.grad, a.grad)
    torch.testing.assert_close(right.grad, b.grad)


def test_a_network_of_nodes_equals_autograd(rng):
    N, D, H, V = (rng.randint(1, 7) for _ in range(4))
    weights = [randn(D, H), randn(1, H), randn(H, V), randn(1, V)]
    x, y = 30 * randn(N, D), torch.randint(V, (N,))
    ours = [chapter.Node(w) for w in weights]
    loss = chapter.mean_cross_entropy(chapter.two_layers(chapter.Node(x), *ours), y)
    loss.backward()
    theirs = [w.clone().requires_grad_() for w in weights]
    expected = F.cross_entropy(chapter.two_layers(x, *theirs), y)
    expected.backward()
    torch.testing.assert_close(loss.data[0, 0], expected.detach())
    for node, tensor in zip(ours, theirs, strict=True):
        torch.testing.assert_close(node.grad, tensor.grad)


def test_numeric_gradient_equals_autograd(rng):
    w = randn(rng.randint(1, 4), rng.randint(1, 4))
    kept = w.clone()
    found = chapter.numeric_gradient(lambda: w.sin().prod().item(), w, 1e-6)
    assert torch.equal(w, kept)
    leaf = w.clone().requires_grad_()
    leaf.sin().prod().backward()
    torch.testing.assert_close(found, leaf.grad, atol=1e-8, rtol=1e-6)


def test_the_solution_of_xor():
    corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    out = chapter.hidden(corners) @ torch.tensor([1.0, -2.0])
    assert out.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_new_weights_have_the_promised_size():
    W1, b1, W2, b2 = chapter.new_weights(3)
    assert [tuple(w.shape) for w in (W1, b1, W2, b2)] == [(784, 256), (256,), (256, 10), (10,)]
    assert W1.std().item() == pytest.approx(math.sqrt(2 / 784), rel=0.02)
