"""host.yaml while the host runs: what is live, what is not, and a file that can't be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.conftest import PluginFolder, RunningHost, Scenario
from tests.hosting import PATIENCE, Owner, ask_xml, hosting

from tibicen.lifecycle.report import Report

InHost = Callable[[Scenario], Any]

POLITE = """
settings:
  greeting: {type: string, default: "Welcome"}
  every: {type: integer, default: 10, min: 1}
"""
POLITE_CODE = """
    local heard = {}
    function on_settings(changed) heard[#heard + 1] = changed end
    function exports.heard() return json.array(heard) end
    function exports.greeting() return settings.greeting end
    hooks.on("player.login", function() log.info("login") end)
"""


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    return Owner(tmp_path / "host.yaml")


@pytest.fixture
def polite(folder: PluginFolder) -> PluginFolder:
    folder.plugin("polite", POLITE_CODE, POLITE)
    return folder


def read_again(running: RunningHost) -> Report:
    """What was told of the host.yaml that lies there now."""
    running.reports.clear()
    running.host.reload_config()
    return next(report for report in running.reports if report.action == "config")


def test_a_saved_file_is_read_by_itself(polite: PluginFolder, owner: Owner, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path, watch=True) as running:
            owner.says(plugins={"polite": {"settings": {"greeting": "Hello"}}})
            await running.until(lambda: running.export("polite", "greeting") == "Hello", PATIENCE)
            owner.writes("plugins: {polite: {setings: {}}}")
            await running.until(lambda: any(not report.ok for report in running.reports), PATIENCE)
            owner.says()
            await running.until(lambda: running.export("polite", "greeting") == "Welcome", PATIENCE)
            # Another file beside it is none of its business.
            running.reports.clear()
            (owner.path.parent / "other.yaml").write_text("a: [")
            owner.says(plugins={"polite": {"enabled": False}})
            await running.until(lambda: running.info("polite")["state"] == "disabled", PATIENCE)
            assert all(report.ok for report in running.reports)

    in_host(scenario)


def test_settings_are_live_without_a_reload(polite: PluginFolder, owner: Owner, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path) as running:
            owner.says(plugins={"polite": {"settings": {"greeting": "Hello", "every": 10}}})
            assert read_again(running).ok
            assert running.export("polite", "heard") == [{"greeting": "Hello"}], "10 is what it was"
            assert running.info("polite")["generation"] == 1
            owner.says()
            assert read_again(running).ok
            assert running.export("polite", "greeting") == "Welcome"

    in_host(scenario)


def test_a_plugin_that_was_refused_for_its_settings_gets_another_chance(
    polite: PluginFolder, owner: Owner, in_host: InHost
) -> None:
    owner.says(plugins={"polite": {"settings": {"greting": "Hello"}}})

    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path) as running:
            assert running.info("polite")["state"] == "failed"
            assert "polite has no such setting" in running.info("polite")["errors"][0]
            owner.says(plugins={"polite": {"settings": {"greeting": "Hello"}}})
            assert read_again(running).ok
            assert running.export("polite", "greeting") == "Hello"

    in_host(scenario)


def test_plugins_are_disabled_and_enabled(polite: PluginFolder, owner: Owner, in_host: InHost, tmp_path: Path) -> None:
    off = {"plugins": {"polite": {"enabled": False}, "later": {"enabled": False}}}

    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path, data=tmp_path / "data") as running:
            owner.says(**off)
            read_again(running)
            assert running.info("polite")["state"] == "disabled"
            # One that is not there yet, and comes while it is disabled.
            running.save(polite.write("later.lua", ""))
            assert running.info("later")["state"] == "disabled"
            report = running.host.set_enabled("polite", True)
            assert report.ok
            assert "after a restart it is disabled again" in report.warnings[0]
            running.host.set_enabled("polite", False)
            owner.says()
            read_again(running)
            assert running.info("polite")["state"] == "active", "the owner's last word, whoever had disabled it"
            assert running.info("later")["state"] == "active"
        async with hosting(polite, config_file=owner.path, data=tmp_path / "data") as running:
            assert running.info("polite")["state"] == "active", "and nothing of it is left"
        owner.says(**off)
        async with hosting(polite, config_file=owner.path, data=tmp_path / "data") as running:
            assert running.info("polite")["state"] == "disabled"
            owner.says()
            read_again(running)
        async with hosting(polite, config_file=owner.path, data=tmp_path / "data") as running:
            assert running.info("polite")["state"] == "active"

    in_host(scenario)


def test_one_that_is_enabled_for_a_plugin_that_never_came(polite: PluginFolder, owner: Owner, in_host: InHost) -> None:
    owner.says(plugins={"later": {"enabled": False}})

    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path) as running:
            owner.says()
            assert read_again(running).ok
            running.save(polite.write("later.lua", ""))
            assert running.info("later")["state"] == "active"

    in_host(scenario)


def test_a_plugin_whose_files_are_gone_holds_up_no_other(polite: PluginFolder, owner: Owner, in_host: InHost) -> None:
    polite.plugin("gone", "")
    owner.says(plugins={name: {"enabled": False} for name in ("gone", "polite")})

    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path) as running:
            for path in sorted((polite.path / "gone").iterdir()):
                path.unlink()
            owner.says()
            assert read_again(running).ok
            assert any("does not hold the plugin" in str(each.problems) for each in running.reports)
            assert running.info("polite")["state"] == "active"

    in_host(scenario)


def test_log_levels_are_live(polite: PluginFolder, owner: Owner, in_host: InHost) -> None:
    async def scenario() -> None:
        with structlog.testing.capture_logs() as lines:
            async with hosting(polite, config_file=owner.path) as running:

                def logged(**config: Any) -> int:
                    owner.says(**config)
                    assert read_again(running).ok
                    before = len(lines)
                    running.host.emit("player.login", [{"id": 1, "name": "Eve"}])
                    return len(lines) - before

                assert logged() == 1
                assert logged(log_level="warn") == 0
                assert logged(log_level="warn", plugins={"polite": {"log_level": "debug"}}) == 1
                assert logged(log_level="info", plugins={"polite": {"log_level": "error"}}) == 0

    in_host(scenario)


def test_what_the_status_says_is_live(folder: PluginFolder, owner: Owner, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(folder, config_file=owner.path, listen=True) as running:
            owner.says(status={"port": 0, "info": {"motd": "Hail"}})
            report = read_again(running)
            assert (report.ok, report.warnings) == (True, [])
            assert (await ask_xml(running))["motd"]["text"] == "Hail"

    in_host(scenario)


def test_what_needs_a_restart_is_told(folder: PluginFolder, owner: Owner, in_host: InHost) -> None:
    async def scenario() -> None:
        async with hosting(folder, config_file=owner.path) as running:
            owner.says(
                status={"port": 1, "throttle_seconds": 0},
                data_dir="elsewhere",
                strikes={"limit": 9},
                isolated={"heartbeat_seconds": 1},
            )
            (warning,) = read_again(running).warnings
            names = ("status.port", "status.throttle_seconds", "data_dir", "strikes", "isolated")
            assert warning.endswith("changed, but in force only after a restart")
            assert all(name in warning for name in names)

    in_host(scenario)


UNUSABLE = {
    "no YAML": ("a: [", "host.yaml:1: this is not YAML"),
    "an unknown key": ("log_level: info\nstatsu: {}\n", "host.yaml:2: unknown key 'statsu'; did you mean 'status'?"),
    "a wrong type": ("plugins: {polite: {enabled: 'no'}}", "host.yaml:1: plugins.polite.enabled must be true or false"),
    "a wrong level": ("log_level: loud", "log_level must be one of debug, info, warn, error, found 'loud'"),
    "out of range": ("status: {port: 70000}", "status.port"),
    "a heartbeat too rare": ("isolated: {heartbeat_seconds: 60}", "isolated.heartbeat_seconds"),
    "no such setting": ("plugins: {polite: {settings: {greting: Hi}}}", "polite has no such setting; it has greeting"),
    "a setting's type": ("plugins: {polite: {settings: {greeting: 7}}}", "expected a value of type string, found 7"),
    "a status field": ("status: {info: {sever: {}}}", "status.info: the status document can't be sent"),
    "gone": (None, "No such file or directory"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_file_that_can_not_be_used_changes_nothing(
    polite: PluginFolder, owner: Owner, in_host: InHost, case: str
) -> None:
    text, message = UNUSABLE[case]
    owner.says(plugins={"polite": {"settings": {"greeting": "Hello"}}}, log_level="error")

    async def scenario() -> None:
        async with hosting(polite, config_file=owner.path, listen=True) as running:
            before = running.host.config
            if text is None:
                owner.path.unlink()
            else:
                owner.writes(text)
            report = read_again(running)
            assert not report.ok
            assert message in str(report.problems[0])
            assert running.host.config is before
            assert running.export("polite", "greeting") == "Hello"
            assert running.export("polite", "heard") == []
            assert (await ask_xml(running))["serverinfo"]["servername"] == "Tibicen"
            owner.says(plugins={"polite": {"settings": {"greeting": "Hi"}}}, log_level="error")
            assert read_again(running).ok
            assert running.export("polite", "greeting") == "Hi"

    in_host(scenario)
