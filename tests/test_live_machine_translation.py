"""The live figure of the chapter on machine translation: beam search in the trained network."""

import base64
import itertools
import json

import numpy as np
import pytest
import torch

from dlcourse import datasets, models
from dlcourse.datasets.translation import BOS, EOS
from tests.live import compare, compute, figures, live_pages, solved, start, turn

NAME = "translation-beam"
SENTENCE, WIDTH, OWN = "A sentence", "Width of the beam", "Or your own"


@pytest.fixture
def opened(browser):
    with figures(browser, viewport={"width": 390, "height": 800}) as figure:
        yield figure("machine-translation", NAME)


def network(seed):
    """A small network, with larger weights than at the start, so that it has opinions."""
    torch.manual_seed(seed)
    model = models.Seq2Seq(9, 11, embedding_size=4, hidden_size=6).eval()
    model.load_state_dict({name: 3 * w for name, w in model.state_dict().items()})
    return model


def inputs_of(model, ids, **more):
    given = {"net": dict(model.state_dict()), "ids": ids, "begin": BOS, "end": EOS}
    return given | more


def log_p(model, source, tokens):
    """The model's log P of a translation, `<eos>` included where it is there."""
    reads = torch.tensor([[BOS, *tokens[:-1]]])
    with torch.no_grad():
        logs = model(source, torch.tensor([source.shape[1]]), reads)[0].T.log_softmax(dim=1)
    return logs[range(len(tokens)), tokens].sum().item()


@pytest.mark.parametrize("seed", range(3))
def test_the_network_computes_as_torch(opened, seed):
    page, _ = opened
    model = network(seed)
    source, target = torch.randint(2, 9, (1, 3 + seed)), torch.randint(2, 11, (1, 5))
    reads = torch.cat([torch.tensor([[BOS]]), target[:, :-1]], dim=1)
    with torch.no_grad():
        logs = model(source, torch.tensor([source.shape[1]]), reads)[0].T.log_softmax(dim=1)
    compare(page, NAME, inputs_of(model, source[0], forced=target[0]), {"logs": logs})


@pytest.mark.parametrize(("width", "alpha"), list(itertools.product([1, 2, 5], [0, 0.75])))
def test_it_finds_what_beam_search_finds(opened, width, alpha):
    page, _ = opened
    for seed in range(5):
        model, source = network(seed), torch.randint(3, 9, (1, 6))
        lengths = torch.tensor([6])
        expected = models.beam_search(model, source, lengths, 12, width, alpha)[0]
        found = compute(page, NAME, inputs_of(model, source[0], width=width, alpha=alpha, most=12))
        assert [t for t in found["tokens"] if t != EOS] == expected
        assert found["total"] == pytest.approx(log_p(model, source, found["tokens"]), rel=1e-4)
        for n, kept in enumerate(found["steps"], 1):
            assert len(kept) <= width
            assert all(len(tokens) == n for tokens, _ in kept)
            totals = [total for _, total in kept]
            assert totals == sorted(totals, reverse=True)


@pytest.fixture
def trained(opened):
    """The data in the page, and torch's network with the page's own rounded weights."""
    page, _ = opened
    data = json.loads(page.locator(f"[data-name={NAME}] script").inner_text())

    def array(entry):
        kind = {"f32": "<f4", "q8": "u1"}[entry["dtype"]]
        values = np.frombuffer(base64.b64decode(entry["base64"]), kind).reshape(entry["shape"])
        values = torch.tensor(values.astype("f4"))
        return (values - 128) * array(entry["scale"])[:, None] if "scale" in entry else values

    state = {name: array(entry) for name, entry in data["net"].items()}
    H = state["linear.weight"].shape[1]
    D = state["embedding.weight"].shape[1]
    model = models.Seq2Seq(len(data["source"]), len(data["target"]), D, H).eval()
    model.load_state_dict(state)
    return data, model


