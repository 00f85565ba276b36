"""The code that the chapter writes from scratch does what its library twins do."""

import pytest
import torch
from torch.nn import functional as F

from dlcourse import datasets, models
from tests.chapters import definitions

chapter = definitions("embeddings")


@pytest.fixture(params=range(4))
def generator(request):
    """A random configuration that is the same in every run."""
    torch.manual_seed(request.param)
    return torch.Generator().manual_seed(request.param)


@pytest.mark.parametrize("window", [1, 2, 5])
def test_pairs_equal_the_library(generator, window):
    numbers = torch.randint(6, (40,), generator=generator)
    places = torch.randint(5, (40,), generator=generator).sort().values
    ours = chapter.context_pairs(numbers, places, window)
    twin = datasets.context_pairs(numbers, places, window)
    assert all(a.equal(b) for a, b in zip(ours, twin, strict=True))
    slow = sorted(
        (int(numbers[i]), int(numbers[j]), abs(i - j))
        for i in range(40)
        for j in range(40)
        if 0 < abs(i - j) <= window and places[i] == places[j]
    )
    assert sorted(zip(*(x.tolist() for x in ours), strict=True)) == slow


def test_subsampling_keeps_what_the_formula_says(generator):
    numbers = torch.multinomial(torch.tensor([0.9, 0.09, 0.01]), 100_000, True, generator=generator)
    kept = datasets.subsample(numbers, 1e-2, generator)
    counts = torch.bincount(numbers)
    found = torch.bincount(numbers[kept]) / counts
    torch.testing.assert_close(
        found, chapter.keep_probability(counts, 1e-2), atol=0.02, rtol=0, check_dtype=False
    )


@pytest.mark.parametrize("power", [0.75, 1.0])
def test_positive_pmi_equals_the_library(generator, power):
    counts = torch.randint(4, (7, 7), generator=generator).float() + torch.eye(7)
    ours, twin = chapter.positive_pmi(counts, power), models.positive_pmi(counts, power)
    torch.testing.assert_close(ours, twin)
    i, j = 2, 3
    q = counts.sum(0) ** power / (counts.sum(0) ** power).sum()
    ratio = counts[i, j] / counts[i].sum() / q[j]
    torch.testing.assert_close(ours[i, j], ratio.clamp(min=1).log())


def test_skip_gram_equals_the_library_with_noise_of_both_shapes(generator):
    ours, twin = chapter.SkipGram(9, 4, k=3), models.SkipGram(9, 4, k=3)
    torch.nn.init.normal_(ours.context.weight)
    twin.load_state_dict(ours.state_dict())
    center, context = torch.randint(9, (2, 6), generator=generator)
    noise = torch.randint(9, (6, 3), generator=generator)
    loss, other = ours(center, context, noise), twin(center, context, noise)
    torch.testing.assert_close(loss, other)
    loss.backward()
    other.backward()
    torch.testing.assert_close(ours.center.weight.grad, twin.center.weight.grad)
    torch.testing.assert_close(ours.context.weight.grad, twin.context.weight.grad)
    shared = noise[0]  # for every pair the same words
    same = shared.expand(6, 3)
    torch.testing.assert_close(twin(center, context, shared), twin(center, context, same))


def test_cbow_equals_the_library(generator):
    twin = models.CBOW(9, 4)
    torch.nn.init.normal_(twin.context.weight)
    around = torch.randint(-1, 9, (6, 4), generator=generator)
    around[:, 0] = 2
    word = torch.randint(9, (6,), generator=generator)
    noise = torch.randint(9, (6, 5), generator=generator)
    ours = chapter.cbow_loss(twin.center.weight, twin.context.weight, around, word, noise)
    torch.testing.assert_close(ours, twin(around, word, noise))


def test_cbow_with_one_context_is_skip_gram():
    torch.manual_seed(0)
    cbow, skip_gram = models.CBOW(9, 4), models.SkipGram(9, 4)
    torch.nn.init.normal_(cbow.context.weight)
    skip_gram.load_state_dict(cbow.state_dict())
    first, word, noise = torch.arange(5), torch.arange(5).flip(0), torch.arange(4)
    torch.testing.assert_close(
        cbow(first[:, None], word, noise), skip_gram(first, word, noise)
    )  # fmt: skip


def test_the_exact_loss_has_its_minimum_at_the_shifted_pmi():
    counts = torch.tensor([[8.0, 1.0], [2.0, 5.0]], dtype=torch.float64)
    q = torch.tensor([0.6, 0.4], dtype=torch.float64)
    best = (counts / counts.sum(1, keepdim=True) / q / 3).log()
    v = best.clone().requires_grad_()
    chapter.exact_loss(v, torch.eye(2, dtype=torch.float64), counts, q, 3).backward()
    assert v.grad.abs().max() < 1e-12


def test_glove_weights_equal_the_library(generator):
    counts = 300 * torch.rand(20, generator=generator) + 0.5
    v, u = torch.zeros(1, 3), torch.zeros(1, 3)
    zero = torch.zeros(20, dtype=torch.int64)
    loss = chapter.glove_loss(v, u, torch.zeros(1), torch.zeros(1), zero, zero, counts)
    expected = (models.glove_weight(counts) * counts.log() ** 2).mean()
    torch.testing.assert_close(loss, expected)


def test_convolution_and_text_cnn_equal_torch(generator):
    x = torch.randn(3, 8, 5)
    for width in (1, 3, 8):
        conv = torch.nn.Conv1d(5, 4, width)
        ours = chapter.convolve(x, conv.weight, conv.bias)
        torch.testing.assert_close(ours, conv(x.mT))
        assert ours.shape == (3, 4, 8 - width + 1)
    ours, twin = chapter.TextCNN(11, 6, 3), models.TextCNN(11, 6, 3)
    twin.load_state_dict(ours.state_dict())
    words = torch.randint(11, (4, 9), generator=generator)
    torch.testing.assert_close(ours(words), twin(words))


def test_questions_share_no_pair_between_validation_and_test():
    relations = {"kind": "a b, c d, e f, g h, i missing"}
    known = set("abcdefgh")
    made = [
        chapter.make_questions(relations, known, part)["kind"] for part in ("validation", "test")
    ]
    assert made == [
        [("a", "b", "e", "f"), ("e", "f", "a", "b")],
        [("c", "d", "g", "h"), ("g", "h", "c", "d")],
    ]


def test_score_and_the_neighbor_alone():
    unit = F.normalize(torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [-1.0, 2.0]]), dim=1)
    vectors = models.WordVectors(list("abcd"), unit)
    questions = {"one": [("a", "b", "c", "d")]}
    assert chapter.score(vectors, questions) == 1.0
    assert chapter.score(vectors, questions, exclude=False) == 0.0
    assert chapter.nearest_to_c(vectors, questions) == 1.0
