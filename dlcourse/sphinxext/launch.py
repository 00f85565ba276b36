"""Where a chapter can be run, and the buttons at the top of a page.

Without a public repository a page offers its notebook for download and the way to run it on one's
own computer. With one, Colab and Binder open the clean notebook from the branch that the pages are
published from, where it lies beside its page.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import get_translation

_ = get_translation("dlcourse")

TEMPLATES = Path(__file__).parent / "templates"
GITHUB = "https://github.com"
# Colab cannot open a notebook from a web page, only from a repository on GitHub.
PAGES_BRANCH = "gh-pages"
LOCAL_PAGE, LOCAL_ANCHOR = "students", "run-chapter"
_REMOTE = re.compile(
    r"^(?:https://(?:[^@/]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?$"
)


@dataclass(frozen=True)
class Repository:
    """A public repository on GitHub."""

    owner: str
    name: str

    @property
    def url(self) -> str:
        """Its page."""
        return f"{GITHUB}/{self.owner}/{self.name}"

    @property
    def site(self) -> str:
        """Where GitHub Pages serves the book, with a slash at the end."""
        host = f"{self.owner.lower()}.github.io"
        return f"https://{host}/" if self.name.lower() == host else f"https://{host}/{self.name}/"

    def colab(self, docname: str) -> str:
        """The address at which Colab opens a page's notebook."""
        path = f"{self.owner}/{self.name}/blob/{PAGES_BRANCH}/{docname}.ipynb"
        return f"https://colab.research.google.com/github/{path}"

    def binder(self, docname: str) -> str:
        """The address at which Binder opens a page's notebook."""
        path = f"{self.owner}/{self.name}/{PAGES_BRANCH}"
        return f"https://mybinder.org/v2/gh/{path}?labpath={docname}.ipynb"


def find_repository(folder: Path, environ: Mapping[str, str]) -> Repository | None:
    """Find the book's repository on GitHub.

    Args:
        folder: the book's folder.
        environ: the environment; GitHub Actions sets GITHUB_SERVER_URL and GITHUB_REPOSITORY.

    Returns:
        The repository, or None if there is none on github.com.
    """
    if environ.get("GITHUB_REPOSITORY"):
        server = environ.get("GITHUB_SERVER_URL", GITHUB).rstrip("/")
        remote = f"{server}/{environ['GITHUB_REPOSITORY']}"
    else:
        try:
            answer = subprocess.run(
                ["git", "-C", str(folder), "remote", "get-url", "origin"],
                capture_output=True,
                text=True,
                timeout=10,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        remote = answer.stdout.strip()
    match = _REMOTE.match(remote)
    return Repository(match["owner"], match["name"]) if match else None


def executed_notebook(app: Sphinx, docname: str) -> Path | None:
    """Where MyST-NB left a page as an executed notebook, or None for a page that is not one."""
    path = Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    is_notebook = "kernelspec" in app.env.metadata.get(docname, {}) and path.is_file()
    return path if is_notebook else None


def buttons(app: Sphinx, docname: str, context: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups of buttons of a page.

    Args:
        app: the Sphinx application.
        docname: the page.
        context: the template's context.

    Returns:
        Groups with ``label``, ``icon`` and ``items``; an item has ``text``, ``url`` and, where it
        applies, ``download`` (a file name) and ``away`` (it leaves the site).
    """
    repository, groups = app.config.dlcourse_repository, []
    if executed_notebook(app, docname):
        run = []
        if LOCAL_PAGE in app.env.found_docs:
            here = f"{context['pathto'](LOCAL_PAGE)}#{LOCAL_ANCHOR}"
            run.append({"text": _("Run on this computer"), "url": here, "icon": "laptop-code"})
        if repository:
            run += [
                {"text": "Colab", "url": repository.colab(docname), "icon": "cloud", "away": True},
                {"text": "Binder", "url": repository.binder(docname), "icon": "cloud",
                 "away": True},
            ]  # fmt: skip
        if run:
            groups.append({"label": _("Run this chapter"), "icon": "rocket", "items": run})
        stem = docname.rsplit("/", 1)[-1]
        notebook = context["pathto"](f"{docname}.ipynb", 1)
        save = [
            {"text": _("Notebook (.ipynb)"), "url": notebook, "icon": "code",
             "download": f"{stem}.ipynb"},
            {"text": _("Print or save as PDF"), "print": True, "icon": "file-pdf"},
        ]  # fmt: skip
        groups.append({"label": _("Download this chapter"), "icon": "download", "items": save})
    return groups


def add_buttons(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Hand the buttons to our template (event ``html-page-context``)."""
    context["course_buttons"] = buttons(app, pagename, context)
    context["course_repository"] = app.config.dlcourse_repository
    context["course_text"] = {
        "repository": str(_("Repository on GitHub")),
        "new_tab": str(_("(opens another site)")),
    }


def prepare(app: Sphinx, config: Config) -> None:
    """Put our templates first and find the repository (event ``config-inited``)."""
    config.templates_path.insert(0, str(TEMPLATES))
    config.dlcourse_repository = find_repository(Path(app.srcdir), os.environ)
    # Jupyter Book fills in its own repository; no page may point there.
    config.html_theme_options["repository_url"] = ""
    if config.dlcourse_repository and not config.html_baseurl:
        config.html_baseurl = config.dlcourse_repository.site


def write_binder(app: Sphinx, exception: Exception | None) -> None:
    """Write what Binder installs beside the pages (event ``build-finished``)."""
    repository = app.config.dlcourse_repository
    if exception is not None or app.builder.format != "html" or repository is None:
        return
    folder = Path(app.outdir) / "binder"
    folder.mkdir(exist_ok=True)
    # Binder has no GPU and little memory: take torch's CPU build, a tenth of the size.
    (folder / "requirements.txt").write_text(
        "--extra-index-url https://download.pytorch.org/whl/cpu\n"
        f"dlcourse[data] @ git+{repository.url}\n",
        encoding="utf-8",
    )


def setup_launch(app: Sphinx) -> None:
    """Register the events."""
    # Not a setting: it is found when the build starts.
    app.add_config_value("dlcourse_repository", None, "html", (Repository, type(None)))
    app.connect("config-inited", prepare)
    app.connect("html-page-context", add_buttons, priority=502)
    app.connect("build-finished", write_binder)
