"""Where the code runs, from which seed, and in which mode a model is while it is measured."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


def device(name: str | torch.device | None = None) -> torch.device:
    """The device to compute on: a GPU where there is one, otherwise the CPU.

    Args:
        name: ``None`` picks CUDA, then MPS (Apple), then the CPU. A name such as ``"cpu"``,
            ``"cuda"``, ``"cuda:1"`` or ``"mps"``, or a ``torch.device``, is checked and returned.

    Returns:
        A device that this machine has.

    Raises:
        TypeError: If ``name`` is neither a string, a ``torch.device`` nor ``None``.
        ValueError: If the name is unknown or this machine has no such device.
    """
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
