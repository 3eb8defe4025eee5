"""Layouts to programs of the core (native/layouts.h): one function for each message and structure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tibicen.errors import ManifestError
from tibicen.native._core import lib
from tibicen.protocol.expressions import Expression, Name
from tibicen.protocol.layout import (
    MAPS,
    SCALARS,
    Field,
    If,
    Include,
    ItemFlags,
    Layout,
    Manifest,
    Many,
    Node,
    Repeat,
    Set,
    Switch,
    expressions_of,
    first_name,
    is_pairs,
    parts_inside,
)
from tibicen.protocol.program_values import FEATURES, SESSION, Scope, ValueWriter, Variable

_KINDS = {name: number for number, name in enumerate(SCALARS)}
_TILES = dict(zip(MAPS, range(len(MAPS)), strict=True))
_FIXED_NAMES = ("things", "effect", "skip")
ITEM_BODY = "item_body"
"""The structure of what stands behind an item's id."""
_MOST_REGISTERS = 64
_NUMBERS = {*SCALARS, "packed"}


@dataclass(slots=True)
class Program:
    """What has been compiled of a manifest."""

    manifest: Manifest
    code: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=lambda: {name: each for each, name in enumerate(_FIXED_NAMES)})
    functions: dict[str, int] = field(default_factory=dict)
    """Where the functions of structures begin."""
    _calls: list[tuple[int, str]] = field(default_factory=list)

    def name(self, text: str) -> int:
        return self.names.setdefault(text, len(self.names))

    def call(self, name: str) -> None:
        """Puts the place of a structure's function here, once it is known."""
        self._calls.append((len(self.code), name))
        self.code.append(0)

    def add(self, layout: Layout) -> int:
        """Compiles a message or structure: where its function begins.

        Raises:
            ManifestError: it names what isn't there.
        """
        return _Function(self, layout).compile()

    def add_structures(self, wanted: Iterable[str], problems: list[str]) -> None:
        """Compiles the structures of these names and all that are called; puts what is wrong into `problems`."""
        waiting, looked = list(wanted), 0
        while waiting or looked < len(self._calls):
            waiting += [name for _, name in self._calls[looked:]]
            looked = len(self._calls)
            name = waiting.pop()
            if name in self.functions:
                continue
            self.functions[name] = -1
            try:
                self.functions[name] = self.add(self.manifest.structures[name])
            except ManifestError as error:
                problems += error.problems
        for place, name in self._calls:
            self.code[place] = self.functions[name]


