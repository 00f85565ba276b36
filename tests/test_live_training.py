"""Live figures that train: a small network on points, optimizers on surfaces."""

import pytest
import torch
from torch.nn import functional as F

from tests.live import compare, figures, solved, turn

SURFACES = {
    "ravine": ((-4, 0.6), lambda w: (w[0] ** 2 + 20 * w[1] ** 2) / 2),
    "saddle": ((-3, 0.001), lambda w: w[0] ** 2 / 2 - w[1] ** 2 / 2 + w[1] ** 4 / 4),
    "plateau": ((-3, 0.6), lambda w: 1 - (-(w[0] ** 2 + 4 * w[1] ** 2) / 4).exp()),
    "cliff": (
        (-3.5, 0.8),
        lambda w: w[0] ** 2 / 20 + w[1] ** 2 / 2 + 4 * (-10 * w[0] - 15).sigmoid(),
    ),
}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.05),
    "adam": lambda p: torch.optim.Adam(p, lr=0.05),
}


@pytest.fixture(scope="module")
def pages(browser):
    with figures(browser, viewport={"width": 1280, "height": 900}) as figure:
        yield figure


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers_go_where_those_of_torch_go(pages, surface, optimizer):
    page, _ = pages("optimization", "optimizer-race")
    first, height = SURFACES[surface]
    w = torch.tensor(first, dtype=torch.float64, requires_grad=True)
    steps, way = OPTIMIZERS[optimizer]([w]), [w.detach().clone()]
    for _ in range(30):
        steps.zero_grad()
        height(w).backward()
        steps.step()
        way.append(w.detach().clone())
    inputs = {"surface": surface, "optimizer": optimizer, "rate": 0.05, "steps": 30}
    compare(page, "optimizer-race", inputs, torch.stack(way))


def test_rates_for_ravine_and_saddle(pages):
    page, figure = pages("optimization", "optimizer-race")
    turn(page, figure, "Steps", 35)
    turn(page, figure, "Rate of SGD", 4)  # 0.079
    turn(page, figure, "Rate of momentum", 8)  # 0.025
    solved(page, figure, 0)
    figure.get_by_label("Surface", exact=True).select_option("saddle")
    turn(page, figure, "Rate of SGD", -10)
    turn(page, figure, "Rate of momentum", 8)
    solved(page, figure, 1)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_network_learns_as_in_torch(pages, activation):
    page, _ = pages("foundations", "xor-network")
    torch.manual_seed(0)
    x, y = torch.rand(9, 2).double(), (torch.rand(9) < 0.5).double()
    P = {
        "W1": torch.randn(2, 3).double(),
        "b1": torch.randn(3).double(),
        "W2": torch.randn(3).double(),
        "b2": torch.randn(()).double(),
    }
    first = {key: value.tolist() for key, value in P.items()}
    for _ in range(12):
        P = {key: value.detach().requires_grad_() for key, value in P.items()}
        z = getattr(torch, activation)(x @ P["W1"] + P["b1"]) @ P["W2"] + P["b2"]
        loss = F.binary_cross_entropy_with_logits(z, y)
        loss.backward()
        P = {key: value - 0.3 * value.grad for key, value in P.items()}
    inputs = {"x": x, "y": y, "rate": 0.3, "activation": activation, "steps": 12}
    found = page.evaluate(
        "i => dlcourse.live.compute['xor-network'](i)",
        {key: value.tolist() if isinstance(value, torch.Tensor) else value
         for key, value in inputs.items()} | {"P": first},
    )  # fmt: skip
    assert found["loss"] == pytest.approx(loss.item(), rel=1e-6)
    for key, value in P.items():
        torch.testing.assert_close(
            torch.tensor(found[key]).double(), value.detach(), atol=1e-6, rtol=1e-4
        )


def test_two_units_learn_xor_and_dead_ones_do_not(pages):
    page, figure = pages("foundations", "xor-network")
    more = figure.get_by_role("button", name="500 steps")
    other = figure.get_by_role("button", name="Another start")
    tasks = figure.locator(".live-task")

    def try_starts(number):
        for _ in range(40):
            for _ in range(4):
                more.focus()
                page.keyboard.press("Enter")
            page.wait_for_timeout(40)
            if "is-solved" in tasks.nth(number).get_attribute("class"):
                return
            other.focus()
            page.keyboard.press("Enter")

    try_starts(0)
    solved(page, figure, 0)
    figure.get_by_label("Activation").select_option("relu")
    try_starts(1)
    solved(page, figure, 1)
