"""The writer in the browser computes as torch does, and its tasks can be solved by keyboard."""

import pytest
import torch

from dlcourse import models
from tests.chapters import definitions
from tests.live import compare, figures, solved, turn

NAME = "language-writer"
chapter = definitions("language-models")


@pytest.fixture(scope="module")
def opened(browser):
    with figures(browser, viewport={"width": 390, "height": 844}) as figure:
        yield figure("language-models", NAME)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_computes_as_torch(opened, seed):
    torch.manual_seed(seed)
    model = models.TransformerLM(11, 8, 2, 16, 1, positions=None).eval()
    model.layers[0].attention = chapter.DistanceBias(8, 2, torch.nn.Parameter(torch.randn(2, 4)))
    ids, most = torch.randint(11, (9,)), 6
    with torch.no_grad():
        last = ids[-most:]
        scores = model(last[None])[0, :, -1]
        layer = model.layers[0]
        y = layer.add_norm1.norm(model.embedding(last[None]))
        q = layer.attention.split_heads(layer.attention.q_proj(y))[0, :, -1:]
        k = layer.attention.split_heads(layer.attention.k_proj(y))[0]
        distance = torch.arange(most - 1, -1, -1).clamp(max=3)
        bias = layer.attention.table[:, distance]
        weights = ((q @ k.mT / 2)[:, 0] + bias).softmax(dim=1)
        p = (scores / 0.7).softmax(dim=0)
        order = p.argsort(descending=True)[:5]
        kept = order[p[order].cumsum(0) / p[order].sum() - p[order] / p[order].sum() < 0.6]
        shares = torch.zeros(11)
        shares[kept] = p[kept] / p[kept].sum()
    inputs = {"net": dict(model.state_dict()), "ids": ids, "heads": 2, "most": most,
              "temperature": 0.7, "k": 5, "p": 0.6}  # fmt: skip
    expected = {"scores": scores, "weights": weights, "shares": shares, "kept": most}
    compare(opened[0], NAME, inputs, expected)


def test_the_smallest_k_is_found(opened):
    page, figure = opened
    task = figure.locator(".live-task").nth(0)
    for _ in range(39):
        turn(page, figure, "k, how many are kept", -1)
        page.wait_for_timeout(30)
        if "is-solved" in task.get_attribute("class"):
            break
    solved(page, figure, 0)


def test_the_cache_reads_each_character_once(opened):
    page, figure = opened
    one = figure.get_by_role("button", name="Write one character")

    def write():
        one.focus()
        for _ in range(40):
            page.keyboard.press("Enter")
        page.wait_for_function(
            f"document.querySelector('.dlcourse-live[data-name={NAME}]')"
            ".innerText.includes('Written: 40')"
        )
        return int(figure.inner_text().split("characters read for it: ")[1].split(".")[0])

    anew = write()
    figure.get_by_label("Keep keys and values").focus()
    page.keyboard.press("Space")
    cached = write()
    solved(page, figure, 1)
    assert cached <= 41 < 500 < anew


def test_a_strange_and_an_empty_text_do_no_harm(opened):
    page, figure = opened
    for text in ("汉", "", "The "):
        figure.get_by_label("Your text").fill(text)
        page.wait_for_timeout(60)
        assert "It draws from" in figure.inner_text()
    assert page.faults == []
