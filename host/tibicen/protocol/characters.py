"""The list of characters (0x64 on the login port): where clients are sent, so where a bridge has to be put in."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from tibicen.errors import WireError
from tibicen.native import MessageReader, MessageWriter

ERRORS = (0x0A, 0x0B)
TOKEN_ANSWERS = (0x0C, 0x0D)
TEXTS = (0x11, 0x14, 0x28)
UPDATE = 0x1E
CHARACTERS = 0x64

# From then on the list names worlds first and characters after them.
WORLDS_SINCE = 1011

Worlds = Mapping[int, tuple[str, int]]
"""(host, port) to send clients to, by the port that the list has; 0 for all that have no entry."""


def rewrite_list(messages: bytes, version: int, worlds: Worlds) -> bytes:
    """The login port's messages with other addresses of worlds; every other byte as it was.

    What stands behind a message that isn't known stays as it is.

    Raises:
        WireError: a message ends before its fields, or an address doesn't fit.
    """
    reader = MessageReader(messages)
    at = 0
    while reader.remaining:
        at = len(messages) - reader.remaining
        opcode = reader.u8()
        if opcode in ERRORS or opcode in TEXTS:
            reader.string()
        elif opcode in TOKEN_ANSWERS:
            reader.u8()
        elif opcode == CHARACTERS:
            written = _new_list(reader, worlds) if version >= WORLDS_SINCE else _old_list(reader, worlds)
            return messages[: at + 1] + written + messages[len(messages) - reader.remaining :]
        elif opcode != UPDATE:
            break
    return messages


def _shown(worlds: Worlds, host: bytes, port: int) -> tuple[bytes, int]:
    found = worlds.get(port) or worlds.get(0)
    return (host, port) if found is None else (found[0].encode("latin-1"), found[1])


def _new_list(reader: MessageReader, worlds: Worlds) -> bytes:
    """u8 worlds {u8 id, str name, str host, u16 port, u8 preview}; the characters behind it name worlds by id."""
    writer = MessageWriter()
    count = reader.u8()
    writer.u8(count)
    for _ in range(count):
        writer.u8(reader.u8())
        writer.string(reader.string())
        host, port = _shown(worlds, reader.string(), reader.u16())
        writer.string(host)
        writer.u16(port)
        writer.u8(reader.u8())
    return writer.getvalue()


def _old_list(reader: MessageReader, worlds: Worlds) -> bytes:
    """u8 n {str name, str world, 4 bytes of IPv4, u16 port}."""
    writer = MessageWriter()
    count = reader.u8()
    writer.u8(count)
    for _ in range(count):
        writer.string(reader.string())
        writer.string(reader.string())
        address = reader.take(4)
        host, port = _shown(worlds, socket.inet_ntoa(address).encode(), reader.u16())
        writer.put(_ipv4(host))
        writer.u16(port)
    return writer.getvalue()


def _ipv4(host: bytes) -> bytes:
    try:
        return socket.inet_aton(host.decode("latin-1"))
    except OSError:
        raise WireError(f"clients before 10.11 are sent to IPv4 addresses only, not to {host!r}") from None
