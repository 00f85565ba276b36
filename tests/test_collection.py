"""What learning platforms hand over: rosters and archives, with the names that they give."""

import json
import stat
import subprocess
import sys
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc

from dlcourse import grading
from dlcourse.grading.collection import archive, platforms, roster
from dlcourse.grading.submissions.intake import read_notebook
from tests.courses import ROOT, empty_gradebook

SLUG = "overfitting"
FILE = f"{SLUG}.ipynb"
STUB = (ROOT / "exercises" / SLUG / FILE).read_text("utf-8")
YAML = """---
submission_31:
  :submitters:
  - :name: Zoë Doe
    :sid: zd1
    :email: zoe@uni.edu
  :created_at: 2026-10-01 12:00:00.000000000 Z
submission_32:
  :submitters:
  - :name: Jane O'Neil
    :sid: jo2
    :email: jane@uni.edu
  - :name: 李 雷
    :sid: ll3
    :email: ll@uni.edu
  :created_at: 2026-10-02 09:30:00.000000000 Z
"""
BLACKBOARD = "HW1_an_na_attempt_2026-10-01-12-00-00"


def solved(who):
    """A notebook that somebody has worked on."""
    notebook = json.loads(STUB)
    cell = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution"))
    cell["source"] = f"answer = {who!r}"
    return json.dumps(notebook)


# Platform, files, and who is in them: number, login, name, time.
ARCHIVES = {
    "Canvas": (
        {f"doejane_12345_987654_{FILE}": "", f"öztürkélan_LATE_12346_987655_{SLUG}-1.ipynb": ""},
        {("12345", "doejane", "", None), ("12346", "öztürkélan", "", "member")},
    ),
    "Canvas, nameless": (
        {f"anon_a1B2c_987654_{FILE}": "", f"anon_Zz9yX_987655_{FILE}": ""},
        {("a1B2c", "", "", None), ("Zz9yX", "", "", None)},
    ),
    "Moodle, folders": (
        {
            f"Jane Doe_4711_assignsubmission_file/{FILE}": "",
            f"Zoë d'Arc-Müller_4712_assignsubmission_file_/deep/{FILE}": "",
            "李 雷_4713_assignsubmission_onlinetext/onlinetext.html": "",
        },
        {("4711", "", "Jane Doe", "member"), ("4712", "", "Zoë d'Arc-Müller", "member")},
    ),
    "Moodle, flat": (
        {f"Jane Doe_4711_assignsubmission_file_{FILE}": ""},
        {("4711", "", "Jane Doe", "member")},
    ),
    "Gradescope": (
        {
            f"assignment_9_export/submission_31/{FILE}": "",
            f"assignment_9_export/submission_32/{FILE}": "",
            "assignment_9_export/submission_metadata.yml": YAML,
        },
        {
            ("", "zd1", "Zoë Doe", "2026-10-01T12:00:00+00:00"),
            ("", "jo2", "Jane O'Neil", "2026-10-02T09:30:00+00:00"),
            ("", "ll3", "李 雷", "2026-10-02T09:30:00+00:00"),
        },
    ),
    "Blackboard": (
        {
            f"HW1_jdoe_attempt_2026-10-01-12-00-00_{FILE}": "",
            f"{BLACKBOARD}_{FILE}": "",
            f"{BLACKBOARD}.txt": "Name: Anna Älva (an_na)\nAssignment: HW1\n",
        },
        {
            ("", "jdoe", "", datetime(2026, 10, 1, 12).astimezone().isoformat()),
            ("", "an_na", "Anna Älva", datetime(2026, 10, 1, 12).astimezone().isoformat()),
        },
    ),
    "Brightspace": (
        {
            f"4711-99 - Jane Doe - Oct 1, 2026 1200 PM/{FILE}": "",
            f"4712-99 - Zoë Ünal - Oct 12, 2026 905 AM/{FILE}": "",
            "index.html": "<p>",
        },
        {
            ("4711", "", "Jane Doe", datetime(2026, 10, 1, 12).astimezone().isoformat()),
            ("4712", "", "Zoë Ünal", datetime(2026, 10, 12, 9, 5).astimezone().isoformat()),
        },
    ),
    "plain": (
        {
            f"{name}_{FILE}": ""
            for name in ("ada", "Müller", "学生01", "a.b@uni.edu", "anna_maria", "o'neil-x", "a b")
        },
        {
            ("", name, "", "member")
            for name in ("ada", "Müller", "学生01", "a.b@uni.edu", "anna_maria", "o'neil-x", "a b")
        },
    ),
    "plain, folders": (
        {f"class/ada/{FILE}": "", f"class/Zoë/homework/{FILE}": "", f"class/{FILE}x": ""},
        {("", "ada", "", "member"), ("", "Zoë", "", "member")},
    ),
}
TIME = (2026, 9, 30, 8, 0, 0)


