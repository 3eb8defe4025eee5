"""Checks a recording: every frame opened and built again, every message decoded and encoded again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tibicen.errors import WireError
from tibicen.native.framing import Stack
from tibicen.native.xtea import Xtea
from tibicen.protocol.captures import FRAME_KINDS, Capture, Record
from tibicen.protocol.frames import FrameCodec, Opened, deflate, inflate
from tibicen.protocol.items import ItemTable
from tibicen.protocol.rsa import PrivateKey, open_tibia_key
from tibicen.protocol.versions import UNPARSED, Message, Protocol, load_protocol
from tibicen.protocol.wire_state import WireState

STACKS = {"adler": Stack.ADLER, "sequence": Stack.SEQUENCE, "blocks": Stack.BLOCKS}
"""Words of a manifest's `framing`."""

# Opcodes that no server sends: where a client reports them, it had lost its place in the frame before.
_LOST_STEP = (0x00, 0x01)
# A client's script reads these along with the store message in front of them and reports none of them.
_SWALLOWED = (0xF2, 0xDF)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A frame of a recording with what is in it.

    Attributes:
        way: who sent it, as in layout.DIRECTIONS.
        opened: None where it could not be opened; `problem` says why then.
        secret: fields of a login's RSA block, None for other frames and where the block was made with another key.
        codec: of the connection, as it was when the frame came.
    """

    record: Record
    way: str
    opened: Opened | None
    messages: list[Message]
    state: WireState
    codec: FrameCodec
    secret: dict[str, object] | None = field(repr=False)
    problem: str


@dataclass(slots=True)
class Totals:
    """Figures of a check, and a line for each thing that is wrong.

    Attributes:
        undecoded: pieces that no layout could read.
        mismatched: frames and messages that did not come out as the same bytes, and message boundaries other than
            those that the recorded client reported.
        compared: frames whose boundaries the recorded client reported.
        out_of_step: those of them in which the client itself lost its place; they say nothing.
    """

    frames: int = 0
    messages: int = 0
    undecoded: int = 0
    mismatched: int = 0
    compared: int = 0
    out_of_step: int = 0
    problems: list[str] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, int]:
        return {
            "frames": self.frames,
            "messages": self.messages,
            "undecoded": self.undecoded,
            "mismatched": self.mismatched,
        }

    def add(self, other: Totals) -> None:
        self.frames += other.frames
        self.messages += other.messages
        self.undecoded += other.undecoded
        self.mismatched += other.mismatched
        self.compared += other.compared
        self.out_of_step += other.out_of_step
        self.problems += other.problems
        self.names.update(other.names)


class _Connection:
    """One TCP connection of a recording."""

    def __init__(self, protocol: Protocol, kind: str, items: ItemTable) -> None:
        self.login = kind == "login"
        # The login port speaks the Adler stack whatever the version.
        self.codec = FrameCodec(Stack.ADLER if self.login else STACKS[protocol.manifest.framing["stack"]])
        self.state = WireState(items)

    def way(self, direction: str) -> str:
        side = "client" if direction == "c2s" else "server"
        return f"login_{side}" if self.login else side


def inspect(capture: Capture, items: ItemTable, key: PrivateKey | None = None) -> Iterator[Inspected]:
    """The frames of a recording, opened and decoded, in order.

    Args:
        key: the server's; the one that everybody knows unless given.

    Raises:
        ConfigError: the recording's version is not known.
    """
    protocol = load_protocol(capture.version)
    private = key or open_tibia_key()
    connections: dict[int, _Connection] = {}
    for record in capture:
        if record.kind not in FRAME_KINDS:
            continue
        number = record.connection
        connection = connections.get(number)
        if connection is None:
            kind = capture.kinds.get(number, "game")
            connection = connections[number] = _Connection(protocol, kind, items)
        codec, way = connection.codec, connection.way(record.direction)
        try:
            opened = _opened(record, codec)
        except WireError as error:
            yield Inspected(record, way, None, [], connection.state, codec, None, str(error))
            continue
        messages = protocol.decode(way, opened.messages, connection.state)
        secret = None
        if record.kind == "login":
            secret = _secret(protocol, way, messages, connection.state, private)
        yield Inspected(record, way, opened, messages, connection.state, codec, secret, "")
        if record.kind == "login":
            # A recording of a server with a key of its own has to say the session's key itself.
            xtea = bytes(secret["key"]) if secret else capture.keys.get(number)  # type: ignore[call-overload]
            codec.xtea = None if xtea is None else Xtea(xtea)


def _opened(record: Record, codec: FrameCodec) -> Opened:
    if record.plain is not None and not record.raw:
        # Recorded without frames: what is in them is all there is.
        return Opened(record.plain, record.plain, b"", None, False)
    return codec.open(record.raw, login=record.kind == "login")


def _secret(
    protocol: Protocol, way: str, messages: list[Message], state: WireState, key: PrivateKey
) -> dict[str, object] | None:
    if not messages or "secret" not in messages[0].fields:
        return None
    name = "account_secret" if way == "login_client" else "game_secret"
    try:
        return protocol.decode_structure(name, key.decrypt(messages[0].fields["secret"]), state)[1]
    except WireError:
        return None


def verify(capture: Capture, items: ItemTable, key: PrivateKey | None = None) -> Totals:
    """Checks a whole recording.

    Raises:
        ConfigError: its version is not known.
    """
    check = _Check(capture)
    for each in inspect(capture, items, key):
        check.frame(each)
    return check.totals


class _Check:
    """The figures so far, and the sequence numbers that are due."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.protocol = load_protocol(capture.version)
        self.totals = Totals()
        self._due: dict[tuple[int, str], int] = {}
        self._place = ""

    def _wrong(self, text: str) -> None:
        self.totals.mismatched += 1
        self.totals.problems.append(f"{self._place}: {text}")

    def frame(self, each: Inspected) -> None:
        record = each.record
        self._place = f"{self.capture.path.name}:{record.line}"
        self.totals.frames += 1
        if each.opened is None:
            self._wrong(f"the frame can't be opened: {each.problem}")
            return
        opened, login = each.opened, record.kind == "login"
        if record.plain is not None and opened.messages != record.plain:
            self._wrong("the messages are not those that were recorded")
        if record.raw and each.codec.build(opened.sent, opened.filler, opened.number, login=login) != record.raw:
            self._wrong("the frame did not come out as the same bytes")
        if opened.compressed and inflate(deflate(opened.messages)) != opened.messages:
            self._wrong("the deflated messages did not come out as the same bytes")
        if opened.number is not None:
            self._sequence(record, opened.number & 0x7FFFFFFF)
        if login:
            self._key(each)
        self._messages(each, opened.messages)
        self._boundaries(each)

    def _sequence(self, record: Record, number: int) -> None:
        """Numbers go up by one; clients begin with 0, some of them on the login frame already, servers with 1."""
        key = record.connection, record.direction
        due = self._due.get(key, 1 if record.direction == "s2c" else 0)
        if number != due:
            self._wrong(f"sequence number {number}, {due} was due")
        self._due[key] = number + 1

    def _key(self, each: Inspected) -> None:
        said = self.capture.keys.get(each.record.connection)
        if each.secret is None and said is None:
            self._wrong("the RSA block was made with another key, and the recording doesn't say the session's")
        elif each.secret is not None and said not in (None, each.secret["key"]):
            self._wrong("the key in the RSA block is not the one that was recorded")

    def _messages(self, each: Inspected, data: bytes) -> None:
        for message in each.messages:
            if message.name == UNPARSED:
                self.totals.undecoded += 1
                self.totals.problems.append(f"{self._place}: {each.way}: {message.fields['reason']}")
                continue
            self.totals.messages += 1
            self.totals.names[f"{each.way} 0x{message.opcode:02X} {message.name}"] += 1
            try:
                again = self.protocol.encode(each.way, message.opcode, message.fields, each.state)
            except WireError as error:
                self._wrong(f"{message.name} can't be encoded: {error}")
                continue
            if again != data[message.start : message.end]:
                self._wrong(f"{message.name} did not come out as the same bytes")

    def _boundaries(self, each: Inspected) -> None:
        recorded = each.record.boundaries
        if recorded is None:
            return
        self.totals.compared += 1
        ours = [(message.start, message.opcode) for message in each.messages]
        if ours == recorded:
            return
        told = set(recorded)
        left_out = [opcode for start, opcode in ours if (start, opcode) not in told]
        if told <= set(ours) and all(opcode in _SWALLOWED for opcode in left_out):
            self.totals.out_of_step += 1
            return
        shared = 0
        while shared < min(len(ours), len(recorded)) and ours[shared] == recorded[shared]:
            shared += 1
        behind = recorded[shared:]
        # A client that lost its place reports opcodes that don't exist, or nothing any more.
        if not behind or any(opcode in _LOST_STEP for _, opcode in behind):
            self.totals.out_of_step += 1
        else:
            self._wrong(f"boundaries {ours[shared : shared + 3]}, the client had {behind[:3]}")
