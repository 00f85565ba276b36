"""The live figures of the chapter on generative models compute as torch does."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import models
from tests.chapters import definitions
from tests.live import compare, compute, figures, live_pages, solved, start, turn

chapter = definitions("generative-models")


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


LAYERS = {"W1": "0.weight", "b1": "0.bias", "W2": "2.weight", "b2": "2.bias", "W3": "4.weight",
          "b3": "4.bias"}  # fmt: skip


def network(out, bend):
    """The ring's small network, in double precision as the figure computes."""
    inner = [nn.Linear(2, 9), bend, nn.Linear(9, 9), bend]
    return nn.Sequential(*inner, nn.Linear(9, out)).double()


def parameters(net, flat=False):
    state = net.state_dict()
    return {name: state[key].flatten() if flat else state[key].clone()
            for name, key in LAYERS.items()}  # fmt: skip


def test_a_gan_trains_as_in_torch_and_its_hills_are_counted_so(browser):
    torch.manual_seed(0)
    G, D = network(2, nn.ReLU()), network(1, nn.LeakyReLU(0.2))
    inputs = {"G": parameters(G), "D": parameters(D), "rate": 0.002, "rounds": []}
    adam_G, adam_D = (
        torch.optim.Adam(net.parameters(), lr=0.002, betas=(0.5, 0.999)) for net in (G, D)
    )
    losses = []
    for _ in range(4):
        x, z = 2 * torch.randn(7, 2).double(), torch.randn(7, 2).double()
        more = [torch.randn(7, 2).double() for _ in range(2)]
        inputs["rounds"].append({"x": x, "z": z, "more": more})
        lost = chapter.discriminator_step(G, D, adam_D, x, z)
        losses.append([lost, *(chapter.generator_step(G, D, adam_G, z) for z in more)])
    points = torch.cat([chapter.ring(300), torch.randn(500, 2)])[torch.randperm(800)]
    with live_pages(browser) as opened:
        page = opened("chapters/generative-models.html")
        start(page, "gan-ring")
        trained = {"G": parameters(G, flat=True), "D": parameters(D, flat=True)}
        compare(page, "gan-ring", inputs, trained | {"losses": torch.tensor(losses)})
        for some in (points, points[:40], chapter.ring(100)[:30]):
            found = compute(page, "gan-ring-hills", {"points": some})
            assert found == chapter.hills_found(some)
        assert page.faults == []


def test_a_gan_finds_all_hills_and_one_that_runs_ahead_collapses(browser):
    with figures(browser) as opened:
        page, figure = opened("generative-models", "gan-ring")
        more = figure.get_by_role("button", name="50 rounds")
        more.focus()
        for _ in range(30):
            page.keyboard.press("Enter")
            if "is-solved" in figure.locator(".live-task").nth(0).get_attribute("class"):
                break
        solved(page, figure, 0)
        figure.get_by_label("Generator steps a round", exact=True).focus()
        page.keyboard.press("ArrowDown")
        more.focus()
        for _ in range(20):
            page.keyboard.press("Enter")
        solved(page, figure, 1)


@pytest.mark.parametrize("t", [0, 4])
def test_diffusion_computes_as_torch(browser, t):
    torch.manual_seed(t)
    diffusion, net = models.Diffusion(5, 0.01, 0.3), chapter.Denoiser(5, width=11)
    x, noise = torch.randn(6, 2), torch.randn(6, 2)
    steps = torch.full((6,), t)
    with torch.no_grad():
        predicted = net(x, steps)
    expected = {
        "noisy": diffusion.add_noise(x, steps, noise),
        "predicted": predicted,
        "back": diffusion.step_back(x, t, predicted, noise),
    }
    inputs = {"net": dict(net.state_dict()), "beta": diffusion.beta, "x": x, "noise": noise, "t": t}
    with live_pages(browser) as opened:
        page = opened("chapters/generative-models.html")
        start(page, "diffusion-steps")
        compare(page, "diffusion-steps", inputs, expected)
        assert page.faults == []


def test_tasks_of_the_diffusion_can_be_solved_by_keyboard(browser):
    with figures(browser) as opened:
        page, figure = opened("generative-models", "diffusion-steps")
        figure.get_by_label("Steps taken", exact=True).focus()
        page.keyboard.press("End")
        tasks = figure.locator(".live-task")
        figure.get_by_role("button", name="Other noise").focus()
        for _ in range(60):
            page.keyboard.press("Enter")
            page.wait_for_timeout(50)
            if "is-solved" in tasks.nth(1).get_attribute("class"):
                break
        solved(page, figure, 1)
        figure.get_by_label("Direction", exact=True).focus()
        page.keyboard.press("ArrowDown")
        figure.get_by_label("Steps taken", exact=True).focus()
        for _ in range(50):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(20)
            if "is-solved" in tasks.nth(0).get_attribute("class"):
                break
        solved(page, figure, 0)
