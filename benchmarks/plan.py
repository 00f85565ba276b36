"""What a run on a GPU does, most valuable first."""

import re
import sys
from pathlib import Path

from rows import ROOT
from schedule import Step

HERE = Path(__file__).resolve().parent


def plan(results: Path, device: str, minutes: float, quick: bool = False) -> list[Step]:
    """The steps, their rows appended to the file of results.

    Args:
        results: the file.
        device: ``"cuda"``, or ``"cpu"`` for a rehearsal.
        minutes: the time in all, of which tests and chapters get about a quarter.
        quick: a few images and sentences of each, as a rehearsal needs.
    """

    def benchmark(name: str, script: str, *words: str, seconds: float, least: float = 15) -> Step:
        command = [sys.executable, str(HERE / script), "--device", device, "--resume"]
        command += ["--json", str(results), *words, *(["--quick"] if quick else [])]
        return Step(name, tuple(command), seconds, least)

    def unless_quick(*words: str) -> list[str]:
        return [] if quick else list(words)

    amp = ["--amp"] if device == "cuda" else []
    better = ["--recipes", "better", *amp, "--case-seconds", "90"]
    published = ["--recipes", "published", "--case-seconds", "120"]
    graph = ["--limits", "plain", "graph"]
    rates = unless_quick("--seconds", "0.5", "--rounds", "2")
    three = unless_quick("--rounds", "3")
    part = unless_quick("--images", "20000")
    small = ["LeNet", "BN-LeNet", "ResNet-18", "DenseNet", "GoogLeNet"]
    large = ["NiN", "AlexNet", "VGG-11 / 4"]
    compiled = ["--precisions", "bfloat16", "--limits", "plain", "graph", "compiled graph"]
    compiled += ["--case-seconds", "120"]
    behind = ["--networks", "GoogLeNet", "VGG-11 / 4"]  # by a graph alone, on an H100
    return [
        *correctness(results, 0.25 * 60 * minutes),
        benchmark("speeds", "speeds.py", *graph, *rates, "--case-seconds", "40", seconds=150),
        benchmark("better", "convnets.py", *better, "--seeds", "1", seconds=330),
        benchmark("training", "training.py", *three, *part, "--sizes", "28", *graph, seconds=40),
        benchmark("sequences", "sequences.py", *three, *graph, seconds=30),
        benchmark(
            "speeds, compiled", "speeds.py", *behind, *compiled, *rates, seconds=240, least=90
        ),
        benchmark(
            "published, small networks",
            "convnets.py",
            "--networks",
            *small,
            *published,
            "--seeds",
            "1",
            seconds=240,
        ),
        benchmark("translation", "translation.py", *amp, "--seeds", "1", seconds=900, least=60),
        benchmark(
            "published, large networks",
            "convnets.py",
            "--networks",
            *large,
            *published,
            "--seeds",
            "1",
            seconds=300,
            least=50,
        ),
        benchmark("speeds, all compiled", "speeds.py", *compiled, *rates, seconds=600, least=90),
        benchmark("better, more seeds", "convnets.py", *better, seconds=900, least=60),
        benchmark("published, more seeds", "convnets.py", *published, seconds=900, least=60),
        benchmark("translation, more seeds", "translation.py", *amp, seconds=3600, least=60),
    ]


def correctness(results: Path, by: float) -> list[Step]:
    """The tests that need CUDA, and every chapter and solution, side by side."""
    tests = sorted((ROOT / "tests").glob("test_*.py"))
    tests = [p for p in tests if not p.name.startswith("test_benchmarks")]  # these need Jupyter
    tests = [p for p in tests if re.search(r"cuda|gpu[,)]", p.read_text("utf-8"))]
    command = [sys.executable, "-m", "pytest", "--noconftest", "-p", "tests.stand_in", "-q"]
    command += ["-k", "cuda or gpu"]
    steps = [Step("tests", (*command, *map(str, tests)), 75, beside=True, by=by)]
    files = [*sorted(ROOT.glob("chapters/*.md")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]
    for file in files:
        command = [sys.executable, str(HERE / "cells.py"), str(file), "--json", str(results)]
        name = f"cells {file.relative_to(ROOT).as_posix()}"
        steps.append(Step(name, tuple(command), 120, beside=True, by=by))
    return steps
