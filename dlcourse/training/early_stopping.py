"""Early stopping: end a run when the held-out measure has not improved for a while."""

import math
from typing import Any

from torch import Tensor, nn

from dlcourse.training.history import mode_of


class EarlyStopping:
    """Stop after `patience` epochs in a row without improvement and go back to the best weights.

    Args:
        monitor: The column of the history to watch.
        patience: Epochs without improvement to wait for, at least 1.
        min_delta: What a value must be better by to count as an improvement, 0 or more.
        restore_best: Whether the model ends with the weights of the best epoch, however the run
            ends, or keeps its last ones.
        mode: ``"min"`` or ``"max"``; by default by the name, as in `History.best`.

    Attributes:
        best: The best value so far, None before the first epoch.
        best_epoch: Its epoch, 0 before the first.
        waited: Epochs since then.

    Raises:
        ValueError: If an argument is out of its range, or the mode neither given nor known.
    """

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        restore_best: bool = True,
        mode: str | None = None,
    ) -> None:
        if not isinstance(patience, int) or patience < 1:
            raise ValueError(
                f"EarlyStopping: patience must be a whole number of epochs, at least 1, "
                f"got {patience!r}."
            )
        if not min_delta >= 0 or math.isinf(min_delta):
            raise ValueError(f"EarlyStopping: min_delta must be 0 or more, got {min_delta}.")
        if mode not in (None, "min", "max"):
            raise ValueError(f"EarlyStopping: mode must be 'min' or 'max', got {mode!r}.")
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.restore_best, self.mode = restore_best, mode or mode_of(monitor)
        self.reset()

    def reset(self) -> None:
        """Forget everything seen; `fit` does so at the start of a run."""
        self.best: float | None = None
        self.best_epoch = 0
        self.waited = 0
        self._weights: dict[str, Any] | None = None

    @property
    def exhausted(self) -> bool:
        """Whether the patience has run out."""
        return self.waited >= self.patience

    def update(self, epoch: int, row: dict[str, float], model: nn.Module) -> None:
        """Take in an epoch: its number, its row of the history and the model after it."""
        value = row[self.monitor]
        if math.isnan(value) or (self.best is not None and not self._improves(value)):
            self.waited += 1
            return
        self.best, self.best_epoch, self.waited = value, epoch, 0
        if self.restore_best:
            state = model.state_dict()
            self._weights = {k: v.clone() if isinstance(v, Tensor) else v for k, v in state.items()}

    def _improves(self, value: float) -> bool:
        gain = self.best - value if self.mode == "min" else value - self.best
        return gain > self.min_delta

    def restore(self, model: nn.Module) -> None:
        """Give the model the best epoch's weights, if that is wanted and there was an epoch."""
        if self._weights is not None:
            model.load_state_dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint stores of it: what it has seen, not its settings."""
        return {
            "best": self.best,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
            "weights": self._weights,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what ``state_dict`` of another one returned."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.waited, self._weights = state["waited"], state["weights"]
