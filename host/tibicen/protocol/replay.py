"""A recorded session shown to plugins: what they make of it, message for message, to be compared with what they made
of it before."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from tibicen.bus.hooks import HookBus
from tibicen.errors import WireError
from tibicen.native import Stack, Xtea, open_frame
from tibicen.protocol.captures import Capture, Record
from tibicen.protocol.flow import inflated
from tibicen.protocol.items import ItemTable
from tibicen.protocol.packets import PacketHooks
from tibicen.protocol.readers import Reader, Side, reader_of
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState

SIDES: dict[str, Side] = {"c2s": "client", "s2c": "server"}

LONGEST_SHOWN = 400
"""Letters of what plugins made of a frame, in the sentences of `differences`."""

# Time does not pass in a replay, and a machine that is busy is no reason for another result.
DEADLINE_MS = 60_000.0


class Replay:
    """Plays one recording to the plugins of a bus.

    Attributes:
        frames, messages: that were shown.
        emitted: what plugins made of them, in order, as plain data: dropped, changed, injected and answered messages
            in hex, with the number of the line that they belong to.
    """

    def __init__(self, bus: HookBus, capture: Capture, items: ItemTable | None = None) -> None:
        self.frames = 0
        self.messages = 0
        self.emitted: list[dict[str, Any]] = []
        self._bus = bus
        self._capture = capture
        self._items = items
        self._sessions: dict[int, dict[str, Any]] = {}
        self._readers: dict[int, Reader] = {}
        self._hooks: dict[int, PacketHooks] = {}

    def run(self) -> None:
        """Shows every frame of every game connection, in the order of the recording.

        Raises:
            WireError: a frame's messages are neither written down nor readable with the recorded key.
        """
        for record in self._capture:
            if record.kind == "login" and self._is_game(record):
                self._begin(record)
            elif record.kind == "frame" and record.direction in SIDES and self._is_game(record):
                if record.connection not in self._sessions:
                    # A `.cam` has no login.
                    self._begin(record)
                self._show(record)
        closed = self._bus["bridge.closed"]
        for session in self._sessions.values():
            if closed:
                closed({**session, "by": "client", "reason": "closed"})

    def _is_game(self, record: Record) -> bool:
        return self._capture.kinds.get(record.connection, "game") == "game"

    def _begin(self, record: Record) -> None:
        login = record.said.get("login") or {}
        version = int(login.get("version", self._capture.version))
        number = record.connection
        session = {
            "id": number,
            "version": version,
            "system": int(login.get("os", 0)),
            "ip": "",
            "character": "",
            "upstream": "",
        }
        self._sessions[number] = session
        reader = self._readers[number] = reader_of(version, self._items)
        self._hooks[number] = PacketHooks(self._bus, reader.name, deadline_ms=DEADLINE_MS)
        opened = self._bus["bridge.opened"]
        if opened:
            opened(dict(session))

    def _show(self, record: Record) -> None:
        number, side = record.connection, SIDES[record.direction]
        messages = record.plain if record.plain is not None else self._opened(record)
        self.frames += 1
        hooks, reader = self._hooks[number], self._readers[number]
        pieces = list(reader.read(side, messages))
        self.messages += len(pieces)
        made = hooks.frame(reader, self._sessions[number], side, messages, pieces)
        if not made.touched and not made.answers:
            return
        row: dict[str, Any] = {"line": record.line, "conn": number, "dir": record.direction}
        if made.touched and made.messages != messages:
            row |= {"was": messages.hex(), "is": made.messages.hex()}
        if made.behind:
            row["injected"] = [each.hex() for each in made.behind]
        if made.answers:
            row["answered"] = [each.wire().hex() for each in made.answers]
        self.emitted.append(row)

    def _opened(self, record: Record) -> bytes:
        key = self._capture.keys.get(record.connection)
        if key is None:
            raise WireError(f"line {record.line}: neither the messages nor the key are written down")
        framing = self._capture.meta.get("framing") or {}
        stack = Stack.ADLER if framing.get("checksum") == "adler32" else Stack.SEQUENCE
        if framing.get("profile") == "M":
            stack = Stack.BLOCKS
        buffer = bytearray(record.raw)
        try:
            found = open_frame(stack, buffer, Xtea(key))
            messages = bytes(buffer[found.offset : found.offset + found.length])
            return inflated(messages) if found.compressed else messages
        except (WireError, zlib.error) as error:
            raise WireError(f"line {record.line}: {error}") from None


Shown = Callable[[str, bytes], str]
"""Writes messages for people; given who sent them, `c2s` or `s2c`."""


def in_hex(direction: str, messages: bytes) -> str:
    """Messages without a word of what they are."""
    return messages.hex()


def in_words(version: int, items: ItemTable) -> Shown:
    """Messages by name and fields, as far as a version is described and they can be read by themselves."""
    if version not in VERSIONS:
        return in_hex
    protocol = load_protocol(version)

    def shown(direction: str, messages: bytes) -> str:
        words = []
        for each in protocol.decode(SIDES[direction], messages, WireState(items)):
            if each.name == UNPARSED:
                words.append(messages[each.start :].hex())
            else:
                fields = " ".join(f"{name}={value!r}" for name, value in each.fields.items())
                words.append(f"{each.name} {fields}".rstrip())
        return "; ".join(words)

    return shown


def differences(expected: list[dict[str, Any]], got: list[dict[str, Any]], shown: Shown = in_hex) -> Iterator[str]:
    """What two runs differ in, a sentence each, in the order of the lines."""
    by_line = [{(row["conn"], row["line"]): row for row in rows} for rows in (expected, got)]
    for where in sorted({*by_line[0], *by_line[1]}, key=lambda each: each[1]):
        before, now = (rows.get(where) for rows in by_line)
        line = f"line {where[1]}"
        if before is None:
            yield f"{line}: plugins make something of it now: {_short(now, shown)}"
        elif now is None:
            yield f"{line}: plugins make nothing of it any more; it was: {_short(before, shown)}"
        elif before != now:
            yield f"{line}: it was {_short(before, shown)}; it is {_short(now, shown)}"


def _short(row: dict[str, Any] | None, shown: Shown) -> str:
    """What plugins made of a frame: what is in it now, and messages behind it and back."""
    row = row or {}
    way = row.get("dir", "c2s")
    back = "s2c" if way == "c2s" else "c2s"
    parts = []
    if "is" in row:
        parts.append(shown(way, bytes.fromhex(row["is"])) if row["is"] else "dropped")
    parts += [f"injected {shown(way, bytes.fromhex(each))}" for each in row.get("injected", ())]
    parts += [f"answered {shown(back, bytes.fromhex(each))}" for each in row.get("answered", ())]
    text = ", ".join(parts)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
