"""What a plugin in a VM may ask of the host: the other half of `lua/prelude/api_*.lua`.

Everything that is registered here is held by the generation's ledger. The VM may be in this process or in another.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, TypeVar

import msgspec

from tibicen.bus.subjects import Subscription
from tibicen.errors import BudgetError, QuotaError, TibicenError
from tibicen.lifecycle.figures import Series, timed
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.ledger import Entry
from tibicen.realms import exports, faults, lua_source
from tibicen.realms.allowance import allowance_of
from tibicen.realms.publishing import publish
from tibicen.realms.services import Services
from tibicen.realms.timers import Timer
from tibicen.vm.contract import VM
from tibicen.vm.marshal import Plain, pack, unpack

T = TypeVar("T")


class HostOperations:
    """Serves one generation's calls of the host (`VmOptions.host`); its VM is bound once it is made."""

    def __init__(self, generation: Generation, services: Services) -> None:
        self.generation = generation
        self.services = services
        self._bound: VM | None = None
        source = generation.source
        self._kv = services.kv.namespace(source.name, source.manifest.budget.kv_mb << 20)
        self._may = allowance_of(generation, services)
        self._handles: dict[int, tuple[Entry, int]] = {}
        self._next_handle = 0

    @property
    def vm(self) -> VM:
        assert self._bound is not None, "a VM asks nothing before its realm is mounted"
        return self._bound

    def bind(self, vm: VM) -> None:
        """Says in which VM the plugin's callbacks are."""
        self._bound = vm

    def close(self) -> None:
        """Lets go of the VM and of what the plugin has numbers for; the ledger is closed by its own walk."""
        self._handles.clear()
        self._bound = None

    def serve(self, operation: str, arguments: list[Plain]) -> Plain:
        served = OPERATIONS.get(operation)
        if served is None:
            raise TibicenError(f"{operation} is no operation of this host")
        # A Lua string that is not UTF-8 comes as bytes, and is nobody's name.
        if operation in NAMED and not isinstance(arguments[0], str):
            raise TibicenError(f"{operation}: {NAMED[operation]} must be text in UTF-8, not {arguments[0]!r}")
        return served(self, *arguments)

    def _hold(self, entry: Entry, callback: int) -> int:
        """Takes an entry into the ledger and gives the plugin a number for it."""
        self.generation.ledger.hold(entry)
        return self._number(entry, callback)

    def _number(self, entry: Entry, callback: int) -> int:
        self._next_handle += 1
        self._handles[self._next_handle] = (entry, callback)
        return self._next_handle

    def _release(self, handle: int) -> None:
        entry, callback = self._handles.pop(handle, (None, 0))
        if entry is not None:
            self.generation.ledger.release(entry)
            self.vm.forget(callback)

    def _hooks_on(self, name: str, callback: int, first: Plain = None, last: Plain = None) -> int:
        self._may.answer(name)
        handler = self.services.hooks.add_lua(
            self.generation, self.vm, name, callback, first=bool(first), last=bool(last)
        )
        return self._number(handler, callback)

    def _callback(self, series: Series, callback: int, *arguments: Plain) -> None:
        faults.run(self.services.plugins, self.generation, series, lambda: self.vm.call(callback, *arguments))

    def _timers_start(self, ms: float, callback: int, repeats: bool) -> int:
        def fire() -> None:
            if not repeats:
                self._handles.pop(number, None)
            self._callback(series, callback)

        self._may.add("timer")
        timer = Timer(self.services.loop, self.generation.ledger, ms, repeats, fire)
        series = self.generation.figures.series(timer.kind, timer.label)
        number = self._hold(timer, callback)
        return number

    def _log(self, level: str, text: str | bytes) -> None:
        shown = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
        self._may.log(level, shown, {})

    def _exports_add(self, name: str, callback: int) -> int:
        self._may.add("export")
        series = self.generation.figures.series("export", name)

        def called(*arguments: Plain) -> Plain:
            try:
                return timed(series, lambda: self.vm.call(callback, *arguments))
            except BudgetError as error:
                # Time and memory are this plugin's own. What comes of a caller's nonsense is the caller's failure.
                self.services.plugins.strike(self.generation, faults.kind_of(error), error)
                raise

        return self._hold(exports.Export(name, called), callback)

    def _imports_has(self, plugin: str, name: str | None = None) -> bool:
        plugins = self.services.plugins
        if name is None:
            return exports.provider(self.generation, plugins, plugin) is not None
        return exports.find(self.generation, plugins, plugin, name) is not None

    def _imports_call(self, plugin: str, name: str, *arguments: Plain) -> Plain:
        self._may.call(plugin, name, arguments)
        started = perf_counter_ns()
        try:
            return exports.call(self.generation, self.services.plugins, plugin, name, list(arguments))
        finally:
            # The other plugin has a budget of its own; its time is not taken from the caller's.
            self.vm.lend_time(perf_counter_ns() - started)

    def _kv_get(self, key: str) -> Plain:
        packed = self._kv.get(key)
        return None if packed is None else unpack(packed)

    def _kv_set(self, key: str, value: Plain = None) -> None:
        if value is None:
            self._kv.delete(key)
        else:
            packed = pack(value)
            self._may.size(f"kv.set: a value under {key!r}", len(packed))
            self._store(lambda: self._kv.set(key, packed))

    def _kv_delete(self, key: str) -> bool:
        return self._kv.delete(key)

    def _kv_keys(self, prefix: str) -> list[str]:
        return self._kv.keys(prefix)

    def _kv_increment(self, key: str, by: float) -> float:
        return self._store(lambda: self._kv.increment(key, by))

    def _store(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except QuotaError as error:
            raise self._may.over("kv_mb", str(error)) from None

    def _bus_publish(self, subject: str, data: Plain = None) -> None:
        publish(self.generation, self.services, self._may, subject, data)

    def _bus_subscribe(self, pattern: str, callback: int) -> int:
        def deliver(subject: str, data: Plain) -> None:
            self._callback(series, callback, subject, data)

        subscription = Subscription(self.services.subjects, pattern, deliver)
        self._may.subscribe(pattern)
        series = self.generation.figures.series("subscription", pattern)
        return self._hold(subscription, callback)

    def _json_encode(self, value: Plain = None) -> str:
        # Not by msgspec: it would make null of NaN and Base64 of a string that is not UTF-8, without a word.
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            hint = "; strings have to be UTF-8" if "bytes" in str(error) else ""
            raise TibicenError(f"json.encode: {error}{hint}") from None

    def _json_decode(self, text: str) -> Plain:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise TibicenError(f"json.decode: {error}") from None

    def _plugin_later(self, action: str) -> None:
        self.services.plugins.later(action, self.generation)

    def _files_require(self, name: str) -> Plain:
        source = self.generation.source
        if source.kind != "folder":
            raise TibicenError(f"require({name!r}): a single-file plugin has no other files; make it a folder")
        words = name.split(".")
        if not all(words) or any("/" in word or "\\" in word or "\0" in word for word in words):
            raise TibicenError(f"require({name!r}): write the path inside the plugin's folder with dots: lib.util")
        folder = source.folder.resolve()
        tried = ["/".join(words) + ".lua", "/".join(words) + "/init.lua"]
        for inside in tried:
            path = (folder / inside).resolve()
            if path.is_file() and path.is_relative_to(folder):
                chunk = f"{source.root.name}/{inside}"
                text = path.read_bytes()
                if problem := lua_source.problem_of(text):
                    raise TibicenError(f"require({name!r}): {chunk}: {problem}")
                self.vm.know_chunk(chunk)
                return {"chunk": chunk, "source": lua_source.without_mark(text)}
        raise TibicenError(f"require({name!r}): no {' and no '.join(tried)} in {source.root.name}")


OPERATIONS: dict[str, Callable[..., Any]] = {
    "release": HostOperations._release,
    "hooks.on": HostOperations._hooks_on,
    "timers.start": HostOperations._timers_start,
    "log": HostOperations._log,
    "exports.add": HostOperations._exports_add,
    "imports.has": HostOperations._imports_has,
    "imports.call": HostOperations._imports_call,
    "kv.get": HostOperations._kv_get,
    "kv.set": HostOperations._kv_set,
    "kv.delete": HostOperations._kv_delete,
    "kv.keys": HostOperations._kv_keys,
    "kv.increment": HostOperations._kv_increment,
    "bus.publish": HostOperations._bus_publish,
    "bus.subscribe": HostOperations._bus_subscribe,
    "json.encode": HostOperations._json_encode,
    "json.decode": HostOperations._json_decode,
    "plugin.later": HostOperations._plugin_later,
    "files.require": HostOperations._files_require,
}
"""Every operation that `lua/prelude/api_*.lua` may ask for."""

NAMED = {
    "hooks.on": "a hook's name",
    "exports.add": "an export's name",
    "kv.get": "a key",
    "kv.set": "a key",
    "kv.delete": "a key",
    "kv.keys": "a prefix",
    "kv.increment": "a key",
    "bus.publish": "a subject",
    "bus.subscribe": "a pattern",
    "files.require": "a file's name",
}
"""Operations whose first argument is text, and what it is."""
