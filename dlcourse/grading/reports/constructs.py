"""Which constructs a cell's syntax tree holds that :mod:`.suspicious` mentions."""

import ast
from collections.abc import Iterable, Mapping

from dlcourse.grading.reports.vocabulary import (
    AGREEING,
    BASES,
    BUILT_IN,
    GRADER,
    INNER,
    MAGICS,
    NAMES,
    OUTSIDE,
    OUTSIDE_PART,
    RELIED_ON,
    SETTINGS,
)

TABLE = 100  # numbers and texts in one literal
BRANCHES = 6  # branches of the form: if it is this value, return that value
BLOB = 1000  # characters of text without spaces
LITERALS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
VALUES = (ast.Constant, *LITERALS)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def imports(node: ast.AST) -> Iterable[tuple[str, str, str]]:
    """Of an import: the name in the cell, what it stands for, what was asked for."""
    if isinstance(node, ast.Import):
        for name in node.names:
            root = name.name if name.asname else name.name.partition(".")[0]
            yield name.asname or root, root, name.name
    elif isinstance(node, ast.ImportFrom):
        for name in node.names:
            dotted = f"{node.module or ''}.{name.name}"
            yield name.asname or name.name, dotted, dotted


def _listed(dotted: str) -> Iterable[tuple[str, str]]:
    """The entry of :data:`NAMES` that covers a name, if there is one."""
    parts = dotted.split(".")
    for prefix in (".".join(parts[:n]) for n in range(1, len(parts) + 1)):
        if prefix in NAMES:
            yield NAMES[prefix], prefix
            return


