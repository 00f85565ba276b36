r"""Claims: sentences about what an experiment shows, with their evidence at hand.

A hidden cell registers a claim (``dlcourse.claims.claim``), and the role marks its sentence on this
or any other page. With two backticks around, the sentence may hold roles of its own::

    {claim}`Attention reads long sentences better. <attention-beats-plain>`
    {claim}``With {glue:text}`score:.2f` it is better. <attention-beats-plain>``

The page shows a quiet sign behind the sentence and the evidence for whoever points at it. The
directive ``all-claims`` (``all_claims.py``) lists every claim of the book.

A sentence whose claim is not registered, a claim that no sentence uses, two claims of one name, and
a sentence that conceals that its arms differ in parameters, steps or trials are build warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from docutils import nodes
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from dlcourse.claims import MIME, PREFIX, Claim
from dlcourse.sphinxext.evidence import in_one_line

LOGGER = logging.getLogger(__name__)
_ = get_translation("dlcourse")
_MARKED = re.compile(r"(?P<sentence>.*\S)\s*<(?P<name>[^<>]+)>", re.DOTALL)
_END = re.compile(r"(?<=[.!?:])\s+")
# How a sentence names that the arms differ in something.
NAMED = {
    "parameters": r"\bparameters?\b|\bweights\b",
    "steps": r"\bsteps?\b|\bepochs?\b",
    "trials": r"\btuned\b|\brates?\b|\btrials?\b",
}


class claim_mark(nodes.Inline, nodes.TextElement):  # noqa: N801 (docutils' style)
    """A marked sentence; ``claim`` is the name of its claim."""


class ClaimRole(SphinxRole):
    """See the module's docstring."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The sentence, parsed, in its mark."""
        marked = _MARKED.fullmatch(self.text.strip())
        if not marked:
            warn(
                "claim: write the sentence and then, in angle brackets, the claim's name; "
                f"found {self.text!r}.",
                (self.env.docname, self.lineno),
            )
            return [nodes.Text(self.text)], []
        node = claim_mark(claim=marked["name"].strip())
        self.set_source_info(node)
        inside, messages = self.inliner.parse(marked["sentence"], self.lineno, self.inliner, node)
        node += inside
        return [node], messages


def warn(message: str, location: Any) -> None:
    """A build warning of this extension's kind."""
    LOGGER.warning("%s", message, location=location, type="dlcourse", subtype="claim")


class ClaimCollector(EnvironmentCollector):
    """Keeps in the environment what the pages' cells registered and their sentences say."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is read anew."""
        for kept in stores(env):
            kept.pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process has read."""
        for mine, theirs in zip(stores(env), stores(other), strict=True):
            mine.update((name, theirs[name]) for name in docnames if name in theirs)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note a page's claims and marks, and give each mark its id."""
        registered, marked = stores(app.env)
        docname = app.env.docname
        if claims := registered_by(app.env, docname):
            registered[docname] = claims
        seen: dict[str, int] = {}
        for node in doctree.findall(claim_mark):
            name = node["claim"]
            seen[name] = seen.get(name, 0) + 1
            ident = nodes.make_id(f"claim-{name}")
            node["ids"] = [ident if seen[name] == 1 else f"{ident}-{seen[name]}"]
            marked.setdefault(docname, []).append((name, node.line, sentence(node)))


def registered_by(env: BuildEnvironment, docname: str) -> dict[str, Claim]:
    """What a page's cells registered; MyST-NB has kept it with the glued values."""
    keys = NbMetadataCollector.get_doc_data(env)[docname].get("glue", [])
    names = [key for key in keys if key.startswith(PREFIX)]
    glued = read_glue_cache(env.mystnb_config.output_folder, docname) if names else {}
    claims = [Claim.from_json(glued[name]["data"][MIME]) for name in names]
    return {claim.name: claim for claim in claims}


def sentence(mark: claim_mark) -> str:
    """The text of a mark, and of what of its sentence stands around it."""
    block = mark.parent
    while isinstance(block, nodes.Inline):
        block = block.parent
    before, after = "", ""
    passed = False
    for text in block.findall(nodes.Text):
        if _inside(text, mark):
            passed = True
        elif passed:
            after += text.astext()
        else:
            before += text.astext()
    inside = mark.astext()
    if not re.search(r"[.!?:]\W*$", inside):
        inside += _END.split(after)[0]
    return " ".join((_END.split(before)[-1] + inside).split())


def _inside(node: nodes.Node, above: nodes.Node) -> bool:
    while node is not None and node is not above:
        node = node.parent
    return node is above


def stores(env: BuildEnvironment) -> tuple[dict[str, dict[str, Claim]], dict[str, list[tuple]]]:
    """Of each page its claims by name, and its marks: name, line, sentence."""
    if not hasattr(env, "dlcourse_claims"):
        env.dlcourse_claims, env.dlcourse_marks = {}, {}
    return env.dlcourse_claims, env.dlcourse_marks


def all_claims(env: BuildEnvironment) -> dict[str, tuple[str, Claim]]:
    """Every claim of the book by its name, with its page."""
    return {
        name: (docname, claim)
        for docname, claims in sorted(stores(env)[0].items())
        for name, claim in claims.items()
    }


def check(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Warn of what the module's docstring names (event ``env-check-consistency``)."""
    registered, marked = stores(env)
    claims = all_claims(env)
    for docname, names in sorted(registered.items()):
        for name in names:
            if claims[name][0] != docname:
                warn(f"claim {name!r} is registered on {claims[name][0]}, too", docname)
    used = set()
    for docname, marks in sorted(marked.items()):
        for name, line, text in marks:
            used.add(name)
            if name not in claims:
                warn(f"claim {name!r} is registered by no cell", (docname, line))
                continue
            for what in claims[name][1].unequal():
                if not re.search(NAMED[what], text, re.IGNORECASE):
                    warn(
                        f"claim {name!r}: the arms differ in {what} by more than 5 %, and the "
                        f"sentence does not name it: {text!r}",
                        (docname, line),
                    )
    for name, (docname, _claim) in claims.items():
        if name not in used:
            warn(f"claim {name!r} is used by no sentence", docname)
    return []


def visit_mark_html(translator: Any, node: claim_mark) -> None:
    """Open the sentence."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="claim"))


def depart_mark_html(translator: Any, node: claim_mark) -> None:
    """Behind the sentence, its sign and its evidence."""
    _docname, claim = all_claims(translator.builder.env).get(node["claim"], (None, None))
    if claim is not None:
        ident = f"{node['ids'][0]}-evidence"
        # U+2060 keeps the sign on the line of the last word.
        translator.body.append(
            f'&#x2060;<button type="button" class="claim-sign" aria-label="{_("Evidence")}"'
            f' aria-describedby="{ident}"></button>'
            f'<span class="claim-evidence" role="tooltip" id="{ident}">'
            f"{translator.encode(in_one_line(claim))}</span>"
        )
    translator.body.append("</span>")


def pass_on(translator: Any, node: claim_mark) -> None:
    """Other builders write the sentence alone."""


def setup_claims(app: Sphinx) -> None:
    """Register the role, its node and the events."""
    plain = (pass_on, pass_on)
    app.add_node(
        claim_mark, html=(visit_mark_html, depart_mark_html),
        latex=plain, text=plain, gettext=plain, man=plain, texinfo=plain,
    )  # fmt: skip
    app.add_role("claim", ClaimRole())
    app.add_env_collector(ClaimCollector)
    app.connect("env-check-consistency", check)
