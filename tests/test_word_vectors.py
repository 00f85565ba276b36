"""The corpus that is at hand, its words and pairs, and what the library makes of them."""

import pytest
import torch

from dlcourse import datasets, models


def test_docstrings_of_a_package_of_this_test(tmp_path, monkeypatch):
    package = tmp_path / "somepackage"
    (package / "tests").mkdir(parents=True)
    text = "A paragraph that is long enough to be kept, once.\n\n"
    (package / "__init__.py").write_text(f'"""{text}short\n\n>>> {text}"""\n')
    (package / "again.py").write_text(
        f'"""{text.upper()}Another one, over\n  two lines of the file."""'
    )
    (package / "tests" / "test.py").write_text(
        '"""A paragraph of a test, which documents nothing."""'
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = datasets.docstrings(["somepackage"])
    assert found == [
        ("A paragraph that is long enough to be kept, once.", "somepackage", "__init__.py"),
        ("Another one, over two lines of the file.", "somepackage", "again.py"),
    ]
    with pytest.raises(ValueError, match="no paragraph of 900 characters in somepackage"):
        datasets.docstrings(["somepackage"], min_characters=900)


def test_docstrings_refuses_what_is_not_there():
    with pytest.raises(ModuleNotFoundError, match="'nopackage' is no installed package"):
        datasets.docstrings(["nopackage"])
    with pytest.raises(ModuleNotFoundError, match="'this' is no installed package with source"):
        datasets.docstrings(["this"])
    with pytest.raises(TypeError, match="a list of names"):
        datasets.docstrings("numpy")


def test_the_corpus_says_everything_once():
    found = datasets.docstrings(["numpy"])
    assert len(found) > 2000
    assert {p.library for p in found} == {"numpy"}
    assert len({p.text.lower() for p in found}) == len(found)
    assert datasets.available()["docstrings"].at_hand


def test_words_of_a_text():
    text = r"The N-th row's sum, 3.5 :math:`\leq x`."
    assert datasets.words_of(text) == ["the", "n", "th", "row's", "sum", "math", "x"]


def test_words_are_numbered_with_their_text():
    vocabulary = datasets.Vocabulary(["a", "b", "a"], specials=[])
    numbers, places = datasets.number_words([["a", "x"], [], ["b", "a"]], vocabulary)
    assert numbers.tolist() == [0, 1, 0]
    assert places.tolist() == [0, 2, 2]
    with pytest.raises(ValueError, match="none of the words"):
        datasets.number_words([["x"]], vocabulary)


def test_pairs_and_subsampling_refuse_bad_input():
    numbers = torch.tensor([1, 2])
    for window in (0, True, 1.5):
        with pytest.raises(ValueError, match="window of 1 or more"):
            datasets.context_pairs(numbers, numbers, window)
    with pytest.raises(ValueError, match="must have one shape"):
        datasets.context_pairs(numbers, numbers[:1], 1)
    for wrong in (numbers.float(), numbers[None], numbers[:0]):
        with pytest.raises(ValueError, match="takes numbers of words"):
            datasets.context_pairs(wrong, wrong, 1)
        with pytest.raises(ValueError, match="takes numbers of words"):
            datasets.subsample(wrong, 0.1)
    with pytest.raises(ValueError, match="a rate above 0"):
        datasets.subsample(numbers, 0.0)


def test_a_single_word_has_no_pair():
    pairs = datasets.context_pairs(torch.tensor([3]), torch.tensor([0]), 5)
    assert [x.shape for x in pairs] == [(0,)] * 3


def test_counts_that_are_empty_somewhere_give_zeros():
    counts = torch.tensor([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 12.0]])
    pmi = models.positive_pmi(counts, 1.0)
    assert pmi.isfinite().all()
    assert pmi[0].eq(0).all()
    assert pmi[1, 0] > 1
    for wrong in (counts[:2], counts[0], torch.zeros(2, 2), -counts):
        with pytest.raises(ValueError):
            models.positive_pmi(wrong)


def test_noise_favors_the_rare_and_draws_nothing_that_never_occurs():
    q = models.noise_distribution(torch.tensor([16, 1, 0]))
    torch.testing.assert_close(q, torch.tensor([8 / 9, 1 / 9, 0.0]))
    assert models.noise_distribution(torch.tensor([5, 0]), power=0.0).tolist() == [1.0, 0.0]
    with pytest.raises(ValueError, match="counts"):
        models.noise_distribution(torch.zeros(3))


def test_a_factorization_gives_back_what_has_that_rank():
    torch.manual_seed(0)
    basis = torch.randn(12, 3)
    matrix = basis @ basis.T
    state = torch.get_rng_state()
    vectors = models.factorize(matrix, 3)
    assert torch.get_rng_state().equal(state)
    torch.testing.assert_close(vectors @ vectors.T, matrix, atol=1e-4, rtol=1e-4)
    assert models.factorize(matrix, 3).equal(vectors)
    for D in (0, 13):
        with pytest.raises(ValueError, match=f"no {D} dimensions"):
            models.factorize(matrix, D)


