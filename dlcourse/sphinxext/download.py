"""A clean notebook for every chapter, written beside its page when the page is written.

It has the text as plain Markdown, the code without outputs, none of the hidden cells, and a first
cell that installs what is missing.
"""

from __future__ import annotations

import base64
import mimetypes
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from dlcourse.sphinxext.launch import Repository, executed_notebook
from dlcourse.sphinxext.markdown import Markdown

LOGGER = logging.getLogger(__name__)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def install_cell(title: str, book: str, repository: Repository | None) -> str:
    """The source of a notebook's first cell.

    Args:
        title: the chapter's title.
        book: the book's title.
        repository: where the package can be installed from, if anywhere.

    Returns:
        Code that installs the package if it cannot be imported, or says what to do.
    """
    lines = [f'# "{title}", a chapter of "{book}".']
    if repository:
        lines += [
            "# It needs the course's package. Where that is missing, as on Colab, this cell",
            "# installs it, which takes some minutes; elsewhere it does nothing.",
            "try:",
            "    import dlcourse",
            "except ImportError:",
            f'    %pip install --quiet "dlcourse[data] @ git+{repository.url}"',
        ]
    else:
        lines += [
            "# It needs the course's package; this cell says so if it is missing.",
            "try:",
            "    import dlcourse",
            "except ImportError as missing:",
            "    raise ImportError(",
            '        "The package dlcourse is missing here. In a cell run %pip install FOLDER,"',
            '        " with the path of the course\'s folder, and restart the kernel."',
            "    ) from missing",
        ]
    return "\n".join(lines)


class ChapterNotebook:
    """Turns one resolved page into a notebook.

    Args:
        app: the Sphinx application.
        docname: the page.
        doctree: its resolved doctree.
        executed: the notebook as MyST-NB executed it; the code is taken from its cells.
    """

    def __init__(
        self,
        app: Sphinx,
        docname: str,
        doctree: nodes.document,
        executed: nbformat.NotebookNode,
    ):
        self.app, self.docname, self.doctree, self.executed = app, docname, doctree, executed
        self.writer = Markdown(self._link, self._image, self._number, self._equation)
        self.cells: list[nbformat.NotebookNode] = []
        self.text: list[str] = []
        self.attachments: dict[str, dict[str, str]] = {}

    def build(self) -> nbformat.NotebookNode:
        """The notebook: nbformat 4.5, the same bytes for the same page."""
        config = self.app.config
        title = self.app.env.titles[self.docname].astext()
        first = install_cell(title, config.html_title, config.dlcourse_repository)
        self.cells = [new_code_cell(first)]
        for section in self.doctree.children:
            self._walk(section, 1)
        self._flush()
        for serial, cell in enumerate(self.cells, start=1):
            cell["id"] = f"cell-{serial:03d}"  # nbformat draws them at random.
        notebook = new_notebook(
            cells=self.cells,
            metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}},
        )
        nbformat.validate(notebook)
        return notebook

    def _walk(self, node: nodes.Node, level: int) -> None:
        if isinstance(node, nodes.section):
            for child in node.children:
                if isinstance(child, nodes.title):
                    self._flush()
                    self.text.append(f"{'#' * level} {self.writer.line(child)}")
                else:
                    self._walk(child, level + 1)
        elif isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
            self._code(node)
        elif written := self.writer.block(node):
            self.text.append(written)

    def _flush(self) -> None:
        """Close the Markdown cell being written."""
        if self.text:
            cell = new_markdown_cell("\n\n".join(self.text))
            if self.attachments:
                cell["attachments"] = self.attachments
            self.cells.append(cell)
        self.text, self.attachments = [], {}

    def _code(self, node: nodes.Element) -> None:
        """Add a code cell, and below it the captions of the figures that it makes."""
        self._flush()
        source = self.executed.cells[node["cell_index"]].source.strip("\n")
        cell = new_code_cell(source)
        tags = node["cell_metadata"].get("tags", [])
        if {"hide-input", "hide-cell", "remove-input"} & set(tags):
            cell["metadata"]["jupyter"] = {"source_hidden": True}
        self.cells.append(cell)
        self.text += filter(None, (self.writer.caption(fig) for fig in node.findall(nodes.figure)))

    # -- what the writer asks for ----------------------------------------------------------------

    def _link(self, node: nodes.reference) -> str | None:
        uri = node.get("refuri", "")
        if uri.startswith(("http://", "https://", "mailto:")):
            return uri
        base = self.app.config.html_baseurl
        if not uri or uri.startswith("#") or not base:
            return None  # Within the notebook, or to a page that has no address.
        folder = os.path.dirname(self.docname)
        return base.rstrip("/") + "/" + os.path.normpath(os.path.join(folder, uri))

    def _image(self, node: nodes.image) -> str:
        uri = node["uri"]
        if "://" in uri:
            return uri
        path = Path(self.app.srcdir) / node.get("candidates", {}).get("*", uri).lstrip("/")
        if not path.is_file():  # Once a page is written, the address is that of the copy.
            path = Path(self.app.outdir) / self.app.builder.imagedir / Path(uri).name
        mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        self.attachments[path.name] = {mime: data}
        return f"attachment:{path.name}"

    def _number(self, node: nodes.Element) -> str:
        kind = "table" if isinstance(node, nodes.table) else "figure"
        numbers = self.app.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        for ident in node["ids"]:
            if ident in numbers:
                return self.app.config.numfig_format[kind] % ".".join(map(str, numbers[ident]))
        return ""

    def _equation(self, node: nodes.math_block) -> str:
        if not node.get("number"):
            return ""
        # Sphinx's function asks a translator only for its builder.
        asker: Any = SimpleNamespace(builder=self.app.builder)
        return get_node_equation_number(asker, node)


def write_notebook(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write a chapter's notebook beside its page (event ``html-page-context``)."""
    source = executed_notebook(app, pagename)
    if doctree is None or source is None:
        return
    executed = nbformat.read(source, as_version=4)
    notebook = ChapterNotebook(app, pagename, doctree, executed).build()
    target = Path(app.outdir) / f"{pagename}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".ipynb.part")
    half.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    os.replace(half, target)


def setup_download(app: Sphinx) -> None:
    """Register the event."""
    app.connect("html-page-context", write_notebook)
