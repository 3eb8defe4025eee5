"""Messages of the bridge as hooks: which plugins want which, and what they made of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic, perf_counter_ns
from typing import Any, NamedTuple

import structlog
from msgspec import Raw

from tibicen.bus.chain import Filtered
from tibicen.bus.hooks import Hook, HookBus
from tibicen.errors import TibicenError, WireError
from tibicen.native.layouts import Opcodes
from tibicen.protocol.extended import BRIDGE, EXTENDED, Channels, ExtendedHooks, packets_of
from tibicen.protocol.readers import ALL, Part, Reader, Side, Unread
from tibicen.vm.marshal import pack

_log = structlog.get_logger("tibicen.bridge")

# So many late answers of one hook, and for so long it isn't asked: a plugin that is slow slows nobody down for good.
LATE_LIMIT = 3
REST_SECONDS = 5.0


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


class Subject(NamedTuple):
    """A message that plugins are asked about.

    Attributes:
        session: its number.
        data: the bytes behind the opcode.
        fields: as MessagePack, as they came; None: there are none.
    """

    reader: Reader
    session: int
    side: Side
    piece: Part
    data: bytes
    fields: bytes | None


class Wish(NamedTuple):
    """What plugins want of one side.

    Attributes:
        hooks: by opcode, in the order in which they are asked.
        opcodes: those that anybody wants.
        in_lua: all who want anything are in Lua, so that no object needs to be made of fields.
        in_reach: all who want anything are in VMs of this process, so that a batch can be shown to them at once.
    """

    hooks: list[tuple[Hook | ExtendedHooks, ...]]
    opcodes: Opcodes
    in_lua: bool
    in_reach: bool


_UNTOUCHED = Made(False, b"", (), ())


def made_of(messages: bytes, verdicts: Iterable[tuple[Part, Verdict]]) -> Made:
    """A frame's messages after what was made of some of them, in order."""
    parts: list[bytes] = []
    behind: list[bytes] = []
    answers: list[Message] = []
    at = 0
    for piece, verdict in verdicts:
        parts.append(messages[at : piece.start])
        at = piece.end
        if verdict.data is not None:
            parts.append(messages[piece.start : piece.start + 1] + verdict.data)
        behind += (each.wire() for each in verdict.inject)
        answers += verdict.answer
    parts.append(messages[at:])
    return Made(True, b"".join(parts), tuple(behind), tuple(answers))


