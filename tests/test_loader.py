"""TensorLoader: every sample once, the same epoch from the same seed, and fast."""

import copy
import time

import pytest
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchvision.transforms import v2
from torchvision.transforms.functional import to_pil_image, to_tensor

from dlcourse import transforms as T
from dlcourse.datasets import ImageDataset, MNIST5k, TensorLoader, polynomial


@pytest.fixture(scope="module")
def digits():
    return MNIST5k()


def numbered(N=23):
    return TensorDataset(torch.arange(N).float().view(N, 1), torch.arange(N))


def order(loader):
    return torch.cat([y for _, y in loader])


AUGMENT = T.Compose([T.RandomCrop(28, padding=3), T.RandomHorizontalFlip(), T.Normalize(0.1, 0.3)])


@pytest.mark.parametrize("N", [1, 7, 8, 9, 23, 64])
@pytest.mark.parametrize("batch_size", [1, 8, 100])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("drop_last", [False, True])
def test_an_epoch_holds_every_sample_once(N, batch_size, shuffle, drop_last):
    data = numbered(N)
    if drop_last and batch_size > N:
        with pytest.raises(ValueError, match="no batch"):
            TensorLoader(data, batch_size, shuffle=shuffle, drop_last=True)
        return
    loader = TensorLoader(data, batch_size, shuffle=shuffle, drop_last=drop_last)
    peer = DataLoader(data, batch_size, drop_last=drop_last)
    batches = list(loader)
    assert len(batches) == len(loader) == len(peer)
    assert [len(y) for _, y in batches] == [len(y) for _, y in peer]
    for x, y in batches:
        assert torch.equal(x.flatten().long(), y)  # the pairs stay together
    seen = torch.cat([y for _, y in batches])
    if shuffle:
        assert seen.unique().numel() == len(seen)
    else:
        assert torch.equal(seen, torch.arange(N)[: len(seen)])
    if not drop_last:
        assert torch.equal(seen.sort().values, torch.arange(N))


def test_uint8_without_transform_equals_to_tensor(digits):
    x, y = next(iter(TensorLoader(digits, 64)))
    assert x.dtype == torch.float32
    assert y.dtype == torch.int64
    for n in range(64):
        assert torch.equal(x[n], to_tensor(to_pil_image(digits.images[n])))
    assert torch.equal(y, digits.labels[:64])


def test_a_transform_sees_the_stored_batch(digits):
    seen = []

    def look(x):
        seen.append((x.dtype, x.shape))
        return x

    x, _ = next(iter(TensorLoader(digits, 32, transform=look)))
    assert seen == [(torch.uint8, (32, 1, 28, 28))]
    assert x.dtype == torch.float32  # still bytes after the transform, so scaled
    assert x.max() == 1


def test_an_epoch_depends_on_seed_and_epoch_only(digits):
    def epochs(loader, count):
        return [torch.cat([x for x, _ in loader]) for _ in range(count)]

    small = digits.subset(range(300))
    make = lambda seed=0: TensorLoader(small, 64, shuffle=True, transform=AUGMENT, seed=seed)  # noqa: E731
    first = epochs(make(), 3)
    assert not torch.equal(first[0], first[1])
    torch.manual_seed(99)  # the global generator plays no part
    assert all(map(torch.equal, first, epochs(make(), 3)))
    assert not torch.equal(first[0], epochs(make(seed=1), 1)[0])
    resumed = make()
    resumed.epoch = 2
    assert torch.equal(epochs(resumed, 1)[0], first[2])
    assert resumed.epoch == 3


def test_seed_and_epoch_do_not_stand_in_for_each_other():
    orders = {}
    for seed in range(5):
        loader = TensorLoader(numbered(), seed=seed, shuffle=True)
        for epoch in range(5):
            orders[seed, epoch] = tuple(order(loader).tolist())
    assert len(set(orders.values())) == 25


def test_every_position_is_as_likely():
    loader = TensorLoader(numbered(5), batch_size=5, shuffle=True)
    places = torch.stack([order(loader) for _ in range(1000)])
    for sample in range(5):
        counts = (places == sample).float().mean(0)
        assert (counts - 0.2).abs().max() < 0.06  # 4.7 standard deviations


def test_the_global_generator_is_left_alone(digits):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    list(TensorLoader(digits.subset(range(100)), 50, shuffle=True, transform=AUGMENT))
    assert torch.equal(torch.get_rng_state(), before)


def test_an_epoch_that_is_broken_off_does_not_count():
    loader = TensorLoader(numbered(), batch_size=4, shuffle=True)
    iterator = iter(loader)
    first = next(iterator)[1]
    iterator.close()
    assert loader.epoch == 0
    assert torch.equal(order(loader)[:4], first)
    assert loader.epoch == 1


