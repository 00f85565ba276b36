"""testing.piece: the student's function where it works, or else the library's."""

import pytest
import torch
from torch import nn

from dlcourse import testing


def double(x):
    return {"twice": [2 * x, 2.0]}


def taken(yours, library, *example):
    """Which of the two functions is taken."""
    cell = {"testing": testing, "library": library, "example": example}
    if yours is not None:
        cell["f"] = yours
    exec('taken = testing.piece("f", library, *example)', cell)
    return cell["taken"]


def test_own_function_that_does_the_same_is_taken(capsys):
    def own(x):
        return {"twice": (x + x, torch.tensor(2.0))}

    assert taken(own, double, torch.arange(3.0)) is own
    assert capsys.readouterr().out == "f: yours\n"


def unwritten(x):
    raise NotImplementedError("f is not written yet")


def broken(x):
    return x[17]


@pytest.mark.parametrize(
    ("yours", "reason"),
    [
        (None, "you have not defined it"),
        (3, "you have not defined it"),
        (unwritten, "yours is not written yet"),
        (broken, "yours raises IndexError"),
        (lambda x: None, "yours gives something else"),
        (lambda x: {"twice": [2 * x]}, "yours gives something else"),
        (lambda x: {"double": [2 * x, 2.0]}, "yours gives something else"),
        (lambda x: {"twice": [2 * x[:-1], 2.0]}, "yours gives something else"),
        (lambda x: {"twice": [2 * x + 0.01, 2.0]}, "yours gives something else"),
        (lambda x: {"twice": [2 * x, "2"]}, "yours gives something else"),
    ],
)
def test_the_library_stands_in_and_it_is_said_why(capsys, yours, reason):
    assert taken(yours, double, torch.arange(3.0)) is double
    assert reason in capsys.readouterr().out


def test_a_function_that_spoils_its_arguments_spoils_no_others():
    def spoils(x):
        return x.zero_()

    x = torch.arange(3.0)
    before = x.clone()
    assert taken(spoils, torch.Tensor.clone, x) is torch.Tensor.clone
    assert x.equal(before)


def test_networks_are_compared_by_their_parameters():
    def library(units):
        return nn.Sequential(nn.Linear(2, units), nn.ReLU())

    assert taken(lambda units: nn.Linear(2, units), library, 3) is not library
    assert taken(lambda units: nn.Linear(units, 2), library, 3) is library


def test_random_numbers_are_the_same_for_both_and_others_see_nothing_of_it():
    def own(n):
        return torch.rand(n) + 0

    torch.manual_seed(1)
    state = torch.get_rng_state()
    assert taken(own, torch.rand, 4) is own
    assert torch.get_rng_state().equal(state)


def test_what_the_library_does_not_have_is_left_out(capsys):
    assert taken(double, None, 1.0) is double
    assert taken(unwritten, None, 1.0) is None
    assert capsys.readouterr().out == "f: yours\nf: left out, since yours is not written yet\n"
