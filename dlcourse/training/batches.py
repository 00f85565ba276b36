"""The batches that `training.fit` and `training.evaluate` go through: checked, on the device."""

import functools
from collections.abc import Iterable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.training.parts import Loss

Inputs = Tensor | tuple[Tensor, ...]  # what a model is called with

CLASS_LOSSES = (F.cross_entropy, F.nll_loss)
CLASS_LOSS_MODULES = (nn.CrossEntropyLoss, nn.NLLLoss)
SAME_SHAPE_LOSSES = (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss)
SAME_SHAPE_MODULES = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)


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
        self.count: int | Tensor = 0  # how many labels of the current batch the loss averages over
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
            # Labels are looked at where they come from: a look at the GPU would stall it, and a
            # label out of range in a GPU kernel ends the process's use of that GPU.
            self.count = len(y)
            if self._classes and not y.is_floating_point():
                self._range = self._range_of(y)
                self.count = self._counted(y, number)
            yield (
                tuple(map(self._move, x)) if isinstance(x, tuple) else self._move(x),
                self._move(y),
            )
        if not number:
            raise ValueError(
                f"{self.role} gave no batches; give a loader or a list, which can be gone through "
                "once an epoch, not a generator or an empty set."
            )

    def _move(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.device, non_blocking=self.device.type == "cuda")

    def _pair(self, batch: Any, number: int) -> tuple[Inputs, Tensor]:
        where = f"{self.role}, batch {number}"
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise TypeError(f"{where}: expected a pair (x, y), got {type(batch).__name__}.")
        x, y = batch
        x = tuple(x) if isinstance(x, tuple | list) else x  # DataLoader makes lists of tuples
        tensors = [*x, y] if isinstance(x, tuple) else [x, y]
        if x == () or not all(isinstance(t, Tensor) for t in tensors):
            *kinds, last = (type(t).__name__ for t in tensors)
            raise TypeError(
                f"{where}: x (one tensor or a tuple of them) and y must be tensors, got "
                f"{', '.join(kinds)} and {last}."
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

    def _range_of(self, y: Tensor) -> tuple[int, int]:
        """The smallest and the largest label, those that the loss ignores left out."""
        dataset = getattr(self.data, "dataset", None)
        if y.device.type == "cpu" or not isinstance(dataset, torch.utils.data.TensorDataset):
            return _min_max(y, self._ignored)
        if self._resident is None:
            labels = getattr(dataset, "labels", dataset.tensors[-1])
            self._resident = _min_max(labels, self._ignored)
        return self._resident

    def _counted(self, y: Tensor, number: int) -> int | Tensor:
        """How many labels the loss does not ignore; on a GPU a tensor, which waits there."""
        counted = (y != self._ignored).sum()
        if y.device.type != "cpu":
            return counted  # unseen: a look would wait for the GPU
        if not counted:
            raise ValueError(
                f"{self.role}, batch {number}: the loss ignores every label, {self._ignored}, so "
                "there is nothing to learn from; leave such examples out."
            )
        return int(counted)

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


def _min_max(y: Tensor, ignored: int) -> tuple[int, int]:
    low, high = (int(v) for v in torch.aminmax(y))
    if low < 0:  # rare: leave out the labels that the loss ignores, then look again
        y = y[y != ignored]
        low, high = (int(v) for v in torch.aminmax(y)) if y.numel() else (0, 0)
    return low, high
