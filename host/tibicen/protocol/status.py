"""The status protocol: what server lists ask, and the two shapes of the answer.

XML:     `06 00 ff ff 'info'` → an XML document, no length in front.
Binary:  u16 length, `ff 01`, u16 mask, for mask & 0x40 a string with a player's name → u16 length, parts in order.
Layouts and order as recorded from TFS and Canary; the length in front of the binary answer is TFS's (Canary sends
a meaningless number there; every reader reads to the end). Text is sent as UTF-8.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from xml.sax.saxutils import escape

import msgspec
from msgspec import Meta

from tibicen.errors import WireError
from tibicen.native import MessageReader, MessageWriter

LARGEST_REQUEST = 128
IN_TEXT = {"\r": "&#13;"}
IN_ATTRIBUTE = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
"""What a reader would take for something else, or, as the white space, silently turn into another character."""

# Control characters, halves of a surrogate pair and two code points can't stand in XML at all, not even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

BASIC, OWNER, MISC, PLAYERS, MAP, PLAYER_LIST, PLAYER_STATUS, SOFTWARE = (1 << bit for bit in range(8))

U32 = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
U16 = Annotated[int, Meta(ge=0, le=0xFFFF)]
Text = Annotated[str, Meta(max_length=4096)]


class StatusRequest(NamedTuple):
    """What was asked: `kind` is xml or binary; mask and name belong to binary."""

    kind: str
    mask: int = 0
    name: str = ""


class Server(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`uptime` in seconds; `client` is the version that players need."""

    uptime: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    ip: Text = "127.0.0.1"
    servername: Text = "Tibicen"
    port: Text = "7171"
    location: Text = ""
    url: Text = ""
    server: Text = "Tibicen"
    version: Text = ""
    client: Text = ""


