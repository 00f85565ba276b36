"""Random parts of a data set."""

import warnings
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import TensorDataset
from torch.utils.data import random_split as torch_random_split

from dlcourse.datasets.images import check_indices


def random_split(
    dataset: TensorDataset, lengths: Sequence[int | float], seed: int = 0
) -> list[TensorDataset]:
    """Splits a data set at random into parts that do not overlap.

    Unlike ``torch.utils.data.random_split``, which draws the same parts from a generator with this
    seed, it returns data sets of the same kind, whole tensors again, that ``TensorLoader`` takes.

    Args:
        dataset: any TensorDataset.
        lengths: the sizes of the parts, which add up to ``len(dataset)``, or fractions that add up
            to 1 (samples left over by rounding down go to the parts in turn).
        seed: of the order.

    Returns:
        One data set for each length.

    Raises:
        TypeError: ``dataset`` is not a TensorDataset.
        ValueError: the lengths do not add up, are negative, or leave a part empty.
    """
    if not isinstance(dataset, TensorDataset):
        raise TypeError(f"random_split takes a TensorDataset, not {type(dataset).__name__}.")
    lengths, N = list(lengths), len(dataset)
    generator = torch.Generator().manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of an empty part; here it is an error
        try:
            if not lengths or min(lengths) < 0:
                raise ValueError("lengths must be 0 or more")
            parts = torch_random_split(dataset, lengths, generator=generator)
        except (ValueError, TypeError, RuntimeError) as error:
            raise ValueError(
                f"random_split takes sizes that add up to the {N} samples, or fractions that add "
                f"up to 1; got {lengths}."
            ) from error
    if not all(len(part) for part in parts):
        raise ValueError(f"random_split: a part of {N} samples would be empty; got {lengths}.")
    return [take(dataset, part.indices) for part in parts]


def k_fold(n: int, k: int, seed: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
    """The rounds of K-fold cross-validation, as indices.

    Args:
        n: how many items there are.
        k: how many folds; their sizes differ by at most one.
        seed: of the order.

    Yields:
        k pairs (train, validation) of int64 index tensors; each item validates exactly once, in the
        round that does not train on it.

    Raises:
        ValueError: ``k`` is not between 2 and ``n``.
    """
    if not 2 <= k <= n:
        raise ValueError(f"k_fold: k must lie between 2 and the number of items, {n}; got {k}.")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    folds = order.tensor_split(k)
    for i in range(k):
        yield torch.cat(folds[:i] + folds[i + 1 :]), folds[i]


def take(dataset: TensorDataset, indices: Sequence[int]) -> TensorDataset:
    """The samples at ``indices`` as a data set of the same kind."""
    if hasattr(dataset, "subset"):
        return dataset.subset(indices)
    index = check_indices(indices, len(dataset), type(dataset).__name__)
    return TensorDataset(*(t[index.to(t.device)] for t in dataset.tensors))
