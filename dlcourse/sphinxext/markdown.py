"""Plain Markdown, as Jupyter shows it, from a resolved doctree.

A resolved doctree holds what the reader sees: references, citations, glued values and figure
numbers are already text. So nothing of MyST's syntax can be left over, and a translated page gives
a translated notebook.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from docutils import nodes

from dlcourse.sphinxext.quiz import RIGHT, WRONG, _, quiz_node, quiz_option

# Nodes that have nothing to say in a notebook.
_SILENT = (
    nodes.comment,
    nodes.target,
    nodes.system_message,
    nodes.substitution_definition,
    nodes.raw,
    nodes.docinfo,
)
_SILENT_NAMES = frozenset({"toctree", "index", "meta", "tocless_section", "pending"})


def escape(text: str) -> str:
    """Escape what Markdown would read as markup.

    Args:
        text: plain text.

    Returns:
        The same on one line, with backslashes where Markdown needs them.
    """
    text = re.sub(r"\s*\n\s*", " ", text)
    text = re.sub(r"([\\`*$])", r"\\\1", text)
    text = re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)  # Inside a word it is only itself.
    text = re.sub(r"<(?=[A-Za-z/!])", r"\\<", text)
    return text.replace("~~", r"\~~")


def code(text: str) -> str:
    """An inline code span, with more backticks around than any run inside."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def indent(text: str, by: str, first: str | None = None) -> str:
    """Indent every line by ``by``, the first by ``first`` where it is given."""
    lines = text.split("\n")
    head = (by if first is None else first) + lines[0]
    return "\n".join([head, *((by + line).rstrip() for line in lines[1:])])


