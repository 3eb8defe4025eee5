"""Extended opcodes (0x32, both ways): u8 opcode and a string of any bytes, for scripts and modules of both sides.

Opcode 0 from a server says that the client may send; OTClient refuses to until then. Larger values go as JSON in
chunks: one message without a prefix, or `S` first, `P` between, `E` last. Nothing in a chunk says whose it is.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, NamedTuple

from tibicen.bus.chain import Filtered
from tibicen.bus.hooks import Hook, HookBus
from tibicen.errors import WireError

BRIDGE = "bridge"
"""Whose sessions they are, unless somebody says otherwise."""

EXTENDED = 0x32
ENABLE = 0

RESERVED = {
    0: "enables extended opcodes",
    1: "the client's language",
    2: "ping",
    3: "sound",
    4: "game",
    5: "particles",
    6: "map shader",
    7: "needs update",
}
"""What OTClient itself takes these for."""

# From the first system on that servers take for OTClient's.
OTCLIENT_SYSTEMS = 10

CHUNK = 65_000
"""Bytes of JSON in a chunk, as OTClient cuts them. Towards servers it is too long for every server there is."""

TFS_CHUNK = 8000
CANARY_CHUNK = 3900

LARGEST_JSON = 1 << 20
"""Bytes of one value that is put together; OTClient has no such limit, and no chunk ever ends one that doesn't end."""

REMEMBERED_SESSIONS = 8192

# After so many frames of a server that enabled nothing, it is not going to.
FRAMES_WITHOUT = 50


class Extended(NamedTuple):
    """One extended message."""

    opcode: int
    data: bytes


def read_extended(data: bytes) -> Extended:
    """From the bytes behind 0x32.

    Raises:
        WireError: they are no opcode and one string.
    """
    if len(data) < 3 or 3 + (data[1] | data[2] << 8) != len(data):
        raise WireError(f"an extended message is an opcode and a string; {len(data)} bytes are not")
    return Extended(data[0], data[3:])


def write_extended(opcode: int, data: bytes) -> bytes:
    """The bytes behind 0x32.

    Raises:
        WireError: no u8, or longer than a string may be.
    """
    if not 0 <= opcode <= 255 or len(data) > 0xFFFF:
        raise WireError(f"opcode {opcode} with {len(data)} bytes is no extended message")
    return bytes((opcode,)) + len(data).to_bytes(2, "little") + data


def chunks(text: bytes, size: int = CHUNK) -> list[bytes]:
    """A JSON text as the messages that carry it; `size` is what the receiver takes, see TFS_CHUNK and CANARY_CHUNK."""
    if size < 1:
        raise ValueError("a chunk has at least one byte")
    # A text in one piece has no prefix. One that begins like a prefix would be taken for a chunk; no JSON does.
    if len(text) <= size:
        return [text]
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    last = len(parts) - 1
    return [(b"S" if not at else b"E" if at == last else b"P") + part for at, part in enumerate(parts)]


class Reassembly:
    """Puts the chunks of one direction of one session together, each opcode for itself.

    Args:
        limit: bytes that may wait, of all opcodes together.
    """

    def __init__(self, limit: int = LARGEST_JSON) -> None:
        self._limit = limit
        self._parts: dict[int, list[bytes]] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Bytes that wait for their end."""
        return self._waiting

    def take(self, opcode: int, data: bytes) -> bytes | None:
        """A whole text, or None while there is more to come.

        Raises:
            WireError: a chunk without a beginning, or too much; what waited under this opcode is gone then.
        """
        mark, part = data[:1], data[1:]
        if mark not in (b"S", b"P", b"E"):
            return data
        if mark == b"S":
            self.drop(opcode)
            self._parts[opcode] = []
        parts = self._parts.get(opcode)
        if parts is None:
            raise WireError(f"opcode {opcode}: a chunk {mark.decode()!r} without one that begins")
        if self._waiting + len(part) > self._limit:
            self.drop(opcode)
            raise WireError(f"opcode {opcode}: more than {self._limit} bytes in chunks")
        parts.append(part)
        self._waiting += len(part)
        if mark != b"E":
            return None
        whole = b"".join(parts)
        self.drop(opcode)
        return whole

    def drop(self, opcode: int) -> None:
        """Forgets what waits under an opcode."""
        self._waiting -= sum(map(len, self._parts.pop(opcode, ())))


class Channel:
    """What is known of one session's extended opcodes.

    Attributes:
        enabled: whether the server said that the client may send.
        sent: messages of each side.
    """

    __slots__ = ("enabled", "parts", "sent")

    def __init__(self) -> None:
        self.enabled = False
        self.sent = {"client": 0, "server": 0}
        self.parts = {"client": Reassembly(), "server": Reassembly()}


class _Spec(NamedTuple):
    name: str


class ExtendedHooks:
    """Stands in the hooks of 0x32, and asks those of the extended opcode: `extended.client.op_200` and its like.

    `extended.client.json_200` is shown whole values, chunks put together. It may answer; what passes is not its affair.
    """

    def __init__(self, bus: HookBus, side: str, source: str = BRIDGE) -> None:
        self.spec = _Spec(f"extended.{side}")
        self.side = side
        self.problems = 0
        self._source = source
        self._bus = bus

    def __bool__(self) -> bool:
        prefix = f"extended.{self.side}."
        return any(hook for name, hook in self._bus.hooks.items() if name.startswith(prefix))

    def _hook(self, kind: str, opcode: int | str) -> Hook | None:
        return self._bus.hooks.get(f"extended.{self.side}.{kind}{opcode}") or None

    def ask(self, record: dict[str, Any], channel: Channel) -> Filtered:
        """`record` is the packet's; what the handlers made of the message is in the one that comes back."""
        try:
            message = read_extended(record["data"])
        except WireError:
            self.problems += 1
            return Filtered(record)
        channel.sent[self.side] += 1
        if self.side == "server" and message.opcode == ENABLE:
            channel.enabled = True
        made = self._json(record, message, channel)
        shown = {
            "source": self._source,
            "session": record["session"],
            "version": record["version"],
            "side": self.side,
            "opcode": message.opcode,
            "data": message.data,
            "enabled": channel.enabled,
        }
        value, stopped = shown, None
        for hook in (self._hook("", "any"), self._hook("op_", message.opcode)):
            if hook:
                value, stopped = hook(value)
                if stopped is not None or not isinstance(value, dict) or value.get("drop"):
                    break
        data = _data(value["data"])
        if data != message.data:
            record["data"] = write_extended(message.opcode, data)
        if value.get("drop"):
            record["drop"] = True
        made = [*made, *_all(value.get("answer"))]
        for key, found in (("answer", made), ("inject", _all(value.get("inject")))):
            if found:
                record[key] = [*(record.get(key) or ()), *(each for one in found for each in packets_of(one))]
        return Filtered(record, stopped)

    def _json(self, record: dict[str, Any], message: Extended, channel: Channel) -> list[Any]:
        hook = self._hook("json_", message.opcode)
        if not hook:
            return []
        try:
            text = channel.parts[self.side].take(message.opcode, message.data)
            if text is None:
                return []
            value = json.loads(text)
        except (WireError, ValueError, RecursionError):
            self.problems += 1
            return []
        shown = {
            "source": self._source,
            "session": record["session"],
            "version": record["version"],
            "side": self.side,
            "opcode": message.opcode,
            "value": value,
            "data": text,
        }
        answered = hook(shown).value
        return _all(answered.get("answer")) if isinstance(answered, dict) else []


