"""The live figure of word vectors: what it computes, and that its tasks can be solved."""

import pytest
import torch
from torch.nn import functional as F

from tests.live import compare, figures, solved


@pytest.fixture
def page(browser):
    with figures(browser, viewport={"width": 1280, "height": 900}) as figure:
        yield figure


def test_it_computes_as_torch(page):
    shown, _ = page("embeddings", "word-vectors")
    torch.manual_seed(0)
    vectors, axes = torch.randn(30, 7), torch.randn(2, 7)
    unit = F.normalize(vectors, dim=1)
    word, a, b, c = 4, 1, 8, 20
    sum_ = F.normalize(unit[b] - unit[a] + unit[c], dim=0)
    expected = {
        "cosines": unit @ unit[word],
        "analogy": unit @ sum_,
        "places": (unit - unit.mean(dim=0)) @ axes.T,
    }
    inputs = {"vectors": vectors, "axes": axes, "word": word, "a": a, "b": b, "c": c}
    compare(shown, "word-vectors", inputs, expected)


def test_words_are_searched_by_keyboard_and_on_the_map(page):
    shown, figure = page("embeddings", "word-vectors")
    own = figure.get_by_label("Word", exact=True)
    for word in ("minimum", "lower", "left", "horizontal"):
        own.fill(word)
        shown.wait_for_timeout(50)
        if "is-solved" in figure.locator(".live-task").nth(0).get_attribute("class"):
            break
    solved(shown, figure, 0)
    own.fill("zeppelin")
    shown.wait_for_function(
        "document.querySelector('.dlcourse-live[data-name=word-vectors]')"
        ".innerText.includes('has no vector')"
    )
    figure.locator("canvas[role=application]").first.focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        shown.keyboard.press(key)
    shown.wait_for_timeout(50)
    assert own.input_value() not in ("", "zeppelin")


def test_an_analogy_is_right_because_of_the_rule(page):
    shown, figure = page("embeddings", "word-vectors")
    task = figure.locator(".live-task").nth(1)
    labels = ("a", "is to b", "as c is to …")
    questions = ("minimum maximum min", "row rows column", "left right top", "lower upper min")
    for words in map(str.split, questions):
        for label, word in zip(labels, words, strict=True):
            figure.get_by_label(label, exact=True).fill(word)
        shown.wait_for_timeout(50)
        if "is-solved" in task.get_attribute("class"):
            break
    solved(shown, figure, 1)
