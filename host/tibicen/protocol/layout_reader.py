"""Reads protocol manifests: YAML to layouts, with every problem of a file as `file:line: what`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from tibicen.errors import ManifestError
from tibicen.protocol.expressions import Expression, ExpressionError
from tibicen.protocol.layout import (
    DIRECTIONS,
    MAPS,
    OTHER_TYPES,
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
)

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CALLED = re.compile(r"(\w+)\((.+)\)")
_RESERVED = {"if", "then", "else", "switch", "cases", "default", "include", "of", "while", "set", "flags", "more"}
_TOP = {"version", "dialect", "extends", "framing", "features", "structures", *DIRECTIONS}
_ANY_VERSION = 1 << 16


class ManifestFile:
    """One YAML file; `problems` collects what is wrong with it."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.name = path.name
        self.problems = problems
        self.root: dict[str, yaml.Node] = {}
        try:
            node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except OSError as error:
            problems.append(f"{self.name}:1: can't be read: {error.strerror}")
            return
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            problems.append(f"{self.name}:{line}: no YAML: {error.problem}")
            return
        if not isinstance(node, yaml.MappingNode):
            problems.append(f"{self.name}:1: must be a map")
            return
        for key, value in self.pairs(node):
            if key.value not in _TOP:
                self.problem(key, f"unknown key {key.value!r}; known are {', '.join(sorted(_TOP))}")
            self.root[key.value] = value

    def problem(self, node: yaml.Node, text: str) -> None:
        self.problems.append(f"{self.name}:{node.start_mark.line + 1}: {text}")

    def pairs(self, node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """Keys and values of a map, a key that comes twice reported."""
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, "must be a map")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.problem(key, "a key must be a plain word")
            elif key.value in seen:
                self.problem(key, f"{key.value!r} stands here twice")
            else:
                seen.add(key.value)
                yield key, value

    def number(self, node: yaml.Node, what: str) -> int:
        if isinstance(node, yaml.ScalarNode):
            try:
                return int(node.value, 0)
            except ValueError:
                pass
        self.problem(node, f"{what} must be a whole number")
        return 0

    def expression(self, node: yaml.Node) -> Expression:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        try:
            return Expression(text)
        except ExpressionError as error:
            self.problem(node, str(error))
            return Expression("0")

    def parts(self, node: yaml.Node) -> tuple[Node, ...]:
        """A list of parts."""
        if not isinstance(node, yaml.SequenceNode):
            self.problem(node, "must be a list of fields")
            return ()
        parts: list[Node] = []
        names: set[str] = set()
        for each in node.value:
            part = self._part(each)
            if part is None:
                continue
            if isinstance(part, Field | Many | Repeat):
                if part.name in names:
                    self.problem(each, f"{part.name!r} stands here twice")
                names.add(part.name)
            parts.append(part)
        return tuple(parts)

    def _part(self, node: yaml.Node) -> Node | None:
        values = {key.value: value for key, value in self.pairs(node)}
        if not values:
            return None
        keys = set(values)
        first = next(iter(values))
        if first == "if":
            if "then" not in keys or keys - {"if", "then", "else"}:
                self.problem(node, "a condition has the keys if, then and, if need be, else")
                return None
            otherwise = self.parts(values["else"]) if "else" in values else ()
            return If(self.expression(values["if"]), self.parts(values["then"]), otherwise)
        if first == "switch":
            return self._switch(node, values)
        if first == "set" and keys == {"set", "to"}:
            return Set(self._word(values["set"]), self.expression(values["to"]))
        if first == "include" and len(keys) == 1:
            return Include(self._word(values["include"]))
        if first == "flags" and len(keys) == 1:
            return ItemFlags(self.expression(values["flags"]))
        if first in _RESERVED or not _NAME.fullmatch(first):
            self.problem(node, f"{first!r} can't be the name of a field")
            return None
        if keys - {first, "of", "while"} or ({"of", "while"} <= keys and self._word(values[first]) != "repeat"):
            self.problem(node, f"{first}: a field has one type, a list also `of`, a repeat also `while` and `of`")
            return None
        return self._field(first, values)

    def _word(self, node: yaml.Node) -> str:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""

    def _switch(self, node: yaml.Node, values: dict[str, yaml.Node]) -> Node | None:
        if "cases" not in values or set(values) - {"switch", "cases", "default"}:
            self.problem(node, "a switch has the keys switch, cases and, if need be, default")
            return None
        cases: list[tuple[tuple[int, ...], tuple[Node, ...]]] = []
        for key, value in self.pairs(values["cases"]):
            try:
                numbers = tuple(int(word, 0) for word in key.value.split())
            except ValueError:
                self.problem(key, f"case {key.value!r}: numbers with spaces between them are expected")
                continue
            cases.append((numbers, self.parts(value)))
        default = self.parts(values["default"]) if "default" in values else None
        return Switch(self.expression(values["switch"]), tuple(cases), default)

    def _field(self, name: str, values: dict[str, yaml.Node]) -> Node | None:
        node = values[name]
        text = self._word(node)
        if text == "repeat":
            if set(values) != {name, "while", "of"}:
                self.problem(node, f"{name}: a repeat has `while` and `of`")
                return None
            return Repeat(name, self.expression(values["while"]), self.parts(values["of"]))
        match = _CALLED.fullmatch(text)
        if match and match[1] == "list":
            if "of" not in values:
                self.problem(node, f"{name}: a list has `of`")
                return None
            inner = values["of"]
            of: Field | tuple[Node, ...]
            if isinstance(inner, yaml.ScalarNode):
                of = self._typed("entry", inner)
            else:
                of = self.parts(inner)
            prefix = match[2] if match[2] in SCALARS else ""
            count = None
            if not prefix:
                try:
                    count = Expression(match[2])
                except ExpressionError as error:
                    self.problem(node, str(error))
            return Many(name, prefix, count, of)
        if len(values) != 1:
            self.problem(node, f"{name}: only lists and repeats have `of`")
        return self._typed(name, node)

    def _typed(self, name: str, node: yaml.Node) -> Field:
        text = self._word(node)
        match = _CALLED.fullmatch(text)
        if match and match[1] == "bytes":
            return Field(name, "bytes", match[2])
        if match and match[1] == "map":
            if match[2] not in MAPS:
                self.problem(node, f"{name}: map({match[2]}) is none of {', '.join(MAPS)}")
            return Field(name, "map", match[2])
        if not text or match or not (text in SCALARS or text in OTHER_TYPES or _NAME.fullmatch(text)):
            self.problem(node, f"{name}: {text!r} is no type")
        return Field(name, text)

    def layout(self, name: str, node: yaml.Node, opcode: int = -1) -> Layout | None:
        """A structure (a list of parts), or a message (a map with name and fields)."""
        line = node.start_mark.line + 1
        if opcode < 0:
            return Layout(name, self.parts(node), -1, "", None, line, self.name)
        note, when = "", None
        parts: tuple[Node, ...] = ()
        for key, value in self.pairs(node):
            if key.value == "name":
                name = self._word(value)
                if not _NAME.fullmatch(name):
                    self.problem(value, f"{name!r} is no name: small letters, digits and _")
            elif key.value == "note":
                note = self._word(value)
            elif key.value == "when":
                when = self.expression(value)
            elif key.value == "fields":
                parts = self.parts(value)
            else:
                self.problem(key, f"a message has name, fields, note and when, not {key.value!r}")
        if not name:
            self.problem(node, "a message needs a name")
        return Layout(name, parts, opcode, note, when, line, self.name)

    def apply(self, manifest: Manifest) -> None:
        """Puts what stands here over `manifest`."""
        for key, value in self.pairs(self.root.get("framing")):
            manifest.framing[key.value] = self._word(value)
        for key, value in self.pairs(self.root.get("features")):
            ends = value.value if isinstance(value, yaml.SequenceNode) else [value]
            since = self.number(ends[0], f"feature {key.value}") if ends else 0
            until = self.number(ends[1], f"feature {key.value}") if len(ends) > 1 else _ANY_VERSION
            manifest.features[key.value] = (since, until)
        for key, value in self.pairs(self.root.get("structures")):
            layout = self.layout(key.value, value)
            if layout:
                manifest.structures[key.value] = layout
        for direction in DIRECTIONS:
            table = manifest.messages.setdefault(direction, {})
            for key, value in self.pairs(self.root.get(direction)):
                opcode = self.number(key, "an opcode")
                if not 0 <= opcode <= 255:
                    self.problem(key, f"opcode {key.value} is not within 0x00 and 0xFF")
                elif isinstance(value, yaml.ScalarNode) and value.value in ("", "null", "~"):
                    table.pop(opcode, None)
                elif layout := self.layout("", value, opcode):
                    table[opcode] = layout


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`, and what it extends beneath it.

    Raises:
        ManifestError: with every problem of the files, each as `file:line: what`.
    """
    problems: list[str] = []
    file = ManifestFile(path, problems)
    chain = [file]
    while "extends" in chain[0].root and len(chain) < 8:
        target = chain[0]._word(chain[0].root["extends"])
        chain.insert(0, ManifestFile(path.parent / target, problems))
    version = file.number(file.root["version"], "version") if "version" in file.root else 0
    dialect = file._word(file.root["dialect"]) if "dialect" in file.root else ""
    if not version:
        problems.append(f"{file.name}:1: version is missing")
    if dialect not in ("tfs", "canary"):
        problems.append(f"{file.name}:1: dialect must be tfs or canary")
    manifest = Manifest(version, dialect, {}, {})
    for each in chain:
        each.apply(manifest)
    if problems:
        raise ManifestError(problems)
    return manifest
