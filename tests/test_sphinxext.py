"""The Sphinx extension, on small projects that are built for the purpose."""

import ast
import html
import io
import json
import random
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("jupyter_book", reason="needs dlcourse[book]")

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from myst_nb.core.execute import ExecutionError
from sphinx import locale
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from dlcourse.sphinxext import assets, launch
from dlcourse.sphinxext.markdown import escape
from dlcourse.sphinxext.quiz import split

HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""

QUIZ = r"""```{quiz} Which use of the **test set** is wrong, given $\lambda > 0$?
:name: quiz-use
It has `n` examples.

- [ ] To estimate the {term}`generalization error`.
  : That is its purpose.
- [x] To choose
  $\lambda$.
  : Whoever tunes on it overfits it.

    Take the validation set.
- [ ] Once.
  : Yes: once.
```
"""

CHAPTER = (
    HEADER
    + r"""(first)=
# A chapter with `code` and 5 * 3 * 2

Text with *emphasis*, a_b, {term}`generalization error`, {cite:p}`lamport1994`, {ref}`second`,
{numref}`fig-line`, {eq}`eq-square`, {doc}`words` and {glue:text}`answer:.2f`.

$$
y = x^2
$$ (eq-square)

```{code-cell} ipython3
:tags: [remove-cell]
from myst_nb import glue
glue("answer", 41.987, display=False)
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-line
    caption: A line with $\sigma = 1$.
---
class Shown:
    def _repr_mimebundle_(self, include=None, exclude=None):
        png = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
            "RU5ErkJggg=="
        )
        return {"image/png": png, "text/plain": "plain"}, {
            "image/png": {"alt": "A line that rises", "width": 60, "height": 40}
        }


Shown()
```

```{code-cell} ipython3
:tags: [hide-input]
print("seen {ref}`nothing`")
```

(second)=
## A second section

```{admonition} Note well
:class: tip
Inside $x$.
```

| a | b |
|---|---|
| 1 | x \| y |

"""
    + QUIZ
)

WORDS = """# Words

```{glossary}
generalization error
  泛化误差. The expected error on new data.
```
"""

BIBLIOGRAPHY = """# Sources

```{bibliography}
```
"""

BIB = "@book{lamport1994, author={Leslie Lamport}, title={A System}, publisher={A}, year={1994}}\n"

SETTINGS = {
    "extensions": ["myst_nb", "sphinxcontrib.bibtex", "sphinx_book_theme", "dlcourse.sphinxext"],
    "myst_enable_extensions": ["dollarmath"],
    "bibtex_bibfiles": ["references.bib"],
    "bibtex_reference_style": "author_year",
    "html_theme": "sphinx_book_theme",
    "html_title": "A Book",
    "nb_execution_mode": "cache",
    "nb_execution_raise_on_error": True,
    "numfig": True,
    "exclude_patterns": ["_build"],
}


def build(folder: Path, pages: dict[str, str], builder: str = "html", **settings) -> str:
    """Build a project in ``folder``; returns what Sphinx warned of."""
    for name, text in {"references.md": BIBLIOGRAPHY, **pages}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "references.bib").write_text(BIB, encoding="utf-8")
    names = "\n".join(Path(name).stem for name in ["references.md", *pages])
    (folder / "index.md").write_text(f"# Index\n\n```{{toctree}}\n{names}\n```\n", encoding="utf-8")
    warnings = io.StringIO()
    locale.translators.clear()  # Sphinx keeps them for the process; another build may be Chinese.
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            srcdir=folder,
            confdir=None,
            outdir=folder / "_build" / builder,
            doctreedir=folder / "_build" / "doctrees",
            buildername=builder,
            confoverrides=SETTINGS | settings,
            status=None,
            warning=warnings,
        )
        app.build()
    return re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    warnings = build(folder, {"chapter.md": CHAPTER, "words.md": WORDS})
    assert warnings == ""
    return folder


