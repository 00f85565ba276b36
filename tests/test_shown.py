"""A call is written as its author would write it, and nothing of a student's runs for that."""

import numpy as np
import pytest
import torch

from dlcourse.grading.calls import shown, values
from dlcourse.grading.calls.proxies import Unavailable, proxy_type


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((3, 0.5, "a", None, True), {}, "f(3, 0.5, 'a', None, True)"),
        ((), {"p": 1.0, "seed": 7}, "f(p=1.0, seed=7)"),
        ((torch.tensor([1.0, 2.0]), torch.tensor(3)), {}, "f(tensor([1.0, 2.0]), tensor(3))"),
        ((torch.tensor([1], dtype=torch.uint8),), {}, "f(tensor([1], dtype=torch.uint8))"),
        ((torch.zeros(3, 5),), {}, "f(<tensor of shape (3, 5), torch.float32>)"),
        ((torch.zeros(0, 2),), {}, "f(<tensor of shape (0, 2), torch.float32>)"),
        ((np.arange(3),), {}, "f(array([0, 1, 2]))"),
        (([1, (2,), {"a": [3]}],), {}, "f([1, (2,), {'a': [3]}])"),
        ((list(range(50)),), {}, "f(<list of 50>)"),
        ((float("nan"), -float("inf")), {}, "f(nan, -inf)"),
        ((10**5000,), {}, "f(<a huge number>)"),
        ((len, torch.Generator()), {}, "f(<len>, <Generator>)"),
    ],
)
def test_a_call_is_written(args, kwargs, text):
    assert shown.call("f", args, kwargs) == text


def test_a_list_within_itself_ends():
    round_ = []
    round_.append(round_)
    assert shown.call("f", (round_,), {}).count("[") == shown.DEPTH


def test_nothing_of_a_students_runs():
    proxy = proxy_type(frozenset({"call"}), "Net")(None, values.Reference(1, "Net"))
    assert shown.call("f", (proxy, Unavailable("gone")), {}) == "f(<your Net>, <your Unavailable>)"
