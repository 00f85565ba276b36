"""The translation model with attention, and the measure of its alignment."""

import pytest
import torch
from torch import nn

from dlcourse import datasets, training
from dlcourse.datasets import Pair
from dlcourse.models import AttentionSeq2Seq, Seq2Seq, alignment_accuracy

KINDS = ["additive", "dot"]


def batch(N=3, S=6, T=5):
    lengths = torch.randint(1, S + 1, (N,))
    lengths[0] = S
    source = torch.randint(4, 9, (N, S)) * (torch.arange(S) < lengths[:, None])
    return source, lengths, torch.randint(4, 11, (N, T))


@pytest.mark.parametrize("attention", KINDS)
@pytest.mark.parametrize("num_layers", [1, 2])
def test_steps_by_hand(attention, num_layers):
    torch.manual_seed(num_layers)
    model = AttentionSeq2Seq(9, 11, 4, 8, num_layers, attention=attention)
    source, lengths, target = batch()
    scores, weights = model(source, lengths, target, need_weights=True)
    assert scores.shape == (3, 11, 5)
    torch.testing.assert_close(scores, model(source, lengths, target))
    for n, length in enumerate(lengths.tolist()):
        keys, hidden = model.encoder.recurrent(model.encoder.embedding(source[n : n + 1, :length]))
        for t in range(5):
            context, weight = model.attention(hidden[-1][:, None], keys, keys)
            torch.testing.assert_close(weights[n, t, :length], weight[0, 0])
            assert (weights[n, t, length:] == 0).all()
            x = torch.cat([model.embedding(target[n : n + 1, t : t + 1]), context], dim=2)
            output, hidden = model.decoder(x, hidden)
            torch.testing.assert_close(scores[n, :, t], model.linear(output)[0, 0])


@pytest.mark.parametrize("attention", KINDS)
def test_steps_equal_forward_and_padding_changes_nothing(attention):
    model = AttentionSeq2Seq(9, 11, 4, 8, attention=attention)
    source, lengths, target = batch()
    want = model(source, lengths, target)
    wider = nn.functional.pad(source, (0, 3), value=5)
    torch.testing.assert_close(model(wider, lengths, target), want)
    state = model.encode(source, lengths)
    assert all(len(part) == 3 for part in state)
    for t in range(5):
        scores, state = model.decode_step(target[:, t], state)
        torch.testing.assert_close(scores, want[:, :, t])


def test_a_state_s_rows_can_be_chosen():
    model = AttentionSeq2Seq(9, 11, 4, 8)
    source, lengths, target = batch()
    rows = torch.tensor([2, 0, 2])
    _, state = model.decode_step(target[:, 0], model.encode(source, lengths))
    chosen = tuple(part[rows] for part in state)
    scores, _ = model.decode_step(target[rows, 1], chosen)
    torch.testing.assert_close(scores, model(source, lengths, target)[rows, :, 1])


def test_without_attention_the_rest_is_seq2seq():
    """Where all states are alike, attention answers with the context of the plain model."""
    model, plain = AttentionSeq2Seq(9, 11, 4, 8), Seq2Seq(9, 11, 4, 8)
    plain.load_state_dict({k: v for k, v in model.state_dict().items() if "attention" not in k})
    source, target = torch.randint(4, 9, (3, 1)), torch.randint(4, 11, (3, 5))
    lengths = torch.ones(3, dtype=torch.int64)  # one token: nothing to choose from
    torch.testing.assert_close(model(source, lengths, target), plain(source, lengths, target))


def test_it_learns_to_say_words_backwards():
    torch.manual_seed(0)
    source = torch.randint(4, 12, (600, 6))
    words = source.flip(1)
    target = torch.cat([torch.ones(600, 1, dtype=torch.int64), words[:, :-1]], dim=1)
    lengths = torch.full((600,), 6)
    model = AttentionSeq2Seq(12, 12, 16, 32)
    batches = [
        ((source[i : i + 60], lengths[i : i + 60], target[i : i + 60]), words[i : i + 60])
        for i in range(0, 600, 60)
    ]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = training.fit(
        model, batches, optimizer=optimizer, epochs=14, metrics=None, progress=False
    )
    assert history["train_loss"][-1] < 0.2


def test_it_learns_from_the_phrasebook_s_batches():
    pairs = datasets.phrasebook("train", size=60, max_clauses=1)
    train = datasets.TranslationDataset(pairs)
    model = AttentionSeq2Seq(len(train.source_vocabulary), len(train.target_vocabulary), 8, 8)
    loader = datasets.PooledLoader(train, 20)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = training.fit(
        model, loader, optimizer=optimizer, epochs=3, metrics=None, progress=False
    )
    assert history["train_loss"][-1] < history["train_loss"][0]


def test_alignment_accuracy_by_hand():
    weights = torch.tensor([[[0.6, 0.4], [0.1, 0.9]], [[0.5, 0.5], [0.3, 0.7]]])
    pairs = [Pair("", "", ((0, 0), (1, 0), (1, 1))), Pair("", "", ((0, 1),))]
    assert alignment_accuracy(weights, pairs) == pytest.approx(2 / 3)
    assert alignment_accuracy(weights[:1], pairs[:1]) == 1


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([Pair("a", "b", ((0, 0),))] * 2, r"need weights of shape \(2, T, S\)"),
        ([Pair("a", "b", None)], "no alignment is known of pair 0, 'a'"),
        ([Pair("a", "b", ((3, 0),))], r"\(3, 0\) of pair 0 is outside"),
        ([Pair("a", "b", ())], "no token"),
    ],
)
def test_alignment_accuracy_refuses(pairs, message):
    with pytest.raises(ValueError, match=message):
        alignment_accuracy(torch.zeros(1, 3, 2), pairs)


def test_the_model_refuses():
    with pytest.raises(ValueError, match="one of additive, dot, got 'cosine'"):
        AttentionSeq2Seq(9, 11, 4, 8, attention="cosine")
    model = AttentionSeq2Seq(9, 11, 4, 8)
    source, lengths, target = batch()
    with pytest.raises(ValueError, match="tokens must lie in 0 … 10, got 11"):
        model(source, lengths, target.fill_(11))
    with pytest.raises(ValueError, match="source_lengths must lie in 1 … 6, got 0"):
        model(source, lengths * 0, target)
