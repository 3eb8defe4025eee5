"""What the manager is asked for, and which versions fit together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

from tibicen.config import StrikesConfig
from tibicen.errors import TibicenError, UnknownPluginError
from tibicen.lifecycle.plugin import Plugin

Start = Callable[..., AbstractAsyncContextManager[RunningHost]]
InHost = Callable[[Scenario], Any]

EVE = [{"id": 1, "name": "Eve"}]


def states(running: RunningHost) -> dict[str, str]:
    return {name: str(plugin.state) for name, plugin in running.host.plugins.plugins.items()}


def versions(running: RunningHost) -> dict[str, str]:
    return {name: running.info(name)["version"] for name in running.host.plugins.plugins}


# -- versions that fit ----------------------------------------------------------------------------------


def test_two_that_need_each_others_new_version_are_saved_one_by_one(
    folder: PluginFolder, host: Start, in_host: InHost
) -> None:
    """Neither fits what serves, so each is refused alone; with the second save they come together."""
    base = folder.plugin("base", "", "version: '1.0'")
    user = folder.plugin("user", "", "version: '1.0'\nrequires: {base: '<2'}")

    async def scenario() -> None:
        for order in ([base, user], [user, base]):
            folder.plugin("base", "", "version: '1.0'")
            folder.plugin("user", "", "version: '1.0'\nrequires: {base: '<2'}")
            async with host() as running:
                for root in order:
                    if root == base:
                        folder.plugin("base", "", "version: '2.0'")
                    else:
                        folder.plugin("user", "", "version: '2.0'\nrequires: {base: '>=2'}")
                    reports = running.save(root)
                    if root == order[0]:
                        assert [report.ok for report in reports] == [False]
                        assert versions(running) == {"base": "1.0", "user": "1.0"}
                        assert running.info(root.name)["errors"]
                assert versions(running) == {"base": "2.0", "user": "2.0"}
                assert running.info("base")["errors"] == running.info("user")["errors"] == []
                assert {running.info(name)["reloads"] for name in ("base", "user")} == {1}

    in_host(scenario)


def test_one_that_is_held_back_by_another_says_so_and_is_let_go(
    folder: PluginFolder, host: Start, in_host: InHost
) -> None:
    base = folder.plugin("base", "", "version: '1.0'")
    user = folder.plugin("user", "", "requires: {base: '<2'}")

    async def scenario() -> None:
        async with host() as running:
            folder.plugin("base", "", "version: '2.0'")
            running.save(base)
            text = "held back, because user was refused: user requires base <2, but 2.0 is there"
            assert running.info("base")["errors"] == [text]
            # What held it back is unloaded, and it needs no save of its own.
            running.host.plugins.unload("user")
            assert (versions(running)["base"], running.info("base")["errors"]) == ("2.0", [])
            running.save(user)
            assert running.info("user")["errors"] == ["user requires base <2, but 2.0 is there"]
            folder.plugin("user", "", "requires: {base: '*'}")
            running.save(user)
            assert states(running) == {"base": "active", "user": "active"}

    in_host(scenario)


def test_a_new_requirement_comes_later(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    user = folder.plugin("user", "exports.n = function() return 1 end")

    async def scenario() -> None:
        async with host() as running:
            folder.plugin("user", "exports.n = function() return imports.lib.n() end", "requires: {lib: '*'}")
            (report,) = running.save(user)
            assert report.kept == ["user"]
            assert running.export("user", "n") == 1
            lib = folder.plugin("lib", "exports.n = function() return 2 end")
            assert [report.plugins for report in running.save(lib)] == [["lib"], ["user"]]
            assert running.export("user", "n") == 2
            assert running.info("user")["errors"] == []
            # From now on it goes with it.
            running.host.plugins.unload("lib")
            assert states(running) == {"user": "failed", "lib": "unloaded"}

    in_host(scenario)


def test_a_new_one_is_not_held_back_by_who_wants_it(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    """Saved together: the library is new and sound, the plugin that serves and begins to use it has a typo."""
    user = folder.plugin("user", "")

    async def scenario() -> None:
        async with host() as running:
            lib = folder.plugin("lib", "")
            folder.plugin("user", "function (", "requires: {lib: '*'}")
            running.save(lib, user)
            assert states(running) == {"user": "active", "lib": "active"}
            assert running.info("user")["generation"] == 1
            folder.write("user/init.lua", "")
            running.save(user)
            assert running.info("user")["errors"] == []

    in_host(scenario)


def test_what_serves_counts_until_the_new_version_does(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    """The new `user` would not need `base` any more, but it is broken; so the old one still does."""
    base = folder.plugin("base", "", "version: '1.0'")
    user = folder.plugin("user", "", "requires: {base: '<2'}")

    async def scenario() -> None:
        async with host() as running:
            folder.plugin("base", "", "version: '2.0'")
            folder.plugin("user", "function (")
            (report,) = running.save(base, user)
            assert sorted(report.kept) == ["base", "user"]
            assert versions(running)["base"] == "1.0"
            for path in base.iterdir():
                path.unlink()
            running.save(base, user)
            assert states(running) == {"user": "failed"}

    in_host(scenario)


def test_a_circle_is_told_and_broken_up(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        folder.plugin(name, "", f"requires: {{{other}: '*'}}")

    async def scenario() -> None:
        async with host() as running:
            assert set(states(running).values()) == {"failed"}
            assert any("in a circle" in error for error in running.info("b")["errors"])
            folder.plugin("c", "")
            running.save(folder.path / "c")
            assert set(states(running).values()) == {"active"}

    in_host(scenario)


def test_a_library_that_was_missing_something_is_mended(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    """The user of a library failed by its own code, but for a reason that lies in the library."""
    lib = folder.plugin("lib", "")
    folder.plugin("user", "local n = imports.lib.n()", "requires: {lib: '*'}")

    async def scenario() -> None:
        async with host() as running:
            assert states(running) == {"lib": "active", "user": "failed"}
            folder.write("lib/init.lua", "exports.n = function() return 1 end")
            running.save(lib)
            assert states(running) == {"lib": "active", "user": "active"}

    in_host(scenario)


def test_an_unrelated_save_tries_nothing_again(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    folder.plugin("lib", "")
    folder.plugin("user", "function on_health() return false end", "requires: {lib: '*'}")
    other = folder.write("other.lua", "")

    async def scenario() -> None:
        async with host() as running:
            assert [report.plugins for report in running.save(other)] == [["other"]]

    in_host(scenario)


# -- what is asked for ----------------------------------------------------------------------------------


def test_what_is_unloaded_stays_so_until_it_is_wanted(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    lib = folder.plugin("lib", "")
    folder.plugin("user", "", "requires: {lib: '*'}")

    async def scenario() -> None:
        async with host() as running:
            plugins = running.host.plugins
            report = plugins.unload("lib")
            assert (report.plugins, report.generations) == (["user", "lib"], {"user": 1, "lib": 1})
            with_user = running.info("user")
            assert (with_user["state"], with_user["errors"]) == ("failed", ["it requires lib, which was unloaded"])
            assert not plugins.load("user").ok
            assert running.info("user")["errors"] == ["user requires lib, which is not active"]
            # Unloaded by its owner too: it is not brought back when its requirement is.
            plugins.unload("user")
            assert plugins.unload("user").generations == {}
            running.save(lib)
            assert states(running) == {"lib": "active", "user": "failed"}
            assert plugins.load("user").ok
            assert plugins.load("user").generations == {"user": 2}, "it serves already"

    in_host(scenario)


def test_one_that_is_gone_can_not_be_loaded(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    root = folder.plugin("a", "")

    async def scenario() -> None:
        async with host() as running:
            for path in list(root.iterdir()):
                path.unlink()
            with pytest.raises(UnknownPluginError, match="does not hold the plugin 'a' any more"):
                running.host.plugins.reload("a")
            assert states(running) == {"a": "active"}
            with pytest.raises(UnknownPluginError, match="no plugin 'b'; none of that name is in"):
                running.host.plugins.reload("b")

    in_host(scenario)


def test_a_manifest_that_says_disabled(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    lazy = "lazy: {on: [player.login]}"
    awake, asleep = folder.plugin("awake", "function ("), folder.plugin("asleep", "", lazy)

    async def scenario() -> None:
        async with host() as running:
            assert states(running) == {"awake": "failed", "asleep": "resolved"}
            folder.plugin("awake", "", "enabled: false")
            folder.plugin("asleep", "", f"{lazy}\nenabled: false")
            running.save(awake, asleep)
            assert states(running) == {"awake": "disabled", "asleep": "disabled"}
            assert running.info("awake")["errors"] == [], "nobody has tried this version"
            running.host.emit("player.login", EVE)
            assert states(running)["asleep"] == "disabled"
            # Enabled again, but it misses something.
            folder.plugin("awake", "", "requires: {nobody: '*'}")
            folder.plugin("asleep", "", lazy)
            running.save(awake, asleep)
            assert states(running) == {"awake": "failed", "asleep": "resolved"}

    in_host(scenario)


def test_a_lazy_plugin_that_is_unloaded_waits_no_more(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    root = folder.plugin("a", "", "lazy: {on: [player.login]}")

    async def scenario() -> None:
        async with host() as running:
            running.host.plugins.unload("a")
            assert running.info("a")["reason"] == "unloaded before its first event"
            running.host.emit("player.login", EVE)
            assert states(running) == {"a": "discovered"}
            running.save(root)
            assert states(running) == {"a": "resolved"}
            running.host.emit("player.login", EVE)
            assert states(running) == {"a": "active"}

    in_host(scenario)


def test_a_lazy_plugin_that_is_gone_costs_nobody_the_event(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    root = folder.plugin("asleep", "", "lazy: {on: [player.login]}")
    folder.write("ear.lua", "hooks.on('player.login', function() kv.increment('heard') end)")

    async def scenario() -> None:
        async with host() as running:
            for path in list(root.iterdir()):
                path.unlink()
            running.host.emit("player.login", EVE)
            assert running.host.kv.namespace("ear").get("heard") == b"\x01"
            assert "does not hold the plugin" in str(running.reports[-1].problems[0])

    in_host(scenario)


# -- strikes --------------------------------------------------------------------------------------------


def test_strikes_of_a_generation_that_never_served_are_not_the_plugins(
    folder: PluginFolder, host: Start, in_host: InHost
) -> None:
    """`lib` is called by `user` while both are loaded; what fails there is the load's affair."""
    lib = folder.plugin("lib", "exports.n = function() return 1 end")
    folder.plugin("user", "for i = 1, 9 do pcall(imports.lib.n) end assert(imports.lib.n())", "requires: {lib: '*'}")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=3)) as running:
            folder.write("lib/init.lua", "exports.n = function() error('no') end")
            reports = running.save(lib)
            assert not reports[-1].ok
            assert running.info("lib")["strikes"] == []
            await asyncio.sleep(0)
            assert states(running) == {"lib": "active", "user": "active"}

    in_host(scenario)


