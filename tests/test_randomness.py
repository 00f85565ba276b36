"""Seeds reach the student's process; the numbers that tests draw cannot be computed from there."""

import random

import numpy as np
import pytest
import torch

from dlcourse.grading.calls import randomness
from dlcourse.grading.calls.randomness import Randomness

SEED = {"torch": torch.manual_seed, "random": random.seed, "numpy": np.random.seed}
DRAW = {
    "torch": lambda: torch.rand(3).tolist(),
    "random": lambda: [random.random() for _ in range(3)],
    "numpy": lambda: np.random.rand(3).tolist(),
}


@pytest.fixture(autouse=True)
def restored():
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()
    yield
    torch.set_rng_state(states[0])
    random.setstate(states[1])
    np.random.set_state(states[2])


@pytest.mark.parametrize("name", SEED)
def test_call_right_after_a_seed_draws_what_the_test_would(name):
    tests = Randomness(b"key")
    assert tests.changed() == {}
    SEED[name](7)
    sent = tests.changed()
    assert set(sent) == {name}
    assert tests.changed() == {}
    randomness.apply(sent)
    given = DRAW[name]()
    SEED[name](7)
    assert given == DRAW[name]()


@pytest.mark.parametrize("name", SEED)
def test_what_is_sent_tells_neither_earlier_nor_later_draws(name):
    tests = Randomness(b"key")
    SEED[name](7)
    earlier = DRAW[name]()
    sent = tests.changed()
    later = DRAW[name]()
    assert isinstance(sent[name], int)  # no state, which could be turned back
    randomness.apply(sent)
    seen = [DRAW[name]() for _ in range(3)]
    assert earlier not in seen
    assert later not in seen
    # The student's guess: the tests go on from a seed that is drawn from the state they sent.
    for draw in (lambda: torch.randint(2**62, ()).item(), lambda: random.getrandbits(62)):
        randomness.apply(sent)
        SEED[name](draw() % 2**32)
        assert DRAW[name]() != later


@pytest.mark.parametrize("name", SEED)
def test_same_seeds_give_tests_and_student_the_same_again_and_another_key_others(name):
    def notebook(key):
        tests, drawn = Randomness(key), []
        for seed in (None, 3, 3):
            if seed is not None:
                SEED[name](seed)
            for _ in range(2):
                drawn.append(DRAW[name]())
                sent = tests.changed()
                drawn.append(sent[name])
        return drawn

    first = notebook(b"key")
    assert first == notebook(b"key")
    assert first[4:8] == first[8:]
    other = notebook(b"other")
    assert first[0] != other[0]
    assert first[4] == other[4]  # the test's own seed
    assert first[5:8] != other[5:8]
