"""Who is in the class: from a platform's list to the gradebook, and from a file to a person."""

import csv
import functools
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from nbgrader.api import Gradebook

from dlcourse.grading.collection.platforms import tidy
from dlcourse.grading.course import LONGEST, UserError

# How the columns are called, in lower case, without signs between the words; the first that a
# file has counts.
COLUMNS = {
    "id": (
        "sis login id", "student id", "studentid", "sid", "username", "login", "login id",
        "id number", "orgdefinedid", "sis user id", "external id", "id",
    ),
    "first_name": ("first name", "firstname", "given name", "vorname", "prénom", "名"),
    "last_name": (
        "last name", "lastname", "surname", "family name", "nachname", "nom", "nom de famille",
        "姓",
    ),
    "email": ("e mail", "email", "email address", "e mail address", "e mail adresse", "mail"),
    "lms_user_id": ("lms user id", "platform id", "platform s id", "user id", "canvas id"),
}  # fmt: skip
FULL = ("student", "name", "full name", "student name", "vollständiger name", "nom complet")
NOBODY = re.compile(r"\s*(points possible|student, test|test student)", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """A row of the roster, as nbgrader keeps it.

    Attributes:
        id: the name of the student's folder.
        first_name: and
        last_name: as the platform writes them.
        email: address.
        lms_user_id: the platform's number.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Table:
    """A table as it was exported: ``start`` is the mark that it begins with, if it has one."""

    heads: list[str]
    rows: list[list[str]]
    delimiter: str
    start: str


class Roster:
    """The students of a gradebook, to be found by what a platform says of a file.

    Args:
        students: all of them.
    """

    def __init__(self, students: Iterable[Student]):
        self.students = list(students)
        self._by: list[dict[str, list[Student]]] = []
        for key in ("lms_user_id", "id", "email"):
            self._by.append(self._index(lambda student, key=key: getattr(student, key)))
        self._by.append(self._index(lambda student: student.email.partition("@")[0]))
        self._by.append(self._index(lambda student: student.name))
        self._by.append(self._index(lambda student: f"{student.last_name} {student.first_name}"))

    def _index(self, key) -> dict[str, list[Student]]:
        found: dict[str, list[Student]] = {}
        for student in self.students:
            if alike(key(student)):
                found.setdefault(alike(key(student)), []).append(student)
        return found

    def find(self, *names: str) -> Student | None:
        """The one student whom the first of these numbers, logins, addresses or names means."""
        for asked in names:
            for index in self._by if alike(asked) else ():
                found = index.get(alike(asked), [])
                if len(found) == 1:
                    return found[0]
        return None


def alike(text: str) -> str:
    """What is left of a name when case, accents, and signs between words make no difference."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def read(path: Path) -> list[Student]:
    """The people in a list that a platform gave.

    Args:
        path: a csv file of Canvas, Moodle, Gradescope, Blackboard or Brightspace, or a plain one
            with columns such as ``id, first name, last name, e-mail, platform id``.

    Returns:
        Them, in the file's order.

    Raises:
        UserError: if it is no table, has no column that could be an id, or says of two people that
            they are the same.
    """
    given = table(path)
    if _columns(tuple(given.heads))["id"] is None:
        raise UserError(
            f"{path.name} has no column that names students: give one the head 'id'; its heads are "
            f"{', '.join(given.heads)}"
        )
    people: dict[str, Student] = {}
    for line, row in enumerate(given.rows, start=2):
        cells = about(given.heads, row)
        if cells is None:
            continue
        name = cells.pop("id") or cells["lms_user_id"] or cells["email"]
        del cells["name"]
        if not name or "/" in name or name in (".", ".."):
            raise UserError(f"{path.name}, line {line}: {name!r} cannot be a student's id")
        if name in people:
            raise UserError(f"{path.name}, line {line}: the id {name!r} is there twice")
        people[name] = Student(name, **cells)
    if not people:
        raise UserError(f"there is nobody in {path.name}")
    return list(people.values())


def about(heads: Sequence[str], row: Sequence[str]) -> dict[str, str] | None:
    """What a row of a platform's table says of a person.

    Args:
        heads: of the table.
        row: one of the others.

    Returns:
        The fields of :class:`Student`, and ``name`` for both names; None for a row that is
        nobody's, such as the points that are possible.
    """
    columns = _columns(tuple(heads))
    cells = {
        key: tidy(row[column]) if column is not None and column < len(row) else ""
        for key, column in columns.items()
    }
    if not any(map(str.strip, row)) or NOBODY.match(cells["name"] or row[0]):
        return None
    worksheet = re.fullmatch(r"[^\W\d][^\d@.]*[ /a-z](\d+)", row[0].strip())
    if worksheet and 0 not in columns.values():
        cells["lms_user_id"] = worksheet[1]  # Moodle's "Participant 4711", in any language
    cells["id"] = cells["id"] or cells["email"]
    if cells["name"] and not cells["last_name"]:
        cells["last_name"], cells["first_name"] = _split(cells["name"])
    cells["name"] = f"{cells['first_name']} {cells['last_name']}".strip()
    return cells


@functools.cache
def _columns(heads: tuple[str, ...]) -> dict[str, int | None]:
    plain = [re.sub(r"[\W_]+", " ", head.casefold()).strip() for head in heads]
    columns = {key: _column(plain, names) for key, names in COLUMNS.items()}
    columns["name"] = _column(plain, FULL)
    if "sis login id" in plain and "id" in plain:  # Canvas
        columns["lms_user_id"] = plain.index("id")
    if columns["id"] is None:
        columns["id"] = columns["email"]
    return columns


def table(path: Path) -> Table:
    """A csv file.

    Args:
        path: in UTF-8, UTF-16 or Windows' western letters, with commas, semicolons or tabs.

    Raises:
        UserError: if it is missing, no text, or no table.
    """
    text, start = _text(path)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    if len(rows) < 2 or (len(rows[0]) < 2 and rows[0][0].strip().casefold() != "id"):
        raise UserError(f"{path.name} is no table with heads and at least one student")
    return Table(rows[0], rows[1:], delimiter, start)


def _text(path: Path) -> tuple[str, str]:
    """The text, and the mark before it that says UTF-8, if there is one."""
    if not path.is_file():
        raise UserError(f"there is no file {path}")
    data = path.read_bytes()
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding), "\ufeff" if data[:3] == b"\xef\xbb\xbf" else ""
        except UnicodeError:
            continue
    raise UserError(f"{path.name} is no text file: save it as csv in UTF-8")


