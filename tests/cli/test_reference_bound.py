"""What is made of an engine's declared API: the table that its Lua side reads, editor stubs, the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lupa.luajit21 import LuaRuntime

from tibicen.cli.reference_bound import (
    DESCRIBED,
    REALMS,
    bound_stub,
    bound_texts,
    coverage_page,
    engine_table,
    luals_type,
    only_in,
)
from tibicen.errors import ManifestError
from tibicen.paths import checkout_root
from tibicen.realms.bound import BoundApi, Function, Signature, read_bound_api

DECLARED = """
realm: otclient
title: The realm
description: What it offers.
dialects: [new, old]
structs:
  Point: {x: int, y: double}
  Node: {}
globals:
  topoint: "(text: string) -> Point"
  dofile: {signature: "(file: string)", replaces: true}
  gone: {signature: "()", status: missing}
singletons:
  g_app:
    exit: "()"
    optimize: {signature: "(value: bool) -> map<int,string>", status: accepts-and-ignores, only: new}
    walk: {signature: "(to: Point, steps: int[][], who: Thing, fast?: bool) -> bool", old: "(to: Point)"}
    gone: {signature: "()", status: missing}
  g_old:
    both: {signature: "(...: any) -> ...", only: old, note: Says much.}
  g_gone:
    gone: {signature: "()", status: missing}
classes:
  Base: {}
  Thing:
    parent: Base
    statics: {create: "() -> Thing"}
    methods:
      add: {signature: "(child: Thing, index: uint8, done: function)", old: "(child: Thing) -> bool"}
      paint: {signature: "(color: int)", status: accepts-and-ignores}
      gone: {signature: "()", status: missing}
  Effect:
    parent: Thing
    old: {parent: Base}
    only: new
    methods: {start: "()"}
  Database: {parent: Base, status: missing, methods: {open: "()"}}
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> BoundApi:
    path = tmp_path_factory.mktemp("declared") / "otclient.yaml"
    path.write_text(DECLARED, encoding="utf-8")
    return read_bound_api(path)


def plain(table: Any) -> dict[str, Any]:
    """A table of Lua, with those in it, as dicts."""
    return {key: value if isinstance(value, str) else plain(value) for key, value in table.items()}


# -- the table that the engine reads --------------------------------------------------------------------


def test_the_table(api: BoundApi) -> None:
    assert plain(LuaRuntime(register_eval=False).execute(engine_table(api))) == {
        "parents": {"Thing": "Base", "Effect": "Thing"},
        "signatures": {
            "topoint": "string>Point",
            "g_app.exit": ">",
            "g_app.walk": "Point,int[][],Thing,bool>bool",
            "g_old.both": "...>...",
            "Thing.create": ">Thing",
            "Thing:add": "Thing,uint8,function>",
            "Effect:start": ">",
        },
        "ignored": {"g_app.optimize": "bool>map<int,string>", "Thing:paint": "int>"},
        "only": {
            "g_app.optimize": "new",
            "g_old.both": "old",
            "g_old": "old",
            "Effect:start": "new",
            "Effect": "new",
        },
        "old": {"g_app.walk": "Point>", "Thing:add": "Thing>bool"},
        "old_parents": {"Effect": "Base"},
    }


def test_the_table_is_sorted(api: BoundApi) -> None:
    keys = [line.split('"')[1] for line in engine_table(api).partition("signatures")[2].splitlines() if '["' in line]
    assert keys[:7] == sorted(keys[:7])


def test_only_in() -> None:
    def function(dialect: str) -> Function:
        return Function(name="f", owner="g", is_method=False, signature=Signature(), only=dialect)

    assert only_in([function("new"), function("new")]) == "new"
    assert only_in([function("new"), function("old")]) == ""
    assert only_in([function("new"), function("")]) == ""
    assert only_in([]) == ""


# -- stubs ----------------------------------------------------------------------------------------------


def test_the_stub_defines_what_is_there(api: BoundApi) -> None:
    lua = LuaRuntime(register_eval=False)
    before = set(lua.globals())
    text = bound_stub(api)
    lua.execute(text)
    found = lua.globals()
    assert set(found) - before == {"topoint", "g_app", "g_old", "Base", "Thing", "Effect"}
    assert set(found["g_app"]) == {"exit", "optimize", "walk"}
    assert set(found["Thing"]) == {"create", "add", "paint"}
    assert text.startswith("---@meta\n")
    assert "gone" not in text
    assert "dofile" not in text


