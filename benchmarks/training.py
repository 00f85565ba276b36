"""How long an epoch takes: the usual DataLoader loop, ``dlcourse.training.fit``, and the limit.

Run ``python benchmarks/training.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import copy
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from functools import partial

import torch
import torchvision
from measuring import begin, fastest, finish, parser
from pipelines import (
    WORKERS,
    check_same_work,
    fast_options,
    our_epochs,
    our_loader,
    peer_epoch,
    peer_loaders,
)
from rows import KINDS, Rows
from steps import possible, seconds_a_step
from torch import nn

from dlcourse import datasets, models, training

BATCH_SIZE = 128
IMAGES = {28: 60_000, 96: 2000, 224: 1000}  # at most so many of each size, to last minutes


def main() -> None:
    args = parse()
    # More workers than cores is a part of what is compared.
    warnings.filterwarnings("ignore", message="This DataLoader will create")
    rows = begin(args, "training")
    print(
        f"torchvision {torchvision.__version__}; batches of {BATCH_SIZE}; one untimed epoch of "
        f"each first, then the fastest of {args.rounds} interleaved; workers "
        f"{'persist between epochs' if args.persistent_workers else 'start anew in each epoch'}\n"
    )
    print(HEAD)
    for data in image_sets(args):
        for size in args.sizes:
            part = data.subset(range(min(IMAGES[size], len(data), args.images)))
            case = f"{data.name.split()[0]}, {size} px, {'LeNet' if size == 28 else 'conv net'}"
            if not rows.has(case=case, images=len(part)):
                with rows.case(args.case_seconds, case=case):
                    compare(case, part, size, args, rows)
    print(f"\n{'input alone, microseconds per image':<53} {'ours':>8} {'peer':>8}")
    for data in image_sets(args):
        for size in args.sizes:
            part = data.subset(range(min(IMAGES[size], 4000, args.images)))
            input_alone(part, size, args)
    rows.end()


HEAD = (
    f"{'seconds per epoch':<53} {'ours':>8} {'peer 0':>8} {'peer 4':>8} {'limit':>8} "
    "peer 0/ours peer 4/ours  ours/limit"
)


def line(case: str, row: dict) -> str:
    """One line of the table."""
    ours, peers, limit = row["ours"], row["peers"], min(row["limits"].values())
    ratios = "".join(f"{peers[str(w)] / ours:12.2f}" for w in WORKERS)
    seconds = " ".join(f"{peers[str(w)]:8.3f}" for w in WORKERS)
    return f"{case:<53} {ours:8.3f} {seconds} {limit:8.3f}{ratios}{ours / limit:12.3f}"


def compare(case: str, data: datasets.ImageDataset, size: int, args, rows: Rows) -> None:
    """Epochs of all contestants in turn, each on a copy of the network, as one row."""
    torch.manual_seed(0)
    network = models.LeNet() if size == 28 else small_convnet()
    with tempfile.TemporaryDirectory() as folder:
        ours, peers = loaders(data, size, folder, args)
        check_same_work(data, size, peers[0])
        steps = len(data) / len(next(iter(ours))[1])  # a smaller last batch is part of a step
        best = fastest(contestants(network, ours, peers, args), args.rounds, args.device)
    row = rows.add(
        case=case,
        images=len(data),
        precision="float32",
        ours=best["ours"],
        peers={str(w): best[w] for w in WORKERS},
        limits={kind: best[kind] * steps for kind in KINDS if kind in best},
    )
    print(line(f"{case}, {len(data)} images", row), flush=True)


def contestants(network: nn.Module, ours: datasets.TensorLoader, peers: dict, args) -> dict:
    """What takes turns: `fit`, the peers by workers, and the bare steps by kind."""
    made: dict[object, Callable] = {}
    for name, loader in {"ours": ours, **peers}.items():
        model = copy.deepcopy(network).to(args.device)
        # A tutorial's optimizer is plain; what is ours or the limit is as fast as it can be.
        fused = name == "ours" and args.device.type == "cuda"
        optimizer = torch.optim.Adam(model.parameters(), fused=fused)
        if name != "ours":
            made[name] = partial(peer_epoch, model, loader, optimizer)
        elif options := fast_options(args.device):  # these take their time to start
            made[name] = partial(our_epochs, model, loader, optimizer, 2, options)
        else:
            made[name] = partial(our_epoch, model, loader, optimizer)
    x, y = next(iter(ours))
    for kind, step in possible(args.limits, network, adam, x, y).items():
        made[kind] = partial(seconds_a_step, step, len(ours), args.device)
    return made


def adam(parameters: Iterable, fused: bool = False) -> torch.optim.Adam:
    # A step of a fused optimizer can be captured; its time step is on the device.
    return torch.optim.Adam(parameters, fused=fused, capturable=fused)


def our_epoch(model: nn.Module, loader: Iterable, optimizer: torch.optim.Optimizer) -> None:
    """What the peer does, with ``fit``, which keeps the same two numbers."""
    training.fit(model, loader, optimizer=optimizer, epochs=1, progress=False)


def loaders(data: datasets.ImageDataset, size: int, folder: str, args) -> tuple:
    persistent = args.persistent_workers
    ours = our_loader(data, size, BATCH_SIZE, args.device)
    return ours, peer_loaders(data, size, BATCH_SIZE, args.device, folder, persistent)


def input_alone(data: datasets.ImageDataset, size: int, args) -> None:
    """Prints what it costs to make the batches when nothing is done with them."""

    def drain(loader: Iterable) -> None:
        for x, _ in loader:
            x.to(args.device, non_blocking=True)

    with tempfile.TemporaryDirectory() as folder:
        ours, peers = loaders(data, size, folder, args)
        drains = {name: lambda v=v: drain(v) for name, v in {"ours": ours, **peers}.items()}
        best = fastest(drains, args.rounds, args.device)
    for w in WORKERS:
        ours, peer = (best[name] / len(data) * 1e6 for name in ("ours", w))
        case = f"{data.name.split()[0]}, {len(data)} images, {size} px, {w} workers"
        print(f"{case:<53} {ours:8.2f} {peer:8.2f}", flush=True)


def image_sets(args) -> Iterable[datasets.ImageDataset]:
    yield datasets.MNIST5k()
    try:
        yield datasets.FashionMNIST(args.data, download=False)
    except FileNotFoundError as error:
        print(f"Left out: {error}", file=sys.stderr)


def small_convnet() -> nn.Sequential:
    """Suits 96 and 224 pixels: strides shrink the images early, so that a step stays cheap."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=4, padding=2),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


def parse() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--sizes", type=int, nargs="+", choices=IMAGES, default=list(IMAGES))
    made.add_argument("--images", type=int, help="use at most so many images of a set")
    made.add_argument("--rounds", type=int, help="timed epochs of each (default 15, quick 1)")
    made.add_argument("--limits", nargs="+", choices=KINDS, default=["plain"], help="kinds of step")
    made.add_argument("--data", help="folder that has Fashion-MNIST (default $DLCOURSE_DATA)")
    made.add_argument(
        "--persistent-workers",
        action="store_true",
        help="keep the peer's workers between epochs (by default they start in each)",
    )
    args = finish(made, least={"rounds": 1, "images": 1})
    args.rounds = args.rounds or (1 if args.quick else 15)
    args.images = args.images or (256 if args.quick else 60_000)
    return args


if __name__ == "__main__":
    main()
