"""Sockets of a client: to hosts that it may talk to, looked after when the client polls, never in between."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import secrets
import socket
import threading
import zlib
from collections.abc import Callable
from typing import Any

Permitted = Callable[[str, int], bool]
"""Whether a client may talk to a host and port; the host as the script named it."""

Event = list[Any]

END_OF_FILE = (2, "End of file")
HOST_NOT_FOUND = (1, "Host not found (authoritative)")
_CHUNK = 65536
_LARGEST_MESSAGE = 65536


def loopback_only(host: str, port: int) -> bool:
    """This machine, under any of its loopback names and addresses."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _text_of(code: int) -> str:
    return os.strerror(code)


def inflate(data: bytes | str) -> bytes | None:
    """What a server compressed without a header; None when it can't be read."""
    try:
        return zlib.decompressobj(-15).decompress(data.encode() if isinstance(data, str) else data, _LARGEST_MESSAGE)
    except zlib.error:
        return None


class _Connection:
    """One socket. `wanted` is how many bytes the client waits for, or the text that they end with."""

    def __init__(self, connected: socket.socket | None = None) -> None:
        self.socket = connected
        self.connecting = False
        self.wanted: int | bytes = 0
        self.failure: tuple[int, str] | None = None
        self._addresses: list[Any] = []
        self._received = bytearray()
        self._output = bytearray()

    def refuse(self, code: int, text: str) -> None:
        self.failure = (code, text)

    def connect(self, host: str, port: int) -> None:
        """Begins; an address is tried at once, a name is looked up in the background."""
        self.connecting = True
        try:
            family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
        except ValueError:
            threading.Thread(target=self._resolve, args=(host, port), daemon=True).start()
        else:
            self._open(family, (host, port))

    def _resolve(self, host: str, port: int) -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            self.refuse(*HOST_NOT_FOUND)
            return
        self._addresses = [(family, address) for family, _, _, _, address in found]

    def _open(self, family: int, address: Any) -> None:
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        code = self.socket.connect_ex(address)
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            self.refuse(code, _text_of(code))

    def write(self, data: bytes) -> None:
        self._output += data
        self._send()

    def _send(self) -> None:
        if not self._output or self.socket is None or self.connecting:
            return
        try:
            sent = self.socket.send(self._output)
        except BlockingIOError:
            return
        except OSError as error:
            self.refuse(error.errno or 0, _text_of(error.errno or 0))
            return
        del self._output[:sent]

    def poll(self) -> Event | None:
        """What has become of it since the last look, without the number of the socket."""
        if self.failure:
            (code, text), self.failure = self.failure, None
            self.connecting, self.wanted = False, 0
            return ["error", text, code]
        if self.connecting:
            return self._poll_connecting()
        self._send()
        return self._poll_reading() if self.wanted else None

    def _poll_connecting(self) -> Event | None:
        if self.socket is None:
            if self._addresses:
                self._open(*self._addresses.pop(0))
            return None
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self.socket.close()
            self.socket = None
            if not self._addresses:
                self.refuse(code, _text_of(code))
            return self.poll() if self.failure else None
        try:
            self.socket.getpeername()
        except OSError:
            return None
        self.connecting = False
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return ["connected"]

    def _poll_reading(self) -> Event | None:
        assert self.socket is not None
        while True:
            if (data := self._taken()) is not None:
                return ["data", data]
            # Only as much as is waited for: the end of the stream is noticed when the next read gets there.
            size = self.wanted - len(self._received) if isinstance(self.wanted, int) else _CHUNK
            try:
                chunk = self.socket.recv(size)
            except BlockingIOError:
                return None
            except OSError as error:
                self.refuse(error.errno or 0, _text_of(error.errno or 0))
                return self.poll()
            if not chunk:
                self.refuse(*END_OF_FILE)
                return self.poll()
            self._received += chunk

    def _taken(self) -> bytes | None:
        """What was waited for, once all of it is there."""
        if isinstance(self.wanted, int):
            length = self.wanted if len(self._received) >= self.wanted else 0
        else:
            at = self._received.find(self.wanted)
            length = at + len(self.wanted) if at >= 0 else 0
        if not length:
            return None
        data = bytes(self._received[:length])
        del self._received[:length]
        self.wanted = 0
        return data

    def peer(self) -> int | None:
        """The other side's IPv4 address as the real client shows it: its bytes as a number of the machine."""
        try:
            address = self.socket.getpeername()[0] if self.socket else ""
            return int.from_bytes(socket.inet_aton(address), "little", signed=True)
        except OSError:
            return None

    def close(self) -> None:
        if self.socket is not None:
            self._send()
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()
            self.socket = None


