"""AlexNet, VGG, NiN and GoogLeNet: the papers' counts, torchvision's scores, errors that help."""

import functools

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from dlcourse import seed_everything, training
from dlcourse.models import VGG, AlexNet, GoogLeNet, Inception, NiN, nin_block, vgg_block
from dlcourse.models.googlenet import INCEPTIONS
from dlcourse.models.nin import CIFAR10
from dlcourse.models.sizes import map_sizes, smallest_image
from dlcourse.models.vgg import VGG16

TORCHVISION_ALEXNET = (64, 192, 384, 256, 256)
NETWORKS = {
    "AlexNet": functools.partial(AlexNet, input_size=32, stem=(3, 1, 1)),
    "VGG": functools.partial(VGG, input_size=32),
    "NiN": functools.partial(NiN, blocks=CIFAR10),
    "GoogLeNet": functools.partial(GoogLeNet, stem=(3, 1, 1)),
}
each_network = pytest.mark.parametrize("build", NETWORKS.values(), ids=NETWORKS)


def on_meta(build, *args, **kw):
    """A network of shapes without numbers: those of VGG would take half a gigabyte."""
    with torch.device("meta"):
        return build(*args, **kw)


# --- the papers ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("build", "kw", "count"),
    [
        (AlexNet, {"groups": 2}, 60_965_224),  # on two GPUs, as in the paper
        (AlexNet, {}, 62_378_344),
        (AlexNet, {"channels": TORCHVISION_ALEXNET}, 61_100_840),
        (VGG, {}, 132_863_336),
        (VGG, {"blocks": VGG16}, 138_357_544),
        (NiN, {"num_classes": 10, "blocks": CIFAR10, "last_channels": 192}, 966_986),
        (GoogLeNet, {}, 6_998_552),
    ],
)
def test_parameter_counts_of_the_papers(build, kw, count):
    assert sum(p.numel() for p in on_meta(build, **kw).parameters()) == count


@pytest.mark.parametrize(
    ("build", "kw", "image", "sizes"),
    [
        (AlexNet, {}, 224, [55, 27, 13, 6]),
        (AlexNet, {"stem": (11, 4, 0)}, 224, [54, 26, 12, 5]),
        (VGG, {}, 224, [224, 112, 56, 28, 14, 7]),
        (NiN, {}, 224, [54, 26, 12, 5]),
        (GoogLeNet, {}, 224, [112, 56, 28, 14, 7]),
        (GoogLeNet, {}, 96, [48, 24, 12, 6, 3]),
    ],
)
def test_map_sizes(build, kw, image, sizes):
    found = map_sizes("", on_meta(build, **kw), image).values()
    assert list(dict.fromkeys(found)) == sizes


def test_inception_channels_add_up_as_in_the_paper():
    """The column "output size" of table 1 in "Going deeper with convolutions"."""
    sums = [a + c + e + f for a, _, c, _, e, f in INCEPTIONS.values()]
    assert sums == [256, 480, 512, 512, 512, 528, 832, 832, 1024]


# --- torchvision, with copied weights -----------------------------------------------------------
def assert_same_scores(ours, theirs, images=1, size=224):
    x = torch.randn(images, 3, size, size)
    with torch.no_grad():
        a, b = ours.eval()(x), theirs.eval()(x)
    assert a.std() > 1e-4  # the weights do say something
    torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-3 * float(b.std()))


@pytest.mark.parametrize(
    ("build", "twin"),
    [
        (functools.partial(AlexNet, channels=TORCHVISION_ALEXNET), torchvision.models.alexnet),
        (VGG, torchvision.models.vgg11),
    ],
)
def test_equal_to_torchvision_in_names_and_scores(build, twin):
    seed_everything(0)
    theirs = twin(weights=None, num_classes=50)
    ours = on_meta(build, num_classes=50)
    ours.load_state_dict(theirs.state_dict(), assign=True)  # strict: the same names and shapes
    assert_same_scores(ours, theirs)


def test_vgg_with_batch_norm_equals_torchvisions_convolutions():
    """Theirs keeps a bias before each normalization, which subtracts it; ours has none there."""
    seed_everything(0)
    theirs = on_meta(torchvision.models.vgg11_bn).features.to_empty(device="cpu")
    ours = VGG(norm=nn.BatchNorm2d, width=1, input_size=32, num_classes=1).features
    randomize(theirs)
    for name, value in theirs.state_dict().items():
        if name in ours.state_dict():
            ours.state_dict()[name].copy_(value)
        else:
            assert name.endswith("bias")
            value.zero_()
    assert_same_scores(ours, theirs, size=32)


