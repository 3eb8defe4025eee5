"""What one peer, and one address, may ask of a bridge before it is closed."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

REMEMBERED_ADDRESSES = 10_000

# The servers' own throttle of an address: more than so many connections, each within the spacing of the one before and
# the last two closer than the burst, block it; every try in that time makes it longer. Seconds.
BURST_CONNECTIONS = 5
SPACING = 5.0
BURST = 0.5
BLOCKED = 3.0
LONGER = 0.25


@dataclass(frozen=True, slots=True)
class BridgeLimits:
    """Bytes, seconds and numbers.

    The defaults are the stricter of what TFS and Canary have, so that a bridge never passes on what closes a session
    there. `client_frame` is Canary's; TFS takes up to 24573.

    Attributes:
        client_frame, server_frame: the longest frame with its length, from either side.
        packets_per_second: frames of one client, averaged as the servers do.
        first_frame_seconds: from connecting to the whole login frame.
        idle_seconds: without a byte from a peer.
        stuck_seconds: for which a peer may take nothing of what waits for it.
        waiting_bytes: that wait for one peer before reading from the other one stops.
        connections, connections_per_address: at once.
        throttle: whether an address that connects too fast is refused for a while; loopback never is.
    """

    client_frame: int = 24_573
    server_frame: int = 65_535 + 6
    packets_per_second: int = 25
    first_frame_seconds: float = 10.0
    idle_seconds: float = 30.0
    stuck_seconds: float = 30.0
    waiting_bytes: int = 256 * 1024
    connections: int = 4096
    connections_per_address: int = 64
    throttle: bool = True


class PacketRate:
    """The servers' rule for one client: n frames in t whole seconds, and n / t must not be above the limit.

    So the limit itself in the first second, twice that and one by the second; the count starts anew after two.
    """

    __slots__ = ("_clock", "_count", "_limit", "_since")

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._count = 0
        self._since = clock()

    def take(self, frames: int) -> bool:
        """Counts frames; whether the client is still within its rate. A limit of 0 is none."""
        if not self._limit or not frames:
            return True
        self._count += frames
        elapsed = max(1, int(self._clock() - self._since) + 1)
        within = self._count // elapsed <= self._limit
        if elapsed > 2:
            self._since, self._count = self._clock(), 0
        return within


class Doorkeeper:
    """Who is let in: connections at once, of all and of an address, and how fast an address connects.

    Attributes:
        counts: refusals: full, crowded, throttled.
    """

    def __init__(self, limits: BridgeLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._inside: Counter[str] = Counter()
        self._seen: OrderedDict[str, tuple[float, int, float]] = OrderedDict()

    def admit(self, address: str) -> str:
        """Why a connection is refused; empty when it is let in, and then `leave` has to be called once."""
        reason = self._refusal(address)
        if reason:
            self.counts[reason] += 1
        else:
            self._inside[address] += 1
        return reason

    def leave(self, address: str) -> None:
        self._inside[address] -= 1
        if self._inside[address] <= 0:
            del self._inside[address]

    @property
    def inside(self) -> int:
        return self._inside.total()

    def _refusal(self, address: str) -> str:
        if self.inside >= self.limits.connections:
            return "full"
        if self._inside[address] >= self.limits.connections_per_address:
            return "crowded"
        if not self.limits.throttle or address in ("127.0.0.1", "::1", ""):
            return ""
        now = self._clock()
        last, run, blocked = self._seen.get(address, (0.0, 0, 0.0))
        refused = now < blocked
        if refused:
            blocked += LONGER
        else:
            run = run + 1 if now - last <= SPACING else 1
            if run > BURST_CONNECTIONS and now - last <= BURST:
                blocked, refused = now + BLOCKED, True
        self._seen[address] = (now, run, blocked)
        self._seen.move_to_end(address)
        if len(self._seen) > REMEMBERED_ADDRESSES:
            self._seen.popitem(last=False)
        return "throttled" if refused else ""
