"""A plane in a drawing puts numbers where they belong, and its texts can be translated."""

import re

import pytest
import torch

from dlcourse.plotting import diagrams


@pytest.fixture
def plane():
    d = diagrams.Drawing("A parabola.")
    d.box("before")
    made = diagrams.plane(d, "p", (-1, 3), (0, 10), size=(400, 200), names=("step", "loss"))
    return d, made.right_of(d["before"])


def test_numbers_stand_to_scale(plane):
    _, p = plane
    left, top, right, bottom = p.face()
    assert (right - left, bottom - top) == (400, 200)
    assert p.place(-1, 0) == (left, bottom)
    assert p.place(3, 10) == (right, top)
    assert p.place(1, 5) == pytest.approx((p.x, (top + bottom) / 2))


def test_a_curve_leaves_out_what_lies_outside(plane):
    d, p = plane
    x = torch.linspace(-3, 3, 61)
    p.curve(x, x**2, "square", color="blue")
    path = re.search(r'class="way" d="([^"]+)"', d.svg())[1]
    assert path.count("M") == 1  # from -1 on it is one line
    points = [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]
    assert points[0] == pytest.approx(p.place(-1, 1), abs=0.1)
    assert points[-1] == pytest.approx(p.place(3, 9), abs=0.1)


def test_texts_are_said_and_may_be_others(plane):
    d, p = plane
    p.point(0, 1, "start").vector((0, 1), (1, 2), "$g$", side="right", dashed=True)
    assert "step, loss, start, g" in d.says()
    assert {"p.x", "p.y", "p.0", "p.1"} <= set(d.texts())
    other = diagrams.Drawing("Eine Parabel.", texts={"p.0": "Anfang"})
    diagrams.plane(other, "p", (0, 1), (0, 1)).point(0, 0, "start")
    assert "Anfang" in other.svg()


@pytest.mark.parametrize(("call", "said"), [
    (lambda d: diagrams.plane(d, "q", (1, 1), (0, 1)), "must rise"),
    (lambda d: d["p"].curve([0, 1], [0]), "two points at least"),
    (lambda d: d["p"].curve([[0, 1]], [[0, 1]]), "x"),
    (lambda d: d["p"].vector((0, 1), (0, 1), "v"), "no length"),
    (lambda d: d["p"].point(0, 1, side="above"), "'above'"),
    (lambda d: d["p"].point(0, 1, color="red"), "no color"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused(plane, call, said):
    d, _ = plane
    with pytest.raises(ValueError, match=said):
        call(d)
