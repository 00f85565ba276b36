"""How long an epoch takes: the usual DataLoader loop, ``dlcourse.training.fit``, and the limit.

Run ``python benchmarks/training.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import copy
import json
import os
import platform
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision.transforms import Compose, Resize, ToTensor

import dlcourse
from dlcourse import datasets, models, training, transforms

BATCH_SIZE = 128
WORKERS = (0, 4)
IMAGES = {28: 60_000, 96: 2000, 224: 1000}  # at most so many of each size, to last minutes


@dataclass
class Result:
    """Times of one epoch, the fastest of the rounds: other programs can only add to them."""

    case: str
    ours: float
    peer: float
    limit: float
    unit: str
    device: str

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.case:<53} {self.ours:8.3f} {self.peer:8.3f} {self.limit:8.3f} "
            f"{self.peer / self.ours:10.2f} {self.ours / self.limit:11.3f}"
        )


def main() -> None:
    args = parse()
    torch.set_num_threads(args.threads)
    # More workers than cores is a part of what is compared.
    warnings.filterwarnings("ignore", message="This DataLoader will create")
    device_name = describe(args.device, args.threads)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{device_name}; torch {torch.__version__}, torchvision {torchvision.__version__}")
    print(f"load average before the start: {busy:.2f} on {os.cpu_count()} cores")
    if busy > 0.3 * (os.cpu_count() or 1):
        print("Other programs are running; on a quiet machine the ratios will be cleaner.")
    print(
        f"batches of {BATCH_SIZE}; one untimed epoch of each first, then the fastest of "
        f"{args.rounds} interleaved; workers {'persist' if args.persistent_workers else 'start'} "
        f"{'between epochs' if args.persistent_workers else 'anew in each epoch'}\n"
    )
    results = []
    print(f"{'seconds per epoch':<53} {'ours':>8} {'peer':>8} {'limit':>8}  peer/ours  ours/limit")
    for data in image_sets(args):
        for size in args.sizes:
            part = data.subset(range(min(IMAGES[size], len(data), args.images)))
            for result in compare(part, size, args, device_name):
                results.append(result)
                print(result.row(), flush=True)
    print(f"\n{'input alone, microseconds per image':<53} {'ours':>8} {'peer':>8}")
    for data in image_sets(args):
        for size in args.sizes:
            part = data.subset(range(min(IMAGES[size], 4000, args.images)))
            input_alone(part, size, args)
    if args.json:
        write_json(args.json, results)


# The three that are compared ----------------------------------------------------------------------


def peer_epoch(model: nn.Module, loader: Iterable, optimizer: torch.optim.Optimizer) -> None:
    """The plain loop of tutorials, with the running loss and accuracy that they keep."""
    device = next(model.parameters()).device
    model.train()
    total_loss, correct, seen = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        optimizer.zero_grad()
        output = model(x)
        loss = F.cross_entropy(output, y)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(y)
        correct += (output.argmax(1) == y).sum().item()
        seen += len(y)


def our_epoch(model: nn.Module, loader: Iterable, optimizer: torch.optim.Optimizer) -> None:
    """The same with ``fit``, which keeps the same two numbers."""
    training.fit(model, loader, optimizer=optimizer, epochs=1, progress=False)


def limit_epoch(model: nn.Module, x: Tensor, y: Tensor, steps: list[int], optimizer) -> None:
    """Nothing but the steps, always on the same batch, which is there already."""
    model.train()
    for n in steps:
        optimizer.zero_grad()
        F.cross_entropy(model(x[:n]), y[:n]).backward()
        optimizer.step()


def compare(data: datasets.ImageDataset, size: int, args, device_name: str) -> list[Result]:
    """The times of an epoch, as rows of the table."""
    torch.manual_seed(0)
    network = models.LeNet() if size == 28 else small_convnet()
    best = epochs_of(network, data, size, args)
    kind = "LeNet" if size == 28 else "conv net"
    what = f"{data.name.split()[0]}, {len(data)} images, {size} px, {kind}"
    return [
        Result(f"{what}, {w} workers", best["ours"], best[w], best["limit"], "s", device_name)
        for w in WORKERS
    ]


def epochs_of(network: nn.Module, data: datasets.ImageDataset, size: int, args) -> dict:
    """Epochs of all contestants in turn, each on a copy of the network: seconds of the fastest."""
    with tempfile.TemporaryDirectory() as folder:
        ours, peers = our_loader(data, size, args), peer_loaders(data, size, folder, args)
        check_same_work(data, size, peers[0])
        steps = [len(y) for _, y in ours]
        x, y = next(iter(ours))

        contestants: dict[str, Callable[[], None]] = {}
        for name in ("ours", "limit", *WORKERS):
            model = copy.deepcopy(network).to(args.device)
            optimizer = torch.optim.Adam(model.parameters())
            if name == "ours":
                contestants[name] = lambda m=model, o=optimizer: our_epoch(m, ours, o)
            elif name == "limit":
                contestants[name] = lambda m=model, o=optimizer: limit_epoch(m, x, y, steps, o)
            else:
                contestants[name] = lambda m=model, o=optimizer, w=name: peer_epoch(m, peers[w], o)
        return fastest(contestants, args)


def input_alone(data: datasets.ImageDataset, size: int, args) -> None:
    """Prints what it costs to make the batches when nothing is done with them."""

    def drain(loader: Iterable) -> None:
        for x, _ in loader:
            x.to(args.device, non_blocking=True)

    with tempfile.TemporaryDirectory() as folder:
        loaders = {"ours": our_loader(data, size, args), **peer_loaders(data, size, folder, args)}
        contestants = {name: lambda loader=v: drain(loader) for name, v in loaders.items()}
        best = fastest(contestants, args)
    for w in WORKERS:
        ours, peer = (best[name] / len(data) * 1e6 for name in ("ours", w))
        case = f"{data.name.split()[0]}, {len(data)} images, {size} px, {w} workers"
        print(f"{case:<53} {ours:8.2f} {peer:8.2f}", flush=True)


def fastest(contestants: dict, args) -> dict:
    """The shortest time of each; they take turns, beginning with another one in each round."""
    names, best = list(contestants), {}
    for name in names:
        contestants[name]()  # warm-up
    for r in range(args.rounds):
        for name in names[r % len(names) :] + names[: r % len(names)]:
            synchronize(args.device)
            start = time.perf_counter()
            contestants[name]()
            synchronize(args.device)
            best[name] = min(best.get(name, float("inf")), time.perf_counter() - start)
    return best


# What they work on --------------------------------------------------------------------------------


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


def our_loader(data: datasets.ImageDataset, size: int, args) -> datasets.TensorLoader:
    to_unit = transforms.Normalize(0.0, 1.0)  # what ToTensor does: floats in [0, 1]
    resize = None if size == 28 else transforms.Compose([to_unit, transforms.Resize(size)])
    return datasets.TensorLoader(
        data, BATCH_SIZE, shuffle=True, transform=resize, device=args.device
    )


def peer_loaders(data: datasets.ImageDataset, size: int, folder: str, args) -> dict:
    """DataLoaders over torchvision's own data set of PIL images, by number of workers."""
    raw = Path(folder) / "FashionMNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for part in ("train", "t10k"):  # it wants both
        for kind, array in (("images-idx3", data.images.squeeze(1)), ("labels-idx1", data.labels)):
            header = bytes([0, 0, 8, array.dim()])
            header += b"".join(n.to_bytes(4, "big") for n in array.shape)
            path = raw / f"{part}-{kind}-ubyte"
            path.write_bytes(header + array.to(torch.uint8).numpy().tobytes())
    steps = [ToTensor()] if size == 28 else [Resize(size), ToTensor()]
    pictures = torchvision.datasets.FashionMNIST(folder, transform=Compose(steps))
    return {
        workers: DataLoader(
            pictures,
            BATCH_SIZE,
            shuffle=True,
            num_workers=workers,
            persistent_workers=args.persistent_workers and workers > 0,
            pin_memory=args.device.type == "cuda",
        )
        for workers in WORKERS
    }


