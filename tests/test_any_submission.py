"""Whatever a submission is like: its author gets a line, and everybody else a grade."""

import csv
import os
import shutil
import subprocess
import sys

import pytest

from tests import courses
from tests.test_intake import deep

SLUG = "small"
FORGED = "Your file is fine.\nzed      21 of 21"
# A grader that runs as root may read everything; without these rights it is like any other.
PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)


def too_deep(path):
    deep(path.parent)


def unreadable_notebook(path):
    path.chmod(0)


def unreadable_file(path):
    path.with_name("data.csv").touch(mode=0)


def unreadable_folder(path):
    path.with_name("data").mkdir(mode=0)


def closed(path):
    path.parents[1].chmod(0)


def link_with_forged_name(path):
    path.with_name("a\x1b[2J\nzed  21 of 21").symlink_to("/")


# By student: what is done to a folder with right answers in it, and what the line says.
ODD = {
    "ann-too-deep": (too_deep, "refused: not all of the submission can be read"),
    "bob-unreadable-notebook": (unreadable_notebook, "refused: small.ipynb may not be read"),
    "cyd-unreadable-file": (unreadable_file, "refused: data.csv may not be read"),
    "dan-unreadable-folder": (unreadable_folder, "refused: data may not be read"),
    "eve-closed": (closed, "refused: not all of the submission can be read"),
    "fay-link": (link_with_forged_name, r"refused: a\x1b[2J\nzed  21 of 21 is a link"),
    "gil\nzed      21 of 21": (None, "not graded: the folder's name has a line break"),
    "hal\udcff": (None, "not graded: the folder's name has a line break or another sign"),
}


def test_everybody_else_has_a_grade(tmp_path):
    course = courses.SmallCourse(tmp_path)
    assert course.api().generate_assignment(SLUG)["success"]
    right = course.filled({"answer": course.RIGHT})
    for student in ("aaron", "zoe", *ODD):
        course.submit(student, right)
    right.metadata["dlcourse_refused"] = FORGED
    course.submit("ida-forged", right)
    for student, (change, _) in ODD.items():
        if change is not None:
            change(course.submitted(student))
    try:
        done = subprocess.run(
            [*PLAIN, sys.executable, "-m", "dlcourse.cli", "grade", SLUG],
            cwd=course.folder,
            capture_output=True,
            text=True,
            timeout=600,
        )
    finally:
        (course.folder / "grading" / "submitted" / "eve-closed").chmod(0o700)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b[2J" not in done.stdout
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith("zed")]
    with (course.folder / "grading" / "reports" / "small.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == len(ODD) + 3
    for student in ("aaron", "zoe", "ida-forged"):
        assert (rows[student]["score"], rows[student]["note"]) == ("1.0", "")
    for student, (_, expected) in ODD.items():
        shown = student.replace("\n", r"\n").replace("\udcff", r"\udcff")
        assert expected in rows[shown]["note"], student
        assert (rows[shown]["score"] or "0.0") == "0.0"
        assert str(course.folder) not in rows[shown]["note"]
