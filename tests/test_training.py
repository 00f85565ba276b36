"""`fit` and `evaluate` against hand-written loops; options; bad input.

Interrupting and resuming is in test_checkpoint.py.
"""

import copy
import functools
import inspect
import math
import pickle
import shutil

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import datasets, metrics, models, seed_everything, training, transforms
from dlcourse.training import EarlyStopping, History, NonFiniteLossError
from dlcourse.training.batches import Batches
from dlcourse.training.distributed import Group


def problem(N=50, D=6, V=3, seed=0):
    """Classes that a linear map separates, so that a few steps learn something."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(N, D, generator=generator)
    return x, (x @ torch.randn(D, V, generator=torch.Generator().manual_seed(9))).argmax(1)


def batches(x, y, size=16):
    return list(zip(x.split(size), y.split(size), strict=True))


def network(dropout=0.0, seed=0):
    seed_everything(seed)
    return models.MLP((6, 16, 3), dropout=dropout)


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr)


def quick(model=None, data=None, validation=None, **kw):
    """`fit` with whatever a test leaves out."""
    model = network() if model is None else model
    data = batches(*problem()) if data is None else data
    settings = {"optimizer": sgd(model), "epochs": 2, "progress": False} | kw
    return training.fit(model, data, validation, **settings)


def weights(model):
    return {k: v.clone() for k, v in model.state_dict().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


# ---------------------------------------------------------------- the loop itself


@pytest.mark.parametrize("shuffled", [False, True])
def test_fit_equals_a_hand_written_loop(shuffled):
    dataset = TensorDataset(*problem())
    loader = DataLoader(dataset, batch_size=16, shuffle=shuffled)
    held_out = DataLoader(TensorDataset(*problem(seed=1)), batch_size=16)

    model = network(dropout=0.5)
    history = quick(model, loader, held_out, epochs=3)

    twin = network(dropout=0.5)
    optimizer = sgd(twin)
    expected = {"train_loss": [], "train_accuracy": [], "validation_loss": []}
    for _ in range(3):
        losses = hits = 0.0
        twin.train()
        for x, y in loader:
            optimizer.zero_grad()
            output = twin(x)
            loss = F.cross_entropy(output, y)
            loss.backward()
            optimizer.step()
            losses += loss.item() * len(y)
            hits += (output.argmax(1) == y).sum().item()
        twin.eval()
        held = 0.0
        with torch.no_grad():
            for x, y in held_out:
                held += F.cross_entropy(twin(x), y, reduction="sum").item()
        expected["train_loss"].append(losses / 50)
        expected["train_accuracy"].append(hits / 50)
        expected["validation_loss"].append(held / 50)

    assert_same(weights(model), weights(twin))
    for name, values in expected.items():
        assert history[name] == pytest.approx(values, rel=1e-6), name


def test_fit_trains_in_training_mode_whatever_mode_the_model_was_in():
    data, model, twin = batches(*problem()), network(dropout=0.5), network(dropout=0.5)
    seed_everything(1)
    quick(model.eval(), data)
    seed_everything(1)
    quick(twin, data)
    assert_same(weights(model), weights(twin))


def test_fit_learns_and_reports():
    model = network()
    history = quick(model, validation=batches(*problem(seed=1)), epochs=20)
    assert list(history.columns) == [
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
        "lr",
        "seconds",
    ]
    assert len(history) == 20
    assert history.stopped == "finished"
    assert history["train_loss"][-1] < 0.8 * history["train_loss"][0]
    assert history["lr"] == [0.1] * 20
    assert all(s > 0 for s in history["seconds"])
    assert all(type(v) is float for column in history.columns.values() for v in column)
    assert model.training


def test_fit_prints_on_one_screen():
    lines = inspect.getsource(training.fit).splitlines()
    assert len(lines) <= 84
    assert max(map(len, lines)) <= 100


def test_help_explains_every_argument():
    text = training.fit.__doc__
    for name in inspect.signature(training.fit).parameters:
        assert f"\n    {name}: " in text, name


def test_evaluate_weights_a_short_last_batch_by_its_size():
    x, y = problem(N=21)
    model = network()
    result = training.evaluate(model, batches(x, y, 20))  # 20 and 1
    assert result["loss"] == pytest.approx(F.cross_entropy(model(x), y).item(), rel=1e-6)
    assert result["accuracy"] == pytest.approx(metrics.accuracy(model(x), y).item())
    unweighted = sum(F.cross_entropy(model(a), b).item() for a, b in batches(x, y, 20)) / 2
    assert abs(unweighted - result["loss"]) > 1e-3  # the mistake would be seen


def test_evaluate_is_without_dropout_or_gradients_and_restores_each_mode():
    model = models.MLP((6, 16, 16, 3), dropout=0.5)
    model.dropout1.eval()  # somebody froze this one
    seen = []

    def spy(output, target):
        seen.append((output.requires_grad, model.training, model.dropout2.training))
        return metrics.accuracy(output, target)

    data = batches(*problem())
    first = training.evaluate(model, data, metrics={"accuracy": spy})
    assert training.evaluate(model, data) == first
    assert set(seen) == {(False, False, False)}
    assert (model.training, model.dropout1.training, model.dropout2.training) == (True, False, True)


def test_evaluate_restores_the_mode_after_an_error():
    model = network()
    with pytest.raises(ValueError, match="6 features"):
        training.evaluate(model, [(torch.zeros(2, 5), torch.zeros(2).long())])
    assert model.training


def test_regression_without_metrics():
    x = torch.randn(40, 6)
    y = x.sum(1, keepdim=True)
    model = nn.Linear(6, 1)
    history = quick(model, batches(x, y), loss=F.mse_loss, metrics=None, epochs=30)
    assert list(history.columns) == ["train_loss", "lr", "seconds"]
    assert history["train_loss"][-1] < 0.1
    result = training.evaluate(
        model, batches(x, y), loss=nn.MSELoss(), metrics={"mse": metrics.mse}
    )
    assert result["mse"] == pytest.approx(result["loss"])


def test_metrics_may_return_plain_numbers():
    history = quick(metrics={"size": lambda output, y: len(y), "one": lambda o, y: 1.0})
    assert history["train_one"] == [1.0, 1.0]
    assert history["train_size"][0] == pytest.approx((3 * 16 * 16 + 2 * 2) / 50)


def test_batches_come_from_tensor_loader_as_well():
    images = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8)
    dataset = datasets.ImageDataset(images, torch.arange(40) % 10, classes=list("0123456789"))
    loader = datasets.TensorLoader(dataset, 16, shuffle=True)
    history = quick(models.LeNet(), loader, loader)
    assert len(history) == 2
    assert loader.epoch == 4  # each epoch went through it twice


# ---------------------------------------------------------------- options


@pytest.mark.parametrize("epsilon", [0.1, 1.0])
def test_label_smoothing_is_that_of_torch_and_spares_evaluation(epsilon):
    data, model, twin = batches(*problem()), network(), network()
    history = quick(model, data, data, label_smoothing=epsilon, epochs=1)
    optimizer, loss = sgd(twin), nn.CrossEntropyLoss(label_smoothing=epsilon)
    for x, y in data:
        optimizer.zero_grad()
        loss(twin(x), y).backward()
        optimizer.step()
    assert_same(weights(model), weights(twin))
    assert history["validation_loss"][0] == training.evaluate(model, data)["loss"]


def test_label_smoothing_by_its_formula():
    model, (x, y) = network(), problem()
    history = quick(model, [(x, y)], label_smoothing=0.3, epochs=1)
    log_p = F.log_softmax(network()(x), 1)
    target = 0.7 * F.one_hot(y, 3) + 0.3 / 3
    assert history["train_loss"][0] == pytest.approx(-(target * log_p).sum(1).mean().item())


def test_gradients_are_clipped_as_by_hand():
    data, model, twin = batches(*problem()), network(), network()
    quick(model, data, clip_grad_norm=0.01, epochs=1)
    optimizer = sgd(twin)
    for x, y in data:
        optimizer.zero_grad()
        F.cross_entropy(twin(x), y).backward()
        nn.utils.clip_grad_norm_(twin.parameters(), 0.01)
        optimizer.step()
    assert_same(weights(model), weights(twin))
    distance = sum(
        (model.state_dict()[k] - v).square().sum() for k, v in weights(network()).items()
    )
    assert distance.sqrt() <= 0.01 * 0.1 * len(data) + 1e-6


class Tempered(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(2.0))

    def forward(self, output, target):
        return F.cross_entropy(output / self.temperature, target)


@pytest.mark.parametrize("which", ["the last layer", "the loss, too"])
def test_what_is_clipped_is_what_the_optimizer_steps(which):
    def run(by_hand):
        model, loss, data = network(), Tempered(), batches(*problem())
        last = list(model.linear2.parameters())
        extra = [] if which == "the last layer" else [*model.linear1.parameters(), loss.temperature]
        optimizer = torch.optim.SGD([{"params": last}, {"params": extra}], lr=0.1)
        if not by_hand:
            quick(model, data, loss=loss, optimizer=optimizer, clip_grad_norm=0.01, epochs=1)
        for x, y in data if by_hand else ():
            model.zero_grad()
            loss.zero_grad()
            loss(model(x), y).backward()
            nn.utils.clip_grad_norm_(last + extra, 0.01)
            optimizer.step()
        # Of what is left out as well: it must not pile up from batch to batch.
        return weights(model) | weights(loss), [p.grad for p in model.parameters()]

    (ours, gradients), (theirs, wanted) = run(by_hand=False), run(by_hand=True)
    assert_same(ours, theirs)
    assert all(map(torch.equal, gradients, wanted))


def test_schedule_per_epoch_and_per_batch():
    for per, expected in (("epoch", [1.0, 0.5, 0.25]), ("batch", [1.0, 0.5**4, 0.5**8])):
        model = network()
        optimizer = sgd(model, lr=1.0)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        history = quick(model, optimizer=optimizer, scheduler=scheduler, schedule_per=per, epochs=3)
        assert history["lr"] == expected


def test_plateau_schedule_sees_the_validation_loss():
    model = network()
    optimizer = sgd(model, lr=0.0)  # nothing ever improves
    optimizer.param_groups[0]["lr"] = 1e-20
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, eps=0)
    data = batches(*problem())
    history = quick(model, data, data, optimizer=optimizer, scheduler=scheduler, epochs=3)
    assert history["lr"] == [1e-20, 1e-20, 5e-21]


def test_plateau_schedule_that_waits_for_growth_sees_a_metric_that_should_grow():
    def run(lr=1e-20, **metrics):
        model, data = network(), batches(*problem())
        optimizer = sgd(model, lr)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, mode="max", factor=0.5, patience=0, eps=0
        )
        kw = {"optimizer": optimizer, "scheduler": scheduler, "epochs": 3}
        return quick(model, data, data, **kw, **metrics)["lr"]

    assert run() == [1e-20, 1e-20, 5e-21]  # an accuracy that stays
    growing = iter(range(99))
    measures = {"mae": lambda o, y: 1.0, "bleu": lambda o, y: next(growing)}
    assert run(metrics=measures) == [1e-20] * 3
    with pytest.raises(ValueError, match="waits for a measure to grow, and there is loss, mae"):
        run(metrics={"mae": lambda o, y: 1.0})


@pytest.mark.parametrize(
    "name", ["mae", "word_error_rate", "validation_MAE", "bits_per_character", "rmse", "test_nll"]
)
def test_a_measure_of_which_less_is_better_is_known_as_such(name):
    assert EarlyStopping(name).mode == "min"
    assert history_of(**{name: [2, 1, 3]}).best(name) == (2, 1.0)


def test_a_measure_whose_name_tells_nothing_is_asked_about():
    history = history_of(
        train_gini=[1, 2], lower_bound=[1, 2], train_top5_accuracy=[1, 2], train_f1=[1, 2]
    )
    for ask in (lambda: history.best("train_gini"), lambda: EarlyStopping("train_gini")):
        with pytest.raises(ValueError, match=r"'train_gini' does not tell.*say mode='min' or"):
            ask()
    with pytest.raises(ValueError, match="'lower_bound' does not tell"):
        history.best("lower_bound")  # "wer" is a rate of errors, but not at the end of any word
    assert history.best("train_gini", mode="min") == (1, 1.0)
    assert history.best("train_top5_accuracy") == history.best("train_f1") == (2, 2.0)


def scripted_run(values, weights_after=None, **kw):
    """Train with a validation measure that takes the given values; one validation batch."""
    model = network()
    values = iter(values)

    def measure(output, target):
        if model.training:
            return 0.0
        if weights_after is not None:
            weights_after.append(weights(model))
        return next(values)

    stopping = EarlyStopping("validation_score", **kw)
    data = batches(*problem())
    history = quick(
        model, data, data[:1], metrics={"score": measure}, early_stopping=stopping, epochs=8
    )
    return model, history, stopping


def test_early_stopping_waits_for_patience_and_restores_the_best():
    after = []
    model, history, stopping = scripted_run([1, 3, 2, 2.9, 3, 9, 9, 9], after, patience=3)
    assert history["validation_score"] == [1, 3, 2, 2.9, 3]
    assert history.stopped == "early stopping"
    assert (stopping.best, stopping.best_epoch, stopping.waited) == (3, 2, 3)
    assert_same(weights(model), after[1])
    assert not torch.equal(after[1]["linear1.weight"], after[4]["linear1.weight"])


def test_early_stopping_may_keep_the_last_weights():
    after = []
    model, history, _ = scripted_run([3, 2, 1, 0], after, patience=2, restore_best=False)
    assert len(history) == 3
    assert_same(weights(model), after[-1])


def test_early_stopping_restores_the_best_of_a_run_that_was_not_stopped():
    after = []
    model, history, _ = scripted_run([1, 2, 3, 4, 9, 5, 6, 7], after, patience=5)
    assert (len(history), history.stopped) == (8, "finished")
    assert_same(weights(model), after[4])


def test_early_stopping_min_delta_mode_and_nan():
    _, history, stopping = scripted_run([1, 1.05, 1.09, 5], patience=2, min_delta=0.1)
    assert (len(history), stopping.best_epoch) == (3, 1)
    _, history, stopping = scripted_run([5, 4, 4.5, 4.2, 0], patience=2, mode="min")
    assert (len(history), stopping.best_epoch) == (4, 2)
    _, history, stopping = scripted_run([math.nan, 1, math.nan, math.nan], patience=2)
    assert (len(history), stopping.best_epoch) == (4, 2)


def test_early_stopping_starts_anew_in_another_run():
    data, stopping = batches(*problem()), EarlyStopping(patience=1, min_delta=100.0)
    assert len(quick(data=data, validation=data, early_stopping=stopping, epochs=5)) == 2
    assert len(quick(data=data, validation=data, early_stopping=stopping, epochs=5)) == 2


@pytest.mark.parametrize("amp", [True, torch.bfloat16, torch.float16])
def test_mixed_precision_runs_and_is_close(amp):
    dtypes = set()

    def spy(output, target):
        dtypes.add(output.dtype)
        return metrics.accuracy(output, target)

    data, model, twin = batches(*problem()), network(), network()
    history = quick(model, data, data, amp=amp, metrics={"accuracy": spy}, epochs=5)
    plain = quick(twin, data, data, epochs=5)
    assert dtypes == {torch.bfloat16 if amp is True else amp}
    assert all(w.dtype == torch.float32 for w in model.state_dict().values())
    assert history["validation_loss"] == pytest.approx(plain["validation_loss"], abs=0.02)
    low = training.evaluate(twin, data, amp=amp)["loss"]
    assert low == pytest.approx(training.evaluate(twin, data)["loss"], abs=0.02)
    assert low != training.evaluate(twin, data)["loss"]


class Doubling(nn.Sequential):
    """Acts differently in training and in evaluation, without randomness."""

    def forward(self, x):
        return super().forward(2 * x if self.training else x)


@pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="no C++ compiler")
def test_compiled_model_trains_and_is_evaluated_as_the_plain_one():
    data, runs = batches(*problem(48)), []
    torch.compiler.reset()
    for compiled in (True, False):
        seed_everything(0)
        model = Doubling(nn.Linear(6, 3))
        runs.append((model, quick(model, data, data, compile=compiled)))
    (model, history), (twin, plain) = runs
    for name in ("train_loss", "validation_loss", "validation_accuracy"):
        assert history[name] == pytest.approx(plain[name], rel=1e-4), name
    assert model.state_dict().keys() == twin.state_dict().keys()
    for a, b in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_nothing_is_printed_without_progress(capfd):
    data = batches(*problem())
    quick(data=data, validation=data, progress=False)
    assert capfd.readouterr() == ("", "")


def test_progress_shows_epochs_steps_and_numbers(capfd):
    data = batches(*problem(N=16 * 120))
    quick(data=data, validation=data, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "epoch 2/2" in err
    assert "240/240" in err
    assert "validation_accuracy=" in err


def test_progress_of_a_loader_without_length(capfd):
    class Endless:
        def __iter__(self):
            return iter(batches(*problem()))

    assert len(quick(data=Endless(), progress=True)) == 2
    assert "8step" in capfd.readouterr().err


class NoFloat64(TorchDispatchMode):
    """Refuses what MPS does not have."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            assert out.dtype != torch.float64, func
        return out


