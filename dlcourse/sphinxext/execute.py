"""Runs the notebooks whose outputs are not cached yet side by side, before pages are read.

MyST-NB runs a notebook when it reads its page, one after another. Here they run on all cores
first, and their outputs go where MyST-NB looks for them. A notebook that fails leaves nothing
there: MyST-NB then runs it once more and reports the error in its own way.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)


def _outdated(env: BuildEnvironment, docnames: list[str], cache: Any) -> dict[Path, Any]:
    """The notebooks without outputs in the cache, by path."""
    found = {}
    for path in (Path(env.doc2path(docname)) for docname in docnames):
        text = path.read_text("utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is None:  # a page without code
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            found[path] = notebook
    return found


def execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run the outdated notebooks among the pages that are about to be read.

    Args:
        app: the Sphinx application.
        env: with MyST-NB's configuration.
        docnames: the pages.
    """
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return
    cache = get_cache(config.execution_cache_path or ".jupyter_cache")
    notebooks = _outdated(env, docnames, cache)
    if len(notebooks) < 2:
        return
    # One thread each: small networks gain nothing by a second, and the other cores have their own.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    def run(path: Path) -> Any:
        return single_nb_execution(
            notebooks[path],
            cwd=str(path.parent),
            timeout=config.execution_timeout,
            allow_errors=config.execution_allow_errors,
            meta_override=True,
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run, path): path for path in notebooks}
        for future in as_completed(running):
            path, result = running[future], future.result()
            if result.err is not None:
                continue
            logger.info("executed %s in %.0f seconds", path.name, result.time)
            bundle = CacheBundleIn(
                notebooks[path], str(path), data={"execution_seconds": result.time}
            )
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup_execute(app: Sphinx) -> None:
    """Called by the extension's ``setup``."""
    app.connect("env-before-read-docs", execute)
