"""Exports: functions that a plugin offers to the others, whichever language either is written in."""

from __future__ import annotations

from collections.abc import Callable

from tibicen.errors import TibicenError
from tibicen.lifecycle.generation import Generation
from tibicen.realms.services import Plugins
from tibicen.vm.marshal import Plain


class Export:
    """An entry of a ledger. It is found through its generation, so it is in effect with it."""

    kind = "export"

    def __init__(self, name: str, call: Callable[..., Plain]) -> None:
        self.label = name
        self.call = call

    def put_back(self) -> None:
        pass

    def lift(self) -> None:
        pass

    def close(self) -> None:
        pass


def provider(caller: Generation, plugins: Plugins, plugin: str) -> Generation | None:
    """The generation that answers for `plugin`: one that is being loaded in the same step, or the active one."""
    return caller.peers.get(plugin) or plugins.active(plugin)


def find(caller: Generation, plugins: Plugins, plugin: str, name: str) -> Export | None:
    """The newest export of that name."""
    generation = provider(caller, plugins, plugin)
    if generation is None:
        return None
    for entry in reversed(generation.ledger.entries("export")):
        if isinstance(entry, Export) and entry.label == name:
            return entry
    return None


def call(caller: Generation, plugins: Plugins, plugin: str, name: str, arguments: list[Plain]) -> Plain:
    """Calls another plugin's export.

    Raises:
        TibicenError: there is no such plugin or export; what the export raised.
    """
    export = find(caller, plugins, plugin, name)
    if export is None:
        generation = provider(caller, plugins, plugin)
        if generation is None:
            raise TibicenError(f"the plugin {plugin!r} is not active")
        names = sorted({entry.label for entry in generation.ledger.entries("export")})
        raise TibicenError(f"{plugin} exports no {name!r}; it exports {', '.join(names) or 'nothing'}")
    return export.call(*arguments)
