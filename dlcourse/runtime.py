"""Where the code runs, how exactly and how long, from which seed, and how a model is measured.

What a GPU asks for besides is here as well: transfers that do not wait (`send`), generators of
either device (`place_of`), and when the values on a device may be looked at (`unseen`).
"""

import os
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

_tf32: bool | None = None  # what was decided; None: nothing yet
_looking = False  # whether values on a GPU are looked at now, although that waits for it


def device(name: str | torch.device | None = None) -> torch.device:
    """The device to compute on: a GPU where there is one, otherwise the CPU.

    The first call also decides how exactly a GPU computes: in float32 throughout, without TF32
    (see `allow_tf32`), unless that has been decided before.

    Args:
        name: ``None`` picks CUDA, then MPS (Apple), then the CPU. A name such as ``"cpu"``,
            ``"cuda"``, ``"cuda:1"`` or ``"mps"``, or a ``torch.device``, is checked and returned.

    Returns:
        A device that this machine has.

    Raises:
        TypeError: If ``name`` is neither a string, a ``torch.device`` nor ``None``.
        ValueError: If the name is unknown or this machine has no such device.
    """
    if _tf32 is None:
        allow_tf32(False)
    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    if not isinstance(name, str | torch.device):
        raise TypeError(
            f"device: expected a name such as 'cpu' or 'cuda', got {type(name).__name__}."
        )
    try:
        asked = torch.device(name)
    except RuntimeError:
        raise ValueError(
            f"device: unknown device {str(name)!r}; give 'cpu', 'cuda', 'cuda:1' or 'mps', "
            "or nothing for the best one here."
        ) from None
    count = _count(asked.type)
    if (asked.index or 0) >= count:
        have = f"only {count} of that kind" if count else "none"
        raise ValueError(
            f"device: {str(name)!r} was asked for, but torch sees {have} on this machine; "
            "call device() without a name to take the best one here."
        )
    return asked


def _count(kind: str) -> int:
    """How many devices of a kind (``"cuda"``, ``"mps"``, …) torch can use here."""
    if kind == "cpu":
        return 1
    if kind == "cuda":
        return torch.cuda.device_count()
    if kind == "mps":
        return int(torch.backends.mps.is_available())
    # Other accelerators (xpu, …) name their own module; "meta" holds no numbers and has none.
    module = getattr(torch, kind, None)
    return module.device_count() if hasattr(module, "device_count") else 0


def processor() -> str:
    """What `device` computes on, in words: a GPU's name, or how many threads of the CPU."""
    place = device()
    if place.type == "cuda":
        return torch.cuda.get_device_name()
    threads = torch.get_num_threads()
    return f"{threads} thread{'s' if threads > 1 else ''}"


def cpu_seconds() -> float:
    """Seconds that processors have worked for this process since it started.

    All its threads count, and child processes once they have ended and been waited for. Unlike the
    time on a clock it is the same whatever else the machine does meanwhile.
    """
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def allow_tf32(allowed: bool) -> None:
    """Whether NVIDIA GPUs may multiply float32 numbers as TF32: faster, with 10 bits for 23.

    By torch's default convolutions and cuDNN's recurrent layers use TF32 and matrix products do
    not. Two ways of computing the same then differ by about 1e-3 on a GPU, which hides mistakes
    and makes a comparison unfair. Here it is off everywhere, until somebody who measures speed
    turns it on. It holds for the whole process.
    """
    global _tf32
    _tf32 = bool(allowed)
    # torch >= 2.9 has `fp32_precision` for this too. After that has been set, reading one of these
    # older names is an error; set by these, both can be read. Some versions warn that they are old.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.cuda.matmul.allow_tf32 = _tf32
        torch.backends.cudnn.allow_tf32 = _tf32


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor on a device; the program does not wait until it has arrived there.

    A copy from ordinary memory to a GPU waits for everything that the GPU has still to do; one
    from pinned memory, which the GPU reads by itself, takes its turn.
    """
    if device.type == "cuda" and tensor.device.type == "cpu":
        tensor = tensor.pin_memory()
    # Apple's GPUs share the CPU's memory: nothing to gain there.
    there = tensor.device.type == "cpu" and device.type not in ("cpu", "mps")
    return tensor.to(device, non_blocking=there)


def place_of(generator: torch.Generator | None, caller: str) -> torch.device:
    """The device that a generator draws on; the CPU for None, torch's global generator.

    Raises:
        TypeError: If it is something else than a generator.
    """
    if generator is None:
        return torch.device("cpu")
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            f"{caller}: the generator must be a torch.Generator, of any device, or None, got "
            f"{type(generator).__name__}; torch.Generator().manual_seed(seed) makes one."
        )
    return generator.device


def unseen(tensor: Tensor) -> bool:
    """Whether a tensor's values are better not looked at: that would wait for its device."""
    return tensor.device.type != "cpu" and not _looking


@contextmanager
def looking() -> Iterator[None]:
    """Within it networks check the values they are given on a GPU as well, and wait for it."""
    global _looking
    before, _looking = _looking, True
    try:
        yield
    finally:
        _looking = before


def seed_everything(seed: int) -> None:
    """Seed the random numbers of Python, NumPy and torch (the CPU and every GPU).

    Args:
        seed: A whole number from 0 to 2**32 - 1, the range that NumPy takes.

    Raises:
        TypeError: If ``seed`` is not a whole number.
        ValueError: If it is out of that range.
    """
    import numpy as np  # here, not above: `import dlcourse` stays as light as `import torch`

    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(
            f"seed_everything: the seed must be a whole number, got {type(seed).__name__}."
        )
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed_everything: the seed must lie in 0 … 2**32 - 1, got {seed}.")
    random.seed(int(seed))
    np.random.seed(int(seed))
    torch.manual_seed(int(seed))  # seeds CUDA and MPS too


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode; afterwards each of its modules is in the mode it was in."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
