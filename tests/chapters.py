"""The functions and classes that a chapter defines, for tests that hold them to library twins."""

import ast
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import jupytext

CHAPTERS = Path(__file__).parents[1] / "chapters"


@cache
def definitions(slug: str) -> SimpleNamespace:
    """Run a chapter's imports and definitions, but none of its experiments.

    Where a chapter defines a name twice, the later definition stands, as in the chapter.
    """
    cells = jupytext.read(CHAPTERS / f"{slug}.md").cells
    source = "\n\n".join(c.source for c in cells if c.cell_type == "code")
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    module = ast.parse(source)
    module.body = [node for node in module.body if isinstance(node, kept)]
    namespace: dict = {"__name__": f"chapters.{slug}"}
    exec(compile(module, f"chapters/{slug}.md", "exec"), namespace)
    return SimpleNamespace(**namespace)
