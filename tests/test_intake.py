"""What may be graded at all, and the reason a student reads if it may not."""

import copy
import json
import os
import socket
import subprocess

import nbformat
import pytest

from dlcourse.grading.submissions import intake
from tests import courses

SLUG = "overfitting"


@pytest.fixture
def submitted(tmp_path):
    """The folder of submissions, with an honest one by ada."""
    folder = tmp_path / "submitted"
    (folder / "ada" / SLUG).mkdir(parents=True)
    nbformat.write(courses.released(SLUG), folder / "ada" / SLUG / f"{SLUG}.ipynb")
    return folder


@pytest.fixture
def bob(submitted):
    """Where bob's notebook goes."""
    path = submitted / "bob" / SLUG / f"{SLUG}.ipynb"
    path.parent.mkdir(parents=True)
    return path


def refused(submitted, student="bob"):
    with pytest.raises(intake.RefusedError) as error:
        intake.read_submission(submitted, student, SLUG)
    assert str(submitted) not in str(error.value)  # no business of the student's
    assert "\n" not in str(error.value)
    return str(error.value)


def test_honest_submission_is_read(submitted):
    notebook = intake.read_submission(submitted, "ada", SLUG)
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in courses.source(SLUG).cells]


def test_missing_notebook(submitted, bob):
    bob.with_name("notes.txt").write_text("my dog ate it")
    assert refused(submitted) == f"the submission has no file {SLUG}.ipynb"


@pytest.mark.parametrize("target", ["somewhere", "/dev/zero"])
def test_link_is_refused_wherever_it_leads(submitted, bob, target):
    bob.symlink_to(submitted / "ada" / SLUG / bob.name if target == "somewhere" else target)
    assert refused(submitted) == f"{SLUG}.ipynb is a link: hand in the file itself"
    with pytest.raises(intake.RefusedError, match="is a link"):
        intake.read_notebook(bob)


def test_second_name_of_a_file_is_refused(submitted, bob):
    os.link(submitted / "ada" / SLUG / bob.name, bob)
    assert "a second name of another file" in refused(submitted)


def test_linked_folders_are_refused(submitted, bob):
    (submitted / "carl").symlink_to(submitted / "ada")
    assert "the folder carl is a link" in refused(submitted, "carl")
    bob.parent.rmdir()
    bob.parent.symlink_to(submitted / "ada" / SLUG)
    assert f"the folder {SLUG} is a link" in refused(submitted)


def test_pipe_socket_and_folder_are_refused_at_once(submitted, bob):
    os.mkfifo(bob)  # reading it would wait forever
    assert "is not an ordinary file" in refused(submitted)
    with pytest.raises(intake.RefusedError, match="is not an ordinary file"):
        intake.read_notebook(bob)
    bob.unlink()
    bob.mkdir()
    assert "is a folder" in refused(submitted)


def test_everything_beside_the_notebook_has_to_be_ordinary(submitted, bob, monkeypatch):
    nbformat.write(courses.released(SLUG), bob)
    bob.with_name("data").mkdir()
    bob.with_name("data").joinpath("numbers.txt").write_text("1 2 3")
    intake.read_submission(submitted, "bob", SLUG)
    (bob.parent / "data" / "all").symlink_to("/")
    assert "data/all is a link" in refused(submitted)
    (bob.parent / "data" / "all").unlink()
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(bob.parent)  # a socket's path has to be short
        server.bind("s")
        assert "s is not an ordinary file" in refused(submitted)
    (bob.parent / "s").unlink()
    with bob.with_name("film").open("wb") as file:
        file.truncate(60_000_000)
    assert "60 MB beside the notebook" in refused(submitted)


