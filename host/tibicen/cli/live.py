"""Messages of a running bridge, as they pass: what `tibicen inspect --live` asks for, and what answers it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tibicen.cli import control
from tibicen.cli.inspect import Filter, has_secrets, plain, without_secrets
from tibicen.protocol.bridge import Bridge
from tibicen.protocol.readers import Part
from tibicen.protocol.versions import UNPARSED

KEPT = 20_000
"""Messages that wait for somebody to ask for them; older ones are missed, and counted."""

PATIENCE_SECONDS = 5.0
"""Nobody asks any more: after so long the bridge is left alone again."""

ASK_SECONDS = 0.2


class LiveTap:
    """Keeps the messages that pass a host's bridges, while somebody asks for them.

    Args:
        bridges: those that there are just now.
    """

    def __init__(self, bridges: Callable[[], Iterable[Bridge]]) -> None:
        self._bridges = bridges
        self._tapped: list[Bridge] = []
        self._rows: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._missed = 0
        self._began = 0.0
        self._idle: asyncio.TimerHandle | None = None

    def take(self) -> dict[str, Any]:
        """What passed since the last look: `messages`, as inspect has them, and how many were `missed`."""
        if self._idle is None:
            self._began = time.monotonic()
        else:
            self._idle.cancel()
        for bridge in self._bridges():
            if bridge not in self._tapped:
                self._tapped.append(bridge)
                bridge.tap(self._passed)
        self._idle = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.close)
        rows, missed = list(self._rows), self._missed
        self._rows.clear()
        self._missed = 0
        return {"messages": rows, "missed": missed}

    def close(self) -> None:
        """Leaves the bridges alone. Idempotent."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        tapped, self._tapped = self._tapped, []
        for bridge in tapped:
            bridge.untap(self._passed)
        self._rows.clear()

    def _passed(self, session: Mapping[str, Any], way: str, messages: bytes, pieces: Sequence[Part]) -> None:
        for piece in pieces:
            if len(self._rows) == KEPT:
                self._missed += 1
            self._rows.append(self._row(session, way, messages, piece))

    def _row(self, session: Mapping[str, Any], way: str, messages: bytes, piece: Part) -> dict[str, Any]:
        unread = not isinstance(piece.fields, dict)
        data = messages[piece.start : piece.end].hex()
        row = {
            "time_ms": round((time.monotonic() - self._began) * 1000, 1),
            "connection": session["id"],
            "from": way,
            "start": piece.start,
            "end": piece.end,
            "opcode": piece.opcode,
            "name": UNPARSED if unread else piece.name,
        }
        if isinstance(piece.fields, dict):
            row["fields"] = without_secrets(plain(piece.fields))
            if not has_secrets(piece.fields):
                row["raw"] = data
        else:
            row["fields"] = {"data": data, "reason": getattr(piece, "reason", "") or "the version is not described"}
            row["raw"] = data
        return row


def follow(socket: Path, wanted: Filter, *, raw: bool, seconds: float | None = None) -> Iterator[dict[str, Any]]:
    """Rows of messages as they pass the bridge of a running host, until the host ends, or for some seconds.

    Raises:
        ControlError: no host runs, or it ends.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    while True:
        told = control.request(socket, "packets.take")
        if told["missed"]:
            yield {"missed": told["missed"]}
        for row in told["messages"]:
            if wanted.fits(row["from"], row["opcode"], row["name"]):
                if not raw:
                    row.pop("raw", None)
                yield row
        if ends is not None and time.monotonic() >= ends:
            return
        time.sleep(ASK_SECONDS)
