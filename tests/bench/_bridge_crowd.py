"""Many players at once: how much longer a round trip takes through a relay than without it.

Some clients say a chat line every now and then, each at times of its own, the others are in and say nothing. What is
measured is a client's clock, from handing a frame to the kernel to having its echo.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Any

HERE = "127.0.0.1"
SPACING = 0.5
"""Seconds between two frames of an active client."""

SECONDS = 30.0
"""In which everybody has to be in."""

AT_ONCE = 50


class Client(asyncio.Protocol):
    """Logs in when it is greeted; then it takes the time from a frame to its echo."""

    def __init__(self, words: Sequence[bytes], times: list[int]) -> None:
        self._greeting, self._login, self._frame = words
        self._times = times
        self._missing = len(self._greeting)
        self._sent = 0
        self.transport: Any = None
        self.inside = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing:
            return
        if not self.inside.done():
            self.transport.write(self._login)
            self.inside.set_result(None)
        else:
            self._times.append(perf_counter_ns() - self._sent)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.inside.done():
            self.inside.set_exception(ConnectionError("the relay closed a connection"))

    def speak(self) -> None:
        """Says a line, unless the last one has no echo yet."""
        if self._missing <= 0:
            self._missing = len(self._frame)
            self._sent = perf_counter_ns()
            self.transport.write(self._frame)


class Crowd:
    """Clients of one port.

    Args:
        words: greeting, login and frame.
    """

    def __init__(self, port: int, words: Sequence[bytes]) -> None:
        self._port = port
        self._words = words
        self._clients: list[Client] = []
        self.times: list[int] = []

    async def enter(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(SECONDS):
            for first in range(0, number, AT_ONCE):
                made = await asyncio.gather(
                    *(
                        loop.create_connection(lambda: Client(self._words, self.times), HERE, self._port)
                        for _ in range(min(AT_ONCE, number - first))
                    )
                )
                self._clients += (client for _, client in made)
                await asyncio.gather(*(client.inside for _, client in made))

    async def play(self, active: int, seconds: float) -> list[int]:
        """Nanoseconds of each round trip of the first `active` clients, who speak in turn, evenly spread."""
        self.times.clear()
        loop = asyncio.get_running_loop()
        step, began = SPACING / active, loop.time()
        for turn in range(int(seconds / step)):
            wait = began + turn * step - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self._clients[turn % active].speak()
        await asyncio.sleep(SPACING / 2)
        return list(self.times)

    def leave(self) -> None:
        for client in self._clients:
            client.transport.abort()


async def round_trips(
    ports: Sequence[int], words: Sequence[bytes], *, idle: int, active: int, seconds: float, rounds: int
) -> list[list[list[int]]]:
    """Nanoseconds by port and round: the ports by turns in the same run, everybody inside all the time."""
    crowds = [Crowd(port, words) for port in ports]
    try:
        for crowd in crowds:
            await crowd.enter(idle + active)
        found: list[list[list[int]]] = [[] for _ in ports]
        for _ in range(rounds):
            for index, crowd in enumerate(crowds):
                found[index].append(await crowd.play(active, seconds))
        return found
    finally:
        for crowd in crowds:
            crowd.leave()
