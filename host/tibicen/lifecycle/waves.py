"""From single events of the file system to waves: what was saved together, once the writer is done.

- A finished save (closed after writing, or renamed into place) waits only `QUIET`.
- A file that is modified but not closed is half-written: its wave waits, at most `HALF_WRITTEN`.
- Several files at once, a folder, whose files are told of behind it, or a wave soon after another are a burst (a
  checkout, a copy): `BURST` of quiet.
- A git checkout holds its `index.lock`: its wave waits for the end, at most `CHECKOUT`.
- A deleted file may be half of a save (delete or rename away, then create): it waits `DELETION`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tibicen.lifecycle.discovery import is_leftover

TELLS_CLOSE = sys.platform.startswith("linux")
"""Only inotify says when a writer has closed a file; elsewhere quiet has to do."""

QUIET = 0.0015 if TELLS_CLOSE else 0.05
BURST = 0.04 if TELLS_CLOSE else 0.1
DELETION = 0.075
HALF_WRITTEN = 1.0
CHECKOUT = 5.0
LONGEST = 10.0
AFTERSHOCK = 0.1
"""A wave this soon after another belongs to a burst that is still going on."""


class Change(NamedTuple):
    """One event: `kind` is watchdog's event type, `at` the monotonic time in the watcher's thread."""

    kind: str
    is_directory: bool
    path: str
    moved_to: str
    at: float


@dataclass(frozen=True, slots=True)
class Wave:
    """What changed together: absolute paths, and the monotonic time of the first event."""

    paths: frozenset[Path]
    noticed_at: float


def _git_lock(folder: Path) -> Path | None:
    """The lock file of the git work tree that holds `folder`, if it is in one."""
    for parent in (folder, *folder.parents):
        git = parent / ".git"
        if git.is_dir():
            return git / "index.lock"
        if git.is_file():
            # A linked work tree: the file names its real git folder.
            text = git.read_text(encoding="utf-8", errors="replace")
            return (parent / text.partition("gitdir:")[2].strip()) / "index.lock"
    return None


class WaveGatherer:
    """Gathers changes until they are a wave, then calls `on_wave`. For the loop's thread."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop, on_wave: Callable[[Wave], None]) -> None:
        self._folder = folder
        self._loop = loop
        self._on_wave = on_wave
        self._git_lock = _git_lock(folder)
        self._touched: set[Path] = set()
        self._half_written: dict[Path, float] = {}
        self._deleted: dict[Path, float] = {}
        self._born: set[Path] = set()
        self._with_folder = False
        self._first = self._last = 0.0
        self._sent = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def take(self, changes: Iterable[Change]) -> None:
        """Takes events in order and sets the time at which to look whether the wave is whole."""
        for change in changes:
            if self._note(change):
                self._with_folder |= change.is_directory
                if not self._first:
                    self._first = change.at
                self._last = change.at
        if self._touched:
            self._look_again()

    def cancel(self) -> None:
        """Forgets everything under way."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._start_anew()

    def _start_anew(self) -> None:
        self._touched.clear()
        self._half_written.clear()
        self._deleted.clear()
        self._born.clear()
        self._with_folder = False
        self._first = 0.0

    def _note(self, change: Change) -> bool:
        """Whether the event means anything for plugins."""
        path = Path(change.path)
        if change.kind == "moved":
            target = Path(change.moved_to)
            noted = [self._move_away(path, change), self._touch(target, change.at)]
            return any(noted)
        if change.kind == "deleted":
            return self._touch(path, change.at, gone=True)
        if change.kind == "modified":
            return not change.is_directory and self._touch(path, change.at, writing=TELLS_CLOSE)
        if change.kind == "created" and not change.is_directory:
            if path not in self._touched:
                self._born.add(path)
            return self._touch(path, change.at, writing=TELLS_CLOSE and _is_empty(path))
        return self._touch(path, change.at)

    def _move_away(self, path: Path, change: Change) -> bool:
        """A file that was made a moment ago only to be renamed into place (`sed -i`, editors) never counted."""
        if path in self._born and not change.is_directory:
            self._born.discard(path)
            for noted in (self._half_written, self._deleted):
                noted.pop(path, None)
            self._touched.discard(path)
            return False
        return self._touch(path, change.at, gone=True)

    def _touch(self, path: Path, at: float, *, gone: bool = False, writing: bool = False) -> bool:
        try:
            words = path.relative_to(self._folder).parts
        except ValueError:
            return False
        if any(is_leftover(word) for word in words):
            return False
        self._touched.add(path)
        self._deleted.pop(path, None)
        if writing:
            self._half_written[path] = at
        else:
            self._half_written.pop(path, None)
        if gone:
            self._deleted[path] = at
        return True

    def _whole_at(self, now: float) -> float:
        """When the wave is whole if nothing more happens; not after `now` when it is whole already."""
        if now - self._first > LONGEST:
            return now
        burst = len(self._touched) > 1 or self._with_folder or self._first - self._sent < AFTERSHOCK
        due = self._last + (BURST if burst else QUIET)
        for at in self._half_written.values():
            due = max(due, at + HALF_WRITTEN)
        for path, at in self._deleted.items():
            if not path.exists():
                due = max(due, at + DELETION)
        if due <= now and self._git_lock is not None and now - self._first < CHECKOUT and self._git_lock.exists():
            due = now + 0.005
        return due

    def _look_again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._touched:
            self._start_anew()
            return
        now = time.monotonic()
        due = self._whole_at(now)
        if due > now:
            self._timer = self._loop.call_later(due - now, self._look_again)
            return
        wave = Wave(frozenset(self._touched), self._first)
        self._start_anew()
        self._sent = now
        self._on_wave(wave)


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return False
