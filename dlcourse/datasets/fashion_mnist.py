"""Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 70,000 gray pictures of clothes, 28x28 pixels."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import torch
from torch import Tensor

from dlcourse.datasets.idx import read_idx
from dlcourse.datasets.images import ImageDataset

CLASSES = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]
STALL_SECONDS = 20.0  # a server that is silent for so long ends a download


class FashionMNIST(ImageDataset):
    """The 60,000 training or 10,000 test images of Fashion-MNIST.

    The idx files, gzipped or not, may lie in ``root/FashionMNIST/raw`` (where torchvision puts
    them), in ``root/fashion-mnist`` or in ``root`` itself. If they are in none of these,
    torchvision downloads them (30 MB) into the first.

    Args:
        root: the folder; ``None`` is ``$DLCOURSE_DATA``, or ``~/.cache/dlcourse`` where that is
            not set.
        train: training images, or test images.
        download: whether missing files may be downloaded.
        device: where the set shall lie; ``None`` is the CPU.

    Raises:
        FileNotFoundError: files are missing and ``download`` is false.
        RuntimeError: the download failed, or its folder cannot be written.
        ValueError: a file is truncated or not what its name says.
    """

    def __init__(
        self,
        root: Path | str | None = None,
        train: bool = True,
        download: bool = True,
        device: torch.device | str | None = None,
    ):
        if train not in (True, False):
            raise ValueError(f"FashionMNIST takes train=True or False, not {train!r}.")
        root = data_folder(root)
        files = find_files(root, train)
        if files is None and not download:
            raise FileNotFoundError(
                f"Fashion-MNIST is not in {root}: expected {file_names(train)} (or .gz) there or "
                f"in {root / 'FashionMNIST' / 'raw'}. Name the folder with root= or DLCOURSE_DATA, "
                "or let download=True fetch them; MNIST5k() needs no download."
            )
        if files is None:
            _download(root)
            files = find_files(root, train)
        name = f"FashionMNIST {'training' if train else 'test'} set"
        whole = ImageDataset(*_read(*files), CLASSES, name)
        whole = whole if device is None else whole.to(device)
        super().__init__(whole.images, whole.labels, whole.classes, name)


def data_folder(root: Path | str | None = None) -> Path:
    """The folder of downloaded data: ``root``, else ``$DLCOURSE_DATA``, else the user's cache."""
    return Path(root or os.environ.get("DLCOURSE_DATA") or "~/.cache/dlcourse").expanduser()


def file_names(train: bool) -> str:
    """The names of the two files of a part, for messages."""
    part = "train" if train else "t10k"
    return f"{part}-images-idx3-ubyte and {part}-labels-idx1-ubyte"


def find_files(root: Path, train: bool) -> tuple[Path, Path] | None:
    """The image file and the label file of a part under ``root``, or ``None``."""
    for folder in (root / "FashionMNIST" / "raw", root / "fashion-mnist", root):
        found = []
        for name in file_names(train).split(" and "):
            found += [p for p in (folder / name, folder / f"{name}.gz") if p.is_file()][:1]
        if len(found) == 2:
            return found[0], found[1]
    return None


def _read(image_file: Path, label_file: Path) -> tuple[Tensor, Tensor]:
    """Images (N, 1, 28, 28) and labels (N,), both uint8, checked against their files' names."""
    images, labels = read_idx(image_file), read_idx(label_file)
    if images.dim() != 3 or images.shape[1:] != (28, 28) or not len(images):
        raise ValueError(
            f"{image_file} holds an array of shape {tuple(images.shape)}, not images (N, 28, 28)."
        )
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"{label_file} holds an array of shape {tuple(labels.shape)}, "
            f"not one label for each of the {len(images)} images of {image_file.name}."
        )
    return images.unsqueeze(1), labels


def _download(root: Path) -> None:
    """Lets torchvision fetch and check the files in a scratch folder, then moves them to root."""
    from torchvision.datasets import FashionMNIST as Peer

    try:
        root.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(dir=root, prefix=".download-")
    except OSError as error:
        raise RuntimeError(
            f"Fashion-MNIST cannot be downloaded into {root}: {error.strerror or error}. Name a "
            "folder that can be written with root= or DLCOURSE_DATA; MNIST5k() needs no download."
        ) from error
    target = root / "FashionMNIST" / "raw"
    with scratch:
        try:
            with _socket_timeout(STALL_SECONDS):
                Peer(scratch.name, download=True)
        except (OSError, RuntimeError, HTTPException, EOFError) as error:
            host = urlsplit(Peer.mirrors[0]).hostname
            raise RuntimeError(
                f"Fashion-MNIST could not be downloaded from {host} ({_reason(error)}). Check the "
                f"connection, or put {file_names(True)} (and the t10k files) into {target}. "
                "MNIST5k(), 5,000 real digits, needs no download."
            ) from error
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(Path(scratch.name).rglob("*-ubyte")):
            os.replace(file, target / file.name)


def _reason(error: BaseException) -> str:
    """The last line of what torchvision reports, without its wrapping: the actual problem."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip().removeprefix("<urlopen error ").removesuffix(">").rstrip(".")


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Gives the connections that torchvision opens the time limit that it does not set."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
