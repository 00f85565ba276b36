"""The code that the chapter writes from scratch does what its library twins do."""

import pytest
import torch
from sklearn import metrics as sklearn
from torch import nn
from torch.nn import functional as F

from dlcourse import metrics, models
from dlcourse.inspection.summary import summary
from tests.chapters import definitions

chapter = definitions("lenet")


def test_a_new_lenet_is_torch_s(rng):
    seed = rng.randint(0, 1000)
    torch.manual_seed(seed)
    ours = chapter.new_lenet()
    torch.manual_seed(seed)
    twin = models.LeNet().state_dict()
    assert list(ours) == list(twin)
    for name in twin:
        torch.testing.assert_close(ours[name], twin[name])


def test_lenet_equals_the_model_with_copied_weights(rng):
    weights = {name: 3 * t for name, t in chapter.new_lenet().items()}
    twin = models.LeNet()
    twin.load_state_dict(weights)
    x = torch.randn(rng.randint(1, 9), 1, 28, 28)
    leaves = {name: t.requires_grad_() for name, t in weights.items()}
    torch.testing.assert_close(chapter.lenet(x, leaves), twin(x))
    y = torch.randint(10, (len(x),))
    gradients = torch.autograd.grad(
        F.cross_entropy(chapter.lenet(x, leaves), y), list(leaves.values())
    )
    F.cross_entropy(twin(x), y).backward()
    for ours, parameter in zip(gradients, twin.parameters(), strict=True):
        torch.testing.assert_close(ours, parameter.grad, atol=1e-5, rtol=1e-4)


def test_costs_equal_the_summary(rng):
    c_in, c_out, k = (rng.randint(1, 9) for _ in range(3))
    conv = nn.Conv2d(c_in, c_out, k, stride=rng.randint(1, 3), padding=rng.randint(0, 4))
    [row] = summary(conv, (c_in, 20, 15))
    assert chapter.conv_cost(c_in, c_out, k, *row.output_size[1:]) == row[-2:]
    [row] = summary(nn.Linear(c_in, c_out), (c_in,))
    assert chapter.dense_cost(c_in, c_out) == row[-2:]


def test_confusion_matrix_equals_its_twins(rng):
    classes, n = rng.randint(2, 12), rng.randint(1, 60)
    scores, true = torch.randn(n, classes), torch.randint(classes, (n,))
    ours = chapter.confusion_matrix(scores.argmax(1), true, classes)
    assert torch.equal(ours, metrics.confusion_matrix(scores, true))
    twin = sklearn.confusion_matrix(true, scores.argmax(1), labels=range(classes))
    assert ours.tolist() == twin.tolist()


def test_recall_and_precision_equal_scikit_learn(rng):
    classes = rng.randint(2, 6)
    true, predicted = torch.randint(classes, (2, 50))
    ours = chapter.recall_and_precision(chapter.confusion_matrix(predicted, true, classes))
    for score, twin in zip(ours, (sklearn.recall_score, sklearn.precision_score), strict=True):
        expected = twin(
            true, predicted, labels=range(classes), average=None, zero_division=float("nan")
        )
        torch.testing.assert_close(score, torch.from_numpy(expected), equal_nan=True)


def test_worst_are_the_largest(rng):
    losses = torch.rand(rng.randint(3, 40))
    k = rng.randint(1, len(losses))
    chosen = chapter.worst(losses, k)
    torch.testing.assert_close(losses[chosen], losses.topk(k).values)


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("pool", [nn.AvgPool2d, nn.MaxPool2d])
def test_sigmoids_can_be_what_tanh_is(rng, centered, pool):
    source = models.LeNet(activation=nn.Tanh, pool=pool)
    for parameter in source.parameters():
        nn.init.normal_(parameter, std=0.3)
    before = {name: t.clone() for name, t in source.state_dict().items()}
    activation = chapter.CenteredSigmoid if centered else nn.Sigmoid
    target = chapter.in_sigmoid_coordinates(
        source, models.LeNet(activation=activation, pool=pool), centered
    )
    x = torch.randn(4, 1, 28, 28)
    torch.testing.assert_close(target.double()(x.double()), source(x).double(), atol=1e-3, rtol=0)
    assert not torch.equal(target.conv1.weight.float(), source.conv1.weight)
    for name, tensor in source.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_as_convolutions_reads_each_window_like_lenet(rng):
    model = models.LeNet(num_classes=rng.randint(2, 7))
    scanner = chapter.as_convolutions(model).cpu()
    x = torch.rand(2, 1, 28, 28)
    torch.testing.assert_close(scanner(x)[:, :, 0, 0], model(x))
    assert sum(p.numel() for p in scanner.parameters()) == sum(
        p.numel() for p in model.parameters()
    )
    # Windows in the middle of a larger image; black around each, as the first padding needs.
    large = torch.zeros(1, 1, 44, 52)
    large[:, :, 10:34, 14:38] = torch.rand(24, 24)
    scores = scanner(large)
    assert scores.shape == (1, model.linear3.out_features, 5, 7)
    torch.testing.assert_close(scores[:, :, 2, 3], model(large[:, :, 8:36, 12:40]))


def test_spread_sees_differences_only(rng):
    x = torch.randn(6, 3, 4)
    assert chapter.spread(x) == pytest.approx(x.double().std(0, correction=0).norm() / 12**0.5)
    assert chapter.spread(torch.ones(5, 2)) == 0
    model = models.LeNet(activation=nn.Sigmoid)
    images = torch.rand(5, 1, 28, 28)
    found = chapter.spreads(model, images)
    assert len(found) == 6
    assert found[0] == pytest.approx(chapter.spread(images))
    assert found[-1] == pytest.approx(chapter.spread(model(images)), rel=1e-4)


def test_neighbor_correlation_of_noise_and_of_a_constant():
    assert abs(chapter.neighbor_correlation(torch.randn(2000, 5, 5))) < 0.05
    assert chapter.neighbor_correlation(torch.ones(3, 5, 5)) == pytest.approx(1)


def test_a_local_layer_is_a_convolution_until_its_kernels_differ(rng):
    c_in, c_out, k = rng.randint(1, 3), rng.randint(1, 4), rng.choice([1, 3, 5])
    conv, x = nn.Conv2d(c_in, c_out, k, padding=1), torch.randn(2, c_in, 8, 8)
    side = conv(x).shape[2]
    local = chapter.Unshared(c_in, c_out, k, side, padding=1)
    with torch.no_grad():
        local.weight.copy_(conv.weight.flatten(1).T.expand_as(local.weight))
        local.bias.copy_(conv.bias.expand_as(local.bias))
        torch.testing.assert_close(local(x), conv(x), atol=1e-5, rtol=1e-5)
        local.bias[side + 2] += 1  # the place in row 1, column 2
        changed = (local(x) - conv(x)).abs().amax(dim=(0, 1)) > 0.5
    assert changed.nonzero().tolist() == [[1, 2]]
