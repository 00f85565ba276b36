"""Where a small mistake can be planted into a function, and what it looks like."""

import ast
import copy
from collections.abc import Iterator

OPERATORS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {
    "min": "max", "max": "min", "amin": "amax", "amax": "amin", "argmin": "argmax",
    "argmax": "argmin", "any": "all", "all": "any", "zeros": "ones", "ones": "zeros",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "sum": "mean", "mean": "sum",
    "double": "float", "float": "double", "float64": "float32", "float32": "float64",
    "int64": "int32", "rand": "randn", "var": "std", "std": "var", "tanh": "sigmoid",
    "sigmoid": "tanh", "sin": "cos", "cos": "sin", "floor": "ceil", "ceil": "floor",
    "tril": "triu", "triu": "tril", "log_softmax": "softmax", "logsumexp": "amax",
    "max_pool2d": "avg_pool2d", "append": "remove",
}  # fmt: skip
DROPPED = {
    "detach", "clone", "double", "float", "to", "sqrt", "square", "abs", "log", "exp", "clamp",
    "contiguous", "item", "relu", "flip", "sign", "mean", "sum", "flatten", "squeeze",
    "unsqueeze", "transpose", "permute", "sort", "masked_fill", "roll", "clamp_min", "sorted",
    "set", "list", "min", "max", "reversed", "dict", "requires_grad_",
}  # fmt: skip
SYMMETRIC = {"min", "max", "allclose", "zip", "isinstance", "transpose"}

# A solution within another function. Results are copied before an argument is damaged.
WRAPPED = """
def {name}(*given, answer={name}, **options):
    from dlcourse.checks import trees
    got = answer(*given, **options)
    {mistake}
"""
DETACHED = "return trees.copied(got, Tensor.detach)"
CONSTANT = """
def {name}(*given, answer={name}, **options):
    from dlcourse.checks import trees
    given = list(given)
    if len(given) > {place}:
        given[{place}] = trees.copied(given[{place}], Tensor.detach)
    return answer(*given, **options)
"""
CHANGED = (
    "got = trees.copied(got, Tensor.clone)\n"
    "    for place, item in enumerate([*given, *options.values()]):\n"
    "        if place == {place}:\n"
    "            {damage}\n"
    "    return got"
)
DAMAGES = {
    "Tensor": "[t.logical_not_() if t.dtype == torch.bool else t.add_(1)"
    " for t in each(item) if not t.requires_grad]",
    "list": "item.reverse() if len(item) > 1 else item.append(None)",
    "dict": "item.popitem() if item else item.update(new=1)",
}
EACH = """
def each(item):
    if isinstance(item, Tensor):
        yield item
    elif isinstance(item, (list, tuple)):
        for part in item:
            yield from each(part)
    elif isinstance(item, dict):
        yield from each(list(item.values()))
"""
WANTED = (
    "got = trees.copied(got, lambda t: t.detach().clone())\n"
    "    [t.requires_grad_() for t in trees.tensors([*given, *options.values()]) if t.is_leaf]\n"
    "    return got"
)
SEEDED = """
def {name}(*given, answer={name}, **options):
    seed = options.get("seed", given[{place}] if len(given) > {place} else None)
    if seed is not None:
        torch.manual_seed(seed)
    return answer(*given, **options)
"""


def planted(source: str, differentiable: bool) -> Iterator[tuple[str, str]]:
    """What is changed and the source with that change, for each small mistake.

    Args:
        source: a solution.
        differentiable: whether its arguments may be cut off from gradients one by one, too.
    """
    tree = ast.parse(source)
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            yield from _within(tree, function)
            yield from _around(source, function, differentiable)