@pytest.fixture(scope="module")
def page(book):
    return BeautifulSoup((book / "_build/html/chapter.html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def notebook(book):
    return nbformat.read(book / "_build/html/chapter.ipynb", as_version=4)


# -- quiz -----------------------------------------------------------------------------------------


def test_split_keeps_lines_and_offsets():
    rest, options = split(
        ["more", "", "- [ ] one", "  still one", "  : why", "", "    deep", "- [x] two", "  : yes"]
    )
    assert rest.lines == ["more", ""]
    assert [option.mark for option in options] == ["", "x"]
    assert options[0].text.lines == ["one", "still one"]
    assert options[0].explanation.lines == ["why", "", "  deep"]
    assert (options[0].text.offset, options[0].explanation.offset) == (2, 4)
    assert (options[1].text.offset, options[1].explanation.offset) == (7, 8)


def test_quiz_is_a_labeled_group_of_radio_buttons(page):
    quiz = page.select_one("#quiz-use")
    legend = quiz.select_one("fieldset > legend")
    assert "Which use of the test set is wrong" in legend.get_text()
    assert legend.strong.get_text() == "test set"
    radios = quiz.select("input[type=radio]")
    assert len({radio["name"] for radio in radios}) == 1
    assert [radio["data-right"] for radio in radios] == ["false", "true", "false"]
    for radio in radios:
        assert quiz.select_one(f"label[for={radio['id']}]").get_text(strip=True)
    assert not quiz.select("legend p, label p")  # Both may hold phrasing content only.
    status = quiz.select_one("[role=status]")
    assert status["aria-live"] == "polite"
    assert status.get_text() == ""


def test_quiz_answers_stand_in_details(page):
    answers = page.select("#quiz-use details li")
    texts = [" ".join(answer.get_text(" ").split()) for answer in answers]
    assert texts == [
        "Not the answer. That is its purpose.",
        "This is the answer. Whoever tunes on it overfits it. Take the validation set.",
        "Not the answer. Yes: once.",
    ]


def test_quiz_is_plain_in_other_builders(tmp_path):
    pages = {"quiz.md": f"# Quiz\n\n{QUIZ}", "words.md": WORDS}
    assert build(tmp_path, pages, "text") == ""
    text = (tmp_path / "_build/text/quiz.txt").read_text("utf-8")
    assert "1. To estimate the" in text
    assert "2. **This is the answer.** Whoever tunes on it overfits it." in text
    assert build(tmp_path, pages, "latex") == ""
    tex = next((tmp_path / "_build/latex").glob("*.tex")).read_text("utf-8")
    assert "Whoever tunes on it overfits it." in tex


def test_gettext_finds_every_part_of_a_quiz(tmp_path):
    build(tmp_path, {"quiz.md": f"# Quiz\n\n{QUIZ}", "words.md": WORDS}, "gettext")
    catalog = (tmp_path / "_build/gettext/quiz.pot").read_text("utf-8")
    strings = re.sub(r'"\n"', "", catalog)
    for text, line in {
        "Which use of the **test set** is wrong, given $\\\\lambda > 0$?": 3,
        "It has `n` examples.": 5,
        "To estimate the {term}`generalization error`.": 7,
        "That is its purpose.": 8,
        "To choose $\\\\lambda$.": 9,
        "Whoever tunes on it overfits it.": 11,
        "Take the validation set.": 13,
        "Yes: once.": 15,
    }.items():
        assert f'../../quiz.md:{line}\nmsgid "{text}"' in strings


def test_quiz_is_translated(tmp_path):
    catalog = tmp_path / "locale" / "zh_CN" / "LC_MESSAGES" / "quiz.po"
    catalog.parent.mkdir(parents=True)
    catalog.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "That is its purpose."\nmsgstr "这正是它的用途。"\n\n'
        'msgid "To choose $\\\\lambda$."\nmsgstr "选择 $\\\\lambda$。"\n',
        encoding="utf-8",
    )
    pages = {"quiz.md": f"# Quiz\n\n{QUIZ}", "words.md": WORDS}
    build(tmp_path, pages, language="zh_CN", locale_dirs=["locale"])
    built = BeautifulSoup((tmp_path / "_build/html/quiz.html").read_text("utf-8"), "html.parser")
    assert "这正是它的用途。" in built.select_one("#quiz-use details").get_text()
    label = built.select("#quiz-use label")[1]
    assert "选择" in label.get_text()
    assert label.select_one(".math")


MALFORMED = {
    "noquestion": ("```{quiz}\n- [x] a\n  : b\n- [ ] c\n  : d\n```", 3, "asks nothing"),
    "nooption": ("```{quiz} Why?\nBecause.\n```", 3, "0 option(s)"),
    "nowhy": ("```{quiz} Why?\n- [x] a\n  : b\n- [ ] c\n```", 6, "option b has no explanation"),
    "emptywhy": ("```{quiz} Why?\n- [x] a\n  :\n- [ ] c\n  : d\n```", 4, "option a has no expl"),
    "notext": ("```{quiz} Why?\n- [x]\n  : b\n- [ ] c\n  : d\n```", 4, "option a has no text"),
    "noright": ("```{quiz} Why?\n- [ ] a\n  : b\n- [ ] c\n  : d\n```", 3, "0 options are marked"),
    "tworight": ("```{quiz} Why?\n- [x] a\n  : b\n- [x] c\n  : d\n```", 3, "2 options are marked"),
    "mark": ("```{quiz} Why?\n- [v] a\n  : b\n- [x] c\n  : d\n```", 4, "mark [v]"),
    "block": (
        "````{quiz} Why?\n- [x] ```\n  a\n  ```\n  : b\n- [ ] c\n  : d\n````",
        4,
        "must begin with text",
    ),
}


@pytest.fixture(scope="module")
def malformed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("malformed")
    pages = {f"{name}.md": f"# T\n\n{text}\n" for name, (text, _, _) in MALFORMED.items()}
    return build(folder, pages, "dummy").splitlines()


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_quiz_is_a_warning_with_file_and_line(malformed, name):
    _, line, message = MALFORMED[name]
    found = [warning for warning in malformed if f"{name}.md:" in warning]
    assert len(found) == 1
    assert f"{name}.md:{line}: WARNING: quiz: " in found[0]
    assert message in found[0]


# -- images ---------------------------------------------------------------------------------------


def test_output_image_has_its_alt_text_and_size(page):
    image = page.select_one("figure#fig-line img")
    assert image["alt"] == "A line that rises"
    assert "width: 60px" in image["style"]
    assert "Fig. 1" in page.select_one("figure#fig-line figcaption").get_text()


PICTURES = (
    HEADER
    + """# Pictures

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-drawing
    caption: A drawing.
---
from dlcourse.plotting import diagrams, live
d = diagrams.Drawing("One leads to the other.")
d.arrow(d.box("one"), d.box("other").right_of(d["one"]))
d
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-live
    caption: A live figure.
---
live("convolution", still=d, photo=[1, 2], text="</script>")
```

```{quiz} Right?
- [x] Yes.
  : It is.
- [ ] No.
  : It is not.
```
"""
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    again = "# Again\n\n```{live} convolution\n```\n\n{numref}`fig-live`, {numref}`fig-drawing`\n"
    warnings = build(folder, {"again.md": again, "pictures.md": PICTURES})
    assert warnings == ""
    return folder / "_build/html"


def test_a_drawing_stands_in_the_page_with_its_words(pictures):
    page = BeautifulSoup((pictures / "pictures.html").read_text("utf-8"), "html.parser")
    figure = page.select_one("#fig-drawing")
    assert figure.select_one(".dlcourse-drawing svg")["aria-label"] == "One leads to the other."
    assert [li.text for li in figure.select("details li")] == ["one", "other", "one → other"]
    assert "A drawing." in figure.select_one("figcaption").text
    assert not page.select("img[src^=_images]")


def test_a_live_figure_has_still_data_and_scripts_on_each_page(pictures):
    for name in ("pictures", "again"):
        page = BeautifulSoup((pictures / f"{name}.html").read_text("utf-8"), "html.parser")
        figure = page.select_one(".dlcourse-live[data-name=convolution]")
        assert figure.select_one(".live-still svg")["aria-label"] == "One leads to the other."
        data = json.loads(figure.select_one("script[type='application/json']").string)
        assert data == {"photo": [1, 2], "text": "</script>"}
        scripts = [s["src"].split("?")[0] for s in page.select("script[src*=_static]")]
        wanted = [f"_static/kit/{n}.js" for n in ("tensor", "words", "controls", "charts", "live")]
        assert [s for s in scripts if "/kit/" in s or "/live/" in s] == [
            *wanted, "_static/live/convolution.js"
        ]  # fmt: skip
        assert all((pictures / script).is_file() for script in wanted)


def test_other_pages_load_no_live_scripts(pictures):
    assert "_static/kit/" not in (pictures / "references.html").read_text("utf-8")


def test_the_site_knows_how_much_each_page_asks(pictures):
    totals = (pictures / "_static/totals.js").read_text("utf-8")
    assert '{"again": 1, "pictures": 2}' in totals


def test_a_live_figure_that_cannot_run_is_a_warning(tmp_path):
    page = "# Page\n\n```{live} nothing-of-that-name\n```\n\n```{live} convolution\n```\n"
    warnings = build(tmp_path, {"page.md": page})
    assert "page.md:3: WARNING: live figure 'nothing-of-that-name': there is no script" in warnings
    assert "page.md:6: WARNING: live figure 'convolution': no cell gives it data" in warnings


def test_output_image_without_alt_text_is_a_warning(tmp_path):
    silent = CHAPTER.replace('"alt": "A line that rises", ', "")
    warnings = build(tmp_path, {"chapter.md": silent, "words.md": WORDS})
    assert re.search(r"chapter\.md:\d+: WARNING: the output image of cell \d+ has no alt", warnings)


def test_cell_can_name_its_image_itself(tmp_path):
    silent = CHAPTER.replace('"alt": "A line that rises", ', "")
    named = silent.replace("  figure:\n", "  image:\n    alt: Named by the cell\n  figure:\n")
    assert build(tmp_path, {"chapter.md": named, "words.md": WORDS}) == ""
    assert 'alt="Named by the cell"' in (tmp_path / "_build/html/chapter.html").read_text("utf-8")


# -- notebook -------------------------------------------------------------------------------------


def markdown_of(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_notebook_is_valid_and_clean(notebook):
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"cell-{i:03d}" for i in range(1, len(ids) + 1)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_notebook_text_is_plain_markdown(notebook):
    text = markdown_of(notebook)
    assert not re.search(r"\{[\w:-]+\}`|```\s*\{|:::|^\([\w-]+\)=$", text, re.MULTILINE)
    assert "# A chapter with `code` and 5 \\* 3 \\* 2" in text
    assert (
        "a_b, generalization error, [Lamport, 1994], A second section, Fig. 1, (1), Words and 41.99"
        in text
    )
    assert "$$\ny = x^2\n\\tag{1}\n$$" in text
    assert "**Fig. 1.** A line with $\\sigma = 1$." in text
    assert "> **Note well**\n>\n> Inside $x$." in text
    assert "| 1 | x \\| y |" in text
    assert "- **b.** To choose $\\lambda$." in text
    assert "- **b. This is the answer.** Whoever tunes on it overfits it." in text


def test_notebook_has_the_visible_code_only(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 3  # The first cell, the figure, the folded one.
    assert not any("glue" in cell.source for cell in code)
    assert 'print("seen {ref}`nothing`")' in code[2].source  # Code is left as it is.
    assert code[2].metadata.jupyter.source_hidden is True
    for cell in code:
        ast.parse(cell.source)


def test_notebook_runs(notebook):
    nbclient = pytest.importorskip("nbclient")
    ran = nbclient.NotebookClient(notebook.copy(), timeout=120, kernel_name="python3").execute()
    assert any("A line that rises" in str(cell.get("outputs")) for cell in ran.cells)


def test_notebook_is_the_same_each_time(book, tmp_path):
    build(tmp_path, {"chapter.md": CHAPTER, "words.md": WORDS})
    again = (tmp_path / "_build/html/chapter.ipynb").read_bytes()
    assert again == (book / "_build/html/chapter.ipynb").read_bytes()


def test_only_chapters_have_notebooks(book):
    assert [path.name for path in (book / "_build/html").glob("*.ipynb")] == ["chapter.ipynb"]


def test_escaped_text_reads_as_it_was():
    draw = random.Random(0)
    parser = MarkdownIt("commonmark")
    for _ in range(3000):
        text = "".join(draw.choices("ab _*`<>/![]()$\\~&;#1.-+{}|\"'", k=draw.randint(1, 14)))
        # A paragraph begins with a word here; how lines begin is the paragraph's own matter.
        text = "w" + re.sub(r"\s+", " ", text).rstrip()
        if re.search(r"\]\(|&[#\w]+;|<[a-z]+:", text):
            continue  # A link or an entity, spelled out in running text: not worth the backslashes.
        rendered = parser.render(escape(text)).strip()
        shown = html.unescape(re.fullmatch(r"<p>(.*)</p>", rendered, re.DOTALL)[1])
        assert shown == text.replace("$", "\\$").replace("\\\\$", "\\$") or shown == text


# -- repository and buttons -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"GITHUB_REPOSITORY": "ada/course"}, launch.Repository("ada", "course")),
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "ada/a.b-c"},
            launch.Repository("ada", "a.b-c"),
        ),
        # Colab and Binder know only github.com.
        ({"GITHUB_SERVER_URL": "https://git.school.org", "GITHUB_REPOSITORY": "ada/course"}, None),
    ],
)
def test_repository_from_the_environment(tmp_path, environ, expected):
    assert launch.find_repository(tmp_path, environ) == expected


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/ada/course.git", launch.Repository("ada", "course")),
        ("https://github.com/ada/course", launch.Repository("ada", "course")),
        ("git@github.com:ada/course.git", launch.Repository("ada", "course")),
        ("ssh://git@github.com/ada/course.git", launch.Repository("ada", "course")),
        ("https://token@github.com/ada/course", launch.Repository("ada", "course")),
        ("https://gitlab.com/ada/course.git", None),
        ("/srv/git/course.git", None),
        ("https://evil.example/github.com/ada/course", None),
    ],
)
def test_repository_from_git(tmp_path, remote, expected):
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    assert launch.find_repository(tmp_path, {}) is None
    subprocess.run([*git, "remote", "add", "origin", remote], check=True)
    assert launch.find_repository(tmp_path, {}) == expected


