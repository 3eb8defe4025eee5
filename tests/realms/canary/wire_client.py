"""A client of a few lines for tests of the server role: logs in over TCP and reads what comes."""

from __future__ import annotations

import os
import socket
import struct
import time
from typing import Any

from tibicen.native import Sealer, Stack, Xtea, adler32, open_frame, peek_frame
from tibicen.protocol.frames import inflate
from tibicen.protocol.handshake import SEQUENCE_SINCE, VERSION_TEXT_SINCE
from tibicen.protocol.rsa import open_tibia_key

LINUX_OTCLIENT = 10


class Closed(Exception):
    """The server closed the connection."""


def text(value: str | bytes) -> bytes:
    """A text with its length."""
    data = value.encode("latin-1") if isinstance(value, str) else value
    return struct.pack("<H", len(data)) + data


class WireClient:
    """One connection of a client, by default of 10.98; use as a context manager.

    From 12.90 on frames are numbered, those of servers deflated where they say so.
    """

    def __init__(self, port: int, version: int = 1098, system: int = LINUX_OTCLIENT) -> None:
        self.version, self.system = version, system
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.key = os.urandom(16)
        self.xtea: Xtea | None = None
        self.stack = Stack.SEQUENCE if version >= SEQUENCE_SINCE else Stack.ADLER
        self.sealer = Sealer(self.stack, Xtea(self.key))
        # Clients count from 0, a sealer from 1.
        self.sealer.sequence = 0xFFFFFFFF
        self.buffer = bytearray()
        self.challenge = (0, 0)
        self.frames: list[bytes] = []
        self.deflated = 0

    def __enter__(self) -> WireClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # -- bytes

    def read_frame(self, seconds: float = 5.0) -> bytes:
        """The messages of the next frame.

        Raises:
            Closed: the server closed the connection.
            TimeoutError: nothing came.
        """
        until = time.monotonic() + seconds
        while True:
            length = peek_frame(self.stack, self.buffer) if self.buffer else 0
            if length and len(self.buffer) >= length:
                frame = self.buffer[:length]
                del self.buffer[:length]
                opened = open_frame(self.stack, frame, self.xtea)
                data = bytes(frame[opened.offset : opened.offset + opened.length])
                if opened.compressed:
                    self.deflated += 1
                    data = inflate(data)
                self.frames.append(data)
                return data
            self.socket.settimeout(max(0.001, until - time.monotonic()))
            try:
                chunk = self.socket.recv(65536)
            except ConnectionError:
                chunk = b""
            if not chunk:
                raise Closed
            self.buffer += chunk

    def read_until(self, part: bytes, seconds: float = 5.0) -> bytes:
        """Frames up to the one that has these bytes in it; that one."""
        until = time.monotonic() + seconds
        while True:
            frame = self.read_frame(until - time.monotonic())
            if part in frame:
                return frame

    def read_for(self, seconds: float) -> bytes:
        """All messages that come within a time."""
        until, found = time.monotonic() + seconds, b""
        while time.monotonic() < until:
            try:
                found += self.read_frame(until - time.monotonic())
            except TimeoutError:
                break
        return found

    def closed_within(self, seconds: float) -> bool:
        """Whether the server closes the connection in that time."""
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                self.read_frame(until - time.monotonic())
        except Closed:
            return True
        except TimeoutError:
            pass
        return False

    def send(self, message: bytes) -> None:
        """Sends one message."""
        self.socket.sendall(self.sealer.seal(message))

    # -- logging in

    def list_characters(self, account: str, password: str) -> bytes:
        """Asks the login port; its answer."""
        plain = b"\0" + self.key + text(account) + text(password)
        head = struct.pack("<BHHIIIIB", 1, self.system, self.version, self.version, 0, 0, 0, 0)
        self._first(head, plain)
        return self.read_frame()

    def read_challenge(self) -> None:
        data = self.socket.recv(64)
        assert len(data) == 14 and data[8] == 0x1F
        self.challenge = struct.unpack("<IB", data[9:14])

    def log_in(self, session_key: str, character: str, **changes: Any) -> None:
        """Sends the game login; the challenge is read before."""
        self.read_challenge()
        self.send_login(session_key, character, **changes)

    def send_login(self, session_key: str, character: str, challenge: tuple[int, int] | None = None) -> None:
        moment, number = challenge or self.challenge
        plain = b"\0" + self.key + b"\0" + text(session_key) + text(character) + struct.pack("<IB", moment, number)
        named = text(str(self.version)) if self.version >= VERSION_TEXT_SINCE else b""
        head = struct.pack("<BHHI", 0x0A, self.system, self.version, self.version) + named
        self._first(head + struct.pack("<HB", 0, 0), plain)

    def _first(self, head: bytes, plain: bytes, behind: bytes = b"") -> None:
        body = head + open_tibia_key().encrypt(plain + bytes(128 - len(plain))) + behind
        self.socket.sendall(struct.pack("<HI", len(body) + 4, adler32(body)) + body)
        self.xtea = Xtea(self.key)
