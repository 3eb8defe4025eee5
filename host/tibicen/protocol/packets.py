"""Messages of the bridge as hooks: which plugins want which, and what they made of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import monotonic, perf_counter_ns
from typing import Any, Literal, NamedTuple, Protocol

import structlog

from tibicen.bus.chain import Filtered
from tibicen.bus.hooks import Hook, HookBus
from tibicen.errors import TibicenError, WireError
from tibicen.protocol import versions
from tibicen.protocol.extended import EXTENDED, Channels, ExtendedHooks
from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, VERSIONS, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.vm.marshal import pack

_log = structlog.get_logger("tibicen.bridge")

Side = Literal["client", "server"]
"""Who sent a message."""

# So many late answers of one hook, and for so long it isn't asked: a plugin that is slow slows nobody down for good.
LATE_LIMIT = 3
REST_SECONDS = 5.0


class Piece(NamedTuple):
    """A message in a frame that isn't taken apart; `fields` is None. Otherwise as versions.Message."""

    opcode: int
    name: str
    fields: None
    start: int
    end: int


Part = Piece | versions.Message
"""A message in a frame."""


class Reader(Protocol):
    """Takes the frames of one session apart. One a session: what a message means depends on those before it."""

    def name(self, side: Side, opcode: int) -> str:
        """A message's name; empty for one that has none."""
        ...

    def read(self, side: Side, messages: bytes) -> Sequence[Part]:
        """The messages of a frame, in order. What can't be told apart is one piece, to the end."""
        ...

    def write(self, side: Side, opcode: int, fields: Any) -> bytes:
        """A message of these fields, its opcode first.

        Raises:
            WireError: they don't fit.
        """
        ...


class Unread:
    """Where the version isn't described: messages have numbers only, and a frame is taken as one message."""

    def name(self, side: Side, opcode: int) -> str:
        return ""

    def read(self, side: Side, messages: bytes) -> Sequence[Part]:
        return (Piece(messages[0], "", None, 0, len(messages)),) if messages else ()

    def write(self, side: Side, opcode: int, fields: Any) -> bytes:
        raise WireError("messages of this version have no fields")


class Described:
    """By the description of a version in manifests/protocols."""

    def __init__(self, version: int, items: ItemTable | None = None) -> None:
        self._protocol = load_protocol(version)
        self._state = WireState(items)

    def name(self, side: Side, opcode: int) -> str:
        name = self._protocol.name_of(side, opcode)
        return "" if name.startswith("0x") else name

    def read(self, side: Side, messages: bytes) -> Sequence[Part]:
        found = self._protocol.decode(side, messages, self._state)
        if found and found[-1].name == UNPARSED:
            rest = found[-1]
            return [*found[:-1], Piece(rest.opcode, UNPARSED, None, rest.start, rest.end)]
        return found

    def write(self, side: Side, opcode: int, fields: Any) -> bytes:
        return self._protocol.encode(side, opcode, fields, self._state)


def reader_of(version: int, items: ItemTable | None = None) -> Reader:
    """The reader of a session's frames: by the version's description, if there is one."""
    return Described(version, items) if version in VERSIONS else Unread()


class Message(NamedTuple):
    """A message of a plugin's own."""

    opcode: int
    data: bytes

    def wire(self) -> bytes:
        return bytes((self.opcode,)) + self.data


class Verdict(NamedTuple):
    """What plugins made of a message.

    Attributes:
        data: the bytes behind the opcode; None when it is dropped.
        answer: messages back to who sent it.
        inject: messages behind it, to who gets it.
    """

    data: bytes | None
    answer: tuple[Message, ...] = ()
    inject: tuple[Message, ...] = ()


class Made(NamedTuple):
    """What plugins made of a frame.

    Attributes:
        touched: whether anything; the rest counts only then.
        messages: what the frame holds now; empty when nothing is left of it.
        behind: messages to send behind it, a frame each.
        answers: to send back, whether the frame was touched or not.
    """

    touched: bool
    messages: bytes
    behind: tuple[bytes, ...]
    answers: tuple[Message, ...]


