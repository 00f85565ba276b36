"""The built site in headless Chromium, as a reader meets it.

The site must have been built (``make book``); DLCOURSE_SITE names another folder than
``_build/html``. Without Chromium these tests are skipped, or fail if DLCOURSE_REQUIRE_BROWSER=1.
"""

import functools
import http.server
import os
import re
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import nbformat
import pytest

pytest.importorskip("jupyter_book", reason="needs dlcourse[book]")

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
SITE = Path(os.environ.get("DLCOURSE_SITE", ROOT / "_build" / "html")).resolve()
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.relative_to(SITE).parts
)
CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# Each width, each mode and each place that a page may be opened from once: what it does wrong in
# one of them shows here, in a quarter of the time that all combinations take.
LOOKS = [("desktop", "light", "server"), ("phone", "dark", "file")]


def test_site_is_built_whole():
    assert PAGES, f"There is no site in {SITE}: run 'make book' first."
    sources = {path.stem for path in ROOT.glob("chapters/*.md")}
    assert {Path(page).stem for page in CHAPTERS} == sources
    assert {"index.html", "students.html", "instructors.html", "glossary.html"} <= set(PAGES)


# -- without a browser ----------------------------------------------------------------------------


@functools.cache
def soup(page):
    return BeautifulSoup((SITE / page).read_text("utf-8"), "html.parser")


@functools.cache
def anchors(page):
    return {tag["id"] for tag in soup(page).select("[id]")} | {
        tag["name"] for tag in soup(page).select("a[name]")
    }


@pytest.mark.parametrize("page", PAGES)
def test_internal_links_and_anchors_are_whole(page):
    broken = []
    for tag, name in [("a", "href"), ("link", "href"), ("img", "src"), ("script", "src")]:
        for element in soup(page).select(f"{tag}[{name}]"):
            address = element[name]
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            target, anchor = urldefrag(urljoin(f"/{page}", address))
            path = unquote(urlsplit(target).path).lstrip("/") or "index.html"
            missing = not (SITE / path).is_file()
            if missing or (
                path.endswith(".html") and anchor and unquote(anchor) not in anchors(path)
            ):
                broken.append(address)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_every_image_has_alt_text(page):
    silent = [str(img) for img in soup(page).select("img") if not img.get("alt", "").strip()]
    assert silent == []


@pytest.mark.parametrize("page", PAGES)
def test_every_drawing_has_alt_text_and_own_names(page):
    drawings = soup(page).select("svg.dlcourse-svg")
    assert [str(d)[:80] for d in drawings if not d.get("aria-label", "").strip()] == []
    names = [e["id"] for e in soup(page).select("[id]")]
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize("page", PAGES)
def test_page_names_no_other_host_for_its_parts(page):
    parts = soup(page).select("script[src], img[src], iframe[src], link[href]:not([rel=canonical])")
    addresses = [part.get("src") or part.get("href") for part in parts]
    assert [a for a in addresses if urlsplit(a).scheme not in ("", "data") or a[:2] == "//"] == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_download_is_a_clean_notebook(page):
    link = soup(page).select_one("a[download$='.ipynb']")
    notebook = nbformat.read((SITE / page).parent / link["href"], as_version=4)
    nbformat.validate(notebook)
    assert "import dlcourse" in notebook.cells[0].source
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    left = re.search(r"\{[\w:-]+\}`|```\s*\{|^:::|^\([\w-]+\)=$", text, re.MULTILINE)
    assert left is None
    assert "myst_nb" not in "".join(cell.source for cell in notebook.cells)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    # A chapter without any code would mean that the conversion lost it.
    assert sum(cell.cell_type == "code" for cell in notebook.cells) > 1


@pytest.mark.parametrize("page", CHAPTERS)
def test_chapter_says_how_to_run_it_here(page):
    addresses = [a["href"] for a in soup(page).select(".article-header-buttons a")]
    assert "../students.html#run-chapter" in addresses


# -- in the browser -------------------------------------------------------------------------------


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def server():
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def axe():
    import axe_playwright_python

    folder = Path(axe_playwright_python.__file__).parent
    return next(folder.rglob("axe.min.js")).read_text("utf-8")


