"""Texts to learn a language from: one that arrives with Python, and a novel in a file."""

import os
from pathlib import Path

from dlcourse.datasets.fashion_mnist import data_folder


def python_docs() -> str:
    """The language reference that ``help()`` shows: some 350,000 characters, no download.

    It comes from ``pydoc_data.topics`` of the standard library, so its wording varies with the
    version of Python. Its topics quote each other: about a fifth of it stands there more than
    once. Here every paragraph stands once, where it comes first, because a part that is held out
    of training would otherwise hold sentences that were trained on. Tables are left out: drawn
    with ``+`` and ``-`` and filled up with spaces, they would be the easiest part to predict, and
    newer versions of Python have many more of them than older ones.

    Returns:
        The topics in alphabetical order, paragraphs separated by an empty line.

    Raises:
        RuntimeError: this Python was installed without ``pydoc_data``.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise RuntimeError(
            "python_docs: this Python has no pydoc_data.topics, which belongs to the standard "
            "library; install the full Python, or read a text of your own with open(path).read()."
        ) from error
    kept: dict[str, str] = {}
    for name in sorted(topics):
        for paragraph in topics[name].split("\n\n"):
            # Quoted paragraphs differ in their indentation and line breaks.
            words = " ".join(paragraph.split())
            if words and not words.startswith("+-"):
                kept.setdefault(words, paragraph.strip("\n"))
    return "\n\n".join(kept.values()) + "\n"


def time_machine(root: Path | str | None = None) -> str:
    """*The Time Machine* by H. G. Wells (1895), the small novel of many language-model lessons.

    It is read from ``root/timemachine/timemachine.txt`` or ``root/timemachine.txt``, as it stands
    there: capitals, punctuation and line breaks included.

    Args:
        root: the folder; ``None`` is ``$DLCOURSE_DATA``, or ``~/.cache/dlcourse`` where that is
            not set.

    Returns:
        The text.

    Raises:
        FileNotFoundError: the file is in neither place.
        ValueError: the file is not UTF-8 text, or not this novel.
    """
    root = data_folder(root)
    path = find_time_machine(root)
    if path is None:
        raise FileNotFoundError(
            f"The Time Machine is not in {root}: put the novel, which is in the public domain "
            f"(Project Gutenberg, number 35), as text into {root / 'timemachine.txt'}, or name "
            "its folder with root= or DLCOURSE_DATA; python_docs() needs no file."
        )
    try:
        # Some editors begin a file with a byte-order mark, which is none of its characters.
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error.reason}).") from error
    if "Time Traveller" not in text:
        raise ValueError(
            f"{path} is not The Time Machine: the words 'Time Traveller' are not in its "
            f"{len(text)} characters."
        )
    return text


def find_time_machine(root: Path | str | os.PathLike) -> Path | None:
    """The file of the novel under ``root``, or ``None``."""
    for path in (Path(root) / "timemachine" / "timemachine.txt", Path(root) / "timemachine.txt"):
        if path.is_file():
            return path
    return None
