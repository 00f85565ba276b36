"""The command line: what it prints, its exit codes, and errors without tracebacks."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import dlcourse
from dlcourse import cli, datasets, doctor


def command(*args, program="from dlcourse.cli import main; import sys; sys.exit(main())", **kw):
    return subprocess.run(
        [sys.executable, "-c", program, *args], capture_output=True, text=True, **kw
    )


def one_sentence(text):
    """An error as users should see it: one line of ours."""
    return text.startswith("dlcourse: ") and text.count("\n") == 1 and "Traceback" not in text


def test_installed_command_prints_its_version():
    script = Path(sys.executable).with_name("dlcourse")
    done = subprocess.run([script, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"dlcourse {dlcourse.__version__}\n")


def test_doctor_reports_on_one_screen():
    done = command("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= 32
    assert max(map(len, lines)) <= 100
    for expected in (dlcourse.__version__, torch.__version__, sys.version.split()[0]):
        assert expected in done.stdout
    assert dlcourse.device().type in done.stdout
    for name in (*doctor.EXTRAS, *doctor.TOOLS, *datasets.available()):
        assert f"\n  {name} " in done.stdout, name


def test_doctor_says_what_to_do_for_missing_data(tmp_path):
    done = command("doctor", env=os.environ | {"DLCOURSE_DATA": str(tmp_path)})
    (line,) = (line for line in done.stdout.splitlines() if "FashionMNIST " in line)
    assert "missing" in line
    assert str(tmp_path) in done.stdout.replace("\n", "").replace(" ", "")


def test_doctor_finds_tools_on_the_path_only(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "bubblewrap not found: submissions are not graded in a sandbox" in doctor.report()
    tool = tmp_path / "bwrap"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert f"bubblewrap {tool}" in doctor.report()


def test_doctor_survives_a_broken_torchvision(tmp_path):
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator nms does not exist')")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from dlcourse.cli import main\n"
    done = command("doctor", program=program + "sys.exit(main())")
    assert done.returncode == 0, done.stderr
    assert "torchvision  cannot be imported (operator nms does not exist)" in done.stdout


def test_doctor_names_missing_packages_and_how_to_install_them(monkeypatch):
    installed = importlib.metadata.version

    def without_nbgrader(name):
        if name == "nbgrader":
            raise importlib.metadata.PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(importlib.metadata, "version", without_nbgrader)
    report = " ".join(doctor.report().split())
    assert "grade lacks nbgrader>=" in report
    assert 'pip install "dlcourse[grade]"' in report
    assert "pip install dlcourse[test]" not in report


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["dcotor"], "invalid choice: 'dcotor'"),
        (["check"], "the following arguments are required: SLUG|PATH"),
        (["grade"], "required: SLUG"),
        (["doctor", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["grade", "overfitting", "--student"], "--student: expected at least one argument"),
    ],
)
def test_wrong_usage_is_one_sentence(args, message, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(args)
    out, err = capsys.readouterr()
    assert caught.value.code == 2
    assert out == ""
    assert message in err
    assert one_sentence(err)


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert all(f"\n    {name} " in out for name in ("doctor", "check", "grade"))


@pytest.mark.parametrize("name", ["check", "grade"])
def test_missing_course_folder_is_named(name, tmp_path, capsys):
    assert cli.main([name, "overfitting", "--root", str(tmp_path / "nowhere")]) == 2
    err = capsys.readouterr().err
    assert one_sentence(err)
    assert "nowhere does not exist" in err


@pytest.mark.parametrize("name", ["check", "grade"])
def test_unknown_exercise_lists_the_known_ones(name, capsys, request):
    assert cli.main([name, "overfiting", "--root", str(request.config.rootpath)]) == 2
    err = capsys.readouterr().err
    assert one_sentence(err)
    assert "overfiting" in err
    assert "overfitting" in err  # spelled right: the one that there is


def test_grading_without_its_packages_says_what_to_install(tmp_path):
    program = "import sys; sys.modules.update(nbgrader=None, nbformat=None, nbclient=None)\n"
    program += "from dlcourse.cli import main; sys.exit(main())"
    done = command("grade", "overfitting", "--root", str(tmp_path), program=program)
    assert done.returncode == 2, done.stderr
    assert one_sentence(done.stderr)
    assert "pip install 'dlcourse[grade]'" in done.stderr
