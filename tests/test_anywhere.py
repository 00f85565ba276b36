"""A course in a folder of any name, on a machine of any kind."""

import shutil

import pytest

from dlcourse import grading
from tests.courses import SmallCourse
from tests.test_records import SLUG, WHY, by_hand, copy_of, pytestmark, warm  # noqa: F401 (a fixture)

NAMES = [
    "dlcourse (1) [2026] a+b ^c$ |d",
    "100%20 %s what? #1 & {x} ~ ;",
    "*",
    "-rf 'курс' \"深度学习\" \\n Übung `id` $HOME",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course that nbgrader's own command has released; copies of it spare the time."""
    folder = tmp_path_factory.mktemp("plain") / "(1) [x] 50%"
    folder.mkdir()
    course = SmallCourse(folder)
    done = course.nbgrader("generate_assignment", SLUG)
    assert done.returncode == 0, done.stderr
    return course.folder


@pytest.fixture(params=NAMES)
def course(request, made, tmp_path):
    return copy_of(made, tmp_path / request.param)


def test_every_command_works_in_a_folder_of_any_name(course, tmp_path, capsys):
    root = course.folder
    assert grading.roster(_table(tmp_path, "id,first name\nada,Ada\nbo,Bo\n"), root) == 0
    inbox = tmp_path / "in"
    inbox.mkdir()
    for name in ("ada", "bo"):
        course.submit(name, course.filled(WHY))
        shutil.move(course.submitted(name), inbox / f"{name}_{SLUG}.ipynb")
    assert grading.collect(SLUG, root, [inbox]) == 0
    assert grading.due(SLUG, root, "2099-10-01 18:00", "10%/day") == 0
    assert grading.grade(SLUG, root) == 0
    assert course.scores("ada") == course.scores("bo") == {"test": 1.0}
    assert grading.feedback(SLUG, root, archive=tmp_path / "out.zip") == 0
    assert grading.report(SLUG, root) == 0
    by_hand(course, "ada", 17)
    assert grading.grade(SLUG, root, force=True) == 0
    table = _table(tmp_path, f"id,{SLUG}\nada,\nbo,\n")
    assert grading.grades([SLUG], root, table, tmp_path / "filled.csv") == 0
    assert "18" in (tmp_path / "filled.csv").read_text()
    shutil.rmtree(root / "grading" / "submitted" / "bo")
    assert grading.forget(SLUG, root, ["bo"]) == 0
    released = root / "exercises" / SLUG / f"{SLUG}.ipynb"
    assert grading.check(str(released), root) == 1
    out = capsys.readouterr().out
    assert "18 of 21" in out
    assert "0 of 1 tasks pass" in out


def test_nbgraders_own_commands_do_too(made, tmp_path):
    course = copy_of(made, tmp_path / "[1] (b)+ 5% {x} ? *")
    for name in ("ada", "bo"):
        course.submit(name, course.filled(WHY))
        course.submitted(name).with_name("timestamp.txt").write_text("2026-10-01 12:00:00 UTC")
        course.submitted(name).with_name("submission_secret.txt").write_text(f"secret{name}")
    (course.submitted("ada").parent / "__pycache__").mkdir()
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    for command in (
        ("generate_assignment", SLUG, "--force"),
        ("list", f"--Exchange.root={exchange}"),
        ("release_assignment", SLUG, f"--Exchange.root={exchange}"),
        ("autograde", SLUG),
        ("generate_feedback", SLUG),
        ("release_feedback", SLUG, f"--Exchange.root={exchange}"),
        ("export",),
        ("db", "upgrade"),
    ):
        done = course.nbgrader(*command)
        assert done.returncode == 0, (command, done.stderr[-3000:])
    assert course.scores("ada") == course.scores("bo") == {"test": 1.0}
    assert not (course.autograded("ada").parent / "__pycache__").exists()  # ignored by its glob
    assert course.api().get_source_assignments() == {SLUG}
    assert course.api().get_submitted_students(SLUG) == {"ada", "bo"}


def _table(folder, text):
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def plain(made, tmp_path):
    return copy_of(made, tmp_path / "course")


def lines(course, capsys, **options):
    """What `dlcourse grade` says of each student."""
    capsys.readouterr()
    grading.grade(SLUG, course.folder, **options)
    out = capsys.readouterr().out
    return out.splitlines()


def test_a_name_with_spaces_or_accents_of_another_kind_is_the_same_name(plain, capsys):
    composed, decomposed = "Zoë Müller", "Zoe\u0308 Mu\u0308ller"
    for name in (" ada", "bo ", "bo", decomposed, "Ünal"):
        plain.submit(name, plain.filled(WHY))
    with plain.gradebook() as book:
        book.add_student(composed)
        book.add_student("U\u0308nal")  # as an earlier run has entered it
    said = lines(plain, capsys)
    graded = [line.split("  ")[0] for line in said if "1 of 21" in line]
    assert sorted(graded) == sorted(["ada", "bo", composed, "U\u0308nal"])
    assert "the folder 'bo ' has the name of 'bo', who has a folder, too" in "\n".join(said)
    assert "4 of 5 have a grade" in "\n".join(said)
    assert "The folder ' ada' is now 'ada', the student's name." in "\n".join(said)
    with plain.gradebook() as book:
        assert {student.id for student in book.students} == {"ada", "bo", composed, "U\u0308nal"}
    assert "1 of 21" in "".join(lines(plain, capsys, students=[decomposed + " "]))


def test_a_name_of_200_characters_does_not_push_the_table_off_the_screen(plain, capsys):
    plain.submit("x" * 200, plain.filled(WHY))
    plain.submit("ada", plain.filled(WHY))
    said = lines(plain, capsys)
    assert f"{'x' * 200}        1 of 21  has answers to grade by hand" in said
    assert "ada            1 of 21  has answers to grade by hand" in said
    assert grading.feedback(SLUG, plain.folder) == 0
    assert grading.report(SLUG, plain.folder) == 0
