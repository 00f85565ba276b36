"""Whose file is it? Learning platforms say it in the names of files, each in its own way."""

import contextlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import yaml

from dlcourse.grading.collection.archive import Member

ENDING = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)  # browsers add to it
SIDECAR = 1_000_000  # bytes that are read of a file about others
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True)
class Entry:
    """A file and what its platform says about it.

    Attributes:
        member: the file.
        file: its name, as the student gave it.
        uid: the platform's number of the person.
        login: their name on the platform.
        name: first and last name.
        email: their address.
        when: when it was handed in; None where the platform does not say.
        order: the platform's number of the file, which grows; 0 where there is none.
        late: whether the platform calls it late.
    """

    member: Member
    file: str
    uid: str = ""
    login: str = ""
    name: str = ""
    email: str = ""
    when: datetime | None = None
    order: int = 0
    late: bool = False

    @property
    def stamp(self) -> str:
        """``when``, as nbgrader writes times; '' if that is None."""
        return self.when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC") if self.when else ""


def tidy(text: str) -> str:
    """A name as everybody writes it: composed letters, no space at the ends."""
    return unicodedata.normalize("NFC", text).strip()


def notebooks(members: Sequence[Member]) -> list[Member]:
    """Those that end as notebooks do."""
    return [member for member in members if ENDING.search(member.name)]


def others(platform: str, members: Sequence[Member], slug: str) -> list[Entry]:
    """What somebody has handed in that is no notebook.

    Args:
        platform: as :func:`recognize` returned it.
        members: all files of an archive.
        slug: the exercise's name.
    """
    rest = [member for member in members if not ENDING.search(member.name)]
    if platform not in PLATFORMS:
        return list(_plain(rest, slug))
    names = {member.name for member in rest}
    return [entry for entry in PLATFORMS[platform](members) if entry.member.name in names]


def recognize(members: Sequence[Member], slug: str) -> tuple[str, list[Entry]]:
    """The platform whose names fit most notebooks, and what they say.

    Args:
        members: all files of an archive.
        slug: the exercise's name, for files that no platform named.
    """
    wanted = {member.name for member in notebooks(members)}
    best: tuple[str, list[Entry]] = ("plain", [])
    for name, read in PLATFORMS.items():
        entries = [entry for entry in read(members) if entry.member.name in wanted]
        if len(entries) > len(best[1]):
            best = (name, entries)
    if 2 * len({entry.member.name for entry in best[1]}) < len(wanted):
        return "plain", list(_plain(notebooks(members), slug))
    return best


def _tails(member: Member) -> Iterator[str]:
    """Its path, and what remains of it without one, two, ... folders."""
    for number in range(len(member.parts)):
        yield "/".join(member.parts[number:])


def _matched(members: Sequence[Member], pattern: str) -> Iterator[tuple[Member, re.Match]]:
    for member in members:
        for tail in _tails(member):
            if found := re.fullmatch(pattern, tail, re.DOTALL):
                yield member, found
                break


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _canvas(members: Sequence[Member]) -> Iterator[Entry]:
    """``doejane_LATE_12345_987654_overfitting.ipynb``, ``anon_a1B2c_987654_overfitting.ipynb``."""
    pattern = r"(?:anon_(\w+?)|([^/]+?)_(LATE_)?(\d+))_(\d+)_([^/]+)"
    for member, found in _matched(members, pattern):
        hidden, login, late, uid, order, file = found.groups()
        yield Entry(
            member, file, uid=uid or hidden.removeprefix("LATE_"), login=login or "",
            order=int(order), late=bool(late) or (hidden or "").startswith("LATE_"),
            when=member.when if late else None,
        )  # fmt: skip


def _moodle(members: Sequence[Member]) -> Iterator[Entry]:
    """``Jane Doe_4711_assignsubmission_file/overfitting.ipynb``, ``..._file_overfitting.ipynb``."""
    pattern = r"([^/]+?)_(\d+)_assignsubmission_file_?(?:/(?:.*/)?|_)?([^/]+)"
    for member, found in _matched(members, pattern):
        name, uid, file = found.groups()
        yield Entry(member, file, uid=uid, name=tidy(name), when=member.when)


