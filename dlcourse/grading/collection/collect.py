"""`dlcourse roster` and `dlcourse collect`: from what a platform gives to ``grading/submitted``."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.collection import archive, roster
from dlcourse.grading.collection.choice import MEGABYTE, MOST, Choice, rank, sort_out
from dlcourse.grading.collection.platforms import Entry
from dlcourse.grading.collection.roster import Roster
from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError, course_config, find_exercise, lone

STRANGER = "not in the roster"


@dataclass(frozen=True)
class Outcome:
    """What became of a student's file: ``state`` is new, replaced, unchanged or kept."""

    choice: Choice
    state: str
    notes: tuple[str, ...]


def enter_roster(path: Path, root: Path) -> int:
    """See :func:`dlcourse.grading.roster`."""
    people = roster.read(path)
    course = CourseDirectory(config=course_config(root))
    with Gradebook(course.db_url) as gradebook:
        rows = roster.enter(gradebook, people)
    _show([(state, person.id, person.name, person.email, what) for state, person, what in rows])
    count = {state: sum(row[0] == state for row in rows) for state in ("new", "changed", "gone")}
    same = len(people) - count["new"] - count["changed"]
    print(
        f"{count['new']} new, {count['changed']} changed, {same} as before; "
        f"{count['gone']} in the gradebook are not in {printable(path.name)}"
    )
    return 0


def collect(slug: str, root: Path, paths: Sequence[Path]) -> int:
    """See :func:`dlcourse.grading.collect`."""
    find_exercise(slug, root / "solutions")
    course = CourseDirectory(config=course_config(root))
    submitted = Path(course.format_path(course.submitted_directory, ".", "."))
    with Gradebook(course.db_url) as gradebook:
        people = Roster(roster.known(gradebook))
    with archive.opened(paths) as members, lone(submitted.parent):
        platform, choices, lost = sort_out(members, slug, root, people)
        if not choices:
            raise UserError(
                f"no notebook with a student's name in {', '.join(p.name for p in paths)}: the "
                "files' names are not those of Canvas, Moodle, Gradescope, Blackboard or "
                f"Brightspace, nor STUDENT_{slug}.ipynb or STUDENT/{slug}.ipynb"
            )
        print(f"The names are those of {platform}." if platform != "plain" else "Plain names.")
        shelf = _Shelf(slug, submitted, platform)
        if people.students:
            choices = [c if c.known else replace(c, notes=(*c.notes, STRANGER)) for c in choices]
        made = [shelf.put(choice) for choice in choices]
        shelf.close()
    _report(slug, made, lost, people)
    return 0


def _report(slug: str, made: list[Outcome], lost: list[str], people: Roster) -> None:
    strangers = [o.choice.student for o in made if not o.choice.known] if people.students else []
    rows = []
    for outcome in made:
        student, entry = outcome.choice.student, outcome.choice.entry
        when = entry.when.astimezone().strftime("%Y-%m-%d %H:%M") if entry.when else ""
        rows.append((student, outcome.state, entry.file, when, "; ".join(outcome.notes)))
    _show(rows)
    states = ("new", "replaced", "unchanged", "kept")
    print(", ".join(f"{sum(o.state == s for o in made)} {s}" for s in states) + ".")
    present = {outcome.choice.student for outcome in made}
    absent = [s.id for s in people.students if s.id not in present]
    if absent:
        print(f"{len(absent)} handed in nothing: {', '.join(map(printable, absent))}")
    if strangers:
        print(f"{len(strangers)} not in the roster: {', '.join(map(printable, strangers))}")
    print("".join(f"{printable(text)}\n" for text in lost), end="")
    print(f"Grade them with  dlcourse grade {slug}")


def _show(rows: Iterable[Sequence[str]]) -> None:
    rows = [[printable(cell) for cell in row] for row in rows]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip())


def collected(submitted: Path, slug: str) -> dict[str, dict]:
    """What was noted of each student's file when it was collected.

    ``name`` is its name there, ``digest`` that of its content, ``notes`` what was said of it.

    Args:
        submitted: the folder with one folder for each student.
        slug: the exercise's name.
    """
    note = _note(submitted, slug)
    return json.loads(note.read_text("utf-8")) if note.exists() else {}


def _note(submitted: Path, slug: str) -> Path:
    return submitted.parent / "collected" / slug / "collected.json"


class _Shelf:
    """The submissions of an exercise, and a note of what was collected, so that nothing is lost."""

    def __init__(self, slug: str, submitted: Path, platform: str):
        self.slug, self.submitted, self.platform = slug, submitted, platform
        self.note = _note(submitted, slug)
        self.folder = self.note.parent
        self.seen = collected(submitted, slug)

    def put(self, choice: Choice) -> Outcome:
        """Write it where nbgrader looks, unless something newer lies there."""
        student, entry = choice.student, choice.entry

        def outcome(state: str, *more: str) -> Outcome:
            return Outcome(choice, state, (*choice.notes, *more))

        target = self.submitted / student / self.slug / f"{self.slug}.ipynb"
        data = entry.member.read(MOST + 1)
        if len(data) > MOST:
            return outcome("kept", f"larger than {MOST // MEGABYTE} MB, not collected")
        digest, before = hashlib.sha256(data).hexdigest(), self.seen.get(student, {})
        lies = target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest()
        times = target.with_name("timestamp.txt")
        if lies:
            known = before if before.get("digest") == lies else {}
            if not self._newer(entry, known, target):
                same = lies == digest
                why = () if same else ("what lies there is newer",)
                return outcome("unchanged" if same else "kept", *why)
            if lies != digest:
                old = self.folder / student / f"{lies[:12]}.ipynb"
                old.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target, old)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(".collecting")
        fresh.write_bytes(data)
        fresh.replace(target)
        if entry.when:
            times.write_text(entry.stamp, encoding="utf-8")
        else:
            times.unlink(missing_ok=True)
        self.seen[student] = {
            "digest": digest, "platform": self.platform, "rank": list(rank(entry)),
            "name": entry.member.name, "notes": choice.notes,
        }  # fmt: skip
        return outcome("new" if not lies else "unchanged" if lies == digest else "replaced")

    def _newer(self, entry: Entry, known: dict, target: Path) -> bool:
        if known.get("platform") == self.platform:
            return list(rank(entry)) > known["rank"]
        if entry.when is None:
            return False
        times = target.with_name("timestamp.txt")
        if times.is_file():
            from nbgrader.utils import parse_utc

            try:
                return entry.when.astimezone(UTC).replace(tzinfo=None) > parse_utc(
                    times.read_text("utf-8")
                )
            except ValueError:
                pass
        return entry.when.timestamp() > target.stat().st_mtime

    def close(self) -> None:
        """Write the note."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.note.with_suffix(".new")
        fresh.write_text(json.dumps(self.seen, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self.note)
