"""What a realm offers to its plugins, declared as data: `manifests/api/<realm>.yaml`.

Documentation and editor stubs are made of it (`tibicen reference`), and tests hold it equal to the code. Types are
written as LuaLS (EmmyLua) types; each must be built in, an alias or a class of the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from tibicen.errors import ManifestError
from tibicen.lifecycle.yaml_reader import Reader, node_at, read

Kind = Literal["function", "table", "field", "callback"]
"""function: the plugin calls it. table: it holds members. field: a value. callback: the plugin defines it."""

Status = Literal["implemented", "accepts-and-ignores", "missing"]
"""accepts-and-ignores: it can be called with what it takes, and does nothing. missing: not there, it is nil."""


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all that is declared."""

    description: str = ""


class Param(Declared, frozen=True, kw_only=True):
    """A parameter; `...` takes any number of values."""

    name: str
    type: str
    optional: bool = False


class Return(Declared, frozen=True, kw_only=True):
    """A result."""

    type: str


class Name(Declared, frozen=True, kw_only=True):
    """A name that a plugin finds, or defines.

    Attributes:
        type: of a field; of a table that is more than the sum of its members.
        raises: when it raises, as a sentence.
        replaces: it stands in place of a function of Lua's standard library.
    """

    kind: Kind = "function"
    type: str = ""
    params: list[Param] = []
    returns: list[Return] = []
    raises: str = ""
    example: str = ""
    status: Status = "implemented"
    replaces: bool = False
    members: dict[str, Name] = {}


class Class(Declared, frozen=True, kw_only=True):
    """A class of objects that plugins get hold of; methods are called with a colon."""

    parent: str = ""
    status: Status = "implemented"
    fields: dict[str, Name] = {}
    methods: dict[str, Name] = {}


class Alias(Declared, frozen=True, kw_only=True):
    """Another name of a type."""

    type: str


class Library(Declared, frozen=True, kw_only=True):
    """A table of Lua's standard library as plugins find it; `_G` is the globals.

    Attributes:
        same: functions as in LuaJIT.
        fields: values that are no functions, with their types.
        changed: functions that differ, with the difference.
        missing: what LuaJIT has and plugins don't, with what to use instead, or why.
    """

    same: list[str] = []
    fields: dict[str, str] = {}
    changed: dict[str, str] = {}
    missing: dict[str, str] = {}


class DeclaredApi(Declared, frozen=True, kw_only=True):
    """One realm's API."""

    realm: Literal["native", "otclient", "canary"]
    title: str
    aliases: dict[str, Alias] = {}
    classes: dict[str, Class] = {}
    names: dict[str, Name]
    library: dict[str, Library] = {}

    def walk(self) -> Iterator[tuple[str, Name]]:
        """Every name with its path (`kv.get`, `tibicen.Registration:cancel`), in the file's order."""
        for class_name, each in self.classes.items():
            for name, member in each.fields.items():
                yield f"{class_name}.{name}", member
            for name, member in each.methods.items():
                yield f"{class_name}:{name}", member
        for name, member in self.names.items():
            yield from _walk(name, member)


def _walk(path: str, name: Name) -> Iterator[tuple[str, Name]]:
    yield path, name
    for inner, member in name.members.items():
        yield from _walk(f"{path}.{inner}", member)


def read_declared_api(path: Path) -> DeclaredApi:
    """Reads the declaration of an API.

    Raises:
        ManifestError: with every problem that was found, each with file, line and the way out.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ManifestError([f"{path.name}:1: it can't be read: {error.strerror or error}"]) from None
    return read(text, path.name, DeclaredApi, _check_meaning)


def _check_meaning(reader: Reader, node: yaml.Node, values: dict[str, Any]) -> None:
    """What the Structs alone don't say; looked at once they are satisfied."""
    if not reader.problems:
        _Checker(reader, node, msgspec.convert(values, DeclaredApi)).check()


Where = tuple[str | int, ...]
"""The keys and indexes that lead to an item of the file."""

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_KEYWORDS = re.compile(
    r"and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while"
)
_BUILT_IN = re.compile(
    r"nil|any|boolean|number|integer|string|table|function|thread|userdata|lightuserdata|unknown|self|true|false|fun"
)
_QUOTED = re.compile(r'"[^"]*"')
# The name of a parameter or of a field inside a type: `fun(subject: string, ...: any)`, `{ first?: boolean }`.
_LABEL = re.compile(r"(\.\.\.|[A-Za-z_]\w*)\??\s*:")
_WORD = re.compile(r"[A-Za-z_][\w.]*")
_PUNCTUATION = re.compile(r"[\w\s.,:|?<>()\[\]{}*]*")
_CLOSES = {")": "(", "]": "[", "}": "{", ">": "<"}


