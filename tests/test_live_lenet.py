"""The live figure of the LeNet chapter computes as the model does."""

import torch

from dlcourse import models
from tests.live import compare, live_pages, start


def test_figure_computes_as_torch(browser):
    torch.manual_seed(0)
    net, image = models.LeNet(), torch.rand(28, 28)
    with torch.no_grad():
        first = net.activation1(net.conv1(image[None, None]))
        second = net.activation2(net.conv2(net.pool1(first)))
        shares = net(image[None, None]).softmax(1)
    with live_pages(browser) as opened:
        page = opened("chapters/lenet.html")
        start(page, "lenet-digit")
        compare(
            page,
            "lenet-digit",
            {"image": image, "net": dict(net.state_dict())},
            {"first": first[0], "second": second[0], "shares": shares},
        )
        assert page.faults == []
