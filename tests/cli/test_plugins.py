"""`tibicen plugins ...` and `tibicen emit`, against a host that runs beside the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command, Served
from tests.cli.hosts import Said

from tibicen.cli.plugin_commands import _shown

REPORT = {"action", "plugins", "ok", "generations", "problems", "kept", "warnings", "parts", "ms", "since_save_ms"}

COUNTER = """
local count = 0
hooks.on("player.logout", function() count = count + 1 end)
function exports.version() return {version} end
function on_snapshot() return count end
function on_migrate(old) count = old or 0 end
"""


@pytest.fixture
def ask(tibicen: Command, served: Served) -> Command:
    """Runs a command in the host's folder, where it finds the host by itself."""

    def run(*words: str | Path) -> Said:
        return tibicen(*words, cwd=served.folder)

    return run


# -- looking --------------------------------------------------------------------------------------------


def test_the_list(ask: Command, served: Served) -> None:
    served.plugins.plugin("listed", COUNTER.format(version=1), "version: '1.2.3'")
    served.until_serving("listed")
    said = ask("plugins", "list")
    assert (said.code, said.err) == (0, "")
    heading, *rows = said.out.splitlines()
    assert heading.split()[:4] == ["plugin", "version", "state", "gen"]
    (row,) = [row.split() for row in rows if row.startswith("listed ")]
    assert row[:6] == ["listed", "1.2.3", "active", "1", "contained", "1"]
    said = ask("plugins", "list", "--json")
    assert said.json["folder"] == str(served.plugins.path)
    assert said.json["status"] == {"port": 0, "connections": 0, "counts": {}}
    assert "listed" in [each["name"] for each in said.json["plugins"]]


def test_info_tells_what_serves_and_why_the_newest_does_not(ask: Command, served: Served) -> None:
    served.plugins.plugin("looked-at", COUNTER.format(version=1), "version: '1.2.3'\ndescription: 'a [b]'")
    served.until_serving("looked-at")
    info = ask("plugins", "info", "looked-at", "--json").json
    expected = {
        "name": "looked-at",
        "realm": "native",
        "tier": "contained",
        "state": "active",
        "generation": 1,
        "errors": [],
        "version": "1.2.3",
        "language": "lua",
        "handlers": 1,
        "owns": {"hook": 1, "export": 1},
    }
    assert {key: info[key] for key in expected} == expected
    served.plugins.write("looked-at/init.lua", "local t = {}\nt['[x]'] = = 1")
    served.until("looked-at", lambda now: now["errors"])
    info = ask("plugins", "info", "looked-at", "--json").json
    assert (info["state"], info["generation"], info["reloads"]) == ("active", 1, 0)
    (error,) = info["errors"]
    assert error.startswith("looked-at/init.lua:2: ")
    said = ask("plugins", "info", "looked-at")
    assert said.code == 0
    assert error in said.out
    assert "a [b]" in said.out, "brackets are no markup"
    (row,) = [line for line in ask("plugins", "list").out.splitlines() if line.startswith("looked-at ")]
    assert "active (newest refused)" in row


def test_a_name_that_is_none(ask: Command, served: Served) -> None:
    served.plugins.write("nearly.lua", "")
    served.until_serving("nearly")
    for command in ("info", "load", "unload", "reload", "enable", "disable"):
        for as_json in ([], ["--json"]):
            said = ask("plugins", command, "nearyl", *as_json)
            assert (said.code, said.out) == (1, "")
            assert said.err == "tibicen: no plugin 'nearyl'; did you mean 'nearly'?\n"


# -- steering -------------------------------------------------------------------------------------------


def test_a_plugin_is_taken_through_all_its_states(ask: Command, served: Served) -> None:
    served.plugins.plugin("base", COUNTER.format(version=1))
    served.plugins.plugin("user", "", "requires: {base: '*'}")
    served.until_serving("user")

    def state(name: str) -> str:
        return str(ask("plugins", "info", name, "--json").json["state"])

    def steer(command: str, name: str, *options: str) -> dict[str, Any]:
        said = ask("plugins", command, name, "--json", *options)
        report: dict[str, Any] = said.json
        assert set(report) == REPORT
        assert said.code == (0 if report["ok"] else 1)
        return report

    report = steer("reload", "base")
    assert (report["action"], report["plugins"]) == ("reload", ["base", "user"])
    assert report["generations"] == {"base": 2, "user": 2}
    report = steer("unload", "base")
    assert (report["action"], report["plugins"]) == ("unload", ["user", "base"])
    assert (state("base"), state("user")) == ("unloaded", "failed")
    report = steer("load", "user")
    assert report["problems"] == ["user requires base, which is not active"]
    assert steer("load", "base")["generations"] == {"base": 3}
    assert (state("base"), state("user")) == ("active", "active")
    assert steer("disable", "base")["ok"]
    assert (state("base"), state("user")) == ("disabled", "failed")
    said = ask("plugins", "load", "base")
    assert (said.code, said.err) == (1, "tibicen: base is disabled; `tibicen plugins enable base` first\n")
    assert steer("enable", "base")["ok"]
    assert (state("base"), state("user")) == ("active", "active")


