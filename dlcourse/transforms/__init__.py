"""Image transforms for whole batches: each image of a batch gets its own random draw.

The names are those of ``torchvision.transforms``. There a transform sees one image at a time, or
draws once for a whole batch; here it takes a batch (N, C, H, W) that already lies on its device
and treats all its images in a few tensor operations::

    augment = Compose([RandomCrop(28, padding=2), Normalize(*train.mean_std())])
    x = augment(x, generator)            # uint8 (N, C, H, W) -> float32 (N, C, H, W)

A loader draws from a generator on the CPU, so that a seed gives the same images on every device;
what it drew goes over to a GPU without a wait.
"""

from dlcourse.transforms.augmentation import (
    RandomAffine,
    RandomCrop,
    RandomHorizontalFlip,
    affine,
)
from dlcourse.transforms.base import Compose, Transform, takes_generator
from dlcourse.transforms.preparation import Normalize, Resize

__all__ = [
    "Compose",
    "Normalize",
    "RandomAffine",
    "RandomCrop",
    "RandomHorizontalFlip",
    "Resize",
    "Transform",
    "affine",
    "takes_generator",
]
