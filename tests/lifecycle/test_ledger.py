from __future__ import annotations

import pytest

from tibicen.errors import TransitionError
from tibicen.lifecycle.ledger import Ledger, Mode
from tibicen.lifecycle.strikes import Strikes


class Thing:
    kind = "thing"

    def __init__(self, label: str, log: list[str], fails: str = "") -> None:
        self.label = label
        self.log = log
        self.fails = fails

    def _do(self, verb: str) -> None:
        if self.fails == verb:
            raise RuntimeError(f"{self.label} can't {verb}")
        self.log.append(f"{verb} {self.label}")

    def put_back(self) -> None:
        self._do("put back")

    def lift(self) -> None:
        self._do("lift")

    def close(self) -> None:
        self._do("close")


def test_what_is_held_takes_effect_when_the_ledger_goes_live() -> None:
    log: list[str] = []
    ledger = Ledger("p")
    ledger.hold(Thing("a", log))
    ledger.hold(Thing("b", log))
    assert log == []
    ledger.put_back()
    ledger.hold(Thing("c", log))
    assert log == ["put back a", "put back b", "put back c"]
    ledger.lift()
    ledger.put_back()
    assert log[3:] == ["lift c", "lift b", "lift a", "put back a", "put back b", "put back c"]
    assert ledger.counts() == {"thing": 3}
    assert ledger.close() == []
    assert log[9:] == ["lift c", "close c", "lift b", "close b", "lift a", "close a"]
    assert len(ledger) == 0


def test_a_dead_generation_registers_nothing() -> None:
    ledger = Ledger("greeter (generation 3)")
    ledger.close()
    with pytest.raises(TransitionError, match="greeter"):
        ledger.hold(Thing("a", []))


def test_release_closes_one_before_its_time() -> None:
    log: list[str] = []
    ledger = Ledger("p")
    thing = Thing("a", log)
    ledger.hold(thing)
    assert ledger.release(thing)
    assert not ledger.release(thing)
    ledger.put_back()
    assert log == ["close a"]


def test_going_live_is_all_or_none() -> None:
    log: list[str] = []
    ledger = Ledger("p")
    for label, fails in [("a", ""), ("b", "put back"), ("c", "")]:
        ledger.hold(Thing(label, log, fails))
    with pytest.raises(RuntimeError, match="b can't put back"):
        ledger.put_back()
    assert log == ["put back a", "lift a"]
    assert ledger.mode is Mode.COLLECTING


def test_one_that_can_not_be_closed_does_not_keep_the_others() -> None:
    log: list[str] = []
    ledger = Ledger("p")
    for label, fails in [("a", ""), ("b", "close"), ("c", "")]:
        ledger.hold(Thing(label, log, fails))
    problems = ledger.close()
    assert len(problems) == 1 and "thing b" in problems[0]
    assert log == ["close c", "close a"]


def test_strikes_decay_and_strike_out() -> None:
    now = 0.0
    strikes = Strikes(3, 10.0, lambda: now)
    assert not strikes.add("error", "one")
    now = 4.0
    assert not strikes.add("error", "two")
    now = 11.0
    assert not strikes.add("cpu", "three"), "the first is forgotten"
    assert [strike.reason for strike in strikes.current()] == ["two", "three"]
    assert strikes.add("cpu", "four")
    now = 100.0
    assert strikes.current() == []


def test_a_limit_of_zero_never_strikes_out() -> None:
    strikes = Strikes(0, 10.0, lambda: 0.0)
    assert not any(strikes.add("error", "x") for _ in range(100))