def test_a_refusal_in_words(ask: Command, served: Served) -> None:
    served.plugins.plugin("fussy", COUNTER.format(version=1) + "function on_snapshot() error('stuck') end")
    served.until_serving("fussy")
    said = ask("plugins", "reload", "fussy")
    assert said.code == 1
    assert said.out.splitlines()[0].startswith("reload of fussy: refused in ")
    assert "--discard-state" in said.out
    assert said.out.splitlines()[-1] == "  fussy: the old generation goes on serving"
    said = ask("plugins", "reload", "fussy", "--discard-state")
    assert said.code == 0
    assert said.out.startswith("reload of fussy: done in ")


# -- hooks ----------------------------------------------------------------------------------------------


def test_a_hook_is_run(ask: Command, served: Served) -> None:
    served.plugins.write(
        "speaker.lua",
        "hooks.on('player.say', function(text, player) if player.name == 'Loud' then return text:upper() end end)",
    )
    served.until_serving("speaker")
    said = ask("emit", "player.say", "hi there", '{"id": 1, "name": "Loud"}')
    assert said.json == {"value": "HI THERE", "stopped_by": None}
    # What is JSON is taken as that, what is not as text.
    assert ask("emit", "player.say", '"7"', '{"name": "Loud"}').json["value"] == "7"
    assert ask("emit", "player.logout", '{"id": 1, "name": "Loud"}').out == "null\n"
    assert ask("emit", "player.say", "hi").err.startswith("tibicen: player.say takes 2 argument(s) (text, player)")
    served.plugins.write("failing.lua", "hooks.on('player.say', function(text, player) return text .. player.nick end)")
    served.until_serving("failing")
    said = ask("emit", "player.say", "hi there", '{"name": "Loud"}')
    assert (said.code, said.json["value"]) == (1, "HI THERE")
    assert said.err.startswith(
        "tibicen: failed: failing (player.say): failing.lua:1: attempt to concatenate field 'nick'"
    )
    assert ask("emit", "player.say", "hi", '{"name": "Quiet", "nick": "Q"}').json["value"] == "hiQ"
    said = ask("emit", "player.sya", "hi")
    assert (said.code, said.err) == (1, "tibicen: there is no hook 'player.sya'; did you mean 'player.say'?\n")


# -- where the host is ----------------------------------------------------------------------------------


def test_the_socket_can_be_named(tibicen: Command, served: Served, tmp_path: Path) -> None:
    path = served.folder / ".tibicen" / "control.sock"
    said = tibicen("plugins", "list", "--json", "--socket", path, cwd=tmp_path)
    assert said.json["folder"] == str(served.plugins.path)
    said = tibicen("plugins", "list", cwd=tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("tibicen: no host listens at .tibicen/control.sock; start one with `tibicen run`")


def test_it_is_found_where_host_yaml_says(tibicen: Command, served: Served, tmp_path: Path) -> None:
    config = tmp_path / "host.yaml"
    config.write_text(f"data_dir: {json.dumps(str(served.folder / '.tibicen'))}\n", encoding="utf-8")
    assert tibicen("plugins", "list", "--json", cwd=tmp_path).code == 0
    config.write_text("data_dir: [", encoding="utf-8")
    assert "no host listens at .tibicen/control.sock" in tibicen("plugins", "list", cwd=tmp_path).err


def test_a_command_line_that_is_wrong(tibicen: Command) -> None:
    for words in (["plugins", "info"], ["plugins", "inof", "x"], ["plugins", "list", "--nonsense"], ["no-such"]):
        assert tibicen(*words).code == 2


def test_parts_of_a_plugin_are_a_line_each() -> None:
    row = {"name": "game_x", "state": "active", "reloads": 2, "errors": ["one"], "refused": ["x.lua:1: two"]}
    assert _shown(row) == "game_x: active, reloaded 2 times\n    one\n    refused: x.lua:1: two"
    assert (_shown({"name": "game_y", "state": "unloaded"}), _shown("text")) == ("game_y: unloaded", "text")