def test_a_limit_of_none(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    folder.write("bad.lua", "hooks.on('player.login', function() error('no') end)")

    async def scenario() -> None:
        async with host(strikes=StrikesConfig(limit=0)) as running:
            for _ in range(20):
                running.host.emit("player.login", EVE)
            await asyncio.sleep(0)
            assert states(running) == {"bad": "active"}

    in_host(scenario)


# -- the end --------------------------------------------------------------------------------------------


def test_nothing_is_loaded_while_the_host_stops(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    folder.write("again.lua", "hooks.on('host.stopping', function() plugin.reload() end)")
    folder.write("bad.lua", "for i = 1, 3 do hooks.on('host.stopping', function() error('no') end) end")
    folder.write(
        "slow.py",
        """
        import asyncio

        started = []

        def setup(plugin):
            plugin.spawn(linger)
            plugin.export(lambda: started, "started")

        async def linger():
            started.append(True)
            try:
                await asyncio.sleep(3600)
            finally:
                await asyncio.sleep(0.01)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            await running.until(lambda: running.export("slow", "started"))
            plugins = running.host.plugins
            before = len(running.reports)
            await running.host.stop()
            assert {report.action for report in running.reports[before:]} <= {"strike"}
            assert all(plugin.active is None for plugin in plugins.plugins.values())
            assert {plugin.generations for plugin in plugins.plugins.values()} == {1}

    in_host(scenario)


def test_a_drain_that_takes_too_long_is_told_and_ends(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    path = folder.write(
        "slow.py",
        """
        import asyncio

        from tibicen.api import hookimpl

        unloaded = []

        started = []

        def setup(plugin):
            plugin.spawn(linger)
            plugin.export(lambda: unloaded, "unloaded")
            plugin.export(lambda: started, "started")

        async def linger():
            started.append(True)
            while True:
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    # Once it does not listen, then it does.
                    await asyncio.sleep(3600)

        @hookimpl
        def plugin_unloaded(plugin):
            unloaded.append(plugin["name"])
        """,
    )

    async def scenario() -> None:
        async with host(drain_seconds=0.05) as running:
            old = running.host.plugins.active("slow")
            assert old is not None
            await running.until(lambda: running.export("slow", "started"))
            (report,) = running.save(path)
            assert report.ok
            await running.until(lambda: any(report.action == "drain" for report in running.reports))
            drain = next(report for report in running.reports if report.action == "drain")
            assert drain.warnings == ["generation 1 was still busy after 0.05 s and was closed"]
            await running.until(lambda: len(old.ledger) == 0)
            assert running.export("slow", "unloaded") == [], "it was reloaded, and serves"
            assert running.info("slow")["generation"] == 2

    in_host(scenario)


def test_what_is_still_being_loaded_can_not_be_disabled_away_from_under_a_wave(
    folder: PluginFolder, host: Start, in_host: InHost
) -> None:
    """The loop has its turn between two steps of a wave; what the owner says then counts."""
    for name in ("a", "b", "c"):
        folder.write(f"{name}.lua", "")

    async def scenario() -> None:
        async with host() as running:
            plugins = running.host.plugins
            wave = iter(running.host.intake.changed(sorted(folder.path.iterdir())))
            next(wave)
            plugins.disable("b")
            plugins.unload("c", forget=True)
            assert [report.plugins for report in wave] == []
            assert states(running) == {"a": "active", "b": "disabled"}
            with pytest.raises(TibicenError, match="b is disabled"):
                plugins.reload("b")

    in_host(scenario)


# -- what is shown of many ------------------------------------------------------------------------------


def test_what_the_table_has_no_room_for_is_not_looked_at(
    folder: PluginFolder, host: Start, in_host: InHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        folder.write(f"p{number:02}.lua", "error('no')" if number in (12, 17) else "")
    looked_at: list[str] = []
    describe = Plugin.describe
    monkeypatch.setattr(Plugin, "describe", lambda self: looked_at.append(self.name) or describe(self))

    async def scenario() -> None:
        async with host() as running:
            shown = running.host.describe(5)
            assert [row["name"] for row in shown["plugins"]] == ["p00", "p01", "p02", "p12", "p17"]
            assert looked_at == ["p00", "p01", "p02", "p12", "p17"]
            assert shown["left_out"] == {"plugins": 15, "in_trouble": 0}
            assert running.host.describe(1)["left_out"] == {"plugins": 19, "in_trouble": 1}
            assert running.host.describe(20)["left_out"] == {"plugins": 0, "in_trouble": 0}
            assert len(running.host.describe()["plugins"]) == 20

    in_host(scenario)