@pytest.mark.parametrize(
    "part",
    [
        "---@class Point\n---@field x integer\n---@field y number\n",
        "---@alias Node table\n",
        "---@class Thing: Base\nThing = {}\n",
        "--- Only in new.\n---@class Effect: Thing\nEffect = {}\n\nfunction Effect:start() end\n",
        "--- Only in old.\ng_old = {}\n\n--- Says much.\n---@param ... any\n---@return any ...\n"
        "function g_old.both(...) end\n",
        "--- Only in new.\n--- Takes its arguments and does nothing here.\n---@param value boolean\n"
        "---@return table<integer, string>\nfunction g_app.optimize(value) end\n",
        "---@param to Point\n---@param steps integer[][]\n---@param who? Thing\n---@param fast? boolean\n"
        "---@return boolean\n--- In old it has the other signature.\n---@overload fun(to: Point)\n"
        "function g_app.walk(to, steps, who, fast) end\n",
        "---@param child Thing\n---@param index integer\n---@param done? function\n"
        "--- In old it has the other signature.\n---@overload fun(self: Thing, child: Thing): boolean\n"
        "function Thing:add(child, index, done) end\n",
    ],
)
def test_what_the_stub_says(api: BoundApi, part: str) -> None:
    assert f"\n{part}" in bound_stub(api)


@pytest.mark.parametrize(
    ("kind", "luals"),
    [
        ("bool", "boolean"),
        ("uint8", "integer"),
        ("int64", "integer"),
        ("double", "number"),
        ("function", "function"),
        ("any", "any"),
        ("...", "any ..."),
        ("Thing[][]", "Thing[][]"),
        ("map<uint16,map<string,int[]>>", "table<integer, table<string, integer[]>>"),
    ],
)
def test_types_of_luals(kind: str, luals: str) -> None:
    assert luals_type(kind) == luals


# -- the page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "# The realm",
        "What it offers.",
        "| new | 14 | 7 | 2 | 5 |",
        "| old | 13 | 7 | 1 | 5 |",
        "| together | 15 | 8 | 2 | 5 |",
        "| globals |  | 3 | 2 |  | 1 |",
        "| g_old | old | 1 | 1 |  |  |",
        "| Effect | new | 1 | 1 |  |  |",
        "| Database |  | 1 |  |  | 1 |",
        "- g_app: `gone`",
        "- Database: `open`",
        "- Thing: `paint`",
    ],
)
def test_what_the_page_says(api: BoundApi, line: str) -> None:
    assert line in coverage_page(api).splitlines()


def test_where_nothing_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "otclient.yaml"
    path.write_text('realm: r\ntitle: T\ndialects: [new]\nglobals: {f: "()"}\n', encoding="utf-8")
    assert "## Missing\n\nNothing.\n" in coverage_page(read_bound_api(path))


def test_of_one_engine_there_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "server.yaml"
    path.write_text('realm: r\ntitle: T\ndialects: [one]\nglobals: {f: "()"}\n', encoding="utf-8")
    page = coverage_page(read_bound_api(path))
    assert "| one | 1 | 1 |  |  |" in page
    assert "together" not in page


def test_functions_are_added_to_a_library_of_lua(tmp_path: Path) -> None:
    path = tmp_path / "server.yaml"
    path.write_text('realm: r\ntitle: T\ndialects: [one]\nsingletons: {os: {mtime: "() -> int"}}\n', encoding="utf-8")
    stub = bound_stub(read_bound_api(path))
    assert "function os.mtime() end" in stub
    assert "os = {}" not in stub


# -- the files ------------------------------------------------------------------------------------------


def test_every_realm_has_its_files() -> None:
    root = checkout_root()
    assert root is not None
    places = ("lua/{}/api.lua", "lua/meta/{}.lua", "docs/reference/{}.md")
    made = [root / place.format(realm) for realm in REALMS for place in places]
    described = [root / place.format(realm) for realm in DESCRIBED for place in places[1:]]
    assert list(bound_texts(root)) == made + described


def test_a_mistake_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifests" / "api").mkdir(parents=True)
    with pytest.raises(ManifestError, match=r"otclient\.yaml:1: it can't be read"):
        bound_texts(tmp_path)
