"""Watches the plugins folder: watchdog's thread notices, `waves` decides when a save is whole."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from tibicen.lifecycle.waves import Change, Wave, WaveGatherer

__all__ = ["PluginWatcher", "Wave"]

_KINDS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""What is asked of the system: without it, every read of a file would be an event too."""

_OBSERVERS_LOGGER = "watchdog.observers"
RECHECK_SECONDS = 0.25

_log = structlog.get_logger("tibicen.watch")


class PluginWatcher(FileSystemEventHandler):
    """Calls `on_wave` on the loop's thread for every wave of changes below a folder.

    Args:
        folder: watched with everything below it, unless `recursive` is False.
    """

    def __init__(
        self,
        folder: Path,
        loop: asyncio.AbstractEventLoop,
        on_wave: Callable[[Wave], None],
        *,
        recursive: bool = True,
    ) -> None:
        self.folder = folder
        self._loop = loop
        self._recursive = recursive
        self._gatherer = WaveGatherer(folder, loop, on_wave)
        self._changes: deque[Change] = deque()
        self._handing_over = False
        self._lock = threading.Lock()
        self._observer: Observer | None = None  # type: ignore[valid-type]
        self._overflow = _OverflowListener(self._lost_count)
        self._recheck: asyncio.TimerHandle | None = None
        self._identity: tuple[int, int] | None = None
        self._blind = False

    def start(self) -> None:
        """Starts watching.

        Raises:
            OSError: the folder is not there, or the system has no watches left.
        """
        # It follows every `mkdir -p`: the inner folder is found twice, which harms nothing.
        warnings.filterwarnings("ignore", "Callback with id .* already exists for watch", RuntimeWarning)
        self._observe()
        logging.getLogger(_OBSERVERS_LOGGER).addHandler(self._overflow)
        self._recheck = self._loop.call_later(RECHECK_SECONDS, self._check_folder)

    def _observe(self) -> None:
        observer = Observer()
        observer.schedule(self, str(self.folder), recursive=self._recursive, event_filter=_KINDS)
        try:
            observer.start()
        except OSError:
            # It has opened its queue of events and started a thread already.
            observer.stop()
            raise
        self._observer = observer
        self._identity = self._stat_identity()

    def stop(self) -> None:
        """Stops watching and forgets what is under way. Idempotent."""
        logging.getLogger(_OBSERVERS_LOGGER).removeHandler(self._overflow)
        if self._recheck is not None:
            self._recheck.cancel()
            self._recheck = None
        self._stop_observer()
        # A hand-over may still be on its way to the loop; it finds nothing any more.
        with self._lock:
            self._changes.clear()
        self._gatherer.cancel()

    def _stop_observer(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    # -- on watchdog's thread ---------------------------------------------------------------------------

    def on_any_event(self, event: FileSystemEvent) -> None:
        """One event of the system; handed over in batches, so that a storm costs the loop one call."""
        now = time.monotonic()
        change = Change(event.event_type, event.is_directory, str(event.src_path), str(event.dest_path or ""), now)
        self._hand_over(change)

    def _hand_over(self, change: Change) -> None:
        with self._lock:
            self._changes.append(change)
            if self._handing_over:
                return
            self._handing_over = True
        try:
            self._loop.call_soon_threadsafe(self._take)
        except RuntimeError:
            # The loop is closed: the host is gone, and nobody wants to know any more.
            return

    def _lost_count(self) -> None:
        _log.warning("the system lost events; looking at every plugin again", folder=str(self.folder))
        self._hand_over(Change("overflow", True, str(self.folder), "", time.monotonic()))

    # -- on the loop's thread ---------------------------------------------------------------------------

    def _take(self) -> None:
        with self._lock:
            changes, self._changes = self._changes, deque()
            self._handing_over = False
        self._gatherer.take(changes)

    def _stat_identity(self) -> tuple[int, int] | None:
        try:
            status = self.folder.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _check_folder(self) -> None:
        """The folder itself may be deleted, replaced and made again; watches do not survive that."""
        self._recheck = self._loop.call_later(RECHECK_SECONDS, self._check_folder)
        identity = self._stat_identity()
        observer = self._observer
        # A folder made again may have the old one's number; then only the dead emitter tells.
        dead = observer is not None and not all(thread.is_alive() for thread in _threads_of(observer))
        if identity == self._identity and not dead:
            return
        self._stop_observer()
        if identity is not None:
            try:
                self._observe()
            except OSError as error:
                if not self._blind:
                    _log.warning("the plugins folder can't be watched", folder=str(self.folder), problem=str(error))
                # Tried again at the next check, but said once.
                self._blind, self._identity = True, None
                return
        self._identity, self._blind = identity, False
        self._gatherer.take([Change("overflow", True, str(self.folder), "", time.monotonic())])


def _threads_of(observer: BaseObserver) -> Iterator[threading.Thread]:
    """Every thread that events pass through; without one of them the others wait for ever."""
    yield observer
    yield from observer.emitters
    reader = getattr(observer, "_inotify_fd", None)
    if isinstance(reader, threading.Thread):
        yield reader


class _OverflowListener(logging.Handler):
    """watchdog tells of an overflow of the kernel's queue only by a line of its log."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage():
            self._lost()
