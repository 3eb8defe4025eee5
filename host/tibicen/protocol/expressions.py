"""Conditions in protocol manifests: a small part of Python's expression grammar, folded where a version decides.

`look == 0`, `type in (1, 2, 9) and version >= 1281`, `flag.stackable`, `position.x != 65535`, `count - 1`.
A name is a field that was read before, a feature or dialect of the version, `version`, or `more` (bytes are left).
`flag.NAME` asks the item table, `session.NAME` the state of the connection.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.BitAnd: "&",
    ast.RShift: ">>",
}

Folded = str | int | bool
"""Python source of what only a message decides, or the value that the version decides."""


class ExpressionError(ValueError):
    """An expression can't be read, or names what isn't there; the message says which."""


class Expression:
    """A parsed expression; `names` are those that it needs (`flag` and `session` left out)."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._root = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise ExpressionError(f"{text!r} is no expression") from error
        self._check(self._root)

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and type(node.value) in (int, str):
            return
        if isinstance(node, ast.Name):
            return
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return
        children: list[ast.AST]
        if isinstance(node, ast.BoolOp):
            children = list(node.values)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            children = [node.operand]
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
            children = [node.left, node.comparators[0]]
        elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            children = [node.left, node.right]
        elif isinstance(node, ast.Tuple):
            children = list(node.elts)
        else:
            raise ExpressionError(f"{self.text!r}: {type(node).__name__} is not part of the language")
        for child in children:
            self._check(child)

    @property
    def names(self) -> set[str]:
        found = {node.id for node in ast.walk(self._root) if isinstance(node, ast.Name)}
        return found - {"flag", "session"}

    @property
    def flags(self) -> set[str]:
        """Names of the item flags that it asks for."""
        return {
            node.attr
            for node in ast.walk(self._root)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "flag"
        }

    def fold(self, known: Mapping[str, int | bool], name: Callable[[str, str | None], str]) -> Folded:
        """The value when `known` decides it, otherwise source in which `name(field, attribute)` stands for names."""
        return _fold(self._root, known, name)


def _fold(node: ast.AST, known: Mapping[str, int | bool], name: Callable[[str, str | None], str]) -> Folded:
    if isinstance(node, ast.Constant):
        return repr(node.value) if isinstance(node.value, str) else int(str(node.value))
    if isinstance(node, ast.Name):
        return known[node.id] if node.id in known else name(node.id, None)
    if isinstance(node, ast.Attribute):
        assert isinstance(node.value, ast.Name)
        return name(node.value.id, node.attr)
    if isinstance(node, ast.BoolOp):
        return _fold_bool(node, known, name)
    if isinstance(node, ast.UnaryOp):
        inner = _fold(node.operand, known, name)
        return f"(not {inner})" if isinstance(inner, str) else not inner
    if isinstance(node, ast.Tuple):
        return f"({', '.join(str(_fold(each, known, name)) for each in node.elts)},)"
    if isinstance(node, ast.Compare):
        left, right = _fold(node.left, known, name), _fold(node.comparators[0], known, name)
        operator = _OPERATORS[type(node.ops[0])]
    else:
        assert isinstance(node, ast.BinOp)
        left, right = _fold(node.left, known, name), _fold(node.right, known, name)
        operator = _OPERATORS[type(node.op)]
    source = f"({left} {operator} {right})"
    literal = isinstance(right, int) or (isinstance(node, ast.Compare) and isinstance(node.comparators[0], ast.Tuple))
    if isinstance(left, int) and literal:
        value = eval(compile(source, "<expression>", "eval"), {"__builtins__": {}})
        return int(value) if not isinstance(value, bool) else value
    return source


def _fold_bool(node: ast.BoolOp, known: Mapping[str, int | bool], name: Callable[[str, str | None], str]) -> Folded:
    stops = isinstance(node.op, ast.Or)
    parts: list[str] = []
    for each in node.values:
        part = _fold(each, known, name)
        if isinstance(part, str):
            parts.append(part)
        elif bool(part) == stops:
            return stops
    if not parts:
        return not stops
    return parts[0] if len(parts) == 1 else f"({(' or ' if stops else ' and ').join(parts)})"
