"""Layouts as text: what a message is made of, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tibicen.protocol.layout import Field, If, Include, ItemFlags, Layout, Manifest, Many, Node, Repeat, Set, Switch
from tibicen.protocol.versions import Protocol


class Row(NamedTuple):
    """A line of a table of messages."""

    direction: str
    opcode: int
    name: str
    fields: str


def rows(protocol: Protocol) -> Iterator[Row]:
    """All messages of a version, by direction and opcode; the fields in one line."""
    for direction, table in protocol.layouts.items():
        for opcode, layout in sorted(table.items()):
            yield Row(direction, opcode, layout.name, short(layout.parts, protocol.manifest))


def short(parts: tuple[Node, ...], manifest: Manifest) -> str:
    """Parts in one line: `name type`, `[condition: ...]`, `name n u8 * (...)`."""
    return ", ".join(text for part in parts if (text := _short(part, manifest)))


def _short(part: Node, manifest: Manifest) -> str:
    if isinstance(part, Field):
        return f"{part.name} {_type(part)}"
    if isinstance(part, Many):
        count = part.prefix or (part.count.text if part.count else "")
        return f"{part.name} {count} * {_entry(part, manifest)}"
    if isinstance(part, Repeat):
        return f"{part.name} (while {part.goes_on.text}) * ({short(part.of, manifest)})"
    if isinstance(part, Include):
        return short(manifest.structures[part.structure].parts, manifest)
    if isinstance(part, If):
        return _short_if(part, manifest)
    if isinstance(part, Switch):
        cases = [f"{' '.join(map(str, numbers))}: {short(each, manifest) or '-'}" for numbers, each in part.cases]
        if part.default:
            cases.append(f"else: {short(part.default, manifest)}")
        return f"[by {part.value.text}: {'; '.join(cases)}]"
    return ""


def _short_if(part: If, manifest: Manifest) -> str:
    decided = part.test.fold(manifest.known)
    if isinstance(decided, int):
        return short(part.then if decided else part.otherwise, manifest)
    then, otherwise = short(part.then, manifest), short(part.otherwise, manifest)
    if not then and not otherwise:
        return ""
    return f"[if {part.test.text}: {then}{'; else: ' + otherwise if otherwise else ''}]"


def _type(part: Field) -> str:
    return f"{part.type}({part.argument})" if part.argument else part.type


def _entry(part: Many, manifest: Manifest) -> str:
    return _type(part.of) if isinstance(part.of, Field) else f"({short(part.of, manifest)})"


def lines(layout: Layout, manifest: Manifest) -> Iterator[str]:
    """A message, a line for each field, with what is inside others indented."""
    head = f"0x{layout.opcode:02X} {layout.name}" if layout.opcode >= 0 else layout.name
    yield f"{head}    ({layout.file}:{layout.line})"
    if layout.note:
        yield f"  {layout.note}"
    body = list(_lines(layout.parts, manifest, 1))
    yield from body or ["  (no fields)"]


def _lines(parts: tuple[Node, ...], manifest: Manifest, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for part in parts:
        if isinstance(part, Field):
            yield f"{pad}{part.name}: {_type(part)}"
        elif isinstance(part, Many):
            count = f"count {part.prefix}" if part.prefix else f"{part.count.text if part.count else ''} times"
            if isinstance(part.of, Field):
                yield f"{pad}{part.name}: list, {count}, of {_type(part.of)}"
            else:
                yield f"{pad}{part.name}: list, {count}, of"
                yield from _lines(part.of, manifest, depth + 1)
        elif isinstance(part, Repeat):
            yield f"{pad}{part.name}: list that goes on while {part.goes_on.text}, of"
            yield from _lines(part.of, manifest, depth + 1)
        elif isinstance(part, Include):
            yield from _lines(manifest.structures[part.structure].parts, manifest, depth)
        elif isinstance(part, If):
            yield from _if_lines(part, manifest, depth)
        elif isinstance(part, Switch):
            for numbers, each in part.cases:
                yield f"{pad}{part.value.text} {' or '.join(map(str, numbers))}:"
                yield from _lines(each, manifest, depth + 1)
            if part.default:
                yield f"{pad}otherwise:"
                yield from _lines(part.default, manifest, depth + 1)
        elif isinstance(part, Set):
            yield f"{pad}(from here on session.{part.name} = {part.value.text})"
        elif isinstance(part, ItemFlags):
            yield f"{pad}(flags of the item {part.id.text})"


def _if_lines(part: If, manifest: Manifest, depth: int) -> Iterator[str]:
    decided = part.test.fold(manifest.known)
    if isinstance(decided, int):
        yield from _lines(part.then if decided else part.otherwise, manifest, depth)
        return
    pad = "  " * depth
    if part.then:
        yield f"{pad}if {part.test.text}:"
        yield from _lines(part.then, manifest, depth + 1)
    if part.otherwise:
        yield f"{pad}else:" if part.then else f"{pad}unless {part.test.text}:"
        yield from _lines(part.otherwise, manifest, depth + 1)


def structures_of(layout: Layout, manifest: Manifest) -> list[str]:
    """Names of the structures that a message's fields are of, each once, those inside others too."""
    found: dict[str, None] = {}

    def walk(parts: tuple[Node, ...]) -> None:
        for part in parts:
            kinds: list[str] = []
            if isinstance(part, Field):
                kinds = ["thing"] if part.type == "map" else [part.type]
            elif isinstance(part, Many):
                if isinstance(part.of, Field):
                    kinds = [part.of.type]
                else:
                    walk(part.of)
            elif isinstance(part, Repeat):
                walk(part.of)
            elif isinstance(part, Include):
                walk(manifest.structures[part.structure].parts)
            elif isinstance(part, If):
                decided = part.test.fold(manifest.known)
                if not isinstance(decided, int) or decided:
                    walk(part.then)
                if not isinstance(decided, int) or not decided:
                    walk(part.otherwise)
            elif isinstance(part, Switch):
                for _, each in part.cases:
                    walk(each)
                walk(part.default or ())
            for kind in kinds:
                if kind in manifest.structures and kind not in found:
                    found[kind] = None
                    walk(manifest.structures[kind].parts)

    walk(layout.parts)
    return list(found)
