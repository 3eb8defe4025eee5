"""A server under test: a world of a few lines, the scripts that are tested, and players to try them with."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tibicen.errors import TibicenError
from tibicen.realms.canary.checkout import CORE, Checkout
from tibicen.realms.canary.server import Dialect, Server
from tibicen.testing.small_server import ITEMS_FILE, Item, write_small_server
from tibicen.vm.stack import StackThread

T = TypeVar("T")

Place = Sequence[int]
"""x, y and z."""

Thing = int | Mapping[str, Any]
"""An item: its id, or `{"id", "count", "aid", "uid", "text"}`."""

LIBRARIES = {"canary": ("data/core.lua",), "tfs": ("data/global.lua",)}
LIBRARY_FOLDER = "data/scripts/lib"
NPC_LIBRARY = "data/npclib/load.lua"


class ScriptTestError(TibicenError):
    """What a test asked of the world could not be done."""


class ServerKit:
    """A server for one test. Time stands still but when a test lets it pass; nothing sleeps.

    Args:
        checkout: of Canary or TFS, whose items, vocations and libs the scripts need; None for a small server of
            Tibicen's own.
        dialect: canary or tfs; told from the checkout unless given.
        libs: whether the libs of the checkout are loaded.
        datapack: which of Canary's packs; that of the config unless given.
        items: without a checkout: ids to names, or to `{"name", "kind", "stackable", …}`, with attributes as in
            items.xml.
        seed: of all that is random in the world.

    Use it as a context manager, or call `close`.
    """

    def __init__(
        self,
        checkout: Path | None = None,
        *,
        dialect: Dialect | None = None,
        libs: bool = True,
        datapack: str | None = None,
        items: Mapping[int, Item] | None = None,
        seed: int = 1,
    ) -> None:
        self._thread = StackThread("tibicen-test-server")
        self._home = tempfile.TemporaryDirectory(prefix="tibicen-test-")
        self._closed = False
        self._seen = 0
        self._given = 0
        try:
            self._server = self._do(lambda: self._make(checkout, dialect, libs, datapack, items or {}, seed))
        except BaseException:
            self._thread.close()
            self._home.cleanup()
            raise

    def _make(
        self,
        checkout: Path | None,
        dialect: Dialect | None,
        libs: bool,
        datapack: str | None,
        items: Mapping[int, Item],
        seed: int,
    ) -> Server:
        home = Path(self._home.name)
        self._written = home / "written"
        self._written.mkdir()
        if checkout is None:
            opened = Checkout(write_small_server(home / "server", dialect or "canary", items), dialect or "canary")
            things: Path | None = opened.path / ITEMS_FILE
        else:
            opened, things = Checkout.open(checkout, dialect), None
        self.checkout = opened
        server = opened.server(datapack=datapack, write_dir=self._written, things=things, seed=seed, name="test")
        if libs:
            for library in LIBRARIES[opened.dialect] if checkout else ():
                server.control("load_file", library)
            if (opened.path / LIBRARY_FOLDER).is_dir():
                server.control("load_folder", LIBRARY_FOLDER, True)
        server.control("mount", "testkit")
        return server

    # -- the server's thread ----------------------------------------------------------------------------

    def _do(self, function: Callable[[], T]) -> T:
        return self._thread.call(function)

    def control(self, name: str, *arguments: Any) -> Any:
        """Calls one of the server's controls; for what the kit has no name for."""
        return self._do(lambda: self._server.control(name, *arguments))

    def run(self, source: str) -> Any:
        """Runs Lua in the scripts' globals; returns what it returns."""
        return self._do(lambda: self._server.run(source.encode("latin-1"), "test"))

    # -- scripts ----------------------------------------------------------------------------------------

    def load(self, *scripts: str | Path) -> None:
        """Loads scripts: by their path in the checkout, or files that lie elsewhere.

        Raises:
            ScriptTestError: one could not be loaded; with the error.
        """
        __tracebackhide__ = True
        for script in scripts:
            name = self._name_of(Path(script))
            before = len(self._all_errors())
            if not self.control("load_file", name):
                errors = self._all_errors()[before:] or [f"{script}: it was not loaded"]
                raise ScriptTestError("\n".join(errors))

    def load_text(self, source: str, name: str = "test.lua") -> None:
        """Loads a script that the test holds as text.

        Raises:
            ScriptTestError: it has a mistake.
        """
        __tracebackhide__ = True
        path = Path(self._home.name) / "given" / str(self._given) / name
        self._given += 1
        path.parent.mkdir(parents=True)
        path.write_text(source, encoding="utf-8")
        self.load(path)

    def load_npcs(self) -> None:
        """Loads the checkout's library of npcs (Canary's npclib), which most of its npcs need."""
        self.load(NPC_LIBRARY)

    def _name_of(self, script: Path) -> str:
        """The path of a script as the server sees it; one from elsewhere is laid over its files."""
        within = self.checkout.path / script
        if not script.is_absolute() and within.is_file():
            return script.as_posix()
        found = script.resolve()
        if not found.is_file():
            raise ScriptTestError(f"{script} is not there, neither in {self.checkout.path} nor by itself")
        if found.is_relative_to(self.checkout.path.resolve()):
            return found.relative_to(self.checkout.path.resolve()).as_posix()
        folder = self._written / CORE / "scripts" / f"test{self._given}"
        self._given += 1
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(found, folder / found.name)
        return (folder / found.name).relative_to(self._written).as_posix()

    # -- the world --------------------------------------------------------------------------------------

    def world(self, drawing: str, legend: Mapping[str, Thing | Sequence[Thing]], at: Place = (1000, 1000, 7)) -> None:
        """Makes tiles from a drawing: each character is what the legend says, its ground first; a blank is nothing."""
        given = {char: _things(things) for char, things in legend.items()}
        self.control("kit_world", drawing, given, list(at))

    def item(self, thing: Thing, at: Place) -> None:
        """Puts an item down."""
        self.control("kit_item", _thing(thing), list(at))

    def player(self, name: str = "Tester", **fields: Any) -> Player:
        """A player comes into the game; its level, vocation, … by the columns of the table `players`.

        Args:
            at: where; x, y and z.
            items: what it carries: items.
        """
        columns = {key: list(value) if key == "at" else value for key, value in fields.items()}
        if "items" in columns:
            columns["items"] = _things(columns["items"])
        self.control("kit_player", name, columns)
        return Player(self, name)

    def monster(self, name: str, at: Place) -> Creature:
        """A monster of a type that is loaded."""
        return Creature(self, int(self.control("kit_monster", name, list(at))["id"]))

    def npc(self, name: str, at: Place) -> Creature:
        """An npc of a type that is loaded."""
        return Creature(self, int(self.control("kit_npc", name, list(at))["id"]))

    def items_at(self, at: Place) -> list[int]:
        """Ids of what lies on a tile, the ground first."""
        return [int(each) for each in self.control("kit_items", list(at)) or ()]

    # -- time -------------------------------------------------------------------------------------------

    def advance(self, ms: int = 0, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Lets time pass in the world."""
        self.control("advance", int(ms + 1000 * (seconds + 60 * (minutes + 60 * hours))))

    # -- errors -----------------------------------------------------------------------------------------

    def errors(self) -> list[str]:
        """Errors of scripts that no call of `errors` gave before."""
        found = self._all_errors()
        since, self._seen = self._seen, len(found)
        return found[since:]

    def _all_errors(self) -> list[str]:
        from tibicen.realms.canary.check import describe_error

        rows = self.control("errors")["errors"] or ()
        plain = [{_text(key): _plain(value) for key, value in row.items()} for row in rows]
        return [describe_error(row) for row in plain if row["kind"] == "error"]

    @property
    def log(self) -> list[tuple[str, str]]:
        """Level and text of what the server logged, in order."""
        return list(self._server.log)

    # -- tests in Lua -----------------------------------------------------------------------------------

    def lua_tests(self, file: Path) -> list[dict[str, Any]]:
        """Reads a file of tests; `{"name", "line"}` of each that it declares.

        Raises:
            TibicenError: the file has a mistake.
        """
        self._server.operations["kit.load"] = lambda script: self._load_beside(file, _text(script))
        self._do(lambda: self._server.run(file.read_bytes(), file.name))
        return [{"name": _text(test["name"]), "line": int(test["line"])} for test in self.control("kit_tests") or ()]

    def _load_beside(self, file: Path, script: str) -> None:
        beside = file.parent / script
        self.load(beside if beside.is_file() else script)

    def run_lua_test(self, index: int) -> str | None:
        """Runs a test that `lua_tests` told of, by its place from 0; what is wrong, None when nothing is."""
        problem = self.control("kit_run", index + 1)
        return None if problem is None else _text(problem)

    # -- the end ----------------------------------------------------------------------------------------

    def close(self) -> None:
        """Drops the server with all that it holds. Idempotent."""
        if not self._closed:
            self._closed = True
            self._do(self._server.close)
            self._thread.close()
            self._home.cleanup()

    def __enter__(self) -> ServerKit:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Creature:
    """A creature in the world, by its id or name."""

    def __init__(self, kit: ServerKit, who: int | str) -> None:
        self._kit = kit
        self.who = who

    def _state(self) -> dict[str, Any]:
        state = self._kit.control("kit_creature", self.who)
        if state is None:
            raise ScriptTestError(f"{self.who} is not in the world")
        return {_text(key): _plain(value) for key, value in state.items()}

    @property
    def alive(self) -> bool:
        """Whether it is in the world."""
        return self._kit.control("kit_creature", self.who) is not None

    @property
    def health(self) -> int:
        return int(self._state()["health"])

    @property
    def at(self) -> tuple[int, int, int]:
        state = self._state()
        return int(state["x"]), int(state["y"]), int(state["z"])

    def kill(self, by: Creature | None = None) -> None:
        """It dies, by another's hand or by nobody's."""
        self._kit.control("kit_kill", self.who, by.who if by else None)

    def step(self, where: str | Place) -> None:
        """Makes a step (`north`, …), or walks to a place; time passes until it is there."""
        self._kit.control("kit_step", self.who, where if isinstance(where, str) else list(where))


class Player(Creature):
    """A player, with the hands of its client."""

    who: str

    def say(self, text: str) -> None:
        """Says something: talkactions, spells and others hear it."""
        self._kit.control("kit_say", self.who, text)

    def tell_npc(self, text: str) -> None:
        """Says something to the npcs that it talks with."""
        self._kit.control("kit_tell_npc", self.who, text)

    def use(self, what: Place | int, target: Place | Creature | None = None) -> None:
        """Uses the topmost item at a place, or one that it carries, by id; with a target, on a creature or a place."""
        aimed = target.who if isinstance(target, Creature) else list(target) if target is not None else None
        self._kit.control("kit_use", self.who, what if isinstance(what, int) else list(what), aimed)

    def look(self, where: Place) -> None:
        """Looks at a place."""
        self._kit.control("kit_look", self.who, list(where))

    def move(self, source: Place, target: Place, count: int = 1) -> None:
        """Moves what lies at a place to another one."""
        self._kit.control("kit_move", self.who, list(source), list(target), count)

    def answer(self, window: int, button: int, choice: int = 0) -> None:
        """Answers a modal window."""
        self._kit.control("kit_answer", self.who, window, button, choice)

    def logout(self) -> None:
        """Asks to leave; scripts may refuse."""
        self._kit.control("kit_logout", self.who)

    def give(self, thing: Thing) -> None:
        """Puts an item into its hands or bags."""
        self._kit.control("kit_give", self.who, _thing(thing))

    def count(self, item_id: int) -> int:
        """How many items of an id it carries."""
        return int(self._kit.control("kit_count", self.who, item_id))

    def storage(self, key: int) -> int:
        """A storage value; -1 when it has none."""
        return int(self._kit.control("kit_storage", self.who, key))

    def set_storage(self, key: int, value: int) -> None:
        self._kit.control("kit_set_storage", self.who, key, value)

    @property
    def level(self) -> int:
        return int(self._state()["level"])

    @property
    def experience(self) -> int:
        return int(self._state()["experience"])

    @property
    def mana(self) -> int:
        return int(self._state()["mana"])

    @property
    def told(self) -> list[str]:
        """The texts that it was told: messages of the server, and what others said."""
        return [_text(each) for each in self._kit.control("kit_told", self.who) or ()]

    def messages(self, kind: str | None = None) -> list[dict[str, Any]]:
        """All that its client was told, or the messages of a kind: `text`, `say`, `effect`, …"""
        rows = self._kit.control("kit_messages", self.who, kind) or ()
        return [{_text(key): _plain(value) for key, value in row.items()} for row in rows]

    @property
    def effects(self) -> list[int]:
        """The effects that it saw, by number."""
        return [int(message["effect"]) for message in self.messages("effect")]

    def forget(self) -> None:
        """Forgets what it was told so far."""
        self._kit.control("kit_forget", self.who)


def _thing(thing: Thing) -> Any:
    return dict(thing) if isinstance(thing, Mapping) else thing


def _things(things: Thing | Iterable[Thing]) -> list[Any]:
    if isinstance(things, int | Mapping):
        return [_thing(things)]
    return [_thing(each) for each in things]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
