"""A connection with a character in the game."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tibicen.realms.canary.wire.game_port import GamePeer


@dataclass(frozen=True, slots=True)
class Session:
    """It lasts as long as the connection, and so longer than a server that is reloaded.

    Attributes:
        name: the character's.
        fields: what its account says of it.
        client: version, system, extended (whether it is told that extended messages are spoken), address.
    """

    peer: GamePeer
    name: str
    fields: dict[str, Any]
    client: dict[str, Any]

    @property
    def info(self) -> dict[str, Any]:
        """What plugins and figures see of it."""
        client = self.client
        known = {"version": client["version"], "system": client["system"], "ip": client["address"]}
        return {"id": self.peer.number, "character": self.name, **known}
