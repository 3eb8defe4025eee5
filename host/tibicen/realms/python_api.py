"""`Plugin`: the host as a Python plugin sees it. Everything registered here is in the generation's ledger."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tibicen.bus.subjects import Subscription
from tibicen.errors import PLUGIN_FAILURES, QuotaError
from tibicen.lifecycle.figures import Series, timed
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.ledger import Entry
from tibicen.realms import exports, faults
from tibicen.realms.allowance import Unchecked, allowance_of
from tibicen.realms.publishing import publish
from tibicen.realms.services import Services
from tibicen.realms.steps import MeasuredSteps
from tibicen.realms.timers import Timer
from tibicen.vm.marshal import Plain, pack, unpack


class Registration:
    """Something that was registered; `cancel()` takes it back before the plugin is unloaded."""

    def __init__(self, generation: Generation, entry: Entry) -> None:
        self._generation = generation
        self._entry = entry

    def cancel(self) -> None:
        self._generation.ledger.release(self._entry)


class TaskEntry:
    """A task of the plugin; an entry of its ledger. Cancelled when the generation is taken out of service."""

    kind = "task"

    def __init__(self, loop: asyncio.AbstractEventLoop, make: Callable[[], asyncio.Task[Any]], label: str) -> None:
        self.label = label
        self._make = make
        self.task: asyncio.Task[Any] | None = None

    def put_back(self) -> None:
        if self.task is None:
            self.task = self._make()

    def lift(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def close(self) -> None:
        self.lift()


class Log:
    """The plugin's log: `log.info("text", key=value)`."""

    def __init__(self, may: Unchecked) -> None:
        self._may = may

    def debug(self, text: str, **fields: Plain) -> None:
        self._may.log("debug", text, fields)

    def info(self, text: str, **fields: Plain) -> None:
        self._may.log("info", text, fields)

    def warn(self, text: str, **fields: Plain) -> None:
        self._may.log("warn", text, fields)

    def error(self, text: str, **fields: Plain) -> None:
        self._may.log("error", text, fields)


class Store:
    """The plugin's own keys: plain data that outlives reloads and restarts."""

    def __init__(self, services: Services, plugin: str, quota: int, may: Unchecked) -> None:
        self._namespace = services.kv.namespace(plugin, quota)
        self._may = may

    def get(self, key: str, default: Plain = None) -> Plain:
        packed = self._namespace.get(key)
        return default if packed is None else unpack(packed)

    def set(self, key: str, value: Plain) -> None:
        packed = pack(value)
        self._may.size(f"kv.set: a value under {key!r}", len(packed))
        try:
            self._namespace.set(key, packed)
        except QuotaError as error:
            raise self._may.over("kv_mb", str(error)) from None

    def delete(self, key: str) -> bool:
        return self._namespace.delete(key)

    def keys(self, prefix: str = "") -> list[str]:
        return self._namespace.keys(prefix)

    def increment(self, key: str, by: float = 1) -> float:
        try:
            return self._namespace.increment(key, by)
        except QuotaError as error:
            raise self._may.over("kv_mb", str(error)) from None


class Imports:
    """`plugin.imports.greeter.greet("Eve")`: exports of other plugins, in whichever language."""

    def __init__(self, generation: Generation, services: Services, may: Unchecked) -> None:
        self._generation = generation
        self._services = services
        self._may = may

    def __getattr__(self, plugin: str) -> ImportedPlugin:
        return ImportedPlugin(self._generation, self._services, plugin, self._may)

    def __contains__(self, plugin: str) -> bool:
        return exports.provider(self._generation, self._services.plugins, plugin) is not None

    def __getitem__(self, plugin: str) -> ImportedPlugin:
        return ImportedPlugin(self._generation, self._services, plugin, self._may)


class ImportedPlugin:
    """Another plugin's exports. Looked up at each call: a reload of the other is never noticed."""

    def __init__(self, generation: Generation, services: Services, plugin: str, may: Unchecked) -> None:
        self._generation = generation
        self._services = services
        self._plugin = plugin
        self._may = may

    def __getattr__(self, name: str) -> Callable[..., Plain]:
        def call(*arguments: Plain) -> Plain:
            self._may.call(self._plugin, name, arguments)
            return exports.call(self._generation, self._services.plugins, self._plugin, name, list(arguments))

        return call

    def __contains__(self, name: str) -> bool:
        return exports.find(self._generation, self._services.plugins, self._plugin, name) is not None


