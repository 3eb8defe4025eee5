"""The control socket: what it answers, and what it does with requests that are none."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.conftest import Scenario

from tibicen.cli import control
from tibicen.cli.control import ControlServer, request
from tibicen.errors import ControlError, StorageError, UnknownPluginError

InHost = Callable[[Scenario], Any]

pytestmark = pytest.mark.skipif(not control.UNIX, reason="the tests speak to a Unix socket")


async def slow(text: str) -> str:
    await asyncio.sleep(0.01)
    return text


def unknown(name: str) -> None:
    raise UnknownPluginError(f"no plugin {name!r}")


def full() -> None:
    raise StorageError("the disk is full")


def forbidden() -> None:
    raise PermissionError(13, "Permission denied", "/somewhere")


def broken() -> None:
    raise AssertionError("a fault of the host")


def endless() -> list[Any]:
    answer: list[Any] = []
    answer.append(answer)
    return answer


OPERATIONS: dict[str, Callable[..., Any]] = {
    "echo": lambda text, times=1: text * times,
    "slow": slow,
    "unknown": unknown,
    "full": full,
    "forbidden": forbidden,
    "broken": broken,
    "bytes": lambda: {"name": b"\xc3\xa9\xff"},
    "endless": endless,
}


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(path, OPERATIONS)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def exchange(path: Path, *lines: bytes) -> list[dict[str, Any]]:
    """Sends raw lines over one connection and reads as many answers, or what there is until it is closed."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    answers = []
    for line in lines:
        writer.write(line)
        answer = await asyncio.wait_for(reader.readline(), 30)
        if not answer:
            break
        answers.append(json.loads(answer))
    writer.close()
    return answers


def ask(do: str, **arguments: Any) -> bytes:
    return json.dumps({"do": do, "args": arguments}).encode() + b"\n"


async def asked(path: Path, do: str, **arguments: Any) -> Any:
    """As the command line asks: in another thread, for it blocks."""
    return await asyncio.to_thread(request, path, do, **arguments)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "control.sock"


def test_what_is_asked_is_answered(path: Path, in_host: InHost) -> None:
    async def scenario() -> None:
        async with serving(path):
            assert path.stat().st_mode & 0o777 == 0o600
            assert await asked(path, "echo", text="a", times=3) == "aaa"
            assert await asked(path, "slow", text="é\n") == "é\n"
            assert await asked(path, "bytes") == {"name": "é\\xff"}
            # Several over one connection.
            assert await exchange(path, ask("echo", text="a"), ask("full"), ask("echo", text="b")) == [
                {"ok": True, "result": "a"},
                {"ok": False, "error": "the disk is full"},
                {"ok": True, "result": "b"},
            ]
        assert not path.exists()

    in_host(scenario)


