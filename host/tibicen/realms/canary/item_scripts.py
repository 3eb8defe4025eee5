"""What Canary's `items.xml` says of equipping and of weapons: its `script` attributes."""

from __future__ import annotations

from tibicen.realms.canary.item_attributes import Fields, number_of, truth_of

_LEVEL, _VOCATION = 1, 4
_SLOTS = {
    "head": 1,
    "necklace": 2,
    "backpack": 4,
    "armor": 8,
    "body": 8,
    "right-hand": 16,
    "left-hand": 32,
    "hand": 48,
    "shield": 48,
    "legs": 64,
    "feet": 128,
    "ring": 256,
    "ammo": 512,
    "two-handed": 2048,
    "dualwielding": 2048,
}
_HAND, _TWO_HAND = 48, 2048
_WEAPONS = {"ammunition": "ammo", "spellbook": "shield"}


def apply_scripts(fields: Fields, enums: dict[str, int]) -> None:
    """Turns the `scripts` of an item into `equip` and `weapon`, and into who can wield it."""
    for script in fields.pop("scripts", ()):
        given: list[tuple[str, str]] = script["given"]
        if script["kind"] == "weapon":
            _weapon(fields, given, enums)
        else:
            _move_event(fields, given)


def _move_event(fields: Fields, given: list[tuple[str, str]]) -> None:
    event = next((value.lower() for key, value in given if key == "eventtype"), "")
    if event:
        fields.setdefault("move_events", []).append(event)
        return
    equip: Fields = {"slot": 0xFFFFFFFF, "level": 0, "vocations": []}
    wield, shown = 0, ""
    for key, value in given:
        if key == "slot":
            equip["slot"] = _SLOTS.get(value.lower(), equip["slot"])
        elif key == "level":
            equip["level"], wield = number_of(value), wield | _LEVEL
        elif key == "vocation":
            wield |= _VOCATION
            equip["vocations"] += [name for name, _ in _vocations(value)]
            shown = _shown(value, shown)
    fields["equip"] = equip
    fields["wield_info"], fields["min_level"], fields["min_magic_level"] = wield, equip["level"], 0
    fields["vocation_string"] = shown


def _weapon(fields: Fields, given: list[tuple[str, str]], enums: dict[str, int]) -> None:
    kind = next((value.lower() for key, value in given if key == "weapontype"), "")
    number = enums.get(f"WEAPON_{_WEAPONS.get(kind, kind).upper()}", 0)
    if not number:
        return
    weapon: Fields = {"type": number, "level": 0, "from_damage": 0, "to_damage": 0}
    fields["weapon"], fields["weapon_type"] = weapon, number
    wield, shown = 0, ""
    for key, value in given:
        if key == "slot":
            fields["slot_position"] = _TWO_HAND if value.lower() == "two-handed" else _HAND
        elif key == "level":
            weapon["level"], wield = number_of(value), wield | _LEVEL
        elif key == "vocation":
            shown = _shown(value, shown)
        elif key == "action":
            weapon["action"] = value.lower()
        elif key == "breakchance":
            weapon["break_chance"] = number_of(value)
        elif key == "mana":
            weapon["mana"] = number_of(value)
        elif key == "unproperly":
            weapon["unproperly"] = truth_of(value)
        elif key == "fromdamage":
            weapon["from_damage"] = number_of(value)
        elif key == "todamage":
            weapon["to_damage"] = number_of(value)
        elif key == "wandtype":
            weapon["combat_type"] = enums.get(f"COMBAT_{value.upper()}DAMAGE", 255)
        elif key == "chain":
            weapon["chain"] = value
    if number == enums.get("WEAPON_WAND"):
        fields["combat_type"] = weapon.get("combat_type", 0)
        fields["max_hit_chance"] = (weapon["from_damage"] + weapon["to_damage"]) // 2
    if wield:
        fields["wield_info"], fields["vocation_string"] = wield, shown
        fields["min_level"], fields["min_magic_level"] = weapon["level"], 0


def _vocations(text: str) -> list[tuple[str, bool]]:
    found = []
    for token in text.split(","):
        name, _, shown = token.strip().partition(";")
        found.append((name, shown.partition(";")[0] == "true"))
    return found


def _shown(text: str, before: str) -> str:
    """The vocations that are shown. The first makes the text; with more, the last comma becomes a word."""
    kept, joined = before, ""
    for name, shown in _vocations(text):
        if not shown:
            continue
        plural = name.lower() + "s"
        if not kept:
            kept = joined = plural
        else:
            joined += ", " + plural
    at = joined.rfind(",")
    return kept if at < 0 else joined[:at] + " and" + joined[at + 1 :]
