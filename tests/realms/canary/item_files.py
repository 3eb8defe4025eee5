"""Files with a few kinds of items, as both servers keep them."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.realms.canary.worlds import node

GRASS, COIN, ROPE, BAG, SWORD, SHIELD, BOW, HELMET, VIAL, TORCH, STUB, SIGN, PLATINUM, CRYSTAL, SCROLL, KEG = range(
    4000, 4016
)
BLOOD = 5

ITEMS_XML = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<items>
    <!-- <item id="{ROPE}" name="not this one" /> -->
    <item id="{BLOOD}" name="blood" />
    <item id="{GRASS}" name="grass" />
    <item id="{COIN}" article="a" name="gold coin"><attribute key="weight" value="10" />
        <attribute key="worth" value="1" /></item>
    <item id="{PLATINUM}" article="a" name="platinum coin"><attribute key="weight" value="10" />
        <attribute key="worth" value="100" /></item>
    <item id="{CRYSTAL}" article="a" name="crystal coin"><attribute key="weight" value="10" />
        <attribute key="worth" value="10000" /></item>
    <item id="{ROPE}" article="a" name="Rope &amp; Hook" plural="ropes and hooks">
        <attribute key="weight" value="1800" /></item>
    <item id="{BAG}" article="a" name="bag"><attribute key="weight" value="800" />
        <attribute key="slotType" value="backpack" />
        <attribute key="containerSize" value="4" /></item>
    <item id="{SWORD}" article="a" name="sword"><attribute key="weight" value="3500" />
        <attribute key="attack" value="14" /><attribute key="defense" value="12" />
        <attribute key="extradef" value="2" /><attribute key="weaponType" value="sword" />
        <attribute key="skillSword" value="3" /><attribute key="absorbPercentFire" value="-5" />
        <attribute key="elementIce" value="7" /></item>
    <item id="{SHIELD}" article="a" name="shield"><attribute key="weight" value="4000" />
        <attribute key="defense" value="20" /><attribute key="weaponType" value="shield" /></item>
    <item id="{BOW}" article="a" name="bow"><attribute key="weight" value="3100" />
        <attribute key="weaponType" value="distance" /><attribute key="ammoType" value="arrow" />
        <attribute key="range" value="6" /><attribute key="slotType" value="two-handed" /></item>
    <item id="{HELMET}" article="a" name="helmet"><attribute key="weight" value="2000" />
        <attribute key="armor" value="6" /><attribute key="slotType" value="head" />
        <attribute key="description" value="It shines." /></item>
    <item id="{VIAL}" article="a" name="vial"><attribute key="weight" value="180" /></item>
    <item id="{TORCH}" article="a" name="lit torch"><attribute key="weight" value="500" />
        <attribute key="duration" value="4" /><attribute key="decayTo" value="{STUB}" /></item>
    <item id="{STUB}" article="a" name="stub"><attribute key="weight" value="400" />
        <attribute key="duration" value="2" /><attribute key="decayTo" value="0" /></item>
    <item id="{SIGN}" article="a" name="sign"><attribute key="allowDistRead" value="1" /></item>
    <item fromid="{SCROLL}" toid="{KEG}" name="scroll"><attribute key="charges" value="3" />
        <attribute key="weight" value="20" /></item>
</items>
"""

PICKUPABLE, MOVABLE, STACKABLE, USEABLE = 32, 64, 128, 16
_CARRIED = PICKUPABLE | MOVABLE
_KINDS = {
    GRASS: (1, 0),
    COIN: (0, _CARRIED | STACKABLE),
    PLATINUM: (0, _CARRIED | STACKABLE),
    CRYSTAL: (0, _CARRIED | STACKABLE),
    ROPE: (0, _CARRIED | USEABLE),
    BAG: (2, _CARRIED),
    SWORD: (0, _CARRIED),
    SHIELD: (0, _CARRIED),
    BOW: (0, _CARRIED),
    HELMET: (0, _CARRIED),
    VIAL: (12, _CARRIED),
    TORCH: (0, _CARRIED),
    STUB: (0, _CARRIED),
    SIGN: (0, 0),
    SCROLL: (0, _CARRIED),
    KEG: (0, _CARRIED),
}


def items_otb(*, shift: int = 0) -> bytes:
    """An `items.otb` with these kinds; the client's ids are higher by `shift`."""
    nodes = []
    for item_id, (group, flags) in _KINDS.items():
        props = struct.pack("<IBHHBHH", flags, 0x10, 2, item_id, 0x11, 2, item_id + shift)
        if group == 1:
            props += struct.pack("<BHH", 0x14, 2, 150)
        nodes.append(node(group, props))
    version = struct.pack("<IBH3I128s", 0, 1, 140, 3, 65, 1, b"")
    return b"OTBI" + node(0, version, *nodes)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def message(*fields: tuple[int, int | bytes]) -> bytes:
    """A Protocol Buffers message."""
    out = b""
    for number, value in fields:
        if isinstance(value, bytes):
            out += _varint(number << 3 | 2) + _varint(len(value)) + value
        else:
            out += _varint(number << 3) + _varint(value)
    return out


def appearance(item_id: int, *flags: tuple[int, int | bytes]) -> bytes:
    """An object of an `appearances.dat` with these flags."""
    return message((1, message((1, item_id), (3, message(*flags)))))


def write_items(root: Path, *, otb: bool = True) -> Path:
    """Writes the files where a server looks for them; where the OTB file is, for servers that have none."""
    folder = root / "data" / "items"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "items.xml").write_text(ITEMS_XML, encoding="latin-1")
    path = folder / "items.otb" if otb else root / "client" / "items.otb"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(items_otb())
    return path
