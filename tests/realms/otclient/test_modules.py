"""Modules: what an .otmod says, in which order they are loaded and unloaded, and what becomes of a failure."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, lua, run, with_client

from tibicen.realms.otclient.client import Client, Dialect


def module(name: str, lines: str = "", code: str = "", sandboxed: bool = True) -> dict[str, str]:
    """A module that notes what happens to it."""
    note = "_G.seen = _G.seen or {}; table.insert(_G.seen, '%s')"
    text = f"Module\n  name: {name}\n  sandboxed: {str(sandboxed).lower()}\n  scripts: [ main ]\n"
    text += f"  @onLoad: {note % ('+' + name)}\n  @onUnload: {note % ('-' + name)}\n"
    text += "".join(f"  {line}\n" for line in dedent(lines).strip("\n").split("\n") if line)
    return {f"{name}/{name}.otmod": text, f"{name}/main.lua": code}


def test_what_a_file_says(tmp_path: Path) -> None:
    files = module("one", "description: first\nauthor: me\nversion: 3\nautoload: true\nautoload-priority: 7")
    code = """
        g_modules.discoverModules()
        local m = g_modules.getModule('one')
        return { m:getName(), m:getDescription(), m:getAuthor(), m:getWebsite(), m:getVersion(), m:isSandboxed(),
            m:isReloadble(), m:isAutoLoad(), m:getAutoLoadPriority(), m:isLoaded() }
    """
    assert lua(tmp_path, code, files) == ["one", "first", "me", "none", "3", True, True, True, 7, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_order_of_loading(tmp_path: Path, dialect: Dialect) -> None:
    files = {
        **module("base"),
        **module("top", "dependencies: [ base ]\nload-later: [ later, missing ]"),
        **module("later"),
        **module("first", "autoload: true\nautoload-priority: 5"),
        **module("second", "autoload: true\nautoload-priority: 50"),
    }

    def body(client: Client) -> Any:
        run(client, "g_modules.discoverModules() g_modules.autoLoadModules(10) g_modules.ensureModuleLoaded('top')")
        names = "local l = {} for i, m in ipairs(g_modules.getModules()) do l[i] = m:getName() end return l"
        return run(client, "return seen"), run(client, names), errors(client)

    seen, order, logged = with_client(tmp_path, files, body, dialect=dialect)
    assert seen == ["+first", "+base", "+top", "+later"]
    assert order == ["later", "top", "base", "first", "second"]
    assert logged == ["Unable to find module 'missing' required by 'top'"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("dependencies: [ one ]", "cannot depend on itself"),
        ("dependencies: [ gone ]", "dependency 'gone' was not found"),
        ("dependencies: [ other ]", "dependency 'other' is recursively depending on itself"),
        ("dependencies: [ broken ]", "dependency 'broken' has failed to load"),
    ],
)
def test_dependencies_that_fail(tmp_path: Path, lines: str, problem: str) -> None:
    files = {**module("one", lines), **module("other", "dependencies: [ one ]"), **module("broken", "", "= 1")}

    def body(client: Client) -> Any:
        run(client, "g_modules.discoverModules()")
        return run(client, "return g_modules.getModule('one'):load()"), errors(client)[-1]

    assert with_client(tmp_path, files, body) == (False, f"Unable to load module 'one': {problem}")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_sandbox_is_one_table_for_good(tmp_path: Path, dialect: Dialect) -> None:
    files = module("box", "", "value = 1\nfunction bump() value = value + 1 return value end\ndofile('more')")
    files["box/more.lua"] = "more = true"
    code = """
        g_modules.discoverModules()
        local m = g_modules.getModule('box')
        m:load()
        local env = package.loaded.box
        local out = { env == m:getSandbox(), env.value, env.more, value == nil, env.bump(), env.g_app == g_app }
        local thread = getfenv(0) == _G
        m:reload()
        out[7] = env == package.loaded.box and env.value
        m:unload()
        out[8] = next(env) == nil and package.loaded.box == nil and not m:isLoaded()
        out[9] = thread and getfenv(0) == _G
        return out
    """
    assert lua(tmp_path, code, files, dialect=dialect) == [True, 1, True, True, 2, True, 1, True, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_failures_are_told_in_the_engines_words(tmp_path: Path, dialect: Dialect) -> None:
    files = {
        **module("syntax", "", "= 1"),
        **module("runtime", "", "local x\nerror('broken')"),
        **module("unload", "@onUnload: error('stays')"),
        "noname/noname.otmod": "Module\n  author: me\n",
    }

    def body(client: Client) -> Any:
        run(client, "g_modules.discoverModules()")
        loads = "local m = g_modules.getModule(...)"
        results = [
            run(client, f"{loads.replace('...', repr(name))} return {{ m:load(), m:isLoaded(), getfenv(0) == _G }}")
            for name in ("syntax", "runtime", "unload")
        ]
        run(client, "g_modules.getModule('unload'):unload()")
        return results, errors(client)

    results, logged = with_client(tmp_path, files, body, dialect=dialect)
    assert results == [[False, False, True], [False, False, True], [True, True, True]]
    raised = "Lua exception: " if dialect == "mehah" else None
    expected = [
        "Unable to discover module from file '/noname/noname.otmod': OTML error in '/noname/noname.otmod:1': "
        "child node with tag 'name' not found",
        "Unable to load module 'syntax': LUA ERROR: /syntax/main.lua:1: unexpected symbol near '='",
        raised and raised + "/runtime/main.lua:2: broken",
        "Unable to load module 'runtime': LUA ERROR:",
        raised and raised + "/unload/unload.otmod:7:[@onUnload]:1: stays",
        "Unable to unload module 'unload': LUA ERROR:",
    ]
    assert logged == [line for line in expected if line]


def test_scripts_of_a_whole_folder(tmp_path: Path) -> None:
    files = {
        "all/all.otmod": "Module\n  name: all\n  scripts:\n    - z.lua\n    - parts/*\n",
        "all/z.lua": "list = { 'z' }",
        "all/parts/b.lua": "list[#list + 1] = 'b'",
        "all/parts/a.lua": "list[#list + 1] = 'a'",
        "all/parts/deep/c.lua": "list[#list + 1] = 'c'",
        "all/parts/readme.txt": "",
    }
    code = "g_modules.discoverModules() g_modules.ensureModuleLoaded('all') return list"
    assert lua(tmp_path, code, files) == ["z", "a", "b", "c"]


def test_what_may_be_unloaded(tmp_path: Path) -> None:
    files = {**module("base"), **module("top", "dependencies: [ base ]"), **module("fixed", "reloadable: false")}
    code = """
        g_modules.discoverModules()
        for _, name in ipairs({ 'top', 'fixed' }) do g_modules.ensureModuleLoaded(name) end
        local out = {}
        for i, name in ipairs({ 'base', 'top', 'fixed' }) do out[i] = g_modules.getModule(name):canUnload() end
        seen = {}
        g_modules.reloadModules()
        out[4] = seen
        seen = {}
        g_modules.unloadModules()
        out[5] = seen
        return out
    """
    assert lua(tmp_path, code, files) == [
        False,
        True,
        False,
        ["-top", "-base", "+base", "+top"],
        ["-top", "-base", "-fixed"],
    ]


def test_the_current_module(tmp_path: Path) -> None:
    code = """
        name = g_modules.getCurrentModule():getName()
        g_modules.getModule('inner'):load()
        after = g_modules.getCurrentModule()
    """
    files = {**module("outer", "", code), **module("inner", "", "name = g_modules.getCurrentModule():getName()")}
    asked = """
        g_modules.discoverModules()
        g_modules.ensureModuleLoaded('outer')
        local l = package.loaded
        return { l.outer.name, l.inner.name, l.outer.after == nil, g_modules.getCurrentModule() == nil }
    """
    # The engine forgets the outer one once an inner one was loaded.
    assert lua(tmp_path, asked, files) == ["outer", "inner", True, True]


def test_devices(tmp_path: Path) -> None:
    files = {
        **module("mobile", "devices: [ mobile ]"),
        **module("here", "devices: [ mobile, 'desktop:linux' ]".replace("'", "")),
        **module("off", "enabled: false"),
    }
    code = """
        g_modules.discoverModules()
        local out = {}
        for i, name in ipairs({ 'mobile', 'here', 'off' }) do
            local m = g_modules.getModule(name)
            out[i] = { m:load(), m:isLoaded() }
        end
        return out
    """
    assert lua(tmp_path, code, files) == [[True, False], [True, True], [True, False]]
