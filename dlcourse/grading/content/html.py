"""HTML from a student's text: only what shows, nothing that acts or loads."""

import html
import re
import secrets

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from dlcourse.grading.content.formulas import mathml

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
CONTENT_TOO = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


@pass_context
def markdown2html(context, source: str) -> str:
    """Markdown as harmless HTML; a filter for templates of nbconvert.

    Args:
        context: the template's.
        source: the Markdown text.

    Returns:
        HTML; the plain text where it cannot be rendered, so that no one's feedback is lost.
    """
    try:
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
        page = clean(MarkdownWithMath(renderer=renderer).render(source))
        for token, formula in renderer.formulas.items():
            page = page.replace(token, formula)
        return page
    except Exception:  # a picture that is not there, quotes in quotes in quotes
        return f"<pre>{html.escape(source)}</pre>"


class Renderer(IPythonRenderer):
    """nbconvert's, with a token for each formula, which goes to its place in sanitized text."""

    def __init__(self, **options):
        super().__init__(**options)
        self.formulas: dict[str, str] = {}

    def _token(self, latex: str, display: str) -> str:
        token = f"formula-{secrets.token_hex(16)}"
        self.formulas[token] = mathml(latex, display)
        return token

    def inline_math(self, body: str) -> str:
        """A formula within a line."""
        return self._token(body, "inline")

    def block_math(self, body: str) -> str:
        """A formula by itself."""
        return self._token(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """A formula in an environment of LaTeX."""
        return self._token(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def clean(text: str) -> str:
    """HTML without anything that acts or loads: no scripts, forms, frames, outside images.

    Args:
        text: a piece of HTML.

    Returns:
        HTML with the tags of :data:`TAGS` only; links lead to web pages, mail and places on the
        page, pictures are part of the page.
    """
    return bleach.clean(
        CONTENT_TOO.sub("", str(text)),
        tags=TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return re.match(r"data:image/(png|jpeg|gif);base64,", value) is not None
    if tag == "a" and name == "href":
        return not value.strip().lower().startswith("data:")
    allowed = {
        "a": {"title"},
        "img": {"alt", "title", "width", "height"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
        "ol": {"start"},
    }
    return name in allowed.get(tag, ()) or (name == "class" and tag in ("div", "span", "pre"))
