"""Claims in a book built for the purpose: sign and evidence, the list, what must not pass."""

import nbformat
import pytest

pytest.importorskip("jupyter_book", reason="needs dlcourse[book]")

from bs4 import BeautifulSoup

from tests.test_sphinxext import HEADER, build

REGISTER = """```{{code-cell}} ipython3
:tags: [remove-cell]
from dlcourse.claims import claim
{}
```
"""
WIDE = """claim(
    "wide-wins",
    arms={"wide": [0.9, 0.8], "narrow": [0.7, 0.75], "chance": 0.1},
    differs="width",
    equal="steps and <data>",
    on="1,000 held-out images",
    seeds=(0, 1),
    least=0.04,
    parameters={"wide": 2000, "narrow": 1000},
)
"""
DEEP = """claim(
    "deep-wins",
    arms={"deep": [0.9, 0.91], "flat": [0.5, 0.52]},
    differs="depth",
    equal="parameters",
    on="1,000 held-out images",
    seeds=(0, 1),
    least=0.2,
)
"""
SENTENCES = """
Before it. The *wide* net, {claim}`with twice the parameters, is better. <wide-wins>` After it.

- {claim}``Depth $x^2$ helps, with {glue:text}`score:.2f` and {ref}`second`. <deep-wins>`` More.

(second)=
## A second section

{claim}`Again, depth helps. <deep-wins>`
"""
LIST = "# All claims\n\n```{all-claims}\n```\n"


def chapter(cells, text):
    return f"{HEADER}# A chapter\n\n{REGISTER.format(cells)}\n{text}"


GLUE = 'from myst_nb import glue\nglue("score", 0.9137, display=False)\n'
PAGES = {"chapter.md": chapter(GLUE + WIDE + DEEP, SENTENCES), "list.md": LIST}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    assert build(folder, PAGES) == ""
    return folder / "_build/html"


