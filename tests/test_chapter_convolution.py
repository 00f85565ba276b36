"""The code that the chapter writes from scratch does what its library twins do."""

import random

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import models
from dlcourse.inspection import receptive_field
from dlcourse.inspection.summary import summary
from tests.chapters import definitions

chapter = definitions("convolution")


@pytest.fixture(params=range(8))
def rng(request):
    """A random configuration that is the same in every run."""
    torch.manual_seed(request.param)
    return random.Random(request.param)


def random_case(rng):
    """A layer and images that its window fits into, in float64."""
    c_in, c_out = rng.randint(1, 4), rng.randint(1, 4)
    size = rng.randint(1, 3), rng.randint(1, 3)
    options = {
        "stride": rng.randint(1, 3),
        "padding": rng.randint(0, 2),
        "dilation": rng.randint(1, 3),
    }
    layer = nn.Conv2d(c_in, c_out, size, **options, dtype=torch.float64)
    x = torch.randn(rng.randint(1, 3), c_in, rng.randint(7, 9), rng.randint(7, 9)).double()
    return layer, x, options


@pytest.mark.parametrize("ours", [chapter.conv2d, chapter.conv2d_by_matmul])
def test_convolutions_equal_torch_forward_and_backward(ours, rng):
    layer, x, options = random_case(rng)
    results = []
    for function in (ours, F.conv2d):
        inputs = [t.detach().clone().requires_grad_() for t in (x, layer.weight, layer.bias)]
        y = function(*inputs, **options)
        y.square().sum().backward()
        results.append([y, *(t.grad for t in inputs)])
    for got, want in zip(*results, strict=True):
        torch.testing.assert_close(got, want)
    torch.testing.assert_close(
        ours(x, layer.weight, **options), F.conv2d(x, layer.weight, **options)
    )


@pytest.mark.parametrize("ours", [chapter.conv2d, chapter.conv2d_by_matmul])
def test_what_does_not_fit_is_an_error_with_the_numbers(ours):
    x, weight = torch.zeros(1, 3, 8, 8), torch.zeros(4, 3, 5, 5)
    for arguments, options, kind, message in [
        ((x[:, :, :4], weight), {}, ValueError, "kernel of 5 .* does not fit into 4 pixels"),
        ((x, weight), {"dilation": 2}, ValueError, "dilation 2 does not fit into 8 pixels"),
        ((x[:, :1], weight), {}, ValueError, "images have 1 channels, but the kernels are for 3"),
        ((x, weight), {"stride": 0}, ValueError, "stride 0 .* must be at least 1"),
        ((x, weight), {"stride": -1}, ValueError, "stride -1 .* must be at least 1"),
        ((x, weight), {"dilation": 0}, ValueError, "dilation 0 must be at least 1"),
        ((x[0], weight), {}, ValueError, r"must be \(N, C, H, W\).*\(3, 8, 8\)"),
        ((x, weight[0]), {}, ValueError, r"weights \(O, C, h, w\).*\(3, 5, 5\)"),
        ((x.byte(), weight), {}, TypeError, "floating point, got torch.uint8"),
        ((x.long(), weight), {}, TypeError, "floating point, got torch.int64"),
    ]:
        with pytest.raises(kind, match=message):
            ours(*arguments, **options)


def test_cross_correlation_and_convolution_equal_their_twins(rng):
    x = torch.randn(rng.randint(3, 7), rng.randint(3, 7))
    kernel = torch.randn(rng.randint(1, 3), rng.randint(1, 3))
    expected = F.conv2d(x[None, None], kernel[None, None])[0, 0]
    torch.testing.assert_close(chapter.corr2d(x, kernel), expected)
    twin = chapter.signal.convolve2d(x, kernel, mode="valid")
    torch.testing.assert_close(chapter.convolve2d(x, kernel), torch.from_numpy(twin))


def test_sliding_sums_equal_torch(rng):
    x, kernel = torch.randn(rng.randint(5, 20)), torch.randn(rng.randint(1, 5))
    expected = F.conv1d(x[None, None], kernel[None, None])[0, 0]
    torch.testing.assert_close(chapter.slide(x, kernel), expected)


def test_output_size_equals_the_library(rng):
    for _ in range(100):
        numbers = [rng.randint(1, 12), rng.randint(1, 5), rng.randint(1, 4)]
        numbers += [rng.randint(0, 3), rng.randint(1, 3)]
        try:
            expected = receptive_field.output_size(*numbers)
        except ValueError:
            with pytest.raises(ValueError, match="does not fit"):
                chapter.output_size(*numbers)
        else:
            assert chapter.output_size(*numbers) == expected
    for wrong in [(0, 1), (5, 0), (5, 2, 1, -1)]:
        with pytest.raises(ValueError, match="must be at least 1"):
            chapter.output_size(*wrong)


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling_equals_torch_forward_and_backward(kind, rng):
    x = torch.randn(2, 3, rng.randint(4, 9), rng.randint(4, 9), dtype=torch.float64)
    size, stride = rng.randint(1, 4), rng.choice([None, 1, 2, 3])
    results = []
    for module in (chapter, F):
        z = x.clone().requires_grad_()
        y = getattr(module, f"{kind}_pool2d")(z, size, stride)
        y.square().sum().backward()
        results.append((y, z.grad))
    for got, want in zip(*results, strict=True):
        torch.testing.assert_close(got, want)


