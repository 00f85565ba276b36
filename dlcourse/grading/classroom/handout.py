"""`dlcourse feedback`: what goes back to the class, made again where it has changed."""

import hashlib
import json
import logging
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from tqdm import tqdm

import dlcourse
from dlcourse.grading.classroom.classroom import Classroom
from dlcourse.grading.collection.collect import collected
from dlcourse.grading.collection.platforms import ENDING
from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError, find_exercise, told

MADE = "made.sha256"
TIME = (1980, 1, 1, 0, 0, 0)  # an archive of the same pages is the same


def feedback(
    slug: str, root: Path, students: Sequence[str] | None = None, archive: Path | None = None
) -> int:
    """See :func:`dlcourse.grading.feedback`."""
    find_exercise(slug, root / "solutions")
    classroom = Classroom(slug, root)
    graded = {
        path.parent.parent.name: path for path in classroom.record.folder.glob(f"*/{slug}/*.ipynb")
    }
    if lost := [student for student in students or () if student not in graded]:
        raise UserError(f"{printable(lost[0])} has no graded {slug}: run  dlcourse grade {slug}")
    if not graded:
        raise UserError(f"nothing of {slug} has been graded yet: run  dlcourse grade {slug}")
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    chosen, pages, failed = sorted(students or graded), {}, {}
    with classroom.alone():
        api = NbGraderAPI(classroom.course, config=classroom.config)
        made = 0
        for student in tqdm(chosen, unit="student", desc=slug):
            folder = classroom.record.pages / student / slug
            page, mark = folder / f"{slug}.html", folder / MADE
            digest = _digest(classroom, student, graded[student])
            if not (page.exists() and mark.exists() and mark.read_text() == digest):
                done = api.generate_feedback(slug, student, force=True)
                if not done["success"]:
                    failed[student] = told(done, classroom.root)
                    continue
                mark.write_text(digest)
                made += 1
            pages[student] = page
    for student, reason in failed.items():
        print(f"{printable(student)}: no page: {printable(reason)}")
    print(
        f"{made} pages made, {len(pages) - made} as before: "
        f"{printable(str(classroom.record.pages))}/STUDENT/{slug}"
    )
    if archive is not None:
        _pack(archive, pages, classroom)
        print(f"To hand back: {printable(str(archive))}")
    return int(bool(failed))


def _digest(classroom: Classroom, student: str, path: Path) -> str:
    """Of all that is on a page: the graded notebook, the points, the comments."""
    with classroom.record.gradebook() as gradebook:
        marks = json.dumps(list(_marks(gradebook, classroom.slug, student)), default=str)
    whole = path.read_bytes() + marks.encode() + dlcourse.__version__.encode()
    return hashlib.sha256(whole).hexdigest()


def _marks(gradebook: Gradebook, slug: str, student: str) -> Iterator[list]:
    try:
        notebook = gradebook.find_submission_notebook(slug, slug, student)
    except MissingEntry:
        return
    yield [notebook.late_submission_penalty]
    yield from sorted([g.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade]
                      for g in notebook.grades)  # fmt: skip
    yield from sorted([c.name, c.auto_comment, c.manual_comment] for c in notebook.comments)


def _pack(archive: Path, pages: dict[str, Path], classroom: Classroom) -> None:
    """Under the names that the platform gave the files, which tell it whose they are."""
    seen = collected(classroom.submitted, classroom.slug)
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_name(archive.name + ".new")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as made:
        for student, page in pages.items():
            name = seen.get(student, {}).get("name") or f"{student}_{classroom.slug}.ipynb"
            entry = zipfile.ZipInfo(ENDING.sub(".html", name), TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, page.read_bytes())
    fresh.replace(archive)