def test_skip_gram_and_cbow_refuse_other_shapes():
    five = torch.arange(5)
    net, cbow = models.SkipGram(9, 3), models.CBOW(9, 3)
    for center, context, noise in [
        (five[None], five, five), (five, five[:4], five), (five, five, five.expand(4, 5)),
        (five, five, five[0]),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="SkipGram"):
            net(center, context, noise)
    with pytest.raises(ValueError, match="no word around"):
        cbow(torch.full((5, 2), -1), five, five)
    with pytest.raises(ValueError, match="CBOW takes contexts"):
        cbow(five, five, five)
    with pytest.raises(ValueError, match="largest count above 0"):
        models.glove_weight(torch.ones(2), largest=0)


@pytest.fixture
def plane():
    """A square's corners and a long vector between two of them."""
    points = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [9.0, 8.0]])
    return models.WordVectors(["east", "north", "west", "far"], points)


def test_neighbors_are_those_of_the_smallest_angle(plane):
    assert plane.neighbors("north")[0] == ("far", pytest.approx(8 / 145**0.5))
    assert [w for w, _ in plane.neighbors("east")] == ["far", "north", "west"]
    assert plane.similarity("east", "west") == pytest.approx(-1)
    assert plane.nearest(torch.tensor([0.0, 5.0]), 1)[0] == ("north", pytest.approx(1))
    assert plane["far"].tolist() == [9.0, 8.0]
    assert "far" in plane
    assert len(plane) == 4
    with pytest.raises(KeyError, match="'south' is none of the 4 words"):
        plane.neighbors("south")


def test_analogies_with_and_without_the_rule(plane):
    assert plane.analogy("east", "north", "west", exclude=False)[0][0] == "west"
    assert plane.analogy("east", "north", "west")[0][0] == "far"
    questions = [("east", "north", "west", "far"), ("east", "north", "west", "east")]
    assert plane.analogy_accuracy(questions) == 0.5
    assert plane.analogy_accuracy(questions, exclude=False) == 0.0
    for a, b, c, _ in questions:
        best = plane.analogy(a, b, c)[0][0]
        assert plane.analogy_accuracy([(a, b, c, best)]) == 1.0
    with pytest.raises(ValueError, match="no question"):
        plane.analogy_accuracy([])


def test_word_vectors_refuse_what_does_not_fit():
    for tokens, vectors in [
        (["a"], torch.ones(2, 3)), (["a", "a"], torch.ones(2, 3)),
        (["a"], torch.tensor([[float("nan")]])), (["a"], torch.ones(1, 2, dtype=torch.int64)),
        ([], torch.ones(0, 3)),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="WordVectors"):
            models.WordVectors(tokens, vectors)


def test_files_of_glove_are_read(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("the 0.5 -1\nrow 2 3e-1\n", encoding="utf-8")
    read = models.WordVectors.load(path)
    assert read.tokens == ["the", "row"]
    torch.testing.assert_close(read.vectors, torch.tensor([[0.5, -1.0], [2.0, 0.3]]))
    assert models.WordVectors.load(path, most=1).tokens == ["the"]
    for text, where in [("the 1 2\nrow 1\n", "line 2"), ("the\n", "line 1"), ("a 1 x\n", "line 1")]:
        path.write_text(text)
        with pytest.raises(ValueError, match=where):
            models.WordVectors.load(path)
    path.write_text("")
    with pytest.raises(ValueError, match="is empty"):
        models.WordVectors.load(path)
    with pytest.raises(FileNotFoundError, match="need no file"):
        models.WordVectors.load(tmp_path / "none.txt")


@pytest.mark.parametrize("padded", [0, 3])
def test_padding_changes_neither_averages_nor_gru(padded):
    torch.manual_seed(0)
    x = torch.randint(1, 9, (2, 5))
    longer = torch.nn.functional.pad(x, (0, padded))
    for net in (models.AveragedVectors(9, 4, 3), models.BidirectionalClassifier(9, 4, 6, 3)):
        torch.testing.assert_close(net(longer), net(x))


def test_averages_do_not_see_the_order_and_the_others_do():
    torch.manual_seed(0)
    x = torch.tensor([[1, 2, 3, 4, 5]])
    averaged, gru = models.AveragedVectors(9, 4, 3), models.BidirectionalClassifier(9, 4, 6, 3)
    cnn = models.TextCNN(9, 4, 3)
    torch.testing.assert_close(averaged(x), averaged(x.flip(1)))
    for net in (gru, cnn):
        assert (net(x) - net(x.flip(1))).abs().max() > 1e-3
    with pytest.raises(ValueError, match="widths of 1 or more"):
        models.TextCNN(9, 4, 3, widths=())


def test_files_of_glove_are_found_by_their_name(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert "embeddings needs none" in datasets.available()["glove"].detail
    with pytest.raises(FileNotFoundError, match="there are none"):
        datasets.glove()
    (tmp_path / "glove.6B").mkdir()
    (tmp_path / "glove.6B" / "glove.6B.50d.txt").write_text("the 1 2\nrow 3 4\n")
    (tmp_path / "glove.42B.300d.txt").write_text("the 5\n")
    assert datasets.glove()["row"].tolist() == [3.0, 4.0]
    assert datasets.load("glove", name="glove.42B.300d").tokens == ["the"]
    assert datasets.glove(root=tmp_path, most=1).tokens == ["the"]
    status = datasets.available()["glove"]
    assert status.at_hand
    assert "glove.6B.50d" in status.detail
    with pytest.raises(FileNotFoundError, match="there are glove"):
        datasets.glove("glove.6B.100d")
