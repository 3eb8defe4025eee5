"""APIs of engines, declared compactly: `manifests/api/<realm>.yaml` of a realm that stands in for a C++ engine.

Such an engine binds functions of C++ to Lua, some two thousand of them, and casts arguments and results by their C++
types. So each is declared by its signature, `(name: string, dash: bool) -> bool`; the realm's Lua side casts by it,
and documentation and editor stubs are made of it (`tibicen reference`). Engines that share most of their API are
dialects of one file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from tibicen.errors import ManifestError
from tibicen.lifecycle.yaml_reader import Reader, read
from tibicen.realms.declared import Status

BUILT_IN = frozenset(
    "bool int8 uint8 int16 uint16 int uint32 int64 uint64 double string function table any".split()  # noqa: SIM905
)
"""Types that every file knows; `any` is a value that is passed on as it is."""

REST = "..."
"""As a parameter: any number of values. As what is returned: any number of results."""

LARGEST = 512 << 10
"""A file of two thousand functions has 110 kB."""


class Parameter(NamedTuple):
    """A parameter of a signature; `...` takes any number of values. Callers leave out what is optional."""

    name: str
    type: str
    optional: bool = False


class Signature(NamedTuple):
    """What a function takes and returns; `returns` is empty when it returns nothing."""

    params: tuple[Parameter, ...] = ()
    returns: str = ""

    @property
    def types(self) -> str:
        """As the realm's Lua side reads it: `string,bool>int`."""
        names = (param.name if param.name == REST else param.type for param in self.params)
        return f"{','.join(names)}>{self.returns}"


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the engine binds.

    Attributes:
        owner: the singleton or class that has it; empty for a global.
        is_method: called with a colon.
        only: the dialect that has it; empty when all have.
        differs: dialect to its signature, where it is not `signature`.
        replaces: it stands in place of a function of Lua's standard library, which is not bound but rewritten.
    """

    name: str
    owner: str
    is_method: bool
    signature: Signature
    status: Status = "implemented"
    only: str = ""
    differs: dict[str, Signature] = {}
    replaces: bool = False
    note: str = ""

    @property
    def path(self) -> str:
        """`torect`, `g_app.exit`, `UIWidget.create`, `UIWidget:setId`."""
        return f"{self.owner}{':' if self.is_method else '.'}{self.name}" if self.owner else self.name


class Class(msgspec.Struct, frozen=True, kw_only=True):
    """A class of the engine.

    Attributes:
        only: the dialect that has it; empty when all have.
        parents: dialect to the parent there, where it is not `parent`.
        functions: statics, then methods.
    """

    parent: str = ""
    only: str = ""
    parents: dict[str, str] = {}
    functions: list[Function] = []

    @property
    def missing(self) -> bool:
        """It has functions, and none of them is there."""
        return bool(self.functions) and all(function.status == "missing" for function in self.functions)


class BoundApi(msgspec.Struct, frozen=True, kw_only=True):
    """One realm's API.

    Attributes:
        dialects: the engines; the first one's signatures are the ones that the others differ from.
        structs: tables with known fields, each with the types of these.
    """

    realm: str
    title: str
    description: str
    dialects: list[str]
    structs: dict[str, dict[str, str]]
    globals: list[Function]
    singletons: dict[str, list[Function]]
    classes: dict[str, Class]

    def functions(self) -> Iterator[Function]:
        """All of them: globals, those of singletons, those of classes."""
        yield from self.globals
        for functions in self.singletons.values():
            yield from functions
        for each in self.classes.values():
            yield from each.functions


def read_bound_api(path: Path) -> BoundApi:
    """Reads the declaration of an engine's API.

    Raises:
        ManifestError: with every problem that was found, each with file, line and the way out.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ManifestError([f"{path.name}:1: it can't be read: {error.strerror or error}"]) from None
    apis: list[BoundApi] = []

    def check(reader: Reader, node: yaml.Node, values: dict[str, Any]) -> None:
        # What is wrong so far may be a list where a map is expected; nothing can be said of what stands in it.
        if not reader.problems:
            apis.append(_Checker(reader, node, msgspec.convert(values, _File)).api())

    read(text, path.name, _File, check, largest=LARGEST)
    return apis[0]


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """Base of what stands in a file. Functions are any value there: text, or a map with a key for each dialect."""


class _File(_Written, kw_only=True):
    realm: str
    title: str
    description: str = ""
    dialects: list[str]
    structs: dict[str, dict[str, str]] = {}
    globals: dict[str, Any] = {}
    singletons: dict[str, dict[str, Any]] = {}
    classes: dict[str, Any] = {}


class _WrittenFunction(_Written, kw_only=True):
    signature: str
    status: Status = "implemented"
    only: str = ""
    replaces: bool = False
    note: str = ""


class _WrittenClass(_Written, kw_only=True):
    parent: str = ""
    only: str = ""
    status: Status = "implemented"
    statics: dict[str, Any] = {}
    methods: dict[str, Any] = {}


