"""Reloads of many files in slices: what the server does between them, and saves that come meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder
from tests.hosting import hosting
from tests.realms.canary.servers import with_server, write
from tests.realms.canary.test_server_plugin import InHost, Site, lua, parts_of

from tibicen.realms.canary.server import Server

LIB = "data/scripts/lib/values.lua"
USERS = [f"data/scripts/{number}.lua" for number in range(6)]
ACTION = "seen = (seen or '') .. {0} .. value .. ' ' local a = Action() a.onUse = function() end a:aid(70) a:register()"


def files() -> dict[str, str]:
    return {LIB: "value = 1", **{path: ACTION.format(number) for number, path in enumerate(USERS)}}


def slices(server: Server, between: Any = lambda: None) -> list[tuple[str, bool]]:
    """Reloads the lib a file at a time."""
    found: list[tuple[str, bool]] = []
    while True:
        answer: Any = server.control("reload_slice", LIB, 0)
        rows = [(row["path"], row["ok"]) for row in answer["rows"] or ()]
        assert len(rows) <= 1
        found += rows
        if answer["done"]:
            return found
        between()


def stands(server: Server) -> list[bool]:
    return [server.control("registrations", path)[0]["stands"] for path in USERS]


def test_the_server_goes_on_between_two_files(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        write(tmp_path, {LIB: "value = 2", USERS[0]: "value = = 2", USERS[3]: ACTION.format(3) + " error('half way')"})
        server.run(b"seen = ''")
        before = stands(server)
        said: list[int] = []
        done = slices(server, lambda: said.append(server.run(b"return #seen")))
        assert done == [(LIB, True), *((path, path not in (USERS[0], USERS[3])) for path in USERS)]
        assert said == [0, 0, 3, 6, 6, 9, 12]
        # What is broken goes on as it was, and the first of all still stands for them all.
        assert stands(server) == before == [True, *[False] * 5]
        assert server.run(b"return seen") == "12 22 42 52 "

    with_server(tmp_path, body, files())


def test_what_goes_meanwhile_is_left_out(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        done = slices(server, lambda: server.control("unload_file", USERS[4]))
        assert [path for path, _ in done] == [LIB, *USERS[:4], USERS[5]]

    with_server(tmp_path, body, files())


def test_a_reload_that_nobody_goes_on_with_holds_up_no_other(tmp_path: Path) -> None:
    def body(server: Server) -> None:
        server.control("load_all")
        assert not server.control("reload_slice", LIB, 0)["done"]
        while not (answer := server.control("reload_slice", USERS[1], 0))["done"]:
            pass
        assert [row["path"] for row in answer["rows"] or ()] in ([], [USERS[1]])
        assert slices(server)[0] == (LIB, True)

    with_server(tmp_path, body, files())


def test_saves_wait_for_those_before_them(
    folder: PluginFolder, in_host: InHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.realms.canary.watching.SLICE_MS", 0)
    site = Site(folder, files())

    async def scenario() -> None:
        async with hosting(folder) as running:
            plugin: Any = running.host.plugins.active("myserver")
            first, second = site.save(LIB, "value = 2"), site.save(USERS[0], "value = = 3")
            lua(running, "seen = ''")
            plugin.runtime.take_saves([first], None)
            assert parts_of(running.reports) == [] and lua(running, "return seen") == ""
            plugin.runtime.take_saves([second], None)
            turns = 0
            while len(parts_of(running.reports)) < 3:
                turns += 1
                await asyncio.sleep(0)
            assert turns > len(USERS)
            assert parts_of(running.reports) == [
                ("reload", [LIB], True),
                ("reload", [USERS[0]], False),
                ("reload", [USERS[0]], False),
            ]
            assert lua(running, "return seen") == "12 22 32 42 52 "

    in_host(scenario)


def test_what_is_to_come_goes_with_the_server(
    folder: PluginFolder, in_host: InHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tibicen.realms.canary.watching.SLICE_MS", 0)
    site = Site(folder, files())

    async def scenario() -> None:
        async with hosting(folder) as running:
            plugin: Any = running.host.plugins.active("myserver")
            plugin.runtime.take_saves([site.save(LIB, "value = 2")], None)
            failed: list[Any] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context))
            running.host.set_enabled("myserver", False)
            await asyncio.sleep(0.05)
            assert failed == [] and [report.action for report in running.reports if report.parts] == []

    in_host(scenario)
