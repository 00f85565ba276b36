"""The live figures of the chapters on moved worlds and on house prices."""

import numpy as np
import pytest
import torch

from tests.chapters import definitions
from tests.live import compare, figures, solved, turn

SHIFT, HOUSES = definitions("distribution-shift"), definitions("house-prices")


@pytest.fixture(scope="module")
def opened(browser):
    with figures(browser, viewport={"width": 390, "height": 800}) as figure:
        yield figure


@pytest.mark.parametrize(("center", "spread"), [(0.0, 0.3), (-0.4, 0.6), (1.2, 0.2)])
def test_both_lines_and_their_errors_are_the_chapters(opened, center, spread):
    page, _ = opened("distribution-shift", "covariate-shift")
    x, y = SHIFT.draw(60, 0.5, 0.5, torch.Generator().manual_seed(3))
    new, old = (torch.distributions.Normal(*c) for c in ((center, spread), (0.5, 0.5)))
    w = (new.log_prob(x) - old.log_prob(x)).exp()
    lines = [SHIFT.fit_weighted_line(x, y, v) for v in (torch.ones_like(w), w)]
    errors = []
    for a, b in lines:
        # E[(x³ − (1 + b) x − a)²] from the moments of a normal distribution, by Hermite quadrature.
        nodes, weights = map(torch.from_numpy, np.polynomial.hermite_e.hermegauss(12))
        at = center + spread * nodes
        gap = at**3 - at - a - b * at
        errors.append((weights * gap**2).sum() / weights.sum() + 0.3**2)
    compare(
        page,
        "covariate-shift",
        {
            "x": x,
            "y": y,
            "old": {"center": 0.5, "spread": 0.5},
            "world": {"center": center, "spread": spread, "noise": 0.3},
        },
        {
            "weights": w,
            "left": w.sum() ** 2 / w.square().sum(),
            "plain": lines[0],
            "weighted": lines[1],
            "errors": torch.stack(errors),
        },
    )


def test_the_world_moves_by_keyboard(opened):
    page, figure = opened("distribution-shift", "covariate-shift")
    assert not figure.locator(".live-task.is-solved").count()
    turn(page, figure, "Mean of the new inputs", -12)
    solved(page, figure, 0)
    turn(page, figure, "Mean of the new inputs", -18)
    turn(page, figure, "Their standard deviation", -4)
    solved(page, figure, 1)
    assert "NaN" not in figure.locator(".live-readout").inner_text()


def test_the_price_is_that_of_ridge_regression(opened):
    page, _ = opened("house-prices", "house-price")
    torch.manual_seed(0)
    x, y = torch.randn(40, 5), 100_000 * (0.3 * torch.randn(40)).exp()
    ridge = HOUSES.fit_ridge(x, y, 3.0)
    intercept = ridge(torch.zeros(1, 5)).log()
    weights = ridge(torch.eye(5)).log() - intercept
    for house in torch.randn(4, 5):
        inputs = {"weights": weights, "intercept": intercept.item(), "house": house}
        compare(page, "house-price", inputs, {"price": ridge(house[None])[0]})


def test_a_house_is_changed_by_keyboard(opened):
    page, figure = opened("house-prices", "house-price")
    assert not figure.locator(".live-task.is-solved").count()
    for label in ("Quality, 1 to 10", "Cars in the garage", "Built in"):
        figure.get_by_label(label, exact=True).focus()
        page.keyboard.press("End")
    figure.get_by_label("Neighborhood", exact=True).select_option("StoneBr")
    solved(page, figure, 0)
    missing = figure.get_by_label("The living area is missing")
    known = figure.locator(".live-readout").inner_text()
    missing.focus()
    page.keyboard.press("Space")
    page.wait_for_function(
        "known => document.querySelector('[data-name=house-price] .live-readout').innerText"
        " !== known",
        arg=known,
    )
    page.keyboard.press("Space")
    area = figure.get_by_label("Living area, square feet", exact=True)
    area.evaluate("e => { e.value = 1480; e.dispatchEvent(new Event('input', {bubbles: true})); }")
    solved(page, figure, 1)


def test_figures_fit_a_narrow_page(opened):
    for slug, name in (("distribution-shift", "covariate-shift"), ("house-prices", "house-price")):
        page, _ = opened(slug, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