def test_site_address():
    assert launch.Repository("Ada", "course").site == "https://ada.github.io/course/"
    assert launch.Repository("Ada", "ada.github.io").site == "https://ada.github.io/"


def test_buttons_without_a_repository(page):
    links = {link.get_text(strip=True): link for link in page.select(".article-header-buttons a")}
    assert list(links) == ["Notebook (.ipynb)"]
    assert links["Notebook (.ipynb)"]["href"] == "chapter.ipynb"
    assert links["Notebook (.ipynb)"]["download"] == "chapter.ipynb"


def test_buttons_with_a_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada/course")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    pages = {"chapter.md": CHAPTER, "words.md": WORDS}
    pages["students.md"] = "# For students\n\n(run-chapter)=\n## Run it\n\nSo.\n"
    assert build(tmp_path, pages) == ""
    out = tmp_path / "_build/html"
    built = BeautifulSoup((out / "chapter.html").read_text("utf-8"), "html.parser")
    links = {
        link.get_text(strip=True) or link["aria-label"]: link["href"]
        for link in built.select(".article-header-buttons a")
    }
    colab = "https://colab.research.google.com/github/ada/course/blob/gh-pages/chapter.ipynb"
    assert links == {
        "Run on this computer": "students.html#run-chapter",
        "Colab": colab,
        "Binder": "https://mybinder.org/v2/gh/ada/course/gh-pages?labpath=chapter.ipynb",
        "Notebook (.ipynb)": "chapter.ipynb",
        "Repository on GitHub": "https://github.com/ada/course",
    }
    assert 'id="run-chapter"' in (out / "students.html").read_text("utf-8")
    assert (out / "binder/requirements.txt").read_text("utf-8").splitlines()[-1] == (
        "dlcourse[data] @ git+https://github.com/ada/course"
    )
    notebook = nbformat.read(out / "chapter.ipynb", as_version=4)
    first = notebook.cells[0].source
    assert '    %pip install --quiet "dlcourse[data] @ git+https://github.com/ada/course"' in first
    assert "[Words](https://ada.github.io/course/words.html)" in markdown_of(notebook)


