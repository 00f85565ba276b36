"""What makes a page whole: MathJax from a package, our styles and script, a mend of the HTML.

The built site can be opened from ``file://``; nothing in it asks the network for anything.
"""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

STATIC = Path(__file__).parent / "static"
MATHJAX_PACKAGE = "sphinx-mathjax-offline"
MATHJAX_SCRIPT = "tex-chtml.js"
# The script itself, the TeX extensions that it loads on demand, and its fonts; the package's other
# 20 MB (SVG output, speech) are for scripts that no page asks for.
MATHJAX_PARTS = (MATHJAX_SCRIPT, "input/tex/extensions", "output/chtml/fonts/woff-v2")


def mathjax_folder() -> Path:
    """Where the installed package keeps MathJax.

    Returns:
        The folder that holds ``tex-chtml.js``.

    Raises:
        ExtensionError: if the package or the file is missing.
    """
    # The package's folder has a hyphen in its name, so it cannot be imported; ask its metadata.
    try:
        listed = files(MATHJAX_PACKAGE) or []
    except PackageNotFoundError as error:
        raise ExtensionError(
            f"The book needs the package {MATHJAX_PACKAGE} for its formulas. "
            "Install it with: pip install 'dlcourse[book]'"
        ) from error
    for entry in listed:
        if entry.name == MATHJAX_SCRIPT:
            return Path(entry.locate()).parent
    raise ExtensionError(f"The package {MATHJAX_PACKAGE} holds no {MATHJAX_SCRIPT}; reinstall it.")


def use_local_files(app: Sphinx, config: Config) -> None:
    """Point Sphinx at the copies in ``_static`` (event ``config-inited``)."""
    config.mathjax_path = f"mathjax/{MATHJAX_SCRIPT}"
    config.html_static_path.append(str(STATIC))


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy the needed part of MathJax into ``_static`` (event ``build-finished``)."""
    if exception is not None or app.builder.format != "html":
        return
    source, target = mathjax_folder(), Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        if (target / part).exists():
            continue
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part)
        else:
            shutil.copy(source / part, target / part)


def visit_citation(translator: Any, node: nodes.citation) -> None:
    """Write a bibliography's entry as an item of its list, which docutils' own role is not."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(translator.starttag(node, "div", CLASS="citation", role="listitem"))


def depart_citation(translator: Any, node: nodes.citation) -> None:
    """Close the entry, and the list after its last."""
    translator.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        translator.body.append("</div>\n")


def setup_assets(app: Sphinx) -> None:
    """Register the events and the course's own style sheet and script."""
    app.connect("config-inited", use_local_files)
    app.connect("build-finished", copy_mathjax)
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    # After the theme's own (priority 200 and 500), so that ours has the last word.
    app.add_css_file("dlcourse.css", priority=900)
    app.add_js_file("progress.js", priority=899, loading_method="defer")
    app.add_js_file("dlcourse.js", priority=900, loading_method="defer")
