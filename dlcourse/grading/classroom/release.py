"""`dlcourse release`, and the entry of an exercise into the gradebook that grading makes itself.

nbgrader makes the students' version, in a folder aside. So nothing in ``exercises/``, where
somebody may have solved the exercise, is touched unless that is asked for.
"""

import copy
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from dlcourse.grading.course import UserError, course_config, find_exercise, lone, told
from dlcourse.grading.submissions.template import regions

# Lines shorter than this, and imports, may well stand elsewhere, too.
SHORTEST = 12
REGION = regions("SOLUTION", "HIDDEN TESTS")
MARKS = ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "=== BEGIN MARK SCHEME")


def release(slug: str, root: Path, to: Path, force: bool = False) -> int:
    """See :func:`dlcourse.grading.release`."""
    source = find_exercise(slug, root / "solutions")
    root = root.resolve()
    config = course_config(root)
    course = CourseDirectory(config=config)
    target = to / slug
    grading = Path(course.format_path(course.submitted_directory, ".", ".")).parent
    with lone(grading), tempfile.TemporaryDirectory() as folder:
        made = generate(slug, config, Path(folder))
        if found := leaks(nbformat.read(source, as_version=4), made):
            raise UserError(
                f"{found[0][0]} would show what is not for students: {found[0][1]!r}. Nothing was "
                f"released; take it out of {source.parent}"
            )
        if not force and (changed := sorted(_changed(made, target))):
            raise UserError(
                f"{target} has another {changed[0]}, perhaps with somebody's answers in it: give "
                "another folder, or add  --force  to replace it"
            )
        for path in sorted(made.rglob("*")):
            if path.is_file():
                place = target / path.relative_to(made)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
                print(place)
    return 0


def entered(slug: str, course: CourseDirectory, config) -> None:
    """Enter an exercise into the gradebook if it is not there; what is there stays as it is.

    Raises:
        UserError: if nbgrader cannot make the students' version.
    """
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            gradebook.find_notebook(slug, slug)
            return
        except MissingEntry:
            pass
    with tempfile.TemporaryDirectory() as folder:
        generate(slug, config, Path(folder))


def generate(slug: str, config, folder: Path) -> Path:
    """Let nbgrader make the students' version and enter it into the gradebook.

    Args:
        slug: the exercise's name.
        config: the course's.
        folder: an empty one.

    Returns:
        ``folder/slug``.

    Raises:
        UserError: if nbgrader fails; the message is its own.
    """
    config = copy.deepcopy(config)
    config.CourseDirectory.release_directory = str(folder)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    logger = logging.getLogger("traitlets")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        done = api.generate_assignment(slug, force=True)
    finally:
        logger.setLevel(before)
    if not done["success"]:
        raise UserError(told(done, Path(api.coursedir.root), f"cannot release {slug}"))
    return folder / slug


def leaks(source: nbformat.NotebookNode, folder: Path) -> list[tuple[str, str]]:
    """What of the instructor's notebook would reach students.

    Args:
        source: the instructor's notebook.
        folder: what is to be released.

    Returns:
        Pairs of a file's name and a line of a solution, of a hidden test or of a model answer.
    """
    secret, shown = set(), set()
    for cell in source.cells:
        regions = [found[2] for found in REGION.finditer(cell.source)]
        if regions:
            shown.update(_lines(REGION.sub("", cell.source)))
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            regions = [cell.source]  # nbgrader replaces all of it
        else:
            shown.update(_lines(cell.source))
        secret.update(line for region in regions for line in _lines(region))
    secret = {line for line in secret - shown if not line.startswith(("import ", "from "))}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            texts = _texts(json.loads(text)) if path.suffix == ".ipynb" else [text]
            for line in (line for each in texts for line in _lines(each)):
                if line in secret or any(mark in line for mark in MARKS):
                    found.append((str(path.relative_to(folder)), line))
    return found


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if len(line.strip()) >= SHORTEST:
            yield line.strip()


def _texts(value: object) -> Iterator[str]:
    """All texts of a notebook's JSON; a cell's lines are texts of their own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _changed(made: Path, target: Path) -> Iterator[str]:
    """Files that are there already and say something else."""
    for path in made.rglob("*"):
        there = target / path.relative_to(made)
        if path.is_file() and there.exists() and there.read_bytes() != path.read_bytes():
            yield path.name
