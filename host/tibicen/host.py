"""The composition root: the one file that knows every room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

import tibicen
from tibicen.bus.hooks import Handler, HookBus
from tibicen.bus.subjects import SubjectBus
from tibicen.config import HostConfig, PluginConfig, load_config
from tibicen.errors import ConfigError, PluginError, TibicenError
from tibicen.lifecycle.generation import Generation, Runtime
from tibicen.lifecycle.intake import Intake
from tibicen.lifecycle.manager import Manager, ManagerOptions
from tibicen.lifecycle.report import Problem, Report
from tibicen.lifecycle.watch import PluginWatcher, Wave
from tibicen.protocol.status import StatusInfo, StatusRequest, render_binary, render_xml
from tibicen.protocol.status_server import StatusLimits, StatusServer
from tibicen.realms import faults
from tibicen.realms.lua_plugin import LuaPlugin
from tibicen.realms.python_plugin import PythonPlugin
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.state.kv import KeyValueStore
from tibicen.vm.marshal import Plain, pack, unpack
from tibicen.vm.shared import SharedStates

KV_FILE = "kv.sqlite"
LEVELS = {"debug": 10, "info": 20, "warn": 30, "error": 40}

Listener = Callable[[Report], None]


class Host:
    """A running host: plugins, hooks, bus, store, status listener and the watch on the plugins folder.

    Made and used on the event loop's thread, which should have a large stack (`tibicen.vm.stack`).

    Args:
        config: how it is set up; `config_file` is read again when it changes.
        folder: the plugins folder.
        data: where the store is; None keeps it in memory (for `tibicen check`).
        on_report: told of every load, reload, unload and refusal.
    """

    def __init__(
        self,
        config: HostConfig,
        folder: Path,
        *,
        data: Path | None = None,
        config_file: Path | None = None,
        on_report: Listener | None = None,
    ) -> None:
        self.config = config
        self.folder = folder.resolve()
        self.loop = asyncio.get_running_loop()
        self.started_at = time.monotonic()
        self.hooks = HookBus(self._handler_failed)
        self.subjects = SubjectBus(self.loop)
        self.kv = KeyValueStore(":memory:" if data is None else self._data_file(data))
        # No plugin's name has a colon, so this namespace is the host's alone.
        self._own = self.kv.namespace("tibicen:host")
        self.shared = SharedStates()
        self.listeners: list[Listener] = [on_report] if on_report else []
        self.status: StatusServer | None = None
        self._config_file = config_file
        self._watcher: PluginWatcher | None = None
        self._config_watcher: PluginWatcher | None = None
        self._log = structlog.get_logger("tibicen.plugin")
        self.plugins = Manager(
            self.folder,
            self._make_runtime,
            self.loop,
            self._report,
            self.hooks,
            ManagerOptions(
                strike_limit=config.strikes.limit,
                strike_decay_seconds=config.strikes.decay_seconds,
                drain_seconds=config.drain_seconds,
                disabled=self._disabled(),
            ),
        )
        self.intake = Intake(self.plugins, self.loop, self._report)
        self.services = Services(
            folder=self.folder,
            loop=self.loop,
            hooks=self.hooks,
            subjects=self.subjects,
            kv=self.kv,
            plugins=self.plugins,
            shared=self.shared,
            log=self._plugin_log,
            settings_of=self._settings_of,
        )

    def _disabled(self) -> frozenset[str]:
        stored = self._own.get("disabled")
        by_config = {name for name, each in self.config.plugins.items() if not each.enabled}
        return frozenset(by_config.union(unpack(stored) if stored else ()))

    @staticmethod
    def _data_file(data: Path) -> Path:
        data.mkdir(parents=True, exist_ok=True)
        return data / KV_FILE

    def _make_runtime(self, generation: Generation) -> Runtime:
        source = generation.source
        if source.language == "python":
            return PythonPlugin(generation, self.services)
        realm, tier = source.manifest.realm, source.manifest.tier
        if realm != "native":
            raise ConfigError(f"{source.name}: the realm {realm!r} is not implemented yet; this host has: native")
        if tier == "isolated":
            raise ConfigError(f"{source.name}: the tier 'isolated' is not implemented yet; use 'contained'")
        return LuaPlugin(generation, self.services)

    # -- start and stop ---------------------------------------------------------------------------------

    async def start(self, *, watch: bool = True, listen: bool = True) -> list[Report]:
        """Loads the plugins, starts listening and watching.

        Raises:
            ConfigError: the plugins folder is missing, or the status port can't be had.
        """
        if not self.folder.is_dir():
            raise ConfigError(f"there is no plugins folder {self.folder}; make it, or name another with --plugins")
        # Watching starts first: what is saved while the plugins load is noticed too.
        if watch:
            self._watcher = PluginWatcher(self.folder, self.loop, self.intake.take)
            self._watcher.start()
            if self._config_file is not None:
                self._config_watcher = PluginWatcher(
                    self._config_file.resolve().parent, self.loop, self._config_wave, recursive=False
                )
                self._config_watcher.start()
        reports = self.intake.load_all()
        if listen and self.config.status.enabled:
            await self._listen()
        self.hooks["host.started"](
            {
                "version": tibicen.__version__,
                "plugins": sum(plugin.active is not None for plugin in self.plugins.plugins.values()),
                "status_port": self.status.port if self.status else 0,
            }
        )
        return reports

    async def _listen(self) -> None:
        settings = self.config.status
        limits = StatusLimits(settings.timeout_seconds, settings.throttle_seconds)
        StatusInfo.from_plain(settings.info)
        self.status = StatusServer(self._answer_status, settings.host, settings.port, limits)
        try:
            await self.status.start()
        except OSError as error:
            self.status = None
            raise ConfigError(
                f"the status port {settings.host}:{settings.port} can't be had: {error.strerror or error}; "
                "set status.port in host.yaml, or stop what uses it"
            ) from None

    async def stop(self) -> None:
        """Stops listening, tells the plugins, unloads them and closes everything. Idempotent."""
        for watcher in (self._watcher, self._config_watcher):
            if watcher is not None:
                watcher.stop()
        self._watcher = self._config_watcher = None
        self.intake.cancel()
        if self.status is not None:
            await self.status.stop()
            self.status = None
        self.hooks["host.stopping"]()
        await self.plugins.stop()
        self.shared.close()
        self.kv.close()

    # -- saves ------------------------------------------------------------------------------------------

    def _config_wave(self, wave: Wave) -> None:
        assert self._config_file is not None
        if self._config_file.resolve() in wave.paths:
            self.reload_config()

    def reload_config(self) -> None:
        """Reads host.yaml again: settings, enabled plugins and log levels are live; the rest needs a restart.

        A file that can't be used is reported and changes nothing.
        """
        try:
            config = load_config(self._config_file)
            self._check_settings(config)
        except ConfigError as error:
            self._report(Report("reload", ["host.yaml"], ok=False, problems=[Problem("host", str(error))]))
            return
        before, self.config = self.config, config
        for name, plugin in list(self.plugins.plugins.items()):
            old, new = _of(before, name), _of(config, name)
            if old.enabled != new.enabled:
                (self.plugins.enable if new.enabled else self.plugins.disable)(name)
            elif old.settings != new.settings and plugin.active is not None:
                self._push_settings(plugin.active, old.settings)

    def _check_settings(self, config: HostConfig) -> None:
        for name, plugin in self.plugins.plugins.items():
            if plugin.active is not None:
                effective(name, plugin.active.source.manifest, _of(config, name).settings)

    def _push_settings(self, generation: Generation, before: Mapping[str, Plain]) -> None:
        manifest = generation.source.manifest
        old = effective(generation.plugin, manifest, before)
        new = effective(generation.plugin, manifest, self._settings_of(generation.plugin))
        changed = {name: value for name, value in new.items() if old[name] != value}
        if changed and isinstance(generation.runtime, LuaPlugin | PythonPlugin):
            generation.runtime.settings_changed(changed)

    def _settings_of(self, plugin: str) -> Mapping[str, Plain]:
        return _of(self.config, plugin).settings

    # -- what the owner says ----------------------------------------------------------------------------

    def set_enabled(self, name: str, enabled: bool) -> Report:
        """Enables or disables a plugin, and remembers it over restarts.

        Raises:
            UnknownPluginError: no plugin of that name.
        """
        report = self.plugins.enable(name) if enabled else self.plugins.disable(name)
        self._own.set("disabled", pack(sorted(self.plugins.disabled)))
        return report

    # -- what plugins cause -----------------------------------------------------------------------------

    def _handler_failed(self, handler: Handler, error: Exception) -> None:
        generation = handler.generation
        if not isinstance(error, PluginError) and handler.function is not None:
            error = faults.locate_python(generation, error)
        self.plugins.strike(generation, faults.kind_of(error), error)

    def _plugin_log(self, plugin: str, level: str, text: str, fields: Mapping[str, Plain]) -> None:
        wanted = _of(self.config, plugin).log_level or self.config.log_level
        if LEVELS[level] >= LEVELS[wanted]:
            getattr(self._log, "warning" if level == "warn" else level)(text, plugin=plugin, **fields)

    def _report(self, report: Report) -> None:
        for listener in self.listeners:
            listener(report)
        if report.action in ("load", "reload"):
            self._announce(report)
        elif report.action == "unload":
            for name in report.plugins:
                self.hooks["plugin.unloaded"]({"name": name})

    def _announce(self, report: Report) -> None:
        for name in report.plugins:
            generation = self.plugins.active(name)
            if report.ok and generation is not None:
                version = generation.source.manifest.version
                self.hooks["plugin.loaded"]({"name": name, "version": version, "generation": generation.number})
            elif not report.ok:
                error = str(report.problems[0]) if report.problems else ""
                number = generation.number if generation else 0
                self.hooks["plugin.refused"]({"name": name, "generation": number, "error": error})

    def emit(self, hook: str, arguments: list[Plain]) -> Plain:
        """Runs a hook with plain arguments, as the wire would; for `tibicen emit` and tests.

        Raises:
            TibicenError: no such hook, or a wrong number of arguments.
        """
        called = self.hooks[hook]
        wanted = called.spec.arguments
        if len(arguments) != len(wanted):
            raise TibicenError(f"{hook} takes {len(wanted)} argument(s) ({', '.join(wanted)}), not {len(arguments)}")
        result = called(*arguments)
        return {"value": result.value, "stopped_by": result.stopped_by} if called.spec.kind == "filter" else result

    # -- status -----------------------------------------------------------------------------------------

    def _answer_status(self, request: StatusRequest, ip: str) -> bytes:
        self.hooks["status.request"]({"ip": ip, "kind": request.kind, "mask": request.mask})
        base = StatusInfo.from_plain(self.config.status.info)
        base.server.uptime = int(time.monotonic() - self.started_at)
        base.server.version = base.server.version or tibicen.__version__
        filtered = self.hooks["status.info"](base.to_plain()).value
        try:
            info = StatusInfo.from_plain(filtered)
        except TibicenError as error:
            # Plugins together made something that can't be sent; the plain document is better than none.
            self._log.error(str(error), plugin="status.info")
            info = base
        if request.kind == "xml":
            return render_xml(info)
        online = [
            (str(player.get("name", "")), int(player.get("level", 0)))
            for players in self.hooks["status.players"]()
            if isinstance(players, list)
            for player in players
            if isinstance(player, dict)
        ]
        is_online = bool(self.hooks["status.player_online"](request.name)) if request.name else False
        return render_binary(info, request.mask, online=online, name_online=is_online)

    # -- figures ----------------------------------------------------------------------------------------

    def describe(self) -> dict[str, Any]:
        """Plain data for `tibicen plugins list`."""
        rows = self.plugins.roster.in_order()
        return {
            "version": tibicen.__version__,
            "folder": str(self.folder),
            "uptime_s": round(time.monotonic() - self.started_at, 3),
            "status": {
                "port": self.status.port if self.status else 0,
                "connections": len(self.status.connections) if self.status else 0,
                "counts": dict(self.status.counts) if self.status else {},
            },
            "plugins": [plugin.describe() for plugin in rows],
        }


def _of(config: HostConfig, plugin: str) -> PluginConfig:
    return config.plugins.get(plugin, _DEFAULT)


_DEFAULT = PluginConfig()
