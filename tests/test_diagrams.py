"""Drawings: parts stand where they were put, lines find their way, texts can be exchanged."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from dlcourse import plotting
from dlcourse.inspection.summary import summary
from dlcourse.plotting import diagrams
from dlcourse.plotting.diagrams import lines
from dlcourse.plotting.diagrams.parts import Box
from dlcourse.plotting.diagrams.text import extent, plain, runs

ALT = "Says what is drawn."
NET = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10)
)


def ready_made():
    """Every ready-made drawing, drawn."""
    rows = summary(NET, (1, 28, 28))
    makers = {
        "rnn": lambda d: diagrams.rnn_cell(d),
        "gru": lambda d: diagrams.gru_cell(d),
        "lstm": lambda d: diagrams.lstm_cell(d),
        "unrolled": lambda d: diagrams.unrolled(
            d, "u", ["$x_1$", "$x_2$"], ["$o_1$", "$o_2$"], states=["$h_1$"], cuts=[0]
        ),
        "units": lambda d: diagrams.units(d, "n", [3, 4], dropped=[(1, 2)], labels=["in", "out"]),
        "layers": lambda d: diagrams.layer_chain(d, "net", rows, (1, 28, 28), wrap=2),
        "attention": lambda d: diagrams.attention(d, "a", torch.tensor([0.8, 0.2]), ["le", "chat"]),
        "graph": lambda d: diagrams.graph(
            d, "g", {"x": "$x$", "w": "$w$", "m": "×"}, [("x", "m"), ("w", "m", "$w$")]
        ),
        "tree": lambda d: diagrams.tree(d, "t", ("b", True, [("le", True, []), ("la", False, [])])),
        "windows": lambda d: diagrams.text_windows(d, "w", list("a text"), [(0, 3), (3, 6)]),
    }  # fmt: skip
    return makers


def drawing(**options):
    return diagrams.Drawing(ALT, **options)


@pytest.mark.parametrize("name", ready_made())
def test_ready_made_drawings_are_whole(name):
    d = drawing()
    ready_made()[name](d)
    data, metadata = d._repr_mimebundle_()
    root = ElementTree.fromstring(data["image/svg+xml"])
    assert root.get("role") == "img"
    assert root.get("aria-label") == data["text/plain"] == ALT
    about = metadata["image/svg+xml"]
    assert about["parts"], "nothing stands behind it for those who cannot see it"
    # Nothing is outside of the view, and no line runs through a part that is not its end.
    low_x, low_y, width, height = map(float, root.get("viewBox").split())
    parts = [part for part in d._parts.values() if part.solid]
    for part in parts:
        assert low_x <= part.left <= part.right <= low_x + width
        assert low_y <= part.top <= part.bottom <= low_y + height
    if name in ("units", "attention"):
        return  # their straight lines cross nothing, and are many
    for arrow in d._arrows:
        way = lines.way(arrow, parts)
        for a, b in pairwise(way):
            for part in parts:
                if part not in (arrow.start, arrow.end):
                    assert not crosses(a, b, part), (arrow.start.key, arrow.end.key, part.key)


def crosses(a, b, part):
    return (
        min(a[0], b[0]) < part.right - 1 and max(a[0], b[0]) > part.left + 1
        and min(a[1], b[1]) < part.bottom - 1 and max(a[1], b[1]) > part.top + 1
    )  # fmt: skip


def test_colors_are_variables_with_the_plots_colors_behind_them():
    d = drawing()
    d.arrow(d.box("a", color="blue"), d.box("b").below(d["a"]), "t", color="orange")
    svg = d.svg()
    assert "var(--drawing-blue, #0072B2)" in svg
    assert not re.search(r"(?:fill|stroke):#", svg)


def test_places_need_no_coordinates():
    d = drawing()
    a, b, c, e = (d.box(key) for key in "abce")
    d.row(a, b, gap=20)
    c.below(b, gap=10)
    e.left_of(c, 5)
    assert b.left - a.right == 20
    assert b.y == a.y
    assert (c.top - b.bottom, c.x) == (10, b.x)
    assert (c.left - e.right, e.y) == (5, c.y)
    group = d.column(a, b)
    before = b.x - a.x, b.y - a.y
    group.right_of(c)
    assert (b.x - a.x, b.y - a.y) == before
    assert group.left == c.right + 36


def test_a_grid_keeps_rows_and_columns():
    d = drawing()
    a, b, c = d.box("a"), d.box("b", "a longer text"), d.box("c")
    d.grid([[a, b], [None, c]])
    assert a.y == b.y
    assert b.x == c.x


def test_lines_go_around_what_stands_between():
    d = drawing()
    a, wall, b = d.row(d.box("a"), d.box("wall"), d.box("b"), gap=50).parts
    d.arrow(a, b)
    way = lines.way(d._arrows[0], [a, wall, b])
    assert len(way) == 4
    assert not any(crosses(p, q, wall) for p, q in pairwise(way))


def test_a_line_is_straight_where_it_can_be():
    d = drawing()
    a = d.box("a", height=120)
    b = d.box("b").right_of(a).move(0, 40)
    d.arrow(a, b)
    (_, y), (_, y_end) = lines.way(d._arrows[0], [a, b])
    assert y == y_end == b.y


def test_sides_can_be_said():
    d = drawing()
    a, b = d.column(d.box("a"), d.box("b")).parts
    d.arrow(a, b, leave="right", enter="right")
    way = lines.way(d._arrows[0], [a, b])
    assert way[0] == a.port("right")
    assert way[-1] == b.port("right")
    assert max(x for x, _ in way) > a.right


def test_texts_can_be_exchanged_for_another_language():
    def draw(texts=None):
        d = drawing(texts=texts)
        d.arrow(d.box("a", "input", note="words"), d.box("b", "output").right_of(d["a"]), "maps")
        return d

    keys = draw().texts()
    assert keys == {"alt": ALT, "a": "input", "a.note": "words", "b": "output", "a->b": "maps"}
    other = draw({"alt": "画的是什么。", "a": "输入", "a.note": "词", "b": "输出", "a->b": "映射"})
    svg = other.svg()
    assert all(text not in svg for text in keys.values())
    assert "输入 (词) → 输出: 映射" in other.says()
    with pytest.raises(ValueError, match="no text has the key 'c'"):
        draw({"c": "?"}).svg()


def test_formulas_have_italic_letters_and_subscripts():
    assert [tuple(run) for run in runs("state $h_{t-1}$")] == [
        ("state ", False, 0), ("h", True, 0), ("t", True, -1), ("-1", False, -1),
    ]  # fmt: skip
    assert plain("$W_{xh}$ max_pool") == "Wxh max_pool"
    assert extent("h_t")[0] > extent("$h_t$")[0]
    assert extent("输入")[0] == pytest.approx(28)
    with pytest.raises(ValueError, match=r"opens a formula by \$"):
        runs("costs $5")


def test_a_text_fits_its_box():
    for text in ("W", "a much longer text", "two\nlines of text"):
        box = Box("b", text)
        wide, high = extent(text)
        assert box.width > wide
        assert box.height > high


def test_text_is_escaped():
    d = drawing()
    d.box("a", "x < y & z").links_to('#a"b')
    assert "x < y & z" in "".join(ElementTree.fromstring(d.svg()).itertext())


def test_a_drawing_with_links_is_no_image():
    d = drawing()
    d.box("a", "heads").links_to("#transformer-heads")
    root = ElementTree.fromstring(d.svg())
    assert root.get("role") == "group"
    link = root.find("{http://www.w3.org/2000/svg}a")
    assert (link.get("href"), link.get("aria-label")) == ("#transformer-heads", "heads")


def test_a_tensor_is_to_scale_and_says_its_shape():
    d = drawing()
    small, large = d.tensor("s", (4, 8, 8)), d.tensor("l", (16, 32, 32), "map")
    assert large.front[0] > small.front[0]
    assert large.front[1] > small.front[1]
    assert large.says() == "map (16×32×32)"
    with pytest.raises(ValueError, match=r"needs one to three sizes .* leave out the batch"):
        d.tensor("n", (1, 3, 4, 4))


def test_a_chain_of_layers_has_the_shapes_of_the_model():
    d = drawing()
    blocks = diagrams.layer_chain(d, "net", summary(NET, (1, 28, 28)), (1, 28, 28))
    assert [block.shape for block in blocks.parts] == [
        (1, 28, 28), (6, 28, 28), (6, 14, 14), (10,)
    ]  # fmt: skip
    assert {round(block.port("left")[1], 6) for block in blocks.parts} == {
        round(blocks[0].port("right")[1], 6)
    }


def test_dropped_units_have_no_edges():
    d = drawing()
    diagrams.units(d, "n", [3, 4, 2], dropped=[(1, 0), (1, 3)])
    assert len(d._arrows) == 3 * 2 + 2 * 2
    with pytest.raises(ValueError, match=r"no unit \(1, 4\)"):
        diagrams.units(d, "m", [3, 4, 2], dropped=[(1, 4)])


@pytest.mark.parametrize(("make", "message"), [
    (lambda d: d.box("a", color="red"), "no color 'red'; choose from blue"),
    (lambda d: (d.box("a"), d.box("a")), "a part 'a' already"),
    (lambda d: d.svg(), "the drawing is empty"),
    (lambda d: d.arrow(d.box("a"), d.box("b"), route="zigzag"), "route must be 'elbow'"),
    (lambda d: d.bracket([d.box("a")], "t", "inside"), "a side is left, right, top or bottom"),
    (lambda d: d.frame("f", []), "the group 'f' has no parts"),
    (lambda d: diagrams.graph(d, "g", {"a": "a"}, [("a", "b")]), "'b', which is no node"),
    (lambda d: diagrams.graph(d, "g", {"a": "a", "b": "b"}, [("a", "b"), ("b", "a")]), "circle"),
    (lambda d: diagrams.text_windows(d, "w", ["a"], [(0, 2)]), r"window \(0, 2\)"),
    (lambda d: diagrams.attention(d, "a", torch.ones(2), ["x"]), "2 weights need as many names"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make(drawing())


def test_alt_is_needed():
    with pytest.raises(ValueError, match="alt is empty"):
        diagrams.Drawing(" ")


def test_a_drawing_is_the_same_each_time(tmp_path):
    def make():
        d = drawing()
        diagrams.lstm_cell(d)
        return d

    path = make().save(tmp_path / "lstm.svg")
    assert path.read_text("utf-8") == make().svg()
    with pytest.raises(ValueError, match=r"end it in \.svg"):
        make().save(tmp_path / "lstm.png")


def test_a_drawing_leaves_the_labels_of_a_plot_in_the_same_page_where_they_are(browser):
    drawing = diagrams.Drawing("One box.")
    drawing.box("one")
    plot = plotting.heat_maps(
        {"": [[0, 1], [1, 0]]}, xlabel="x", ylabel="y", alt="A", xticks=["value", "each"]
    )
    plot = plot._repr_mimebundle_()[0]["image/svg+xml"]
    drawing = drawing._repr_mimebundle_()[0]["image/svg+xml"]
    page = browser.new_page()
    places = []
    for content in (plot, plot + drawing):
        page.set_content(content)
        places.append(
            page.evaluate(
                "[...document.querySelector('svg').querySelectorAll('text')]"
                ".map(t => Object.values(t.getBoundingClientRect().toJSON()))"
            )
        )
    page.close()
    assert len(places[0]) > 4
    assert places[0] == places[1]
