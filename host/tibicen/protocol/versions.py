"""A protocol version: its manifest, compiled once into a program of the core, which reads and writes its messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec

from tibicen.errors import ConfigError, ManifestError, WireError
from tibicen.native.layouts import READ_APART, READ_ONLY, READ_PLAIN, ROWS_HEAD, Layouts, Opcodes, Trouble
from tibicen.native.packets import Described
from tibicen.paths import manifests_root
from tibicen.protocol.items import ItemTable
from tibicen.protocol.layout import DIRECTIONS, Layout, Manifest
from tibicen.protocol.layout_reader import read_manifest
from tibicen.protocol.program import Program
from tibicen.protocol.values import pack_fields, pack_values, value_of
from tibicen.protocol.wire_state import WireState

UNPARSED = "unparsed"
"""The name of what can't be read: the rest of a frame, with `data` (bytes) and `reason` (text) as its fields."""

SECRETS = ("game_secret", "account_secret")
"""Structures that are read by name: the RSA blocks of the two logins."""

VERSIONS = (860, 1098, 1100, 1310, 1525)


class Message(NamedTuple):
    """One message of a frame: `start` is where its opcode stands, `end` is behind its last byte."""

    opcode: int
    name: str
    fields: dict[str, Any]
    start: int
    end: int


class Packed(NamedTuple):
    """As Message, with the fields as MessagePack: for who hands them on, or looks at them only now and then."""

    opcode: int
    name: str
    fields: bytes
    start: int
    end: int


_messages = msgspec.msgpack.Decoder(list[Message], ext_hook=value_of).decode
_packed = msgspec.msgpack.Decoder(list[Packed]).decode
_fields = msgspec.msgpack.Decoder(ext_hook=value_of).decode
_NOBODY = Opcodes()
_FOR_A_VM = READ_APART | READ_ONLY | READ_PLAIN


Entries = dict[str, dict[int, tuple[int, int]]]
"""By direction and opcode: where a message's function begins in the program, and the number of its name."""


def compile_manifest(manifest: Manifest) -> tuple[Program, Entries]:
    """The program of a version.

    Raises:
        ManifestError: a layout names what isn't there, or two messages have one name.
    """
    program = Program(manifest)
    problems: list[str] = []
    entries: Entries = {}
    for direction in DIRECTIONS:
        layouts = _layouts(manifest, direction)
        entries[direction] = {}
        for opcode, layout in layouts.items():
            try:
                entries[direction][opcode] = program.add(layout), program.name(layout.name)
            except ManifestError as error:
                problems += error.problems
        _check_names(layouts, problems)
    program.add_structures([name for name in SECRETS if name in manifest.structures], problems)
    if problems:
        raise ManifestError(problems)
    return program, entries


def _layouts(manifest: Manifest, direction: str) -> dict[int, Layout]:
    """The messages that the version has."""
    found = manifest.messages[direction].items()
    return {opcode: each for opcode, each in found if each.when is None or each.when.fold(manifest.known)}


def _check_names(layouts: Mapping[int, Layout], problems: list[str]) -> None:
    seen: dict[str, int] = {}
    for opcode, layout in layouts.items():
        other = seen.setdefault(layout.name, opcode)
        if other != opcode:
            text = f"{layout.name} is the name of 0x{other:02X} and of 0x{opcode:02X}"
            problems.append(f"{layout.file}:{layout.line}: {text}")


