"""Marks Chinese words in an English page as Chinese.

A screen reader then reads them in the right voice, and a browser picks a Chinese font.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_CHINESE = re.compile(r"([\u3400-\u9fff][\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*)")


class MarkChinese(SphinxPostTransform):
    """Wrap each run of Chinese characters in an inline node with ``lang="zh"``."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Change the document in place."""
        if str(self.config.language).startswith("zh"):
            return
        for text in list(self.document.findall(nodes.Text)):
            parent = text.parent
            literal = nodes.literal_block, nodes.math, nodes.math_block, nodes.raw
            if isinstance(parent, literal) or not _CHINESE.search(text):
                continue
            parts: list[nodes.Node] = [
                # docutils turns this class into the attribute lang="zh".
                nodes.inline("", part, classes=["language-zh"])
                if _CHINESE.match(part)
                else nodes.Text(part)
                for part in _CHINESE.split(text)
                if part
            ]
            parent.replace(text, parts)


def setup_language(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(MarkChinese)
