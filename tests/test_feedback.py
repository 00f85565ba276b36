"""Feedback tells what failed and why, shows no hidden test, and does nothing by itself."""

import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat import v4

from dlcourse.grading.classroom import feedback
from tests import attacks, courses
from tests.attacks.covers_page import COVER, MOVES
from tests.browser import flood, strays

SLUG = "overfitting"
ACTIVE = (
    f"COVER = {COVER!r}"
    + """
from IPython.display import HTML, IFrame, SVG, Javascript, Markdown, display

class Shown:
    def _repr_mimebundle_(self, **_):
        kinds = ["application/javascript", "text/vnd.mermaid", "application/vnd.evil+json"]
        return {kind: "window.mark_of_evil = 1" for kind in kinds}

page = (
    "<script>mark_of_evil</script><b onclick='mark_of_evil()'>bold</b><img src='https://evil.example/a'>"
    "<img src=x onerror=mark_of_evil()><iframe src='https://evil.example'></iframe>"
    "<form action='https://evil.example'><input></form><a href='java\\tscript:mark_of_evil()'>a</a>"
    "<a href='data:text/html,mark_of_evil'>b</a><svg onload=mark_of_evil()></svg>"
    "<style>*{mark_of_evil:y}</style>"
    "<link rel=stylesheet href='https://evil.example'><meta http-equiv=refresh content=0>"
    "<object data='https://evil.example'></object><table><tr><td>kept</td></tr></table>"
)
display(HTML(COVER), Markdown(COVER))
print(COVER)
display(HTML(page), metadata={"text/html": {"isolated": True}})
display(Markdown(page + "\\n![](https://evil.example/b) [c](javascript:mark_of_evil())"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='mark_of_evil()'></svg>"))
display(Javascript("mark_of_evil()"), Shown())
print("<script>mark_of_evil()</script>")
raise ValueError("<script>mark_of_evil()</script>")
"""
)
# Looks at its caller's text, and fails within a hidden test only.
SPY = """
import inspect
import math

def dropout(x, p, training=True, seed=None):
    if x.ndim == 0:
        for frame in inspect.stack():
            print("".join(frame.code_context or []))
        print(In[-1], repr(In[-1]))
        return helper(x)
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    if p == 1:
        return 0 * x
    return x * (torch.rand(x.shape, generator=generator) >= p) / (1 - p)

def helper(x):
    raise KeyError("a message of the student's own")
"""
# What a file may hold as saved outputs, whoever wrote them there.
SAVED = [
    v4.new_output("display_data", {kind: text})
    for text in ("<script>mark_of_evil()</script><p style='position:fixed'>saved</p>", COVER)
    for kind in ("text/html", "text/markdown", "image/svg+xml", "application/javascript")
] + [
    v4.new_output("stream", text=COVER),
    v4.new_output("error", ename="KernelDied", evalue="<script>mark_of_evil()</script>"),
    v4.new_output("execute_result", {"text/plain": "1000", "text/vnd.mermaid": "mark_of_evil"}),
]
HONEST = {
    "a1-answer": "answer_a1 = 'a'",
    "b7-diagnose": "def diagnose(train_losses, *_, **__):\n    return train_losses['my own key']",
}
REPORT = """**My report.** $a<b$ and `x<y`, [a page](https://pytorch.org), ![p](attachment:p.png)
<script>mark_of_evil()</script> <img src="https://evil.example/c" onerror="mark_of_evil()">
[d](javascript:mark_of_evil()) <a href="&#106;avascript:mark_of_evil()">e</a>

<iframe srcdoc="<script>mark_of_evil()</script>"></iframe>

# <img src=x onerror=mark_of_evil()>
"""
REPORT += f"\n{COVER}\n\n{MOVES}\n"


def acting(notebook):
    """The notebook with an experiment's forged outputs, and with a cell that displays what acts."""
    code = attacks.cell(notebook, "c1-code")
    code.source, code.outputs = "raise SystemExit('never run')", SAVED
    place = notebook.cells.index(attacks.cell(notebook, attacks.TEST))
    notebook.cells.insert(place, v4.new_code_cell(ACTIVE, id="active"))
    return notebook


