"""race: the same budget for all, the same run again, and what a run records."""

import functools

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import datasets, models, seed_everything, training

SMALL, LARGE = (functools.partial(models.MLP, (64, hidden, 3), dropout=0.2) for hidden in (4, 40))
ADAM = functools.partial(torch.optim.Adam, lr=0.01)


def adam(model):
    return ADAM(model.parameters())


def images(n, seed):
    g = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 3
    pixels = torch.randint(0, 60, (n, 1, 8, 8), generator=g) + 90 * labels[:, None, None, None] // 2
    return datasets.ImageDataset(pixels.to(torch.uint8), labels, list("abc"), "made")


TRAIN, HELD_OUT = images(90, 0), images(31, 1)


def run(**kw):
    kw = {"optimizer": adam, "seeds": (3,), "batch_size": 16, "device": "cpu"} | kw
    entrants = kw.pop("entrants", {"small": SMALL, "large": LARGE})
    return training.race(entrants, TRAIN, HELD_OUT, **kw)


def test_epochs_give_every_network_the_same_examples():
    runs = run(epochs=3, seeds=(0, 1))
    assert [(r.name, r.seed) for r in runs] == [
        ("small", 0), ("large", 0), ("small", 1), ("large", 1),
    ]  # fmt: skip
    for r in runs:
        assert r.examples == [90, 180, 270]
        assert len(r.seconds) == len(r.loss) == len(r.accuracy) == len(r.train_loss) == 3
        assert r.seconds == sorted(r.seconds)
        assert r.seconds[0] > 0
    assert runs[0].multiply_adds == 64 * 4 + 4 * 3
    assert runs[0].parameters == 64 * 4 + 4 + 4 * 3 + 3
    assert runs[0].work == [3 * n * (64 * 4 + 4 * 3) for n in (90, 180, 270)]


def test_a_run_equals_fit_from_the_same_seed():
    [r] = run(entrants={"large": LARGE}, epochs=4)
    seed_everything(3)
    model = LARGE()
    batches = datasets.TensorLoader(TRAIN, 16, shuffle=True, seed=3)
    held_out = datasets.TensorLoader(HELD_OUT, 500)
    history = training.fit(
        model, batches, held_out, optimizer=adam(model), epochs=4, progress=False
    )
    assert r.loss == history["validation_loss"]
    assert r.accuracy == history["validation_accuracy"]
    assert r.train_loss == history["train_loss"]


def test_multiply_adds_buy_the_nearest_number_of_epochs_and_at_least_one():
    epoch = 3 * 90 * (64 * 40 + 40 * 3)  # of the large one
    for budget, wanted in ((2.4 * epoch, 2), (2.6 * epoch, 3), (0.01 * epoch, 1)):
        [r] = run(entrants={"large": LARGE}, multiply_adds=budget)
        assert len(r.examples) == wanted
    small, large = run(multiply_adds=2 * epoch)
    assert small.work[-1] == pytest.approx(large.work[-1], rel=0.05)


def test_seconds_end_with_the_epoch_that_uses_them_up():
    for r in run(seconds=0.05):
        assert r.seconds[-1] >= 0.05
        assert len(r.seconds) == 1 or r.seconds[-2] < 0.05


def test_a_run_that_diverges_ends_and_the_others_go_on():
    def sgd(model):
        large = model.linear1.out_features == 40
        return torch.optim.SGD(model.parameters(), lr=1e30 if large else 0.01)

    large, small = run(entrants={"large": LARGE, "small": SMALL}, optimizer=sgd, epochs=3)
    assert large.diverged
    assert len(large.accuracy) < 3
    assert not small.diverged
    assert len(small.accuracy) == 3


def test_images_pass_the_transform_and_fit_its_options():
    seen = set()

    def double(x):
        seen.add(x.dtype)
        return F.interpolate(x.float() / 255, scale_factor=2)

    net = lambda: nn.Sequential(nn.AvgPool2d(2), SMALL())  # noqa: E731
    [r] = run(entrants={"net": net}, epochs=1, transform=double, clip_grad_norm=1.0)
    assert seen == {torch.uint8}
    assert len(r.loss) == 1


@pytest.mark.parametrize(
    "kw",
    [{}, {"epochs": 0}, {"epochs": 1, "seconds": 1}, {"multiply_adds": -1.0}, {"seconds": 0}],
)
def test_one_budget(kw):
    with pytest.raises(ValueError, match="exactly one budget above zero"):
        run(**kw)


@pytest.mark.parametrize("kw", [{"entrants": {}}, {"seeds": ()}])
def test_somebody_must_run(kw):
    with pytest.raises(ValueError, match="at least one network and one seed"):
        run(epochs=1, **kw)


def test_progress_is_one_bar_over_the_runs(capfd):
    run(epochs=1, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "small, seed 3" in err
    assert "large, seed 3" in err
    assert "2/2" in err
    run(epochs=1)
    assert capfd.readouterr() == ("", "")


def test_the_loss_that_is_trained_is_the_one_that_is_validated():
    weighted = nn.CrossEntropyLoss(torch.tensor([0.1, 1.0, 5.0]))
    [r] = run(entrants={"large": LARGE}, epochs=1, loss=weighted, amp=torch.bfloat16)
    seed_everything(3)
    model = LARGE()
    batches = datasets.TensorLoader(TRAIN, 16, shuffle=True, seed=3)
    options = {"loss": weighted, "amp": torch.bfloat16}
    training.fit(model, batches, optimizer=adam(model), epochs=1, progress=False, **options)
    held_out = datasets.TensorLoader(HELD_OUT, 500)
    assert r.loss == [training.evaluate(model, held_out, **options)["loss"]]
    assert r.loss != [training.evaluate(model, held_out)["loss"]]


def test_options_of_a_single_run_are_refused():
    with pytest.raises(TypeError, match=r"race: checkpoint, scheduler cannot.*takes loss, label"):
        run(epochs=1, scheduler=None, checkpoint=None)
