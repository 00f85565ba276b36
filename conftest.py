"""Lets nbval run every notebook of the course, and fails the run if any of them ran in part.

``pytest --nbval-lax chapters solutions`` executes the notebooks cell by cell. nbval itself knows
``.ipynb`` files only; the chapters are MyST Markdown, so they are read through jupytext, in memory.
The outputs of a chapter that ran without an error go to the cache that the book is built from, so
that `make test` runs each chapter once and not twice.
"""

from pathlib import Path

import jupytext
import nbformat
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbval.plugin import IPyNbFile

ROOT = Path(__file__).parent
CACHE = ROOT / "_build" / ".jupyter_cache"
executed: dict[str, set[str]] = {}


class MystFile(IPyNbFile):
    """A chapter in MyST Markdown, given to nbval as the notebook that it stands for."""

    def collect(self):
        # nbval reads its file by nbformat; this is the one call that has to differ.
        import nbval.plugin

        read = nbval.plugin.nbformat.read
        nbval.plugin.nbformat.read = lambda path, as_version: jupytext.read(path)
        try:
            self.items = list(super().collect())
        finally:
            nbval.plugin.nbformat.read = read
        return self.items

    def teardown(self):
        super().teardown()
        outputs = [item.test_outputs for item in self.items]
        whole = all(o is not None for o in outputs) and not self.timed_out
        whole = whole and not any(map(stderr, self.items))
        if whole and not any(out.output_type == "error" for outs in outputs for out in outs):
            for number, (item, outs) in enumerate(zip(self.items, outputs, strict=True), start=1):
                item.cell.outputs = [nbformat.from_dict(out) for out in outs]
                item.cell.execution_count = number
            bundle = CacheBundleIn(self.nb, str(self.path))
            get_cache(CACHE).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def pytest_collect_file(file_path, parent):
    if (
        nbval_runs(parent.config)
        and file_path.suffix == ".md"
        and file_path.parent == ROOT / "chapters"
    ):
        return MystFile.from_parent(parent, path=file_path)
    return None


def stderr(item) -> str:
    """What a notebook's cell wrote to stderr."""
    outputs = getattr(item, "test_outputs", None) or ()
    streams = [out for out in outputs if out["output_type"] == "stream"]
    return "".join(out["text"] for out in streams if out["name"] == "stderr")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    yield
    # It warns a reader of something, and nbgrader takes it for a failure.
    if said := stderr(item):
        pytest.fail(f"the cell wrote to stderr:\n{said}", pytrace=False)


def nbval_runs(config) -> bool:
    return config.option.nbval or config.option.nbval_lax


def pytest_runtest_logreport(report):
    # With xdist this runs in the coordinating process for every worker's report.
    if report.when == "call" and report.passed:
        path, _, cell = report.nodeid.partition("::")
        executed.setdefault(path, set()).add(cell)


def notebooks_below(arguments: list[str]) -> list[Path]:
    """Every notebook below the given paths, found without pytest's or nbval's help."""
    found = set()
    for argument in arguments:
        path = (ROOT / argument).resolve()
        found |= {path} if path.is_file() else {*path.rglob("*.md"), *path.rglob("*.ipynb")}
    return sorted(p for p in found if ".ipynb_checkpoints" not in p.parts)


def pytest_sessionfinish(session, exitstatus):
    config = session.config
    if not nbval_runs(config) or hasattr(config, "workerinput") or config.option.collectonly:
        return
    missing = []
    for path in notebooks_below(config.args):
        code = [c for c in jupytext.read(path).cells if c.cell_type == "code"]
        ran = len(executed.get(path.relative_to(ROOT).as_posix(), ()))
        if ran < len(code):
            missing.append(
                f"{path.relative_to(ROOT)}: {ran} of {len(code)} code cells ran and passed"
            )
    if missing or not executed:
        config.pluginmanager.get_plugin("terminalreporter").write_line(
            "Not every notebook ran in full:\n  " + "\n  ".join(missing or ["no notebook ran"]),
            red=True,
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
