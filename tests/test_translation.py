"""Translation: pairs as tensors, batches of like length, the encoder-decoder."""

import collections

import pytest
import torch
import torch.nn.functional as F

from dlcourse import models, training
from dlcourse.datasets import Pair, PooledLoader, TranslationDataset, Vocabulary, phrasebook
from dlcourse.datasets.vocabulary import TRANSLATION_SPECIALS

PAIRS = [
    Pair("Go.", "Va !"),
    Pair("The cat sleeps.", "Le chat dort."),
    Pair("Does the cat see it?", "Est-ce que le chat le voit ?"),
]


def test_a_dataset_holds_what_its_sentences_say():
    data = TranslationDataset(PAIRS)
    assert [t.shape for t in data.tensors] == [(3, 7), (3,), (3, 9), (3,)]
    assert all(t.dtype == torch.int64 for t in data.tensors)
    assert data.source_lengths.tolist() == [3, 5, 7]
    assert data.target_lengths.tolist() == [4, 6, 9]
    assert data.source_vocabulary.tokens[:4] == ["<pad>", "<bos>", "<eos>", "<unk>"]
    assert data.source_vocabulary.decode(data.source[1]) == (
        ["the", "cat", "sleeps", ".", "<eos>", "<pad>", "<pad>"]
    )
    assert data.target_vocabulary.decode(data.target[0]) == (
        ["<bos>", "va", "!", "<eos>", "<pad>", "<pad>", "<pad>", "<pad>", "<pad>"]
    )
    assert data.labels[0].tolist() == [*data.target[0, 1:4].tolist(), *[-100] * 5]
    assert "3 pairs" in repr(data)


def test_other_sets_take_the_vocabularies_of_training():
    train = TranslationDataset(PAIRS[1:])
    test = TranslationDataset(PAIRS[:1], train.source_vocabulary, train.target_vocabulary)
    assert train.source_vocabulary.decode(test.source[0]) == ["<unk>", ".", "<eos>"]
    part = train.subset([1])
    assert part.pairs == PAIRS[2:]
    assert part.source_vocabulary is train.source_vocabulary
    source, lengths = train.encode(["The dog sleeps.", "A cat?"])
    assert train.source_vocabulary.decode(source[0]) == ["the", "<unk>", "sleeps", ".", "<eos>"]
    assert lengths.tolist() == [5, 4]
    rare = TranslationDataset(PAIRS, min_count=2)
    assert set(rare.target_vocabulary) == {*TRANSLATION_SPECIALS, "le", "chat", "<eos>"}


def test_longer_sentences_are_cut_off_without_an_end():
    data = TranslationDataset(PAIRS, max_length=5)
    assert data.source_vocabulary.decode(data.source[2]) == ["does", "the", "cat", "see", "it"]
    assert data.source_vocabulary.decode(data.source[1]) == ["the", "cat", "sleeps", ".", "<eos>"]
    assert data.target.shape == (3, 6)
    assert data.target_vocabulary.decode(data.target[2, :3]) == ["<bos>", "est-ce", "que"]
    assert data.labels[2].tolist() == data.target[2, 1:].tolist()  # nothing of it is padding


def test_bad_pairs_are_named():
    with pytest.raises(ValueError, match="there are no pairs"):
        TranslationDataset([])
    with pytest.raises(ValueError, match="the target of pair 1 is empty: ' '"):
        TranslationDataset([PAIRS[0], Pair("Go.", " ")])
    with pytest.raises(ValueError, match=r"must begin with the special tokens <pad>, .* <unk>"):
        TranslationDataset(PAIRS, Vocabulary(["go"]))
    with pytest.raises(ValueError, match="at least 1 as max_length, not 0"):
        TranslationDataset(PAIRS, max_length=0)
    with pytest.raises(ValueError, match="the source of pair 0 is empty"):
        TranslationDataset(PAIRS).encode([""])
    with pytest.raises(ValueError, match="a list of at least one sentence"):
        TranslationDataset(PAIRS).encode("Go.")


@pytest.fixture(scope="module")
def data():
    return TranslationDataset(phrasebook(size=600))


def rows(batches):
    """What batches say, sentence by sentence, without padding."""
    for (source, lengths, target), labels in batches:
        for s, n, t, y in zip(source, lengths, target, labels, strict=True):
            m = int((y != -100).sum())
            yield tuple(s[:n].tolist()), tuple(t[:m].tolist()), tuple(y[:m].tolist())


@pytest.mark.parametrize("shuffle", [True, False])
def test_pooled_batches_hold_every_pair_once(data, shuffle):
    loader = PooledLoader(data, 32, shuffle=shuffle, pool=5)
    wanted = collections.Counter(
        (tuple(s[:n].tolist()), tuple(t[: m - 1].tolist()), tuple(t[1:m].tolist()))
        for s, n, t, m in zip(*data.tensors, strict=True)
    )
    batches = list(loader)
    assert len(batches) == len(loader) == 19
    assert collections.Counter(rows(batches)) == wanted
    for (source, lengths, target), labels in batches:
        assert source.shape[1] == lengths.max()
        assert target.shape == labels.shape
        real = labels != -100
        assert real.any(dim=0).all()
        assert (target[:, 0] == 1).all()
        assert (labels.masked_fill(~real, 2) == torch.where(real, labels, 2)).all()
        assert (source == 0).sum() == (source.shape[1] - lengths).sum()


