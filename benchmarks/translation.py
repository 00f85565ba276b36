"""How well three networks translate sentences that they have not seen, on the Tatoeba pairs.

Run ``python benchmarks/translation.py --help``. What is compared, and how, is in README.md beside
this file.
"""

import argparse
import statistics
import sys

import torch
from measuring import begin, finish, parser
from pipelines import fast_options
from torch import nn

import dlcourse
from dlcourse import datasets, models, training
from dlcourse.datasets import Pair, PooledLoader, TranslationDataset
from dlcourse.metrics.bleu import bleu, exact_match

FRACTIONS = (0.9, 0.05, 0.05)  # of the pairs: training, validation, test
MODELS = ("seq2seq", "attention", "transformer")
# The highest of the cycle. Small networks take larger steps.
LEARNING_RATES = {"seq2seq": 1e-3, "attention": 1e-3, "transformer": 5e-4}
SMALL_LEARNING_RATE = 3e-3


def main() -> None:
    args = parse()
    rows = begin(args, "translation")
    pairs, what = read_pairs(args)
    train, validation, test = sets(pairs, args)
    print(f"{what}: {len(train):,} to train on, {len(validation):,} to choose the epoch by;")
    sources, references = questions(test)
    print(f"BLEU on {len(sources):,} sentences that are in neither, {len(test):,} translations;")
    print(f"{train!r}; {args.epochs} epochs, {args.size} networks\n")
    print(f"{'network':<12} {'parameters':>10} {'seed':>5} {'BLEU':>6} {'exact':>6} {'s/epoch':>8}")
    data = TranslationDataset(
        test, train.source_vocabulary, train.target_vocabulary, device=args.device
    )
    for seed in range(args.seeds):  # a first seed of all comes before a second one of any
        for kind in args.models:
            case = {"case": kind, "seed": seed}
            if rows.has(**case, data=what, pairs=len(train), epochs=args.epochs, size=args.size):
                continue
            with rows.case(args.case_seconds, **case):
                found = run(kind, seed, train, validation, (data, sources, references), args)
                r = rows.add(**case, data=what, pairs=len(train), size=args.size, **found)
                print(
                    f"{kind:<12} {r['parameters']:>10,} {seed:>5} {r['bleu']:>6.2f} "
                    f"{r['exact_match']:>6.3f} {r['seconds_per_epoch']:>8.1f}",
                    flush=True,
                )
    rows.end()


def run(kind, seed, train, validation, test, args) -> dict:
    """Train one network, keep the weights of its best epoch, and measure it."""
    dlcourse.seed_everything(seed)
    model = build(kind, train, args).to(args.device)
    batches = PooledLoader(train, args.batch_size, seed=seed)
    held_out = PooledLoader(validation, args.batch_size, shuffle=False)
    lr = SMALL_LEARNING_RATE if args.size == "small" else LEARNING_RATES[kind]
    fused = args.device.type == "cuda"
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=fused)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        lr,
        total_steps=args.epochs * len(batches),
        pct_start=0.1,
        cycle_momentum=False,
    )
    history = training.fit(
        model,
        batches,
        held_out,
        optimizer=optimizer,
        epochs=args.epochs,
        metrics=None,
        label_smoothing=0.1,
        scheduler=schedule,
        schedule_per="batch",
        early_stopping=training.EarlyStopping(patience=args.epochs),
        clip_grad_norm=1.0,
        progress=False,
        **fast_options(args.device, mixed=args.amp, images=False, graph=False),
    )
    data, sources, references = test
    limit = int(train.target_lengths.max()) + 10
    found = models.translate(model, data, sources, max_length=limit, beam_size=args.beam_size)
    hypotheses = [datasets.tokenize(text) for text in found]
    matches = [
        max(exact_match([h], [reference]) for reference in known)
        for h, known in zip(hypotheses, references, strict=True)
    ]
    seconds = statistics.median(history["seconds"])
    tokens = int((train.source_lengths + train.target_lengths).sum())
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "precision": "bfloat16" if args.amp else "float32",
        "bleu": bleu(hypotheses, references),
        "exact_match": statistics.mean(matches),
        "validation_loss": min(history["validation_loss"]),
        "epochs": args.epochs,
        "seconds_per_epoch": seconds,
        "tokens_per_second": tokens / seconds,
    }


