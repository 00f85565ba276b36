"""summary: equal to counts by hand, and the model stays as it was."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from dlcourse.inspection.summary import Layer, stages, summary, table, total


def test_lenet_equals_the_counts_by_hand():
    rows = summary(models.LeNet(), (1, 28, 28))
    assert [row for row in rows if row.parameters] == [
        Layer("conv1", "Conv2d", (6, 28, 28), 6 * 25 + 6, 6 * 28 * 28 * 25),
        Layer("conv2", "Conv2d", (16, 10, 10), 16 * 6 * 25 + 16, 16 * 10 * 10 * 6 * 25),
        Layer("linear1", "Linear", (120,), 400 * 120 + 120, 400 * 120),
        Layer("linear2", "Linear", (84,), 120 * 84 + 84, 120 * 84),
        Layer("linear3", "Linear", (10,), 84 * 10 + 10, 84 * 10),
    ]
    assert rows[2] == Layer("pool1", "MaxPool2d", (6, 14, 14), 0, 0)
    assert [row.name for row in rows] == [name for name, _ in models.LeNet().named_children()]
    assert total(rows) == Layer("total", "", (10,), 61_706, 416_520)


@pytest.mark.parametrize("seed", range(5))
def test_random_convolutions_equal_a_count_of_their_products(seed):
    """With all weights and inputs 1, the sum of the outputs is the number of products taken."""
    g = torch.Generator().manual_seed(seed)
    groups, k, stride, dilation = (int(torch.randint(1, 4, (), generator=g)) for _ in range(4))
    conv = nn.Conv2d(2 * groups, 3 * groups, k, stride, dilation=dilation, groups=groups)
    nn.init.ones_(conv.weight)
    H, W = (int(torch.randint(9, 15, (), generator=g)) for _ in range(2))
    out = F.conv2d(torch.ones(1, 2 * groups, H, W), conv.weight, None, stride, 0, dilation, groups)
    [row] = summary(conv, (2 * groups, H, W))
    assert row == Layer(
        "Conv2d",
        "Conv2d",
        tuple(out.shape[1:]),
        3 * groups * (2 * k * k + 1),
        int(out.sum()),
    )


def test_a_linear_layer_over_steps_counts_each_step():
    [row] = summary(nn.Linear(5, 3), (7, 5))
    assert (row.output_size, row.parameters, row.multiply_adds) == ((7, 3), 18, 7 * 3 * 5)


class Odd(nn.Module):
    """A shared layer, batch norm, a parameter of its own, and work that no module does."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4, bias=False)
        self.norm = nn.BatchNorm1d(4)
        self.scale = nn.Parameter(torch.ones(1, 4))

    def forward(self, x):
        return F.relu(self.norm(self.linear(self.linear(x)))) * self.scale


def test_shared_parameters_count_once_and_their_products_twice():
    rows = summary(Odd(), (4,))
    assert [(r.name, r.parameters, r.multiply_adds) for r in rows] == [
        ("linear", 16, 16),
        ("linear", 0, 16),
        ("norm", 8, 0),
        ("Odd", 4, 0),
    ]


def test_the_model_stays_as_it_was():
    model = Odd().double()
    model.norm.eval()  # one part frozen, the rest in training
    before = {name: value.clone() for name, value in model.state_dict().items()}
    summary(model, (4,))
    assert model.training
    assert model.linear.training
    assert not model.norm.training
    assert not any(module._forward_hooks for module in model.modules())
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    with pytest.raises(RuntimeError):
        summary(model, (5,))
    assert not any(module._forward_hooks for module in model.modules())
    assert model.training


def test_shapes_without_memory():
    with torch.device("meta"):
        model = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.AvgPool2d(2))
    rows = summary(model, (3, 10_000, 10_000))
    assert rows[1].output_size == (64, 5_000, 5_000)
    assert total(rows).multiply_adds == 64 * 10_000**2 * 27


def test_a_model_without_parameters():
    assert total(summary(nn.Flatten(), (2, 3))) == Layer("total", "", (6,), 0, 0)


def test_table_lines_up():
    lines = table(summary(models.LeNet(), (1, 28, 28))).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split() == ["layer", "kind", "output", "parameters", "multiply-adds"]
    assert lines[1].split() == ["conv1", "Conv2d", "6×28×28", "156", "117,600"]
    assert lines[-1].split() == ["total", "10", "61,706", "416,520"]


@pytest.mark.parametrize("size", [(), (1, 0), (-1, 3), (1.5, 2), (True, 2)])
def test_summary_refuses_sizes(size):
    with pytest.raises(ValueError, match="positive whole numbers"):
        summary(nn.Flatten(), size)


class Square(nn.Bilinear):
    """Holds weights, but is neither linear nor convolutional."""

    def forward(self, x):
        return super().forward(x, x)


def test_summary_refuses_what_it_cannot_count():
    with pytest.raises(TypeError, match="'0' of kind Square holds weights of shape"):
        summary(nn.Sequential(Square(4, 4, 2)), (4,))
    with pytest.raises(TypeError, match="'GRU' returns tuple"):
        summary(nn.GRU(3, 3), (5, 3))
    with pytest.raises(ValueError, match="no layer"):
        total([])


@pytest.mark.parametrize("build", [models.LeNet, models.resnet18])
def test_multiply_adds_are_those_of_torchs_flop_counter(build):
    model, size = build(), (1, 28, 28) if build is models.LeNet else (3, 32, 32)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.eval()(torch.zeros(1, *size))
    # It counts a multiplication and an addition as two.
    assert total(summary(model, size)).multiply_adds * 2 == counter.get_total_flops()


def test_stages_put_a_block_into_one_row():
    net = models.GoogLeNet(10, width=1 / 8)
    rows = stages(net, (3, 96, 96), (models.Inception,))
    blocks = [row for row in rows if row.kind == "Inception"]
    assert [row.name for row in blocks][:2] == ["inception3a", "inception3b"]
    assert total(rows)[3:] == total(summary(net, (3, 96, 96)))[3:]
    x = torch.zeros(1, 3, 96, 96)
    seen = {}
    for row in blocks:
        net.get_submodule(row.name).register_forward_hook(
            lambda module, _, output, name=row.name: seen.update({name: tuple(output.shape[1:])})
        )
        inside = sum(p.numel() for p in net.get_submodule(row.name).parameters())
        assert row.parameters == inside
    net.eval()(x)
    assert seen == {row.name: row.output_size for row in blocks}
    assert stages(net, (3, 96, 96), ()) == summary(net, (3, 96, 96))
