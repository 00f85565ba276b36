"""The map of the chapters is made of what each says that it needs."""

import pytest
from bs4 import BeautifulSoup

from dlcourse.sphinxext.course_map import draw, reduced
from tests.test_sphinxext import build


def chapter(label, title, needs):
    part = f"(part-of-{label})=\n## A part\n"
    return f"({label})=\n# {title}: and more\n\n**You need** {needs}.\n\n{part}"


PAGES = {
    "map.md": "# Ways\n\n```{course-map}\nWhat needs\nwhat.\n```\n",
    "first.md": chapter("first", "First", "nothing"),
    "second.md": chapter("second", "Second", "{ref}`first`"),
    "third.md": chapter(
        "third",
        "Third",
        "{ref}`a part <part-of-second>` and {ref}`first`, {ref}`own <part-of-third>`",
    ),
    "words.md": "(words)=\n# Words\n\nYou need {ref}`third`.\n",
}


@pytest.fixture(scope="module")
def svg(tmp_path_factory):
    folder = tmp_path_factory.mktemp("map")
    assert build(folder, PAGES) == ""
    page = BeautifulSoup((folder / "_build/html/map.html").read_text("utf-8"), "html.parser")
    return page.find("div", class_="dlcourse-drawing")


def test_each_chapter_is_a_link_and_no_other_page_is(svg):
    links = {link["href"]: link["aria-label"] for link in svg.find_all("a")}
    assert links == {"first.html": "First", "second.html": "Second", "third.html": "Third"}


def test_an_arrow_that_others_imply_is_left_out(svg):
    words = [entry.get_text() for entry in svg.find_all("li")]
    assert words == ["First", "Second", "Third", "First → Second", "Second → Third"]


def test_it_says_what_it_shows(svg):
    assert svg.find("svg")["aria-label"] == "What needs what."


def test_a_chapter_stands_below_all_that_it_needs():
    asked = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "a"], "e": ["d", "c"]}
    drawing = draw(asked, {name: name.upper() for name in asked}, "what needs what")
    for name, pages in asked.items():
        for page in pages:
            assert drawing[page].bottom < drawing[name].top
    assert reduced(asked)["d"] == ["b"]


def test_a_chapter_that_needs_a_later_one_is_a_warning(tmp_path):
    pages = PAGES | {"first.md": chapter("first", "First", "{ref}`third`")}
    assert "the chapter first needs third, which comes after it" in build(tmp_path, pages)


def test_a_book_without_chapters_is_a_warning(tmp_path):
    pages = {name: PAGES[name] for name in ("map.md",)}
    assert "no page has a paragraph that begins with **You need**" in build(tmp_path, pages)
