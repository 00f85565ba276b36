"""A run that is interrupted and resumed equals, bit for bit, one that was not."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from dlcourse import datasets, models, seed_everything, training, transforms
from dlcourse.training import EarlyStopping
from dlcourse.training import checkpoint as checkpoint_module

EPOCHS = 5


def images(N=60):
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (N, 1, 12, 12), dtype=torch.uint8, generator=generator)
    return datasets.ImageDataset(x, torch.arange(N) % 3, classes=("a", "b", "c"))


def network(hidden=16):
    """Has random layers, and buffers, which batch norm changes without the optimizer."""
    hidden_layer = nn.Linear(144, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.5)
    return nn.Sequential(nn.Flatten(), *hidden_layer, nn.Linear(hidden, 3))


def augmented(**kw):
    transform = transforms.Compose(
        [
            transforms.RandomCrop(12, padding=2),
            transforms.RandomHorizontalFlip(0.5),
            transforms.Normalize((0.5,), (0.25,)),
        ]
    )
    return datasets.TensorLoader(images(), 16, shuffle=True, transform=transform, **kw)


def everything():
    """Dropout, batch norm, shuffling, augmentation, schedule, early stopping, clipping."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return {
        "model": model,
        "train": augmented(),
        "validation": datasets.TensorLoader(images(30), 16),
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS),
        "early_stopping": EarlyStopping("validation_loss", patience=3),
        "clip_grad_norm": 1.0,
        "label_smoothing": 0.1,
    }


def foreign_transform():
    """A loader whose augmentation draws from torch's global generator."""
    run = everything()
    run["train"] = datasets.TensorLoader(
        images(), 16, shuffle=True, transform=lambda x: x / 255 + 0.1 * torch.randn(x.shape)
    )
    return run


def torch_loader():
    run = everything()
    x, y = images().tensors
    run["train"] = DataLoader(TensorDataset(x / 255, y), batch_size=16, shuffle=True)
    return run


def torch_loader_with_generator():
    run = torch_loader()
    generator = torch.Generator().manual_seed(3)
    run["train"] = DataLoader(run["train"].dataset, 16, shuffle=True, generator=generator)
    return run


class Noisy(Dataset):
    """Augments each sample with the random numbers of Python, NumPy and torch."""

    def __len__(self):
        return 40

    def __getitem__(self, i):
        noise = random.random() + np.random.rand() + torch.rand(()).item()
        return torch.full((144,), i / 40 + noise), i % 3


def random_samples():
    return everything() | {"train": DataLoader(Noisy(), 16, shuffle=True)}


class TorchNoisy(Dataset):
    """Augments in a worker, which torch seeds anew in each epoch."""

    def __len__(self):
        return 40

    def __getitem__(self, i):
        return torch.full((144,), i / 40) + torch.rand(()), i % 3


def workers():
    return everything() | {"train": DataLoader(TorchNoisy(), 16, shuffle=True, num_workers=2)}


def half_precision():
    return everything() | {"amp": torch.float16}


def one_cycle():
    run = everything()
    scheduler = torch.optim.lr_scheduler.OneCycleLR(run["optimizer"], 0.1, total_steps=4 * EPOCHS)
    return run | {"scheduler": scheduler, "schedule_per": "batch"}


def plateau():
    run = everything()
    run["scheduler"] = torch.optim.lr_scheduler.ReduceLROnPlateau(run["optimizer"], patience=0)
    return run


