"""The live figure of the chapter on generative models computes as the model does."""

import pytest
import torch
import torch.nn.functional as F

from dlcourse import models
from tests.live import compare, figures, live_pages, solved, start, turn


@pytest.mark.parametrize("seed", range(3))
def test_figure_computes_as_torch(browser, seed):
    torch.manual_seed(seed)
    net, z, goal = models.VAE(latent=2), 2 * torch.randn(2), torch.rand(28, 28)
    with torch.no_grad():
        logits = net.decode(z[None])[0, 0]
    nats = F.binary_cross_entropy_with_logits(logits, goal, reduction="sum")
    with live_pages(browser) as opened:
        page = opened("chapters/generative-models.html")
        start(page, "vae-plane")
        compare(
            page,
            "vae-plane",
            {"decoder": dict(net.decoder.state_dict()), "z": z, "goal": goal},
            {"image": logits.sigmoid(), "nats": nats},
        )
        assert page.faults == []


def test_tasks_can_be_solved_by_keyboard(browser):
    with figures(browser) as opened:
        page, figure = opened("generative-models", "vae-plane")
        places = nearby(page)
        here = [0, 0]  # in steps of the sliders
        for number, place in enumerate(places):
            if number:
                figure.get_by_label("Goal", exact=True).focus()
                page.keyboard.press("ArrowDown")
            for k, label in enumerate(("First coordinate", "Second coordinate")):
                wanted = round(20 * place[k])
                turn(page, figure, label, wanted - here[k])
                here[k] = wanted
            text = f"Goals found: {number + 1} of {len(places)}"
            figure.get_by_text(text, exact=False).first.wait_for()
            if number == 0:
                solved(page, figure, 0)
        solved(page, figure, 1)


def test_arrow_keys_walk_on_the_plane_and_a_passing_pointer_does_not(browser):
    with figures(browser) as opened:
        page, figure = opened("generative-models", "vae-plane")
        plane = figure.locator("canvas.is-interactive")
        first = figure.get_by_label("First coordinate", exact=True)
        plane.hover(position={"x": 30, "y": 30})
        assert float(first.input_value()) == 0
        plane.focus()
        page.keyboard.press("ArrowRight")
        moved = float(first.input_value())
        assert moved > 0
        page.keyboard.press("ArrowRight")
        assert float(first.input_value()) > moved


def nearby(page):
    """The places (G, 2) that the page gives as ones at which each goal is found."""
    return page.evaluate(
        "() => dlcourse.tensor.toNested(dlcourse.tensor.decode(JSON.parse(document.querySelector("
        "'.dlcourse-live[data-name=vae-plane] script[type=\"application/json\"]').textContent)"
        ".nearby))"
    )
