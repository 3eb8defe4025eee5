"""Where the time of a Python plugin goes: a thread looks, every so often, what the other threads are doing."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Iterable
from time import perf_counter, perf_counter_ns
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


class PythonSampler:
    """A profile of one generation of a Python plugin that runs inside the host.

    Args:
        mark: in the namespaces of its modules.
        entries: of its ledger; names its hook handlers.
    """

    def __init__(self, source: Source, mark: Mark, entries: Iterable[Entry], interval_ms: float) -> None:
        self._source = source
        self._mark = mark
        self._interval = interval_ms / 1e3
        self._roots = _hook_functions(entries)
        self._host = threading.get_ident()
        self._stacks: dict[Key, list[int]] = {}
        self._dropped = 0
        self._end = threading.Event()
        self._began = perf_counter()
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
                    self._look(thread, top, series, min(now - before, longest))
            before = now

    def _look(self, thread: int, top: FrameType, series: Series | None, ns: int) -> None:
        frames: list[tuple[str, str, int, int]] = []
        outermost: CodeType | None = None
        frame: FrameType | None = top
        while frame is not None:
            if frame.f_globals.get(MARK) is self._mark:
                outermost = frame.f_code
                if len(frames) < DEEPEST:
                    frames.append(self._frame(frame))
            frame = frame.f_back
        if outermost is None:
            return
        root = self._root(outermost, series) if thread == self._host else f"thread {_thread_name(thread)}"
        key = root, tuple(reversed(frames))
        found = self._stacks.get(key)
        if found is None:
            if len(self._stacks) >= MOST_STACKS:
                self._dropped += 1
                return
            found = self._stacks[key] = [0, 0]
        found[0] += ns
        found[1] += 1

    def _root(self, outermost: CodeType, series: Series | None) -> str:
        if outermost in self._roots:
            return self._roots[outermost]
        return f"{series.kind} {series.name}" if series is not None else f"task {outermost.co_name}"

    def _frame(self, frame: FrameType) -> tuple[str, str, int, int]:
        code = frame.f_code
        return code.co_qualname, faults.shown_name(self._source, code.co_filename), code.co_firstlineno, frame.f_lineno


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
