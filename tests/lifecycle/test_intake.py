"""What changes on disk, as the manager gets it: names, places, and folders that come and go."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

from tibicen.lifecycle.waves import Wave

Start = Callable[..., AbstractAsyncContextManager[RunningHost]]
InHost = Callable[[Scenario], Any]

KEEPER = """
local kept = "{name}"
function on_snapshot() return kept end
function on_migrate(old) kept = old or kept end
function exports.kept() return kept end
"""


def states(running: RunningHost) -> dict[str, str]:
    return {name: str(plugin.state) for name, plugin in running.host.plugins.plugins.items()}


def test_two_that_change_their_names_with_each_other(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    for name in ("a", "b"):
        folder.plugin(name, KEEPER.format(name=name))

    async def scenario() -> None:
        async with host() as running:
            paths = [folder.path / "a" / "plugin.yaml", folder.path / "b" / "plugin.yaml"]
            paths[0].write_text("name: b\n")
            paths[1].write_text("name: a\n")
            assert all(report.ok for report in running.save(*paths))
            assert states(running) == {"a": "active", "b": "active"}
            # State goes by the name, as everything does.
            assert (running.export("a", "kept"), running.export("b", "kept")) == ("a", "b")
            assert running.info("a")["path"].endswith("/b")
            # And they are known where they are now.
            shutil.rmtree(folder.path / "b")
            running.save(folder.path / "b")
            assert states(running) == {"b": "active"}

    in_host(scenario)


def test_a_manifest_that_says_another_name(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    root = folder.plugin("a", KEEPER.format(name="a"))

    async def scenario() -> None:
        async with host() as running:
            folder.write("a/plugin.yaml", "name: other\n")
            reports = running.save(root)
            assert [(report.action, report.plugins) for report in reports] == [("unload", ["a"]), ("load", ["other"])]
            assert states(running) == {"other": "active"}
            # A name that another one has: it stays what it is, and says so.
            folder.write("b.lua", "")
            running.save(folder.path / "b.lua")
            folder.write("a/plugin.yaml", "name: b\n")
            (report,) = running.save(root)
            assert (report.ok, report.kept) == (False, ["other"])
            assert running.info("other")["errors"] == ["the name 'b' is taken by b.lua; rename one of the two"]
            (folder.path / "b.lua").unlink()
            running.save(folder.path / "b.lua")
            assert states(running) == {"b": "active"}
            assert running.info("b")["path"].endswith("/a")

    in_host(scenario)


def test_a_file_that_becomes_a_folder_and_back(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    single = folder.write("a.lua", KEEPER.format(name="first"))

    async def scenario() -> None:
        async with host() as running:
            single.unlink()
            root = folder.plugin("a", KEEPER.format(name="second"))
            (report,) = running.save(single, root)
            assert (report.action, report.ok) == ("reload", True)
            assert running.export("a", "kept") == "first"
            shutil.rmtree(root)
            folder.write("a.lua", KEEPER.format(name="third"))
            assert all(report.ok for report in running.save(root, single))
            assert running.export("a", "kept") == "first"
            assert states(running) == {"a": "active"}

    in_host(scenario)


def test_a_folder_whose_code_is_gone_holds_no_plugin(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    root = folder.plugin("a", "")

    async def scenario() -> None:
        async with host() as running:
            for path in list(root.iterdir()):
                path.unlink()
            (report,) = running.save(root)
            assert (report.action, report.generations) == ("unload", {"a": 1})
            assert states(running) == {}

    in_host(scenario)


def test_a_folder_with_a_dot_in_its_name_that_is_moved_away(
    folder: PluginFolder, host: Start, in_host: InHost, tmp_path: Path
) -> None:
    """All that the system tells is the folder's own name, which looks like a file's."""
    folder.write("mod.v2/init.lua", "")
    folder.write("mod.v2/plugin.yaml", "name: mod\n")

    async def scenario() -> None:
        async with host() as running:
            assert states(running) == {"mod": "active"}
            (folder.path / "mod.v2").rename(tmp_path / "elsewhere")
            running.save(folder.path / "mod.v2")
            assert states(running) == {}

    in_host(scenario)


def test_one_that_can_not_be_read_takes_nobodys_name(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    folder.write("a.lua", "")
    folder.plugin("a", "", "verion: 1")

    async def scenario() -> None:
        async with host() as running:
            assert states(running) == {"a": "active", "a/": "failed"}
            assert running.info("a")["errors"] == []
            assert "unknown key 'verion'" in running.info("a/")["errors"][0]
            # Mended, it wants a name that is taken; renamed, it is a plugin like any other.
            folder.write("a/plugin.yaml", "name: a\n")
            running.save(folder.path / "a")
            assert "the name 'a' is taken by a.lua" in running.info("a/")["errors"][0]
            folder.write("a/plugin.yaml", "name: b\n")
            running.save(folder.path / "a")
            assert states(running) == {"a": "active", "b": "active"}

    in_host(scenario)


@pytest.mark.parametrize("before", ["active", "failed", "unloaded", "disabled", "quarantined", "resolved"])
def test_a_manifest_is_broken_and_mended_whatever_the_plugin_was(
    folder: PluginFolder, host: Start, in_host: InHost, before: str
) -> None:
    code = "function (" if before == "failed" else "hooks.on('player.login', function() error('no') end)"
    lazy = "lazy: {on: [player.logout]}" if before == "resolved" else ""
    root = folder.plugin("a", code, lazy)

    async def scenario() -> None:
        async with host() as running:
            plugins = running.host.plugins
            if before == "unloaded":
                plugins.unload("a")
            elif before == "disabled":
                plugins.disable("a")
            elif before == "quarantined":
                for _ in range(3):
                    running.host.emit("player.login", [{}])
                await running.until(lambda: states(running) != {"a": "active"})
            assert states(running) == {"a": before}
            folder.write("a/plugin.yaml", "name: a\nverion: 1\n")
            (report,) = running.save(root)
            assert not report.ok
            assert running.info("a")["errors"] == ["a/plugin.yaml:2: unknown key 'verion'; did you mean 'version'?"]
            kept = before if before in ("active", "disabled") else "failed"
            assert states(running) == {"a": kept}
            # Its trigger does not wait any more.
            running.host.emit("player.logout", [{}])
            assert states(running) == {"a": kept}
            folder.plugin("a", "", lazy)
            running.save(root)
            after = {"disabled": "disabled", "resolved": "resolved"}.get(before, "active")
            assert states(running) == {"a": after}
            assert running.info("a")["errors"] == []

    in_host(scenario)


def test_one_that_can_not_be_read_says_so_until_it_can(folder: PluginFolder, host: Start, in_host: InHost) -> None:
    """It is reloaded with what it requires, by what is known of it; its own errors stay."""
    base = folder.plugin("base", "exports.n = function() return 1 end")
    user = folder.plugin("user", "exports.n = function() return imports.base.n() end", "requires: {base: '*'}")

    async def scenario() -> None:
        async with host() as running:
            folder.write("user/plugin.yaml", "name: user\nrequires: {base: '*'}\nverion: 1\n")
            running.save(user)
            folder.write("base/init.lua", "exports.n = function() return 2 end")
            assert [report.plugins for report in running.save(base)] == [["base", "user"]]
            assert running.export("user", "n") == 2
            assert "unknown key 'verion'" in running.info("user")["errors"][0]
            folder.write("base/init.lua", "function (")
            running.save(base)
            assert [error.partition(":")[0] for error in running.info("user")["errors"]] == [
                "user/plugin.yaml",
                "held back, because base was refused",
            ]
            # When what it requires goes and comes, it does not come back by an old manifest.
            running.host.plugins.unload("base")
            folder.write("base/init.lua", "exports.n = function() return 3 end")
            running.save(base)
            assert states(running) == {"base": "active", "user": "failed"}
            folder.write("user/plugin.yaml", "name: user\nrequires: {base: '*'}\n")
            running.save(user)
            assert running.export("user", "n") == 3

    in_host(scenario)


def test_the_whole_folder_comes_and_goes(folder: PluginFolder, host: Start, in_host: InHost, tmp_path: Path) -> None:
    folder.write("a.lua", "")
    folder.plugin("b", "")

    async def scenario() -> None:
        async with host() as running:
            folder.path.rename(tmp_path / "aside")
            running.save(folder.path)
            assert states(running) == {}
            (tmp_path / "aside").rename(folder.path)
            running.save(folder.path)
            assert states(running) == {"a": "active", "b": "active"}

    in_host(scenario)


def test_a_wave_that_fails_stops_no_later_one(
    folder: PluginFolder, host: Start, in_host: InHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with host() as running:
            intake = running.host.intake
            look = intake._roots

            def out_of_order(paths: Any) -> set[Path]:
                if folder.path / "first.lua" in paths:
                    raise PermissionError(13, "Permission denied")
                return look(paths)

            monkeypatch.setattr(intake, "_roots", out_of_order)
            for name in ("first.lua", "second.lua"):
                intake.take(Wave(frozenset({folder.write(name, "")}), 0.0))
            await running.until(lambda: "second" in running.host.plugins.plugins)
            assert [report.ok for report in running.reports] == [False, True]
            assert "Permission denied" in str(running.reports[0].problems[0])

    in_host(scenario)
