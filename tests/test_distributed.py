"""Two processes train as one does, and go on after one of them was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from dlcourse import training
from dlcourse.training.distributed import Group

PROGRAM = Path(__file__).parent / "programs" / "distributed.py"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder in which a plain start and one by torchrun have left their results."""
    folder = tmp_path_factory.mktemp("distributed")
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    torchrun += ["--max-restarts=1", "--monitor-interval=0.1", "--tee=3"]
    for start in ([], torchrun):
        done = subprocess.run(
            [sys.executable, *start, PROGRAM, folder],
            env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-4000:]
    (folder / "shown.txt").write_text(done.stderr)
    return folder


def load(path):
    return torch.load(path, weights_only=True)


@pytest.mark.parametrize("what", ["images", "words"])
def test_two_processes_learn_what_one_does(out, what):
    """Batches of which the two get unequal parts, or one of them nothing; labels to ignore."""
    one, first, second = (load(out / f"{name}.pt")[what] for name in ("alone", "0", "1"))
    assert first["history"] == second["history"]
    for name, value in one["weights"].items():
        assert torch.equal(first["weights"][name], second["weights"][name])
        torch.testing.assert_close(first["weights"][name], value)
    assert first["history"].keys() == one["history"].keys()
    for name, column in one["history"].items():
        assert first["history"][name] == pytest.approx(column, rel=1e-4), name


def test_each_process_gets_its_part_of_each_batch(out):
    sizes = {name: load(out / f"{name}.pt")["images"]["sizes"] for name in ("alone", "0", "1")}
    assert sizes["alone"] == [8, 8, 5, 8, 8, 1]
    assert sizes["0"] == [4, 4, 2, 4, 4, 1]  # the last one stands in for none, and counts for none
    assert sizes["1"] == [4, 4, 3, 4, 4, 1]


def test_after_one_was_killed_they_go_on_to_the_same_end(out):
    assert (out / "killed").exists()
    for rank in (0, 1):
        whole, resumed = load(out / f"{rank}.pt")["whole"], load(out / f"resumed-{rank}.pt")
        assert resumed["history"] == whole["history"]
        assert len(resumed["history"]["train_loss"]) == 4
        for name, value in whole["weights"].items():
            assert torch.equal(resumed["weights"][name], value)


def test_one_process_shows_progress_and_writes_the_checkpoint(out):
    assert (out / "whole-0.pt").exists()
    assert not (out / "whole-1.pt").exists()
    shown = (out / "shown.txt").read_text()
    assert "[default0]:epoch 1/4" in shown.replace("\r", "")
    assert "[default1]:epoch" not in shown.replace("\r", "")


def test_the_program_on_the_page_trains(out):
    first, second = (load(out / f"{rank}.pt")["page"] for rank in (0, 1))
    assert first["history"] == second["history"]
    assert first["history"]["validation_accuracy"][-1] > 0.8
    assert (out / "lenet.pt").exists()


def test_what_cannot_be_shared_is_refused_in_every_process(out):
    for rank in (0, 1):
        found = load(out / f"{rank}.pt")
        assert "compile='cuda-graph' records the steps of a single process" in found["graph"]
        assert "the processes got different batches of train data" in found["batches"]


def test_without_torchrun_a_process_is_alone(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    assert training.join_processes("cpu") == torch.device("cpu")
    assert Group.here().size == 1
    model = torch.nn.Linear(2, 1)
    assert Group().wrapped(model) is model
    assert Group().total([1.5]) == [1.5]


@pytest.mark.parametrize(("size", "N"), [(2, 8), (2, 5), (3, 2), (4, 1)])
def test_parts_are_all_of_a_batch_and_nothing_twice(size, N):
    batch, seen = torch.arange(N), []
    for rank in range(size):
        group = Group(size, rank)
        assert len(group.part(batch)) >= 1  # something to call the model with
        seen += [] if group.idle(N) else group.part(batch).tolist()
    assert seen == list(range(N))