def packed(path, files, time=TIME, unmarked=False):
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, time)
            if unmarked:  # UTF-8 that does not say so
                entry.filename = name.encode().decode("cp437")
                entry.flag_bits = 0
            made.writestr(entry, text or solved(name))
    return path


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("form", ["zip", "folder"])
def test_a_platform_is_known_by_its_names(kind, form, tmp_path):
    files, expected = ARCHIVES[kind]
    path = tmp_path / "download"
    if form == "zip":
        path = packed(tmp_path / "download.zip", files)
    for name, text in files.items() if form == "folder" else ():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text or solved(name), encoding="utf-8")
    with archive.opened([path]) as members:
        name, entries = platforms.recognize(members, SLUG)
    assert name == kind.partition(",")[0]
    found = {
        (e.uid, e.login, e.name, "member" if e.when == e.member.when else
         e.when and e.when.isoformat())
        for e in entries
    }  # fmt: skip
    assert found == expected
    assert {e.late for e in entries if "LATE" in e.member.name} <= {True}


def test_names_in_a_zip_that_does_not_say_how_they_are_written(tmp_path):
    path = packed(tmp_path / "a.zip", {f"Müller_{FILE}": ""})
    data = path.read_bytes()  # the flag for UTF-8, in both of its places
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset + 1
        data = data[:at] + bytes([data[at] & ~0x08]) + data[at + 1 :]
    path.write_bytes(data)
    with archive.opened([path]) as members:
        assert platforms.recognize(members, SLUG)[1][0].login == "Müller"


# Archives that are not unpacked -------------------------------------------------------------------


def refused(path, match):
    with pytest.raises(grading.UserError, match=match), archive.opened([path]):
        pass


@pytest.mark.parametrize("name", ["../x.ipynb", "/x.ipynb", "a/../../x.ipynb", "..\\x.ipynb"])
def test_a_path_outside_of_the_archive_is_refused(name, tmp_path):
    refused(packed(tmp_path / "a.zip", {name: "x"}), "leads outside")


def test_a_link_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        entry = zipfile.ZipInfo(f"ada_{FILE}")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(entry, "/etc/passwd")
    refused(tmp_path / "a.zip", "is a link")
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / f"ada_{FILE}").symlink_to(tmp_path / "a.zip")
    refused(folder, "is a link")


def test_what_would_fill_the_disk_is_refused(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {f"{i}_{FILE}": "0" * 1000 for i in range(20)})
    monkeypatch.setattr(archive, "MAX_TOTAL", 19_999)
    refused(path, r"20 files would take .* GB; allowed")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_FILES", 19)
    refused(path, "20 files")


def test_what_is_missing_or_damaged_is_said(tmp_path):
    refused(tmp_path / "a.zip", "there is no file or folder")
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 broken")
    refused(tmp_path / "a.zip", "no zip file, or a damaged one")
    path = packed(tmp_path / "b.zip", {f"ada_{FILE}": "x" * 5000})
    data = bytearray(path.read_bytes())
    data[60] ^= 255
    path.write_bytes(data)
    with archive.opened([path]) as (member,), pytest.raises(grading.UserError, match="damaged"):
        member.read(10**6)


# Rosters ------------------------------------------------------------------------------------------

