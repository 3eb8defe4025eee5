"""Hooks that fail closed: what could not be answered is refused."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tibicen.bus import markers
from tibicen.bus.chain import Filtered
from tibicen.bus.hooks import HookBus
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manifest import Manifest


def specs() -> ModuleType:
    module = ModuleType("specs")

    @markers.query(closed="refused")
    def door_opens(who: str) -> Any:
        """Asks."""

    @markers.filters(closed="censored")
    def door_says(text: str) -> Any:
        """Filters."""

    @markers.gather(closed="unknown")
    def door_counts() -> Any:
        """Gathers."""

    @markers.query
    def door_likes(who: str) -> Any:
        """Fails open."""

    for function in (door_opens, door_says, door_counts, door_likes):
        setattr(module, function.__name__, function)
    return module


class Bus:
    """A hook bus and one plugin that answers."""

    def __init__(self, tmp_path: Any) -> None:
        self.failures: list[str] = []
        self.bus = HookBus(lambda handler, error: self.failures.append(str(error)), specs())
        source = Source("p", tmp_path, tmp_path, tmp_path / "p.py", Manifest(name="p"), "file", "python")
        self.generation = Generation(source, 1, 0, {})
        self.generation.ledger.put_back()

    def answer(self, hook: str, *functions: Any) -> None:
        # The one that is registered first is called first.
        for function in functions:
            self.bus.add_python(self.generation, hook, function)


def fails(*arguments: Any) -> None:
    raise ValueError("no answer")


@pytest.fixture
def bus(tmp_path: Any) -> Bus:
    return Bus(tmp_path)


def test_a_query(bus: Bus) -> None:
    bus.answer("door.opens", lambda who: "first" if who == "known" else None, fails, lambda who: "later")
    assert bus.bus["door.opens"]("known") == "first", "whoever answers before the failure is heard"
    assert bus.bus["door.opens"]("stranger") == "refused"
    assert bus.failures == ["no answer"]


def test_without_failures_nothing_is_closed(bus: Bus) -> None:
    assert bus.bus["door.opens"]("x") is None
    assert bus.bus["door.says"]("x") == Filtered("x")
    assert bus.bus["door.counts"]() == []
    bus.answer("door.opens", lambda who: None)
    assert bus.bus["door.opens"]("x") is None


def test_a_filter_ends_with_the_declared_value(bus: Bus) -> None:
    bus.answer("door.says", lambda text: text + "!", fails, lambda text: text + "?")
    assert bus.bus["door.says"]("x") == Filtered("censored", "p")


def test_a_gather_gets_the_declared_answer_for_each_that_failed(bus: Bus) -> None:
    bus.answer("door.counts", lambda: 1, fails, lambda: 3, fails)
    assert bus.bus["door.counts"]() == [1, 3, "unknown", "unknown"]


def test_a_hook_is_open_unless_it_says_otherwise(bus: Bus) -> None:
    bus.answer("door.likes", fails, lambda who: "later")
    assert bus.bus["door.likes"]("x") == "later"
    assert bus.bus["door.likes"].spec.closed is markers.OPEN


def test_a_notify_has_nothing_to_close() -> None:
    with pytest.raises(TypeError, match="no answers"):
        markers.notify(closed=False)
