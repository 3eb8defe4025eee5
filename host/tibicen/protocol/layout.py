"""What a message is made of, as a protocol manifest says it: the nodes of the field language."""

from __future__ import annotations

from dataclasses import dataclass, field

from tibicen.protocol.expressions import Expression

SCALARS = {
    "u8": ("B", 1),
    "u16": ("H", 2),
    "u32": ("I", 4),
    "u64": ("Q", 8),
    "i8": ("b", 1),
    "i16": ("h", 2),
    "i32": ("i", 4),
    "i64": ("q", 8),
}
"""Integers, little-endian: name to struct code and size in bytes."""

OTHER_TYPES = {
    "str": "u16 length, then that many bytes, given as text of Latin-1 (one character a byte, so nothing is lost)",
    "data": "u16 length, then that many bytes, given as bytes",
    "double": "u8 precision p, u32 round(v * 10^p) + 0x7fffffff",
    "pos": "u16 x, u16 y, u8 z",
    "packed": "1, 2 or 4 bytes by the two top bits of the first, big-endian (counts in 0xF5 from 15.00)",
    "rest": "all bytes to the end of the frame",
}

MAPS = ("full", "row", "column", "up", "down", "tile")
"""Kinds of a stream of tiles; how many tiles are in it follows from the floor, see tiles.py."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value: `type` is a scalar, another type, `bytes(N)`, `map(KIND)` or the name of a structure."""

    name: str
    type: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Many:
    """A list: `count` is the type of a count in front, or an expression; `of` a type, or the parts of each entry."""

    name: str
    prefix: str
    count: Expression | None
    of: Field | tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Entries until one for which `goes_on` is false; that one is the last of the list."""

    name: str
    goes_on: Expression
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If:
    test: Expression
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    """`cases` by value; without `default` any other value is an error."""

    value: Expression
    cases: tuple[tuple[tuple[int, ...], tuple[Node, ...]], ...]
    default: tuple[Node, ...] | None


@dataclass(frozen=True, slots=True)
class Include:
    """The parts of a structure, as if they were written here."""

    structure: str


@dataclass(frozen=True, slots=True)
class Set:
    """Sets a value of the session while decoding."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class ItemFlags:
    """From here on `flag.NAME` speaks of the item with this client id."""

    id: Expression


Node = Field | Many | Repeat | If | Switch | Include | Set | ItemFlags


@dataclass(frozen=True, slots=True)
class Layout:
    """One message, or one structure (`opcode` -1)."""

    name: str
    parts: tuple[Node, ...]
    opcode: int = -1
    note: str = ""
    when: Expression | None = None
    line: int = 0
    file: str = ""


@dataclass(slots=True)
class Manifest:
    """A protocol manifest: that of a version, over what it extends."""

    version: int
    dialect: str
    framing: dict[str, str]
    features: dict[str, tuple[int, int]]
    structures: dict[str, Layout] = field(default_factory=dict)
    messages: dict[str, dict[int, Layout]] = field(default_factory=dict)
    """By direction (see DIRECTIONS), then by opcode."""

    @property
    def known(self) -> dict[str, int | bool]:
        """What conditions may name: version, dialects, features."""
        known: dict[str, int | bool] = {"version": self.version, "tfs": False, "canary": False}
        known[self.dialect] = True
        for name, (since, until) in self.features.items():
            known[name] = since <= self.version < until
        return known


DIRECTIONS = ("client", "server", "login_client", "login_server")
"""Who sends: client or server of a game connection, and of a connection to the login port."""


def expressions_of(part: Node) -> list[Expression]:
    """What a part asks, without what is inside it."""
    if isinstance(part, Field):
        return [Expression(part.argument)] if part.type == "bytes" else []
    if isinstance(part, Many):
        return [part.count] if part.count else []
    if isinstance(part, Repeat):
        return [part.goes_on]
    if isinstance(part, If):
        return [part.test]
    if isinstance(part, Switch | Set):
        return [part.value]
    return [part.id] if isinstance(part, ItemFlags) else []


def parts_inside(part: Node) -> list[tuple[Node, ...]]:
    """The blocks of a part; that of a structure is not one."""
    if isinstance(part, If):
        return [part.then, part.otherwise]
    if isinstance(part, Switch):
        return [*(each for _, each in part.cases), part.default or ()]
    if isinstance(part, Many) and not isinstance(part.of, Field):
        return [part.of]
    return [part.of] if isinstance(part, Repeat) else []


def is_pairs(of: Field | tuple[Node, ...]) -> bool:
    """Whether a list is one of a u8 and a u8."""
    if isinstance(of, Field):
        return False
    return [part.type for part in of if isinstance(part, Field)] == ["u8", "u8"] and len(of) == 2


def first_name(parts: tuple[Node, ...], manifest: Manifest) -> str:
    """The first field of some parts: by its being there a writer knows that an optional tail is meant."""
    for part in parts:
        if isinstance(part, Field | Many | Repeat):
            return part.name
        if isinstance(part, Include) and part.structure in manifest.structures:
            return first_name(manifest.structures[part.structure].parts, manifest)
        if isinstance(part, If):
            return first_name(part.then, manifest)
    return ""
