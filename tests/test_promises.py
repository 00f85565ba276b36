"""What the instructors' page promises is held by tests that exist; its limits are the code's."""

import ast
import re
from pathlib import Path

import pytest

from dlcourse.grading.classroom.execute import Execute
from dlcourse.grading.content import html, nesting
from dlcourse.grading.submissions import folder, intake

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "promises.md").read_text(encoding="utf-8")
HOLDERS = sorted(set(re.findall(r"`(attacks/\w+|test_\w+::\w+)`", PAGE)) - {"attacks/NAME"})
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith("|---")
]


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_holds_a_promise_exists(holder):
    if holder.startswith("attacks/"):
        assert (TESTS / f"{holder}.py").exists()
        return
    module, name = holder.split("::")
    tree = ast.parse((TESTS / f"{module}.py").read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_what_holds_it():
    assert len(HOLDERS) > 50
    for row in ROWS:
        assert row[-1] == "held by" or re.search(r"`(attacks/|test_\w+::)\w+`", row[-1]), row


def test_settings_exist_and_are_as_the_page_says():
    units = {"s": 1, "GiB": 1 << 30, "MiB": 1 << 20, "": 1}
    found = {}
    for row in ROWS:
        if len(row) == 4 and row[2].startswith("`c.Execute."):
            number, _, unit = row[1].partition(" ")
            found[row[2].strip("`")[10:]] = float(number.replace(",", "")) * units[unit]
    traits = Execute.class_own_traits(config=True)
    assert found == {
        n: t.default() for n, t in traits.items() if n not in ("sandbox", "experiments")
    }


@pytest.mark.parametrize(
    "text",
    [
        f"{intake.MAX_NOTEBOOK // 10**6} MB, {intake.MAX_CELLS} cells, {intake.MAX_CELL:,} char",
        f"{folder.MAX_FILES} files and folders, {folder.MAX_FOLDER // 10**6} MB",
        f"{nesting.MAX_DEPTH} elements deep, {nesting.MAX_TAGS:,} tags, {nesting.MAX_SLOW:,} amp",
        f"| formulas in one cell | {html.MAX_FORMULAS} |",
    ],
)
def test_fixed_limits_are_as_the_page_says(text):
    assert text in PAGE
