"""The code that the chapter writes from scratch does what its library twins do."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import models, training
from tests.chapters import definitions

chapter = definitions("fine-tuning")


def frozen_at_random(rng, model):
    """Freezes some of the parts of a network in the same way each time."""
    for part in model:
        if rng.random() < 0.5:
            part.requires_grad_(False)
    return model


def test_training_mode_equals_the_library_s(rng):
    model = frozen_at_random(rng, chapter.network(5, width=2))
    twin = copy.deepcopy(model)
    chapter.training_mode(model)
    training.training_mode(twin)
    modes = [module.training for module in model.modules()]
    assert modes == [module.training for module in twin.modules()]
    x = torch.rand(6, 1, 14, 14)
    torch.testing.assert_close(model(x), twin(x))
    for one, other in zip(model.buffers(), twin.buffers(), strict=True):
        torch.testing.assert_close(one, other)


def test_freezing_equals_the_library_s():
    model, twin = chapter.network(5, width=2), chapter.network(5, width=2)
    chapter.freeze(model[1])
    training.freeze(twin[1])
    wanted = [p.requires_grad for p in model.parameters()]
    assert wanted == [p.requires_grad for p in twin.parameters()]
    assert wanted.count(False) == len(list(model[1].parameters()))


def test_a_new_head_equals_the_library_s(rng):
    classes = rng.randint(1, 9)
    source = chapter.network(7, width=2)
    model = chapter.carry(source, classes, seed=3)
    twin = copy.deepcopy(source)
    torch.manual_seed(3)
    models.replace_head(twin, classes)
    x = torch.rand(4, 1, 14, 14)
    torch.testing.assert_close(model.eval()(x), twin.eval()(x))
    assert model(x).shape == (4, classes)
    assert source(x).shape == (4, 7)


def test_rates_by_depth_equal_the_library_s(rng):
    parts = list(chapter.network(3, width=2))[: rng.randint(1, 4)]
    lr, decay = rng.uniform(0.001, 1), rng.uniform(0.1, 1)
    ours = chapter.rates_by_depth(parts, lr, decay)
    twins = training.rates_by_depth(parts, lr, decay)
    for one, other in zip(ours, twins, strict=True):
        assert one["lr"] == pytest.approx(other["lr"])
        assert all(a is b for a, b in zip(one["params"], other["params"], strict=True))


def test_frozen_blocks_computed_once_are_frozen_blocks():
    """Training above stored features is training in `training_mode` with frozen blocks."""
    torch.manual_seed(0)
    source = chapter.network(5, width=2)
    x, y = torch.rand(40, 1, 14, 14), torch.randint(10, (40,))
    source(x)  # statistics that are not those of the start
    for blocks in (1, 3):
        once = chapter.frozen_below(source, x, y, 0.01, seed=4, blocks=blocks)
        each = chapter.carry(source, 10, seed=4)
        training.freeze(each[:blocks])
        chapter.train(each, x, y, chapter.everything(each[blocks:], 0.01), seed=4)
        torch.testing.assert_close(once(x), each(x), rtol=1e-3, atol=1e-3)


def test_adapted_layer_equals_the_library_s(rng):
    D, K = rng.randint(2, 9), rng.randint(2, 9)
    rank, alpha = rng.randint(1, min(D, K)), rng.uniform(0.5, 16)
    ours = chapter.LoRALinear(nn.Linear(D, K), rank, alpha)
    twin = models.LoRALinear(nn.Linear(D, K), rank, alpha)
    nn.init.normal_(ours.B)
    twin.load_state_dict(ours.state_dict())
    x = torch.randn(3, D)
    torch.testing.assert_close(ours(x), twin(x))
    torch.testing.assert_close(ours.merged()(x), ours(x), rtol=1e-4, atol=1e-4)
    for layer in (ours, twin):
        layer(x).square().sum().backward()
        assert layer.linear.weight.grad is None
    torch.testing.assert_close(ours.A.grad, twin.A.grad)
    torch.testing.assert_close(ours.B.grad, twin.B.grad)


def test_a_probe_minimizes_the_penalized_squares():
    torch.manual_seed(0)
    labels = torch.arange(30) % 3
    features = torch.randn(30, 4) + 3 * torch.eye(4)[labels]
    data = (features, labels)
    assert chapter.probe(data, data, data, 3) > 0.9
    shuffled = (features, labels.roll(1))
    assert chapter.probe(data, data, shuffled, 3) < 0.2


def test_few_are_of_each_class_and_of_the_seed():
    data = torch.arange(200.0)[:, None], torch.arange(200) % 10
    x, y = chapter.few(data, 3, seed=1)
    assert y.bincount().tolist() == [3] * 10
    assert torch.equal(y, x[:, 0].long() % 10)
    assert len(set(x[:, 0].tolist())) == 30
    assert torch.equal(chapter.few(data, 3, seed=1)[0], x)
    assert not torch.equal(chapter.few(data, 3, seed=2)[0], x)
    more = chapter.few(data, 5, seed=1)[0]
    assert set(x[:, 0].tolist()) <= set(more[:, 0].tolist())


def test_perplexity_of_a_model_that_knows_nothing():
    class Uniform(nn.Module):
        def forward(self, x):
            return torch.zeros(x.shape[0], 7, x.shape[1])

    text = torch.randint(7, (100,))
    assert chapter.perplexity(Uniform(), text, T=8, count=5) == pytest.approx(7, rel=1e-4)


def test_windows_are_pieces_of_the_text_and_what_follows():
    text = torch.arange(50)
    x, y = chapter.windows(text, 6, T=5)
    assert x.shape == (6, 5)
    assert torch.equal(y, x + 1)
    assert torch.equal(x, x[:, :1] + torch.arange(5))


def test_torchvision_s_network_is_made_ready():
    from torchvision.models import resnet18

    network = resnet18()
    optimizer = chapter.for_new_classes(network, classes=7, lr=0.5)
    assert [g["lr"] for g in optimizer.param_groups] == pytest.approx(
        [0.5 * 0.4**k for k in (5, 4, 3, 2, 1, 0)]
    )
    trained = sum(len(g["params"]) for g in optimizer.param_groups)
    assert trained == len(list(network.parameters()))
    with torch.no_grad():
        assert network.eval()(torch.rand(1, 3, 32, 32)).shape == (1, 7)


def test_shuffling_moves_each_pixel(monkeypatch):
    order = torch.randperm(196)
    monkeypatch.setitem(chapter.shuffled.__globals__, "order", order)
    x, y = torch.rand(2, 1, 14, 14), torch.tensor([1, 2])
    moved, labels = chapter.shuffled((x, y))
    assert labels is y
    assert torch.equal(moved.flatten(1), x.flatten(1)[:, order])
    assert F.mse_loss(moved, x) > 0
