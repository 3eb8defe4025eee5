"""A Lua plugin of the native realm: its VM, from the first load to the end."""

from __future__ import annotations

from tibicen.errors import CrashError, HandoverError, HealthError, LoadError, PluginError
from tibicen.lifecycle.generation import Generation
from tibicen.realms import faults, lua_source
from tibicen.realms.isolated import Checkpoints, describe, open_isolated
from tibicen.realms.operations import HostOperations
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import VM, Memory, VmOptions, VmStatistics
from tibicen.vm.isolated import IsolatedVM
from tibicen.vm.marshal import Plain
from tibicen.vm.profile import Profile

REALM_MODULE = "realm_native"


class LuaPlugin:
    """Runs one generation of a Lua plugin; see `lifecycle.generation.Runtime`."""

    def __init__(self, generation: Generation, services: Services, operations: HostOperations | None = None) -> None:
        source = generation.source
        manifest = source.manifest
        self.generation = generation
        self.services = services
        self._operations = operations or HostOperations(generation, services)
        self._checkpoints: Checkpoints | None = None
        options = VmOptions(
            plugin=source.name,
            host=self._operations.serve,
            realm=REALM_MODULE,
            settings={
                "name": source.name,
                "version": manifest.version,
                "generation": generation.number,
                "settings": effective(source.name, manifest, services.settings_of(source.name)),
            },
            cpu_ms=manifest.budget.cpu_ms,
            cpu_ms_per_second=manifest.budget.cpu_ms_per_second,
            memory_mb=manifest.budget.memory_mb,
            trusted=manifest.trusted,
        )
        self.vm: VM = self._open_vm(options)
        self._operations.bind(self.vm)

    def _open_vm(self, options: VmOptions) -> VM:
        tier = self.generation.source.manifest.tier
        if tier == "isolated":
            return self._isolate(open_isolated(self.generation, self.services, options))
        return self.services.shared.open(options) if tier == "shared" else ContainedVM(options)

    def _isolate(self, vm: IsolatedVM) -> IsolatedVM:
        """Sees to it that something is left when the VM's process dies."""
        self._checkpoints = Checkpoints(vm, self.generation, self.services, self._snapshot)
        return vm

    # -- Runtime ----------------------------------------------------------------------------------------

    def load(self) -> None:
        source = self.generation.source
        text, file = self._read_entry(), faults.shown(source, source.entry)
        if problem := lua_source.problem_of(text):
            raise LoadError(source.name, problem, file=file)
        self.vm.load(lua_source.without_mark(text), file)

    def _read_entry(self) -> bytes:
        source = self.generation.source
        try:
            return source.entry.read_bytes()
        except OSError as error:
            file = faults.shown(source, source.entry)
            raise LoadError(source.name, f"{error.strerror}: {source.entry.name}", file=file) from None

    def snapshot(self) -> Plain:
        try:
            return self._snapshot()
        except CrashError:
            # Of a process that is dead, the state is what it was at its last checkpoint.
            return self._checkpoints.last if self._checkpoints is not None else None

    def _snapshot(self) -> Plain:
        return self.vm.call("on_snapshot") if self.vm.has("on_snapshot") else None

    def migrate(self, state: Plain) -> None:
        if not self.vm.has("on_migrate"):
            return
        try:
            self.vm.call("on_migrate", state)
        except PluginError as error:
            raise faults.during(self.generation, "on_migrate", error, HandoverError) from error

    def health(self) -> None:
        if self.vm.has("on_health"):
            self._ask_health()
        if self._checkpoints is not None:
            self._checkpoints.start()

    def _ask_health(self) -> None:
        try:
            refusal = self.vm.call(self.vm.control, "health")
        except PluginError as error:
            raise faults.during(self.generation, "on_health", error, HealthError) from error
        if refusal is not None:
            raise faults.unwell(self.generation.source, refusal if isinstance(refusal, str) else repr(refusal))

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Hands new values of settings to the running plugin."""
        series = self.generation.figures.series("life-cycle", "settings")
        faults.run(
            self.services.plugins, self.generation, series, lambda: self.vm.call(self.vm.control, "settings", changed)
        )

    def pending(self) -> bool:
        return False

    async def drain(self) -> None:
        return

    def close(self) -> None:
        if self._checkpoints is not None:
            self._checkpoints.stop()
        self._operations.close()
        self.vm.close()

    def remains(self) -> list[str]:
        return self.vm.remains()

    def start_profile(self, interval_ms: float) -> None:
        self.vm.start_profile(interval_ms)

    def stop_profile(self) -> Profile:
        return self.vm.stop_profile()

    def memory(self) -> Memory:
        return self.vm.memory()

    def statistics(self) -> VmStatistics:
        return self.vm.statistics()

    def describe_process(self) -> dict[str, Plain]:
        """Process id and what contains it; empty when the plugin runs in the host's own process."""
        return describe(self.vm) if isinstance(self.vm, IsolatedVM) else {}
