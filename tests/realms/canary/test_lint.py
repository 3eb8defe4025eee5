"""What the lint finds in scripts, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tibicen.errors import ConfigError
from tibicen.realms.canary.lint import Api, Baseline, Finding, lint

API = Api(
    globals=frozenset({"_G", "Game", "Player", "print", "pairs", "CONST_ME_POFF", "addEvent", "configKeys"}),
    methods=frozenset({"getStorageValue", "setStorageValue", "getName", "sub"}),
    members=frozenset({"Game.getPlayers", "Game.getStorageValue", "Game.setStorageValue", "configKeys.RATE_EXP"}),
    tables=frozenset({"Game", "configKeys"}),
)


def found(*sources: str) -> list[tuple[str, str, str, int]]:
    """Kind, name, file and line of what is found in files a.lua, b.lua, …"""
    named = [(f"{chr(97 + index)}.lua", source.encode()) for index, source in enumerate(sources)]
    return [tuple(finding) for finding in lint(named, API)]  # type: ignore[misc]


def test_a_global_that_nothing_sets_is_found_with_its_line() -> None:
    assert found("local x = 1\nfunction f()\n  return pid + x\nend") == [("global", "pid", "a.lua", 3)]


@pytest.mark.parametrize("source", ["shared = 1", "_G.shared = 1", "function shared() end"])
def test_a_global_that_another_file_sets_is_known(source: str) -> None:
    assert found("print(shared)", source) == []


def test_an_enum_of_no_server_is_told_apart_from_other_globals() -> None:
    assert found("print(CONST_ME_POFF, CONST_ME_POOF)") == [("enum", "CONST_ME_POOF", "a.lua", 1)]
    assert found("print(configKeys.RATE_EXP, configKeys.RATE_EXPP)") == [("enum", "configKeys.RATE_EXPP", "a.lua", 1)]


def test_methods_that_no_class_has() -> None:
    assert found("local p = Player(1)\np:getName()\np:getNmae()") == [("method", "getNmae", "a.lua", 3)]
    # Those that scripts give to classes or tables of their own are as good, wherever they do so.
    assert found("Player(1):addTitle()", "function Player:addTitle() end") == []
    assert found("local t = { run = print }\nt:run()") == []


def test_functions_that_no_table_has() -> None:
    assert found("Game.getPlayers()\nGame.getPlayer()") == [("function", "Game.getPlayer", "a.lua", 2)]
    assert found("Game.mine()", "function Game.mine() end") == []


def test_a_field_is_no_method() -> None:
    assert found("local t = {}\nprint(t.anything, t.other())") == []


STORAGES = "Storage = { Quest = { A = 50001, B = 50002 }, Other = 50003 }"


def test_a_storage_that_is_only_read_is_found() -> None:
    reads = "function f(player)\n  return player:getStorageValue(Storage.Quest.A)\nend"
    assert found(STORAGES, reads) == [("storage", "Storage.Quest.A", "b.lua", 2)]


@pytest.mark.parametrize(
    "write",
    [
        "function g(player) player:setStorageValue(Storage.Quest.A, 1) end",
        # What holds it may write it: as a field, an argument, or by an index that is not known.
        "local config = { storage = Storage.Quest.A }\nprint(config)",
        "print(Storage.Quest.A)",
        "local quest = Storage.Quest\nfunction g(player) player:setStorageValue(quest.A, 1) end",
        "local a = Storage.Quest.A\nfunction g(player) player:setStorageValue(a, 1) end",
    ],
)
def test_a_storage_that_may_be_written_is_left_alone(write: str) -> None:
    reads = "function f(player) return player:getStorageValue(Storage.Quest.A) end"
    assert found(STORAGES, reads, write) == []


def test_a_storage_that_no_table_has_is_found_where_it_is_read_and_written() -> None:
    source = "function f(p)\n  p:setStorageValue(Storage.Quest.Z, 1)\n  return p:getStorageValue(Storage.Quest.Z)\nend"
    assert [row[:2] for row in found(STORAGES, source)] == [("no-storage", "Storage.Quest.Z")] * 2


def test_numbers_as_storages() -> None:
    assert found("function f(p) return p:getStorageValue(77001) end") == [("storage", "77001", "a.lua", 1)]
    assert found("function f(p) p:setStorageValue(77001, p:getStorageValue(77001) + 1) end") == []
    assert found("function f(p) return p:getStorageValue(77001) end", "config = { 77001 }") == []


def test_lines_of_long_functions_and_large_constants() -> None:
    source = "local t = {}\n" + "t.x = 1.5\n" * 70000 + "print(nowhere)"
    assert found(source) == [("global", "nowhere", "a.lua", 70002)]


def test_a_file_with_a_mistake_is_left_out() -> None:
    assert found("print(", "print(nowhere)") == [("global", "nowhere", "b.lua", 1)]


def test_each_finding_says_what_is_wrong() -> None:
    (finding,) = lint([("a.lua", b"print(nowhere)")], API)
    assert finding.text == "a.lua:1: reads the global nowhere, which nothing sets"


def test_a_baseline_keeps_what_was_found_whatever_line_it_moves_to(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    known, new = Finding("global", "x", "a.lua", 3), Finding("global", "y", "a.lua", 3)
    first = Baseline(path)
    assert not first.exists
    assert first.new([known, new]) == [known, new]
    first.keep([known])
    again = Baseline(path)
    assert again.exists
    assert again.new([known._replace(line=9), new]) == [new]


def test_what_is_no_baseline_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"baseline\.json is no baseline"):
        Baseline(path)
