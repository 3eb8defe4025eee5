"""What `tibicen reference` makes of an engine's API: the table that the realm's Lua side reads, stubs, and a page."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args

from tibicen.realms.bound import REST, BoundApi, Function, Signature, read_bound_api
from tibicen.realms.declared import Status

REALMS = ("otclient",)
"""Realms that stand in for an engine; each has a file in `manifests/api`."""

DESCRIBED = ("canary", "tfs")
"""Those that are declared for their readers alone: their Lua side declares its functions itself."""

MADE_FROM = "Made by `tibicen reference` from manifests/api/{realm}.yaml; a change here is lost."

WIDTH = 116


def bound_texts(root: Path) -> dict[Path, str]:
    """The made files of every such realm, with their texts.

    Raises:
        ManifestError: a declaration can't be used.
    """
    texts: dict[Path, str] = {}
    for realm in (*REALMS, *DESCRIBED):
        api = read_bound_api(root / "manifests" / "api" / f"{realm}.yaml")
        if realm in REALMS:
            texts[root / "lua" / realm / "api.lua"] = engine_table(api)
        texts[root / "lua" / "meta" / f"{realm}.lua"] = bound_stub(api)
        texts[root / "docs" / "reference" / f"{realm}.md"] = coverage_page(api)
    return texts


# -- the table that the engine reads --------------------------------------------------------------------


def engine_table(api: BoundApi) -> str:
    """`lua/REALM/api.lua`: signatures by path, as the realm's Lua side binds functions by them.

    What stands in place of a function of Lua's library is not among them: the realm rewrites it, and casts nothing.
    """
    bound = {each.path: each for each in api.functions() if each.status != "missing" and not each.replaces}
    classes = {name: each for name, each in api.classes.items() if not each.missing}
    tables: dict[str, Mapping[str, str]] = {
        "parents": {name: each.parent for name, each in classes.items()},
        "signatures": _types_of(bound, "implemented"),
        "ignored": _types_of(bound, "accepts-and-ignores"),
        "only": {
            **{path: each.only for path, each in bound.items()},
            **{name: each.only for name, each in classes.items()},
            **{name: only_in(functions) for name, functions in api.singletons.items()},
        },
    }
    for dialect in api.dialects[1:]:
        tables[dialect] = {path: each.differs[dialect].types for path, each in bound.items() if dialect in each.differs}
        tables[f"{dialect}_parents"] = {name: each.parents.get(dialect, "") for name, each in classes.items()}
    lines = [f"-- {MADE_FROM.format(realm=api.realm)}", "-- luacheck: no max line length", "return {"]
    for name, table in tables.items():
        lines.append(f"    {name} = {{")
        lines += [f'        ["{key}"] = "{value}",' for key, value in sorted(table.items()) if value]
        lines.append("    },")
    return "\n".join([*lines, "}"]) + "\n"


def _types_of(functions: Mapping[str, Function], status: Status) -> dict[str, str]:
    return {path: each.signature.types for path, each in functions.items() if each.status == status}


def only_in(functions: Iterable[Function]) -> str:
    """The one dialect that has any of them; empty when more than one has."""
    found = {each.only for each in functions}
    return found.pop() if len(found) == 1 else ""


# -- stubs ----------------------------------------------------------------------------------------------

_LUALS = {"bool": "boolean", "double": "number"}
_INTEGER = re.compile(r"u?int\d*")
_MAP = re.compile(r"map<(\w+),(.*)>")


def luals_type(kind: str) -> str:
    """The LuaLS type of what is cast to a type of a signature."""
    if kind == REST:
        return "any ..."
    if kind.endswith("[]"):
        return f"{luals_type(kind[:-2])}[]"
    match = _MAP.fullmatch(kind)
    if match:
        return f"table<{luals_type(match[1])}, {luals_type(match[2])}>"
    return "integer" if _INTEGER.fullmatch(kind) or "::" in kind else _LUALS.get(kind, kind)


_LIBRARIES = frozenset(("coroutine", "io", "math", "os", "string", "table"))


def bound_stub(api: BoundApi) -> str:
    """`lua/meta/REALM.lua`: definitions for editors that know LuaLS annotations. Nothing ever runs it."""
    lines = ["---@meta", "-- luacheck: ignore", f"-- {MADE_FROM.format(realm=api.realm)}"]
    for name, fields in api.structs.items():
        lines += ["", f"---@class {name}" if fields else f"---@alias {name} table"]
        lines += [f"---@field {field} {luals_type(kind)}" for field, kind in fields.items()]
    for name, each in api.classes.items():
        if not each.missing:
            parent = f": {each.parent}" if each.parent else ""
            lines += ["", *_only(each.only), f"---@class {name}{parent}", f"{name} = {{}}"]
            lines += _stubs(api, each.functions, each.only)
    for name, functions in api.singletons.items():
        if any(function.status != "missing" for function in functions):
            only = only_in(functions)
            # What is added to a library of Lua's takes nothing away from it.
            made = [] if name in _LIBRARIES else [f"{name} = {{}}"]
            lines += ["", *_only(only), *made, *_stubs(api, functions, only)]
    lines += _stubs(api, [each for each in api.globals if not each.replaces], "")
    return "\n".join(lines) + "\n"


def _only(dialect: str) -> list[str]:
    return [f"--- Only in {dialect}."] if dialect else []


def _stubs(api: BoundApi, functions: Iterable[Function], owner_only: str) -> Iterator[str]:
    # What a caller leaves out is nil, as these are when there is nothing to pass; but something is passed first.
    may_be_nil = frozenset({*api.classes, "function", "table", "any"})
    for each in functions:
        if each.status == "missing":
            continue
        yield ""
        yield from (f"--- {line}" for line in textwrap.wrap(each.note, WIDTH))
        # What is said of the owner is not said of each of its functions.
        yield from _only("" if owner_only else each.only)
        if each.status == "accepts-and-ignores":
            yield "--- Takes its arguments and does nothing here."
        params = _params(each.signature, may_be_nil)
        yield from (f"---@param {name} {kind}" for name, kind in params)
        if each.signature.returns:
            yield f"---@return {luals_type(each.signature.returns)}"
        for dialect, other in each.differs.items():
            taken = [("self", each.owner)] if each.is_method else []
            taken += _params(other, may_be_nil)
            result = f": {luals_type(other.returns)}" if other.returns else ""
            yield f"--- In {dialect} it has the other signature."
            yield f"---@overload fun({', '.join(f'{name}: {kind}' for name, kind in taken)}){result}"
        yield f"function {each.path}({', '.join(param.name for param in each.signature.params)}) end"


def _params(signature: Signature, may_be_nil: frozenset[str]) -> list[tuple[str, str]]:
    """Names, with `?` where a caller may leave the argument out, and LuaLS types."""
    params: list[tuple[str, str]] = []
    optional = True
    for index, param in reversed(list(enumerate(signature.params))):
        can_be_left_out = param.optional or param.name == REST or (index > 0 and param.type in may_be_nil)
        optional = optional and can_be_left_out
        mark = "?" if optional and param.name != REST else ""
        params.append((param.name + mark, luals_type(param.type)))
    return params[::-1]


# -- the page -------------------------------------------------------------------------------------------

STATUSES: tuple[Status, ...] = get_args(Status)


def coverage_page(api: BoundApi) -> str:
    """`docs/reference/REALM.md`: what of the engine's API is there, by singleton and class."""
    lines = [f"# {api.title}", "", f"<!-- {MADE_FROM.format(realm=api.realm)} -->", ""]
    lines += textwrap.wrap(api.description, WIDTH, break_long_words=False, break_on_hyphens=False)
    lines += [
        "",
        "What *accepts and ignores* casts what it is given, does nothing and returns the zero of its type. What is",
        "*missing* is nil. Signatures are in the editor stubs, `lua/meta`.",
        "",
        "| | functions | implemented | accepts and ignores | missing |",
        "|---|--:|--:|--:|--:|",
    ]
    functions = list(api.functions())
    for dialect in api.dialects:
        lines.append(_row(dialect, [each for each in functions if each.only in ("", dialect)]))
    if len(api.dialects) > 1:
        lines.append(_row("together", functions))
    lines += [
        "",
        "## By owner",
        "",
        "| | only in | functions | implemented | accepts and ignores | missing |",
        "|---|---|--:|--:|--:|--:|",
    ]
    owners = {"globals": api.globals, **api.singletons, **{name: each.functions for name, each in api.classes.items()}}
    for name, members in owners.items():
        only = api.classes[name].only if name in api.classes else only_in(members)
        lines.append(_row(f"{name} | {only}", members))
    for status, title in (("missing", "Missing"), ("accepts-and-ignores", "Accepts and ignores")):
        lines += ["", f"## {title}", ""]
        lines += list(_names(owners, status)) or ["Nothing."]
    lines += ["", "## Notes", ""]
    lines += list(_notes(owners)) or ["Nothing."]
    return "\n".join(lines) + "\n"


def _row(head: str, functions: Iterable[Function]) -> str:
    counts = Counter(each.status for each in functions)
    return f"| {head} | {counts.total()} | {' | '.join(str(counts[status] or '') for status in STATUSES)} |"


def _notes(owners: Mapping[str, Iterable[Function]]) -> Iterator[str]:
    """What is to be known of some functions, each note once for all that share it."""
    names: dict[tuple[str, str], list[str]] = {}
    for owner, functions in owners.items():
        for each in functions:
            if each.note:
                names.setdefault((owner, each.note), []).append(f"`{each.name}`")
    for (owner, note), those in names.items():
        text = f"- {owner}: {', '.join(those)}. {note}"
        yield from textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _names(owners: Mapping[str, Iterable[Function]], status: str) -> Iterator[str]:
    for owner, functions in owners.items():
        names = [f"`{each.name}`" for each in functions if each.status == status]
        if names:
            # A name is never broken, nor separated from what it belongs to by an empty line.
            text = f"- {owner}: {', '.join(names)}"
            yield from textwrap.wrap(
                text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
            )
