"""The code that the chapter writes from scratch does what its library twins do."""

import itertools
import math
from collections import Counter

import pytest
import sacrebleu
import torch
from torch.nn import functional as F

from dlcourse import datasets, models, seed_everything, training
from dlcourse.metrics.bleu import bleu
from tests.chapters import definitions

chapter = definitions("machine-translation")
WORDS = ["<pad>", "<bos>", "<eos>", "<unk>", *"abcdefgh"]
# What the chapter's functions find beside them: its constants and vocabularies.
chapter.pad.__globals__.update(
    SPECIALS=tuple(WORDS[:4]), PAD=0, BOS=1, EOS=2, UNK=3, END="<eos>",
    words=WORDS, french={word: n for n, word in enumerate(WORDS)},
)  # fmt: skip


def sentences(rng, count, letters="abcdefgh", longest=9):
    return ["".join(rng.choices(letters, k=rng.randint(1, longest))) for _ in range(count)]


def batch(rng):
    """Source (N, S), lengths (N,), target (N, T), and labels, of tokens 4 … 11."""
    sources = [[rng.randint(4, 11) for _ in s] + [2] for s in sentences(rng, rng.randint(1, 6))]
    targets = [[rng.randint(4, 11) for _ in s] + [2] for s in sentences(rng, len(sources))]
    source, lengths = chapter.pad(sources)
    target, _ = chapter.pad([[1, *t[:-1]] for t in targets])
    return source, lengths, target, chapter.pad(targets, -100)[0]


def both_networks(rng):
    D, H = rng.randint(1, 8), rng.randint(1, 8)
    ours, twin = chapter.EncoderDecoder(12, 12, D, H), models.Seq2Seq(12, 12, D, H)
    with torch.no_grad():
        ours.linear.weight.mul_(4)  # so that the searches do not all find the same
    chapter.copy_weights(ours, twin)
    return ours, twin


def test_tokens_are_the_library_s():
    for pair in datasets.phrasebook("test", 300, seed=3):
        assert chapter.tokenize(pair.source) == datasets.tokenize(pair.source)
        assert chapter.tokenize(pair.target) == datasets.tokenize(pair.target)


def test_numbers_are_the_library_s(rng):
    pairs = [
        datasets.Pair(" ".join(a), " ".join(b))
        for a, b in zip(sentences(rng, 20), sentences(rng, 20), strict=True)
    ]
    least, most = rng.randint(1, 20), rng.randint(1, 12)
    twin = datasets.TranslationDataset(pairs, max_length=most, min_count=1)
    numbers = chapter.build_vocabulary(pair.source for pair in pairs)
    if most > 9:  # the library counts the tokens that are left after the cut
        assert list(numbers) == twin.source_vocabulary.tokens
    numbers = {t: n for n, t in enumerate(twin.source_vocabulary.tokens)}
    for pair, row, length in zip(pairs, twin.source, twin.source_lengths, strict=True):
        assert chapter.encode(pair.source, numbers, most) == row[:length].tolist()
    rare = chapter.build_vocabulary([pair.target for pair in pairs], least)
    text = [token for pair in pairs for token in pair.target.split()]
    if len(rare) > 4:
        assert list(rare) == datasets.Vocabulary(text, least, WORDS[:4]).tokens


def test_padding(rng):
    rows = [list(s.encode()) for s in sentences(rng, 7)]
    padded, lengths = chapter.pad(rows, -5)
    assert padded.shape == (7, max(map(len, rows)))
    assert lengths.tolist() == [len(row) for row in rows]
    for row, n, numbers in zip(padded.tolist(), lengths, rows, strict=True):
        assert row[:n] == numbers
        assert set(row[n:]) <= {-5}


def test_groups_share_no_sentence(rng):
    pairs = [datasets.Pair(rng.choice("abcdefghij"), rng.choice("klmnopqrst")) for _ in range(12)]
    groups = chapter.groups_of(pairs)
    assert sorted((p for group in groups for p in group), key=repr) == sorted(pairs, key=repr)
    for i, group in enumerate(groups):
        for other in groups[i + 1 :]:
            assert chapter.share_known(group, other) == 0
    # Pairs of one group hang together: none of its parts can be taken off.
    assert len(groups) == len(datasets.pairs._linked(pairs))
    if len(groups) > 1:
        train, held_out = chapter.split_right(pairs, 0.5, seed=rng.randint(0, 99))
        assert sorted(train + held_out, key=repr) == sorted(pairs, key=repr)
        assert not held_out or chapter.share_known(train, held_out) == 0
    train, held_out = chapter.split_wrong(pairs, 0.5, seed=0)
    assert sorted(train + held_out, key=repr) == sorted(pairs, key=repr)


