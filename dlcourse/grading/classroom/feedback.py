"""Feedback that gives nothing away and runs nothing.

Two steps before the page is made: :class:`HideTests` takes the hidden tests' text out of cells and
outputs, :class:`PlainOutputs` leaves of each output what can be shown as text, table or picture.
:class:`FeedbackExporter` makes the page and passes every piece of HTML that comes from a
notebook's text through nh3. The message of a failed check stays. The page has no script, asks
no other host for anything, and tells the browser so.
"""

import ast
import html
import itertools
import re
from pathlib import Path

from jinja2 import FileSystemLoader
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.exporters.html import WidgetsDataTypeFilter
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import List

from dlcourse.grading.classroom.reasons import reasons
from dlcourse.grading.content.colors import ansi2html
from dlcourse.grading.content.html import PICTURES, PIXELS, TEXTS, clean, markdown2html

# In a page, "<" begins a tag: in texts it is "&lt;".
NO_ALT = re.compile(r"<img(?![^>]*\salt=)")
UNDESCRIBED = "No description has been provided for this image"
NOTE = "# Here further tests ran that are not shown."
REMOVED = "(a line of the hidden tests, not shown)"
SHORTEST = 8  # characters of a line of code that is worth hiding wherever it is printed
# A line of a traceback: "---> 12 x = f()" or "     12 x = f()".
GAP = re.compile(r"(?<=\S)(?: {2,}|\s*[|│]\s*|\t)(?=\S)")
GUTTER = re.compile(r"^\s*(?:-+>\s*)?\d+ ?")
# A frame of what the tests call; between a test and an answer it says nothing to a student.
OURS = re.compile(r"File \S*[/\\]dlcourse[/\\](?:checks|testing)\b")


