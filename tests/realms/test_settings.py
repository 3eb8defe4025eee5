"""settings.NAME and plugin.settings: typed, with defaults, checked, and live while the plugin runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost

from tibicen.config import HostConfig, PluginConfig
from tibicen.host import Host
from tibicen.lifecycle.report import Report

MANIFEST = """
settings:
  greeting: {type: string, default: "Welcome", choices: ["Welcome", "Hello", "Moin"]}
  every: {type: integer, default: 10, min: 1, max: 99}
  rate: {type: number, default: 1.5}
  loud: {type: boolean, default: false}
  names: {type: list, default: [a, b]}
  prices: {type: map, default: {sword: 5}}
"""
DEFAULTS = {
    "greeting": "Welcome",
    "every": 10,
    "rate": 1.5,
    "loud": False,
    "names": ["a", "b"],
    "prices": {"sword": 5},
}

LUA = """
    local heard = {}
    function on_settings(changed) heard[#heard + 1] = changed end
    function exports.heard() return json.array(heard) end
    function exports.get(name) return settings[name] end
    function exports.add(name) table.insert(settings.names, name) end
"""
PYTHON = """
    heard = []

    def on_settings(changed):
        heard.append(changed)

    def setup(plugin):
        plugin.export(lambda: heard, "heard")
        plugin.export(lambda name: plugin.settings.get(name), "get")
        plugin.export(lambda name: plugin.settings["names"].append(name), "add")
"""


@pytest.fixture(params=["lua", "python"])
def polite(request: pytest.FixtureRequest, folder: PluginFolder) -> str:
    """A plugin `polite` in each language, with the same settings and exports."""
    if request.param == "lua":
        folder.plugin("polite", LUA, MANIFEST)
    else:
        folder.plugin("polite", PYTHON, MANIFEST, entry="plugin.py")
    return str(request.param)


def owner_says(**settings: Any) -> dict[str, PluginConfig]:
    return {"polite": PluginConfig(settings=settings)}


def in_force(running: RunningHost) -> dict[str, Any]:
    return {name: running.export("polite", "get", name) for name in DEFAULTS}


@pytest.mark.usefixtures("polite")
def test_defaults_of_every_type(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host() as running:
            assert in_force(running) == DEFAULTS
            assert running.export("polite", "get", "unheard") is None

    in_host(scenario)


@pytest.mark.usefixtures("polite")
def test_the_owner_wins_over_the_defaults(host: Any, in_host: Any) -> None:
    chosen = {"greeting": "Moin", "every": 3, "rate": 2, "loud": True, "names": [], "prices": {"axe": 7, "bow": 9}}

    async def scenario() -> None:
        async with host(plugins=owner_says(**chosen)) as running:
            got = in_force(running)
            # An empty table has no shape in Lua; it comes back as a map.
            assert not got.pop("names")
            assert got == {name: value for name, value in chosen.items() if name != "names"}

    in_host(scenario)


WRONG = {
    "a string for an integer": ({"every": "often"}, "every: expected a value of type integer, found 'often'"),
    "a number for an integer": ({"every": 1.5}, "every: expected a value of type integer, found 1.5"),
    "a boolean for an integer": ({"every": True}, "every: expected a value of type integer, found True"),
    "a number for a string": ({"greeting": 5}, "greeting: expected a value of type string, found 5"),
    "a string for a boolean": ({"loud": "yes"}, "loud: expected a value of type boolean, found 'yes'"),
    "a map for a list": ({"names": {"a": 1}}, "names: expected a value of type list, found {'a': 1}"),
    "a list for a map": ({"prices": [1]}, "prices: expected a value of type map, found [1]"),
    "nothing": ({"rate": None}, "rate: expected a value of type number, found None"),
    "too little": ({"every": 0}, "every: 0 is below the minimum of 1"),
    "too much": ({"every": 100}, "every: 100 is above the maximum of 99"),
    "none of the choices": ({"greeting": "Hi"}, "greeting: 'Hi' is none of 'Welcome', 'Hello', 'Moin'"),
    "an unknown one": (
        {"greetings": "x"},
        "greetings: polite has no such setting; it has greeting, every, rate, loud, names, prices",
    ),
}


@pytest.mark.usefixtures("polite")
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_value_keeps_the_plugin_from_loading(host: Any, in_host: Any, what: str) -> None:
    settings, sentence = WRONG[what]

    async def scenario() -> None:
        async with host(plugins=owner_says(**settings)) as running:
            info = running.info("polite")
            assert info["state"] == "failed"
            assert info["errors"] == [f"plugins.polite.settings.{sentence}"]

    in_host(scenario)


@pytest.mark.usefixtures("polite")
def test_every_wrong_value_is_told_at_once(host: Any, in_host: Any) -> None:
    async def scenario() -> None:
        async with host(plugins=owner_says(every="often", loud=1)) as running:
            (error,) = running.info("polite")["errors"]
            assert "settings.every: " in error
            assert "settings.loud: " in error

    in_host(scenario)


class Owner:
    """Edits host.yaml of a running host."""

    def __init__(self, folder: PluginFolder, file: Path) -> None:
        self.file = file
        self.reports: list[Report] = []
        file.write_text("{}\n", encoding="utf-8")
        self.host = Host(HostConfig(), folder.path, config_file=file, on_report=self.reports.append)
        self.running = RunningHost(self.host, self.reports)

    def says(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.host.reload_config()


@pytest.mark.usefixtures("polite")
def test_a_change_is_live_and_heard_of(folder: PluginFolder, tmp_path: Path, in_host: Any) -> None:
    async def scenario() -> None:
        owner = Owner(folder, tmp_path / "host.yaml")
        await owner.host.start(watch=False, listen=False)
        try:
            owner.says("plugins: {polite: {settings: {greeting: Hello, every: 10}}}\n")
            assert owner.running.export("polite", "get", "greeting") == "Hello"
            # Only what is different from before: `every` was 10 already.
            assert owner.running.export("polite", "heard") == [{"greeting": "Hello"}]
            owner.says("plugins: {polite: {settings: {every: 4}}}\n")
            assert in_force(owner.running) == {**DEFAULTS, "every": 4}
            assert owner.running.export("polite", "heard")[1] == {"greeting": "Welcome", "every": 4}
            # No reload was needed, and the next generation has the same.
            assert owner.running.info("polite")["generation"] == 1
            assert owner.host.plugins.reload("polite").ok
            assert in_force(owner.running) == {**DEFAULTS, "every": 4}
        finally:
            await owner.host.stop()

    in_host(scenario)


@pytest.mark.usefixtures("polite")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("plugins: {polite: {settings: {every: 0}}}\n", "plugins.polite.settings.every: 0 is below the minimum of 1"),
        ("plugins: {polite: {settings: {evry: 1}}}\n", "plugins.polite.settings.evry: polite has no such setting"),
        ("plugins: {polite: {setings: {}}}\n", "setings"),
        ("plugins: [\n", "host.yaml:"),
    ],
)
def test_a_wrong_change_is_refused_and_nothing_changes(
    folder: PluginFolder, tmp_path: Path, in_host: Any, text: str, sentence: str
) -> None:
    async def scenario() -> None:
        owner = Owner(folder, tmp_path / "host.yaml")
        await owner.host.start(watch=False, listen=False)
        try:
            owner.says("plugins: {polite: {settings: {every: 4}}}\n")
            owner.reports.clear()
            owner.says(text)
            (report,) = owner.reports
            assert not report.ok
            assert sentence in str(report.problems[0])
            assert in_force(owner.running) == {**DEFAULTS, "every": 4}
            assert owner.running.export("polite", "heard") == [{"every": 4}]
        finally:
            await owner.host.stop()

    in_host(scenario)


BROKEN_LISTENERS = {
    "lua": (
        'function on_settings()\n    error("no")\nend\nfunction exports.get(name) return settings[name] end\n',
        "init.lua",
        "polite/init.lua:2: no",
    ),
    "python": (
        'def on_settings(changed):\n    raise ValueError("no")\n\n\ndef setup(plugin):\n'
        '    plugin.export(lambda name: plugin.settings[name], "get")\n',
        "plugin.py",
        "polite/plugin.py:2: ValueError: no",
    ),
}


@pytest.mark.parametrize("language", BROKEN_LISTENERS)
def test_an_error_in_on_settings_is_a_strike_and_the_value_is_in_force(
    folder: PluginFolder, tmp_path: Path, in_host: Any, language: str
) -> None:
    code, entry, reason = BROKEN_LISTENERS[language]
    folder.plugin("polite", code, MANIFEST, entry=entry)

    async def scenario() -> None:
        owner = Owner(folder, tmp_path / "host.yaml")
        await owner.host.start(watch=False, listen=False)
        try:
            owner.says("plugins: {polite: {settings: {every: 4}}}\n")
            (strike,) = owner.running.info("polite")["strikes"]
            assert strike == {"kind": "error", "reason": reason}
            assert owner.running.export("polite", "get", "every") == 4
        finally:
            await owner.host.stop()

    in_host(scenario)


@pytest.mark.usefixtures("polite")
def test_what_a_plugin_does_to_a_list_is_gone_with_its_generation(host: Any, in_host: Any) -> None:
    names = ["x"]

    async def scenario() -> None:
        async with host(plugins=owner_says(names=names)) as running:
            running.export("polite", "add", "mine")
            assert running.export("polite", "get", "names") == ["x", "mine"]
            assert running.host.plugins.reload("polite").ok
            assert running.export("polite", "get", "names") == ["x"]
        assert names == ["x"]

    in_host(scenario)


def test_a_plugin_can_not_set_them(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin("lua", '-- one\nsettings.greeting = "mine"')
    folder.write("python.py", 'def setup(plugin):\n    plugin.settings["greeting"] = "mine"\n')

    async def scenario() -> None:
        async with host() as running:
            (lua,) = running.info("lua")["errors"]
            assert lua == "lua/init.lua:2: settings.greeting is set by the owner (host.yaml), not by the plugin"
            (python,) = running.info("python")["errors"]
            assert python.startswith("python.py:2: TypeError: ")

    in_host(scenario)


def test_a_shared_vm_has_settings_too(folder: PluginFolder, tmp_path: Path, in_host: Any) -> None:
    folder.plugin("polite", LUA, MANIFEST + "tier: shared\n")

    async def scenario() -> None:
        owner = Owner(folder, tmp_path / "host.yaml")
        await owner.host.start(watch=False, listen=False)
        try:
            owner.says("plugins: {polite: {settings: {loud: true}}}\n")
            assert owner.running.export("polite", "get", "loud") is True
            assert owner.running.export("polite", "heard") == [{"loud": True}]
        finally:
            await owner.host.stop()

    in_host(scenario)
