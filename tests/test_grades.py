"""Points in the tables of learning platforms."""

import csv
import io
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from dlcourse import grading
from tests.courses import ROOT, empty_gradebook

SLUG = "overfitting"
# SQLAlchemy's, at nbgrader's way of adding rows.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type")
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lenet (76),Overfitting (77),Total\n"
    "    Points Possible,,,,,10,50,(read only)\n"
    '"Doe, Jane",12345,u1,doejane,A,,,\n"Öztürk, Élan",12346,u2,oetzi,A,,3,\n'
    '"=1+1, Zoë",12347,u3,zoe,A,,,\n"Stranger, A",9,u9,strange,A,,7,\n"Student, Test",99,,x,A,,,\n'
)
MOODLE = (
    "\ufeffBezeichner;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Geändert\n"
    "Teilnehmer/in12345;Jane Doe;jane@uni.edu;-;;100,00;-\n"
    "Teilnehmer/in12346;Élan Öztürk;e@uni.edu;-;;100,00;-\n"
    "Teilnehmer/in12347;Zoë Z;z@uni.edu;-;;100,00;-\n"
)
GRADESCOPE = "Name,SID,Email,Total Score,Status\nJane Doe,doejane,jane@uni.edu,,\nA,oetzi,e@u.e,,\n"
PLAIN = "id,name\ndoejane,Jane\noetzi,Élan\nzoe,Zoë\n"


@pytest.fixture
def course(tmp_path):
    """A course with three students: full marks, late with an answer to read, nothing handed in."""
    (tmp_path / "grading").mkdir()
    (tmp_path / "grading" / "gradebook.db").write_bytes(empty_gradebook())
    (tmp_path / "solutions" / SLUG).mkdir(parents=True)
    (tmp_path / "solutions" / SLUG / f"{SLUG}.ipynb").write_text("{}")
    config = (ROOT / "nbgrader_config.py").read_text("utf-8")
    (tmp_path / "nbgrader_config.py").write_text(config, encoding="utf-8")
    with Gradebook(f"sqlite:///{tmp_path}/grading/gradebook.db") as book:
        book.add_assignment(SLUG)
        book.add_notebook(SLUG, SLUG)
        book.add_grade_cell("b1", SLUG, SLUG, max_score=80, cell_type="code")
        book.add_grade_cell("c1", SLUG, SLUG, max_score=20, cell_type="markdown")
        for name, number, first, last in (
            ("doejane", "12345", "Jane", "Doe"),
            ("oetzi", "12346", "Élan", "Öztürk"),
            ("zoe", "12347", "Zoë", "Z"),
        ):
            book.add_student(name, lms_user_id=number, first_name=first, last_name=last)
        for name, auto, manual in (("doejane", 80, 20), ("oetzi", 70.5, None)):
            work = book.add_submission(SLUG, name)
            for grade in work.notebooks[0].grades:
                grade.auto_score = auto if grade.name == "b1" else None
                grade.manual_score = manual if grade.name == "c1" else None
                grade.needs_manual_grade = grade.name == "c1"
            work.notebooks[0].late_submission_penalty = 0 if name == "doejane" else 10
        book.db.commit()
    return tmp_path


def filled(course, text, **more):
    """The copy, as rows, and as text."""
    path = course / "export.csv"
    path.write_text(text, encoding="utf-8")
    assert grading.grades([SLUG], course, path, course / "to.csv", **more) == 0
    assert path.read_text("utf-8") == text
    made = (course / "to.csv").read_text("utf-8")
    delimiter = ";" if ";" in text else ","
    return list(csv.reader(io.StringIO(made.lstrip("\ufeff")), delimiter=delimiter)), made


def test_canvas(course, capsys):
    rows, made = filled(course, CANVAS)
    column = [row[6] for row in rows]
    assert column == ["Overfitting (77)", "50", "50", "30.25", "", "7", ""]
    before = list(csv.reader(io.StringIO(CANVAS)))
    assert rows[1][0] == before[1][0]
    assert all(a[:4] == b[:4] for a, b in zip(rows[:4], before[:4], strict=True))
    assert made.count('"') == 2 * sum(map(len, rows))
    assert rows[4][0] == "'=1+1, Zoë"
    said = capsys.readouterr().out
    assert "overfitting: 2 of 3 rows filled" in said
    assert "scaled from 100 points to the table's 50" in said
    assert "1 still have answers to grade by hand: oetzi" in said


def test_moodle_in_another_language(course):
    rows, made = filled(course, MOODLE)
    assert made.startswith("\ufeff")
    assert [row[4] for row in rows] == ["Bewertung", "100", "60.5", ""]
    assert [row[5] for row in rows] == ["Bestwertung", "100,00", "100,00", "100,00"]


def test_gradescope(course, capsys):
    rows, _ = filled(course, GRADESCOPE)
    assert [row[3] for row in rows] == ["Total Score", "100", "60.5"]


def test_a_plain_table_gets_a_column(course):
    rows, _ = filled(course, PLAIN)
    assert rows == [
        ["id", "name", SLUG],
        ["doejane", "Jane", "100"],
        ["oetzi", "Élan", "60.5"],
        ["zoe", "Zoë", ""],
    ]


def test_who_is_missing_in_the_table_is_said(course, capsys):
    filled(course, "id,name\ndoejane,Jane\n")
    assert "1 have a grade and are not in the table: oetzi" in capsys.readouterr().out


def test_a_second_run_gives_the_same(course):
    _, made = filled(course, CANVAS)
    (course / "first.csv").write_text(made, encoding="utf-8")
    grading.grades([SLUG], course, course / "first.csv", course / "second.csv")
    assert (course / "second.csv").read_text("utf-8") == made


def test_what_cannot_be_filled_is_said(course):
    with pytest.raises(grading.UserError, match=r"nobody in export\.csv is in the gradebook"):
        filled(course, "id,name\nsomebody,S\n")
    with pytest.raises(grading.UserError, match="has no column 'x'; it has id, name"):
        filled(course, PLAIN, column="x")
    two = CANVAS.replace("Lenet (76)", "Overfitting again (76)").replace(
        "Overfitting (77)", "Overfitting II (77)"
    )
    with pytest.raises(grading.UserError, match=r"several columns .* choose with  --column"):
        filled(course, two)
    rows, _ = filled(course, two, column="Overfitting II (77)")
    assert rows[2][6] == "50"
    with pytest.raises(grading.UserError, match="no column for overfitting"):
        filled(course, CANVAS.replace("Overfitting (77)", "HW"))


def test_nbgraders_own_command_fills_the_same(course):
    (course / "export.csv").write_text(CANVAS, encoding="utf-8")
    expected = filled(course, CANVAS)[1]
    command = [
        sys.executable, "-m", "nbgrader", "export", "--to=there.csv",
        "--exporter=dlcourse.grading.reports.grades.FilledExport", "--FilledExport.fill=export.csv",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (course / "there.csv").read_text("utf-8") == expected