ROSTERS = {
    "canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW (77)\n"
        "    Points Possible,,,,,100\n"
        '"Doe, Jane",12345,u1,doejane,A,\n"Öztürk, Élan",12346,u2,oetzi,A,90\n'
        '"Student, Test",99,,x,A,\n'
    ),
    "moodle worksheet": (
        "\ufeffBezeichner,Vollständiger Name,E-Mail-Adresse,Status,Bewertung\n"
        "Teilnehmer/in4711,Jane Doe,jane@uni.edu,,\nTeilnehmer/in4712,Zoë Ünal,zoe@uni.edu,,\n"
    ),
    "moodle": (
        "First name,Surname,ID number,Email address\n"
        "Jane,Doe,j1,jane@uni.edu\nZoë,Ünal,z1,z@u.edu\n"
    ),
    "gradescope": "Name,SID,Email,Role\nJane Doe,jd1,jane@uni.edu,Student\nZoë Ünal,zu,z@u.edu,\n",
    "plain": "id;first name;last name;e-mail;platform id\njd;Jane;Doe;j@u.edu;5\nzu;Zoë;Ünal;;6\n",
    "only ids": "id\nada\nMüller\n",
    "numbers in ids": "id,name,email\nstudent 1,Jane Doe,j@u.edu\nstudent 2,Zoë Ünal,\n",
}
FIRST = {
    "canvas": ("doejane", "Jane", "Doe", "", "12345"),
    "moodle worksheet": ("jane@uni.edu", "Jane", "Doe", "jane@uni.edu", "4711"),
    "moodle": ("j1", "Jane", "Doe", "jane@uni.edu", ""),
    "gradescope": ("jd1", "Jane", "Doe", "jane@uni.edu", ""),
    "plain": ("jd", "Jane", "Doe", "j@u.edu", "5"),
    "only ids": ("ada", "", "", "", ""),
    "numbers in ids": ("student 1", "Jane", "Doe", "j@u.edu", ""),
}


def written(tmp_path, text, name="roster.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("kind", ROSTERS)
def test_rosters(kind, tmp_path):
    people = roster.read(written(tmp_path, ROSTERS[kind]))
    assert people[0] == roster.Student(*FIRST[kind])
    assert len(people) == 2


def test_rosters_in_the_encodings_of_spreadsheets(tmp_path):
    for encoding in ("utf-16", "cp1252"):
        path = written(tmp_path, ROSTERS["plain"], encoding=encoding)
        assert roster.read(path)[1].first_name == "Zoë"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("hello", "no table with heads"),
        ("color,size\nred,3\n", "no column that names students.*color, size"),
        ("id,name\nada,A\nada,B\n", "line 3: the id 'ada' is there twice"),
        ("id,name\na/b,A\n", "line 2: 'a/b' cannot be a student's id"),
        ("id,name\n,\n", "there is nobody"),
    ],
)
def test_what_is_no_roster_is_said(text, match, tmp_path):
    with pytest.raises(grading.UserError, match=match):
        roster.read(written(tmp_path, text))
    with pytest.raises(grading.UserError, match="there is no file"):
        roster.read(tmp_path / "missing.csv")


def test_a_person_is_found_by_number_login_address_or_name():
    people = roster.Roster(
        [
            roster.Student("jd", "Jane", "Doe", "jane@uni.edu", "5"),
            roster.Student("z1", "Zoë", "Ünal", "zoe@uni.edu", "6"),
            roster.Student("z2", "Zoe", "Unal", "", "7"),
        ]
    )

    def found(**about):
        entry = platforms.Entry(None, FILE, **about)
        student = people.find(entry.uid, entry.login, entry.email, entry.name)
        return student and student.id

    assert found(uid="5") == found(login="JD") == found(email="jane@uni.edu") == "jd"
    assert found(name="Jane Doe") == found(login="doejane") == "jd"
    assert found(uid="6", name="Jane Doe") == "z1"  # the number first
    assert found(name="Zoë Ünal") is None  # two people
    assert found(uid="8", name=unicodedata.normalize("NFD", "nobody")) is None


# From end to end ----------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a gradebook, the released exercise, and the names of others."""
    folder = tmp_path / "course (1)"
    (folder / "grading").mkdir(parents=True)
    (folder / "grading" / "gradebook.db").write_bytes(empty_gradebook())
    for slug in (SLUG, "lenet"):
        (folder / "solutions" / slug).mkdir(parents=True)
        (folder / "solutions" / slug / f"{slug}.ipynb").write_text("{}")
    (folder / "exercises" / SLUG).mkdir(parents=True)
    (folder / "exercises" / SLUG / FILE).write_text(STUB, encoding="utf-8")
    config = (ROOT / "nbgrader_config.py").read_text("utf-8")
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    return folder


