"""The live figure on fine-tuning compares as torch does, and its tasks can be solved."""

import json

import pytest
import torch

from tests.live import compare, figures, live_pages, solved, start, turn

NAME = "fine-tuning-runs"


@pytest.mark.parametrize("seed", range(3))
def test_figure_computes_as_torch(browser, seed):
    torch.manual_seed(seed)
    a, b = torch.rand(2, 3 + seed).double()
    d = a - b
    with live_pages(browser) as opened:
        page = opened("chapters/fine-tuning.html")
        start(page, NAME)
        compare(
            page,
            NAME,
            {"first": a, "second": b},
            {
                "first": torch.stack([a.min(), a.mean(), a.max()]),
                "second": torch.stack([b.min(), b.mean(), b.max()]),
                "differences": d,
                "difference": d.mean(),
                "error": d.std() / len(d) ** 0.5,
                "wins": (d > 0).sum(),
            },
        )
        assert page.faults == []


def test_tasks_can_be_solved_by_keyboard(browser):
    with figures(browser) as opened:
        page, figure = opened("fine-tuning", NAME)
        accuracy = runs(page)  # (ways, seeds, sizes)
        ahead = (accuracy[0] - accuracy[1]).min(0).values
        sizes = (ahead > 0).nonzero()[:, 0].tolist()
        assert sizes, "no number of examples solves the first task"
        turn(page, figure, "Examples of each digit", sizes[-1] - 1)
        solved(page, figure, 0)
        gains = (accuracy - accuracy[0]).min(1).values  # (ways, sizes)
        places = (gains > 0.0201).nonzero().tolist()
        assert places, "no way solves the second task"
        way, size = places[0]
        figure.get_by_label("What is trained", exact=True).focus()
        for _ in range(abs(way - 1)):
            page.keyboard.press("ArrowDown" if way > 1 else "ArrowUp")
        turn(page, figure, "Examples of each digit", size - sizes[-1])
        solved(page, figure, 1)


def test_the_figure_says_what_the_page_has_measured(browser):
    with figures(browser) as opened:
        page, figure = opened("fine-tuning", NAME)
        accuracy = runs(page)
        mean = accuracy[1, :, 1].mean().item()
        figure.get_by_text(f"head only {mean:.3f}", exact=False).first.wait_for()


def runs(page):
    """The accuracies that the page gives to the figure, (ways, seeds, sizes)."""
    text = page.evaluate(
        "() => JSON.stringify(dlcourse.tensor.toNested(dlcourse.tensor.decode(JSON.parse("
        f"document.querySelector('.dlcourse-live[data-name={NAME}] "
        'script[type="application/json"]\').textContent).accuracy)))'
    )
    return torch.tensor(json.loads(text))
