r"""What needs what: a drawing of the chapters, made from what each says that its reader needs.

::

    ```{course-map}
    The drawing's alt text.
    ```

A chapter is a page with a paragraph that begins with **You need**; the chapters that this paragraph
refers to are those that it needs. An arrow that others imply is left out. A chapter that needs a
later one is a build warning.
"""

from __future__ import annotations

import re
import textwrap
from statistics import mean

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from dlcourse.plotting import diagrams
from dlcourse.sphinxext.mime import framed

LOGGER = logging.getLogger(__name__)
_ = get_translation("dlcourse")
MARK = "You need"
BOX = 170  # CSS pixels


class course_map(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes in lower case)
    """Where the drawing goes when every page has been read; ``alt`` is its text."""


class CourseMapDirective(SphinxDirective):
    """See the module's docstring."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A place for the map; this page is written anew whenever any page is."""
        self.env.note_reread()
        node = course_map(alt=" ".join(" ".join(self.content).split()))
        self.set_source_info(node)
        return [node]


def needs(env: BuildEnvironment) -> dict[str, list[str]]:
    """Of each chapter, in the book's order, the chapters that it names as needed."""
    labels = env.get_domain("std").anonlabels
    order = [name for name in env.toctree_includes.get(env.config.root_doc, [])]
    found: dict[str, list[str]] = {}
    for docname in order:
        paragraphs = [p for p in env.get_doctree(docname).findall(nodes.paragraph) if _asks(p)]
        if paragraphs:
            targets = [r["reftarget"] for p in paragraphs for r in p.findall(pending_xref)]
            pages = [labels[target][0] for target in targets if target in labels]
            found[docname] = [page for page in dict.fromkeys(pages) if page != docname]
    return {name: [page for page in asked if page in found] for name, asked in found.items()}


def _asks(paragraph: nodes.paragraph) -> bool:
    first = next((child for child in paragraph.children if child.astext()), None)
    return isinstance(first, nodes.strong) and first.astext().strip() == str(_(MARK))


def reduced(asked: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same needs without those that others imply; chapters stand behind what they need."""
    above: dict[str, set[str]] = {}
    for name, pages in asked.items():
        above[name] = set(pages).union(*(above[page] for page in pages))
    return {
        name: [p for p in pages if not any(p in above[other] for other in pages)]
        for name, pages in asked.items()
    }


def draw(asked: dict[str, list[str]], titles: dict[str, str], alt: str) -> diagrams.Drawing:
    """The map: each chapter below all that it needs.

    Args:
        asked: of each chapter those that it needs, which come before it.
        titles: of each chapter.
        alt: the drawing's text.
    """
    direct = reduced(asked)
    level: dict[str, int] = {}
    for name, pages in direct.items():
        level[name] = 1 + max((level[page] for page in pages), default=-1)
    d = diagrams.Drawing(alt)
    boxes = {
        name: d.box(
            name,
            "\n".join(textwrap.wrap(re.split(r":|,| and ", titles[name])[0], 20)),
            width=BOX,
            height=48,
        )
        for name in direct
    }
    row = None
    for number in range(max(level.values()) + 1):
        names = [name for name in direct if level[name] == number]
        if row:  # each below what it needs, as far as there is room: fewer arrows cross
            names.sort(key=lambda name: mean(boxes[page].x for page in direct[name]))
        here = d.row(*(boxes[name] for name in names), gap=34)
        if row:
            here.below(row, 46)
        row = here
    for name, pages in direct.items():
        for page in pages:
            # Elbows of a row would share one height, and nobody could tell which leads where.
            d.arrow(boxes[page], boxes[name], leave="bottom", enter="top", route="straight")
    return d


def put(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Draw the map into a page (event ``doctree-resolved``)."""
    for node in list(doctree.findall(course_map)):
        asked = needs(app.env)
        order = list(asked)
        for name, pages in asked.items():
            for page in [p for p in pages if order.index(p) > order.index(name)]:
                LOGGER.warning(
                    "the chapter %s needs %s, which comes after it", name, page,
                    location=name, type="dlcourse", subtype="map",
                )  # fmt: skip
                asked[name] = [p for p in asked[name] if p != page]
        if not asked:
            LOGGER.warning(
                "course-map: no page has a paragraph that begins with **%s**", MARK,
                location=node, type="dlcourse", subtype="map",
            )  # fmt: skip
            node.parent.remove(node)
            continue
        titles = {name: app.env.titles[name].astext() for name in asked}
        drawing = draw(asked, titles, node["alt"])
        for name in asked:
            drawing[name].link = app.builder.get_relative_uri(docname, name)
        data, about = drawing._repr_mimebundle_()
        svg = framed(data["image/svg+xml"], about["image/svg+xml"])
        node.replace_self(nodes.raw(text=svg, format="html"))


def setup_course_map(app: Sphinx) -> None:
    """Register the directive and what draws it."""
    app.add_node(course_map)
    app.add_directive("course-map", CourseMapDirective)
    app.connect("doctree-resolved", put)
