"""What the benchmarks of networks share: arguments, the conditions, contestants in turn."""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
from rows import Rows, processor

import dlcourse


def parser(description: str) -> argparse.ArgumentParser:
    """A benchmark's parser with the arguments that all have."""
    made = argparse.ArgumentParser(description=description.splitlines()[0])
    made.add_argument("--json", type=Path, metavar="FILE", help="append the results to FILE")
    made.add_argument("--resume", action="store_true", help="leave out what FILE has already")
    made.add_argument("--case-seconds", type=int, help="give up a case that takes longer")
    made.add_argument("--quick", action="store_true", help="little data, one round: a try-out")
    made.add_argument("--threads", type=int, default=1, help="torch's CPU threads (default 1)")
    made.add_argument("--device", default="cpu", help="cpu (default), cuda, mps, ...")
    return made


def finish(made: argparse.ArgumentParser, *, least: dict[str, int]) -> argparse.Namespace:
    """The arguments, checked: those of ``least`` against the least that they take."""
    args = made.parse_args()
    for name, value in {"threads": 1, **least}.items():
        if getattr(args, name) is not None and getattr(args, name) < value:
            made.error(f"--{name.replace('_', '-')} takes at least {value}")
    if args.json and not args.json.absolute().parent.is_dir():
        made.error(f"--json: there is no folder {args.json.absolute().parent}")
    try:
        args.device = dlcourse.device(args.device)
    except ValueError as error:
        made.error(f"--device: {error}")
    return args


def begin(args: argparse.Namespace, benchmark: str) -> Rows:
    """Set the threads, print the conditions, and open the file for the results."""
    torch.set_num_threads(args.threads)
    name = describe(args.device, args.threads)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{name}; torch {torch.__version__}; load average {busy:.2f} before the start")
    if busy > 0.3 * (os.cpu_count() or 1):
        print("Other programs are running; on a quiet machine the ratios will be cleaner.")
    return Rows(args.json, benchmark, name, args.resume)


def fastest(contestants: dict[object, Callable], rounds: int, device: torch.device) -> dict:
    """The shortest time of each; they take turns, beginning with another one in each round.

    A contestant that returns seconds has measured itself.
    """
    names, best = list(contestants), {}
    for name in names:
        contestants[name]()  # warm-up
    for r in range(rounds):
        for name in names[r % len(names) :] + names[: r % len(names)]:
            synchronize(device)
            start = time.perf_counter()
            own = contestants[name]()
            synchronize(device)
            seconds = time.perf_counter() - start if own is None else own
            best[name] = min(best.get(name, float("inf")), seconds)
    return best


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def describe(device: torch.device, threads: int) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    kind = "" if device.type == "cpu" else f"{device.type}, "
    return f"{kind}{processor()}, {threads} thread{'s' * (threads > 1)}"
