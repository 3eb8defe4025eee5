"""Messages that scripts write byte by byte (NetworkMessage): whether a client of a version can read them.

A script writes what its own server's clients know. One of another version loses step at the first byte that it reads
differently, and with it the rest of the frame: such a message is not for it.
"""

from __future__ import annotations

from collections.abc import Callable

from tibicen.native.layouts import NO_ITEMS
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.canary.things import Things
from tibicen.vm.marshal import Plain


def raw_operations(things: Callable[[], Things | None]) -> dict[str, Callable[..., Plain]]:
    """What a server asks of its host before it sends such messages, by name.

    Args:
        things: the server's items. They are asked for at the first message that holds an item, for to read them all
            takes half a second with a real server's file.
    """
    tables: list[ItemTable] = []

    def table() -> ItemTable:
        if not tables:
            known = things()
            each = () if known is None else (known.get(item_id) for item_id in known.ids())
            tables.append(ItemTable() if known is None else ItemTable.of_things(filter(None, each)))
        return tables[0]

    def unread(version: Plain, floor: Plain, data: Plain) -> Plain:
        """What a client could not read of these bytes; nothing when it reads them to their end.

        Args:
            version: the client's.
            floor: that its map shows; -1 before it has one.
            data: messages, the first one's opcode in front.
        """
        said = data.encode() if isinstance(data, str) else data
        assert isinstance(version, int) and isinstance(floor, int) and isinstance(said, bytes)
        reason = _unread(version, floor, said, tables[0] if tables else None)
        if reason is None or not reason.endswith(NO_ITEMS):
            return reason
        reason = _unread(version, floor, said, table())
        # Of a server without a file of its items nobody can tell.
        return None if reason is not None and reason.endswith(NO_ITEMS) else reason

    return {"wire.unread": unread}


def _unread(version: int, floor: int, data: bytes, items: ItemTable | None) -> str | None:
    # A state for each: what one script's message switches on is no matter of the next one's.
    if not data or not any(data[0] in load_protocol(each).layouts["server"] for each in VERSIONS):
        # An opcode that no version has is the scripts' own, for a module of their own in the client.
        return None
    state = WireState(items)
    state.floor = floor
    found = load_protocol(version).split("server", data, state)
    if not found or found[-1].name != UNPARSED:
        return None
    return str(found[-1].fields["reason"])
