"""Permissions in a running host: what is denied, what its owner grants, and what an update may not take by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, Scenario
from tests.hosting import hosting

from tibicen.config import PermissionsConfig, PluginConfig

InHost = Callable[[Scenario], Any]

STRICT = PermissionsConfig()
LOGIN = [{"id": 1, "name": "Eve"}]

DENIED = {
    # what is tried: in Lua, in Python, the permission that the denial names
    "answering a hook": (
        "hooks.on('player.say', function(text) return text end)",
        "plugin.on('player.say', lambda text, player: text)",
        "hooks.answer:player.say",
    ),
    "another's subject": ("bus.publish('chat.say', 1)", "plugin.publish('chat.say', 1)", "bus.publish:chat.say"),
    "hearing others": (
        "bus.subscribe('chat.*', function() end)",
        "plugin.subscribe('chat.*', print)",
        "bus.subscribe:chat.*",
    ),
    "another's export": ("imports.bank.pay(5)", "plugin.imports.bank.pay(5)", "imports.call:bank.pay"),
}

FREE = {
    "lua": (
        "hooks.on('player.login', function() kv.set('x', 1) end) bus.publish('p.x', 1) "
        "bus.subscribe('p.>', function() end) timers.after(1000, function() end) log.info('x') "
        "exports.f = function() end return json.encode({})"
    ),
    "python": (
        "plugin.on('player.login', print); plugin.kv.set('x', 1); plugin.publish('p.x', 1); "
        "plugin.subscribe('p.>', print); plugin.after(1000, print); plugin.log.info('x'); plugin.export(print, 'f')"
    ),
}


def write(folder: PluginFolder, language: str, code: str, *permissions: str, tier: str = "contained") -> Path:
    asked = ", ".join(f"'{text}'" for text in permissions)
    head = f"permissions: [{asked}]\ntier: {tier}\n"
    if language == "lua":
        return folder.plugin("p", code, head)
    return folder.plugin("p", f"def setup(plugin):\n    {code}\n", "entry: plugin.py\n" + head, entry="plugin.py")


@pytest.mark.parametrize("tier", ["shared", "contained", "isolated"])
@pytest.mark.parametrize("language", ["lua", "python"])
@pytest.mark.parametrize("what", DENIED)
def test_what_reaches_further_is_denied_until_asked_for(
    folder: PluginFolder, in_host: InHost, what: str, language: str, tier: str
) -> None:
    folder.write("bank.lua", "exports.pay = function() return true end")
    lua, python, permission = DENIED[what]
    code = lua if language == "lua" else python
    path = write(folder, language, code, tier=tier)

    async def scenario() -> None:
        async with hosting(folder, permissions=STRICT) as running:
            info = running.info("p")
            assert info["state"] == "failed"
            assert permission in info["errors"][0]
            assert info["errors"][0].startswith(f"p/{'init.lua:1' if language == 'lua' else 'plugin.py:2'}: ")
            # Never loaded, so nothing was granted yet: dropping the mended one in grants what it asks for.
            write(folder, language, code, permission, tier=tier)
            (report,) = running.save(path)
            assert report.ok, report.problems
            assert running.host.plugin_info("p")["permissions"]["granted"] == [permission]

    in_host(scenario)


@pytest.mark.parametrize("language", FREE)
def test_the_harmless_set_needs_no_permission(folder: PluginFolder, in_host: InHost, language: str) -> None:
    write(folder, language, FREE[language])

    async def scenario() -> None:
        async with hosting(folder, permissions=PermissionsConfig(first_load="ask")) as running:
            assert running.info("p")["state"] == "active", running.info("p")["errors"]

    in_host(scenario)


def test_an_update_that_asks_for_more_waits_for_its_owner(folder: PluginFolder, in_host: InHost) -> None:
    first = "exports.version = function() return 1 end hooks.on('status.info', function() end)"
    path = write(folder, "lua", first, "hooks.answer:status.info")

    async def scenario() -> None:
        async with hosting(folder, permissions=STRICT) as running:
            write(folder, "lua", first.replace("1", "2"), "hooks.answer:status.info", "bus.publish:chat.say")
            (report,) = running.save(path)
            assert not report.ok
            assert report.kept == ["p"]
            text = str(report.problems[0])
            assert "bus.publish:chat.say" in text and "tibicen plugins grant p" in text
            assert "hooks.answer" not in text
            assert running.export("p", "version") == 1
            assert running.host.plugin_info("p")["permissions"]["missing"] == ["bus.publish:chat.say"]
            report = running.host.grant("p")
            assert report.ok
            assert running.export("p", "version") == 2
            assert running.host.plugin_info("p")["permissions"]["missing"] == []
            # Less is no question.
            write(folder, "lua", "exports.version = function() return 3 end")
            assert running.save(path)[0].ok

    in_host(scenario)


def test_revoking_takes_effect_at_once(folder: PluginFolder, in_host: InHost) -> None:
    write(folder, "lua", "hooks.on('status.info', function() end)", "hooks.answer:status.info")

    async def scenario() -> None:
        async with hosting(folder, permissions=STRICT) as running:
            assert len(running.host.hooks["status.info"]) == 1
            running.host.revoke("p", "hooks.answer:status.info")
            assert len(running.host.hooks["status.info"]) == 0
            assert running.info("p")["state"] != "active"
            assert running.host.grant("p").ok
            assert running.info("p")["state"] == "active"

    in_host(scenario)


def test_grants_outlive_the_host_and_the_plugins_files(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    path = write(folder, "lua", "", "bus.publish:chat.say")
    data = tmp_path / "data"

    async def first() -> None:
        async with hosting(folder, data=data, permissions=STRICT):
            pass

    async def second() -> None:
        async with hosting(folder, data=data, permissions=STRICT) as running:
            assert running.host.grants.granted("p") == ["bus.publish:chat.say"]
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
            running.save(path)
            assert "p" not in running.host.plugins.plugins
            # One of the same name that wants more is not a first load.
            write(folder, "lua", "", "bus.publish:>")
            (report,) = running.save(path)
            assert not report.ok
            assert "tibicen plugins grant p" in str(report.problems[0])

    in_host(first)
    in_host(second)


def test_an_owner_may_want_to_be_asked_from_the_start(folder: PluginFolder, in_host: InHost) -> None:
    write(folder, "lua", "", "bus.publish:chat.say")

    async def scenario() -> None:
        async with hosting(folder, permissions=PermissionsConfig(first_load="ask")) as running:
            assert running.info("p")["state"] == "failed"
            assert running.host.grant("p", ["bus.publish:chat.*"]).ok
            assert running.info("p")["state"] == "active"

    in_host(scenario)


def test_host_yaml_gives_beside_what_is_asked_for(folder: PluginFolder, in_host: InHost) -> None:
    folder.write("p.lua", "bus.publish('chat.say', 1) hooks.on('player.say', function(text) return text .. '!' end)")

    async def scenario() -> None:
        given = {"p": PluginConfig(permissions=["*"])}
        async with hosting(folder, permissions=STRICT, plugins=given) as running:
            assert running.info("p")["state"] == "active", running.info("p")["errors"]
            assert running.host.emit("player.say", ["hi", LOGIN[0]])["value"] == "hi!"

    in_host(scenario)
