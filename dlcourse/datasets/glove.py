"""Word vectors that the GloVe project trained on billions of words, from files at hand."""

from pathlib import Path
from typing import TYPE_CHECKING

from dlcourse.datasets.fashion_mnist import data_folder

if TYPE_CHECKING:
    from dlcourse.models import WordVectors


def glove(
    name: str = "glove.6B.50d", root: Path | str | None = None, most: int | None = None
) -> "WordVectors":
    """The vectors of Pennington et al. (2014), as the interface of the course's own.

    The file ``NAME.txt`` is looked for in ``root``, in the folder of its archive there
    (``glove.6B`` for ``glove.6B.50d``) and in ``root/glove``.

    Args:
        name: of the vectors: the text they were trained on and their length, such as
            ``"glove.6B.100d"`` or ``"glove.42B.300d"``.
        root: the folder; ``None`` is ``$DLCOURSE_DATA``, or ``~/.cache/dlcourse`` where that is
            not set.
        most: the number of words to read; the files begin with the most frequent.

    Raises:
        FileNotFoundError: the file is in none of these places; the message says which are there.
        ValueError: the file is damaged.
    """
    # The models read data sets, so this module cannot ask for them before they are there.
    from dlcourse.models.word_vectors import WordVectors

    root = data_folder(root)
    found = find_glove(root)
    if name not in found:
        at_hand = f"there are {', '.join(found)}" if found else "there are none"
        raise FileNotFoundError(
            f"The vectors {name!r} are not in {root}; {at_hand}. Put {name}.txt, as "
            "nlp.stanford.edu/projects/glove offers it, into that folder, or name another one with "
            "root= or DLCOURSE_DATA; the vectors of the chapter on embeddings need no file."
        )
    return WordVectors.load(found[name], most)


def find_glove(root: Path | str) -> dict[str, Path]:
    """The files of vectors under ``root`` by their names."""
    root = Path(root)
    folders = [root, root / "glove", *sorted(root.glob("glove.*[!t]"))]
    files = [path for folder in folders for path in sorted(folder.glob("glove.*d.txt"))]
    return {path.stem: path for path in reversed(files)}
