"""The host as a Python plugin in a worker sees it: the same `Plugin` as in the host, over the host's operations.

What `realms.python_api.Plugin` registers, it hands to the ledger of its generation. Here that ledger tells the host,
whose own ledger holds it under a number; the plugin's functions stay here under a number of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from tibicen.bus.hooks import Handler, HookBus
from tibicen.bus.subjects import Subscription
from tibicen.errors import PluginError, TibicenError
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.ledger import Entry, Ledger
from tibicen.realms.exports import Export
from tibicen.realms.python_api import ImportedPlugin, Imports, Plugin
from tibicen.realms.services import Services
from tibicen.realms.timers import Timer
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.worker.lua_rooms import AskHost

MOST_EVENTS = 100
"""How many events of one wrapper may be under way, one inside the other."""


class Desk:
    """Asks the host for an operation (`realms.operations`)."""

    def __init__(self, ask: AskHost) -> None:
        self._ask = ask

    def __call__(self, operation: str, *arguments: Plain) -> Plain:
        failed, result, _ = self._ask(operation.encode(), pack(arguments))
        if failed:
            raise TibicenError(result.decode("utf-8", "replace"))
        return unpack(result) if result else None


class Halves:
    """A wrapper of a hook, called twice for each event: for what comes before its `yield`, and for what comes after.

    The host's side (`realms.isolated_python`) is a wrapper, too, which stands in the hook's chain.
    """

    def __init__(self, function: Callable[..., Generator[None, Plain, Plain]]) -> None:
        self._function = function
        self._open: dict[int, Generator[None, Plain, Plain]] = {}
        self._last = 0

    def __call__(self, number: int, *arguments: Plain) -> Plain:
        """`number` 0 begins an event, and answers with that of the event; called with it and the result, it ends."""
        if number == 0:
            return self._begin(arguments)
        generator = self._open.pop(number, None)
        if generator is None:
            raise TibicenError(f"no event {number} is under way in this wrapper")
        try:
            generator.send(*arguments)
        except StopIteration as end:
            return end.value
        generator.close()
        raise RuntimeError("a wrapper has to yield only once")

    def _begin(self, arguments: tuple[Plain, ...]) -> int:
        generator = self._function(*arguments)
        try:
            next(generator)
        except StopIteration:
            raise RuntimeError("a wrapper has to yield once") from None
        # What the host never came back to (its event ended with an error) is not kept for ever.
        while len(self._open) >= MOST_EVENTS:
            self._open.pop(next(iter(self._open))).close()
        self._last += 1
        self._open[self._last] = generator
        return self._last


class RemoteLedger(Ledger):
    """Tasks are held here; everything else by the host."""

    def __init__(
        self,
        owner: str,
        desk: Desk,
        keep: Callable[[Callable[..., Any]], int],
        forget: Callable[[int], None],
    ) -> None:
        super().__init__(owner)
        self._desk = desk
        self._keep = keep
        self._forget = forget
        self._numbers: dict[Entry, int] = {}

    def hold(self, entry: Entry) -> None:
        if isinstance(entry, Handler):
            self._numbers[entry] = self._handler(entry)
        elif isinstance(entry, Timer):
            self._numbers[entry] = self._timer(entry)
        elif isinstance(entry, Subscription):
            self._numbers[entry] = self._desk("bus.subscribe", entry.label, self._keep(entry.deliver))
        elif isinstance(entry, Export):
            self._numbers[entry] = self._desk("exports.add", entry.label, self._keep(entry.call))
        elif entry.kind == "message":
            # The host keeps it until the plugin is live.
            entry.put_back()
        else:
            super().hold(entry)

    def registered(self) -> list[Entry]:
        """What the host holds for the plugin, as it was registered here."""
        return list(self._numbers)

    def _handler(self, entry: Handler) -> int:
        function = entry.function
        assert function is not None
        number: int
        if entry.position == "wrapper":
            number = self._desk("hooks.wrap", entry.label, self._keep(Halves(function)))
        else:
            first, last = entry.position == "first", entry.position == "last"
            number = self._desk("hooks.on", entry.label, self._keep(function), first, last)
        return number

    def _timer(self, entry: Timer) -> int:
        def ring() -> None:
            if not entry.repeats:
                self._numbers.pop(entry, None)
                self._forget(callback)
            entry.fire()

        callback = self._keep(ring)
        number: int = self._desk("timers.start", entry.ms, callback, entry.repeats)
        return number

    def release(self, entry: Entry) -> bool:
        number = self._numbers.pop(entry, None)
        if number is None:
            return super().release(entry)
        self._desk("release", number)
        return True


class RemoteSubjects:
    """The part of `bus.subjects.SubjectBus` that a plugin publishes by."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def publish(self, subject: str, data: Plain) -> None:
        self._desk("bus.publish", subject, data)

    def enqueue(self, subject: str, packed: bytes) -> None:
        self._desk("bus.publish", subject, unpack(packed))


