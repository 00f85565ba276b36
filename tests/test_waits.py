"""A GPU is not waited for: how often training looks at it, and what it looks at before.

torch's device "meta" stands in for a GPU: its tensors have shapes and no values, so that each look
at a value is an error there. All looks of `fit` go through `parts.numbers`, which is counted.
"""

import math
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import TensorDataset

from dlcourse import datasets, metrics, models, runtime, training, transforms
from dlcourse.training import batches as batches_module
from dlcourse.training import graphs, parts
from dlcourse.training.batches import Batches

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
LOOKS = parts.STEPS_BETWEEN_LOOKS
AUGMENT = transforms.Compose(
    [
        transforms.RandomCrop(28, padding=2),
        transforms.RandomHorizontalFlip(),
        transforms.RandomAffine(10, (0.1, 0.1), (0.9, 1.1)),
        transforms.Normalize(0.1, 0.3),
        transforms.Resize(14),
    ]
)


def loader(number, device=None):
    """``number`` batches of two images, augmented."""
    data = datasets.MNIST5k().subset(range(2 * number))
    made = datasets.TensorLoader(data, 2, shuffle=True, transform=AUGMENT)
    made.tensors = tuple(t.to(device) for t in made.tensors)  # the data set stays where it is
    return made


def small(device):
    with torch.device(device):
        return nn.Sequential(nn.Conv2d(1, 2, 3, stride=4), nn.Flatten(), nn.Linear(18, 10))


class WaitingCopies(TorchDispatchMode):
    """Counts the copies between the CPU and the stand-in that would wait for it."""

    def __init__(self):
        super().__init__()
        self.waiting = self.all = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if func is torch.ops.aten._to_copy.default and args[0].device != out.device:
            self.all += 1
            self.waiting += not kwargs.get("non_blocking")
        return out


def train(model, data, **kw):
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    kw = {"clip_grad_norm": 1.0, "epochs": 1, "progress": False} | kw
    return training.fit(model, data, optimizer=optimizer, **kw)


@pytest.fixture
def looks(monkeypatch):
    """The values that were looked at, look by look; of what has none, ones."""
    found = []

    def numbers(values):
        found.append(values)
        return [1.0 for _ in values]

    monkeypatch.setattr(parts, "numbers", numbers)
    return found


@pytest.mark.parametrize("number", [3, LOOKS + 10])
def test_an_epoch_looks_once_in_fifty_batches(looks, number):
    data = loader(number, "meta")
    with WaitingCopies() as copies:
        train(small("meta"), data)
    # One at the end of the epoch; if there was nothing new, it would cost nothing.
    assert len([values for values in looks if values]) == 1 + number // LOOKS
    assert copies.waiting == 0
    assert copies.all > number  # those that were counted are those of the augmentation


def test_evaluation_looks_once(looks):
    training.evaluate(small("meta"), loader(5, "meta"))
    assert len(looks) == 1


def test_a_look_in_every_batch_would_be_noticed():
    def peeking(output, target):
        return metrics.accuracy(output, target).item()

    with pytest.raises(RuntimeError, match="meta"):
        train(small("meta"), loader(2, "meta"), metrics={"accuracy": peeking})


def test_numbers_of_several_kinds_come_in_their_order():
    values = [3, torch.tensor(0.1), torch.tensor(7), torch.tensor(0.2, dtype=torch.float64), 0.5]
    assert parts.numbers(values) == [3, pytest.approx(0.1), 7, 0.2, 0.5]


# ---------------------------------------------------------------- what is out of range


class Watched(nn.Module):
    """Notes what it is called with while values may be looked at, and how."""

    def __init__(self):
        super().__init__()
        self.seen, self.head = [], nn.Linear(1, 1)

    def forward(self, *inputs):
        assert not self.training
        assert not torch.is_grad_enabled()
        assert not runtime.unseen(torch.empty(1, device="meta"))
        self.seen.append(inputs)


def watch(data, monkeypatch, passes=1):
    """What a model is shown of data on its way to a device that cannot be looked at."""
    monkeypatch.setattr(batches_module, "send", lambda tensor, device: tensor)
    model = Watched()
    going = Batches("data", data, nn.MSELoss(), torch.device("meta"), model)
    for _ in range(passes):
        for _ in going:
            assert runtime.unseen(torch.empty(1, device="meta"))
    assert model.training
    return model.seen