def handed_in(course, student):
    return (course / "grading" / "submitted" / student / SLUG / FILE).read_text("utf-8")


def test_a_roster_and_an_archive_meet(course, tmp_path, capsys):
    assert grading.roster(written(tmp_path, ROSTERS["canvas"]), course) == 0
    said = capsys.readouterr().out
    assert "2 new, 0 changed, 0 as before; 0 in the gradebook are not in roster.csv" in said
    jane, elan = f"doejane_12345_987654_{FILE}", f"oeztuerkelan_LATE_12346_9_{SLUG}-1.ipynb"
    late = f"doejane_12345_987700_{SLUG}-1.ipynb"
    path = packed(tmp_path / "a.zip", {jane: "", late: "", f"someone_5_6_{FILE}": ""})
    assert grading.collect(SLUG, course, [path]) == 0
    said = capsys.readouterr().out
    assert "The names are those of Canvas." in said
    assert f"the latest of 2 files; handed in as {SLUG}-1.ipynb" in said
    assert "1 handed in nothing: oetzi" in said
    assert "1 not in the roster: someone" in said
    assert handed_in(course, "doejane") == solved(late)
    assert handed_in(course, "someone")
    more = packed(tmp_path / "b.zip", {jane: "", elan: ""})  # an older download
    grading.collect(SLUG, course, [more])
    said = capsys.readouterr().out
    assert "what lies there is newer" in said
    assert "late, says Canvas" in said
    assert handed_in(course, "doejane") == solved(late)
    stamp = course / "grading" / "submitted" / "oetzi" / SLUG / "timestamp.txt"
    assert parse_utc(stamp.read_text()) == datetime(*TIME).astimezone(UTC).replace(tzinfo=None)
    assert not stamp.parents[2].joinpath("doejane", SLUG, "timestamp.txt").exists()


def test_a_second_run_changes_nothing_and_a_newer_file_replaces_and_keeps(course, tmp_path, capsys):
    name = f"Jane Doe_4711_assignsubmission_file/{FILE}"
    path = packed(tmp_path / "a.zip", {name: ""})
    grading.collect(SLUG, course, [path])
    before = {p: p.stat().st_mtime_ns for p in (course / "grading/submitted").rglob("*")}
    capsys.readouterr()
    grading.collect(SLUG, course, [path])
    assert "0 new, 0 replaced, 1 unchanged, 0 kept" in capsys.readouterr().out
    assert before == {p: p.stat().st_mtime_ns for p in (course / "grading/submitted").rglob("*")}
    newer = packed(tmp_path / "b.zip", {name: solved("again")}, time=(2026, 10, 3, 0, 0, 0))
    grading.collect(SLUG, course, [newer])
    assert "1 replaced" in capsys.readouterr().out
    assert handed_in(course, "Jane Doe") == solved("again")
    kept = [p.read_text() for p in (course / "grading/collected").rglob("*.ipynb")]
    assert kept == [solved(name)]
    grading.collect(SLUG, course, [path])
    assert handed_in(course, "Jane Doe") == solved("again")


def test_nbgraders_own_command_takes_the_same(course, tmp_path):
    grading.roster(written(tmp_path, ROSTERS["canvas"]), course)
    there = course / "grading/downloaded" / SLUG / "archive"
    there.mkdir(parents=True)
    late = f"doejane_LATE_12345_987700_{SLUG}-1.ipynb"
    files = {f"doejane_12345_987654_{FILE}": "", late: "", f"someone_5_6_{FILE}": ""}
    packed(there / "submissions.zip", files)
    command = [sys.executable, "-m", "nbgrader", "zip_collect", SLUG]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert handed_in(course, "doejane") == solved(late)
    assert handed_in(course, "someone") == solved(f"someone_5_6_{FILE}")
    assert {p.name for p in (course / "grading/submitted").iterdir()} == {"doejane", "someone"}


def test_what_was_put_there_by_hand_is_not_overwritten_by_older_work(course, tmp_path, capsys):
    target = course / "grading/submitted/ada" / SLUG / FILE
    target.parent.mkdir(parents=True)
    target.write_text(solved("by hand"))
    grading.collect(SLUG, course, [packed(tmp_path / "a.zip", {f"ada_{FILE}": ""})])
    assert "what lies there is newer" in capsys.readouterr().out
    assert handed_in(course, "ada") == solved("by hand")


