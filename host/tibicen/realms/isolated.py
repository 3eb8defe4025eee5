"""A plugin in a worker process: where it is put, and what is left of it when the process dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tibicen.errors import CrashError, MarshalError, PluginError, VmClosedError
from tibicen.lifecycle.generation import Generation
from tibicen.realms.services import Services
from tibicen.vm.contract import VmOptions
from tibicen.vm.isolated import IsolatedVM, Quarters
from tibicen.vm.marshal import Plain
from tibicen.vm.spawn import Language


def open_isolated(
    generation: Generation,
    services: Services,
    options: VmOptions,
    language: Language = "lua",
    *,
    shown: tuple[Path, ...] = (),
    source: dict[str, Plain] | None = None,
) -> IsolatedVM:
    """A VM in a worker process, whose end the manager is told of and whose standard error goes to the plugin's log."""
    plugin = generation.plugin

    def crashed(error: CrashError) -> None:
        # Not now: a call into the plugin may be under way.
        services.loop.call_soon(services.plugins.crashed, generation, error)

    quarters = Quarters(
        language,
        generation.source.manifest.group,
        shown,
        source,
        log=lambda line: services.log(plugin, "warn", line, {"stream": "stderr"}),
        on_crash=crashed,
    )
    return services.workers.open(options, quarters)


class Checkpoints:
    """The plugin's state as it was lately, for the generation that follows a crash.

    Taken when the plugin has been loaded, and then every so often when it was called since.
    """

    def __init__(self, vm: IsolatedVM, generation: Generation, services: Services, take: Callable[[], Plain]) -> None:
        self._vm = vm
        self._generation = generation
        self._services = services
        self._take = take
        self._timer: asyncio.TimerHandle | None = None
        self._calls = 0
        self._failed = False
        self.last: Plain = None

    def start(self) -> None:
        """Takes the first one."""
        self._look(again=True)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, *, again: bool = False) -> None:
        if self._vm.closed or self._vm.crashed:
            return
        calls = self._vm.statistics().calls
        if (again or calls != self._calls) and not self._vm.busy:
            self.take()
            self._calls = self._vm.statistics().calls
        self._timer = self._services.loop.call_later(self._services.workers.checkpoint_seconds, self._look)

    def take(self) -> Plain:
        """Asks for the state now; keeps the one before when there is none to be had."""
        try:
            self.last = self._take()
            self._failed = False
        except (CrashError, VmClosedError):
            pass
        except (PluginError, MarshalError) as error:
            if not self._failed:
                self._failed = True
                text = f"no checkpoint: on_snapshot failed: {error}; a restart would begin with the one before"
                self._services.log(self._generation.plugin, "warn", text, {})
        return self.last


def describe(vm: IsolatedVM) -> dict[str, Plain]:
    """For `tibicen plugins info`."""
    process = vm.process
    return {"pid": 0 if process.gone is not None else process.pid, "sandbox": list(process.sandbox)}