def test_groups_of_many_pairs_take_no_square_of_time(rng):
    # In a chain each pair shares a sentence with the next: one group, however long.
    chain = [datasets.Pair(f"s{i // 2}", f"t{(i + 1) // 2}") for i in range(40_000)]
    rng.shuffle(chain)
    (group,) = chapter.groups_of(chain)
    assert len(group) == len(chain)


def test_pieces_are_joined_and_words_can_be_put_together_again(rng):
    assert chapter.join(list("ababa"), ("a", "b")) == ["ab", "ab", "a"]
    counts = {word: rng.randint(1, 9) for word in sentences(rng, 30, "abc")}
    pairs = chapter.learn_pieces(counts, 10)
    assert len(pairs) == 10
    found = Counter()
    for word, n in counts.items():
        for pair in zip(word + "_", word[1:] + "_", strict=False):
            found[pair] += n
    assert found[pairs[0]] == max(found.values())
    for word in counts:
        pieces = [*word, "_"]
        for pair in pairs:
            pieces = chapter.join(pieces, pair)
            assert pair not in itertools.pairwise(pieces)
        assert "".join(pieces) == word + "_"


def test_chrf_equals_sacrebleu(rng):
    references = [s.split("a") for s in sentences(rng, 8, "abcde", 25)]
    hypotheses = [[t for t in r if rng.random() < 0.8] or ["x"] for r in references]
    theirs = sacrebleu.corpus_chrf(
        [" ".join(h) for h in hypotheses], [[" ".join(r) for r in references]]
    ).score
    assert math.isclose(chapter.chrf(hypotheses, references), theirs, abs_tol=1e-9)
    assert chapter.chrf(references, references) == pytest.approx(100)
    assert chapter.chrf([["ab"]], [["cd"]]) == 0


def test_pooled_batches_hold_every_sentence_once(rng):
    lengths = [rng.randint(1, 30) for _ in range(rng.randint(100, 400))]
    batches = chapter.pooled_batches(lengths, 16, seed=1)
    assert sorted(n for b in batches for n in b) == list(range(len(lengths)))
    assert max(map(len, batches)) <= 16
    at_random = chapter.random_batches(lengths, 16, seed=1)
    share, random_share = (chapter.padding_share(lengths, b) for b in (batches, at_random))
    places = sum(len(b) * max(lengths[n] for n in b) for b in at_random)
    assert random_share == 1 - sum(lengths) / places
    assert share < random_share / 2


def test_network_equals_the_library_s(rng):
    ours, twin = both_networks(rng)
    source, lengths, target, _ = batch(rng)
    torch.testing.assert_close(ours(source, lengths, target), twin(source, lengths, target))
    # Neither reads on into the padding.
    wider = F.pad(source, (0, 3), value=7)
    torch.testing.assert_close(ours(wider, lengths, target), twin(source, lengths, target))


def test_loss_equals_cross_entropy(rng):
    *_, labels = batch(rng)
    scores = torch.randn(*labels.shape, 12).mT.requires_grad_()
    ours = chapter.masked_loss(scores, labels)
    torch.testing.assert_close(ours, F.cross_entropy(scores, labels))
    (gradient,) = torch.autograd.grad(ours, scores)
    (wanted,) = torch.autograd.grad(F.cross_entropy(scores, labels), scores)
    torch.testing.assert_close(gradient, wanted)
    real = (labels != -100).float().mean()
    torch.testing.assert_close(chapter.diluted_mean(scores, labels), ours * real)
    torch.testing.assert_close(
        chapter.unmasked_mean(scores, labels), F.cross_entropy(scores, labels.clamp(min=0))
    )