class Protocol:
    """Reads and writes the messages of one version.

    A frame is read by one call of the core, and its messages are made of what that wrote by one call of msgspec: there
    is no Python for a message, let alone for a field.

    Args:
        manifest: what is read from manifests/protocols.

    Raises:
        ManifestError: a layout names what isn't there.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.version = manifest.version
        program, entries = compile_manifest(manifest)
        self.layouts = {direction: _layouts(manifest, direction) for direction in DIRECTIONS}
        self._entries: dict[str, dict[str | int, tuple[int, int]]] = {}
        for direction, table in entries.items():
            keyed: dict[str | int, tuple[int, int]] = {}
            for opcode, (entry, _) in table.items():
                keyed[opcode] = keyed[self.layouts[direction][opcode].name] = opcode, entry
            self._entries[direction] = keyed
        self._structures = program.functions
        self._native = Layouts(program.code, list(program.names))
        self._tables = {direction: Layouts.messages(each) for direction, each in entries.items()}

    def decode(self, direction: str, data: bytes, state: WireState) -> list[Message]:
        """The messages of a frame, in order; what can't be read comes last, as one piece named UNPARSED.

        `data` is the frame's messages without padding, decrypted and inflated; `state` is the connection's.
        """
        rows, trouble = self._native.read(self._tables[direction], state.cell, data)
        found: list[Message] = _messages(rows)
        return found if trouble is None else [*found, self._unparsed(direction, data, trouble)]

    def split(
        self, direction: str, data: bytes, state: WireState, wanted: Collection[int] = _NOBODY, *, only: bool = False
    ) -> list[Message]:
        """As decode, but only messages with an opcode in `wanted` are taken apart; the others' fields are empty, or the
        others are left out (`only`).

        For who has to know where messages end, and cares for the fields of few. Give the same Opcodes each time: of
        another collection a table is made at every call.
        """
        table = wanted.table if type(wanted) is Opcodes else Opcodes(wanted).table
        rows, trouble = self._native.read(self._tables[direction], state.cell, data, table, READ_ONLY if only else 0)
        found: list[Message] = _messages(rows)
        return found if trouble is None else [*found, self._unparsed(direction, data, trouble)]

    def pick(self, direction: str, data: bytes, state: WireState, wanted: Collection[int]) -> list[Packed]:
        """Only the messages with an opcode in `wanted`, their fields as MessagePack; and what can't be read.

        The quickest way to a Lua plugin: `msgspec.Raw(packed.fields)` inside what marshal.pack packs goes into the VM
        as it is (positions and doubles are lists there, as pack makes them), and encode_packed takes what comes back.
        A frame that holds no wanted message costs one call of the core.
        """
        table = wanted.table if type(wanted) is Opcodes else Opcodes(wanted).table
        rows, trouble = self._native.read(self._tables[direction], state.cell, data, table, _FOR_A_VM)
        if trouble is None:
            return [] if len(rows) == ROWS_HEAD else _packed(rows)
        found = _packed(rows)
        rest = self._unparsed(direction, data, trouble)
        found.append(Packed(rest.opcode, rest.name, pack_fields(rest.fields), rest.start, rest.end))
        return found

    def described(self, direction: str, state: WireState) -> Described:
        """What the core reads a direction's messages by, where it does so by itself (native/packets.py)."""
        return Described(self._native, self._tables[direction], state.cell)

    def trouble(self, direction: str, data: bytes, state: WireState) -> Trouble | None:
        """What keeps a frame from being read to its end; None: nothing. `state` is set as by decode."""
        return self._native.read(self._tables[direction], state.cell, data, _NOBODY.table)[1]

    def decode_packed(self, direction: str, data: bytes, state: WireState, how: int = 0) -> tuple[int, bytes]:
        """As decode, for a VM: how many messages, and a list of `[opcode, name, fields, start, end]` as MessagePack.

        Args:
            how: bits of native.layouts: READ_PLAIN gives positions and doubles as lists, READ_BYTES texts as bytes.
        """
        rows, trouble = self._native.read(self._tables[direction], state.cell, data, how=how)
        count = int.from_bytes(rows[1:ROWS_HEAD], "big")
        if trouble is None:
            return count, bytes(rows)
        found = bytes(rows[ROWS_HEAD:]) + pack_values(list(self._unparsed(direction, data, trouble)))
        return count + 1, b"\xdd" + (count + 1).to_bytes(4, "big") + found

    def _unparsed(self, direction: str, data: bytes, trouble: Trouble) -> Message:
        """The rest of a frame as one piece."""
        at = trouble.message
        opcode = data[at]
        shown = f"0x{opcode:02X}"
        if trouble.unknown:
            reason = f"opcode {shown} at byte {at} is not known to version {self.version}"
        else:
            reason = f"{self.name_of(direction, opcode)} ({shown}) at byte {at}: {trouble.text}"
        return Message(opcode, UNPARSED, {"data": data[at:], "reason": reason}, at, len(data))

    def encode(self, direction: str, message: str | int, fields: Mapping[str, Any], state: WireState) -> bytes:
        """The bytes of one message, opcode first; `message` is its name or opcode (its name also UNPARSED).

        Raises:
            WireError: it is not known, or a field is missing or doesn't fit.
        """
        if message == UNPARSED:
            return bytes(fields["data"])
        opcode, entry = self._entry(direction, message)
        try:
            return self._native.write(entry, state.cell, pack_fields(fields), bytes((opcode,)))
        except WireError as error:
            raise WireError(f"{self.name_of(direction, opcode)}: {error}") from error

    def encode_packed(self, direction: str, message: str | int, fields: bytes, state: WireState) -> bytes:
        """As encode, of fields as MessagePack, such as a VM gives them: no object is made of them.

        Raises:
            WireError: it is not known, or a field is missing or doesn't fit.
        """
        opcode, entry = self._entry(direction, message)
        try:
            return self._native.write(entry, state.cell, fields, bytes((opcode,)))
        except WireError as error:
            raise WireError(f"{self.name_of(direction, opcode)}: {error}") from error

    def _entry(self, direction: str, message: str | int) -> tuple[int, int]:
        entry = self._entries[direction].get(message)
        if entry is None:
            shown = f"0x{message:02X}" if isinstance(message, int) else message
            raise WireError(f"version {self.version} has no message {shown} from {direction}")
        return entry

    def name_of(self, direction: str, opcode: int) -> str:
        layout = self.layouts[direction].get(opcode)
        return layout.name if layout else f"0x{opcode:02X}"

    def decode_structure(self, name: str, data: bytes, state: WireState, at: int = 0) -> tuple[int, dict[str, Any]]:
        """A structure by name, such as a login block: where it ends, and its fields.

        Raises:
            WireError: the bytes don't hold it.
        """
        try:
            fields, end = self._native.read_one(self._structures[name], state.cell, data, at)
        except WireError as error:
            raise WireError(f"{name}: {error}") from error
        return end, _fields(fields)

    def encode_structure(self, name: str, fields: Mapping[str, Any], state: WireState) -> bytes:
        """The bytes of a structure.

        Raises:
            WireError: a field is missing or doesn't fit.
        """
        try:
            return self._native.write(self._structures[name], state.cell, pack_fields(fields))
        except WireError as error:
            raise WireError(f"{name}: {error}") from error


@cache
def load_protocol(version: int) -> Protocol:
    """The protocol of a version, compiled at its first use.

    Raises:
        ConfigError: there is no manifest of that version.
        ManifestError: the manifest is wrong.
    """
    if version not in VERSIONS:
        raise ConfigError(f"there is no protocol {version}; known are {', '.join(map(str, VERSIONS))}")
    return Protocol(read_manifest(manifests_root() / "protocols" / f"{version}.yaml"))


def decode(version: int, direction: str, data: bytes, items: ItemTable | None = None) -> list[Message]:
    """A single frame, with a state of its own: what Protocol.decode does, for tools that have no connection."""
    return load_protocol(version).decode(direction, data, WireState(items))


def encode(version: int, direction: str, message: str | int, fields: Mapping[str, Any]) -> bytes:
    """A single message, with a state of its own."""
    return load_protocol(version).encode(direction, message, fields, WireState())
