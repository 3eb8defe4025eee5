"""The composition root: the one file that knows every room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

import tibicen
from tibicen.bus.hooks import Handler, HookBus
from tibicen.bus.subjects import SubjectBus
from tibicen.config import HostConfig, PluginConfig, load_config
from tibicen.errors import ConfigError, PluginError, TibicenError, WireError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation, Inhabited, Runtime
from tibicen.lifecycle.intake import Intake
from tibicen.lifecycle.manager import Manager, ManagerOptions
from tibicen.lifecycle.permissions import covers
from tibicen.lifecycle.report import Problem, Report
from tibicen.lifecycle.watch import PluginWatcher, Wave
from tibicen.metrics.observatory import Observatory
from tibicen.protocol.integration import Integration, Tied
from tibicen.protocol.sources import Sources
from tibicen.protocol.status import StatusInfo, StatusRequest, render_binary, render_xml
from tibicen.protocol.status_server import StatusLimits, StatusServer
from tibicen.realms import faults
from tibicen.realms.connections import Connections
from tibicen.realms.isolated_python import IsolatedPythonPlugin, preparation
from tibicen.realms.lua_plugin import LuaPlugin
from tibicen.realms.python_plugin import PythonPlugin
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.security.grants import Grants
from tibicen.state.folder_lock import FolderLock
from tibicen.state.kv import KeyValueStore
from tibicen.vm.isolated import Workers
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
        data: where the store is; None keeps it in memory (for `tibicen check`). No other host may have the folder.
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
        self.sources = Sources(self.subjects)
        self._lock: FolderLock | None = None
        if data is None:
            self.kv = KeyValueStore(":memory:")
        else:
            store = self._data_file(data)
            self._lock = FolderLock(data)
            try:
                self.kv = KeyValueStore(store)
            except TibicenError:
                self._lock.release()
                raise
        # No plugin's name has a colon, so this namespace is the host's alone.
        self._own = self.kv.namespace("tibicen:host")
        self._disabled_by_command = self._stored_disabled()
        self.grants = Grants(self.kv.namespace("tibicen:grants"), self._given_to, self._grants_first)
        self.shared = SharedStates()
        self.workers = Workers(self.loop, config.isolated.heartbeat_seconds, config.isolated.checkpoint_seconds)
        self.listeners: list[Listener] = [on_report] if on_report else []
        self.status: StatusServer | None = None
        self._ties: dict[str, Integration] = {}
        self._failures: list[str] | None = None
        self._config_file = config_file
        self._watcher: PluginWatcher | None = None
        self._config_watcher: PluginWatcher | None = None
        self._watches = False
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
                disabled=self._disabled_by_command.union(_disabled_in(config)),
            ),
            self.grants,
            self._preparation,
        )
        self.observatory = Observatory(self.loop, self.plugins, self.hooks, self.subjects, self.kv, lambda: self.status)
        self.intake = Intake(self.plugins, self.loop, self._report)
        self.services = Services(
            folder=self.folder,
            loop=self.loop,
            hooks=self.hooks,
            subjects=self.subjects,
            kv=self.kv,
            plugins=self.plugins,
            shared=self.shared,
            workers=self.workers,
            log=self._plugin_log,
            settings_of=self._settings_of,
            given=self._given_to,
            connections_of=self._connections_of,
            report=self._report,
            data=data,
            watch=self._watch_folder,
            sources=self.sources,
        )

    def _stored_disabled(self) -> frozenset[str]:
        try:
            stored = self._own.get("disabled")
        except TibicenError:
            self._close_data()
            raise
        return frozenset(unpack(stored) if stored else ())

    @staticmethod
    def _data_file(data: Path) -> Path:
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"the data folder {data} can't be made: {error.strerror}; name another by data_dir in host.yaml"
            ) from None
        return data / KV_FILE

    def _preparation(self, source: Source) -> Coroutine[Any, Any, None] | None:
        if source.manifest.realm == "canary":
            from tibicen.realms.canary.startup import load_ahead

            return load_ahead(source, self.services)
        return preparation(source, self.services)

    def _make_runtime(self, generation: Generation) -> Runtime:
        source = generation.source
        if source.language == "python":
            isolated = source.manifest.tier == "isolated"
            return (IsolatedPythonPlugin if isolated else PythonPlugin)(generation, self.services)
        realm = source.manifest.realm
        if realm == "otclient":
            # It brings fonts and pictures along, which other hosts never need.
            from tibicen.realms.otclient.client_plugin import ClientPlugin

            return ClientPlugin(generation, self.services)
        if realm == "canary":
            from tibicen.realms.canary.server_plugin import ServerPlugin

            return ServerPlugin(generation, self.services)
        return LuaPlugin(generation, self.services)

    # -- start and stop ---------------------------------------------------------------------------------

    async def start(self, *, watch: bool = True, listen: bool = True) -> list[Report]:
        """Loads the plugins, starts listening and watching.

        Raises:
            ConfigError: the plugins folder is missing or can't be watched, or a port can't be had.
        """
        if not self.folder.is_dir():
            raise ConfigError(f"there is no plugins folder {self.folder}; make it, or name another with --plugins")
        self._watches = watch
        # Watching starts first: what is saved while the plugins load is noticed too.
        if watch:
            self._watcher = self._watch(PluginWatcher(self.folder, self.loop, self.intake.take))
            if self._config_file is not None:
                parent = self._config_file.resolve().parent
                self._config_watcher = self._watch(PluginWatcher(parent, self.loop, self._config_wave, recursive=False))
        reports = self.intake.load_all()
        self.observatory.start()
        if listen and self.config.status.enabled:
            await self._listen()
        if listen and self.config.metrics.enabled:
            self.observatory.listen(self.config.metrics.host, self.config.metrics.port)
        self.hooks["host.started"](
            {
                "version": tibicen.__version__,
                "plugins": sum(plugin.active is not None for plugin in self.plugins.plugins.values()),
                "status_port": self.status.port if self.status else 0,
            }
        )
        return reports

    @staticmethod
    def _watch(watcher: PluginWatcher) -> PluginWatcher:
        try:
            watcher.start()
        except OSError as error:
            raise ConfigError(
                f"{watcher.folder} can't be watched: {error.strerror or error}; "
                "raise fs.inotify.max_user_instances and max_user_watches, if that is what ran out"
            ) from None
        return watcher

    def _watch_folder(
        self, folder: Path, on_wave: Callable[[Wave], None], *, recursive: bool = True
    ) -> Callable[[], None]:
        if not self._watches:
            return lambda: None
        watcher = PluginWatcher(folder, self.loop, on_wave, recursive=recursive)
        watcher.start()
        return watcher.stop

    async def _listen(self) -> None:
        settings = self.config.status
        limits = StatusLimits(settings.timeout_seconds, settings.throttle_seconds)
        _check_status(self.config)
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
        await self.observatory.stop()
        self.hooks["host.stopping"]()
        await self.plugins.stop()
        self.shared.close()
        self.workers.close()
        self._close_data()

    def _close_data(self) -> None:
        self.kv.close()
        if self._lock is not None:
            self._lock.release()

    # -- saves ------------------------------------------------------------------------------------------

    def _config_wave(self, wave: Wave) -> None:
        assert self._config_file is not None
        if self._config_file.resolve() in wave.paths:
            self.reload_config()

    def reload_config(self) -> None:
        """Reads host.yaml again. What it says of plugins, log_level, permissions and status.info is live.

        The rest needs a restart.

        A file that can't be used is reported and changes nothing.
        """
        assert self._config_file is not None
        report = Report("config", [self._config_file.name])
        try:
            config = load_config(self._config_file)
            _check_status(config)
            self._check_settings(config)
        except ConfigError as error:
            report.ok = False
            report.problems = [Problem("host", line) for line in str(error).splitlines()]
            self._report(report)
            return
        before, self.config = self.config, config
        late = _needs_restart(before, config)
        if late:
            report.warnings.append(f"{', '.join(late)}: changed, but in force only after a restart")
        self._report(report)
        for name in sorted({*before.plugins, *config.plugins}):
            try:
                self._apply(name, _of(before, name), _of(config, name))
            except TibicenError as error:
                self._report(Report("config", [name], ok=False, problems=[Problem(name, str(error))]))
        self._apply_permissions(before, config)

    def _apply(self, name: str, old: PluginConfig, new: PluginConfig) -> None:
        """What host.yaml says of one plugin, from now on."""
        plugin = self.plugins.plugins.get(name)
        if old.enabled != new.enabled:
            # The owner's last word counts, wherever it was said.
            self._remember(self._disabled_by_command - {name})
            if plugin is None:
                (self.plugins.allow if new.enabled else self.plugins.forbid)(name)
            else:
                (self.plugins.enable if new.enabled else self.plugins.disable)(name)
        elif plugin is not None and (old.wire, old.login) != (new.wire, new.login):
            self.plugins.reload(name)
        elif plugin is not None and old.settings != new.settings:
            if plugin.active is not None:
                self._push_settings(plugin.active, old.settings)
            if plugin.errors and plugin.state in ("active", "failed"):
                # Perhaps it was refused for its settings.
                self.plugins.reload(name)

    def _apply_permissions(self, old: HostConfig, new: HostConfig) -> None:
        """A plugin that is given other permissions than before is loaded anew: it has what it had until then."""
        for name, plugin in list(self.plugins.plugins.items()):
            everyone = old.permissions != new.permissions
            if not everyone and _of(old, name).permissions == _of(new, name).permissions:
                continue
            served = plugin.active
            try:
                self.plugins.look_again(name)
                if served is not None and plugin.active is served:
                    self.plugins.reload(name)
            except TibicenError as error:
                self._report(Report("config", [name], ok=False, problems=[Problem(name, str(error))]))

    def _check_settings(self, config: HostConfig) -> None:
        for name, plugin in self.plugins.plugins.items():
            if plugin.active is not None:
                effective(name, plugin.active.source.manifest, _of(config, name).settings)

    def _push_settings(self, generation: Generation, before: Mapping[str, Plain]) -> None:
        manifest = generation.source.manifest
        old = effective(generation.plugin, manifest, before)
        new = effective(generation.plugin, manifest, self._settings_of(generation.plugin))
        changed = {name: value for name, value in new.items() if old[name] != value}
        take = getattr(generation.runtime, "settings_changed", None)
        if changed and take is not None:
            take(changed)

    def _given_to(self, plugin: str) -> list[str]:
        """Permissions that host.yaml gives a plugin."""
        return [*self.config.permissions.everyone, *_of(self.config, plugin).permissions]

    def _grants_first(self) -> bool:
        return self.config.permissions.first_load == "grant"

    def _connections_of(self, plugin: str) -> Connections:
        said = _of(self.config, plugin)
        return Connections(said.wire, said.login)

    def _settings_of(self, plugin: str) -> Mapping[str, Plain]:
        return _of(self.config, plugin).settings

    # -- what the owner says ----------------------------------------------------------------------------

    def set_enabled(self, name: str, enabled: bool) -> Report:
        """Enables or disables a plugin, and remembers it over restarts.

        Raises:
            UnknownPluginError: no plugin of that name.
        """
        self.plugins.plugin(name)
        # First what can fail: what can't be remembered is not done either.
        self._remember(self._disabled_by_command - {name} if enabled else self._disabled_by_command | {name})
        report = self.plugins.enable(name) if enabled else self.plugins.disable(name)
        if enabled and not _of(self.config, name).enabled:
            report.warnings.append(f"host.yaml says `enabled: false` for {name}: after a restart it is disabled again")
        return report

    def grant(self, name: str, permissions: Sequence[str] = ()) -> Report:
        """Grants permissions to a plugin, all that its newest version lacks when none are named, and loads it if it
        was refused for want of them.

        Raises:
            UnknownPluginError: no plugin of that name. TibicenError: one is no permission.
        """
        source = self.plugins.plugin(name).source
        wanted = permissions or (self.grants.missing(source) if source is not None else [])
        new = self.grants.grant(name, wanted)
        report = self.plugins.look_again(name)
        said = f"granted to {name}: {', '.join(new)}" if new else f"nothing new was granted to {name}"
        report.warnings.insert(0, said)
        return report

    def revoke(self, name: str, permission: str) -> Report:
        """Takes a permission back; a plugin that asks for it is unloaded.

        Raises:
            UnknownPluginError: no plugin of that name. TibicenError: it was not granted in these words.
        """
        self.plugins.plugin(name)
        self.grants.revoke(name, permission)
        report = self.plugins.look_again(name)
        if not covers(self._given_to(name), permission):
            return report
        report.warnings.append(f"host.yaml gives {permission} to {name} all the same")
        return report

    def plugin_info(self, name: str) -> dict[str, Any]:
        """Plain data for `tibicen plugins info`.

        Raises:
            UnknownPluginError: no plugin of that name.
        """
        plugin = self.plugins.plugin(name)
        runtime = plugin.active.runtime if plugin.active is not None else None
        parts: dict[str, Any] = runtime.describe_parts() if isinstance(runtime, Inhabited) else {}
        tie = _integration_of(runtime)
        if tie is not None:
            parts["connection"] = tie.monitor()
        return {**plugin.describe(), "permissions": self.grants.describe(plugin.source, name), **parts}

    def tie(self, name: str, integration: Integration) -> None:
        """Takes in an integration that is no plugin's, to be shown with the others.

        Args:
            name: no plugin's name: one with a colon.
        """
        self._ties[name] = integration

    def integrations(self) -> dict[str, Integration]:
        """What ties this host to others: its own (`host:bridge`), and plugins' by their names."""
        found = dict(self._ties)
        for name, plugin in self.plugins.plugins.items():
            tie = _integration_of(plugin.active.runtime if plugin.active is not None else None)
            if tie is not None:
                found[name] = tie
        return found

    def _remember(self, disabled: frozenset[str]) -> None:
        if disabled != self._disabled_by_command:
            self._own.set("disabled", pack(sorted(disabled)))
            self._disabled_by_command = disabled

    # -- what plugins cause -----------------------------------------------------------------------------

    def _handler_failed(self, handler: Handler, error: BaseException) -> None:
        generation = handler.generation
        if not isinstance(error, PluginError) and handler.function is not None:
            error = faults.locate_python(generation, error)
        assert isinstance(error, Exception)
        if self._failures is not None:
            self._failures.append(f"{generation.plugin} ({handler.label}): {Problem.of(generation.plugin, error)}")
        self.plugins.strike(generation, faults.kind_of(error), error)

    def _plugin_log(self, plugin: str, level: str, text: str, fields: Mapping[str, Plain]) -> None:
        wanted = _of(self.config, plugin).log_level or self.config.log_level
        if LEVELS[level] >= LEVELS[wanted]:
            getattr(self._log, "warning" if level == "warn" else level)(text, plugin=plugin, **fields)

    def _report(self, report: Report) -> None:
        self.observatory.note(report)
        for listener in self.listeners:
            listener(report)
        if report.parts:
            return
        if report.action in ("load", "reload"):
            self._announce(report)
        elif report.action == "unload":
            for name in report.generations:
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

    def try_hook(self, hook: str, arguments: list[Plain]) -> tuple[Plain, list[str]]:
        """`emit`, and which handlers failed in it, one sentence each."""
        with self.gathering_failures() as failures:
            return self.emit(hook, arguments), failures

    @contextmanager
    def gathering_failures(self) -> Iterator[list[str]]:
        """Which handlers fail while this is open, one sentence each."""
        gathered: list[str] = []
        outer, self._failures = self._failures, gathered
        try:
            yield gathered
        finally:
            self._failures = outer

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
            (str(player.get("name", "")), _level(player.get("level")))
            for players in self.hooks["status.players"]()
            if isinstance(players, list)
            for player in players
            if isinstance(player, dict)
        ]
        is_online = bool(self.hooks["status.player_online"](request.name)) if request.name else False
        try:
            return render_binary(info, request.mask, online=online, name_online=is_online)
        except WireError as error:
            self._log.error(f"the binary status can't be sent whole: {error}", plugin="status.players")
            return render_binary(base, request.mask, name_online=is_online)

    # -- figures ----------------------------------------------------------------------------------------

    def describe(self, most: int | None = None) -> dict[str, Any]:
        """Plain data for `tibicen plugins list`, and with `most` for the live table: at most so many plugins, those in
        trouble first of all, and how many are left out. To look at a plugin takes time, in tier `isolated` a question
        to its process."""
        rows, left_out = self.plugins.roster.in_view(most)
        described = {
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
        if most is not None:
            trouble = sum(plugin.in_trouble for plugin in left_out)
            described["left_out"] = {"plugins": len(left_out), "in_trouble": trouble}
        return described


def _of(config: HostConfig, plugin: str) -> PluginConfig:
    return config.plugins.get(plugin, _DEFAULT)


_DEFAULT = PluginConfig()


def _integration_of(runtime: Runtime | None) -> Integration | None:
    """What ties a plugin to others, if what runs it knows such a thing."""
    return runtime.integration if isinstance(runtime, Tied) else None


def _disabled_in(config: HostConfig) -> set[str]:
    return {name for name, each in config.plugins.items() if not each.enabled}


def _check_status(config: HostConfig) -> None:
    try:
        StatusInfo.from_plain(config.status.info)
    except WireError as error:
        raise ConfigError(f"status.info: {error}") from None


def _needs_restart(old: HostConfig, new: HostConfig) -> list[str]:
    """What changed, but is looked at only when a host starts."""
    live = {"plugins", "log_level", "permissions", "status"}
    changed = [name for name in old.__struct_fields__ if name not in live and getattr(old, name) != getattr(new, name)]
    for name in old.status.__struct_fields__:
        if name != "info" and getattr(old.status, name) != getattr(new.status, name):
            changed.append(f"status.{name}")
    return changed


def _level(level: object) -> int:
    """A player's level as the wire takes it; 0 for what is none."""
    if isinstance(level, int | float) and 0 <= level <= 0xFFFFFFFF:
        return int(level)
    return 0