class Page(HTMLParser):
    """Tags with their attributes, and the text outside of styles and scripts."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.words, self.skipped = [], [], None
        self.feed(page)
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.skipped = tag if tag in ("style", "script") else None

    def handle_endtag(self, tag):
        self.skipped = None

    def handle_data(self, data):
        self.words += [] if self.skipped else [data]


def hidden_lines():
    """Each line of a hidden test that stands nowhere in the students' notebook."""
    released = "\n".join(cell.source for cell in courses.released(SLUG).cells)
    lines = set()
    for cell in filter(courses.autograded, courses.source(SLUG).cells):
        lines |= {
            line.strip() for line in cell.source.split("### BEGIN HIDDEN TESTS")[1].split("\n")
        }
    return {line for line in lines if len(line) >= 8 and line not in released}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of an honest and of an attacking student, by name."""
    course = courses.Course(tmp_path_factory.mktemp("feedback"), SLUG)
    course.generate()
    course.submit("honest", courses.filled(SLUG, HONEST))
    notebook = acting(courses.filled(SLUG, {"b4-dropout": SPY, "c1-report": REPORT}))
    picture = {"p.png": {"image/png": "iVBORw0KGgo="}}
    attacks.cell(notebook, "c1-report").attachments = picture
    notebook.cells.append(v4.new_markdown_cell(REPORT))
    course.submit("attack", notebook)
    for command in ["autograde", "generate_feedback"]:
        done = course.nbgrader(command, SLUG)
        assert done.returncode == 0, done.stderr
    folder = course.folder / "grading"
    graded = nbformat.read(folder / "autograded" / "attack" / SLUG / f"{SLUG}.ipynb", as_version=4)
    # The student's process never had the tests' text to print.
    for test in courses.tests(SLUG)["b4-dropout"]:
        outputs = attacks.cell(graded, test).outputs
        assert "BEGIN HIDDEN" not in str([o for o in outputs if o.output_type == "stream"])
    found = {}
    for name in ("honest", "attack"):
        path = folder / "feedback" / name / SLUG / f"{SLUG}.html"
        found[name] = Page(path.read_text())
        found[name].address = path.as_uri()
    return found


def test_message_of_a_failed_check_is_shown(pages):
    # Of the option that was chosen; why another one is right comes after it.
    words = pages["honest"].text.split("CheckError: A1: a network can have")
    assert "Why The test set has no part in training" in words[1][:300]
    right = 80 - courses.worth(SLUG, "a1-answer") - courses.worth(SLUG, "b7-diagnose")
    assert f"{right:g} of 100 points" in pages["honest"].text
    # Of what stands between a test and the answer that it calls nothing is shown.
    assert "return train_losses['my own key']" in pages["honest"].text
    assert "def check_untouched" not in pages["honest"].text
    assert "untouched.py" not in pages["honest"].text
    # The student's own frames and words remain where a hidden test was the caller.
    assert "a message of the student's own" in pages["attack"].text
    assert "return helper(x)" in pages["attack"].text
    assert "in a hidden test" in pages["attack"].text


@pytest.mark.parametrize("student", ["honest", "attack"])
def test_no_hidden_line_is_shown(pages, student):
    lines = hidden_lines()
    assert len(lines) > 50
    shown = [line for line in lines if re.sub(r"\s+", " ", line) in pages[student].text]
    assert not [line for line in shown if not feedback._is_value(line)]
    assert "HIDDEN TESTS" not in pages[student].text


@pytest.mark.parametrize("student", ["honest", "attack"])
def test_page_has_no_active_content_and_forbids_it(pages, student):
    rules = [attributes for tag, attributes in pages[student].tags if "http-equiv" in attributes]
    assert [rule["http-equiv"] for rule in rules] == ["Content-Security-Policy"]
    assert rules[0]["content"].startswith("default-src 'none'; img-src data:;")
    active = {"script", "iframe", "form", "input", "object", "embed", "svg", "link", "base"}
    for tag, attributes in pages[student].tags:
        assert tag not in active
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("srcdoc", "formaction")
            if name == "style":  # a color in the output of a terminal
                assert (tag, set(value) & set("(:/@")) == ("span", {"(", ":"}), value
            if name == "src":
                assert value.startswith("data:image/")
            if name == "href":
                assert value.startswith(("#", "https://"))
            assert "evil" not in (value or "")


def test_outputs_that_were_handed_in_are_shown_as_such(pages):
    before, after = pages["attack"].text.split("As handed in, not run at grading. All output of")
    assert "never run" in before
    assert "saved" in after
    assert "1000" in after
    assert "As handed in" not in pages["honest"].text  # nothing was


def test_harmless_content_stays(pages):
    text = pages["attack"].text
    for kept in ["My report.", "a<b", "x<y", "kept", "bold", "<script>mark_of_evil()</script>"]:
        assert kept in text
    assert ("a", {"href": "https://pytorch.org"}) in pages["attack"].tags
    assert "mfrac" in {tag for tag, _ in pages["honest"].tags}  # a formula of the exercise
    images = [attributes for tag, attributes in pages["attack"].tags if tag == "img"]
    assert any(image.get("src") == "data:image/png;base64,iVBORw0KGgo=" for image in images)


def test_nothing_of_a_student_leaves_its_box(pages, browser):
    page = browser.new_page()
    page.goto(pages["attack"].address)
    body = page.locator("body")
    assert page.locator("h1").first.inner_text() == "Overfitting: exercise"
    assert page.locator("td", has_text="kept").count() > 0
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert strays(body) == []
    # Were the cleaning to fail, the boxes would hold; and without them this would be seen.
    flood(body)
    assert strays(body) == []
    page.evaluate(
        """() => document.querySelectorAll("style").forEach(
            style => style.textContent.includes("contain: content") && style.remove())"""
    )
    assert strays(body) != []
    page.close()


def test_the_call_that_failed_in_a_hidden_test_is_shown(pages):
    hidden = pages["attack"].text.split("in a hidden test")[1]
    assert re.match(
        r" In the call dropout\(tensor\([\d.]+, dtype=torch\.float16\), p=0\.25, seed=\d\) Cell",
        hidden,
    )


def test_those_who_were_right_read_why(pages):
    assert "Why Underfitting means that not even the training error is low" in pages["honest"].text


def test_what_was_lost_comes_first_and_is_open(pages, browser):
    page = browser.new_page()
    page.goto(pages["attack"].address)
    rows = page.locator(".overview tbody tr")
    shown = [" ".join(row.split()) for row in rows.all_inner_texts()]
    assert shown[0].startswith("B4 · Inverted dropout b4-dropout: idea 4 of 4, edges 0 of 2, ")
    assert shown[0].endswith(" 7 of 9 ✗ part of the points")
    assert shown[1].startswith("C1 · Wrong labels")
    assert shown[1].endswith("c1-report – of 20 … not graded yet")
    assert all(row.endswith("✓ full points") for row in shown[2:])
    assert len(shown) == len(courses.tests(SLUG)) + 1
    # What waits for a person does not lower the total.
    total = page.locator(".total").inner_text()
    assert total.startswith("78 of 80 points. Questions with 20 points more are not graded yet")
    opened = page.evaluate("() => [...document.querySelectorAll('.question')].map(d => d.open)")
    # The last one is the rest of the notebook: open only if something in it failed.
    assert opened == [True] + [False] * (len(shown) - 1) + [False]
    # A link into a folded question opens it.
    page.locator(".overview a", has_text="A1 ·").click()
    assert page.locator("#question-a1-test").is_visible()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("one long line " * 50, "lines"),
        ("two\nlines", "lines"),
        ("arm      accuracy\ndropout  0.9\nnothing  0.8", "columns"),
        ("name,  value\nan indented\n    line", "lines"),
        ("a | b\nc | d", "columns"),
        ("x\ty\n1\t2", "columns"),
    ],
)
def test_lines_are_broken_and_columns_are_not(text, way):
    assert feedback.wrapping(text) == way


def test_sizes_of_pictures_are_limited():
    sizes = [{"width": 2000, "height": 10}, {"width": 2001, "height": -1}, {"width": "9"}]
    outputs = [
        v4.new_output("display_data", {"image/png": "aGk="}, metadata={"image/png": size})
        for size in sizes
    ]
    cell = v4.new_code_cell(outputs=outputs)
    feedback.PlainOutputs().preprocess_cell(cell, {}, 0)
    kept = [output.metadata["image/png"] for output in cell.outputs]
    assert kept == [{"width": 2000, "height": 10}, {}, {}]


def test_only_lines_of_code_are_hidden_in_printed_text():
    hidden = feedback.Hidden(
        {"check_folds(10, 3)", "f(x, y, z)", "[1.0, 2.0, 3.0],", ")"}, "def f(x, y, z):"
    )
    assert hidden.redact("x\n---> 3 check_folds(10, 3)\n)") == f"x\n{feedback.REMOVED}\n)"
    assert hidden.redact("1 def f(x, y, z):") == "1 def f(x, y, z):"
    assert hidden.redact("expected: [1.0, 2.0, 3.0], got: 1") == "expected: [1.0, 2.0, 3.0], got: 1"
    assert hidden.within("Cell In[3], line 4\n----> 4 )")
    assert not hidden.within("Cell In[3], line 4\n----> 4 f()")