def test_no_float64_is_computed():
    images = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8)
    dataset = datasets.ImageDataset(images, torch.arange(40) % 10, classes=list("0123456789"))
    normalize = transforms.Normalize(*dataset.mean_std())
    with NoFloat64():
        model = models.LeNet()
        optimizer = torch.optim.Adam(model.parameters())
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 2)
        loader = datasets.TensorLoader(dataset, 16, shuffle=True, transform=normalize)
        history = quick(
            model,
            loader,
            loader,
            optimizer=optimizer,
            scheduler=scheduler,
            clip_grad_norm=1.0,
            label_smoothing=0.1,
            early_stopping=EarlyStopping(),
        )
    assert len(history) == 2


@pytest.mark.parametrize("amp", [False, True])
def test_fit_moves_model_and_batches(cpu_or_gpu, amp):
    data, model = batches(*problem()), network()
    optimizer = torch.optim.Adam(model.parameters())
    quick(model, data, optimizer=optimizer, epochs=1)  # leaves state behind on the CPU
    history = quick(model, data, data, optimizer=optimizer, device=cpu_or_gpu, amp=amp)
    assert {p.device.type for p in model.parameters()} == {cpu_or_gpu}
    on_cpu = training.evaluate(model.cpu(), data)["loss"]
    assert history["validation_loss"][-1] == pytest.approx(on_cpu, abs=0.02 if amp else 1e-4)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("batch", [1, 3])