class Markdown:
    """Writes doctree nodes as Markdown.

    Args:
        link: gives the address for a reference node, or None for text without a link.
        image: gives the address for an image node.
        number: gives "Fig. 1.2" and the like for a figure or table, or "".
        equation: gives the number of a displayed formula, or "".
    """

    def __init__(
        self,
        link: Callable[[nodes.reference], str | None],
        image: Callable[[nodes.image], str],
        number: Callable[[nodes.Element], str],
        equation: Callable[[nodes.math_block], str],
    ):
        self.link, self.image, self.number, self.equation = link, image, number, equation

    # -- in a line -------------------------------------------------------------------------------

    def line(self, node: nodes.Element) -> str:
        """The children of a node as one line."""
        return "".join(self.span(child) for child in node.children).strip()

    def span(self, node: nodes.Node) -> str:
        """One inline node."""
        if isinstance(node, nodes.Text):
            return escape(node.astext())
        if isinstance(node, _SILENT) or node.tagname in _SILENT_NAMES:
            return ""
        if isinstance(node, nodes.math):
            return f"${node.astext().strip()}$"
        if isinstance(node, nodes.literal):
            return code(node.astext())
        if isinstance(node, nodes.image):
            return f"![{escape(node.get('alt', ''))}]({self.image(node)})"
        inside = "".join(self.span(child) for child in node.children)
        if isinstance(node, nodes.emphasis | nodes.title_reference):
            return f"*{inside}*"
        if isinstance(node, nodes.strong):
            return f"**{inside}**"
        if isinstance(node, nodes.subscript):
            return f"<sub>{inside}</sub>"
        if isinstance(node, nodes.superscript):
            return f"<sup>{inside}</sup>"
        if isinstance(node, nodes.footnote_reference):
            return f"[{inside}]"
        if isinstance(node, nodes.reference) and (address := self.link(node)):
            return f"[{inside}]({address})"
        return inside

    # -- blocks ----------------------------------------------------------------------------------

    def blocks(self, node: nodes.Element) -> str:
        """The children of a node, a blank line between them."""
        written = (self.block(child) for child in node.children)
        return "\n\n".join(text for text in written if text)

    def block(self, node: nodes.Node) -> str:
        """One block node."""
        for kind in type(node).__mro__:
            if method := getattr(self, f"block_{kind.__name__}", None):
                return method(node)
        if isinstance(node, _SILENT) or node.tagname in _SILENT_NAMES:
            return ""
        if isinstance(node, nodes.Text | nodes.Inline):
            return self.span(node)
        return self.blocks(node)

    def block_paragraph(self, node: nodes.paragraph) -> str:
        """Text, kept from looking like a list, a heading or a quotation."""
        return re.sub(r"^(\d+)([.)] )|^([-+#>] )", r"\1\\\2\3", self.line(node))

    def block_title(self, node: nodes.title) -> str:
        """The title of a box; sections write their own."""
        return f"**{self.line(node)}**"

    block_rubric = block_title

    def block_dropdown_title(self, node: nodes.Element) -> str:
        """The title of a sphinx-design dropdown."""
        return f"**{self.line(node)}**"

    def block_math_block(self, node: nodes.math_block) -> str:
        """A displayed formula with its number."""
        text, number = node.astext().strip(), self.equation(node)
        if node.get("no-wrap", node.get("nowrap")):
            return text  # It brings its own environment, which must not stand between $$.
        if "\\\\" in text and "\\begin" not in text:
            text = f"\\begin{{split}}{text}\\end{{split}}"
        tag = f"\n\\tag{{{number}}}" if number else ""
        return f"$$\n{text}{tag}\n$$"

    def block_literal_block(self, node: nodes.literal_block) -> str:
        """Code that is only shown."""
        text = node.astext().rstrip("\n")
        language = node.get("language", "")
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        return f"{fence}{'' if language in ('none', 'default') else language}\n{text}\n{fence}"

    def block_block_quote(self, node: nodes.Element) -> str:
        """A quotation."""
        return indent(self.blocks(node), "> ")

    def block_Admonition(self, node: nodes.Element) -> str:  # noqa: N802 (docutils' class)
        """A box: a quotation under a bold title."""
        titled = node.children and isinstance(node[0], nodes.title)
        name = "See also" if node.tagname == "seealso" else node.tagname.capitalize()
        body = self.blocks(node)
        return indent(body if titled else f"**{name}**\n\n{body}", "> ")

    block_topic = block_sidebar = block_dropdown_main = block_block_quote

    def block_bullet_list(self, node: nodes.bullet_list) -> str:
        """A bullet list."""
        return self._items(node, ["- "] * len(node.children))

    def block_enumerated_list(self, node: nodes.enumerated_list) -> str:
        """A numbered list."""
        start = node.get("start", 1)
        return self._items(node, [f"{start + i}. " for i in range(len(node.children))])

    def _items(self, node: nodes.Element, marks: list[str]) -> str:
        texts = [self.blocks(item) for item in node.children]
        written = [
            indent(text, " " * len(mark), mark) for mark, text in zip(marks, texts, strict=True)
        ]
        # A list with blank lines inside an item needs them between items too.
        return ("\n\n" if any("\n\n" in text for text in texts) else "\n").join(written)

    def block_definition_list(self, node: nodes.definition_list) -> str:
        """Terms in bold; Jupyter's Markdown has no definition lists."""
        items = []
        for item in node.children:
            terms = [self.line(part) for part in item.children if isinstance(part, nodes.term)]
            body = "\n\n".join(
                self.blocks(part) for part in item.children if isinstance(part, nodes.definition)
            )
            items.append(indent(f"**{', '.join(terms)}**: {body}", "  ", "- "))
        return "\n\n".join(items)

    def block_image(self, node: nodes.image) -> str:
        """An image."""
        return self.span(node)

    def block_figure(self, node: nodes.figure) -> str:
        """An image and its caption."""
        image = [self.block(child) for child in node.children if not _is_caption(child)]
        return "\n\n".join([*filter(None, image), self.caption(node)]).strip()

    def caption(self, node: nodes.Element) -> str:
        """The numbered caption of a figure, or "" where it has none."""
        text = " ".join(self.line(child) for child in node.findall(nodes.caption))
        number = self.number(node)
        lead = f"**{number}.** " if number else ""
        legend = "\n\n".join(self.blocks(child) for child in node.findall(nodes.legend))
        return "\n\n".join(filter(None, [f"{lead}{text}".strip(), legend]))

    def block_table(self, node: nodes.table) -> str:
        """A pipe table; paragraphs in a cell are parted by a line break."""
        rows = [
            [
                "<br>".join(self.block(part) for part in cell.children).replace("|", "\\|")
                for cell in row.children
            ]
            for row in node.findall(nodes.row)
        ]
        if next(node.findall(nodes.thead), None) is None:
            rows.insert(0, [""] * len(rows[0]))
        rows.insert(1, ["---"] * len(rows[0]))
        title = next((self.line(part) for part in node.children if _is_caption(part)), "")
        lead = f"**{self.number(node)}.** {title}\n\n" if title and self.number(node) else ""
        return lead + "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def block_footnote(self, node: nodes.footnote) -> str:
        """A footnote under its mark."""
        body = "\n\n".join(self.block(part) for part in node.children[1:])
        return f"[{node[0].astext()}] {body}"

    block_citation = block_footnote

    def block_transition(self, node: nodes.transition) -> str:
        """A rule."""
        return "---"

    def block_quiz_node(self, node: quiz_node) -> str:
        """The question and its options, then the answers behind a ``details`` element."""
        options, answers = [], []
        for letter, option in zip(string.ascii_lowercase, node.findall(quiz_option), strict=False):
            text, why = option.children
            options.append(indent(f"**{letter}.** {self.blocks(text)}", "  ", "- "))
            verdict = RIGHT if option["right"] else WRONG
            answers.append(indent(f"**{letter}. {verdict}** {self.blocks(why)}", "  ", "- "))
        return "\n\n".join(
            [
                f"**{_('Check yourself')}.** {self.blocks(node[0])}",
                "\n".join(options),
                f"<details><summary>{_('Answers')}</summary>",
                "\n".join(answers),
                "</details>",
            ]
        )


def _is_caption(node: nodes.Node) -> bool:
    return isinstance(node, nodes.caption | nodes.legend | nodes.title)
