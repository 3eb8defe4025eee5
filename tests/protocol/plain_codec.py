"""The field language read, written and made up line by line in Python: what the core's programs are compared with."""

from __future__ import annotations

import random
from collections import ChainMap
from collections.abc import Callable, Iterator, MutableMapping
from struct import Struct
from typing import Any

from tibicen.errors import WireError
from tibicen.native.message import Position
from tibicen.protocol.expressions import CALCULATED, Expression, Name, Operation, Text, Tree
from tibicen.protocol.items import FLAGS
from tibicen.protocol.layout import (
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
    parts_inside,
)
from tibicen.protocol.program_values import SWITCHED
from tibicen.protocol.values import Double
from tibicen.protocol.wire_state import WireState

Record = dict[str, Any]
Scope = MutableMapping[str, Any]
OFFSET = 0x7FFFFFFF


class Walk:
    """What reading, writing and making up have in common: the walk over a layout, and tests."""

    def __init__(self, manifest: Manifest, state: WireState) -> None:
        self.manifest = manifest
        self.state = state
        self.known = manifest.known
        self.session: dict[str, int] = {"floor": state.floor, "width": state.width, "height": state.height}
        self.features: dict[int, bool] = {}

    def record(self, parts: tuple[Node, ...], record: Record, scope: Scope) -> None:
        for part in parts:
            self.part(part, record, scope)

    def structure(self, name: str) -> tuple[Node, ...]:
        return self.manifest.structures[name].parts

    def part(self, part: Node, record: Record, scope: Scope) -> None:
        if isinstance(part, Field):
            scope[part.name] = record[part.name] = self.value(part, record.get(part.name), scope)
        elif isinstance(part, Include):
            self.record(self.structure(part.structure), record, scope)
        elif isinstance(part, ItemFlags):
            scope["flag"] = self.state.items.flags(self.ask(part.id, scope, record))
        elif isinstance(part, Set):
            self.set(part, record, scope)
        elif isinstance(part, If):
            chosen = part.then if self.ask(part.test, scope, record, part.then) else part.otherwise
            self.record(chosen, record, scope)
        elif isinstance(part, Switch):
            self.record(self.case(part, self.ask(part.value, scope, record)), record, scope)
        elif isinstance(part, Repeat):
            scope[part.name] = record[part.name] = self.repeat(part, record.get(part.name), scope)
        else:
            scope[part.name] = record[part.name] = self.many(part, record.get(part.name), scope)

    def case(self, part: Switch, value: int) -> tuple[Node, ...]:
        for numbers, parts in part.cases:
            if value in numbers:
                return parts
        if part.default is None:
            raise WireError(f"no layout is known for {part.value.text} = {value}")
        return part.default

    def set(self, part: Set, record: Record, scope: Scope) -> None:
        value = self.ask(part.value, scope, record)
        if part.name == "features":
            self.features.update({row["id"]: bool(row["enabled"]) for row in value})
        else:
            self.session[part.name] = value

    def ask(self, expression: Expression, scope: Scope, record: Record, then: tuple[Node, ...] = ()) -> Any:
        return self.evaluate(expression.fold(self.known), scope, record, then)

    def evaluate(self, tree: Tree, scope: Scope, record: Record, then: tuple[Node, ...]) -> Any:
        if isinstance(tree, int):
            return tree
        if isinstance(tree, Text):
            return tree.value
        if isinstance(tree, Name):
            return self.named(tree, scope, record, then)
        assert isinstance(tree, Operation)

        def operands() -> Iterator[Any]:
            return (self.evaluate(each, scope, record, then) for each in tree.operands)

        if tree.operator == "and":
            return all(operands())
        if tree.operator == "or":
            return any(operands())
        first, *others = operands()
        if tree.operator == "not":
            return not first
        if tree.operator == "in":
            return first in others
        return CALCULATED[tree.operator](first, others[0])

    def named(self, tree: Name, scope: Scope, record: Record, then: tuple[Node, ...]) -> Any:
        name, attribute = tree
        if name == "more":
            return self.more(record, then)
        if name == "flag":
            assert attribute is not None
            return scope["flag"] & FLAGS[attribute]
        if name == "session":
            assert attribute is not None
            return self.features.get(SWITCHED.get(attribute, -1), False) or self.session.get(attribute, 0)
        return getattr(scope[name], attribute) if attribute else scope[name]

    def tiles(self, kind: str) -> int:
        """As the servers count: what comes into view with a step, or a change of floors."""
        z, area = self.session["floor"], self.session["width"] * self.session["height"]
        if kind == "tile":
            return 1
        if not 0 <= z <= 15:
            raise WireError("the floor is not known")
        if kind == "up":
            return area * (6 if z == 7 else 1) if z >= 7 else 0
        if kind == "down":
            return area * (3 if z == 8 else 1) if 8 <= z < 14 else 0
        floors = 8 if z <= 7 else len(range(z - 2, min(z + 2, 15) + 1))
        return floors * {"full": area, "row": self.session["width"], "column": self.session["height"]}[kind]

    @property
    def effects(self) -> bool:
        return bool(self.known.get("environment_effect"))

    def more(self, record: Record, then: tuple[Node, ...]) -> bool:
        raise NotImplementedError

    def value(self, part: Field, given: Any, scope: Scope) -> Any:
        raise NotImplementedError

    def many(self, part: Many, given: Any, scope: Scope) -> Any:
        raise NotImplementedError

    def repeat(self, part: Repeat, given: Any, scope: Scope) -> Any:
        raise NotImplementedError