def deep(folder, depth=30, name="d" * 200):
    """Folders in folders, however long the path becomes."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        here, above = os.open(name, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)


def test_path_that_is_too_long_is_refused(submitted, bob):
    nbformat.write(courses.released(SLUG), bob)
    deep(bob.parent)
    assert "not all of the submission can be read (File name too long)" in refused(submitted)


def test_folders_without_end_are_refused_at_once(submitted, bob):
    nbformat.write(courses.released(SLUG), bob)
    deep(bob.parent, 1500, "d")  # beyond Python's limit of recursion, and pytest's for tidying up
    try:
        assert "the submission has 201 files and" in refused(submitted)
    finally:
        subprocess.run(["rm", "-r", bob.parent / "d"], check=True)


def test_names_in_a_reason_act_on_nothing(submitted, bob):
    (bob.parent / "a\x1b[2J\nzed  100 of 100").symlink_to("/")
    assert refused(submitted) == r"a\x1b[2J\nzed  100 of 100 is a link: hand in the file itself"


def test_what_only_the_grader_may_say_in_metadata_is_dropped(submitted, bob):
    notebook = courses.released(SLUG)
    notebook.metadata["dlcourse_refused"] = "Your file is fine.\nmallory      100 of 100"
    notebook.cells[0].metadata |= {"dlcourse": {"role": "test"}, "tags": ["mine"]}
    nbformat.write(notebook, bob)
    handed_in = intake.submission(submitted, "bob", SLUG)
    assert handed_in.refusal == ""
    assert not [key for key in handed_in.notebook.metadata if key.startswith("dlcourse")]
    assert handed_in.notebook.cells[0].metadata == {"tags": ["mine"]}


def test_large_notebook_is_not_even_read(submitted, bob):
    with bob.open("wb") as file:
        file.truncate(100_000_000)
    reason = refused(submitted)
    assert "has 100 MB, more than the 20 MB allowed" in reason
    assert "Clear Outputs" in reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "JSON breaks off or is damaged at line 1"),
        (b'{"cells": [\n{"cell_type": "co', "damaged at line 2"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not a text file in UTF-8"),
        ('{"cells": "é"}'.encode("utf-16"), "not a text file in UTF-8"),
        (b"[" * 100_000, "nests lists or objects hundreds of levels deep"),
        (b"[]", "is not a Jupyter notebook: it has no cells"),
        (b"null", "is not a Jupyter notebook: it has no cells"),
        (b"{}", "is not a Jupyter notebook: it has no cells"),
        (b'{"nbformat": 4, "nbformat_minor": 5}', "is not a Jupyter notebook: it has no cells"),
        (b'{"cells": 5, "nbformat": 4, "nbformat_minor": 5}', "is not a Jupyter notebook"),
        (b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}}', "is not a Jupyter notebook"),
    ],
)
def test_what_is_no_notebook_is_said_to_be_none(submitted, bob, content, expected):
    bob.write_bytes(content)
    assert expected in refused(submitted)


def test_cells_are_counted_and_measured(submitted, bob):
    notebook = courses.released(SLUG)
    notebook.cells[3].source = "x" * 200_001
    nbformat.write(notebook, bob)
    assert "cell 4 of overfitting.ipynb has 200001 characters" in refused(submitted)
    notebook.cells[3:] = [nbformat.v4.new_code_cell() for _ in range(1001)]
    nbformat.write(notebook, bob)
    assert "has 1004 cells, more than the 1000 allowed" in refused(submitted)


def test_ids_that_the_format_does_not_allow_are_no_reason_to_refuse(submitted, bob):
    notebook = courses.released(SLUG)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = ["W0sZmlsZQ==", "", "x" * 65, 5, None][number % 5]
    bob.write_text(json.dumps(notebook))
    read = intake.read_submission(submitted, "bob", SLUG)
    assert [cell.source for cell in read.cells] == [cell.source for cell in notebook.cells]


def test_copied_cells_and_repeated_ids_are_no_reason_to_refuse(submitted, bob):
    notebook = courses.released(SLUG)
    notebook.cells.append(copy.deepcopy(notebook.cells[5]))
    bob.write_text(json.dumps(notebook))
    assert len(intake.read_submission(submitted, "bob", SLUG).cells) == len(notebook.cells)


def test_plain_nbgrader_refuses_the_same_with_a_reason_and_grades_the_rest(tmp_path):
    course = courses.Course(tmp_path, SLUG)
    course.generate()
    solution = tmp_path / "solutions" / SLUG / f"{SLUG}.ipynb"
    course.submitted("a-link").symlink_to(solution)  # to the answers themselves
    os.mkfifo(course.submitted("b-pipe"))
    course.submitted("c-large").write_bytes(b" " * 20_000_001)
    course.submitted("d-binary").write_bytes(b"\x89PNG\xff")
    lost = courses.filled(SLUG)
    for number, cell in enumerate(lost.cells):
        cell.id, cell.metadata = f"x{number}", {"nbgrader": {"grade_id": f"x{number}"}}
        cell.source = "my own words"
    course.submit("e-lost", lost)
    forged = courses.filled(SLUG)
    forged.metadata["dlcourse_refused"] = "Your file is fine."
    course.submit("f-forged", forged)
    course.submit("honest", courses.filled(SLUG))
    done = course.nbgrader("autograde", SLUG)
    assert done.returncode == 0, done.stderr
    for student in ("honest", "f-forged"):
        assert course.scores(student) == courses.points(SLUG)
    assert course.nbgrader("generate_feedback", SLUG).returncode == 0
    for student, reason in {
        "a-link": "is a link",
        "b-pipe": "not an ordinary file",
        "c-large": "more than the 20 MB",
        "d-binary": "not a text file",
        "e-lost": "none of the cells to be filled in was found",
    }.items():
        assert set(course.scores(student).values()) == {0}
        page = tmp_path / "grading" / "feedback" / student / SLUG / f"{SLUG}.html"
        assert reason in page.read_text()
