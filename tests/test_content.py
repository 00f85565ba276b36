"""What may be shown of a stranger's text: on a line, in a page, as a formula."""

import html
import random
import re
from html.parser import HTMLParser

import pytest

from dlcourse.grading.content import colors, formulas, nesting
from dlcourse.grading.content import html as content
from dlcourse.grading.content.html import clean
from dlcourse.grading.content.text import cell, plain, printable

# What a random page is made of: all that has a rule of its own in a browser's parser.
SOUP = [f"<{end}{name}>" for name in sorted(content.TAGS) for end in ("", "/")]
SOUP += re.findall(
    r"\S+",
    """<svg> </svg> <math> <select> </select> <form> <marquee> <template> <title> <textarea>
    </textarea> <!-- --> <script> </script> <frameset> <body> </body> </html> <button> </button>
    <section> <noscript> <![CDATA[ <col> <b/class=c &lt; &#10; x""",
)
SOUP += ["<!DOCTYPE html>", "<a href='#x'>", "\n", "y "]
# Tags that end more than they seem to, for a parser that follows the standard.
WAYS_OUT = [
    "<ul><li><div><li>x</li></div></div></div></li></ul>",
    "<li><object><div><object><li></div></div></div></div>",
    "<dl><dd><div><dt></dt></div></div></dd></dl>",
    "<table><tr><td></div></td></tr></table></div></div>",
    "</td></tr></table></div>",
    "<table></div><td></table></div>",
    "<p><table><p></table></p></div>",
    "</p></div></section></main></body></html><div>",
    "<select></div><option></select></div>",
    "<svg><p></svg></div><math><mi></div></math>",
    "<!--></div><!-- --!></div>",
    "<textarea></div></textarea></div>",
    "<plaintext></div>",
    "<a href='#'><div><a href='#'></div></div></a></div>",
    "<pre>&#10;&#10;</div></pre>",
]