class Owner(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Text = ""
    email: Text = ""


class Players(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`unique` counts addresses; left out of the document when None, as TFS does."""

    online: U32 = 0
    unique: U32 | None = None
    max: U32 = 0
    peak: U32 = 0


class Total(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    total: U32 = 0


class Rates(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    experience: float = 1
    skill: float = 1
    loot: float = 1
    magic: float = 1
    spawn: float = 1


class WorldMap(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Text = ""
    author: Text = ""
    width: U16 = 0
    height: U16 = 0


class StatusInfo(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The whole document. As plain data it is what the hook `status.info` filters."""

    server: Server = msgspec.field(default_factory=Server)
    owner: Owner = msgspec.field(default_factory=Owner)
    players: Players = msgspec.field(default_factory=Players)
    monsters: Total = msgspec.field(default_factory=Total)
    npcs: Total = msgspec.field(default_factory=Total)
    rates: Rates = msgspec.field(default_factory=Rates)
    map: WorldMap = msgspec.field(default_factory=WorldMap)
    motd: Text = ""

    def to_plain(self) -> dict[str, Any]:
        """As plain data for hooks."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> StatusInfo:
        """Back from plain data.

        Raises:
            WireError: a field is unknown, of a wrong type or does not fit the wire; names the field.
        """
        try:
            return msgspec.convert(plain, cls)
        except msgspec.ValidationError as error:
            raise WireError(f"the status document can't be sent: {error}") from None


def parse_request(data: bytes) -> StatusRequest | None:
    """Reads a request; None when more bytes are needed to tell.

    Raises:
        WireError: it is none.
    """
    if len(data) < 2:
        return None
    (length,) = struct.unpack_from("<H", data)
    if not 3 <= length <= LARGEST_REQUEST:
        raise WireError(f"a status request of {length} bytes; they have 3 to {LARGEST_REQUEST}")
    if (len(data) >= 4 and data[2] != 0xFF) or (len(data) > 3 and data[3] not in (0xFF, 0x01)):
        raise WireError(f"not a status request: it starts with {data[2:4].hex(' ')}")
    if len(data) < 2 + length:
        return None
    reader = MessageReader(data[4 : 2 + length])
    if data[3] == 0xFF:
        if reader.take(4) != b"info":
            raise WireError("not a status request: ff ff is followed by something else than 'info'")
        return StatusRequest("xml")
    mask = reader.u16()
    name = reader.string().decode("utf-8", "replace") if mask & PLAYER_STATUS else ""
    return StatusRequest("binary", mask, name)


def _attributes(values: Mapping[str, Any]) -> str:
    def shown(value: Any) -> str:
        return f"{value:g}" if isinstance(value, float) else str(value)

    return "".join(
        f' {key}="{_escaped(shown(value), IN_ATTRIBUTE)}"' for key, value in values.items() if value is not None
    )


def _escaped(text: str, entities: dict[str, str]) -> str:
    return escape(_NOT_XML.sub("", text), entities)


def render_xml(info: StatusInfo) -> bytes:
    """The XML document, in the recorded order of elements and attributes."""
    plain = info.to_plain()
    names = {
        "serverinfo": "server",
        "owner": "owner",
        "players": "players",
        "monsters": "monsters",
        "npcs": "npcs",
        "rates": "rates",
        "map": "map",
    }
    elements = "".join(f"<{tag}{_attributes(plain[key])}/>" for tag, key in names.items())
    motd = _escaped(info.motd, IN_TEXT)
    return f'<?xml version="1.0"?><tsqp version="1.0">{elements}<motd>{motd}</motd></tsqp>'.encode()


LONGEST_NAME = 255
"""Bytes of a player's name; no server has a longer one."""

LIST_BYTES = 60_000
"""What the list of players may take of an answer of at most 65,535 bytes."""


def _that_fit(online: Sequence[tuple[str, int]]) -> list[tuple[bytes, int]]:
    """The players that can be told: one whose name or level can't be written costs the others nothing."""
    players: list[tuple[bytes, int]] = []
    room = LIST_BYTES
    for name, level in online:
        encoded = name.encode("utf-8", "replace")
        if len(encoded) > LONGEST_NAME or not 0 <= level < 1 << 32:
            continue
        room -= len(encoded) + 6
        if room < 0:
            break
        players.append((encoded, level))
    return players


def render_binary(
    info: StatusInfo, mask: int, *, online: list[tuple[str, int]] | None = None, name_online: bool = False
) -> bytes:
    """The binary answer: the parts that `mask` asks for. `online`: name and level of players for PLAYER_LIST.

    Raises:
        WireError: it is longer than its u16 length can say, or a player's level is no u32.
    """
    writer = MessageWriter(65535)

    def texts(*values: str) -> None:
        for value in values:
            writer.string(value.encode("utf-8", "replace"))

    if mask & BASIC:
        writer.u8(0x10)
        texts(info.server.servername, info.server.ip, info.server.port)
    if mask & OWNER:
        writer.u8(0x11)
        texts(info.owner.name, info.owner.email)
    if mask & MISC:
        writer.u8(0x12)
        texts(info.motd, info.server.location, info.server.url)
        writer.u64(info.server.uptime)
    if mask & PLAYERS:
        writer.u8(0x20)
        for count in (info.players.online, info.players.max, info.players.peak):
            writer.u32(count)
    if mask & MAP:
        writer.u8(0x30)
        texts(info.map.name, info.map.author)
        writer.u16(info.map.width)
        writer.u16(info.map.height)
    if mask & PLAYER_LIST:
        writer.u8(0x21)
        players = _that_fit(online or ())
        writer.u32(len(players))
        for name, level in players:
            writer.string(name)
            writer.u32(level)
    if mask & PLAYER_STATUS:
        writer.u8(0x22)
        writer.u8(name_online)
    if mask & SOFTWARE:
        writer.u8(0x23)
        texts(info.server.server, info.server.version, info.server.client)
    body = writer.getvalue()
    return struct.pack("<H", len(body)) + body
