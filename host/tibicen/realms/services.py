"""What the host offers to every realm, in one record: the composition root fills it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tibicen.bus.hooks import HookBus
from tibicen.bus.subjects import SubjectBus
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.report import Report
from tibicen.lifecycle.waves import Wave
from tibicen.protocol.sources import Sources
from tibicen.realms.connections import Connections
from tibicen.state.kv import KeyValueStore
from tibicen.vm.isolated import Workers
from tibicen.vm.marshal import Plain
from tibicen.vm.shared import SharedStates


class Plugins(Protocol):
    """What realms may ask the manager."""

    def active(self, name: str) -> Generation | None: ...

    def later(self, action: str, generation: Generation) -> None: ...

    def strike(self, generation: Generation, kind: str, error: Exception) -> None: ...

    def crashed(self, generation: Generation, error: Exception) -> None: ...


OnWave = Callable[[Wave], None]


class Watch(Protocol):
    """Watches a folder; see `Services.watch`."""

    def __call__(self, folder: Path, on_wave: OnWave, *, recursive: bool = True) -> Callable[[], None]: ...


def _watch_nothing(folder: Path, on_wave: OnWave, *, recursive: bool = True) -> Callable[[], None]:
    return lambda: None


class Ahead(Protocol):
    """What was loaded before its plugin's generation was made, so that the loop went on meanwhile."""

    def close(self) -> None:
        """Nobody has taken it."""
        ...


LogLine = Callable[[str, str, str, Mapping[str, Plain]], None]
"""Writes one line of a plugin's log: plugin, level, text, extra fields."""


@dataclass(slots=True)
class Services:
    """The host as realms see it."""

    folder: Path
    loop: asyncio.AbstractEventLoop
    hooks: HookBus
    subjects: SubjectBus
    kv: KeyValueStore
    plugins: Plugins
    shared: SharedStates
    workers: Workers
    log: LogLine
    settings_of: Callable[[str], Mapping[str, Plain]]
    """What the owner set for a plugin, by name; checked against the manifest when a generation is made."""
    given: Callable[[str], Sequence[str]] | None = None
    """Permissions that the owner gives a plugin beside those that it asks for. None in a worker, where none are
    checked: the host checks what comes out of it."""
    connections_of: Callable[[str], Connections] = field(default=lambda plugin: Connections())
    """Ports and logins that the owner gives a plugin, by name."""
    report: Callable[[Report], None] = field(default=lambda report: None)
    """Tells of what became of a part of a plugin, as of a whole one."""
    data: Path | None = None
    """The host's data folder; None when nothing outlives it."""
    watch: Watch = field(default=_watch_nothing)
    """Watches a folder outside of the plugins folder, as long as the host watches that; the answer ends it.

    Raises:
        OSError: it can't be watched."""
    sources: Sources | None = None
    """Sessions on the wire, by whose they are; None in a worker, where no server can be."""
    ahead: dict[str, Ahead] = field(default_factory=dict)
    """By plugin; the generation that is made next takes it out."""