class Channels:
    """Those of all sessions, bounded."""

    def __init__(self) -> None:
        self._channels: OrderedDict[int, Channel] = OrderedDict()

    def __getitem__(self, session: int) -> Channel:
        known = self._channels.get(session)
        if known is None:
            known = self._channels[session] = Channel()
            if len(self._channels) > REMEMBERED_SESSIONS:
                self._channels.popitem(last=False)
        return known

    def forget(self, session: int) -> None:
        self._channels.pop(session, None)


def diagnosis(system: int, channel: Channel, frames: int) -> str:
    """Why extended opcodes don't work between this client and its server; empty when nothing speaks against them.

    Args:
        system: what the client said it runs on.
        frames: of the server so far.
    """
    if channel.enabled:
        return ""
    if system < OTCLIENT_SYSTEMS:
        return (
            f"the client says that it runs on system {system}; servers enable extended opcodes for OTClient only "
            f"(systems from {OTCLIENT_SYSTEMS} on; OTClient: g_game.setCustomOs, or leave it unset)"
        )
    if channel.sent["server"]:
        return (
            "the server sends extended messages, but never opcode 0, so OTClient refuses to send any: the server has "
            "to send 0x32 with opcode 0 and an empty string after the login, as TFS and Canary do"
        )
    if frames >= FRAMES_WITHOUT:
        return (
            f"the server has sent {frames} frames, and opcode 0 was not among them: it knows no extended opcodes, or "
            "has them switched off; OTClient refuses to send until it comes"
        )
    return ""


def owners(bus: HookBus) -> list[dict[str, Any]]:
    """Who answers which extended opcode: rows of side, opcode, json, plugins and note, in order."""
    rows = []
    for name, hook in bus.hooks.items():
        family, _, member = name.rpartition(".")
        kind, _, number = member.partition("_")
        if family not in ("extended.client", "extended.server") or kind not in ("op", "json") or not number.isdecimal():
            continue
        plugins = sorted({handler.generation.plugin for handler in hook.handlers()})
        if not plugins:
            continue
        opcode = int(number)
        notes = [RESERVED[opcode]] if opcode in RESERVED else []
        if len(plugins) > 1:
            notes.append("answered by more than one plugin")
        if opcode > 255:
            notes.append("no opcode: they end at 255")
        rows.append(
            {
                "side": family.rpartition(".")[2],
                "opcode": opcode,
                "json": kind == "json",
                "plugins": plugins,
                "note": "; ".join(notes),
            }
        )
    return sorted(rows, key=lambda row: (row["opcode"], row["side"], row["json"]))


def _data(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise TypeError("neither bytes nor text")


def _all(value: Any) -> list[Any]:
    if not value:
        return []
    return [value] if isinstance(value, dict) and "opcode" in value else list(value)


def packets_of(message: Any) -> list[dict[str, Any]]:
    """An extended message of a plugin as packets: {opcode, data}, or {opcode, value} for JSON, cut into chunks.

    Raises:
        TypeError, ValueError, KeyError, WireError: it is none, or too long for one message.
    """
    opcode = message["opcode"]
    if "value" not in message:
        return [{"opcode": EXTENDED, "data": write_extended(opcode, _data(message["data"]))}]
    text = json.dumps(message["value"], separators=(",", ":"), ensure_ascii=True).encode()
    parts = chunks(text, int(message.get("chunk", CANARY_CHUNK)))
    return [{"opcode": EXTENDED, "data": write_extended(opcode, part)} for part in parts]
