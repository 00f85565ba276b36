"""Output sizes are torch's; receptive fields computed and measured agree."""

import random

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse.inspection.receptive_field import (
    ReceptiveField,
    Window,
    extent,
    gradient_field,
    output_size,
    receptive_field,
    windows,
)


def random_window(rng):
    return {
        "kernel_size": rng.randint(1, 4),
        "stride": rng.randint(1, 3),
        "padding": rng.randint(0, 2),
        "dilation": rng.randint(1, 3),
    }


def test_output_size_is_that_of_torch_or_an_error_where_torch_has_one():
    rng, fitted = random.Random(0), 0
    for _ in range(300):
        n, options = rng.randint(1, 12), random_window(rng)
        size = options.pop("kernel_size")
        try:
            expected = F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, size), **options).shape[2]
        except RuntimeError:
            with pytest.raises(ValueError, match="does not fit into"):
                output_size(n, size, **options)
        else:
            assert output_size(n, size, **options) == expected
            fitted += 1
    assert 50 < fitted < 290


def test_the_error_names_the_sizes():
    message = "window of 5 pixels .kernel_size 3, dilation 2. does not fit into 4 pixels .2 and 2"
    with pytest.raises(ValueError, match=message):
        output_size(2, 3, padding=1, dilation=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("kernel_size", 0), ("stride", 0), ("stride", -1), ("stride", 1.5), ("padding", -1),
     ("dilation", 0), ("dilation", True)],
)  # fmt: skip
def test_numbers_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number"):
        Window(**{"kernel_size": 3} | {name: value})


@pytest.mark.parametrize("size", [0, -3, 2.0])
def test_a_size_out_of_range_is_refused(size):
    with pytest.raises(ValueError, match="size must be a positive whole number"):
        output_size(size, 1)


@pytest.mark.parametrize("seed", range(20))
def test_computed_and_measured_receptive_fields_agree(seed):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    layers, chosen = [], []
    for _ in range(rng.randint(1, 3)):
        options = random_window(rng)
        if rng.random() < 0.3:
            del options["dilation"]
            options["padding"] = min(options["padding"], options["kernel_size"] // 2)
            layers.append(nn.AvgPool2d(**options))
        else:
            layers.append(nn.Conv2d(2, 2, **options))
        chosen.append(Window(**options))
        layers.append(nn.Tanh())
    model = nn.Sequential(*layers)
    assert windows(model) == windows(model, axis=-2) == chosen
    computed = receptive_field(chosen)
    # An image in which the field of the place in the middle lies whole.
    H = 2 * (computed.size + computed.stride + abs(computed.start)) + 1
    n = H
    for window in chosen:
        n = window.output_size(n)
    measured = gradient_field(model, (2, H, H), samples=4)
    assert extent(measured) == (computed.size, computed.size)
    first = measured.any(dim=0).nonzero()[0].item()
    assert first == computed.start + (n // 2) * computed.stride


def test_rectangular_kernels_have_a_window_for_each_axis():
    layer = nn.Conv2d(1, 1, (3, 5), stride=(1, 2), padding=(0, 1), dilation=(2, 1))
    assert windows(layer, axis=-2) == [Window(3, 1, 0, 2)]
    assert windows([layer]) == [Window(5, 2, 1, 1)]


@pytest.mark.filterwarnings("ignore:Using padding")
def test_padding_by_name():
    layers = [nn.Conv2d(1, 1, 4, padding="same", dilation=3), nn.Conv2d(1, 1, 3, padding="valid")]
    assert windows(layers) == [Window(4, 1, 4, 3), Window(3)]
    assert extent(gradient_field(nn.Sequential(*layers), (1, 40, 40))) == (12, 12)


def test_known_fields():
    assert receptive_field([]) == ReceptiveField(1, 1, 0)
    assert receptive_field([(3,), (3,)]).size == 5 == receptive_field([(5,)]).size
    # LeNet: convolution 5 with padding 2, pooling 2, convolution 5, pooling 2.
    lenet = [(5, 1, 2), (2, 2), (5,), (2, 2)]
    assert receptive_field(lenet) == ReceptiveField(16, 4, -2)
    assert receptive_field([(3, 1, 0, d) for d in (1, 2, 4)]).size == 15


def test_maximum_pooling_and_relu_are_found_by_enough_samples():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.5),
        nn.Conv2d(4, 4, 3),
    )  # fmt: skip
    size = receptive_field(windows(model)).size
    assert size == 8
    measured = gradient_field(model, (1, 20, 20), samples=200)
    assert extent(measured) == (size, size)
    assert model.training
    assert all(p.grad is None for p in model.parameters())


def test_a_position_may_be_chosen():
    field = gradient_field(nn.Conv2d(1, 1, 3), (1, 9, 9), position=(0, 6))
    assert field.nonzero().amin(0).tolist() == [0, 6]
    assert field.nonzero().amax(0).tolist() == [2, 8]
    assert extent(field) == (3, 3)


def test_what_cannot_be_measured_or_computed_is_refused():
    with pytest.raises(ValueError, match="leave out the layers that flatten"):
        gradient_field(nn.Flatten(), (1, 4, 4))
    with pytest.raises(ValueError, match="outside the output's 3×3 places"):
        gradient_field(nn.Conv2d(1, 1, 2), (1, 4, 4), position=(3, 0))
    with pytest.raises(TypeError, match="Linear is neither a convolution"):
        windows(nn.Sequential(nn.Conv2d(1, 1, 3), nn.Sequential(nn.Linear(3, 3))))
    with pytest.raises(TypeError, match="Softmax is neither"):
        windows([nn.Softmax(dim=1)])
    with pytest.raises(ValueError, match="axis must be"):
        windows(nn.Conv2d(1, 1, 3), axis=0)
    with pytest.raises(ValueError, match="a place that is not zero"):
        extent(torch.zeros(3, 3))
    with pytest.raises(ValueError, match="stride must be"):
        receptive_field([(3, 0)])
