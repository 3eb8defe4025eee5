"""Messages of a running bridge, as they pass: what `tibicen inspect --live` asks for, and what answers it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tibicen.bus.hooks import Handler, HookBus
from tibicen.cli import control
from tibicen.cli.inspect import Filter, plain, without_secrets
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manifest import Manifest
from tibicen.protocol.versions import UNPARSED

KEPT = 20_000
"""Messages that wait for somebody to ask for them; older ones are missed, and counted."""

PATIENCE_SECONDS = 5.0
"""Nobody asks any more: after so long the bridge is left alone again."""

ASK_SECONDS = 0.2


class Tap:
    """Keeps the messages that pass a host's bridge, while somebody asks for them.

    It answers `packet.any` before all plugins, and changes nothing; frames are opened for it as for any of them.
    """

    def __init__(self, hooks: HookBus) -> None:
        self._hooks = hooks
        self._handler: Handler | None = None
        self._rows: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._missed = 0
        self._began = 0.0
        self._idle: asyncio.TimerHandle | None = None

    def take(self) -> dict[str, Any]:
        """What passed since the last look: `messages`, as inspect has them, and how many were `missed`."""
        if self._handler is None:
            self._open()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.close)
        rows, missed = list(self._rows), self._missed
        self._rows.clear()
        self._missed = 0
        return {"messages": rows, "missed": missed}

    def _open(self) -> None:
        here = Path()
        source = Source("inspect", here, here, here, Manifest(name="inspect"), "file", "python")
        # The last to be loaded is the first to be asked.
        owner = Generation(source, 1, 1 << 30, {})
        self._began = time.monotonic()
        self._handler = self._hooks.add_python(owner, "packet.any", self._passed, first=True)
        self._handler.put_back()

    def close(self) -> None:
        """Leaves the bridge alone. Idempotent."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._handler is not None:
            self._handler.close()
            self._handler = None
        self._rows.clear()

    def _passed(self, packet: dict[str, Any]) -> None:
        if len(self._rows) == KEPT:
            self._missed += 1
        unread = packet["name"] == UNPARSED or "fields" not in packet
        data = bytes((packet["opcode"],)) + packet["data"]
        row = {
            "time_ms": round((time.monotonic() - self._began) * 1000, 1),
            "connection": packet["session"],
            "from": packet["side"],
            "start": 0,
            "end": len(data),
            "opcode": packet["opcode"],
            "name": UNPARSED if unread else packet["name"],
            "fields": {"data": data.hex()} if unread else without_secrets(plain(packet["fields"])),
            "raw": data.hex(),
        }
        self._rows.append(row)


def follow(socket: Path, wanted: Filter, *, raw: bool) -> Iterator[dict[str, Any]]:
    """Rows of messages as they pass the bridge of a running host, until the host ends.

    Raises:
        ControlError: no host runs, or it ends.
    """
    while True:
        told = control.request(socket, "packets.take")
        if told["missed"]:
            yield {"missed": told["missed"]}
        for row in told["messages"]:
            if wanted.fits(row["from"], row["opcode"], row["name"]):
                if not raw:
                    del row["raw"]
                yield row
        time.sleep(ASK_SECONDS)
