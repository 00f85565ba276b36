"""Texts, the vocabulary, and the windows that are cut out of a text."""

import os
from pathlib import Path

import pytest
import torch

from dlcourse import datasets
from dlcourse.datasets import RandomWindows, SequentialWindows, Vocabulary


def test_python_docs_says_everything_once():
    text = datasets.python_docs()
    assert len(text) > 200_000
    paragraphs = [" ".join(p.split()) for p in text.split("\n\n")]
    assert len(set(paragraphs)) == len(paragraphs)
    assert "" not in paragraphs
    assert text == datasets.python_docs()


def test_python_docs_loses_no_paragraph_but_tables():
    from pydoc_data.topics import topics

    def paragraphs(text):
        return {" ".join(p.split()) for p in text.split("\n\n")} - {""}

    kept = paragraphs(datasets.python_docs())
    everything = set().union(*map(paragraphs, topics.values()))
    assert kept <= everything
    assert all(lost.startswith("+-") for lost in everything - kept)
    assert not any("---+" in paragraph for paragraph in kept)


def test_python_docs_without_the_module(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pydoc_data.topics", None)
    with pytest.raises(RuntimeError, match="install the full Python"):
        datasets.python_docs()


@pytest.mark.parametrize("name", ["timemachine.txt", "timemachine/timemachine.txt"])
def test_time_machine_is_read_as_it_stands(name, tmp_path, monkeypatch):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("I\n\nThe Time Traveller (for so…\n", encoding="utf-8")
    assert datasets.time_machine(tmp_path) == path.read_text(encoding="utf-8")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert datasets.load("time_machine").startswith("I\n")
    assert datasets.available()["time_machine"].at_hand


def test_a_byte_order_mark_is_no_character_of_the_novel(tmp_path):
    text = "The Time Traveller (for so it will be convenient to speak of him)"
    (tmp_path / "timemachine.txt").write_text(text, encoding="utf-8-sig")
    assert datasets.time_machine(tmp_path) == text


def test_time_machine_missing_or_wrong(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"python_docs\(\) needs no file"):
        datasets.time_machine(tmp_path)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert "python_docs serves without" in datasets.available()["time_machine"].detail
    path = tmp_path / "timemachine.txt"
    path.write_text("404: not found")
    with pytest.raises(ValueError, match="is not The Time Machine"):
        datasets.time_machine(tmp_path)
    path.write_bytes(b"The Time Traveller \xff")
    with pytest.raises(ValueError, match="not UTF-8"):
        datasets.time_machine(tmp_path)


@pytest.mark.skipif("DLCOURSE_DATA" not in os.environ, reason="DLCOURSE_DATA is not set")
def test_the_real_time_machine():
    if not datasets.available()["time_machine"].at_hand:
        pytest.skip("The Time Machine is not in DLCOURSE_DATA")
    assert 150_000 < len(datasets.time_machine(Path(os.environ["DLCOURSE_DATA"]))) < 250_000


def test_vocabulary_numbers_by_falling_frequency():
    vocabulary = Vocabulary("bbaaacd", min_count=2)
    assert vocabulary.tokens == ["<unk>", "a", "b"]
    assert (len(vocabulary), list(vocabulary)) == (3, ["<unk>", "a", "b"])
    assert "a" in vocabulary
    assert "c" not in vocabulary
    numbers = vocabulary.encode("abca")
    assert numbers.dtype == torch.int64
    assert numbers.tolist() == [1, 2, 0, 1]
    assert vocabulary.decode(numbers) == ["a", "b", "<unk>", "a"]


def test_vocabulary_of_words_with_specials():
    vocabulary = Vocabulary(["to", "be", "or", "not", "to", "be"], specials=["<pad>", "<unk>"])
    assert vocabulary.tokens == ["<pad>", "<unk>", "be", "to", "not", "or"]
    assert vocabulary.encode(["to", "sleep"]).tolist() == [3, 1]


def test_vocabulary_numbers_depend_on_the_text_alone():
    assert Vocabulary("ab").tokens == Vocabulary("ba").tokens


def test_a_character_outside_the_vocabulary():
    vocabulary = Vocabulary("abc", specials=[])
    assert vocabulary.encode("cab").tolist() == [2, 0, 1]
    with pytest.raises(KeyError, match=r"'é' is not in this vocabulary of 3 tokens"):
        vocabulary.encode("abé")


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Vocabulary(""), ValueError, "no token"),
        (lambda: Vocabulary("ab", min_count=2), ValueError, "occurs 2 times"),
        (lambda: Vocabulary("ab", min_count=0), ValueError, "min_count"),
        (lambda: Vocabulary([1, 2]), TypeError, "type str"),
        (lambda: Vocabulary("ab", specials="<unk>"), TypeError, "list of special"),
        (lambda: Vocabulary("ab", specials=["<unk>", "<unk>"]), ValueError, "twice"),
        (lambda: Vocabulary("ab").decode([0, 3]), ValueError, "3 is none"),
        (lambda: Vocabulary("ab").decode([-1]), ValueError, "-1 is none"),
    ],
)
def test_bad_vocabularies_are_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_sequential_windows_continue_each_other():
    batches = list(SequentialWindows(range(11), num_steps=2, batch_size=2))
    assert [x.tolist() for x, _ in batches] == [[[0, 1], [5, 6]], [[2, 3], [7, 8]]]
    assert all(y.equal(x + 1) for x, y in batches)


