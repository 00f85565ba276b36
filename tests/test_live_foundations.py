"""The live computation graph: values and gradients of what the reader types."""

import random

import pytest
import torch

from tests.live import compare, figures, solved


def of_numbers(function):
    """The function, also for plain numbers."""
    return lambda t: function(torch.as_tensor(t, dtype=torch.float64))


FUNCTIONS = {name: of_numbers(getattr(torch, name))
             for name in ("relu", "sigmoid", "tanh", "exp", "log")}  # fmt: skip


@pytest.fixture(scope="module")
def opened(browser):
    with figures(browser, viewport={"width": 1280, "height": 900}) as figure:
        yield figure


def choose(page, figure, expression, nodes):
    """Choose an expression of the list, and wait until its graph is there."""
    figure.get_by_label("An expression", exact=True).select_option(expression)
    page.wait_for_function(
        "([e, text, n]) => e.querySelector('input[type=text]').value === text && "
        "e.querySelectorAll('.live-table tbody tr').length === n",
        arg=[figure.element_handle(), expression, nodes],
    )


def torchs(text, values):
    """Value and gradients by autograd of an expression, with ** in place of ^."""
    leaves = {name: torch.tensor(v, dtype=torch.float64, requires_grad=True)
              for name, v in values.items()}  # fmt: skip
    result = eval(text.replace("^", "**"), {"__builtins__": {}}, FUNCTIONS | leaves)
    grads = torch.autograd.grad(result, list(leaves.values()), allow_unused=True)
    used = {name: g for name, g in zip(leaves, grads, strict=True) if g is not None}
    return result, used


def expression(draw, depth):
    """A random expression in a, b, c and d; what is divided by or has a logarithm is positive."""
    if depth == 0:
        return draw.choice(["a", "b", "c", "d", "2", "0.5"])
    one, other = expression(draw, depth - 1), expression(draw, draw.randrange(depth))
    return draw.choice([
        f"{one} + {other}", f"({one}) - ({other})", f"({one})*({other})", f"-({one})",
        f"({one})^2", f"({one})^3", f"({one})/(({other})^2 + 1)", f"relu({one})",
        f"sigmoid({one})", f"tanh({one})", f"log(({one})^2 + 1)",
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_values_and_gradients_are_those_of_autograd(opened, seed):
    page, _ = opened("foundations", "computation-graph")
    draw = random.Random(seed)
    values = {name: draw.uniform(-2, 2) for name in "abcd"}
    text = "a*" + expression(draw, 2) + f" + ({expression(draw, 2)})"
    value, grads = torchs(text, values)
    compare(page, "computation-graph", {"text": text, "values": values},
            {"value": value, "gradients": grads})  # fmt: skip


@pytest.mark.parametrize("text", [
    "-a^2", "a - b - c", "a/b/c", "2*-a", "a - -b", "a*a*a + a", "exp(a*b)*c^0", "(a*b + c)*b",
    "-log(sigmoid(a*b + c))",
])  # fmt: skip
def test_signs_bind_as_in_python(opened, text):
    page, _ = opened("foundations", "computation-graph")
    values = {"a": 1.5, "b": -0.7, "c": 2.0}
    value, grads = torchs(text, values)
    compare(page, "computation-graph", {"text": text, "values": values},
            {"value": value, "gradients": grads})  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("a +", "missing at the end"), ("(a", "parenthesis is missing"), ("a b", "“b” cannot stand"),
    ("a^b", "whole number"), ("alert(1)", "“alert” cannot stand"), ("a;b", "“;” cannot stand"),
    ("relu a", "parenthesis is needed"), ("+".join("a" * 30), "too long"),
    ("a+b+c+d+e+f+g+h", "different letters"),
])  # fmt: skip
def test_what_is_no_expression_is_said_and_the_graph_stays(opened, text, said):
    page, figure = opened("foundations", "computation-graph")
    choose(page, figure, "a*a*a", 3)
    field = figure.get_by_label("Or your own", exact=True)
    field.fill(text)
    line = figure.locator(".live-readout")
    page.wait_for_function("([e, said]) => e.textContent.includes(said)",
                           arg=[line.element_handle(), said])  # fmt: skip
    assert figure.locator(".live-table tbody tr").count() == 3  # of a*a*a


def test_the_way_back_goes_node_by_node(opened):
    page, figure = opened("foundations", "computation-graph")
    choose(page, figure, "a*a*a", 3)
    figure.get_by_label("a", exact=True).fill("2")
    steps = figure.get_by_label("Nodes done, on the way back", exact=True)
    steps.focus()
    page.keyboard.press("Home")
    for gradient in ("0", "4", "12"):  # the last product, then the first
        page.wait_for_function(
            "([e, g]) => e.querySelector('.live-table tbody td:last-child').textContent === g",
            arg=[figure.element_handle(), gradient],
        )
        page.keyboard.press("ArrowRight")


def test_both_tasks_by_keyboard(opened):
    page, figure = opened("foundations", "computation-graph")
    choose(page, figure, "(a*b + c)*b", 6)
    figure.get_by_label("c", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("12")
    solved(page, figure, 0)
    figure.get_by_label("Or your own", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("a*b + b*a")
    solved(page, figure, 1)


def test_a_task_is_not_solved_by_numbers_that_happen_to_fit(browser):
    with figures(browser) as opened:
        page, figure = opened("foundations", "computation-graph")
        figure.get_by_label("Or your own", exact=True).fill("a*a*b")
        figure.get_by_label("a", exact=True).fill("1")  # here, and only here, it is 2b
        figure.get_by_label("b", exact=True).fill("3")
        page.wait_for_function(
            "e => e.textContent.includes('a: 6')",
            arg=figure.locator(".live-readout").element_handle(),
        )
        assert figure.locator(".live-task.is-solved").count() == 0