class _Function(ValueWriter):
    """One message or structure on its way into the program."""

    def __init__(self, program: Program, layout: Layout) -> None:
        super().__init__(program, layout)
        self.program = program
        self.including: list[str] = []
        self.asked: set[str] = set()
        self._ask(layout.parts)

    def compile(self) -> int:
        start = len(self.code)
        self.code.append(0)
        self.block(self.layout.parts, Scope())
        self.code.append(lib.TIB_DO_END)
        if self.registers > _MOST_REGISTERS:
            raise self.fail(f"tests speak of more than {_MOST_REGISTERS} fields")
        self.code[start] = self.registers
        return start

    def here(self, place: int) -> None:
        """Puts the place that comes next into an operand."""
        self.code[place] = len(self.code)

    # -- which fields tests speak of

    def structure(self, name: str) -> Layout:
        layout = self.program.manifest.structures.get(name)
        if layout is None:
            raise self.fail(f"there is no type and no structure {name!r}")
        return layout

    def included(self, name: str) -> tuple[Node, ...]:
        if name in self.including:
            raise self.fail(f"{name!r} includes itself")
        return self.structure(name).parts

    def _ask(self, parts: tuple[Node, ...]) -> None:
        for part in parts:
            for expression in expressions_of(part):
                self.asked |= expression.names
            if isinstance(part, Include):
                inside = self.included(part.structure)
                self.including.append(part.structure)
                self._ask(inside)
                self.including.pop()
            for each in parts_inside(part):
                self._ask(each)

    def keep(self, scope: Scope, name: str, kind: str) -> int:
        """The first register of a field; -1 when no test asks for it."""
        if name not in self.asked:
            scope.variables[name] = Variable(kind, -1)
            return -1
        before = scope.variables.get(name)
        if before is not None:
            # The same field in another branch: what was read last is what counts.
            if before.kind != kind and not {before.kind, kind} <= _NUMBERS:
                raise self.fail(f"a test asks for {name}, which is {before.kind} in one branch and {kind} in another")
            scope.variables[name] = Variable("u64" if kind == "u64" else before.kind, before.reg)
            return before.reg
        size = 3 if kind == "pos" else 2 if kind.startswith("list") else 1
        scope.variables[name] = Variable(kind, self.registers)
        self.registers += size
        return self.registers - size

    # -- parts

    def block(self, parts: tuple[Node, ...], scope: Scope) -> None:
        for part in parts:
            self.part(part, scope)

    def part(self, part: Node, scope: Scope) -> None:
        if isinstance(part, Field):
            self.field(part, scope, self.program.name(part.name))
        elif isinstance(part, Many):
            self.many(part, scope)
        elif isinstance(part, Include):
            self.including.append(part.structure)
            self.block(self.structure(part.structure).parts, scope)
            self.including.pop()
        elif isinstance(part, ItemFlags):
            self.push(self.tree(part.id, scope), scope)
            if self.flags < 0:
                self.flags, self.registers = self.registers, self.registers + 1
            # Elsewhere flags say what else is told of an item, such as its tier.
            in_body = ITEM_BODY in (self.layout.name, *self.including)
            self.emit(lib.TIB_DO_FLAGS, self.flags, int(in_body))
        elif isinstance(part, Set):
            self.set(part, scope)
        elif isinstance(part, If):
            self.branch(part, scope)
        elif isinstance(part, Switch):
            self.switch(part, scope)
        else:
            self.repeat(part, scope)

    def field(self, part: Field, scope: Scope, name: int) -> None:
        kind = part.type
        if kind in SCALARS:
            self.emit(lib.TIB_DO_INTEGER, name, self.keep(scope, part.name, kind), _KINDS[kind])
        elif kind in ("str", "pos", "packed"):
            step = {"str": lib.TIB_DO_TEXT, "pos": lib.TIB_DO_POSITION, "packed": lib.TIB_DO_PACKED}[kind]
            self.emit(step, name, self.keep(scope, part.name, kind))
            return
        else:
            scope.variables[part.name] = Variable(kind, -1)
        if kind == "bytes":
            self.push(self.tree(Expression(part.argument), scope), scope)
            self.emit(lib.TIB_DO_BYTES, name)
        elif kind in ("data", "double", "rest"):
            step = {"data": lib.TIB_DO_DATA, "double": lib.TIB_DO_DOUBLE, "rest": lib.TIB_DO_REST}[kind]
            self.emit(step, name)
        elif kind == "map":
            self.structure("thing")
            self.emit(lib.TIB_DO_TILES, name, _TILES[part.argument], int(self.known.get("environment_effect", 0)))
            self.program.call("thing")
        elif kind not in SCALARS:
            self.structure(kind)
            self.emit(lib.TIB_DO_RECORD, name)
            self.program.call(kind)

    def set(self, part: Set, scope: Scope) -> None:
        if part.name == FEATURES:
            tree = self.tree(part.value, scope)
            variable = scope.find(tree.name) if isinstance(tree, Name) else None
            if variable is None or variable.kind != "list of pairs":
                raise self.fail("session.features can be set to a list of a u8 and a u8 only")
            self.emit(lib.TIB_DO_SET_FEATURES, variable.reg)
            return
        if part.name not in SESSION:
            raise self.fail(f"session.{part.name} is none of {', '.join(sorted({*SESSION, FEATURES}))}")
        self.push(self.tree(part.value, scope), scope)
        self.emit(lib.TIB_DO_SET, SESSION[part.name])

    def branch(self, part: If, scope: Scope) -> None:
        test = self.tree(part.test, scope)
        if isinstance(test, int):
            self.block(part.then if test else part.otherwise, scope)
            return
        unless = self.unless(test, scope, first_name(part.then, self.program.manifest))
        self.block(part.then, scope)
        if part.otherwise:
            jump = self.emit(lib.TIB_DO_JUMP, 0)
            self.here(unless)
            self.block(part.otherwise, scope)
            self.here(jump + 1)
        else:
            self.here(unless)

    def switch(self, part: Switch, scope: Scope) -> None:
        self.push(self.tree(part.value, scope), scope)
        values = [(number, index) for index, (numbers, _) in enumerate(part.cases) for number in numbers]
        start = self.emit(lib.TIB_DO_SWITCH, self.program.name(part.value.text), len(values), -1)
        for number, _ in values:
            self.emit(number, 0)
        ends: list[int] = []
        for index, (_, parts) in enumerate(part.cases):
            for place, (_, case) in enumerate(values):
                if case == index:
                    self.here(start + 5 + 2 * place)
            self.block(parts, scope)
            ends.append(self.emit(lib.TIB_DO_JUMP, 0) + 1)
        if part.default is not None:
            self.here(start + 3)
            self.block(part.default, scope)
        for end in ends:
            self.here(end)

    def many(self, part: Many, scope: Scope) -> None:
        kind = _KINDS[part.prefix] if part.prefix else -1
        if part.count is not None:
            self.push(self.tree(part.count, scope), scope)
        single = isinstance(part.of, Field)
        name = self.program.name(part.name)
        reg = self.keep(scope, part.name, "list of pairs" if is_pairs(part.of) else "list")
        start = self.emit(lib.TIB_DO_LIST, name, reg, kind, int(single), 0)
        inner = Scope(scope)
        if isinstance(part.of, Field):
            self.field(part.of, inner, -1)
        else:
            self.block(part.of, inner)
        self.emit(lib.TIB_DO_END)
        self.here(start + 5)

    def repeat(self, part: Repeat, scope: Scope) -> None:
        reg = self.keep(scope, part.name, "list")
        start = self.emit(lib.TIB_DO_REPEAT, self.program.name(part.name), reg, 0)
        inner = Scope(scope)
        self.block(part.of, inner)
        self.push(self.tree(part.goes_on, inner), inner)
        self.emit(lib.TIB_DO_END)
        self.here(start + 3)
