"""What tests of every room use: a thread with the host's stack, and plugins written by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.turns import Turns

from tibicen.cli.run import new_event_loop
from tibicen.config import HostConfig, PermissionsConfig
from tibicen.host import Host
from tibicen.lifecycle.report import Report
from tibicen.vm import stack

Scenario = Callable[[], Coroutine[Any, Any, Any]]

_TURNS = pytest.StashKey[Turns]()


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        config.stash[_TURNS] = Turns(os.environ["PYTEST_XDIST_TESTRUNUID"])


def pytest_unconfigure(config: pytest.Config) -> None:
    turns = config.stash.get(_TURNS, None)
    if turns is not None:
        turns.close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    turns = item.config.stash.get(_TURNS, None)
    if turns is None:
        return (yield)
    with turns.turn(item.get_closest_marker("alone") is not None):
        return (yield)


def run_in_host_thread(scenario: Scenario) -> Any:
    """Runs a coroutine function as the host does: its own loop, on a thread with a large stack."""

    def body() -> Any:
        loop = new_event_loop()
        try:
            return loop.run_until_complete(scenario())
        finally:
            loop.close()

    return stack.run(body)


@pytest.fixture
def in_host() -> Callable[[Scenario], Any]:
    return run_in_host_thread


class PluginFolder:
    """A plugins folder that a test writes into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def write(self, name: str, text: str) -> Path:
        """Writes one file below the folder, by truncating; `name` may have folders in it."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return target

    def plugin(self, name: str, code: str, manifest: str = "", entry: str = "init.lua") -> Path:
        """Writes a plugin's folder with a manifest."""
        self.write(f"{name}/{entry}", code)
        self.write(f"{name}/plugin.yaml", f"name: {name}\n" + dedent(manifest).lstrip("\n"))
        return self.path / name


@pytest.fixture
def folder(tmp_path: Path) -> PluginFolder:
    return PluginFolder(tmp_path / "plugins")


class RunningHost:
    """A host in a test, with every report it made."""

    def __init__(self, host: Host, reports: list[Report]) -> None:
        self.host = host
        self.reports = reports

    def info(self, name: str) -> dict[str, Any]:
        return self.host.plugins.plugin(name).describe()

    def save(self, *paths: Path) -> list[Report]:
        """What the watcher would say of these paths."""
        return list(self.host.intake.changed(paths))

    def export(self, plugin: str, name: str, *arguments: Any) -> Any:
        """Calls an export as another plugin would."""
        from tibicen.realms.exports import call

        generation = self.host.plugins.active(plugin)
        assert generation is not None, f"{plugin} is not active"
        return call(generation, self.host.plugins, plugin, name, list(arguments))

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Gives the loop turns until something is so."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
            await asyncio.sleep(0.002)


@asynccontextmanager
async def running(folder: PluginFolder, *, watch: bool = False, **config: Any) -> AsyncIterator[RunningHost]:
    reports: list[Report] = []
    # Tests of permissions say otherwise.
    config.setdefault("permissions", PermissionsConfig(everyone=["*"]))
    host = Host(HostConfig(**config), folder.path, on_report=reports.append)
    try:
        await host.start(watch=watch, listen=False)
        yield RunningHost(host, reports)
    finally:
        await host.stop()


@pytest.fixture
def host(folder: PluginFolder) -> Callable[..., AbstractAsyncContextManager[RunningHost]]:
    """`async with host() as running:` inside a scenario."""
    return lambda **options: running(folder, **options)
