"""No result is typed into the prose of a chapter: a number that code produces comes by ``glue``."""

from pathlib import Path

import pytest

from tests.prose import decimals

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("*.md"))

# Decimals that prose may hold, since no code of ours produces them: {chapter: {number: why}}.
CONSTANTS: dict[str, dict[str, str]] = {
    "convolution": {"2.0": "the version of the license of a photograph"},
}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_result_is_typed_into_prose(chapter):
    allowed = CONSTANTS.get(chapter.stem, {})
    found = decimals(chapter.read_text(encoding="utf-8"))
    typed = [number for number in found if number not in allowed]
    assert not typed, (
        f"{chapter.name}: {', '.join(typed)} typed into the prose. A computed number must come "
        "from the code through {glue:text}; a constant goes into CONSTANTS with its reason."
    )
    unused = set(allowed) - set(found)
    assert not unused, f"{chapter.name}: no longer in the prose, so remove from CONSTANTS: {unused}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_fence_begins_with_a_backtick_in_its_first_line(chapter):
    """Markdown takes such a fence for text, and the page shows its source, without a warning."""
    lines = chapter.read_text(encoding="utf-8").splitlines()
    broken = [line for line in lines if line.startswith("```{") and "`" in line.lstrip("`")]
    assert not broken, f"{chapter.name}: say it without code, or begin the fence with ~~~: {broken}"


def test_there_are_chapters():
    assert CHAPTERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accuracy rose to 0.93 on 1,000 images", ["0.93"]),
        ("and to 93.5 %, then ($0.5$) by `p=0.5` in {cite}`foo2.5`", ["93.5"]),
        ("{glue:text}`accuracy:.2f` of 25 %", []),
        ("$$\n0.5 x\n$$\n\nthen 1.5", ["1.5"]),
        ("a price of \\$2.5 and of \\$3.5", ["2.5", "3.5"]),
        ("```{code-cell} ipython3\nx = 0.1\n```\nover 0.2", ["0.2"]),
        (
            "```{code-cell} ipython3\n---\nmystnb:\n  figure:\n    caption: falls to 0.3\n"
            "---\ny = 0.4\n```\n",
            ["0.3"],
        ),
        ("```python\nz = 0.7\n```\n", []),
        ("```{note}\nIt is 0.8.\n```\n", ["0.8"]),
        ("```{quiz} Is it 0.9?\n- [x] yes, 1.25\n  : indeed\n```\n", ["0.9", "1.25"]),
        (
            "{claim}``It is 0.4, not {glue:text}`x:.2f`. <a-0.3>``, {claim}`or 0.5. <b>`",
            ["0.4", "0.5"],
        ),
        ("[text 1.5](https://host/2.5)", ["1.5"]),
    ],
)
def test_decimals_are_found_in_prose_only(text, expected):
    assert decimals(text) == expected
