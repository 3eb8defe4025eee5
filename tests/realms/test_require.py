"""require: a Lua plugin's own files, and nothing but them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PluginFolder

from tibicen.errors import HandlerError


def test_files_of_the_own_folder(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin(
        "p",
        """
        local mod, package, plain = require("sub.mod"), require("pack"), require("plain")
        function exports.told()
            return {
                mod = mod.name, package = package.inner, plain = plain,
                same = require("sub.mod") == mod, loads = loads, asked = mod.asked,
            }
        end
        """,
    )
    folder.write("p/sub/mod.lua", "loads = (loads or 0) + 1\nreturn {name = 'mod', asked = ...}")
    folder.write("p/pack/init.lua", "return {inner = require('pack.inner')}")
    folder.write("p/pack/inner.lua", "return 'inner'")
    folder.write("p/plain.lua", "local nothing = 1")

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "told") == {
                "mod": "mod",
                "package": "inner",
                "plain": True,
                "same": True,
                "loads": 1,
                "asked": "sub.mod",
            }

    in_host(scenario)


def test_a_reload_loads_changed_files_anew(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin("p", 'local mod = require("sub.mod")\nfunction exports.get() return mod end')
    path = folder.write("p/sub/mod.lua", "return 'one'")

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "get") == "one"
            folder.write("p/sub/mod.lua", "return 'two'")
            (report,) = running.save(path)
            assert report.ok
            assert running.export("p", "get") == "two"
            folder.write("p/sub/mod.lua", "return 'three' +")
            (report,) = running.save(path)
            assert not report.ok
            assert report.problems[0].file == "p/sub/mod.lua"
            assert running.export("p", "get") == "two"

    in_host(scenario)


def test_plugins_do_not_share_files(folder: PluginFolder, host: Any, in_host: Any) -> None:
    for name in ("one", "two"):
        folder.plugin(name, 'local mod = require("mod")\nfunction exports.get() return mod.name end', "tier: shared\n")
        folder.write(f"{name}/mod.lua", f"return {{name = '{name}'}}")

    async def scenario() -> None:
        async with host() as running:
            assert [running.export(name, "get") for name in ("one", "two")] == ["one", "two"]

    in_host(scenario)


CYCLES = {
    "itself": {"a": 'require("a")'},
    "two": {"a": 'require("b")', "b": 'require("a")'},
    "three": {"a": 'require("b")', "b": 'require("c")', "c": 'require("a")'},
}


@pytest.mark.parametrize("what", CYCLES)
def test_a_cycle_is_named(folder: PluginFolder, host: Any, in_host: Any, what: str) -> None:
    folder.plugin("p", 'require("a")')
    for name, code in CYCLES[what].items():
        folder.write(f"p/{name}.lua", code)

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("p")["errors"]
            assert f"p/{list(CYCLES[what])[-1]}.lua:1: " in error
            assert "require: 'a' requires itself, directly or through others" in error

    in_host(scenario)


def test_a_file_that_failed_may_be_tried_again(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin(
        "p",
        """
        tries = 0
        local ok, problem = pcall(require, "mod")
        local second = require("mod")
        function exports.told() return {ok = ok, problem = problem, second = second} end
        """,
    )
    folder.write("p/mod.lua", 'tries = tries + 1\nif tries == 1 then\n    error("not yet")\nend\nreturn tries')

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "told") == {"ok": False, "problem": "p/mod.lua:3: not yet", "second": 2}

    in_host(scenario)


ESCAPES = [
    "..secret",
    "...secret",
    "../secret",
    "sub/../../secret",
    "sub.../secret",
    "..\\secret",
    "/etc/passwd",
    ".",
    "",
    "a..b",
    "a\0b",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_paths_out_of_the_folder_are_refused(folder: PluginFolder, host: Any, in_host: Any, name: str) -> None:
    folder.write("secret.lua", "return 'secret'")
    folder.plugin("p", "function exports.try(name) return require(name) end")
    folder.write("p/sub/mod.lua", "return 1")

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "try", "sub.mod") == 1
            with pytest.raises(HandlerError, match=r"write the path inside the plugin's folder with dots: lib\.util"):
                running.export("p", "try", name)

    in_host(scenario)


def test_a_link_out_of_the_folder_is_not_followed(folder: PluginFolder, host: Any, in_host: Any) -> None:
    outside = folder.path.parent / "outside"
    outside.mkdir()
    (outside / "secret.lua").write_text("return 'secret'", encoding="utf-8")
    folder.plugin("p", "function exports.try(name) return require(name) end")
    (folder.path / "p" / "file.lua").symlink_to(outside / "secret.lua")
    (folder.path / "p" / "linked").symlink_to(outside)

    async def scenario() -> None:
        async with host() as running:
            for name in ("file", "linked.secret"):
                with pytest.raises(HandlerError, match=rf"require\('{name}'\): no "):
                    running.export("p", "try", name)

    in_host(scenario)


WRONG = {
    'require("nothing.here")': "require('nothing.here'): no nothing/here.lua and no nothing/here/init.lua in p",
    "require(5)": "require: argument 1 must be a string, not number",
    'require("caf\\233")': "files.require: a file's name must be text in UTF-8",
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_told_at_its_line(folder: PluginFolder, host: Any, in_host: Any, code: str) -> None:
    folder.plugin("p", f"-- one\n{code}")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("p")["errors"]
            assert error == f"p/init.lua:2: {WRONG[code]}" or error.startswith(f"p/init.lua:2: {WRONG[code]}, not b")

    in_host(scenario)


def test_a_single_file_has_no_other_files(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("other.lua", "return 1")
    folder.write("single.lua", 'require("other")')

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("single")["errors"]
            assert error.startswith("single.lua:1: require('other'): a single-file plugin has no other files")

    in_host(scenario)


def test_an_entry_below_the_folder_is_named_as_it_is(folder: PluginFolder, host: Any, in_host: Any) -> None:
    """Its files are found from the plugin's folder, not from the entry's."""
    folder.plugin("p", 'require("lib.mod")\nerror("broke")', "entry: src/main.lua\n", entry="src/main.lua")
    folder.write("p/lib/mod.lua", "return 1")

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["errors"] == ["p/src/main.lua:2: broke"]

    in_host(scenario)


NO_TEXT = {
    "UTF-16": ("return 1".encode("utf-16"), "in UTF-16, which Lua can't read; save it as UTF-8"),
    "UTF-16 without a mark": ("return 1".encode("utf-16-be"), "save it as UTF-8"),
    "bytecode": (b"\x1bLJ\x02\x00", "this file is bytecode, which is refused"),
    "bytecode behind a line": (b"#!/usr/bin/lua\n\x1bLJ\x02\x00", "this file is bytecode, which is refused"),
    "bytecode behind a mark": (b"\xef\xbb\xbf\x1bLuaQ", "this file is bytecode, which is refused"),
}


@pytest.mark.parametrize("tier", ["contained", "isolated"])
@pytest.mark.parametrize("what", NO_TEXT)
def test_a_file_that_is_no_text_is_refused_with_the_way_out(
    folder: PluginFolder, host: Any, in_host: Any, what: str, tier: str
) -> None:
    content, hint = NO_TEXT[what]
    folder.plugin("entry", "", f"tier: {tier}")
    (folder.path / "entry" / "init.lua").write_bytes(content)
    (folder.path / "single.lua").write_bytes(content)
    folder.plugin("part", "\n-- one\nrequire('other')", f"tier: {tier}")
    (folder.path / "part" / "other.lua").write_bytes(content)
    folder.plugin("fine", "require('marked')", f"tier: {tier}")
    (folder.path / "fine" / "marked.lua").write_bytes(b"\xef\xbb\xbfreturn 1")

    async def scenario() -> None:
        async with host() as running:
            for name, begins in (
                ("entry", "entry/init.lua: "),
                ("single", "single.lua"),
                ("part", "part/init.lua:2: "),
            ):
                (error,) = running.info(name)["errors"]
                assert error.startswith(begins) and hint in error, error
            assert "part/other.lua: this file is" in running.info("part")["errors"][0]
            assert running.info("fine")["state"] == "active"

    in_host(scenario)
