"""The files in what a platform gives: a zip, a folder, or single files, none of them trusted."""

import contextlib
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from dlcourse.grading.content.text import printable
from dlcourse.grading.course import UserError

GIGABYTE = 1_000_000_000
MAX_TOTAL = 4 * GIGABYTE  # unpacked; a thousand notebooks with figures have 2
MAX_FILES = 50_000
JUNK = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True)
class Member:
    """A file.

    Attributes:
        name: its path with ``/`` between the parts.
        when: when it was last changed, with a time zone; None where nobody says.
        read: gives at most so many bytes of it.
    """

    name: str
    when: datetime | None
    read: Callable[[int], bytes]

    @property
    def parts(self) -> tuple[str, ...]:
        """Folders and file name."""
        return tuple(self.name.split("/"))


@contextlib.contextmanager
def opened(paths: Sequence[Path]) -> Iterator[list[Member]]:
    """All files of some archives, in the order of their names.

    Args:
        paths: zips, folders and single files.

    Raises:
        UserError: one of them is missing, damaged, encrypted, or larger than any class's work;
            or it has a link or a path that leads outside of it.
    """
    with contextlib.ExitStack() as stack:
        found: list[Member] = []
        for path in paths:
            if path.is_dir():
                found += _folder(path)
            elif not path.is_file():
                raise UserError(f"there is no file or folder {path}")
            elif zipfile.is_zipfile(path):
                found += _zip(stack.enter_context(zipfile.ZipFile(path)), path)
            elif path.suffix.lower() == ".zip":
                raise UserError(f"{path} is no zip file, or a damaged one: download it again")
            else:
                found.append(_file(path, path.name))
        yield sorted(
            (m for m in found if not any(part in JUNK or part[:2] == "._" for part in m.parts)),
            key=lambda m: m.name,
        )


def _refuse(path: Path, reason: str) -> UserError:
    return UserError(f"{path.name} is not unpacked: {printable(reason)}")


def _zip(archive: zipfile.ZipFile, path: Path) -> list[Member]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_FILES or total > MAX_TOTAL:
        raise _refuse(
            path,
            f"its {len(entries)} files would take {total / GIGABYTE:.1f} GB; allowed are "
            f"{MAX_FILES} files and {MAX_TOTAL / GIGABYTE:.0f} GB",
        )
    found = []
    for entry in entries:
        name = _name(entry)
        if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0][1:2]:
            raise _refuse(path, f"the path {name} leads outside of it")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refuse(path, f"{name} is a link")
        if entry.flag_bits & 1:
            raise _refuse(path, f"{name} is encrypted")
        with contextlib.suppress(ValueError):  # a month of 0
            when = datetime(*entry.date_time).astimezone()
            found.append(Member(name, when, partial(_read, archive, entry, path)))
            continue
        found.append(Member(name, None, partial(_read, archive, entry, path)))
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """Its name; many programs write UTF-8 without saying so."""
    name = entry.filename.replace("\\", "/")
    if not entry.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, most: int) -> bytes:
    try:
        with archive.open(entry) as file:
            return file.read(most)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise _refuse(path, f"{entry.filename} is damaged ({error})") from error


def _folder(path: Path) -> list[Member]:
    found = []
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_symlink():
            raise _refuse(path, f"{name} is a link")
        if file.is_file():
            found.append(_file(file, name))
    return found


def _file(path: Path, name: str) -> Member:
    def read(most: int) -> bytes:
        with path.open("rb") as file:
            return file.read(most)

    return Member(name, datetime.fromtimestamp(path.stat().st_mtime).astimezone(), read)
