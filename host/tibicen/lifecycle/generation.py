"""A generation: one load of a plugin, and the contract of what runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from tibicen.lifecycle.figures import Figures
from tibicen.lifecycle.ledger import Ledger
from tibicen.vm.contract import Memory, VmStatistics
from tibicen.vm.marshal import Plain

if TYPE_CHECKING:
    from tibicen.lifecycle.discovery import Source


class Runtime(Protocol):
    """What runs a generation's code: a Lua VM or a Python module with a realm's API in it.

    `load`, `snapshot`, `migrate` and `health` run plugin code and raise PluginError (or MarshalError).
    """

    def load(self) -> None:
        """Runs the plugin's code; what it registers is held by the generation's ledger, not yet in effect."""
        ...

    def snapshot(self) -> Plain:
        """The state to hand over (`on_snapshot`), None when there is none. Plain data."""
        ...

    def migrate(self, state: Plain) -> None:
        """Takes over state (`on_migrate`); None at a first load."""
        ...

    def health(self) -> None:
        """Asks `on_health`; raises HealthError when the generation should not go live."""
        ...

    def pending(self) -> bool:
        """Whether something of the generation is still under way (tasks) that `drain` should wait for."""
        ...

    async def drain(self) -> None:
        """Waits until nothing is under way any more."""
        ...

    def close(self) -> None:
        """Drops code and data. Runs no plugin code; of a client or a server that served, its own farewell."""
        ...

    def remains(self) -> list[str]:
        """After `close`: what of the generation still lives, one sentence each; names the holder if known."""
        ...

    def memory(self) -> Memory: ...

    def statistics(self) -> VmStatistics: ...

    def describe_process(self) -> dict[str, Plain]:
        """Of code that runs in a process of its own: `pid` (0: dead) and `sandbox` (what contains it, in words).

        Empty when it runs in the host's process.
        """
        ...


@runtime_checkable
class Inhabited(Protocol):
    """What a runtime has besides when what it runs has parts of its own, which come, change and go by themselves: a
    client with its modules, a server with its scripts."""

    def is_inside(self, paths: Collection[Path]) -> bool:
        """Whether `take_saves` would take these in."""
        ...

    def take_saves(self, paths: Collection[Path], noticed_at: float | None) -> bool:
        """Takes in files of the plugin that have changed, where no whole reload is needed for that.

        Args:
            paths: files and folders, some of which may be gone; the plugin's folder itself: anything may have changed.
            noticed_at: monotonic time of the first event, for reports.

        Returns:
            Whether that was all. False asks for a reload of the plugin.
        """
        ...

    def load_notes(self) -> list[str]:
        """What went wrong while it was loaded without keeping it from serving, one sentence each."""
        ...

    def describe_parts(self) -> dict[str, Plain]:
        """For `tibicen plugins info`."""
        ...


class Refusal(NamedTuple):
    """Something that was refused because a budget is used up: the kind of strike, and the error's text."""

    kind: str
    text: str


class Generation:
    """One load of a plugin.

    Attributes:
        plugin: the plugin's name.
        number: 1 for the first load since the host started.
        rank: the plugin's place in the load order; the same for every generation.
        ledger: what it owns.
        figures: what its handlers cost.
        peers: generations that are being loaded in the same step, by plugin name, this one too. Code that
            is loaded beside the old world sees the new generations of what it depends on.
        over: how often each budget, by its name in the manifest, had nothing left.
        refusal: the newest of these, until it has become a strike.
        alive: False as soon as a newer generation took over or the plugin was unloaded.
    """

    def __init__(self, source: Source, number: int, rank: int, peers: Mapping[str, Generation]) -> None:
        self.source = source
        self.plugin = source.name
        self.number = number
        self.rank = rank
        self.ledger = Ledger(f"{source.name} (generation {number})")
        self.figures = Figures()
        self.peers = peers
        self.over: Counter[str] = Counter()
        self.refusal: Refusal | None = None
        self.alive = True
        self.runtime: Runtime | None = None
        self.load_ms = 0.0

    @property
    def label(self) -> str:
        return f"{self.plugin}#{self.number}"


RuntimeFactory = Callable[[Generation], Runtime]
"""Makes what runs a generation; chosen by the plugin's realm, language and tier."""
