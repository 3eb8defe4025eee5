"""Where creatures come into the world, and zones: the XML files beside a map."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.canary.files import Files

Spawn = dict[str, Any]


def parse_spawns(text: bytes, name: str = "spawns") -> list[Spawn]:
    """The spawns of a file: `x`, `y`, `z` of the middle, `radius`, and `creatures`, each with `kind` (monster or npc),
    `name`, `x`, `y`, `z`, `interval` (seconds), `direction` and `weight`. TFS's `<spawns>` and Canary's `<monsters>`
    and `<npcs>` alike.

    Raises:
        TibicenError: it is no XML.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise TibicenError(f"{name}: {error}") from None
    spawns: list[Spawn] = []
    for element in root:
        middle = [_number(element, f"center{axis}") for axis in "xyz"]
        spawn: Spawn = {
            "x": middle[0],
            "y": middle[1],
            "z": middle[2],
            "radius": _number(element, "radius", -1),
            "creatures": [],
        }
        for child in element:
            if child.tag in ("monster", "npc", "monsters"):
                spawn["creatures"] += _creatures(child, spawn)
        spawns.append(spawn)
    return spawns


def _creatures(element: ElementTree.Element, spawn: Spawn) -> list[dict[str, Any]]:
    x, y = spawn["x"] + _number(element, "x"), spawn["y"] + _number(element, "y")
    common = {
        "kind": "npc" if element.tag == "npc" else "monster",
        "x": x,
        "y": y,
        "z": spawn["z"],
        "interval": _number(element, "spawntime"),
        "direction": _number(element, "direction"),
    }
    if element.tag == "monsters":
        # TFS: one of several, by chance.
        return [
            {
                **common,
                "choices": [
                    {"name": choice.get("name", ""), "chance": _number(choice, "chance")}
                    for choice in element
                    if choice.tag == "monster"
                ],
            }
        ]
    return [{**common, "name": element.get("name", ""), "weight": _number(element, "weight", 1)}]


def _number(element: ElementTree.Element, name: str, default: int = 0) -> int:
    text = element.get(name, "")
    try:
        return int(text)
    except ValueError:
        return default


def spawn_operations(files: Files) -> dict[str, Callable[..., Any]]:
    """What a server calls for the files beside its map."""

    def spawns(name: str) -> list[Spawn] | None:
        text = files.read(name)
        return None if text is None else parse_spawns(text, name)

    return {"map.spawns": spawns}
