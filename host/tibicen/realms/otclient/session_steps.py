"""One event of a session, and who and what is in it."""

from __future__ import annotations

from typing import Any, NamedTuple

PLAYER = 0x10000001
"""The player's own number."""

MONSTER, NPC, OTHER = 0x40000001, 0x80000001, 0x10000002
HERE = {"x": 100, "y": 100, "z": 7}
NEXT = {"x": 101, "y": 100, "z": 7}
FAR = {"x": 200, "y": 220, "z": 7}
GOLD: dict[str, Any] = {"$item": 3031, "count": 50}
BAG = {"$item": 2853}
OUTFIT = {
    "type": 128,
    "auxType": 0,
    "head": 78,
    "body": 69,
    "legs": 58,
    "feet": 76,
    "addons": 0,
    "mount": 0,
    "familiar": 0,
    "wings": 0,
    "effects": 0,
    "auras": 0,
    "shaders": "",
}
SAY, YELL, NPC_FROM, LOOK, STATUS, CHANNEL = 1, 3, 10, 20, 28, 7
NOW = 1_700_000_000
CYCLOPEDIA_SINCE = 1310


class Step(NamedTuple):
    """One event."""

    name: str
    """`Talk` for an event that the model takes in, `g_game.onTalk` for one that goes straight to scripts, `do` for what
    the user does: a chunk."""
    arguments: tuple[Any, ...] = ()
    since: int = 0
    """The first version whose servers send it."""
    until: int = 65535
    dialects: str = "mehah edubart"


def calls(module: str, call: str, **limits: Any) -> Step:
    """The user has a module do something, where the client has that module."""
    return Step("do", (f"local m = modules and modules.{module} if m then m.{call} end",), **limits)
