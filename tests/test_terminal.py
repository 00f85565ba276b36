"""No terminal and no pipe makes a command end in a traceback."""

import os
import subprocess
import sys

import nbformat
import pytest

from dlcourse import cli, terminal
from tests import courses

OPEN = []  # a logger of nbgrader's may hold on to a stream, whose number no other file may get
NAMES = ("Jürgen Müller", "学生01", "Ωμέγα …")


def commands():
    """All that the program knows."""
    [choice] = [a for a in cli.parser()._actions if hasattr(a, "choices") and a.dest == "command"]
    return list(choice.choices)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class whose names no single old terminal can show."""
    course = courses.SmallCourse(tmp_path_factory.mktemp("terminal"))
    course.generate()
    archive = course.folder / "archive"
    archive.mkdir()
    for name in NAMES:
        nbformat.write(course.filled({"answer": course.RIGHT}), archive / f"{name}_small.ipynb")
    rows = "".join(f"{name},{name},X,a@b.c,{n}\n" for n, name in enumerate(NAMES))
    head = "id,first name,last name,e-mail,platform id\n"
    (course.folder / "class.csv").write_text(head + rows, encoding="utf-8")
    return course


def arguments(course, command):
    folder = course.folder
    given = {
        "doctor": [],
        "check": [str(folder / "archive" / f"{NAMES[0]}_small.ipynb")],
        "roster": [str(folder / "class.csv")],
        "collect": ["small", str(folder / "archive")],
        "grades": ["small", "--fill", str(folder / "class.csv")],
        "forget": ["small", *NAMES[:1]],  # they have handed in: an error with a name in it
    }.get(command, ["small"])
    return [command, *given] + ([] if command == "doctor" else ["--root", str(folder)])


@pytest.mark.parametrize("command", commands())
@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "gbk", "a reader who left"])
def test_no_command_ends_in_a_traceback(course, monkeypatch, command, encoding):
    reading, writing = os.pipe()
    if encoding == "a reader who left":
        os.close(reading)
    for name in ("stdout", "stderr"):
        kind = "utf-8" if " " in encoding else encoding
        stream = open(os.dup(writing), "w", encoding=kind)  # noqa: SIM115 (the command's own)
        OPEN.append(stream)
        monkeypatch.setattr(sys, name, stream)
    os.close(writing)
    try:
        code = cli.main(arguments(course, command))
    except SystemExit as left:  # of arguments that a command does not know
        code = left.code
    monkeypatch.undo()
    assert code in (0, 1, 2)
    if " " not in encoding:
        with open(reading, "rb") as read:
            said = read.read1(1 << 16).decode(encoding)
        assert said.strip()
        assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [["doctor"], ["--help"], ["nonsense"]])
def test_head_ends_the_real_command_in_silence(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "dlcourse.cli", *arguments]
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == (2 if arguments == ["nonsense"] else 0)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_signs_that_a_terminal_lacks_have_a_plain_form():
    assert "Running … “x” → ü 学".encode("ascii", terminal.HANDLER) == (
        b'Running ... "x" -> \\xfc \\u5b66'
    )
    assert "Müller …".encode("cp437", terminal.HANDLER).decode("cp437") == "Müller ..."
