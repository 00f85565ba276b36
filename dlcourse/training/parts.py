"""The parts of the training loop that would hide its line of thought in `training.fit`.

The call of the model, metrics that stay on the device, progress. The batches are in ``batches.py``.
"""

import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from dlcourse.training.distributed import Group

Loss = Callable[[Tensor, Tensor], Tensor]
Metric = Callable[[Tensor, Tensor], Tensor]
# How many steps may pass on a GPU before somebody looks at the losses: looking waits for the GPU.
STEPS_BETWEEN_LOOKS = 50


class NonFiniteLossError(RuntimeError):
    """A training loss was NaN or infinite.

    Attributes:
        epoch: The epoch, from 1.
        batch: The batch of that epoch, from 1.
    """

    def __init__(self, epoch: int, batch: int, value: float) -> None:
        super().__init__(
            f"fit: the training loss became {value} in epoch {epoch}, batch {batch}. Use a smaller "
            "learning rate or clip_grad_norm, and check the data for NaN, infinite or unscaled "
            "values."
        )
        self.epoch, self.batch = epoch, batch


class Step:
    """Calls a model on one batch after the other of a single epoch.

    Of a model that returns (output, state) it keeps the state for the next batch, if that
    continues this one. Detached, so that no gradient flows into a batch whose step is done.

    Attributes:
        state: What the next batch begins with; None where it begins anew.
    """

    def __init__(self, model: Callable, continues: bool) -> None:
        self._model, self._continues = model, continues
        self.state: Any = None

    def __call__(self, x: Tensor | tuple[Tensor, ...]) -> Tensor:
        """The model's output for a batch; several inputs become several arguments."""
        inputs = x if isinstance(x, tuple) else (x,)
        result = self._model(*inputs) if self.state is None else self._model(*inputs, self.state)
        if not isinstance(result, tuple):
            return result
        output, state = result
        if self._continues:
            self.state = mapped(Tensor.detach, state)
        return output


def mapped(function: Callable[[Tensor], Tensor], nested: Any) -> Any:
    """A tensor, or a nested tuple of tensors, with the function applied to each; None stays."""
    if nested is None:
        return None
    if isinstance(nested, Tensor):
        return function(nested)
    return tuple(mapped(function, part) for part in nested)


def scalar(loss: Any) -> Tensor:
    """A batch's loss, if it is one number, a 0-d tensor; else a ValueError."""
    if not isinstance(loss, Tensor) or loss.ndim:
        got = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"the loss must be one number, a 0-d tensor, got {got}.")
    return loss


