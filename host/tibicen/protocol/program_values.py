"""Tests and counts of layouts as steps of the core, and which fields they may speak of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Protocol

from tibicen.errors import ManifestError
from tibicen.native._core import lib
from tibicen.protocol.expressions import Expression, Name, Operation, Text, Tree
from tibicen.protocol.items import FLAGS
from tibicen.protocol.layout import SCALARS, Layout, Manifest

AXES = "xyz"
"""What a test may ask of a position (`position.x`)."""

SESSION = {"floor": lib.TIB_SESSION_FLOOR, "width": lib.TIB_SESSION_WIDTH, "height": lib.TIB_SESSION_HEIGHT}
"""Numbers that `session.NAME` may ask, and `set` may set."""

SWITCHED = {"item_shader": 101, "creature_shader": 102, "creature_effects": 103, "outfit_extras": 118}
"""What `session.NAME` may ask of the features that a server switches on (0x43), by their numbers there."""

FEATURES = "features"
"""What `set` may set to a list of numbers and whether they are on."""

_SESSION_NAMES = ", ".join(sorted({*SESSION, *SWITCHED, FEATURES}))
_LONGEST_TEXT = 255
# Of each operator: the step, whether its operands change places, whether its result is turned round.
_STEPS: dict[str, tuple[int, bool, bool]] = {
    "==": (lib.TIB_DO_EQUAL, False, False),
    "!=": (lib.TIB_DO_EQUAL, False, True),
    "<": (lib.TIB_DO_LESS, False, False),
    "<=": (lib.TIB_DO_LESS_EQUAL, False, False),
    ">": (lib.TIB_DO_LESS, True, False),
    ">=": (lib.TIB_DO_LESS_EQUAL, True, False),
    "+": (lib.TIB_DO_ADD, False, False),
    "-": (lib.TIB_DO_SUBTRACT, False, False),
    "*": (lib.TIB_DO_MULTIPLY, False, False),
    "&": (lib.TIB_DO_BITS, False, False),
    ">>": (lib.TIB_DO_SHIFT, False, False),
    "and": (lib.TIB_DO_AND, False, False),
    "or": (lib.TIB_DO_OR, False, False),
}


class Names(Protocol):
    """A program, as far as values need it."""

    manifest: Manifest
    code: list[int]

    def name(self, text: str) -> int:
        """The number of a name or text."""
        ...


@dataclass(slots=True)
class Variable:
    """A field that tests may speak of: its type and the register that keeps it."""

    kind: str
    reg: int


class Scope:
    """Fields of a record that were read so far, and the scope around it."""

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.variables: dict[str, Variable] = {}

    def find(self, name: str) -> Variable | None:
        if name in self.variables:
            return self.variables[name]
        return self.outer.find(name) if self.outer else None


class ValueWriter:
    """Writes what leaves values on the core's stack, at the end of a program."""

    def __init__(self, program: Names, layout: Layout) -> None:
        self.names = program
        self.layout = layout
        self.code = program.code
        self.known = program.manifest.known
        self.registers = 0
        """How many the function has so far."""
        self.flags = -1
        """The register of the item's flags; -1: no item was named yet."""

    def fail(self, text: str) -> ManifestError:
        return ManifestError([f"{self.layout.file}:{self.layout.line}: {self.layout.name}: {text}"])

    def emit(self, *words: int) -> int:
        """Puts words behind what is there; where they begin."""
        self.code.extend(words)
        return len(self.code) - len(words)

    def tree(self, expression: Expression, scope: Scope) -> Tree:
        for known in sorted(expression.names & self.known.keys()):
            if scope.find(known):
                raise self.fail(f"{known!r} is a field here, and what a version has is called so, too")
        return expression.fold(self.known)

    def unless(self, test: Tree, scope: Scope, more: str) -> int:
        """Emits a jump for when a test is false; where its place has to be put. Tests of items are most of a map."""
        bits = self.flag_bits(test)
        if bits:
            return self.emit(lib.TIB_DO_UNLESS_FLAG, self.flags, bits, 0) + 3
        if isinstance(test, Name) and test.name == "session" and test.attribute in SWITCHED:
            return self.emit(lib.TIB_DO_UNLESS_FEATURE, SWITCHED[test.attribute], 0) + 2
        self.push(test, scope, more)
        return self.emit(lib.TIB_DO_UNLESS, 0) + 1

    def flag_bits(self, test: Tree) -> int:
        """The flags of which one at least must be set, if that is all that a test asks."""
        if isinstance(test, Name) and test.name == "flag" and self.flags >= 0:
            return FLAGS.get(test.attribute or "", 0)
        if isinstance(test, Operation) and test.operator == "or":
            each = [self.flag_bits(operand) for operand in test.operands]
            return reduce(or_, each) if all(each) else 0
        return 0

    def push(self, tree: Tree, scope: Scope, more: str = "", depth: int = 1) -> None:
        """Emits the steps that leave a value on the stack. `more`: the field whose being there `more` means."""
        if depth > lib.TIB_LAYOUT_STACK:
            raise self.fail("a test is nested too deep")
        if isinstance(tree, int):
            self.emit(lib.TIB_DO_PUSH, int(tree))
        elif isinstance(tree, Name):
            self.push_name(tree, scope, more)
        elif isinstance(tree, Text):
            raise self.fail(f"a text can only be compared, by == and !=, with a field that is one: {tree.value!r}")
        elif any(isinstance(each, Text) for each in tree.operands):
            self.push_is(tree, scope)
        elif tree.operator == "in":
            self.push(tree.operands[0], scope, more, depth)
            values = [each for each in tree.operands[1:] if isinstance(each, int)]
            self.emit(lib.TIB_DO_IN, len(values), *values)
        elif tree.operator == "not":
            self.push(tree.operands[0], scope, more, depth)
            self.emit(lib.TIB_DO_NOT)
        else:
            step, swapped, turned = _STEPS[tree.operator]
            first, *others = reversed(tree.operands) if swapped else tree.operands
            self.push(first, scope, more, depth)
            for other in others:
                self.push(other, scope, more, depth + 1)
                self.emit(step)
            if turned:
                self.emit(lib.TIB_DO_NOT)

    def push_is(self, tree: Operation, scope: Scope) -> None:
        left, right = tree.operands if isinstance(tree.operands[-1], Text) else tree.operands[::-1]
        variable = self.variable(left, scope) if isinstance(left, Name) else None
        if tree.operator not in ("==", "!=") or variable is None or variable.kind != "str":
            raise self.fail("a text can only be compared, by == and !=, with a field that is one")
        assert isinstance(right, Text)
        if not right.value.isascii() or len(right.value) > _LONGEST_TEXT:
            raise self.fail(f"a text to compare with is of ASCII, {_LONGEST_TEXT} characters at most: {right.value!r}")
        self.emit(lib.TIB_DO_PUSH_IS, variable.reg, self.names.name(right.value))
        if tree.operator == "!=":
            self.emit(lib.TIB_DO_NOT)

    def push_name(self, tree: Name, scope: Scope, more: str) -> None:
        name, attribute = tree
        if name == "session":
            self.push_session(attribute or "")
        elif name == "flag":
            if attribute not in FLAGS:
                raise self.fail(f"flag.{attribute} is none of {', '.join(FLAGS)}")
            if self.flags < 0:
                raise self.fail(f"flag.{attribute}: no `flags` in front says of which item")
            self.emit(lib.TIB_DO_PUSH_FLAG, self.flags, FLAGS[attribute])
        elif name == "more" and attribute is None:
            self.emit(lib.TIB_DO_PUSH_MORE, self.names.name(more))
        else:
            self.push_field(tree, scope)

    def push_session(self, attribute: str) -> None:
        if attribute in SESSION:
            self.emit(lib.TIB_DO_PUSH_SESSION, SESSION[attribute])
        elif attribute in SWITCHED:
            self.emit(lib.TIB_DO_PUSH_FEATURE, SWITCHED[attribute])
        else:
            raise self.fail(f"session.{attribute} is none of {_SESSION_NAMES}")

    def variable(self, tree: Name, scope: Scope) -> Variable:
        name, attribute = tree
        if attribute is not None and attribute not in AXES:
            raise self.fail(f"{name}.{attribute}: only a position has parts, x, y and z")
        variable = scope.find(name)
        if variable is None:
            raise self.fail(f"{name!r} is no field before this place, no feature and no dialect")
        if (attribute is None) == (variable.kind == "pos"):
            raise self.fail(f"a test asks a position for x, y or z, and nothing else for that: {name}")
        return variable

    def push_field(self, tree: Name, scope: Scope) -> None:
        variable = self.variable(tree, scope)
        kind = variable.kind
        if kind not in ("pos", "packed", "list", "list of pairs") and (kind not in SCALARS or kind == "u64"):
            raise self.fail(f"a test can't ask for {tree.name}, which is {kind}")
        axis = AXES.index(tree.attribute) if tree.attribute else 0
        self.emit(lib.TIB_DO_PUSH_REGISTER, variable.reg + axis)