def test_the_page_s_network_finds_what_torch_finds_with_the_same_rounded_weights(opened, trained):
    page, figure = opened
    data, model = trained
    for number, width in ((0, 1), (0, 2), (3, 3), (7, 5)):
        text = data["sentences"][number][0]
        ids = [data["source"].index(token) for token in datasets.tokenize(text)] + [EOS]
        source = torch.tensor([ids])
        expected = models.beam_search(model, source, torch.tensor([len(ids)]), 16, width, 0.0)[0]
        figure.get_by_label(SENTENCE, exact=True).select_option(str(number))
        turn(page, figure, WIDTH, -5)
        turn(page, figure, WIDTH, width - 1)
        said = datasets.detokenize([data["target"][n] for n in expected]).replace("\u202f", "")
        total = f"{log_p(model, source, [*expected, EOS]):.2f}".replace("-", "−")
        page.wait_for_function(
            "([name, said]) => document.querySelector(`[data-name=${name}] .live-readout`)"
            ".textContent.startsWith(said)",
            arg=[NAME, f"Found: “{said}”, log p {total}"],
        )


def test_tasks_by_keyboard(opened):
    page, figure = opened
    tasks = figure.locator(".live-task")

    def tried(number):
        for _ in range(5):
            page.wait_for_timeout(60)
            if "is-solved" in tasks.nth(number).get_attribute("class"):
                return True
            page.keyboard.press("ArrowRight")
        return False

    assert not figure.locator(".live-task.is-solved").count()
    for number in (0, 1):
        for _ in range(8):
            figure.get_by_label(WIDTH, exact=True).focus()
            page.keyboard.press("Home")
            if tried(number):
                break
            figure.get_by_label(SENTENCE, exact=True).focus()
            page.keyboard.press("ArrowDown")
        solved(page, figure, number)
        if number == 0:
            assert "is-solved" not in tasks.nth(1).get_attribute("class")
            figure.get_by_label("Normalize by length").focus()
            page.keyboard.press("Space")


@pytest.mark.parametrize(("typed", "said"), [
    ("The zebra waits.", "Not in the vocabulary: zebra."),
    ("The quagga sleeps near the zeppelin.", "Not in the vocabulary: quagga, zeppelin."),
    ("", "Write a sentence."),
    (" ".join(["the"] * 20), "The sentence is too long: the most is 15 words and marks."),
])  # fmt: skip
def test_what_cannot_be_translated_is_said_clearly(opened, typed, said):
    page, figure = opened
    line, text = figure.locator(".live-readout"), figure.get_by_label(OWN)
    step_by_step = figure.get_by_role("button", name="Search step by step")
    text.fill(typed)
    page.wait_for_function(
        "([name, said]) => document.querySelector(`[data-name=${name}] .live-readout`)"
        ".textContent.includes(said)",
        arg=[NAME, said],
    )
    assert step_by_step.is_disabled()
    assert not figure.locator(".live-list li").count()
    assert "NaN" not in line.inner_text()
    # A known sentence is searched for again, and one of one word, too.
    for again in ("The king sleeps.", "king"):
        text.fill(again)
        figure.locator(".live-list li").first.wait_for()
        assert line.inner_text().startswith("Found")
        assert step_by_step.is_enabled()


def test_a_word_s_neighbors_in_the_vocabulary_are_offered(opened, trained):
    page, figure = opened
    data, _ = trained
    figure.get_by_label(OWN).fill("The kings are quite happily.")
    page.wait_for_timeout(200)
    said = figure.locator(".live-readout").inner_text()
    offered = said.partition("It knows: ")[2].partition(". Nothing")[0].split(", ")
    assert offered
    assert all(word in data["source"] for word in offered)


def test_step_by_step_and_narrow(opened):
    page, figure = opened
    turn(page, figure, WIDTH, 4)
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shown = figure.get_by_label("Steps shown")
    whole = int(shown.input_value())
    figure.get_by_role("button", name="Search step by step").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert int(shown.input_value()) < whole
    line = figure.locator(".live-readout").inner_text()
    assert line.startswith("Step ")
    assert "kept" in line
    assert "dropped" in line
    shown.focus()
    page.keyboard.press("End")
    page.wait_for_timeout(100)
    assert figure.locator(".live-readout").inner_text().startswith("Found")


def test_with_less_motion_a_step_is_a_press(browser):
    with live_pages(browser, reduced_motion="reduce") as pages:
        page = pages("chapters/machine-translation.html")
        figure = start(page, NAME)
        button = figure.get_by_role("button", name="Search step by step")
        button.press("Enter")
        page.wait_for_timeout(1200)
        assert int(figure.get_by_label("Steps shown").input_value()) <= 2
        assert page.faults == []
