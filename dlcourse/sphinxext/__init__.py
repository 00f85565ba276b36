"""Sphinx extension of the course's book: notebooks on all cores, quizzes, an offline site.

Add ``dlcourse.sphinxext`` to the extensions. The alt text of figures comes in through MyST-NB's
entry point for mime renderers (``mime.py``), wherever the package is installed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from dlcourse import __version__
from dlcourse.sphinxext.all_claims import setup_all_claims
from dlcourse.sphinxext.assets import setup_assets
from dlcourse.sphinxext.claims import setup_claims
from dlcourse.sphinxext.course_map import setup_course_map
from dlcourse.sphinxext.download import setup_download
from dlcourse.sphinxext.execute import setup_execute
from dlcourse.sphinxext.language import setup_language
from dlcourse.sphinxext.launch import setup_launch
from dlcourse.sphinxext.live import setup_live
from dlcourse.sphinxext.quiz import setup_quiz


def _digest() -> str:
    """A digest of this package's code. As a setting it makes a change here rebuild the pages."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx.

    Args:
        app: the Sphinx application.

    Returns:
        The extension's metadata.
    """
    setup_execute(app)
    setup_quiz(app)
    setup_live(app)
    setup_claims(app)
    setup_all_claims(app)
    setup_course_map(app)
    setup_assets(app)
    setup_launch(app)
    setup_language(app)
    setup_download(app)
    # Jupyter Book sets it for an extension that this book leaves out; unknown, it is a warning.
    app.add_config_value("comments_config", {}, "")
    app.add_config_value("dlcourse_sphinxext", _digest(), "env", str)
    return {
        "version": __version__,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
