"""The code that the chapter writes from scratch does what its library twins do."""

import ast
import random

import jupytext
import pytest
import torch
from torch import nn

from dlcourse import models, seed_everything
from dlcourse.inspection.receptive_field import output_size
from dlcourse.inspection.summary import summary, total
from dlcourse.models.vgg import VGG16
from tests.chapters import CHAPTERS, definitions

chapter = definitions("modern-convnets")


def constant(name):
    """A list that stands in the chapter beside its definitions, which are all that a test runs."""
    for cell in jupytext.read(CHAPTERS / "modern-convnets.md").cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else []:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return ast.literal_eval(node.value)
    raise LookupError(name)


for name in ("AFTER_STEM", "STAGES", "VGG11", "VGG16"):
    chapter.alexnet.__globals__[name] = constant(name)


@pytest.fixture(params=range(5))
def rng(request):
    """A random configuration that is the same in every run."""
    seed_everything(request.param)
    return random.Random(request.param)


def test_size_chain_equals_the_library(rng):
    for _ in range(20):
        size, chain = rng.randint(30, 300), []
        for _ in range(rng.randint(1, 5)):
            kernel = rng.randint(1, 5)
            chain.append((kernel, rng.randint(1, 2), rng.randint(0, kernel // 2)))
        try:
            wanted = [size]
            for window in chain:
                wanted.append(output_size(wanted[-1], *window))
        except ValueError:
            continue
        assert chapter.size_chain(size, chain) == wanted


def test_alexnet_equals_its_twin(rng):
    C, V, width = rng.randint(1, 3), rng.randint(2, 9), rng.choice([1 / 16, 1 / 8])
    stem = rng.choice([(5, 2, 2), (3, 1, 1)])
    ours = chapter.alexnet(V, C, width, 32, stem)
    twin = models.AlexNet(V, C, width, 32, stem=stem)
    chapter.assert_equal(ours, twin, torch.randn(2, C, 32, 32))


def test_local_response_norm_equals_torch(rng):
    C, n = rng.randint(1, 9), rng.randint(1, 6)
    x = 5 * torch.randn(2, C, 3, 4)
    args = (n, rng.random(), rng.random(), 1 + rng.random())
    torch.testing.assert_close(
        chapter.local_response_norm(x, *args), nn.LocalResponseNorm(*args)(x)
    )


def test_vgg_equals_its_twin(rng):
    C, V, width = rng.randint(1, 3), rng.randint(2, 9), rng.choice([1 / 32, 1 / 16])
    blocks = [(rng.randint(1, 2), 32 * rng.randint(1, 4)) for _ in range(rng.randint(1, 4))]
    size = rng.randint(16, 40)
    ours = chapter.vgg(blocks, V, C, width, size)
    chapter.assert_equal(ours, models.VGG(V, C, width, size, blocks), torch.randn(2, C, size, size))


def test_nin_equals_its_twin(rng):
    C, V = rng.randint(1, 3), rng.randint(2, 9)
    blocks = [
        (tuple(rng.randint(1, 9) for _ in range(3)), rng.choice([3, 5]), rng.randint(1, 2), 2)
        for _ in range(rng.randint(1, 2))
    ]
    last = rng.randint(1, 9)
    ours = chapter.NiN(blocks, last, V, C)
    twin = models.NiN(V, C, blocks=blocks, last_channels=last)
    chapter.assert_equal(ours, twin, torch.randn(2, C, rng.randint(24, 40), rng.randint(24, 40)))


def test_inception_equals_its_twin(rng):
    n = [rng.randint(1, 9) for _ in range(7)]
    ours = chapter.Inception(n[0], n[1], (n[2], n[3]), (n[4], n[5]), n[6])
    chapter.assert_equal(ours, models.Inception(*n), torch.randn(2, n[0], 6, rng.randint(5, 9)))


@pytest.mark.parametrize("stem", [(7, 2, 3), (3, 1, 1)])
def test_googlenet_equals_its_twin(stem):
    seed_everything(0)
    ours = chapter.googlenet(5, 2, 1 / 32, stem)
    twin = models.GoogLeNet(5, 2, 1 / 32, stem)
    chapter.assert_equal(ours, twin, torch.randn(2, 2, 64, 47))


def test_full_size_counts_equal_the_library():
    with torch.device("meta"):
        pairs = [
            (chapter.alexnet(), models.AlexNet()),
            (chapter.vgg(constant("VGG11")), models.VGG()),
            (chapter.vgg(constant("VGG16")), models.VGG(blocks=VGG16)),
            (chapter.googlenet(), models.GoogLeNet()),
        ]
    for ours, twin in pairs:
        a, b = (total(summary(model, (3, 224, 224))) for model in (ours, twin))
        assert (a.parameters, a.multiply_adds) == (b.parameters, b.multiply_adds)


def test_copy_weights_refuses_other_shapes():
    with pytest.raises(AssertionError, match=r"\(3, 2\) for \(3, 4\)"):
        chapter.copy_weights(nn.Linear(2, 3), nn.Linear(4, 3))
    with pytest.raises(ValueError, match="longer"):
        chapter.copy_weights(nn.Linear(2, 3), nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 3)))


def test_conv_cost_equals_the_summary(rng):
    size, c_in, c_out, k = (
        rng.randint(5, 9),
        rng.randint(1, 5),
        rng.randint(1, 5),
        rng.choice([1, 3]),
    )
    [row] = summary(nn.Conv2d(c_in, c_out, k, padding=k // 2), (c_in, size, size))
    assert chapter.conv_cost(size, c_in, c_out, k) == row.multiply_adds


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_kept_for_backward_by_hand(device):
    """A linear layer keeps its input, a ReLU its output, which the next layer shares."""
    model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 5)).to(device)
    assert chapter.kept_for_backward(model, (10,)) == 4 * (10 + 20)
    pool = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2)).to(device)
    # The image, the maps before pooling, and for each maximum where it was (int64).
    assert chapter.kept_for_backward(pool, (1, 8, 8)) == 4 * 64 + 4 * 2 * 36 + 8 * 2 * 9


def test_kaiming_and_dependence():
    seed_everything(0)
    model = chapter.kaiming(nn.Sequential(nn.Flatten(), nn.Linear(400, 300)))
    assert model[1].weight.std().item() == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert not model[1].bias.any()
    x = torch.randn(50, 400)
    torch.testing.assert_close(
        chapter.dependence(model, x), (x @ model[1].weight.T).std(0).mean().item()
    )
