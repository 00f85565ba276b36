"""A deep-learning course in PyTorch: data, models, training and figures that its chapters share.

Submodules are imported by name (``from dlcourse import datasets, training``). ``import dlcourse``
itself imports nothing; torch, which takes seconds, comes with the first name that needs it, so that
commands that need none start at once.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse.runtime import device, seed_everything

__version__ = "0.1.0"
__all__ = ["__version__", "device", "seed_everything"]


def __getattr__(name: str) -> object:
    if name in ("device", "seed_everything"):
        from dlcourse import runtime

        return getattr(runtime, name)
    raise AttributeError(f"module 'dlcourse' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