def check_same_work(data: datasets.ImageDataset, size: int, peer: DataLoader) -> None:
    """Stops unless both pipelines make the same numbers of the same images."""
    x, y = next(iter(DataLoader(peer.dataset, 64)))
    x2, y2 = next(iter(datasets.TensorLoader(data, 64)))
    if size != 28:
        x2 = transforms.Resize(size)(x2)
    if not torch.equal(y, y2) or (x - x2).abs().max() > 1.5 / 255:  # PIL rounds to whole levels
        raise AssertionError(f"the two pipelines disagree on {data.name} at {size} pixels")


# Around it ----------------------------------------------------------------------------------------


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def describe(device: torch.device, threads: int) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        name = next((v.split(":")[1].strip() for v in lines if v.startswith("model name")), name)
    kind = "" if device.type == "cpu" else f"{device.type}, "
    return f"{kind}{name} ({os.cpu_count()} cores), {threads} thread{'s' * (threads > 1)}"


def write_json(path: Path, results: list[Result]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump([asdict(r) for r in results], file, indent=1)
        file.write("\n")
    os.replace(file.name, path)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="256 images, one round: a try-out")
    parser.add_argument("--sizes", type=int, nargs="+", choices=IMAGES, default=list(IMAGES))
    parser.add_argument("--images", type=int, help="use at most so many images of a set")
    parser.add_argument("--rounds", type=int, help="timed epochs of each (default 15, quick 1)")
    parser.add_argument("--threads", type=int, default=1, help="torch's CPU threads (default 1)")
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, mps, ...")
    parser.add_argument("--data", help="folder that has Fashion-MNIST (default $DLCOURSE_DATA)")
    parser.add_argument(
        "--persistent-workers",
        action="store_true",
        help="keep the peer's workers between epochs (by default they start in each)",
    )
    args = parser.parse_args()
    args.rounds = args.rounds if args.rounds is not None else (1 if args.quick else 15)
    args.images = args.images if args.images is not None else (256 if args.quick else 60_000)
    if min(args.rounds, args.threads, args.images) < 1:
        parser.error("--rounds, --threads and --images take at least 1")
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"--json: there is no folder {args.json.absolute().parent}")
    try:
        args.device = dlcourse.device(args.device)
    except ValueError as error:
        parser.error(f"--device: {error}")
    return args


if __name__ == "__main__":
    main()
