"""Each output and answer in a box of its own that nothing of it leaves, whatever it says."""

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

# The elements in which nbconvert puts what comes from a notebook's text: outputs, Markdown, code.
# Contained, none of their descendants is painted or can be clicked outside of them, wherever a
# class or a pile of accents would put it.
CSS = """
.output_subarea, .text_cell_render, .input_area {
  contain: content;
  isolation: isolate;
  overflow: auto;
}
.output_subarea img, .text_cell_render img { max-width: 100%; max-height: 2000px; }
"""


class Boxes(Preprocessor):
    """Adds :data:`CSS` to a page of nbconvert's."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Add the rules to the page's own.

        Args:
            nb: passed through.
            resources: those of nbconvert, after its own step that collects the rules.

        Returns:
            The notebook and the resources, the latter changed in place.
        """
        resources.setdefault("inlining", {}).setdefault("css", []).append(CSS)
        return nb, resources