class Reader(Walk):
    """Reads `data`."""

    def __init__(self, manifest: Manifest, state: WireState, data: bytes, at: int) -> None:
        super().__init__(manifest, state)
        self.data = data
        self.at = at

    def take(self, size: int) -> bytes:
        found = self.data[self.at : self.at + max(size, 0)]
        if len(found) != size:
            raise WireError("it ends too early")
        self.at += size
        return found

    def number(self, kind: str) -> int:
        code, width = SCALARS[kind]
        return int(Struct("<" + code).unpack(self.take(width))[0])

    def more(self, record: Record, then: tuple[Node, ...]) -> bool:
        return self.at < len(self.data)

    def inside(self, parts: tuple[Node, ...], scope: Scope) -> Record:
        record: Record = {}
        self.record(parts, record, scope)
        return record

    def value(self, part: Field, given: Any, scope: Scope) -> Any:
        kind = part.type
        if kind in SCALARS:
            return self.number(kind)
        if kind in ("str", "data"):
            text = self.take(self.number("u16"))
            return text.decode("latin-1") if kind == "str" else text
        if kind == "pos":
            return Position(self.number("u16"), self.number("u16"), self.number("u8"))
        if kind == "double":
            precision = self.number("u8")
            return Double((self.number("u32") - OFFSET) / 10**precision, precision)
        if kind == "packed":
            return self.packed()
        if kind == "bytes":
            return self.take(self.ask(Expression(part.argument), scope, {}))
        if kind == "rest":
            return self.take(len(self.data) - self.at)
        return self.map(part.argument) if kind == "map" else self.inside(self.structure(kind), {})

    def packed(self) -> int:
        first = self.number("u8")
        size = (1, 2, 4, 4)[first >> 6]
        value = int.from_bytes(bytes((first,)) + self.take(size - 1), "big") & {1: 0x3F, 2: 0x3FFF, 4: 0x7FFFFFFF}[size]
        if value < {1: 0, 2: 0x40, 4: 0x4000}[size]:
            raise WireError("it could be shorter")
        return value

    def many(self, part: Many, given: Any, scope: Scope) -> Any:
        count = self.number(part.prefix) if part.prefix else self.ask(part.count, scope, {}) if part.count else 0
        if count > len(self.data) - self.at:
            raise WireError("there are not so many")
        if isinstance(part.of, Field):
            return [self.value(part.of, None, scope) for _ in range(count)]
        return [self.inside(part.of, ChainMap({}, scope)) for _ in range(count)]

    def repeat(self, part: Repeat, given: Any, scope: Scope) -> Any:
        entries: list[Record] = []
        while True:
            inner: Scope = ChainMap({}, scope)
            entries.append(self.inside(part.of, inner))
            if not self.ask(part.goes_on, inner, {}):
                return entries

    def map(self, kind: str) -> list[Record]:
        left, tiles = self.tiles(kind), []
        while left > 0:
            tile: Record = {"things": []}
            mark = self.number("u16")
            if self.effects and mark < 0xFF00:
                tile["effect"], mark = mark, self.number("u16")
            while mark < 0xFF00:
                self.at -= 2
                tile["things"].append(self.inside(self.structure("thing"), {}))
                mark = self.number("u16")
            tile["skip"] = mark & 0xFF
            tiles.append(tile)
            left -= 1 + tile["skip"]
        if left < 0 and kind != "tile":
            raise WireError("too many tiles")
        return tiles


