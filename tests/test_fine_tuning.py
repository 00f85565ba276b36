"""What carries a trained network over: frozen parts, rates by depth, LoRA, weights from files."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import datasets, models, training
from dlcourse.runtime import seed_everything


def small():
    """Two blocks with batch normalization and dropout, and a head."""
    return nn.Sequential(
        nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Dropout(0.5)),
        nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4)),
        nn.Linear(4, 2),
    )


def language_model():
    return models.TransformerLM(11, embed_dim=8, num_heads=2, dim_feedforward=16, max_length=16)


# Frozen parts ------------------------------------------------------------------------------------


def test_fit_leaves_a_frozen_part_exactly_as_it_was():
    seed_everything(0)
    model = small()
    training.freeze(model[0])
    before = copy.deepcopy(model.state_dict())
    x, y = 3 + torch.randn(12, 3), torch.randint(2, (12,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.1)
    training.fit(model, [(x, y)], optimizer=optimizer, epochs=2, progress=False)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("0."), name


def test_training_mode_is_that_of_what_is_trained():
    model = small()
    training.freeze(model[0], model[1][1])
    assert training.training_mode(model) is model
    modes = {name: module.training for name, module in model.named_modules()}
    assert modes == {
        "": True, "0": False, "0.0": False, "0.1": False, "0.2": False,
        "1": True, "1.0": True, "1.1": False, "2": True,
    }  # fmt: skip
    training.unfreeze(model)
    assert all(m.training for m in training.training_mode(model).modules())
    assert all(p.requires_grad for p in model.parameters())


def test_plain_training_mode_would_have_changed_the_statistics():
    model = small()
    training.freeze(model[0])
    kept = model[0][1].running_mean.clone()
    model.train()(3 + torch.randn(12, 3))
    assert not torch.equal(model[0][1].running_mean, kept)


# Rates by depth ----------------------------------------------------------------------------------


def test_rates_fall_towards_the_input():
    model = small()
    groups = training.rates_by_depth(list(model), lr=0.8, decay=0.5)
    assert [group["lr"] for group in groups] == pytest.approx([0.2, 0.4, 0.8])
    assert [len(group["params"]) for group in groups] == [4, 4, 2]
    training.freeze(model[1])
    groups = training.rates_by_depth(list(model), lr=0.8, decay=0.5)
    assert [group["lr"] for group in groups] == pytest.approx([0.2, 0.8])
    torch.optim.SGD(groups, lr=1.0)


# LoRA --------------------------------------------------------------------------------------------


def test_lora_begins_as_the_layer_and_merged_is_equal(rng):
    D, K = rng.randint(2, 9), rng.randint(2, 9)
    rank, bias = rng.randint(1, min(D, K)), rng.random() < 0.5
    linear = nn.Linear(D, K, bias=bias).double()
    layer, x = models.LoRALinear(linear, rank, alpha=3.0), torch.randn(2, 4, D).double()
    torch.testing.assert_close(layer(x), linear(x))
    nn.init.normal_(layer.B)
    torch.testing.assert_close(layer.merged()(x), layer(x))
    product = 3.0 / rank * layer.B @ layer.A
    torch.testing.assert_close(layer(x), F.linear(x, linear.weight + product, linear.bias))
    assert torch.linalg.matrix_rank(product) == rank


def test_lora_trains_its_matrices_alone_and_merges_into_the_model():
    seed_everything(0)
    model = language_model()
    x, y = torch.randint(11, (2, 4, 7))
    before, start = copy.deepcopy(model.state_dict()), model(x)
    trained = models.add_lora(model, rank=2)
    assert len(trained) == 2 * 2 * 2  # layers × (q, v) × (A, B)
    assert {id(p) for p in trained} == {id(p) for p in model.parameters() if p.requires_grad}
    torch.testing.assert_close(model(x), start)
    optimizer = torch.optim.Adam(trained, lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    after = model(x)
    assert (after - start).abs().max() > 0.01
    state = model.state_dict()
    for name, value in before.items():
        parent, _, last = name.rpartition(".")
        wrapped = f"{parent}.linear.{last}"
        assert torch.equal(state.get(name, state.get(wrapped)), value), name
    models.merge_lora(model)
    torch.testing.assert_close(model(x), after)
    assert model.state_dict().keys() == before.keys()


def test_a_refused_adaptation_leaves_the_model_alone():
    model = language_model()
    with pytest.raises(ValueError, match="rank 9"):
        models.add_lora(model, rank=9)
    assert all(p.requires_grad for p in model.parameters())
    assert not any(isinstance(m, models.LoRALinear) for m in model.modules())


# Networks from files -----------------------------------------------------------------------------


@pytest.fixture
def checkpoints(tmp_path, monkeypatch):
    """The folder in which torchvision looks for files, empty."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def test_torchvision_network_from_a_file(checkpoints):
    from torchvision.models import ShuffleNet_V2_X0_5_Weights, shufflenet_v2_x0_5

    seed_everything(0)
    donor = shufflenet_v2_x0_5().eval()
    name = ShuffleNet_V2_X0_5_Weights.DEFAULT.url.rsplit("/", 1)[-1]
    torch.save(donor.state_dict(), checkpoints / name)
    model, prepare = models.from_torchvision("shufflenet_v2_x0_5")
    x = prepare(torch.randint(256, (1, 3, 40, 50), dtype=torch.uint8))
    assert x.shape == (1, 3, 224, 224)
    x = x[:, :, ::4, ::4]
    with torch.no_grad():
        torch.testing.assert_close(model(x), donor(x))
    head = models.replace_head(model, 7)
    assert model.fc is head
    assert model(x).shape == (1, 7)