def test_non_finite_loss_names_epoch_and_batch(value, batch, cpu_or_gpu):
    x, y = problem()

    class Spoiled:
        """Turns bad in its second epoch."""

        epoch = 0

        def __len__(self):
            return 4

        def __iter__(self):
            self.epoch += 1
            for number, (a, b) in enumerate(batches(x, y), start=1):
                yield (a * value if (self.epoch, number) == (2, batch) else a), b

    model = network()
    with pytest.raises(NonFiniteLossError, match=f"epoch 2, batch {batch}.*smaller") as caught:
        quick(model, Spoiled(), epochs=3, device=cpu_or_gpu)
    assert (caught.value.epoch, caught.value.batch) == (2, batch)
    assert isinstance(caught.value, RuntimeError)
    if cpu_or_gpu == "cpu":  # found before the step was taken
        assert all(w.isfinite().all() for w in model.parameters())


def test_non_finite_loss_late_in_a_long_epoch_is_counted_right():
    data = batches(*problem(N=130), size=1)
    data[119] = (data[119][0] * math.nan, data[119][1])
    with pytest.raises(NonFiniteLossError, match="epoch 1, batch 120"):
        quick(data=data)


def test_divergence_is_found_however_it_comes():
    model = network()
    with pytest.raises(NonFiniteLossError, match=r"epoch \d+, batch \d+"):
        quick(model, optimizer=sgd(model, lr=1e30), epochs=50)


