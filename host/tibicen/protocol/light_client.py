"""One client of a server, as light as it gets: logs in, keeps its place, and measures how long the server takes.

It keeps no map and no creatures; of what a server says only the few messages are taken apart that it needs.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, Protocol, cast

from tibicen.errors import WireError
from tibicen.native import Sealer, Stack, Xtea, open_frame, peek_frame
from tibicen.native.framing import Flags
from tibicen.native.layouts import Opcodes
from tibicen.protocol import versions
from tibicen.protocol.client_login import Login, first_stack, game_frame, later_stack
from tibicen.protocol.extended import ENABLE
from tibicen.protocol.flow import inflated
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, Message
from tibicen.protocol.wire_state import WireState

Place = tuple[int, int, int]

PINGS_SINCE: Final = 953
"""From then on a client may ping, and a server's ping is answered with another opcode."""

LONGEST_FRAME: Final = 65_535 * 8 + 6

# What each piece of map says of the player that it is sent to.
_SHIFTS: Final[dict[str, Place]] = {
    "map_north": (0, -1, 0),
    "map_east": (1, 0, 0),
    "map_south": (0, 1, 0),
    "map_west": (-1, 0, 0),
    # On stairs the client's place moves aslant first; pieces of map to the sides follow.
    "floor_up": (1, 1, -1),
    "floor_down": (-1, -1, 1),
}


class Listener(Protocol):
    """Who wants to know what becomes of a client."""

    def measured(self, client: LightClient, what: str, seconds: float) -> None:
        """A time: login, ping, walk or talk."""

    def told(self, client: LightClient, what: str, *said: Any) -> None:
        """Something of the game: entered, position, walk_refused, talk, text, extended, death."""

    def failed(self, client: LightClient, kind: str, example: str) -> None:
        """Something went wrong; the connection may go on."""

    def ended(self, client: LightClient, reason: str) -> None:
        """The connection is over. Comes once, last."""


@dataclass(slots=True)
class Traffic:
    """What went over the connections, of all clients together. Bytes are those on the wire."""

    frames_in: int = 0
    frames_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    messages_in: int = 0
    unread: int = 0


