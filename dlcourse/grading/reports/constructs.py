"""The scanner behind :mod:`.suspicious`: which constructs the text of a cell holds.

It also runs as a program of its own, isolated and with limits, and so imports nothing of the
course. It parses and never runs what it is given.
"""

import ast
import json
import re
import sys
import warnings
from collections.abc import Iterable, Mapping

SECONDS = 5  # for all cells of one notebook; an honest one takes a hundredth of one
LONGEST = 100_000  # characters of a cell that are parsed; a long answer has 5,000
MEMORY = 2_000_000_000
MOST = 12  # constructs of one cell that are listed
TABLE = 100  # numbers and texts in one literal
BRANCHES = 6  # branches of the form: if it is this value, return that value
BLOB = 1000  # characters of text without spaces


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names, with everything below them, as they are called where they come from.
_NAMES = {
    "frames": """ctypes cffi faulthandler gc.callbacks gc.get_objects gc.get_referents
        gc.get_referrers inspect.currentframe inspect.getinnerframes inspect.getouterframes
        inspect.getsource inspect.getsourcelines inspect.stack inspect.trace sys._current_frames
        linecache sys._getframe sys.excepthook sys.setprofile sys.settrace""",
    "patches": """builtins mock torch.set_default_device torch.set_default_dtype unittest.mock""",
    "imports": """imp importlib pkgutil runpy site sys.meta_path sys.modules sys.path
        sys.path_hooks sys.path_importer_cache zipimport""",
    "process": """asyncio.create_subprocess_exec asyncio.create_subprocess_shell os._exit os.abort
        os.execl os.execle os.execlp os.execv os.execve os.execvp os.fork os.forkpty os.kill
        os.killpg os.popen os.posix_spawn os.setsid os.spawnl os.spawnv os.system pty subprocess
        sys.exit""",
    "background": """_thread atexit concurrent.futures multiprocessing signal threading
        torch.multiprocessing weakref.finalize""",
    "network": """aiohttp ftplib http.client http.server httpx requests smtplib socket socketserver
        ssl telnetlib torch.distributed torch.hub urllib.request urllib3 websockets xmlrpc""",
    "files": """os.chdir os.environ os.getenv os.listdir os.path.expanduser os.scandir os.walk
        pathlib.Path.home shutil.copy shutil.copyfile shutil.copytree shutil.move shutil.rmtree""",
    "grader": "dlcourse.grading dlcourse.testing.CheckError nbgrader",
    "notebook": "IPython.core IPython.get_ipython",
    "encoded": "base64 binascii cloudpickle codecs dill marshal pickle zlib",
}
NAMES = {name: kind for kind, names in _NAMES.items() for name in names.split()}
# These need no import.
BUILT_IN = {
    "eval": "dynamic",
    "exec": "dynamic",
    "compile": "dynamic",
    "globals": "patches",
    "__builtins__": "patches",
    "__import__": "imports",
    "exit": "process",
    "quit": "process",
    "get_ipython": "notebook",
    "In": "notebook",
    "_ih": "notebook",
    "_oh": "notebook",
}
SETTINGS = ("matplotlib", "pandas.options", "torch.backends")  # made to be assigned to
INNER = _words(
    """ag_frame cell_contents cr_frame f_back f_builtins f_globals f_locals gi_frame tb_frame
    tb_next __builtins__ __closure__ __code__ __globals__ __subclasses__ __traceback__"""
)
AGREEING = _words(
    """__array_function__ __array_ufunc__ __class__ __eq__ __getattribute__ __instancecheck__
    __ne__ __subclasscheck__ __torch_dispatch__ __torch_function__"""
)
BASES = _words("bool bytes complex float int list numpy.ndarray str torch.Tensor tuple")
# Built-in names that tests rely on; a variable called sum or max is too common to mention.
RELIED_ON = _words(
    """AssertionError Exception abs all any bool float getattr hasattr int isinstance len list print
    repr str tuple type"""
)
MAGICS = _words(
    """autoreload capture config load_ext matplotlib pinfo pinfo2 precision prun time timeit who"""
)
GRADER = re.compile(
    r"gradebook|nbgrader|formgrader|autograded|hidden.?tests?\b|\b(begin|end) solution\b"
    r"|\bsolutions[/\\]|^solutions$|dlcourse[./]grading",
    re.IGNORECASE,
)
ROOTS = r"/(?:proc|etc|home|root|tmp|usr|var|dev|mnt|opt|sys|run|Users)\b"
OUTSIDE = re.compile(rf"{ROOTS}|/\w[\w.-]*/\w|~[/\\]|[A-Za-z]:[/\\]\w|(?:.*[/\\])?\.\.(?:[/\\]|$)")
OUTSIDE_PART = re.compile(rf"{ROOTS}|~/|\.\./")  # as a part of an f-string, where "/s" is a unit
LITERALS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
VALUES = (ast.Constant, *LITERALS)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Found = tuple[str, str, int, str]  # kind, name, line, the line's text