def _column(heads: Sequence[str], names: Sequence[str]) -> int | None:
    return next((heads.index(name) for name in names if name in heads), None)


def _split(whole: str) -> tuple[str, str]:
    """Last and first name."""
    if "," in whole:
        last, _, first = whole.partition(",")
    else:
        first, _, last = whole.rpartition(" ")
    return tidy(last), tidy(first)


def known(gradebook: Gradebook) -> list[Student]:
    """The students that a gradebook has."""
    names = [field.name for field in fields(Student)]
    return [Student(**{n: getattr(s, n) or "" for n in names}) for s in gradebook.students]


def enter(gradebook: Gradebook, people: Sequence[Student]) -> list[tuple[str, Student, str]]:
    """Put people into a gradebook; nobody is removed from it.

    Returns:
        A row for each person who is new, changed or gone: which of these, who, and what changed.

    Raises:
        UserError: if somebody's id, name or address is longer than the gradebook can hold.
    """
    for person in people if gradebook.engine.dialect.name != "sqlite" else ():
        for key, value in asdict(person).items():
            if len(value) > LONGEST:
                raise UserError(
                    f"the {key.replace('_', ' ')} {value[:40]}… has {len(value)} characters; this "
                    f"gradebook has room for {LONGEST}"
                )
    before = {student.id: student for student in known(gradebook)}
    rows = []
    for person in people:
        old = before.pop(person.id, None)
        given = {key: value for key, value in asdict(person).items() if value and key != "id"}
        if old is None:
            rows.append(("new", person, ""))
        elif changes := [
            f"{key.replace('_', ' ')}: {getattr(old, key) or '–'} → {value}"
            for key, value in given.items()
            if getattr(old, key) != value
        ]:
            rows.append(("changed", person, "; ".join(changes)))
        else:
            continue
        gradebook.update_or_create_student(person.id, **given)
    return rows + [("gone", student, "not in this list; stays") for student in before.values()]
