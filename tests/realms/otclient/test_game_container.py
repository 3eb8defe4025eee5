"""Containers: what is in them, and what scripts are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS
from tests.realms.otclient.game_clients import BAG, COIN, in_game, run, sent, tell

from tibicen.realms.otclient.client import Client, Dialect

NOTES = """
for _, e in ipairs({ 'onOpen', 'onClose', 'onAddItem', 'onUpdateItem', 'onRemoveItem' }) do note(e, Container) end
"""
OPEN: dict[str, Any] = {
    "id": 2,
    "item": {"id": BAG},
    "name": "bag",
    "capacity": 8,
    "items": [{"id": COIN, "count": 5}, {"id": BAG}],
}


def names(client: Client) -> list[str]:
    return [text.split()[0] for text in run(client, "return noted()") or []]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_container_opens_with_what_is_in_it(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        run(client, NOTES)
        tell(client, "OpenContainer", OPEN)
        client.advance(10)
        assert names(client) == ["onOpen"]
        run(client, "bag = g_game.getContainer(2)")
        assert run(
            client,
            "return bag:getName(), bag:getCapacity(), bag:getItemsCount(), bag:getItem(0):getCount(), bag:isClosed()",
        ) == ["bag", 8, 2, 5, False]
        # Items know the container that they are in, and their slot.
        assert run(client, "local p = bag:getItem(1):getPosition() return p.x, p.y, p.z") == [65535, 66, 1]

    in_game(tmp_path, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_items_come_change_and_go(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        tell(client, "OpenContainer", OPEN)
        client.advance(10)
        run(client, NOTES + "bag = g_game.getContainer(2)")
        tell(client, "ContainerAddItem", 2, {"id": COIN, "count": 9}, 0)
        assert run(client, "return bag:getItemsCount(), bag:getItem(0):getCount(), bag:getItem(1):getCount()") == [
            3,
            9,
            5,
        ]
        tell(client, "ContainerUpdateItem", 2, 0, {"id": COIN, "count": 10})
        assert run(client, "return bag:getItem(0):getCount()") == 10
        tell(client, "ContainerRemoveItem", 2, 0, None)
        assert run(client, "return bag:getItemsCount(), bag:getItem(0):getCount()") == [2, 5]
        client.advance(10)
        assert names(client) == ["onAddItem", "onUpdateItem", "onRemoveItem"]

    in_game(tmp_path, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_closed_container_is_known_no_longer(tmp_path: Path, dialect: Dialect) -> None:
    def body(client: Client) -> None:
        tell(client, "OpenContainer", OPEN)
        client.advance(10)
        run(client, NOTES + "bag = g_game.getContainer(2)")
        sent(client)
        run(client, "g_game.close(bag)")
        assert "CloseContainer" in str(sent(client))
        tell(client, "CloseContainer", 2)
        client.advance(10)
        assert names(client) == ["onClose"]
        assert run(client, "return g_game.getContainer(2), bag:isClosed()") == [None, True]

    in_game(tmp_path, body, dialect=dialect)


def test_a_container_takes_the_place_of_one_with_its_number(tmp_path: Path) -> None:
    def body(client: Client) -> Any:
        tell(client, "OpenContainer", OPEN)
        run(client, "first = g_game.getContainer(2)")
        tell(client, "OpenContainer", {**OPEN, "name": "other", "items": []})
        client.advance(10)
        return run(client, "return first:isClosed(), g_game.getContainer(2):getName()")

    assert in_game(tmp_path, body) == [True, "other"]
