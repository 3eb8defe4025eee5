"""Starting a server for a plugin: what it takes, done at once or ahead of the plugin's generation."""

from __future__ import annotations

import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError, LoadError, TibicenError
from tibicen.lifecycle.discovery import Source
from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.server import Server
from tibicen.realms.inhabited import Home, checkout_folder, no_checkout
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.vm import heap, stack
from tibicen.vm.marshal import Plain

REALM = "canary"
DATAPACK = "datapack"
"""The setting that chooses the pack; all others are config.lua's."""

SCRIPTS = "scripts"
"""Below the plugin's folder: scripts that the server loads after its own."""

_CONFIG_FAILED = "[ConfigManager::load] - "
_UNTAKEN_SECONDS = 30.0
"""After this a server that was loaded ahead, and that no generation has taken, is dropped."""


@dataclass(frozen=True)
class Startup:
    """What it takes to start a server for a plugin."""

    plugin: str
    checkout: Checkout
    own: Path
    """The plugin's folder."""
    seen_as: str
    """Where the server sees it; empty when it is the checkout itself."""
    datapack: str | None
    overrides: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, source: Source, services: Services) -> Startup:
        """Reads what the manifest and the owner say.

        Raises:
            ConfigError: there is no server there, or not that pack.
        """
        values = effective(source.name, source.manifest, services.settings_of(source.name))
        chosen = values.pop(DATAPACK, None) or None
        own = source.folder.resolve()
        try:
            checkout = Checkout.open(checkout_folder(source))
            pack = checkout.datapack(None if chosen is None else str(chosen))
        except ConfigError as error:
            raise no_checkout(source, error) from None
        seen_as = "" if checkout.path == own else f"plugins/{source.root.name}"
        return cls(source.name, checkout, own, seen_as, pack, tuple(values.items()))

    def prepare(self, home: Path, database: str) -> Prepared:
        """Makes the server, and loads its scripts and its map; nothing has happened in its world yet.

        Raises:
            TibicenError: it can't start.
        """
        server = self.checkout.server(
            datapack=self.datapack,
            config=dict(self.overrides),
            write_dir=home,
            database=database,
            seed=random.SystemRandom().getrandbits(31),
            name=self.plugin,
            time=int(time.time()),
            more={self.seen_as: self.own} if self.seen_as else None,
            folders=[f"{self.seen_as}/{SCRIPTS}"] if self.seen_as and (self.own / SCRIPTS).is_dir() else [],
        )
        try:
            return self._load(server)
        except BaseException:
            server.drop()
            raise

    def _load(self, server: Server) -> Prepared:
        broken = next((text for level, text in server.log if level == "error" and _CONFIG_FAILED in text), None)
        if broken is not None:
            raise LoadError(self.plugin, broken.partition(_CONFIG_FAILED)[2])
        rows: Any = server.control("prepare") or ()
        loaded = [{_text(key): value for key, value in row.items()} for row in rows]
        core = next((row for row in loaded if _text(row["path"]).endswith("data/core.lua")), None)
        if core is not None and not core["ok"]:
            raise LoadError(self.plugin, _text(core["problem"]))
        # What loading left was collected just now.
        heap.trim()
        return Prepared(self, server, [_text(row["path"]) for row in loaded if not row["ok"]])


@dataclass
class Prepared:
    """A server whose scripts are loaded."""

    startup: Startup
    server: Server
    failed: list[str]
    """Files that could not be loaded."""

    def close(self) -> None:
        """Nobody has taken it."""
        self.server.drop()


def database_of(services: Services, plugin: str) -> str:
    """Where the database of a plugin's server is; empty for memory."""
    return "" if services.data is None else str(services.data / REALM / f"{plugin}.sqlite")


class _Ahead:
    """A server that is loaded on a thread of its own, while the host's loop goes on."""

    def __init__(self, prepared: Prepared, home: Home) -> None:
        self.prepared = prepared
        self.home = home

    def close(self) -> None:
        self.prepared.close()
        self.home.close()


def load_ahead(source: Source, services: Services) -> Coroutine[Any, Any, None] | None:
    """What to wait for before a server's plugin is loaded, so that its scripts don't hold the loop."""
    try:
        startup = Startup.of(source, services)
    except TibicenError:
        # It is told when the generation is made.
        return None

    async def load() -> None:
        name = source.name
        before = services.plugins.active(name)
        save = getattr(before.runtime if before is not None else None, "save", None)
        if save is not None:
            save()
        home = Home(services.data, REALM, name)
        thread = stack.StackThread(f"tibicen-{name}")
        try:
            prepared: Prepared = await services.loop.run_in_executor(
                None, lambda: thread.call(lambda: startup.prepare(home.path, database_of(services, name)))
            )
        except BaseException:
            home.close()
            raise
        finally:
            await services.loop.run_in_executor(None, thread.close)
        _forget(services, name)
        ahead = services.ahead[name] = _Ahead(prepared, home)

        def drop() -> None:
            if services.ahead.get(name) is ahead:
                _forget(services, name)

        services.loop.call_later(_UNTAKEN_SECONDS, drop)

    return load()


def _forget(services: Services, plugin: str) -> None:
    ahead = services.ahead.pop(plugin, None)
    if ahead is not None:
        ahead.close()


def take_ahead(startup: Startup, services: Services) -> tuple[Prepared, Home] | None:
    """The server that was loaded ahead for this, if one was."""
    ahead = services.ahead.pop(startup.plugin, None)
    if isinstance(ahead, _Ahead) and ahead.prepared.startup == startup:
        return ahead.prepared, ahead.home
    if ahead is not None:
        ahead.close()
    return None


def _text(value: Plain) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
