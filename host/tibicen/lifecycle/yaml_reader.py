"""Reads a YAML file against msgspec types and reports every problem of it at once: file, line, and the way out."""

from __future__ import annotations

import difflib
import types
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import yaml

from tibicen.errors import ManifestError

T = TypeVar("T", bound=msgspec.Struct)

LARGEST = 64 << 10
DEEPEST = 16
LARGEST_NUMBER = 2**53
"""Whole numbers beyond it are none for Lua, and none that Python would print without limit."""

LONGEST_QUOTE = 80

_COLLECTIONS = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")

_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a map",
}


class Reader:
    """One file being read: collects problems, so that none hides another."""

    def __init__(self, file: str, largest: int = LARGEST) -> None:
        self.file = file
        self.largest = largest
        self.problems: list[str] = []

    def problem(self, node: yaml.Node | None, text: str) -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        # Problems are shown on terminals, and quote what a stranger wrote.
        shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
        self.problems.append(f"{self.file}:{line}: {shown}")

    # -- YAML -------------------------------------------------------------------------------------------

    def compose(self, text: bytes) -> yaml.Node | None:
        if len(text) > self.largest:
            self.problem(None, f"a file of {len(text)} bytes; the largest is {self.largest}")
            return None
        try:
            decoded = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text[: error.start].count(b"\n") + 1
            self.problems.append(f"{self.file}:{line}: this is not UTF-8 text; save the file as UTF-8")
            return None
        try:
            depth = 0
            for event in yaml.parse(decoded, Loader=yaml.SafeLoader):
                # Looked at while it is parsed: the time that PyYAML needs grows with the square of the depth.
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > DEEPEST:
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    self.problems.append(f"{self.file}:{line}: nested deeper than {DEEPEST} levels")
                    return None
                if isinstance(event, yaml.AliasEvent):
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    self.problems.append(f"{self.file}:{line}: aliases (*{event.anchor}) are not allowed; write it out")
                    return None
            node = yaml.compose(decoded, Loader=yaml.SafeLoader)
        except RecursionError:
            self.problem(None, "nested too deep")
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            hint = "; YAML indents with spaces, not tabs" if "'\\t'" in str(error.problem) else ""
            self.problems.append(f"{self.file}:{line}: this is not YAML: {error.problem}{hint}")
            return None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # Of an escape such as "\U00110000" PyYAML asks chr().
            self.problem(None, f"this is not YAML: {' '.join(str(error).split())}")
            return None
        if node is None:
            self.problem(None, "the file is empty")
            return None
        return node

    def pairs(self, node: yaml.Node) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Key, its node and the value's node of a map; duplicate and odd keys are problems."""
        assert isinstance(node, yaml.MappingNode)
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem(key_node, "a key must be a word")
                continue
            key = key_node.value
            if key in seen:
                self.problem(key_node, f"{key!r} stands here a second time (first at line {seen[key]}); remove one")
                continue
            seen[key] = key_node.start_mark.line + 1
            yield key, key_node, value_node

    # -- types ------------------------------------------------------------------------------------------

    def struct(self, node: yaml.Node, kind: type[msgspec.Struct], where: str) -> dict[str, Any]:
        """A map against a Struct's fields; returns plain data of what was right."""
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, f"{where or 'the file'} must be a map of keys and values, found {_found(node)}")
            return {}
        hints = get_type_hints(kind)
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        for key, key_node, value_node in self.pairs(node):
            path = f"{where}.{key}" if where else key
            if key not in fields:
                near = difflib.get_close_matches(key, fields, n=1)
                way = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(fields)}"
                self.problem(key_node, f"unknown key {path!r}; {way}")
                continue
            ok, value = self.value(value_node, hints[fields[key].name], path)
            if ok:
                values[key] = value
        for name, field in fields.items():
            if field.required and not any(key == name for key, _ in _plain_keys(node)):
                self.problem(node, f"{where + '.' if where else ''}{name} is missing")
        return values

    def value(self, node: yaml.Node, hint: Any, path: str) -> tuple[bool, Any]:
        """One value against its type; (False, None) after a problem was noted."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
                return True, None
            return self.value(node, next(each for each in arguments if each is not type(None)), path)
        if hint is Any:
            return self.plain(node, path, 0)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            before = len(self.problems)
            values = self.struct(node, hint, path)
            return len(self.problems) == before, values
        if origin is Literal:
            if isinstance(node, yaml.ScalarNode) and node.value in arguments:
                return True, node.value
            near = (
                difflib.get_close_matches(str(node.value), arguments, n=1) if isinstance(node, yaml.ScalarNode) else []
            )
            way = f"; did you mean {near[0]!r}?" if near else ""
            self.problem(node, f"{path} must be one of {', '.join(arguments)}, found {_found(node)}{way}")
            return False, None
        if origin is list:
            if not isinstance(node, yaml.SequenceNode):
                self.problem(node, f"{path} must be a list, found {_found(node)}")
                return False, None
            items = [self.value(item, arguments[0], f"{path}[{index}]") for index, item in enumerate(node.value)]
            return all(ok for ok, _ in items), [item for _, item in items]
        if origin is dict:
            if not isinstance(node, yaml.MappingNode):
                self.problem(node, f"{path} must be a map, found {_found(node)}")
                return False, None
            found = {key: self.value(item, arguments[1], f"{path}.{key}") for key, _, item in self.pairs(node)}
            return all(ok for ok, _ in found.values()), {key: item for key, (_, item) in found.items()}
        return self.scalar(node, hint, path)

    def scalar(self, node: yaml.Node, hint: type, path: str) -> tuple[bool, Any]:
        ok, value = self.plain(node, path, 0)
        if not ok:
            return False, None
        if hint is float and isinstance(value, int) and not isinstance(value, bool):
            return True, value
        if type(value) is hint:
            return True, value
        way = f"; quote it: {_quoted(node)}" if hint is str and isinstance(node, yaml.ScalarNode) else ""
        self.problem(node, f"{path} must be {_WORDS.get(hint, hint.__name__)}, found {_found(node)}{way}")
        return False, None

    def plain(self, node: yaml.Node, path: str, depth: int) -> tuple[bool, Any]:
        """Whatever the YAML says, as plain data."""
        if depth > DEEPEST:
            self.problem(node, f"{path} is nested deeper than {DEEPEST} levels")
            return False, None
        if isinstance(node, yaml.CollectionNode) and node.tag not in _COLLECTIONS:
            self.problem(node, f"{path}: tags such as {node.tag} are not allowed")
            return False, None
        if isinstance(node, yaml.SequenceNode):
            items = [self.plain(item, path, depth + 1) for item in node.value]
            return all(ok for ok, _ in items), [item for _, item in items]
        if isinstance(node, yaml.MappingNode):
            found = {key: self.plain(item, f"{path}.{key}", depth + 1) for key, _, item in self.pairs(node)}
            return all(ok for ok, _ in found.values()), {key: item for key, (_, item) in found.items()}
        constructor = yaml.SafeLoader("")
        try:
            value = constructor.construct_object(node)
        except Exception as error:
            # A tag on text that is not of its kind (`!!bool maybe`) ends in whatever error PyYAML stumbles into.
            known = isinstance(error, yaml.YAMLError | ValueError)
            reason = " ".join(str(error).split()) if known else f"{_found(node)} is none of the kind {node.tag}"
            self.problem(node, f"{path}: {reason}")
            return False, None
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            self.problem(node, f"{path}: no whole number is larger than 2^53; quote it to make it text")
            return False, None
        if value is None or isinstance(value, str | int | float | bool):
            return True, value
        self.problem(node, f"{path} is read as a {type(value).__name__} by YAML; quote it: {_quoted(node)}")
        return False, None


def _plain_keys(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value


def _found(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a map"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return _shortened(repr(node.value)) if node.value else "nothing"


def _quoted(node: yaml.Node) -> str:
    return f'"{_shortened(str(node.value))}"'


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "..."


def node_at(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """The node of a nested key, or the nearest one above that exists."""
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            return node
        node = next((value for name, value in _plain_keys(node) if name == key), node)
    return node


def read(
    text: bytes,
    file: str,
    kind: type[T],
    check: Callable[[Reader, yaml.Node, dict[str, Any]], None] | None = None,
    largest: int = LARGEST,
) -> T:
    """The `kind` that stands in `text`; `file` is its name in messages. `check` looks at what types don't say.

    A text of more than `largest` bytes is refused.

    Raises:
        ManifestError: with every problem that was found.
    """
    reader = Reader(file, largest)
    node = reader.compose(text)
    if node is not None:
        values = reader.struct(node, kind, "")
        if check is not None:
            check(reader, node, values)
        if not reader.problems:
            try:
                return msgspec.convert(values, kind)
            except msgspec.ValidationError as error:
                # What only msgspec checks: ranges of numbers, patterns.
                path = str(error).rpartition("`$.")[2].rstrip("`").split(".")
                reader.problem(node_at(node, *path), f"{'.'.join(path)}: {str(error).partition(' - at')[0]}")
    raise ManifestError(reader.problems)
