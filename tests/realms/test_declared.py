"""The declared API is what a plugin really finds, and what is made of it is up to date."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lupa.luajit21 import LuaRuntime

from tibicen.bus.hooks import HookBus
from tibicen.cli.app import app
from tibicen.cli.reference import api_page, hook_pages, hooks_page, lua_type, stale_reference, stub, write_reference
from tibicen.errors import ConfigError, ManifestError
from tibicen.paths import checkout_root, lua_root, manifests_root
from tibicen.realms.declared import DeclaredApi, Name, read_declared_api, type_problem

REALMS = ("otclient", "canary", "tfs")
NATIVE = manifests_root() / "api" / "native.yaml"

WALKER = """
local function kinds(holder)
    local found = {}
    for name, value in next, holder do
        found[name] = type(value)
    end
    return found
end

local globals, members = kinds(_G), {}
for name, kind in next, globals do
    if kind == "table" and name ~= "_G" then
        members[name] = kinds(_G[name])
    end
end
local objects = {
    ["tibicen.Registration"] = kinds(hooks.on("player.login", function() end)),
    -- Opaque: userdata, into which nobody can look.
    ["tibicen.Stop"] = kinds(type(hooks.stop()) == "userdata" and {} or hooks.stop()),
}
for _, made in next, { timers.every(1e6, print), timers.after(1e6, print), bus.subscribe("a", print) } do
    members[#members + 1] = kinds(made)
end

exports.walk = function()
    return { globals = globals, members = members, objects = objects }
end
"""

SETTINGS = 'settings:\n  greeting: {type: string, default: "Welcome"}\n'


@pytest.fixture(scope="module")
def api() -> DeclaredApi:
    return read_declared_api(NATIVE)


@pytest.fixture
def found(folder: Any, host: Any, in_host: Any) -> dict[str, Any]:
    """What a plugin of tier contained finds: its globals, what is in their tables, and the objects it is given."""
    folder.plugin("walker", WALKER)

    async def scenario() -> Any:
        async with host() as running:
            return running.export("walker", "walk")

    walked: dict[str, Any] = in_host(scenario)
    return walked


def lua_kind(name: Name) -> str:
    """What `type` says of a declared name."""
    return {"integer": "number"}.get(name.type, name.type) if name.kind == "field" else name.kind


def kinds_of(names: dict[str, Name]) -> dict[str, str]:
    return {name: lua_kind(each) for name, each in names.items() if each.kind != "callback"}


def library_kinds(api: DeclaredApi, library: str) -> dict[str, str]:
    declared = api.library[library]
    return dict.fromkeys([*declared.same, *declared.changed], "function") | declared.fields


# -- the declaration and the code -----------------------------------------------------------------------


def test_the_globals_are_the_declared_ones(api: DeclaredApi, found: dict[str, Any]) -> None:
    libraries = dict.fromkeys(set(api.library) - {"_G"}, "table")
    assert found["globals"] == kinds_of(api.names) | library_kinds(api, "_G") | libraries


def test_the_tables_hold_what_is_declared(api: DeclaredApi, found: dict[str, Any]) -> None:
    declared = {name: kinds_of(each.members) for name, each in api.names.items() if each.kind == "table"}
    declared |= {name: library_kinds(api, name) for name in api.library if name != "_G"}
    assert {name: held for name, held in found["members"].items() if isinstance(name, str)} == declared


def test_the_objects_have_the_declared_methods(api: DeclaredApi, found: dict[str, Any]) -> None:
    for name, held in found["objects"].items():
        assert held == kinds_of(api.classes[name].fields) | kinds_of(api.classes[name].methods)
    made = [held for key, held in found["members"].items() if isinstance(key, int)]
    assert made == [found["objects"]["tibicen.Registration"]] * 3


def test_every_name_of_luajit_is_accounted_for(api: DeclaredApi) -> None:
    walk = """
        local names = {}
        for name in pairs(library == "_G" and _G or _G[library]) do names[#names + 1] = name end
        return table.concat(names, " ")
    """
    real = LuaRuntime(register_eval=False)
    libraries = set(api.library) - {"_G"}
    for name, library in api.library.items():
        names = set(real.execute(f"local library = '{name}' {walk}").split())
        accounted = {*library.same, *library.fields, *library.changed, *library.missing}
        if name == "_G":
            # `python` is lupa's own and in no other LuaJIT.
            names -= {"python"} | libraries
            accounted |= {inner for inner, each in api.names.items() if each.replaces}
        assert accounted == names, name


def test_the_host_calls_exactly_the_declared_callbacks(
    api: DeclaredApi, folder: Any, host: Callable[..., Any], in_host: Callable[..., Any]
) -> None:
    callbacks = [name for name, each in api.names.items() if each.kind == "callback"]
    called = "\n".join(f"function {name}(...) note('{name}', ...) end" for name in callbacks)
    note = "local function note(name, ...) kv.set(name, select('#', ...)) end\n"
    path = folder.plugin("listener", note + called, SETTINGS)

    async def scenario() -> dict[str, Any]:
        async with host() as running:
            folder.write("listener/init.lua", note + called + "\nexports.all = function() return kv.keys() end")
            running.save(path / "init.lua")
            running.host.plugins.active("listener").runtime.settings_changed({"greeting": "Hello"})
            store = running.host.kv.namespace("listener")
            return {name: store.get(name)[0] for name in running.export("listener", "all")}

    assert in_host(scenario) == {name: len(api.names[name].params) for name in callbacks}


def test_the_code_names_no_other_callback(api: DeclaredApi) -> None:
    package = manifests_root().parent / "host" / "tibicen"
    sources = [*(package / "realms").glob("lua_*.py"), *(lua_root() / "prelude").glob("*.lua")]
    named = {name for path in sources for name in re.findall(r'"(on_[a-z]+)"', path.read_text(encoding="utf-8"))}
    assert named == {name for name, each in api.names.items() if each.kind == "callback"}


def test_every_example_loads(
    api: DeclaredApi, folder: Any, host: Callable[..., Any], in_host: Callable[..., Any]
) -> None:
    examples = {path: name.example for path, name in api.walk() if name.example}
    assert len(examples) > 20
    for path, example in examples.items():
        name = path.replace(".", "-").lower()
        folder.plugin(name, example, SETTINGS)
        folder.write(f"{name}/lib/util.lua", "return {}")

    async def scenario() -> list[str]:
        async with host() as running:
            return [error for plugin in running.host.plugins.plugins for error in running.info(plugin)["errors"]]

    assert in_host(scenario) == []


# -- what is made of it ---------------------------------------------------------------------------------


def test_the_made_files_are_up_to_date() -> None:
    root = checkout_root()
    assert root is not None
    assert stale_reference(root) == [], "run `tibicen reference`"


def test_writing_makes_only_what_is_stale(tmp_path: Path) -> None:
    (tmp_path / "manifests" / "api").mkdir(parents=True)
    for file in NATIVE.parent.iterdir():
        shutil.copy(file, tmp_path / "manifests" / "api")
    root = checkout_root()
    assert root is not None
    shutil.copytree(root / "manifests" / "protocols", tmp_path / "manifests" / "protocols")
    # Of this page only the tables are made.
    (tmp_path / "docs").mkdir()
    shutil.copy(root / "docs" / "protocol.md", tmp_path / "docs")
    made = [
        tmp_path / "docs/reference/hooks.md",
        tmp_path / "lua/meta/native.lua",
        tmp_path / "docs/reference/native.md",
        tmp_path / "lua/otclient/api.lua",
        *(
            tmp_path / f"{place.format(realm)}"
            for realm in REALMS
            for place in ("lua/meta/{}.lua", "docs/reference/{}.md")
        ),
    ]
    assert write_reference(tmp_path) == made
    assert write_reference(tmp_path) == stale_reference(tmp_path) == []
    made[1].write_text("-- edited", encoding="utf-8")
    assert stale_reference(tmp_path) == made[1:2]
    assert write_reference(tmp_path) == made[1:2]


def test_the_command_checks(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(["reference", "--check"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "the reference is up to date\n"


def test_the_stub_is_lua_and_defines_the_names(api: DeclaredApi) -> None:
    text = (lua_root() / "meta" / "native.lua").read_text(encoding="utf-8")
    assert text.startswith("---@meta\n")
    real = LuaRuntime(register_eval=False)
    before = set(real.globals())
    real.execute(text)
    defined = real.globals()
    assert set(defined) - before == {name for name, each in api.names.items() if not each.replaces}
    for name, each in api.names.items():
        if each.members:
            functions = {inner for inner, member in each.members.items() if member.kind == "function"}
            assert set(defined[name]) == functions
            for field in set(each.members) - functions:
                assert f"---@field {field} " in text


def test_every_hook_has_its_place() -> None:
    hooks = hook_pages()
    families = {hook.name for hook in hooks if hook.name.endswith(".NAME")}
    assert {hook.name for hook in hooks} - families == set(HookBus(lambda handler, error: None).hooks)
    assert families == {f"{what}.{side}.NAME" for what in ("packet", "extended") for side in ("client", "server")}
    page, text = hooks_page(hooks), stub(read_declared_api(NATIVE), hooks)
    for hook in hooks:
        assert hook.sentence, hook.name
        assert f"\n### {hook.name}\n\n*{hook.kind}*\n" in page
        assert f"\n{hook.python}: ...\n" in page
        assert f'\n---| "{hook.name}" # ' in text
        assert f'---@overload fun(name: "{hook.name}", fn: {hook.lua}, ' in text


@pytest.mark.parametrize(
    ("name", "python", "lua"),
    [
        ("player.login", "def player_login(player: Record) -> None", "fun(player: tibicen.Record)"),
        (
            "player.say",
            "def player_say(text: str, player: Record) -> str | None",
            "fun(text: string, player: tibicen.Record): string|tibicen.Stop|nil",
        ),
        (
            "status.player_online",
            "def status_player_online(name: str) -> bool | None",
            "fun(name: string): boolean|nil",
        ),
        ("status.players", "def status_players() -> list[Record] | None", "fun(): tibicen.Record[]|nil"),
    ],
)
def test_a_hook_of_each_kind(name: str, python: str, lua: str) -> None:
    hook = next(hook for hook in hook_pages() if hook.name == name)
    assert (hook.python, hook.lua) == (python, lua)


def test_lua_types() -> None:
    assert lua_type(dict[int, list[float]]) == "table<integer, number[]>"
    assert lua_type(list[int | str]) == "(integer|string)[]"
    assert lua_type(None | str) == "string|nil"
    with pytest.raises(ConfigError, match="can't have values of type"):
        lua_type(object)


# -- classes and statuses, as other realms have them ----------------------------------------------------

OTHER = """
realm: otclient
title: Another API
description: Of another realm.
classes:
  UIWidget: {description: What is on the screen.}
  UIButton:
    description: What can be pressed.
    parent: UIWidget
    fields: {text: {kind: field, type: string, description: What is written on it.}}
    methods:
      press: {description: Presses it., params: [{name: times, type: integer, optional: true}]}
      shake: {status: accepts-and-ignores, description: Shakes it.}
      melt: {status: missing}
names:
  g_game:
    kind: table
    description: The game.
    members:
      login: {description: Logs in., returns: [{type: "UIButton[]"}]}
      cheat: {status: missing}
"""


def test_classes_and_statuses(tmp_path: Path) -> None:
    path = tmp_path / "otclient.yaml"
    path.write_text(OTHER, encoding="utf-8")
    other = read_declared_api(path)
    assert [name for name, _ in other.walk()] == [
        "UIButton.text",
        "UIButton:press",
        "UIButton:shake",
        "UIButton:melt",
        "g_game",
        "g_game.login",
        "g_game.cheat",
    ]
    text = stub(other, [])
    assert "---@class UIButton: UIWidget\n---@field text string What is written on it.\nUIButton = {}\n" in text
    assert "---@param times? integer\nfunction UIButton:press(times) end\n" in text
    assert "--- Takes its arguments and does nothing here.\nfunction UIButton:shake() end\n" in text
    assert "melt" not in text
    assert "cheat" not in text
    LuaRuntime(register_eval=False).execute(text)
    page = api_page(other)
    assert "- `:press(times?)`: Presses it.\n- `:shake()`: Shakes it. *accepts-and-ignores*\n" in page
    assert "### g_game.cheat\n\n*missing*\n" in page


# -- mistakes -------------------------------------------------------------------------------------------

HEAD = "realm: native\ntitle: T\n"

PROBLEMS = [
    ("realm: nativ\ntitle: T\nnames: {}\n", "1: realm must be one of native, otclient, canary"),
    (HEAD, "1: names is missing"),
    (HEAD + "names:\n  f:\n    descripton: x\n", "5: unknown key 'names.f.descripton'; did you mean 'description'?"),
    (HEAD + "names:\n  f: {kind: funktion}\n", "4: names.f.kind must be one of function, table, field, callback"),
    (HEAD + "names:\n  f: {}\n", "4: names.f has no description"),
    (HEAD + "names:\n  f-g: {description: x}\n", "4: names.f-g 'f-g' is no name in Lua"),
    (HEAD + "names:\n  end: {description: x}\n", "4: names.end 'end' is no name in Lua"),
    (HEAD + "names:\n  f: {description: x}\n  f: {description: x}\n", "5: 'f' stands here a second time"),
    (HEAD + "names:\n  f: {description: x, kind: field}\n", "4: names.f is a field without a type"),
    (HEAD + "names:\n  f: {description: x, kind: table, params: []}\n  g: {}\n", "5: names.g has no description"),
    (
        HEAD + "names:\n  f:\n    description: x\n    params:\n      - {name: a, type: int}\n",
        "7: names.f.params[0].type names 'int', which is neither built in",
    ),
    (
        HEAD + "names:\n  f:\n    description: x\n    params:\n      - {name: a, type: any, optional: true}\n"
        "      - {name: b, type: any}\n",
        "8: names.f.params[1] b is needed but comes behind a, which is optional",
    ),
    (
        HEAD + "names:\n  f:\n    description: x\n    params:\n"
        "      - {name: '...', type: any}\n      - {name: b, type: any}\n",
        "7: names.f.params[0] ... must come last",
    ),
    (
        HEAD + "names:\n  t:\n    kind: table\n    description: x\n    params: [{name: a, type: any}]\n",
        "5: names.t is a table; only functions and callbacks",
    ),
    (
        HEAD + "names:\n  f:\n    description: x\n    members:\n      g: {description: x}\n",
        "7: names.f.members belong to a table, not to a function",
    ),
    (
        HEAD + "names:\n  t:\n    kind: table\n    description: x\n    members:\n"
        "      g: {kind: callback, description: x}\n",
        "8: names.t.members.g is a callback; only a global function",
    ),
    (HEAD + "names: {}\nclasses:\n  A: {parent: B}\n", "5: classes.A.parent 'B' is no class of this file"),
    (
        HEAD + "names: {}\nclasses:\n  A:\n    methods:\n      m: {kind: field, type: any, description: x}\n",
        "7: classes.A.methods.m is a field; only fields stand under fields",
    ),
    (
        HEAD + "names: {}\nlibrary:\n  os:\n    same: [time]\n    missing: {time: x}\n",
        "7: library.os.missing has time, which stands under same too",
    ),
    (HEAD + "names: [\n", "4: this is not YAML"),
]


@pytest.mark.parametrize(("text", "problem"), PROBLEMS, ids=[problem for _, problem in PROBLEMS])
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "native.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as raised:
        read_declared_api(path)
    assert any(line.startswith(f"native.yaml:{problem}") for line in raised.value.problems), raised.value.problems


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"native\.yaml:1: it can't be read: No such file"):
        read_declared_api(tmp_path / "native.yaml")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fun(subject: string, ...: any): boolean, A?", None),
        ('{ first?: boolean, [string]: "on"|"off" }[]', None),
        ("table<string, tibicen.A>", None),
        (" ", "is empty"),
        ("string; any", "is no LuaLS type"),
        ("table<string", "has a '<' that is never closed"),
        ("string)", "has a ')' that closes nothing"),
        ("(string]", "has a ']' that closes nothing"),
        ("tibicen.B", "names 'tibicen.B', which is neither built in nor an alias or class of this file"),
    ],
)
def test_types(text: str, problem: str | None) -> None:
    assert type_problem(text, frozenset({"A", "tibicen.A"})) == problem