@pytest.mark.parametrize("seed", range(5))
def test_sequential_windows_of_random_sizes(seed):
    n, N, T = torch.randint(1, 9, (3,), generator=torch.Generator().manual_seed(seed)).tolist()
    n += N * T
    windows = SequentialWindows(torch.arange(n), T, N)
    batches = list(windows)
    assert len(batches) == len(windows) == ((n - 1) // N) // T
    rows = torch.cat([x for x, _ in batches], dim=1)  # (N, steps): each row in one piece
    assert rows.diff(dim=1).eq(1).all()
    assert rows.unique().numel() == rows.numel()
    assert all(y.equal(x + 1) for x, y in batches)


@pytest.mark.parametrize("seed", range(5))
def test_random_windows_use_no_token_twice(seed):
    n, N, T = torch.randint(1, 9, (3,), generator=torch.Generator().manual_seed(seed)).tolist()
    n += (N + 1) * T
    windows = RandomWindows(torch.arange(n), T, N, seed=seed)
    for epoch in range(20):
        batches = list(windows)
        assert len(batches) == len(windows) == (n // T - 1) // N
        xs = torch.cat([x for x, _ in batches])
        assert xs.shape == (len(windows) * N, T)
        assert xs.diff(dim=1).eq(1).all()
        assert xs.unique().numel() == xs.numel()
        assert all(y.equal(x + 1) for x, y in batches)
        assert windows.epoch == epoch + 1


def test_random_windows_depend_on_seed_and_epoch_alone():
    text = torch.arange(500)
    one, two = RandomWindows(text, 5, 4, seed=1), RandomWindows(text, 5, 4, seed=1)
    first, second = list(one), list(one)
    two.epoch = 1
    assert all(a[0].equal(b[0]) for a, b in zip(second, two, strict=True))
    assert not first[0][0].equal(second[0][0])
    assert not first[0][0].equal(next(iter(RandomWindows(text, 5, 4, seed=2)))[0])
    # The cuts fall elsewhere in other epochs.
    assert len({int(next(iter(one))[0][0, 0]) % 5 for _ in range(4) if list(one)}) > 1


@pytest.mark.parametrize("kind", [RandomWindows, SequentialWindows])
def test_batches_may_be_changed(kind):
    windows = kind(torch.arange(100), 5, 2)
    for x, y in windows:
        x.zero_()
        y.zero_()
    assert windows.numbers.equal(torch.arange(100))


@pytest.mark.parametrize(
    ("kind", "least"), [(RandomWindows, 3 * 10), (SequentialWindows, 2 * 10 + 1)]
)
def test_a_text_shorter_than_one_batch(kind, least):
    assert len(kind(torch.arange(least), 10, 2)) == 1
    with pytest.raises(ValueError, match=f"a text of {least - 1} tokens .* at least {least}"):
        kind(torch.arange(least - 1), 10, 2)
    with pytest.raises(ValueError, match="a text of 0 tokens"):
        kind(torch.arange(0), 10, 2)


@pytest.mark.parametrize("kind", [RandomWindows, SequentialWindows])
@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((torch.rand(99), 5, 2), TypeError, "integers, not torch.float32"),
        ((torch.ones(9, 9, dtype=torch.long), 5, 2), ValueError, r"not \(9, 9\)"),
        ((torch.arange(99), 0, 2), ValueError, "num_steps"),
        ((torch.arange(99), 5, 0), ValueError, "batch_size"),
        ((torch.arange(99), 5, True), ValueError, "batch_size"),
    ],
)
def test_bad_windows_are_named(kind, arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        kind(*arguments)
    assert kind.__name__ in str(caught.value)
