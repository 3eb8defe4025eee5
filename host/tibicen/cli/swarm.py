"""`tibicen swarm`: many clients on one server, and what they measured."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from tibicen.cli.bridge import address
from tibicen.cli.run import new_event_loop
from tibicen.cli.text import printable
from tibicen.errors import ConfigError
from tibicen.protocol.client_login import Login
from tibicen.protocol.items import ItemTable
from tibicen.realms.swarm.figures import Figures
from tibicen.realms.swarm.script import SwarmScript, default_script
from tibicen.realms.swarm.swarm import Swarm, SwarmOptions, members_of
from tibicen.vm import stack

SHOW_SECONDS, LIVE_SECONDS = 5.0, 0.5
"""Between two lines of progress, and between two of one that is written over."""


def accounts_of(path: Path, common: Login) -> tuple[Login, ...]:
    """Who logs in, of a file: a line each, `account,password,character`, and perhaps a session key.

    Raises:
        ConfigError: it can't be read, or a line has less.
    """
    members = []
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.reader(lines), 1):
                if not row or row[0].startswith("#"):
                    continue
                if len(row) < 3:
                    raise ConfigError(f"{path}:{number}: `account,password,character` is expected")
                account, password, character, key = (word.strip() for word in (*row, "")[:4])
                members.append(
                    replace(common, account=account, password=password, character=character, session_key=key)
                )
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from None
    return tuple(members)


def options_of(
    upstream: str,
    clients: int,
    *,
    version: int,
    system: int,
    accounts: Path | None,
    account: str,
    password: str,
    character: str,
    login: str | None,
    items: ItemTable,
    ramp: float,
    duration: float,
    ping: float,
    sources: Sequence[str],
) -> SwarmOptions:
    """A load test as a command line describes it.

    Raises:
        ConfigError: what it says makes no sense, or a file can't be read.
    """
    common = Login("", "", version=version, system=system)
    if accounts is None:
        members = members_of(clients, account, password, character, common)
    else:
        members = accounts_of(accounts, common)[:clients]
        if len(members) < clients:
            raise ConfigError(f"{accounts} has {len(members)} accounts, {clients} clients need as many")
    host, port = address(upstream)
    web = login is not None and login.startswith(("http://", "https://"))
    asked = login if web else address(login) if login else None
    return SwarmOptions(host, port, members, items, asked, ramp, duration, ping, tuple(sources))


class SwarmRun:
    """One run of a load test, until its end, Ctrl-C or SIGTERM.

    Args:
        script: what clients do; they stroll about unless given.
        show: takes lines for whoever waits: the progress, and what scripts print.
        live: whether the line of progress is written over.
    """

    def __init__(self, options: SwarmOptions, script: Path | None, show: TextIO, *, live: bool = False) -> None:
        self._options = options
        self._script = script
        self._show = show
        self._live = live
        self._shown = ""
        self._swarm: Swarm | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> dict[str, Any]:
        """The report. A second signal ends at once, without one.

        Raises:
            ConfigError: the script can't be used.
        """
        previous = {number: signal.signal(number, self._signalled) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            report: dict[str, Any] = stack.run(self._inside)
            return report
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        swarm, loop = self._swarm, self._loop
        if swarm is None or loop is None or swarm.stopped:
            os._exit(128 + number)
        # The loop may be closed already: the test has ended by itself.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(swarm.stop)

    def _inside(self) -> dict[str, Any]:
        script = SwarmScript(self._script or default_script())
        loop = new_event_loop()
        try:
            return loop.run_until_complete(self._main(script)).report()
        finally:
            loop.close()
            script.close()

    async def _main(self, script: SwarmScript) -> Figures:
        self._loop = asyncio.get_running_loop()
        self._swarm = swarm = Swarm(self._options, script, self._print)
        progress = self._loop.create_task(self._progress(swarm))
        try:
            return await swarm.run()
        finally:
            progress.cancel()
            if self._shown:
                self._show.write("\n")

    async def _progress(self, swarm: Swarm) -> None:
        while True:
            await asyncio.sleep(LIVE_SECONDS if self._live else SHOW_SECONDS)
            line = swarm.figures.line(swarm.seconds)
            if self._live:
                self._show.write("\r" + line.ljust(len(self._shown)))
                self._shown = line
            else:
                self._show.write(line + "\n")
            self._show.flush()

    def _print(self, line: str) -> None:
        if self._shown:
            self._show.write("\n")
            self._shown = ""
        self._show.write(printable(line) + "\n")
