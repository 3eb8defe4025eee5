"""Connections are taken as they come, many in one turn of the loop; a lack of room ends nothing."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from tibicen.realms.canary.wire import door

LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


class Guest(asyncio.Protocol):
    """Counts who has come."""

    came = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Guest.came += 1
        peer = transport.get_extra_info("socket")
        assert peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        transport.close()


class Crowded(socket.socket):
    """Has no room for the first connection."""

    refused = False

    def accept(self) -> tuple[socket.socket, object]:
        if not self.refused:
            self.refused = True
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def run(loop: str, work: Callable[[], Awaitable[None]]) -> None:
    Guest.came = 0
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(work())  # type: ignore[arg-type]


async def until(wanted: int, turns: int) -> None:
    for _ in range(turns):
        if Guest.came >= wanted:
            return
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("loop", LOOPS)
def test_many_are_taken_in_a_few_turns(loop: str) -> None:
    async def work() -> None:
        bound = socket.create_server(("127.0.0.1", 0))
        taken = door.Door(bound, Guest)
        calls = [socket.create_connection(bound.getsockname()) for _ in range(100)]
        # Two turns to take them, and those in which each becomes a connection.
        await until(100, turns=8)
        assert Guest.came == 100
        taken.close()
        taken.close()
        with pytest.raises(OSError):
            socket.create_connection(calls[0].getpeername())
        for each in calls:
            each.close()

    run(loop, work)


@pytest.mark.parametrize("loop", LOOPS)
def test_it_goes_on_when_there_is_room_again(
    loop: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "PAUSE_SECONDS", 0.02)

    async def work() -> None:
        bound = Crowded()
        bound.bind(("127.0.0.1", 0))
        taken = door.Door(bound, Guest)
        with socket.create_connection(bound.getsockname()):
            await until(1, turns=2000)
            assert Guest.came == 1
        taken.close()

    with caplog.at_level(logging.ERROR, "tibicen.wire"):
        run(loop, work)
    assert "no connection can be taken for 0.02 s" in caplog.text
