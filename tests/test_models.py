"""Each network equals the same network written out by hand, with copied weights."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import models, seed_everything


def test_lenet_has_the_parameters_of_the_paper():
    assert sum(p.numel() for p in models.LeNet().parameters()) == 61_706


def test_lenet_equals_functional_calls():
    seed_everything(0)
    model, x = models.LeNet(activation=nn.Sigmoid, pool=nn.AvgPool2d), torch.randn(3, 1, 28, 28)
    W = model.state_dict()
    h = F.conv2d(x, W["conv1.weight"], W["conv1.bias"], padding=2).sigmoid()
    h = F.conv2d(F.avg_pool2d(h, 2), W["conv2.weight"], W["conv2.bias"]).sigmoid()
    h = F.avg_pool2d(h, 2).reshape(3, -1)
    for name in ("linear1", "linear2", "linear3"):
        h = h @ W[f"{name}.weight"].T + W[f"{name}.bias"]
        if name != "linear3":
            h = h.sigmoid()
    torch.testing.assert_close(model(x), h)


@pytest.mark.parametrize(("C", "V", "N"), [(1, 10, 1), (3, 100, 4)])
def test_lenet_shapes(C, V, N):
    assert models.LeNet(V, C)(torch.zeros(N, C, 28, 28)).shape == (N, V)


@pytest.mark.parametrize("kw", [{"num_classes": 0}, {"in_channels": 1.5}, {"in_channels": -1}])
def test_lenet_refuses_bad_numbers(kw):
    with pytest.raises(ValueError, match=next(iter(kw))):
        models.LeNet(**kw)


@pytest.mark.parametrize("shape", [(4, 28, 28), (4, 3, 28, 28), (4, 1, 32, 32), (784,)])
def test_lenet_names_the_wrong_shape(shape):
    with pytest.raises(ValueError, match=r"\(N, 1, 28, 28\)"):
        models.LeNet()(torch.zeros(shape))


@pytest.mark.parametrize("model", [models.LeNet(), models.MLP((784, 10))])
def test_raw_uint8_images_are_refused(model):
    with pytest.raises(TypeError, match=r"floating point, got torch\.uint8"):
        model(torch.zeros(2, 1, 28, 28, dtype=torch.uint8))


def test_mlp_equals_matrix_products():
    seed_everything(0)
    model, x = models.MLP((12, 7, 5, 3), activation=nn.Tanh), torch.randn(4, 3, 2, 2)
    W, h = model.state_dict(), x.reshape(4, 12)
    for i in (1, 2, 3):
        h = h @ W[f"linear{i}.weight"].T + W[f"linear{i}.bias"]
        if i < 3:
            h = h.tanh()
    torch.testing.assert_close(model(x), h)


def test_mlp_drops_out_after_each_hidden_activation_only():
    model = models.MLP((4, 8, 8, 2), dropout=(0.25, 0.5))
    names = [name for name, _ in model.named_children()]
    expected = "flatten linear1 activation1 dropout1 linear2 activation2 dropout2 linear3"
    assert " ".join(names) == expected
    assert [m.p for m in model.children() if isinstance(m, nn.Dropout)] == [0.25, 0.5]
    x = torch.randn(64, 4)
    assert not torch.equal(model.train()(x), model(x))
    assert torch.equal(model.eval()(x), model(x))


def test_mlp_in_training_equals_hand_written_dropout():
    seed_everything(0)
    model, x = models.MLP((6, 50, 2), dropout=0.4), torch.randn(9, 6)
    torch.manual_seed(1)
    out = model(x)
    torch.manual_seed(1)
    h = (x @ model.linear1.weight.T + model.linear1.bias).relu()
    mask = F.dropout(torch.ones_like(h), 0.4)  # 0 or 1/(1-p)
    expected = (h * mask) @ model.linear2.weight.T + model.linear2.bias
    torch.testing.assert_close(out, expected)


def test_mlp_weights_carry_over_between_dropout_rates():
    a, b = models.MLP((4, 8, 2), dropout=0.5), models.MLP((4, 8, 2))
    b.load_state_dict(a.state_dict())
    x = torch.randn(3, 4)
    assert torch.equal(a.eval()(x), b(x))


def test_mlp_without_hidden_layer_is_linear():
    model = models.MLP((4, 2))
    assert [name for name, _ in model.named_children()] == ["flatten", "linear1"]


@pytest.mark.parametrize("sizes", [(), (5,), (5, 0), (5, 2.0), (-1, 3)])
def test_mlp_refuses_sizes(sizes):
    with pytest.raises(ValueError, match="at least two positive whole numbers"):
        models.MLP(sizes)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), (0.5, 2.0)])
def test_mlp_refuses_probabilities(p):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        models.MLP((4, 8, 8, 2), dropout=p)


def test_mlp_probability_is_checked_without_hidden_layers():
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        models.MLP((4, 2), dropout=1.5)


def test_mlp_refuses_wrong_number_of_probabilities():
    with pytest.raises(ValueError, match="2 hidden layers need as many"):
        models.MLP((4, 8, 8, 2), dropout=(0.5,))


@pytest.mark.parametrize("shape", [(5, 3), (4,), (2, 1, 5)])
def test_mlp_names_the_wrong_shape(shape):
    with pytest.raises(ValueError, match="4 features an example"):
        models.MLP((4, 2))(torch.zeros(shape))