# -- the rest of a page ---------------------------------------------------------------------------


def test_mathjax_is_local_and_complete(book, page):
    scripts = [script["src"] for script in page.select("script[src]")]
    assert any(source.startswith("_static/mathjax/tex-chtml.js") for source in scripts)
    assert not any("//" in source for source in scripts)
    copied = book / "_build/html/_static/mathjax"
    assert (copied / "output/chtml/fonts/woff-v2/MathJax_Main-Regular.woff").stat().st_size > 10_000
    assert (copied / "input/tex/extensions/cancel.js").is_file()
    assert sum(path.stat().st_size for path in copied.rglob("*") if path.is_file()) < 4_000_000


def test_missing_mathjax_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(assets, "MATHJAX_PACKAGE", "no-such-package-here")
    with pytest.raises(assets.ExtensionError, match=r"pip install 'dlcourse\[book\]'"):
        assets.mathjax_folder()


def test_chinese_is_marked(book):
    words = BeautifulSoup((book / "_build/html/words.html").read_text("utf-8"), "html.parser")
    assert [span.get_text() for span in words.select("[lang=zh]")] == ["泛化误差"]


def test_bibliography_is_a_list_of_items(book):
    sources = (book / "_build/html/references.html").read_text("utf-8")
    entries = BeautifulSoup(sources, "html.parser").select(".citation-list > *")
    assert [entry["role"] for entry in entries] == ["listitem"]