def test_columns_equal_unfold(rng):
    layer, x, options = random_case(rng)
    got = chapter.im2col(x, layer.kernel_size, **options)
    assert got.equal(F.unfold(x, layer.kernel_size, **options))


def test_field_size_equals_the_library(rng):
    layers = [(rng.randint(1, 5), rng.randint(1, 3), rng.randint(1, 3)) for _ in range(4)]
    twin = receptive_field.receptive_field([(k, s, 0, d) for k, s, d in layers])
    assert chapter.field_size(layers) == twin.size


def test_multiply_adds_equal_the_summary(rng):
    layer, x, _ = random_case(rng)
    square = nn.Conv2d(layer.in_channels, layer.out_channels, 3)
    (row,) = summary(square, tuple(x.shape[1:]))
    counted = chapter.multiply_adds(
        square.in_channels, square.out_channels, 3, *row.output_size[1:]
    )
    assert counted == row.multiply_adds


def test_weights_of_windows_are_counted_rightly():
    # One unit for each window, each with a weight for every pixel, for its window, or one for all.
    for n, k in ((5, 2), (6, 6), (7, 3)):
        units = F.unfold(torch.zeros(1, 1, n, n), k).shape[2]
        counted = chapter.count_weights(n, k)
        assert counted == {"dense": n * n * units, "local": k * k * units, "shared": k * k}


def test_shuffling_moves_every_pixel_alike():
    order = torch.randperm(12)
    images = torch.arange(24).view(2, 1, 3, 4)
    mixed = chapter.shuffle_pixels(images, order)
    assert mixed.shape == images.shape
    assert mixed[1].flatten().equal(images[1].flatten()[order])
    assert mixed.flatten(2)[:, :, order.argsort()].equal(images.flatten(2))


def test_a_dense_network_with_renamed_weights_does_not_notice():
    order = torch.randperm(784)
    net, renamed = models.MLP((784, 8, 10)), models.MLP((784, 8, 10))
    renamed.load_state_dict(net.state_dict())
    renamed.linear1.weight.data = net.linear1.weight.data[:, order]
    x = torch.rand(5, 1, 28, 28)
    torch.testing.assert_close(renamed(chapter.shuffle_pixels(x, order)), net(x))


def test_a_kernel_is_learned_from_input_and_output():
    torch.manual_seed(0)
    x, kernel = torch.randn(20, 20), torch.randn(3, 3)
    found, loss = chapter.learn_kernel(x, chapter.corr2d(x, kernel), seed=1, steps=400)
    torch.testing.assert_close(found, kernel, atol=1e-3, rtol=0)
    assert loss < 1e-5


def test_only_convolutions_without_stride_move_with_the_image():
    x = torch.randn(1, 1, 30, 30)
    weight = torch.randn(1, 1, 3, 3)
    for pixels in (1, 2, 3):
        assert chapter.shift_error(lambda x: F.conv2d(x, weight), x, pixels) < 1e-6
        error = chapter.shift_error(lambda x: F.conv2d(x, weight, stride=2), x, pixels, margin=3)
        assert error < 1e-6 if pixels == 2 else error > 0.1
    assert chapter.turn_error(weight[0, 0], x) > 0.1
    symmetric = weight[0, 0] + weight[0, 0].rot90(1) + weight[0, 0].rot90(2) + weight[0, 0].rot90(3)
    assert chapter.turn_error(symmetric, x) < 1e-5


def test_the_sensor_is_noisy_and_its_mean_is_not():
    readings, truth = chapter.sensor(seed=0)
    assert (readings - truth).std() > 0.8
    assert chapter.rmse_of_mean(0, 1) == pytest.approx((readings - truth).square().mean().sqrt())
    assert chapter.rmse_of_mean(0, 9) < chapter.rmse_of_mean(0, 1)


def test_the_small_network_takes_digits():
    net = chapter.small_convnet()
    assert net(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert receptive_field.receptive_field(receptive_field.windows(net[:6])).size == 16


def test_the_transposed_convolution_equals_torch(rng):
    c_in, c_out, stride = rng.randint(1, 4), rng.randint(1, 4), rng.randint(1, 3)
    x = torch.randn(2, c_in, rng.randint(1, 5), rng.randint(1, 5)).double()
    weight = torch.randn(c_in, c_out, rng.randint(1, 3), rng.randint(1, 3)).double()
    torch.testing.assert_close(
        chapter.conv_transpose2d(x, weight, stride), F.conv_transpose2d(x, weight, stride=stride)
    )


def test_the_ways_to_halve_maps_differ_in_nothing_else():
    x = torch.rand(2, 1, 28, 28)
    networks = {way: chapter.convnet_with(way) for way in ("stride", "average", "maximum")}
    shapes = {way: [p.shape for p in net.parameters()] for way, net in networks.items()}
    assert shapes["stride"] == shapes["average"] == shapes["maximum"]
    assert all(net(x).shape == (2, 10) for net in networks.values())
    plain = chapter.convnet_with("nothing")
    assert plain(x).shape == (2, 10)
    assert [m.stride for m in plain if isinstance(m, nn.Conv2d)] == [(1, 1)] * 2
    twin = chapter.small_convnet()
    twin.load_state_dict(networks["maximum"].state_dict())
    torch.testing.assert_close(twin(x), networks["maximum"](x))
