"""The tables of README.md, from the files of results."""

import re
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path

from rows import KINDS, ROOT, read_rows

README = ROOT / "benchmarks" / "README.md"
RESULTS = ROOT / "benchmarks" / "results"
MARKED = re.compile(r"(<!-- measured: ([\w-]+) -->\n).*?(<!-- /measured -->)", re.DOTALL)
DASH = "–"


class UnknownTableError(ValueError):
    """The text asks for a table that does not exist."""


def results(files: Iterable[Path] | None = None) -> list[dict]:
    """All rows of the files, by default of those that are committed."""
    rows = []
    for file in sorted(RESULTS.glob("*.jsonl")) if files is None else files:
        rows += read_rows(file)
    return [row for row in rows if "benchmark" in row and "failed" not in row]


def filled(text: str, rows: list[dict]) -> str:
    """The text with the tables between its marks made anew."""

    def table(match: re.Match) -> str:
        begin, name, end = match.groups()
        if name not in TABLES:
            known = ", ".join(TABLES)
            raise UnknownTableError(f"README.md asks for {name!r}; there are {known}")
        return f"{begin}\n{_by_machine(rows, name)}\n{end}"

    return MARKED.sub(table, text)


def _by_machine(rows: list[dict], name: str) -> str:
    """A table for each machine and commit, under a line that names them."""
    benchmark, make = TABLES[name]
    machines: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["benchmark"] == benchmark:
            key = row["device"], row["torch"], row["commit"], row.get("note")
            machines.setdefault(key, []).append(row)
    parts = []
    for (device, torch, commit, note), own in machines.items():
        if table := make(own):
            words = f"{device}, torch {torch}, commit {commit}" + (f"; {note}" if note else "")
            parts.append(f"{words}:\n\n{table}")
    return "\n".join(parts) or "Not measured yet.\n"


def _markdown(head: list[str], lines: Iterable[list[str]]) -> str:
    lines = list(lines)
    if not lines:
        return ""
    rows = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _number(value: float | None, form: str) -> str:
    return DASH if value is None else format(value, form)


def _ratio(a: float | None, b: float | None, form: str = ".2f") -> str:
    return DASH if a is None or not b else format(a / b, form)


def epochs(rows: list[dict]) -> str:
    """Seconds of an epoch: ours, against the peers and the fastest bare step."""
    peers = sorted({w for row in rows for w in row["peers"]}, key=int)
    head = ["epoch", "ours, s", *(f"peer/ours, {w} workers" for w in peers), "ours/limit", "limit"]
    lines = []
    for row in _latest(rows, "case", "precision", "images"):
        images = f", {row['images']:,} images" if "images" in row else ""
        kind = min(row["limits"], key=row["limits"].get)
        lines.append(
            [
                row["case"] + images,
                f"{row['ours']:.3f}",
                *(_ratio(row["peers"].get(w), row["ours"]) for w in peers),
                _ratio(row["ours"], row["limits"][kind], ".3f"),
                kind,
            ]
        )
    return _markdown(head, lines)


def speeds(rows: list[dict]) -> str:
    """Images a second: `fit`, the bare steps, and `fit` against the usual loop."""
    kinds = [kind for kind in KINDS if any(kind in row["limits"] for row in rows)]
    head = ["network", "px", "precision", "`fit`, images/s", *(f"{k} steps" for k in kinds)]
    head += ["`fit`, of the limit", "peer 0", "peer 4", "published, images/s"]
    lines = []
    for row in _latest(rows, "case", "precision"):
        ours, limits, images = row["ours"], row["limits"], row["images"]
        peers = row["peers"] or _float32(rows, row)
        lines.append(
            [
                row["case"],
                str(row["size"]),
                row["precision"],
                _ratio(images, ours, ",.0f"),
                *(_ratio(images, limits.get(kind), ",.0f") for kind in kinds),
                _ratio(min(limits.values()), ours),
                *(_ratio(peers.get(w), ours) for w in ("0", "4")),
                _number(row.get("published_images_per_second"), ","),
            ]
        )
    return _markdown(head, lines)


