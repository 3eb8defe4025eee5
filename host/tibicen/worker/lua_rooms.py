"""A Lua state inside a worker: the same as in the host, but its plugin's calls of the host go over the wire unread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tibicen.vm.lua_state import LuaState
from tibicen.vm.marshal import Plain

AskHost = Callable[[bytes, bytes], tuple[int, bytes, int]]
"""Asks the host: operation, packed arguments → -1 for an error or else 0, the packed result or the error's text,
nanoseconds to extend the deadline by."""


class LuaRoom(LuaState):
    """The Lua state of one isolated plugin."""

    def __init__(self, ask: AskHost, *, memory_bytes: int, budget_ns: int, realm: str) -> None:
        self._ask = ask
        super().__init__(memory_bytes=memory_bytes, budget_ns=budget_ns, realm=realm)

    def raw(self, length: int) -> bytes:
        """A packed answer as it lies in the outbox; must come before the next crossing."""
        return bytes(self._outbox.view[:length])

    def _answer_host(self, room: int, operation: bytes, length: int) -> Any:
        try:
            if room == 0:
                return self._grow(length)
            failed, result, lent_ns = self._ask(operation, self.raw(length))
            if lent_ns:
                self.lend_time(lent_ns)
            if failed:
                return -2 - self._put(result[:4096])
            return self._put(result) if result else -1
        except Exception as error:
            return -2 - self._put((str(error) or type(error).__name__).encode("utf-8", "replace")[:4096])

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        """The host has the plugin's room; this side only carries bytes."""
        raise NotImplementedError("calls of the host leave the worker unread")