class Elements(HTMLParser):
    """The elements of a page in their order, each with its attributes, and how deep they nest."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.depth = [], 0, 0
        self.feed(page)
        assert self.open == 0

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open += tag not in nesting.VOID
        self.depth = max(self.depth, self.open)

    def handle_endtag(self, tag):
        self.open -= 1


def markdown(text):
    return content.markdown2html({"cell": {}}, text)


# -- on a line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[2J\nzed  100 of 100", "a\\x1b[2J\\nzed  100 of 100"),
        (
            "Your file is fine.\nmallory      100 of 100",
            "Your file is fine.\\nmallory      100 of 100",
        ),
        ("a\r\x08\x7f\x9b2J\x85\u2028\u2029b", "a\\r\\x08\\x7f\\x9b2J\\x85\\u2028\\u2029b"),
        ("\u202etxt.\u2066exe\ufeff", "\\u202etxt.\\u2066exe\\ufeff"),
        ("Z" + "\u0300" * 6, "Z" + "\u0300" * 4 + "\\u0300" * 2),
        ("\udcff\ud800", "\\udcff\\ud800"),  # a file's name that is not UTF-8
        ("Ada Łovelace, 李明\u3000(β) 🎓", "Ada Łovelace, 李明\u3000(β) 🎓"),
        ("", ""),
    ],
)
def test_printable(text, expected):
    assert printable(text) == expected
    assert printable(expected) == expected
    expected.encode("utf-8")


def test_whatever_is_printable_stays_on_its_line():
    every = "".join(map(chr, range(0x110000)))
    assert len(printable(every).splitlines()) == 1
    assert "\x1b" not in printable(every)


def test_plain_text_is_harmless_and_short():
    assert plain("\x1b[31mred\x1b[0m \u202eevil\x00 \ud800") == "red \\u202eevil\\x00 \\ud800"
    assert len(plain("x" * 10**6)) < 1000
    assert len(plain("\n" * 10**5 + "x").splitlines()) <= 12
    plain("\ud800\udfff").encode("utf-8")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", "＝1"])
def test_cells_are_no_formulas(value):
    assert cell(value).startswith("'")


def test_cells_keep_numbers_and_plain_words():
    assert cell(-0.25) == -0.25
    assert cell("ana = 1") == "ana = 1"
    assert cell("two\n  lines") == "two / lines"


# -- HTML -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>bold</b>", "<b>bold</b>"),
        ("<script>x()</script>after", "after"),
        ("<scr<script></script>ipt>x()", "ipt&gt;x()"),  # a tag named "scr<script", then text
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<a href="#b1">a</a>', '<a href="#b1">a</a>'),
        ('<a href=" HTTPS://pytorch.org">a</a>', '<a href=" HTTPS://pytorch.org">a</a>'),
        ('<img src="data:image/svg+xml;base64,aGk=">', "<img>"),
        (
            '<img src="data:image/png;base64,aGk=" onload="x()">',
            '<img src="data:image/png;base64,aGk=">',
        ),
        ('<p style="position:fixed" id="a1-test">p</p>', "<p>p</p>"),
        ("1 < 2 <3 <b>&lt;b&gt;</b> &amp; &", "1 &lt; 2 &lt;3 <b>&lt;b&gt;</b> &amp; &amp;"),
        ("<ol start=3><li>a<li>b</ol>", '<ol start="3"><li>a</li><li>b</li></ol>'),
        (
            "<table><tr><th scope=row>a<td rowspan=2>b</table>c",
            '<table><tbody><tr><th scope="row">a</th><td rowspan="2">b</td></tr></tbody></table>c',
        ),
        ("<table>lost?</table>", "<table><tbody><tr><td>lost?</td></tr></tbody></table>"),
        ("<pre>\n\n  a\n</pre>", "<pre>  a\n</pre>"),
        ("\ud800", "?"),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected
    assert clean(expected) == expected


@pytest.mark.parametrize(
    "address",
    [
        "\x01data:text/html,x",
        "da\tta:text/html,x",
        "da&Tab;ta:text/html,x",
        "d&#10;ata:image/png;base64,aGk=",
        "\x1fjava\nscript:x()",
        "&#1;javascript:x()",
        "\xa0data:text/html,x",
        "vbscript:x",
        "blob:https://a/b",
        "file:///etc/passwd",
        "../../formgrader?path=/tmp/evil",
        "//evil.example",
        "/logout",
        "?path=x",
        "https:evil",
    ],
)
def test_links_lead_to_web_pages_mail_and_places_on_the_page(address):
    assert clean(f"<a href='{address}'>a</a>") == "<a>a</a>"
    assert "href" not in markdown(f"[a](<{address}>)")


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("<img width=100 height=2000>", '<img width="100" height="2000">'),
        ("<img width=2001 height=99999999999>", "<img>"),
        ("<img width=100% height=-5>", "<img>"),
        ("<img width=1e9 height='٣'>", "<img>"),
        ("<img class='affix' style='width:9000px'>", "<img>"),
    ],
)
def test_sizes_of_pictures_are_limited(tag, kept):
    assert clean(tag) == kept


def test_only_the_classes_of_code_and_terminals_stay():
    page = clean(
        "<div class='highlight modal-backdrop in'><pre class='navbar-fixed-top'>"
        "<span class='nb ansi-red-intense-fg label'>x</span></pre></div><table class=table></table>"
    )
    assert page == (
        '<div class="highlight"><pre class=""><span class="nb ansi-red-intense-fg">x</span>'
        "</pre></div><table></table>"
    )


@pytest.mark.parametrize("unit", ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<p><b><i>"])
@pytest.mark.parametrize("times", [20_000, 40_000])
def test_size_and_nesting_are_limited_and_it_is_said(unit, times):
    page = clean(f"before {unit * times}")
    elements = Elements(page)
    assert elements.depth <= nesting.MAX_DEPTH + 3
    assert len(elements.tags) <= nesting.MAX_TAGS
    assert page.startswith("before ")
    assert "(Not shown: " in page


def test_long_page_is_cut_and_it_is_said(monkeypatch):
    monkeypatch.setattr(nesting, "MAX_LENGTH", 60)
    page = clean("<b>" + "x" * 100 + "</b><i>y</i>")
    assert page == f"<b>{'x' * 53}</b>" + content._said(
        ["what comes after 100,000 tags or 60 characters"]
    )


@pytest.mark.parametrize("unit", ["&", "&amp;", "&copyx", "\xa0", "<!-->&", "a&", "< "])
def test_signs_that_take_long_to_read_are_limited_and_it_is_said(unit):
    page = clean(f"<p>before</p>{unit * 40_000}<p>after</p>")
    assert len(re.findall("&", page)) <= nesting.MAX_SLOW
    assert page.startswith("<p>before</p>")
    assert "<p>after</p>" in page
    assert "(Not shown: what comes after 10,000 ampersands" in page
    few = unit * 200
    assert clean(few) == clean(few + "<!-- -->")
    assert "Not shown" not in clean(few)
    assert "title" not in clean(f"<a title='{unit * 40_000}'>x</a>") or "&" not in unit


def test_each_character_is_read_once(monkeypatch):
    """Work in proportion to the length, whatever the text: no part of it is looked at again."""
    read = []

    class Counted:
        def __init__(self, pattern):
            self.pattern = pattern

        def match(self, text, place):
            found = self.pattern.match(text, place)
            read.append(found.end() - place if found else 1)
            return found

    for name in ("COMMENT", "NAME", "ATTRIBUTE"):
        monkeypatch.setattr(nesting, name, Counted(getattr(nesting, name)))
    for unit in [
        "<div>",
        "<b x='",
        '<a "<b',
        "<!--",
        "<!",
        "</",
        "<a b=",
        "<a\n ",
        "<a/",
        "<script>",
    ]:
        read.clear()
        nesting.well_nested(unit * 3000, content.TAGS, content.KEPT)
        assert sum(read) <= 3 * len(unit) * 3000, unit


def test_ordinary_pages_are_shown_whole():
    rows = "".join(f"<tr><td>{n}</td><td>x</td></tr>" for n in range(5000))
    table = f"<table><tbody>{rows}</tbody></table>"
    assert clean(table) == table


def test_a_browser_sees_each_element_end_where_it_is_written(browser):
    generator = random.Random(0)
    soups = WAYS_OUT + ["".join(generator.choices(SOUP, k=n % 60 + 2)) for n in range(1500)]
    pages = [clean(soup) for soup in soups]
    assert all(clean(page) == page for page in pages)
    for soup, page in zip(soups, pages, strict=True):
        assert page != f"<pre>{html.escape(soup)}</pre>", "the last resort is for none of them"
    page = browser.new_page()
    found = page.evaluate(
        """pages => pages.map(text => {
            const all = "<!doctype html><ul><li><p>a</p><div><div id=box>" + text +
                "</div><b id=after></b></div></li></ul>";
            const page = new DOMParser().parseFromString(all, "text/html");
            const box = page.getElementById("box"), after = page.getElementById("after");
            return [box.innerHTML, after.previousSibling === box && after.parentNode.nodeName];
        })""",
        pages,
    )
    for soup, text, (inside, parent) in zip(soups, pages, found, strict=True):
        assert (inside, parent) == (text, "DIV"), soup


# -- Markdown and formulas ------------------------------------------------------------------------


def test_markdown_becomes_html_with_drawn_formulas():
    page = markdown("# A\n\n$a<b$ and `x<y`\n\n- one\n- two\n\n|a|b|\n|-|-|\n|$x$|2|\n")
    assert page.count("<math") == 2
    for kept in ["<h1>A</h1>", "<code>x&lt;y</code>", "<li>two</li>", "<td>2</td>", "&lt;"]:
        assert kept in page


def test_formula_in_the_description_of_a_picture_stays_text():
    page = markdown(r'![$\text{" onerror=x() y="}$](data:image/png;base64,aGk=) $x$')
    assert [tag for tag, _ in Elements(page).tags][:3] == ["p", "img", "math"]
    assert Elements(page).tags[1][1] == {
        "src": "data:image/png;base64,aGk=",
        "alt": r'\text{" onerror=x() y="}',
    }


def test_picture_pasted_into_the_text_is_shown_however_long_it_is():
    data = "iVBORw0KGgo" * 15_000
    page = markdown(
        f"a ![b](data:image/png;base64,{data}) <img src='data:image/png;base64,{data}'>"
    )
    src = f"data:image/png;base64,{data}"
    assert [attributes for _, attributes in Elements(page).tags] == [
        {},
        {"src": src, "alt": "b"},
        {"src": src},
    ]


@pytest.mark.parametrize("unit", ["$a$ ", "$$a$$\n\n", "\\begin{a}x\\end{a} ", r"\\(a\\) "])
def test_formulas_of_a_cell_are_limited_and_it_is_said(unit):
    page = markdown(unit * 1000)
    assert page.count("<math") <= content.MAX_FORMULAS
    assert f"(Not shown: more than {content.MAX_FORMULAS} formulas as such" in page
    assert page.count("a") >= 1000  # as text


@pytest.mark.parametrize("unit", ["<div>", "$a$ ", r"\begin{a}", "[", "> ", "x "])
def test_long_markdown_is_shown_as_text_at_the_end_and_it_is_said(unit):
    text = unit * 35_000
    page = markdown(text)
    shown = re.sub(r"<[^>]*>", "", page)
    assert "(Not shown: the markup of what comes after 30,000 characters" in shown
    assert html.unescape(shown).endswith(unit)


@pytest.mark.parametrize("unit", [r"\begin{a} ", r"\\[ ", r"\\( "])
def test_beginnings_of_formulas_without_an_end_are_not_searched_for_one(unit):
    few, many = markdown(unit * 10), markdown(unit * 1000)
    assert "Not shown" not in few
    assert f"(Not shown: more than {content.MAX_FORMULAS} formulas as such" in many


def test_formulas_are_drawn_without_a_script():
    assert "<mfrac>" in formulas.mathml(r"\frac{1}{n}")
    assert 'display="block"' in formulas.mathml("x", "block")
    both = formulas.mathml(r"\begin{aligned}a&=b\\c&=d\end{aligned}")
    assert both.count("<mtr>") == 2
    assert formulas.mathml(r"\frac{") == r"<code>\frac{</code>"


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:evil()}{x}",
        r"\text{<script>evil()</script>}",
        r"\text{<mglyph onerror='evil()'/>}",
        r"\style{background:url(//evil)}{x}",
        r"\class{x\" onclick=\"evil()}{x}",
        "</math><script>evil()</script>",
        "{" * 5000,
        "x^" * 50_000,
        "\x00<a href='javascript:evil()'>",
    ],
)
def test_formula_cannot_act(latex):
    for tag, attributes in Elements(formulas.mathml(latex)).tags:
        assert tag in formulas.TAGS | {"code"}
        assert set(attributes) <= formulas.ATTRIBUTES | {"xmlns"}


# -- colors ---------------------------------------------------------------------------------------


def test_code_and_terminals_are_in_color():
    assert '<span class="k">def</span>' in colors.highlight_code("def f():\n    pass")
    assert '<span class="ansi-red-fg">x</span>' in colors.ansi2html("\x1b[31mx\x1b[0m")


@pytest.mark.parametrize("code", ["é." * 10_000, "x = 1\n" * 10_000, "a" * 1001])
def test_long_code_is_shown_whole_without_color(code):
    page = colors.highlight_code(code)
    assert Elements(page).tags == [("div", {"class": "highlight"}), ("pre", {})]
    assert code in page


def test_code_in_markdown_is_in_color_where_it_is_short():
    assert '<span class="k">def</span>' in markdown("```python\ndef f(): pass\n```")
    assert "span" not in markdown(f"```python\ndef f(): pass\n{'é.' * 10_000}\n```")


def test_a_color_code_without_end_is_no_color():
    assert colors.ansi2html(f"\x1b[{'1;' * 100_000}31mx<") == "x&lt;"
    assert "ansi-bold" in colors.ansi2html("\x1b[1;38;2;255;255;255mx")


def test_output_that_changes_its_color_too_often_has_none():
    page = colors.ansi2html("\x1b[1mx<\x1b[0m" * 50_000)
    assert page == "x&lt;" * 50_000
