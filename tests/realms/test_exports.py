"""Exports and imports: Lua to Python, Python to Lua, each to its own kind, over reloads and with errors."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PluginFolder

from tibicen.errors import HandlerError, PluginError, TibicenError

EXPORTERS = {
    "lua": (
        "giver.lua",
        """
        function exports.greet(name) return "Hello " .. name end
        function exports.echo(...) return ... end
        function exports.count(...) return select("#", ...) end
        function exports.fail()
            error("giver broke")
        end
        function exports.generation() return plugin.generation end
        """,
        "giver.lua:5: giver broke",
    ),
    "python": (
        "giver.py",
        """
        def greet(name):
            return "Hello " + name

        def echo(*values):
            return values[0] if values else None

        def fail():
            raise ValueError("giver broke")

        def setup(plugin):
            plugin.export(greet)
            plugin.export(echo)
            plugin.export(lambda *values: len(values), "count")
            plugin.export(fail)
            plugin.export(lambda: plugin.generation, "generation")
        """,
        "giver.py:8: ValueError: giver broke",
    ),
}
CALLERS = {
    "lua": (
        "taker.lua",
        """
        function exports.call(name, ...)
            local result = imports.giver[name](...)
            return result
        end
        function exports.nobody() return imports.nobody.greet() end
        function exports.nothing() return imports.giver.grete() end
        function exports.has(plugin_name, name)
            local found = imports[plugin_name]
            return found ~= nil and found[name] ~= nil
        end
        local kept = imports.giver and imports.giver.generation
        function exports.keep() kept = imports.giver.generation end
        function exports.kept() return kept() end
        """,
    ),
    "python": (
        "taker.py",
        """
        kept = None

        def setup(plugin):
            def keep():
                global kept
                kept = plugin.imports.giver.generation

            plugin.export(lambda name, *values: getattr(plugin.imports.giver, name)(*values), "call")
            plugin.export(lambda: plugin.imports.nobody.greet(), "nobody")
            plugin.export(lambda: plugin.imports["giver"].grete(), "nothing")
            plugin.export(lambda other, name: other in plugin.imports and name in plugin.imports[other], "has")
            plugin.export(keep)
            plugin.export(lambda: kept(), "kept")
        """,
    ),
}


@pytest.fixture(params=[f"{caller} calls {giver}" for caller in CALLERS for giver in EXPORTERS])
def pair(request: pytest.FixtureRequest, folder: PluginFolder) -> tuple[str, str]:
    """Plugins `giver` and `taker` in every pair of languages; their languages."""
    caller, _, giver = request.param.partition(" calls ")
    folder.write(*EXPORTERS[giver][:2])
    folder.write(*CALLERS[caller])
    return caller, giver


@pytest.mark.usefixtures("pair")
def test_values_go_there_and_back(host: Any, in_host: Any) -> None:
    value = {"name": "Æther", "list": [1, 2.5, "three", True], "deep": {"a": {"b": [[]]}}, "bytes": b"\xff\x00"}
    lua_sees = {**value, "deep": {"a": {"b": [{}]}}}

    async def scenario() -> None:
        async with host() as running:
            assert running.export("taker", "call", "greet", "Eve") == "Hello Eve"
            assert running.export("taker", "call", "echo", value) in (value, lua_sees)
            assert running.export("taker", "call", "echo") is None
            assert running.export("taker", "call", "echo", False) is False
            assert running.export("taker", "call", "count", None, 1, None) == 3

    in_host(scenario)


def test_an_error_comes_back_with_plugin_and_place(
    folder: PluginFolder, host: Any, in_host: Any, pair: tuple[str, str]
) -> None:
    caller, giver = pair
    place = EXPORTERS[giver][2]

    async def scenario() -> None:
        async with host() as running:
            with pytest.raises(HandlerError) as caught:
                running.export("taker", "call", "fail")
            assert f"giver: {place}" in str(caught.value)
            if caller == "lua":
                # And the line that called it.
                assert str(caught.value) == f"taker: taker.lua:2: giver: {place}"
            # Whatever a caller passed: it is no strike of the giver's, which still serves.
            assert running.info("giver")["strikes"] == []
            assert running.export("taker", "call", "greet", "Bob") == "Hello Bob"

    in_host(scenario)


def test_a_caller_may_catch_the_error(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(*EXPORTERS["python"][:2])
    folder.write(
        "lua.lua",
        """
        function exports.try()
            local ok, problem = pcall(imports.giver.fail)
            return {ok = ok, problem = problem}
        end
        """,
    )
    folder.write(
        "python.py",
        """
        def setup(plugin):
            def attempt():
                try:
                    plugin.imports.giver.fail()
                except Exception as error:
                    return {"ok": False, "problem": str(error), "file": error.file, "line": error.line}

            plugin.export(attempt, "try")
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            place = EXPORTERS["python"][2]
            assert running.export("lua", "try") == {"ok": False, "problem": f"lua.lua:2: giver: {place}"}
            assert running.export("python", "try") == {
                "ok": False,
                "problem": f"giver: {place}",
                "file": "giver.py",
                "line": 8,
            }
            assert running.info("lua")["strikes"] == running.info("python")["strikes"] == []

    in_host(scenario)


