"""Batches of windows that are cut out of one long text."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from dlcourse import runtime
from dlcourse.datasets.loader import check_int, epoch_seed


class _Windows:
    """What both kinds have in common: the text on its device, checked."""

    def __init__(
        self,
        numbers: Tensor | Sequence[int],
        num_steps: int,
        batch_size: int,
        device: torch.device | str | None,
        seed: int = 0,
    ):
        name = type(self).__name__
        numbers = torch.as_tensor(numbers)
        if numbers.is_floating_point() or numbers.is_complex() or numbers.dtype == torch.bool:
            raise TypeError(
                f"{name} takes the numbers of tokens, integers, not {numbers.dtype}; "
                "Vocabulary.encode makes them."
            )
        if numbers.dim() != 1:
            raise ValueError(
                f"{name} takes one long text of shape (n,), not {tuple(numbers.shape)}."
            )
        self.num_steps = check_int(num_steps, "num_steps", least=1, caller=name)
        self.batch_size = check_int(batch_size, "batch_size", least=1, caller=name)
        self.seed = check_int(seed, "seed", least=0, caller=name)
        self.epoch = 0
        numbers = numbers.to(torch.int64)
        if len(numbers) and numbers.min() < 0:
            raise ValueError(f"{name}: the numbers of tokens are 0 or more, got {numbers.min()}.")
        # As a data set, so that `fit` need not look at the labels of each batch on a GPU.
        self.dataset = TensorDataset(
            numbers if device is None else numbers.to(runtime.device(device))
        )
        if len(self) < 1:
            raise ValueError(
                f"{name}: a text of {len(numbers)} tokens has no batch of {batch_size} windows of "
                f"{num_steps} steps; it takes at least {self._least()} tokens. Use a longer text, "
                "a smaller batch_size or fewer num_steps."
            )

    def extremes(self) -> tuple[Tensor, ...]:
        """What a model is called with for the windows of the smallest and the largest number."""
        places = torch.stack([self.numbers.argmin(), self.numbers.argmax()])
        starts = places.clamp(max=len(self.numbers) - self.num_steps)
        steps = torch.arange(self.num_steps, device=self.numbers.device)
        return (self.numbers[starts[:, None] + steps],)

    @property
    def numbers(self) -> Tensor:
        """The text, (n,) int64."""
        return self.dataset.tensors[0]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self.numbers):,} tokens; {len(self)} batches of "
            f"{self.batch_size} windows of {self.num_steps} steps)"
        )


class RandomWindows(_Windows):
    """Windows in a random order: each batch begins anew, with a state of zeros.

    In every epoch the text is cut into windows of ``num_steps`` tokens that do not overlap,
    beginning at a random one of the first ``num_steps`` tokens, so that the cuts fall elsewhere
    each time. A token is therefore in at most one window of an epoch; those that fill no whole
    batch are left out. The epoch's windows depend on ``(seed, epoch)`` alone.

    Args:
        numbers: (n,) integers, the text.
        num_steps: T, tokens per window.
        batch_size: N, windows per batch.
        seed: an int >= 0.
        device: moves the text there first; ``None`` leaves it where it is.

    Attributes:
        epoch: whole epochs so far; setting it continues from there.
        continues: False: the windows of a batch do not follow on those of the one before.

    Raises:
        TypeError: the text is not of integers.
        ValueError: the text is too short for one batch, or a number is out of range.
    """

    continues = False

    def __init__(
        self,
        numbers: Tensor | Sequence[int],
        num_steps: int,
        batch_size: int,
        seed: int = 0,
        device: torch.device | str | None = None,
    ):
        super().__init__(numbers, num_steps, batch_size, device, seed)

    def _least(self) -> int:
        return (self.batch_size + 1) * self.num_steps

    def __len__(self) -> int:
        """Batches per epoch, whatever its random beginning."""
        return max(0, len(self.numbers) // self.num_steps - 1) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields one epoch of batches (x, y), int64 (N, T) each; y is x one token later."""
        epoch, T = self.epoch, self.num_steps
        generator = torch.Generator().manual_seed(epoch_seed(self.seed, epoch))
        offset = int(torch.randint(T, (), generator=generator))
        count = (len(self.numbers) - 1 - offset) // T
        order = torch.randperm(count, generator=generator)[: len(self) * self.batch_size]
        starts = runtime.send(offset + order * T, self.numbers.device)
        steps = torch.arange(T, device=self.numbers.device)
        for chosen in starts.split(self.batch_size):
            index = chosen[:, None] + steps  # (N, T)
            yield self.numbers[index], self.numbers[index + 1]
        self.epoch = epoch + 1


class SequentialWindows(_Windows):
    """Windows in the order of the text: row i of a batch continues row i of the one before.

    The text is cut into ``batch_size`` long rows of equal length, and a batch is the next
    ``num_steps`` tokens of each row. A model may therefore keep its state from batch to batch
    within an epoch, which is what `training.fit` and `training.evaluate` do, since ``continues``
    is true. Tokens that fill no whole window are left out.

    Args:
        numbers: (n,) integers, the text.
        num_steps: T, tokens per window.
        batch_size: N, windows per batch, and rows of the text.
        device: moves the text there first; ``None`` leaves it where it is.

    Attributes:
        continues: True.

    Raises:
        TypeError: the text is not of integers.
        ValueError: the text is too short for one batch, or a number is out of range.
    """

    continues = True

    def __init__(
        self,
        numbers: Tensor | Sequence[int],
        num_steps: int,
        batch_size: int,
        device: torch.device | str | None = None,
    ):
        super().__init__(numbers, num_steps, batch_size, device)

    def _least(self) -> int:
        return self.batch_size * self.num_steps + 1

    def _row(self) -> int:
        return max(0, len(self.numbers) - 1) // self.batch_size

    def __len__(self) -> int:
        """Batches per epoch."""
        return self._row() // self.num_steps

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields one epoch of batches (x, y), int64 (N, T) each; y is x one token later."""
        N, L = self.batch_size, self._row()
        x = self.numbers[: N * L].view(N, L)
        y = self.numbers[1 : N * L + 1].view(N, L)
        for start in range(0, len(self) * self.num_steps, self.num_steps):
            part = slice(start, start + self.num_steps)
            yield x[:, part].clone(), y[:, part].clone()
        self.epoch += 1
