"""`tibicen check`: loads plugins once in a fresh host that listens to nothing, and says how that went."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from textwrap import indent
from typing import Any

from tibicen.cli.run import new_event_loop
from tibicen.cli.text import printable
from tibicen.config import HostConfig
from tibicen.errors import ConfigError, ManifestError
from tibicen.host import Host
from tibicen.lifecycle.discovery import ENTRIES, MANIFEST, examine, is_leftover
from tibicen.lifecycle.generation import Inhabited
from tibicen.lifecycle.manifest import WITH_CHECKOUT
from tibicen.lifecycle.plugin import Plugin
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
            if root.is_dir() and _runs_a_checkout(root):
                # Its checkout is found from where it is, and may be large; nothing of either is written to.
                target.symlink_to(root.resolve(), target_is_directory=True)
            elif root.is_dir():
                shutil.copytree(root, target, symlinks=True)
            else:
                shutil.copy2(root, target)


def _runs_a_checkout(root: Path) -> bool:
    try:
        source = examine(root)
    except (ManifestError, OSError):
        return False
    return source is not None and source.manifest.realm in WITH_CHECKOUT


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


def check_reloads(paths: list[Path]) -> dict[str, Any]:
    """Reloads each module of a checkout of OTClient twice; see `tibicen.realms.otclient.reloads`.

    Raises:
        ConfigError: more than one path is given, or it holds no client.
    """
    from tibicen.realms.otclient.reloads import check_reloads as check_checkout

    if len(paths) != 1:
        raise ConfigError("name one checkout of OTClient: a folder with init.lua and modules/ in it")
    with contextlib.redirect_stdout(sys.stderr):
        return stack.run(lambda: check_checkout(paths[0]))


def lines_of_reloads(result: dict[str, Any]) -> list[str]:
    """What `check_reloads` found, for people."""
    lines = []
    for row in result["modules"]:
        more = f", with {len(row['with'])} others" if row["with"] else ""
        where = row["mode"].replace("_", " ")
        lines.append(f"{row['state']:7} {printable(row['name'])} ({where}, {row['ms']:.0f} ms{more})")
        for times in ("first", "second"):
            lines += [f"        {times} reload: {printable(text)}" for text in row[times]]
        lines += [indent(printable(text), " " * 8) for text in row["errors"]]
    totals = result["totals"]
    for mode, left in result["left"].items():
        numbers, where = totals[mode], mode.replace("_", " ")
        settled = f", {numbers['settled']} more from the second reload on" if numbers["settled"] else ""
        lines.append(f"{where}: {numbers['clean']} of {numbers['modules']} clean{settled}")
        there = ", ".join(f"{count} {kind}" for kind, count in left.items()) or "nothing is left but the root widget"
        lines.append(f"{where}, after unloading all: {there}")
    lines.append(f"{totals['seconds']:.1f} s, {totals['census_ms']:.0f} ms a census")
    return lines


def check_server(paths: list[Path], *, datapack: str | None, baseline: Path | None) -> dict[str, Any]:
    """Loads a checkout of Canary or TFS and describes each script; see `tibicen.realms.canary.check`.

    Raises:
        ConfigError: more than one path is given, or it holds no server, or not that pack.
    """
    from tibicen.realms.canary.check import check as check_checkout

    if len(paths) != 1:
        raise ConfigError("name one checkout of a server: a folder with data/ in it")
    with contextlib.redirect_stdout(sys.stderr):
        return stack.run(lambda: check_checkout(paths[0], datapack=datapack, baseline=baseline))


async def _load(folder: Path) -> list[dict[str, Any]]:
    host = Host(HostConfig(), folder)
    try:
        await host.start(watch=False, listen=False)
        for plugin in list(host.plugins.plugins.values()):
            if plugin.state == "resolved":
                host.plugins.load(plugin.name)
        rows = [_described(plugin) for plugin in host.plugins.plugins.values()]
    finally:
        await host.stop()
    return rows


def _described(plugin: Plugin) -> dict[str, Any]:
    """A plugin, with what went wrong in parts of it among its errors."""
    row = plugin.describe()
    runtime = plugin.active.runtime if plugin.active is not None else None
    if isinstance(runtime, Inhabited):
        row["errors"] = [*row["errors"], *runtime.load_notes()]
    return row


def check(paths: list[Path], realm: str | None) -> dict[str, Any]:
    """Loads `paths` together and describes the outcome: `{"plugins": [...], "totals": {...}}`.

    Raises:
        ConfigError: a path is not there, or the realm is not one that this host has.
    """
    if realm not in (None, "native"):
        raise ConfigError(f"the realm {realm!r} is not implemented yet; this host has: canary, native, otclient")
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
