"""Technical English at hand wherever the course runs: what its libraries say of themselves."""

import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

LIBRARIES = ("numpy", "scipy", "pandas", "sklearn", "matplotlib")
# Other people's code that a library carries along, and code that documents nothing.
_SKIPPED = {"tests", "externals", "extern", "_lib", "_vendor"}
_TEXT = re.compile(r'"""(.*?)"""', re.DOTALL)


class DocParagraph(NamedTuple):
    """A paragraph of documentation, and where it stands."""

    text: str
    library: str
    file: str


def docstrings(
    libraries: Sequence[str] = LIBRARIES, min_characters: int = 40
) -> list[DocParagraph]:
    """Paragraphs of the docstrings of installed libraries: more than a million words, no download.

    The libraries are not imported; their source is read. Its wording varies with their versions.
    Documentation is full of repetition: here every paragraph stands once, in the file where it
    comes first, capitals and spaces aside. Examples that are sessions of the interpreter (``>>>``)
    and paragraphs of less than ``min_characters`` are left out.

    Args:
        libraries: names of installed packages.
        min_characters: of the shortest paragraph that is kept.

    Returns:
        The paragraphs, white space made single spaces, in the order of libraries and files; a file
        is named relative to its library's folder.

    Raises:
        TypeError: libraries is a str.
        ModuleNotFoundError: a library is not installed, or has no folder of source files.
        ValueError: no paragraph was found.
    """
    if isinstance(libraries, str):
        raise TypeError(f"docstrings takes a list of names, not the str {libraries!r}.")
    found: dict[str, DocParagraph] = {}
    for library in libraries:
        root = _folder(library)
        for path in sorted(root.rglob("*.py")):
            file = path.relative_to(root)
            if _SKIPPED.isdisjoint(file.parts):
                source = path.read_text(encoding="utf-8", errors="replace")
                for text in _paragraphs(source):
                    if len(text) >= min_characters:
                        paragraph = DocParagraph(text, library, file.as_posix())
                        found.setdefault(text.lower(), paragraph)
    if not found:
        raise ValueError(
            f"docstrings: no paragraph of {min_characters} characters in {', '.join(libraries)}."
        )
    return list(found.values())


def _folder(library: str) -> Path:
    spec = importlib.util.find_spec(library)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"docstrings: {library!r} is no installed package with source files; "
            f"without a choice the course reads {', '.join(LIBRARIES)}."
        )
    return Path(spec.submodule_search_locations[0])


def _paragraphs(source: str) -> list[str]:
    texts = (text for block in _TEXT.findall(source) for text in block.split("\n\n"))
    return [" ".join(text.split()) for text in texts if ">>>" not in text]


def words_of(text: str) -> list[str]:
    r"""The words of a text in small letters, without numbers, marks and the commands of formulas.

    Example:
        >>> words_of(r"The N-th row's sum, 3.5 :math:`\leq x`.")
        ['the', 'n', 'th', "row's", 'sum', 'math', 'x']
    """
    return re.findall(r"[a-z]+(?:'[a-z]+)?", re.sub(r"\\[a-z]+", " ", text.lower()))
