"""The live figure of the convolution chapter computes as torch does and sees its tasks solved."""

import pytest
import torch
from torch.nn import functional as F

from tests.live import compare, live_pages, start


@pytest.fixture(scope="module")
def page(browser):
    with live_pages(browser, viewport={"width": 1280, "height": 900}) as opened:
        page = opened("chapters/convolution.html")
        start(page, "convolution")
        yield page
        assert page.faults == []


@pytest.mark.parametrize("options", [
    {}, {"padding": 2}, {"stride": 3, "padding": 1}, {"dilation": 2}, {"layers": 3, "relu": True},
])  # fmt: skip
def test_figure_computes_as_torch(page, options):
    torch.manual_seed(0)
    image, kernel = torch.rand(20, 17), torch.randn(3, 3)
    options = {"stride": 1, "padding": 0, "dilation": 1, "layers": 1, "relu": False} | options
    y = image[None, None]
    for _ in range(options["layers"]):
        y = F.conv2d(y, kernel[None, None], stride=options["stride"], padding=options["padding"],
                     dilation=options["dilation"])  # fmt: skip
        y = y.relu() if options["relu"] else y
    compare(page, "convolution", {"image": image, "kernel": kernel, **options}, y[0, 0])


def test_tasks_are_solved_by_keyboard(page):
    figure = page.locator(".dlcourse-live")
    tasks = figure.locator(".live-task")
    assert figure.locator(".live-task.is-solved").count() == 0
    for weight, value in zip(figure.locator(".live-matrix input").all(),
                             (1, 2, 1, 0, 0, 0, -1, -2, -1), strict=True):  # fmt: skip
        weight.focus()
        page.keyboard.press("Control+a")
        page.keyboard.type(str(value))
    page.wait_for_function("document.querySelectorAll('.live-task.is-solved').length == 1")
    assert "horizontal" in tasks.nth(0).inner_text()
    for name, presses in (("Stride", 1), ("Dilation", 3)):
        figure.get_by_label(name).focus()
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelectorAll('.live-task.is-solved').length == 2")
    kept = page.evaluate("JSON.parse(localStorage['dlcourse:progress'])['chapters/convolution']")
    assert kept["live:convolution"] is True