def test_a_missing_plugin_or_export_is_named(host: Any, in_host: Any, pair: tuple[str, str]) -> None:
    if pair[0] == "lua":
        # What is not there is nil in Lua, so that it can be asked for; calling it is Lua's own error.
        plugin = r"taker\.lua:5: attempt to index field 'nobody' \(a nil value\)"
        export = r"taker\.lua:6: attempt to call field 'grete' \(a nil value\)"
    else:
        plugin = r"taker\.py:9: .*the plugin 'nobody' is not active"
        export = r"taker\.py:10: .*giver exports no 'grete'; it exports count, echo, fail, generation, greet"

    async def scenario() -> None:
        async with host() as running:
            with pytest.raises(PluginError, match=plugin):
                running.export("taker", "nobody")
            with pytest.raises(PluginError, match=export):
                running.export("taker", "nothing")

    in_host(scenario)


@pytest.mark.usefixtures("pair")
def test_one_can_ask_whether_something_is_there(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            assert running.export("taker", "has", "giver", "greet") is True
            assert running.export("taker", "has", "giver", "grete") is False
            assert running.export("taker", "has", "nobody", "greet") is False
            running.host.plugins.unload("giver")
            assert running.export("taker", "has", "giver", "greet") is False

    in_host(scenario)


def test_a_reloaded_exporter_is_reached_at_its_new_generation(
    folder: PluginFolder, host: Any, in_host: Any, pair: tuple[str, str]
) -> None:
    name, code, _ = EXPORTERS[pair[1]]

    async def scenario() -> None:
        async with host() as running:
            running.export("taker", "keep")
            assert running.export("taker", "kept") == 1
            path = folder.write(name, code.replace("Hello", "Good day"))
            (report,) = running.save(path)
            assert report.plugins == ["giver"]
            assert running.info("taker")["generation"] == 1
            # Also through a function that was taken from the old one.
            assert running.export("taker", "kept") == 2
            assert running.export("taker", "call", "greet", "Eve") == "Good day Eve"

    in_host(scenario)


@pytest.mark.usefixtures("pair")
def test_a_function_of_an_unloaded_exporter_says_so(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            running.export("taker", "keep")
            running.host.plugins.unload("giver")
            with pytest.raises(PluginError, match="the plugin 'giver' is not active"):
                running.export("taker", "kept")
            running.host.plugins.load("giver")
            assert running.export("taker", "kept") == 2

    in_host(scenario)


def test_a_refused_generation_exports_nothing(
    folder: PluginFolder, host: Any, in_host: Any, pair: tuple[str, str]
) -> None:
    name, code, _ = EXPORTERS[pair[1]]
    broken = code.replace("Hello", "Broken") + (
        '\n        error("no")\n' if pair[1] == "lua" else '            raise ValueError("no")\n'
    )

    async def scenario() -> None:
        async with host() as running:
            (report,) = running.save(folder.write(name, broken))
            assert not report.ok
            assert running.export("taker", "call", "greet", "Eve") == "Hello Eve"
            assert running.export("taker", "call", "generation") == 1

    in_host(scenario)


def test_plugins_may_call_each_other_in_circles(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "ping.lua",
        """
        function exports.down(n)
            if n == 0 then return {"ping"} end
            local list = imports.pong.down(n - 1)
            list[#list + 1] = "ping"
            return list
        end
        """,
    )
    folder.write(
        "pong.py",
        """
        def setup(plugin):
            @plugin.export
            def down(n):
                return ["pong"] if n == 0 else [*plugin.imports.ping.down(n - 1), "pong"]
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            assert running.export("ping", "down", 3) == ["pong", "ping", "pong", "ping"]

    in_host(scenario)


def test_a_dependant_sees_the_generation_that_is_loaded_with_it(folder: PluginFolder, host: Any, in_host: Any) -> None:
    """While both are reloaded, the new taker talks to the new giver, and gets nothing of it if it is refused."""
    path = folder.write("giver.lua", "function exports.version() return 'old' end")
    folder.plugin(
        "taker", "seen = imports.giver.version()\nfunction exports.seen() return seen end", 'requires: {giver: "*"}'
    )

    async def scenario() -> None:
        async with host() as running:
            assert running.export("taker", "seen") == "old"
            folder.write("giver.lua", "function exports.version() return 'new' end")
            (report,) = running.save(path)
            assert report.plugins == ["giver", "taker"]
            assert running.export("taker", "seen") == "new"
            folder.write("giver.lua", "function exports.nothing() end")
            (report,) = running.save(path)
            assert not report.ok
            assert "version" in str(report.problems[0])
            assert running.export("giver", "version") == "new"
            assert running.export("taker", "seen") == "new"

    in_host(scenario)


def test_an_export_may_be_replaced_and_taken_back(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "giver.lua",
        """
        function exports.one() return 1 end
        function exports.replace() exports.one = function() return 2 end end
        function exports.remove() exports.one = nil end
        function exports.mine() return exports.one and exports.one() end
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            running.export("giver", "replace")
            assert running.export("giver", "one") == running.export("giver", "mine") == 2
            assert running.info("giver")["owns"] == {"export": 4}
            running.export("giver", "remove")
            assert running.export("giver", "mine") is None
            with pytest.raises(TibicenError, match="giver exports no 'one'; it exports mine, remove, replace"):
                running.export("giver", "one")

    in_host(scenario)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("exports.greet = 5", "exports.greet must be a function, not number"),
        ("exports[1] = print", "exports: argument 1 must be a string, not number"),
        ("return imports.nobody.greet()", "nobody"),
    ],
)
def test_what_lua_gets_wrong_is_told_at_its_line(
    folder: PluginFolder, host: Any, in_host: Any, code: str, sentence: str
) -> None:
    folder.write("wrong.lua", f"-- one\n{code}\n")

    async def scenario() -> None:
        async with host() as running:
            (error,) = running.info("wrong")["errors"]
            assert error.startswith("wrong.lua:2: ")
            assert sentence in error

    in_host(scenario)


def test_objects_stay_where_they_are(folder: PluginFolder, host: Any, in_host: Any) -> None:
    """Between Python plugins too: a list is copied, and what is not plain data is refused."""
    folder.write(
        "giver.py",
        """
        kept = [1, 2]

        def setup(plugin):
            plugin.export(lambda: kept, "get")
            plugin.export(lambda: object(), "thing")
        """,
    )
    folder.write(
        "taker.py",
        """
        def setup(plugin):
            plugin.export(lambda: plugin.imports.giver.get().append(3), "add")
            plugin.export(lambda: plugin.imports.giver.thing(), "thing")
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            running.export("taker", "add")
            assert running.export("giver", "get") == [1, 2]
            with pytest.raises(PluginError, match=r"giver: giver\.py:?.*a value of type object can't cross"):
                running.export("taker", "thing")

    in_host(scenario)
