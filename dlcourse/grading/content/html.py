"""HTML from a student's text: only what shows, nothing that acts or loads."""

import html
import re
import secrets
from collections.abc import Collection

import nh3
from jinja2 import pass_context
from mistune import BlockParser, InlineParser
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.token import STANDARD_TYPES

from dlcourse.grading.content.colors import takes_long
from dlcourse.grading.content.formulas import mathml
from dlcourse.grading.content.nesting import MAX_LENGTH, well_nested

PICTURES = ("image/png", "image/jpeg")
TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")
# What Markdown and pandas write. No form, frame, script, style, media or vector graphic.
TAGS = frozenset(
    re.findall(
        r"\w+",
        """a abbr b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins
        kbd li ol p pre s small span strong sub sup table tbody td tfoot th thead tr u ul""",
    )
)
PIXELS = 2000  # the most that a picture's width and height may be asked to be
# By tag; what the values may be is said in _value.
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
# Those that nbconvert gives to code and to colors of a terminal; of others, those of Bootstrap for
# example, the pages around have rules that a student must not call upon.
COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
CLASSES = frozenset(
    [
        *filter(None, STANDARD_TYPES.values()),
        *("highlight", "hl-ipython3", "hl-python", "hll", "ansi-bold", "ansi-underline"),
        *("ansi-default-inverse-fg", "ansi-default-inverse-bg"),
        *(f"ansi-{color}{more}-fg" for color in COLORS for more in ("", "-intense")),
        *(f"ansi-{color}{more}-bg" for color in COLORS for more in ("", "-intense")),
    ]
)
KEPT = {tag: ATTRIBUTES.get(tag, set()) | {"class"} for tag in TAGS}
IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0]")  # by browsers, somewhere in an address
LINK = re.compile(r"(#|https?://|mailto:)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]*")
NUMBER = re.compile(r"[0-9]{1,4}")
MAX_MARKDOWN = 30_000  # characters of a cell; long answers have 5,000
MAX_FORMULAS = 200  # in a cell; the exercises have 10 at most
BEGINS = re.compile(r"\\begin\{|\\\\[\[(]")
TOO_MANY = f"more than {MAX_FORMULAS} formulas as such"
PASTED = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=]{1000,}")  # a picture within the text
TOKEN = re.compile(r"token[0-9a-f]{32}")
TAG_OR_TOKEN = re.compile(rf'<[^">]*(?:"[^"]*"[^">]*)*>|{TOKEN.pattern}')
ROUNDS = 4  # of reading what was written; an honest page is the same after one


@pass_context
def markdown2html(context, source: str) -> str:
    """Markdown as harmless HTML; a filter for templates of nbconvert.

    Args:
        context: the template's.
        source: the Markdown text.

    Returns:
        HTML; the plain text where it cannot be rendered, so that no one's feedback is lost.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = Renderer(escape=False, attachments=attachments)
    short = PASTED.sub(lambda data: renderer.token(data[0]), source)
    short, rest = short[:MAX_MARKDOWN], short[MAX_MARKDOWN:]
    try:
        page = _render(short, renderer)
    except Exception:  # a picture that is not there, quotes in quotes in quotes
        page = f"<pre>{html.escape(short)}</pre>"
    if rest:
        page += _said([f"the markup of what comes after {MAX_MARKDOWN:,} characters"])
        page += f"<pre>{html.escape(rest)}</pre>"
    return TAG_OR_TOKEN.sub(renderer.put_back, page)


def _render(source: str, renderer: "Renderer") -> str:
    # To find the end of these takes the parser a look at all that follows, for each of them.
    if len(BEGINS.findall(source)) > MAX_FORMULAS:
        renderer.left_out.add(TOO_MANY)
        parser = MarkdownWithMath(renderer, BlockParser(), InlineParser(hard_wrap=False))
    else:
        parser = MarkdownWithMath(renderer)
    return clean(parser.render(source)) + _said(renderer.left_out)


class Renderer(IPythonRenderer):
    """nbconvert's, with tokens for formulas and long data, which come back into sanitized text."""

    def __init__(self, **options):
        super().__init__(exclude_anchor_links=True, **options)
        self.stands_for: dict[str, tuple[str, str]] = {}
        self.formulas = 0
        self.left_out: set[str] = set()

    def token(self, text: str, display: str = "") -> str:
        """A word that stands for a text, or a formula if ``display`` says how it is drawn."""
        token = f"token{secrets.token_hex(16)}"
        self.formulas += bool(display)
        if self.formulas > MAX_FORMULAS:
            self.left_out.add(TOO_MANY)
            display = ""
        self.stands_for[token] = text, display
        return token

    def put_back(self, found: re.Match) -> str:
        """What a token stands for; within a tag, as in a picture's description, its text."""
        if found[0].startswith("<"):
            return TOKEN.sub(lambda token: html.escape(self._meant(token[0])[0]), found[0])
        text, display = self._meant(found[0])
        return mathml(text, display) if display else f"<code>{html.escape(text)}</code>"

    def _meant(self, token: str) -> tuple[str, str]:
        return self.stands_for.get(token, (token, ""))

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code, in color where that does not take long."""
        return super().block_code(code, None if takes_long(code) else info)

    def inline_math(self, body: str) -> str:
        """A formula within a line."""
        return self.token(body, "inline")

    def block_math(self, body: str) -> str:
        """A formula by itself."""
        return self.token(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """A formula in an environment of LaTeX."""
        return self.token(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def clean(text: str) -> str:
    """HTML without anything that acts or loads: no scripts, forms, frames, outside images.

    The work grows with the length of the text alone, and :mod:`dlcourse.grading.content.nesting`
    limits how long and deep the result may be. Whatever the text, what stands behind the result on
    a page is outside of it.

    Args:
        text: a piece of HTML.

    Returns:
        HTML with the tags of :data:`TAGS` and the classes of :data:`CLASSES` only; links lead to
        web pages, mail and places on the page, pictures are part of the page. If something had to
        be left out because there was too much of it, this is said at the end.
    """
    text = str(text).encode("utf-8", "replace").decode()
    page, left_out = well_nested(text, TAGS, KEPT)
    for _ in range(ROUNDS):
        before, page = page, CLEANER.clean(page)
        if page == before:  # so every parser sees these elements and no others
            return page + _said(left_out)
    return f"<pre>{html.escape(text[:MAX_LENGTH])}</pre>"


def _said(left_out: Collection[str]) -> str:
    """A note for the reader."""
    return f"<p><em>(Not shown: {', '.join(sorted(left_out))}.)</em></p>" if left_out else ""


def _value(tag: str, name: str, value: str) -> str | None:
    """What an attribute may be; None if it must go."""
    if (tag, name) == ("a", "href"):
        return value if LINK.match(IGNORED.sub("", value)) else None
    if (tag, name) == ("img", "src"):
        return value if PICTURE.fullmatch(IGNORED.sub("", value)) else None
    if name in ("width", "height"):
        return value if NUMBER.fullmatch(value) and int(value) <= PIXELS else None
    if name in ("colspan", "rowspan", "start"):
        return value if NUMBER.fullmatch(value) else None
    return value


# What a link's address begins with is looked at in _value too, without what browsers ignore.
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_value,
    allowed_classes=dict.fromkeys(["div", "span", "pre"], CLASSES),
    url_schemes={"http", "https", "mailto", "data"},
    link_rel=None,
)