# -- execution ------------------------------------------------------------------------------------

MEETING = """# Page {name}

```{{code-cell}} ipython3
import pathlib, time

pathlib.Path("{name}.here").touch()
deadline = time.monotonic() + 60
while not pathlib.Path("{other}.here").exists():
    assert time.monotonic() < deadline, "the other notebook does not run"
    time.sleep(0.05)
"met {other}"
```
"""


def test_notebooks_run_side_by_side_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    pages = {
        f"{name}.md": HEADER + MEETING.format(name=name, other=other)
        for name, other in [("a", "b"), ("b", "a")]
    }
    assert build(tmp_path, pages) == ""
    for name, other in [("a", "b"), ("b", "a")]:
        assert f"met {other}" in (tmp_path / f"_build/html/{name}.html").read_text("utf-8")
    for mark in tmp_path.glob("*.here"):
        mark.unlink()
    assert build(tmp_path, pages, "text") == ""
    assert list(tmp_path.glob("*.here")) == [], "a notebook ran although its outputs are cached"


def test_a_notebook_that_fails_among_others_ends_the_build(tmp_path):
    wrong = HEADER + "# Wrong\n\n```{code-cell} ipython3\n1 / 0\n```\n"
    fine = HEADER + "# Fine\n\n```{code-cell} ipython3\n1 + 1\n```\n"
    with pytest.raises(ExecutionError, match="wrong"):
        build(tmp_path, {"fine.md": fine, "wrong.md": wrong})
