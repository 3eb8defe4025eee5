"""The gate before a load: a version that asks for more than its owner granted does not get in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from tibicen.errors import NotGrantedError, TibicenError
from tibicen.lifecycle.discovery import MANIFEST, Source
from tibicen.lifecycle.plugin import Plugin


class Gate(Protocol):
    """Who knows what was granted."""

    def missing(self, source: Source) -> Sequence[str]:
        """Permissions that a version asks for and that were not granted."""
        ...

    def admitted(self, source: Source) -> None:
        """Told of every version that went live."""
        ...


class NoGate:
    """Lets everybody in."""

    def missing(self, source: Source) -> Sequence[str]:
        return ()

    def admitted(self, source: Source) -> None:
        pass


def barred(gate: Gate, plugins: Iterable[Plugin]) -> tuple[Plugin, TibicenError] | None:
    """The first plugin whose newest version is not let in, and the error that says why; None when all are."""
    for plugin in plugins:
        if plugin.source is None:
            continue
        try:
            missing = gate.missing(plugin.source)
        except TibicenError as error:
            # What can't be looked up is not granted.
            return plugin, error
        if missing:
            return plugin, refusal(plugin.source, missing)
    return None


def refusal(source: Source, missing: Sequence[str]) -> NotGrantedError:
    """Names what is missing, where it is asked for, and the command that grants it."""
    names = ", ".join(missing)
    file, line = _place(source, missing[0])
    text = (
        f"it asks for {names}, which {'was' if len(missing) == 1 else 'were'} not granted; "
        f"`tibicen plugins grant {source.name}` grants {'it' if len(missing) == 1 else 'all of it'}"
    )
    if len(missing) > 1:
        text += f", `tibicen plugins grant {source.name} {missing[0]}` one of them"
    return NotGrantedError(source.name, text, file=file, line=line)


def _place(source: Source, permission: str) -> tuple[str, int]:
    path = source.entry if source.kind == "file" else source.root / MANIFEST
    name = source.root.name if source.kind == "file" else f"{source.root.name}/{MANIFEST}"
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return name, 0
    wanted = permission.encode()
    return name, next((number for number, line in enumerate(lines, 1) if wanted in line), 1)
