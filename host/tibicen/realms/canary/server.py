"""One server of the Canary realm: a Lua state with the server's Lua-visible side (`lua/canary/`) in it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from tibicen.errors import TibicenError
from tibicen.paths import manifests_root
from tibicen.realms.canary.bans import Bans
from tibicen.realms.canary.database import ServerDatabase
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.item_catalogue import item_operations, load_items
from tibicen.realms.canary.kv_store import KvStore
from tibicen.realms.canary.monsters_xml import monster_operations
from tibicen.realms.canary.otbm import Maps
from tibicen.realms.canary.players_store import PlayersStore
from tibicen.realms.canary.spawns import spawn_operations
from tibicen.realms.canary.things import Things
from tibicen.realms.canary.wire.raw_messages import raw_operations
from tibicen.vm import heap
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import Memory, VmOptions, VmStatistics
from tibicen.vm.marshal import Plain

Dialect = Literal["canary", "tfs"]

TICK_MS = 50
"""Milliseconds of a step when time is advanced."""

DISMANTLE_MS = 4
"""Milliseconds at a time in which a server that has ended is freed, and between them."""

TRIM_TURNS = 2
"""After so many turns what was freed is given back to the system, beside the loop. The C library would do so in pieces
of 64 MiB, each of which holds the loop for up to 20 ms.
"""

LOG_LINES = 20_000
"""Entries of a server's log that are kept: the newest."""

START = 1_735_732_800
"""Seconds since 1970 when a world begins, unless told: 2025-01-01 12:00 UTC. Fixed, so that runs are the same."""

Operation = Callable[..., Plain]


class Server:
    """A world with its scripts, without network or real time: its clock moves when it is told to.

    Args:
        files: what scripts see of the disk.
        dialect: whose behaviour is shown where the two servers differ.
        seed: of all that is random in the world.
        time: seconds since 1970 when the world begins.
        settings: more for parts of the server (lua/canary); among them `datapack`, and `overrides` of what config.lua
            says.
        things: a client's file about items (`appearances.dat`, `items.otb`) for a server that has none.
        database: where what lasts is kept: a file of SQLite, `mariadb` for the server that the config names, or
            memory when nothing is said.
        name: for reports.

    Every method is for a thread with a large stack (`tibicen.vm.stack`), as with any VM.
    """

    def __init__(
        self,
        files: Files,
        *,
        dialect: Dialect = "canary",
        seed: int = 1,
        name: str = "server",
        time: int = START,
        settings: Mapping[str, Plain] | None = None,
        things: Path | None = None,
        database: str = "",
    ) -> None:
        self.files = files
        self.database = ServerDatabase(database, lambda: files.read("schema.sql"))
        self.dialect: Dialect = dialect
        self._things = things
        self.log: deque[tuple[str, str]] = deque(maxlen=LOG_LINES)
        """What the server logged: level and text, in order."""
        self.logged = 0
        """How many lines that were."""
        self.players = PlayersStore(self.database)
        self.operations: dict[str, Operation] = {
            "log": self._write_log,
            **files.operations(),
            **Maps(files, dialect).operations(),
            **spawn_operations(files),
            **monster_operations(files),
            **self.database.operations(),
            **KvStore(self.database).operations(),
            **self.players.operations(),
            **Bans(self.database).operations(),
            **item_operations(files.root, dialect, numbers_of(dialect)["enums"], things=things),
            **raw_operations(self.things),
        }
        self._closed = False
        self._vm = ContainedVM(
            VmOptions(
                plugin=name,
                host=self._serve,
                realm="canary/main",
                settings={
                    "dialect": dialect,
                    "seed": seed,
                    "time": time,
                    **numbers_of(dialect),
                    **(settings or {}),
                },
                cpu_ms=0,
                memory_mb=0,
                trusted=True,
            )
        )

    def _serve(self, operation: str, arguments: list[Plain]) -> Plain:
        serve = self.operations.get(operation)
        if serve is None:
            raise TibicenError(f"the server's host has no operation {operation!r}")
        return serve(*arguments)

    def _write_log(self, level: Plain, message: Plain) -> None:
        self.log.append((_text(level), _text(message)))
        self.logged += 1

    def things(self) -> Things | None:
        """What the client's file says of the server's items; None when there is no such file."""
        enums = numbers_of(self.dialect)["enums"]
        return load_items(self.files.root, self.dialect, enums, things=self._things).things

    def control(self, name: str, *arguments: Plain) -> Plain:
        """Calls one of the server's controls (`server.controls` in lua/canary)."""
        return self._vm.call(self._vm.control, name, *arguments)

    def run(self, source: bytes, chunk: str = "console") -> Plain:
        """Runs a chunk in the scripts' globals; returns what the chunk returns."""
        return self._vm.load(source, chunk)

    def advance(self, ms: int) -> None:
        """Lets time pass in the world."""
        self.control("advance", ms)

    def errors(self) -> list[dict[str, Any]]:
        """What went wrong in scripts, once a place: `file`, `line`, `callback`, `text`, `arguments`, `count`, …"""
        return list(self.control("errors")["errors"] or ())

    def errors_since(self, failures: int) -> tuple[list[dict[str, Any]], int]:
        """What went wrong after so many failures, as `errors`; and how many failures there were in all."""
        answer: Any = self.control("errors", failures)
        entries = [{_text(key): _readable(value) for key, value in entry.items()} for entry in answer["errors"] or ()]
        return entries, int(answer["failures"])

    def step(self, ms: int) -> int:
        """Lets time pass in the world; how often something in scripts has failed so far."""
        return int(cast(int, self.control("step", ms)))

    def memory(self) -> int:
        """Bytes that the Lua state holds."""
        return self._vm.memory().used

    def vm_memory(self) -> Memory:
        """What the Lua state holds, and may hold."""
        return self._vm.memory()

    def statistics(self) -> VmStatistics:
        """Counters of calls into the Lua state."""
        return self._vm.statistics()

    def remains(self) -> list[str]:
        """After `close`: what of the Lua state still lives, one sentence each."""
        return self._vm.remains()

    async def dismantle(self) -> None:
        """Frees what it holds bit by bit, so that dropping it does not hold the loop. Only `drop` is of use then."""
        if self._closed:
            return
        self.operations.clear()
        self.control("abandon")
        loop = asyncio.get_running_loop()
        turns = 0
        # Nothing tells when it is done; each turn does a part of it.
        while not self._closed and not self.control("collect", DISMANTLE_MS):
            turns += 1
            await asyncio.sleep(DISMANTLE_MS / 1000)
            if turns % TRIM_TURNS == 0:
                await loop.run_in_executor(None, heap.trim)
        await loop.run_in_executor(None, heap.trim)

    def drop(self) -> None:
        """Drops the server and writes nothing: another one has its database. Idempotent."""
        if not self._closed:
            self._closed = True
            self._vm.close()
            self.database.close()

    def close(self) -> None:
        """Writes what is still to be kept, and drops the server with all that it holds. Idempotent."""
        if not self._closed:
            self._closed = True
            try:
                self.control("close")
            finally:
                self._vm.close()
                self.database.close()


@cache
def numbers_of(dialect: Dialect) -> dict[str, Any]:
    """The enum values and settings of a server by name (manifests/servers)."""
    data = (manifests_root() / "servers" / f"{dialect}.json").read_bytes()
    return cast(dict[str, Any], msgspec.json.decode(data))


def _text(value: Plain) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _readable(value: Plain) -> Any:
    if isinstance(value, list):
        return [_readable(each) for each in value]
    return _text(value) if isinstance(value, bytes) else value
