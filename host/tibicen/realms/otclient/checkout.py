"""A checkout of OTClient, whose modules and data a client runs: init.lua, modules/, mods/ and data/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tibicen.errors import ConfigError, TibicenError
from tibicen.paths import lua_root
from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.net import Permitted, loopback_only

__all__ = ["Checkout", "Dialect", "start_libraries"]

START_SCRIPT = "init.lua"
WRITE_FOLDER = Path(".otclient")
"""Where in the home folder a client keeps its config.otml."""


@dataclass(frozen=True)
class Checkout:
    """A folder with a client's modules; without a `path` there is the engine alone."""

    path: Path | None
    dialect: Dialect

    @classmethod
    def open(cls, path: Path | None, dialect: Dialect | None = None) -> Checkout:
        """Looks what is there.

        Args:
            dialect: as which client to run it; told from the modules unless given.

        Raises:
            ConfigError: the folder holds no client.
        """
        if path is None:
            return cls(None, dialect or "mehah")
        path = path.absolute()
        if not (path / START_SCRIPT).is_file() or not (path / "modules").is_dir():
            raise ConfigError(f"{path} is no checkout of OTClient: init.lua and modules/ are not both in it")
        return cls(path, dialect or ("mehah" if (path / "modules" / "modulelib").is_dir() else "edubart"))

    def client(
        self,
        *,
        home: Path,
        environment: Mapping[str, str] | None = None,
        readable: Iterable[Path] = (),
        settings: str = "",
        ownership: bool = True,
        name: str = "client",
        permitted: Permitted = loopback_only,
    ) -> Client:
        """Makes a client whose work folder this is; nothing of it has run yet.

        Args:
            home: folder that it may write to.
            readable: further folders that it may add to its search path.
            settings: what it finds as /config.otml.
            ownership, permitted: see Client.
        """
        work = self.path
        if work is None:
            work = home / "work"
            work.mkdir()
        if settings:
            folder = home / WRITE_FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.otml").write_text(settings, encoding="utf-8")
        return Client(
            Files(work, roots=readable, write_dir=home),
            dialect=self.dialect,
            environment={"HOME": str(home), **(environment or {})},
            ownership=ownership,
            name=name,
            permitted=permitted,
        )

    def start(self, client: Client) -> None:
        """Runs the stock init.lua, which loads all modules that the client starts with."""
        problem = client.control("run_script", "/" + START_SCRIPT)
        if problem:
            raise TibicenError(f"{START_SCRIPT} failed: {problem}")

    def begin(self, client: Client) -> None:
        """Has the client begin to run: the first thing after its start script."""
        client.control("run")


def start_libraries(client: Client) -> None:
    """Runs lua/start/otclient.lua in place of the stock init.lua: corelib and its like, and no other module."""
    client.run((lua_root() / "start" / "otclient.lua").read_bytes(), "/init.lua")
