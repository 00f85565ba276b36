"""Live figures that run what a page has trained: the character model, a normalized unit."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import models
from tests.live import compare, figures, solved, turn


@pytest.fixture
def page(browser):
    with figures(browser, viewport={"width": 1280, "height": 900}) as figure:
        yield figure


def test_the_writer_computes_as_torch(page):
    shown, _ = page("recurrent-networks", "character-writer")
    torch.manual_seed(0)
    model = models.RecurrentNet(11, hidden_size=5, cell="lstm")
    ids = torch.tensor([3, 1, 10, 7])
    weights = dict(model.recurrent.named_parameters())
    state, seen = (torch.zeros(5), torch.zeros(5)), []
    with torch.no_grad():
        for x in model.embedding(ids):
            gates = F.linear(x, weights["weight_ih_l0"], weights["bias_ih_l0"])
            gates = gates + F.linear(state[0], weights["weight_hh_l0"], weights["bias_hh_l0"])
            i, f, g, o = gates.chunk(4)
            c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
            state = (o.sigmoid() * c.tanh(), c)
            seen.append((*state, i.sigmoid(), f.sigmoid(), o.sigmoid()))
        scores = model(ids[None])[0][0, :, -1]
        assert torch.allclose(model.recurrent(model.embedding(ids)[None])[0][0, -1], state[0])
    names = ("h", "c", "input", "forget", "output")
    expected = dict(zip(names, map(torch.stack, zip(*seen, strict=True)), strict=True))
    inputs = {"net": dict(model.state_dict()), "ids": ids}
    compare(shown, "character-writer", inputs, {"scores": scores, **expected})


def test_the_writer_writes_and_is_certain_of_something(page):
    shown, figure = page("recurrent-networks", "character-writer")
    one = figure.get_by_role("button", name="Write one character")
    for _ in range(30):
        one.focus()
        shown.keyboard.press("Enter")
    solved(shown, figure, 1)
    text = figure.get_by_label("Your text")
    for word in ("statement", "expression", "function", "example", "argument", "object"):
        text.fill(f" the {word[:-1]}")
        shown.wait_for_timeout(50)
        if "is-solved" in figure.locator(".live-task").nth(0).get_attribute("class"):
            break
    solved(shown, figure, 0)
    text.fill("汉")
    shown.wait_for_function(
        "document.querySelector('.dlcourse-live[data-name=character-writer]')"
        ".innerText.includes('It has never seen: 汉')"
    )


@pytest.mark.parametrize("n", [1, 2, 40])
def test_a_batch_is_normalized_as_by_torch(page, n):
    shown, _ = page("residual-networks", "batch-norm")
    torch.manual_seed(n)
    norm = nn.BatchNorm1d(1)
    norm.running_mean.fill_(0.3)
    norm.running_var.fill_(1.7)
    nn.init.constant_(norm.weight, 1.2)
    nn.init.constant_(norm.bias, -0.4)
    x = torch.randn(n, 1)
    with torch.no_grad():
        evaluation = norm.eval()(x)[:, 0]
        # torch refuses a batch of one in training, which has no spread: what remains is the bias.
        training = torch.full((1,), -0.4) if n == 1 else F.batch_norm(
            x, None, None, norm.weight, norm.bias, training=True, eps=norm.eps)[:, 0]  # fmt: skip
    inputs = {"x": x[:, 0], "mean": 0.3, "variance": 1.7, "weight": 1.2, "bias": -0.4,
              "eps": norm.eps}  # fmt: skip
    compare(shown, "batch-norm", inputs, {"training": training, "evaluation": evaluation})


def test_batches_that_move_an_example(page):
    shown, figure = page("residual-networks", "batch-norm")
    first = figure.locator(".live-task").nth(0)
    turn(shown, figure, "Shift of the others", -12)
    for _ in range(24):
        if "is-solved" in first.get_attribute("class"):
            break
        turn(shown, figure, "Shift of the others", 1)
        shown.wait_for_timeout(30)
    solved(shown, figure, 0)
    figure.get_by_label("Batch size", exact=True).focus()
    shown.keyboard.press("Home")
    turn(shown, figure, "The example", 1)
    solved(shown, figure, 1)
