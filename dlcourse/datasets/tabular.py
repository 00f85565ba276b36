"""Tables as numbers: what a network can take, fitted on the training rows alone."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    import pandas

MISSING = "missing"  # how the category "no value" is called in names


class TableEncoder:
    """Standardizes the numeric columns of a table and one-hot encodes the others.

    Everything that it learns (means, deviations, categories) comes from the rows given to ``fit``.
    A number that is missing becomes 0, the mean; one that was constant in training is not scaled.
    A category, ``missing`` among them, has a column of its own if it occurred in training; one that
    did not leaves all columns of its feature 0.

    Attributes:
        names: of the D output columns, after ``fit``: ``"LotArea"``, ``"Street=Pave"``, ….
    """

    def fit(self, frame: "pandas.DataFrame") -> "TableEncoder":
        """Learn from the training rows.

        Args:
            frame: features only; numeric columns are numbers, all others are categories.

        Returns:
            The encoder itself.

        Raises:
            ValueError: no row or no column, an infinite number, or two columns of one name.
        """
        if not len(frame) or not len(frame.columns):
            raise ValueError(f"TableEncoder: nothing to learn from; the shape is {frame.shape}.")
        if frame.columns.duplicated().any():
            raise ValueError("TableEncoder: two columns have the same name; rename one.")
        self._columns = {}  # name -> (mean, deviation) or the list of categories
        self.names = []
        for name in frame.columns:
            column = frame[name]
            if _is_number(column):
                values = _numbers(column, name)
                values = values[~values.isnan()]
                mean = values.mean().item() if len(values) else 0.0
                std = values.std().item() if len(values) > 1 else 0.0
                # Rounding leaves a trace of a deviation on a constant column of large numbers.
                constant = not std > 1e-12 * max(1.0, abs(mean))
                self._columns[name] = (mean, 1.0 if constant else std)
                self.names.append(str(name))
            else:
                self._columns[name] = sorted(set(categories(column)), key=lambda t: (t is None, t))
                shown = [MISSING if text is None else text for text in self._columns[name]]
                self.names += [f"{name}={text}" for text in shown]
        return self

    def transform(self, frame: "pandas.DataFrame") -> Tensor:
        """The rows as numbers.

        Args:
            frame: has every column that ``fit`` saw; others are ignored.

        Returns:
            (N, D) float32, columns as in ``names``.

        Raises:
            RuntimeError: ``fit`` has not been called.
            ValueError: a column is missing, or holds text where ``fit`` saw numbers.
        """
        if not hasattr(self, "_columns"):
            raise RuntimeError("TableEncoder: call fit with the training rows first.")
        missing = [str(name) for name in self._columns if name not in frame.columns]
        if missing:
            raise ValueError(
                f"TableEncoder: the table lacks the column{'s' * (len(missing) > 1)} "
                f"{', '.join(missing)}, from which it learned."
            )
        encoded = []
        for name, learned in self._columns.items():
            if isinstance(learned, tuple):
                mean, std = learned
                values = _numbers(frame[name], name)
                encoded.append(((values - mean) / std).nan_to_num(nan=0.0)[:, None])
            else:
                place = {text: i for i, text in enumerate(learned)}
                codes = torch.tensor([place.get(text, -1) for text in categories(frame[name])])
                encoded.append(codes.reshape(-1, 1) == torch.arange(len(learned)))
        return torch.cat([part.float() for part in encoded], dim=1)

    def fit_transform(self, frame: "pandas.DataFrame") -> Tensor:
        """``fit``, then ``transform`` of the same rows."""
        return self.fit(frame).transform(frame)

    def __repr__(self) -> str:
        if not hasattr(self, "_columns"):
            return "TableEncoder, not fitted"
        return f"TableEncoder: {len(self._columns)} columns to {len(self.names)} numbers"


def _is_number(column: "pandas.Series") -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return is_numeric_dtype(column) and not is_bool_dtype(column)


def _numbers(column: "pandas.Series", name: object) -> Tensor:
    """A column as (N,) float64 with NaN where it is missing."""
    if not _is_number(column) and not column.isna().all():
        example = column.dropna().iloc[0]
        raise ValueError(
            f"TableEncoder: column {name} held numbers when it was fitted, now it has {example!r}."
        )
    values = torch.tensor(column.astype("float64").to_numpy(), dtype=torch.float64)
    if values.isinf().any():
        raise ValueError(
            f"TableEncoder: column {name} holds an infinite number; make it missing (NaN) or "
            "leave its row out."
        )
    return values


def categories(column: "pandas.Series") -> list[str | None]:
    """The categories as text, None where they are missing.

    pandas reads the code 60 as 60 in one file and, where a value is missing, as 60.0 in the next:
    both are ``"60"``.
    """
    return [None if gone else _text(v) for v, gone in zip(column, column.isna(), strict=True)]


def _text(value: object) -> str:
    whole = isinstance(value, float | np.floating) and value.is_integer()
    return str(int(value) if whole else value)
