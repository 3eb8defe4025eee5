"""A checkout of Canary or of TFS, whose scripts and data a server runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.server import START, Dialect, Server

CONFIG_FILES = ("config.lua", "config.lua.dist")
CORE = "data"
"""The pack that every server has; Canary's others are beside it."""

APPEARANCES = f"{CORE}/items/appearances.dat"
APPEARANCES_VARIABLE = "TIBICEN_APPEARANCES"
"""Names a file with what Canary's items are like, for checkouts without: `appearances.dat`, or TFS's `items.otb`."""


@dataclass(frozen=True)
class Checkout:
    """A folder with a server's `data`; Canary's has further packs beside it, of which a server runs one."""

    path: Path
    dialect: Dialect

    @classmethod
    def open(cls, path: Path, dialect: Dialect | None = None) -> Checkout:
        """Looks what is there.

        Args:
            dialect: as which server to run it; told from the files unless given.

        Raises:
            ConfigError: the folder holds no server.
        """
        path = path.absolute()
        if (path / CORE / "core.lua").is_file():
            found: Dialect = "canary"
        elif (path / CORE / "global.lua").is_file():
            found = "tfs"
        else:
            raise ConfigError(
                f"{path} is no checkout of a server: neither data/core.lua (Canary) nor data/global.lua (TFS) is in it"
            )
        return cls(path, dialect or found)

    def datapacks(self) -> list[str]:
        """Names of the packs of which a server runs one; none where all is in `data`."""
        if self.dialect == "tfs":
            return []
        return sorted(
            each.name
            for each in self.path.iterdir()
            if each.name.startswith(f"{CORE}-") and (each / "scripts").is_dir()
        )

    def datapack(self, name: str | None) -> str | None:
        """The pack of that name.

        Raises:
            ConfigError: there is none.
        """
        known = self.datapacks()
        if name is None:
            return None
        for each in (name, f"{CORE}-{name}"):
            if each in known:
                return each
        there = f"there are {', '.join(known)}" if known else "this server has all in data"
        raise ConfigError(f"{self.path} has no datapack {name!r}; {there}")

    def appearances(self, *, siblings: bool = False) -> Path | None:
        """A file with what items are like, for a server that has none: Canary's is not in its repository.

        Args:
            siblings: whether one of a TFS whose checkout lies beside this one will do.
        """
        if self.dialect == "tfs" or (self.path / APPEARANCES).is_file():
            return None
        told = os.environ.get(APPEARANCES_VARIABLE)
        if told:
            return Path(told)
        beside = sorted(self.path.resolve().parent.glob(f"*/{CORE}/items/items.otb")) if siblings else []
        return beside[0] if beside else None

    def server(
        self,
        *,
        datapack: str | None = None,
        config: Mapping[str, Any] | None = None,
        write_dir: Path | None = None,
        things: Path | None = None,
        database: str = "",
        seed: int = 1,
        name: str = "server",
        time: int = START,
        more: Mapping[str, Path] | None = None,
        folders: Sequence[str] = (),
    ) -> Server:
        """Makes a server whose folder this is; nothing of it has run yet.

        Args:
            datapack: which of Canary's packs; that of the config unless given.
            config: what holds in place of the settings of config.lua, by their names there.
            write_dir: where it may write.
            things: what items are like, see `appearances`.
            database: where what lasts is kept, see Server.
            time: see Server.
            more: further folders that it reads, see Files.
            folders: folders of scripts that are loaded after all others.
        """
        settings: dict[str, Any] = {"overrides": dict(config or {}), "folders": list(folders)}
        if datapack is not None:
            settings["datapack"] = datapack
        return Server(
            Files(self.path, write_dir=write_dir, more=more),
            dialect=self.dialect,
            seed=seed,
            name=name,
            settings=settings,
            things=things or self.appearances(),
            database=database,
            time=time,
        )

    def start(self, server: Server) -> None:
        """Loads all that the server loads when it starts: libs, scripts, types, the map; then its startup events."""
        server.control("start")
