"""The list of mutants that live is up to date, short, with reasons; a sample dies as it should.

The full run is  python -m tests.mutants  (some minutes).
"""

import random

import pytest

from tests import courses, mutants, planted

SAMPLE = 4  # of each exercise


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_list_of_survivors_is_up_to_date(slug):
    record = mutants.recorded(slug)
    assert record["state"] == mutants.state(slug), f"run  python -m tests.mutants {slug}"
    changes = {mutant.change for mutant in mutants.mutants(slug)}
    assert len(changes) == record["mutants"] == len(mutants.mutants(slug))
    assert record["survivors"].keys() <= changes


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_tests_find_the_mutants(slug):
    record = mutants.recorded(slug)
    assert all(record["survivors"].values()), "each survivor needs a reason"
    assert mutants.share_killed(record) >= mutants.ENOUGH


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_sample_of_mutants_dies(slug):
    survivors = mutants.recorded(slug)["survivors"]
    killed = [m for m in mutants.mutants(slug) if m.change not in survivors]
    for mutant in random.Random(0).sample(killed, SAMPLE):
        assert not mutants.lives(slug, mutant.task, mutant.code), mutant.change


def test_solution_lives():
    task, (solution, _) = next(iter(mutants.tasks("lenet").items()))
    assert mutants.lives("lenet", task, solution)


def test_mistakes_that_are_planted():
    source = (
        "def f(x: Tensor, n: int = 1, seed: int | None = None) -> Tensor:\n"
        '    """Words."""\n'
        "    if n < 2 and not n:\n"
        '        raise ValueError(f"{n - 1}")\n'
        "    return x.detach().T[1:].sum(dim=0) @ x"
    )
    found = dict(planted.planted(source, differentiable=True))
    changes = "\n".join(found)
    for change in [
        "n < 2 → n <= 2", "n < 2 and (not n) → n < 2 or not n", "not n → n", "2 → 3", "1 → 2",
        "x.detach() → x", "x.detach().T → x.detach()", "1: → :",
        "x.detach().T[1:].sum(dim=0) → x.detach().T[1:].sum()", "→ pass",
        "the result is detached", "x is a constant", "x is changed: Tensor",
        "the seed is everybody's", "the arguments want gradients",
    ]:  # fmt: skip
        assert change in changes, f"{change} is not in\n{changes}"
    assert "n - 1 →" not in changes  # messages are left alone
    assert all(compile(code, change, "exec") for change, code in found.items())


def test_equivalent_mutants_do_not_count():
    reasons = {"a": "equivalent: says so", "b": "nobody asks for it"}
    assert mutants.share_killed({"mutants": 21, "survivors": reasons}) == 0.95