class Meter:
    """The loss and the metrics of one pass over the data, each batch weighted by its labels.

    The loss is weighted by what it has divided by, so that its mean is that of one large batch.

    The numbers stay on the device until `collect`; in training, that is also when the losses are
    checked to be finite (at once on a CPU, where looking costs nothing).
    """

    def __init__(
        self, metrics: Mapping[str, Metric], group: Group, epoch: int | None = None
    ) -> None:
        self._metrics, self._group, self._epoch = metrics, group, epoch
        self._waiting: list[tuple[float | Tensor, ...]] = []  # a batch's mass, count, loss, metrics
        self._seen: list[list[float]] = []  # the same as numbers

    def add(
        self,
        loss: Tensor,
        output: Tensor,
        target: Tensor,
        count: int | Tensor,
        mass: float | Tensor | None = None,
    ) -> None:
        """Take in a batch: its mean loss (0-d), output and targets (N, …).

        ``count`` is the number of labels, ``mass`` their weight in the loss, if not the same.
        """
        values = [loss.detach()]
        output = output.detach()  # so that metrics build no graph
        for name, metric in self._metrics.items():
            value = metric(output, target)
            if not isinstance(value, Tensor):  # a plain number keeps its precision, on the CPU
                value = torch.tensor(value, dtype=torch.float64)
            if value.ndim:
                raise ValueError(
                    f"the metric {name!r} must return one number, got shape {tuple(value.shape)}."
                )
            # A view would keep the whole output, which a CUDA graph's next step writes over.
            values.append(value if value._base is None else value.clone())
        self._waiting.append((count if mass is None else mass, count, *values))
        if self._epoch is not None and loss.device.type == "cpu" and not math.isfinite(loss.item()):
            self.collect()

    def collect(self) -> None:
        """Bring the waiting numbers over from the device, in one copy.

        Raises:
            NonFiniteLossError: In training, if a loss among them is not finite.
        """
        flat = numbers(list(itertools.chain(*self._waiting)))
        width, seen = 3 + len(self._metrics), len(self._seen)
        self._seen += [flat[i : i + width] for i in range(0, len(flat), width)]
        self._waiting.clear()
        if self._epoch is not None:
            for batch, (_, _, loss, *_rest) in enumerate(self._seen[seen:], start=seen + 1):
                if not math.isfinite(loss):
                    raise NonFiniteLossError(self._epoch, batch, loss)

    def means(self, prefix: str = "") -> dict[str, float]:
        """The mean of the loss and of each metric over all labels, those of all processes."""
        self.collect()
        mass, count, *columns = zip(*self._seen, strict=True)
        by = [mass, *[count] * len(self._metrics)]  # what each column is weighted by
        sums = [
            math.fsum(v * n for v, n in zip(column, weights, strict=True) if n)
            for column, weights in zip(columns, by, strict=True)
        ]
        found = self._group.total([*sums, *map(math.fsum, by)])
        means = [a / b for a, b in zip(found[: len(by)], found[len(by) :], strict=True)]
        return {prefix + n: mean for n, mean in zip(("loss", *self._metrics), means, strict=True)}


def numbers(values: Sequence[float | Tensor]) -> list[float]:
    """Numbers and 0-d tensors as numbers; those of a GPU in one copy, so that it waits once."""
    found = list(values)
    there: dict[torch.device, dict[torch.dtype, list[int]]] = {}
    for i, value in enumerate(values):
        if isinstance(value, Tensor) and value.device.type == "cpu":
            found[i] = value.item()
        elif isinstance(value, Tensor):
            there.setdefault(value.device, {}).setdefault(value.dtype, []).append(i)
    for device, of_dtype in there.items():
        # Into one tensor: exact in float64, which Apple's GPUs do not have.
        exact = torch.float32 if device.type == "mps" else torch.float64
        groups = [torch.stack([values[i] for i in places]) for places in of_dtype.values()]
        together = torch.cat([group.to(exact) for group in groups]).tolist()
        for i, value in zip(itertools.chain(*of_dtype.values()), together, strict=True):
            found[i] = value
    return found


def bar(**options: Any) -> Any:
    """A progress bar of tqdm, made with these options."""
    with warnings.catch_warnings():  # without ipywidgets a plain bar does as well
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm(**options)


class Progress:
    """One progress bar over all epochs, moved every few steps; nothing at all if not wanted."""

    def __init__(self, wanted: bool, epochs: int, steps: int | None, done: int) -> None:
        self._epochs, self._bar = epochs, None
        if wanted:
            total = None if steps is None else epochs * steps
            self._bar = bar(total=total, initial=done * (steps or 0), unit="step")

    def follow(self, batches: Iterable, epoch: int, meter: Meter) -> Iterator:
        """Yield the batches; look at the losses and move the bar every few steps."""
        step = 0
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch}/{self._epochs}")
        for step, batch in enumerate(batches, start=1):
            yield batch
            if step % STEPS_BETWEEN_LOOKS == 0:
                meter.collect()
                if self._bar is not None:
                    self._bar.update(STEPS_BETWEEN_LOOKS)
        if self._bar is not None:
            self._bar.update(step % STEPS_BETWEEN_LOOKS)

    def show(self, row: Mapping[str, float]) -> None:
        """Show an epoch's numbers behind the bar."""
        if self._bar is not None:
            shown = {k: f"{v:.4g}" for k, v in row.items() if k not in ("lr", "seconds")}
            self._bar.set_postfix(shown)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
