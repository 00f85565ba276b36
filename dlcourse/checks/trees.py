"""Arguments and results as trees: lists, tuples and dicts with tensors and plain values."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor


def tensors(tree: object) -> Iterator[Tensor]:
    """The tensors of numbers with a fraction, from left to right."""
    if isinstance(tree, Tensor):
        if tree.is_floating_point():
            yield tree
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from tensors(item)
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from tensors(item)


def copied(tree: object, copy: Callable[[Tensor], Tensor]) -> object:
    """The same tree of new lists and dicts, its tensors copied by ``copy``."""
    if isinstance(tree, Tensor):
        return copy(tree)
    if isinstance(tree, dict):
        return {key: copied(item, copy) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(copied(item, copy) for item in tree)
    return tree


def same(one: object, other: object) -> bool:
    """Whether two trees have the same form and the same values, a NaN for a NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and one.requires_grad == other.requires_grad
            and torch.equal(one.isnan(), other.isnan())
            and torch.equal(one[~one.isnan()], other[~other.isnan()])
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one is other or bool(one == other)
