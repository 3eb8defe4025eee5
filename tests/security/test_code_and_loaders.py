"""Catalogue 1-13: code that the host did not read, and doors to code that it did not give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lupa.luajit21 import LuaRuntime
from tests.conftest import PluginFolder, run_in_host_thread
from tests.security.arena import LOGIN, arena, denied

DENIED = {
    "item_1_require_ffi": """
        local ok, why = pcall(require, "ffi")
        return not ok and ffi == nil and why:find("no ffi.lua", 1, true) ~= nil
    """,
    "item_2_package_preload_ffi": "return package == nil and not pcall(function() return package.preload.ffi() end)",
    "item_3_package_loadlib": """
        return not pcall(function() return package.loadlib("libc.so.6", "system") end) and _G.package == nil
    """,
    "item_4_searchers": """
        return not pcall(function() package.cpath = "/tmp/?.so" return require("evil") end)
            and not pcall(require, "/tmp/evil") and not pcall(require, "package") and not pcall(require, "string")
    """,
    "item_5_package_loaded": """
        for _, name in ipairs({ "os", "io", "debug", "jit", "package", "python", "_G" }) do
            if pcall(require, name) then return name end
        end
        return io == nil and debug == nil and jit == nil and python == nil and os.execute == nil
    """,
    "item_6_string_dump": """
        local by_method = pcall(function() return ("").dump(print) end)
        return string.dump == nil and not by_method and not pcall(string.dump or error, function() end)
    """,
    "item_7_bytecode_through_a_reader": """
        local parts = { "\\27", "L", "J", "\\2", "\\0" }
        local index = 0
        local function reader() index = index + 1 return parts[index] end
        local fn, why = load(reader, "x", "b")
        local refused = not pcall(loadstring, reader, "x", "b")
        return fn == nil and type(why) == "string" and refused
    """,
    "item_9_dofile_and_loadfile": """
        local ok = pcall(function() return (dofile or loadfile)("/etc/passwd") end)
        return dofile == nil and loadfile == nil and not ok and not pcall(load, "/etc/passwd", "x", "t", 1)
            and load("/etc/passwd") == nil
    """,
    "item_10_module_and_seeall": """
        return module == nil and not pcall(function() module("thief", package.seeall) end)
    """,
    "item_13_environments": """
        local names = { "pcall", "xpcall", "load", "loadstring", "getfenv", "setfenv", "collectgarbage", "require",
            "tostring", "print" }
        for _, name in ipairs(names) do
            if getfenv(_G[name]) ~= _G then return "getfenv of " .. name end
            if pcall(setfenv, _G[name], {}) then return "setfenv of " .. name end
        end
        for _, library in ipairs({ string, table, math, os, coroutine, hooks, timers, kv, bus, log, json, exports }) do
            for name, value in pairs(library) do
                if type(value) == "function" and pcall(setfenv, value, {}) and library ~= exports then return name end
            end
        end
        for level = 0, 12 do
            local ok, env = pcall(getfenv, level)
            if ok and env ~= _G then return "getfenv(" .. level .. ")" end
        end
        for level = 0, 12 do
            local ok, fn = pcall(setfenv, level, _G)
            -- Only this function itself is on the stack and the plugin's own.
            if ok and fn ~= exports.attempt then return "setfenv(" .. level .. ")" end
        end
        return not pcall(setfenv, print, _G) and not pcall(setfenv, function() end, nil)
    """,
}


@pytest.mark.parametrize("item", DENIED)
def test_denied(folder: PluginFolder, tier: str, item: str) -> None:
    denied(folder, tier, DENIED[item])


def _bytecode() -> bytes:
    lua = LuaRuntime(encoding=None)
    dump = lua.eval(b"function(source) return string.dump(assert(loadstring(source))) end")
    made: bytes = dump(b"local t = {1, 'a', 2.5} for i = 1, 3 do t[i] = t end return function() return t end")
    return made


def _as_lua(data: bytes) -> str:
    return '"' + "".join(f"\\{byte:03d}" for byte in data) + '"'


def test_item_8_mutated_bytecode(folder: PluginFolder, tier: str) -> None:
    """4,000 mutations of a real chunk, by every way a plugin has: none is ever read as bytecode."""
    code = f"""
        local whole = {_as_lua(_bytecode())}
        local seed = 1
        local function random(most) seed = (seed * 16807) % 2147483647 return seed % most + 1 end
        for _ = 1, 4000 do
            local at = random(#whole - 4) + 4
            local changed = whole:sub(1, at - 1) .. string.char(random(256) - 1) .. whole:sub(at + 1)
            if load(changed) or loadstring(changed) or load(changed, "x", "bt") then return "read" end
        end
        return load(whole) == nil and load(function() local w = whole whole = nil return w end) == nil
    """
    denied(folder, tier, code, manifest="budget: {cpu_ms: 5000, cpu_ms_per_second: 0, memory_mb: 16}\n")


HIDDEN = {
    "plain": b"",
    "bom": b"\xef\xbb\xbf",
    "shebang": b"#!/usr/bin/lua\n",
    "bom and shebang": b"\xef\xbb\xbf#!/usr/bin/lua\n",
    "comment": b"-- a plugin\n",
}


@pytest.mark.parametrize("prefix", HIDDEN)
@pytest.mark.parametrize("place", ["entry", "require", "load"])
def test_item_12_bytecode_behind_a_header(folder: PluginFolder, tier: str, prefix: str, place: str) -> None:
    code = HIDDEN[prefix] + _bytecode()

    async def scenario() -> None:
        async with arena(folder, tier, "return true") as made:
            if place == "entry":
                (folder.path / "evil" / "init.lua").write_bytes(code)
                (report,) = made.running.save(folder.path / "evil")
                assert (report.ok, report.kept) == (False, ["evil"])
                assert made.attempt().value is True, "the old version serves"
                return
            if place == "require":
                (folder.path / "evil" / "part.lua").write_bytes(code)
                attempt = 'return not pcall(require, "part")'
            else:
                attempt = f"return load({_as_lua(code)}) == nil and loadstring({_as_lua(code)}) == nil"
            folder.write(
                "evil/init.lua", f"exports.attempt = function() {attempt} end exports.rest = function() return 1 end"
            )
            (report,) = made.running.save(folder.path / "evil")
            assert report.ok
            assert made.attempt().value is True

    run_in_host_thread(scenario)


def test_item_11_no_bytecode_cache(folder: PluginFolder, tier: str, tmp_path: Path, monkeypatch: Any) -> None:
    """The host writes no compiled code, so there is none that somebody could exchange; Python caches included."""
    folder.plugin(
        "pyplug", "from .part import x\n\n\ndef setup(plugin):\n    plugin.export(lambda: x, 'x')\n", entry="plugin.py"
    )
    folder.write("pyplug/part.py", "x = 1\n")

    async def scenario() -> None:
        async with arena(folder, tier) as made:
            made.running.host.emit("player.login", LOGIN)
            made._logins += 1
            assert made.running.export("pyplug", "x") == 1
            # What a cache would be found by is put there, and is not believed.
            cache = folder.path / "pyplug" / "__pycache__"
            cache.mkdir(exist_ok=True)
            import sys

            (cache / f"part.cpython-{sys.version_info[0]}{sys.version_info[1]}.pyc").write_bytes(b"\x00" * 64)
            assert made.running.host.plugins.reload("pyplug").ok
            assert made.running.export("pyplug", "x") == 1

    run_in_host_thread(scenario)
    left = [path for path in tmp_path.rglob("*") if path.suffix in (".luac", ".ljbc", ".raw")]
    assert left == []
