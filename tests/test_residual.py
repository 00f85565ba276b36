"""ResNet, DenseNet and LeNet with batch norm: equal to torchvision's, or to calls by hand."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import models, seed_everything


def count(model):
    return sum(p.numel() for p in model.parameters())


GRAY = {"num_classes": 10, "in_channels": 1}  # digits and clothes


def with_statistics(model):
    """Running statistics and parameters of batch norm that are not those of the start."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.weight, module.running_var):
                nn.init.uniform_(values, 0.5, 1.5)
            for values in (module.bias, module.running_mean):
                nn.init.normal_(values, std=0.1)
    return model


@pytest.mark.parametrize(
    ("name", "size"), [("resnet18", 64), ("resnet18", 97), ("resnet34", 33), ("densenet121", 64)]
)
def test_equal_to_torchvision_with_copied_weights(name, size):
    torchvision = pytest.importorskip("torchvision")
    seed_everything(0)
    twin = with_statistics(getattr(torchvision.models, name)(weights=None))
    kinds = {"resnet18": models.resnet18, "densenet121": models.densenet121}
    kinds["resnet34"] = lambda **kw: models.ResNet((3, 4, 6, 3), **kw)
    ours = kinds[name]()
    ours.load_state_dict(twin.state_dict())  # the same names and shapes, none missing
    x = torch.randn(2, 3, size, size)
    torch.testing.assert_close(ours.eval()(x), twin.eval()(x))


def test_training_step_equals_torchvision():
    torchvision = pytest.importorskip("torchvision")
    seed_everything(0)
    twin = torchvision.models.resnet18(weights=None, num_classes=7).double()
    ours = models.resnet18(num_classes=7).double()
    ours.load_state_dict(twin.state_dict())
    x, y = torch.randn(4, 3, 33, 33, dtype=torch.float64), torch.randint(7, (4,))
    for model in (ours, twin):
        F.cross_entropy(model(x), y).backward()
    for a, b in zip(ours.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)
    for name, buffer in ours.named_buffers():
        torch.testing.assert_close(buffer, dict(twin.named_buffers())[name])


def test_starts_like_torchvision():
    torchvision = pytest.importorskip("torchvision")
    for ours, twin in (
        (models.resnet18(), torchvision.models.resnet18()),
        (models.densenet121(), torchvision.models.densenet121()),
    ):
        expected = dict(twin.named_parameters())
        for name, p in ours.named_parameters():
            if p.ndim == 4 and p.numel() > 5000:
                assert p.std().item() == pytest.approx(expected[name].std().item(), rel=0.05)


@pytest.mark.parametrize("make", [models.resnet18, models.DenseNet])
@pytest.mark.parametrize(("size", "small"), [(96, False), (28, True), (29, False)])
def test_sizes_of_the_course(make, size, small):
    model = make(width=0.1, small_images=small, **GRAY)
    x = torch.randn(2, 1, size, size)
    assert model(x).shape == (2, 10)


def test_full_size_counts():
    # of torchvision's ResNet-18, only stem and end differ
    assert count(models.resnet18()) == 11_689_512
    assert count(models.resnet18(**GRAY)) == 11_689_512 - 2 * 49 * 64 - 990 * 513
    assert count(models.DenseNet(**GRAY)) == by_hand_densenet()


def by_hand_densenet(k=32, C=64):
    """Parameters of DenseNet(**GRAY): 4 blocks of 4 layers without bottlenecks."""
    total = 49 * C + 2 * C
    for block in range(4):
        for _ in range(4):
            total += 2 * C + 9 * C * k
            C += k
        if block < 3:
            total += 2 * C + C * (C // 2)
            C //= 2
    return total + 2 * C + 10 * C + 10


def test_stages_halve_the_image_and_double_the_channels():
    model, x = models.resnet18(width=0.25, **GRAY), torch.randn(1, 1, 96, 96)
    x = model.maxpool(model.bn1(model.conv1(x)).relu())
    shapes = [x.shape[1:]]
    for layer in (model.layer1, model.layer2, model.layer3, model.layer4):
        x = layer.eval()(x)
        shapes.append(x.shape[1:])
    expected = [(16, 24, 24), (16, 24, 24), (32, 12, 12), (64, 6, 6), (128, 3, 3)]
    assert [tuple(s) for s in shapes] == expected


@pytest.mark.parametrize(("before", "after", "stride"), [(3, 3, 1), (3, 5, 1), (4, 4, 2)])
def test_block_is_a_sum(before, after, stride):
    seed_everything(0)
    block = with_statistics(models.BasicBlock(before, after, stride)).eval()
    assert (block.downsample is None) == (before == after and stride == 1)
    x = torch.randn(2, before, 9, 7)
    y = block.bn2(block.conv2(block.bn1(block.conv1(x)).relu()))
    shortcut = x if block.downsample is None else block.downsample(x)
    torch.testing.assert_close(block(x), (y + shortcut).relu())
    nn.init.zeros_(block.bn2.weight)
    nn.init.zeros_(block.bn2.bias)
    torch.testing.assert_close(block(x), shortcut.relu())


def test_plain_network_lacks_only_the_shortcuts():
    plain, residual = models.ResNet((2, 1), shortcuts=False), models.ResNet((2, 1))
    extra = set(residual.state_dict()) - set(plain.state_dict())
    assert set(plain.state_dict()) < set(residual.state_dict())
    assert all("downsample" in name for name in extra)
    block = models.BasicBlock(3, 3, shortcut=False).eval()
    nn.init.zeros_(block.bn2.weight)
    assert not block(torch.randn(2, 3, 5, 5)).any()


def test_without_normalization_convolutions_have_biases():
    model = models.ResNet((1, 1), width=0.1, norm=None, **GRAY)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in model.modules())
    assert all(m.bias is not None for m in model.modules() if isinstance(m, nn.Conv2d))
    assert model(torch.randn(1, 1, 8, 8)).shape == (1, 10)


