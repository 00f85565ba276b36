"""The live figure of costs counts as the models are counted."""

import math

import pytest
import torch

from dlcourse import models
from dlcourse.inspection.summary import summary, total
from dlcourse.models import googlenet
from tests.live import compare, figures, solved, turn

INCEPTIONS = [list(branches) for branches in googlenet.INCEPTIONS.values()]
NETWORKS = {
    "AlexNet": lambda size, width, depth: models.AlexNet(width=width, input_size=size),
    "VGG": lambda size, width, depth: models.VGG(
        width=width,
        input_size=size,
        blocks=((1, 64), (1, 128), (depth, 256), (depth, 512), (depth, 512)),
    ),
    "NiN": lambda size, width, depth: models.NiN(width=width),
    "GoogLeNet": lambda size, width, depth: models.GoogLeNet(width=width),
    "ResNet": lambda size, width, depth: models.ResNet((depth,) * 4, width=width),
}


@pytest.fixture(scope="module")
def page(browser):
    with figures(browser, viewport={"width": 1280, "height": 900}) as figure:
        page, page.figure = figure("modern-convnets", "convnet-costs")
        yield page


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("size", "width", "depth"), [(224, 1, 2), (96, 0.125, 1), (320, 2, 4), (144, 1.375, 3)]
)
def test_counts_are_those_of_the_models(page, network, size, width, depth):
    with torch.device("meta"):
        model = NETWORKS[network](size, width, depth)
    rows = summary(model, (3, size, size))
    kinds = ("Conv2d", "Linear", "MaxPool2d")
    expected = {
        "parameters": total(rows).parameters,
        "work": total(rows).multiply_adds,
        "numbers": sum(math.prod(row.output_size) for row in rows if row.kind in kinds),
    }
    inputs = {"network": network, "size": size, "width": width, "depth": depth}
    found = page.evaluate(
        "i => dlcourse.live.compute['convnet-costs'](i)", inputs | {"inceptions": INCEPTIONS}
    )
    assert found == expected


def test_an_image_that_is_too_small_has_no_cost(page):
    inputs = {"network": "AlexNet", "size": 32, "width": 1, "depth": 2, "inceptions": INCEPTIONS}
    with pytest.raises(ValueError, match="too small"):
        models.AlexNet(input_size=32)
    compare(page, "convnet-costs", inputs, None)


def test_tasks_are_solved_by_keyboard(page):
    turn(page, page.figure, "Width", -6)
    solved(page, page.figure, 0)
    turn(page, page.figure, "Width", 6)
    turn(page, page.figure, "Side of the image", -10)
    solved(page, page.figure, 1)
