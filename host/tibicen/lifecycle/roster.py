"""The plugins that a host knows: by name, by place on disk, and by what requires what."""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence
from pathlib import Path

from tibicen.errors import UnknownPluginError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.plugin import Plugin
from tibicen.lifecycle.report import Problem
from tibicen.lifecycle.resolve import Graph
from tibicen.lifecycle.states import State
from tibicen.lifecycle.strikes import Strikes


class Roster:
    """Keeps the views of the same plugins together.

    Attributes:
        graph: what the newest versions require that can be read, or of a refused one the version that serves.
        serving: what the generations that serve require; differs from `graph` while a wave is under way.

    Args:
        folder: the plugins folder, for messages.
        strike_limit, strike_decay_seconds: see `Strikes`.
    """

    def __init__(self, folder: Path, strike_limit: int, strike_decay_seconds: float) -> None:
        self.folder = folder
        self.plugins: dict[str, Plugin] = {}
        self.graph = Graph()
        self.serving = Graph()
        self.names_by_root: dict[Path, str] = {}
        self._strike_limit = strike_limit
        self._strike_decay_seconds = strike_decay_seconds
        self._met = 0

    def plugin(self, name: str) -> Plugin:
        """The plugin of that name.

        Raises:
            UnknownPluginError: there is none; the message gives the nearest.
        """
        try:
            return self.plugins[name]
        except KeyError:
            near = difflib.get_close_matches(name, self.plugins, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; none of that name is in {self.folder}"
            raise UnknownPluginError(f"no plugin {name!r}{hint}") from None

    def active(self, name: str) -> Generation | None:
        """The generation of a plugin that serves now."""
        plugin = self.plugins.get(name)
        return plugin.active if plugin else None

    def take(self, source: Source) -> Plugin:
        """Takes in what was read from disk: a new plugin, a new version of one, or one that moved."""
        plugin = self.plugins.get(source.name)
        if plugin is None:
            plugin = self._add(source.name, source.root)
        elif plugin.root != source.root:
            # Its old place may be another's by now: two folders that changed their names with each other.
            if self.names_by_root.get(plugin.root) == plugin.name:
                del self.names_by_root[plugin.root]
            plugin.root = source.root
        self.names_by_root[source.root] = source.name
        plugin.source = source
        plugin.unreadable = []
        self.graph.put(source)
        return plugin

    def refuse(self, root: Path, problems: Sequence[str]) -> Plugin:
        """Notes why what lies at `root` could not even be read. One that serves goes on serving."""
        name = self.names_by_root.get(root, root.stem)
        if name in self.plugins and self.plugins[name].root != root:
            # The name belongs to another plugin, whose fault this is not.
            name = root.name if root.name != name else f"{root.name}/"
        plugin = self.plugins.get(name) or self._add(name, root)
        self.names_by_root[root] = name
        plugin.unreadable = [Problem(name, text) for text in problems]
        plugin.refuse(())
        if plugin.active is None and plugin.state is not State.DISABLED:
            self.fail(plugin, problems[0])
        return plugin

    @staticmethod
    def fail(plugin: Plugin, reason: str) -> None:
        """A plugin that does not serve has failed, whatever it was before."""
        if plugin.state in (State.FAILED, State.QUARANTINED, State.DISABLED):
            plugin.lifecycle.to(State.DISCOVERED, "found again")
        plugin.lifecycle.to(State.FAILED, reason)

    def forget(self, plugin: Plugin) -> None:
        """Drops a plugin whose files are gone."""
        self.graph.remove(plugin.name)
        if self.names_by_root.get(plugin.root) == plugin.name:
            del self.names_by_root[plugin.root]
        del self.plugins[plugin.name]

    def in_order(self) -> list[Plugin]:
        """All plugins, by rank."""
        return sorted(self.plugins.values(), key=lambda plugin: plugin.rank)

    def in_view(self, most: int | None) -> tuple[list[Plugin], list[Plugin]]:
        """At most `most` plugins, by rank, those in trouble first of all; and those that are left out."""
        plugins = self.in_order()
        if most is None or len(plugins) <= most:
            return plugins, []
        # Stable: in each half the order stays.
        by_need = sorted(plugins, key=lambda plugin: not plugin.in_trouble)
        return sorted(by_need[:most], key=lambda plugin: plugin.rank), by_need[most:]

    def _add(self, name: str, root: Path) -> Plugin:
        strikes = Strikes(self._strike_limit, self._strike_decay_seconds, time.monotonic)
        plugin = self.plugins[name] = Plugin(name, root, self._met, strikes)
        self._met += 1
        return plugin