class _Listener:
    """A port of this machine that others connect to; it takes as many as it was asked to."""

    def __init__(self, listening: socket.socket) -> None:
        self.socket = listening
        self.asked = 0

    def take(self) -> socket.socket | None:
        if self.asked:
            with contextlib.suppress(BlockingIOError):
                accepted, _ = self.socket.accept()
                accepted.setblocking(False)
                self.asked -= 1
                return accepted
        return None

    def close(self) -> None:
        self.socket.close()


class Network:
    """All sockets of one client.

    Args:
        permitted: whom the client may talk to, as scripts name it; this machine alone unless given.
    """

    def __init__(self, permitted: Permitted = loopback_only) -> None:
        self.permitted = permitted
        self._connections: dict[int, _Connection] = {}
        self._listeners: dict[int, _Listener] = {}
        self._next = 0

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the engine calls, by name."""
        return {
            "net.permits": self.permitted,
            "net.connect": self.connect,
            "net.read": self.read,
            "net.write": self.write,
            "net.poll": self.poll,
            "net.peer": self.peer,
            "net.listen": self.listen,
            "net.accept": self.accept,
            "net.close": self.close_one,
            "net.key": lambda: [secrets.randbits(32) for _ in range(4)],
            "net.inflate": inflate,
        }

    def _number(self) -> int:
        self._next += 1
        return self._next

    def connect(self, host: str, port: int) -> int:
        """Begins to connect; what comes of it is told by `poll`."""
        connection = _Connection()
        number = self._number()
        self._connections[number] = connection
        if self.permitted(host, port):
            connection.connect(host, port)
        elif _is_address(host):
            connection.refuse(errno.EACCES, _text_of(errno.EACCES))
        else:
            # In the client's world there are no names but those that it is permitted.
            connection.refuse(*HOST_NOT_FOUND)
        return number

    def read(self, number: int, wanted: int | str) -> None:
        """Waits for so many bytes, or for all up to a text."""
        self._connections[number].wanted = wanted.encode("latin-1") if isinstance(wanted, str) else wanted

    def write(self, number: int, data: bytes | str) -> None:
        """Sends bytes, as soon as there is room for them."""
        self._connections[number].write(data.encode() if isinstance(data, str) else data)

    def peer(self, number: int) -> int | None:
        """The address of the other side."""
        connection = self._connections.get(number)
        return connection.peer() if connection else None

    def listen(self, port: int) -> dict[str, Any]:
        """Opens a port of the loopback interface: `{"id": number}` or `{"problem": text}`."""
        address = "0.0.0.0" if self.permitted("0.0.0.0", port) else "127.0.0.1"
        try:
            listening = socket.create_server((address, port))
        except (OSError, OverflowError) as error:
            code = error.errno if isinstance(error, OSError) else None
            return {"problem": f"bind: {_text_of(code) if code else error}"}
        listening.setblocking(False)
        number = self._number()
        self._listeners[number] = _Listener(listening)
        return {"id": number}

    def accept(self, number: int) -> None:
        """Takes one more that connects."""
        self._listeners[number].asked += 1

    def poll(self) -> list[Event]:
        """What happened since the last look, in the order of the sockets' numbers."""
        events: list[Event] = []
        for number, listener in list(self._listeners.items()):
            accepted = listener.take()
            if accepted is not None:
                taken = self._number()
                self._connections[taken] = _Connection(accepted)
                events.append([number, "accepted", taken, "Success", 0])
        for number, connection in list(self._connections.items()):
            event = connection.poll()
            if event is not None:
                events.append([number, *event])
        return events

    def close_one(self, number: int) -> None:
        """Ends a connection, or closes a port."""
        gone = self._connections.pop(number, None) or self._listeners.pop(number, None)
        if gone is not None:
            gone.close()

    def close(self) -> None:
        """Ends all."""
        for number in [*self._connections, *self._listeners]:
            self.close_one(number)