def test_training_equals_fit(rng):
    rows = [
        ([rng.randint(4, 11) for _ in a] + [2], [rng.randint(4, 11) for _ in b] + [2])
        for a, b in zip(sentences(rng, 8), sentences(rng, 8), strict=True)
    ]
    numbers = {word: n for n, word in enumerate(WORDS)}
    chapter.train.__globals__.update(english=numbers, train_rows=rows, lengths=[1] * 8)
    order = [[0, 1, 2], [3, 4], [5, 6, 7]]
    ours, _ = chapter.train(3, epochs=2, H=5, batches=lambda lengths, size, seed: order)
    seed_everything(3)
    start = chapter.EncoderDecoder(12, 12, 64, 5)
    twin = models.Seq2Seq(12, 12, 64, 5)
    chapter.copy_weights(start, twin)
    batches = [chapter.make_batch([rows[n] for n in chosen]) for chosen in order]
    training.fit(
        twin,
        batches,
        optimizer=torch.optim.Adam(twin.parameters(), lr=0.005),
        epochs=2,
        metrics=None,
        clip_grad_norm=1.0,
        progress=False,
    )
    for inputs, _ in batches:
        torch.testing.assert_close(ours(*inputs), twin(*inputs), rtol=1e-4, atol=1e-4)


def test_greedy_search_equals_the_library_s(rng):
    ours, twin = both_networks(rng)
    source, lengths, _, _ = batch(rng)
    found = chapter.greedy_search(ours, source, lengths, max_length=6)
    assert found == models.greedy_search(twin, source, lengths, max_length=6)


@pytest.mark.parametrize("penalty", [0.0, 0.75, 1.0])
@pytest.mark.parametrize("beam_size", [1, 2, 5])
def test_beam_search_equals_the_library_s(rng, beam_size, penalty):
    ours, twin = both_networks(rng)
    source, lengths, _, _ = batch(rng)
    for n, length in enumerate(lengths):
        sentence = source[n : n + 1, :length], lengths[n : n + 1]
        next_log_p = chapter.asking(ours, *sentence)
        mine, total, _ = chapter.beam_search(next_log_p, beam_size, 6, penalty)
        (theirs,) = models.beam_search(twin, *sentence, 6, beam_size, length_penalty=penalty)
        assert [WORDS.index(word) for word in mine if word != "<eos>"] == theirs
        prefix, again = (), 0.0
        for word in mine:
            again += next_log_p(prefix)[word]
            prefix += (word,)
        assert math.isclose(total, again, abs_tol=1e-5)


def test_a_beam_as_wide_as_the_tree_finds_the_best(rng):
    model = chapter.random_model(rng.randint(0, 999), V=3, T=4)
    best, total = max(chapter.sequences(model, 4), key=lambda found: found[1])
    found, its_total, _ = chapter.beam_search(model, 3**4, 4)
    assert (found, its_total) == (best, total)
    everything = [math.exp(total) for _, total in chapter.sequences(model, 4)]
    assert math.isclose(sum(everything), 1, rel_tol=1e-5)
    prefix = ()
    for _ in range(4):  # greedy, by hand
        if prefix[-1:] != ("<eos>",):
            prefix += (max(model(prefix), key=model(prefix).get),)
    assert chapter.beam_search(model, 1, 4)[0] == prefix


def test_bleu_equals_sacrebleu_and_the_library(rng):
    references = [list(s) for s in sentences(rng, 8, "abc", 15)]
    hypotheses = []
    for reference in references:
        changed = [t if rng.random() < 0.85 else rng.choice("abc") for t in reference]
        hypotheses.append(changed[: rng.randint(len(changed) // 2, len(changed))])
    ours = chapter.bleu(hypotheses, references)
    theirs = sacrebleu.corpus_bleu(
        [" ".join(h) for h in hypotheses],
        [[" ".join(r) for r in references]],
        tokenize="none",
        smooth_method="none",
        force=True,
    ).score
    assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(ours, bleu(hypotheses, references), rel_tol=1e-9, abs_tol=1e-9)


def test_clipped_counts_by_hand():
    reference = list("abcab")
    assert chapter.clipped(list("aaaa"), reference, 1) == (2, 4)
    assert chapter.clipped(list("ababab"), reference, 2) == (2, 5)
    assert chapter.clipped(list("ab"), reference, 3) == (0, 0)
    assert chapter.bleu([[], list("abcd")], [["a"], list("abcd")]) == pytest.approx(
        100 * math.exp(1 - 5 / 4)
    )