def type_problem(text: str, known: frozenset[str]) -> str | None:
    """What is wrong with a LuaLS type; `known` are the aliases and classes that it may name."""
    if not text.strip():
        return "is empty"
    bare = _QUOTED.sub(" ", text)
    if not _PUNCTUATION.fullmatch(bare):
        return "is no LuaLS type"
    opened: list[str] = []
    for character in bare:
        if character in _CLOSES.values():
            opened.append(character)
        elif character in _CLOSES and (not opened or opened.pop() != _CLOSES[character]):
            return f"has a {character!r} that closes nothing"
    if opened:
        return f"has a {opened[-1]!r} that is never closed"
    for word in _WORD.findall(_LABEL.sub(" ", bare)):
        if word not in known and not _BUILT_IN.fullmatch(word):
            return f"names {word!r}, which is neither built in nor an alias or class of this file"
    return None


class _Checker:
    """Looks over one declaration, problem by problem."""

    def __init__(self, reader: Reader, node: yaml.Node, api: DeclaredApi) -> None:
        self.reader = reader
        self.node = node
        self.api = api
        self.known = frozenset(api.aliases) | frozenset(api.classes)

    def check(self) -> None:
        for name, alias in self.api.aliases.items():
            self._type(alias.type, ("aliases", name, "type"))
        for name, each in self.api.classes.items():
            self._class(name, each)
        for name, declared in self.api.names.items():
            self._name(declared, ("names", name), top=True)
        for name, library in self.api.library.items():
            self._library(library, ("library", name))

    def _problem(self, where: Where, text: str) -> None:
        """At the line of the item that `where` leads to."""
        node: yaml.Node | None = self.node
        for step in where:
            if isinstance(step, str):
                node = node_at(node, step)
            elif isinstance(node, yaml.SequenceNode):
                node = node.value[step]
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).removeprefix(".")
        self.reader.problem(node, f"{path} {text}")

    def _type(self, text: str, where: Where) -> None:
        problem = type_problem(text, self.known)
        if problem:
            self._problem(where, f"{problem}: {text!r}")

    def _class(self, name: str, each: Class) -> None:
        where = ("classes", name)
        if each.parent and each.parent not in self.api.classes:
            self._problem((*where, "parent"), f"{each.parent!r} is no class of this file")
        for group, members in (("fields", each.fields), ("methods", each.methods)):
            for inner, member in members.items():
                place = (*where, group, inner)
                if (member.kind == "field") != (group == "fields"):
                    self._problem(place, f"is a {member.kind}; only fields stand under fields, functions under methods")
                self._name(member, place)

    def _name(self, name: Name, where: Where, *, top: bool = False) -> None:
        self._identifier(str(where[-1]), where)
        if not name.description and name.status == "implemented":
            self._problem(where, "has no description; write a sentence")
        if name.kind == "callback" and not top:
            self._problem(where, "is a callback; only a global function can be one")
        if name.kind == "field" and not name.type:
            self._problem(where, "is a field without a type")
        if name.kind != "table" and name.members:
            self._problem((*where, "members"), f"belong to a table, not to a {name.kind}")
        if name.kind in ("table", "field") and (name.params or name.returns):
            self._problem(where, f"is a {name.kind}; only functions and callbacks have params and returns")
        if name.type:
            self._type(name.type, (*where, "type"))
        self._params(name.params, where)
        for index, returned in enumerate(name.returns):
            self._type(returned.type, (*where, "returns", index, "type"))
        for inner, member in name.members.items():
            self._name(member, (*where, "members", inner))

    def _identifier(self, text: str, where: Where) -> None:
        if not _IDENTIFIER.fullmatch(text) or _KEYWORDS.fullmatch(text):
            self._problem(where, f"{text!r} is no name in Lua")

    def _params(self, params: list[Param], where: Where) -> None:
        optional = ""
        for index, param in enumerate(params):
            place: Where = (*where, "params", index)
            if param.name == "...":
                if index < len(params) - 1:
                    self._problem(place, "... must come last")
            else:
                self._identifier(param.name, (*place, "name"))
                if optional and not param.optional:
                    self._problem(place, f"{param.name} is needed but comes behind {optional}, which is optional")
            optional = param.name if param.optional else optional
            self._type(param.type, (*place, "type"))

    def _library(self, library: Library, where: Where) -> None:
        groups: dict[str, str] = {}
        for group in ("same", "fields", "changed", "missing"):
            for name in getattr(library, group):
                if name in groups:
                    self._problem((*where, group), f"has {name}, which stands under {groups[name]} too")
                groups[name] = group
        for name, text in library.fields.items():
            self._type(text, (*where, "fields", name))