def build(kind: str, train: TranslationDataset, args) -> nn.Module:
    V = len(train.source_vocabulary), len(train.target_vocabulary)
    small = args.size == "small"
    if kind == "transformer":
        width, layers, dropout = (64, 2, 0.0) if small else (256, 4, 0.1)
        return models.Transformer(*V, width, width // 16, 4 * width, layers, dropout)
    network = models.Seq2Seq if kind == "seq2seq" else models.AttentionSeq2Seq
    sizes = (64, 128, 1, 0.0) if small else (256, 512, 2, 0.3)
    return network(*V, *sizes)


def read_pairs(args) -> tuple[list[Pair], str]:
    """The pairs, spread over all lengths if they are not all taken, and what they are called."""
    try:
        pairs, what = datasets.tatoeba_pairs(args.data, args.max_tokens), "Tatoeba pairs"
    except FileNotFoundError as error:
        print(f"The phrasebook serves instead: {error}", file=sys.stderr)
        pairs, what = datasets.phrasebook(size=min(args.pairs or 6000, 6000)), "phrasebook"
    if args.pairs and args.pairs < len(pairs):
        # The file is sorted by length: its first pairs would all be short.
        step = len(pairs) / args.pairs
        pairs = [pairs[int(i * step)] for i in range(args.pairs)]
    return pairs, what


def sets(pairs: list[Pair], args) -> tuple[TranslationDataset, TranslationDataset, list[Pair]]:
    train, validation, test = datasets.split_pairs(pairs, FRACTIONS)
    train = TranslationDataset(train, min_count=args.min_count, device=args.device)
    vocabularies = train.source_vocabulary, train.target_vocabulary
    return train, TranslationDataset(validation, *vocabularies, device=args.device), test


def questions(test: list[Pair]) -> tuple[list[str], list[list[list[str]]]]:
    """Each sentence once, with all translations that the set has of it, as tokens."""
    known: dict[tuple, tuple[str, list]] = {}
    for pair in test:
        source = tuple(datasets.tokenize(pair.source))
        known.setdefault(source, (pair.source, []))[1].append(datasets.tokenize(pair.target))
    return [text for text, _ in known.values()], [right for _, right in known.values()]


def parse() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    made.add_argument("--size", choices=("small", "large"), help="default: small on a CPU")
    made.add_argument("--pairs", type=int, help="at most so many (default all; on a CPU 20,000)")
    made.add_argument("--max-tokens", type=int, default=50, help="leave out longer sentences")
    made.add_argument("--min-count", type=int, default=2, help="rarer words become <unk>")
    made.add_argument("--epochs", type=int, help="(default 15, quick 1)")
    made.add_argument("--seeds", type=int, help="runs of each network (default 3, quick 1)")
    made.add_argument("--batch-size", type=int, default=128)
    made.add_argument("--beam-size", type=int, default=1, help="1 is greedy search (default)")
    made.add_argument("--amp", action="store_true", help="mixed precision")
    made.add_argument("--data", help="folder that has the pairs (default $DLCOURSE_DATA)")
    counts = ("epochs", "seeds", "batch_size", "beam_size", "max_tokens", "min_count")
    args = finish(made, least={"pairs": 100, **dict.fromkeys(counts, 1)})
    on_cpu = args.device.type == "cpu"
    args.pairs = args.pairs or (400 if args.quick else 20_000 if on_cpu else None)
    args.epochs = args.epochs or (1 if args.quick else 15)
    args.seeds = args.seeds or (1 if args.quick else 3)
    args.size = args.size or ("small" if on_cpu else "large")
    return args


if __name__ == "__main__":
    main()