X, Y = problem()


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (Y.int(), TypeError, r"train: the labels are torch\.int32.*labels\.long\(\)"),
        (Y.to(torch.uint8), TypeError, r"torch\.uint8"),
        (Y.float(), TypeError, r"torch\.float32.*class numbers"),
        (Y + 1, ValueError, r"run from 1 to 3.*3 classes.*0 … 2"),
        (Y - 1, ValueError, r"run from -1 to 1"),
        (Y[:, None], ValueError, r"output has shape \(16, 3\) and the labels \(16, 1\)"),
        (F.one_hot(Y), ValueError, r"labels \(16, 3\)"),
    ],
)
def test_wrong_labels_are_explained(labels, error, message):
    model = network()
    before = weights(model)
    with pytest.raises(error, match=message):
        quick(model, [(X[:16], labels[:16])])
    assert_same(weights(model), before)
    with pytest.raises(error, match=message.replace("train:", "data:")):
        training.evaluate(model, [(X[:16], labels[:16])])


def test_a_wrong_label_in_a_later_batch_is_found():
    labels = Y.clone()
    labels[40] = 7
    with pytest.raises(ValueError, match=r"validation: the labels run from . to 7"):
        quick(validation=batches(X, labels))


def test_labels_that_the_loss_ignores_are_allowed():
    labels = Y.clone()
    labels[::2] = -100
    model = network()
    assert len(quick(model, [(X, labels)], metrics=None)) == 2
    labels[labels == -100] = -1
    loss = nn.CrossEntropyLoss(ignore_index=-1)
    assert len(quick(model, [(X, labels)], metrics=None, loss=loss)) == 2
    with pytest.raises(ValueError, match="from -1"):
        quick(model, [(X, labels)], metrics=None)


