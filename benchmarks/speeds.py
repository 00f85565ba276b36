"""How fast the networks of the course train: `fit`, the usual loop, and what the machine allows.

Run ``python benchmarks/speeds.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import copy
import tempfile
import warnings
from collections.abc import Iterable

import torch
from measuring import begin, finish, parser
from networks import NETWORKS, choose_width, image_sets
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
from steps import fastest_step, possible
from torch import nn

from dlcourse import datasets

PRECISIONS = ("float32", "bfloat16")
HEAD = (
    f"{'images per second':<11} {'px':>3} {'precision':<9} {'fit':>9} "
    + " ".join(f"{kind:>14}" for kind in KINDS)
    + f" {'of limit':>9} {'peer 0/fit':>10} {'peer 4/fit':>10} {'MiB':>6}"
)


def line(r: dict) -> str:
    """One line of the table; a dash for what was not measured."""
    rates = [r["images"] / r["limits"][kind] if kind in r["limits"] else None for kind in KINDS]
    ratios = [min(r["limits"].values()) / r["ours"]]
    ratios += [r["peers"][str(w)] / r["ours"] if r["peers"] else None for w in WORKERS]
    memory = "–" if r["peak_memory"] is None else f"{r['peak_memory'] / 2**20:,.0f}"
    return (
        f"{r['case']:<17} {r['size']:>3} {r['precision']:<9} {r['images'] / r['ours']:>9,.0f} "
        + " ".join(f"{'–' if rate is None else format(rate, ',.0f'):>14}" for rate in rates)
        + "".join(
            f"{'–' if ratio is None else format(ratio, '.2f'):>{width}}"
            for ratio, width in zip(ratios, (10, 11, 11), strict=True)
        )
        + f" {memory:>6}"
    )


def main() -> None:
    args = parse()
    # More workers than cores is a part of what is compared.
    warnings.filterwarnings("ignore", message="This DataLoader will create")
    rows = begin(args, "speeds")
    train, _ = image_sets(args.data, args.images)
    print(f"{train!r}; channels × {args.width:g}; plain gradient descent with momentum\n")
    print(HEAD)
    for name in args.networks:
        for precision in args.precisions:
            case = {"case": name, "precision": precision, "kinds": args.limits}
            if not rows.has(**case):
                with rows.case(args.case_seconds, **case):
                    print(line(measure(case, train, args, rows)), flush=True)
    rows.end()


def measure(case: dict, train: datasets.ImageDataset, args, rows: Rows) -> dict:
    """Seconds of an epoch of `fit`, of the bare steps by kind, and of the peers, in one row."""
    network, mixed = NETWORKS[case["case"]], case["precision"] != "float32"
    torch.manual_seed(0)
    model = network.published(args.width)
    batch_size = min(network.batch_size, len(train) // 2)
    x, y = next(iter(our_loader(train, network.size, batch_size, args.device)))
    steps = possible(args.limits, model, momentum, x, y, mixed=mixed)
    limits = {kind: fastest_step(step, args.device, args.seconds) for kind, step in steps.items()}
    # As many images as an epoch of about that time has, so that large networks take no minutes.
    count = min(len(train) // batch_size, max(20, int(args.seconds / min(limits.values()))))
    part = train.subset(range(count * batch_size))
    if args.device.type == "cuda":
        del steps  # graphs keep their memory
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(args.device)
    ours = copy.deepcopy(model).to(args.device)
    if "compiled" in min(limits, key=limits.get):
        ours = torch.compile(ours)
    epoch = our_epochs(
        ours,
        our_loader(part, network.size, batch_size, args.device),
        momentum(ours.parameters(), fused=args.device.type == "cuda"),
        args.rounds,
        fast_options(args.device, mixed=mixed),
    )
    memory = torch.cuda.max_memory_allocated(args.device) if args.device.type == "cuda" else None
    image = {} if mixed else peers(model, train, network.size, batch_size, args)
    return rows.add(
        **case,
        size=network.size,
        batch_size=batch_size,
        width=args.width,
        images=len(part),
        ours=epoch,
        limits={kind: seconds * count for kind, seconds in limits.items()},
        peers={str(workers): seconds * len(part) for workers, seconds in image.items()},
        peak_memory=memory,
        published_images_per_second=network.images_per_second if args.width == 1 else None,
    )


def peers(model: nn.Module, data: datasets.ImageDataset, size: int, batch_size: int, args) -> dict:
    """Seconds of an image in the usual loop, by workers; a loop of tutorials is in float32."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        loaders = peer_loaders(data, size, batch_size, args.device, folder)
        check_same_work(data, size, loaders[0])
        for workers, loader in loaders.items():
            own = copy.deepcopy(model).to(args.device)
            optimizer = momentum(own.parameters())
            found[workers] = peer_epoch(own, loader, optimizer, 2 * args.seconds)
    return found


def momentum(parameters: Iterable, fused: bool = False) -> torch.optim.SGD:
    return torch.optim.SGD(parameters, lr=1e-3, momentum=0.9, fused=fused)


def parse() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    made.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=list(PRECISIONS))
    made.add_argument("--width", type=float, help="factor of all channels (default 1; CPU 1/8)")
    made.add_argument("--images", type=int, help="at most so many (default all)")
    made.add_argument("--seconds", type=float, help="of each measurement (default 2, quick 0.01)")
    made.add_argument("--rounds", type=int, help="timed epochs of fit (default 3, quick 1)")
    made.add_argument("--limits", nargs="+", choices=KINDS, default=["plain", "graph"])
    made.add_argument("--data", help="folder that has Fashion-MNIST (default $DLCOURSE_DATA)")
    args = finish(made, least={"images": 2, "rounds": 1})
    args.images = args.images or (512 if args.quick else 60_000)
    args.rounds = args.rounds or (1 if args.quick else 3)
    args.seconds = args.seconds or (0.01 if args.quick else 2.0)
    choose_width(made, args)
    return args


if __name__ == "__main__":
    main()
