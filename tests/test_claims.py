"""A claim fails where its numbers do not bear it out, and says in which seed and by how much."""

import math

import numpy as np
import pytest
import torch

from dlcourse.claims import Claim, ClaimError, claim

FAIR = {
    "arms": {"wide": [0.9, 0.8], "narrow": [0.7, 0.75], "chance": 0.1},
    "differs": "width",
    "equal": "steps",
    "on": "1,000 held-out images",
    "seeds": (0, 1),
    "least": 0.05,
}


def test_a_claim_that_holds_is_silent(capsys):
    claim("wide-is-better", **FAIR)
    assert capsys.readouterr() == ("", "")


def test_a_claim_that_does_not_hold_names_itself_the_seed_and_the_margin():
    with pytest.raises(ClaimError) as failed:
        claim("wide-is-better", **FAIR | {"least": 0.06})
    assert isinstance(failed.value, AssertionError)
    assert str(failed.value) == (
        "claim 'wide-is-better' does not hold with a margin of 0.06: at seed 1, 'wide' has 0.8 "
        "and 'narrow' 0.75: a margin of 0.05."
    )


def test_every_seed_and_every_arm_counts():
    with pytest.raises(ClaimError, match=r"seed 0, .*'narrow'.*; at seed 1, .*'narrow'"):
        claim("a", **FAIR | {"least": 0.3})
    with pytest.raises(ClaimError, match=r"'chance' 0\.85: a margin of 0\.05; .*'chance' 0\.85"):
        claim("a", **FAIR | {"arms": FAIR["arms"] | {"chance": 0.85}, "least": 0.051})


def test_lower_can_be_better():
    losses = FAIR | {"arms": {"wide": [0.2, 0.3], "narrow": [0.5, 0.4]}, "lower_is_better": True}
    claim("a", **losses)
    with pytest.raises(ClaimError, match=r"margin of -0\.3"):
        claim("a", **losses | {"lower_is_better": False})


def test_runs_may_differ_in_something_else_than_seeds():
    with pytest.raises(ClaimError, match="at round 1, 'wide' has"):
        claim("a", **FAIR | {"least": 0.06, "over": "rounds"})


def test_a_margin_just_as_large_as_the_least_holds():
    claim("a", **FAIR | {"arms": {"a": [0.75, 0.5], "b": [0.5, 0.25]}, "least": 0.25})


def test_scores_may_be_tensors_and_arrays():
    arms = {"a": torch.tensor([0.75, 1.0]), "b": np.array([0.25, 0.5]), "c": torch.tensor(0.25)}
    claim("a", **FAIR | {"arms": arms, "seeds": range(2), "least": torch.tensor(0.5)})


FAULTS = {
    "a name with capitals": ("Wide", {}, ValueError, "the name 'Wide'"),
    "a name with two hyphens": ("a--b", {}, ValueError, "the name 'a--b'"),
    "one arm": ("a", {"arms": {"a": [1, 2]}}, ValueError, "two arms are needed"),
    "a list of arms": ("a", {"arms": [[1, 2], [0, 1]]}, TypeError, "must be a dict"),
    "constants only": ("a", {"arms": {"a": 1, "b": 0.5}}, ValueError, "every arm is a constant"),
    "a seed too few": (
        "a",
        {"arms": {"a": [1], "b": [0, 0]}},
        ValueError,
        "'a' has 1 scores for 2",
    ),
    "not a number": ("a", {"arms": {"a": [1, math.nan], "b": 0}}, ValueError, "'a' is nan"),
    "infinite": ("a", {"arms": {"a": [1, 1], "b": -math.inf}}, ValueError, "'b' is -inf"),
    "a text": ("a", {"arms": {"a": [1, 1], "b": "0.5"}}, TypeError, "'b' must be a number"),
    "truth": ("a", {"arms": {"a": [1, True], "b": 0}}, TypeError, "must be a number, not True"),
    "a score of two": ("a", {"arms": {"a": torch.ones(2, 2), "b": 0}}, TypeError, "be a number"),
    "a nameless arm": ("a", {"arms": {"": [1, 1], "b": 0}}, TypeError, "name of an arm"),
    "nothing differs": ("a", {"differs": " "}, ValueError, "differs says nothing"),
    "equal is a list": ("a", {"equal": ["steps"]}, TypeError, "equal must be a text"),
    "on nothing": ("a", {"on": ""}, ValueError, "on says nothing"),
    "no seeds": ("a", {"seeds": ()}, TypeError, "seeds must be whole numbers, one at least"),
    "half a seed": ("a", {"seeds": (0, 0.5)}, TypeError, "seeds must be whole numbers"),
    "a seed twice": ("a", {"seeds": (1, 1)}, ValueError, "a seed appears twice"),
    "no margin": ("a", {"least": 0}, ValueError, "least must be above zero"),
    "an endless margin": ("a", {"least": math.inf}, ValueError, "least is inf"),
    "a direction": ("a", {"lower_is_better": 1}, TypeError, "must be True or False"),
    "an arm left out": ("a", {"steps": {"wide": 9}}, ValueError, "for each of ['wide', 'narrow']"),
    "a constant's steps": (
        "a",
        {"steps": {"wide": 9, "narrow": 9, "chance": 9}},
        ValueError,
        "for each of ['wide', 'narrow']",
    ),
    "no parameters": ("a", {"parameters": {"wide": 0, "narrow": 1}}, ValueError, "above zero"),
    "trials in a list": ("a", {"trials": [3, 3]}, TypeError, "trials must be a dict"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_claim_cannot_mean_is_an_error(fault):
    name, wrong, kind, message = FAULTS[fault]
    with pytest.raises(kind) as failed:
        claim(name, **FAIR | wrong)
    assert message in str(failed.value)


def test_it_is_the_same_after_a_notebook_has_kept_it():
    counts = {"wide": 104.0, "narrow": 100.0}
    known = Claim(
        "a", {"wide": [0.9, 0.8], "narrow": [0.7, 0.75], "chance": 0.1}, "width", "steps", "data",
        [0, 1], 0.05, False, parameters=counts, trials=counts | {"wide": 106.0},
    )  # fmt: skip
    read = Claim.from_json(known.to_json())
    assert read == known
    assert list(read.arms) == ["wide", "narrow", "chance"]
    assert read.margin == pytest.approx(0.05)
    assert read.unequal() == ["trials"]