class Plugin:
    """The host as one generation of a Python plugin sees it.

    Attributes:
        name, version, generation: what this is.
        folder: where its files are.
        log, kv, imports: see their classes.
    """

    def __init__(self, generation: Generation, services: Services, settings: dict[str, Plain]) -> None:
        source = generation.source
        self.name = source.name
        self.version = source.manifest.version
        self.generation = generation.number
        self.folder: Path = source.folder
        self._may = may = allowance_of(generation, services)
        self.log = Log(may)
        self.kv = Store(services, source.name, source.manifest.budget.kv_mb << 20, may)
        self.imports = Imports(generation, services, may)
        self._generation = generation
        self._services = services
        self._settings = settings

    @property
    def settings(self) -> Mapping[str, Plain]:
        """What the owner set, or the manifest's defaults; changes while the plugin runs."""
        return MappingProxyType(self._settings)

    # -- registering ------------------------------------------------------------------------------------

    def on(self, hook: str, function: Callable[..., Any], *, first: bool = False, last: bool = False) -> Registration:
        """Answers a hook by its dotted name, like `@hookimpl` does by the function's name."""
        self._may.answer(hook)
        handler = self._services.hooks.add_python(self._generation, hook, function, first=first, last=last)
        return Registration(self._generation, handler)

    def every(self, ms: float, function: Callable[[], Any]) -> Registration:
        """Calls a function (or coroutine function) every `ms` milliseconds, for the first time after `ms`."""
        return self._timer(ms, function, repeats=True)

    def after(self, ms: float, function: Callable[[], Any]) -> Registration:
        """Calls a function (or coroutine function) once, after `ms` milliseconds."""
        return self._timer(ms, function, repeats=False)

    def _timer(self, ms: float, function: Callable[[], Any], *, repeats: bool) -> Registration:
        self._may.add("timer")
        timer = Timer(self._services.loop, self._generation.ledger, ms, repeats, lambda: self._run(series, function))
        series = self._generation.figures.series(timer.kind, timer.label)
        return self._hold(timer)

    def subscribe(self, pattern: str, function: Callable[[str, Plain], Any]) -> Registration:
        """Receives messages: `function(subject, data)`."""
        subscription = Subscription(
            self._services.subjects, pattern, lambda subject, data: self._run(series, function, subject, data)
        )
        self._may.subscribe(pattern)
        series = self._generation.figures.series("subscription", pattern)
        return self._hold(subscription)

    def publish(self, subject: str, data: Plain = None) -> None:
        """Sends plain data to whoever listens. While the plugin is being loaded, it goes out once it is live."""
        publish(self._generation, self._services, self._may, subject, data, "publish")

    def export(self, function: Callable[..., Plain], name: str = "") -> Callable[..., Plain]:
        """Offers a function to other plugins; also as a decorator. Arguments and result are plain data."""

        self._may.add("export")
        series = self._generation.figures.series("export", name or function.__name__)

        def called(*arguments: Plain) -> Plain:
            # Through the same border as Lua: nobody gets hold of another plugin's objects.
            try:
                return timed(series, lambda: unpack(pack(function(*unpack(pack(arguments))))))
            except PLUGIN_FAILURES as error:
                # No strike: what comes of a caller's nonsense is the caller's failure.
                raise self._located(error) from None

        self._hold(exports.Export(name or function.__name__, called))
        return function

    def spawn(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Registration:
        """Runs a coroutine function as a task while the plugin is live; it is cancelled at reload and unload."""
        self._may.add("task")
        label = getattr(work, "__name__", "task")
        loop = self._services.loop

        def make() -> asyncio.Task[Any]:
            coroutine = work()
            task = loop.create_task(self._watch_task(coroutine), name=f"{self.name}: {label}")

            def ended(_: asyncio.Task[Any]) -> None:
                # A task that is cancelled before its first step has never awaited its coroutine.
                coroutine.close()
                self._generation.ledger.release(entry)

            task.add_done_callback(ended)
            return task

        entry = TaskEntry(loop, make, label)
        return self._hold(entry)

    def _hold(self, entry: Entry) -> Registration:
        self._generation.ledger.hold(entry)
        return Registration(self._generation, entry)

    # -- running ----------------------------------------------------------------------------------------

    def _run(self, series: Series, function: Callable[..., Any], *arguments: Any) -> None:
        def work() -> None:
            result = None
            try:
                result = function(*arguments)
                if inspect.iscoroutine(result):
                    self.spawn(lambda: result)
            except PLUGIN_FAILURES as error:
                if inspect.iscoroutine(result):
                    result.close()
                raise self._located(error) from None

        faults.run(self._services.plugins, self._generation, series, work)

    async def _watch_task(self, work: Coroutine[Any, Any, Any]) -> None:
        series = self._generation.figures.series("task", getattr(work, "__name__", "task"))
        try:
            await MeasuredSteps(work, series)
        except PLUGIN_FAILURES as error:
            series.errors += 1
            located = self._located(error)
            self._services.plugins.strike(self._generation, faults.kind_of(located), located)

    def _located(self, error: BaseException) -> Exception:
        return faults.locate_python(self._generation, error)

    # -- itself -----------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Reloads this plugin once the code that asks for it has returned."""
        self._services.plugins.later("reload", self._generation)

    def unload(self) -> None:
        """Unloads this plugin once the code that asks for it has returned."""
        self._services.plugins.later("unload", self._generation)
