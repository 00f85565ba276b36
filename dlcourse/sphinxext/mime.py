"""Alt text for images that notebook cells produce.

A cell's output carries its alt text, width and height in the output metadata of its mime type, as
``dlcourse.plotting.Figure`` writes them: ``{"image/png": {"alt": ..., "width": ..., ...}}``.
MyST-NB reads only the sizes. This plug-in of its ``myst_nb.mime_renderers`` group adds the alt text
to the image, and makes an image without one a build warning.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/svg+xml"})


class AltTextRenderer:
    """A MyST-NB mime renderer (see the module's docstring)."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Render an image output with its alt text.

        Args:
            renderer: MyST-NB's element renderer.
            data: the output, with ``mime_type``, ``content``, ``output_metadata``,
                ``cell_metadata``, ``cell_index`` and ``line``.
            inline: whether the image stands in a line of text.

        Returns:
            The nodes, or None for what is not an image, which leaves it to MyST-NB.
        """
        if data.mime_type not in IMAGES:
            return None
        rendered = renderer.render_image(data)
        alt = str(data.output_metadata.get(data.mime_type, {}).get("alt", "")).strip()
        for image in rendered:
            if alt:
                image["alt"] = alt
            # The cell may name it itself: {"mystnb": {"image": {"alt": ...}}}.
            elif not str(image.get("alt", "")).strip():
                where = "" if data.cell_index is None else f" of cell {data.cell_index + 1}"
                renderer.logger.warning(
                    f"the output image{where} has no alt text; "
                    "make the figure with dlcourse.plotting, or set mystnb.image.alt on the cell",
                    subtype="alt",
                    line=data.line,
                )
        return rendered
