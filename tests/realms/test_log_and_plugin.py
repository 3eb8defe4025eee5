"""log, print, and what a plugin may know of and do to itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.conftest import PluginFolder

from tibicen.config import PluginConfig

SPEAKERS = {
    "lua": (
        "speaker.lua",
        'log.debug("d")\nlog.info("i")\nlog.warn("w")\nlog.error("e")\n',
    ),
    "python": (
        "speaker.py",
        """
        def setup(plugin):
            plugin.log.debug("d")
            plugin.log.info("i")
            plugin.log.warn("w")
            plugin.log.error("e")
        """,
    ),
}
LEVELS = ["debug", "info", "warning", "error"]


def lines_of(in_host: Callable[[Any], Any], host: Any, **options: Any) -> list[dict[str, Any]]:
    """What the plugins of a host logged while it started."""

    async def scenario() -> list[dict[str, Any]]:
        with capture_logs() as lines:
            async with host(**options):
                pass
        return [dict(line) for line in lines]

    lines: list[dict[str, Any]] = in_host(scenario)
    return lines


@pytest.mark.parametrize("language", SPEAKERS)
@pytest.mark.parametrize(("level", "first"), [("debug", 0), ("info", 1), ("warn", 2), ("error", 3)])
def test_levels_and_the_plugins_name(
    folder: PluginFolder, host: Any, in_host: Any, language: str, level: str, first: int
) -> None:
    folder.write(*SPEAKERS[language])
    lines = lines_of(in_host, host, log_level=level)
    assert [(line["event"], line["log_level"], line["plugin"]) for line in lines] == [
        (name[0], name, "speaker") for name in LEVELS[first:]
    ]


@pytest.mark.parametrize("language", SPEAKERS)
def test_a_plugin_may_have_a_level_of_its_own(folder: PluginFolder, host: Any, in_host: Any, language: str) -> None:
    folder.write(*SPEAKERS[language])
    folder.write("other.lua", 'log.warn("heard") log.info("unheard")')
    lines = lines_of(in_host, host, log_level="warn", plugins={"speaker": PluginConfig(log_level="error")})
    assert [(line["plugin"], line["event"]) for line in lines] == [("other", "heard"), ("speaker", "e")]


def test_values_are_joined_like_print(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "speaker.lua",
        """
        log.info("a", nil, 5, 1.5, true, nil)
        print("printed", false)
        log.info()
        log.info("100 % {}", "%s")
        log.info("caf\\233")
        log.info(setmetatable({}, {__tostring = function() return "shown" end}))
        """,
    )
    lines = lines_of(in_host, host)
    assert [line["event"] for line in lines] == [
        "a nil 5 1.5 true nil",
        "printed false",
        "",
        "100 % {} %s",
        "caf\\xe9",
        "shown",
    ]
    assert {line["log_level"] for line in lines} == {"info"}


def test_python_adds_fields(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("speaker.py", 'def setup(plugin):\n    plugin.log.info("sold", item="sword", price=5)\n')
    (line,) = lines_of(in_host, host)
    assert line == {"event": "sold", "log_level": "info", "plugin": "speaker", "item": "sword", "price": 5}


SELVES = {
    "lua": (
        "init.lua",
        """
        function exports.me() return {plugin.name, plugin.version, plugin.generation} end
        function exports.reload() plugin.reload() return plugin.generation end
        function exports.unload() plugin.unload() return plugin.generation end
        """,
    ),
    "python": (
        "plugin.py",
        """
        def setup(plugin):
            def reload():
                plugin.reload()
                return plugin.generation

            def unload():
                plugin.unload()
                return plugin.generation

            plugin.export(lambda: [plugin.name, plugin.version, plugin.generation], "me")
            plugin.export(reload)
            plugin.export(unload)
        """,
    ),
}


@pytest.mark.parametrize("language", SELVES)
def test_a_plugin_knows_itself_and_may_reload_and_unload_itself(
    folder: PluginFolder, host: Any, in_host: Any, language: str
) -> None:
    entry, code = SELVES[language]
    folder.plugin("self", code, 'version: "1.2.3"\n', entry=entry)

    async def scenario() -> None:
        async with host() as running:
            assert running.export("self", "me") == ["self", "1.2.3", 1]
            # Done once the code that asks for it has returned.
            assert running.export("self", "reload") == 1
            assert running.info("self")["generation"] == 1
            await running.until(lambda: running.info("self")["generation"] == 2)
            assert running.export("self", "me") == ["self", "1.2.3", 2]
            assert running.export("self", "unload") == 2
            await running.until(lambda: running.info("self")["state"] == "unloaded")

    in_host(scenario)


def test_python_knows_its_folder(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("self/data.txt", "some data")
    folder.plugin(
        "self",
        """
        def setup(plugin):
            text = (plugin.folder / "data.txt").read_text(encoding="utf-8")
            plugin.export(lambda: text, "read")
        """,
        entry="plugin.py",
    )

    async def scenario() -> None:
        async with host() as running:
            assert running.export("self", "read") == "some data"

    in_host(scenario)


WISHES = {
    "lua": ("wisher.lua", "function exports.here() return plugin.generation end\n", "plugin.{}()\nerror('no')\n"),
    "python": (
        "wisher.py",
        "def setup(plugin):\n    plugin.export(lambda: plugin.generation, 'here')\n",
        "def setup(plugin):\n    plugin.{}()\n    raise ValueError('no')\n",
    ),
}


@pytest.mark.parametrize("wish", ["reload", "unload"])
@pytest.mark.parametrize("language", WISHES)
def test_what_a_refused_version_wished_for_is_not_done(
    folder: PluginFolder, host: Callable[..., Any], in_host: Callable[[Any], Any], language: str, wish: str
) -> None:
    name, good, bad = WISHES[language]
    path = folder.write(name, good)

    async def scenario() -> None:
        async with host() as running:
            path.write_text(bad.format(wish), encoding="utf-8")
            assert [report.ok for report in running.save(path)] == [False]
            before = len(running.reports)
            for _ in range(5):
                await asyncio.sleep(0)
            assert running.export("wisher", "here") == 1
            assert running.reports[before:] == []
            # One that is accepted gets what it wished for.
            path.write_text(good + bad.format(wish).splitlines(keepends=True)[-2], encoding="utf-8")
            assert [report.ok for report in running.save(path)] == [True]
            await running.until(lambda: running.reports[-1].action == wish and running.reports[-1].ok)

    in_host(scenario)
