"""The live figure of the chapter on attention that runs the translator trained there."""

import copy

import pytest
import torch

from dlcourse import datasets, models
from dlcourse.datasets.translation import BOS, EOS
from tests.live import compare, compute, figures, solved, start

NAME = "attention-translation"


@pytest.fixture
def opened(browser):
    with figures(browser, viewport={"width": 390, "height": 800}) as figure:
        yield figure("attention", NAME)


def inputs_of(model, ids, **more):
    given = {"net": dict(model.state_dict()), "ids": ids, "begin": BOS, "end": EOS, "hidden": -1}
    return given | more


@pytest.mark.parametrize("hide", [-1, 0, 4])
def test_the_translator_computes_as_torch(opened, hide):
    page, _ = opened
    torch.manual_seed(hide + 1)
    model = models.AttentionSeq2Seq(9, 11, embedding_size=4, hidden_size=6).eval()
    # Larger weights than at the start, so that attention has something to decide.
    model.load_state_dict({name: 3 * w for name, w in model.state_dict().items()})
    source, target = torch.tensor([[5, 8, 4, 4, 2]]), torch.tensor([[BOS, 7, 5, 10]])
    with torch.no_grad():
        hidden, values, keys, mask = model.encode(source, torch.tensor([5]))
        visible = mask if hide < 0 else mask.scatter(1, torch.tensor([[hide]]), False)
        scores, _, weights = model._attend(target, (hidden, values, keys, visible))
        if hide < 0:
            assert torch.equal(scores, model(source, torch.tensor([5]), target))
    inputs = inputs_of(model, source[0], hidden=hide, forced=target[0])
    compare(page, NAME, inputs, {"scores": scores[0].T, "weights": weights[0]})


def test_it_writes_what_greedy_search_writes(opened):
    page, _ = opened
    for seed in range(4):
        torch.manual_seed(seed)
        model = models.AttentionSeq2Seq(9, 11, embedding_size=4, hidden_size=6)
        model.load_state_dict({name: 3 * w for name, w in model.state_dict().items()})
        source = torch.randint(3, 9, (1, 6))
        expected = models.greedy_search(copy.deepcopy(model), source, torch.tensor([6]), 14)[0]
        found = compute(page, NAME, inputs_of(model, source[0], most=14))["tokens"]
        assert [t for t in found if t != EOS] == expected


@pytest.mark.parametrize(
    "text", ["The hat isn’t 3.50, is it?", "l'homme qu'il voit: est-ce «vrai»?", "", "don't'x  ÉTÉ"]
)
def test_a_text_is_cut_as_by_tokenize(opened, text):
    page, _ = opened
    assert compute(page, NAME, {"text": text})["tokens"] == datasets.tokenize(text)


def test_tasks_by_keyboard(opened):
    page, figure = opened
    tasks = figure.locator(".live-task")
    text, hide = figure.get_by_label("Or your own"), figure.get_by_label("Hide from the attention")
    assert not figure.locator(".live-task.is-solved").count()
    figure.get_by_label("A sentence", exact=True).focus()
    page.keyboard.press("ArrowDown")
    solved(page, figure, 0)
    assert "le roi fatigué a dormi" in figure.locator(".live-readout").inner_text()
    text.fill("His hat is very expensive.")
    hide.focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(80)
        if "is-solved" in tasks.nth(1).get_attribute("class"):
            break
    solved(page, figure, 1)


def test_strange_empty_and_long_texts(opened):
    page, figure = opened
    line, text = figure.locator(".live-readout"), figure.get_by_label("Or your own")
    cases = {"The zebra waits.": "It does not know: zebra.", "": "looked most at “<eos>”",
             " ".join(["the"] * 12): "only the first 11"}  # fmt: skip
    for typed, said in cases.items():
        text.fill(typed)
        page.wait_for_function(
            "([name, said]) => document.querySelector(`[data-name=${name}] .live-readout`)"
            ".textContent.includes(said)",
            arg=[NAME, said],
        )
    assert "NaN" not in line.inner_text()


def test_pictures_stay_within_a_narrow_page(opened):
    page, _ = opened
    start(page, "kernel-regression")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.evaluate(
        "[...document.querySelectorAll('.live-canvas')].map(c => [c.width / c.height, "
        "c.clientWidth / c.clientHeight, c.clientWidth - c.parentElement.clientWidth])"
    )
    for drawn, shown, beyond in sizes:
        assert drawn == pytest.approx(shown, rel=0.02)
        assert beyond <= 0


def test_word_by_word(opened):
    page, figure = opened
    words = figure.get_by_label("Words written")
    whole = int(words.input_value())
    figure.get_by_role("button", name="Write it word by word").focus()
    page.keyboard.press("Enter")
    assert int(words.input_value()) < whole
    page.wait_for_timeout(700 * whole + 1500)
    assert int(words.input_value()) == whole