def _float32(rows: list[dict], row: dict) -> dict:
    """The peer's seconds for as many images, from the row in float32 of the same network."""
    for other in rows:
        if other["case"] == row["case"] and other["peers"]:
            return {w: s * row["images"] / other["images"] for w, s in other["peers"].items()}
    return {}


def accuracies(rows: list[dict]) -> str:
    """Test accuracy over the seeds, and speed, of whole runs at the published size."""
    head = ["network", "recipe", "precision", "parameters", "mult-adds", "test", "lowest"]
    head += ["highest", "seeds", "diverged", "s/epoch", "images/s", "MiB", "published test"]
    head += ["published images/s"]
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["images"] == 60_000 and row["epochs"] == 10 and row["width"] == 1:
            groups.setdefault((row["case"], row["recipe"], row["precision"]), []).append(row)
    lines = []
    for (case, recipe, precision), group in groups.items():
        group = _latest(group, "seed")
        first, scores = group[0], [r["accuracy"] for r in group if r["accuracy"] is not None]
        seconds = [r["seconds_per_epoch"] for r in group if r["seconds_per_epoch"] is not None]
        rates = [r["images_per_second"] for r in group if r["images_per_second"] is not None]
        epoch = statistics.median(seconds) if seconds else None
        memory = max((r["peak_memory"] for r in group if r["peak_memory"]), default=None)
        lines.append(
            [
                case,
                recipe,
                precision,
                f"{first['parameters']:,}",
                f"{first['multiply_adds']:,}",
                *(
                    _number(f(scores) if scores else None, ".3f")
                    for f in (statistics.mean, min, max)
                ),
                str(len(group)),
                str(len(group) - len(scores)),
                _number(epoch, ".2f"),
                _number(statistics.median(rates) if rates else None, ",.0f"),
                _number(memory and memory / 2**20, ",.0f"),
                _number(first["published_accuracy"], ".3f"),
                _number(first["published_images_per_second"], ","),
            ]
        )
    return _markdown(head, lines)


def translations(rows: list[dict]) -> str:
    """BLEU over the seeds, of runs on all pairs."""
    head = ["network", "parameters", "precision", "BLEU", "lowest", "highest", "exact", "seeds"]
    head += ["epochs", "s/epoch", "tokens/s"]
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["data"].startswith("Tatoeba") and row["size"] == "large":
            groups.setdefault((row["case"], row["precision"], row["epochs"]), []).append(row)
    lines = []
    for (case, precision, count), group in groups.items():
        group = _latest(group, "seed")
        scores = [r["bleu"] for r in group]
        lines.append(
            [
                case,
                f"{group[0]['parameters']:,}",
                precision,
                *(f"{f(scores):.1f}" for f in (statistics.mean, min, max)),
                f"{statistics.mean(r['exact_match'] for r in group):.3f}",
                str(len(group)),
                str(count),
                f"{statistics.median(r['seconds_per_epoch'] for r in group):.1f}",
                f"{statistics.median(r['tokens_per_second'] for r in group):,.0f}",
            ]
        )
    return _markdown(head, lines)


def notebooks(rows: list[dict]) -> str:
    """Chapters and solutions whose cells ran, with what failed."""
    head = ["notebook", "cells", "passed", "seconds, side by side"]
    return _markdown(
        head,
        (
            [r["case"], str(r["cells"]), str(r["passed"]), f"{r['seconds']:.0f}"]
            for r in _latest(rows, "case")
        ),
    )


def _latest(rows: list[dict], *keys: str) -> list[dict]:
    """One row for each value of the keys, the last one; limits of several rows are put together."""
    found: dict[tuple, dict] = {}
    for row in rows:
        key = tuple(row.get(k) for k in keys)
        if "limits" in row and key in found:
            before = found[key]  # perhaps of an epoch of another length
            scale = row.get("images", 1) / before.get("images", 1)
            limits = {kind: seconds * scale for kind, seconds in before["limits"].items()}
            row = row | {"limits": limits | row["limits"]}
        found[key] = row
    return list(found.values())


TABLES: dict[str, tuple[str, Callable[[list[dict]], str]]] = {
    "training": ("training", epochs),
    "sequences": ("sequences", epochs),
    "speeds": ("speeds", speeds),
    "convnets": ("convnets", accuracies),
    "translation": ("translation", translations),
    "cells": ("cells", notebooks),
}
