"""The code that the chapter writes from scratch does what its library twins do."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import models
from tests.chapters import definitions

chapter = definitions("residual-networks")


def copy_in_order(target, source):
    """Weights and buffers of a twin whose layers have other names but the same order."""
    values = source.state_dict().values()
    target.load_state_dict(dict(zip(target.state_dict(), values, strict=True)))


def random_shape(rng):
    N, C = rng.randint(2, 9), rng.randint(1, 7)
    return (N, C) if rng.random() < 0.4 else (N, C, rng.randint(1, 6), rng.randint(1, 6))


def test_batch_norm_function_equals_torch(rng):
    x = 5 + 3 * torch.randn(random_shape(rng), dtype=torch.float64)
    weight, bias = torch.randn(2, x.shape[1], dtype=torch.float64)
    a, b = (x.clone().requires_grad_() for _ in range(2))
    ours = chapter.batch_norm(a, weight, bias, eps=1e-3)
    twin = F.batch_norm(b, None, None, weight, bias, training=True, eps=1e-3)
    torch.testing.assert_close(ours, twin)
    ours.pow(3).sum().backward()
    twin.pow(3).sum().backward()
    torch.testing.assert_close(a.grad, b.grad)


def test_batch_norm_module_equals_torch_in_both_modes(rng):
    shape, momentum = random_shape(rng), rng.random()
    layer = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
    ours, twin = chapter.BatchNorm(shape[1], 1e-4, momentum), layer(shape[1], 1e-4, momentum)
    for module in (ours, twin):
        module.load_state_dict(
            {"weight": torch.linspace(1, 2, shape[1]), "bias": torch.linspace(-1, 1, shape[1])},
            strict=False,
        )
    for _ in range(5):
        x = rng.uniform(-5, 5) + 3 * torch.randn(shape)
        torch.testing.assert_close(ours(x), twin(x), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(ours.running_mean, twin.running_mean)
    torch.testing.assert_close(ours.running_var, twin.running_var)
    torch.testing.assert_close(ours.eval()(x), twin.eval()(x))
    assert {n for n, _ in ours.named_parameters()} == {"weight", "bias"}


def test_layer_norm_equals_torch(rng):
    N, D = rng.randint(1, 8), rng.randint(2, 9)
    x, weight, bias = torch.randn(N, D), torch.randn(D), torch.randn(D)
    torch.testing.assert_close(
        chapter.layer_norm(x, weight, bias), F.layer_norm(x, (D,), weight, bias)
    )


def test_residual_block_equals_the_library(rng):
    before, after, stride = rng.randint(1, 6), rng.randint(1, 6), rng.choice([1, 2])
    ours, twin = chapter.Residual(before, after, stride), models.BasicBlock(before, after, stride)
    copy_in_order(twin, ours)
    x = torch.randn(3, before, rng.randint(2, 9), rng.randint(2, 9))
    for mode in (True, False):
        torch.testing.assert_close(ours.train(mode)(x), twin.train(mode)(x))


def test_plain_block_equals_the_library(rng):
    before, after = rng.randint(1, 6), rng.randint(1, 6)
    ours, twin = chapter.Plain(before, after), models.BasicBlock(before, after, shortcut=False)
    copy_in_order(twin, ours)
    x = torch.randn(3, before, 5, 6)
    torch.testing.assert_close(ours(x), twin(x))


def test_resnet18_equals_the_library():
    torch.manual_seed(0)
    ours, twin = chapter.resnet18(10, 1), models.resnet18(num_classes=10, in_channels=1)
    copy_in_order(twin, ours)
    x = torch.randn(2, 1, 40, 33)
    for mode in (True, False):
        torch.testing.assert_close(ours.train(mode)(x), twin.train(mode)(x))
    weighted = [m for m in ours.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert sum(getattr(m, "kernel_size", None) != (1, 1) for m in weighted) == 18


def test_dense_block_and_transition_equal_the_library(rng):
    before, growth, count = rng.randint(1, 5), rng.randint(1, 5), rng.randint(1, 4)
    ours, twin = chapter.DenseBlock(before, growth, count), models.DenseBlock(count, before, growth)
    copy_in_order(twin, ours)
    x = torch.randn(3, before, 6, 7)
    torch.testing.assert_close(ours(x), twin(x))
    out = before + count * growth
    reduce, twin = chapter.transition(out, out // 2 + 1), models.Transition(out, out // 2 + 1)
    copy_in_order(twin, reduce)
    torch.testing.assert_close(reduce(ours(x)), twin(ours(x)))


def test_towers_differ_only_in_their_shortcuts():
    plain, residual = (chapter.tower(b, 3) for b in (chapter.Plain, chapter.Residual))
    assert list(plain.state_dict()) == list(residual.state_dict())
    assert residual(torch.randn(2, 1, 28, 28)).shape == (2, 10)


def test_accuracy_leaves_the_model_as_it_is():
    model = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(4), nn.Linear(4, 3)).train()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    batches = [(torch.randn(5, 1, 2, 2), torch.randint(3, (5,)))]
    right = (model.eval()(batches[0][0]).argmax(1) == batches[0][1]).float().mean().item()
    assert chapter.accuracy(model, batches) == pytest.approx(right)
    chapter.accuracy(model.train(), batches)
    assert all(v.equal(before[k]) for k, v in model.state_dict().items())


def test_a_network_of_the_chapter_learns_with_batch_norm_only():
    torch.manual_seed(0)
    x = torch.randn(200, 1, 28, 28)
    y = (x.mean(dim=(1, 2, 3)) > 0).long()
    losses = {}
    for name, norm in (("without", None), ("with", nn.BatchNorm1d)):
        model = chapter.mlp(norm)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
        for _ in range(30):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        losses[name] = loss.item()
    assert losses["with"] < 0.3 < 0.6 < losses["without"]


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_one_number_per_channel_is_refused_and_remembered_nowhere(shape):
    ours, x = chapter.BatchNorm(3), torch.randn(shape)
    for refuse in (ours, lambda x: chapter.batch_norm(x, torch.ones(3), torch.zeros(3))):
        with pytest.raises(ValueError, match="one number per channel"):
            refuse(x)
    assert ours.running_var.equal(torch.ones(3))
    assert ours.running_mean.equal(torch.zeros(3))
    assert ours.eval()(x).isfinite().all()
    assert chapter.BatchNorm(3)(torch.randn(1, 3, 2, 1)).isfinite().all()


def test_shrinking_the_features_of_a_tower_changes_their_size_alone():
    torch.manual_seed(0)
    x = torch.randn(16, 1, 28, 28)
    chapter.resized.__globals__["valid"] = [(x, None)]
    model = chapter.resized(chapter.Residual, 3, 0.5)
    assert chapter.feature_size(model, x) == pytest.approx(0.5, rel=1e-5)
    whole = nn.Sequential(*model[:-2], nn.Identity(), model[-1])
    ratio = 0.5 / chapter.feature_size(whole, x)
    torch.testing.assert_close(model[:-1](x), ratio * whole[:-1](x))
