"""The house is in order: dependence runs one way, rooms have a purpose, modules stay short."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dlcourse"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each line may use the lines above it, and itself.
LAYERS = [
    {"claims", "runtime", "transforms"},
    {"datasets", "models"},
    {"metrics", "inspection"},
    {"training"},
    {"plotting"},
    {"checks"},
    {"testing"},
]
GRADING = [
    "paths", "course", "content", "collection", "submissions", "validation", "calls", "isolation",
    "classroom", "reports",
]  # fmt: skip


def imported(path):
    """The modules of this package that a file imports, as tuples of names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (tuple(n.split(".")[1:]) for n in names if n.split(".")[0] == "dlcourse")


def place(path):
    """Where a module lies below the package: ("grading", "calls", "peer")."""
    return path.relative_to(PACKAGE).with_suffix("").parts


@pytest.mark.parametrize("path", MODULES, ids=lambda p: "/".join(place(p)))
def test_dependence_runs_one_way(path):
    here = place(path)
    rank = {name: number for number, names in enumerate(LAYERS) for name in names}
    for there in imported(path):
        if here[0] in rank:
            assert there[:1] == () or there[0] not in ("grading", "sphinxext", "cli", "doctor")
            if there and there[0] in rank:
                assert rank[there[0]] <= rank[here[0]], f"{here} may not use {there}"
        if here[0] == "grading" and len(here) > 2 and there[:1] == ("grading",) and there[1:]:
            assert there[1] in GRADING, f"{here} uses {there}, which stands above all rooms"
            assert GRADING.index(there[1]) <= GRADING.index(here[1]), f"{here} may not use {there}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: "/".join(place(p)))
def test_a_module_is_read_in_one_sitting(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 300, f"{path.relative_to(ROOT)} has {lines} lines"


def test_each_room_says_what_it_is_for():
    rooms = {path.parent for path in MODULES}
    texts = {room.name: (room / "__init__.py").read_text(encoding="utf-8") for room in rooms}
    assert [name for name, text in texts.items() if not ast.get_docstring(ast.parse(text))] == []