class Visit:
    """A page opened in a context of its own, with all that went wrong in ``faults``."""

    def __init__(self, browser, base, width="desktop", mode="light", **options):
        size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        self.context = browser.new_context(viewport=size, **options)
        # The theme keeps the reader's choice here.
        self.context.add_init_script(
            f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}')"
        )
        self.base, self.faults = base, []
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", lambda r: self.faults.append(f"failed: {r.url}"))
        self.page.on("response", self._response)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"other host: {request.url}")

    def _response(self, response):
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def open(self, page):
        self.page.goto(self.base + page)
        self.page.wait_for_load_state("load")
        # Formulas are set after the page has loaded.
        self.page.wait_for_function(
            "() => !document.querySelector('.math') || document.querySelector('mjx-container')"
        )
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        self.page.evaluate("() => document.fonts.ready.then(() => true)")
        self.page.wait_for_timeout(250)  # dlcourse.js looks once more at what scrolls.
        return self.page

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.context.close()


@pytest.mark.parametrize(("width", "mode", "place"), LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_page_is_sound(request, browser, axe, page, width, mode, place):
    """No error, no request elsewhere, nothing wider than the screen, no serious axe finding."""
    base = request.getfixturevalue("server") if place == "server" else SITE.as_uri() + "/"
    with Visit(browser, base, width, mode) as visit:
        opened = visit.open(page)
        # The first heading of some pages is the one for print, which is empty in the index.
        assert any(text.strip() for text in opened.locator("h1").all_inner_texts())
        assert opened.evaluate("document.documentElement.dataset.theme") == mode
        assert visit.faults == []
        spare = "document.documentElement.scrollWidth - window.innerWidth"
        assert opened.evaluate(spare) <= 0
        formulas_are_set(opened, page)
        assert serious(opened, axe) == []


# The contrast of a text depends on its colors and size alone, and takes axe longest. A chapter has
# thousands of words of code and signs of formulas in fewer than a hundred looks.
ONE_OF_EACH_LOOK = """() => {
  const seen = new Set();
  const ground = element => {
    for (; element; element = element.parentElement) {
      const style = getComputedStyle(element);
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.backgroundImage !== "none")
        return style.backgroundColor + style.backgroundImage;
    }
  };
  const faded = element =>
    element ? getComputedStyle(element).opacity + faded(element.parentElement) : "";
  const twice = [...document.querySelectorAll("body *")].filter(element => {
    if (element.firstElementChild) return false;
    const style = getComputedStyle(element);
    const look = [style.color, style.fontSize, style.fontWeight, style.textShadow, style.display,
      style.visibility, faded(element), ground(element),
      element.textContent.trim().length > 1].join();  // axe passes over single signs
    return seen.has(look) || !seen.add(look);
  });
  for (const element of twice) element.remove();
}"""
# Half of a chapter's elements are glyphs of formulas, colors of code and strokes of drawings. What
# axe finds besides contrast is not in them, unless they can be pressed or have a name or a role.
GLYPHS_ASIDE = """() => {
  const matter = "a, button, input, label, select, textarea, title, desc, [role], [tabindex]";
  const glyphs = [...document.querySelectorAll("mjx-math > *, pre > span, svg > *")].filter(
    element => !element.matches(matter) && !element.querySelector(matter));
  window.aside = glyphs.map(element => {
    const place = document.createComment("");
    element.replaceWith(place);
    return [place, element];
  });
}"""
GLYPHS_BACK = "() => { for (const [place, element] of aside) place.replaceWith(element); }"


def serious(opened, axe):
    """What axe finds serious or critical. Of texts that look the same only one stays there."""
    opened.evaluate(axe)
    found = []
    # axe would otherwise fetch style sheets anew, by addresses relative to the page.
    options = "preload: false, resultTypes: ['violations']"
    everything_else = f"{{{options}, rules: {{'color-contrast': {{enabled: false}}}}}}"
    contrast = f"{{{options}, runOnly: ['color-contrast']}}"
    for run, *before in [
        (everything_else, GLYPHS_ASIDE),
        (contrast, GLYPHS_BACK, ONE_OF_EACH_LOOK),
    ]:
        for step in before:
            opened.evaluate(step)
        result = opened.evaluate(f"axe.run({run})")
        assert result["passes"], "axe checked nothing"
        found += [
            (violation["id"], [node["target"] for node in violation["nodes"]])
            for violation in result["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
    return found


def test_pale_text_and_nameless_buttons_are_found(browser, axe):
    gray, pale = "<b style='color: #555'>gray</b>", "<b style='color: #ccc'>pale</b>"
    words = gray * 9 + pale.replace("pale", ".") + pale * 9
    page = browser.new_page()
    code = "<pre><span style='color: #ccc'>code</span> <span><a href='#'></a></span></pre>"
    drawn = "<svg><g><g role='slider' tabindex=0 aria-valuenow=1></g></g></svg>"
    text = f"<main><h1>A</h1><p>{words}</p><button></button>{code}{drawn}</main>"
    page.set_content(f"<html lang=en><title>A</title><body style='background: #fff'>{text}</html>")
    found = dict(serious(page, axe))
    page.close()
    assert set(found) == {"button-name", "link-name", "aria-input-field-name", "color-contrast"}
    assert len(found["color-contrast"]) == 2


def formulas_are_set(opened, page):
    """All of them, in their own font, and again for screen readers."""
    shown = opened.locator("mjx-container").count()
    assert bool(shown) == bool(soup(page).select(".math"))
    assert opened.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert opened.locator("mjx-container mjx-assistive-mml math").count() == shown
    font = "[...document.fonts].some(f => f.family.includes('MJX') && f.status == 'loaded')"
    assert opened.evaluate(font) == bool(shown)


@pytest.fixture(scope="session")
def quiz_page():
    found = [page for page in PAGES if soup(page).select(".quiz")]
    assert found, "no page has a quiz"
    return found[0]


def status_when(opened, quiz):
    """The quiz's live region and its text now."""
    return quiz.locator("[role=status]").inner_text().strip()


def test_quiz_is_answered_by_keyboard(browser, server, quiz_page):
    with Visit(browser, server) as visit:
        opened = visit.open(quiz_page)
        quiz = opened.locator(".quiz").first
        # The region must exist before it speaks, or a screen reader says nothing.
        assert quiz.locator("[role=status][aria-live=polite]").count() == 1
        assert status_when(opened, quiz) == ""
        radios = quiz.locator("input[type=radio]")
        names = opened.evaluate("q => q.querySelector('legend').textContent", quiz.element_handle())
        assert names.strip()
        radios.first.focus()
        opened.keyboard.press("Space")
        for i in range(radios.count()):
            if i:
                opened.keyboard.press("ArrowDown")
                # Moving on gives no answer away.
                assert status_when(opened, quiz) == quiz.get_attribute("data-hint")
                opened.keyboard.press("Enter")
            focused = "document.activeElement.value"
            assert opened.evaluate(focused) == radios.nth(i).get_attribute("value")
            assert radios.nth(i).is_checked()
            right = radios.nth(i).get_attribute("data-right") == "true"
            verdict = quiz.get_attribute("data-right" if right else "data-wrong")
            said = status_when(opened, quiz)
            assert said.startswith(verdict)
            assert len(said) > len(verdict) + 3  # The explanation follows.
        assert opened.locator(".quiz-option.is-right, .quiz-option.is-wrong").count() == 1
        assert visit.faults == []


def test_quiz_is_answered_by_pointer(browser, server, quiz_page):
    with Visit(browser, server, "phone") as visit:
        opened = visit.open(quiz_page)
        quiz = opened.locator(".quiz").first
        right = quiz.locator("input[data-right=true]")
        opened.locator(f"label[for={right.get_attribute('id')}]").click()
        assert status_when(opened, quiz).startswith(quiz.get_attribute("data-right"))
        box = quiz.locator(".quiz-option").first.bounding_box()
        assert box["height"] >= 24  # The least size of a target that WCAG 2.2 allows.


def test_answers_are_kept_shown_and_cleared(browser, server, quiz_page):
    with Visit(browser, server) as visit:
        opened = visit.open(quiz_page)
        quiz = opened.locator(".quiz").first
        quiz.locator("input[data-right=false]").first.check()
        here = opened.locator(".bd-sidebar-primary .bd-links li.current > a.reference").first
        assert here.locator(".progress-mark").count() == 0, "a wrong answer is no progress"
        quiz.locator("input[data-right=true]").check()
        total = opened.evaluate("p => dlcourse.totals[p]", quiz_page.removesuffix(".html"))
        assert here.locator(".progress-mark").inner_text() == f"1/{total}"
        visit.open("index.html")
        assert opened.locator(".progress-mark").inner_text() == f"1/{total}"
        opened = visit.open(quiz_page)
        assert opened.locator(".quiz").first.locator("input[data-right=true]").is_checked()
        assert opened.locator(".quiz-option.is-right").count() == 1
        assert status_when(opened, opened.locator(".quiz").first) == "", "nobody has just answered"
        opened.once("dialog", lambda dialog: dialog.accept())
        with opened.expect_navigation():
            opened.locator(".progress-clear").click()
        assert opened.locator(".progress-mark, .quiz-option.is-right").count() == 0
        assert opened.evaluate("localStorage.getItem('dlcourse:progress')") is None
        assert visit.faults == []


def test_quiz_without_javascript(browser, server, quiz_page):
    with Visit(browser, server, java_script_enabled=False) as visit:
        visit.page.goto(server + quiz_page)
        quiz = visit.page.locator(".quiz").first
        options = quiz.locator("input[type=radio]").count()
        explanations = quiz.locator("details > ol > li")
        assert explanations.count() == options
        assert not explanations.first.is_visible()
        quiz.locator("summary").click()
        for i in range(options):
            assert explanations.nth(i).is_visible()


def test_quiz_answers_are_on_paper(browser, server, quiz_page):
    with Visit(browser, server) as visit:
        opened = visit.open(quiz_page)
        opened.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        opened.emulate_media(media="print")
        assert opened.locator(".quiz details li").first.is_visible()
        opened.emulate_media(media="screen")
        opened.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert not opened.locator(".quiz details li").first.is_visible()


def test_search_finds_a_word(browser, server):
    with Visit(browser, server) as visit:
        opened = visit.open("search.html?q=overfitting")
        results = opened.locator("#search-results li a")
        results.first.wait_for()
        addresses = results.evaluate_all("links => links.map(link => link.href)")
        assert any("chapters/overfitting.html" in address for address in addresses)
        assert any("glossary.html" in address for address in addresses)
        assert visit.faults == []


def test_search_opens_from_the_keyboard(browser, server):
    with Visit(browser, server) as visit:
        opened = visit.open("index.html")
        opened.keyboard.press("Control+k")
        opened.keyboard.type("dropout")
        opened.keyboard.press("Enter")
        opened.wait_for_url("**/search.html?q=dropout")


def test_dark_mode_toggle(browser, server):
    with Visit(browser, server, mode="light") as visit:
        opened = visit.open("index.html")
        light = opened.evaluate("getComputedStyle(document.body).backgroundColor")
        button = opened.locator(".article-header-buttons .theme-switch-button")
        dark = opened.locator(".article-header-buttons .theme-change-button[data-mode=dark]")
        button.click()
        if dark.count():  # From pydata-sphinx-theme 0.17 on the button opens a menu.
            dark.click()
        for _ in range(2):  # Before, it goes round light, dark and the system's choice.
            if opened.evaluate("document.documentElement.dataset.mode") != "dark":
                button.click()
        assert opened.evaluate("document.documentElement.dataset.theme") == "dark"
        assert opened.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_download_button_downloads(browser, server, tmp_path):
    with Visit(browser, server, accept_downloads=True) as visit:
        opened = visit.open(CHAPTERS[0])
        opened.locator(".article-header-buttons .fa-download").locator("xpath=..").click()
        with opened.expect_download() as waiting:
            opened.locator("a[download$='.ipynb']").click()
        saved = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        assert saved.name == Path(CHAPTERS[0]).with_suffix(".ipynb").name
        nbformat.validate(nbformat.read(saved, as_version=4))


def test_focus_is_visible(browser, server):
    with Visit(browser, server) as visit:
        opened = visit.open("index.html")
        for _ in range(12):
            opened.keyboard.press("Tab")
            outline = opened.evaluate(
                "(s => s.outlineStyle + ' ' + s.outlineWidth)"
                "(getComputedStyle(document.activeElement))"
            )
            assert outline == "solid 3px"


def test_less_motion_is_respected(browser, server):
    with Visit(browser, server, reduced_motion="reduce") as visit:
        opened = visit.open("index.html")
        longest = opened.evaluate(
            "Math.max(...[...document.querySelectorAll('*')].map("
            "e => parseFloat(getComputedStyle(e).transitionDuration)))"
        )
        assert longest < 0.001


def test_code_can_be_copied(browser, server):
    with Visit(browser, server, permissions=["clipboard-read", "clipboard-write"]) as visit:
        opened = visit.open(CHAPTERS[0])
        block = opened.locator("div.cell_input div.highlight").first
        block.hover()
        block.locator("button.copybtn").click()
        opened.wait_for_timeout(200)
        copied = opened.evaluate("navigator.clipboard.readText()")
        assert copied.strip() == block.locator("pre").inner_text().strip()
