"""The benchmark runs and writes what it promises; how fast things are is not tested here."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
