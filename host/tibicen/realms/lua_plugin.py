"""A Lua plugin of the native realm: its VM, from the first load to the end."""

from __future__ import annotations

from tibicen.errors import HandoverError, HealthError, LoadError, PluginError
from tibicen.lifecycle.generation import Generation
from tibicen.realms import faults
from tibicen.realms.operations import HostOperations
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.vm.contained import ContainedVM
from tibicen.vm.contract import VM, Memory, VmOptions, VmStatistics
from tibicen.vm.marshal import Plain

REALM_MODULE = "realm_native"


class LuaPlugin:
    """Runs one generation of a Lua plugin; see `lifecycle.generation.Runtime`."""

    def __init__(self, generation: Generation, services: Services) -> None:
        source = generation.source
        manifest = source.manifest
        self.generation = generation
        self.services = services
        self._operations = HostOperations(generation, services)
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
            memory_mb=manifest.budget.memory_mb,
            trusted=manifest.trusted,
        )
        self.vm: VM = services.shared.open(options) if manifest.tier == "shared" else ContainedVM(options)
        self._operations.bind(self.vm)

    # -- Runtime ----------------------------------------------------------------------------------------

    def load(self) -> None:
        source = self.generation.source
        try:
            text = source.entry.read_bytes()
        except OSError as error:
            file = faults.shown(source, source.entry)
            raise LoadError(source.name, f"{error.strerror}: {source.entry.name}", file=file) from None
        self.vm.load(text.removeprefix(b"\xef\xbb\xbf"), faults.shown(source, source.entry))

    def snapshot(self) -> Plain:
        return self.vm.call("on_snapshot") if self.vm.has("on_snapshot") else None

    def migrate(self, state: Plain) -> None:
        if not self.vm.has("on_migrate"):
            return
        try:
            self.vm.call("on_migrate", state)
        except PluginError as error:
            raise HandoverError(
                error.plugin,
                f"on_migrate failed: {error.message}",
                file=error.file,
                line=error.line,
                traceback=error.traceback,
            ) from error

    def health(self) -> None:
        if not self.vm.has("on_health"):
            return
        name = self.generation.plugin
        try:
            refusal = self.vm.call(self.vm.control, "health")
        except PluginError as error:
            raise HealthError(
                name,
                f"on_health failed: {error.message}",
                file=error.file,
                line=error.line,
                traceback=error.traceback,
            ) from error
        if refusal is not None:
            text = refusal if isinstance(refusal, str) else repr(refusal)
            source = self.generation.source
            raise HealthError(
                name,
                f"on_health said no: {text}" if text else "on_health said no",
                file=faults.shown(source, source.entry),
            )

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Hands new values of settings to the running plugin."""
        faults.run(self.services.plugins, self.generation, lambda: self.vm.call(self.vm.control, "settings", changed))

    def pending(self) -> bool:
        return False

    async def drain(self) -> None:
        return

    def close(self) -> None:
        self._operations.close()
        self.vm.close()

    def remains(self) -> list[str]:
        return self.vm.remains()

    def memory(self) -> Memory:
        return self.vm.memory()

    def statistics(self) -> VmStatistics:
        return self.vm.statistics()
