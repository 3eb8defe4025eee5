"""What a server on the wire can be told: ports, limits, names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from tibicen.protocol.rsa import PrivateKey, open_tibia_key
from tibicen.realms.canary.server import Dialect

VERSIONS: Final = (1098, 1100, 1310)
"""Versions whose clients are let in: what lua/canary/wire speaks, checked message by message against the decoders."""


LONGEST_FRAMES: Final = {"canary": 4096, "tfs": 24573}
"""INPUTMESSAGE_MAXSIZE of Canary; what TFS's connection.cpp lets through, NETWORKMESSAGE_MAXSIZE less 17."""


@dataclass(frozen=True, slots=True)
class WireLimits:
    """At least as strict as the real servers (protocol.md, sections 5 and 6).

    Attributes:
        frame: bytes of a frame behind its length field, at most; 0 for what the server itself takes, LONGEST_FRAMES.
        packets: frames a second, at most, averaged as the real servers do.
        login_seconds: how long a connection may take to log in.
        silence_seconds: how long nothing may come from a client that is in the game.
        unsent: bytes that wait for a client that does not read, at most.
        per_address: connections of one address at a time.
        connections: connections in all.
    """

    frame: int = 0
    packets: int = 25
    login_seconds: float = 10.0
    silence_seconds: float = 60.0
    unsent: int = 4 << 20
    per_address: int = 64
    connections: int = 2000


@dataclass(frozen=True, slots=True)
class WireOptions:
    """One server on the wire.

    Attributes:
        host: the interface to listen on.
        game_port, login_port, http_port: 0 for a free one. Clients from 12.81 on log in by the HTTP port, older ones by
            the login port; no HTTP port is opened for None.
        address: what clients are told to connect to for the game.
        name: the world's name, in the list of characters.
        motd: what the login window shows; the text that changes is shown again.
        tick_ms: how often the world's clock moves, and what changed is sent.
    """

    host: str = "127.0.0.1"
    game_port: int = 7172
    login_port: int = 7171
    http_port: int | None = None
    address: str = "127.0.0.1"
    name: str = "Tibicen"
    motd: str = "Welcome."
    tick_ms: int = 10
    limits: WireLimits = field(default_factory=WireLimits)
    key: PrivateKey = field(default_factory=open_tibia_key)

    def of(self, dialect: Dialect) -> WireOptions:
        """With the limits of that server where nothing else was told."""
        if self.limits.frame:
            return self
        return replace(self, limits=replace(self.limits, frame=LONGEST_FRAMES[dialect]))
