"""The names that the text of a cell gives to something, and those that it reads.

From the student the tests take names that the instructor's solution gives, and no others: a test
that asked for whatever it happens to read would let its own tools be replaced.
"""

import ast
import functools
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda, *COMPREHENSIONS)


def answered(source: str) -> set[str]:
    """The functions, classes and variables that a cell defines, without what it imports."""
    tree = _tree(source)
    return _bound(tree) - _imported(_top_level(tree))


def bound(source: str) -> set[str]:
    """All names that a cell gives at its top level, with those that its functions make global."""
    tree = _tree(source)
    declared = (node.names for node in ast.walk(tree) if isinstance(node, ast.Global))
    return _bound(tree).union(*declared)


@functools.lru_cache(maxsize=1000)  # the exercise's own cells are the same for everybody
def read(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a cell reads.

    Returns:
        All of them, and those that functions and classes in it read, now or when they are used
        later.
    """
    tree = _tree(source)
    later = set()
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            later |= _loaded(node)
    return frozenset(_loaded(tree)), frozenset(later)


def _tree(source: str) -> ast.Module:
    """A cell's statements; none if it is no Python, as running it will say."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _loaded(tree: ast.AST) -> set[str]:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _top_level(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that act on the cell's own names; of a scope within it only the node itself."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        yield node
        if isinstance(node, COMPREHENSIONS):  # a := within gives a name outside
            yield from (part.target for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        elif not isinstance(node, SCOPES):
            left.extend(ast.iter_child_nodes(node))


def _imported(nodes: Iterator[ast.AST]) -> set[str]:
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _bound(tree: ast.Module) -> set[str]:
    found = _imported(_top_level(tree))
    for node in _top_level(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
    return found
