"""A course in a folder of any name: where nbgrader takes a path for a pattern, it is a path again.

nbgrader builds regular expressions and globs out of the course's path, and SQLAlchemy a URL, so
that a folder ``dlcourse (1)`` has no notebooks, ``[2026]`` no students and ``100%`` no gradebook.
``nbgrader_config.py``, which all of nbgrader's programs read, mends that by :func:`mend_nbgrader`.
"""

import contextlib
import glob
import hashlib
import os
import re
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.converters import GenerateAssignment
    from traitlets.config import Config

SQLITE = "sqlite:///"


def sqlite_url(path: Path) -> str:
    """SQLAlchemy's URL of a SQLite file, whose signs of its own are written as URLs write them."""
    return SQLITE + str(path).replace("%", "%25").replace("?", "%3F")


def sqlite_file(url: str) -> Path | None:
    """The file of a URL that :func:`sqlite_url` made; None of another database's."""
    if not url.startswith(SQLITE):
        return None
    return Path(urllib.parse.unquote(url.removeprefix(SQLITE).partition("?")[0]))


def anchored(config: "Config", root: Path) -> "Config":
    """A course's settings, with a gradebook that lies where it does from everywhere.

    Args:
        config: changed in place.
        root: the course's folder, from which a relative path of a SQLite file is meant.
    """
    url = config.CourseDirectory.get("db_url", "")
    path = url.removeprefix(SQLITE)
    if url.startswith(SQLITE) and path and not path.startswith(("/", ":memory:", "file:")):
        config.CourseDirectory.db_url = sqlite_url(root) + "/" + path
    return config


def meant(pattern: str) -> str:
    """A pattern for ``glob`` whose beginning, as far as it is there as it is written, is a path."""
    head, rest = pattern, []
    while head and not os.path.lexists(head) and os.path.dirname(head) != head:
        head, last = os.path.split(head)
        rest.insert(0, last)
    return os.path.join(glob.escape(head), *rest) if rest else glob.escape(head)


def _glob(pattern: str) -> list[str]:
    return glob.glob(meant(pattern))


def keeping(start: Callable) -> Callable:
    """How nbgrader's ``generate_assignment`` begins, with what it replaces kept aside.

    A folder of exercises is where students, and instructors, solve them; the command's ``--force``
    and the formgrader's button delete what lies there. Such notebooks are then found in
    ``replaced/``, beside the folder of submissions, unless the new ones are the same.

    Args:
        start: the method of nbgrader's.
    """

    def kept(self: "GenerateAssignment") -> None:
        slug = self.coursedir.assignment_id
        aside = Path(self.coursedir.root, self.coursedir.submitted_directory).parent / "replaced"
        before = {
            path: path.read_bytes()
            for path in Path(self.coursedir.root, self._format_dest(slug, ".")).glob("*.ipynb")
        }
        copies = {}
        for path, content in before.items():
            digest = hashlib.sha256(content).hexdigest()[:12]
            copies[path] = aside / slug / f"{path.stem}-{digest}.ipynb"
            copies[path].parent.mkdir(parents=True, exist_ok=True)
            copies[path].write_bytes(content)
        try:
            start(self)
        finally:
            for path, copy in copies.items():
                if path.exists() and path.read_bytes() == before[path]:
                    copy.unlink()
                else:
                    self.log.warning("What was in %s is kept in %s", path, copy)
            for folder in (aside / slug, aside) if copies else ():
                with contextlib.suppress(OSError):  # somebody's work lies in it
                    folder.rmdir()

    return kept


def mend_nbgrader() -> None:
    """Let nbgrader, in this process, look for files where it is told to; a second call is none.

    It loses no notebook either that somebody has solved where exercises are released to.
    """
    from nbgrader import dbutil
    from nbgrader.apps.dbapp import DbUpgradeApp
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    plain = CourseDirectory.format_path
    if plain.__module__ == __name__:
        return

    def format_path(
        self: CourseDirectory,
        nbgrader_step: str,
        student_id: str,
        assignment_id: str,
        escape: bool = False,
    ) -> str:
        """The path of a step, or a regular expression in which the step is meant as it is."""
        step = re.escape(nbgrader_step) if escape else nbgrader_step
        return plain(self, step, student_id, assignment_id, escape)

    CourseDirectory.format_path = format_path
    GenerateAssignment.start = keeping(GenerateAssignment.start)
    for name, module in list(sys.modules.items()):
        if name.startswith("nbgrader.") and getattr(module, "glob", None) is glob:
            module.glob = SimpleNamespace(glob=_glob)
    # `nbgrader db upgrade` copies the file that the URL names, and writes the URL where a % has to
    # be two.
    copy, settings = DbUpgradeApp._backup_db_file, dbutil.write_alembic_ini
    DbUpgradeApp._backup_db_file = lambda self, file: copy(self, urllib.parse.unquote(file))
    dbutil.write_alembic_ini = lambda file, url: settings(file, url.replace("%", "%%"))
