"""Measures of a model's output. Each keeps its result on the device that the tensors are on."""

import torch
import torch.nn.functional as F
from torch import Tensor


def accuracy(output: Tensor, target: Tensor) -> Tensor:
    """The share of examples whose largest output is that of their class.

    Args:
        output: Scores or probabilities, (N, V).
        target: Class numbers, (N,), an integer dtype.

    Returns:
        A 0-d float32 tensor in [0, 1]; of equal largest scores, the first counts.

    Raises:
        ValueError: If the shapes or dtypes differ from these, or N is 0.
    """
    _check_classes("accuracy", output, target)
    return (output.argmax(dim=1) == target).float().mean()


def mse(output: Tensor, target: Tensor) -> Tensor:
    """The mean squared error over all elements.

    Args:
        output: Predictions, any shape, floating point.
        target: Values of the same shape. A different shape is refused: (N, 1) against (N,) would
            silently broadcast to (N, N).

    Returns:
        A 0-d tensor.

    Raises:
        ValueError: If the shapes differ or there are no elements.
    """
    if output.shape != target.shape or not output.numel():
        raise ValueError(
            f"mse: output and target must have the same, non-empty shape, got "
            f"{tuple(output.shape)} and {tuple(target.shape)}."
        )
    return (output - target).square().mean()


def log_rmse(output: Tensor, target: Tensor) -> Tensor:
    """The root mean squared error of the logarithms: about the typical *relative* error.

    Args:
        output: Predictions, any shape, floating point, all above zero.
        target: Values of the same shape, all above zero.

    Returns:
        A 0-d tensor.

    Raises:
        ValueError: If the shapes differ, there are no elements, or a value is not above zero.
    """
    for name, values in (("output", output), ("target", target)):
        wrong = ~(values > 0)  # NaN as well
        if wrong.any():
            raise ValueError(
                f"log_rmse: {name} must be above zero for its logarithm, but {int(wrong.sum())} of "
                f"{values.numel()} values are not; the first is {values[wrong][0].item()}."
            )
    return mse(output.log(), target.log()).sqrt()


def confusion_matrix(output: Tensor, target: Tensor) -> Tensor:
    """How often each class was taken for each other.

    Args:
        output: Scores or probabilities, (N, V).
        target: Class numbers 0 … V - 1, (N,), an integer dtype.

    Returns:
        Counts, (V, V), int64: row = true class, column = predicted class.

    Raises:
        ValueError: If the shapes or dtypes differ from these, N is 0 or a class is out of range.
    """
    _check_classes("confusion_matrix", output, target)
    V = output.shape[1]
    if int(target.min()) < 0 or int(target.max()) >= V:
        raise ValueError(
            f"confusion_matrix: the classes in target run from {int(target.min())} to "
            f"{int(target.max())}, but output has columns for 0 … {V - 1} only."
        )
    pairs = target.long() * V + output.argmax(dim=1)
    return torch.bincount(pairs, minlength=V * V).reshape(V, V)


def perplexity(output: Tensor, target: Tensor) -> Tensor:
    """The exponential of the mean cross-entropy: between how many tokens the model wavers.

    1 is a model that is always sure and right; V is one that finds all V tokens equally likely.
    Perplexities of several batches must not be averaged, since a mean of exponentials is not the
    exponential of the mean: average the losses, as `evaluate` does, then take ``math.exp``.

    Args:
        output: Scores (not probabilities), (N, V) or (N, V, T).
        target: Class numbers, (N,) or (N, T), an integer dtype.

    Returns:
        A 0-d tensor, at least 1.

    Raises:
        ValueError: If the shapes or dtypes differ from these, or there are no tokens.
    """
    wanted = output.shape[:1] + output.shape[2:]
    if output.ndim < 2 or target.shape != wanted or not target.numel():
        raise ValueError(
            "perplexity: expected output (N, V) or (N, V, T) and class numbers (N,) or (N, T), got "
            f"shapes {tuple(output.shape)} and {tuple(target.shape)}."
        )
    if target.is_floating_point() or target.is_complex() or target.dtype == torch.bool:
        raise ValueError(f"perplexity: target must hold integer class numbers, got {target.dtype}.")
    return F.cross_entropy(output, target.long()).exp()


def _check_classes(name: str, output: Tensor, target: Tensor) -> None:
    if output.ndim != 2 or target.shape != output.shape[:1] or not output.numel():
        raise ValueError(
            f"{name}: expected output (N, V) and class numbers (N,) with N > 0, got shapes "
            f"{tuple(output.shape)} and {tuple(target.shape)}; for regression leave this metric "
            "out (metrics={} in fit and evaluate)."
        )
    if target.is_floating_point() or target.is_complex() or target.dtype == torch.bool:
        raise ValueError(f"{name}: target must hold integer class numbers, got {target.dtype}.")
