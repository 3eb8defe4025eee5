"""Recordings that tests make themselves: a login and a few messages of each version, in the recorder's format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tibicen.native.framing import Stack
from tibicen.native.xtea import Xtea
from tibicen.protocol.frames import FrameCodec, deflate
from tibicen.protocol.items import ItemTable
from tibicen.protocol.rsa import open_tibia_key
from tibicen.protocol.verify import STACKS
from tibicen.protocol.versions import Protocol, load_protocol
from tibicen.protocol.wire_state import WireState

KEY = bytes(range(1, 17))
TIMESTAMP, RANDOM = 0x44332211, 0x55

ITEMS = {
    "stackable": [3031],
    "container": [2853],
    "fluid_container": [2874],
    "expire": [23300],
    "classification": [3264],
}
COVERED = [100, 2853, 2874, 3031, 3264, 23300]

Frames = list[dict[str, Any]]


def items_of(version: int) -> ItemTable:
    names = {"stackable": [3031], "container": [2853], "fluid": [2874], "duration": [23300], "classified": [3264]}
    return ItemTable.of_names(names, COVERED)


class Made:
    """A session that is written frame by frame; `frames` are its lines."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.protocol: Protocol = load_protocol(version)
        self.codec = FrameCodec(STACKS[self.protocol.manifest.framing["stack"]])
        self.state = WireState(items_of(version))
        self.frames: Frames = []
        self._numbers = {"c2s": 0, "s2c": 0}
        self._handshake()

    def message(self, direction: str, kind: str, /, **fields: Any) -> bytes:
        return self.protocol.encode(direction, kind, fields, self.state)

    def _add(
        self, direction: str, kind: str, raw: bytes, plain: bytes, boundaries: list[tuple[int, int]] | None
    ) -> None:
        line: dict[str, Any] = {"t": len(self.frames), "conn": 0, "dir": direction, "kind": kind, "raw": raw.hex()}
        line["plain"] = plain.hex()
        if boundaries is not None:
            line["msgs"] = [[at, f"{opcode:02x}"] for at, opcode in boundaries]
        self.frames.append(line)

    def _padding(self, size: int) -> bytes:
        lead = 1 if self.codec.stack == Stack.BLOCKS else 2
        return b"\x33" * (-(size + lead) % 8)

    def _handshake(self) -> None:
        challenge = self.message("server", "challenge", timestamp=TIMESTAMP, random=RANDOM)
        raw = self.codec.build(challenge, self._padding(len(challenge)), None)
        self._add("s2c", "challenge", raw, challenge, [(0, 0x1F)])
        login = self.message("client", "game_login", **self._login())
        filler = self._padding(len(login)) if self.codec.stack == Stack.BLOCKS else b""
        self._add("c2s", "login", self.codec.build(login, filler, None, login=True), login, None)
        self.codec.xtea = Xtea(KEY)

    def _login(self) -> dict[str, Any]:
        secret = {
            "zero": 0, "key": KEY, "game_master": 0, "session_key": "name\nsecret", "account": "name",
            "password": "secret", "character": "Ann", "timestamp": TIMESTAMP, "random": RANDOM, "filler": b"",
        }  # fmt: skip
        block = self.protocol.encode_structure("game_secret", secret, self.state)
        return {
            "os": 10, "version": self.version, "client_version": self.version, "version_text": str(self.version),
            "asset_hash": "hash", "content_revision": 0, "preview": 0,
            "secret": open_tibia_key().encrypt(block.ljust(128, b"\0")),
        }  # fmt: skip

    def send(self, direction: str, *messages: bytes, deflated: bool = False) -> None:
        """A frame of these messages; `deflated` where the version can."""
        plain = b"".join(messages)
        boundaries, at = [], 0
        for each in messages:
            boundaries.append((at, each[0]))
            at += len(each)
        number = None
        if self.codec.stack != Stack.ADLER:
            number = self._numbers[direction] + (direction == "s2c")
            self._numbers[direction] += 1
        sent = plain
        if deflated and number is not None:
            sent, number = deflate(plain), number | 1 << 31
        raw = self.codec.build(sent, self._padding(len(sent)), number)
        self._add(direction, "frame", raw, plain, boundaries if direction == "s2c" else None)

    def play(self) -> None:
        """A short session: the world is entered, a chat line, a container, a walk, the end."""
        if self.version > 860:
            self.send("c2s", self.message("client", "enter_game"))
        here = (100, 200, 7)
        skip = {"things": [], "skip": 255}
        tiles = [skip] * 7 + [{"things": [], "skip": 2016 - 7 * 256 - 2}, {"things": [self._thing(100)], "skip": 0}]
        world = self.message("server", "full_map", position=here, tiles=tiles)
        light = self.message("server", "world_light", level=250, color=215)
        self.send("s2c", world, light, deflated=True)
        self.state.floor = 7
        said = self.message("client", "say", type=1, text="h\xe4llo")
        self.send("c2s", said)
        heard: dict[str, Any] = {"statement": 1, "name": "Ann", "level": 8, "type": 1, "traded": 0, "position": here}
        self.send("s2c", self.message("server", "talk", **heard, text="h\xe4llo"))
        coins, tin = self._thing(3031), self._thing(2853)
        self.send("s2c", self.message("server", "open_container", **self._container(tin, [coins, self._thing(3264)])))
        empty = [{"things": [], "skip": 143}]
        self.send("c2s", self.message("client", "walk_north"))
        self.send("s2c", self.message("server", "map_north", tiles=empty))
        self.send("c2s", self.message("client", "leave_game"))

    def _thing(self, item_id: int) -> dict[str, Any]:
        """An item with whatever any version asks of it."""
        return {
            "id": item_id, "mark": 255, "count": 5, "tier": 1, "quick_loot": 0, "quiver": 0, "container_kind": 0,
            "duration": 60, "brand_new": 1,
        }  # fmt: skip

    def _container(self, item: dict[str, Any], content: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "container": 0, "item": item, "name": "tin", "capacity": 8, "parent": 0, "search": 0, "unlocked": 1,
            "pages": 0, "size": len(content), "first": 0, "items": content, "category": 0, "categories": [],
            "movable": 1, "held": 0,
        }  # fmt: skip

    def write(self, folder: Path) -> Path:
        """The recording as a file, its item table beside it."""
        meta = {"version": self.version, "connections": [{"conn": 0, "kind": "game"}]}
        path = folder / f"made{self.version}.jsonl"
        lines = [{"meta": meta}, {"t": 0, "ev": "connect", "conn": 0}, *self.frames]
        path.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
        table = {"version": self.version, "flags": ITEMS, "covered": COVERED}
        (folder / f"items-{self.version}.json").write_text(json.dumps(table), encoding="utf-8")
        return path


def made_session(version: int) -> Made:
    made = Made(version)
    made.play()
    return made
