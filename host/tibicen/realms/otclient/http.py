"""Requests of a client over HTTP, each on a thread of its own; their answers wait until the client asks."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from tibicen.realms.otclient.net import HOST_NOT_FOUND, Permitted, loopback_only
from tibicen.realms.otclient.websocket import WebSocket

Answer = dict[str, Any]

PROGRESS_SECONDS = 0.1
_URI = re.compile(r"^(?:(?P<scheme>\w+)://)?(?P<host>[^/:]+)(?::(?P<port>\d+))?(?P<query>/.*)?$")
_HEAD_END = b"\r\n\r\n"
_SUCCESS = 200


class _Uri(NamedTuple):
    host: str
    port: int
    query: str


class _FailedError(Exception):
    """Ends a request; the text is the one that scripts get."""


def _parse(url: str) -> _Uri:
    found = _URI.match(url)
    if found is None:
        return _Uri("", 80, "/")
    port = found["port"] or ("443" if found["scheme"] in ("https", "wss") else "80")
    return _Uri(found["host"], int(port), found["query"] or "/")


def _tls(host: str) -> ssl.SSLContext:
    """Checks certificates, but for this machine's own servers, which have none that anybody vouches for."""
    context = ssl.create_default_context()
    if loopback_only(host, 0):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Requests:
    """All requests of one client.

    Args:
        permitted: whom the client may talk to, as scripts name it.
    """

    def __init__(self, permitted: Permitted = loopback_only) -> None:
        self.permitted = permitted
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._sockets: dict[int, socket.socket] = {}
        self._canceled: set[int] = set()
        self._websockets: dict[int, WebSocket] = {}
        self._times_reading = False

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the engine calls, by name."""
        return {
            "http.start": self.start,
            "http.login": self.login,
            "http.cancel": self.cancel,
            "http.poll": self.poll,
            "http.ws": self.websocket,
            "http.ws_send": self.send,
            "http.times_reading": self.time_reading,
        }

    def time_reading(self, enabled: bool) -> None:
        """Whether the timeout counts while an answer is read, too."""
        self._times_reading = enabled

    def start(self, operation: int, request: dict[str, Any]) -> None:
        """Begins a request: `url`, `timeout`, `agent`, `headers`, and `data` with `json` for a post."""
        threading.Thread(target=self._run, args=(operation, request), daemon=True).start()

    def cancel(self, operation: int) -> None:
        """Ends a request's connection; it answers with what had come by then."""
        websocket = self._websockets.pop(operation, None)
        if websocket is not None:
            websocket.close()
            return
        self._canceled.add(operation)
        running = self._sockets.get(operation)
        if running is not None:
            with contextlib.suppress(OSError):
                running.shutdown(socket.SHUT_RDWR)

    def poll(self) -> list[Answer]:
        """Answers, and how far others have come, since the last look."""
        answers = []
        with contextlib.suppress(queue.Empty):
            while True:
                answers.append(self._answers.get_nowait())
        return answers

    def close(self) -> None:
        """Ends all."""
        for operation in [*self._sockets, *self._websockets]:
            self.cancel(operation)

    def _run(self, operation: int, request: dict[str, Any]) -> None:
        body, problem = b"", ""
        try:
            body = self._request(operation, request)
        except _FailedError as failed:
            problem = str(failed)
        finally:
            running = self._sockets.pop(operation, None)
            if running is not None:
                running.close()
        self._answers.put(
            {
                "operation": operation,
                "finished": True,
                "error": problem,
                "body": body,
                "crc32": f"{zlib.crc32(body):x}",
            }
        )

    def _request(self, operation: int, request: dict[str, Any]) -> bytes:
        url, timeout = request["url"], request["timeout"]
        uri = _parse(url)
        if not self.permitted(uri.host, uri.port):
            raise _FailedError(
                f"HttpSession unable to connect {url}: this client may not connect to {uri.host}:{uri.port}"
            )
        connection = self._connect(uri, url, timeout)
        self._sockets[operation] = connection
        try:
            connection.sendall(_head(uri, request) + _data(request))
        except OSError as error:
            raise _FailedError(f"HttpSession error on sending request {url}: {_reason(error)}") from None
        try:
            head, rest = _read_head(connection)
        except TimeoutError:
            raise _timeout(timeout) from None
        except OSError as error:
            raise _FailedError(f"HttpSession error receiving header {url}: {_reason(error)}") from None
        found = re.search(rb"Content-Length: (\d+)", head)
        if not found and request.get("needs_length", True) and uri.port != 443:
            raise _FailedError(f"HttpSession error receiving header {url}: Content-Length not found")
        connection.settimeout(timeout if self._times_reading else None)
        return self._read_body(operation, connection, rest, int(found[1]) if found else 0, url, timeout)

    def _connect(self, uri: _Uri, url: str, timeout: float) -> socket.socket:
        try:
            # Of both kinds of addresses the real client takes the older first.
            found = sorted(
                socket.getaddrinfo(uri.host, uri.port, type=socket.SOCK_STREAM),
                key=lambda each: each[0] != socket.AF_INET,
            )
        except OSError:
            raise _FailedError(f"HttpSession unable to resolve {url}: {HOST_NOT_FOUND[1]}") from None
        family, _, _, _, address = found[0]
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(address)
        except TimeoutError:
            connection.close()
            raise _timeout(timeout) from None
        except OSError as error:
            connection.close()
            raise _FailedError(f"HttpSession unable to connect {url}: {_reason(error)}") from None
        if uri.port != 443:
            return connection
        try:
            return _tls(uri.host).wrap_socket(connection, server_hostname=uri.host)
        except OSError as error:
            connection.close()
            raise _FailedError(f"HttpSession unable to handshake {url}: {_reason(error)}") from None

    def _read_body(
        self, operation: int, connection: socket.socket, body: bytes, size: int, url: str, timeout: float
    ) -> bytes:
        told, told_bytes = 0.0, 0
        received = bytearray(body)
        while True:
            try:
                chunk = connection.recv(65536)
            except TimeoutError:
                raise _timeout(timeout) from None
            except OSError as error:
                if operation in self._canceled:
                    return bytes(received)
                raise _FailedError(f"HttpSession unable to on_read {url}: {_reason(error)}") from None
            received += chunk
            now = time.monotonic()
            if now - told > PROGRESS_SECONDS:
                elapsed_ms = (now - told) * 1e3 if told else PROGRESS_SECONDS * 1e3
                speed = int((len(received) - told_bytes) / elapsed_ms)
                progress = len(received) * 100 // size if size else min(len(received) // 1024, 100)
                self._answers.put({"operation": operation, "finished": False, "progress": progress, "speed": speed})
                told, told_bytes = now, len(received)
            if not chunk:
                return bytes(received)

    # -- websockets -------------------------------------------------------------------------------------

    def websocket(self, operation: int, url: str, timeout: float) -> None:
        """Opens a websocket; its events are answers with `ws`, what happened, and `text`."""
        uri = _parse(url)

        def connect() -> socket.socket:
            if not self.permitted(uri.host, uri.port):
                raise ValueError(f"this client may not connect to {uri.host}:{uri.port}")
            try:
                return self._connect(uri, url, timeout)
            except _FailedError as failed:
                raise ValueError(str(failed).replace("HttpSession", "WebsocketSession")) from None

        def tell(what: str, text: bytes | str) -> None:
            self._answers.put({"operation": operation, "ws": what, "text": text})

        opened = WebSocket(connect, f"{uri.host}:{uri.port}", uri.query, tell)
        self._websockets[operation] = opened
        opened.start()

    def send(self, operation: int, message: bytes | str) -> None:
        """Sends a text over a websocket that is open, or will be."""
        websocket = self._websockets.get(operation)
        if websocket is not None:
            websocket.send(message.encode() if isinstance(message, str) else message)

    # -- login ------------------------------------------------------------------------------------------

    def login(self, operation: int, request: dict[str, Any]) -> None:
        """Begins a login: `host`, `port`, `path`, `email`, `password`, `token`, and whether it may be `in_clear`."""
        threading.Thread(target=self._login, args=(operation, request), daemon=True).start()

    def _login(self, operation: int, request: dict[str, Any]) -> None:
        answer = self._try_login(request)
        self._answers.put({"operation": operation, "finished": True, **answer})

    def _try_login(self, request: dict[str, Any]) -> Answer:
        host, port = request["host"], request["port"]
        if not self.permitted(host, port):
            return {"status": -1, "error": f"this client may not connect to {host}:{port}"}
        problem, response = "", None
        for encrypted in (True, False) if request["in_clear"] else (True,):
            response = _post_login(request, encrypted)
            if response is None:
                kind = "HTTPS" if encrypted else "HTTP"
                problem = f"Failed to connect to server ({kind}). Check the address and port."
            elif response[0] == _SUCCESS:
                return _login_answer(response[2])
            else:
                problem = f"HTTP {response[0]}" + (f" - {response[1]}" if response[1] else "")
        return {"status": response[0] if response else -1, "error": problem}