class HideTests(ClearHiddenTests):
    """Takes the hidden tests' source out of an autograded notebook; leaves the explanation."""

    # As in nbgrader's GetGrades: the exporter sets it, and would warn of an unknown option.
    display_data_priority = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Shorten locked cells, then every output that quotes what was taken away.

        Args:
            nb: the notebook with outputs.
            resources: passed through.

        Returns:
            The notebook, changed in place, and the resources.
        """
        removed: set[str] = set()
        for cell in nb.cells:
            if utils.is_locked(cell) and self.begin_test_delimeter in cell.source:
                whole = cell.source
                # Those who were right read why, too.
                cell.metadata["why"] = (reasons(whole)[0] or [""])[-1]
                self._remove_hidden_test_region(cell)
                removed |= set(whole.splitlines()) - set(cell.source.splitlines())
                cell.source += f"\n{NOTE}"
        hidden = Hidden(removed, visible="\n".join(cell.source for cell in nb.cells))
        for cell in nb.cells:
            for output in cell.get("outputs", []):
                _hide_in(output, hidden)
        return nb, resources


class Hidden:
    """The lines that must not appear.

    Args:
        lines: of the hidden tests.
        visible: what the student may see or has written; its lines need not be hidden.
    """

    def __init__(self, lines: set[str], visible: str = ""):
        shown = {line.strip() for line in visible.splitlines()} | {""}
        self.lines = {line.strip() for line in lines} - shown
        # A bare value such as "[1.0, 2.0]," also stands in messages, which have to stay.
        self.code = [
            line
            for line in self.lines
            if len(line) >= SHORTEST and line not in visible and not _is_value(line)
        ]

    def within(self, text: str) -> bool:
        """Whether a piece of a traceback shows hidden lines, be they ever so short."""
        lines = strip_ansi(text).splitlines()
        return any(GUTTER.sub("", line).strip() in self.lines for line in lines)

    def redact(self, text: str) -> str:
        """Replace each line that quotes a hidden line."""
        lines = text.split("\n")
        return "\n".join(REMOVED if self._quoted(line) else line for line in lines)

    def _quoted(self, line: str) -> bool:
        plain = html.unescape(strip_ansi(line))
        return any(code in plain for code in self.code)


def _hide_in(output: NotebookNode, hidden: Hidden) -> None:
    if output.output_type == "stream":
        output.text = hidden.redact(output.text)
    elif output.output_type == "error":
        frames = [
            _frame(text, hidden) for text in output.traceback if not OURS.match(strip_ansi(text))
        ]
        output.traceback = [hidden.redact(text) for text in frames]
        output.evalue = hidden.redact(output.evalue)
    else:
        for kind, value in output.get("data", {}).items():
            if isinstance(value, str) and kind not in PICTURES:
                output.data[kind] = hidden.redact(value)


def _frame(text: str, hidden: Hidden) -> str:
    """One entry of a traceback; of a frame within hidden tests only where it is."""
    head = strip_ansi(text).splitlines()[:1]
    is_frame = head and re.match(r"(Cell In|File |Input )", head[0])
    if not is_frame or not hidden.within(text):
        return text
    place = re.match(r"Cell In ?\[\d+\]", head[0])
    return f"{place[0] if place else 'A test'}, in a hidden test\n"


def _is_value(line: str) -> bool:
    try:
        ast.literal_eval(line.rstrip(","))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False
    return not line.startswith(("'", '"'))


class PlainOutputs(NbGraderPreprocessor):
    """Leaves text, tables and pictures in outputs: no scripts, widgets or frames."""

    display_data_priority = List().tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Reduce one cell's outputs.

        Args:
            cell: any cell.
            resources: passed through.
            cell_index: not used.

        Returns:
            The cell, changed in place, and the resources.
        """
        for output in cell.get("outputs", []):
            if "data" not in output:
                continue
            kept = {kind: value for kind, value in output.data.items() if kind in PICTURES + TEXTS}
            output.data = NotebookNode(kept)
            output.metadata = NotebookNode(
                {
                    kind: {
                        name: value
                        for name, value in details.items()
                        if (name in ("width", "height") and value in range(PIXELS + 1))
                        or (name == "alt" and isinstance(value, str))
                    }
                    for kind, details in output.get("metadata", {}).items()
                    if kind in PICTURES and isinstance(details, dict)
                }
            )
        return cell, resources

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Reduce every cell's outputs and forget the widgets.

        Args:
            nb: the notebook with outputs.
            resources: passed through.

        Returns:
            The notebook, changed in place, and the resources.
        """
        nb.metadata.pop("widgets", None)
        return super().preprocess(nb, resources)


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback page, with everything from the notebook's text sanitized."""

    def __init__(self, config=None, **kwargs):
        super().__init__(config=config, **kwargs)
        self.extra_loaders = [FileSystemLoader(Path(__file__).parent / "templates" / "feedback")]

    def default_filters(self):
        """The filters of nbconvert, with our own where text of a notebook becomes HTML.

        Yields:
            Pairs of a name and a function.
        """
        yield from super().default_filters()
        yield "markdown2html", markdown2html
        yield "clean_html", clean
        yield "ansi2html", ansi2html
        yield "wrapping", wrapping

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kw: object
    ) -> tuple[str, dict]:
        """The page of a notebook.

        nbconvert's own would read the whole page again, as long as it takes to make it, to say of
        pictures that nobody has described them.

        Args:
            nb: the notebook.
            resources: nbconvert's.
            **kw: nbconvert's.

        Returns:
            HTML, and the resources.
        """
        resources = self._init_resources(resources)
        widgets = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", widgets)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return NO_ALT.sub(f'<img alt="{UNDESCRIBED}"', page), resources


def wrapping(text: str) -> str:
    """How the lines of an output are broken; a filter for the template.

    Args:
        text: an output.

    Returns:
        ``"columns"`` for what is laid out in columns, which a broken line would tear apart: two
        lines in a row with gaps at the same place, or rules of a table. ``"lines"`` otherwise.
    """
    gaps = [{found.end() for found in GAP.finditer(line)} for line in text.splitlines()[:200]]
    return "columns" if any(a & b for a, b in itertools.pairwise(gaps)) else "lines"
