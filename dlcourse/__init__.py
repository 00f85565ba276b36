"""A deep-learning course in PyTorch: data, models, training and figures that its chapters share.

Submodules are imported by name (``from dlcourse import datasets, training``), so that
``import dlcourse`` costs next to nothing on top of ``import torch``.
"""

from dlcourse.runtime import device, seed_everything

__version__ = "0.1.0"
__all__ = ["__version__", "device", "seed_everything"]
