"""The end of a generation: closed at once or when it is done, and looked at whether it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Scenario

from tibicen.lifecycle import leaks
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.leaks import LeakAudit
from tibicen.lifecycle.ledger import Mode
from tibicen.lifecycle.manifest import Manifest
from tibicen.lifecycle.report import Report
from tibicen.lifecycle.retire import Retirement

InHost = Callable[[Scenario], Any]


class Stubborn:
    """A runtime that is busy until it is let go, and of which something may live on."""

    def __init__(self, *, busy: bool = False, remains: tuple[str, ...] = ()) -> None:
        self.done = asyncio.Event()
        self.closed = 0
        self._busy = busy
        self.left = list(remains)

    def pending(self) -> bool:
        return self._busy and not self.done.is_set()

    async def drain(self) -> None:
        await self.done.wait()

    def close(self) -> None:
        self.closed += 1

    def remains(self) -> list[str]:
        return self.left


class Entry:
    """Something that a ledger holds."""

    kind = "timer"

    def __init__(self, label: str, error: Exception | None = None) -> None:
        self.label = label
        self.error = error
        self.closed = False

    def put_back(self) -> None:
        pass

    def lift(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True
        if self.error is not None:
            raise self.error


def generation_of(runtime: Stubborn, number: int = 1) -> Generation:
    path = Path("a.lua")
    generation = Generation(Source("a", path, path, path, Manifest(name="a"), "file", "lua"), number, 0, {})
    generation.runtime = runtime  # type: ignore[assignment]
    return generation


class Seen:
    """A retirement, and what was told of it."""

    def __init__(self, drain_seconds: float = 60.0) -> None:
        self.reports: list[Report] = []
        self.leaks: list[tuple[str, list[str]]] = []
        self.retirement = Retirement(
            asyncio.get_running_loop(), self.reports.append, drain_seconds, lambda *leak: self.leaks.append(leak)
        )


def test_one_that_is_idle_ends_at_once(in_host: InHost) -> None:
    async def scenario() -> None:
        seen, runtime = Seen(), Stubborn()
        generation = generation_of(runtime)
        seen.retirement.retire(generation)
        assert (generation.alive, generation.ledger.mode, runtime.closed) == (False, Mode.CLOSED, 1)
        await seen.retirement.finish()
        assert (seen.reports, runtime.closed) == ([], 1)

    in_host(scenario)


def test_one_that_is_busy_ends_when_it_is_done(in_host: InHost) -> None:
    async def scenario() -> None:
        seen, runtime = Seen(), Stubborn(busy=True)
        generation = generation_of(runtime)
        seen.retirement.retire(generation)
        await asyncio.sleep(0)
        assert (generation.alive, generation.ledger.mode, runtime.closed) == (False, Mode.COLLECTING, 0)
        end = asyncio.create_task(seen.retirement.finish())
        await asyncio.sleep(0)
        assert not end.done()
        runtime.done.set()
        await end
        assert (generation.ledger.mode, runtime.closed, seen.reports) == (Mode.CLOSED, 1, [])

    in_host(scenario)


def test_one_that_is_busy_for_too_long_is_closed_all_the_same(in_host: InHost) -> None:
    async def scenario() -> None:
        seen, runtime = Seen(drain_seconds=0.01), Stubborn(busy=True)
        seen.retirement.retire(generation_of(runtime, number=3))
        await seen.retirement.finish()
        assert runtime.closed == 1
        (report,) = seen.reports
        assert (report.action, report.ok, report.plugins) == ("drain", False, ["a"])
        assert report.warnings == ["generation 3 was still busy after 0.01 s and was closed"]

    in_host(scenario)


def test_what_can_not_be_closed_is_told_and_holds_up_nothing(in_host: InHost) -> None:
    async def scenario() -> None:
        seen, runtime = Seen(), Stubborn()
        generation = generation_of(runtime)
        entries = [Entry("first"), Entry("second", ValueError("stuck")), Entry("third")]
        for entry in entries:
            generation.ledger.hold(entry)
        seen.retirement.retire(generation)
        assert all(entry.closed for entry in entries)
        assert (len(generation.ledger), runtime.closed) == (0, 1)
        (report,) = seen.reports
        assert (report.action, report.warnings) == ("leak", ["timer second could not be closed: stuck"])

    in_host(scenario)


def test_what_lives_on_is_told_once_by_name(in_host: InHost) -> None:
    async def scenario() -> None:
        seen = Seen()
        held, freed = Stubborn(remains=("its module is held by x.y",)), Stubborn(remains=("still collected",))
        seen.retirement.retire(generation_of(held, number=1))
        seen.retirement.retire(generation_of(freed, number=2))
        freed.left = []
        assert seen.reports == [], "garbage is collected first"
        seen.retirement.leaks.check()
        seen.retirement.leaks.check()
        (report,) = seen.reports
        assert (report.action, report.ok) == ("leak", False)
        assert str(report.problems[0]) == "generation 1 was unloaded, but its module is held by x.y"
        assert seen.leaks == [("a", ["its module is held by x.y"])]

    in_host(scenario)


def test_the_end_does_not_wait_for_the_audit(in_host: InHost) -> None:
    async def scenario() -> None:
        seen = Seen()
        seen.retirement.retire(generation_of(Stubborn(remains=("it lives",))))
        await seen.retirement.finish()
        assert len(seen.reports) == 1

    in_host(scenario)


def test_one_look_serves_all_that_was_unloaded_meanwhile(in_host: InHost, monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[None] = []
    monkeypatch.setattr(leaks, "DELAY_SECONDS", 0.01)
    monkeypatch.setattr(leaks.gc, "collect", lambda: collected.append(None))

    async def scenario() -> None:
        told: list[int] = []
        done = asyncio.Event()

        def leaked(plugin: str, number: int, remains: list[str]) -> None:
            told.append(number)
            if number == 5:
                done.set()

        audit = LeakAudit(asyncio.get_running_loop(), leaked)
        for number in range(1, 6):
            audit.watch(generation_of(Stubborn(remains=("it lives",)), number))
        await asyncio.wait_for(done.wait(), 30)
        assert (told, len(collected)) == ([1, 2, 3, 4, 5], 1)
        audit.check()
        assert len(collected) == 1, "there is nothing to look at"

    in_host(scenario)
