"""Points of several classes, and ways over a surface: their numbers, and what is refused."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from dlcourse import plotting

SVG = "{http://www.w3.org/2000/svg}"


def test_the_table_holds_every_point():
    places, labels = torch.tensor([[0.0, 1.0], [2.0, 3.0], [2.0, 3.0]]), [1, 0, 0]
    figure = plotting.points(
        {"one": (places, labels), "two": (places[:1], labels[:1])},
        classes=("no", "yes"),
        alt="Some points.",
        lines={"one": [((0, 0), (1, 1))]},
        axis_labels={"one": ("a", "b")},
    )
    rows = figure.table().to_dict("records")
    assert rows[0] == {"panel": "one", "x": 0.0, "y": 1.0, "class": "yes"}
    assert [row["class"] for row in rows] == ["yes", "no", "no", "yes"]
    one, _two = figure.axes
    assert (one.get_xlabel(), one.get_ylabel()) == ("a", "b")
    assert [text.get_text() for text in one.texts] == ["2 ×"]  # two points on one place


@pytest.mark.parametrize(
    ("panel", "message"),
    [
        (([[0, 1]], [0, 1]), r"\(1, 2\) for 2 class numbers"),
        (([[0, 1, 2]], [0]), r"\(1, 3\)"),
        (([[0, 1]], [2]), "there are 2 names"),
        (([[0, 1]], [-1]), "there are 2 names"),
    ],
)
def test_what_does_not_fit_is_named(panel, message):
    with pytest.raises(ValueError, match=message):
        plotting.points({"a": panel}, classes=("no", "yes"), alt="x")


def bowl(x, y):
    return x**2 + 4 * y**2


def test_a_way_is_kept_step_by_step():
    way = torch.tensor([[2.0, 1.0], [1.0, 0.5], [0.5, 0.0]])
    figure = plotting.contours(
        bowl, {"a": way, "b": way[:1]}, xlim=(-3, 3), ylim=(-2, 2), alt="Two ways.", panels=True
    )
    rows = figure.table()
    assert rows["name"].tolist() == ["a", "a", "a", "b"]
    assert rows["step"].tolist() == [0, 1, 2, 0]
    assert rows[["x", "y"]].to_numpy().tolist() == [[2, 1], [1, 0.5], [0.5, 0], [2, 1]]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]


@pytest.mark.parametrize(
    ("way", "limits", "message"),
    [([[1, 2, 3]], {}, r"\(1, 3\)"), ([[1, 2]], {"xlim": (1, 1)}, "limits must rise")],
)
def test_ways_that_cannot_be_drawn_are_named(way, limits, message):
    with pytest.raises(ValueError, match=message):
        plotting.contours(bowl, {"a": way}, **{"xlim": (0, 1), "ylim": (0, 1), "alt": "x"} | limits)


def test_a_thousand_points_are_still_a_drawing_that_follows_the_theme():
    places = torch.randn(1000, 2, generator=torch.Generator().manual_seed(0))
    figure = plotting.points({"": (places, [0] * 500 + [1] * 500)}, classes=["a", "b"], alt="Two.")
    data, _ = figure._repr_mimebundle_()
    page = ElementTree.fromstring(data["image/svg+xml"])
    whole = ElementTree.fromstring(figure._render("svg"))
    drawn, given = (
        [(float(use.get("x")), float(use.get("y"))) for use in root.iter(f"{SVG}use")]
        for root in (page, whole)
    )
    assert len(drawn) == len(given) > 1000
    np.testing.assert_allclose(drawn, given, atol=0.0051)
    ticks = [[text.text for text in root.iter(f"{SVG}text")] for root in (page, whole)]
    assert ticks[0] == ticks[1]
    # What the points refer to is there, and their color stands once for all of them.
    ids = {element.get("id") for element in page.iter()}
    assert {use.get("href")[1:] for use in page.iter(f"{SVG}use")} <= ids
    assert data["image/svg+xml"].count("style=") < 200


def test_a_plot_that_a_page_shows_twice_has_two_sets_of_names():
    one, other = (
        plotting.points({"": (torch.eye(2), [0, 1])}, classes=["a", "b"], alt=alt)
        for alt in ("One.", "Other.")
    )
    names = [
        set(re.findall(r' id="([^"]+)"', f._repr_mimebundle_()[0]["image/svg+xml"]))
        for f in (one, other)
    ]
    assert names[0]
    assert not names[0] & names[1]
