"""The benchmark runs and writes what it promises; how fast things are is not tested here."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from dlcourse.inspection import summary

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


def run(*arguments, data, script="training.py"):
    return subprocess.run(
        [sys.executable, str(FOLDER / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "DLCOURSE_DATA": str(data)},
        timeout=300,
    )


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_quick_run_writes_times_for_every_case(tmp_path):
    done = run("--quick", "--json", tmp_path / "times.json", data=tmp_path)
    assert done.returncode == 0, done.stderr
    results = rows(tmp_path / "times.json")
    assert [p.name for p in tmp_path.iterdir()] == ["times.json"]
    assert len(results) == 3  # MNIST5k at 3 sizes
    for result in results:
        assert set(result["peers"]) == {"0", "4"}
        assert set(result["limits"]) == {"plain"}
        assert min(result["ours"], *result["peers"].values(), *result["limits"].values()) > 0
        assert result["case"] in done.stdout
    assert "Left out: Fashion-MNIST is not in" in done.stderr


def test_sequences_writes_times_for_every_cell(tmp_path):
    done = run("--quick", "--json", tmp_path / "t.json", data=tmp_path, script="sequences.py")
    assert done.returncode == 0, done.stderr
    results = rows(tmp_path / "t.json")
    assert [result["case"].split(",")[0] for result in results] == ["rnn", "gru", "lstm"]
    for result in results:
        assert min(result["ours"], result["peers"]["0"], result["limits"]["plain"]) > 0
        assert result["case"] in done.stdout


def test_translation_scores_every_network_and_seed(tmp_path):
    arguments = ("--quick", "--seeds", "2", "--json", tmp_path / "t.json")
    done = run(*arguments, data=tmp_path, script="translation.py")
    assert done.returncode == 0, done.stderr
    results = rows(tmp_path / "t.json")
    assert [(r["case"], r["seed"]) for r in results] == [
        (case, seed) for seed in (0, 1) for case in ("seq2seq", "attention", "transformer")
    ]
    for result in results:
        assert 0 <= result["bleu"] <= 100
        assert 0 <= result["exact_match"] <= 1
        assert min(result["validation_loss"], result["seconds_per_epoch"]) > 0
        assert f"{result['parameters']:,}" in done.stdout
    assert len({r["validation_loss"] for r in results}) == 6  # the seeds differ
    assert "The phrasebook serves instead" in done.stderr


def test_translation_reads_the_pairs(tmp_path):
    (tmp_path / "fra.txt").write_text(
        "".join(f"Go to house {i}.\tVa à la maison {i} !\n" for i in range(150)), encoding="utf-8"
    )
    arguments = ("--quick", "--models", "seq2seq", "--beam-size", "2", "--min-count", "1")
    done = run(*arguments, data=tmp_path, script="translation.py")
    assert done.returncode == 0, done.stderr
    assert "Tatoeba pairs: 134 to train on" in done.stdout


def refused(script, arguments, monkeypatch, capsys):
    """What a script says of arguments, asked without the seconds that its start takes."""
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
    with pytest.raises(SystemExit, match="2"):
        importlib.import_module(script).parse()
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "arguments", "words"),
    [
        ("training", ("--device", "cudo"), "cudo"),
        ("training", ("--rounds", "0"), "at least 1"),
        ("training", ("--json", "none/t.json"), "no folder"),
        ("sequences", ("--rounds", "0"), "at least 1"),
        ("sequences", ("--characters", "100"), "at least 2048"),
        ("speeds", ("--images", "1"), "at least 2"),
        ("speeds", ("--limits", "fast"), "invalid choice: 'fast'"),
        ("translation", ("--device", "cudo"), "cudo"),
        ("translation", ("--epochs", "0"), "at least 1"),
        ("translation", ("--pairs", "5"), "at least 100"),
        ("translation", ("--json", "none/t.json"), "no folder"),
        ("convnets", ("--device", "cudo"), "cudo"),
        ("convnets", ("--epochs", "0"), "at least 1"),
        ("convnets", ("--width", "0"), "above 0"),
        ("convnets", ("--networks", "LeNot"), "invalid choice: 'LeNot'"),
        ("convnets", ("--json", "none/t.json"), "no folder"),
    ],
)
def test_bad_arguments_are_named(script, arguments, words, monkeypatch, capsys):
    assert words in refused(script, arguments, monkeypatch, capsys)


def test_convnets_fills_the_table(tmp_path):
    arguments = (
        "--quick",
        "--networks",
        "LeNet",
        "ResNet-18",
        "--seeds",
        "1",
        "--json",
        tmp_path / "t.json",
    )
    done = run(*arguments, data=tmp_path, script="convnets.py")
    assert done.returncode == 0, done.stderr
    results = rows(tmp_path / "t.json")
    assert [(r["case"], r["recipe"]) for r in results] == [
        (case, recipe) for recipe in ("published", "better") for case in ("LeNet", "ResNet-18")
    ]
    for result in results:
        assert 0 <= result["accuracy"] <= 1
        assert min(result["seconds_per_epoch"], result["images_per_second"]) > 0
        assert result["published_accuracy"] is None  # these are other images and channels
        assert f"{result['parameters']:,}" in done.stdout
    assert results[0]["parameters"] == 61_706
    assert "MNIST5k serves instead" in done.stderr


def test_speeds_compares_fit_with_steps_and_loop(tmp_path):
    arguments = ("--quick", "--networks", "LeNet", "--json", tmp_path / "t.json")
    done = run(*arguments, data=tmp_path, script="speeds.py")
    assert done.returncode == 0, done.stderr
    results = rows(tmp_path / "t.json")
    assert [r["precision"] for r in results] == ["float32", "bfloat16"]
    for result in results:
        assert set(result["limits"]) == {"plain"}  # a CPU has no graphs
        assert min(result["ours"], result["limits"]["plain"]) > 0
    assert set(results[0]["peers"]) == {"0", "4"}
    assert min(results[0]["peers"].values()) > 0
    assert results[1]["peers"] == {}  # a tutorial's loop is in float32


def test_a_step_of_each_kind_trains_alike(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    steps = importlib.import_module("steps")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 3))
    x, y = torch.rand(8, 1, 4, 4), torch.randint(3, (8,))
    made = []

    def optimizer(parameters, fused):
        made.append(torch.optim.SGD(parameters, lr=0.1))
        return made[-1]

    before = [p.clone() for p in network.parameters()]
    found = steps.possible(["plain", "graph"], network, optimizer, x, y, clip=1.0)
    assert list(found) == ["plain"]  # no graph on a CPU
    weights = made[0].param_groups[0]["params"]
    after_one = [p.detach().clone() for p in weights]
    assert not any(map(torch.equal, before, after_one))
    assert all(map(torch.equal, before, network.parameters()))  # the network is left as it was
    assert steps.fastest_step(found["plain"], x.device, 0.001) > 0
    mixed = steps.possible(["plain"], network, optimizer, x, y, mixed=True)
    assert list(mixed) == ["plain"]
    close = torch.allclose(made[1].param_groups[0]["params"][0], after_one[0], atol=0.01)
    assert close


def test_a_kind_of_step_that_fails_is_named_and_left_out(monkeypatch, capsys):
    monkeypatch.syspath_prepend(FOLDER)
    steps = importlib.import_module("steps")
    monkeypatch.setattr(torch, "compile", lambda model: (_ for _ in ()).throw(OSError("no g++")))
    network, x, y = torch.nn.Linear(2, 3), torch.rand(4, 2), torch.randint(3, (4,))
    sgd = lambda parameters, fused: torch.optim.SGD(parameters, lr=0.1)  # noqa: E731
    assert list(steps.possible(["compiled", "plain"], network, sgd, x, y)) == ["plain"]
    assert "a compiled step fails: OSError: no g++" in capsys.readouterr().err
    with pytest.raises(RuntimeError, match="no kind"):
        steps.possible(["compiled"], network, sgd, x, y)


def test_the_networks_are_at_their_published_sizes(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    networks = importlib.import_module("networks")
    found = {}
    for name, network in networks.NETWORKS.items():
        for recipe in ("published", "better"):
            with torch.device("meta"):  # shapes alone: nothing is computed
                model = getattr(network, recipe)(1.0)
            rows = summary.summary(model, (1, network.size, network.size))
            assert rows[-1].output_size == (10,)
            found.setdefault(name, summary.total(rows).parameters)
    assert found["LeNet"] == 61_706
    assert found["ResNet-18"] == 11_175_370
    # Counted by hand: the papers' channels, one gray channel in, ten classes out.
    convolutions = [(1, 96, 11), (96, 256, 5), (256, 384, 3), (384, 384, 3), (384, 256, 3)]
    linear = [(256 * 6 * 6, 4096), (4096, 4096), (4096, 10)]
    assert found["AlexNet"] == sum(b * (a * k * k + 1) for a, b, k in convolutions) + sum(
        b * (a + 1) for a, b in linear
    )
