"""Pictures that notebook cells produce: with their alt text, inline where they are SVG, or alive.

A cell's output carries what a page needs in the output metadata of its mime type, as
``dlcourse.plotting`` writes it: ``alt``, ``width`` and ``height``; ``inline`` for an SVG that
stands in the page and follows its theme; ``spare`` for a picture beside a better one; ``live`` for
the data of a live figure, whose still it is. MyST-NB reads only the sizes. This plug-in of its
``myst_nb.mime_renderers`` group does the rest. An image without alt text is a build warning.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.locale import get_translation

from dlcourse.sphinxext.live import live_node

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/svg+xml"})
_ = get_translation("dlcourse")


class AltTextRenderer:
    """A MyST-NB mime renderer (see the module's docstring)."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Render an image output.

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
        about = data.output_metadata.get(data.mime_type, {})
        if about.get("spare"):
            return []
        if "live" in about:
            node = live_node(still=still(data, about), **about["live"])
            node.source, node.line = renderer.source, data.line
            return [node]
        if about.get("inline"):
            return [nodes.raw(text=framed(data.string, about), format="html")]
        return with_alt(renderer, data, str(about.get("alt", "")).strip())


def with_alt(renderer: Any, data: Any, alt: str) -> list[nodes.Element]:
    """An image as MyST-NB renders it, with its alt text or a warning."""
    rendered = renderer.render_image(data)
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


def framed(svg: str, about: dict[str, Any]) -> str:
    """An SVG in a frame that scrolls where it is too narrow, and its parts in words."""
    width = int(about["width"])
    # A plot's letters are a little smaller than a drawing's.
    narrowest = int(about.get("narrowest", min(width, 0.72 * width)))
    words = ""
    if about.get("parts"):
        items = "".join(f"<li>{escape(part)}</li>" for part in about["parts"])
        words = f"<details><summary>{_('The drawing in words')}</summary><ul>{items}</ul></details>"
    kind = "dlcourse-drawing" if about["inline"] == "drawing" else "dlcourse-plot"
    return (
        f'<div class="{kind}"><div class="dlcourse-scroll"'
        f' style="--natural: {width}px; --narrowest: {narrowest}px">{svg}</div>{words}</div>\n'
    )


def still(data: Any, about: dict[str, Any]) -> str:
    """The still of a live figure, which may stand on several pages, as HTML."""
    if about.get("inline"):
        return framed(data.string, about)
    source = f"data:{data.mime_type};base64,{data.string}".replace("\n", "")
    alt = escape(about["alt"], quote=True)
    size = f'width="{about["width"]}" height="{about["height"]}"'
    return f'<img src="{source}" alt="{alt}" {size}>\n'