def test_pooling_saves_padding_and_varies(data):
    def ratio(pool):
        padded = real = 0
        for (source, lengths, target), labels in PooledLoader(data, 16, pool=pool):
            padded += source.numel() + target.numel()
            real += int(lengths.sum() + (labels != -100).sum())
        return padded / real

    assert ratio(50) < 1.1 < 1.5 < ratio(1)
    loader = PooledLoader(data, 16)
    first, second = list(rows(loader)), list(rows(loader))
    assert first != second
    assert loader.epoch == 2
    loader.epoch = 1
    assert list(rows(loader)) == second
    assert list(rows(PooledLoader(data, 16, seed=1))) != first
    plain = PooledLoader(data, 16, shuffle=False)
    assert list(rows(plain)) == list(rows(plain))


def test_the_loader_says_what_it_takes(data):
    with pytest.raises(TypeError, match="takes a TranslationDataset, not list"):
        PooledLoader([1])
    for name in ("batch_size", "pool"):
        with pytest.raises(ValueError, match=f"at least 1 as {name}, not 0"):
            PooledLoader(data, **{name: 0})


# ---------------------------------------------------------------- the encoder-decoder


def network(data, layers=1, **kw):
    torch.manual_seed(0)
    sizes = len(data.source_vocabulary), len(data.target_vocabulary)
    return models.Seq2Seq(*sizes, 12, 16, num_layers=layers, **kw)


@pytest.mark.parametrize("layers", [1, 2])
def test_padding_changes_no_result(data, layers):
    model = network(data, layers).double()
    (source, lengths, target), labels = next(iter(PooledLoader(data, 8, pool=1)))
    together = model(source, lengths, target)
    assert together.shape == (8, len(data.target_vocabulary), target.shape[1])
    for i in range(8):
        n, t = int(lengths[i]), int((labels[i] != -100).sum())
        alone = model(source[i : i + 1, :n], lengths[i : i + 1], target[i : i + 1, :t])
        torch.testing.assert_close(alone[0], together[i, :, :t])
    other = source.masked_fill(torch.arange(source.shape[1]) >= lengths[:, None], 9)
    assert torch.equal(model(other, lengths, target), together)


@pytest.mark.parametrize("layers", [1, 3])
def test_step_by_step_equals_teacher_forcing(data, layers):
    model = network(data, layers).double()
    (source, lengths, target), _ = next(iter(PooledLoader(data, 5)))
    whole = model(source, lengths, target)
    state = model.encode(source, lengths)
    assert [s.shape for s in state] == [(5, layers, 16), (5, 16)]
    for t in range(target.shape[1]):
        scores, state = model.decode_step(target[:, t], state)
        torch.testing.assert_close(scores, whole[:, :, t])


def test_the_encoder_decoder_by_hand(data):
    """The same from torch's cells, one sentence and one step at a time."""
    model = network(data).double()
    source, target = data.source[3, : data.source_lengths[3]], data.target[3, :4]
    h = torch.zeros(16, dtype=torch.float64)

    def cell(layer, x, h):
        twin = torch.nn.GRUCell(len(x), 16, dtype=torch.float64)
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        twin.load_state_dict({name: getattr(layer, f"{name}_l0") for name in names})
        return twin(x, h)

    for x in model.encoder.embedding(source):
        h = cell(model.encoder.recurrent, x, h)
    context, scores = h, []
    for y in model.embedding(target):
        h = cell(model.decoder, torch.cat([y, context]), h)
        scores.append(model.linear(h))
    found = model(source[None], data.source_lengths[3:4], target[None])
    torch.testing.assert_close(found[0].mT, torch.stack(scores))


def test_fit_reports_the_loss_of_a_token(data):
    model = network(data)
    loader = PooledLoader(data, 64, shuffle=False)
    scores = model(data.source, data.source_lengths, data.target[:, :-1])
    wanted = F.cross_entropy(scores, data.labels).item()
    assert training.evaluate(model, loader, metrics=None)["loss"] == pytest.approx(wanted, rel=1e-5)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = training.fit(
        model, PooledLoader(data, 64), loader, optimizer=optimizer, epochs=3, metrics=None,
        progress=False, clip_grad_norm=1.0,
    )  # fmt: skip
    assert history["train_loss"][-1] < 0.9 * history["train_loss"][0]
    assert history["validation_loss"][-1] < wanted


def test_bad_sequences_are_explained(data):
    model = network(data)
    source, lengths, target = data.source[:2], data.source_lengths[:2], data.target[:2]
    for arguments, error, words in [
        ((source.float(), lengths, target), TypeError, "source must hold numbers of tokens"),
        ((source, lengths, target + 999), ValueError, "tokens must lie in 0 … .* in target"),
        ((source, lengths * 0, target), ValueError, "source_lengths must lie in 1 … .*, got 0"),
        ((source, lengths[:1], target), ValueError, r"source_lengths must have shape \(2,\)"),
        ((source[0], lengths, target), ValueError, r"source must have shape \(N, T\)"),
    ]:
        with pytest.raises(error, match="Seq2Seq: " + words):
            model(*arguments)
    with pytest.raises(ValueError, match="Seq2Seq: hidden_size must be a positive whole number"):
        models.Seq2Seq(5, 5, 8, 0)
    with pytest.raises(ValueError, match=r"dropout must lie in \[0, 1\]"):
        models.Seq2Seq(5, 5, 8, 8, dropout=2)


def test_dropout_acts_in_training_only(data):
    model = network(data, 2, dropout=0.5)
    batch, _ = next(iter(PooledLoader(data, 4)))
    assert not torch.equal(model(*batch), model(*batch))
    model.eval()
    assert torch.equal(model(*batch), model(*batch))


def test_on_a_gpu(gpu, data):
    there = TranslationDataset(data.pairs, device=gpu)
    assert there.subset(range(3)).source.is_cuda
    model = network(data).to(gpu)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loader = PooledLoader(there, 64)
    history = training.fit(
        model, loader, loader, optimizer=optimizer, epochs=2, metrics=None, progress=False
    )
    assert history["validation_loss"][-1] < history["train_loss"][0]
