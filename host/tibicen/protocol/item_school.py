"""Where a bridge learns flags of items: off its event loop, a learner for each server and version, kept in a file."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import structlog

from tibicen.protocol.item_learning import ItemLearner, Lesson
from tibicen.protocol.items import ItemTable
from tibicen.threads import stand_back

TOGETHER: Final = 64
"""Frames that are handed over at once: to wake a thread for each costs more than to look at it."""

MOST_WAITING: Final = 32
"""Such handfuls that wait to be looked at; frames behind them are missed."""

IDLE_SHARE: Final = 3.0
"""Rests for so many times as long as a frame took: a quarter of a processor at most."""

WORTH_A_REST: Final = 0.0005
"""Seconds; what is quicker is not worth being put to sleep for."""

SAVE_SECONDS: Final = 30.0

_log = structlog.get_logger("tibicen.bridge")


class _Frame(NamedTuple):
    """`missed`: frames before it were."""

    session: int
    learner: ItemLearner
    messages: bytes
    missed: bool


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
        self._pending: list[_Frame] = []
        self._work: queue.SimpleQueue[list[_Frame] | int | None] = queue.SimpleQueue()
        self._saved = 0
        self._save_at = time.monotonic() + SAVE_SECONDS
        self._kept = _read(path)
        self._thread: threading.Thread | None = None
        self._closing = False

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
        """A frame that a server sent, in order. Returns at once; frames are looked at in handfuls, see `flush`."""
        if self._work.qsize() >= MOST_WAITING:
            self._missed.add(session)
            return
        missed = session in self._missed
        self._missed.discard(session)
        self._pending.append(_Frame(session, self.learner(servers, version), messages, missed))
        if len(self._pending) >= TOGETHER:
            self.flush()

    def miss(self, session: int) -> None:
        """Frames of a session were not shown to it."""
        self._missed.add(session)

    def flush(self) -> None:
        """Has what came so far looked at; to be called now and then."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tibicen-items", daemon=True)
            self._thread.start()
        self._work.put(pending)

    def forget(self, session: int) -> None:
        """A session is over."""
        self._missed.discard(session)
        self.flush()
        if self._thread is not None:
            self._work.put(session)

    def describe(self) -> list[dict[str, Any]]:
        """How many items are known, by servers and version."""
        return [
            {"servers": servers, "version": version, "known": learner.count, **learner.counts}
            for (servers, version), learner in list(self._learners.items())
        ]

    def close(self) -> None:
        """Writes down what has been learnt. What still waits is not looked at. Idempotent."""
        self._closing = True
        thread, self._thread = self._thread, None
        if thread is not None:
            self._work.put(None)
            thread.join()
        self._save()

    # -- on the thread

    def _run(self) -> None:
        stand_back()
        while (work := self._work.get()) is not None:
            if isinstance(work, int):
                self._lessons.pop(work, None)
                continue
            for frame in work:
                began = time.thread_time()
                self._look(frame)
                spent = time.thread_time() - began
                if spent > WORTH_A_REST and not self._closing:
                    time.sleep(spent * IDLE_SHARE)
                if self._closing:
                    break
            if time.monotonic() >= self._save_at:
                self._save()

    def _look(self, work: _Frame) -> None:
        lesson = self._lessons.get(work.session)
        if lesson is None:
            lesson = self._lessons[work.session] = work.learner.lesson()
        if work.missed:
            work.learner.lost(lesson)
        try:
            work.learner.take(lesson, work.messages)
        except Exception:
            # A mistake in here costs what could have been learnt, and nothing else.
            _log.exception("a frame could not be learnt from")
            work.learner.lost(lesson)

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
