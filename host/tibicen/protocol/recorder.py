"""Sessions written down: one JSON object a line, in the form that captures have.

What opens an account is left out unless it is asked for: the account's name, password, session key and token inside
login blocks are overwritten with x before the block is closed again, and session keys in lists of characters, too.
The frames stay valid, checksums and all. The XTEA key stays, or nobody could read the frames: it is good for one
connection.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from tibicen.errors import ConfigError, WireError
from tibicen.native import MessageReader, Sealer, Stack, Xtea, open_frame
from tibicen.native.framing import Flags
from tibicen.protocol.handshake import FirstFrame, without_secrets, write_first_frame

if TYPE_CHECKING:
    from tibicen.protocol.readers import Side
    from tibicen.protocol.session import Session

SESSION_KEY = 0x28
DIRECTIONS = {"client": "c2s", "server": "s2c"}


class SessionRecorder(Protocol):
    """What a bridge tells of its sessions."""

    counts: Counter[str]

    def first_frame(self, session: Session, first: FirstFrame, prelude: bytes) -> None:
        """A session begins: its connection, and the client's login frame."""

    def frame(self, session: Session, side: Side, messages: bytes) -> None:
        """A frame's messages as they came."""

    def closed(self, session: Session, by: str, reason: str) -> None:
        """A session is over."""

    def close(self) -> None:
        """Nothing more comes. Idempotent."""


class Recorder:
    """Writes sessions to a file.

    Args:
        path: is made anew; nobody but its owner may read it.
        secrets: whether login blocks are written as they came.

    Attributes:
        counts: frames, sessions, and failed writes.

    Raises:
        ConfigError: the file can't be made.
    """

    def __init__(self, path: Path, *, secrets: bool = False) -> None:
        self.path = path
        self.secrets = secrets
        self.counts: Counter[str] = Counter()
        self._started = time.monotonic()
        self._sealers: dict[tuple[int, Side], Sealer] = {}
        self._frames: Counter[tuple[int, Side]] = Counter()
        try:
            private = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file: IO[str] | None = os.fdopen(private, "w", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"the recording {path} can't be made: {error.strerror}") from None
        date = datetime.now(UTC).isoformat(timespec="seconds")
        self._meta: dict[str, Any] = {"date": date, "secrets": secrets, "version": 0, "connections": []}
        self._write({"meta": self._meta})

    def first_frame(self, session: Session, first: FirstFrame, prelude: bytes) -> None:
        """A session begins: its connection, and the client's login frame."""
        number = session.info["id"]
        kind = session.port.kind
        self.counts["sessions"] += 1
        key = [f"{int.from_bytes(session.key[at : at + 4], 'little'):08x}" for at in range(0, 16, 4)]
        stack = session.flows["client"].stack
        login = {"op": first.opcode, "os": first.system, "version": first.version, "rsaOffset": first.rsa_offset}
        if first.second_rsa_offset:
            login["rsa2Offset"] = first.second_rsa_offset
        framing = "M" if session.port.framing is Stack.BLOCKS else "L"
        checksum = "adler32" if stack is Stack.ADLER else "sequence"
        self._meta["version"] = first.version
        if kind == "game" or "framing" not in self._meta:
            self._meta["framing"] = {"profile": framing, "checksum": checksum}
        self._meta["connections"].append({"conn": number, "kind": kind, "xtea": key, "login": login})
        self._write(
            self._event(
                "connect",
                number,
                kind=kind,
                version=first.version,
                os=first.system,
                framing=framing,
                checksum=checksum,
                xtea=key,
            )
        )
        if session.challenge:
            self._challenge(number, session.challenge, session.port.framing)
        if prelude:
            self._write({"t": self._now(), "conn": number, "dir": "c2s", "kind": "prelude", "raw": prelude.hex()})
        shown = first if self.secrets else without_secrets(first)
        raw = write_first_frame(shown, session.port.framing, session.bridge.key)
        body = raw[6:]
        if session.port.framing is Stack.BLOCKS:
            body = body[1 : len(body) - body[0]]
        line = self._frame_line(number, "client", raw, "login", body)
        line["enc"] = False
        line["rsaPlain"] = shown.plain.hex()
        if shown.second_rsa_offset:
            line["rsa2Plain"] = shown.second_plain.hex()
        line["login"] = login
        self._write(line)
        for side in ("client", "server"):
            self._sealers[number, side] = Sealer(stack, Xtea(session.key))

    def _challenge(self, number: int, raw: bytes, framing: Stack) -> None:
        try:
            found = open_frame(framing, bytearray(raw), None, Flags.ADLER)
        except WireError:
            return
        plain = raw[found.offset : found.offset + found.length]
        self._write({**self._frame_line(number, "server", raw, "challenge", plain), "enc": False})

    def frame(self, session: Session, side: Side, messages: bytes) -> None:
        """A frame's messages as they came, sealed anew for the record: numbered from 1, not deflated."""
        number = session.info["id"]
        sealer = self._sealers.get((number, side))
        if sealer is None:
            return
        if not self.secrets and session.port.kind == "login" and side == "server":
            messages = _without_session_key(messages)
        try:
            raw = sealer.seal(messages)
        except WireError:
            self.counts["too_long"] += 1
            return
        self._write({**self._frame_line(number, side, raw, "frame", messages), "enc": True})

    def closed(self, session: Session, by: str, reason: str) -> None:
        number = session.info["id"]
        self._write(self._event("close", number, by=by, how=reason))
        for side in ("client", "server"):
            self._sealers.pop((number, side), None)
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Ends the recording. Its first line is written anew: by now it is known which connections there were.

        Idempotent.
        """
        if self._file is None:
            return
        self._file.close()
        self._file = None
        whole = self.path.with_name(f"{self.path.name}.whole")
        try:
            target = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(target, "w", encoding="utf-8") as out, self.path.open(encoding="utf-8") as lines:
                out.write(json.dumps({"meta": self._meta}, separators=(",", ":")) + "\n")
                next(lines)
                shutil.copyfileobj(lines, out)
            whole.replace(self.path)
        except OSError:
            # What was written before stays as it is, and can be read all the same.
            self.counts["failed_writes"] += 1

    def _now(self) -> float:
        return round((time.monotonic() - self._started) * 1000, 1)

    def _event(self, event: str, number: int, **more: Any) -> dict[str, Any]:
        return {"t": self._now(), "ev": event, "conn": number, **more}

    def _frame_line(self, number: int, side: Side, raw: bytes, kind: str, plain: bytes) -> dict[str, Any]:
        self._frames[number, side] += 1
        self.counts["frames"] += 1
        checked = int.from_bytes(raw[2:6], "little")
        return {
            "t": self._now(),
            "conn": number,
            "dir": DIRECTIONS[side],
            "kind": kind,
            "n": self._frames[number, side],
            "raw": raw.hex(),
            "ck": checked,
            "plain": plain.hex(),
            "op": plain[:1].hex(),
        }

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
        except OSError:
            # A full disk ends the recording, not the sessions.
            self.counts["failed_writes"] += 1
            self._file = None


def _without_session_key(messages: bytes) -> bytes:
    """The login port's messages with the session key (0x28) overwritten, as far as they can be read."""
    reader = MessageReader(messages)
    try:
        while reader.remaining:
            opcode = reader.u8()
            at = len(messages) - reader.remaining + 2
            if opcode not in (0x0A, 0x0B, 0x11, 0x14, SESSION_KEY):
                break
            text = reader.string()
            if opcode == SESSION_KEY:
                messages = messages[:at] + b"x" * len(text) + messages[at + len(text) :]
    except WireError:
        pass
    return messages