def _within(tree: ast.Module, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    first = function.lineno
    for node in list(_code(function)):
        for new in _variants(node):
            before, after = (" ".join(ast.unparse(each).split()) for each in (node, new))
            _Replace(node, new).visit(tree)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _Replace(new, node).visit(tree)
            line = getattr(node, "target", node).lineno - first
            yield f"line {line}: {_short(before)} → {_short(after)}", text


def _around(
    source: str, function: ast.FunctionDef, differentiable: bool
) -> Iterator[tuple[str, str]]:
    name, returns = function.name, ast.unparse(function.returns or ast.Constant(None))

    def wrapped(mistake: str) -> str:
        return source + EACH + WRAPPED.format(name=name, mistake=mistake)

    if "Tensor" in returns:
        yield "the result is detached", wrapped(DETACHED)
    kinds = {a.arg: ast.unparse(a.annotation or ast.Constant(None)) for a in function.args.args}
    for place, (parameter, kind) in enumerate(kinds.items()):
        if differentiable and "Tensor" in kind:
            yield f"{parameter} is a constant", source + CONSTANT.format(name=name, place=place)
        for word, damage in DAMAGES.items():
            if kind.startswith(word) or (word == "Tensor" and word in kind):
                mistake = CHANGED.format(place=place, damage=damage)
                yield f"{parameter} is changed: {word}", wrapped(mistake)
        if parameter == "seed" and "None" in kind:
            yield "the seed is everybody's", source + SEEDED.format(name=name, place=place)
    if any("Tensor" in kind for kind in kinds.values()):
        yield "the arguments want gradients", wrapped(WANTED)


def _code(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes that compute: no annotation, no text, no message of an error."""
    left: list[ast.AST] = [*function.args.defaults, *function.body]
    while left:
        node = left.pop(0)
        if isinstance(node, ast.Raise | ast.JoinedStr):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        yield node
        if isinstance(node, ast.FunctionDef):
            left[:0] = [*node.args.defaults, *node.body]
        else:
            left[:0] = list(ast.iter_child_nodes(node))


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """The same node with a mistake, for each that fits."""

    def changed(**fields: object) -> ast.AST:
        new = copy.copy(node)
        for name, value in fields.items():
            setattr(new, name, value)
        return new

    match node:
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):
                if other := OPERATORS.get(type(operator)):
                    yield changed(ops=[*operators[:place], other(), *operators[place + 1 :]])
            if isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value is None:
                yield ast.UnaryOp(ast.Not(), node.left)  # takes 0 for missing, or turns it round
                yield node.left
        case ast.BinOp(op=ast.MatMult()):
            yield changed(left=node.right, right=node.left)
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield changed(op=OPERATORS[type(operator)]())
        case ast.UnaryOp():
            yield node.operand
        case ast.BoolOp(values=values):
            yield changed(op=OPERATORS[type(node.op)]())
            for place in range(len(values)):
                rest = [*values[:place], *values[place + 1 :]]
                yield rest[0] if len(rest) == 1 else changed(values=rest)
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.Constant(value=bool(value)):
            yield changed(value=not value)
        case ast.Constant(value=int(value)):
            yield changed(value=value + 1)
            yield changed(value=value - 1)
        case ast.Constant(value=float(value)):
            yield changed(value=2 * value if value else 1.0)
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Attribute(attr=name) if name in NAMES:
            yield changed(attr=NAMES[name])
        case ast.Slice():
            yield from (changed(**{end: None}) for end in ("lower", "upper") if getattr(node, end))
        case ast.Tuple(elts=[first, second, *rest], ctx=ast.Load()):
            yield changed(elts=[second, first, *rest])
        case ast.comprehension(ifs=conditions):
            for place in range(len(conditions)):
                yield changed(ifs=[*conditions[:place], *conditions[place + 1 :]])
        case ast.If(orelse=[]):
            yield ast.Pass()
        case ast.If():
            yield changed(body=node.orelse, orelse=[])
        case ast.AugAssign() | ast.Expr() | ast.Break() | ast.Continue():
            yield ast.Pass()
    if isinstance(node, ast.Call):
        yield from _calls(node, changed)


def _calls(node: ast.Call, changed) -> Iterator[ast.AST]:
    match node.func:
        case (
            ast.Name(id=name) | ast.Attribute(value=ast.Name(id="torch" | "math" | "F"), attr=name)
        ):
            if name in DROPPED and node.args:
                yield node.args[0]
            if isinstance(node.func, ast.Name) and name in ("min", "max", "any", "all"):
                yield changed(func=ast.Name(NAMES[name], ast.Load()))
        case ast.Attribute(value=value, attr=name):
            if name in DROPPED:
                yield value
        case _:
            name = ""
    if name == "range":
        less = ast.BinOp(node.args[min(len(node.args) - 1, 1)], ast.Sub(), ast.Constant(1))
        yield changed(args=[less] if len(node.args) == 1 else [node.args[0], less, *node.args[2:]])
    for place in range(len(node.keywords)):
        yield changed(keywords=[*node.keywords[:place], *node.keywords[place + 1 :]])
    if len(node.args) == 2 and name not in SYMMETRIC:
        yield changed(args=node.args[::-1])


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST):
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _short(text: str, limit: int = 70) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]} … {text[-limit // 2 :]}"
