"""layer_norms and initialize: what they measure and set, and what they leave alone."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import models
from dlcourse.inspection.diagnostics import layer_norms, rms
from dlcourse.models import initialize


@pytest.mark.parametrize("inplace", [False, True])
def test_layer_norms_equal_a_computation_by_hand(inplace):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(inplace=inplace), nn.Linear(4, 3))
    x, y = torch.randn(6, 5), torch.randint(3, (6,))
    z1 = model[0](x)
    z2 = F.linear(z1.relu(), model[2].weight, model[2].bias)
    parts = torch.autograd.grad(F.cross_entropy(z2, y), [z1, z2, model[0].weight, model[2].weight])
    found = layer_norms(model, x, y)
    assert found.names == ["0", "2"]
    assert found.outputs == pytest.approx([rms(z1), rms(z2)])
    assert found.output_gradients == pytest.approx([rms(parts[0]), rms(parts[1])])
    assert found.weight_gradients == pytest.approx([p.norm().item() for p in parts[2:]])


def test_layer_norms_leave_gradients_and_hooks_alone():
    model = models.LeNet()
    before = torch.randn_like(model.conv1.weight)
    model.conv1.weight.grad = before.clone()
    found = layer_norms(model, torch.randn(4, 1, 28, 28), torch.randint(10, (4,)))
    assert found.names == ["conv1", "conv2", "linear1", "linear2", "linear3"]
    assert torch.equal(model.conv1.weight.grad, before)
    assert model.linear1.weight.grad is None
    assert not any(module._forward_hooks for module in model.modules())


def test_layer_norms_see_what_float32_squares_cannot():
    model = initialize(models.MLP([4, 4, 2]), partial(nn.init.constant_, val=1e-25))
    found = layer_norms(model, torch.ones(2, 4), torch.tensor([0, 1]))
    assert 0 < found.outputs[0] < 1e-24


def test_layer_norms_of_another_loss():
    model = models.MLP([3, 2, 1])
    found = layer_norms(model, torch.randn(5, 3), torch.randn(5, 1), loss=F.mse_loss)
    assert len(found.weight_gradients) == 2


def test_layer_norms_refuse():
    with pytest.raises(ValueError, match="no linear or convolutional layer"):
        layer_norms(nn.Flatten(), torch.randn(2, 3), torch.tensor([0, 1]))
    shared = nn.Linear(3, 3)
    model = nn.Sequential(shared, nn.Tanh(), shared)
    with pytest.raises(ValueError, match="'0' is used twice"):
        layer_norms(model, torch.randn(2, 3), torch.tensor([0, 1]))
    assert not shared._forward_hooks


def test_initialize_fills_weights_and_clears_biases():
    model = initialize(models.LeNet(), partial(nn.init.constant_, val=2.0))
    for name, parameter in model.named_parameters():
        assert (parameter == (2.0 if name.endswith("weight") else 0.0)).all(), name
    assert initialize(nn.Linear(2, 2, bias=False), nn.init.zeros_).weight.abs().sum() == 0
    with pytest.raises(ValueError, match="no linear"):
        initialize(nn.ReLU(), nn.init.zeros_)
