"""What happens in a world, told alike wherever it is known from: a hook, and a message on the subject of the same name.

The hooks `world.*`, `combat.*` and `trade.*` are described in hookspecs. Whoever knows of a world has a WorldFeed and
tells it: the bridge of what it sees on the wire, and a server of this host of what its clients see. Each event is a
record with `source` (`bridge`, or the name of the server's plugin) and `session`, the number of the session that it was
seen in.
"""

from __future__ import annotations

from typing import Any

from tibicen.bus.hooks import HookBus
from tibicen.bus.subjects import SubjectBus
from tibicen.errors import QuotaError

FAMILIES = ("world.", "combat.", "trade.")


class WorldFeed:
    """One source of events.

    Args:
        source: what `source` is in its events.
        hooks, subjects: where they are told; None: nowhere.

    Attributes:
        names: of all events.
        lost: messages that were not published, because too many wait.
    """

    def __init__(self, source: str, hooks: HookBus | None, subjects: SubjectBus | None = None) -> None:
        self._source = source
        self._hooks = hooks
        self._subjects = subjects
        self.lost = 0
        known = {} if hooks is None else hooks.hooks
        self.names = tuple(name for name in known if name.startswith(FAMILIES))

    @property
    def wanted(self) -> bool:
        """Whether anybody listens to anything; without it there is no need to find out what happens."""
        return any(map(self._is_wanted, self.names))

    @property
    def heard(self) -> tuple[str, ...]:
        """The events that anybody listens to."""
        return tuple(filter(self._is_wanted, self.names))

    def _is_wanted(self, name: str) -> bool:
        assert self._hooks is not None
        return bool(self._hooks[name]) or (self._subjects is not None and bool(self._subjects.listeners(name)))

    def tell(self, name: str, session: int, event: dict[str, Any]) -> None:
        """Tells of one event; nobody's answer counts.

        Raises:
            KeyError: there is no such hook.
        """
        if name not in self.names:
            raise KeyError(name)
        if not self._is_wanted(name):
            return
        assert self._hooks is not None
        record = {"source": self._source, "session": session, **event}
        hook = self._hooks[name]
        if hook:
            hook(record)
        if self._subjects is not None and self._subjects.listeners(name):
            try:
                self._subjects.publish(name, record)
            except QuotaError:
                self.lost += 1
