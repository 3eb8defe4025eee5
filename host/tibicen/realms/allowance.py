"""What one generation of a plugin may do: its permissions, and how much of everything its budget leaves it.

Both realms of plugins ask here before they do anything that reaches further or costs something. Patterns are taken
apart once a generation, and what was allowed once is remembered, because subjects are published again and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tibicen.errors import DeniedError, HandlerError, QuotaError
from tibicen.lifecycle import permissions
from tibicen.lifecycle.generation import Generation, Refusal
from tibicen.realms.services import Services
from tibicen.vm.marshal import Plain, pack

REMEMBERED = 1024
"""Subjects and exports that are remembered as allowed."""

BURST = 4
"""A plugin that was quiet may log so many seconds' worth of lines at once."""

LONGEST_LINE = 8192
MOST_FIELDS = 32


class Counted(NamedTuple):
    """Something that is counted by the ledger: the budget that limits it, and what it is called."""

    budget: str
    noun: str


COUNTED = {
    "hook": Counted("handlers", "hook handlers"),
    "timer": Counted("timers", "timers"),
    "subscription": Counted("subscriptions", "subscriptions"),
    "export": Counted("exports", "exports"),
    "task": Counted("tasks", "tasks under way"),
    "message": Counted("pending_requests", "messages that wait until it has loaded"),
}


class Rate:
    """So many of something a second, and `burst` at once after a pause."""

    __slots__ = ("_at", "_burst", "_clock", "_left", "_per_second")

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._left = burst
        self._at = clock()

    def take(self) -> bool:
        """Takes one; False when there is none."""
        if self._left < 1:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
            self._at = now
            if self._left < 1:
                return False
        self._left -= 1
        return True


class Unchecked:
    """For code in a worker process: there only tasks are counted, because the host checks what comes out of it."""

    def __init__(self, generation: Generation, services: Services) -> None:
        self._generation = generation
        self._services = services

    def answer(self, hook: str) -> None:
        """May it answer a hook, with one more handler?"""

    def add(self, kind: str) -> None:
        """May it have one more of what the ledger calls `kind`?"""
        if kind == "task":
            self._count(kind)

    def _count(self, kind: str) -> None:
        counted = COUNTED[kind]
        limit: int = getattr(self._generation.source.manifest.budget, counted.budget)
        if self._generation.ledger.count(kind) >= limit:
            raise self.over(
                counted.budget,
                f"it has {limit} {counted.noun} already, as many as it may; cancel some, "
                f"or raise budget.{counted.budget} in plugin.yaml",
            )

    def subscribe(self, pattern: str) -> None:
        """May it receive messages by this (valid) pattern, with one more subscription?"""

    def publish(self, subject: str) -> None:
        """May it publish on this (valid) subject now?"""

    def call(self, plugin: str, export: str, arguments: Sequence[Plain]) -> None:
        """May it call this export with these arguments?"""

    def size(self, what: str, length: int) -> None:
        """May a message or value be this large (bytes)?"""

    def over(self, budget: str, text: str, kind: str = "quota") -> QuotaError:
        """The error for something that goes beyond `budget`; see `Allowance.over`."""
        return QuotaError(text)

    def log(self, level: str, text: str, fields: Mapping[str, Plain]) -> None:
        """Writes a line of log, if it may."""
        self._services.log(self._generation.plugin, level, text, fields)