class Maker(Walk):
    """Makes fields up, and writes them as it goes: `out`."""

    def __init__(self, manifest: Manifest, state: WireState, layout: Layout, draw: random.Random) -> None:
        super().__init__(manifest, state)
        self.out = bytearray()
        self.draw = draw
        self.ended = False
        self.numbers: list[int] = []
        self.texts: list[str] = [""]
        self._collect(layout.parts, set())

    def _collect(self, parts: tuple[Node, ...], seen: set[str]) -> None:
        """Numbers and texts that tests speak of: such values make a difference."""
        for part in parts:
            for expression in expressions_of(part):
                self._constants(expression.fold(self.known))
            if isinstance(part, Switch):
                self.numbers += [number for numbers, _ in part.cases for number in numbers]
            of = part.of if isinstance(part, Many) and isinstance(part.of, Field) else part
            name = part.structure if isinstance(part, Include) else of.type if isinstance(of, Field) else ""
            name = "thing" if name == "map" else name
            if name in self.manifest.structures and name not in seen:
                self._collect(self.structure(name), seen | {name})
            for each in parts_inside(part):
                self._collect(each, seen)

    def _constants(self, tree: Tree) -> None:
        if isinstance(tree, int):
            self.numbers.append(int(tree))
        elif isinstance(tree, Text):
            self.texts.append(tree.value)
        elif isinstance(tree, Operation):
            for each in tree.operands:
                self._constants(each)

    def number(self, kind: str, value: int | None = None) -> int:
        packer = Struct("<" + SCALARS[kind][0])
        width = SCALARS[kind][1] * 8
        low, high = (0, 2**width - 1) if kind[0] == "u" else (-(2 ** (width - 1)), 2 ** (width - 1) - 1)
        if value is None:
            pool = (low, high, self.draw.randint(low, high), self.draw.randint(0, 5))
            value = self.draw.choice(self.numbers if self.numbers and self.draw.random() < 0.5 else pool)
            value = value if low <= value <= high else 1
        self.out += packer.pack(value)
        return value

    def more(self, record: Record, then: tuple[Node, ...]) -> bool:
        self.ended = self.ended or self.draw.random() < 0.4
        return not self.ended

    def some_bytes(self, least: int = 0) -> bytes:
        return self.draw.randbytes(self.draw.choice((least, 1, 3, 40)))

    def inside(self, parts: tuple[Node, ...], scope: Scope) -> Record:
        record: Record = {}
        self.record(parts, record, scope)
        return record

    def value(self, part: Field, given: Any, scope: Scope) -> Any:
        kind = part.type
        if kind in SCALARS:
            return self.number(kind)
        if kind in ("str", "data"):
            text = self.draw.choice(self.texts).encode() if self.draw.random() < 0.3 else self.some_bytes()
            self.number("u16", len(text))
            self.out += text
            return text.decode("latin-1") if kind == "str" else text
        if kind == "pos":
            return Position(self.number("u16"), self.number("u16"), self.number("u8"))
        if kind == "double":
            precision = self.number("u8", self.draw.randrange(10))
            return Double((self.number("u32") - OFFSET) / 10**precision, precision)
        if kind == "packed":
            return self.packed(self.draw.randrange(self.draw.choice((0x40, 0x4000, 0x80000000))))
        if kind in ("bytes", "rest"):
            size = self.ask(Expression(part.argument), scope, {}) if kind == "bytes" else -1
            data = self.some_bytes(1) if size < 0 else self.draw.randbytes(size)
            self.out += data
            return data
        return self.map(part.argument) if kind == "map" else self.inside(self.structure(kind), {})

    def packed(self, value: int) -> int:
        size, mark = (1, 0) if value < 0x40 else (2, 0x4000) if value < 0x4000 else (4, 0x80000000)
        self.out += (value | mark).to_bytes(size, "big")
        return value

    def many(self, part: Many, given: Any, scope: Scope) -> Any:
        if part.prefix:
            count = self.number(part.prefix, self.draw.randrange(4))
        else:
            count = max(0, self.ask(part.count, scope, {}) if part.count else 0)
        if count > 300:
            raise WireError("that would be long")
        if isinstance(part.of, Field):
            return [self.value(part.of, None, scope) for _ in range(count)]
        return [self.inside(part.of, ChainMap({}, scope)) for _ in range(count)]

    def repeat(self, part: Repeat, given: Any, scope: Scope) -> Any:
        entries: list[Record] = []
        while len(entries) < 20:
            inner: Scope = ChainMap({}, scope)
            entries.append(self.inside(part.of, inner))
            if not self.ask(part.goes_on, inner, {}):
                return entries
        raise WireError("that would be long")

    def map(self, kind: str) -> list[Record]:
        left, tiles = self.tiles(kind), []
        while left > 0:
            tile: Record = {"things": []}
            count = self.draw.choice((0, 0, 1, 2))
            if self.effects and (count or self.draw.random() < 0.2):
                tile["effect"] = self.number("u16", self.draw.randrange(0xFF00))
            for _ in range(count):
                tile["things"].append(self.thing())
            tile["skip"] = (
                min(left - 1, self.draw.choice((255, 255, 3))) if kind != "tile" else self.draw.randrange(256)
            )
            self.number("u16", 0xFF00 | tile["skip"])
            tiles.append(tile)
            left -= 1 + tile["skip"]
        return tiles

    def thing(self) -> Record:
        while True:
            length = len(self.out)
            record = self.inside(self.structure("thing"), {})
            if record["id"] < 0xFF00:
                return record
            del self.out[length:]


def outcome(read: Callable[[], Any]) -> Any:
    """What reading gives; None when the bytes aren't such a message."""
    try:
        return read()
    except WireError:
        return None
