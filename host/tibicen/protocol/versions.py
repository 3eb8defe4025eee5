"""A protocol version: its manifest, compiled once into decoders and encoders."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

from tibicen.errors import ConfigError, ManifestError, WireError
from tibicen.paths import manifests_root
from tibicen.protocol.codec import Decoder, Encoder, Skipper, short
from tibicen.protocol.decoder import DecoderWriter
from tibicen.protocol.encoder import EncoderWriter
from tibicen.protocol.items import ItemTable
from tibicen.protocol.layout import DIRECTIONS, Layout, Manifest
from tibicen.protocol.layout_reader import read_manifest
from tibicen.protocol.skipper import SkipWriter
from tibicen.protocol.source import Source
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


class Protocol:
    """Decoders and encoders of one version.

    Args:
        manifest: what is read from manifests/protocols.

    Raises:
        ManifestError: a layout names what isn't there.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.version = manifest.version
        source = Source(manifest)
        problems: list[str] = []
        source.called.update(dict.fromkeys(name for name in SECRETS if name in manifest.structures))
        self.layouts: dict[str, dict[int, Layout]] = {}
        for direction in DIRECTIONS:
            table = self.layouts[direction] = {}
            for opcode, layout in manifest.messages[direction].items():
                if layout.when is not None and not layout.when.fold(manifest.known, lambda name, _: name):
                    continue
                table[opcode] = layout
                self._write(source, layout, f"{direction}_{opcode}", problems)
            self._check_names(table, problems)
        written: set[str] = set()
        while not problems and (waiting := [name for name in source.called if name not in written]):
            for name in waiting:
                written.add(name)
                self._write(source, manifest.structures[name], name, problems)
        if problems:
            raise ManifestError(problems)
        self.source = source
        functions = source.namespace()
        self._decoders: dict[str, list[tuple[Decoder, str] | None]] = {}
        self._skippers: dict[str, list[Skipper | None]] = {}
        self._encoders: dict[str, dict[str | int, tuple[int, Encoder]]] = {}
        for direction, table in self.layouts.items():
            decoders: list[tuple[Decoder, str] | None] = [None] * 256
            encoders: dict[str | int, tuple[int, Encoder]] = {}
            for opcode, layout in table.items():
                decoders[opcode] = functions[f"d_{direction}_{opcode}"], layout.name
                encoders[opcode] = encoders[layout.name] = opcode, functions[f"e_{direction}_{opcode}"]
            self._decoders[direction] = decoders
            self._skippers[direction] = [functions.get(f"k_{direction}_{opcode}") for opcode in range(256)]
            self._encoders[direction] = encoders
        self._structures: dict[str, tuple[Decoder, Encoder]] = {
            name: (functions[f"d_{name}"], functions[f"e_{name}"]) for name in source.called
        }

    @staticmethod
    def _write(source: Source, layout: Layout, name: str, problems: list[str]) -> None:
        try:
            source.lines += DecoderWriter(source, layout).function(f"d_{name}")
            source.lines += EncoderWriter(source, layout).function(f"e_{name}")
            skipper = SkipWriter(source, layout)
            if skipper.wants_whole():
                source.lines += [f"def k_{name}(b, p, s): return d_{name}(b, p, s)[0]"]
            else:
                source.lines += skipper.function(f"k_{name}")
        except ManifestError as error:
            problems += error.problems

    @staticmethod
    def _check_names(table: Mapping[int, Layout], problems: list[str]) -> None:
        seen: dict[str, int] = {}
        for opcode, layout in table.items():
            other = seen.setdefault(layout.name, opcode)
            if other != opcode:
                text = f"{layout.name} is the name of 0x{other:02X} and of 0x{opcode:02X}"
                problems.append(f"{layout.file}:{layout.line}: {text}")

    def decode(self, direction: str, data: bytes, state: WireState) -> list[Message]:
        """The messages of a frame, in order; what can't be read comes last, as one piece named UNPARSED.

        `data` is the frame's messages without padding, decrypted and inflated; `state` is the connection's.
        """
        table = self._decoders[direction]
        found: list[Message] = []
        at, size = 0, len(data)
        while at < size:
            opcode = data[at]
            entry = table[opcode]
            if entry is None:
                found.append(self._unparsed("", data, at, None))
                break
            try:
                end, fields = entry[0](data, at + 1, state)
            except (WireError, IndexError, struct.error, ValueError) as error:
                found.append(self._unparsed(entry[1], data, at, error))
                break
            found.append(Message(opcode, entry[1], fields, at, end))
            at = end
        return found

    def _unparsed(self, name: str, data: bytes, at: int, error: Exception | None) -> Message:
        """The rest of a frame as one piece; `error` is what its first message failed by, None for an unknown opcode."""
        opcode = data[at]
        name = f"{name} (0x{opcode:02X}) at byte {at}" if name else f"opcode 0x{opcode:02X} at byte {at}"
        if error is None:
            reason = f"{name} is not known to version {self.version}"
        else:
            reason = f"{name}: {error if isinstance(error, WireError) else 'its bytes end before its fields do'}"
        return Message(opcode, UNPARSED, {"data": data[at:], "reason": reason}, at, len(data))

    def split(self, direction: str, data: bytes, state: WireState, wanted: Collection[int] = ()) -> list[Message]:
        """As decode, but only messages with an opcode in `wanted` are taken apart; the others' fields are empty.

        For a relay that has to know where messages end, and cares for the fields of few.
        """
        table, skippers = self._decoders[direction], self._skippers[direction]
        found: list[Message] = []
        at, size = 0, len(data)
        while at < size:
            opcode = data[at]
            entry, skipper = table[opcode], skippers[opcode]
            fields: dict[str, Any] = {}
            if entry is None or skipper is None:
                found.append(self._unparsed("", data, at, None))
                break
            try:
                if opcode in wanted:
                    end, fields = entry[0](data, at + 1, state)
                else:
                    end = skipper(data, at + 1, state)
                if end > size:
                    raise short(data, size, end - size)
            except (WireError, IndexError, struct.error, ValueError) as error:
                found.append(self._unparsed(entry[1], data, at, error))
                break
            found.append(Message(opcode, entry[1], fields, at, end))
            at = end
        return found

    def encode(self, direction: str, message: str | int, fields: Mapping[str, Any], state: WireState) -> bytes:
        """The bytes of one message, opcode first; `message` is its name or opcode (its name also UNPARSED).

        Raises:
            WireError: it is not known, or a field is missing or doesn't fit.
        """
        if message == UNPARSED:
            return bytes(fields["data"])
        entry = self._encoders[direction].get(message)
        if entry is None:
            shown = f"0x{message:02X}" if isinstance(message, int) else message
            raise WireError(f"version {self.version} has no message {shown} from {direction}")
        out = bytearray((entry[0],))
        try:
            entry[1](out, fields, state)
        except KeyError as error:
            raise WireError(f"{self.name_of(direction, entry[0])}: field {error} is missing") from error
        except (struct.error, ValueError, TypeError, AttributeError, OverflowError, IndexError) as error:
            raise WireError(f"{self.name_of(direction, entry[0])}: {error}") from error
        return bytes(out)

    def name_of(self, direction: str, opcode: int) -> str:
        entry = self._decoders[direction][opcode]
        return entry[1] if entry else f"0x{opcode:02X}"

    def decode_structure(self, name: str, data: bytes, state: WireState, at: int = 0) -> tuple[int, dict[str, Any]]:
        """A structure by name, such as a login block: where it ends, and its fields.

        Raises:
            WireError: the bytes don't hold it.
        """
        try:
            decoder: Decoder = self._structures[name][0]
            return decoder(data, at, state)
        except (IndexError, struct.error, ValueError) as error:
            raise WireError(f"{name}: its bytes end before its fields do") from error

    def encode_structure(self, name: str, fields: Mapping[str, Any], state: WireState) -> bytes:
        """The bytes of a structure.

        Raises:
            WireError: a field is missing or doesn't fit.
        """
        out = bytearray()
        try:
            self._structures[name][1](out, fields, state)
        except KeyError as error:
            raise WireError(f"{name}: field {error} is missing") from error
        except (struct.error, ValueError, TypeError, AttributeError, OverflowError) as error:
            raise WireError(f"{name}: {error}") from error
        return bytes(out)


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
