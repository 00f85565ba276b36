"""The parts of the training loop that would hide its line of thought in `training.fit`.

Batches checked and moved to the device, metrics that stay there, precision, progress.
"""

import functools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Loss = Callable[[Tensor, Tensor], Tensor]
Metric = Callable[[Tensor, Tensor], Tensor]
# How many steps may pass on a GPU before somebody looks at the losses: looking waits for the GPU.
STEPS_BETWEEN_LOOKS = 50

CLASS_LOSSES = (F.cross_entropy, F.nll_loss)
CLASS_LOSS_MODULES = (nn.CrossEntropyLoss, nn.NLLLoss)
SAME_SHAPE_LOSSES = (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss)
SAME_SHAPE_MODULES = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)


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


class Batches:
    """The (x, y) batches of a loader: checked, and moved to the device."""

    def __init__(self, role: str, data: Iterable, loss: Loss, device: torch.device) -> None:
        plain = loss.func if isinstance(loss, functools.partial) else loss
        self.role, self.data, self.device = role, data, device
        self.loss_name = getattr(plain, "__name__", type(plain).__name__)
        self._classes = plain in CLASS_LOSSES or isinstance(plain, CLASS_LOSS_MODULES)
        self._same_shape = plain in SAME_SHAPE_LOSSES or isinstance(plain, SAME_SHAPE_MODULES)
        keywords = loss.keywords if isinstance(loss, functools.partial) else {}
        self._ignored = keywords.get("ignore_index", getattr(loss, "ignore_index", -100))
        self._range: tuple[int, int] | None = None  # of the labels of the current batch
        self._resident: tuple[int, int] | None = None  # of all labels, where they are on a GPU
        self.continues = bool(getattr(data, "continues", False))
        self.length = len(data) if hasattr(data, "__len__") else None
        if self.length == 0:
            raise ValueError(
                f"{role} has no batches: it is empty, or smaller than one batch of a loader that "
                "drops the last one."
            )

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        number = 0
        for number, batch in enumerate(self.data, start=1):
            x, y = self._pair(batch, number)
            # Labels are looked at where they come from: a look at the GPU would stall it, and a
            # label out of range in a GPU kernel ends the process's use of that GPU.
            if self._classes and not y.is_floating_point():
                self._range = self._range_of(y)
            wait = self.device.type != "cuda"
            yield x.to(self.device, non_blocking=not wait), y.to(self.device, non_blocking=not wait)
        if not number:
            raise ValueError(
                f"{self.role} gave no batches; give a loader or a list, which can be gone through "
                "once an epoch, not a generator or an empty set."
            )

    def _pair(self, batch: Any, number: int) -> tuple[Tensor, Tensor]:
        where = f"{self.role}, batch {number}"
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise TypeError(f"{where}: expected a pair (x, y), got {type(batch).__name__}.")
        x, y = batch
        if not isinstance(x, Tensor) or not isinstance(y, Tensor):
            raise TypeError(
                f"{where}: x and y must be tensors, got {type(x).__name__} and {type(y).__name__}."
            )
        if not x.ndim or not y.ndim or len(x) != len(y) or not len(x):
            raise ValueError(
                f"{where}: x and y must hold the same number of examples, at least one, got "
                f"shapes {tuple(x.shape)} and {tuple(y.shape)}; a TensorLoader or DataLoader makes "
                "batches of a data set."
            )
        return x, y

    def _range_of(self, y: Tensor) -> tuple[int, int]:
        """The smallest and the largest label, those that the loss ignores left out."""
        dataset = getattr(self.data, "dataset", None)
        if y.device.type == "cpu" or not isinstance(dataset, torch.utils.data.TensorDataset):
            return _min_max(y, self._ignored)
        if self._resident is None:
            self._resident = _min_max(dataset.tensors[-1], self._ignored)
        return self._resident

    def check(self, output: Tensor, y: Tensor) -> None:
        """Compare a batch's labels with the output that they will be scored against.

        Raises:
            TypeError: If the labels' dtype is not one that the loss takes.
            ValueError: If their shape or a class number does not fit the output.
        """
        if self._same_shape and output.shape != y.shape:
            raise ValueError(
                f"{self.role}: the model's output has shape {tuple(output.shape)} but y has "
                f"{tuple(y.shape)}; {self.loss_name} needs the same shape."
            )
        if not self._classes or (y.is_floating_point() and y.shape == output.shape):
            return  # the second: a probability for each class, which cross_entropy takes as well
        if y.dtype != torch.int64:
            raise TypeError(
                f"{self.role}: the labels are {y.dtype}, but {self.loss_name} takes class numbers "
                "as torch.int64; convert them with labels.long()."
            )
        if output.ndim < 2 or y.shape != output.shape[:1] + output.shape[2:]:
            wanted = tuple(output.shape[:1] + output.shape[2:]) if output.ndim > 1 else "?"
            raise ValueError(
                f"{self.role}: the model's output has shape {tuple(output.shape)} and the labels "
                f"{tuple(y.shape)}; {self.loss_name} needs output (N, V, …) and labels {wanted}."
            )
        V, (low, high) = output.shape[1], self._range
        if low < 0 or high >= V:
            raise ValueError(
                f"{self.role}: the labels run from {low} to {high}, but the model's output has "
                f"{V} classes, so they must lie in 0 … {V - 1}."
            )