class _WrittenDialect(_Written, kw_only=True):
    """What a class is in one dialect."""

    parent: str = ""


_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_KEYWORDS = re.compile(
    r"and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while"
)
_SIGNATURE = re.compile(r"\((?P<params>.*)\)(?:\s*->\s*(?P<returns>\S.*?))?\s*")
_MAP = re.compile(r"map<(?P<inner>.*)>")
_ENUM = re.compile(r"[A-Z]\w*::[A-Z]\w*")
"""An enum of the engine, by the name that its errors give it: `Fw::AnchorEdge`."""


class SignatureProblem(ValueError):
    """A signature can't be used; the text says what it says or lacks."""


def parse_signature(text: str, known: frozenset[str]) -> Signature:
    """The signature that `text` is; `known` are the types that it may name.

    Raises:
        SignatureProblem: it is none.
    """
    match = _SIGNATURE.fullmatch(text)
    if not match:
        raise SignatureProblem('is no signature; write "(name: string) -> bool"')
    params: list[Parameter] = []
    parts = _split(match["params"])
    for index, part in enumerate(parts):
        label, colon, kind = (each.strip() for each in part.partition(":"))
        name, optional = label.removesuffix("?"), label.endswith("?")
        if name == REST and index < len(parts) - 1:
            raise SignatureProblem(f"has {REST} before its last parameter")
        if name != REST and (not _IDENTIFIER.fullmatch(name) or _KEYWORDS.fullmatch(name)):
            raise SignatureProblem(f"has a parameter {name!r}, which is no name in Lua")
        if not colon:
            raise SignatureProblem(f"has a parameter {name!r} without a type")
        if any(name == param.name for param in params):
            raise SignatureProblem(f"has two parameters {name!r}")
        if params and params[-1].optional and not optional and name != REST:
            raise SignatureProblem(f"has a parameter {name!r} that is needed behind one that is optional")
        params.append(Parameter(name, _type(kind, known), optional))
    returns = match["returns"] or ""
    return Signature(tuple(params), returns if returns in ("", REST) else _type(returns, known))