class LightClient(asyncio.Protocol):
    """A connection to a game port, from the challenge to the end.

    Args:
        number: of the client, for whoever listens.
        credentials: who logs in.
        items: flags of item types. Without them the rest of a frame behind an item isn't read.
        traffic: counted there.

    Attributes:
        place: where the player stands; None until the first map.
        player: its creature id.
        extended: whether the server said that extended messages are spoken.
        why: the reason of the end, once something decided it.
    """

    def __init__(self, number: int, credentials: Login, listener: Listener, items: ItemTable, traffic: Traffic) -> None:
        self.number = number
        self.credentials = credentials
        self.place: Place | None = None
        self.player = 0
        self.extended = False
        self.why = ""
        self._protocol = versions.load_protocol(credentials.version)
        self._state = WireState(items)
        self._listener = listener
        self._traffic = traffic
        self._stack = first_stack(credentials.version)
        self._xtea: Xtea | None = None
        self._sealer = Sealer(self._stack)
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._began = time.perf_counter()
        self._pings: deque[float] = deque()
        self._walks: deque[float] = deque()
        self._talks: deque[float] = deque()
        self._reading = _reading(credentials.version)

    # -- of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only alike.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._traffic.bytes_in += len(data)
        self._buffer += data
        try:
            self._take_frames()
        except WireError as error:
            self._listener.failed(self, "malformed", str(error))
            self.end("malformed")

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self.why:
            self.why = "reset" if error is not None else "closed"
            if self._xtea is None:
                self.why += "_before_challenge"
            elif self.place is None:
                self.why += "_at_login"
        self._listener.ended(self, self.why)

    def end(self, reason: str) -> None:
        """Closes the connection; what was sent goes out. The first reason counts."""
        self.why = self.why or reason
        if self._transport is not None:
            self._transport.close()

    # -- frames

    def _take_frames(self) -> None:
        while self._buffer:
            length = peek_frame(self._stack, self._buffer, LONGEST_FRAME)
            if not length or len(self._buffer) < length:
                return
            frame = self._buffer[:length]
            del self._buffer[:length]
            self._traffic.frames_in += 1
            flags = Flags.ADLER if self._xtea is None and self._stack is not Stack.ADLER else Flags.NONE
            found = open_frame(self._stack, frame, self._xtea, flags)
            messages = bytes(frame[found.offset : found.offset + found.length])
            self._take(inflated(messages) if found.compressed else messages)

    def _take(self, messages: bytes) -> None:
        before = self.place
        found = self._protocol.split("server", messages, self._state, self._reading.wanted)
        self._traffic.messages_in += len(found)
        for message in found:
            if message.name == UNPARSED:
                self._unread(message)
            take = self._reading.takers.get(message.opcode)
            if take is not None and (message.name != UNPARSED or message.opcode in self._reading.places):
                take(self, message, messages)
        if self.place != before and before is not None:
            self._answered(self._walks, "walk")
            self._listener.told(self, "position", *(self.place or ()), *before)

    def _unread(self, message: Message) -> None:
        self._traffic.unread += 1
        # That nothing is known of items is no fault of the server's.
        if not self._state.items.empty:
            self._listener.failed(self, "unread_message", str(message.fields["reason"]))

    def send(self, name: str, /, **fields: Any) -> None:
        """Sends a message by its name in the protocol's description, such as `walk_north`.

        Raises:
            WireError: the version has no such message, or a field is missing or doesn't fit.
        """
        data = self._protocol.encode("client", name, fields, self._state)
        now = time.perf_counter()
        if name.startswith("walk_"):
            self._walks.append(now)
        elif name == "say":
            self._talks.append(now)
        elif name == "ping":
            self._pings.append(now)
        self._write(self._sealer.seal(data))

    def _write(self, frame: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._traffic.frames_out += 1
        self._traffic.bytes_out += len(frame)
        self._transport.write(frame)

    def _answered(self, asked: deque[float], what: str) -> None:
        if asked:
            self._listener.measured(self, what, time.perf_counter() - asked.popleft())

    # -- messages; each gets the message, and its frame's bytes

    def _challenge(self, message: Message, messages: bytes) -> None:
        key = secrets.token_bytes(16)
        challenge = message.fields["timestamp"], message.fields["random"]
        self._write(game_frame(self.credentials, key, challenge))
        self._xtea = Xtea(key)
        self._stack = later_stack(self.credentials)
        self._sealer = Sealer(self._stack, self._xtea)

    def _pending(self, message: Message, messages: bytes) -> None:
        self.send("enter_game")

    def _login(self, message: Message, messages: bytes) -> None:
        self.player = message.fields["player"]

    def _full_map(self, message: Message, messages: bytes) -> None:
        first = self.place is None
        x, y, z = struct.unpack_from("<HHB", messages, message.start + 1)
        self.place = x, y, z
        if first:
            self._listener.measured(self, "login", time.perf_counter() - self._began)
            self._listener.told(self, "entered")

    def _shift(self, by: Place) -> None:
        if self.place is not None:
            x, y, z = self.place
            self.place = x + by[0], y + by[1], z + by[2]

    def _ping(self, message: Message, messages: bytes) -> None:
        self.send("ping_back")

    def _ping_back(self, message: Message, messages: bytes) -> None:
        if self.credentials.version < PINGS_SINCE:
            self.send("ping_back")
        self._answered(self._pings, "ping")

    def _cancel_walk(self, message: Message, messages: bytes) -> None:
        self._answered(self._walks, "walk")
        self._listener.told(self, "walk_refused", message.fields["direction"])

    def _talk(self, message: Message, messages: bytes) -> None:
        said = message.fields
        if said["name"].lower() == self.credentials.character.lower():
            self._answered(self._talks, "talk")
        where = said.get("position")
        self._listener.told(
            self, "talk", said["name"], said["level"], said["type"], said["text"], said.get("channel", 0),
            None if where is None else list(where),
        )  # fmt: skip

    def _text(self, message: Message, messages: bytes) -> None:
        self._listener.told(self, "text", message.fields["type"], message.fields["text"])

    def _extended(self, message: Message, messages: bytes) -> None:
        self.extended = self.extended or message.fields["opcode"] == ENABLE
        self._listener.told(self, "extended", message.fields["opcode"], message.fields["data"])

    def _refusal(self, message: Message, messages: bytes) -> None:
        self._listener.failed(self, "refused", message.fields["text"])
        self.end("refused")

    def _queue(self, message: Message, messages: bytes) -> None:
        self._listener.failed(self, "waiting_list", message.fields["text"])
        self.end("waiting_list")

    def _death(self, message: Message, messages: bytes) -> None:
        self._listener.told(self, "death")


Taker = Callable[[LightClient, Message, bytes], None]

_TAKERS: Final[dict[str, Taker]] = {
    "challenge": LightClient._challenge,
    "pending_state": LightClient._pending,
    "login": LightClient._login,
    "login_success": LightClient._login,
    "full_map": LightClient._full_map,
    "ping": LightClient._ping,
    "ping_back": LightClient._ping_back,
    "cancel_walk": LightClient._cancel_walk,
    "talk": LightClient._talk,
    "text_message": LightClient._text,
    "extended_opcode": LightClient._extended,
    "error": LightClient._refusal,
    "waiting_list": LightClient._queue,
    "death": LightClient._death,
}


class _Reading(NamedTuple):
    """Of one version, by opcode: who takes which message, what is taken apart, and what tells the player's place."""

    takers: dict[int, Taker]
    wanted: Opcodes
    places: frozenset[int]


def _shifter(by: Place) -> Taker:
    return lambda client, message, messages: client._shift(by)


@cache
def _reading(version: int) -> _Reading:
    takers: dict[int, Taker] = {}
    places = set()
    for opcode, layout in versions.load_protocol(version).layouts["server"].items():
        if layout.name in _TAKERS:
            takers[opcode] = _TAKERS[layout.name]
        elif layout.name in _SHIFTS:
            takers[opcode] = _shifter(_SHIFTS[layout.name])
        if layout.name in _SHIFTS or layout.name == "full_map":
            places.add(opcode)
    return _Reading(takers, Opcodes(set(takers) - places), frozenset(places))
