"""The multilayer perceptron."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn


class MLP(nn.Module):
    """Linear layers with an activation, and dropout if wanted, between them.

    The layers are named ``linear1``, ``activation1``, ``dropout1``, ``linear2``, …, so weights
    carry over between networks that differ only in their dropout.

    Args:
        sizes: Features of the input, of each hidden layer and of the output, at least two
            numbers: ``(784, 256, 10)`` has one hidden layer.
        dropout: The probability p in [0, 1] of zeroing a hidden unit, after each activation: one
            number for all hidden layers or one for each.
        activation: Makes the activation module: a class such as ``nn.ReLU``.

    Raises:
        ValueError: If a size is not a positive whole number, p is out of range or the number of
            probabilities is not that of the hidden layers.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        dropout: float | Sequence[float] = 0.0,
        activation: Callable[[], nn.Module] = nn.ReLU,
    ) -> None:
        super().__init__()
        sizes = list(sizes)
        if len(sizes) < 2 or any(not isinstance(s, int) or s < 1 for s in sizes):
            raise ValueError(
                f"MLP: sizes must be at least two positive whole numbers, such as (784, 256, 10), "
                f"got {sizes}."
            )
        hidden = len(sizes) - 2
        rates = [dropout] * hidden if isinstance(dropout, int | float) else list(dropout)
        if len(rates) != hidden:
            raise ValueError(
                f"MLP: {hidden} hidden layers need as many dropout probabilities, got {len(rates)}."
            )
        # The number itself is checked too, for a network without hidden layers.
        for p in [*rates, *([dropout] if isinstance(dropout, int | float) else [])]:
            if not 0 <= p <= 1:
                raise ValueError(f"MLP: a dropout probability must lie in [0, 1], got {p}.")
        self.in_features = sizes[0]
        self.add_module("flatten", nn.Flatten())
        for i, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
            self.add_module(f"linear{i}", nn.Linear(n_in, n_out))
            if i <= hidden:
                self.add_module(f"activation{i}", activation())
                if rates[i - 1] > 0:
                    self.add_module(f"dropout{i}", nn.Dropout(rates[i - 1]))

    def forward(self, x: Tensor) -> Tensor:
        """Scores (N, sizes[-1]) of a batch x (N, …) with sizes[0] numbers an example, float.

        Raises:
            TypeError: If x is not floating point.
            ValueError: If the number of features is another.
        """
        if not x.is_floating_point():
            raise TypeError(
                f"MLP: the input must be floating point, got {x.dtype}; scale it first."
            )
        features = x.shape[1:].numel() if x.ndim > 1 else 0
        if features != self.in_features:
            raise ValueError(
                f"MLP: the input must have {self.in_features} features an example, got shape "
                f"{tuple(x.shape)}."
            )
        for layer in self.children():
            x = layer(x)
        return x
