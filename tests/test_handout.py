"""What goes back to the class: pages that are made when something changed, and by the exchange."""

import subprocess
import sys
import zipfile

import nbformat
import pytest

from dlcourse import grading
from tests.test_records import SLUG, WHY, by_hand, copy_of, released  # noqa: F401 (a fixture)


@pytest.fixture
def course(released, tmp_path):  # noqa: F811
    return copy_of(released, tmp_path / "course")


def pages(course):
    found = (course.folder / "grading" / "feedback").glob(f"*/{SLUG}/{SLUG}.html")
    return {path.parent.parent.name: path for path in found}


def test_pages_are_made_where_something_changed(course, capsys):
    with pytest.raises(grading.UserError, match="nothing of small has been graded yet"):
        grading.feedback(SLUG, course.folder)
    for student in ("ada", "ben"):
        course.submit(student, course.filled(WHY))
    grading.grade(SLUG, course.folder)
    assert grading.feedback(SLUG, course.folder) == 0
    assert "2 pages made, 0 as before" in capsys.readouterr().out
    before = {name: path.read_bytes() for name, path in pages(course).items()}
    assert set(before) == {"ada", "ben"}
    grading.feedback(SLUG, course.folder)
    assert "0 pages made, 2 as before" in capsys.readouterr().out
    by_hand(course, "ada", 17)
    grading.feedback(SLUG, course.folder)
    assert "1 pages made, 1 as before" in capsys.readouterr().out
    assert pages(course)["ada"].read_bytes() != before["ada"]
    assert pages(course)["ben"].read_bytes() == before["ben"]
    course.submit("ben", course.filled(WHY | {"answer": "def half(x):\n    return x"}))
    grading.grade(SLUG, course.folder)
    grading.feedback(SLUG, course.folder, students=["ben"])
    assert "1 pages made" in capsys.readouterr().out
    assert pages(course)["ben"].read_bytes() != before["ben"]
    with pytest.raises(grading.UserError, match="zed has no graded small"):
        grading.feedback(SLUG, course.folder, students=["zed"])


def test_the_archive_has_the_platforms_names(course, tmp_path, capsys):
    text = course.filled(WHY)
    names = {
        "Jane Doe": f"Jane Doe_4711_assignsubmission_file_/{SLUG}.ipynb",
        "Zoë Ünal": f"Zoë Ünal_4712_assignsubmission_file_/deep/{SLUG}-1.ipynb",
    }
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as made:
        for name in names.values():
            made.writestr(name, nbformat.writes(text))
    grading.collect(SLUG, course.folder, [tmp_path / "in.zip"])
    course.submit("by hand", text)
    grading.grade(SLUG, course.folder)
    assert grading.feedback(SLUG, course.folder, archive=tmp_path / "out.zip") == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as made:
        assert set(made.namelist()) == {
            *(name.replace(".ipynb", ".html") for name in names.values()),
            f"by hand_{SLUG}.html",
        }
        page = made.read(names["Zoë Ünal"].replace(".ipynb", ".html"))
        assert page == pages(course)["Zoë Ünal"].read_bytes()
    first = (tmp_path / "out.zip").read_bytes()
    grading.feedback(SLUG, course.folder, archive=tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == first


def test_the_exchange_carries_everything_both_ways(course, tmp_path):
    """nbgrader's own: release, fetch, submit, collect; ours: grade, feedback; and back."""
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    for folder in (exchange, home):
        folder.mkdir()
    exchange.chmod(0o777)
    config = course.folder / "nbgrader_config.py"
    own = f"\nc.Exchange.root = {str(exchange)!r}\nc.Exchange.cache = {str(home / 'cache')!r}\n"
    config.write_text(config.read_text() + own)
    student = tmp_path / "student"
    student.mkdir()
    (student / "nbgrader_config.py").write_text(
        f"c = get_config(){own}c.CourseDirectory.course_id = 'dlcourse'\n"
        "c.Exchange.path_includes_course = False\n"
    )

    def nbgrader(*arguments, here=course.folder):
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(command, cwd=here, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    nbgrader("release_assignment", SLUG)
    nbgrader("fetch_assignment", SLUG, here=student)
    nbformat.write(course.filled(WHY), student / SLUG / f"{SLUG}.ipynb")
    nbgrader("submit", SLUG, here=student)
    nbgrader("collect", SLUG)
    assert grading.grade(SLUG, course.folder) == 0
    assert grading.feedback(SLUG, course.folder) == 0
    nbgrader("release_feedback", SLUG)
    nbgrader("fetch_feedback", SLUG, here=student)
    (mine,) = (student / SLUG / "feedback").rglob("*.html")
    (page,) = pages(course).values()
    assert mine.read_bytes() == page.read_bytes()
