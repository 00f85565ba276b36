"""The networks of the course at their published sizes: how good, how fast, how large.

Run ``python benchmarks/convnets.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import os
import statistics
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import nn
from training import describe, epochs_of, synchronize, write_json

import dlcourse
from dlcourse import datasets, models, training, transforms
from dlcourse.inspection.summary import summary, total


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
class Result:
    """One network with one recipe, over all seeds; ``None`` is not measured, or not published."""

    case: str
    recipe: str
    size: int
    data: str
    images: int
    epochs: int
    parameters: int
    multiply_adds: int
    accuracy: float
    lowest: float
    highest: float
    seeds: int
    diverged: int
    seconds_per_epoch: float
    images_per_second: float
    peak_memory: int | None
    peer_0_workers: float | None
    peer_4_workers: float | None
    over_limit: float | None
    published_accuracy: float | None
    published_images_per_second: int | None
    device: str


HEAD = (
    f"{'network':<11} {'recipe':<9} {'px':>3} {'parameters':>11} {'mult-adds':>14} {'test':>6} "
    f"{'lowest':>6} {'highest':>7} {'s/epoch':>8} {'images/s':>9} {'MiB':>6} {'peer 0':>6} "
    f"{'peer 4':>6} {'/limit':>6} {'publ.':>6} {'publ./s':>7}"
)


def row(r: Result) -> str:
    """One line of the table; a dash for what is missing."""

    def number(value: float | None, form: str, width: int) -> str:
        return f"{'–' if value is None else format(value, form):>{width}}"

    memory = None if r.peak_memory is None else r.peak_memory / 2**20
    return (
        f"{r.case:<11} {r.recipe:<9} {r.size:>3} {r.parameters:>11,} {r.multiply_adds:>14,} "
        f"{r.accuracy:>6.3f} {r.lowest:>6.3f} {r.highest:>7.3f} {r.seconds_per_epoch:>8.2f} "
        f"{r.images_per_second:>9,.0f} {number(memory, ',.0f', 6)} "
        f"{number(r.peer_0_workers, '.2f', 6)} {number(r.peer_4_workers, '.2f', 6)} "
        f"{number(r.over_limit, '.3f', 6)} {number(r.published_accuracy, '.3f', 6)} "
        f"{number(r.published_images_per_second, ',', 7)}"
    )


def main() -> None:
    args = parse()
    torch.set_num_threads(args.threads)
    # More workers than cores is a part of what is compared.
    warnings.filterwarnings("ignore", message="This DataLoader will create")
    device_name = describe(args.device, args.threads)
    train, test = image_sets(args)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{device_name}; torch {torch.__version__}; load average {busy:.2f} before the start")
    print(f"{train!r}; {len(test):,} to test on; {args.epochs} epochs; channels × {args.width:g}")
    print(
        "peer 0, peer 4: how many times as long a training epoch of the usual DataLoader loop "
        "takes, by workers;\n/limit: ours over the same steps on one resident batch; "
        "publ.: published, from elsewhere\n"
    )
    print(HEAD)
    results = []
    for name in args.networks:
        for recipe in args.recipes:
            results.append(measure(name, recipe, train, test, args, device_name))
            print(row(results[-1]), flush=True)
    if args.json:
        write_json(args.json, results)


def measure(name, recipe, train, test, args, device_name) -> Result:
    """Train one network with one recipe from every seed."""
    network = NETWORKS[name]
    build = partial(getattr(network, recipe), args.width)
    model = build()
    layers = total(summary(model, (1, network.size, network.size)))
    ratios = dict.fromkeys(("peer_0_workers", "peer_4_workers", "over_limit"))
    if recipe == "published" and args.rounds:
        ratios = speed(model, train, network.size, args)
    scores, seconds, peaks = [], [], []
    for seed in range(args.seeds):
        dlcourse.seed_everything(seed)
        if args.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(args.device)
        history, accuracy = run(build().to(args.device), network, recipe, train, test, seed, args)
        scores.append(accuracy)
        seconds += history
        if args.device.type == "cuda":
            peaks.append(torch.cuda.max_memory_allocated(args.device))
    done = [score for score in scores if score is not None]
    epoch = statistics.median(seconds) if seconds else float("nan")
    whole = train.name.startswith("FashionMNIST") and len(train) == 60_000
    whole = whole and (args.width, args.epochs) == (1, 10)
    return Result(
        case=name,
        recipe=recipe,
        size=network.size,
        data=train.name,
        images=len(train),
        epochs=args.epochs,
        parameters=layers.parameters,
        multiply_adds=layers.multiply_adds,
        accuracy=statistics.mean(done) if done else float("nan"),
        lowest=min(done, default=float("nan")),
        highest=max(done, default=float("nan")),
        seeds=args.seeds,
        diverged=len(scores) - len(done),
        seconds_per_epoch=epoch,
        images_per_second=len(train) / epoch,
        peak_memory=max(peaks, default=None),
        # What is published compares with nothing else.
        published_accuracy=network.accuracy if whole else None,
        published_images_per_second=network.images_per_second if whole else None,
        device=device_name,
        **ratios,
    )


def run(model, network, recipe, train, test, seed, args) -> tuple[list[float], float | None]:
    """Seconds of each epoch, loading and the test set included, and the last test accuracy."""
    resize = [] if network.size == 28 else [transforms.Resize(network.size)]
    plain = transforms.Compose([transforms.Normalize(0.0, 1.0), *resize])  # floats in [0, 1]
    options, augmented = {}, plain
    if recipe == "published":
        models.initialize(model, nn.init.xavier_uniform_)
        batch_size = network.batch_size
        optimizer = torch.optim.SGD(model.parameters(), lr=network.lr)
    else:
        batch_size = BETTER["batch_size"]
        scale = transforms.Normalize(*train.mean_std())
        plain = transforms.Compose([scale, *resize])
        moves = [transforms.RandomCrop(28, padding=2), transforms.RandomHorizontalFlip()]
        augmented = transforms.Compose([*moves, scale, *resize])
        optimizer = torch.optim.SGD(
            model.parameters(),
            lr=BETTER["lr"],
            momentum=BETTER["momentum"],
            nesterov=True,
            weight_decay=BETTER["weight_decay"],
        )
        options = {
            "scheduler": torch.optim.lr_scheduler.OneCycleLR(
                optimizer,
                BETTER["lr"],
                total_steps=args.epochs * -(-len(train) // batch_size),
                cycle_momentum=False,
            ),
            "schedule_per": "batch",
            "label_smoothing": BETTER["smoothing"],
            "clip_grad_norm": 5.0,
            "amp": args.amp,
        }
    batches = datasets.TensorLoader(
        train, batch_size, shuffle=True, transform=augmented, seed=seed, device=args.device
    )
    held_out = datasets.TensorLoader(test, 256, transform=plain, device=args.device)
    synchronize(args.device)
    try:
        history = training.fit(
            model,
            batches,
            held_out,
            optimizer=optimizer,
            epochs=args.epochs,
            progress=False,
            **options,
        )
    except training.NonFiniteLossError as error:
        print(f"{type(model).__name__}, {recipe}, seed {seed}: {error}", file=sys.stderr)
        return [], None
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    return list(history["seconds"]), history["validation_accuracy"][-1]


def speed(model: nn.Module, train: datasets.ImageDataset, size: int, args) -> dict[str, float]:
    """A training epoch of the DataLoader loop over ours, and ours over the resident batch."""
    part = train.subset(range(min(args.speed_images, len(train))))
    best = epochs_of(model, part, size, args)
    return {
        "peer_0_workers": best[0] / best["ours"],
        "peer_4_workers": best[4] / best["ours"],
        "over_limit": best["ours"] / best["limit"],
    }


def image_sets(args) -> tuple[datasets.ImageDataset, datasets.ImageDataset]:
    try:
        sets = [datasets.FashionMNIST(args.data, train=t, download=False) for t in (True, False)]
    except FileNotFoundError as error:
        print(f"MNIST5k serves instead: {error}", file=sys.stderr)
        sets = [datasets.MNIST5k(train=t) for t in (True, False)]
    return tuple(data.subset(range(min(len(data), args.images))) for data in sets)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="64 images, one epoch: a try-out")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    recipes = ("published", "better")
    parser.add_argument("--recipes", nargs="+", choices=recipes, default=list(recipes))
    parser.add_argument("--width", type=float, help="factor of all channels (default 1; CPU 1/8)")
    parser.add_argument("--images", type=int, help="at most so many (default all; on a CPU 2,000)")
    parser.add_argument("--epochs", type=int, help="(default 10; on a CPU 3, quick 1)")
    parser.add_argument("--seeds", type=int, help="(default 3; quick 1)")
    parser.add_argument(
        "--rounds", type=int, help="timed epochs of each for the ratios, 0 for none"
    )
    parser.add_argument("--speed-images", type=int, default=10_000, help="in such an epoch")
    parser.add_argument("--amp", action="store_true", help="mixed precision in the better recipe")
    parser.add_argument("--threads", type=int, default=1, help="torch's CPU threads (default 1)")
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, mps, ...")
    parser.add_argument("--data", help="folder that has Fashion-MNIST (default $DLCOURSE_DATA)")
    args = parser.parse_args()
    small = args.quick or args.device == "cpu"
    defaults = {
        "width": 1 / 8 if small else 1.0,
        "images": 64 if args.quick else 2000 if small else 60_000,
        "epochs": 1 if args.quick else 3 if small else 10,
        "seeds": 1 if args.quick else 3,
        "rounds": 1 if args.quick else 3,
    }
    for name, value in defaults.items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    args.persistent_workers = False
    if min(args.images, args.epochs, args.seeds, args.threads, args.speed_images) < 1:
        parser.error("--images, --epochs, --seeds, --threads and --speed-images take at least 1")
    if args.rounds < 0 or not 0 < args.width <= 4:
        parser.error("--rounds takes at least 0, --width a factor above 0 and at most 4")
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"--json: there is no folder {args.json.absolute().parent}")
    try:
        args.device = dlcourse.device(args.device)
    except ValueError as error:
        parser.error(f"--device: {error}")
    return args


if __name__ == "__main__":
    main()
