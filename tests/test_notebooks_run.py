"""The run that executes every notebook fails if any of them ran in part."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

ROOT = Path(__file__).parents[1]
CHAPTER = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

```{code-cell} ipython3
x = 1
x
```

```{code-cell} ipython3
:tags: [remove-cell]

assert x == 1
```
"""


@pytest.fixture
def book(tmp_path):
    """A course with one chapter of two cells and one solution of one cell."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "a.md").write_text(CHAPTER)
    (tmp_path / "solutions" / "a").mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("y = 2")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "solutions" / "a" / "a.ipynb")
    return tmp_path


def run(book, *options):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval-lax", *options]
    return subprocess.run(
        [*command, "chapters", "solutions"], cwd=book, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("options", [(), ("-n", "2", "--dist", "loadfile")])
def test_chapters_and_solutions_are_executed(book, options):
    done = run(book, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def cached(book):
    """The chapter's outputs as the book finds them in its cache; KeyError if it has none."""
    chapter = (book / "chapters" / "a.md").read_text()
    notebook = read_myst_markdown_notebook(chapter, config=MdParserConfig(), add_source_map=True)
    _, found = get_cache(book / "_build" / ".jupyter_cache").merge_match_into_notebook(notebook)
    return [cell.outputs for cell in found.cells if cell.cell_type == "code"]


def test_the_book_finds_the_outputs_of_a_chapter_that_ran(book):
    assert run(book).returncode == 0
    (shown,), nothing = cached(book)
    assert shown.output_type == "execute_result"
    assert shown.data["text/plain"] == "1"
    assert nothing == []


def test_the_book_finds_nothing_of_a_chapter_that_failed(book):
    path = book / "chapters" / "a.md"
    path.write_text(CHAPTER.replace("assert x == 1", "assert x == 2"))
    run(book)
    with pytest.raises(KeyError):
        cached(book)


def test_the_book_finds_nothing_of_a_chapter_that_ran_in_part(book):
    run(book, "--deselect", "chapters/a.md::Cell 1")
    with pytest.raises(KeyError):
        cached(book)


def test_a_cell_left_out_fails_the_run(book):
    done = run(book, "--deselect", "chapters/a.md::Cell 1")
    assert "2 passed" in done.stdout
    assert done.returncode == 1
    assert "chapters/a.md: 1 of 2 code cells ran and passed" in done.stdout


def test_a_skipped_cell_fails_the_run(book):
    path = book / "chapters" / "a.md"
    path.write_text(CHAPTER.replace("[remove-cell]", "[remove-cell, nbval-skip]"))
    done = run(book)
    assert done.returncode == 1
    assert "chapters/a.md: 1 of 2 code cells ran and passed" in done.stdout


def test_a_failing_hidden_cell_fails_the_run(book):
    path = book / "chapters" / "a.md"
    path.write_text(CHAPTER.replace("assert x == 1", "assert x == 2"))
    done = run(book)
    assert done.returncode == 1
    assert "AssertionError" in done.stdout


def test_a_cell_that_writes_to_stderr_fails_the_run(book):
    path = book / "chapters" / "a.md"
    path.write_text(
        CHAPTER.replace("assert x == 1", "import sys; print('Beware', file=sys.stderr)")
    )
    done = run(book)
    assert done.returncode == 1
    assert "the cell wrote to stderr:\nBeware" in done.stdout
    with pytest.raises(KeyError):
        cached(book)


def test_a_notebook_that_is_not_collected_fails_the_run(book):
    # nbval does not look into a folder that pytest is told to pass over.
    done = run(book, "--ignore", "solutions/a")
    assert done.returncode == 1
    assert "solutions/a/a.ipynb: 0 of 1 code cells ran and passed" in done.stdout


def test_no_notebook_at_all_fails_the_run(book):
    (book / "chapters" / "a.md").unlink()
    shutil.rmtree(book / "solutions" / "a")
    assert run(book).returncode != 0