def test_a_batch_weighs_as_many_labels_as_its_loss_counts():
    labels = Y.clone()
    labels[:30] = -100
    model, data = network(), [(X[:40], labels[:40]), (X[40:45], labels[40:45])]
    labels = labels[:45]  # 10 of the first 40 count, then all 5
    whole = F.cross_entropy(model(X[:45]), labels).item()
    found = training.evaluate(model, data, metrics=None)["loss"]
    assert found == pytest.approx(whole, rel=1e-6)
    history = quick(model, data, optimizer=sgd(model, lr=0.0), metrics=None)
    assert history["train_loss"][0] == pytest.approx(whole, rel=1e-6)
    # Sequences: the mean over all tokens, whatever the number of steps of a batch.
    model = nn.Conv1d(2, 3, 1)
    x, y = torch.randn(6, 2, 9), torch.randint(3, (6, 9))
    y[3:, 4:] = -100
    whole = F.cross_entropy(model(x), y).item()
    data = [(x[:3], y[:3]), (x[3:, :, :5], y[3:, :5])]
    assert training.evaluate(model, data, metrics=None)["loss"] == pytest.approx(whole, rel=1e-6)


WEIGHTS = torch.tensor([0.1, 5.0, 1.0])
LOG_P = nn.Sequential(nn.Linear(6, 3), nn.LogSoftmax(1))


