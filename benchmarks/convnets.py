"""The networks of the course at their published sizes: how good they become, by two recipes.

Run ``python benchmarks/convnets.py --help``. What is compared, and how, is in README.md beside
this file; how fast they are against other ways is measured by ``speeds.py``.
"""

import argparse
import statistics
from functools import partial

import torch
from measuring import begin, finish, parser, synchronize
from networks import NETWORKS, RECIPES, choose_width, image_sets
from pipelines import fast_options, unless_recorded
from rows import Rows

import dlcourse
from dlcourse import datasets, training
from dlcourse.inspection.summary import summary, total

HEAD = (
    f"{'network':<11} {'recipe':<9} {'seed':>4} {'px':>3} {'parameters':>11} {'mult-adds':>14} "
    f"{'test':>6} {'s/epoch':>8} {'images/s':>9} {'MiB':>6} {'publ.':>6} {'publ./s':>7}"
)


def line(r: dict) -> str:
    """One line of the table; a dash for what is missing."""

    def number(value: float | None, form: str, width: int) -> str:
        return f"{'–' if value is None else format(value, form):>{width}}"

    memory = None if r["peak_memory"] is None else r["peak_memory"] / 2**20
    return (
        f"{r['case']:<11} {r['recipe']:<9} {r['seed']:>4} {r['size']:>3} {r['parameters']:>11,} "
        f"{r['multiply_adds']:>14,} {number(r['accuracy'], '.3f', 6)} "
        f"{number(r['seconds_per_epoch'], '.2f', 8)} {number(r['images_per_second'], ',.0f', 9)} "
        f"{number(memory, ',.0f', 6)} {number(r['published_accuracy'], '.3f', 6)} "
        f"{number(r['published_images_per_second'], ',', 7)}"
    )


def main() -> None:
    args = parse()
    rows = begin(args, "convnets")
    train, test = image_sets(args.data, args.images)
    print(f"{train!r}; {len(test):,} to test on; {args.epochs} epochs; channels × {args.width:g}")
    print("publ.: published, from elsewhere\n")
    print(HEAD)
    for seed in range(args.seeds):  # a first seed of all comes before a second one of any
        for recipe in args.recipes:
            for name in args.networks:
                case = {"case": name, "recipe": recipe, "seed": seed}
                if not rows.has(**case, images=len(train), epochs=args.epochs):
                    with rows.case(args.case_seconds, **case):
                        print(line(measure(case, train, test, args, rows)), flush=True)
    rows.end()


def measure(case: dict, train, test, args, rows: Rows) -> dict:
    """Train one network by one recipe from one seed; ``None`` is not measured or not published."""
    network, seed = NETWORKS[case["case"]], case["seed"]
    build = partial(getattr(network, case["recipe"]), args.width)
    layers = total(summary(build(), (1, network.size, network.size)))
    mixed = args.amp and case["recipe"] == "better"
    if args.device.type == "cuda":
        torch.cuda.empty_cache()  # of the network before
        torch.cuda.reset_peak_memory_stats(args.device)

    def once(options: dict) -> tuple[list[float], float | None]:
        dlcourse.seed_everything(seed)
        model = build().to(args.device)
        return run(model, case["recipe"], network, train, test, args, seed, options)

    seconds, accuracy = unless_recorded(once, fast_options(args.device, mixed=mixed))
    epoch = statistics.median(seconds) if seconds else None
    whole = train.name.startswith("FashionMNIST") and len(train) == 60_000
    whole = whole and (args.width, args.epochs) == (1, 10)
    return rows.add(
        **case,
        size=network.size,
        data=train.name,
        images=len(train),
        epochs=args.epochs,
        width=args.width,
        precision="bfloat16" if mixed else "float32",
        parameters=layers.parameters,
        multiply_adds=layers.multiply_adds,
        accuracy=accuracy,
        seconds_per_epoch=epoch,
        images_per_second=len(train) / epoch if seconds else None,
        peak_memory=torch.cuda.max_memory_allocated(args.device)
        if args.device.type == "cuda"
        else None,
        # What is published compares with nothing else.
        published_accuracy=network.accuracy if whole else None,
        published_images_per_second=network.images_per_second if whole else None,
    )


def run(model, name, network, train, test, args, seed, options) -> tuple[list[float], float | None]:
    """Seconds of each epoch, loading and the test set included, and the last test accuracy.

    A run that diverges has neither.
    """
    recipe = RECIPES[name](model, network, train, args.epochs)
    batches = datasets.TensorLoader(
        train,
        recipe.batch_size,
        shuffle=True,
        transform=recipe.moved,
        seed=seed,
        device=args.device,
    )
    held_out = datasets.TensorLoader(test, 256, transform=recipe.plain, device=args.device)
    synchronize(args.device)
    try:
        history = training.fit(
            model,
            batches,
            held_out,
            optimizer=recipe.optimizer,
            epochs=args.epochs,
            progress=False,
            **recipe.options,
            **options,
        )
    except training.NonFiniteLossError as error:
        print(f"{type(model).__name__}, {name}, seed {seed}: {error}")
        return [], None
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    return list(history["seconds"]), history["validation_accuracy"][-1]


def parse() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    made.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES))
    made.add_argument("--width", type=float, help="factor of all channels (default 1; CPU 1/8)")
    made.add_argument("--images", type=int, help="at most so many (default all; on a CPU 2,000)")
    made.add_argument("--epochs", type=int, help="(default 10; on a CPU 3, quick 1)")
    made.add_argument("--seeds", type=int, help="(default 3; quick 1)")
    made.add_argument("--amp", action="store_true", help="mixed precision in the better recipe")
    made.add_argument("--data", help="folder that has Fashion-MNIST (default $DLCOURSE_DATA)")
    args = finish(made, least={"images": 1, "epochs": 1, "seeds": 1})
    small = args.quick or args.device.type == "cpu"
    args.images = args.images or (64 if args.quick else 2000 if small else 60_000)
    args.epochs = args.epochs or (1 if args.quick else 3 if small else 10)
    args.seeds = args.seeds or (1 if args.quick else 3)
    choose_width(made, args)
    return args


if __name__ == "__main__":
    main()