def test_missing_weights_say_where_they_come_from_and_belong(checkpoints):
    with pytest.raises(FileNotFoundError) as caught:
        models.from_torchvision("resnet18", "IMAGENET1K_V1")
    for part in ("resnet18-f37072fd.pth", str(checkpoints), "https://download.pytorch.org/"):
        assert part in str(caught.value)
    assert list(checkpoints.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"<html>", {"fc.weight": torch.zeros(2, 2)}, 3])
def test_a_file_that_holds_something_else_is_named(checkpoints, content):
    path = checkpoints / "shufflenetv2_x0.5-f707e7126e.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(ValueError, match=r"(?s)shufflenetv2_x0\.5.*delete it"):
        models.from_torchvision("shufflenet_v2_x0_5")


@pytest.mark.parametrize(
    ("name", "last"), [("resnet18", "fc"), ("densenet121", "classifier"), ("vgg11", "classifier.6")]
)
def test_the_head_is_the_last_linear_layer(name, last):
    from torchvision.models import get_model

    with torch.device("meta"):
        model = get_model(name)
        before = {n: p.shape for n, p in model.named_parameters()}
        head = models.replace_head(model, 3)
    assert model.get_submodule(last) is head
    after = {n: p.shape for n, p in model.named_parameters()}
    changed = {n for n in before if before[n] != after[n]}
    assert changed == {f"{last}.weight", f"{last}.bias"}
    assert head.weight.is_meta
    assert head.out_features == 3


# Printed letters ---------------------------------------------------------------------------------


def test_letters_are_drawn_as_large_as_digits_are():
    train, test = datasets.PrintedLetters(), datasets.PrintedLetters(train=False)
    assert (len(train), len(test)) == (18 * 37, 3 * 37)
    for data in (train, test):
        inked = data.images[:, 0] > 0
        for sides in (inked.any(1), inked.any(2)):
            first = sides.int().argmax(1)
            last = 27 - sides.flip(1).int().argmax(1)
            assert first.min() >= 4
            assert last.max() <= 23
        heights = inked.any(2).sum(1).maximum(inked.any(1).sum(1))
        assert heights.min() >= 18
    assert datasets.load("PrintedLetters", train=None).labels.bincount().tolist() == [21] * 37
    assert datasets.available()["PrintedLetters"].at_hand


def test_no_two_letters_of_a_font_are_the_same():
    images = datasets.PrintedLetters(train=None).images.view(21, 37, -1).float()
    distances = torch.cdist(images, images) + 1e6 * torch.eye(37)
    assert distances.min() > 500  # of at most 255 a pixel


def test_a_missing_font_is_named(monkeypatch, tmp_path):
    import matplotlib

    from dlcourse.datasets import letters

    monkeypatch.setattr(matplotlib, "get_data_path", lambda: str(tmp_path))
    letters._alphabet.cache_clear()
    with pytest.raises(RuntimeError, match=r"DejaVuSans\.ttf.*reinstall matplotlib"):
        datasets.PrintedLetters()
    assert letters._alphabet.cache_info().currsize == 0  # the failure is not remembered


# Bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: training.freeze(), "freeze: there is no parameter"),
        (lambda: training.unfreeze(nn.ReLU()), "unfreeze: there is no parameter"),
        (lambda: training.rates_by_depth(small(), 0.0, 0.5), "lr"),
        (lambda: training.rates_by_depth(small(), 0.1, 1.5), "decay"),
        (lambda: training.rates_by_depth([], 0.1, 0.5), "no parameter"),
        (lambda: training.rates_by_depth([m := small(), m[2]], 0.1, 0.5), "part 2"),
        (lambda: models.LoRALinear(nn.Linear(3, 4), rank=0), "rank"),
        (lambda: models.LoRALinear(nn.Linear(3, 4), rank=4), r"rank 4 .* \(4, 3\)"),
        (lambda: models.LoRALinear(nn.Linear(3, 4), 1, alpha=-1.0), "alpha"),
        (lambda: models.add_lora(small()), "q_proj, v_proj"),
        (lambda: models.add_lora(small(), []), "no layer"),
        (lambda: models.merge_lora(small()), "no LoRALinear"),
        (lambda: models.replace_head(small(), 0), "num_classes"),
        (lambda: models.replace_head(nn.ReLU(), 3), "no linear layer"),
        (lambda: models.from_torchvision("resnet-18"), "resnet-18"),
        (lambda: models.from_torchvision("resnet18", "BEST"), "IMAGENET1K_V1"),
        (lambda: datasets.PrintedLetters(train="test"), "PrintedLetters"),
    ],
)
def test_bad_input_is_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_lora_takes_linear_layers_by_a_list_of_names():
    with pytest.raises(TypeError, match="Conv2d"):
        models.LoRALinear(nn.Conv2d(1, 1, 1))
    with pytest.raises(TypeError, match="list of names"):
        models.add_lora(language_model(), "q_proj")
    with pytest.raises(TypeError, match="Sequential"):
        models.add_lora(small(), ["0"])