MALFORMED = {
    "no JSON": (b"hello\n", "Expecting value"),
    "an empty line": (b"\n", "Expecting value"),
    "no UTF-8": (b'{"do": "\xff"}\n', "can't decode"),
    "a list": (b"[1]\n", 'it is no map with "do" and "args"'),
    "a number": (b"7\n", 'it is no map with "do" and "args"'),
    "nothing to do": (b'{"args": {}}\n', 'it is no map with "do" and "args"'),
    "something odd to do": (b'{"do": ["echo"]}\n', 'it is no map with "do" and "args"'),
    "no such operation": (b'{"do": "eko"}\n', "there is no operation 'eko'; there are echo, slow,"),
    "an argument too few": (b'{"do": "echo"}\n', "missing a required argument: 'text'"),
    "an argument too many": (b'{"do": "echo", "args": {"text": "", "x": 1}}\n', "unexpected keyword argument 'x'"),
    "a list of arguments": (b'{"do": "echo", "args": ["a"]}\n', '"args" is no map'),
    "too deep": (b"[" * 100_000 + b"\n", "recursion"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_request_is_told_and_harms_nobody(path: Path, in_host: InHost, case: str) -> None:
    line, message = MALFORMED[case]

    async def scenario() -> None:
        async with serving(path):
            first, second = await exchange(path, line, ask("echo", text="still here"))
            assert not first["ok"]
            assert first["error"].startswith("this host does not understand the request: ")
            assert message in first["error"]
            assert second == {"ok": True, "result": "still here"}

    in_host(scenario)


def test_what_fails_is_told_in_its_own_words(path: Path, in_host: InHost) -> None:
    async def scenario() -> None:
        async with serving(path):
            with pytest.raises(ControlError, match=r"^no plugin 'x'$"):
                await asked(path, "unknown", name="x")
            with pytest.raises(ControlError, match=r"^the disk is full$"):
                await asked(path, "full")
            with pytest.raises(ControlError, match="Permission denied: '/somewhere'"):
                await asked(path, "forbidden")
            with capture_logs() as lines:
                with pytest.raises(ControlError, match="the host failed to do it: AssertionError: a fault of the host"):
                    await asked(path, "broken")
                with pytest.raises(ControlError, match="the host failed to do it: ValueError: Circular"):
                    await asked(path, "endless")
            assert [line["event"] for line in lines] == ["a request failed"] * 2
            assert await asked(path, "echo", text="still here") == "still here"

    in_host(scenario)


def test_a_line_without_end_is_refused(path: Path, in_host: InHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "LONGEST_LINE", 4096)

    async def scenario() -> None:
        async with serving(path):
            (answer,) = await exchange(path, ask("echo", text="x" * 5000))
            assert answer == {"ok": False, "error": "a request of more than 4096 bytes"}
            assert await asked(path, "echo", text="y" * 3000) == "y" * 3000

    in_host(scenario)


def test_a_huge_answer_comes_whole(path: Path, in_host: InHost) -> None:
    async def scenario() -> None:
        async with serving(path):
            assert await asked(path, "echo", text="0123456789", times=500_000) == "0123456789" * 500_000

    in_host(scenario)


def test_many_at_once_get_their_own_answers(path: Path, in_host: InHost) -> None:
    async def scenario() -> None:
        async with serving(path) as server:
            # One that says nothing, one that says half of something, one that goes away in between.
            idle = await asyncio.open_unix_connection(str(path))
            half = await asyncio.open_unix_connection(str(path))
            half[1].write(b'{"do": "ec')
            _, gone = await asyncio.open_unix_connection(str(path))
            gone.write(ask("slow", text="unread"))
            gone.close()
            texts = [str(number) for number in range(100)]
            assert await asyncio.gather(*(asked(path, "slow", text=text) for text in texts)) == texts
            half[1].write(b'ho", "args": {"text": "whole"}}\n')
            assert json.loads(await asyncio.wait_for(half[0].readline(), 30)) == {"ok": True, "result": "whole"}
            await server.stop()
            assert await asyncio.wait_for(idle[0].read(), 30) == b""
            for _, writer in (idle, half):
                writer.close()

    in_host(scenario)


def test_a_host_that_stops_while_it_is_asked(path: Path) -> None:
    """It closes the connection without an answer, or with half of one."""
    for answer in (b"", b'{"ok": tr'):
        path.parent.mkdir(exist_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()

            def close_at_once(listener: socket.socket = listener, answer: bytes = answer) -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(answer)

            thread = threading.Thread(target=close_at_once)
            thread.start()
            with pytest.raises(ControlError, match="closed the connection without an answer; it is stopping"):
                request(path, "echo", text="a")
            thread.join()
        path.unlink()


def test_nobody_listens(path: Path) -> None:
    with pytest.raises(ControlError, match=r"no host listens at .*control.sock; start one with `tibicen run`"):
        request(path, "echo")
    path.parent.mkdir()
    path.write_text("no socket")
    with pytest.raises(ControlError, match="no host listens"):
        request(path, "echo")


def test_a_path_longer_than_the_system_allows(tmp_path: Path, in_host: InHost) -> None:
    path = tmp_path / ("long" * 30) / "control.sock"

    async def scenario() -> None:
        async with serving(path):
            assert len(os.fsencode(path)) > 108
            assert await asked(path, "echo", text="a") == "a"
            with pytest.raises(ControlError, match="another host listens"):
                await ControlServer(path, OPERATIONS).start()
        assert not path.exists()

    in_host(scenario)


def test_what_lies_there_is_looked_at_before_it_is_removed(path: Path, in_host: InHost) -> None:
    async def starts() -> None:
        async with serving(path):
            assert await asked(path, "echo", text="a") == "a"

    async def scenario() -> None:
        path.parent.mkdir()
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        await starts()
        path.write_text("a letter")
        with pytest.raises(ControlError, match="is there already and is no socket; name another place with --socket"):
            await starts()
        assert path.read_text() == "a letter"
        path.unlink()
        path.mkdir()
        with pytest.raises(ControlError, match="is there already and is no socket"):
            await starts()

    in_host(scenario)


def test_a_place_where_no_socket_can_be(tmp_path: Path, in_host: InHost) -> None:
    (tmp_path / "file").write_text("")

    def attempt(path: Path) -> Coroutine[Any, Any, None]:
        return ControlServer(path, OPERATIONS).start()

    async def scenario() -> None:
        with pytest.raises(ControlError, match=r"control socket .* can't be made: (File exists|Not a directory)"):
            await attempt(tmp_path / "file" / "control.sock")

    in_host(scenario)
