r"""Live figures: where they stand, what they need, and the reader's progress.

A chapter's cell that shows ``dlcourse.plotting.live("NAME", ...)`` is one. On any page, also one
without code, the ``live`` directive sets one::

    ```{live} NAME
    :name: label
    ```

It shows the figure with the data and the still that a chapter's cell gives it. With content, which
is then its still, a figure that needs no data stands by itself.

The script ``static/live/NAME.js`` is loaded on the pages that have the figure, after the kit in
``static/kit``; a missing script and missing data are build warnings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from dlcourse.sphinxext.quiz import quiz_node

LOGGER = logging.getLogger(__name__)
SCRIPTS = Path(__file__).parent / "static" / "live"
KIT = ("tensor", "words", "controls", "charts", "live")
_ = get_translation("dlcourse")


class live_node(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes in lower case)
    """A live figure: ``name``, and from a cell ``data`` (JSON) and ``still`` (HTML).

    Its children, if it has any, are the still instead.
    """

    def __init__(
        self, rawsource: str = "", name: str = "", data: Any = None, still: str = "", **more: Any
    ):
        super().__init__(rawsource, name=name, data=data, still=still, **more)


class LiveDirective(SphinxDirective):
    """See the module's docstring."""

    required_arguments = 1
    has_content = True
    option_spec = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """A live figure whose data come from a chapter, or that has none."""
        node = live_node(name=self.arguments[0])
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        self.add_name(node)
        return [node]


class LiveCollector(EnvironmentCollector):
    """Keeps in the environment what cells gave to live figures, and how much each page asks."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is read anew."""
        given, asked = stores(env)
        asked.pop(docname, None)
        for name in [name for name, entry in given.items() if entry["docname"] == docname]:
            del given[name]

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process has read."""
        for mine, theirs in zip(stores(env), stores(other), strict=True):
            mine.update(theirs)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note a page's figures and quizzes."""
        given, asked = stores(app.env)
        figures = list(doctree.findall(live_node))
        for node in figures:
            if node["data"] is not None:
                given[node["name"]] = {
                    "docname": app.env.docname, "data": node["data"], "still": node["still"],
                }  # fmt: skip
        if count := len(figures) + sum(1 for _quiz in doctree.findall(quiz_node)):
            asked[app.env.docname] = count


def stores(env: BuildEnvironment) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """What cells gave, by the figure's name; how many quizzes and figures a page has."""
    if not hasattr(env, "dlcourse_live"):
        env.dlcourse_live, env.dlcourse_asked = {}, {}
    return env.dlcourse_live, env.dlcourse_asked


def visit_live_html(translator: Any, node: live_node) -> None:
    """Write the still, and the data as JSON that no browser takes for a script."""
    given = stores(translator.builder.env)[0].get(node["name"], {})
    data = node["data"] if node["data"] is not None else given.get("data")
    attributes = {"data-name": node["name"]}
    translator.body.append(translator.starttag(node, "div", CLASS="dlcourse-live", **attributes))
    if data is not None:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        translator.body.append(f'<script type="application/json">{text}</script>\n')
    translator.body.append('<div class="live-still">\n')
    if not node.children:
        translator.body.append(node["still"] or given.get("still", ""))


def depart_live_html(translator: Any, node: live_node) -> None:
    """Close still and figure."""
    translator.body.append("</div>\n</div>\n")


def skip_live(translator: Any, node: live_node) -> None:
    """Other builders have nothing that could be alive."""
    raise nodes.SkipNode


def check(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Warn of figures that could not run (event ``env-check-consistency``)."""
    given, _asked = stores(env)
    for docname in sorted(env.found_docs):
        for node in env.get_doctree(docname).findall(live_node):
            name = node["name"]
            fault = None
            if not (SCRIPTS / f"{name}.js").is_file():
                fault = f"there is no script static/live/{name}.js"
            elif node["data"] is None and not node.children and name not in given:
                fault = "no cell gives it data by plotting.live, and it has no content as a still"
            if fault:
                LOGGER.warning(
                    "live figure %r: %s", name, fault,
                    location=(docname, node.line), type="dlcourse", subtype="live",
                )  # fmt: skip
    return []


def load_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Give a page with live figures the kit and their scripts (event ``html-page-context``)."""
    names = sorted({node["name"] for node in doctree.findall(live_node)}) if doctree else []
    names = [name for name in names if (SCRIPTS / f"{name}.js").is_file()]
    files = [f"kit/{part}.js" for part in KIT] + [f"live/{name}.js" for name in names]
    for number, file in enumerate(files if names else []):
        app.add_js_file(file, priority=901 + number, loading_method="defer")


def write_totals(app: Sphinx, exception: Exception | None) -> None:
    """Write how much each page asks, and the words of progress (event ``build-finished``)."""
    if exception is not None or app.builder.format != "html":
        return
    words = {
        "solved": _("questions answered and tasks solved"),
        "clear": _("Clear my answers"),
        "sure": _("Forget all your answers and solved tasks in this browser?"),
    }
    totals = dict(sorted(stores(app.env)[1].items()))
    text = (
        "window.dlcourse = window.dlcourse || {};\n"
        f"window.dlcourse.totals = {json.dumps(totals)};\n"
        f"window.dlcourse.words = {json.dumps({key: str(word) for key, word in words.items()})};\n"
    )
    (Path(app.outdir) / "_static" / "totals.js").write_text(text, encoding="utf-8")


def setup_live(app: Sphinx) -> None:
    """Register the node, the directive and the events."""
    skip = (skip_live, None)
    app.add_node(
        live_node, html=(visit_live_html, depart_live_html), latex=skip, text=skip, gettext=skip
    )
    app.add_directive("live", LiveDirective)
    app.add_env_collector(LiveCollector)
    app.connect("env-check-consistency", check)
    app.connect("html-page-context", load_scripts)
    app.connect("build-finished", write_totals)
    app.add_js_file("totals.js", priority=898, loading_method="defer")
