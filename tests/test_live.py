"""Every live figure of the built site: what holds for all of them."""

import functools
import json

import pytest

pytest.importorskip("jupyter_book", reason="needs dlcourse[book]")

from bs4 import BeautifulSoup

from tests.live import SITE, live_pages, start


@functools.cache
def soup(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def figures():
    """(page, figure) of the site."""
    pages = [p for p in sorted(SITE.rglob("*.html")) if "_static" not in p.relative_to(SITE).parts]
    return [
        (page.relative_to(SITE).as_posix(), figure["data-name"])
        for page in pages
        for figure in soup(page).select(".dlcourse-live")
    ]


FIGURES = figures()


def test_index_shows_one_first():
    assert ("index.html", "convolution") in FIGURES, "run 'make book' first"


@pytest.fixture(scope="module")
def phone(browser):
    with live_pages(browser, viewport={"width": 390, "height": 844}, has_touch=True) as opened:
        yield opened


@pytest.mark.parametrize(("page", "name"), FIGURES)
def test_a_page_grows_little_and_has_a_still(page, name):
    figure = soup(SITE / page).select_one(f".dlcourse-live[data-name={name}]")
    data = figure.select_one("script[type='application/json']")
    if data:
        assert len(data.string.encode()) <= 600_000
        json.loads(data.string)
    assert figure.select_one(".live-still").find(["svg", "img"]), (
        "nothing stands without JavaScript"
    )


@pytest.mark.parametrize(("page", "name"), FIGURES)
def test_it_runs_in_view_on_a_phone_with_task_labels_and_computation(phone, page, name):
    opened = phone(page)
    far = "f => f.getBoundingClientRect().top > innerHeight + 200"
    handle = opened.locator(f".dlcourse-live[data-name={name}]").first
    if opened.evaluate(far, handle.element_handle()):
        assert handle.get_attribute("data-state") is None, "it started before it was in view"
    figure = start(opened, name)
    assert figure.locator(".live-task").count() >= 1, "it asks nothing of its reader"
    assert figure.locator(".live-task.is-solved").count() == 0, "it is solved before it begins"
    assert not figure.locator(".live-still").is_visible()
    computes = "name => typeof dlcourse.live.compute[name]"
    assert opened.evaluate(computes, name) == "function", "nothing to compare with torch"
    assert figure.locator("[role=status][aria-live=polite]").count() == 1
    spare = "document.documentElement.scrollWidth - window.innerWidth"
    assert opened.evaluate(spare) <= 0
    nameless = """f => [...f.querySelectorAll("input, select, canvas, button")].filter(
        e => !e.getAttribute("aria-label") && !e.labels?.length && !e.textContent.trim())
        .map(e => e.outerHTML)"""
    assert opened.evaluate(nameless, figure.element_handle()) == []
    small = """f => [...f.querySelectorAll("button, select, input")].filter(
        e => e.offsetParent && e.type != "checkbox" && e.type != "range")
        .map(e => e.getBoundingClientRect().height).filter(h => h < 24)"""
    assert opened.evaluate(small, figure.element_handle()) == []
    assert opened.faults == []


@pytest.mark.parametrize(("page", "name"), FIGURES)
def test_without_javascript_the_still_stands(phone, page, name):
    opened = phone(page, java_script_enabled=False)
    still = opened.locator(f".dlcourse-live[data-name={name}] .live-still").first
    assert still.locator("svg, img").first.is_visible()
