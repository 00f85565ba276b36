"""The benchmark of grading runs, compares points, and writes what it promises; not how fast."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="needs dlcourse[grade]")

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "grading.py"


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(SCRIPT.parent))  # it shares modules with the scripts beside it
    try:
        yield importlib.import_module("grading")
    finally:
        sys.path.remove(str(SCRIPT.parent))


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=400,
    )


@pytest.mark.skipif(
    shutil.which("bwrap") is None and os.environ.get("DLCOURSE_REQUIRE_BROWSER") != "1",
    reason="no bubblewrap on this machine",
)
def test_a_small_class_is_graded_by_both_and_timed(tmp_path):
    options = ("--students", 3, "--rounds", 1, "--workers", 2, "--exercises", "overfitting")
    done = run(*options, "--json", tmp_path / "times.json")
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in (tmp_path / "times.json").read_text().splitlines()]
    assert [p.name for p in tmp_path.iterdir()] == ["times.json"]
    assert [r["case"] for r in results] == [
        "overfitting, 3 submissions, 2 workers, wall clock",
        "overfitting, 3 submissions, 2 workers, CPU",
    ]
    for result in results:
        assert result["benchmark"] == "grading"
        assert result["unit"] == "s a submission"
        assert min(result["ours"], result["peer"]) > 0.1  # a grader starts and imports torch
    lines = [line for line in done.stdout.splitlines() if line.startswith("overfitting, ")]
    assert [line.split("  ")[0] for line in lines] == [
        "overfitting, nbgrader autograde",
        "overfitting, dlcourse grade --workers 2",
    ]
    wall, per_minute, cpu = map(float, lines[1].split("workers 2")[1].split()[:3])
    assert wall == pytest.approx(3 * results[0]["ours"], abs=0.06)
    assert per_minute == pytest.approx(60 / results[0]["ours"], abs=0.06)
    assert cpu == pytest.approx(results[1]["ours"], abs=0.006)


def test_results_are_entered_by_both_and_timed(benchmark, tmp_path, monkeypatch, capsys):
    from dlcourse.grading.isolation import session

    recording = importlib.import_module("recording")
    asked = []
    monkeypatch.setattr(
        session, "run", lambda task: asked.append(task) or {cell.id: [] for cell in task.cells}
    )
    monkeypatch.setattr(recording.logging, "disable", lambda level: None)
    options = ["--students", "5", "--peer", "2", "--exercises", "overfitting"]
    monkeypatch.setattr(sys, "argv", ["recording.py", *options, "--json", str(tmp_path / "rows")])
    recording.main()
    row, report, table = map(json.loads, (tmp_path / "rows").read_text().splitlines())
    assert row["case"] == "overfitting, 5 students, sqlite, CPU"
    assert 0 < row["again"] < row["ours"] < row["peer"]  # what is unchanged is not entered again
    assert report["case"] == "report of overfitting, 5 students, sqlite"
    assert table["case"] == "table of all exercises, 5 students, sqlite"
    assert len(asked) == 4  # right, two wrong ones, blank: each was run once
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("overf"))
    assert float(line.split()[1]) == pytest.approx(1000 * row["ours"], abs=0.06)
    for bad in (["--students", "0"], ["--peer", "-1"]):
        with pytest.raises(SystemExit):
            recording.parse(bad)


def test_a_done_part_c_is_handed_in_with_its_output(benchmark, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "run", lambda *_: shutil.copytree(
        benchmark.ROOT / "exercises" / "overfitting", tmp_path / "exercises" / "overfitting"
    ))  # fmt: skip
    kinds = benchmark.make_course(tmp_path, "overfitting", 3, part_c=True)
    for student, kind in kinds.items():
        path = tmp_path / "grading" / "submitted" / student / "overfitting" / "overfitting.ipynb"
        cells = {cell["id"]: cell for cell in json.loads(path.read_text())["cells"]}
        assert bool(cells["c1-code"]["outputs"]) == (kind != "blank")
        answered = "YOUR ANSWER HERE" not in "".join(cells["c1-report"]["source"])
        assert answered == (kind != "blank")


def test_different_points_stop_it(benchmark):
    stock = {"ada": {"a1-test": 3.0, "b1-test": 5.0}}
    benchmark.check_equal(stock, {"ada": {"a1-test": 3.0, "b1-test": 5.0}}, "ours")
    for ours in ({"a1-test": 3.0, "b1-test": 4.0}, {"a1-test": 3.0, "b1-test": None}):
        with pytest.raises(
            AssertionError, match=r"ada, b1-test: 5 by nbgrader autograde, (4|None)"
        ):
            benchmark.check_equal(stock, {"ada": ours}, "ours")


def test_a_class_that_was_not_graded_as_meant_stops_it(benchmark):
    kinds = {"ada": "right", "ben": "wrong", "cleo": "blank"}
    good = {"ada": {"a": 3, "b": 5}, "ben": {"a": 0, "b": 5}, "cleo": {"a": 0, "b": 0}}
    benchmark.check_class(good, kinds)
    for change, words in [
        ({"cleo": {"a": 0, "b": 5}}, "cleo's submission is blank and has 5 points"),
        ({"ben": {"a": 3, "b": 5}}, "ben's submission is wrong and has 8 points"),
        ({"ada": {"a": 0, "b": 5}, "ben": {"a": 3, "b": 5}}, "ada's submission is right"),
        ({"ben": {"a": 0, "b": None}}, "ben's test cells b have no points"),
    ]:
        with pytest.raises(AssertionError, match=words):
            benchmark.check_class(good | change, kinds)
    with pytest.raises(AssertionError, match="no grade: cleo"):
        benchmark.check_class({k: v for k, v in good.items() if k != "cleo"}, kinds)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
def test_time_of_an_orphan_is_counted():
    # A daemon's parent does not wait for it.
    daemon = "import time\nwhile time.process_time() < 0.5: pass"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {daemon!r}])"
    code = (
        f"import subprocess, sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import grading\n"
        "grading.adopt_orphans()\n"
        f"subprocess.run([sys.executable, '-c', {parent!r}])\n"
        "print(grading.cpu_of_children())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) >= 0.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rounds", "0"], "at least 1"),
        (["--workers", "2", "0"], "at least 1"),
        (["--exercises", "nope"], "nope"),
        (["--json", "nowhere/times.json"], "no folder"),
    ],
)
def test_bad_arguments_are_named(benchmark, capsys, arguments, words):
    with pytest.raises(SystemExit) as stopped:
        benchmark.parse(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err
