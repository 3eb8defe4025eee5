"""`tibicen reference`: editor stubs and reference pages, made of `manifests/api/*.yaml` and `bus/hookspecs.py`."""

from __future__ import annotations

import inspect
import textwrap
import types
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from tibicen.bus import hookspecs
from tibicen.bus.hooks import dotted
from tibicen.bus.markers import CLOSED_ATTRIBUTE, KIND_ATTRIBUTE, OPEN, Kind
from tibicen.cli import protocol
from tibicen.cli.reference_bound import bound_texts
from tibicen.errors import ConfigError
from tibicen.realms.declared import Class, DeclaredApi, Library, Name, Param, read_declared_api

REALMS = ("native",)
"""Realms whose API is declared name by name; each has a file in `manifests/api`."""

HOOK_NAME = "tibicen.HookName"
"""The alias that a stub fills with the names of all hooks."""

MADE_FROM = "Made by `tibicen reference` from {sources}; a change here is lost."

WIDTH = 116


class HookPage(NamedTuple):
    """A hook as its hookspec declares it, for both languages."""

    name: str
    kind: Kind
    python: str
    lua: str
    arguments: tuple[str, ...]
    sentence: str


def write_reference(root: Path) -> list[Path]:
    """Writes what is made of the declarations below `root`; returns the files that changed.

    Raises:
        ManifestError: a declaration can't be used.
    """
    stale = stale_reference(root)
    texts = _render(root)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return stale


def stale_reference(root: Path) -> list[Path]:
    """The made files that are missing, or differ from what would be made now.

    Raises:
        ManifestError: a declaration can't be used.
    """
    return [path for path, text in _render(root).items() if not _holds(path, text)]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _render(root: Path) -> dict[Path, str]:
    hooks = hook_pages()
    texts = {root / "docs" / "reference" / "hooks.md": hooks_page(hooks)}
    for realm in REALMS:
        api = read_declared_api(root / "manifests" / "api" / f"{realm}.yaml")
        texts[root / "lua" / "meta" / f"{realm}.lua"] = stub(api, hooks)
        texts[root / "docs" / "reference" / f"{realm}.md"] = api_page(api)
    texts[root / protocol.PAGE] = protocol.page(root)
    return {**texts, **bound_texts(root)}


# -- hooks ----------------------------------------------------------------------------------------------


def hook_pages(specs: ModuleType = hookspecs) -> list[HookPage]:
    """Every hook, in the order of the file that declares them."""
    functions = [function for _, function in inspect.getmembers(specs, inspect.isfunction)]
    declared = [function for function in functions if hasattr(function, KIND_ATTRIBUTE)]
    return [_hook_page(function) for function in sorted(declared, key=lambda each: each.__code__.co_firstlineno)]


def _hook_page(function: Any) -> HookPage:
    kind: Kind = getattr(function, KIND_ATTRIBUTE)
    hints = get_type_hints(function)
    signature = inspect.signature(function)
    arguments = tuple(signature.parameters)
    params = ", ".join(f"{name}: {lua_type(hints[name])}" for name in arguments)
    answer = lua_type(hints["return"])
    if kind == "filter":
        answer = answer.removesuffix("|nil") + "|tibicen.Stop|nil"
    lua = f"fun({params})" + ("" if kind == "notify" else f": {answer}")
    python = f"def {function.__name__}{_plain_signature(signature)}"
    sentence = inspect.getdoc(function) or ""
    closed = getattr(function, CLOSED_ATTRIBUTE, OPEN)
    if closed is not OPEN:
        sentence += f" Fails closed: for a handler that could not answer, this counts: {closed!r}."
    return HookPage(dotted(function.__name__), kind, python, lua, arguments, sentence)


def _plain_signature(signature: inspect.Signature) -> str:
    """As it is written: annotations are texts there, and would be shown with quotes."""
    params = []
    for name, param in signature.parameters.items():
        default = "" if param.default is param.empty else f" = {param.default!r}"
        params.append(f"{name}: {param.annotation}{default}")
    return f"({', '.join(params)}) -> {signature.return_annotation}"