def momentum():
    run = everything()
    parameters = run["model"].parameters()
    optimizer = torch.optim.SGD(parameters, 0.1, momentum=0.9, nesterov=True, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler
    scheduler = schedule.SequentialLR(
        optimizer,
        [
            schedule.LinearLR(optimizer, 0.1, total_iters=2),
            schedule.MultiStepLR(optimizer, [1, 2], gamma=0.5),
        ],
        milestones=[2],
    )
    return run | {"optimizer": optimizer, "scheduler": scheduler}


def bare():
    model = network()
    return {
        "model": model,
        "train": augmented(seed=4),
        "optimizer": torch.optim.RMSprop(model.parameters()),
    }


def numbers_of_numpy(kind=np.float64):
    """Learning rates out of a grid, and a schedule that computes with NumPy."""
    run = everything()
    for group in run["optimizer"].param_groups:
        group |= {"lr": np.geomspace(0.1, 1e-3, 3).astype(kind)[1], "eps": kind(1e-7)}
        group["weight_decay"] = kind(1e-4)
    schedule = torch.optim.lr_scheduler.MultiplicativeLR(
        run["optimizer"], lambda epoch: np.cos(kind(epoch) / 9)
    )
    return run | {"scheduler": schedule}


def short_numbers_of_numpy():
    return numbers_of_numpy(np.float32)


RUNS = [
    numbers_of_numpy,
    short_numbers_of_numpy,
    everything,
    foreign_transform,
    torch_loader,
    torch_loader_with_generator,
    random_samples,
    workers,
    half_precision,
    one_cycle,
    plateau,
    momentum,
    bare,
]


def start(make, path=None, seed=0, **kw):
    """Build a run from a seed and fit it; return its arguments and its history."""
    seed_everything(seed)
    run = make()
    options = {"epochs": EPOCHS, "progress": False, "checkpoint": path} | kw
    return run, training.fit(**run, **options)


def outcome(run, history):
    """All that two equal runs must share, down to the next random number."""
    columns = {k: v for k, v in history.columns.items() if k != "seconds"}
    stopping = run.get("early_stopping")
    return {
        "weights": {k: v.clone() for k, v in run["model"].state_dict().items()},
        "optimizer": run["optimizer"].state_dict(),
        "columns": columns,
        "stopped": history.stopped,
        "best": stopping and (stopping.best, stopping.best_epoch, stopping.waited),
        "next": (torch.rand(2), random.random(), np.random.rand()),
        "epoch": getattr(run["train"], "epoch", None),
    }


def assert_equal(a, b, where=""):
    """Recursive equality, exact for tensors."""
    assert type(a) is type(b), where
    if isinstance(a, torch.Tensor):
        assert torch.equal(a, b), where
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            assert_equal(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list | tuple):
        assert len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_equal(x, y, f"{where}[{i}]")
    else:
        assert a == b, where


class Interrupting:
    """Hands out a loader's batches and, once, acts as Ctrl-C in the middle of an epoch."""

    def __init__(self, loader, epoch, batch):
        self.__dict__.update(loader=loader, at=(epoch, batch), started=0)

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def __setattr__(self, name, value):
        target = self.__dict__ if name in self.__dict__ else None
        if target is None:
            setattr(self.loader, name, value)
        else:
            target[name] = value

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        self.started += 1
        for number, batch in enumerate(self.loader, start=1):
            if (self.started, number) == self.at:
                raise KeyboardInterrupt
            yield batch


@pytest.mark.parametrize("make", RUNS, ids=lambda f: f.__name__)
def test_resumed_after_an_interrupt_equals_uninterrupted(make, tmp_path):
    expected = outcome(*start(make))
    path = tmp_path / "run.pt"

    def interrupted():
        run = make()
        return run | {"train": Interrupting(run["train"], epoch=3, batch=2)}

    _, history = start(interrupted, path)
    assert (history.stopped, len(history)) == ("interrupted", 2)
    # Other initial weights and random states: all that counts must come from the file.
    resumed = outcome(*start(make, path, seed=99, resume=True))
    assert_equal(resumed, expected)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("make", [everything, bare], ids=lambda f: f.__name__)
def test_each_epoch_in_a_run_of_its_own_equals_one_run(make, tmp_path):
    expected = outcome(*start(make))
    path = tmp_path / "run.pt"
    for epoch in range(1, EPOCHS + 1):
        last = start(make, path, seed=epoch if epoch > 1 else 0, resume=True, epochs=epoch)
        assert len(last[1]) == min(epoch, len(expected["columns"]["lr"]))
    assert_equal(outcome(*last), expected)


def test_a_state_that_could_not_be_read_back_is_refused_before_training(tmp_path):
    run = everything()
    run["optimizer"].param_groups[0]["note"] = Path("a")
    before = {k: v.clone() for k, v in run["model"].state_dict().items()}
    with pytest.raises(ValueError, match=r"the state of optimizer \(Adam\) could not be read back"):
        training.fit(**run, progress=False, checkpoint=tmp_path / "run.pt")
    assert_equal(dict(run["model"].state_dict()), before)
    assert not list(tmp_path.iterdir())


def test_checkpoints_do_not_change_a_run(tmp_path):
    assert_equal(outcome(*start(everything, tmp_path / "run.pt")), outcome(*start(everything)))


def test_resuming_in_the_same_process_with_the_same_objects(tmp_path):
    expected = outcome(*start(everything))
    path = tmp_path / "run.pt"
    seed_everything(0)
    run = everything()
    options = {"epochs": EPOCHS, "progress": False, "checkpoint": path}
    loader = Interrupting(run["train"], epoch=3, batch=2)
    training.fit(**run | {"train": loader}, **options)
    history = training.fit(**run, **options, resume=True)
    assert_equal(outcome(run, history), expected)


def test_a_finished_run_resumes_to_itself(tmp_path):
    path = tmp_path / "run.pt"
    expected = outcome(*start(everything, path))
    assert_equal(outcome(*start(everything, path, seed=1, resume=True)), expected)


def impatient():
    """Stops early, as nothing counts as an improvement."""
    return everything() | {"early_stopping": EarlyStopping(patience=2, min_delta=100.0)}


def test_a_run_that_stopped_early_stays_stopped(tmp_path):
    path = tmp_path / "run.pt"
    expected = outcome(*start(impatient, path))
    assert (expected["stopped"], len(expected["columns"]["lr"])) == ("early stopping", 3)
    assert_equal(outcome(*start(impatient, path, seed=1, resume=True)), expected)


def test_resume_without_a_file_starts_from_the_beginning(tmp_path):
    resumed = outcome(*start(everything, tmp_path / "run.pt", resume=True))
    assert_equal(resumed, outcome(*start(everything)))


def test_without_resume_an_old_file_is_replaced(tmp_path):
    path = tmp_path / "run.pt"
    start(everything, path)
    _, history = start(everything, path, epochs=2)
    assert len(history) == 2
    assert len(torch.load(path, weights_only=True)["parts"]["history"]["rows"]) == 2


def test_an_interrupt_before_the_first_epoch_gives_an_empty_history():
    run = everything()
    run["train"] = Interrupting(run["train"], epoch=1, batch=2)
    history = training.fit(**run, progress=False)
    assert (len(history), history.stopped) == (0, "interrupted")


def test_an_interrupt_restores_the_best_weights():
    run, after = everything(), []
    run["train"] = Interrupting(run["train"], epoch=3, batch=4)
    run["early_stopping"] = EarlyStopping("validation_best", mode="min")
    first = iter([1.0, 2.0])

    def score(output, target):
        if not run["model"].training:
            after.append({k: v.clone() for k, v in run["model"].state_dict().items()})
            return next(first)
        return 0.0

    run["validation"] = [next(iter(run["validation"]))]
    training.fit(**run, metrics={"best": score}, progress=False)
    assert len(after) == 2
    assert_equal(dict(run["model"].state_dict()), after[0])


# ---------------------------------------------------------------- a real Ctrl-C


class Announcing(datasets.TensorLoader):
    """Says on stdout when it is in the middle of epoch 3, then goes on slowly."""

    def __iter__(self):
        for number, batch in enumerate(super().__iter__(), start=1):
            if (self.epoch, number) == (2, 2):
                print("half way", flush=True)
                for _ in range(10**6):  # until the signal comes; it may come within torch
                    torch.ones(2000).exp().sum().item()
            yield batch


def announcing():
    run = everything()
    old = run["train"]
    run["train"] = Announcing(old.dataset, 16, shuffle=True, transform=old.transform)
    return run


def child(path):
    """What the interrupted process does."""
    # A shell ignores SIGINT in what it runs in the background, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    torch.set_num_threads(1)
    run, history = start(announcing, path)
    report = {"stopped": history.stopped, "columns": history.columns}
    print(json.dumps(report | {"training": run["model"].training}), flush=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C in another way")
def test_ctrl_c_keeps_the_history_and_the_run_resumes(tmp_path):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums may be split otherwise between another number of threads
    try:
        expected = outcome(*start(everything))
        path = tmp_path / "run.pt"
        program = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        program += f"import test_checkpoint; test_checkpoint.child({str(path)!r})"
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout.readline() == "half way\n", process.stderr.read()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 0, err
        report = json.loads(out)
        assert report["stopped"] == "interrupted"
        for name, values in expected["columns"].items():
            assert report["columns"][name] == values[:2], name
        assert_equal(outcome(*start(everything, path, seed=5, resume=True)), expected)
    finally:
        torch.set_num_threads(threads)


# ---------------------------------------------------------------- files that cannot be used


def untouched(make, error, message, path, **kw):
    """`fit` must refuse and leave the model as it was."""
    seed_everything(1)
    run = make()
    before = {k: v.clone() for k, v in run["model"].state_dict().items()}
    with pytest.raises(error, match=message):
        training.fit(**run, **({"epochs": EPOCHS, "progress": False, "checkpoint": path} | kw))
    assert_equal(dict(run["model"].state_dict()), before)
    assert getattr(run["train"], "epoch", 0) == 0


def test_missing_folder(tmp_path):
    path = tmp_path / "nowhere" / "run.pt"
    untouched(everything, FileNotFoundError, r"nowhere is not an existing folder; create", path)
    assert not list(tmp_path.iterdir())


def test_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "run.pt"
    untouched(everything, FileNotFoundError, "file is not an existing folder", path)


def test_path_that_is_a_folder(tmp_path):
    untouched(everything, IsADirectoryError, "is a folder; give a file's name", tmp_path)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder that even root cannot write")
def test_read_only_folder():
    untouched(everything, PermissionError, r"cannot write in /proc/self", "/proc/self/run.pt")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_truncated_checkpoint(share, tmp_path):
    path = tmp_path / "run.pt"
    start(everything, path, epochs=1)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    untouched(everything, ValueError, "run.pt cannot be read; it is truncated", path, resume=True)


def test_file_of_something_else(tmp_path):
    path = tmp_path / "run.pt"
    path.write_text("epoch,loss\n1,2.3\n")
    untouched(everything, ValueError, "not a checkpoint", path, resume=True)
    torch.save(network().state_dict(), path)
    untouched(everything, ValueError, "not written by this version's fit", path, resume=True)


def test_a_checkpoint_runs_no_code(tmp_path):
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    torch.save({"format": checkpoint_module.FORMAT, "parts": Trap()}, tmp_path / "run.pt")
    untouched(everything, ValueError, "cannot be read", tmp_path / "run.pt", resume=True)
    assert not (tmp_path / "sprung").exists()


def other_model():
    run = everything()
    run["model"] = models.MLP((144, 8, 3))
    return run | {"optimizer": torch.optim.Adam(run["model"].parameters()), "scheduler": None}


def wider_model():
    run = everything()
    run["model"] = network(hidden=17)
    optimizer = torch.optim.Adam(run["model"].parameters())
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    return run | {"optimizer": optimizer, "scheduler": scheduler}


def two_groups():
    run = everything()
    first, *rest = run["model"].parameters()
    optimizer = torch.optim.Adam([{"params": [first]}, {"params": rest}])
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    return run | {"optimizer": optimizer, "scheduler": scheduler}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (wider_model, r"another model: 1.weight is of shape \(16, 144\) there and of shape"),
        (other_model, "scheduler: CosineAnnealingLR, but this run has none"),
        (momentum, "optimizer: Adam, but this run has SGD"),
        (two_groups, r"groups of \[6\] parameters, but this one has \[1, 5\]"),
        (half_precision, "scaler: none, but this run has GradScaler"),
        (torch_loader, "another kind of loader of the training data than DataLoader"),
        (lambda: everything() | {"metrics": {}}, "would report train_loss, validation_loss"),
        (lambda: everything() | {"early_stopping": None}, "early_stopping: EarlyStopping, but"),
    ],
)
def test_checkpoint_of_another_run(make, message, tmp_path):
    path = tmp_path / "run.pt"
    start(everything, path, epochs=2)
    untouched(make, ValueError, message, path, resume=True)


def test_a_checkpoint_is_replaced_whole_never_written_over(tmp_path):
    path, link = tmp_path / "run.pt", tmp_path / "link.pt"
    start(everything, path, epochs=2)
    os.link(path, link)  # keeps the old file at hand, whatever happens to the name
    old = link.read_bytes()
    start(everything, path, resume=True)
    assert link.read_bytes() == old
    assert path.read_bytes() != old


def test_a_failing_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    start(everything, path, epochs=2)
    old = path.read_bytes()

    def full_disk(state, file):
        file.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space left"):
        start(everything, path, resume=True)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]