def _timeout(seconds: float) -> _FailedError:
    return _FailedError(f"HttpSession timeout after {int(seconds)} seconds")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _data(request: dict[str, Any]) -> bytes:
    data = request.get("data", b"")
    return data.encode() if isinstance(data, str) else data


def _head(uri: _Uri, request: dict[str, Any]) -> bytes:
    """The request's head as the real client writes it: HTTP/1.0, so that the answer ends with the connection."""
    data = _data(request)
    lines = [
        f"{'POST' if data else 'GET'} {uri.query} HTTP/1.0",
        f"Host: {uri.host}",
        f"User-Agent: {request['agent']}",
        "Accept: */*",
        "Accept-Language: en-US,en;q=0.9",
        "Accept-Encoding: identity",
        "Cache-Control: no-cache",
        "Connection: close",
        *(f"{name}{value}" for name, value in request["headers"] or []),
    ]
    if data:
        kind = "application/json" if request["json"] else "application/x-www-form-urlencoded"
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of an answer, and what came of the body with it."""
    received = b""
    while _HEAD_END not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError(2, "End of file")
        received += chunk
    head, _, rest = received.partition(_HEAD_END)
    return head, rest


def _post_login(request: dict[str, Any], encrypted: bool) -> tuple[int, str, bytes] | None:
    """Status, reason and body; None when nobody answered."""
    host, port = request["host"], request["port"]
    body = {"email": request["email"], "password": request["password"], "stayloggedin": True, "type": "login"}
    if request["token"]:
        body["token"] = request["token"]
        if encrypted:
            body["authenticatorToken"] = request["token"]
    connection = (
        http.client.HTTPSConnection(host, port, timeout=10, context=_tls(host))
        if encrypted
        else http.client.HTTPConnection(host, port, timeout=10)
    )
    try:
        headers = {"User-Agent": "Mozilla/5.0", "Content-Type": "application/json"}
        connection.request("POST", request["path"], _dump(body), headers)
        response = connection.getresponse()
        return response.status, response.reason, response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _login_answer(body: bytes) -> Answer:
    """What the client makes of a server's answer."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {"status": _SUCCESS, "error": "Invalid response received from server (expected JSON)."}
    answer = answer if isinstance(answer, dict) else {}
    if answer.get("errorCode"):
        problem = answer.get("errorMessage", "Authenticator token required.")
        return {"status": answer["errorCode"], "error": problem}
    if "session" not in answer or "playdata" not in answer:
        return {"status": _SUCCESS, "error": "Missing session or playdata."}
    playdata = answer["playdata"]
    if "characters" not in playdata or "worlds" not in playdata:
        return {"status": _SUCCESS, "error": "Missing characters or worlds."}
    return {
        "session": _dump(answer["session"]),
        "worlds": _dump(playdata["worlds"]),
        "characters": _dump(playdata["characters"]),
    }