@pytest.mark.parametrize(
    ("model", "loss", "ignores"),
    [
        (network(), nn.CrossEntropyLoss(WEIGHTS), False),
        (network(), functools.partial(F.cross_entropy, weight=WEIGHTS), False),
        (network(), nn.CrossEntropyLoss(WEIGHTS, ignore_index=1, label_smoothing=0.2), True),
        (LOG_P, nn.NLLLoss(WEIGHTS), False),
        (LOG_P, functools.partial(F.nll_loss, weight=WEIGHTS, ignore_index=1), True),
    ],
)
def test_a_loss_with_class_weights_is_the_same_at_every_batch_size(model, loss, ignores):
    x, y = X[Y != 1].repeat(2, 1), Y[Y != 1].repeat(2)
    x, y = torch.cat([x, X]), torch.cat([y, Y])
    whole = loss(model(x), y).item()
    hits = training.evaluate(model, [(x, y)], loss=F.cross_entropy)["accuracy"]
    for size in (len(y), 40, 17):
        data = batches(x, y, size)
        found = training.evaluate(model, data, loss=loss)
        assert found["loss"] == pytest.approx(whole, rel=1e-5), size
        if not ignores:
            assert found["accuracy"] == pytest.approx(hits, rel=1e-6)  # without weights, as ever
        history = quick(model, data, loss=loss, optimizer=sgd(model, lr=0.0))
        assert history["train_loss"][0] == pytest.approx(whole, rel=1e-5)
        parts = [loss(model(a), b).item() for a, b in data]
        assert size == len(y) or abs(sum(parts) / len(parts) - whole) > 1e-3 * whole


def test_weighted_losses_of_several_processes_are_that_of_the_whole_batch():
    class Pretended(Group):
        def agree(self, value, problem):
            pass

    loss, model = nn.CrossEntropyLoss(WEIGHTS), network()
    parts = []
    for rank in range(3):
        group = Pretended(3, rank)
        ours = Batches("train", [(X, Y)], loss, torch.device("cpu"), model, group=group)
        [(x, y)] = ours
        parts.append(ours.shared(loss(model(x), y)).item())
    assert sum(parts) / 3 == pytest.approx(loss(model(X), Y).item(), rel=1e-6)


def test_labels_that_all_weigh_nothing_are_explained():
    loss = nn.CrossEntropyLoss(torch.tensor([1.0, 0.0, 1.0]))
    data = [(X, Y), (X, torch.ones_like(Y))]
    with pytest.raises(ValueError, match="batch 2: the loss's weights of all its labels are 0"):
        training.evaluate(network(), data, loss=loss)
    with pytest.raises(ValueError, match="the labels run from 3 to 3"):
        training.evaluate(network(), [(X, torch.full_like(Y, 3))], loss=loss)


def test_a_batch_without_any_label_that_counts_is_explained():
    empty = [(X[:16], Y[:16]), (X[16:32], torch.full((16,), -100))]
    with pytest.raises(ValueError, match="train, batch 2: the loss ignores every label, -100"):
        quick(data=empty)
    with pytest.raises(ValueError, match="data, batch 2: the loss ignores every label"):
        training.evaluate(network(), empty)


@pytest.mark.parametrize("kind", ["float64", ">f4", "float16"])
@pytest.mark.parametrize("labels", ["int64", "int32", "uint8"])
def test_batches_of_numpy_are_as_good_as_tensors(kind, labels):
    x = X.half().float() if kind == "float16" else X
    arrays = x.double().numpy().astype(kind)[::-1], Y.numpy().astype(labels)[::-1]
    for array in arrays:
        array.flags.writeable = False
    data = [tuple(a[i : i + 16] for a in arrays) for i in range(0, 50, 16)]
    model, twin = network(), network()
    history = quick(model, data, data)
    plain = quick(twin, batches(x.flip(0), Y.flip(0)), batches(x.flip(0), Y.flip(0)))
    assert_same(weights(model), weights(twin))
    assert history["validation_loss"] == plain["validation_loss"]
    assert training.evaluate(model, data)["loss"] == history["validation_loss"][-1]


def test_arrays_of_what_is_no_number_are_explained():
    with pytest.raises(
        TypeError, match="must be tensors or arrays of numbers, got Tensor and str32 array"
    ):
        quick(data=[(X, np.array(["a"] * 50))])