def test_a_file_is_not_lost_by_its_name_or_an_untouched_copy(course, tmp_path, capsys):
    files = {
        f"a_{SLUG} (1).ipynb": "",
        f"b_{SLUG}-1.ipynb": "",
        "c_Overfitting.ipynb": "",
        f"d/homework/{FILE}": "",
        f"e/{FILE}": STUB,
        "e/my solution.ipynb": "",
        "f/my solution.ipynb": "",
        "f/lenet.ipynb": "",
        f"g/{FILE}": STUB,
        f"g/{SLUG}-1.ipynb": "",
        f"h_{FILE}": "not a notebook",
        f"i_{FILE}.txt": "",
        f"j_{SLUG} (2).ipynb.json": "",
        f"k_{SLUG}.pdf": "%PDF",
        "l/essay.zip": "PK",
        "stray.ipynb": "",
        f"__MACOSX/a_{FILE}": "junk",
        f"._a_{FILE}": "junk",
        f"d/homework/._{FILE}": "junk",
    }
    flat = {name: text for name, text in files.items() if "/" not in name or "__" in name}
    deep = {name: text for name, text in files.items() if name not in flat}
    for number, part in enumerate((flat, deep)):
        grading.collect(SLUG, course, [packed(tmp_path / f"{number}.zip", part)])
    said = capsys.readouterr().out
    for name in "abcdij":
        assert handed_in(course, name).startswith("{")
    assert handed_in(course, "e") == STUB  # by its name; the other could be anything
    assert handed_in(course, "f") == solved("f/my solution.ipynb")
    assert handed_in(course, "g") == solved(f"g/{SLUG}-1.ipynb")
    assert handed_in(course, "h") == "not a notebook"
    assert "an untouched copy of the exercise was left aside" in said
    assert "handed in as my solution.ipynb" in said
    assert f"handed in as {SLUG} (2).ipynb.json" in said
    assert f"no notebook, not collected: k_{SLUG}.pdf of k" in said
    assert "no notebook, not collected: l/essay.zip of l" in said
    assert "nobody's, not collected: stray.ipynb" in said
    assert "junk" not in said


def test_a_mark_at_the_beginning_of_a_file_is_no_reason_to_refuse_it(course, tmp_path):
    path = tmp_path / f"ada_{FILE}"
    path.write_text("\ufeff" + solved("ada"), encoding="utf-8")
    grading.collect(SLUG, course, [path])
    assert read_notebook(course / "grading/submitted/ada" / SLUG / FILE).cells


def test_names_that_could_do_harm_are_shown_and_made_harmless(course, tmp_path, capsys):
    path = packed(tmp_path / "a.zip", {f"\x1b[2Jzed*_{FILE}": "", f".._{FILE}": ""})
    grading.collect(SLUG, course, [path])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    names = {p.name for p in (course / "grading/submitted").iterdir()}
    assert len(names) == 2
    assert not any(set(name) & set("*?[]\x1b/") or not name.strip(".") for name in names)
    assert not (course / "grading" / SLUG).exists()


def test_nothing_that_could_be_somebodys_is_said(course, tmp_path):
    path = packed(tmp_path / "a.zip", {"notes.ipynb": ""})
    with pytest.raises(grading.UserError, match=r"no notebook with a student's name in a\.zip"):
        grading.collect(SLUG, course, [path])
    with pytest.raises(grading.UserError, match="no exercise 'nothing'"):
        grading.collect("nothing", course, [path])


def test_a_roster_read_again_says_what_changed(course, tmp_path, capsys):
    grading.roster(written(tmp_path, ROSTERS["plain"]), course)
    capsys.readouterr()
    text = "id,first name,last name,e-mail\njd,Jane,Roe,j@u.edu\nnew,New,Person,\n"
    grading.roster(written(tmp_path, text), course)
    said = capsys.readouterr().out
    assert "last name: Doe → Roe" in said
    assert "1 new, 1 changed, 0 as before; 1 in the gradebook are not in roster.csv" in said
    with Gradebook(f"sqlite:///{course}/grading/gradebook.db") as gradebook:
        assert {s.id for s in gradebook.students} == {"jd", "zu", "new"}
        assert gradebook.find_student("jd").lms_user_id == "5"  # what a list lacks is kept