def _gradescope(members: Sequence[Member]) -> Iterator[Entry]:
    """``submission_31/overfitting.ipynb``, with people and times in ``submission_metadata.yml``."""
    about: dict = {}
    for member in members:
        if member.parts[-1] == "submission_metadata.yml":
            with contextlib.suppress(yaml.YAMLError, UnicodeError):
                read = yaml.safe_load(member.read(SIDECAR * 50).decode("utf-8"))
                about |= read if isinstance(read, dict) else {}
    for member, found in _matched(members, r"(submission_(\d+))/(?:.*/)?([^/]+)"):
        key, number, file = found.groups()
        entry = about.get(key)
        entry = entry if isinstance(entry, dict) else {}
        people = entry.get(":submitters") or [{}]
        for person in people if isinstance(people, list) else [{}]:
            person = person if isinstance(person, dict) else {}
            yield Entry(
                member, file, login=str(person.get(":sid") or ""), order=int(number),
                name=tidy(str(person.get(":name") or "")),
                email=str(person.get(":email") or ""), when=_time(entry.get(":created_at")),
            )  # fmt: skip


def _blackboard(members: Sequence[Member]) -> Iterator[Entry]:
    """``HW1_jdoe_attempt_2026-10-01-12-00-00_overfitting.ipynb``; a ``.txt`` tells who."""
    people = {}
    for member, found in _matched(members, r"([^/]+_attempt_\d{4}(?:-\d\d){5})\.txt"):
        text = member.read(SIDECAR).decode("utf-8-sig", "replace")
        if said := re.search(r"^Name:\s*(.*?)\s*\(([^()]+)\)\s*$", text, re.MULTILINE):
            people[found[1]] = said.groups()
    pattern = r"((?:[^/]*_)?([^/_]+)_attempt_(\d{4}(?:-\d\d){5}))_([^/]+)"
    for member, found in _matched(members, pattern):
        key, login, time, file = found.groups()
        name, login = people.get(key, ("", login))
        when = None
        with contextlib.suppress(ValueError):
            when = datetime(*map(int, time.split("-"))).astimezone()
        yield Entry(member, file, login=login, name=tidy(name), when=when)


def _brightspace(members: Sequence[Member]) -> Iterator[Entry]:
    """``4711-99 - Jane Doe - Oct 1, 2026 1200 PM/overfitting.ipynb``."""
    pattern = (
        r"(\d+)-(\d+) - ([^/]+) - ([A-Z][a-z]{2})\w* (\d+), (\d{4}) (\d{1,2})(\d\d) ([AP])M"
        r"(?:/(?:.*/)?| - )([^/]+)"
    )
    for member, found in _matched(members, pattern):
        uid, _, name, month, day, year, hour, minute, half, file = found.groups()
        when = None
        with contextlib.suppress(ValueError):
            hours = int(hour) % 12 + 12 * (half == "P")
            when = datetime(
                int(year), MONTHS.index(month) + 1, int(day), hours, int(minute)
            ).astimezone()
        yield Entry(member, file, uid=uid, name=tidy(name), when=when)


def _plain(members: Sequence[Member], slug: str) -> Iterator[Entry]:
    """``ada_overfitting.ipynb``, or ``ada/overfitting.ipynb``."""
    common = len({m.parts[0] for m in members}) == 1 and all(len(m.parts) > 1 for m in members)
    skip = int(common and (len(members) > 1 or len(members[0].parts) > 2))
    for member in members:
        *folders, file = member.parts[skip:]
        if folders:
            yield Entry(member, file, login=tidy(folders[0]), when=member.when)
            continue
        found = re.fullmatch(rf"(.+?)[_ ]({re.escape(slug)}.*)", file, re.IGNORECASE | re.DOTALL)
        if found:
            yield Entry(member, found[2], login=tidy(found[1]), when=member.when)


def _time(value: object) -> datetime | None:
    """A time as YAML gives it, in UTC where it names no zone."""
    with contextlib.suppress(ValueError):
        if isinstance(value, str):
            value = datetime.fromisoformat(re.sub(r"\.\d+ ?Z?$| ?Z$| UTC$", "", value.strip()))
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


PLATFORMS: dict[str, Callable[[Sequence[Member]], Iterator[Entry]]] = {
    "Moodle": _moodle,
    "Blackboard": _blackboard,
    "Brightspace": _brightspace,
    "Gradescope": _gradescope,
    "Canvas": _canvas,
}