class Cell:
    """One pass over a cell's syntax tree, without recursion: trees of strangers can be deep."""

    def __init__(self, tree: ast.Module, known: Mapping[str, str], names: dict[str, str]):
        self.nodes = list(ast.walk(tree))
        self.top = [*tree.body, *(n for n in self.nodes if isinstance(n, ast.Global))]
        self.known = known
        self.bound: set[str] = set()
        self.spoken_for: set[int] = set()  # ids of nodes that say nothing of their own
        for node in self.nodes:
            names.update({alias: stands for alias, stands, _ in imports(node)})
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.bound.add(node.id)
            elif isinstance(node, DEFINITIONS):
                self.bound.add(node.name)
            elif isinstance(node, ast.arg):
                self.bound.add(node.arg)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                self.spoken_for.add(id(node.value))  # a docstring
        self.names = {**known, **names}

    def constructs(self) -> Iterable[tuple[str, str, int]]:
        """Kind, name and line of each construct; the code of magics as the kind ``body``."""
        looks = {
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Attribute: self._attribute,
            ast.Name: self._name,
            ast.Call: self._call,
            ast.JoinedStr: self._f_string,
            ast.Constant: self._constant,
            ast.ClassDef: self._class,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            **dict.fromkeys(LITERALS, self._literal),
        }
        for node in self.nodes:
            look = looks.get(type(node))
            if look and id(node) not in self.spoken_for:
                yield from ((*found, node.lineno) for found in look(node))
        for node in self.top:
            for name in _bindings(node):
                if name in RELIED_ON or name in self.known:
                    yield "patches", f"{name} = …", node.lineno
        branches = [node.body[0].lineno for node in self.nodes if _is_branch(node)]
        if len(branches) >= BRANCHES:
            yield "table", f"{len(branches)} branches from a value to a value", branches[0]

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterable[tuple[str, str]]:
        for alias, stands_for, dotted in imports(node):
            yield from _listed(dotted)
            if self.known.get(alias, stands_for) != stands_for:
                yield "patches", f"{alias} = {stands_for}"

    def _attribute(self, node: ast.Attribute) -> Iterable[tuple[str, str]]:
        changes = not isinstance(node.ctx, ast.Load)
        if node.attr in INNER:
            yield "frames", node.attr
        if node.attr in AGREEING and changes:
            yield "pretends", f"{node.attr} = …"
        if GRADER.search(node.attr):
            yield "grader", node.attr
        if dotted := self._from_module(node):
            yield from _listed(dotted)
            if changes and not dotted.startswith(SETTINGS):
                yield "patches", f"{dotted} = …"
            elif node.attr == "__dict__":
                yield "patches", dotted

    def _name(self, node: ast.Name) -> Iterable[tuple[str, str]]:
        if not isinstance(node.ctx, ast.Load):
            if node.id in AGREEING:
                yield "pretends", f"{node.id} = …"
        elif node.id not in self.bound:
            if node.id in BUILT_IN:
                yield BUILT_IN[node.id], node.id
            elif dotted := self._from_module(node):
                yield from _listed(dotted)

    def _call(self, node: ast.Call) -> Iterable[tuple[str, str]]:
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("setattr", "delattr") and node.args:
            target = node.args[0]
            dotted = self._from_module(target)
            if dotted or (isinstance(target, ast.Name) and target.id in RELIED_ON):
                yield "patches", f"{function.id}({dotted or target.id}, …)"
        if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call)):
            return
        shell = function.value.func
        if not (isinstance(shell, ast.Name) and shell.id == "get_ipython"):
            return
        texts = [str(each.value) for each in node.args if isinstance(each, ast.Constant)]
        if function.attr in ("system", "getoutput", "getpipes"):
            yield "process", "!command"
        elif function.attr in ("run_line_magic", "run_cell_magic") and texts:
            cell = function.attr == "run_cell_magic"
            if texts[0] not in MAGICS:
                yield "notebook", f"{'%%' if cell else '%'}{_short(texts[0])}"
            elif cell:  # whose code begins below it
                yield "body", f"\n{texts[-1]}"
            elif texts[0] in ("prun", "time", "timeit"):
                yield "body", texts[-1]
            self.spoken_for |= {id(each) for each in node.args}
        else:
            return
        self.spoken_for.add(id(shell))

    def _f_string(self, node: ast.JoinedStr) -> Iterable[tuple[str, str]]:
        for part in node.values:
            if isinstance(part, ast.Constant):
                self.spoken_for.add(id(part))
                if OUTSIDE_PART.match(str(part.value)):
                    yield "files", _short(part.value)

    def _constant(self, node: ast.Constant) -> Iterable[tuple[str, str]]:
        value = node.value
        if isinstance(value, bytes) and len(value) >= BLOB:
            yield "table", f"{len(value):,} bytes"
        if not isinstance(value, str):
            return
        if value in INNER | AGREEING:
            yield "frames" if value in INNER else "pretends", value
        if len(value) >= BLOB and len(value.split()) * 40 < len(value):
            yield "table", f"{len(value):,} characters without spaces"
        elif match := GRADER.search(value):
            yield "grader", match[0].lower()
        if OUTSIDE.match(value[:BLOB]):
            yield "files", _short(value)

    def _literal(self, node: ast.expr) -> Iterable[tuple[str, str]]:
        inside = list(ast.walk(node))
        self.spoken_for |= {id(each) for each in inside if isinstance(each, LITERALS)}
        values = sum(isinstance(each, ast.Constant) for each in inside)
        if values >= TABLE:
            yield "table", f"a literal with {values} values"

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[tuple[str, str]]:
        if node.name in AGREEING:
            yield "pretends", node.name

    def _class(self, node: ast.ClassDef) -> Iterable[tuple[str, str]]:
        for base in map(self._dotted, node.bases):
            if base in BASES:
                yield "pretends", f"class {node.name}({base})"

    def _from_module(self, node: ast.AST) -> str:
        """As :meth:`_dotted`, for what was imported; '' for anything else."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        imported = isinstance(root, ast.Name) and root.id in self.names
        return self._dotted(node) if imported else ""

    def _dotted(self, node: ast.AST) -> str:
        """``torch.nn.Linear`` whatever it is called in the cell; '' for anything but names."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute) and len(parts) < 20:
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.names.get(node.id, node.id), *reversed(parts)])


def _bindings(node: ast.AST) -> Iterable[str]:
    """The names that a statement of the cell's top level gives a new meaning."""
    if isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Global):
        yield from node.names
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = (each for target in targets for each in ast.walk(target))
        yield from (
            each.id
            for each in names
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        )


def _is_branch(node: ast.AST) -> bool:
    """Whether it is ``if … == VALUE: return VALUE``, or the same as a case of a match."""
    if isinstance(node, ast.match_case):
        matches = isinstance(node.pattern, ast.MatchValue | ast.MatchSequence)
    elif isinstance(node, ast.If) and isinstance(node.test, ast.Compare):
        sides = [node.test.left, *node.test.comparators]
        matches = isinstance(node.test.ops[0], ast.Eq) and any(
            isinstance(side, VALUES) for side in sides
        )
    else:
        return False
    returned = node.body[0].value if isinstance(node.body[0], ast.Return) else None
    return matches and isinstance(returned, VALUES)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
