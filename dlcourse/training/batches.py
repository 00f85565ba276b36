"""The batches that `training.fit` and `training.evaluate` go through: checked, on the device."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.runtime import evaluating, looking, send
from dlcourse.training.distributed import Group
from dlcourse.training.parts import STEPS_BETWEEN_LOOKS, Loss

Inputs = Tensor | tuple[Tensor, ...]  # what a model is called with

CLASS_LOSSES = (F.cross_entropy, F.nll_loss)
CLASS_LOSS_MODULES = (nn.CrossEntropyLoss, nn.NLLLoss)
SAME_SHAPE_LOSSES = (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss)
SAME_SHAPE_MODULES = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)


class Batches:
    """The (x, y) batches of a loader: checked, and moved to the device without waiting for it.

    What lies on the CPU is looked at there, batch by batch, before it moves: a look at a GPU would
    wait for it, and a number out of range in a GPU kernel ends the process's use of that GPU. What
    lies on a GPU already is looked at where it comes from, once: all labels of a `TensorDataset`,
    and the extreme examples of a loader with ``extremes()``. The batches of anything else on a GPU
    are looked at one in `STEPS_BETWEEN_LOOKS`, the first among them.

    Args:
        role: What messages call the data.
        data: What is gone through for batches, once an epoch.
        loss: Tells what the labels must be.
        device: Where the batches go.
        model: What looks at batches of tokens and lengths: a pass of its own, in evaluation mode.
        memory_format: Of batches of images; None leaves it.
        group: The processes that share each batch.

    Attributes:
        count: How many labels of the current batch the loss looks at, in this process.
        mass: What their weights add up to, where the loss has a weight for each class; it divides
            by that. Otherwise their number.
    """

    def __init__(
        self,
        role: str,
        data: Iterable,
        loss: Loss,
        device: torch.device,
        model: nn.Module,
        memory_format: torch.memory_format | None = None,
        group: Group | None = None,
    ) -> None:
        self.group = Group() if group is None else group
        plain = loss.func if isinstance(loss, functools.partial) else loss
        self.role, self.data, self.device = role, data, device
        self.loss_name = getattr(plain, "__name__", type(plain).__name__)
        self._model, self._memory_format = model, memory_format
        self._classes = plain in CLASS_LOSSES or isinstance(plain, CLASS_LOSS_MODULES)
        self._same_shape = plain in SAME_SHAPE_LOSSES or isinstance(plain, SAME_SHAPE_MODULES)
        keywords = loss.keywords if isinstance(loss, functools.partial) else {}
        self._ignored = keywords.get("ignore_index", getattr(loss, "ignore_index", -100))
        weight = keywords.get("weight", getattr(loss, "weight", None)) if self._classes else None
        self._weight = {} if weight is None else {weight.device: weight.detach()}
        self._labels: Labels | None = None  # of the current batch
        self._resident: Labels | None = None  # of the whole set, where it is on a GPU
        self._accepted: dict[tuple, list[tuple[int, int]]] = {}  # whole numbers, by shapes
        self._looked_at_extremes = False
        self.count: int | Tensor = 0
        self.mass: float | Tensor = 0.0
        self._share: float | Tensor = 1.0  # of the whole batch's labels
        self.continues = bool(getattr(data, "continues", False))
        self.length = len(data) if hasattr(data, "__len__") else None
        if self.length == 0:
            raise ValueError(
                f"{role} has no batches: it is empty, or smaller than one batch of a loader that "
                "drops the last one."
            )

    def __iter__(self) -> Iterator[tuple[Inputs, Tensor]]:
        number = 0
        for number, batch in enumerate(self.data, start=1):
            x, y = self._pair(batch, number)
            if self._classes and not y.is_floating_point():
                self._note_labels(y, number)
            self.count = self._counted(y, number)
            self.mass = self._weighed(y, number)
            if self.group.size > 1:
                x, y = self._part(x, y, number)
            if self.device.type != "cpu":
                self._look(x if isinstance(x, tuple) else (x,), number)
            x = tuple(map(self._move, x)) if isinstance(x, tuple) else self._move(x)
            yield x, send(y, self.device)
        if not number:
            raise ValueError(
                f"{self.role} gave no batches; give a loader or a list, which can be gone through "
                "once an epoch, not a generator or an empty set."
            )

    def _move(self, tensor: Tensor) -> Tensor:
        tensor = send(tensor, self.device)
        if self._memory_format is None or tensor.ndim != 4:
            return tensor
        return tensor.contiguous(memory_format=self._memory_format)

    def _pair(self, batch: Any, number: int) -> tuple[Inputs, Tensor]:
        where = f"{self.role}, batch {number}"
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise TypeError(f"{where}: expected a pair (x, y), got {type(batch).__name__}.")
        x, y = batch
        # DataLoader makes lists of tuples.
        x = tuple(map(as_tensor, x)) if isinstance(x, tuple | list) else as_tensor(x)
        y = as_tensor(y)
        tensors = [*x, y] if isinstance(x, tuple) else [x, y]
        if x == () or not all(isinstance(t, Tensor) for t in tensors):
            *kinds, last = (_kind(t) for t in tensors)
            raise TypeError(
                f"{where}: x (one of them or a tuple) and y must be tensors or arrays of numbers, "
                f"got {', '.join(kinds)} and {last}."
            )
        sizes = {tuple(t.shape[:1]) for t in tensors}
        if len(sizes) > 1 or sizes & {(), (0,)}:
            *shapes, last = (tuple(t.shape) for t in tensors)
            raise ValueError(
                f"{where}: x and y must hold the same number of examples, at least one, got "
                f"shapes {', '.join(map(str, shapes))} and {last}; a TensorLoader or DataLoader "
                "makes batches of a data set."
            )
        return x, y

    def _part(self, x: Inputs, y: Tensor, number: int) -> tuple[Inputs, Tensor]:
        """This process's examples of a batch, which must be the same batch in all processes."""
        inputs = x if isinstance(x, tuple) else (x,)
        if number == 1:
            seen = [float(t.double().sum()) for t in (*inputs, y)]
            self.group.agree(
                (self.length, *(tuple(t.shape) for t in (*inputs, y)), *seen),
                f"the processes got different batches of {self.role} data. Give all of them the "
                "same, of which fit takes each one's part: a TensorLoader, or a DataLoader with "
                "generator=torch.Generator().manual_seed(0), without a DistributedSampler.",
            )
        N, whole = len(y), self.mass
        inputs, y = tuple(map(self.group.part, inputs)), self.group.part(y)
        self.count = self.mass = 0
        if not self.group.idle(N):
            self.count = self._counted(y, number)
            self.mass = self._weighed(y, number)
        self._share = self.group.size * self.mass / whole
        return inputs if isinstance(x, tuple) else inputs[0], y

    def shared(self, loss: Tensor) -> Tensor:
        """The loss to differentiate: its mean over all processes is that of the whole batch."""
        return loss if self.group.size == 1 else loss * self._share

    def _note_labels(self, y: Tensor, number: int) -> None:
        """Notes which labels there are, from a look that does not wait for a GPU."""
        dataset = getattr(self.data, "dataset", None)
        if y.device.type == "cpu":
            self._labels = Labels.of(y, self._ignored)
        elif isinstance(dataset, torch.utils.data.TensorDataset):
            if self._resident is None:
                everything = getattr(dataset, "labels", dataset.tensors[-1])
                self._resident = Labels.of(everything, self._ignored)
            self._labels = self._resident
        elif number % STEPS_BETWEEN_LOOKS == 1:
            # Of the batches between two looks it is unknown whether they hold ignored labels.
            self._labels = replace(Labels.of(y, self._ignored), some_ignored=True)

    def _counted(self, y: Tensor, number: int) -> int | Tensor:
        """How many labels the loss looks at: those that it does not ignore."""
        if not self._classes or y.is_floating_point():
            return len(y)
        if not self._labels.some_ignored:
            return y.numel()
        counted = (y != self._ignored).sum()
        if y.device.type != "cpu":
            return counted  # unseen: a look would wait for the GPU
        if not counted:
            raise ValueError(
                f"{self.role}, batch {number}: the loss ignores every label, {self._ignored}, so "
                "there is nothing to learn from; leave such examples out."
            )
        return int(counted)

    def _weighed(self, y: Tensor, number: int) -> float | Tensor:
        """What the loss divides the sum over its labels by."""
        if not self._weight or y.is_floating_point():
            return self.count
        if y.device not in self._weight:
            self._weight[y.device] = next(iter(self._weight.values())).to(y.device)
        weight = self._weight[y.device]
        # A label that is none of the classes is refused later, by `check`.
        counts = (y != self._ignored) & (y >= 0) & (y < len(weight))
        mass = (weight[y.long().clamp(0, len(weight) - 1)] * counts).sum()
        if y.device.type != "cpu":
            return mass  # unseen: a look would wait for the GPU
        if not mass and counts.any():
            raise ValueError(
                f"{self.role}, batch {number}: the loss's weights of all its labels are 0, so "
                "there is nothing to learn from; leave such examples out."
            )
        return float(mass)

    def _look(self, inputs: tuple[Tensor, ...], number: int) -> None:
        """Let the model look at tokens and lengths that it would not look at on a GPU."""
        whole = [t for t in inputs if not t.is_floating_point() and t.dtype != torch.bool]
        if not whole:
            return
        if all(t.device.type == "cpu" for t in whole):
            spans = [tuple(int(v) for v in torch.aminmax(t)) for t in whole]
            shapes = tuple(t.shape for t in inputs)
            known = self._accepted.get(shapes, spans[:0])
            if known and all(
                a <= low and high <= b for (a, b), (low, high) in zip(known, spans, strict=True)
            ):
                return
            self._accepted[shapes] = [
                (min(a, c), max(b, d)) for (a, b), (c, d) in zip(known or spans, spans, strict=True)
            ]
        elif hasattr(self.data, "extremes"):
            if self._looked_at_extremes:
                return
            self._looked_at_extremes = True
            inputs = self.data.extremes()
        elif number % STEPS_BETWEEN_LOOKS != 1:
            return
        with torch.no_grad(), evaluating(self._model), looking():
            self._model(*(send(t, self.device) for t in inputs))

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
        V, low, high = output.shape[1], self._labels.low, self._labels.high
        if low < 0 or high >= V:
            raise ValueError(
                f"{self.role}: the labels run from {low} to {high}, but the model's output has "
                f"{V} classes, so they must lie in 0 … {V - 1}."
            )


@dataclass(frozen=True)
class Labels:
    """What there is among some class numbers: the smallest, the largest, and ignored ones."""

    low: int
    high: int
    some_ignored: bool

    @classmethod
    def of(cls, y: Tensor, ignored: int) -> "Labels":
        """Looks at labels, of which ``ignored`` stands for none."""
        low, high = (int(v) for v in torch.aminmax(y))
        if not low <= ignored <= high:
            return cls(low, high, False)
        y = y[y != ignored]
        low, high = (int(v) for v in torch.aminmax(y)) if y.numel() else (0, 0)
        return cls(low, high, True)


def as_tensor(value: Any) -> Any:
    """An array of NumPy's as a tensor: of torch's default dtype, of int64, or of bool.

    NumPy's floats have 64 bits where torch's have 32, and its whole numbers as many as the machine
    likes. Anything else stays what it is.
    """
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return value
    dtype = {"f": torch.empty(0).numpy().dtype, "b": np.bool_}.get(value.dtype.kind, np.int64)
    return torch.from_numpy(value.astype(dtype, order="C"))  # a copy, which may be written to


def _kind(value: Any) -> str:
    return f"{value.dtype.name} array" if isinstance(value, np.ndarray) else type(value).__name__