class Sum(nn.Module):
    """Takes two inputs, as a translator takes a source and what it has written so far."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(6, 3)

    def forward(self, a, b):
        return self.linear(a + b)


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_model_may_take_several_inputs(kind):
    torch.manual_seed(0)
    model, twin = Sum(), nn.Linear(6, 3)
    twin.load_state_dict(model.linear.state_dict())
    data = [(kind((x / 2, x / 2)), y) for x, y in batches(X, Y)]
    quick(model, data)
    quick(twin, batches(X, Y))
    assert_same(weights(model.linear), weights(twin))
    assert training.evaluate(model, data) == training.evaluate(twin, batches(X, Y))


def test_inputs_that_do_not_fit_together_are_explained():
    for inputs, error, words in [
        ((X, X[:3]), ValueError, r"the same number of examples.*\(50, 6\), \(3, 6\) and \(50,\)"),
        ((X, 3), TypeError, "must be tensors or arrays of numbers, got Tensor, int and Tensor"),
        ((), TypeError, "must be tensors"),
    ]:
        with pytest.raises(error, match=words):
            quick(Sum(), [(inputs, Y)])


def test_class_probabilities_and_label_maps_are_allowed():
    probabilities = F.one_hot(Y, 3).float()
    soft, hard = network(), network()
    quick(soft, [(X, probabilities)], metrics=None)
    quick(hard, [(X, Y)], metrics=None)
    for a, b in zip(soft.parameters(), hard.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    pixels = nn.Conv2d(1, 3, 1)  # output (N, V, H, W), labels (N, H, W)
    x, y = torch.randn(8, 1, 4, 4), torch.randint(3, (8, 4, 4))
    assert len(quick(pixels, [(x, y)], metrics=None)) == 2
    y[0, 0, 0] = 3
    with pytest.raises(ValueError, match="0 to 3"):
        quick(pixels, [(x, y)], metrics=None)


def test_regression_shapes_may_not_broadcast():
    with pytest.raises(ValueError, match=r"\(50, 1\) but y has \(50,\)"):
        quick(nn.Linear(6, 1), [(X, X[:, 0])], loss=F.mse_loss, metrics=None)


def test_accuracy_of_a_regression_says_to_leave_it_out():
    with pytest.raises(ValueError, match=r"metrics=\{\}"):
        quick(nn.Linear(6, 1), [(X, X[:, :1])], loss=F.mse_loss)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([], ValueError, "train has no batches"),
        ([X], TypeError, r"train, batch 1: expected a pair \(x, y\), got Tensor"),
        ([(X, Y, Y)], TypeError, "expected a pair"),
        ([(X, Y.tolist())], TypeError, "must be tensors or arrays of numbers, got Tensor and list"),
        ([(X, Y[:-1])], ValueError, r"same number of examples.*\(50, 6\) and \(49,\)"),
        ([(X, Y), (X[:0], Y[:0])], ValueError, "train, batch 2.*at least one"),
        (TensorDataset(X, Y), ValueError, "makes batches of a data set"),
        (DataLoader(TensorDataset(X, Y), 64, drop_last=True), ValueError, "drops the last"),
    ],
)
def test_wrong_data_is_explained(data, error, message):
    with pytest.raises(error, match=message):
        quick(data=data)


def test_a_generator_is_empty_in_the_second_epoch():
    with pytest.raises(ValueError, match=r"train gave no batches.*once an epoch"):
        quick(data=(pair for pair in [(X, Y)]))


def test_empty_validation_is_found_before_training():
    model = network()
    before = weights(model)
    with pytest.raises(ValueError, match="validation has no batches"):
        quick(model, validation=[])
    assert_same(weights(model), before)
    with pytest.raises(ValueError, match="data has no batches"):
        training.evaluate(model, [])


SOME = network()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be a whole number, at least 1, got 0"),
        ({"epochs": 2.0}, ValueError, "got 2.0"),
        ({"epochs": True}, ValueError, "got True"),
        ({"optimizer": 0.1}, TypeError, "optimizer must be an optimizer.*float"),
        ({"optimizer": sgd(SOME)}, ValueError, "none of this model's parameters"),
        ({"device": "gpu"}, ValueError, "unknown device 'gpu'"),
        ({"label_smoothing": 1.5}, ValueError, r"must lie in \[0, 1\], got 1\.5"),
        ({"label_smoothing": 0.1, "loss": F.mse_loss}, ValueError, "takes it"),
        ({"label_smoothing": 0.1, "loss": nn.CrossEntropyLoss()}, ValueError, "when it is built"),
        ({"clip_grad_norm": 0}, ValueError, "positive norm"),
        ({"amp": "bf16"}, ValueError, r"True, False, torch\.bfloat16"),
        ({"amp": torch.float64}, ValueError, "amp must be"),
        ({"metrics": [metrics.accuracy]}, TypeError, "dict from names"),
        ({"metrics": {"loss": metrics.accuracy}}, ValueError, "another name"),
        ({"metrics": {"a": lambda o, y: o}}, ValueError, r"'a' must return one number.*\(16, 3\)"),
        ({"loss": nn.CrossEntropyLoss(reduction="none")}, ValueError, r"0-d tensor, got \(16,\)"),
        ({"schedule_per": "step"}, ValueError, "'epoch' or 'batch'"),
        (
            {"scheduler": torch.optim.lr_scheduler.StepLR(sgd(SOME), 1)},
            ValueError,
            "built for another optimizer",
        ),
        ({"early_stopping": EarlyStopping()}, ValueError, "validation_loss.*pass validation data"),
        ({"early_stopping": EarlyStopping("val_loss")}, ValueError, "train_loss, train_accuracy"),
        ({"resume": True}, ValueError, "resume=True needs checkpoint=PATH"),
    ],
)
def test_wrong_options_are_explained_before_training(options, error, message):
    model = network()
    before = weights(model)
    with pytest.raises(error, match=message):
        quick(model, **options)
    assert_same(weights(model), before)


def test_plateau_schedule_needs_validation():
    model = network()
    optimizer = sgd(model)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    with pytest.raises(ValueError, match="pass validation data"):
        quick(model, optimizer=optimizer, scheduler=scheduler)


def test_lbfgs_is_refused():
    model = network()
    with pytest.raises(ValueError, match="LBFGS"):
        quick(model, optimizer=torch.optim.LBFGS(model.parameters()))


@pytest.mark.parametrize("call", [training.fit, training.evaluate])
def test_a_model_must_be_a_module(call):
    extra = {"optimizer": sgd(SOME)} if call is training.fit else {}
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.Module, got function"):
        call(lambda x: x, [(X, Y)], **extra)


@pytest.mark.parametrize(
    "kw", [{"patience": 0}, {"patience": 1.5}, {"min_delta": -1}, {"mode": "low"}]
)
def test_early_stopping_checks_its_arguments(kw):
    with pytest.raises(ValueError, match=f"EarlyStopping: {next(iter(kw))}"):
        EarlyStopping(**kw)


# ---------------------------------------------------------------- History


def history_of(**columns):
    history = History()
    for values in zip(*columns.values(), strict=True):
        history.append(dict(zip(columns, values, strict=True)))
    return history


def test_history_columns_frame_and_best():
    history = history_of(train_loss=[3, 1, 2], validation_accuracy=[0.1, 0.7, 0.7])
    assert history.epochs == [1, 2, 3]
    assert history["train_loss"] == [3.0, 1.0, 2.0]
    assert history.best("train_loss") == (2, 1.0)
    assert history.best("validation_accuracy") == (2, 0.7)
    assert history.best("train_loss", mode="max") == (1, 3.0)
    assert "train_loss" in history
    assert "test_loss" not in history
    frame = history.to_frame()
    assert list(frame.columns) == ["train_loss", "validation_accuracy"]
    assert frame.index.name == "epoch"
    assert frame.loc[2, "train_loss"] == 1.0


@pytest.mark.parametrize("name", ["loss", "train_mse", "test_error", "validation_perplexity"])
def test_history_best_of_a_cost_is_the_smallest(name):
    assert history_of(**{name: [2, 1, 3]}).best(name) == (2, 1.0)


def test_history_best_skips_nan():
    assert history_of(loss=[math.nan, 2, 1]).best("loss") == (3, 1.0)
    with pytest.raises(ValueError, match="NaN in every epoch"):
        history_of(loss=[math.nan]).best("loss")
    with pytest.raises(ValueError, match="mode must be"):
        history_of(loss=[1]).best("loss", mode="least")


def test_history_errors_name_what_there_is():
    with pytest.raises(KeyError, match="no column 'loss'; there are: train_loss"):
        history_of(train_loss=[1])["loss"]
    with pytest.raises(KeyError, match="no epoch was completed"):
        History()["loss"]
    with pytest.raises(ValueError, match="the columns are a, got b"):
        history_of(a=[1]).append({"b": 1})


def test_history_columns_are_attributes_as_well():
    history = history_of(train_loss=[3, 1], lr=[1, 1])
    for same in (history, copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert same.train_loss == [3.0, 1.0]
        assert {"train_loss", "lr", "best"} <= set(dir(same))
    with pytest.raises(AttributeError, match="column 'loss'; the columns are: train_loss, lr"):
        _ = history.loss
    with pytest.raises(AttributeError, match="no epoch was completed"):
        _ = History().train_loss


def test_history_state_and_repr():
    history = history_of(train_loss=[3, 1.23456], lr=[1, 1], seconds=[1, 1])
    history.stopped = "finished"
    other = History()
    other.load_state_dict(history.state_dict())
    other.append({"train_loss": 0, "lr": 1, "seconds": 1})
    assert repr(history) == "History(2 epochs, finished: train_loss 1.235)"
    assert (len(history), len(other)) == (2, 3)
    assert repr(History()) == "History(0 epochs, running)"
    assert History().to_frame().empty
