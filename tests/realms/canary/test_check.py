"""`tibicen check --realm canary`: a row a script, what is told of those that fail, and the lint beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.checkouts import write, write_canary, write_tfs

from tibicen.errors import ConfigError
from tibicen.realms.canary.check import check, describe_error
from tibicen.vm import stack


def checked(path: Path, **options: Any) -> dict[str, Any]:
    return stack.run(lambda: check(path, **options))


def rows(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in result["plugins"]}


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return write_canary(tmp_path / "server")


def test_each_script_has_a_row_in_the_order_of_loading(canary: Path) -> None:
    write(
        canary,
        {
            "data/core.lua": 'dofile("data/libs/one.lua")',
            "data/libs/one.lua": "one = 1",
            "data/scripts/b.lua": "two = one + 1",
            "data-canary/scripts/a.lua": "three = two + 1",
            "data-canary/monster/rat.lua": "four = three + 1",
            "data/scripts/#off.lua": "error('never')",
        },
    )
    result = checked(canary)
    names = [row["name"] for row in result["plugins"] if not row["name"].endswith(("empty.lua", "lib/events.lua"))]
    assert names == [
        "data/core.lua",
        "data/libs/one.lua",
        "data/scripts/b.lua",
        "data/npclib/load.lua",
        "data-canary/scripts/a.lua",
        "data-canary/monster/rat.lua",
        "data/scripts/#off.lua",
    ]
    assert {row["state"] for row in result["plugins"]} == {"active", "disabled"}
    totals = result["totals"]
    assert (totals["failed"], totals["errors"], totals["disabled"]) == (0, 0, 1)
    assert totals["plugins"] == totals["active"] == len(result["plugins"]) - 1
    assert totals["memory_bytes"] > 0
    assert totals["dialect"] == "canary"


def test_what_fails_is_told_with_file_line_and_callback(canary: Path) -> None:
    write(
        canary,
        {
            "data/scripts/broken.lua": "local x = 1\nx.y.z = 2",
            "data/scripts/syntax.lua": "local = 1",
            "data/scripts/user.lua": 'dofile("data/libs/inner.lua")',
            "data/libs/inner.lua": "\nerror('inner')",
            "data/scripts/fine.lua": "fine = true",
        },
    )
    found = rows(checked(canary))
    (broken,) = found["data/scripts/broken.lua"]["errors"]
    assert broken.startswith("data/scripts/broken.lua:2: loading: attempt to index")
    (syntax,) = found["data/scripts/syntax.lua"]["errors"]
    assert syntax.startswith("data/scripts/syntax.lua:1: loading: ")
    # The file in which it happened, and the one that ran it.
    assert found["data/libs/inner.lua"]["errors"] == ["data/libs/inner.lua:2: loading: inner"]
    assert found["data/scripts/user.lua"]["state"] == "failed"
    assert found["data/scripts/fine.lua"]["state"] == "active"


def test_each_pack_is_loaded_unless_one_is_named(canary: Path) -> None:
    write(canary, {"data-other/scripts/x.lua": "x = 1", "data-other/monster/y.lua": "", "data-other/npc/z.lua": ""})
    both = checked(canary)
    assert [pack["pack"] for pack in both["totals"]["packs"]] == ["data-canary", "data-other"]
    one = checked(canary, datapack="other")
    assert [pack["pack"] for pack in one["totals"]["packs"]] == ["data-other"]
    assert "data-other/scripts/x.lua" in rows(one)
    with pytest.raises(ConfigError, match="has no datapack 'third'; there are data-canary, data-other"):
        checked(canary, datapack="third")


def test_a_checkout_of_tfs_is_recognised(tmp_path: Path) -> None:
    checkout = write_tfs(tmp_path)
    write(checkout, {"data/scripts/a.lua": "a = 1", "data/scripts/b#.lua": "error('never')"})
    result = checked(checkout)
    assert result["totals"]["dialect"] == "tfs"
    assert rows(result)["data/scripts/b#.lua"]["state"] == "disabled"
    assert rows(result)["data/scripts/a.lua"]["state"] == "active"
    with pytest.raises(ConfigError, match="this server has all in data"):
        checked(checkout, datapack="x")


def test_a_folder_that_is_no_server(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no checkout of a server"):
        checked(tmp_path)


ACTION = """
local action = Action()
action:onUse(function() return true end)
action:aid(5000)
action:register()
"""


def test_the_lint_knows_the_api_and_what_scripts_bring(canary: Path) -> None:
    write(
        canary,
        {
            "data/scripts/a.lua": ACTION
            + "function Player:mine() end\nfunction f(player) player:mine() player:gone() end",
            "data/scripts/b.lua": ACTION + "print(nowhere, CONST_ME_POFF, CONST_ME_POOF, Game.nothing)",
        },
    )
    found = {(row["kind"], row["name"], row["file"]) for row in checked(canary)["lint"]}
    assert found == {
        ("method", "gone", "data/scripts/a.lua"),
        ("global", "nowhere", "data/scripts/b.lua"),
        ("enum", "CONST_ME_POOF", "data/scripts/b.lua"),
        ("function", "Game.nothing", "data/scripts/b.lua"),
        ("duplicate", "action aid 5000", "data/scripts/b.lua"),
    }


def test_a_baseline_leaves_only_what_is_new(canary: Path, tmp_path: Path) -> None:
    write(canary, {"data/scripts/a.lua": "print(nowhere)"})
    path = tmp_path / "known.json"
    first = checked(canary, baseline=path)
    assert (first["lint"], first["totals"]["lint_known"]) == ([], 1)
    write(canary, {"data/scripts/a.lua": "\n\nprint(nowhere, somewhere)"})
    second = checked(canary, baseline=path)
    assert [row["name"] for row in second["lint"]] == ["somewhere"]
    assert second["totals"]["lint_known"] == 1


def test_how_an_error_is_shown() -> None:
    entry = {
        "kind": "error",
        "text": "./data/a.lua:3: boom\nmore",
        "file": "data/a.lua",
        "line": 3.0,
        "callback": "Action onUse",
        "arguments": ["player = Player Ann", "b", "c", "d", "e"],
        "count": 2,
    }
    assert describe_error(entry) == "data/a.lua:3: Action onUse: boom (player = Player Ann, b, c, d) [2 times]"
