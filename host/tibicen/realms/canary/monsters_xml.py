"""Monsters of TFS: `data/monster/monsters.xml` and the files it names, as the fields of a monster's type.

What words mean as numbers (kinds of damage, effects, …) is left to the Lua side, which knows the server's names.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.canary.files import Files

FOLDER = "data/monster"

_FLAGS = {
    "summonable": "summonable",
    "attackable": "attackable",
    "hostile": "hostile",
    "ignorespawnblock": "ignores_spawn_block",
    "illusionable": "illusionable",
    "challengeable": "challengeable",
    "convinceable": "convinceable",
    "pushable": "pushable",
    "isboss": "boss",
    "canpushitems": "can_push_items",
    "canpushcreatures": "can_push_creatures",
    "hidehealth": "hidden_health",
    "canwalkonenergy": "walks_on_energy",
    "canwalkonfire": "walks_on_fire",
    "canwalkonpoison": "walks_on_poison",
}
_FLAG_NUMBERS = {
    "staticattack": "static_attack",
    "lightlevel": "light_level",
    "lightcolor": "light_color",
    "targetdistance": "target_distance",
    "runonhealth": "run_health",
}
_LOOK = {
    "type": "lookType",
    "typeex": "lookTypeEx",
    "head": "lookHead",
    "body": "lookBody",
    "legs": "lookLegs",
    "feet": "lookFeet",
    "addons": "lookAddons",
    "mount": "lookMount",
}
_BESTIARY = {"prowess", "expertise", "mastery", "charmPoints", "occurrence"}
_DIFFICULTIES = ("harmless", "trivial", "easy", "medium", "hard", "challenging")
# Conditions that a melee attack may bring, and how often they strike.
_MELEE = {
    "fire": 9000,
    "poison": 4000,
    "energy": 10000,
    "drown": 5000,
    "freeze": 8000,
    "dazzle": 10000,
    "curse": 4000,
    "bleed": 4000,
    "physical": 4000,
}
_SPELL_NUMBERS = {
    "chance": "chance",
    "range": "range",
    "min": "min",
    "max": "max",
    "attack": "attack",
    "skill": "skill",
    "length": "length",
    "radius": "radius",
    "ring": "ring",
    "duration": "duration",
    "drunkenness": "drunkenness",
    "item": "outfit_item",
    "tick": "tick",
    "start": "start",
    "count": "count",
}


class MonsterFiles:
    """The monsters of a server's XML files.

    Args:
        files: the server's files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    def names(self) -> dict[str, str]:
        """Files by the names of monsters, in small letters; empty without `monsters.xml`."""
        root = self._parse(f"{FOLDER}/monsters.xml")
        found: dict[str, str] = {}
        for node in root if root is not None else ():
            found.setdefault(node.get("name", "").lower(), f"{FOLDER}/{node.get('file', '')}")
        return found

    def load(self, path: str) -> dict[str, Any] | None:
        """The type that a file describes; None when there is no such file.

        Raises:
            TibicenError: it is no XML, or no monster's.
        """
        root = self._parse(path)
        if root is None:
            return None
        if root.tag != "monster":
            raise TibicenError(f"Missing monster node in: {path}")
        if "name" not in root.attrib:
            raise TibicenError(f"Missing name in: {path}")
        return _monster(root)

    def _parse(self, path: str) -> ElementTree.Element | None:
        text = self._files.read(path)
        if text is None:
            return None
        try:
            return ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            raise TibicenError(f"{path}: {error}") from None


def monster_operations(files: Files) -> dict[str, Callable[..., Any]]:
    """What the server calls, by name."""
    monsters = MonsterFiles(files)
    return {"monsters.names": monsters.names, "monsters.load": monsters.load}


def _monster(root: ElementTree.Element) -> dict[str, Any]:
    has = root.attrib
    fields: dict[str, Any] = {
        "name": has["name"],
        "name_description": has.get("nameDescription", f"a {has['name'].lower()}"),
        "race": has.get("race", "").lower(),
        "skull": has.get("skull", "").lower(),
        "script": has.get("script", ""),
    }
    for attribute, key in (("experience", "experience"), ("speed", "base_speed"), ("manacost", "mana_cost")):
        if attribute in has:
            fields[key] = _number(has[attribute])
    for child in root:
        read = _CHILDREN.get(child.tag)
        if read is not None:
            read(child, fields)
    if "raceId" in has and "bestiary" in fields:
        fields["bestiary"]["raceId"] = _number(has["raceId"])
    return fields


