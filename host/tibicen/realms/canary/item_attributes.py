"""Attributes of `items.xml`, and the ways in which one of them fills fields of an item type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from xml.etree import ElementTree

Fields: TypeAlias = dict[str, Any]
"""Of one item type; see `lua/canary/item_types.lua` for what they are."""

_NUMBER = re.compile(r"\s*([+-]?\d+)")


def number_of(text: str) -> int:
    """As the servers read a number: what it begins with, else 0."""
    match = _NUMBER.match(text)
    return int(match.group(1)) if match else 0


def truth_of(text: str) -> bool:
    """As pugixml reads a boolean."""
    return text[:1] in ("1", "t", "T", "y", "Y")


@dataclass(slots=True)
class Attribute:
    """One `<attribute key="…" value="…">` with those inside it; the key in small letters."""

    key: str
    value: str
    given: Mapping[str, str]
    children: list[Attribute]

    @classmethod
    def of(cls, element: ElementTree.Element) -> Attribute | None:
        """None for what the servers pass over: without a key, or without a value or range."""
        given = element.attrib
        value = given.get("value")
        if value is None and "maxvalue" in given:
            value = given.get("minvalue")
        if value is None or "key" not in given:
            return None
        return cls(given["key"].lower(), value, given, attributes_in(element))


def attributes_in(element: ElementTree.Element) -> list[Attribute]:
    """Those directly inside an element."""
    return [found for found in map(Attribute.of, element) if found is not None]


Handler: TypeAlias = Callable[[Fields, Attribute], None]

_IMBUEMENTS = (
    "elemental damage",
    "life leech",
    "mana leech",
    "critical hit",
    "elemental protection death",
    "elemental protection earth",
    "elemental protection fire",
    "elemental protection ice",
    "elemental protection energy",
    "elemental protection holy",
    "increase speed",
    "skillboost axe",
    "skillboost sword",
    "skillboost club",
    "skillboost shielding",
    "skillboost distance",
    "skillboost magic level",
    "increase capacity",
    "skillboost fist",
    "paralysis deflection",
)


def setter(name: str, read: Callable[[str], Any]) -> Handler:
    def handle(fields: Fields, attribute: Attribute) -> None:
        fields[name] = read(attribute.value)

    return handle


def clamped(name: str, least: int, most: int) -> Handler:
    return setter(name, lambda text: min(most, max(least, number_of(text))))


def ability(name: str, read: Callable[[str], Any], *, add: bool = False) -> Handler:
    def handle(fields: Fields, attribute: Attribute) -> None:
        abilities = fields.setdefault("abilities", {})
        value = read(attribute.value)
        abilities[name] = abilities.get(name, 0) + value if add else value

    return handle


def regeneration(name: str) -> Handler:
    def handle(fields: Fields, attribute: Attribute) -> None:
        abilities = fields.setdefault("abilities", {})
        abilities["regeneration"], abilities[name] = True, number_of(attribute.value)

    return handle


def listed(name: str, indexes: list[int], *, add: bool = False) -> Handler:
    def handle(fields: Fields, attribute: Attribute) -> None:
        values = fields.setdefault("abilities", {}).setdefault(name, {})
        value = number_of(attribute.value)
        for index in indexes:
            values[index] = values.get(index, 0) + value if add else value

    return handle


def writeable(fields: Fields, attribute: Attribute) -> None:
    fields["can_write_text"] = fields["can_read_text"] = truth_of(attribute.value)


def wrapable(fields: Fields, attribute: Attribute) -> None:
    fields["wrapable_to"], fields["wrapable"] = number_of(attribute.value), True


def nothing(fields: Fields, attribute: Attribute) -> None:
    del fields, attribute


def sleeper(sex: str) -> Handler:
    other = "female" if sex == "male" else "male"

    def handle(fields: Fields, attribute: Attribute) -> None:
        fields[f"{sex}sleeper"] = number_of(attribute.value)
        fields.setdefault(f"{other}sleeper", number_of(attribute.value))

    return handle


def imbuement_slot(fields: Fields, attribute: Attribute) -> None:
    fields["imbuement_slots"] = number_of(attribute.value) & 255
    kinds = fields.setdefault("imbuements", {})
    for inner in attribute.children:
        name = "paralysis deflection" if inner.key in ("vibrancy", "paralysis removal") else inner.key
        if name in _IMBUEMENTS:
            kinds[_IMBUEMENTS.index(name)] = min(3, number_of(inner.value))


def augments(fields: Fields, attribute: Attribute) -> None:
    if not truth_of(attribute.value):
        return
    augments = fields.setdefault("augments", [])
    for inner in attribute.children:
        augment: Fields = {"spell": inner.key, "type": inner.value}
        if inner.children:
            augment["value"] = number_of(inner.children[0].value)
        augments.append(augment)


def script(fields: Fields, attribute: Attribute) -> None:
    scripts = fields.setdefault("scripts", [])
    for kind in attribute.value.split(";"):
        if kind in ("moveevent", "weapon"):
            scripts.append({"kind": kind, "given": [[inner.key, inner.value] for inner in attribute.children]})
