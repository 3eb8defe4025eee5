"""`tibicen check`: exit codes, the shape of the JSON, and what may be named."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.conftest import PluginFolder
from tests.realms.otclient.checkouts import write_checkout

from tibicen.paths import checkout_root


def test_the_examples_are_well(tibicen: Command) -> None:
    root = checkout_root()
    assert root is not None
    said = tibicen("check", root / "plugins", "--json")
    assert (said.code, said.err) == (0, "")
    names = ["arena", "chatlog", "chatstats", "greeter", "motd", "pinger", "statuspage"]
    assert [row["name"] for row in said.json["plugins"]] == names
    assert said.json["totals"] == {"plugins": 7, "active": 7, "failed": 0}


def test_the_shape(tibicen: Command, folder: PluginFolder) -> None:
    folder.plugin("good", "log.info('I am loaded') print('and say so')")
    folder.write("loud.py", "print('I am loaded')")
    folder.plugin("syntax", "local x = 1\nfunction (")
    folder.plugin("manifest", "", "verion: '1.0'")
    folder.plugin("shut", "", "enabled: false")
    folder.plugin("asleep", "", "lazy: {on: [player.login]}")
    folder.plugin("sleepless", "error('at its first event')", "lazy: {on: [player.login]}")
    said = tibicen("check", folder.path, "--json")
    assert said.code == 1
    assert set(said.json) == {"plugins", "totals"}
    rows = {row["name"]: row for row in said.json["plugins"]}
    assert all(set(row) == {"name", "realm", "state", "errors", "ms"} for row in rows.values())
    assert {name: row["state"] for name, row in rows.items()} == {
        "asleep": "active",
        "good": "active",
        "loud": "active",
        "manifest": "failed",
        "shut": "disabled",
        "sleepless": "failed",
        "syntax": "failed",
    }
    assert {name for name, row in rows.items() if row["errors"]} == {"manifest", "sleepless", "syntax"}
    assert rows["syntax"]["errors"][0].startswith("syntax/init.lua:2: ")
    assert rows["manifest"]["errors"] == ["manifest/plugin.yaml:2: unknown key 'verion'; did you mean 'version'?"]
    assert rows["sleepless"]["errors"][0].startswith("sleepless/init.lua:1: ")
    assert rows["good"]["ms"] > 0
    assert said.json["totals"] == {"plugins": 7, "active": 3, "failed": 3}
    assert said.err.count("I am loaded") == 2, "what plugins say is no part of the answer"
    assert not list(folder.path.rglob("__pycache__"))


def test_the_text(tibicen: Command, folder: PluginFolder) -> None:
    folder.write("good.lua", "")
    folder.write("bad.lua", r"error('\27[2J[red]')")
    said = tibicen("check", folder.path)
    assert said.code == 1
    bad, reason, good, totals = said.out.splitlines()
    assert bad.startswith("FAIL bad (failed, ")
    assert reason.strip().startswith(r"bad.lua:1: \x1b[2J[red]")
    assert good.startswith("ok   good (active, ")
    assert totals == "2 plugins, 1 active, 1 failed"


def test_what_may_be_named(tibicen: Command, folder: PluginFolder) -> None:
    single = folder.write("single.lua", "")
    python = folder.write("snake.py", "")
    whole = folder.plugin("whole", "")

    def names(*paths: Path | str, cwd: Path | None = None) -> list[str]:
        said = tibicen("check", *paths, "--json", cwd=cwd)
        assert said.code == 0, said.err
        return [row["name"] for row in said.json["plugins"]]

    assert names(single) == ["single"]
    assert names(python) == ["snake"]
    assert names(whole) == ["whole"]
    assert names(single, whole) == ["single", "whole"]
    assert names(folder.path) == ["single", "snake", "whole"]
    assert names(".", cwd=whole) == ["whole"]
    assert names("..", cwd=whole) == ["single", "snake", "whole"]
    assert names("whole/", cwd=folder.path) == ["whole"]
    (folder.path.parent / "linked").symlink_to(whole)
    assert names(folder.path.parent / "linked") == ["whole"]


def test_what_is_no_plugin_is_passed_over(tibicen: Command, folder: PluginFolder) -> None:
    folder.write("a.lua", "")
    folder.write("_aside/init.lua", "error('aside')")
    folder.write(".git/hooks/x.lua", "error('hidden')")
    folder.write("notes.txt", "")
    folder.write("empty/notes.txt", "")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder.path / "control.sock"))
        os.mkfifo(folder.path / "pipe")
        said = tibicen("check", folder.path, "--json")
    assert (said.code, [row["name"] for row in said.json["plugins"]]) == (0, ["a"])


def test_what_requires_another_is_checked_with_it(tibicen: Command, folder: PluginFolder) -> None:
    base = folder.plugin("base", "exports.n = function() return 1 end")
    user = folder.plugin("user", "assert(imports.base.n() == 1)", "requires: {base: '*'}")
    said = tibicen("check", user)
    assert said.code == 1
    assert "user requires base (*), which is not there" in said.out
    assert tibicen("check", user, base).code == 0


def test_what_is_not_there(tibicen: Command, folder: PluginFolder, tmp_path: Path) -> None:
    said = tibicen("check", folder.path / "nobody")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"tibicen: {folder.path / 'nobody'} is not there\n"
    assert tibicen("check").err == "tibicen: name at least one plugin or folder of plugins to check\n"
    said = tibicen("check", folder.path, "--json")
    assert (said.code, said.json["totals"]) == (1, {"plugins": 0, "active": 0, "failed": 0})
    folder.write("a.lua", "")
    other = PluginFolder(tmp_path / "other")
    other.write("a.lua", "")
    assert "have the same file name; check them one at a time" in tibicen("check", folder.path, other.path).err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tibicen: Command, folder: PluginFolder) -> None:
    folder.write("a.lua", "").chmod(0)
    said = tibicen("check", folder.path)
    assert said.code == 1
    assert "Permission denied" in said.err
    assert "Traceback" not in said.err


def test_a_client_is_started_where_it_lies(tibicen: Command, folder: PluginFolder) -> None:
    write_checkout(folder.path.parent / "otclient", {"game_a": "error('not today')"})
    folder.write("client/plugin.yaml", "name: client\nrealm: otclient\ncheckout: ../../otclient\n")
    said = tibicen("check", folder.path, "--json")
    (row,) = said.json["plugins"]
    assert (said.code, row["realm"], row["state"]) == (1, "otclient", "active")
    assert row["errors"] == ["module game_a: modules/game_a/game_a.lua:1: not today"]
    (folder.path.parent / "otclient" / "modules" / "game_a" / "game_a.lua").write_text("")
    assert tibicen("check", folder.path / "client").code == 0


def test_the_realm(tibicen: Command, folder: PluginFolder) -> None:
    folder.write("a.lua", "")
    assert tibicen("check", folder.path, "--realm", "native").code == 0
    said = tibicen("check", folder.path, "--realm", "narnia")
    assert (said.code, said.out) == (1, "")
    assert "the realm 'narnia' is not implemented yet" in said.err