def test_googlenet_equals_torchvisions_but_for_what_the_docstring_names():
    """A 3×3 kernel with a frame of zeros is a 5×5 one, and the last pooling's window is set."""
    seed_everything(0)
    theirs = on_meta(
        torchvision.models.googlenet,
        weights=None, num_classes=20, aux_logits=False, init_weights=False,
    ).to_empty(device="cpu")  # fmt: skip
    randomize(theirs)
    ours = GoogLeNet(num_classes=20, norm=functools.partial(nn.BatchNorm2d, eps=0.001))
    ours.maxpool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
    weights = {
        name: F.pad(value, (1, 1, 1, 1)) if name.endswith("branch3.1.conv.weight") else value
        for name, value in theirs.state_dict().items()
    }
    ours.load_state_dict(weights)
    assert_same_scores(ours, theirs, size=96)


def randomize(model):
    """Weights of Kaiming's size, statistics and scales that are not 0 and 1."""
    for name, value in model.state_dict().items():
        if value.ndim > 1:
            nn.init.kaiming_normal_(value)
        elif value.is_floating_point():
            value.uniform_(0.5, 1.5) if "var" in name or "weight" in name else value.normal_(0, 0.1)


# --- the blocks, from their parts ---------------------------------------------------------------
def test_vgg_block_equals_its_parts():
    seed_everything(0)
    block, x = vgg_block(2, 3, 5), torch.randn(2, 3, 9, 7)
    W = block.state_dict()
    h = F.conv2d(x, W["0.weight"], W["0.bias"], padding=1).relu()
    h = F.conv2d(h, W["2.weight"], W["2.bias"], padding=1).relu()
    torch.testing.assert_close(block(x), F.max_pool2d(h, 2))
    assert block(x).shape == (2, 5, 4, 3)


def test_nin_block_is_a_small_network_at_every_pixel():
    seed_everything(0)
    block, x = nin_block(3, (4, 5, 6), 3, stride=2, padding=1), torch.randn(2, 3, 8, 8)
    W = block.state_dict()
    h = F.conv2d(x, W["0.weight"], W["0.bias"], 2, 1).relu().movedim(1, -1)  # (N, H, W, C)
    for i in (2, 4):
        h = F.linear(h, W[f"{i}.weight"].flatten(1), W[f"{i}.bias"]).relu()
    torch.testing.assert_close(block(x), h.movedim(-1, 1))


def test_inception_stacks_its_branches():
    seed_everything(0)
    module, x = Inception(6, 2, 3, 4, 5, 7, 8), torch.randn(2, 6, 5, 9)
    W, parts = module.state_dict(), []

    def conv(name, h, padding=0):
        return F.conv2d(h, W[f"{name}.conv.weight"], W[f"{name}.conv.bias"], 1, padding).relu()

    parts.append(conv("branch1", x))
    parts.append(conv("branch2.1", conv("branch2.0", x), 1))
    parts.append(conv("branch3.1", conv("branch3.0", x), 2))
    parts.append(conv("branch4.1", F.max_pool2d(x, 3, 1, 1)))
    torch.testing.assert_close(module(x), torch.cat(parts, 1))
    assert module(x).shape == (2, 2 + 4 + 7 + 8, 5, 9)


def test_nin_scores_are_means_of_the_last_maps():
    seed_everything(0)
    model, x = NiN(7, 1, 0.05, CIFAR10).eval(), torch.randn(2, 1, 20, 33)
    torch.testing.assert_close(model(x), model.features(x).mean((2, 3)))
    assert (model(x) >= 0).all()
    assert (NiN(7, 1, 0.05, CIFAR10, final_relu=False).eval()(x) < 0).any()


# --- any width, size, number of classes ---------------------------------------------------------
@each_network
@pytest.mark.parametrize(("width", "channels", "classes"), [(1 / 16, 1, 3), (0.11, 2, 10)])
def test_small_ones_train(build, width, channels, classes):
    seed_everything(0)
    model = build(classes, channels, width)
    x, y = torch.rand(4, channels, 32, 32), torch.arange(4) % classes
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = training.fit(model, [(x, y)], optimizer=optimizer, epochs=2, progress=False)
    assert len(history) == 2
    assert model(x).shape == (4, classes)
    assert all(p.grad is not None for p in model.parameters())


@each_network
def test_a_norm_goes_between_convolution_and_relu(build):
    model = build(3, 1, 1 / 16, norm=nn.BatchNorm2d)
    leaves = [m for m in model.modules() if not list(m.children())]
    for conv, norm, relu in zip(leaves, leaves[1:], leaves[2:], strict=False):
        if isinstance(conv, nn.Conv2d):
            assert isinstance(norm, nn.BatchNorm2d)
            assert isinstance(relu, nn.ReLU)
            assert conv.bias is None
            assert norm.num_features == conv.out_channels


