"""English sentences and French translations that volunteers wrote for tatoeba.org."""

import gzip
import zlib
from pathlib import Path

from dlcourse.datasets.fashion_mnist import data_folder
from dlcourse.datasets.pairs import Pair, tokenize


def tatoeba_pairs(root: Path | str | None = None, max_tokens: int | None = None) -> list[Pair]:
    """The English-French pairs that manythings.org exports from Tatoeba, shortest first.

    They are read from ``fra.txt`` or ``fra.txt.gz`` in ``root/fra-eng`` or ``root``: a line for
    each pair, English and French separated by a tab, then perhaps a third column with its authors.
    The export of 2019 has 167,130 pairs; many sentences have several translations, so split them
    with `split_pairs`. The sentences are under the licence CC BY 2.0 FR.

    Args:
        root: the folder; ``None`` is ``$DLCOURSE_DATA``, or ``~/.cache/dlcourse`` where that is
            not set.
        max_tokens: leaves out pairs with a longer sentence on either side, in tokens as `tokenize`
            cuts them.

    Raises:
        FileNotFoundError: the file is in none of these places.
        ValueError: the file is damaged, not UTF-8, has a line that is not a pair, or no pair of at
            most max_tokens.
    """
    root = data_folder(root)
    path = find_tatoeba(root)
    if path is None:
        raise FileNotFoundError(
            f"The Tatoeba pairs are not in {root}: put fra.txt, of the file fra-eng.zip that "
            f"manythings.org/anki offers, into {root / 'fra-eng'}, or name its folder with root= "
            "or DLCOURSE_DATA; phrasebook() needs no file."
        )
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error.reason}).") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is damaged ({error}); copy or download it again.") from error
    pairs = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) not in (2, 3) or not all(columns[:2]):
            raise ValueError(
                f"{path}, line {number}: expected English, a tab and French, got {line[:80]!r}."
            )
        pair = Pair(*columns[:2])
        if max_tokens is None or max(len(tokenize(text)) for text in pair[:2]) <= max_tokens:
            pairs.append(pair)
    if not pairs:
        raise ValueError(
            f"{path} has no pair"
            + ("." if max_tokens is None else f" of at most {max_tokens} tokens.")
        )
    return pairs


def find_tatoeba(root: Path | str) -> Path | None:
    """The file of the pairs under ``root``, or ``None``."""
    for folder in (Path(root) / "fra-eng", Path(root)):
        for name in ("fra.txt", "fra.txt.gz"):
            if (folder / name).is_file():
                return folder / name
    return None