def _health(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    most = _number(node.get("max", "100"))
    fields["max_health"] = most
    fields["health"] = min(_number(node.get("now", "100")), most)


def _flags(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    for flag in node:
        for name, value in list(flag.attrib.items())[:1]:
            key = name.lower()
            if key in _FLAGS:
                fields[_FLAGS[key]] = _truth(value)
            elif key in _FLAG_NUMBERS:
                fields[_FLAG_NUMBERS[key]] = _number(value)
    fields["static_attack"] = min(int(fields.get("static_attack", 95)), 100)
    fields["target_distance"] = max(int(fields.get("target_distance", 1)), 1)
    if fields.get("can_push_creatures"):
        fields["pushable"] = False


def _target_change(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["change_target_interval"] = _interval(node.attrib, 0)
    fields["change_target_chance"] = min(_number(node.get("chance", "0")), 100)


def _look(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["outfit"] = {key: _number(node.attrib[name]) for name, key in _LOOK.items() if name in node.attrib}
    fields["corpse"] = _number(node.get("corpse", "0"))


def _bestiary(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    info: dict[str, Any] = {name: _number(node.attrib[name]) for name in _BESTIARY if name in node.attrib}
    info["class"], info["locations"] = node.get("class", ""), node.get("locations", "")
    difficulty = node.get("difficulty", "").lower()
    info["difficulty"] = _DIFFICULTIES.index(difficulty) if difficulty in _DIFFICULTIES else 0
    fields["bestiary"] = info


def _attacks(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["attacks"] = [_spell(child) for child in node]


def _defenses(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["defense"], fields["armor"] = _number(node.get("defense", "0")), _number(node.get("armor", "0"))
    fields["defenses"] = [_spell(child) for child in node]


def _spell(node: ElementTree.Element) -> dict[str, Any]:
    has = node.attrib
    spell: dict[str, Any] = {"name": has.get("name", ""), "script": has.get("script", "")}
    spell["interval"] = _interval(has, 2000)
    for attribute, key in _SPELL_NUMBERS.items():
        if attribute in has:
            spell[key] = _number(has[attribute])
    if "length" in has:
        spell["spread"] = _number(has.get("spread", "3"))
    spell["target"], spell["direction"] = _truth(has.get("target", "")), _truth(has.get("direction", ""))
    if "speedchange" in has:
        spell["speed_min"] = spell["speed_max"] = _number(has["speedchange"])
    elif "minspeedchange" in has:
        spell["speed_min"] = _number(has["minspeedchange"])
        spell["speed_max"] = _number(has.get("maxspeedchange", has["minspeedchange"]))
    spell["outfit_monster"] = has.get("monster", "")
    if spell["name"].lower() == "melee":
        for word, tick in _MELEE.items():
            if word in has:
                spell["condition"] = {"word": word, "damage": _number(has[word]), "tick": spell.get("tick", 0) or tick}
                break
    for child in node:
        key, value = child.get("key", "").lower(), child.get("value", "").lower()
        if key == "shooteffect":
            spell["shoot"] = value
        elif key == "areaeffect":
            spell["effect"] = value
    return spell


def _immunities(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    found = []
    for child in node:
        if "name" in child.attrib:
            found.append(child.attrib["name"].lower())
        else:
            found += [name.lower() for name, value in list(child.attrib.items())[:1] if _truth(value)]
    fields["immunities"] = found


def _voices(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["yell_interval"], fields["yell_chance"] = _interval(node.attrib, 0), _number(node.get("chance", "0"))
    fields["voices"] = [{"text": each.get("sentence", ""), "yell": _truth(each.get("yell", ""))} for each in node]


def _loot(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["loot"] = [_loot_item(child) for child in node]


def _loot_item(node: ElementTree.Element) -> dict[str, Any]:
    has = node.attrib
    item: dict[str, Any] = {"name": has.get("name", ""), "max_count": max(1, _number(has.get("countmax", "1")))}
    if "id" in has:
        item["id"] = _number(has["id"])
    item["chance"] = min(_number(has.get("chance", has.get("chance1", "100000"))), 100000)
    for attribute, key in (("subtype", "sub_type"), ("actionId", "action_id")):
        if attribute in has:
            item[key] = _number(has[attribute])
    item["text"] = has.get("text", "")
    children = [_loot_item(each) for each in node if each.tag == "item"]
    children += [_loot_item(each) for inside in node if inside.tag == "inside" for each in inside]
    if children:
        item["children"] = children
    return item


def _elements(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    found: dict[str, int] = {}
    for child in node:
        for name, value in list(child.attrib.items())[:1]:
            if name.endswith("Percent"):
                found[name.removesuffix("Percent").lower()] = _number(value)
    fields["elements"] = found


def _summons(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    most = min(_number(node.get("maxSummons", "0")), 100)
    fields["max_summons"] = most
    fields["summons"] = [
        {
            "name": child.attrib["name"],
            "interval": max(1, _interval(child.attrib, 1000)),
            "chance": min(_number(child.get("chance", "100")), 100),
            "max": _number(child.get("max", str(most))),
            "force": _truth(child.get("force", "")),
            **{
                key: each.get("value", "").lower()
                for each in child
                if (key := each.get("key", "").lower()) in ("effect", "mastereffect")
            },
        }
        for child in node
        if "name" in child.attrib
    ]


def _events(node: ElementTree.Element, fields: dict[str, Any]) -> None:
    fields["scripts"] = [child.attrib["name"] for child in node if "name" in child.attrib]


_CHILDREN = {
    "health": _health,
    "flags": _flags,
    "targetchange": _target_change,
    "look": _look,
    "bestiary": _bestiary,
    "attacks": _attacks,
    "defenses": _defenses,
    "immunities": _immunities,
    "voices": _voices,
    "loot": _loot,
    "elements": _elements,
    "summons": _summons,
    "script": _events,
}


def _interval(has: Mapping[str, str], otherwise: int) -> int:
    return _number(has.get("speed", has.get("interval", str(otherwise))))


def _number(text: str) -> int:
    """As pugixml reads it: what begins as a number, else 0."""
    digits = text.strip()
    end = 1 if digits[:1] in ("-", "+") else 0
    while end < len(digits) and digits[end].isdigit():
        end += 1
    try:
        return int(digits[:end])
    except ValueError:
        return 0


def _truth(text: str) -> bool:
    return text[:1] in ("1", "t", "T", "y", "Y")