def soup(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def test_a_sentence_has_a_sign_that_its_evidence_describes(site):
    page = soup(site / "chapter.html")
    mark = page.select_one("span.claim#claim-wide-wins")
    sign = mark.select_one("button.claim-sign[type=button]")
    assert sign["aria-label"] == "Evidence"
    evidence = page.find(id=sign["aria-describedby"])
    assert evidence["role"] == "tooltip"
    assert evidence.get_text() == (
        "wide against narrow, chance: 2 of 2 seeds, smallest margin 0.050, equal steps and <data>, "
        "parameters 2,000 against 1,000, on 1,000 held-out images"
    )
    ids = [element["id"] for element in page.select("[id]")]
    assert sorted(set(ids)) == sorted(ids)


def test_a_sentence_may_hold_numbers_formulas_and_links(site):
    mark = soup(site / "chapter.html").select_one("#claim-deep-wins")
    assert "helps, with 0.91 and" in mark.get_text()
    assert mark.select_one(".math")
    assert mark.select_one("a[href='#second']")


def test_nothing_of_the_evidence_is_shown_by_the_cell(site):
    assert "vnd.dlcourse" not in (site / "chapter.html").read_text("utf-8")


def test_the_downloaded_notebook_keeps_the_sentence(site):
    notebook = nbformat.read(site / "chapter.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "The *wide* net, with twice the parameters, is better. After it." in text
    assert "Depth $x^2$ helps, with 0.91 and" in text
    assert "seeds" not in text


def test_the_list_has_the_thinnest_first_with_links_and_arms(site):
    entries = soup(site / "list.html").select("ol.all-claims > li")
    links = [entry.select_one("a") for entry in entries]
    # 0.05 is half of a spread of 0.1; 0.39 is 19 spreads of 0.02.
    assert [link["href"] for link in links] == [
        "chapter.html#claim-wide-wins", "chapter.html#claim-deep-wins"
    ]  # fmt: skip
    assert links[0].get_text() == "With twice the parameters, is better."
    first, second = (entry.get_text() for entry in entries)
    for part in (
        "A chapter. Smallest margin 0.050 (0.50 times the spread of the seeds; at least 0.040 is",
        "wide: 0.900, 0.800; parameters: 2,000",
        "chance: 0.100 (constant)",
        "They differ in width; equal: steps and <data>.",
        "Measured on 1,000 held-out images; higher is better.",
    ):
        assert part in first
    assert "19 times the spread" in second
    assert entries[1].select_one("a .math")
    assert "mathjax" in (site / "list.html").read_text("utf-8")
    assert not entries[1].select("a a")


FAULTY = {
    "unknown.md": "# A\n\nText.\n\n{claim}`It is better. <nobody-knows>`\n",
    "nameless.md": "# B\n\n{claim}`It is better.`\n",
    "concealed.md": "# C\n\nIn all steps it is so. {claim}`Wide is better: <wide-wins>` it is.\n",
    "again.md": chapter(DEEP, "{claim}`Depth helps. <deep-wins>`"),
    "chapter.md": chapter(WIDE + DEEP.replace("deep-wins", "lonely") + DEEP, "Text."),
    "wrong.md": chapter(WIDE.replace("wide-wins", "wrong").replace("0.04", "0.5"), "Text."),
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    settings = {"nb_execution_raise_on_error": False, "nb_execution_mode": "force"}
    return folder, build(folder, FAULTY, "dummy", **settings).splitlines()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("unknown.md:5", "claim 'nobody-knows' is registered by no cell"),
        ("nameless.md:3", "claim: write the sentence and then, in angle brackets"),
        ("concealed.md:3", "claim 'wide-wins': the arms differ in parameters by more than 5 %"),
        ("chapter.md", "claim 'lonely' is used by no sentence"),
        ("again.md", "claim 'deep-wins' is registered on chapter, too"),
    ],
)
def test_what_must_not_pass_is_a_warning(faulty, place, message):
    _folder, warnings = faulty
    assert [w for w in warnings if f"{place}: WARNING: {message}" in w], "\n".join(warnings)


def test_nothing_else_is_a_warning_of_claims(faulty):
    assert sum("WARNING: claim" in warning for warning in faulty[1]) == 5


def test_a_claim_that_does_not_hold_fails_its_notebook(faulty):
    folder, warnings = faulty
    assert any("wrong.md: WARNING: Executing notebook failed" in warning for warning in warnings)
    report = (folder / "_build/dummy/reports/wrong.err.log").read_text("utf-8")
    assert "claim 'wrong' does not hold with a margin of 0.5: at seed 0," in report


# -- in a browser ------------------------------------------------------------------------------


def visible(page):
    return page.locator(".claim-evidence").evaluate_all(
        "all => all.filter(e => getComputedStyle(e).visibility == 'visible').map(e => e.id)"
    )


@pytest.mark.parametrize("script", [True, False])
def test_evidence_is_shown_by_pointing_and_by_keyboard(browser, site, script):
    context = browser.new_context(java_script_enabled=script, color_scheme="dark")
    page = context.new_page()
    page.goto((site / "chapter.html").as_uri())
    assert visible(page) == []
    page.get_by_text("is better.").hover()
    assert visible(page) == ["claim-wide-wins-evidence"]
    page.locator("#claim-wide-wins-evidence").hover()  # the pointer may go there
    assert visible(page) == ["claim-wide-wins-evidence"]
    page.mouse.move(2, 2)
    page.locator("#claim-wide-wins .claim-sign").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # behind the link in the next sentence
    assert visible(page) == ["claim-deep-wins-evidence"]
    if script:
        page.keyboard.press("Escape")
        assert visible(page) == []
    context.close()


def test_evidence_is_shown_by_a_tap_and_stays_in_view_on_a_phone(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto((site / "chapter.html").as_uri())
    page.get_by_text("Again, depth helps.").tap()
    assert visible(page) == ["claim-deep-wins-2-evidence"]
    box = page.locator("#claim-deep-wins-2-evidence").bounding_box()
    mark = page.locator("#claim-deep-wins-2").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= mark["y"] + mark["height"] - 8, "it covers its sentence"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("article h1").tap()
    assert visible(page) == []
    context.close()


def test_on_paper_the_evidence_follows_its_sentence(browser, site):
    page = browser.new_page()
    page.goto((site / "chapter.html").as_uri())
    page.emulate_media(media="print")
    assert len(visible(page)) == 3
    assert not page.locator(".claim-sign").first.is_visible()
    page.close()