def test_batches_from_the_cpu_are_shown_where_their_numbers_are_new(monkeypatch):
    y = torch.zeros(2)
    rows = [[3, 4], [4, 3], [2, 4], [4, 9], [9, 2]]
    data = [(torch.tensor(row), y) for row in rows]
    seen = watch(data, monkeypatch, passes=2)
    assert [x.tolist() for (x,) in seen] == [rows[0], rows[2], rows[3]]


def test_images_are_not_shown(monkeypatch):
    assert watch([(torch.rand(2, 3), torch.zeros(2))] * 3, monkeypatch) == []


def test_extreme_examples_are_those_of_the_largest_and_smallest_numbers():
    text = torch.tensor([5, 3, 8, 4, 4, 4, 4, 4, 1])
    for windows in (datasets.RandomWindows, datasets.SequentialWindows):
        (x,) = windows(text, 2, 1).extremes()
        assert x.shape == (2, 2)
        assert {1, 8} <= set(x.flatten().tolist())
    (x,) = datasets.TensorLoader(TensorDataset(text, text), 2).extremes()
    assert x.tolist() == [1, 8]
    data = datasets.TranslationDataset(datasets.phrasebook("train", size=50))
    source, lengths, target = datasets.PooledLoader(data).extremes()
    assert source.max() == data.source.max()
    assert target.max() == data.target.max()
    assert {int(lengths.min()), int(lengths.max())} == {
        int(data.source_lengths.min()),
        int(data.source_lengths.max()),
    }


def test_extreme_examples_show_that_a_vocabulary_does_not_fit():
    data = datasets.TranslationDataset(datasets.phrasebook("train", size=50))
    sizes = len(data.source_vocabulary), len(data.target_vocabulary)
    inputs = datasets.PooledLoader(data).extremes()
    models.Seq2Seq(*sizes, 4, 4)(*inputs)
    for smaller, name in (
        ((sizes[0] - 1, sizes[1]), "source"),
        ((sizes[0], sizes[1] - 1), "target"),
    ):
        with pytest.raises(ValueError, match=f"tokens must lie in .* in {name}"):
            models.Seq2Seq(*smaller, 4, 4)(*inputs)


def test_windows_refuse_negative_numbers():
    with pytest.raises(ValueError, match="0 or more, got -1"):
        datasets.RandomWindows([1, 2, -1, 3, 4, 5], 1, 2)


def test_a_batch_on_a_gpu_weighs_as_many_labels_as_count_whatever_the_first_one_held(looks):
    y = torch.zeros(2, 3, dtype=torch.int64, device="meta")
    data = Batches("data", [(y, y)], nn.CrossEntropyLoss(), torch.device("meta"), nn.Identity())
    data._labels = batches_module.Labels(0, 1, True)
    assert isinstance(data._counted(y, number=2), Tensor)


# ---------------------------------------------------------------- on a GPU


@contextmanager
def waiting(mode):
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode(mode)
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


@pytest.fixture
def allowed(monkeypatch):
    """Where each wait is an error: those in `parts.numbers`, which are counted, and recording."""
    count, real, record = [], parts.numbers, graphs.Recorder.record

    def numbers(values):
        count.append(len(values))
        with waiting("default"):
            return real(values)

    def recorded(self, work):
        with waiting("default"):
            return record(self, work)

    monkeypatch.setattr(parts, "numbers", numbers)
    monkeypatch.setattr(graphs.Recorder, "record", recorded)
    return count


@needs_cuda
@pytest.mark.parametrize(
    "kw",
    [{}, {"amp": torch.bfloat16}, {"memory_format": torch.channels_last}, {"optimizer": "fused"}],
    ids=str,
)
def test_cuda_is_waited_for_once_in_fifty_batches(allowed, kw):
    number, model = LOOKS + 10, small("cuda")
    data = loader(number, "cuda")
    kw = dict(kw)
    fused = kw.pop("optimizer", None) == "fused"
    optimizer = torch.optim.Adam(model.parameters(), 0.001, fused=fused)
    kw |= {"optimizer": optimizer, "progress": False, "clip_grad_norm": 1.0}
    training.fit(model, data, epochs=1, **kw)  # libraries load themselves
    allowed.clear()
    with waiting("error"):
        training.fit(model, data, epochs=1, **kw)
    assert len(allowed) == 2


