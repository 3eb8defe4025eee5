"""The control socket: how the command line talks to a running host. One JSON request a line, one JSON answer.

A Unix socket in the data folder, for its owner only. Where there are none (Windows), a loopback port whose number
and token stand in a file of the same name.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import inspect
import json
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from tibicen.errors import ControlError, TibicenError

SOCKET_NAME = "control.sock"
LONGEST_LINE = 16 << 20
UNIX = hasattr(socket, "AF_UNIX")

Operation = Callable[..., Any]

_log = structlog.get_logger("tibicen.control")


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for a socket whose path may be longer than the system's limit of about 100 bytes."""
    if len(os.fsencode(path)) < 100 or not Path("/proc/self/fd").is_dir():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class ControlServer:
    """Answers the command line.

    Args:
        path: of the socket; its folder is made when it isn't there.
        operations: by name; called with the request's arguments, on the event loop's thread.
    """

    def __init__(self, path: Path, operations: dict[str, Operation]) -> None:
        self.path = path
        self._operations = operations
        self._server: asyncio.Server | None = None
        self._token = ""
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Starts listening.

        Raises:
            ControlError: another host listens there already, or the socket can't be made.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                await self._remove_stale()
            await self._listen()
        except OSError as error:
            raise ControlError(
                f"the control socket {self.path} can't be made: {error.strerror or error}; "
                "name another place with --socket"
            ) from None

    async def _remove_stale(self) -> None:
        """A host that was killed leaves its socket behind."""
        if await asyncio.to_thread(_answers, self.path):
            raise ControlError(
                f"another host listens at {self.path}; stop it, or give this one a socket of its own with --socket"
            )
        if UNIX and not self.path.is_socket():
            raise ControlError(f"{self.path} is there already and is no socket; name another place with --socket")
        self.path.unlink()

    async def _listen(self) -> None:
        if UNIX:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                with _short(self.path) as name:
                    listener.bind(name)
                # Before it listens, so that nobody else gets in between.
                self.path.chmod(0o600)
                self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=LONGEST_LINE)
            except BaseException:
                listener.close()
                raise
        else:
            self._token = secrets.token_hex(16)
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_LINE)
            port = self._server.sockets[0].getsockname()[1]
            self.path.write_text(f"{port} {self._token}", encoding="ascii")

    async def stop(self) -> None:
        """Stops listening and removes the socket."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._server.wait_closed()
        self._server = None
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._token and not hmac.compare_digest((await reader.readline()).strip(), self._token.encode()):
                return
            while line := await reader.readline():
                writer.write(await self._answer(line) + b"\n")
                await writer.drain()
        except ValueError:
            # What `readline` raises when its limit is reached; the rest of the line is not waited for.
            writer.write(_packed(_refusal(f"a request of more than {LONGEST_LINE} bytes")) + b"\n")
        except ConnectionError:
            return
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, line: bytes) -> bytes:
        try:
            operation, arguments = self._understand(line)
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            return _packed(_refusal(f"this host does not understand the request: {error}"))
        try:
            result = operation(**arguments)
            if isinstance(result, Awaitable):
                result = await result
            return _packed({"ok": True, "result": result})
        except (TibicenError, OSError) as error:
            return _packed(_refusal(str(error)))
        except Exception as error:
            # A fault of the host's own: told to whoever asked, and the host goes on.
            _log.exception("a request failed", request=line[:200].decode("utf-8", "replace"))
            return _packed(_refusal(f"the host failed to do it: {type(error).__name__}: {error}"))

    def _understand(self, line: bytes) -> tuple[Operation, dict[str, Any]]:
        request = json.loads(line)
        if not isinstance(request, dict) or not isinstance(request.get("do"), str):
            raise TypeError('it is no map with "do" and "args"')
        if request["do"] not in self._operations:
            raise LookupError(f"there is no operation {request['do']!r}; there are {', '.join(self._operations)}")
        operation, arguments = self._operations[request["do"]], request.get("args", {})
        if not isinstance(arguments, dict):
            raise TypeError('"args" is no map')
        inspect.signature(operation).bind(**arguments)
        return operation, arguments


def _refusal(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def _packed(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, default=_plain).encode()


def _plain(value: object) -> str:
    """What JSON has no shape for: strings of Lua that are not UTF-8, above all."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _connect(path: Path) -> socket.socket:
    if UNIX:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _short(path) as name:
                connection.connect(name)
        except BaseException:
            connection.close()
            raise
        return connection
    port, token = path.read_text(encoding="ascii").split()
    connection = socket.create_connection(("127.0.0.1", int(port)), timeout=5)
    connection.sendall(token.encode() + b"\n")
    return connection


def _answers(path: Path) -> bool:
    try:
        _connect(path).close()
    except (OSError, ValueError):
        return False
    return True


def request(path: Path, do: str, **arguments: Any) -> Any:
    """Asks a running host.

    Raises:
        ControlError: none runs, or it refused; says what it said.
    """
    try:
        connection = _connect(path)
    except (OSError, ValueError):
        raise ControlError(
            f"no host listens at {path}; start one with `tibicen run` in this folder, or name its socket with --socket"
        ) from None
    try:
        with connection, connection.makefile("rwb") as stream:
            stream.write(json.dumps({"do": do, "args": arguments}).encode() + b"\n")
            stream.flush()
            line = stream.readline()
    except OSError:
        line = b""
    if not line.endswith(b"\n"):
        raise ControlError("the host closed the connection without an answer; it is stopping")
    answer = json.loads(line)
    if not answer["ok"]:
        raise ControlError(answer["error"])
    return answer["result"]
