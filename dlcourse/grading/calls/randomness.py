"""The global random numbers of the two processes, in step where a test seeds."""

import hashlib
import hmac
import random

import numpy as np
import torch

WORDS = 624  # of the Mersenne twister; so many are left right after seeding
GENERATORS = ("torch", "random", "numpy")


class Randomness:
    """Sends the student's process what a test has seeded, and keeps the tests' own numbers secret.

    In a notebook a test that seeds also seeds the function it calls. Here a call takes a new state
    along if a test has seeded or drawn since the last one; otherwise the student's numbers go on by
    themselves. If the test seeded and has drawn nothing yet, it is that very state, so that both
    sides draw the same. If it has drawn since, it is a seed made of the state by a hash with a key:
    the state itself would tell what the test drew before. Either way the tests then go on from
    another such seed, which nobody can compute who does not know the key; the same seeds in a test
    still give the same numbers. The student's state never comes back: it could be made to give
    chosen "random" inputs.

    Args:
        key: known to the tests alone.
    """

    def __init__(self, key: bytes):
        self._key = key
        for name in GENERATORS:
            _seed(name, self._hash(name.encode()))
        self._seen = {name: _state(name) for name in GENERATORS}

    def _hash(self, *parts: bytes) -> int:
        digest = hmac.new(self._key, b"\0".join(parts), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") >> 2

    def changed(self) -> dict:
        """What to send with the next call: a state or a seed, by generator."""
        sent = {}
        for name in GENERATORS:
            state = _state(name)
            if state == self._seen[name]:
                continue
            theirs = self._hash(b"theirs", state)
            sent[name] = _whole_state(name) if _is_fresh(name) else theirs
            _seed(name, self._hash(b"ours", state))
            self._seen[name] = _state(name)
        return sent


def apply(sent: dict) -> None:
    """Take over what the tests sent."""
    for name, state in sent.items():
        if isinstance(state, int):
            _seed(name, state)
        elif name == "torch":
            torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
        elif name == "random":
            random.setstate(state)
        else:
            np.random.set_state(state)


def _whole_state(name: str) -> object:
    if name == "torch":
        return torch.get_rng_state().numpy().tobytes()
    return random.getstate() if name == "random" else np.random.get_state()


def _state(name: str) -> bytes:
    state = _whole_state(name)
    if name == "numpy":
        state = (state[1].tobytes(), *state[2:])
    return state if isinstance(state, bytes) else repr(state).encode()


def _is_fresh(name: str) -> bool:
    """Whether a generator has been seeded and nothing drawn since."""
    if name == "torch":
        seeded = torch.Generator().manual_seed(torch.initial_seed())
        return torch.equal(seeded.get_state(), torch.get_rng_state())
    if name == "random":
        _, words, gauss = random.getstate()
        return words[-1] == WORDS and gauss is None
    _, _, place, has_gauss, _ = np.random.get_state()
    return place == WORDS and not has_gauss


def _seed(name: str, seed: int) -> None:
    if name == "torch":
        torch.default_generator.manual_seed(seed)
    elif name == "random":
        random.seed(seed)
    else:
        np.random.seed(seed % 2**32)