class PacketHooks:
    """The hooks of one version's messages, looked up by opcode.

    Args:
        deadline_ms: what the plugins together may take for one message; an answer that comes later counts for nothing,
            and the message goes on as it was.

    Attributes:
        counts: late, malformed, changed, dropped, answered, injected, resting (messages that weren't shown).
    """

    def __init__(
        self,
        bus: HookBus,
        name: Callable[[Side, int], str],
        *,
        deadline_ms: float = 50.0,
        counts: Counter[str] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._name = name
        self.counts: Counter[str] = Counter() if counts is None else counts
        self._bus = bus
        self._deadline_ns = int(deadline_ms * 1e6)
        self._clock = clock
        self._seen = -1
        self._tables: dict[Side, list[tuple[Hook | ExtendedHooks, ...]]] = {}
        self._extended: dict[Side, ExtendedHooks] = {
            "client": ExtendedHooks(bus, "client"),
            "server": ExtendedHooks(bus, "server"),
        }
        self.channels = Channels()
        self._wanted: dict[Side, bool] = {"client": False, "server": False}
        self._late: Counter[str] = Counter()
        self._resting: dict[str, float] = {}

    @property
    def extended(self) -> bool:
        """Whether any plugin wants extended messages."""
        return any(map(bool, self._extended.values()))

    def wanted(self, side: Side) -> bool:
        """Whether any plugin wants any message of a side."""
        if self._seen != self._bus.family_changes:
            self._look_up()
        return self._wanted[side]

    def hooks(self, side: Side, opcode: int) -> tuple[Hook | ExtendedHooks, ...]:
        """Who is asked about a message, in order."""
        if self._seen != self._bus.family_changes:
            self._look_up()
        return self._tables[side][opcode]

    def _look_up(self) -> None:
        self._seen = self._bus.family_changes
        hooks = self._bus.hooks
        everything = hooks["packet.any"]
        for side in ("client", "server"):
            family = f"packet.{side}."
            always = [hook for hook in (everything, hooks.get(family + "any")) if hook]
            table: list[tuple[Hook | ExtendedHooks, ...]] = []
            for opcode in range(256):
                named = self._name(side, opcode)
                keys = [f"{family}op_{opcode:02x}", *([family + named] if named else [])]
                table.append((*always, *(hook for key in keys if (hook := hooks.get(key)))))
            if self._extended["client"] or self._extended["server"]:
                # Both ways: whether the server enabled them is what a plugin of either side wants to know.
                table[EXTENDED] = (*table[EXTENDED], self._extended[side])
            self._tables[side] = table
            self._wanted[side] = any(table)

    def frame(self, reader: Reader, session: Mapping[str, Any], side: Side, messages: bytes) -> Made:
        """Shows a frame's messages to the plugins that want them, each by itself."""
        parts: list[bytes] = []
        behind: list[bytes] = []
        answers: list[Message] = []
        touched = False
        for piece in self._pieces(reader, side, messages):
            verdict = None
            if self.hooks(side, piece.opcode):
                verdict = self.ask(reader, session, side, piece, messages[piece.start + 1 : piece.end])
            if verdict is None:
                parts.append(messages[piece.start : piece.end])
                continue
            touched = True
            if verdict.data is not None:
                parts.append(messages[piece.start : piece.start + 1] + verdict.data)
            behind += (each.wire() for each in verdict.inject)
            answers += verdict.answer
        return Made(touched, b"".join(parts), tuple(behind), tuple(answers))

    def _pieces(self, reader: Reader, side: Side, messages: bytes) -> Sequence[Part]:
        try:
            return reader.read(side, messages)
        except Exception:
            # A mistake in a description costs its messages their names, not the player the session.
            self.counts["unreadable"] += 1
            _log.exception("a frame could not be taken apart", side=side)
            return Unread().read(side, messages)

    def ask(self, reader: Reader, session: Mapping[str, Any], side: Side, piece: Part, data: bytes) -> Verdict | None:
        """Shows a message to the plugins that want it; None when nothing was made of it.

        Never raises for what a plugin does. `data`: the bytes behind the opcode.
        """
        opcode = piece.opcode
        record: dict[str, Any] = {
            "session": session["id"],
            "version": session["version"],
            "side": side,
            "opcode": opcode,
            "name": piece.name,
            "data": data,
        }
        if piece.fields is not None:
            record["fields"] = piece.fields
        touched: Any = record
        before = None if piece.fields is None else pack(piece.fields)
        for hook in self.hooks(side, opcode):
            name = hook.spec.name
            if self._rests(name):
                self.counts["resting"] += 1
                continue
            started = perf_counter_ns()
            if isinstance(hook, ExtendedHooks):
                result = self._ask_extended(hook, touched, session["id"])
            else:
                result = hook(touched)
            if perf_counter_ns() - started > self._deadline_ns:
                self._note_late(name)
                return None
            touched = result.value
            if result.stopped_by is not None or not isinstance(touched, dict) or touched.get("drop"):
                break
        try:
            return self._verdict(reader, side, piece, touched, data, before)
        except (TypeError, ValueError, KeyError, AttributeError, TibicenError):
            self.counts["malformed"] += 1
            return None

    def _ask_extended(self, hooks: ExtendedHooks, record: dict[str, Any], session: int) -> Filtered:
        try:
            return hooks.ask(record, self.channels[session])
        except (TypeError, ValueError, KeyError, AttributeError, WireError):
            self.counts["malformed"] += 1
            return Filtered(record)

    def _rests(self, name: str) -> bool:
        until = self._resting.get(name)
        if until is None:
            return False
        if self._clock() < until:
            return True
        del self._resting[name]
        return False

    def _note_late(self, name: str) -> None:
        self.counts["late"] += 1
        self._late[name] += 1
        if self._late[name] >= LATE_LIMIT:
            self._late[name] = 0
            self._resting[name] = self._clock() + REST_SECONDS

    def _verdict(
        self, reader: Reader, side: Side, piece: Part, record: Any, before: bytes, fields_before: bytes | None
    ) -> Verdict | None:
        data = _bytes(record["data"])
        answer, inject = _messages(record.get("answer")), _messages(record.get("inject"))
        if record.get("drop"):
            self.counts["dropped"] += 1
            verdict = Verdict(None, answer, inject)
        else:
            if data == before and fields_before is not None and pack(record.get("fields")) != fields_before:
                data = reader.write(side, piece.opcode, record["fields"])[1:]
            if data != before:
                self.counts["changed"] += 1
            elif not answer and not inject:
                return None
            verdict = Verdict(data, answer, inject)
        self.counts["answered"] += len(answer)
        self.counts["injected"] += len(inject)
        return verdict


def _bytes(value: Any) -> bytes:
    """Bytes as a plugin gives them: a string of Lua that happens to be UTF-8 comes as text."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    raise TypeError("neither bytes nor text")


def _messages(value: Any) -> tuple[Message, ...]:
    if not value:
        return ()
    if isinstance(value, dict) and "opcode" in value:
        value = [value]
    return tuple(message_of(each) for each in value)


def message_of(value: Any) -> Message:
    """A message as a plugin writes it: {opcode, data}.

    Raises:
        TypeError, ValueError, KeyError: it is none.
    """
    opcode = value["opcode"]
    if isinstance(opcode, bool) or not isinstance(opcode, int) or not 0 <= opcode <= 255:
        raise ValueError("an opcode is a number from 0 to 255")
    return Message(opcode, _bytes(value.get("data", b"")))
