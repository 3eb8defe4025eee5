"""Where a bridge learns flags of items: off its event loop, a learner for each server and version, kept in a file."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import structlog

from tibicen.protocol.item_learning import ItemLearner, Lesson
from tibicen.protocol.items import ItemTable

MOST_WAITING: Final = 1000
"""Frames that wait to be looked at; more are missed."""

IDLE_SHARE: Final = 3.0
"""Rests for so many times as long as a frame took: a quarter of a processor at most."""

SAVE_SECONDS: Final = 30.0

_log = structlog.get_logger("tibicen.bridge")


class _Frame(NamedTuple):
    session: int
    learner: ItemLearner
    messages: bytes


class ItemSchool:
    """Learners, and the thread that they are at work on.

    Args:
        path: a JSON file; what is in it is taken over, what is learnt is written there. None: nothing is kept.

    Tables that it has given out change as more is learnt: what reads with them needs no lock, for an entry is known or
    not from one moment to the next.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._learners: dict[tuple[str, int], ItemLearner] = {}
        self._lessons: dict[int, Lesson] = {}
        self._missed: set[int] = set()
        self._work: queue.SimpleQueue[_Frame | Callable[[], None] | None] = queue.SimpleQueue()
        self._saved = 0
        self._save_at = time.monotonic() + SAVE_SECONDS
        self._kept = _read(path)
        self._thread: threading.Thread | None = None

    def learner(self, servers: str, version: int) -> ItemLearner:
        """That of the servers behind a port and a version that is described."""
        known = self._learners.get((servers, version))
        if known is None:
            try:
                known = ItemLearner(version, self._kept.get(servers, {}).get(str(version)))
            except (KeyError, TypeError, ValueError, AttributeError):
                _log.warning("what was learnt of items can't be read; it is learnt anew", servers=servers)
                known = ItemLearner(version)
            self._learners[servers, version] = known
        return known

    def table(self, servers: str, version: int) -> ItemTable:
        """What readers need."""
        return self.learner(servers, version).table

    def frame(self, session: int, servers: str, version: int, messages: bytes) -> None:
        """A frame that a server sent, in order. Returns at once."""
        if self._work.qsize() >= MOST_WAITING:
            self._missed.add(session)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tibicen-items", daemon=True)
            self._thread.start()
        if session in self._missed:
            self._missed.discard(session)
            self._work.put(lambda: self._doubt(session))
        self._work.put(_Frame(session, self.learner(servers, version), messages))

    def forget(self, session: int) -> None:
        """A session is over."""
        self._missed.discard(session)
        if self._thread is not None:
            self._work.put(lambda: self._end(session))

    def describe(self) -> list[dict[str, Any]]:
        """How many items are known, by servers and version."""
        return [
            {"servers": servers, "version": version, "known": learner.count, **learner.counts}
            for (servers, version), learner in list(self._learners.items())
        ]

    def close(self) -> None:
        """Writes down what has been learnt. What still waits is not looked at. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._work.put(None)
            thread.join()
        self._save()

    # -- on the thread

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            if not isinstance(work, _Frame):
                work()
                continue
            began = time.thread_time()
            if self._thread is not None:
                self._look(work)
            if time.monotonic() >= self._save_at:
                self._save()
            spent = time.thread_time() - began
            if spent > 0.001 and self._thread is not None:
                time.sleep(spent * IDLE_SHARE)

    def _look(self, work: _Frame) -> None:
        lesson = self._lessons.get(work.session)
        if lesson is None:
            lesson = self._lessons[work.session] = work.learner.lesson()
        try:
            work.learner.take(lesson, work.messages)
        except Exception:
            # A mistake in here costs what could have been learnt, and nothing else.
            _log.exception("a frame could not be learnt from")
            lesson.doubtful = True

    def _end(self, session: int) -> None:
        self._lessons.pop(session, None)

    def _doubt(self, session: int) -> None:
        lesson = self._lessons.get(session)
        if lesson is not None:
            lesson.doubtful = True

    def _save(self) -> None:
        self._save_at = time.monotonic() + SAVE_SECONDS
        learners = list(self._learners.items())
        changes = sum(learner.changes for _, learner in learners)
        if self.path is None or changes == self._saved:
            return
        for (servers, version), learner in learners:
            self._kept.setdefault(servers, {})[str(version)] = learner.state()
        whole = self.path.with_name(self.path.name + ".whole")
        try:
            whole.write_text(json.dumps({"servers": self._kept}, separators=(",", ":")), encoding="utf-8")
            whole.replace(self.path)
            self._saved = changes
        except OSError as error:
            _log.warning("what was learnt of items can't be kept", problem=error.strerror)
            with contextlib.suppress(OSError):
                whole.unlink()


def _read(path: Path | None) -> dict[str, dict[str, Any]]:
    if path is None or not path.exists():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))["servers"]
        if all(isinstance(each, dict) for each in (found, *found.values())):
            return dict(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    _log.warning("what was learnt of items can't be read; it is learnt anew", file=str(path))
    return {}
