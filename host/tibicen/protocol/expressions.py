"""Conditions in protocol manifests: a small part of Python's expression grammar, folded where a version decides.

`look == 0`, `type in (1, 2, 9) and version >= 1281`, `flag.stackable`, `position.x != 65535`, `count - 1`.
A name is a field that was read before, a feature or dialect of the version, `version`, or `more` (bytes are left).
`flag.NAME` asks the item table, `session.NAME` the state of the connection.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

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

CALCULATED: dict[str, Callable[[int, int], int]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    ">>": operator.rshift,
}
"""What an operator of two numbers gives."""


class Name(NamedTuple):
    """What only a message decides: a field, `more`, or with an attribute a part of one, `flag.X`, `session.X`."""

    name: str
    attribute: str | None


class Text(NamedTuple):
    """A text to compare with."""

    value: str


class Operation(NamedTuple):
    """`not`, `and`, `or`, a key of CALCULATED, or `in` with numbers behind what is looked for."""

    operator: str
    operands: tuple[Tree, ...]


Tree: TypeAlias = "int | Name | Text | Operation"
"""An expression; an int when the version decided it."""


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
            children = [node.left]
            if isinstance(node.ops[0], ast.In | ast.NotIn):
                self._check_numbers(node.comparators[0])
            else:
                children.append(node.comparators[0])
        elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            children = [node.left, node.right]
        else:
            raise ExpressionError(f"{self.text!r}: {type(node).__name__} is not part of the language")
        for child in children:
            self._check(child)

    def _check_numbers(self, node: ast.AST) -> None:
        numbers = node.elts if isinstance(node, ast.Tuple) else []
        if not numbers or not all(isinstance(each, ast.Constant) and type(each.value) is int for each in numbers):
            raise ExpressionError(f"{self.text!r}: behind `in` numbers are expected, as in (1, 2)")

    @property
    def names(self) -> set[str]:
        found = {node.id for node in ast.walk(self._root) if isinstance(node, ast.Name)}
        return found - {"flag", "session"}

    def fold(self, known: Mapping[str, int | bool]) -> Tree:
        """The value when `known` decides it, otherwise the tree of what is left to ask."""
        return _fold(self._root, known)


def _fold(node: ast.AST, known: Mapping[str, int | bool]) -> Tree:
    if isinstance(node, ast.Constant):
        return Text(node.value) if isinstance(node.value, str) else int(str(node.value))
    if isinstance(node, ast.Name):
        return known[node.id] if node.id in known else Name(node.id, None)
    if isinstance(node, ast.Attribute):
        assert isinstance(node.value, ast.Name)
        return Name(node.value.id, node.attr)
    if isinstance(node, ast.BoolOp):
        return _fold_bool(node, known)
    if isinstance(node, ast.UnaryOp):
        return _not(_fold(node.operand, known))
    if isinstance(node, ast.Compare):
        left, word, second = _fold(node.left, known), _OPERATORS[type(node.ops[0])], node.comparators[0]
        if isinstance(second, ast.Tuple):
            inside = _fold_in(left, second)
            return inside if word == "in" else _not(inside)
        right = _fold(second, known)
    else:
        assert isinstance(node, ast.BinOp)
        left, word, right = _fold(node.left, known), _OPERATORS[type(node.op)], _fold(node.right, known)
    if isinstance(left, int) and isinstance(right, int):
        return CALCULATED[word](left, right)
    return Operation(word, (left, right))


def _not(inner: Tree) -> Tree:
    return not inner if isinstance(inner, int) else Operation("not", (inner,))


def _fold_in(left: Tree, numbers: ast.Tuple) -> Tree:
    values = tuple(each.value for each in numbers.elts if isinstance(each, ast.Constant))
    if isinstance(left, int):
        return left in values
    return Operation("in", (left, *(int(str(value)) for value in values)))


def _fold_bool(node: ast.BoolOp, known: Mapping[str, int | bool]) -> Tree:
    stops = isinstance(node.op, ast.Or)
    parts: list[Tree] = []
    for each in node.values:
        part = _fold(each, known)
        if not isinstance(part, int):
            parts.append(part)
        elif bool(part) == stops:
            return stops
    if not parts:
        return not stops
    return parts[0] if len(parts) == 1 else Operation("or" if stops else "and", tuple(parts))