class PacketHooks:
    """The hooks of one version's messages, looked up by opcode.

    Args:
        source: whose sessions they are, in records of extended messages.
        deadline_ms: what the plugins together may take for one message; an answer that comes later counts for nothing,
            and the message goes on as it was.

    Attributes:
        counts: late, malformed, changed, dropped, answered, injected, resting (messages that weren't shown).
        resting: hooks that were too slow, and until when they aren't asked.
    """

    def __init__(
        self,
        bus: HookBus,
        name: Callable[[Side, int], str],
        *,
        source: str = BRIDGE,
        deadline_ms: float = 50.0,
        counts: Counter[str] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._name = name
        self.counts: Counter[str] = Counter() if counts is None else counts
        self.bus = bus
        self.deadline_ns = int(deadline_ms * 1e6)
        self._clock = clock
        self._seen = -1
        self._wishes: dict[Side, Wish] = {}
        self._extended: dict[Side, ExtendedHooks] = {
            "client": ExtendedHooks(bus, "client", source),
            "server": ExtendedHooks(bus, "server", source),
        }
        self.channels = Channels()
        self._late: Counter[str] = Counter()
        self.resting: dict[str, float] = {}

    @property
    def extended(self) -> bool:
        """Whether any plugin wants extended messages."""
        return any(map(bool, self._extended.values()))

    def wanted(self, side: Side) -> bool:
        """Whether any plugin wants any message of a side."""
        return bool(self.wish(side).opcodes)

    def wish(self, side: Side) -> Wish:
        """What is wanted of a side just now; the same object for as long as nothing changes."""
        if self._seen != self.bus.family_changes:
            self._look_up()
        return self._wishes[side]

    def _look_up(self) -> None:
        self._seen = self.bus.family_changes
        hooks = self.bus.hooks
        everything = hooks["packet.any"]
        for side in ("client", "server"):
            family = f"packet.{side}."
            always = [hook for hook in (everything, hooks.get(family + "any")) if hook]
            table: list[tuple[Hook | ExtendedHooks, ...]] = []
            for opcode in range(256):
                named = self._name(side, opcode)
                keys = [f"{family}op_{opcode:02x}", *([family + named] if named else [])]
                table.append((*always, *(hook for key in keys if (hook := hooks.get(key)))))
            in_lua = all(hook.in_lua for found in table for hook in found if isinstance(hook, Hook))
            if self._extended["client"] or self._extended["server"]:
                # Both ways: whether the server enabled them is what a plugin of either side wants to know.
                table[EXTENDED] = (*table[EXTENDED], self._extended[side])
            opcodes = Opcodes(opcode for opcode in range(256) if table[opcode])
            self._wishes[side] = Wish(table, opcodes, in_lua, self._in_reach(table))

    @staticmethod
    def _in_reach(table: list[tuple[Hook | ExtendedHooks, ...]]) -> bool:
        asked = {hook for found in table for hook in found}
        return all(isinstance(hook, Hook) and hook.in_reach for hook in asked)

    def frame(
        self,
        reader: Reader,
        session: Mapping[str, Any],
        side: Side,
        messages: bytes,
        pieces: Sequence[Part] | None = None,
    ) -> Made:
        """Shows a frame's messages to the plugins that want them, each by itself.

        Args:
            pieces: the messages, where the reader has read this frame already.
        """
        if self._seen != self.bus.family_changes:
            self._look_up()
        table, opcodes, in_lua, _ = self._wishes[side]
        if pieces is None:
            pieces = self.pieces(reader.pick if in_lua else reader.read, side, messages, opcodes)
        made: list[tuple[Part, Verdict]] = []
        for piece in pieces:
            hooks = table[piece.opcode]
            if not hooks:
                continue
            verdict = self._ask(hooks, in_lua, reader, session, side, piece, messages[piece.start + 1 : piece.end])
            if verdict is not None:
                made.append((piece, verdict))
        return made_of(messages, made) if made else _UNTOUCHED

    def pieces(
        self, read: Callable[[Side, bytes, Opcodes], Sequence[Part]], side: Side, messages: bytes, wanted: Opcodes = ALL
    ) -> Sequence[Part]:
        """What a reader's method makes of a frame; all as one piece when it fails."""
        try:
            return read(side, messages, wanted)
        except Exception:
            # A mistake in a description costs its messages their names, not the player the session.
            self.counts["unreadable"] += 1
            _log.exception("a frame could not be taken apart", side=side)
            return Unread().read(side, messages)

    def _ask(
        self,
        hooks: Sequence[Hook | ExtendedHooks],
        in_lua: bool,
        reader: Reader,
        session: Mapping[str, Any],
        side: Side,
        piece: Part,
        data: bytes,
    ) -> Verdict | None:
        """Shows a message to the plugins that want it; None when nothing was made of it.

        Never raises for what a plugin does. `data`: the bytes behind the opcode.
        """
        fields = piece.fields
        packed = pack(fields) if isinstance(fields, dict) else fields
        subject = Subject(reader, session["id"], side, piece, data, packed)
        record = record_of(session["version"], subject)
        # What goes into a VM is a copy: then a record that comes back as it went is one that nobody changed.
        fixed = in_lua and not isinstance(fields, dict)
        return self.ask_on(hooks, subject, record, record if fixed else None)

    def ask_on(
        self, hooks: Sequence[Hook | ExtendedHooks], subject: Subject, touched: Any, untouched: Any = None
    ) -> Verdict | None:
        """Shows a message to the hooks that are left, and tells what all together made of it; None: nothing.

        Args:
            touched: the record, as those before made it.
            untouched: the record if nobody can have changed it in place: then it isn't looked into when it comes back.
        """
        for hook in hooks:
            name = hook.spec.name
            if self.resting and self._rests(name):
                self.counts["resting"] += 1
                continue
            started = perf_counter_ns()
            if isinstance(hook, ExtendedHooks):
                untouched = None
                result = self._ask_extended(hook, touched, subject.session)
            else:
                result = hook(touched)
            if self.late(name, perf_counter_ns() - started):
                return None
            touched = result.value
            if ends(result):
                break
        if touched is untouched:
            return None
        try:
            return self._verdict(subject, touched)
        except (TypeError, ValueError, KeyError, AttributeError, TibicenError):
            self.counts["malformed"] += 1
            return None

    def late(self, name: str, spent_ns: int) -> bool:
        """Whether an answer of a hook that took so long counts for nothing, which is noted."""
        if spent_ns <= self.deadline_ns:
            return False
        self.counts["late"] += 1
        self._late[name] += 1
        if self._late[name] >= LATE_LIMIT:
            self._late[name] = 0
            self.resting[name] = self._clock() + REST_SECONDS
        return True

    def _ask_extended(self, hooks: ExtendedHooks, record: dict[str, Any], session: int) -> Filtered:
        try:
            return hooks.ask(record, self.channels[session])
        except (TypeError, ValueError, KeyError, AttributeError, WireError):
            self.counts["malformed"] += 1
            return Filtered(record)

    def _rests(self, name: str) -> bool:
        until = self.resting.get(name)
        if until is None:
            return False
        if self._clock() < until:
            return True
        del self.resting[name]
        return False

    def _verdict(self, subject: Subject, record: Any) -> Verdict | None:
        reader, _, side, piece, before, fields_before = subject
        data = _bytes(record["data"])
        answer, inject = _messages(record.get("answer")), _messages(record.get("inject"))
        if record.get("drop"):
            self.counts["dropped"] += 1
            verdict = Verdict(None, answer, inject)
        else:
            fields = record.get("fields")
            if data == before and None not in (fields, fields_before) and pack(fields) != fields_before:
                data = reader.write(side, piece.opcode, fields)[1:]
            if data != before:
                self.counts["changed"] += 1
            elif not answer and not inject:
                return None
            verdict = Verdict(data, answer, inject)
        self.counts["answered"] += len(answer)
        self.counts["injected"] += len(inject)
        return verdict


def record_of(version: int, subject: Subject) -> dict[str, Any]:
    """A message as handlers get it."""
    piece, fields = subject.piece, subject.fields
    record: dict[str, Any] = {
        "session": subject.session,
        "version": version,
        "side": subject.side,
        "opcode": piece.opcode,
        "name": piece.name,
        "data": subject.data,
    }
    if fields is not None:
        record["fields"] = piece.fields if isinstance(piece.fields, dict) else Raw(fields)
    return record


def ends(result: Filtered) -> bool:
    """Whether no further hook is asked about a message."""
    return result.stopped_by is not None or not isinstance(result.value, dict) or bool(result.value.get("drop"))


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


def messages_of(said: Mapping[str, Any]) -> list[Message]:
    """The messages that a plugin's record stands for: {opcode, data}, {extended, data} or {extended, value}.

    Raises:
        WireError: it is none.
    """
    try:
        packets = packets_of({**said, "opcode": said["extended"]}) if "extended" in said else [said]
        return [message_of(each) for each in packets]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise WireError(f"no message: {error}") from None
