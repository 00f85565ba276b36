"""Live figures of overfitting, gradients and attention that need no trained network."""

import math

import pytest
import torch

from tests.live import compare, figures, solved, turn


@pytest.fixture(scope="module")
def opened(browser):
    with figures(browser, viewport={"width": 1280, "height": 900}) as figure:
        yield figure


@pytest.mark.parametrize(("degree", "lam", "n"), [(0, 0, 5), (3, 0, 20), (9, 0.01, 15), (12, 1, 8)])
def test_a_fit_is_that_of_torch(opened, degree, lam, n):
    page, _ = opened("overfitting", "polynomial-fit")
    torch.manual_seed(n)
    x, y = 4 * torch.rand(n).double() - 2, torch.randn(n).double()
    X = (x[:, None] / 2) ** torch.arange(degree + 1)
    penalty = (n * lam) ** 0.5 * torch.eye(degree + 1).double()
    penalty[0, 0] = 0
    A, b = torch.cat([X, penalty]), torch.cat([y, torch.zeros(degree + 1).double()])
    w = torch.linalg.lstsq(A, b[:, None]).solution[:, 0]
    error = (X @ w - y).square().mean().sqrt()
    inputs = {"x": x, "y": y, "degree": degree, "lambda": lam}
    compare(page, "polynomial-fit", inputs, {"weights": w, "error": error})


def test_penalty_and_points_cure_the_polynomial(opened):
    page, figure = opened("overfitting", "polynomial-fit")
    turn(page, figure, "Penalty λ", 8)
    solved(page, figure, 0)
    turn(page, figure, "Penalty λ", -8)
    turn(page, figure, "Degree", 3)
    figure.get_by_label("Training points", exact=True).focus()
    page.keyboard.press("End")
    solved(page, figure, 1)


def test_weights_and_answers_are_those_of_torch(opened):
    page, _ = opened("attention", "kernel-regression")
    torch.manual_seed(0)
    keys, values, queries = torch.rand(30), torch.randn(30), torch.rand(7)
    weights = (-((queries[:, None] - keys) ** 2) / (2 * 0.3**2)).softmax(dim=1)
    inputs = {"keys": keys, "values": values, "queries": queries, "width": 0.3}
    expected = {"weights": weights, "answers": weights @ values}
    compare(page, "kernel-regression", inputs, expected)


def test_the_width_of_the_kernel_is_found(opened):
    page, figure = opened("attention", "kernel-regression")
    for _ in range(14):
        turn(page, figure, "Width of the kernel", 1)
        if "is-solved" in figure.locator(".live-task").nth(0).get_attribute("class"):
            break
    solved(page, figure, 0)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "none"])
def test_sizes_are_those_of_torch(opened, activation):
    page, _ = opened("gradients", "signal-sizes")
    torch.manual_seed(1)
    weights = [torch.randn(6, 6) / 6**0.5 for _ in range(5)]
    x, delta = torch.randn(3, 6), torch.randn(3, 6)
    phi = {"none": lambda z: z}.get(activation) or getattr(torch, activation)
    h, sums, signal = x, [], []
    for W in weights:
        sums.append((h @ W.T).requires_grad_())
        h = phi(sums[-1])
        signal.append(h.square().mean().sqrt().item())
    gradients = torch.autograd.grad((h * delta).sum(), sums)
    expected = {
        "signal": torch.tensor(signal),
        "gradient": torch.stack([g.square().mean().sqrt() for g in gradients]),
    }
    inputs = {"weights": torch.stack(weights), "x": x, "delta": delta, "activation": activation}
    compare(page, "signal-sizes", inputs, expected)


def test_gains_that_keep_the_signal(opened):
    page, figure = opened("gradients", "signal-sizes")
    turn(page, figure, "Layers", 10)
    turn(page, figure, "Gain", 13)  # 1.15
    solved(page, figure, 0)
    figure.get_by_label("Activation").select_option("relu")
    turn(page, figure, "Gain", 5)  # 1.4
    solved(page, figure, 1)
    figure.get_by_label("Activation").select_option("sigmoid")
    solved(page, figure, 2)


@pytest.mark.parametrize("bound", [None, 10.0])
def test_the_ball_rolls_as_gradient_descent_does(opened, bound):
    page, _ = opened("gradients", "cliff")
    way = [1.1]
    for _ in range(20):
        w = torch.tensor(way[-1], dtype=torch.float64, requires_grad=True)
        ((w**30 - 2) ** 2 / 2).backward()
        g = w.grad.item()
        if bound is not None and abs(g) > bound:
            g = math.copysign(bound, g)
        way.append(way[-1] - 1e-4 * g)
    inputs = {"w": 1.1, "rate": 1e-4, "bound": bound, "steps": 20}
    compare(page, "cliff", inputs, torch.tensor(way, dtype=torch.float64))


def test_clipping_brings_the_ball_down(opened):
    page, figure = opened("gradients", "cliff")
    figure.get_by_label("Clip the gradient").focus()
    page.keyboard.press("Space")
    turn(page, figure, "Learning rate", 2)
    ten = figure.get_by_role("button", name="Ten steps")
    for _ in range(10):
        ten.focus()
        page.keyboard.press("Enter")
    solved(page, figure, 0)
