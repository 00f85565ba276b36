"""A GPU where there is none: what runs within it computes on the CPU and obeys a GPU's rules.

    python -m tests.stand_in chapters/attention.md solutions/lenet/lenet.ipynb

Memory is on this "cuda" when a program has put it there, and so is what comes of it; a view is
where its memory is. As on a GPU, tensors of two devices do not mix, NumPy sees none of its memory,
and a generator draws on its own device. The numbers are the CPU's: rounding, speed and asynchrony
cannot be seen here, and what `torch` does within one call (a backward pass, say) is not watched.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode, resolve_name

HERE, THERE = torch.device("cpu"), torch.device("cuda")

# Lengths, and how many sequences go on at each step, stay on the CPU.
PACKING = {torch._VF._pack_padded_sequence, torch._VF._pad_packed_sequence}
PACKED = {torch._VF.gru, torch._VF.lstm, torch._VF.rnn_tanh, torch._VF.rnn_relu}
INDEXING = {Tensor.__getitem__, Tensor.__setitem__}
# Where a tensor of the CPU may stand beside one of a GPU; as an index or what is assigned, too.
MIXING = {
    *INDEXING,
    *PACKING,
    Tensor.copy_,
    Tensor.data.__set__,
    torch._has_compatible_shallow_copy_type,
}


class StandIn(TorchFunctionMode):
    """Notes which memory is over there, and looks at every call of torch; see the module."""

    def __init__(self) -> None:
        super().__init__()
        self._there: dict[int, StorageWeakRef] = {}  # storages; a reference keeps its number taken

    # -------------------------------------------------------------------- where memory is

    def on(self, x: Tensor) -> bool:
        """Whether a tensor's memory is over there."""
        return x.device == HERE and _storage(x) in self._there

    def _put(self, x: Tensor) -> Tensor:
        if x.device == HERE and x.layout == torch.strided:
            if len(self._there) > 50_000:
                self._there = {k: ref for k, ref in self._there.items() if not ref.expired()}
            self._there[_storage(x)] = StorageWeakRef(x.untyped_storage())
        return x

    # -------------------------------------------------------------------- every call of torch

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if func in OWN:
            return OWN[func](self, func, args, kwargs)
        given = list(_tensors((args, kwargs)))
        there = [x for x in given if self.on(x)]
        target = kwargs.get("device")
        if there:
            self._refuse_mixture(func, args, given)
        if target is not None and torch.device(target).type == THERE.type:
            kwargs["device"] = HERE
            over = True
        else:
            over = bool(there) and target is None
        self._refuse_generator(func, kwargs.get("generator"), over)
        result = func(*args, **kwargs)
        if over and func is not Tensor.copy_:
            for x in _tensors(result[:1] if func in PACKING else result):
                self._put(x)
        return result

    def _refuse_mixture(self, func, args: tuple, given: list[Tensor]) -> None:
        if func in INDEXING and not self.on(args[0]) and any(map(self.on, _tensors(args[1]))):
            raise RuntimeError(
                "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
            )
        if func in MIXING:
            return
        if func in PACKED and isinstance(args[1], Tensor) and args[1].dtype == torch.int64:
            given = [x for x in given if x is not args[1]]
        if any(x.dim() and x.device == HERE and not self.on(x) for x in given):
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"cuda:0 and cpu! ({resolve_name(func) or func})"
            )

    def _refuse_generator(self, func, generator, over: bool) -> None:
        if generator is not None and over:
            raise RuntimeError(
                f"Expected a 'cuda' device type for generator but found '{generator.device}' "
                f"({resolve_name(func) or func})"
            )

    # -------------------------------------------------------------------- what asks for the device

    def _device(self, func, args, kwargs):
        return torch.device("cuda", 0) if self.on(args[0]) else func(*args)

    def _is_cuda(self, func, args, kwargs):
        return self.on(args[0])

    def _is_cpu(self, func, args, kwargs):
        return func(*args) and not self.on(args[0])

    def _get_device(self, func, args, kwargs):
        return 0 if self.on(args[0]) else func(*args)

    def _stay(self, func, args, kwargs):
        return args[0]

    def _numpy(self, func, args, kwargs):
        if self.on(args[0]):
            raise TypeError(
                "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the "
                "tensor to host memory first."
            )
        return func(*args, **kwargs)

    def _move(self, func, args, kwargs):
        """``to``, ``cpu`` and ``cuda``: a copy where the memory is elsewhere."""
        x, *words = args
        over, name = self.on(x), func.__name__
        if name == "to":
            like = next((word for word in words if isinstance(word, Tensor)), None)
            goal, dtype, _, layout = torch._C._nn._parse_to(*words, **kwargs)
            if like is not None:
                goal = THERE if self.on(like) else like.device
        else:
            goal, dtype, layout = torch.device(name), None, None
        kind = (goal or (THERE if over else x.device)).type
        if "meta" in (kind, x.device.type):
            return func(*args, **kwargs)
        made = x.to(dtype=dtype or x.dtype, memory_format=layout or torch.preserve_format)
        if (kind == THERE.type) != over and _storage(made) == _storage(x):
            made = made.clone()
        return self._put(made) if kind == THERE.type else made


