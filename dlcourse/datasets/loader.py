"""Batches of a data set that lies whole on one device."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from dlcourse import runtime
from dlcourse.transforms import takes_generator


class TensorLoader:
    """Iterates over the batches of a TensorDataset, as a DataLoader does, but by indexing.

    A ``DataLoader`` fetches samples one by one and glues them together; here the whole set is one
    tensor, a batch is an index into it, and everything else happens to the batch, on its device.

    Uint8 images come out as float32 in [0, 1], unless a transform has made floats of them.

    The order of an epoch and every random transform of it depend only on ``(seed, epoch)``, on
    every device: epoch 3 is the same after a pause as without one. An iteration that is broken off
    does not count as an epoch.

    Args:
        dataset: a TensorDataset, such as ``ImageDataset``.
        batch_size: samples per batch; the last batch may be smaller.
        shuffle: a new order in each epoch.
        transform: applied to the first tensor of each batch, as it is stored (uint8 for images). A
            transform of ``dlcourse.transforms`` draws from the loader's generator; any other
            callable, such as one of torchvision.transforms.v2, from torch's global one.
        drop_last: leave out a last, smaller batch.
        seed: an int >= 0.
        device: moves the set there first; ``None`` leaves it where it is.

    Raises:
        TypeError: ``dataset`` is not a TensorDataset, or ``transform`` not callable.
        ValueError: an empty set, a batch size below 1, a negative seed, or not a single batch.
    """

    def __init__(
        self,
        dataset: TensorDataset,
        batch_size: int = 128,
        shuffle: bool = False,
        transform: Callable[..., Tensor] | None = None,
        drop_last: bool = False,
        seed: int = 0,
        device: torch.device | str | None = None,
    ):
        if not isinstance(dataset, TensorDataset):
            raise TypeError(
                f"TensorLoader takes a TensorDataset, not {type(dataset).__name__}; "
                "dlcourse.datasets.random_split and .subset() keep data sets of that kind."
            )
        if not len(dataset):
            raise ValueError("TensorLoader: the data set is empty.")
        if transform is not None and not callable(transform):
            raise TypeError(f"TensorLoader takes a callable as transform, not {transform!r}.")
        self.dataset = dataset
        self.batch_size = check_int(batch_size, "batch_size", least=1)
        self.shuffle, self.transform, self.drop_last = shuffle, transform, drop_last
        self.seed = check_int(seed, "seed", least=0)
        self._white = torch.tensor(255.0)
        self.epoch = 0
        if not len(self):
            raise ValueError(
                f"TensorLoader: drop_last leaves no batch of {batch_size} out of "
                f"{len(dataset)} samples; use a smaller batch_size."
            )
        self.tensors = dataset.tensors
        if device is not None:
            target = runtime.device(device)
            self.tensors = tuple(t.to(target) for t in self.tensors)

    @property
    def epoch(self) -> int:
        """Full iterations so far; setting it continues from there."""
        return self._epoch

    @epoch.setter
    def epoch(self, value: int) -> None:
        self._epoch = check_int(value, "epoch", least=0)

    def __len__(self) -> int:
        """Batches per epoch."""
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        """Yields one epoch of batches (x, y), each a new tensor that the caller may change."""
        epoch, N = self.epoch, len(self.dataset)
        generator = torch.Generator().manual_seed(epoch_seed(self.seed, epoch))
        if self.shuffle:
            # The whole order moves at once: no batch then waits for a transfer.
            order = runtime.send(torch.randperm(N, generator=generator), self.tensors[0].device)
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            stop = min(start + self.batch_size, N)
            if self.shuffle:
                x, *rest = (t.index_select(0, order[start:stop]) for t in self.tensors)
            else:
                x, *rest = (t[start:stop].clone() for t in self.tensors)
            yield self._finish(x, generator), *rest
        self.epoch = epoch + 1

    def extremes(self) -> tuple[Tensor, ...]:
        """What a model is called with for the examples of the smallest and the largest number."""
        x = self.tensors[0]
        rows = x.reshape(len(x), -1)
        x = x[torch.stack([rows.amin(1).argmin(), rows.amax(1).argmax()])]
        return (self._finish(x, torch.Generator()),)

    def _finish(self, x: Tensor, generator: torch.Generator) -> Tensor:
        if takes_generator(self.transform):
            x = self.transform(x, generator)
        elif self.transform is not None:
            x = self.transform(x)
        if x.dtype != torch.uint8:
            return x
        # By a tensor: by a number, a GPU multiplies with the reciprocal, and the last bit differs.
        if self._white.device != x.device:
            self._white = torch.full((), 255.0, device=x.device)
        return x.float().div_(self._white)

    def __repr__(self) -> str:
        return (
            f"TensorLoader({self.dataset!r}; {len(self)} batches of {self.batch_size}, "
            f"shuffle={self.shuffle}, transform={self.transform!r})"
        )


def epoch_seed(seed: int, epoch: int) -> int:
    """One 32-bit seed out of two numbers, so that (0, 1) and (1, 0) differ.

    32 bits, since that is all that torch's CPU generator uses of a seed.
    """
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])


def check_int(value: int, name: str, least: int, caller: str = "TensorLoader") -> int:
    """The value, if it is a whole number of at least ``least``; else a ValueError that names it."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ValueError(f"{caller} takes an int of at least {least} as {name}, not {value!r}.")
    return int(value)
