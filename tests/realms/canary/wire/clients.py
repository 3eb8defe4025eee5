"""Clients without sockets: what each sends is done at once in a world, and what it is told is decoded and kept as a
real client keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.realms.canary.wire.view import View
from tests.realms.canary.wire_worlds import ITEMS

from tibicen.protocol.items import ItemTable
from tibicen.protocol.versions import UNPARSED, Message, load_protocol
from tibicen.protocol.wire_state import WireState
from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.field_map import field_map
from tibicen.realms.canary.server import Dialect, Server
from tibicen.testing.small_server import ITEMS_FILE, Item, write_small_server

OTCLIENT = 10
COLUMNS: Mapping[str, Any] = {
    "level": 20,
    "health": 185,
    "healthmax": 185,
    "mana": 90,
    "manamax": 90,
    "cap": 470,
    "vocation": 1,
    "looktype": 128,
    "town_id": 1,
}
TICK_MS = 50


class Client:
    """One client.

    Attributes:
        seen: messages since the last time that somebody asked, in order.
        view: what it knows of the world.
        over: whether the server closes its connection.
        frames: names of the messages of each frame that came.
        told: all bytes of messages that came.
    """

    def __init__(self, game: Game, number: int, name: str, version: int) -> None:
        self.game, self.number, self.name = game, number, name
        self.protocol = load_protocol(version)
        self.state = WireState(game.items)
        self.view = View()
        self.seen: list[Message] = []
        self.over = False
        self.frames: list[list[str]] = []
        self.told = bytearray()

    def do(self, message: str, **fields: Any) -> list[Message]:
        """Sends a message; what comes of it at once."""
        problem = self.raw(self.protocol.encode("client", message, fields, self.state))
        assert problem == "", problem
        return self.game.tell()[self]

    def raw(self, data: bytes) -> str:
        """Sends bytes as they are; why the connection would be closed, or nothing."""
        return str(self.game.server.control("wire_message", self.number, data) or "")

    def take(self) -> list[Message]:
        """What came since the last time."""
        taken, self.seen = self.seen, []
        return taken

    def read(self, data: bytes) -> None:
        self.told += data
        found = self.protocol.decode("server", data, self.state)
        assert found[-1].name != UNPARSED, (found[-1].fields, [each.name for each in found], data.hex())
        self.frames.append(names_of(found))
        for each in found:
            self.view.take(each)
        self.seen += found


class Game:
    """A world and the clients in it; use as a context manager.

    Args:
        root: an empty folder for the server's files.
        version: of all clients, unless they say another.
        items: more kinds of items.
        scripts: by file name.
        files: more files of the server, by path.
        apart: every client is told by itself, whatever others of its version are told.
    """

    def __init__(
        self,
        root: Path,
        *,
        dialect: Dialect = "tfs",
        version: int = 1098,
        items: Mapping[int, Item] | None = None,
        scripts: Mapping[str, str] | None = None,
        files: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> None:
        kinds = {**ITEMS, **(items or {})}
        write_small_server(root, dialect, kinds)
        scripted = {f"data/scripts/{name}": text for name, text in (scripts or {}).items()}
        for name, text in {**scripted, **(files or {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (root / "world.otbm").write_bytes(field_map())
        (root / "written").mkdir(exist_ok=True)
        self.version = version
        self.apart = apart
        self.items = ItemTable.of_names(_flags(kinds))
        self.server: Server = Checkout(root, dialect).server(
            write_dir=root / "written", things=root / ITEMS_FILE, name="wire"
        )
        self.server.control("load_all")
        self.server.control("load_map", "world.otbm")
        self.server.control("mount", "wire")
        self.clients: list[Client] = []
        self._numbers = 0

    def __enter__(self) -> Game:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if _[0] is None:
                assert self.server.errors() == []
        finally:
            self.server.close()

    def enter(self, name: str, *, version: int = 0, system: int = OTCLIENT, **columns: Any) -> Client:
        """A client comes into the game; it has read all that it was told at first."""
        client, answer = self.try_to_enter(name, version=version, system=system, **columns)
        assert not answer.get("problem"), answer
        return client

    def try_to_enter(
        self, name: str, *, version: int = 0, system: int = OTCLIENT, **columns: Any
    ) -> tuple[Client, dict[str, Any]]:
        self._numbers += 1
        client = Client(self, self._numbers, name, version or self.version)
        told: dict[str, Any] = {"version": client.protocol.version, "system": system, "extended": system == OTCLIENT}
        told |= {"address": "127.0.0.1", "apart": self.apart}
        answer: Any = self.server.control("wire_enter", client.number, name, {**COLUMNS, **columns}, told)
        if not answer.get("problem"):
            client.view.own = answer["id"]
            self.clients.append(client)
            self.tell()
        return client, answer

    def leave(self, client: Client) -> bool:
        """A client's connection breaks off; whether its character stays."""
        self.clients.remove(client)
        return bool(self.server.control("wire_lost", client.number))

    def tell(self) -> dict[Client, list[Message]]:
        """Has the clients read what waits for them; what that is, by client."""
        before = {client: len(client.seen) for client in self.clients}
        told: Any = self.server.control("wire_flush")
        by_number = {client.number: client for client in self.clients}
        frames, over = told
        for number, frame in zip(frames[::2], frames[1::2], strict=True) if frames else ():
            if number in by_number:
                by_number[number].read(frame if isinstance(frame, bytes) else frame.encode())
        for number in over or ():
            if number in by_number:
                by_number[number].over = True
                self.clients.remove(by_number[number])
        return {client: client.seen[count:] for client, count in before.items()}

    def pass_time(self, ms: int) -> None:
        """Lets time pass, a tick at a time."""
        while ms > 0:
            self.server.advance(min(TICK_MS, ms))
            ms -= TICK_MS
            self.tell()

    def lua(self, code: str) -> Any:
        """Runs Lua in the scripts' globals, and has the clients read what they were told."""
        answer = self.server.run(code.encode())
        self.tell()
        return answer


def _flags(kinds: Mapping[int, Item]) -> dict[str, list[int]]:
    # The backpacks are every small server's own.
    names: dict[str, list[int]] = {
        "stackable": [],
        "container": [1988, 2854],
        "fluid": [],
        "splash": [],
        "animated": [],
    }
    for number, item in kinds.items():
        fields = item if isinstance(item, Mapping) else {}
        if fields.get("stackable"):
            names["stackable"].append(number)
        if fields.get("animation"):
            names["animated"].append(number)
        if fields.get("kind") in names:
            names[str(fields["kind"])].append(number)
    return names


def names_of(messages: list[Message]) -> list[str]:
    """Names of messages, in order."""
    return [each.name for each in messages]


def fields_of(messages: list[Message], name: str) -> dict[str, Any]:
    """Fields of the only message of a name.

    Raises:
        AssertionError: there is none, or more than one.
    """
    found = [each.fields for each in messages if each.name == name]
    assert len(found) == 1, (name, names_of(messages))
    return found[0]
