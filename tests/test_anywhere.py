"""A course in a folder of any name, on a machine of any kind."""

import os
import shutil
import subprocess
import sys

import pytest

from dlcourse import grading
from tests.courses import SmallCourse
from tests.test_records import SLUG, WHY, by_hand, copy_of, pytestmark  # noqa: F401 (a mark of all tests)

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


def marks(course, student):
    """Who waits for a person, by the question."""
    with course.gradebook() as book:
        found = book.find_submission(SLUG, student).notebooks[0].grades
        return {g.name: (g.manual_score, g.needs_manual_grade) for g in found}


def test_what_waits_for_a_person_waits_on_through_regrades_and_broken_files(plain, capsys):
    plain.submit("ada", plain.filled(WHY))
    assert "has answers to grade by hand" in "".join(lines(plain, capsys))
    with plain.gradebook() as book:
        book.find_grade("test", SLUG, SLUG, "ada").needs_manual_grade = True  # in the formgrader
        book.db.commit()
    waiting = {"test": (None, True), "why": (None, True)}
    lines(plain, capsys, force=True)
    assert marks(plain, "ada") == waiting
    plain.submitted("ada").write_bytes(b"{")
    for options in ({}, {}, {"force": True}):
        said = "".join(lines(plain, capsys, **options))
        assert "0 of 21  refused: small.ipynb is not a notebook" in said
        assert "an earlier answer still waits to be graded by hand (test, why)" in said
        assert marks(plain, "ada") == waiting
    by_hand(plain, "ada", 3)  # which settles it
    assert "still waits to be graded by hand (test)" in "".join(lines(plain, capsys, force=True))
    assert marks(plain, "ada")["why"] == (3, False)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[" * 50_000 + "]" * 50_000, "nests lists or objects hundreds of levels deep"),
        ("[" * 50_000, "nests lists or objects hundreds of levels deep"),
        ("[" * 900 + "]" * 900, "nests lists or objects hundreds of levels deep"),
        ("7" * 200_000, "holds a number of more than 4300 digits"),
    ],
)
def test_json_that_no_program_reads_is_told_as_what_it_is(value, reason, tmp_path, made):
    text = (made / "exercises" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8")
    path = tmp_path / "a.ipynb"
    path.write_text(text.replace('"metadata": {', '"metadata": {"x": ' + value + ",", 1))
    with pytest.raises(grading.UserError, match=rf"a\.ipynb {reason}.*, which no notebook needs"):
        grading.check(str(path), made)


def test_control_characters_of_names_reach_neither_terminal_nor_table(made, tmp_path, capsys):
    course = copy_of(made, tmp_path / "red \x1b[31m \x07")
    for name in ("ada", "eve\x1b[2J"):
        course.submit(name, course.filled(WHY))
    root, reports = course.folder, course.folder / "grading" / "reports"
    grading.grade(SLUG, root)
    with pytest.raises(grading.UserError):
        grading.grade(SLUG, root, ["no\x1b"])
    grading.feedback(SLUG, root, archive=tmp_path / "\x1b.zip")
    grading.report(SLUG, root)
    head = f"{SLUG}\x1b[31m"
    grading.grades([SLUG], root, _table(tmp_path, f"id,{head}\nada,\n"), column=head)
    with pytest.raises(grading.UserError):
        grading.check(str(root / "exercises" / "no\x1b"), root)
    grading.check(str(root / "exercises" / SLUG / f"{SLUG}.ipynb"), root)
    told = capsys.readouterr()
    assert not {"\x1b", "\x07"} & set(told.out)
    assert r"red \x1b[31m \x07" in told.out
    tables = list(reports.glob("*.csv"))
    assert len(tables) == 4
    for table in tables:
        assert not {"\x1b", "\x07"} & set(table.read_text(encoding="utf-8")), table
    done = course.dlcourse("grade", "--\x1b[31m")
    assert (done.returncode, done.stdout) == (2, "")
    assert "\x1b" not in done.stderr
    done = course.dlcourse("grade", "no\x1b[31m")
    assert r"no\x1b[31m" in done.stderr


def on_a_disk(course, script, *options):
    """What a shell says in a copy of a course that lies on a disk of its own kind."""
    program = ["bwrap", "--dev-bind", "/", "/", *options, "sh", "-c", script]
    return subprocess.run(
        program,
        env=os.environ
        | {"DLCOURSE": f"{sys.executable} -m dlcourse.cli", "FROM": str(course.folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )


def a_sentence(done):
    return "Traceback" not in done.stderr and done.stderr.splitlines()[-1].startswith("dlcourse: ")


COMMANDS = (f"grade {SLUG}", f"feedback {SLUG}", f"report {SLUG}", f"due {SLUG} 2099-01-01",
            f"forget {SLUG} bo", "roster new.csv", f"collect {SLUG} ada_{SLUG}.ipynb",
            f"grades {SLUG} --fill table.csv")  # fmt: skip


@pytest.fixture(scope="module")
def graded(made, tmp_path_factory):
    course = copy_of(made, tmp_path_factory.mktemp("graded") / "course")
    course.submit("ada", course.filled(WHY))
    course.submit("bo", course.filled(WHY))
    grading.grade(SLUG, course.folder)
    shutil.rmtree(course.submitted("bo").parents[1])
    shutil.copy(course.submitted("ada"), course.folder / f"ada_{SLUG}.ipynb")
    (course.folder / "table.csv").write_text(f"id,{SLUG}\nada,\n")
    (course.folder / "new.csv").write_text("id\nada\nzed\n")
    return course


@pytest.mark.parametrize("command", COMMANDS)
def test_a_course_that_may_not_be_written_to_is_a_sentence(graded, command):
    folder = str(graded.folder)
    done = on_a_disk(graded, f"cd {folder} && $DLCOURSE {command}", "--ro-bind", folder, folder)
    assert done.returncode == 2, done.stdout
    assert a_sentence(done), done.stderr
    assert "may not be written to" in done.stderr


def test_a_full_disk_is_a_sentence(graded, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'cd "$DISK" && cp -r "$FROM/." . && touch grading/submitted/ada/small/new; '
    script += "cat /dev/zero > fill 2> /dev/null; "
    size = ("--size", "3000000", "--tmpfs", str(disk), "--setenv", "DISK", str(disk))
    for command in COMMANDS:
        done = on_a_disk(graded, script + f"$DLCOURSE {command}", *size)
        assert "Traceback" not in done.stderr, done.stderr
        told = done.stdout + done.stderr
        assert done.returncode == 0 or "the disk is full" in told, (command, told)
    done = on_a_disk(graded, script + f"$DLCOURSE grade {SLUG} --force", *size)
    assert done.returncode in (1, 2)
    assert "the disk is full" in done.stdout + done.stderr


def test_without_a_path_commands_say_what_is_missing(graded, monkeypatch):
    monkeypatch.setenv("PATH", "")
    done = graded.dlcourse("grade", SLUG, "--force")
    assert (done.returncode, a_sentence(done)) == (2, True), done.stderr
    assert "bubblewrap is not installed" in done.stderr
    for command in COMMANDS[1:4]:
        done = graded.dlcourse(*command.split())
        assert done.returncode == 0, done.stderr
    done = graded.dlcourse("check", SLUG)
    assert (done.returncode, done.stderr) == (1, ""), done.stderr


def test_a_relative_gradebook_is_the_same_from_everywhere(made, tmp_path, monkeypatch, capsys):
    course = copy_of(made, tmp_path / "a course")
    with (course.folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('c.CourseDirectory.db_url = "sqlite:///grading/gradebook.db"\n')
    course.submit("ada", course.filled(WHY))
    monkeypatch.chdir(tmp_path)
    assert grading.grade(SLUG, course.folder) == 0
    assert grading.report(SLUG, course.folder) == 0
    assert course.scores("ada") == {"test": 1.0}
    assert course.nbgrader("autograde", SLUG, "--force").returncode == 0
    with (course.folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('c.CourseDirectory.db_url = "sqlite:///no/such/gradebook.db"\n')
    for command in COMMANDS[:4]:
        done = course.dlcourse(*command.split())
        assert (done.returncode, a_sentence(done)) == (2, True), (command, done.stderr)
