"""Devices, seeds and what `import dlcourse` costs."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

import dlcourse


def test_device_is_the_best_that_works():
    device = dlcourse.device()
    best = "cpu"
    if torch.backends.mps.is_available():
        best = "mps"
    if torch.cuda.is_available():
        best = "cuda"
    assert device.type == best
    assert torch.ones(2, device=device).sum().item() == 2


@pytest.mark.parametrize("name", ["cpu", torch.device("cpu")])
def test_device_by_name(name):
    assert dlcourse.device(name) == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "", "cuda:x", "cpu2"])
def test_unknown_device_is_named(name):
    with pytest.raises(ValueError, match=f"unknown device '{name}'"):
        dlcourse.device(name)


@pytest.mark.parametrize("name", ["cuda:99", "meta", "xpu:99", "cpu:1"])
def test_missing_device_is_named_with_advice(name):
    with pytest.raises(ValueError, match=rf"{name}.* was asked for.*call device\(\)"):
        dlcourse.device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA GPU")
def test_cuda_is_refused_where_there_is_none():
    with pytest.raises(ValueError, match="torch sees none"):
        dlcourse.device("cuda")


def test_device_of_wrong_type():
    with pytest.raises(TypeError, match=r"expected a name such as 'cpu'.*int"):
        dlcourse.device(0)


def draws():
    return random.random(), np.random.rand(), torch.rand(3).tolist()


def test_seed_everything_repeats_all_three_generators():
    dlcourse.seed_everything(7)
    first = draws()
    second = draws()
    dlcourse.seed_everything(7)
    assert draws() == first
    assert draws() == second
    dlcourse.seed_everything(8)
    other = draws()
    assert all(a != b for a, b in zip(first, other, strict=True))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
def test_seed_everything_seeds_the_gpu():
    dlcourse.seed_everything(7)
    first = torch.rand(3, device="cuda")
    dlcourse.seed_everything(7)
    assert torch.equal(torch.rand(3, device="cuda"), first)


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(5)])
def test_seed_range(seed):
    dlcourse.seed_everything(seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_out_of_range(seed):
    with pytest.raises(ValueError, match=str(seed)):
        dlcourse.seed_everything(seed)


@pytest.mark.parametrize("seed", [1.0, "1", None, True])
def test_seed_of_wrong_type(seed):
    with pytest.raises(TypeError, match="must be a whole number"):
        dlcourse.seed_everything(seed)


HEAVY = "torchvision matplotlib pandas nbgrader sphinx tqdm mlxtend scipy IPython nbformat"


def new_modules(statement):
    """The top-level modules that a statement imports on top of torch and numpy."""
    program = (
        "import sys, torch, numpy\n"
        "before = set(sys.modules)\n"
        f"{statement}\n"
        "print(*sorted({m.partition('.')[0] for m in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_import_is_light():
    new = new_modules("import dlcourse")
    assert "dlcourse" in new
    assert not new & set(HEAVY.split())


def test_training_and_models_are_light():
    new = new_modules("from dlcourse import metrics, models, training")
    assert not new & set(HEAVY.split())