def test_dense_block_keeps_its_input_and_adds_channels():
    seed_everything(0)
    block = with_statistics(models.DenseBlock(3, 5, 4)).eval()
    x = torch.randn(2, 5, 6, 6)
    y = block(x)
    assert y.shape == (2, 5 + 3 * 4, 6, 6)
    assert block.out_channels == 17
    assert y[:, :5].equal(x)
    seen = x
    for i, layer in enumerate((block.denselayer1, block.denselayer2, block.denselayer3)):
        new = F.conv2d(layer.norm1(seen).relu(), layer.conv1.weight, padding=1)
        seen = torch.cat([seen, new], dim=1)
        torch.testing.assert_close(y[:, : 5 + (i + 1) * 4], seen)


def test_transition_reduces_channels_and_halves_the_size():
    layer = with_statistics(models.Transition(6, 3)).eval()
    x = torch.randn(2, 6, 8, 7)
    y = layer(x)
    assert y.shape == (2, 3, 4, 3)
    mixed = torch.einsum("oc,nchw->nohw", layer.conv.weight[:, :, 0, 0], layer.norm(x).relu())
    torch.testing.assert_close(y, F.avg_pool2d(mixed, 2))


@pytest.mark.parametrize("make", [models.ResNet, models.DenseNet])
@pytest.mark.parametrize(
    "kw", [{"num_classes": 0}, {"in_channels": 1.5}, {"width": 0}, {"width": float("nan")}]
)
def test_bad_numbers_are_named(make, kw):
    with pytest.raises(ValueError, match=next(iter(kw))):
        make(**kw)


@pytest.mark.parametrize("layers", [(), (2, 0), (2, 1.0)])
def test_bad_depths_are_named(layers):
    with pytest.raises(ValueError, match="layers must be positive whole numbers"):
        models.ResNet(layers)
    with pytest.raises(ValueError, match="block_config must be positive whole numbers"):
        models.DenseNet(block_config=layers)
    with pytest.raises(ValueError, match="bn_size"):
        models.DenseNet(bn_size=0)


@pytest.mark.parametrize("make", [models.ResNet, models.DenseNet])
def test_wrong_images_are_refused(make):
    model = make(width=0.1, **GRAY)
    with pytest.raises(TypeError, match=r"floating point, got torch\.uint8"):
        model(torch.zeros(1, 1, 96, 96, dtype=torch.uint8))
    for shape in ((1, 3, 96, 96), (1, 96, 96), (0, 1, 96, 96)):
        with pytest.raises(ValueError, match=r"\(N, 1, H, W\)"):
            model(torch.zeros(shape))


@pytest.mark.parametrize(("small", "least"), [(False, 29), (True, 8)])
def test_images_too_small_for_the_transitions(small, least):
    model = models.DenseNet(width=0.1, small_images=small, **GRAY).eval()
    assert model(torch.zeros(1, 1, least, least)).shape == (1, 10)
    with pytest.raises(ValueError, match=f"transition3 averages.*at least {least}×{least}"):
        model(torch.zeros(1, 1, least - 1, least + 9))


def test_lenet_with_batch_norm_equals_functional_calls():
    seed_everything(0)
    model, x = models.LeNet(batch_norm=True), torch.randn(4, 1, 28, 28)
    W = model.state_dict()

    def layer(name, h):
        norm = f"norm_{name}"
        h = F.batch_norm(h, None, None, W[f"{norm}.weight"], W[f"{norm}.bias"], training=True)
        return h.relu()

    h = layer("conv1", F.conv2d(x, W["conv1.weight"], W["conv1.bias"], padding=2))
    h = layer("conv2", F.conv2d(F.max_pool2d(h, 2), W["conv2.weight"], W["conv2.bias"]))
    h = F.max_pool2d(h, 2).flatten(1)
    for name in ("linear1", "linear2"):
        h = layer(name, F.linear(h, W[f"{name}.weight"], W[f"{name}.bias"]))
    torch.testing.assert_close(model(x), F.linear(h, W["linear3.weight"], W["linear3.bias"]))
    assert count(model) == 61_706 + 2 * (6 + 16 + 120 + 84)
    assert set(models.LeNet().state_dict()) < set(W)
