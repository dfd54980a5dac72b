"""The small mistakes: every place of a source where one can be made, and the source with it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    r"""One module with one mistake in it.

    >>> print(*mutants("def f(a):\n    return a < 1\n", "f.py"), sep="\n")
    f.py:2 f: return a < 1 -> return None
    f.py:2 f: a < 1 -> a <= 1
    f.py:2 f: 1 -> 2 in return a < 1
    """

    file: str
    line: int
    function: str
    change: str
    source: str = field(repr=False)
    place: int
    number: int

    @property
    def name(self) -> str:
        """What stays the same when lines move."""
        return f"{self.file} {self.function}: {self.change}"

    @property
    def tree(self) -> ast.Module:
        """The module with the mistake in it."""
        tree = ast.parse(self.source)
        _, target = list(_places(tree))[self.place]
        _replace(tree, target, list(_changes(target))[self.number])
        return ast.fix_missing_locations(tree)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.change}"


def mutants(source: str, file: str) -> Iterator[Mutant]:
    """Every mutant of a source, in the order of its text."""
    lines = source.splitlines()
    for place, (function, node) in enumerate(_places(ast.parse(source))):
        for number, changed in enumerate(_changes(node)):
            change = f"{_told(node)} -> {_told(changed)}"
            if isinstance(node, ast.Constant):
                change += f" in {lines[node.lineno - 1].strip()}"
            yield Mutant(file, node.lineno, function, change, source, place, number)


def _told(node: ast.AST) -> str:
    """What a place says, of a condition without what it is a condition of."""
    return f"if {ast.unparse(node.test)}:" if isinstance(node, ast.If) else ast.unparse(node)


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Expressions and statements, each with its function; no annotation, message, docstring."""
    waiting: list[tuple[str, ast.AST]] = [("module", tree)]
    while waiting:
        function, node = waiting.pop()
        if isinstance(node, ast.expr | ast.stmt):
            yield function, node
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            function = node.name if function == "module" else f"{function}.{node.name}"
        waiting.extend((function, child) for child in reversed(list(_children(node))))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert):
            continue  # what a message says
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield child


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[ast.AST]:  # noqa: PLR0912 one line for each mistake
    match node:
        case ast.Compare(ops=[op, *_]):
            yield _with(node, ops=[COMPARISONS[type(op)](), *node.ops[1:]])
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield _with(node, op=ARITHMETIC[type(op)]())
        case ast.AugAssign(op=op) if type(op) in ARITHMETIC:
            yield _with(node, op=ARITHMETIC[type(op)]())
        case ast.BoolOp():
            yield _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
            for left_out in range(len(node.values)):
                kept = [one for at, one in enumerate(node.values) if at != left_out]
                yield kept[0] if len(kept) == 1 else _with(node, values=kept)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.If():
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)):
            yield ast.Constant(f"XX{value}")
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call() | ast.Await()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replace(tree: ast.AST, target: ast.AST, mistake: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, mistake)
                return
            if isinstance(value, list) and any(one is target for one in value):
                setattr(parent, name, [mistake if one is target else one for one in value])
                return