OWN = {
    Tensor.device.__get__: StandIn._device,
    Tensor.is_cuda.__get__: StandIn._is_cuda,
    Tensor.is_cpu.__get__: StandIn._is_cpu,
    Tensor.get_device: StandIn._get_device,
    Tensor.pin_memory: StandIn._stay,
    Tensor.numpy: StandIn._numpy,
    Tensor.__array__: StandIn._numpy,
    Tensor.to: StandIn._move,
    Tensor.cpu: StandIn._move,
    Tensor.cuda: StandIn._move,
}


def _storage(x: Tensor) -> int:
    return x.untyped_storage()._cdata


def _tensors(values: Any) -> Iterator[Tensor]:
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, dict):
        yield from _tensors(list(values.values()))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _tensors(value)


@contextmanager
def stand_in() -> Iterator[None]:
    """Within it `torch` has one CUDA device."""
    answers = {
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "synchronize": lambda device=None: None,
        "get_device_name": lambda device=None: "a stand-in",
        "is_bf16_supported": lambda including_emulation=True: True,
        # There is one generator, the CPU's.
        "get_rng_state": lambda device=None: torch.get_rng_state(),
        "set_rng_state": lambda state, device=None: torch.set_rng_state(state),
        "get_rng_state_all": list,
        "manual_seed_all": lambda seed: None,
    }
    with ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(patch.object(torch.cuda, name, answer))
        # Optimizers ask it whether a graph is recorded, recurrent layers whether cuDNN is there.
        none = patch.object(
            torch.accelerator, "current_accelerator", lambda check_available=False: None
        )
        stack.enter_context(none)
        stack.enter_context(patch.object(torch.backends.cudnn, "is_acceptable", lambda x: False))
        stack.enter_context(StandIn())
        yield


@pytest.fixture
def gpu() -> Iterator[torch.device]:
    """A GPU, or its stand-in, for tests of what a GPU's rules are and not of its arithmetic."""
    if torch.cuda.is_available():
        yield THERE
    else:
        with stand_in():
            yield THERE


MPS = pytest.param(
    "mps", marks=pytest.mark.skipif(not torch.backends.mps.is_available(), reason="no MPS")
)


@pytest.fixture(params=["cpu", "cuda", MPS])
def cpu_or_gpu(request: pytest.FixtureRequest) -> str:
    """The name of each kind of device, one after another."""
    if request.param == "cuda":
        request.getfixturevalue("gpu")
    return request.param


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("files", type=Path, nargs="+", metavar="FILE", help=".md or .ipynb")
    files = made.parse_args().files
    os.environ["MPLBACKEND"] = "Agg"
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
    from cells import run
    from rows import Rows

    failed = 0
    for file in files:
        with stand_in():
            row = run(file.resolve(), Rows(None, "cells", "stand-in"), str(file))
        failed += row["passed"] < row["cells"]
        print(f"{file}: {row['passed']} of {row['cells']} cells passed", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
