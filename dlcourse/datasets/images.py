"""A set of images that lies whole, as bytes, on one device."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from dlcourse import runtime


class ImageDataset(TensorDataset):
    """Images and their labels as two tensors: a batch is an index into them.

    A byte per pixel keeps sets small (all 60,000 images of Fashion-MNIST take 47 MB), so that a
    set can live on the GPU; ``TensorLoader`` turns batches into floats.

    Args:
        images: (N, C, H, W) uint8, a tensor or a NumPy array.
        labels: (N,) integers in 0..len(classes)-1; kept as int64.
        classes: the name of each class.
        name: what messages and figures call the set.

    Raises:
        TypeError: images are not uint8, labels not integers, or classes not a list of names.
        ValueError: wrong shape, no image, different numbers, or a label out of range.
    """

    def __init__(
        self, images: Tensor, labels: Tensor, classes: Sequence[str], name: str = "images"
    ):
        images, labels = torch.as_tensor(images), torch.as_tensor(labels)
        self.classes, self.name = _check_classes(classes, name), name
        if images.dtype != torch.uint8:
            raise TypeError(f"{name}: images must be uint8 (0..255), not {images.dtype}.")
        if images.dim() != 4:
            raise ValueError(
                f"{name}: images must have shape (N, C, H, W), not {tuple(images.shape)}; "
                "images.unsqueeze(1) adds a channel axis to gray images (N, H, W)."
            )
        if 0 in images.shape:
            raise ValueError(f"{name}: there is no image; the shape is {tuple(images.shape)}.")
        if labels.dtype == torch.bool or labels.is_floating_point() or labels.is_complex():
            raise TypeError(f"{name}: labels must be integers, not {labels.dtype}.")
        if labels.shape != images.shape[:1]:
            raise ValueError(
                f"{name}: there must be one label per image: {len(images)} images, "
                f"but labels of shape {tuple(labels.shape)}."
            )
        labels = labels.to(torch.int64).to(images.device)
        wrong = ((labels < 0) | (labels >= len(self.classes))).nonzero()
        if len(wrong):
            raise ValueError(
                f"{name}: labels must be in 0..{len(self.classes) - 1} for "
                f"{len(self.classes)} classes; {len(wrong)} are not, the first is "
                f"{labels[wrong[0]].item()} at position {wrong[0].item()}."
            )
        super().__init__(images, labels)

    @property
    def images(self) -> Tensor:
        """(N, C, H, W) uint8."""
        return self.tensors[0]

    @property
    def labels(self) -> Tensor:
        """(N,) int64."""
        return self.tensors[1]

    @property
    def device(self) -> torch.device:
        """Where the set lies."""
        return self.images.device

    def to(self, device: torch.device | str) -> "ImageDataset":
        """A copy of the set on ``device``, or the set itself if it is there already."""
        target = runtime.device(device)
        images = self.images.to(target)
        if images is self.images:
            return self
        return ImageDataset(images, self.labels.to(target), self.classes, self.name)

    def subset(self, indices: Sequence[int] | Tensor) -> "ImageDataset":
        """The images at ``indices``, in that order.

        Args:
            indices: (n,) positions in 0..N-1, or a mask (N,) of booleans.

        Raises:
            ValueError: no position, or one outside the set.
        """
        index = check_indices(indices, len(self), self.name).to(self.device)
        return ImageDataset(self.images[index], self.labels[index], self.classes, self.name)

    def mean_std(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel, on the scale [0, 1].

        They are those of this set alone: take them from the training set and use them for the
        others too, ``Normalize(*train.mean_std())``.
        """
        means, stds = [], []
        levels = torch.arange(256, dtype=torch.float64) / 255
        for channel in self.images.unbind(1):
            # Counting the 256 levels is exact and needs no float copy of the images.
            count = torch.bincount(channel.flatten(), minlength=256).cpu()
            share = count.to(torch.float64) / channel.numel()
            mean = (share * levels).sum()
            means.append(mean.item())
            stds.append((share * (levels - mean) ** 2).sum().sqrt().item())
        return tuple(means), tuple(stds)

    def __repr__(self) -> str:
        N, C, H, W = self.images.shape
        return (
            f"{self.name}: {N:,} image{'s' * (N != 1)} of {C}x{H}x{W} (uint8, {self.device}), "
            f"{len(self.classes)} class{'es' * (len(self.classes) != 1)}"
        )


def with_noisy_labels(dataset: ImageDataset, fraction: float, seed: int = 0) -> ImageDataset:
    """A copy of ``dataset`` in which a part of the labels is wrong.

    Args:
        dataset: the set to start from; it stays as it is.
        fraction: in [0, 1]; exactly ``round(fraction * N)`` labels are replaced, each by one of the
            other classes, all equally likely.
        seed: of the choice of images and of their new labels.

    Raises:
        ValueError: ``fraction`` is outside [0, 1], or there is only one class.
    """
    if not isinstance(dataset, ImageDataset):
        raise TypeError(f"with_noisy_labels takes an ImageDataset, not {type(dataset).__name__}.")
    if not 0 <= fraction <= 1:
        raise ValueError(f"with_noisy_labels takes a fraction in [0, 1], not {fraction}.")
    K, count = len(dataset.classes), round(fraction * len(dataset))
    if K < 2:
        raise ValueError(f"{dataset.name} has a single class: there is no wrong label to give.")
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(dataset), generator=generator)[:count].to(dataset.device)
    shift = torch.randint(1, K, (count,), generator=generator).to(dataset.device)
    labels = dataset.labels.clone()
    labels[chosen] = (labels[chosen] + shift) % K  # a shift of 1..K-1 never ends where it began
    name = f"{dataset.name}, {fraction:.0%} wrong labels"
    return ImageDataset(dataset.images, labels, dataset.classes, name)


def check_indices(indices: Sequence[int] | Tensor, size: int, name: str) -> Tensor:
    """``indices`` as an int64 tensor, checked to lie in 0..size-1; a mask becomes positions."""
    if not isinstance(indices, Tensor):
        indices = torch.as_tensor(list(indices) if isinstance(indices, range) else indices)
    if indices.dtype == torch.bool:
        if indices.shape != (size,):
            raise ValueError(
                f"{name}: a mask must have shape ({size},), not {tuple(indices.shape)}."
            )
        indices = indices.nonzero().flatten()
    if indices.numel() == 0:
        raise ValueError(f"{name}: a subset needs at least one image or sample; no index is given.")
    if indices.is_floating_point() or indices.dim() != 1:
        raise ValueError(
            f"{name}: indices must be a list of integers, "
            f"not {indices.dtype} of shape {tuple(indices.shape)}."
        )
    low, high = indices.min().item(), indices.max().item()
    if low < 0 or high >= size:
        raise ValueError(
            f"{name}: indices must be in 0..{size - 1}; got {low if low < 0 else high}."
        )
    return indices.to(torch.int64)


def _check_classes(classes: Sequence[str], name: str) -> list[str]:
    if isinstance(classes, str) or not all(isinstance(c, str) for c in classes):
        raise TypeError(f"{name}: classes must be a list of names, one per class, not {classes!r}.")
    if not classes:
        raise ValueError(f"{name}: classes must name at least one class.")
    return list(classes)
