"""The drawing of a beam search shows what was kept, dropped and found, each where it belongs."""

from itertools import pairwise

import pytest

from dlcourse.plotting import diagrams

STEPS = [
    [(("le",), "0.5", True), (("un",), "0.4", True), (("la",), "0.1", False)],
    # By probability; in the drawing the children of "le" come first.
    [
        (("un", "chat"), "0.36", True),
        (("le", "chat"), "0.2", True),
        (("un", "<eos>"), "0.1", False),
    ],
    [(("un", "chat", "<eos>"), "0.3", True), (("le", "chat", "<eos>"), "0.1", True)],
]


@pytest.fixture
def drawn():
    d = diagrams.Drawing("A search of two finds un chat.")
    diagrams.beam(d, "b", STEPS, found=("un", "chat", "<eos>"))
    return d


def texts(d):
    return {key: text for key, text in d.texts().items() if key.startswith("b.")}


def test_children_stand_in_the_order_of_what_they_continue(drawn):
    words = [texts(drawn)[f"b.{n}"] for n in range(9)]
    assert words == ["<bos>", "le", "un", "la", "chat", "chat", "<eos>", "<eos>", "<eos>"]
    assert [texts(drawn)[f"b.{n}.note"] for n in (4, 5, 6)] == ["0.2", "0.36", "0.1"]


def test_rows_go_down_and_boxes_do_not_overlap(drawn):
    parts = [drawn[f"b.{n}"] for n in range(9)]
    for row in ([1, 2, 3], [4, 5, 6], [7, 8]):
        assert len({parts[n].y for n in row}) == 1
        for one, other in pairwise(row):
            assert parts[one].right < parts[other].left
    assert parts[0].bottom < parts[1].top < parts[4].top < parts[7].top


def test_only_the_way_to_what_was_found_is_highlighted(drawn):
    color = {n: drawn[f"b.{n}"].color for n in range(9)}
    assert [n for n, c in color.items() if c == "orange"] == [0, 2, 5, 8]
    assert color[7] == "green"  # ended, not found
    assert [color[n] for n in (3, 6)] == [None, None]  # dropped
    assert drawn.svg().count("<svg") == 1


@pytest.mark.parametrize("tokens", [("le", "chat"), ("la",) * 3, ("la", "mer")])
def test_a_beginning_without_its_beginning_is_refused(tokens):
    d = diagrams.Drawing("A search.")
    with pytest.raises(ValueError, match="continues nothing"):
        diagrams.beam(d, "b", [STEPS[0][:1] + STEPS[0][2:], [(tokens, "", True)]] if
                      tokens[0] == "la" else [[(tokens, "", True)]])  # fmt: skip