def lua_type(hint: Any) -> str:
    """The LuaLS type of what crosses as a Python type.

    Raises:
        ConfigError: values of the type don't cross.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        names = [lua_type(each) for each in arguments]
        return "|".join(sorted(names, key=lambda name: name == "nil"))
    if origin is list:
        inner = lua_type(arguments[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is dict:
        return "tibicen.Record" if arguments == (str, Any) else f"table<{', '.join(map(lua_type, arguments))}>"
    names_of: dict[Any, str] = {
        str: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
        type(None): "nil",
        Any: "any",
    }
    if hint not in names_of:
        raise ConfigError(f"hookspecs.py: a hook can't have values of type {hint}; they are no plain data")
    return names_of[hint]


_KINDS: dict[Kind, str] = {
    "notify": "Everyone hears it; answers are ignored.",
    "filter": "Each handler may replace the first argument by returning another value; nil (None) leaves it as it is. "
    "A record may also be changed in place. `hooks.stop(value)` in Lua, `Stop(value)` in Python, ends the chain. "
    "When nobody answers, the value stays as it is.",
    "query": "The first answer that is not nil (None) counts; who comes later isn't asked. When nobody answers, the "
    "result is nil (None).",
    "gather": "Every answer that is not nil (None) is collected, in order. When nobody answers, the list is empty.",
}


def hooks_page(hooks: Iterable[HookPage]) -> str:
    """`docs/reference/hooks.md`."""
    lines = [
        "# Hooks",
        "",
        f"<!-- {MADE_FROM.format(sources='host/tibicen/bus/hookspecs.py')} -->",
        "",
        *_wrapped(
            "Named points in the host's work that plugins answer. A Lua plugin does so with `hooks.on(name, fn)`, a "
            "Python plugin with a function marked `@hookimpl` whose name has `_` for the dot. Arguments and answers "
            "are plain data; a `Record` is a table (dict) whose keys are strings. A handler that raises is reported "
            "and skipped, unless the hook fails closed; the others go on. Handlers that ask to be first are called "
            "first, then the others, then those that ask to be last; within each of the three, the plugin that was "
            "loaded later comes first (among the last: comes last)."
        ),
        "",
        "| kind | what becomes of the answers |",
        "|---|---|",
        *(f"| {kind} | {meaning} |" for kind, meaning in _KINDS.items()),
    ]
    for group, members in groupby(hooks, key=lambda hook: hook.name.partition(".")[0]):
        lines += ["", f"## {group}"]
        for hook in members:
            lines += ["", f"### {hook.name}", "", f"*{hook.kind}*", "", *_wrapped(hook.sentence), ""]
            lines += ["```lua", f'hooks.on("{hook.name}", function({", ".join(hook.arguments)}) end)', f"-- {hook.lua}"]
            lines += ["```", "", "```python", "@hookimpl", f"{hook.python}: ...", "```"]
    return "\n".join(lines) + "\n"


# -- stubs ----------------------------------------------------------------------------------------------


def stub(api: DeclaredApi, hooks: list[HookPage]) -> str:
    """`lua/meta/REALM.lua`: definitions for editors that know LuaLS annotations. Nothing ever runs it."""
    lines = [
        "---@meta",
        "-- luacheck: ignore",
        f"-- {MADE_FROM.format(sources=f'manifests/api/{api.realm}.yaml and host/tibicen/bus/hookspecs.py')}",
    ]
    for name, alias in api.aliases.items():
        lines += ["", *_comment(alias.description)]
        if name == HOOK_NAME:
            lines.append(f"---@alias {name}")
            lines += [f'---| "{hook.name}" # {" ".join(hook.sentence.split())}' for hook in hooks]
        else:
            lines.append(f"---@alias {name} {alias.type}")
    for name, each in api.classes.items():
        if each.status != "missing":
            lines += ["", *_class(name, each)]
    for name, declared in api.names.items():
        if declared.status != "missing" and not declared.replaces:
            lines += _global(name, declared, hooks)
    return "\n".join(lines) + "\n"


def _class(name: str, each: Class) -> Iterator[str]:
    yield from _comment(each.description)
    yield f"---@class {name}" + (f": {each.parent}" if each.parent else "")
    for field, declared in each.fields.items():
        if declared.status != "missing":
            yield f"---@field {field} {declared.type} {declared.description}".rstrip()
    # A dotted name is a type only; a plain one is also a global table.
    variable = name.rpartition(".")[2]
    methods = {method: declared for method, declared in each.methods.items() if declared.status != "missing"}
    if methods:
        yield f"local {variable} = {{}}" if "." in name else f"{variable} = {{}}"
    for method, declared in methods.items():
        yield ""
        yield from _function(f"{variable}:{method}", declared)


def _global(name: str, declared: Name, hooks: list[HookPage]) -> Iterator[str]:
    yield ""
    if declared.kind in ("function", "callback"):
        yield from _function(name, declared)
        return
    yield from _comment(declared.description)
    yield from _example(declared)
    if declared.kind == "field":
        yield f"---@type {declared.type}"
        yield f"{name} = nil"
        return
    members = {inner: each for inner, each in declared.members.items() if each.status != "missing"}
    yield f"---@type {declared.type}" if declared.type else f"---@class {name}lib"
    yield from (
        f"---@field {inner} {each.type} {each.description}".rstrip()
        for inner, each in members.items()
        if each.kind == "field" and not declared.type
    )
    yield f"{name} = {{}}"
    for inner, each in members.items():
        if each.kind == "function":
            yield ""
            yield from _function(f"{name}.{inner}", each, hooks if (name, inner) == ("hooks", "on") else ())
        elif each.kind == "table":
            yield from _global(f"{name}.{inner}", each, hooks)


def _function(path: str, declared: Name, overloads: Iterable[HookPage] = ()) -> Iterator[str]:
    yield from _comment(declared.description)
    if declared.status == "accepts-and-ignores":
        yield "--- Takes its arguments and does nothing here."
    if declared.raises:
        yield from _comment(f"Raises: {declared.raises}")
    yield from _example(declared)
    for param in declared.params:
        name = param.name + ("?" if param.optional else "")
        yield f"---@param {name} {param.type} {param.description}".rstrip()
    for returned in declared.returns:
        yield f"---@return {returned.type}" + (f" # {returned.description}" if returned.description else "")
    for hook in overloads:
        rest = "options?: tibicen.HookOptions): tibicen.Registration"
        yield f'---@overload fun(name: "{hook.name}", fn: {hook.lua}, {rest}'
    yield f"function {path}({', '.join(param.name for param in declared.params)}) end"


def _example(declared: Name) -> Iterator[str]:
    if declared.example:
        yield from ("--- ```lua", *(f"--- {line}".rstrip() for line in declared.example.splitlines()), "--- ```")


def _comment(text: str) -> list[str]:
    return [f"--- {line}" for line in _wrapped(text)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


# -- pages ----------------------------------------------------------------------------------------------


def api_page(api: DeclaredApi) -> str:
    """`docs/reference/REALM.md`."""
    lines = [f"# {api.title}", "", f"<!-- {MADE_FROM.format(sources=f'manifests/api/{api.realm}.yaml')} -->", ""]
    lines += _wrapped(api.description)
    callbacks = {name: each for name, each in api.names.items() if each.kind == "callback"}
    for name, each in api.names.items():
        if name not in callbacks:
            lines += ["", f"## {name}", "", *_about(name, each)]
            for inner, member in each.members.items():
                lines += ["", f"### {name}.{inner}", "", *_about(f"{name}.{inner}", member)]
    if callbacks:
        lines += ["", "## Callbacks", "", "Global functions that a plugin may define; the host calls them by name."]
        for name, each in callbacks.items():
            lines += ["", f"### {name}", "", *_about(name, each)]
    lines += _types(api)
    if api.library:
        lines += ["", "## Lua's own library"]
        for name, library in api.library.items():
            lines += ["", f"### {name}", "", *_library(library)]
    return "\n".join(lines) + "\n"


def _about(path: str, declared: Name) -> Iterator[str]:
    if declared.status != "implemented":
        yield f"*{declared.status}*"
        yield ""
    if declared.kind in ("function", "callback"):
        yield f"`{signature(path, declared)}`"
        yield ""
    elif declared.type:
        yield f"`{path}: {declared.type}`"
        yield ""
    yield from _wrapped(declared.description)
    facts = [f"- `{_with_type(param)}`: {param.description}" for param in declared.params]
    facts += [f"- Returns `{returned.type}`: {returned.description}" for returned in declared.returns]
    if declared.raises:
        facts.append(f"- Raises: {declared.raises}")
    if facts:
        yield ""
        yield from facts
    if declared.example:
        yield from ("", "```lua", *declared.example.splitlines(), "```")


def signature(path: str, declared: Name) -> str:
    """A function as its reader would call it: `kv.get(key, default?) → any`."""
    params = ", ".join(param.name + ("?" if param.optional else "") for param in declared.params)
    results = ", ".join(returned.type for returned in declared.returns)
    return f"{path}({params})" + (f" → {results}" if results else "")


def _with_type(param: Param) -> str:
    return f"{param.name}{'?' if param.optional else ''}: {param.type}"


def _types(api: DeclaredApi) -> Iterator[str]:
    if api.aliases or api.classes:
        yield from ("", "## Types")
    for name, alias in api.aliases.items():
        yield from ("", f"### {name}", "", f"`{alias.type}`", "", *_wrapped(alias.description))
    for name, each in api.classes.items():
        yield from ("", f"### {name}", "")
        if each.status != "implemented":
            yield from (f"*{each.status}*", "")
        if each.parent:
            yield from (f"A {each.parent}.", "")
        yield from _wrapped(each.description)
        if each.fields or each.methods:
            yield ""
        yield from (f"- `{field}: {declared.type}`: {declared.description}" for field, declared in each.fields.items())
        for method, declared in each.methods.items():
            shown = signature(f":{method}", declared)
            status = "" if declared.status == "implemented" else f" *{declared.status}*"
            yield f"- `{shown}`: {declared.description}{status}"


def _library(library: Library) -> Iterator[str]:
    yield from _wrapped(library.description)
    yield ""
    if library.same:
        yield f"- As in LuaJIT: {', '.join(f'`{name}`' for name in library.same)}"
    if library.fields:
        yield f"- Values: {', '.join(f'`{name}` ({text})' for name, text in library.fields.items())}"
    yield from (f"- `{name}` differs: {text}" for name, text in library.changed.items())
    yield from (f"- `{name}` is missing: {text}" for name, text in library.missing.items())
