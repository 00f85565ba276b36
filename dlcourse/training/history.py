"""What a training run reported, epoch by epoch."""

import math
from typing import Any

# What the words of a measure's name are, or end in if it is longer than three letters.
SMALLER_IS_BETTER = """
    loss error errors mse rmse rmsle mae deviation distance divergence entropy perplexity nll
    brier wer cer cost bits
"""
LARGER_IS_BETTER = "accuracy acc score bleu match precision recall f1 auc auroc r2 iou dice"
MODES = {
    "min": tuple(SMALLER_IS_BETTER.split()),
    "max": tuple(LARGER_IS_BETTER.split()),
}


def mode_of(metric: str) -> str:
    """``"min"`` if a smaller value of a measure is better, ``"max"`` if a larger one is.

    The last word of its name that tells decides: an error rate is an error.

    Raises:
        ValueError: If no word does; a guess would take the worst epoch for the best.
    """
    for word in reversed(metric.lower().split("_")):
        for mode, endings in MODES.items():
            if word in endings or word.endswith(tuple(e for e in endings if len(e) > 3)):
                return mode
    raise ValueError(
        f"the name {metric!r} does not tell whether a smaller or a larger value is better; say "
        "mode='min' or mode='max'."
    )


class History:
    """The numbers of a run, one row an epoch; plain Python floats in plain lists.

    ``history["train_loss"]`` or ``history.train_loss`` is one column and ``history.columns`` all of
    them by name: ``train_loss`` and ``train_NAME`` for each metric, ``validation_loss`` and
    ``validation_NAME`` where there was a validation set, ``lr`` (of the first parameter group, at
    the epoch's start) and ``seconds`` (training and validation). Those of training are averages
    over the epoch, while the weights change, in training mode and of the objective that is
    minimized (label smoothing included).

    Attributes:
        stopped: How the run ended: ``"finished"``, ``"early stopping"`` or ``"interrupted"``;
            ``"running"`` as long as it has not.
    """

    def __init__(self) -> None:
        self._rows: list[dict[str, float]] = []
        self.stopped = "running"

    def append(self, row: dict[str, float]) -> None:
        """Add an epoch.

        Args:
            row: Column names and values; the same names for every epoch.

        Raises:
            ValueError: If the names differ from those of the epochs before.
        """
        if self._rows and self._rows[0].keys() != row.keys():
            raise ValueError(
                f"History: the columns are {', '.join(self._rows[0])}, got {', '.join(row)}."
            )
        # One append of a whole row: an interrupt cannot leave columns of different lengths.
        self._rows.append({name: float(value) for name, value in row.items()})

    def __len__(self) -> int:
        """The number of whole epochs."""
        return len(self._rows)

    @property
    def epochs(self) -> list[int]:
        """The epochs' numbers, 1 … len(history)."""
        return list(range(1, len(self) + 1))

    @property
    def columns(self) -> dict[str, list[float]]:
        """Every column, by name."""
        names = self._rows[0] if self._rows else {}
        return {name: [row[name] for row in self._rows] for name in names}

    def __contains__(self, name: object) -> bool:
        """Whether there is a column of that name."""
        return name in self.columns

    def __getitem__(self, name: str) -> list[float]:
        """One column.

        Raises:
            KeyError: If there is none of that name; the message lists those that there are.
        """
        columns = self.columns
        if name not in columns:
            known = ", ".join(columns) or "none, as no epoch was completed"
            raise KeyError(f"History: no column {name!r}; there are: {known}")
        return columns[name]

    def __getattr__(self, name: str) -> list[float]:
        """One column, where its name is no other attribute's."""
        rows = self.__dict__.get("_rows")
        if rows and name in rows[0]:
            return self[name]
        known = ", ".join(rows[0]) if rows else "none, as no epoch was completed"
        raise AttributeError(f"History: no attribute or column {name!r}; the columns are: {known}")

    def __dir__(self) -> list[str]:
        """The attributes, the columns among them."""
        return sorted({*super().__dir__(), *self.columns})

    def best(self, metric: str = "validation_loss", mode: str | None = None) -> tuple[int, float]:
        """The epoch with the best value of a column, the first of equals, and that value.

        Args:
            metric: A column's name.
            mode: ``"min"`` or ``"max"``; by default by the name: the smallest loss, error, mae or
                perplexity, the largest accuracy, score or bleu.

        Raises:
            KeyError: If there is no such column.
            ValueError: If it holds no number but NaN, if the mode is unknown, or if there is none
                and the name does not tell it.
        """
        mode = mode or mode_of(metric)
        if mode not in ("min", "max"):
            raise ValueError(f"History.best: mode must be 'min' or 'max', got {mode!r}.")
        pairs = [(v, e) for e, v in zip(self.epochs, self[metric], strict=True) if v == v]
        if not pairs:
            raise ValueError(f"History.best: {metric} is NaN in every epoch.")
        sign = 1 if mode == "min" else -1
        value, epoch = min(pairs, key=lambda pair: (sign * pair[0], pair[1]))
        return epoch, value

    def to_frame(self) -> Any:
        """The columns as a ``pandas.DataFrame`` whose index is the epoch."""
        import pandas as pd

        return pd.DataFrame(self.columns, index=pd.Index(self.epochs, name="epoch"))

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint stores of it."""
        return {"rows": [dict(row) for row in self._rows], "stopped": self.stopped}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what ``state_dict`` of another history returned."""
        self._rows = [dict(row) for row in state["rows"]]
        self.stopped = state["stopped"]

    def __repr__(self) -> str:
        """One line: epochs, ending and the last row."""
        shown = [n for n in (self._rows[-1] if self._rows else {}) if n not in ("lr", "seconds")]
        last = ", ".join(f"{name} {_short(self._rows[-1][name])}" for name in shown)
        count = f"{len(self)} epoch{'' if len(self) == 1 else 's'}"
        return f"History({count}, {self.stopped}{': ' if last else ''}{last})"


def _short(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else str(value)