class Step:
    """Calls a model on one batch after the other of a single epoch.

    Of a model that returns (output, state) it keeps the state for the next batch, if that
    continues this one. Detached, so that no gradient flows into a batch whose step is done.
    """

    def __init__(self, model: Callable, continues: bool) -> None:
        self._model, self._continues = model, continues
        self._state: Any = None

    def __call__(self, x: Tensor) -> Tensor:
        """The model's output for a batch."""
        result = self._model(x) if self._state is None else self._model(x, self._state)
        if not isinstance(result, tuple):
            return result
        output, state = result
        if self._continues:
            self._state = _detached(state)
        return output


def _detached(state: Any) -> Any:
    return state.detach() if isinstance(state, Tensor) else tuple(map(_detached, state))


def _min_max(y: Tensor, ignored: int) -> tuple[int, int]:
    low, high = (int(v) for v in torch.aminmax(y))
    if low < 0:  # rare: leave out the labels that the loss ignores, then look again
        y = y[y != ignored]
        low, high = (int(v) for v in torch.aminmax(y)) if y.numel() else (0, 0)
    return low, high


class Meter:
    """The loss and the metrics of one pass over the data, weighted by batch size.

    The numbers stay on the device until `collect`; in training, that is also when the losses are
    checked to be finite (at once on a CPU, where looking costs nothing).
    """

    def __init__(self, metrics: Mapping[str, Metric], epoch: int | None = None) -> None:
        self._metrics, self._epoch = metrics, epoch
        self._counts: list[int] = []
        self._waiting: dict[str, list[Tensor]] = {name: [] for name in ("loss", *metrics)}
        self._values: dict[str, list[float]] = {name: [] for name in self._waiting}

    def add(self, loss: Tensor, output: Tensor, target: Tensor) -> None:
        """Take in a batch: its mean loss (0-d), the output and the targets (N, …)."""
        if not isinstance(loss, Tensor) or loss.ndim:
            got = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
            raise ValueError(f"the loss must be one number, a 0-d tensor, got {got}.")
        self._counts.append(len(target))
        self._waiting["loss"].append(loss.detach())
        if self._epoch is not None and loss.device.type == "cpu" and not math.isfinite(loss.item()):
            self.collect()
        output = output.detach()  # so that metrics build no graph
        for name, metric in self._metrics.items():
            value = metric(output, target)
            if not isinstance(value, Tensor):  # a plain number keeps its precision, on the CPU
                value = torch.tensor(value, dtype=torch.float64)
            if value.ndim:
                raise ValueError(
                    f"the metric {name!r} must return one number, got shape {tuple(value.shape)}."
                )
            self._waiting[name].append(value)

    def collect(self) -> None:
        """Bring the waiting numbers over from the device.

        Raises:
            NonFiniteLossError: In training, if a loss among them is not finite.
        """
        seen = len(self._values["loss"])
        for name, tensors in self._waiting.items():
            if tensors:
                self._values[name] += torch.stack(tensors).tolist()
                tensors.clear()
        if self._epoch is not None:
            for batch, value in enumerate(self._values["loss"][seen:], start=seen + 1):
                if not math.isfinite(value):
                    raise NonFiniteLossError(self._epoch, batch, value)

    def means(self, prefix: str = "") -> dict[str, float]:
        """The mean of the loss and of each metric over all examples, names with the prefix."""
        self.collect()
        total = sum(self._counts)
        return {
            prefix + name: math.fsum(v * n for v, n in zip(values, self._counts, strict=True))
            / total
            for name, values in self._values.items()
        }


class Progress:
    """One progress bar over all epochs, moved every few steps; nothing at all if not wanted."""

    def __init__(self, wanted: bool, epochs: int, steps: int | None, done: int) -> None:
        self._epochs, self._bar = epochs, None
        if wanted:
            with warnings.catch_warnings():  # without ipywidgets a plain bar does as well
                warnings.simplefilter("ignore")
                from tqdm.auto import tqdm
            total = None if steps is None else epochs * steps
            self._bar = tqdm(total=total, initial=done * (steps or 0), unit="step")

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