def _split(text: str) -> list[str]:
    """At commas, but not at those inside of `map<int,string>`."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts if text.strip() else []


def _type(text: str, known: frozenset[str]) -> str:
    """The type without blanks."""
    if text.endswith("[]"):
        return f"{_type(text[:-2], known)}[]"
    match = _MAP.fullmatch(text)
    if match:
        inner = [_type(part.strip(), known) for part in _split(match["inner"])]
        if len(inner) != 2:
            raise SignatureProblem(f"has {text!r}; a map has a type of keys and one of values: map<int,string>")
        return f"map<{','.join(inner)}>"
    if text not in known and not _ENUM.fullmatch(text):
        near = difflib.get_close_matches(text, known, n=1)
        way = f"; did you mean {near[0]!r}?" if near else ""
        raise SignatureProblem(f"names {text!r}, which is neither built in nor a struct or class of this file{way}")
    return text


class _Checker:
    """Makes the API of one file, problem by problem."""

    def __init__(self, reader: Reader, node: yaml.Node, file: _File) -> None:
        self.reader = reader
        self.file = file
        self.nodes = {key: value for key, _, value in reader.pairs(node)}
        self.known = BUILT_IN | frozenset(file.structs) | frozenset(file.classes)
        # A function may have a signature of its own for every dialect but the first; a class a parent.
        others = [name for name in file.dialects[1:] if self._is_dialect(name)]
        self.function_kind = msgspec.defstruct(
            "_DialectFunction",
            [(name, str, "") for name in others],
            bases=(_WrittenFunction,),
            kw_only=True,
            forbid_unknown_fields=True,
        )
        self.class_kind = msgspec.defstruct(
            "_DialectClass",
            [(name, _WrittenDialect, msgspec.field(default_factory=_WrittenDialect)) for name in others],
            bases=(_WrittenClass,),
            kw_only=True,
            forbid_unknown_fields=True,
        )

    def api(self) -> BoundApi:
        self._header()
        classes = {name: self._class(name, node) for name, _, node in self._pairs("classes")}
        self._circles(classes)
        return BoundApi(
            realm=self.file.realm,
            title=self.file.title,
            description=self.file.description,
            dialects=self.file.dialects,
            structs=self.file.structs,
            globals=list(self._functions(self.nodes.get("globals"), "")),
            singletons={name: list(self._functions(node, name)) for name, _, node in self._pairs("singletons")},
            classes=classes,
        )

    def _pairs(self, key: str) -> list[tuple[str, yaml.Node, yaml.Node]]:
        node = self.nodes.get(key)
        return list(self.reader.pairs(node)) if node is not None else []

    def _is_dialect(self, name: str) -> bool:
        """Whether it can be a key of functions and classes, beside those that each has."""
        taken = {field.name for kind in (_WrittenFunction, _WrittenClass) for field in msgspec.structs.fields(kind)}
        return bool(_IDENTIFIER.fullmatch(name)) and name not in taken and self.file.dialects.count(name) == 1

    def _header(self) -> None:
        dialects = self.file.dialects
        if not dialects or not all(self._is_dialect(name) for name in dialects):
            self.reader.problem(self.nodes["dialects"], "dialects must be names in Lua, at least one, each once")
        for name, _, node in self._pairs("structs"):
            for field, _, kind in self.reader.pairs(node):
                try:
                    _type(kind.value, self.known)
                except SignatureProblem as problem:
                    self.reader.problem(kind, f"structs.{name}.{field} {problem}")
        owners: dict[str, str] = {}
        for group in ("globals", "structs", "singletons", "classes"):
            for name, key, _ in self._pairs(group):
                self._identifier(key, name, f"{group}.{name}")
                if name in owners:
                    self.reader.problem(key, f"{group}.{name} stands under {owners[name]} too")
                owners[name] = group

    def _identifier(self, node: yaml.Node, name: str, where: str) -> None:
        if not _IDENTIFIER.fullmatch(name) or _KEYWORDS.fullmatch(name):
            self.reader.problem(node, f"{where} is no name in Lua")

    def _class(self, name: str, node: yaml.Node) -> Class:
        where = f"classes.{name}"
        before = len(self.reader.problems)
        values = self.reader.struct(node, self.class_kind, where)
        if len(self.reader.problems) > before:
            return Class()
        written: Any = msgspec.convert(values, self.class_kind)
        nodes = {key: value for key, _, value in self.reader.pairs(node)}
        parents = {each: getattr(written, each).parent for each in self.file.dialects if each in nodes}
        for key, parent in {"parent": written.parent, **parents}.items():
            if parent and parent not in self.file.classes:
                self.reader.problem(nodes[key], f"{where}: the parent {parent!r} is no class of this file")
        self._only(written.only, nodes.get("only"), where)
        functions = [
            msgspec.structs.replace(
                function,
                only=function.only or written.only,
                status=written.status if function.status == "implemented" else function.status,
            )
            for group in ("statics", "methods")
            for function in self._functions(nodes.get(group), name, is_method=group == "methods")
        ]
        return Class(parent=written.parent, only=written.only, parents=parents, functions=functions)

    def _circles(self, classes: dict[str, Class]) -> None:
        for dialect in self.file.dialects:
            parents = {name: each.parents.get(dialect, each.parent) for name, each in classes.items()}
            for name, key, _ in self._pairs("classes"):
                seen, ancestor = {name}, parents[name]
                while ancestor in parents and ancestor not in seen:
                    seen.add(ancestor)
                    ancestor = parents[ancestor]
                if ancestor == name:
                    self.reader.problem(key, f"classes.{name} is its own ancestor in {dialect}")

    def _only(self, dialect: str, node: yaml.Node | None, where: str) -> None:
        if dialect and dialect not in self.file.dialects:
            self.reader.problem(node, f"{where}.only: {dialect!r} is none of {', '.join(self.file.dialects)}")

    def _functions(self, group: yaml.Node | None, owner: str, *, is_method: bool = False) -> Iterator[Function]:
        for name, key, node in self.reader.pairs(group) if group is not None else ():
            path = f"{owner}{':' if is_method else '.'}{name}" if owner else name
            if owner:
                self._identifier(key, name, path)
            before = len(self.reader.problems)
            function = self._function(name, owner, is_method, node, path)
            if function and len(self.reader.problems) == before:
                yield function

    def _function(self, name: str, owner: str, is_method: bool, node: yaml.Node, path: str) -> Function | None:
        if isinstance(node, yaml.ScalarNode):
            return Function(name=name, owner=owner, is_method=is_method, signature=self._signature(node, path))
        before = len(self.reader.problems)
        values = self.reader.struct(node, self.function_kind, path)
        if len(self.reader.problems) > before:
            return None
        written: Any = msgspec.convert(values, self.function_kind)
        nodes = {key: value for key, _, value in self.reader.pairs(node)}
        self._only(written.only, nodes.get("only"), path)
        differs = {each: self._signature(nodes[each], f"{path}.{each}") for each in self.file.dialects if each in nodes}
        if differs and written.only:
            self.reader.problem(nodes["only"], f"{path}.only: a function of one dialect has one signature")
        signature = self._signature(nodes["signature"], path)
        for dialect, other in differs.items():
            if other == signature:
                self.reader.problem(nodes[dialect], f"{path}.{dialect} is the same signature; leave it out")
        return Function(
            name=name,
            owner=owner,
            is_method=is_method,
            signature=signature,
            status=written.status,
            only=written.only,
            differs=differs,
            replaces=written.replaces,
            note=written.note,
        )

    def _signature(self, node: yaml.Node, where: str) -> Signature:
        try:
            return parse_signature(str(node.value), self.known)
        except SignatureProblem as problem:
            self.reader.problem(node, f"{where} {problem}: {node.value!r}")
            return Signature()