class Allowance(Unchecked):
    """For code in the host's own process, and for what comes out of a worker.

    Raises:
        DeniedError: there is no permission; the text names the one to ask for.
        QuotaError: the budget is used up. It counts as a strike, also when the plugin catches it.
    """

    def __init__(self, generation: Generation, services: Services, given: Sequence[str]) -> None:
        super().__init__(generation, services)
        manifest = generation.source.manifest
        self._name = generation.plugin
        self._budget = manifest.budget
        self._requires = frozenset(manifest.requires)
        held = [permissions.parse(text) for text in (*manifest.permissions, *given)]
        self._everything = any(each.name == permissions.EVERYTHING for each in held)
        self._held: dict[str, list[tuple[str, ...]]] = {}
        for each in held:
            self._held.setdefault(each.name, []).append(each.words)
        self._allowed: set[tuple[str, str]] = set()
        self._publishes = Rate(self._budget.publishes_per_second, self._budget.publishes_per_second)
        self._lines = Rate(self._budget.log_lines_per_second, self._budget.log_lines_per_second * BURST)
        self._dropped = 0
        self._settling = False

    # -- permissions ------------------------------------------------------------------------------------

    def answer(self, hook: str) -> None:
        self.add("hook")
        if self._services.hooks[hook].spec.kind != "notify":
            self._need("hooks.answer", hook, f"answering {hook}")

    def subscribe(self, pattern: str) -> None:
        self.add("subscription")
        if not self._is_own(pattern):
            self._need("bus.subscribe", pattern, f"subscribing to {pattern}")

    def publish(self, subject: str) -> None:
        if ("bus.publish", subject) not in self._allowed and not self._is_own(subject):
            self._need("bus.publish", subject, f"publishing on {subject}")
        if not self._publishes.take():
            limit = self._budget.publishes_per_second
            raise self.over(
                "publishes_per_second",
                f"it publishes more than {limit} messages a second; publish less often, "
                "or raise budget.publishes_per_second in plugin.yaml",
                "rate",
            )

    def call(self, plugin: str, export: str, arguments: Sequence[Plain]) -> None:
        if plugin not in self._requires and plugin != self._name:
            self._need("imports.call", f"{plugin}.{export}", f"calling {plugin}.{export} without requiring {plugin}")
        if arguments:
            self.size(f"imports.{plugin}.{export}: a call with arguments", len(pack(arguments)))

    def _is_own(self, subject: str) -> bool:
        first, dot, _ = subject.partition(".")
        return bool(dot) and first == self._name and first not in permissions.SHARED_SUBJECTS

    def _need(self, name: str, pattern: str, what: str) -> None:
        if self._everything or (name, pattern) in self._allowed:
            return
        wanted = permissions.words_of(permissions.VOCABULARY[name].takes, pattern)
        if any(permissions.words_cover(words, wanted) for words in self._held.get(name, ())):
            if len(self._allowed) >= REMEMBERED:
                self._allowed.clear()
            self._allowed.add((name, pattern))
            return
        permission = f"{name}:{pattern}"
        source = self._generation.source
        if source.kind == "file":
            comment = "#" if source.language == "python" else "--"
            place = f"the header of {source.entry.name} (first line: `{comment} permissions: {permission}`)"
        else:
            place = "plugin.yaml"
        raise DeniedError(f"{what} needs a permission; add `{permission}` to permissions in {place}")

    # -- budgets ----------------------------------------------------------------------------------------

    def add(self, kind: str) -> None:
        self._count(kind)

    def size(self, what: str, length: int) -> None:
        limit = self._budget.message_kb << 10
        if length > limit:
            raise self.over(
                "message_kb",
                f"{what} of {length} bytes is larger than the {limit} that it may have; make it smaller, "
                "or raise budget.message_kb in plugin.yaml",
            )

    def over(self, budget: str, text: str, kind: str = "quota") -> QuotaError:
        """The error for something that goes beyond `budget`, noted so that it becomes a strike of `kind`.

        If the plugin lets the error through, that strike says at which line; so it is counted only at the end of the
        event loop's turn, and only when the plugin has caught the error.
        """
        self._generation.over[budget] += 1
        self._generation.refusal = Refusal(kind, text)
        if not self._settling:
            self._settling = True
            self._services.loop.call_soon(self._settle)
        return QuotaError(text)

    def _settle(self) -> None:
        self._settling = False
        refusal = self._generation.refusal
        if refusal is not None:
            error = HandlerError(self._name, f"{refusal.text} (it caught this error itself)")
            self._services.plugins.strike(self._generation, refusal.kind, error)
            self._generation.refusal = None

    # -- the log ----------------------------------------------------------------------------------------

    def log(self, level: str, text: str, fields: Mapping[str, Plain]) -> None:
        if not self._lines.take():
            self._generation.over["log_lines_per_second"] += 1
            self._dropped += 1
            if self._dropped == 1:
                self._services.loop.call_later(1.0, self._tell_dropped)
            return
        self._services.log(self._name, level, _cut(text), _cut_fields(fields) if fields else fields)

    def _tell_dropped(self) -> None:
        dropped, self._dropped = self._dropped, 0
        text = (
            f"{dropped} lines of its log were dropped: it writes more than "
            f"{self._budget.log_lines_per_second} a second (budget.log_lines_per_second)"
        )
        self._services.log(self._name, "warn", text, {})


def _cut(text: str) -> str:
    if len(text) <= LONGEST_LINE:
        return text
    return f"{text[:LONGEST_LINE]}... ({len(text)} characters)"


def _cut_fields(fields: Mapping[str, Plain]) -> dict[str, Plain]:
    kept = list(fields.items())[:MOST_FIELDS]
    return {_cut(name): _cut(value) if isinstance(value, str) else value for name, value in kept}


def allowance_of(generation: Generation, services: Services) -> Unchecked:
    """What a generation may do, where its code runs."""
    if services.given is None:
        return Unchecked(generation, services)
    return Allowance(generation, services, services.given(generation.plugin))
