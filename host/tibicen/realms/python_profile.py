"""Where the time of a Python plugin goes: every so often somebody looks what its code is doing."""

from __future__ import annotations

import inspect
import signal
import sys
import threading
from collections.abc import Iterable
from time import perf_counter, perf_counter_ns, process_time_ns
from types import CodeType, FrameType

from tibicen.bus.hooks import Handler
from tibicen.errors import TibicenError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.figures import Series, running
from tibicen.lifecycle.ledger import Entry
from tibicen.realms import faults
from tibicen.realms.python_loader import MARK, Mark
from tibicen.vm.profile import Frame, Profile, Stack

MOST_STACKS = 2_000
DEEPEST = 64

LATE_NS = 5_000_000
"""Beyond the interval, how late a look may come and still count in full: what held Python's lock was something else."""

SWITCH_SECONDS = 50e-6
"""How soon code has to let go of Python's lock for a look. By default 5 ms, in which most handlers are long done."""

Key = tuple[str, tuple[tuple[str, str, int, int], ...]]


class _Switching:
    """Python's switch interval: short while a sampler runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samplers = 0
        self._usual = 0.0

    def __enter__(self) -> None:
        with self._lock:
            if not self._samplers:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(min(self._usual, SWITCH_SECONDS))
            self._samplers += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._samplers -= 1
            if not self._samplers:
                sys.setswitchinterval(self._usual)


_switching = _Switching()


class Samples:
    """The stacks of one generation of a Python plugin.

    Args:
        mark: in the namespaces of its modules.
        entries: of its ledger; names its hook handlers.
    """

    def __init__(self, source: Source, mark: Mark, entries: Iterable[Entry]) -> None:
        self._source = source
        self._mark = mark
        self._roots = _hook_functions(entries)
        self._stacks: dict[Key, list[int]] = {}
        self._dropped = 0
        self._began = perf_counter()

    def look(self, top: FrameType | None, ns: int, series: Series | None, thread: str = "") -> None:
        """Takes the plugin's part of a stack, if it has one."""
        frames: list[tuple[str, str, int, int]] = []
        outermost: CodeType | None = None
        frame = top
        while frame is not None:
            if frame.f_globals.get(MARK) is self._mark:
                outermost = frame.f_code
                if len(frames) < DEEPEST:
                    frames.append(self._frame(frame))
            frame = frame.f_back
        if outermost is None:
            return
        key = f"thread {thread}" if thread else self._root(outermost, series), tuple(reversed(frames))
        found = self._stacks.get(key)
        if found is None:
            if len(self._stacks) >= MOST_STACKS:
                self._dropped += 1
                return
            found = self._stacks[key] = [0, 0]
        found[0] += ns
        found[1] += 1

    def profile(self) -> Profile:
        """All of them."""
        notes = ["samples are taken between two instructions of Python: a long call of C counts for the line behind it"]
        if self._dropped:
            notes.append(f"there were too many different stacks; {self._dropped} samples are not in any of these")
        stacks = [
            Stack(root, [Frame(*frame) for frame in frames], ns, samples)
            for (root, frames), (ns, samples) in self._stacks.items()
        ]
        return Profile(
            plugin=self._source.name,
            language="python",
            stacks=sorted(stacks, key=lambda stack: -stack.ns),
            seconds=perf_counter() - self._began,
            ran_ns=0,
            notes=notes,
        )

    def _root(self, outermost: CodeType, series: Series | None) -> str:
        if outermost in self._roots:
            return self._roots[outermost]
        return f"{series.kind} {series.name}" if series is not None else f"task {outermost.co_name}"

    def _frame(self, frame: FrameType) -> tuple[str, str, int, int]:
        code = frame.f_code
        return code.co_qualname, faults.shown_name(self._source, code.co_filename), code.co_firstlineno, frame.f_lineno


class PythonSampler:
    """A profile of a plugin that runs inside the host: a thread looks at the others."""

    def __init__(self, source: Source, mark: Mark, entries: Iterable[Entry], interval_ms: float) -> None:
        self._interval = interval_ms / 1e3
        self._samples = Samples(source, mark, entries)
        self._host = threading.get_ident()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"profile of {source.name}", daemon=True)
        self._thread.start()

    def stop(self) -> Profile:
        """Ends it.

        Raises:
            TibicenError: it has ended.
        """
        if self._end.is_set():
            raise TibicenError("no profile runs")
        self._end.set()
        self._thread.join()
        return self._samples.profile()

    def _run(self) -> None:
        with _switching:
            self._sample()

    def _sample(self) -> None:
        before = perf_counter_ns()
        own = threading.get_ident()
        longest = int(self._interval * 1e9) + LATE_NS
        while not self._end.wait(self._interval):
            now = perf_counter_ns()
            # Both at once: what runs goes on while the stacks are read.
            tops, series = sys._current_frames(), running.series
            for thread, top in tops.items():
                if thread != own:
                    name = "" if thread == self._host else _thread_name(thread)
                    self._samples.look(top, min(now - before, longest), series, name)
            before = now


class SignalSampler:
    """A profile of a plugin that has its process nearly for itself: a signal comes after so much processor time.

    It needs no thread, for which the limits of a worker may have no room.

    Raises:
        TibicenError: another plugin of the process is being profiled.
    """

    def __init__(self, source: Source, mark: Mark, entries: Iterable[Entry], interval_ms: float) -> None:
        if signal.getitimer(signal.ITIMER_PROF)[0]:
            raise TibicenError("another plugin in this process is being profiled; wait until that profile has ended")
        self._samples = Samples(source, mark, entries)
        self._before = process_time_ns()
        self._longest = int(interval_ms * 1e6) + LATE_NS
        self._usual = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, interval_ms / 1e3, interval_ms / 1e3)

    def stop(self) -> Profile:
        """Ends it."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._usual)
        return self._samples.profile()

    def _sample(self, number: int, frame: FrameType | None) -> None:
        now = process_time_ns()
        self._samples.look(frame, min(now - self._before, self._longest), running.series)
        self._before = now


def _hook_functions(entries: Iterable[Entry]) -> dict[CodeType, str]:
    found = {}
    for entry in entries:
        if isinstance(entry, Handler) and entry.function is not None:
            code = getattr(inspect.unwrap(entry.function), "__code__", None)
            if code is not None:
                found[code] = f"hook {entry.label}"
    return found


def _thread_name(ident: int) -> str:
    return next((thread.name for thread in threading.enumerate() if thread.ident == ident), str(ident))
