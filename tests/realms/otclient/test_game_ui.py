"""Widgets that show the game: items, creatures, the map, the minimap and what runs out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS
from tests.realms.otclient.game_clients import COIN, in_game, run

from tibicen.realms.otclient.client import Client, Dialect

STYLES = r"""
for _, class in ipairs({ 'UIWidget', 'UIItem', 'UICreature', 'UIMap', 'UIMinimap', 'UIProgressRect' }) do
    g_resources.writeFileContents('/style.otui', 'T' .. class .. ' < ' .. class .. '\n  size: 100 100\n')
    g_ui.importStyle('/style.otui')
end
function make(class) return g_ui.createWidget('T' .. class, rootWidget or g_ui.getRootWidget()) end
"""


def shown(tmp_path: Path, code: str, dialect: Dialect = "mehah") -> Any:
    """What Lua answers in a game; `make(class)` makes a widget."""

    def body(client: Client) -> Any:
        run(client, STYLES)
        return run(client, code)

    return in_game(tmp_path, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_item_widget_makes_its_item(tmp_path: Path, dialect: Dialect) -> None:
    answer = shown(
        tmp_path,
        f"""
        local w = make("UIItem")
        local none = w:getItem()
        w:setItemId({COIN})
        w:setItemCount(12)
        local id, count = w:getItemId(), w:getItemCount()
        w:clearItem()
        return none, id, count, w:getItem(), w:getItemId()
        """,
        dialect,
    )

    assert answer == [None, COIN, 12, None, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_creature_widget_dresses_a_creature_of_its_own(tmp_path: Path, dialect: Dialect) -> None:
    answer = shown(
        tmp_path,
        """
        local w = make("UICreature")
        local none = w:getCreature()
        w:setOutfit({type = 130, head = 20})
        return none, w:getCreature():getOutfit().type, w:getCreature():getOutfit().head
        """,
        dialect,
    )

    assert answer == [None, 130, 20]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_map_widget_follows_and_finds_tiles_under_the_mouse(tmp_path: Path, dialect: Dialect) -> None:
    answer = shown(
        tmp_path,
        """
        local w = make("UIMap")
        w:setRect({x = 0, y = 0, width = 482, height = 354})
        w:setVisibleDimension({width = 15, height = 11})
        w:followCreature(g_game.getLocalPlayer())
        local middle, beside = w:getPosition({x = 241, y = 177}), w:getPosition({x = 241 + 32, y = 177})
        local tile = w:getTile({x = 241, y = 177})
        w:setCameraPosition({x = 95, y = 100, z = 7})
        local moved = w:getPosition({x = 241, y = 177})
        return middle.x, middle.y, beside.x, tile:getPosition().x, moved.x, w:getFollowingCreature()
        """,
        dialect,
    )

    assert answer == [100, 100, 101, 100, 95, None]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_map_widget_zooms_between_its_bounds(tmp_path: Path, dialect: Dialect) -> None:
    answer = shown(
        tmp_path,
        """
        local w = make("UIMap")
        w:setRect({x = 0, y = 0, width = 480, height = 352})
        w:setMaxZoomIn(5) w:setMaxZoomOut(13)
        w:setZoom(11)
        local inwards = w:zoomIn()
        local at = w:getZoom()
        w:setZoom(3)
        return inwards, at, w:getZoom(), w:zoomIn()
        """,
        dialect,
    )

    assert answer == [True, 9, 5, False]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_minimap_places_what_is_anchored_to_positions(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        run(client, STYLES)
        run(
            client,
            """
            w = make("UIMinimap")
            w:setRect({x = 0, y = 0, width = 101, height = 101})
            w:setCameraPosition({x = 100, y = 100, z = 7})
            """,
        )
        # mehah ties nothing to a minimap that was never drawn.
        client.advance(20)
        return run(
            client,
            """
            local flag = g_ui.createWidget("TUIWidget", w)
            flag:setSize({width = 11, height = 11})
            w:centerInPosition(flag, {x = 110, y = 100, z = 7})
            local scale, before = w:getScale(), flag:getX()
            w:setCameraPosition({x = 105, y = 100, z = 7})
            return before - flag:getX() == 5 * scale, w:getTilePosition({x = 50, y = 50}).x, scale > 0
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == [True, 105, True]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_progress_stays_between_its_ends(tmp_path: Path, dialect: Dialect) -> None:
    answer = shown(
        tmp_path,
        """
        local w = make("UIProgressRect")
        local first = w:getPercent()
        w:setPercent(150)
        local high = w:getPercent()
        w:setPercent(-5)
        return first, high, w:getPercent()
        """,
        dialect,
    )

    assert answer == [0, 100, 0]


def test_a_progress_runs_over_its_duration_and_ends_once(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, STYLES)
        run(
            client,
            """
            w, ends = make("UIProgressRect"), 0
            w.onProgressFinish = function() ends = ends + 1 end
            w:setDuration(1000)
            w:start()
            """,
        )
        client.advance(500)
        half = run(client, "return w:getPercent() >= 40 and w:getPercent() <= 60, ends")
        client.advance(1500)
        return half, run(client, "return w:getPercent(), ends")

    assert in_game(tmp_path, body) == ([True, 0], [100, 1])
