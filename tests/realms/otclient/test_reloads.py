"""Reloading each module of a checkout twice: what is left, and what goes missing, is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.otclient.checkouts import write_checkout

from tibicen.cli.check import check_reloads, lines_of_reloads


def reloads_of(path: Path, modules: dict[str, str], *, edubart: bool = False) -> dict[str, Any]:
    write_checkout(path / "client", modules, edubart=edubart)
    return check_reloads([path / "client"])


def rows_of(result: dict[str, Any], mode: str = "offline") -> dict[str, Any]:
    return {row["name"]: row for row in result["modules"] if row["mode"] == mode}


def test_modules_that_leave_nothing_are_clean(tmp_path: Path) -> None:
    result = reloads_of(
        tmp_path,
        {
            "game_a": "g_game.onPing = function() end; w = g_ui.createWidget('UIWidget', g_ui.getRootWidget())",
            "game_b": "g_dispatcher.cycleEvent(function() end, 50); g_dispatcher.scheduleEvent(function() end, 9000)",
        },
    )
    assert set(rows_of(result)) == {"client_styles", "game_a", "game_b"}
    for mode in ("offline", "in_game"):
        assert result["totals"][mode] == {"modules": 3, "clean": 3, "settled": 0, "unclean": 0}
        assert result["left"][mode] == {}


def test_what_is_more_each_time_is_unclean(tmp_path: Path) -> None:
    # A function of the engine is no module's, wherever it hangs.
    result = reloads_of(tmp_path, {"game_a": "g_game['onX' .. os.clock()] = g_game.isOnline"})
    (row,) = (row for name, row in rows_of(result).items() if name == "game_a")
    assert row["state"] == "unclean"
    assert [text.split(":")[0] for text in row["second"]] == ["slots in all", "slots of nobody"]
    assert result["left"]["offline"] == {"slots": 3}
    assert "offline, after unloading all: 3 slots" in lines_of_reloads(result)


def test_errors_count_unless_the_start_had_them(tmp_path: Path) -> None:
    result = reloads_of(
        tmp_path,
        {
            "game_a": "g_logger.error('as ever')",
            "game_b": "if g_app.isRunning() then g_logger.error('this is new') end",
            "game_c": "if g_app.isRunning() then error('not again') end",
        },
    )
    rows = rows_of(result)
    assert rows["game_a"]["state"] == "clean"
    assert rows["game_b"]["errors"] == ["this is new"]
    assert rows["game_c"]["state"] == "unclean"
    assert "not again" in rows["game_c"]["errors"][0]


def test_what_is_made_in_the_game_alone_settles(tmp_path: Path) -> None:
    result = reloads_of(
        tmp_path, {"game_a": "if g_game.isOnline() then g_ui.createWidget('UIWidget', g_ui.getRootWidget()) end"}
    )
    assert rows_of(result)["game_a"]["state"] == "clean"
    row = rows_of(result, "in_game")["game_a"]
    assert (row["state"], row["second"]) == ("settled", [])
    assert "widgets of game_a: 0, then 1" in row["first"]
    assert "in game: 1 of 2 clean, 1 more from the second reload on" in lines_of_reloads(result)
