"""Who hears of a server's connections, by hooks and subjects: plugins of the host that it runs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tibicen.bus.hooks import HookBus
from tibicen.bus.subjects import SubjectBus
from tibicen.bus.world import WorldFeed


def _failed(handler: object, error: BaseException) -> None:
    raise error


_NOBODY = HookBus(_failed)


@dataclass(frozen=True, slots=True)
class Audience:
    """Nobody, unless told.

    Attributes:
        source: what records call the server: the name of its plugin.
    """

    source: str = "server"
    hooks: HookBus = field(default=_NOBODY)
    subjects: SubjectBus | None = None

    def feed(self) -> WorldFeed:
        """Tells of what happens in the world."""
        return WorldFeed(self.source, self.hooks, self.subjects)

    def tell(self, name: str, session: dict[str, Any]) -> None:
        """Tells of a session: server.opened, server.closed."""
        if hook := self.hooks[name]:
            hook({"source": self.source, **session})
