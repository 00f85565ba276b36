"""A whole term fits: the rows are nbgrader's own, on SQLite as on PostgreSQL, and enter quickly."""

import os
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
import sqlalchemy
from nbgrader import api
from nbgrader.api import Gradebook

from dlcourse import cli, grading
from dlcourse.grading.classroom import grade as classroom_grade
from tests import courses, postgres

SLUG = "small"
RIGHT = {"answer": courses.SmallCourse.RIGHT, "experiment": "print(1)", "why": "Halves add up."}
WRONG = {"answer": "def half(x):\n    return 1"}
LATE, EARLY = "2026-01-05 12:00:00 UTC", "2026-01-01 12:00:00 UTC"
ROSTER = "id,first name,last name,e-mail\nada,Ada,Lovelace,ada@uni.edu\nzoë,Zoë,Ångström,\n"

pytestmark = [
    pytest.mark.usefixtures("warm"),
    pytest.mark.skipif(
        shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
        reason="needs bubblewrap",
    ),
    # nbgrader's way of adding rows
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


def rows(url):
    """All rows of nbgrader's tables, each id replaced by what it stands for."""
    engine = sqlalchemy.create_engine(url)
    names, found = {}, {}
    with engine.connect() as connection:
        for table in api.Base.metadata.sorted_tables:
            unique = {
                column.name
                for rule in table.constraints
                if isinstance(rule, sqlalchemy.UniqueConstraint)
                for column in rule.columns
            }
            found[table.name] = []
            for row in map(dict, connection.execute(table.select()).mappings()):
                row = {key: names.get(value, value) for key, value in row.items()}
                if len(str(row.get("id", ""))) == 32 and unique:
                    names[row.pop("id")] = (table.name, *(row[key] for key in sorted(unique)))
                found[table.name].append(row)
    engine.dispose()
    return {name: sorted(map(repr, all_)) for name, all_ in found.items()}


# -- the rows are nbgrader's own ------------------------------------------------------------------

STOCK = """
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.SaveAutoGrades" if step.endswith("SaveGrades") else step
    for step in c.Autograde.autograde_preprocessors
]
"""
MORE = """
c.LateSubmissionPlugin.penalty_method = 'zero'

def note(assignment, student, notebooks):
    with (root / "noted").open("a") as noted:
        noted.write(f"{student} {assignment} {len(notebooks)}\\n")

c.Autograde.post_convert_hook = note
"""


def hand_in_all(course, changed=False):
    """A right one, a wrong one, blank, late, damaged, with a file; some of them handed in again."""
    course.submit("right", course.filled(RIGHT | ({"why": "Now better."} if changed else {})))
    course.submit("wrong", course.filled(RIGHT if changed else WRONG))
    course.submit("blank", course.filled({}))
    course.submit("späth", course.filled(RIGHT))
    course.submitted("späth").with_name("timestamp.txt").write_text(EARLY if changed else LATE)
    course.submitted("damaged").write_bytes(b"\xff\xfe")
    course.submit("early", course.filled(RIGHT))
    course.submitted("early").with_name("timestamp.txt").write_text(EARLY)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate="2026-01-02 00:00:00 UTC")


def test_the_rows_and_the_notebooks_are_nbgraders_own(tmp_path):
    made = {}
    for name, config in (("ours", MORE), ("stock", MORE + STOCK)):
        (tmp_path / name).mkdir()
        course = courses.SmallCourse(tmp_path / name, config)
        course.source.with_name("table.csv").write_text("1,2")
        course.generate()
        made[name] = []
        for changed in (False, True):
            hand_in_all(course, changed)
            if name == "ours":
                assert grading.grade(SLUG, course.folder) == 0
            else:
                for student in sorted(os.listdir(course.folder / "grading" / "submitted")):
                    done = course.api().autograde(SLUG, student, force=True)
                    assert done["success"], done
            book = f"sqlite:///{course.folder / 'grading' / 'gradebook.db'}"
            made[name].append((rows(book), notebooks(course)))
    for (ours, our_files), (stock, stock_files) in zip(*made.values(), strict=True):
        assert ours.keys() == stock.keys()
        for table in ours:
            assert ours[table] == stock[table], table
        assert len(ours["grade"]) == 12
        assert our_files == stock_files
        assert len(our_files) == 6
    noted = [set((tmp_path / name / "noted").read_text().splitlines()) for name in made]
    assert noted[0] == noted[1]


def notebooks(course):
    """What lies in the folders of the graded, without our own note."""
    folder, found = course.folder / "grading" / "autograded", {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "graded.sha256":
            text = path.read_text(encoding="utf-8")
            found.setdefault(path.relative_to(folder).parts[0], {})[path.name] = (
                nbformat.reads(text, as_version=4) if path.suffix == ".ipynb" else text,
                path.stat().st_mode,
            )
    return found


# -- a term on either database --------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgresql():
    """The URL of an empty database of a real server."""
    if (reason := postgres.missing()) and "DLCOURSE_REQUIRE_BROWSER" not in os.environ:
        pytest.skip(reason)
    assert not reason, reason
    # A folder that the server's user may enter.
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder)) as url:
        yield url


