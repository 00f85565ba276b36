"""Devices, seeds and what `import dlcourse` costs."""

import random
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
import torch

import dlcourse
from dlcourse import runtime, training


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


@pytest.fixture
def fresh(monkeypatch):
    """Nothing decided about TF32, and torch's own defaults; put back afterwards."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    monkeypatch.setattr(runtime, "_tf32", None)
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = False, True
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def test_choosing_a_device_turns_tf32_off(fresh):
    dlcourse.device("cpu")
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
    assert torch.get_float32_matmul_precision() == "highest"


def test_fit_turns_tf32_off_whoever_moved_the_model(fresh):
    model = torch.nn.Linear(2, 1)
    data = [(torch.rand(3, 2), torch.rand(3, 1))]
    training.evaluate(model, data, loss=torch.nn.functional.mse_loss, metrics=None)
    assert not torch.backends.cudnn.allow_tf32


def test_what_was_decided_about_tf32_stays(fresh):
    runtime.allow_tf32(True)
    dlcourse.device()
    assert torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.allow_tf32
    runtime.allow_tf32(False)
    dlcourse.device()
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32


def test_deciding_about_tf32_warns_of_nothing_and_leaves_every_name_readable(fresh):
    if hasattr(torch.backends.cudnn, "conv"):  # torch >= 2.9: somebody used the newer names
        torch.backends.cudnn.conv.fp32_precision = "tf32"
        torch.backends.cuda.matmul.fp32_precision = "tf32"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runtime.allow_tf32(False)
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
    if hasattr(torch.backends.cudnn, "conv"):
        assert torch.backends.cudnn.conv.fp32_precision != "tf32"
        assert torch.backends.cudnn.rnn.fp32_precision != "tf32"
        assert torch.backends.cuda.matmul.fp32_precision != "tf32"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
def test_cuda_convolutions_and_products_agree_with_the_cpu(fresh):
    device = dlcourse.device()
    x, w = torch.randn(8, 64, 16, 16), torch.randn(32, 64, 5, 5)
    there = torch.nn.functional.conv2d(x.to(device), w.to(device)).cpu()
    torch.testing.assert_close(there, torch.nn.functional.conv2d(x, w), rtol=1e-4, atol=1e-3)
    a, b = x.flatten(1), torch.randn(64 * 256, 100)
    torch.testing.assert_close((a.to(device) @ b.to(device)).cpu(), a @ b, rtol=1e-4, atol=1e-2)


def test_a_generator_says_where_it_draws():
    assert runtime.place_of(None, "f") == torch.device("cpu")
    assert runtime.place_of(torch.Generator(), "f") == torch.device("cpu")
    with pytest.raises(TypeError, match=r"f: the generator must be a torch\.Generator.*got int"):
        runtime.place_of(3, "f")


def test_values_elsewhere_are_seen_while_somebody_looks():
    here, there = torch.zeros(1), torch.zeros(1, device="meta")
    assert (runtime.unseen(here), runtime.unseen(there)) == (False, True)
    with runtime.looking():
        assert not runtime.unseen(there)
        with pytest.raises(KeyError), runtime.looking():
            raise KeyError
        assert not runtime.unseen(there)
    assert runtime.unseen(there)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
def test_cuda_gets_what_is_sent():
    x = torch.arange(1000)
    there = runtime.send(x, torch.device("cuda"))
    assert torch.equal(there.cpu(), x)
    assert runtime.send(there, there.device) is there


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


def test_cpu_seconds_count_work_and_not_waiting_with_that_of_children():
    before = runtime.cpu_seconds()
    work = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", work], check=True)
    children = runtime.cpu_seconds()
    assert children - before > 0.25
    threading.Event().wait(0.3)
    assert runtime.cpu_seconds() - children < 0.2
    exec(work, {})
    assert runtime.cpu_seconds() >= 0.3


def test_processor_says_what_computes(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    monkeypatch.setattr(runtime, "device", lambda: torch.device("cpu"))
    assert runtime.processor() == "1 thread"
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert runtime.processor() == "2 threads"
