"""How long an epoch of a character language model takes: the usual loop, ``fit``, and the limit.

Run ``python benchmarks/sequences.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import copy

import torch
import torch.nn.functional as F
from measuring import begin, fastest, finish, parser
from pipelines import fast_options, our_epochs
from rows import KINDS, Rows
from steps import possible, seconds_a_step
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from training import adam

from dlcourse import datasets, models, training

CELLS = ("rnn", "gru", "lstm")
NUM_STEPS, BATCH_SIZE = 32, 32
# What `fit` is given, and the other two do as well.
OPTIONS = {"metrics": None, "clip_grad_norm": 1.0}


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
    rows = begin(args, "sequences")
    print(
        f"{args.characters:,} characters, batches of {BATCH_SIZE} windows of {NUM_STEPS}, "
        f"H = {args.hidden}; one untimed epoch of each first, then the fastest of {args.rounds}\n"
    )
    text = datasets.python_docs()[: args.characters]
    vocabulary = datasets.Vocabulary(text)
    numbers = vocabulary.encode(text)
    print(f"{'seconds per epoch':<40} {'ours':>8} {'peer':>8} {'limit':>8}  peer/ours  ours/limit")
    for cell in CELLS:
        case = f"{cell}, {args.characters:,} characters, H = {args.hidden}"
        if not rows.has(case=case):
            with rows.case(args.case_seconds, case=case):
                row = compare(case, numbers, len(vocabulary), args, rows)
                ours, peer, limit = row["ours"], row["peers"]["0"], min(row["limits"].values())
                print(
                    f"{case:<40} {ours:8.3f} {peer:8.3f} {limit:8.3f} {peer / ours:10.2f} "
                    f"{ours / limit:11.3f}",
                    flush=True,
                )
    rows.end()


def compare(case: str, numbers: Tensor, V: int, args, rows: Rows) -> dict:
    """Epochs of all in turn, each on a copy of the same network, with as many steps."""
    torch.manual_seed(0)
    network = models.RecurrentNet(V, args.hidden, case.split(",")[0], embedding_size=32)
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

    def fresh(fused: bool = False) -> tuple[nn.Module, torch.optim.Optimizer]:
        model = copy.deepcopy(network).to(args.device)
        return model, torch.optim.Adam(model.parameters(), fused=fused)

    first, second = fresh(fused=args.device.type == "cuda"), fresh()
    fast = fast_options(args.device, images=False)
    contestants = {"ours": lambda: our_epoch(first[0], ours, first[1])}
    if fast:  # a graph takes its time to be recorded
        contestants["ours"] = lambda: our_epochs(first[0], ours, first[1], 2, OPTIONS | fast)
    contestants["peer"] = lambda: peer_epoch(second[0], peer, second[1])
    x, y = next(iter(ours))
    for kind, step in possible(args.limits, network, adam, x, y, clip=1.0).items():
        contestants[kind] = lambda step=step: seconds_a_step(step, steps, args.device)
    best = fastest(contestants, args.rounds, args.device)
    return rows.add(
        case=case,
        precision="float32",
        characters=len(numbers),
        ours=best["ours"],
        peers={"0": best["peer"]},
        limits={kind: best[kind] * steps for kind in KINDS if kind in best},
    )


def our_epoch(model: nn.Module, windows, optimizer: torch.optim.Optimizer) -> None:
    """`fit`, which also keeps the mean loss and stops at one that is not finite."""
    training.fit(model, windows, optimizer=optimizer, epochs=1, progress=False, **OPTIONS)


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


def parse() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--characters", type=int, help="of the text (default 100,000, quick 8,000)")
    made.add_argument("--hidden", type=int, default=128, help="units H of the cell (default 128)")
    made.add_argument("--rounds", type=int, help="timed epochs of each (default 7, quick 1)")
    made.add_argument("--limits", nargs="+", choices=KINDS, default=["plain"], help="kinds of step")
    # With a whole number of batches and half a window more, both pipelines have as many steps.
    tokens = NUM_STEPS * BATCH_SIZE
    args = finish(made, least={"rounds": 1, "hidden": 1, "characters": 2 * tokens})
    args.rounds = args.rounds or (1 if args.quick else 7)
    args.characters = args.characters or (8_000 if args.quick else 100_000)
    args.characters = args.characters // tokens * tokens + NUM_STEPS + 1
    return args


if __name__ == "__main__":
    main()
