"""Flags of item types, from whichever file has them."""

from __future__ import annotations

from pathlib import Path

from tibicen.errors import ConfigError, TibicenError
from tibicen.protocol.captures import read_items
from tibicen.protocol.items import ItemTable
from tibicen.protocol.tibia_dat import TibiaDat
from tibicen.realms.canary.appearances import Appearances
from tibicen.realms.canary.otb import OtbThings

PROTOBUF = b"\n"
"""What appearances begin with: their first field is 1, and has a length."""


def item_table(path: Path | None) -> ItemTable:
    """Of `items.otb`, `appearances.dat`, `Tibia.dat` or JSON; one that knows nothing without a file.

    Raises:
        ConfigError: it can't be read, or is none of these.
    """
    if path is None:
        return ItemTable()
    if path.suffix not in (".otb", ".dat"):
        return read_items(path)
    try:
        data = path.read_bytes()
        if path.suffix == ".dat" and (path.stem.lower() == "tibia" or data[:1] != PROTOBUF):
            return ItemTable.of_things(TibiaDat(data).things())
        things = OtbThings(data) if path.suffix == ".otb" else Appearances(data)
    except (OSError, TibicenError, ValueError) as error:
        raise ConfigError(f"{path} is no file of items: {error}") from None
    return ItemTable.of_things(thing for number in things.ids() if (thing := things.get(number)) is not None)