def test_iterators_of_one_loader_do_not_disturb_each_other(digits):
    loader = TensorLoader(digits.subset(range(90)), 30, shuffle=True, transform=AUGMENT)
    for (x, y), (x2, y2) in zip(loader, loader, strict=False):
        assert torch.equal(x, x2)
        assert torch.equal(y, y2)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("transform", [None, lambda x: x])
def test_changing_a_batch_leaves_the_data_alone(shuffle, transform):
    data = numbered()
    before = copy.deepcopy(data.tensors)
    for x, y in TensorLoader(data, 4, shuffle=shuffle, transform=transform):
        x.zero_()
        y.zero_()
    assert all(map(torch.equal, data.tensors, before))


def test_transforms_of_torchvision_work(digits):
    pipeline = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5])])
    x, _ = next(iter(TensorLoader(digits, 16, transform=pipeline)))
    ours, _ = next(iter(TensorLoader(digits, 16, transform=T.Normalize(0.5, 0.5))))
    torch.testing.assert_close(x, ours)


def test_any_tensor_dataset_with_any_number_of_tensors():
    data = polynomial(10)
    features, y = next(iter(TensorLoader(data, 4)))
    assert features.shape == (4, 20)
    assert torch.equal(y, data.tensors[1][:4])
    N = 6
    triple = TensorDataset(torch.rand(N, 2), torch.arange(N), torch.rand(N))
    assert [len(t) for t in next(iter(TensorLoader(triple, 4)))] == [4, 4, 4]
    assert [t.shape for t in next(iter(TensorLoader(TensorDataset(torch.rand(N)))))] == [(6,)]


def test_repr_names_the_set_and_the_batches(digits):
    text = repr(TensorLoader(digits, 128, shuffle=True))
    assert "MNIST5k training set" in text
    assert "32 batches of 128" in text


class Lazy(Dataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: TensorLoader(Lazy()), TypeError, "TensorDataset, not Lazy"),
        (lambda: TensorLoader([1, 2]), TypeError, "TensorDataset, not list"),
        (lambda: TensorLoader(TensorDataset(torch.empty(0, 2))), ValueError, "empty"),
        (lambda: TensorLoader(numbered(), 0), ValueError, "batch_size, not 0"),
        (lambda: TensorLoader(numbered(), 2.5), ValueError, "batch_size, not 2.5"),
        (lambda: TensorLoader(numbered(), True), ValueError, "batch_size, not True"),
        (lambda: TensorLoader(numbered(), seed=-1), ValueError, "seed, not -1"),
        (lambda: TensorLoader(numbered(), transform=3), TypeError, "callable"),
        (lambda: TensorLoader(numbered(), 24, drop_last=True), ValueError, "no batch of 24 out"),
        (lambda: setattr(TensorLoader(numbered()), "epoch", -1), ValueError, "epoch, not -1"),
        (lambda: TensorLoader(numbered(), device="cudo"), ValueError, "cudo"),
    ],
)
def test_bad_input_is_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_same_batches_on_a_gpu(gpu, digits, shuffle):
    on_cpu = TensorLoader(digits, 256, shuffle=shuffle, transform=AUGMENT)
    on_gpu = TensorLoader(digits, 256, shuffle=shuffle, transform=AUGMENT, device=gpu)
    for (x, y), (x2, y2) in zip(on_cpu, on_gpu, strict=True):
        assert x2.is_cuda
        assert y2.is_cuda
        torch.testing.assert_close(x2.cpu(), x)
        assert torch.equal(y2.cpu(), y)


def test_faster_than_a_dataloader_by_far(digits):
    """The aim is 25 times; a quarter of that still shows a loader that is built right."""
    data = ImageDataset(digits.images, digits.labels, digits.classes)

    class Pictures(Dataset):
        def __len__(self):
            return len(data)

        def __getitem__(self, index):
            return to_tensor(to_pil_image(data.images[index])), int(data.labels[index])

    def seconds(loader):
        start = time.perf_counter()
        for _ in loader:
            pass
        return time.perf_counter() - start

    ours, peer = TensorLoader(data, 128, shuffle=True), DataLoader(Pictures(), 128, shuffle=True)
    seconds(ours)  # warm-up
    assert min(seconds(ours) for _ in range(5)) < min(seconds(peer) for _ in range(2)) / 6


def test_pixels_are_divided_exactly_as_by_a_number():
    images = torch.arange(256, dtype=torch.uint8).reshape(256, 1, 1, 1)
    data = ImageDataset(images, torch.zeros(256).long(), ("a", "b"))
    ((x, _),) = TensorLoader(data, 256)
    assert torch.equal(x, images.float() / 255)
