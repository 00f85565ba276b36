"""The networks of the course for images, at their published sizes, and two recipes for them."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from dlcourse import datasets, models, transforms


@dataclass(frozen=True)
class Network:
    """A row of the table.

    Attributes:
        size: pixels of a side of its images.
        published: makes it as published, from a factor of all channels.
        better: likewise for the better recipe.
        lr: the published learning rate, of plain gradient descent.
        batch_size: the published one.
        accuracy: the published test accuracy after 10 epochs.
        images_per_second: the published speed of training, if there is one.
    """

    size: int
    published: Callable[[float], nn.Module]
    better: Callable[[float], nn.Module]
    lr: float
    batch_size: int
    accuracy: float
    images_per_second: int | None


GRAY = {"num_classes": 10, "in_channels": 1}
NORM = {"norm": nn.BatchNorm2d}


def _made(network: type, factor: float = 1.0, **options) -> Callable[[float], nn.Module]:
    return lambda width: network(width=factor * width, **GRAY, **options)


def _lenet(**options) -> Callable[[float], nn.Module]:
    return lambda width: models.LeNet(**options)  # it has one width


OLD = {"activation": nn.Sigmoid, "pool": nn.AvgPool2d}
NETWORKS = {
    "LeNet": Network(28, _lenet(**OLD), _lenet(), 0.9, 256, 0.779, 55_297),
    "AlexNet": Network(
        224, _made(models.AlexNet), _made(models.AlexNet, **NORM), 0.01, 128, 0.883, 3942
    ),
    "VGG-11 / 4": Network(
        224, _made(models.VGG, 1 / 4), _made(models.VGG, 1 / 4, **NORM), 0.05, 128, 0.920, 2464
    ),
    "NiN": Network(
        224,
        _made(models.NiN),
        _made(models.NiN, final_relu=False, dropout=0.0, **NORM),
        0.1,
        128,
        0.790,
        3088,
    ),
    "GoogLeNet": Network(
        96,
        _made(models.GoogLeNet, dropout=0.0),
        _made(models.GoogLeNet, dropout=0.0, **NORM),
        0.1,
        128,
        0.886,
        3266,
    ),
    "BN-LeNet": Network(
        28, _lenet(batch_norm=True, **OLD), _lenet(batch_norm=True), 1.0, 256, 0.807, None
    ),
    "ResNet-18": Network(96, _made(models.ResNet), _made(models.ResNet), 0.05, 256, 0.893, 5033),
    "DenseNet": Network(96, _made(models.DenseNet), _made(models.DenseNet), 0.1, 256, 0.885, 5626),
}
# The same better recipe for every network: its speed and its size stay those of the first row.
BETTER = {"lr": 0.1, "batch_size": 128, "momentum": 0.9, "weight_decay": 5e-4, "smoothing": 0.1}


@dataclass
class Recipe:
    """How a network is trained: what differs between the published and the better way.

    Attributes:
        batch_size: of training.
        moved: the transform of training images.
        plain: that of test images.
        optimizer: of the model.
        options: further ones of `fit`.
    """

    batch_size: int
    moved: transforms.Compose
    plain: transforms.Compose
    optimizer: torch.optim.Optimizer
    options: dict


def published(model: nn.Module, network: Network, train: datasets.ImageDataset, _) -> Recipe:
    """The published recipe; the model gets its weights by Xavier's rule."""
    models.initialize(model, nn.init.xavier_uniform_)
    plain = transforms.Compose([transforms.Normalize(0.0, 1.0), *_resize(network)])  # in [0, 1]
    optimizer = torch.optim.SGD(model.parameters(), lr=network.lr)
    return Recipe(network.batch_size, plain, plain, optimizer, {})


def better(model: nn.Module, network: Network, train: datasets.ImageDataset, epochs: int) -> Recipe:
    """The better recipe, the same for every network: its schedule is as long as the run."""
    resize, scale = _resize(network), transforms.Normalize(*train.mean_std())
    moves = [transforms.RandomCrop(28, padding=2), transforms.RandomHorizontalFlip()]
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=BETTER["lr"],
        momentum=BETTER["momentum"],
        nesterov=True,
        weight_decay=BETTER["weight_decay"],
        fused=next(model.parameters()).is_cuda,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        BETTER["lr"],
        total_steps=epochs * -(-len(train) // BETTER["batch_size"]),
        cycle_momentum=False,
    )
    return Recipe(
        BETTER["batch_size"],
        transforms.Compose([*moves, scale, *resize]),
        transforms.Compose([scale, *resize]),
        optimizer,
        {
            "scheduler": schedule,
            "schedule_per": "batch",
            "label_smoothing": BETTER["smoothing"],
            "clip_grad_norm": 5.0,
        },
    )


RECIPES = {"published": published, "better": better}


def _resize(network: Network) -> list:
    return [] if network.size == 28 else [transforms.Resize(network.size)]


def image_sets(
    folder: str | None, images: int
) -> tuple[datasets.ImageDataset, datasets.ImageDataset]:
    """Training and test images: Fashion-MNIST, or MNIST5k where it is not at hand."""
    try:
        sets = [datasets.FashionMNIST(folder, train=t, download=False) for t in (True, False)]
    except FileNotFoundError as error:
        print(f"MNIST5k serves instead: {error}", file=sys.stderr)
        sets = [datasets.MNIST5k(train=t) for t in (True, False)]
    return tuple(data.subset(range(min(len(data), images))) for data in sets)


def choose_width(made: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Sets ``args.width`` if it is not given, to an eighth where whole networks take too long.

    A factor that is none ends the program with a message.
    """
    if args.width is None:
        args.width = 1 / 8 if args.quick or args.device.type == "cpu" else 1.0
    if not 0 < args.width <= 4:
        made.error("--width takes a factor above 0 and at most 4")
