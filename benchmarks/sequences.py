"""How long an epoch of a character language model takes: the usual loop, ``fit``, and the limit.

Run ``python benchmarks/sequences.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import copy
import os
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from training import Result, describe, fastest, write_json

import dlcourse
from dlcourse import datasets, models, training

CELLS = ("rnn", "gru", "lstm")
NUM_STEPS, BATCH_SIZE = 32, 32


class WindowDataset(Dataset):
    """The usual data set of windows: sample i is a slice of the text and the same one later."""

    def __init__(self, numbers: Tensor):
        self.numbers = numbers

    def __len__(self) -> int:
        return (len(self.numbers) - 1) // NUM_STEPS

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        start = i * NUM_STEPS
        window = self.numbers[start : start + NUM_STEPS + 1]
        return window[:-1], window[1:]


def main() -> None:
    args = parse()
    torch.set_num_threads(args.threads)
    name = describe(args.device, args.threads)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{name}; torch {torch.__version__}")
    print(f"load average before the start: {busy:.2f} on {os.cpu_count()} cores")
    print(
        f"{args.characters:,} characters, batches of {BATCH_SIZE} windows of {NUM_STEPS}, "
        f"H = {args.hidden}; one untimed epoch of each first, then the fastest of {args.rounds}\n"
    )
    text = datasets.python_docs()[: args.characters]
    vocabulary = datasets.Vocabulary(text)
    numbers = vocabulary.encode(text)
    results = []
    print(f"{'seconds per epoch':<53} {'ours':>8} {'peer':>8} {'limit':>8}  peer/ours  ours/limit")
    for cell in CELLS:
        results.append(compare(cell, numbers, len(vocabulary), args, name))
        print(results[-1].row(), flush=True)
    if args.json:
        write_json(args.json, results)


def compare(cell: str, numbers: Tensor, V: int, args, device_name: str) -> Result:
    """Epochs of all three in turn, each on a copy of the same network, with as many steps."""
    torch.manual_seed(0)
    network = models.RecurrentNet(V, args.hidden, cell, embedding_size=32)
    ours = datasets.RandomWindows(numbers, NUM_STEPS, BATCH_SIZE, device=args.device)
    peer = DataLoader(
        WindowDataset(numbers),
        BATCH_SIZE,
        shuffle=True,
        drop_last=True,
        pin_memory=args.device.type == "cuda",
    )
    steps = len(ours)
    if steps != len(peer):
        raise AssertionError(f"an epoch has {steps} steps here and {len(peer)} there")
    batch = next(iter(ours))
    contestants = {}
    for name in ("ours", "peer", "limit"):
        model = copy.deepcopy(network).to(args.device)
        optimizer = torch.optim.Adam(model.parameters())
        if name == "ours":
            contestants[name] = lambda m=model, o=optimizer: our_epoch(m, ours, o)
        elif name == "peer":
            contestants[name] = lambda m=model, o=optimizer: peer_epoch(m, peer, o)
        else:
            contestants[name] = lambda m=model, o=optimizer: limit_epoch(m, *batch, steps, o)
    best = fastest(contestants, args)
    what = f"{cell}, {args.characters:,} characters, H = {args.hidden}"
    return Result(what, best["ours"], best["peer"], best["limit"], "s", device_name)


def our_epoch(model: nn.Module, windows, optimizer: torch.optim.Optimizer) -> None:
    """`fit`, which also keeps the mean loss and stops at one that is not finite."""
    training.fit(
        model,
        windows,
        optimizer=optimizer,
        epochs=1,
        metrics=None,
        clip_grad_norm=1.0,
        progress=False,
    )


def peer_epoch(model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer) -> None:
    """The plain loop of tutorials, with the running loss that they keep."""
    device = next(model.parameters()).device
    model.train()
    total, tokens = 0.0, 0
    for x, y in loader:
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x)[0], y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * y.numel()
        tokens += y.numel()


def limit_epoch(model: nn.Module, x: Tensor, y: Tensor, steps: int, optimizer) -> None:
    """Nothing but the steps, always on the same batch, which is there already."""
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(x)[0], y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="a short text, one round: a try-out")
    parser.add_argument("--characters", type=int, help="of the text (default 100,000, quick 8,000)")
    parser.add_argument("--hidden", type=int, default=128, help="units H of the cell (default 128)")
    parser.add_argument("--rounds", type=int, help="timed epochs of each (default 7, quick 1)")
    parser.add_argument("--threads", type=int, default=1, help="torch's CPU threads (default 1)")
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, mps, ...")
    args = parser.parse_args()
    args.rounds = args.rounds if args.rounds is not None else (1 if args.quick else 7)
    if args.characters is None:
        args.characters = 8_000 if args.quick else 100_000
    if min(args.rounds, args.threads, args.hidden) < 1:
        parser.error("--rounds, --threads and --hidden take at least 1")
    # With a whole number of batches and half a window more, both pipelines have as many steps.
    tokens = NUM_STEPS * BATCH_SIZE
    if args.characters < 2 * tokens:
        parser.error(f"--characters takes at least {2 * tokens}")
    args.characters = args.characters // tokens * tokens + NUM_STEPS + 1
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"--json: there is no folder {args.json.absolute().parent}")
    try:
        args.device = dlcourse.device(args.device)
    except ValueError as error:
        parser.error(f"--device: {error}")
    return args


if __name__ == "__main__":
    main()
