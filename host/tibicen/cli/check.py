"""`tibicen check`: loads plugins once in a fresh host that listens to nothing, and says how that went."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tibicen.cli.run import new_event_loop
from tibicen.config import HostConfig
from tibicen.errors import ConfigError
from tibicen.host import Host
from tibicen.lifecycle.discovery import ENTRIES, MANIFEST, is_leftover
from tibicen.vm import stack


def _is_plugin(path: Path) -> bool:
    return path.is_file() or any((path / name).is_file() for name in (MANIFEST, *ENTRIES))


def _gather(paths: list[Path], into: Path) -> None:
    """Lays the plugins side by side in a folder; a folder of plugins stands for all that it holds."""
    for given in paths:
        if not given.exists():
            raise ConfigError(f"{given} is not there")
        # `.` and `..` are no names.
        path = given.resolve() if given.name in ("", "..") else given.absolute()
        for root in [path] if _is_plugin(path) else sorted(filter(_may_be_plugin, path.iterdir())):
            target = into / root.name
            if target.exists():
                raise ConfigError(f"{root} and another plugin have the same file name; check them one at a time")
            if root.is_dir():
                shutil.copytree(root, target, symlinks=True)
            else:
                shutil.copy2(root, target)


def _may_be_plugin(root: Path) -> bool:
    """Whether it is worth copying: no `.git`, no socket, no notes."""
    return not is_leftover(root.name) and (root.is_dir() or (root.is_file() and root.suffix in (".lua", ".py")))


def check_client(paths: list[Path], *, everything: bool) -> dict[str, Any]:
    """Starts a checkout of OTClient and describes each module; see `tibicen.realms.otclient.check`.

    Raises:
        ConfigError: more than one path is given, or it holds no client.
    """
    from tibicen.realms.otclient.check import check as check_checkout

    if len(paths) != 1:
        raise ConfigError("name one checkout of OTClient: a folder with init.lua and modules/ in it")
    with contextlib.redirect_stdout(sys.stderr):
        return stack.run(lambda: check_checkout(paths[0], everything=everything))


async def _load(folder: Path) -> list[dict[str, Any]]:
    host = Host(HostConfig(), folder)
    try:
        await host.start(watch=False, listen=False)
        for plugin in list(host.plugins.plugins.values()):
            if plugin.state == "resolved":
                host.plugins.load(plugin.name)
        rows = [plugin.describe() for plugin in host.plugins.plugins.values()]
    finally:
        await host.stop()
    return rows


def check(paths: list[Path], realm: str | None) -> dict[str, Any]:
    """Loads `paths` together and describes the outcome: `{"plugins": [...], "totals": {...}}`.

    Raises:
        ConfigError: a path is not there, or the realm is not one that this host has.
    """
    if realm not in (None, "native"):
        raise ConfigError(f"the realm {realm!r} is not implemented yet; this host has: native, otclient")
    with tempfile.TemporaryDirectory(prefix="tibicen-check-") as scratch:
        folder = Path(scratch)
        _gather(paths, folder)

        def body() -> list[dict[str, Any]]:
            loop = new_event_loop()
            try:
                # What plugins print and log while they load is no part of the answer.
                with contextlib.redirect_stdout(sys.stderr):
                    return loop.run_until_complete(_load(folder))
            finally:
                loop.close()

        rows = stack.run(body)
    plugins = [
        {
            "name": row["name"],
            "realm": row["realm"],
            "state": row["state"],
            "errors": row["errors"],
            "ms": row["load_ms"],
        }
        for row in rows
    ]
    active = sum(row["state"] == "active" for row in plugins)
    totals = {"plugins": len(plugins), "active": active, "failed": sum(bool(row["errors"]) for row in plugins)}
    return {"plugins": plugins, "totals": totals}