class RemoteStore:
    """The part of `state.kv.KeyValueStore` that a plugin's own keys are reached by; it is its own namespace."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def namespace(self, plugin: str, quota: int) -> RemoteStore:
        return self

    def get(self, key: str) -> bytes | None:
        value = self._desk("kv.get", key)
        return None if value is None else pack(value)

    def set(self, key: str, packed: bytes) -> None:
        self._desk("kv.set", key, unpack(packed))

    def delete(self, key: str) -> bool:
        return bool(self._desk("kv.delete", key))

    def keys(self, prefix: str) -> list[str]:
        found: list[str] = self._desk("kv.keys", prefix)
        return found

    def increment(self, key: str, by: float) -> float:
        total: float = self._desk("kv.increment", key, by)
        return total


class RemotePlugins:
    """See `realms.services.Plugins`. Strikes that a call ends with are the host's to count: it gets the error."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._calls = 0
        self._waiting: list[tuple[str, Exception]] = []

    def active(self, name: str) -> Generation | None:
        raise NotImplementedError("a worker has no other plugin's generation")

    def later(self, action: str, generation: Generation) -> None:
        self._desk("plugin.later", action)

    def strike(self, generation: Generation, kind: str, error: Exception) -> None:
        self._waiting.append((kind, error))
        if not self._calls:
            self.report(None)

    def crashed(self, generation: Generation, error: Exception) -> None:
        raise NotImplementedError("a process does not tell of its own end")

    def begin(self) -> None:
        """A call of the host begins."""
        self._calls += 1

    def end(self) -> None:
        self._calls -= 1

    def report(self, raised: BaseException | None) -> None:
        """Tells the host of what failed without reaching it; `raised` does reach it."""
        waiting, self._waiting = self._waiting, []
        for kind, error in waiting:
            if error is not raised and isinstance(error, PluginError):
                self._desk("plugin.strike", kind, error.message, error.file, error.line, error.traceback)


class RemoteImports(Imports):
    """Exports of other plugins, by the host."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __getattr__(self, plugin: str) -> RemoteImported:
        return RemoteImported(self._desk, plugin)

    def __contains__(self, plugin: str) -> bool:
        return bool(self._desk("imports.has", plugin))

    def __getitem__(self, plugin: str) -> RemoteImported:
        return RemoteImported(self._desk, plugin)


class RemoteImported(ImportedPlugin):
    """Another plugin's exports, by the host."""

    def __init__(self, desk: Desk, plugin: str) -> None:
        self._desk = desk
        self._plugin = plugin

    def __getattr__(self, name: str) -> Callable[..., Plain]:
        def call(*arguments: Plain) -> Plain:
            return self._desk("imports.call", self._plugin, name, *arguments)

        return call

    def __contains__(self, name: str) -> bool:
        return bool(self._desk("imports.has", self._plugin, name))


class RemotePlugin(Plugin):
    """The plugin's own view of the host."""

    def __init__(self, generation: Generation, services: Services, settings: dict[str, Plain], desk: Desk) -> None:
        super().__init__(generation, services, settings)
        self.imports = RemoteImports(desk)


def services(
    desk: Desk, folder: Path, loop: asyncio.AbstractEventLoop, hooks: HookBus, plugins: RemotePlugins
) -> Services:
    """The host's services as far as `Plugin` uses them."""

    def log(plugin: str, level: str, text: str, fields: Mapping[str, Plain]) -> None:
        desk("log", level, text, dict(fields))

    return Services(
        folder=folder,
        loop=loop,
        hooks=hooks,
        subjects=RemoteSubjects(desk),  # type: ignore[arg-type]
        kv=RemoteStore(desk),  # type: ignore[arg-type]
        plugins=plugins,
        shared=None,  # type: ignore[arg-type]
        workers=None,  # type: ignore[arg-type]
        log=log,
        settings_of=lambda plugin: {},
    )
