"""Whose are the files, and which of a student's files counts?"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.collection import platforms
from dlcourse.grading.collection.archive import Member
from dlcourse.grading.collection.platforms import Entry
from dlcourse.grading.collection.roster import Roster
from dlcourse.grading.content.text import printable

MEGABYTE = 1_000_000
MOST = 64 * MEGABYTE  # of a notebook; grading refuses smaller ones, and says so to the student


@dataclass(frozen=True)
class Choice:
    """The file of a student that counts.

    Attributes:
        student: the id in the roster, or what else names them.
        entry: the file.
        notes: what there is to say about it.
        known: whether the roster has them.
    """

    student: str
    entry: Entry
    notes: tuple[str, ...]
    known: bool


def sort_out(
    members: Sequence[Member], slug: str, root: Path, people: Roster
) -> tuple[str, list[Choice], list[str]]:
    """Find out of each student which file counts.

    Args:
        members: all files of an archive.
        slug: the exercise's name.
        root: the course's folder.
        people: who is in the class.

    Returns:
        The platform's name, a choice for each student, in the order of their ids, and what there
        is to say about files that were not taken: those that are nobody's, and those of whoever
        has no notebook among them.
    """
    platform, entries = platforms.recognize(members, slug)
    others = {path.name.casefold() for path in (root / "solutions").glob("*")} - {slug}
    released = root / "exercises" / slug / f"{slug}.ipynb"
    stub = _sources(released.read_bytes()) if released.exists() else set()
    files: dict[tuple[str, bool], list[Entry]] = {}
    for entry in entries:
        files.setdefault(_owner(entry, people), []).append(entry)
    choices = [
        Choice(student, *_choose(own, slug, others, stub, platform), known)
        for (student, known), own in sorted(files.items())
    ]
    taken = {entry.member.name for entry in entries}
    lost = [
        f"nobody's, not collected: {member.name}"
        for member in platforms.notebooks(members)
        if member.name not in taken
    ]
    for entry in platforms.others(platform, members, slug):
        if (owner := _owner(entry, people)) not in files:
            lost.append(f"no notebook, not collected: {entry.member.name} of {owner[0]}")
    return platform, choices, lost


def _owner(entry: Entry, people: Roster) -> tuple[str, bool]:
    """Whose a file is, and whether the roster has them."""
    found = people.find(entry.uid, entry.login, entry.email, entry.name)
    return (found.id, True) if found else (_folder_name(entry), False)


def _choose(
    entries: Sequence[Entry], slug: str, others: set[str], stub: set[str], platform: str
) -> tuple[Entry, tuple[str, ...]]:
    notes = []
    own = [e for e in entries if _stem(e.file) not in others] or list(entries)
    named = [e for e in own if _stem(e.file) == slug.casefold()] or own
    if len(named) > 1 and stub:  # one file counts whatever is in it
        done = [e for e in named if not _sources(e.member.read(MOST)) <= stub]
        if done and len(done) < len(named):
            notes.append("an untouched copy of the exercise was left aside")
            named = done
    ranked = sorted(named, key=rank)
    last = ranked[-1]
    if len(ranked) > 1:
        notes.append(f"the latest of {len(ranked)} files")
    if last.file != f"{slug}.ipynb":
        notes.append(f"handed in as {last.file}")
    if last.late:
        notes.append(f"late, says {platform}")
    return last, tuple(notes)


def rank(entry: Entry) -> tuple[float, float, int]:
    """What decides which of two files of a student is the later one."""
    when = entry.when.timestamp() if entry.when else 0.0
    copy = re.search(r"[-_ (](\d+)\)?$", platforms.ENDING.sub("", entry.file))
    return (float(entry.order), when, int(copy[1]) if copy else 0)


def _stem(file: str) -> str:
    """A file's name without its ending and what browsers and platforms add to a second copy."""
    stem = platforms.ENDING.sub("", platforms.tidy(file)).casefold()
    return re.sub(r"[-_ ]*(\(\d+\)|\d+|copy|kopie)$", "", stem.strip()).strip()


def _sources(data: bytes) -> set[str]:
    """The texts of a notebook's cells; of what cannot be read, its beginning."""
    try:
        cells = json.loads(data.decode("utf-8-sig"))["cells"]
        return {"".join(cell["source"]).strip() for cell in cells} - {""}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {data[:1000].decode("utf-8", "replace")}


def _folder_name(entry: Entry) -> str:
    """For somebody whom no roster knows; the platform's login, number, address or name."""
    name = entry.login or entry.email or entry.name or entry.uid
    name = re.sub(r"[/\\*?\[\]{}]", "-", printable(platforms.tidy(name)))
    return name if name.strip(".") else f"student-{entry.uid or entry.order}"
