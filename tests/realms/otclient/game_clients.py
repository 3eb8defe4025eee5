"""A client told of a small world: a player on a field of ground, where no file of things and no server is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar

from tests.realms.otclient.clients import with_client

from tibicen.realms.otclient.client import Client, Dialect

T = TypeVar("T")

PLAYER = 0x10000001
MONSTER = 0x40000001
HERE = {"x": 100, "y": 100, "z": 7}

GROUND, WALL, BAG, COIN, TOP, BOTTOM, SLOW = 100, 101, 102, 103, 104, 105, 106
ITEMS = [
    {"id": GROUND, "is": ["ground"], "ground_speed": 150},
    {"id": SLOW, "is": ["ground"], "ground_speed": 600},
    {"id": WALL, "is": ["on_bottom", "not_walkable", "block_projectile", "not_pathable"]},
    {"id": BAG, "is": ["container", "pickupable"]},
    {"id": COIN, "is": ["stackable", "pickupable"]},
    {"id": TOP, "is": ["on_top"]},
    {"id": BOTTOM, "is": ["on_bottom"]},
]

SEEN = """
seen = {}
function note(event, owner)
    owner = owner or g_game
    owner[event] = function(...)
        local parts = { event }
        for i = (owner == g_game and 1 or 2), select("#", ...) do
            parts[#parts + 1] = tostring((select(i, ...)))
        end
        seen[#seen + 1] = table.concat(parts, " ")
    end
end
function noted()
    local list = seen
    seen = {}
    return list
end
"""
"""`note(event, owner)` writes down an event and its arguments, without the object itself; `noted()` is what was."""


NOTHING = "\0nothing"
ALL = """
local function all(...)
    local list = {}
    for i = 1, select("#", ...) do
        local value = select(i, ...)
        list[i] = value == nil and "\\0nothing" or value
        if value == false then list[i] = false end
    end
    return list
end
return all((function()
%s
end)())
"""


def run(client: Client, code: str) -> Any:
    """What Lua answers: nothing, one value, or a list of several."""
    answers = client.run((ALL % dedent(code)).encode("latin-1"))
    values = [None if each == NOTHING else each for each in answers]
    return values if len(values) > 1 else values[0] if values else None


def tell(client: Client, name: str, *arguments: Any) -> None:
    """Lets an event come from the server."""
    client.control("game_event", name, *arguments)


def sent(client: Client) -> list[Any]:
    """Names and arguments of what was sent since."""
    answer = client.control("game_sent")
    return answer if isinstance(answer, list) else []


def log_in(client: Client, version: int = 860) -> None:
    """Puts a player on a field of 15 by 11 tiles."""
    run(client, f"g_game.setClientVersion({version}) g_game.setProtocolVersion({version})")
    client.control("game_things", 0, 120, ITEMS)
    client.control("game_things", 1, 200, [])
    client.control("game_things", 2, 20, [])
    client.control("game_things", 3, 20, [])
    tell(client, "Login", {"id": PLAYER, "name": "Tester", "world": "World", "beat": 50})
    tell(client, "EnterGame")
    tell(client, "GameStart")
    tell(client, "MapCenter", HERE)
    for x in range(93, 108):
        for y in range(95, 106):
            tell(client, "Tile", {"x": x, "y": y, "z": 7}, [{"id": GROUND}])
    tell(client, "Creature", {"id": PLAYER, "kind": "player", "name": "Tester", "health": 100, "speed": 220})
    tell(client, "Creature", {"id": PLAYER, "position": HERE})
    client.advance(10)
    run(client, SEEN)
    sent(client)


def in_game(tmp_path: Path, body: Callable[[Client], T], *, dialect: Dialect = "mehah", version: int = 860) -> T:
    """What `body` answers for a client whose player is in the game."""

    def inside(client: Client) -> T:
        log_in(client, version)
        return body(client)

    return with_client(tmp_path, {}, inside, dialect=dialect)
