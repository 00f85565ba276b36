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


def test_a_quick_run_writes_times_for_every_case(tmp_path):
    done = run("--quick", "--json", tmp_path / "times.json", data=tmp_path)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "times.json").read_text())
    assert [p.name for p in tmp_path.iterdir()] == ["times.json"]
    assert len(results) == 6  # MNIST5k at 3 sizes, against 0 and 4 workers
    for result in results:
        assert set(result) == {"case", "ours", "peer", "limit", "unit", "device"}
        assert result["unit"] == "s"
        assert min(result["ours"], result["peer"], result["limit"]) > 0
        assert result["case"] in done.stdout
    assert "Left out: Fashion-MNIST is not in" in done.stderr


def test_bad_arguments_are_named_without_a_traceback(tmp_path):
    for arguments, words in [
        (("--device", "cudo"), "cudo"),
        (("--rounds", "0"), "at least 1"),
        (("--json", tmp_path / "none" / "times.json"), "no folder"),
    ]:
        done = run(*arguments, data=tmp_path)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_sequences_writes_times_for_every_cell(tmp_path):
    done = run("--quick", "--json", tmp_path / "t.json", data=tmp_path, script="sequences.py")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "t.json").read_text())
    assert [result["case"].split(",")[0] for result in results] == ["rnn", "gru", "lstm"]
    for result in results:
        assert set(result) == {"case", "ours", "peer", "limit", "unit", "device"}
        assert min(result["ours"], result["peer"], result["limit"]) > 0
        assert result["case"] in done.stdout


def test_sequences_names_bad_arguments(tmp_path):
    for arguments, words in [
        (("--device", "cudo"), "cudo"),
        (("--rounds", "0"), "at least 1"),
        (("--characters", "100"), "at least 2048"),
        (("--json", tmp_path / "none" / "times.json"), "no folder"),
    ]:
        done = run(*arguments, data=tmp_path, script="sequences.py")
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_translation_scores_every_network_and_seed(tmp_path):
    arguments = ("--quick", "--seeds", "2", "--json", tmp_path / "t.json")
    done = run(*arguments, data=tmp_path, script="translation.py")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "t.json").read_text())
    assert [(r["case"], r["seed"]) for r in results] == [
        (case, seed) for case in ("seq2seq", "attention", "transformer") for seed in (0, 1)
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
    arguments = ("--quick", "--networks", "LeNet", "ResNet-18", "--json", tmp_path / "t.json")
    done = run(*arguments, data=tmp_path, script="convnets.py")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "t.json").read_text())
    assert [(r["case"], r["recipe"]) for r in results] == [
        (case, recipe) for case in ("LeNet", "ResNet-18") for recipe in ("published", "better")
    ]
    for result in results:
        assert 0 <= result["lowest"] <= result["accuracy"] <= result["highest"] <= 1
        assert min(result["seconds_per_epoch"], result["images_per_second"]) > 0
        ratios = [result[name] for name in ("peer_0_workers", "peer_4_workers", "over_limit")]
        assert all(ratios) if result["recipe"] == "published" else not any(ratios)
        assert result["published_accuracy"] is None  # these are other images and channels
        assert f"{result['parameters']:,}" in done.stdout
    assert results[0]["parameters"] == 61_706
    assert "MNIST5k serves instead" in done.stderr


def test_convnets_has_the_networks_at_their_published_sizes(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    convnets = importlib.import_module("convnets")
    found = {}
    for name, network in convnets.NETWORKS.items():
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