def test_a_term_is_the_same_on_postgresql_as_on_sqlite(postgresql, tmp_path, capsys):
    said, books = {}, {}
    for name, url in (("sqlite", None), ("postgresql", postgresql)):
        (tmp_path / name).mkdir()
        more = f"\nc.CourseDirectory.db_url = {url!r}\n" if url else ""
        course = courses.SmallCourse(tmp_path / name, more)
        second(course)
        capsys.readouterr()
        term(course, url)
        said[name] = capsys.readouterr().out.replace(str(course.folder), "COURSE")
        books[name] = rows(url or f"sqlite:///{course.folder / 'grading' / 'gradebook.db'}")
    assert said["sqlite"] == said["postgresql"]
    for table, there in books["sqlite"].items():
        assert there == books["postgresql"][table], table
    assert len(books["sqlite"]["submitted_assignment"]) == 5


def second(course):
    """A second exercise, of which this is the name alone."""
    folder = course.source.parent.with_name("other")
    folder.mkdir()
    shutil.copyfile(course.source, folder / "other.ipynb")


def command(course, *arguments):
    return cli.main([*arguments, "--root", str(course.folder)])


def term(course, url):
    """Roster, due date, two exercises, late and better work, points by hand, pages, tables."""
    table = course.folder / "class.csv"
    table.write_text(ROSTER, encoding="utf-8")
    assert command(course, "roster", str(table)) == 0
    for slug in (SLUG, "other"):
        assert command(course, "release", slug, "--to", str(course.folder / "exercises")) == 0
        course.slug = slug
        for student, answers in (("ada", RIGHT), ("zoë", WRONG), ("o'neill", {})):
            course.submit(student, course.filled(answers))
        course.submitted("ada").with_name("timestamp.txt").write_text(LATE)
        assert command(course, "due", slug, "2026-01-05T11:00+00:00", "--late", "10%/day") == 0
        assert command(course, "grade", slug) == 0
    course.slug = SLUG
    with Gradebook(url or course.api().coursedir.db_url) as gradebook:
        given = gradebook.find_grade("why", SLUG, SLUG, "ada")
        given.manual_score, given.needs_manual_grade = 15, False
        gradebook.db.commit()
    assert command(course, "due", SLUG, "--student", "ada", "2026-01-05T11:30+00:00") == 0
    course.submit("zoë", course.filled(RIGHT))
    for _ in range(2):  # the second run changes nothing
        assert command(course, "grade", SLUG) == 0
    assert command(course, "feedback", SLUG, "--student", "ada") == 0
    assert command(course, "report", SLUG) == 0
    assert command(course, "grades", SLUG, "other", "--fill", str(table)) == 0
    filled = course.folder / "grading" / "reports" / "class-filled.csv"
    print(filled.read_text(encoding="utf-8"))
    shutil.rmtree(course.submitted("o'neill").parent)
    assert command(course, "forget", SLUG, "o'neill") == 0


def test_names_that_postgresql_has_no_room_for_are_said(postgresql, tmp_path, capsys):
    long = "x" * 130
    course = courses.SmallCourse(tmp_path, f"\nc.CourseDirectory.db_url = {postgresql!r}\n")
    assert command(course, "release", SLUG, "--to", str(course.folder / "exercises")) == 0
    course.submit(long, course.filled(RIGHT))
    course.submit("short", course.filled(RIGHT))
    assert command(course, "grade", SLUG) == 1  # everybody else has a grade
    said = capsys.readouterr().out
    assert f"{long}" in said
    assert "not graded: the folder's name is longer than the 128 characters of nbgrader's" in said
    assert "1 of 21" in next(line for line in said.splitlines() if line.startswith("short"))
    for row in (f"{long},Ada,", f"ada,{long},"):
        (tmp_path / "class.csv").write_text(f"id,first name,last name\nfine,F,\n{row}\n")
        assert command(course, "roster", str(tmp_path / "class.csv")) == 2
        assert "has 130 characters; this gradebook has room for 128" in capsys.readouterr().err
    with Gradebook(postgresql) as gradebook:  # all or nobody
        assert "fine" not in {student.id for student in gradebook.students}


def test_a_driver_that_is_not_installed_is_one_sentence(tmp_path, capsys):
    url = "postgresql+pg8000://teacher@localhost/course"
    course = courses.SmallCourse(tmp_path, f"\nc.CourseDirectory.db_url = {url!r}\n")
    assert command(course, "grade", SLUG) == 2
    assert "asks for pg8000, which is not installed; for PostgreSQL run" in capsys.readouterr().err


# -- and it enters quickly ------------------------------------------------------------------------


def test_a_student_takes_few_statements(tmp_path, monkeypatch):
    course = courses.SmallCourse(tmp_path)
    course.generate()
    for number in range(3):
        course.submit(f"s{number}", course.filled(RIGHT))
    statements, create = [], sqlalchemy.create_engine

    def counting(*arguments, **options):
        engine = create(*arguments, **options)
        sqlalchemy.event.listen(
            engine, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
        return engine

    monkeypatch.setattr(api, "create_engine", counting)
    counted, entering = [], classroom_grade._enter

    def counted_entering(*arguments):
        before = len(statements)
        line = entering(*arguments)
        counted.append(len(statements) - before)
        return line

    monkeypatch.setattr(classroom_grade, "_enter", counted_entering)
    assert grading.grade(SLUG, course.folder) == 0
    assert len(counted) == 3
    # Nothing is looked up cell by cell, and the gradebook is not opened for each student.
    assert max(counted) < 25, counted
    assert sum("PRAGMA" in text or "sqlite_master" in text for text in statements) < 100
