"""Positions, outfits and light on their way between scripts and the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, with_client
from tests.realms.otclient.game_clients import in_game, run

from tibicen.realms.otclient.client import Client, Dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_positions_are_whole_numbers_of_their_sizes(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            g_map.setCentralPosition({x = 100.9, y = "12", z = 263})
            local pos = g_map.getCentralPosition()
            return pos.x, pos.y, pos.z, pcall(g_map.getTile, 5)
            """,
        )

    x, y, z, ok, problem = with_client(tmp_path, {}, body, dialect=dialect)
    assert (x, y, z, ok) == (100, 12, 7, False)
    assert "bad argument #1 'pos' (table expected, got number)" in problem or "Position" in problem


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_outfit_has_the_parts_that_the_version_knows(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            local creature = Creature.create()
            local function worn(outfit)
                creature:setOutfit(outfit)
                local got = creature:getOutfit()
                return got.type .. " " .. got.head .. " " .. tostring(got.addons) .. " " .. tostring(got.mount)
            end
            g_game.disableFeature(44) g_game.disableFeature(12)
            local plain = worn({type = 130, head = 300, addons = 3, mount = 5})
            g_game.enableFeature(44) g_game.enableFeature(12)
            return plain, worn({type = 131, head = 7, addons = 3, mount = 5})
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == ["130 44 nil nil", "131 7 3 5"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_has_no_such_outfit_keeps_the_old(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> Any:
        return run(
            client,
            """
            local creature = Creature.create()
            creature:setOutfit({type = 130})
            creature:setOutfit({type = 5000})
            return creature:getOutfit().type
            """,
        )

    assert in_game(tmp_path, body, dialect=dialect) == 130


def test_light_of_the_world_comes_with_what_it_was(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        run(client, "g_game.onWorldLightChange = function(new, old) light = new.intensity .. ' ' .. old.color end")
        client.control("game_event", "WorldLight", 200, 215)
        client.control("game_event", "WorldLight", 40, 215)
        return run(client, "return light")

    assert in_game(tmp_path, body) == "40 215"