@needs_cuda
@pytest.mark.parametrize("graphed", [False, True])
def test_cuda_is_not_waited_for_by_batches_from_the_cpu(allowed, graphed):
    number, model = 20, small("cuda")
    optimizer = torch.optim.SGD(model.parameters(), 0.001)
    kw = {"optimizer": optimizer, "progress": False, "epochs": 1}
    training.fit(model, loader(3), **kw)
    allowed.clear()
    with waiting("error"):
        training.fit(model, loader(number), compile="cuda-graph" if graphed else False, **kw)
    assert len(allowed) == 1


def test_on_a_gpu_epochs_are_those_of_the_cpu_bit_for_bit(gpu):
    still = transforms.Compose([transforms.RandomCrop(28, 3), transforms.RandomHorizontalFlip()])
    sets = [datasets.MNIST5k().subset(range(90))] * 2
    a, b = (
        datasets.TensorLoader(data, 20, shuffle=True, transform=still, device=device)
        for data, device in zip(sets, ("cpu", gpu), strict=True)
    )
    for (x, y), (there, labels) in zip(a, b, strict=True):
        assert torch.equal(there.cpu(), x)
        assert torch.equal(labels.cpu(), y)


def still_usable(gpu):
    return torch.ones(3, device=gpu).sum().item() == 3


TEXT = torch.arange(400) % 30


@pytest.mark.parametrize(
    "windows", [datasets.RandomWindows, datasets.SequentialWindows, "list", "list on the GPU"]
)
def test_on_a_gpu_a_token_out_of_range_is_named_and_the_process_goes_on(gpu, windows):
    model = models.RecurrentNet(29, 8).to(gpu)
    if isinstance(windows, str):
        data = list(datasets.SequentialWindows(TEXT, 10, 2))
        if windows == "list on the GPU":
            data = [(x.to(gpu), y.to(gpu)) for x, y in data]
            data = [(x, y) for x, y in data if int(x.max()) == 29]
    else:
        data = windows(TEXT, 10, 2, device=gpu)
    with pytest.raises(ValueError, match=r"tokens must lie in 0 … 28, got 29|labels run from"):
        train(model, data, metrics=None)
    assert still_usable(gpu)
    with pytest.raises(ValueError, match=r"tokens must lie in 0 … 28, got 29|labels run from"):
        training.evaluate(model, data, metrics=None)
    assert still_usable(gpu)


def test_on_a_gpu_searches_and_samples_check_what_they_are_given(gpu):
    data = datasets.TranslationDataset(datasets.phrasebook("train", size=50), device=gpu)
    sizes = len(data.source_vocabulary) - 1, len(data.target_vocabulary)
    sentences = [pair.source for pair in data.pairs]
    for network in (models.Seq2Seq, models.AttentionSeq2Seq, models.Transformer):
        model = network(*sizes).to(gpu)
        with pytest.raises(ValueError, match="in source"):
            models.translate(model, data, sentences)
        with pytest.raises(ValueError, match="source_lengths must lie in"):
            models.greedy_search(model, data.source[:2] * 0, data.source_lengths[:2] + 99, 3)
        assert still_usable(gpu)
    with pytest.raises(ValueError, match="got 40"):
        models.sample(models.RecurrentNet(40, 8).to(gpu), [3, 40], 2)
    assert still_usable(gpu)


def test_on_a_gpu_a_class_out_of_range_is_named_and_the_process_goes_on(gpu):
    x, y = torch.rand(8, 4), torch.full((8,), 7)
    for data in (
        [(x, y)],
        [(x.to(gpu), y.to(gpu))],
        datasets.TensorLoader(TensorDataset(x, y), 4, device=gpu),
        datasets.TensorLoader(TensorDataset(x.to(gpu), y.to(gpu)), 4),
    ):
        model = models.MLP([4, 8, 3]).to(gpu)
        with pytest.raises(ValueError, match="labels run from 7 to 7"):
            train(model, data)
        assert still_usable(gpu)


@needs_cuda
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_cuda_generators_of_either_device_are_taken(device):
    def generator():
        return torch.Generator(device).manual_seed(3)

    for place in ("cpu", "cuda"):
        model = models.RecurrentNet(40, 8).to(place)
        a, b = (models.sample(model, [3], 20, generator=generator()) for _ in range(2))
        assert torch.equal(a, b)
        images = torch.rand(6, 1, 30, 30, device=place)
        a, b = (AUGMENT(images, generator()) for _ in range(2))
        assert a.device.type == place
        assert torch.equal(a, b)
        assert math.isfinite(a.sum().item())
