"""What inputs of the fuzz targets look like, and the ones that are kept: made by Tibicen's own ends, no recordings.

`python -m tests.fuzz.inputs` writes them into `corpus/`, beside what runs of the fuzzer have found.
"""

from __future__ import annotations

import hashlib
import random
from array import array
from collections.abc import Iterator
from pathlib import Path

from tests.protocol.plain_codec import Maker

from tibicen.errors import WireError
from tibicen.native.framing import Flags, Sealer, Stack
from tibicen.native.wire import ITEM_IDS, UNKNOWN
from tibicen.native.xtea import Xtea
from tibicen.protocol.items import ItemTable
from tibicen.protocol.layout import DIRECTIONS
from tibicen.protocol.program_values import SWITCHED
from tibicen.protocol.values import pack_fields
from tibicen.protocol.versions import VERSIONS, Protocol, load_protocol
from tibicen.protocol.wire_state import WireState

CORPUS = Path(__file__).parent / "corpus"
KEY = Xtea(bytes.fromhex("67452301efcdab8998badcfe10325476"))
NO_ITEMS = 0x80
HEAD = 4
"""Bytes in front of a frame or of fields."""


def item_table() -> ItemTable:
    """As fuzz_items in targets/fuzz.h."""
    table = ItemTable({})
    table.table = array("H", bytes(2 * ITEM_IDS))
    for item_id in range(ITEM_IDS):
        bits = (item_id * 2654435761 & 0xFFFFFFFF) >> 20 & 0x3FF if item_id % 4 else 0
        table.table[item_id] = UNKNOWN if item_id % 64 == 63 else bits
    return table


ITEMS = item_table()


def head_of(version: int, direction: str, floor: int, features: int, last: int) -> bytes:
    """The first bytes of an input: `features` are bits in the order of SWITCHED, and NO_ITEMS."""
    return bytes((VERSIONS.index(version) << 2 | DIRECTIONS.index(direction), floor + 1, features, last))


def opened(head: bytes) -> tuple[Protocol, str, WireState]:
    """Which protocol, direction and state an input asks for."""
    state = WireState(ItemTable() if head[2] & NO_ITEMS else ITEMS)
    state.floor = head[1] % 18 - 1
    for bit, number in enumerate(sorted(SWITCHED.values())):
        state.cell.features[number] = 2 if head[2] >> bit & 1 else 0
    return load_protocol(VERSIONS[(head[0] >> 2) % len(VERSIONS)]), DIRECTIONS[head[0] & 3], state


def made(draw: random.Random) -> Iterator[tuple[bytes, bytes, bytes]]:
    """For each message of each version: a head, the message, its fields as MessagePack."""
    for version in VERSIONS:
        protocol = load_protocol(version)
        for direction in DIRECTIONS:
            for opcode, layout in protocol.layouts[direction].items():
                head = head_of(version, direction, draw.randrange(1, 15), draw.choice((0, 0, 15)), opcode)
                _, _, state = opened(head)
                maker = Maker(protocol.manifest, state, layout, draw)
                maker.features.update(state.features)
                fields: dict[str, object] = {}
                try:
                    maker.record(layout.parts, fields, {})
                except WireError:
                    continue
                if len(maker.out) < 400:
                    yield head, bytes((opcode,)) + maker.out, pack_fields(fields)


def seeds() -> Iterator[tuple[str, bytes]]:
    """A target's name and an input for it."""
    draw = random.Random(6)
    messages = list(made(draw))
    for stack in Stack:
        for key in (None, KEY):
            sealer = Sealer(stack, key)
            frames = [sealer.seal(message) for _, message, _ in draw.sample(messages, 3)]
            yield "walk", bytes((stack, 0)) + b"".join(frames)
            yield "walk", bytes((stack, 1)) + b"".join(frames)[:-3]
            yield "open", bytes((stack | (4 if key else 0),)) + frames[0]
        login = Sealer(stack).seal(bytes(range(64)), flags=Flags.RAW_BODY | Flags.ADLER)
        yield "open", bytes((stack | (Flags.RAW_BODY | Flags.ADLER) << 3,)) + login
    for size in (8, 64, 130, 520):
        yield "cipher", bytes((size % 8,)) + draw.randbytes(size)
    for _, message, _ in draw.sample(messages, 12):
        reads = draw.randbytes(8)
        yield "message", bytes((len(reads),)) + reads + message
    for pattern, subject in ((b"^(%a+)%s*=%s*(.-)$", b"name = value"), (b"%b()[^%d]-%f[%w]", b"f(a(b)c) 12 x"),
                             (b"(a*(.)%w(%s*))%1?", b"aaab  b"), (b"[a-z%-]+$", b"a-b-c"), (b"()", b"")):  # fmt: skip
        for how in range(5):
            yield "pattern", bytes((len(pattern), how)) + pattern + subject
    # One message of each kind would be more than the repository needs: the fuzzer finds the rest.
    for head, message, fields in messages[::12]:
        yield "layout", head[:3] + bytes((draw.randrange(4),)) + message
        yield "fields", head + fields


def keep(target: str, data: bytes) -> None:
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    for each in seeds():
        keep(*each)
