"""The client role: `g_game.loginWorld` of a headless client drives a real connection.

Frames and encryption are the client's own (lua/otclient/net); messages are read by the core, as the
protocol's manifest tells, and handed over as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tibicen.errors import ConfigError
from tibicen.native.layouts import READ_BYTES, READ_PLAIN
from tibicen.protocol.extended import Channel, diagnosis
from tibicen.protocol.items import ItemTable
from tibicen.protocol.rsa import PublicKey, open_tibia_key
from tibicen.protocol.versions import VERSIONS, Protocol, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.otclient.client import Client


class ClientWire:
    """The connections of one client.

    Args:
        key: of the servers that it logs in to; that of the Open Tibia world unless given.
    """

    def __init__(self, key: PublicKey | None = None) -> None:
        self._key = key or open_tibia_key()
        self._open: dict[int, tuple[Protocol, WireState]] = {}
        self._next = 0
        self.messages = 0
        """How many were read."""

    def attach(self, client: Client) -> None:
        """From now on the client's sessions are real. For the client's thread."""
        client.operations.update(
            {
                "wire.open": self.open,
                "wire.decode": self.decode,
                "wire.close": self.close,
                "wire.seal": lambda block: self._key.encrypt(_bytes(block)),
                "wire.diagnose": _diagnose,
            }
        )
        client.control("game_wire")

    def open(self, version: int, flags: Mapping[str, Sequence[int]]) -> int:
        """Begins a connection of a protocol version, with the client's items; its number.

        Raises:
            ConfigError: no manifest tells how to read that version.
        """
        if version not in VERSIONS:
            raise ConfigError(f"no protocol manifest for version {version}; there are {', '.join(map(str, VERSIONS))}")
        self._next += 1
        items = ItemTable.of_names({name: list(ids) for name, ids in flags.items()})
        self._open[self._next] = load_protocol(version), WireState(items)
        return self._next

    def decode(self, number: int, data: bytes | str) -> msgspec.Raw:
        """The messages of a frame: `[opcode, name, fields, start, end]` each, texts as the bytes that they were.

        What the core wrote goes into the VM as it is; no message becomes an object of Python.
        """
        protocol, state = self._open[number]
        count, rows = protocol.decode_packed("server", _bytes(data), state, READ_PLAIN | READ_BYTES)
        self.messages += count
        return msgspec.Raw(rows)

    def close(self, number: int) -> None:
        """A connection is over."""
        self._open.pop(number, None)


def _diagnose(system: int, frames: int, extended: int) -> str:
    """Why the server has not enabled extended opcodes; empty when nothing is known.

    Args:
        system: what the client says it runs on.
        frames: that came so far, and `extended` messages in them.
    """
    channel = Channel()
    channel.sent["server"] = extended
    return diagnosis(system, channel, frames)


def _bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data
