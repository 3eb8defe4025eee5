"""Runs a load test: lets clients in one after the other, ticks their script, and ends them all."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from tibicen.errors import BudgetError, WireError
from tibicen.native import Stack, Xtea, open_frame
from tibicen.protocol.client_login import Login, LoginRefusedError, list_frame, with_list
from tibicen.protocol.client_web_login import ask_web_login
from tibicen.protocol.items import ItemTable
from tibicen.protocol.light_client import PINGS_SINCE, LightClient
from tibicen.realms.swarm.figures import Figures
from tibicen.realms.swarm.process import allow_connections, peak_memory
from tibicen.realms.swarm.script import TICK_CPU_MS, SwarmScript, Ticked
from tibicen.vm.marshal import Plain

TICK_SECONDS: Final = 0.01
LOGIN_SECONDS: Final = 20.0
"""How long it may take from the connect to the first map."""

END_SECONDS: Final = 5.0
"""How long connections may take to end by themselves."""

LARGEST_LIST: Final = 65_542

_SIGNALS: Final = {"talk": "onTalk", "text": "onTextMessage"}
"""What scripts are told of only when one of them listens: of many clients in one place everybody hears everybody."""


@dataclass(frozen=True, slots=True)
class SwarmOptions:
    """One load test.

    Attributes:
        host, port: of the game server.
        members: who logs in; one client each.
        login: (host, port) of a login server that is asked for each account's characters first, or the address of a web
            login; None: nobody is asked.
        ramp: clients that begin to connect in a second.
        duration: seconds that all play, from when the last one began.
        ping_seconds: between two pings of a client; 0 for none.
        sources: addresses of this machine that connections come from, in turn; none: the system chooses.
    """

    host: str
    port: int
    members: tuple[Login, ...]
    items: ItemTable
    login: tuple[str, int] | str | None = None
    ramp: float = 1.9
    duration: float = 60.0
    ping_seconds: float = 1.0
    sources: tuple[str, ...] = ()


class Swarm:
    """All clients of a load test, as a Listener of each of them.

    Args:
        script: what they do; the caller closes it.
        print: takes a line that a script printed.
    """

    def __init__(self, options: SwarmOptions, script: SwarmScript, print: Callable[[str], None]) -> None:
        self.options = options
        self.figures = Figures(len(options.members), options.members[0].version if options.members else 0)
        self._script = script
        self._print = print
        self._clients: dict[int, LightClient] = {}
        self._events: list[list[Plain]] = []
        self._heard: set[str] = set()
        self._stopping, self._empty = asyncio.Event(), asyncio.Event()
        self._began = time.perf_counter()

    def stop(self) -> None:
        """Ends the test; what was measured so far counts."""
        self._stopping.set()

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self._began

    async def run(self) -> Figures:
        """Lets all clients in, play, and leave. Cancelled, it closes what is open."""
        allow_connections(len(self.options.members))
        loop = asyncio.get_running_loop()
        self._began = time.perf_counter()
        cpu = time.process_time()
        ticker = loop.create_task(self._tick())
        joins = loop.create_task(self._let_in())
        stopped = loop.create_task(self._stopping.wait())
        deserted = loop.create_task(self._deserted(joins))
        try:
            await asyncio.wait((joins, stopped, ticker), return_when=asyncio.FIRST_COMPLETED)
            over = (stopped, deserted, ticker)
            await asyncio.wait(over, timeout=self.options.duration, return_when=asyncio.FIRST_COMPLETED)
            for work in (joins, ticker):
                # A fault of the swarm's own is no figure.
                if work.done():
                    work.result()
            self._note(cpu)
            await self._end()
        finally:
            for task in (joins, ticker, stopped, deserted):
                task.cancel()
            await asyncio.gather(joins, ticker, stopped, deserted, return_exceptions=True)
            for client in list(self._clients.values()):
                client.end("stopped")
        return self.figures

    async def _deserted(self, joins: asyncio.Task[None]) -> None:
        """Waits until nobody is left, and nobody comes any more."""
        await asyncio.wait((joins,))
        if self._clients:
            await self._empty.wait()

    def _note(self, cpu: float) -> None:
        """The figures of the time in which they play: leaving is not counted."""
        self.figures.seconds = self.seconds
        self.figures.cpu_seconds = time.process_time() - cpu
        self.figures.memory_bytes = peak_memory()

    async def _let_in(self) -> None:
        """Begins to connect one client after the other; returns when each of them is in, or has failed to."""
        async with asyncio.TaskGroup() as joins:
            for number, member in enumerate(self.options.members, 1):
                due = self._began + (number - 1) / self.options.ramp
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                self.figures.started += 1
                joins.create_task(self._join(number, member))

    async def _join(self, number: int, member: Login) -> None:
        try:
            async with asyncio.timeout(LOGIN_SECONDS):
                if self.options.login is not None:
                    member = await self._listed(number, member)
                client = LightClient(number, member, self, self.options.items, self.figures.traffic)
                self._clients[number] = client
                self._empty.clear()
                await asyncio.get_running_loop().create_connection(
                    lambda: client, self.options.host, self.options.port, local_addr=self._source(number)
                )
        except TimeoutError:
            self._not_in(number, "login_timeout", f"{member.account}: nothing within {LOGIN_SECONDS:g} s")
        except LoginRefusedError as error:
            self._not_in(number, "refused", str(error))
        except (OSError, WireError) as error:
            self._not_in(number, "connect", f"{member.account}: {error}")
        else:
            asyncio.get_running_loop().call_later(LOGIN_SECONDS, self._expect, client)

    def _not_in(self, number: int, kind: str, example: str) -> None:
        self._forget(number)
        self.figures.failed(kind, example)

    def _forget(self, number: int) -> None:
        self._clients.pop(number, None)
        if not self._clients:
            self._empty.set()

    def _expect(self, client: LightClient) -> None:
        if client.place is None and not client.why:
            self.failed(client, "login_timeout", f"no map within {LOGIN_SECONDS:g} s")
            client.end("login_timeout")

    def _source(self, number: int) -> tuple[str, int] | None:
        sources = self.options.sources
        return (sources[number % len(sources)], 0) if sources else None

    async def _listed(self, number: int, member: Login) -> Login:
        """The member with what its login server says."""
        assert self.options.login is not None
        if isinstance(self.options.login, str):
            return await asyncio.to_thread(ask_web_login, self.options.login, member)
        host, port = self.options.login
        reader, writer = await asyncio.open_connection(host, port, local_addr=self._source(number))
        try:
            key = secrets.token_bytes(16)
            writer.write(list_frame(member, key))
            length = int.from_bytes(await reader.readexactly(2), "little")
            frame = bytearray(length.to_bytes(2, "little") + await reader.readexactly(length))
        except asyncio.IncompleteReadError:
            raise WireError("the login server closed the connection without an answer") from None
        finally:
            writer.close()
        found = open_frame(Stack.ADLER, frame, Xtea(key))
        return with_list(member, bytes(frame[found.offset : found.offset + found.length]))

    async def _end(self) -> None:
        """Logs everybody out, and closes what doesn't end by that."""
        for client in list(self._clients.values()):
            if client.place is None:
                client.end("stopped")
            else:
                self._log_out(client, "logged_out")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), END_SECONDS if self._clients else 0)

    def _log_out(self, client: LightClient, reason: str) -> None:
        client.why = client.why or reason
        client.send("leave_game")

    # -- what the script does

    async def _tick(self) -> None:
        due = time.perf_counter()
        while True:
            due = max(due + TICK_SECONDS, time.perf_counter())
            await asyncio.sleep(due - time.perf_counter())
            events, self._events = self._events, []
            try:
                self._do(self._script.tick(self._now(), events))
            except BudgetError:
                seconds = TICK_CPU_MS / 1000
                self.figures.failed("script", f"it ran for {seconds:g} s and did not wait; each loop has to")
                self.stop()
                return

    def _now(self) -> float:
        return round(self.seconds * 1000, 3)

    def _do(self, ticked: Ticked) -> None:
        for number, name, fields in ticked.sends:
            client = self._clients.get(number)
            if client is None or client.why:
                continue
            if name == "leave_game":
                client.why = "logged_out"
            try:
                client.send(name, **fields)
            except WireError as error:
                self.failed(client, "script", f"{name}: {error}")
        for number, text in ticked.said:
            self._print(f"{number}: {text}")
        for _, text in ticked.failed:
            self.figures.failed("script", text)
        for number in (*ticked.over, *(number for number, _ in ticked.failed)):
            client = self._clients.get(number)
            if client is not None and not client.why:
                self._log_out(client, "finished")
        self._heard.update(ticked.listens)

    def _ping(self, client: LightClient) -> None:
        if client.why:
            return
        client.send("ping")
        asyncio.get_running_loop().call_later(self.options.ping_seconds, self._ping, client)

    # -- what clients say

    def measured(self, client: LightClient, what: str, seconds: float) -> None:
        self.figures.times[what].append(seconds)

    def told(self, client: LightClient, what: str, *said: Any) -> None:
        if what == "entered":
            self._entered(client)
            return
        if what == "walk_refused":
            self.figures.steps_refused += 1
        if what not in _SIGNALS or _SIGNALS[what] in self._heard:
            self._events.append([client.number, what, *map(_plain, said)])

    def _entered(self, client: LightClient) -> None:
        figures = self.figures
        figures.entered += 1
        figures.in_game += 1
        figures.most_in_game = max(figures.most_in_game, figures.in_game)
        member = client.credentials
        self._script.enter(
            self._now(),
            {
                "number": client.number,
                "clients": figures.clients,
                "version": member.version,
                "account": member.account.encode("latin-1", "replace"),
                "character": member.character.encode("latin-1", "replace"),
                "player": client.player,
                "extended": client.extended,
                "place": list(client.place or ()),
            },
        )
        if self.options.ping_seconds and member.version >= PINGS_SINCE:
            self._ping(client)

    def failed(self, client: LightClient, kind: str, example: str) -> None:
        self.figures.failed(kind, f"{client.credentials.character}: {example}")

    def ended(self, client: LightClient, reason: str) -> None:
        self.figures.ends[reason] += 1
        if client.place is not None:
            self.figures.in_game -= 1
            self._script.leave(client.number)
        self._forget(client.number)


def _plain(value: Any) -> Plain:
    return value.encode("latin-1", "replace") if isinstance(value, str) else value


def members_of(count: int, account: str, password: str, character: str, common: Login) -> tuple[Login, ...]:
    """So many who log in: `{n}` in the names is the number, from 1."""
    return tuple(
        replace(
            common,
            account=account.replace("{n}", str(number)),
            password=password.replace("{n}", str(number)),
            character=character.replace("{n}", str(number)),
        )
        for number in range(1, count + 1)
    )
