"""Publish and subscribe inside one host.

A subject is words joined by dots (`chat.say`). In a pattern `*` stands for one word and a last `>` for one or more
words, as in NATS. Delivery is in order of publishing, soon but never inside `publish`: who listens is looked up
when a message is delivered, so a message that was published before a reload reaches the new generation.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from time import monotonic

from tibicen.errors import QuotaError, TibicenError
from tibicen.vm.marshal import Plain, pack, unpack

Deliver = Callable[[str, Plain], None]
"""Hands one message to a subscriber. What it raises reaches the loop's exception handler, and nobody else."""

QUEUE_LIMIT = 100_000
"""Messages that may wait; a publisher that gets further ahead is refused, so a storm can't eat the host's memory."""

QUEUE_BYTES = 128 << 20
"""Bytes of messages that may wait, for the same reason."""

TURN_SECONDS = 0.002
"""How long messages are delivered before the event loop gets a turn; one at least."""

LONGEST = 512
"""Characters of a subject or pattern."""

_SUBJECT = re.compile(r"[^\s.*>]+(\.[^\s.*>]+)*")
_PATTERN = re.compile(r"(\*|[^\s.*>]+)(\.(\*|[^\s.*>]+))*(\.>)?|>")


class Subscription:
    """An entry of a ledger: in effect it receives messages."""

    kind = "subscription"

    def __init__(self, bus: SubjectBus, pattern: str, deliver: Deliver) -> None:
        if len(pattern) > LONGEST or not _PATTERN.fullmatch(pattern):
            raise TibicenError(
                f"{pattern[:LONGEST]!r} is no pattern of subjects; write words joined by dots, `*` or a last `>`, "
                f"{LONGEST} characters at most"
            )
        self.label = pattern
        self.deliver = deliver
        self._bus = bus
        self._matcher = re.compile(_to_regex(pattern))

    def matches(self, subject: str) -> bool:
        return self._matcher.fullmatch(subject) is not None

    def put_back(self) -> None:
        self._bus.add(self)

    def lift(self) -> None:
        self._bus.remove(self)

    def close(self) -> None:
        self._bus.remove(self)


class Outgoing:
    """A message that a generation published while it was loaded; an entry of its ledger.

    It goes out when the generation goes live, and never when it is refused.
    """

    kind = "message"

    def __init__(self, bus: SubjectBus, subject: str, data: Plain) -> None:
        check_subject(subject)
        self.label = subject
        self._bus = bus
        self._waiting: tuple[str, bytes] | None = (subject, pack(data))

    def put_back(self) -> None:
        if self._waiting is not None:
            self._bus.enqueue(*self._waiting)
            self._waiting = None

    def lift(self) -> None:
        pass

    def close(self) -> None:
        self._waiting = None


def check_subject(subject: str) -> None:
    """Raises TibicenError for what is no subject."""
    if len(subject) > LONGEST or not _SUBJECT.fullmatch(subject):
        raise TibicenError(
            f"{subject[:LONGEST]!r} is no subject; write words joined by dots, without spaces or wildcards, "
            f"{LONGEST} characters at most"
        )


def _to_regex(pattern: str) -> str:
    words = [r"[^.]+" if word == "*" else r".+" if word == ">" else re.escape(word) for word in pattern.split(".")]
    return r"\.".join(words)


class SubjectBus:
    """All subscriptions of a host, and the messages under way."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._subscriptions: dict[Subscription, None] = {}
        self._matches: dict[str, tuple[Subscription, ...]] = {}
        self._queue: deque[tuple[str, bytes]] = deque()
        self._queued_bytes = 0
        self._scheduled = False
        self.delivered = 0

    @property
    def waiting(self) -> int:
        """How many messages are under way."""
        return len(self._queue)

    def add(self, subscription: Subscription) -> None:
        self._subscriptions[subscription] = None
        self._matches.clear()

    def remove(self, subscription: Subscription) -> None:
        if self._subscriptions.pop(subscription, 0) is None:
            self._matches.clear()

    def publish(self, subject: str, data: Plain) -> None:
        """Sends plain data to whoever listens.

        Raises:
            TibicenError: no subject. MarshalError: not plain data. QuotaError: too many messages wait already.
        """
        check_subject(subject)
        self.enqueue(subject, pack(data))

    def enqueue(self, subject: str, packed: bytes) -> None:
        """`publish` for data that is packed already."""
        if len(self._queue) >= QUEUE_LIMIT:
            raise QuotaError(f"{QUEUE_LIMIT} messages wait already; {subject} was not published")
        if self._queued_bytes + len(packed) > QUEUE_BYTES:
            raise QuotaError(f"messages of {QUEUE_BYTES >> 20} MB wait already; {subject} was not published")
        self._queue.append((subject, packed))
        self._queued_bytes += len(packed)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._deliver)

    def listeners(self, subject: str) -> tuple[Subscription, ...]:
        """Who receives `subject` now, in order of subscription."""
        found = self._matches.get(subject)
        if found is None:
            if len(self._matches) > 10_000:
                self._matches.clear()
            found = tuple(each for each in self._subscriptions if each.matches(subject))
            self._matches[subject] = found
        return found

    def _deliver(self) -> None:
        self._scheduled = False
        until = monotonic() + TURN_SECONDS
        # What is published meanwhile waits for the next turn.
        for _ in range(len(self._queue)):
            subject, packed = self._queue.popleft()
            self._queued_bytes -= len(packed)
            for subscription in self.listeners(subject):
                # One that was heard before may have taken another's subscription back.
                if subscription in self._subscriptions:
                    self._hand_over(subscription, subject, packed)
            self.delivered += 1
            if monotonic() > until:
                break
        if self._queue and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._deliver)

    def _hand_over(self, subscription: Subscription, subject: str, packed: bytes) -> None:
        try:
            # Each gets a copy: plugins share nothing that one of them could change.
            subscription.deliver(subject, unpack(packed))
        except Exception as error:
            message = f"a subscriber of {subscription.label} failed at {subject}"
            self._loop.call_exception_handler({"message": message, "exception": error})