def test_groups_of_alexnet_divide_its_channels_at_any_width():
    for width in (0.01, 0.1, 0.33):
        assert AlexNet(10, 1, width, 32, groups=2, stem=(3, 1, 1))(torch.rand(1, 1, 32, 32)).any()


# --- bad input ----------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [0, -1, float("nan"), float("inf"), True, "1"])
@each_network
def test_widths_refused(build, width):
    with pytest.raises(ValueError, match="width must be a positive number"):
        build(width=width)


@each_network
@pytest.mark.parametrize("kw", [{"num_classes": 0}, {"in_channels": 1.5}, {"dropout": 1.5}])
def test_bad_numbers_are_named(build, kw):
    with pytest.raises(ValueError, match=next(iter(kw))):
        build(**kw)


@each_network
def test_bad_images_are_named(build):
    model = build(3, 1, 1 / 16)
    name = type(model).__name__
    with pytest.raises(ValueError, match=rf"{name}.*\(N, 1, .*in_channels=3"):
        model(torch.rand(2, 3, 32, 32))
    with pytest.raises(TypeError, match=rf"{name}.*floating point, got torch\.uint8"):
        model(torch.zeros(2, 1, 32, 32, dtype=torch.uint8))
    with pytest.raises(ValueError, match=rf"{name}.*got \(1, 32, 32\)"):
        model(torch.rand(1, 32, 32))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: VGG(10, 1, 0.1, 28), r"VGG: .* 28×28 .* features\.20 \(MaxPool2d, window 2×2, "
         r"padding 0\) as maps of 1×1; the smallest image is 32×32"),
        (lambda: AlexNet(10, 1, 0.1, 32), r"AlexNet: .* 32×32 .* features\.12 \(MaxPool2d, "
         r"window 3×3, padding 0\) as maps of 1×1; the smallest image is 63×63"),
        (lambda: NiN(10, 1, 0.1)(torch.rand(1, 1, 28, 64)), r"NiN: .* 28×28 .* features\.3 "
         r"\(MaxPool2d, .* maps of 2×2; the smallest image is 67×67"),
        (lambda: GoogLeNet(10, 1, 0.1)(torch.rand(1, 1, 28, 28)), r"GoogLeNet: .* maxpool4 "
         r"\(MaxPool2d, .* maps of 1×1; the smallest image is 31×31"),
    ],
)  # fmt: skip
def test_an_image_too_small_names_the_layer_and_the_sizes(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@each_network
def test_the_smallest_image_is_the_smallest(build):
    side = smallest_image(build(3, 1, 1 / 16))
    kw = {"input_size": side} if build.func in (AlexNet, VGG) else {}
    assert build(3, 1, 1 / 16, **kw).eval()(torch.rand(1, 1, side, side)).shape == (1, 3)
    kw = {"input_size": side - 1} if kw else {}
    with pytest.raises(ValueError, match="too small"):
        build(3, 1, 1 / 16, **kw)(torch.rand(1, 1, side - 1, side - 1))


def test_another_size_than_the_linear_layers_were_made_for():
    with pytest.raises(ValueError, match=r"VGG: .*\(N, 1, 64, 64\), got .*input_size"):
        VGG(10, 1, 1 / 16, 64)(torch.rand(2, 1, 32, 32))


def test_sizes_are_those_of_torch():
    g = torch.Generator().manual_seed(0)
    for _ in range(200):
        kernel, stride, size = (int(torch.randint(1, n, (), generator=g)) for n in (6, 4, 12))
        padding, ceil = int(torch.randint(0, kernel // 2 + 1, (), generator=g)), kernel % 2 == 0
        for layer in (
            nn.Conv2d(1, 1, kernel, stride, padding),
            nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil),
            nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil),
        ):
            try:
                wanted = layer(torch.zeros(1, 1, size, size)).shape[-1]
            except RuntimeError:
                with pytest.raises(ValueError, match="too small"):
                    map_sizes("", layer, size)
            else:
                assert list(map_sizes("", layer, size).values()) == [wanted], (layer, size)


def test_classes_that_do_not_fit_the_labels_are_named_in_training():
    model = VGG(3, 1, 1 / 16, 32)
    batch = (torch.rand(4, 1, 32, 32), torch.arange(4))
    with pytest.raises(ValueError, match=r"labels run from 0 to 3, but .* 3 classes"):
        training.fit(model, [batch], optimizer=torch.optim.SGD(model.parameters(), 0.1))
