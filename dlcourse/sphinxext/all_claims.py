r"""The list of every claim of the book, the one with the thinnest margin first.

::

    ```{all-claims}
    ```

Each has its sentence with a link to where it stands, its arms with their scores, what differs, what
is equal, and on what it was measured.
"""

from __future__ import annotations

import math

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

from dlcourse.claims import Claim
from dlcourse.sphinxext.claims import all_claims, claim_mark, stores
from dlcourse.sphinxext.evidence import number, thickness

_ = get_translation("dlcourse")


class all_claims_list(nodes.General, nodes.Element):  # noqa: N801 (docutils' style)
    """Where the list goes when every page has been read."""


class AllClaimsDirective(SphinxDirective):
    """See the module's docstring."""

    def run(self) -> list[nodes.Node]:
        """A place for the list; this page is written anew whenever any page is."""
        self.env.note_reread()
        return [all_claims_list()]


def marks(env: BuildEnvironment) -> dict[str, tuple[str, claim_mark]]:
    """Of each claim the first sentence that states it, on its own page if there is one there."""
    found: dict[str, tuple[str, claim_mark]] = {}
    claims = all_claims(env)
    for docname in sorted(stores(env)[1]):
        for mark in env.get_doctree(docname).findall(claim_mark):
            name = mark["claim"]
            if name not in claims:
                continue
            if name not in found or (docname == claims[name][0] != found[name][0]):
                found[name] = docname, mark
    return found


def bare(nodes_of_mark: list[nodes.Node]) -> list[nodes.Node]:
    """Copies for another page: text, formulas and emphasis, without links and ids."""
    kept: list[nodes.Node] = []
    for node in nodes_of_mark:
        if isinstance(node, nodes.Text):
            kept.append(nodes.Text(node.astext()))
        elif isinstance(node, nodes.math | nodes.literal):
            kept.append(node.deepcopy())
        elif isinstance(node, nodes.emphasis | nodes.strong):
            kept.append(type(node)("", "", *bare(node.children)))
        else:
            kept += bare(node.children)
    return kept


def as_title(kept: list[nodes.Node]) -> list[nodes.Node]:
    """A part of a sentence made to stand alone: a capital first, no comma or colon at the end."""
    if kept and isinstance(kept[0], nodes.Text):
        text = kept[0].astext()
        kept = [nodes.Text(text[:1].upper() + text[1:]), *kept[1:]]
    if kept and isinstance(kept[-1], nodes.Text):
        kept = [*kept[:-1], nodes.Text(kept[-1].astext().rstrip(" ,;:"))]
    return kept


def entry(claim: Claim, title: str, uri: str, sentence: list[nodes.Node]) -> nodes.list_item:
    """One claim."""
    link = nodes.reference("", "", *sentence, internal=True, refuri=uri)
    thick = thickness(claim)
    of_spread = (
        _("{} times the spread of the {}").format(number(thick), claim.over)
        if math.isfinite(thick)
        else _("no spread between {}").format(claim.over)
    )
    direction = _("lower is better") if claim.lower_is_better else _("higher is better")
    facts = (
        f"{title}. {_('Smallest margin')} {number(claim.margin)} ({of_spread}; "
        f"{_('at least {} is asked').format(number(claim.least))}), "
        f"{len(claim.seeds)} {claim.over}."
    )
    how = (
        f"{_('They differ in')} {claim.differs}; {_('equal')}: {claim.equal}. "
        f"{_('Measured on')} {claim.on}; {direction}."
    )
    arms = nodes.bullet_list("", *(arm(claim, name) for name in claim.arms), bullet="-")
    paragraphs = [nodes.paragraph("", "", link), nodes.paragraph("", facts)]
    return nodes.list_item("", *paragraphs, arms, nodes.paragraph("", how))


def arm(claim: Claim, name: str) -> nodes.list_item:
    """An arm, its scores and its sizes."""
    scores = claim.arms[name]
    shown = ", ".join(number(s, 3) for s in (scores if isinstance(scores, list) else [scores]))
    labels = {"parameters": _("parameters"), "steps": _("steps"), "trials": _("trials")}
    sizes = "".join(
        f"; {label}: {getattr(claim, what)[name]:,.0f}"
        for what, label in labels.items()
        if name in (getattr(claim, what) or {})
    )
    constant = "" if isinstance(scores, list) else f" ({_('constant')})"
    return nodes.list_item("", nodes.paragraph("", f"{name}: {shown}{constant}{sizes}"))


def put(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list into a page (event ``doctree-resolved``)."""
    for place in list(doctree.findall(all_claims_list)):
        claims, marked = all_claims(app.env), marks(app.env)
        listed = nodes.enumerated_list(
            "", classes=["all-claims"], enumtype="arabic", prefix="", suffix="."
        )
        for name in sorted(marked, key=lambda name: (thickness(claims[name][1]), name)):
            page, mark = marked[name]
            uri = app.builder.get_relative_uri(docname, page) + f"#{mark['ids'][0]}"
            title = app.env.titles[page].astext()
            listed += entry(claims[name][1], title, uri, as_title(bare(mark.children)))
        if next(listed.findall(nodes.math), None) is not None:  # otherwise no MathJax is loaded
            app.env.get_domain("math").data["has_equations"][docname] = True
        nothing = nodes.paragraph("", _("This book has no claims."))
        place.replace_self(listed if listed.children else nothing)


def setup_all_claims(app: Sphinx) -> None:
    """Register the directive and what fills its place."""
    app.add_node(all_claims_list)
    app.add_directive("all-claims", AllClaimsDirective)
    app.connect("doctree-resolved", put)
