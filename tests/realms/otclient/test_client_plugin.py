"""A client in a running host: dropped in, saved, broken, mended, and gone again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario
from tests.hosting import hosting
from tests.realms.otclient.checkouts import CORELIB, OTMOD, write_checkout

from tibicen.config import PermissionsConfig
from tibicen.lifecycle.report import Report
from tibicen.realms.otclient.client_plugin import ClientPlugin

InHost = Callable[[Scenario], Any]

COUNTING = "package.loads = (package.loads or 0) + 1; value = {}"


def write_module(folder: Path, name: str, code: str, more: str = "") -> Path:
    """A module of a folder; returns its script."""
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{name}.lua").write_text(code, encoding="utf-8")
    (target / f"{name}.otmod").write_text(OTMOD.format(name=name, autoload="false", sandboxed="true") + more)
    return target / f"{name}.lua"


def otmod(*names: str) -> str:
    return f"  dependencies: [ {', '.join(names)} ]\n"


class Site:
    """A checkout beside the plugins folder, and a plugin that runs it."""

    def __init__(self, folder: PluginFolder, modules: dict[str, str] | None = None, manifest: str = "") -> None:
        self.checkout = write_checkout(folder.path.parent / "otclient", modules)
        self.folder = folder
        self.plugin = folder.path / "myclient"
        folder.write("myclient/plugin.yaml", f"name: myclient\nrealm: otclient\ncheckout: ../../otclient\n{manifest}")

    def script(self, name: str) -> Path:
        return self.checkout / "modules" / name / f"{name}.lua"


def client_of(running: RunningHost) -> Any:
    generation = running.host.plugins.active("myclient")
    assert generation is not None and isinstance(generation.runtime, ClientPlugin)
    return generation.runtime.client


def lua(running: RunningHost, code: str) -> Any:
    return client_of(running).run(code.encode())


def parts_of(reports: list[Report]) -> list[tuple[str, list[str], bool]]:
    return [(report.action, report.parts, report.ok) for report in reports if report.parts]


def modules_of(running: RunningHost) -> dict[str, Any]:
    return {row["name"]: row for row in running.host.plugin_info("myclient")["modules"]}


def test_a_client_runs_in_the_host(folder: PluginFolder, in_host: InHost, tmp_path: Path) -> None:
    site = Site(folder, {"game_a": "scheduleEvent(function() _G.later = g_clock.millis() end, 50)"})
    write_module(site.plugin, "mine", "answer = modules.game_a ~= nil and _G.stock_rc")

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path / "data") as running:
            assert running.info("myclient")["state"] == "active"
            assert running.reports[0].ok and not running.reports[0].warnings
            # It is loaded though it does not ask for that, and after all others.
            assert lua(running, "return modules.mine.answer") is True
            await running.until(lambda: lua(running, "return later"))
            assert lua(running, "return later") >= 50
            info = running.host.plugin_info("myclient")
            assert info["frames"]["run"] > 0 and info["dialect"] == "mehah"
            assert modules_of(running)["mine"]["state"] == "active"
            assert running.info("myclient")["memory_mb"] > 0
            assert running.info("myclient")["owns"] == {"client": 1}

    in_host(scenario)
    assert (tmp_path / "data" / "otclient" / "myclient" / ".otclient").is_dir()


def test_a_module_is_saved_broken_and_mended(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": COUNTING.format(1)})
    script = site.script("game_a")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            before = client_of(running)

            async def save(text: str) -> Report:
                count = len(running.reports)
                script.write_text(text)
                await running.until(lambda: len(running.reports) > count)
                return running.reports[-1]

            report = await save(COUNTING.format(2))
            assert (report.action, report.plugins, report.parts, report.ok) == (
                "reload",
                ["myclient"],
                ["game_a"],
                True,
            )
            assert report.since_save_ms is not None and report.ms > 0
            assert lua(running, "return { modules.game_a.value, package.loads }") == [2, 2]
            # What can't be read unloads nothing.
            report = await save("value = = 3")
            problem = report.problems[0]
            assert (report.ok, report.kept, problem.file, problem.line) == (
                False,
                ["myclient"],
                "modules/game_a/game_a.lua",
                1,
            )
            assert lua(running, "return { modules.game_a.value, package.loads }") == [2, 2]
            report = await save("value = 4\nerror('no way')")
            problem = report.problems[0]
            assert (report.ok, report.kept, problem.line, problem.message) == (False, ["myclient"], 2, "no way")
            assert lua(running, "return modules.game_a.value") == 2
            # Again: what it was is still known.
            report = await save("value = 5\nerror('no way either')")
            assert not report.ok and lua(running, "return modules.game_a.value") == 2
            assert modules_of(running)["game_a"]["refused"] == ["modules/game_a/game_a.lua:2: no way either"]
            report = await save("value = 6")
            assert report.ok and lua(running, "return modules.game_a.value") == 6
            assert modules_of(running)["game_a"]["refused"] == []
            # It was the same client all the time.
            assert client_of(running) is before and running.info("myclient")["generation"] == 1

    in_host(scenario)


def test_modules_come_and_go(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": ""})

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            write_module(site.plugin, "mine", "value = 1")
            await running.until(lambda: ("load", ["mine"], True) in parts_of(running.reports))
            assert lua(running, "return modules.mine.value") == 1
            (site.plugin / "mine" / "mine.lua").write_text("value = 2")
            await running.until(lambda: ("reload", ["mine"], True) in parts_of(running.reports))
            assert lua(running, "return modules.mine.value") == 2
            shutil.rmtree(site.plugin / "mine")
            await running.until(lambda: ("unload", ["mine"], True) in parts_of(running.reports))
            assert lua(running, "return { modules.mine == nil, g_modules.getModule('mine') == nil }") == [True, True]
            assert "mine" not in modules_of(running)
            # A checkout's module says for itself whether it is loaded.
            write_module(site.checkout / "modules", "extra_quiet", "")
            write_module(site.checkout / "modules", "game_new", "value = 3")
            target = site.checkout / "modules" / "game_new" / "game_new.otmod"
            target.write_text(OTMOD.format(name="game_new", autoload="true", sandboxed="true"))
            await running.until(lambda: ("load", ["game_new"], True) in parts_of(running.reports))
            assert modules_of(running)["extra_quiet"]["state"] == "unloaded"
            assert running.info("myclient")["generation"] == 1

    in_host(scenario)


def test_a_wave_reloads_each_module_once(folder: PluginFolder, in_host: InHost) -> None:
    count = "_G.order = _G.order or {{}}; table.insert(_G.order, '{}')"
    site = Site(folder, {"hub": count.format("hub"), "user": count.format("user") + "; here = modules.hub ~= nil"})

    async def scenario() -> None:
        async with hosting(folder) as running:
            runtime = running.host.plugins.active("myclient").runtime  # type: ignore[union-attr]
            assert isinstance(runtime, ClientPlugin)
            lua(running, "order = {}")
            assert runtime.take_saves([site.script("user"), site.script("hub")], None)
            assert lua(running, "return order") == ["hub", "user"]
            assert [set(report.parts) for report in running.reports if report.parts] == [{"hub", "user"}]

    in_host(scenario)


def test_a_hub_that_breaks_its_user_stays_as_it_was(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"hub": "function give() return 1 end", "user": "got = modules.hub.give()"})

    async def scenario() -> None:
        async with hosting(folder) as running:
            site.script("hub").write_text("function other() return 2 end")
            runtime = running.host.plugins.active("myclient").runtime  # type: ignore[union-attr]
            assert isinstance(runtime, ClientPlugin)
            runtime.take_saves([site.script("hub")], None)
            report = running.reports[-1]
            assert (report.ok, report.parts, report.kept) == (False, ["hub"], ["myclient"])
            assert report.problems[0].file == "modules/user/user.lua"
            assert lua(running, "return { modules.hub.give(), modules.user.got }") == [1, 1]

    in_host(scenario)


def test_a_module_that_fails_at_the_start_is_told_and_mended(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": "\nerror('not today')", "game_b": "value = 1"})

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            report = running.reports[0]
            assert report.ok and report.warnings == ["module game_a: modules/game_a/game_a.lua:2: not today"]
            rows = modules_of(running)
            assert (rows["game_a"]["state"], rows["game_b"]["state"]) == ("failed", "active")
            site.script("game_a").write_text("value = 2")
            await running.until(lambda: ("load", ["game_a"], True) in parts_of(running.reports))
            assert lua(running, "return modules.game_a.value") == 2
            assert modules_of(running)["game_a"]["errors"] == []

    in_host(scenario)


def test_a_client_that_can_not_start_is_refused(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": ""})
    init = site.checkout / "init.lua"
    stock = init.read_text()

    async def scenario() -> None:
        async with hosting(folder) as running:
            served = client_of(running)
            init.write_text("\n\nerror('not this client')")
            report = running.host.plugins.reload("myclient")
            assert not report.ok and report.kept == ["myclient"]
            assert str(report.problems[0]) == "init.lua:3: not this client"
            assert client_of(running) is served
            init.write_text("g_logger.fatal('gone')")
            assert not running.host.plugins.reload("myclient").ok
            init.write_text(stock)
            assert running.host.plugins.reload("myclient").ok
            assert client_of(running) is not served

    in_host(scenario)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [("checkout: ../nowhere\n", "is no checkout of OTClient"), ("", "name one in myclient/plugin.yaml by `checkout:`")],
)
def test_without_a_checkout(folder: PluginFolder, in_host: InHost, manifest: str, said: str) -> None:
    folder.write("myclient/plugin.yaml", f"name: myclient\nrealm: otclient\n{manifest}")

    async def scenario() -> None:
        async with hosting(folder) as running:
            assert running.info("myclient")["state"] == "failed"
            assert said in running.info("myclient")["errors"][0]

    in_host(scenario)


def test_the_plugins_folder_may_be_the_checkout(folder: PluginFolder, in_host: InHost) -> None:
    write_checkout(folder.path / "myclient", {"game_a": "value = 1"})
    folder.write("myclient/plugin.yaml", "name: myclient\nrealm: otclient\n")

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            folder.write("myclient/modules/game_a/game_a.lua", "value = 2")
            await running.until(lambda: parts_of(running.reports))
            assert lua(running, "return modules.game_a.value") == 2
            folder.write("myclient/modules/game_a/game_a.lua", "value = = 3")
            await running.until(lambda: not running.reports[-1].ok)
            assert running.reports[-1].problems[0].file == "myclient/modules/game_a/game_a.lua"
            count = len(running.reports)
            folder.write("myclient/init.lua", "-- another\n" + (folder.path / "myclient" / "init.lua").read_text())
            await running.until(lambda: len(running.reports) > count)
            assert "starts it anew" in running.reports[-1].problems[0].message

    in_host(scenario)


def test_libraries_are_not_reloaded_alone(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": ""})

    async def scenario() -> None:
        async with hosting(folder) as running:
            runtime = running.host.plugins.active("myclient").runtime  # type: ignore[union-attr]
            assert isinstance(runtime, ClientPlugin)
            runtime.take_saves([site.script("corelib")], None)
            report = running.reports[-1]
            assert (report.ok, report.kept, report.parts) == (False, ["myclient"], ["corelib"])
            assert "`tibicen plugins reload myclient`" in report.problems[0].message

    in_host(scenario)


def test_what_is_no_code_of_the_client_changes_nothing(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": COUNTING.format(1)})
    own = site.script("game_a").parent

    async def scenario() -> None:
        async with hosting(folder) as running:
            runtime = running.host.plugins.active("myclient").runtime  # type: ignore[union-attr]
            assert isinstance(runtime, ClientPlugin)
            count = len(running.reports)
            for name in ("game_a.lua~", "serverSIDE/talk.lua", "game_a_test.lua", "README.md", ".game_a.lua.swp"):
                (own / name).parent.mkdir(exist_ok=True)
                (own / name).write_text("x")
                assert runtime.take_saves([own / name], None)
            assert len(running.reports) == count and lua(running, "return package.loads") == 1
            (own / "more.lua").write_text("")
            runtime.take_saves([own / "more.lua"], None)
            assert lua(running, "return package.loads") == 2

    in_host(scenario)


def test_when_events_were_lost_everything_is_looked_at(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": "value = 1", "game_b": "value = 1"})
    write_module(site.plugin, "mine", "value = 1")

    async def scenario() -> None:
        async with hosting(folder) as running:
            site.script("game_a").write_text("value = 2")
            write_module(site.plugin, "other", "value = 2")
            shutil.rmtree(site.plugin / "mine")
            running.save(folder.path)
            assert sorted(parts_of(running.reports)) == [
                ("load", ["other"], True),
                ("reload", ["game_a"], True),
                ("unload", ["mine"], True),
            ]
            assert running.info("myclient")["generation"] == 1

    in_host(scenario)


def test_the_manifest_reloads_the_whole_client_and_settings_stay(
    folder: PluginFolder, in_host: InHost, tmp_path: Path
) -> None:
    code = "g_configs.getSettings():setValue('seen', 'yes')"
    site = Site(folder, {"game_a": ""})

    async def scenario() -> None:
        async with hosting(folder, data=tmp_path / "data") as running:
            lua(running, code)
            manifest = site.plugin / "plugin.yaml"
            manifest.write_text(manifest.read_text() + "version: '2'\n")
            running.save(manifest)
            assert running.info("myclient")["generation"] == 2
            assert lua(running, "return g_configs.getSettings():getValue('seen')") == "yes"
            lua(running, "g_configs.getSettings():setValue('seen', 'twice')")

    in_host(scenario)
    settings = tmp_path / "data" / "otclient" / "myclient" / ".otclient" / "config.otml"
    assert "seen: twice" in settings.read_text()


def test_settings_of_the_owner_are_the_clients(folder: PluginFolder, in_host: InHost) -> None:
    manifest = "settings:\n  locale: {type: string, default: en}\n  hosts: {type: list, default: [a, b]}\n"
    Site(folder, {"game_a": "seen = g_configs.getSettings():getValue('locale')"}, manifest)

    async def scenario() -> None:
        async with hosting(folder, plugins={}) as running:
            assert lua(running, "return { modules.game_a.seen, g_configs.getSettings():getList('hosts') }") == [
                "en",
                ["a", "b"],
            ]
            runtime = running.host.plugins.active("myclient").runtime  # type: ignore[union-attr]
            assert isinstance(runtime, ClientPlugin)
            runtime.settings_changed({"locale": "de"})
            assert lua(running, "return g_configs.getSettings():getValue('locale')") == "de"

    in_host(scenario)


def test_a_client_that_ends_itself_is_told(folder: PluginFolder, in_host: InHost) -> None:
    Site(folder, {"game_a": "scheduleEvent(function() g_app.exit() end, 20)"})

    async def scenario() -> None:
        async with hosting(folder) as running:
            await running.until(lambda: running.host.plugin_info("myclient")["stopped"])
            assert running.info("myclient")["state"] == "active"
            assert running.host.plugins.reload("myclient").ok

    in_host(scenario)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("127.0.0.1", True), ("localhost", True), ("api.example.com", True), ("example.org", False), ("::2", False)],
)
def test_whom_a_client_may_talk_to(folder: PluginFolder, in_host: InHost, host: str, allowed: bool) -> None:
    Site(folder, {"game_a": ""}, "permissions: ['net.http:*.example.com']\n")

    async def scenario() -> None:
        async with hosting(folder, permissions=PermissionsConfig()) as running:
            assert client_of(running).operations["net.permits"](host, 80) is allowed

    in_host(scenario)


def test_styles_follow_without_a_reload(folder: PluginFolder, in_host: InHost) -> None:
    site = Site(folder, {"game_a": COUNTING.format(1) + "; box = g_ui.createWidget('Box', g_ui.getRootWidget())"})
    styles = site.checkout / "data" / "styles"
    styles.mkdir()
    (styles / "boxes.otui").write_text("Box < UIWidget\n  size: 10 20\n")
    (site.checkout / "modules" / "client_styles" / "client_styles.lua").write_text(
        "g_ui.importStyle('/data/styles/boxes.otui')"
    )

    async def scenario() -> None:
        async with hosting(folder, watch=True) as running:
            (styles / "boxes.otui").write_text("Box < UIWidget\n  size: 11 20\n")
            await running.until(lambda: parts_of(running.reports))
            assert parts_of(running.reports) == [("reload", ["data/styles/boxes.otui"], True)]
            assert lua(running, "return { modules.game_a.box:getWidth(), package.loads }") == [11, 1]
            (styles / "boxes.otui").write_text("Box < UIWidget\n\t\tsize 11\n")
            await running.until(lambda: not running.reports[-1].ok)
            problem = running.reports[-1].problems[0]
            assert (problem.file, problem.line) == ("data/styles/boxes.otui", 2)
            # What is gone from a style needs its widgets made anew.
            (styles / "boxes.otui").write_text("Box < UIWidget\n  height: 20\n")
            await running.until(lambda: ("reload", ["game_a"], True) in parts_of(running.reports))
            assert lua(running, "return { modules.game_a.box:getHeight(), package.loads }") == [20, 2]

    in_host(scenario)


GAMELIB = """
local extendedCallbacks, extendedJSONCallbacks = {}, {}
function ProtocolGame.registerExtendedOpcode(opcode, callback) extendedCallbacks[opcode] = callback end
function ProtocolGame.registerExtendedJSONOpcode(opcode, callback) extendedJSONCallbacks[opcode] = callback end
"""


def test_who_answers_which_extended_opcode_is_told(folder: PluginFolder, in_host: InHost) -> None:
    script = """
        ProtocolGame.registerExtendedOpcode(201, function() end)
        ProtocolGame.registerExtendedJSONOpcode(7, function() end)
    """
    Site(folder, {"corelib": CORELIB + GAMELIB, "game_a": script})

    async def scenario() -> None:
        async with hosting(folder) as running:
            seven, other = running.host.plugin_info("myclient")["extended_opcodes"]
            assert seven.startswith("7 as JSON: game_a (") and seven.endswith("takes it for: needs update")
            assert other.startswith("201: game_a (") and "game_a.lua:2" in other

    in_host(scenario)
