"""The VM contract: what every tier promises, whatever it is made of.

One test-suite (`tests/vm/test_contract.py`) runs over every tier. A VM holds one generation of one plugin;
how many of them share a Lua state underneath is the tier's own affair.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from tibicen.errors import TibicenError
from tibicen.vm.marshal import Plain
from tibicen.vm.profile import Profile

HostCall = Callable[[str, list[Plain]], Plain]
"""Serves a plugin's call of the host: operation, arguments. What it raises reaches the plugin as an error text."""


@dataclass(frozen=True, slots=True)
class VmOptions:
    """What a VM is made with.

    Attributes:
        plugin: the plugin's name, for reports.
        realm: prelude module that mounts the realm's API into the plugin's globals; empty for none.
        host: serves the plugin's calls of the host.
        settings: plain data that the realm's module gets when it is mounted.
        cpu_ms: what one call may use; 0 for no limit.
        memory_mb: what the VM may hold; 0 for no limit. Only tiers with a state of their own keep it.
        trusted: the JIT stays on and no deadline is armed.
        cpu_ms_per_second: what all calls of a second may use together; 0 for no limit. Loading and hand-over count,
            but are not refused: a plugin that has used up its share can be mended.
    """

    plugin: str
    host: HostCall
    realm: str = ""
    settings: Plain = None
    cpu_ms: float = 50.0
    memory_mb: float = 16.0
    trusted: bool = False
    cpu_ms_per_second: float = 0.0

    @property
    def realm_folder(self) -> str:
        """The folder of `lua/` that the realm's module is in; empty when it is the prelude's own."""
        return self.realm.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a VM holds, and may hold (0: no limit). `shared` says that others are counted in."""

    used: int
    limit: int
    shared: bool


@dataclass(slots=True)
class VmStatistics:
    """Counters since the VM was made; times in nanoseconds of wall clock inside the VM."""

    calls: int = 0
    errors: int = 0
    total_ns: int = 0
    longest_ns: int = 0


class HookFailure(NamedTuple):
    """A handler of a chain that failed: its callback id and the error to report."""

    callback: int
    error: Exception


class HookOutcome(NamedTuple):
    """What a crossing of a hook chain gave.

    Attributes:
        value: filter: the value, when `changed`; query: the first answer; gather: list of answers.
        changed: a filter's handlers replaced (or may have altered) the value.
        stopped_by: callback id of the handler that stopped a filter or answered a query; 0 for none, or unknown.
        failures: handlers that failed; the others ran all the same.
    """

    value: Plain
    changed: bool
    stopped_by: int
    failures: tuple[HookFailure, ...]


class Showing(NamedTuple):
    """Packets that a chain was shown.

    Attributes:
        done: how many it is through with, at least one: it ends early when something came of one.
        outcome: what came of the last of them.
        error: why the crossing came to nothing.
        spent_ns: what it took.
    """

    done: int
    outcome: HookOutcome | None
    error: Exception | None
    spent_ns: int


class VM(ABC):
    """One generation of one Lua plugin.

    Every method is for the host's own thread, which needs a large stack (`tibicen.vm.stack`). Calls may nest:
    a plugin's call of the host may call into the same VM again. After `close` every call raises VmClosedError.

    Errors of plugin code come out as:
        LoadError, HandlerError: with file, line and traceback of the plugin's own code.
        CpuBudgetError: the call ran past its deadline; the VM goes on being usable.
        CpuShareError: the plugin's share of this second is used up; callbacks are refused until the next.
        MemoryBudgetError: the call asked for more than the VM may hold; usable again once there is room.
        MarshalError: an argument or result can't cross.
        CrashError: (tier isolated) the plugin's process is dead, or died in the call; the VM is of no use any more.
    """

    tier: ClassVar[str]

    control: int
    """Callback id of the realm's own function (`settings`, `health`); 0 without a realm."""

    @abstractmethod
    def load(self, source: bytes, chunk: str) -> Plain:
        """Compiles and runs a chunk in the plugin's globals; returns what the chunk returns.

        `chunk` is the file's name as its author knows it (`greeter/init.lua`). Bytecode is refused.
        """

    @abstractmethod
    def call(self, function: str | int, *args: Plain) -> Plain:
        """Calls a global function by name, or a function that the plugin handed over by its callback id."""

    @abstractmethod
    def has(self, function: str) -> bool:
        """Whether the plugin has a global function of that name (metamethods are not asked)."""

    @abstractmethod
    def forget(self, callback: int) -> None:
        """Lets go of a function that the plugin handed over. No error when it is gone already."""

    @abstractmethod
    def know_chunk(self, chunk: str) -> None:
        """Notes a file that the plugin itself loads, so that reports can give its whole name."""

    @abstractmethod
    def lend_time(self, nanoseconds: int) -> None:
        """Extends the deadline of the call under way: time that others used on the plugin's behalf."""

    @abstractmethod
    def post(self, function: str | int, *args: Plain) -> None:
        """Like `call`, but later: in order of posting, when `run_posted` is called. The result is dropped.

        Arguments are copied now. Posts that wait when the VM closes are dropped.
        """

    @abstractmethod
    def run_posted(self, limit: int = 1024) -> list[Exception]:
        """Runs up to `limit` posted calls; returns the errors of those that failed."""

    @abstractmethod
    def chain(self, kind: str, arity: int, callbacks: Sequence[int]) -> int:
        """Builds a hook chain of handlers (callback ids of VMs that share this one's `crossing`)."""

    @abstractmethod
    def drop_chain(self, chain: int) -> None:
        """Forgets a chain."""

    @abstractmethod
    def dispatch(self, chain: int, packed: bytes) -> HookOutcome | None:
        """Runs a chain with packed arguments (one list, see `marshal.pack`); None: nothing came of it."""

    def dispatch_timed(self, chain: int, packed: bytes) -> tuple[HookOutcome | None, Sequence[int | None]]:
        """Like `dispatch`, and the nanoseconds of each handler in order, None where it was not called.

        Nothing instead of the times where a tier can't tell its handlers apart.
        """
        return self.dispatch(chain, packed), ()

    @property
    def shows_packets(self) -> bool:
        """Whether `show` works: the VM reads this process's memory."""
        return False

    def show(self, chain: int, address: int, at: int, count: int) -> Showing:
        """Runs a filter for one `tib_packet` after the other, without packing any: `count` of them from number `at`."""
        raise TibicenError(f"tier {self.tier!r} reads no packets")

    @property
    @abstractmethod
    def crossing(self) -> object:
        """VMs with the same `crossing` can stand in one chain: one border crossing serves them all."""

    def start_profile(self, interval_ms: float) -> None:
        """Begins to sample which code of the plugin runs: a stack after every `interval_ms` of running.

        Raises:
            TibicenError: a profile runs already, or this tier has none.
        """
        raise TibicenError(f"a plugin of tier {self.tier!r} can't be profiled")

    def stop_profile(self) -> Profile:
        """Ends the profile.

        Raises:
            TibicenError: none runs.
        """
        raise TibicenError("no profile runs")

    @abstractmethod
    def memory(self) -> Memory:
        """What the VM holds now."""

    @abstractmethod
    def statistics(self) -> VmStatistics:
        """Counters since the VM was made."""

    @abstractmethod
    def close(self) -> None:
        """Drops the plugin's code and data. Idempotent; safe to call with no calls under way."""

    @property
    @abstractmethod
    def closed(self) -> bool:
        """Whether `close` was called."""

    @abstractmethod
    def remains(self) -> list[str]:
        """After `close`: what of this VM still lives, one sentence each. Empty when all is gone."""