def scan(text: str, known: Mapping[str, str], names: dict[str, str]) -> list[Found]:
    """Look through one code cell.

    Args:
        text: the cell.
        known: the names that the exercise itself imports, and what they stand for.
        names: those that the student's earlier cells import; this cell's are added.

    Returns:
        Each construct once, where it first appears.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _scan(text, known, names, depth=0)


def imported(texts: Iterable[str]) -> dict[str, str]:
    """The names that cells import, and what they stand for."""
    nodes = (node for text in texts for node in ast.walk(_parse(text)[0]))
    return {alias: stands for node in nodes for alias, stands, _ in _imports(node)}


def _scan(text: str, known: Mapping[str, str], names: dict[str, str], depth: int) -> list[Found]:
    if len(text) > LONGEST:
        return [("unread", f"{len(text):,} characters", 1, "")]
    try:
        tree, cut = _parse(text)
    except (RecursionError, MemoryError):
        return [("unread", "nested too deeply", 1, "")]
    lines = text.split("\n")
    first: dict[tuple[str, str], int] = {}
    found: list[Found] = []
    for kind, what, line in _Cell(tree, known, names).constructs():
        if kind != "body":
            first[kind, what] = min(line + cut, first.get((kind, what), line + cut))
        elif depth < 2:
            inner = _scan(what, known, names, depth + 1)
            found += [(kind, what, at + line + cut - 1, code) for kind, what, at, code in inner]
    for (kind, what), line in first.items():
        code = lines[line - 1].strip() if line <= len(lines) else ""
        found.append((kind, what, line, code[:160]))
    return sorted(found, key=lambda one: (one[2], one[0], one[1]))[:MOST]


def _parse(text: str) -> tuple[ast.Module, int]:
    """The syntax tree (empty where the text is not Python), and lines cut off at its beginning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an invalid escape in a string
        try:
            return ast.parse(text), 0
        except (SyntaxError, ValueError):
            pass
        try:
            from IPython.core.inputtransformer2 import TransformerManager

            blank = text[: len(text) - len(text.lstrip())].count("\n")
            return ast.parse(TransformerManager().transform_cell(text)), blank
        except (RecursionError, MemoryError):
            raise
        except Exception:  # whatever IPython makes of what is not Python
            return ast.Module([], []), 0


def _imports(node: ast.AST) -> Iterable[tuple[str, str, str]]:
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


class _Cell:
    """One pass over a cell's syntax tree, without recursion: trees of strangers can be deep."""

    def __init__(self, tree: ast.Module, known: Mapping[str, str], names: dict[str, str]):
        self.nodes = list(ast.walk(tree))
        self.top = [*tree.body, *(n for n in self.nodes if isinstance(n, ast.Global))]
        self.known = known
        self.bound: set[str] = set()
        self.spoken_for: set[int] = set()  # ids of nodes that say nothing of their own
        for node in self.nodes:
            names.update({alias: stands for alias, stands, _ in _imports(node)})
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
        for alias, stands_for, dotted in _imports(node):
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


def _serve() -> None:
    """Scan the notebooks on stdin, one line of output each."""
    import signal

    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows has none, macOS refuses it
        pass
    known, notebooks = json.load(sys.stdin)
    for cells in notebooks:
        if hasattr(signal, "alarm"):
            signal.alarm(SECONDS)  # ends the process, even in the midst of the parser
        names: dict[str, str] = {}
        print(json.dumps([scan(text, known, names) for text in cells]), flush=True)


if __name__ == "__main__":
    _serve()
