"""Many events of a filter in few crossings: its records lie in the core, and all who listen are in Lua."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter_ns
from typing import Any

from tibicen.bus.chain import Chain, FilterChain, Filtered, LuaStep
from tibicen.lifecycle.figures import timed
from tibicen.vm.contract import Showing

Passed = tuple[int, Filtered | None, int]
"""How many packets are through, what became of the last of them (None: it stands), and the nanoseconds that it took."""


class Bulk:
    """One compiled chain, shown packets where they lie.

    Nothing comes of most events, and only those of which something does cost Python anything: `show` stops behind each
    of them, and gives what a call of the hook would have given.
    """

    __slots__ = ("_chain", "_handler", "_only", "_steps")

    def __init__(self, chain: FilterChain, steps: list[LuaStep]) -> None:
        self._chain = chain
        self._steps = steps
        self._only = steps[0] if len(steps) == 1 else None
        handlers = [handler for step in steps for handler in step.all_handlers()]
        self._handler = handlers[0] if len(handlers) == 1 else None

    def show(self, address: int, at: int, count: int, record: Callable[[int], Any]) -> Passed:
        """Shows the packets from number `at` on.

        Args:
            record: gives a packet as the hook is called with.
        """
        chain = self._chain
        left = chain.left
        if left <= 1:
            return self._measured(address, at, record)
        if self._only is None:
            # What one VM's handlers made of a packet goes to the next VM's before anybody sees the packet behind it.
            count = 1
        elif count >= left:
            count = left - 1
        chain.enter()
        passed = self._run(address, at, count, record)
        chain.left -= passed[0]
        chain.leave()
        return passed

    def _measured(self, address: int, at: int, record: Callable[[int], Any]) -> Passed:
        """One event, of which is measured what every handler takes."""
        chain, handler = self._chain, self._handler
        started = perf_counter_ns()
        if handler is None:
            # Several are told apart only by the chain itself.
            filtered = chain.call((record(at),))
            return 1, filtered, perf_counter_ns() - started
        chain.left -= 1
        chain.enter()
        chain.begin()
        try:
            return timed(handler.series, partial(self._run, address, at, 1, record), chain.weight, count=False)
        finally:
            chain.end(perf_counter_ns() - started)
            chain.leave()

    def _run(self, address: int, at: int, count: int, record: Callable[[int], Any]) -> Passed:
        only = self._only
        if only is not None:
            shown = only.vm.show(only.chain, address, at, count)
            done, outcome, error, spent_ns = shown
            if outcome is None and error is None:
                return done, None, spent_ns
            return done, self._taken(only, shown, (), partial(record, at + done - 1)), spent_ns
        spent_ns = 0
        for number, step in enumerate(self._steps):
            shown = step.vm.show(step.chain, address, at, 1)
            spent_ns += shown.spent_ns
            filtered = self._taken(step, shown, self._steps[number + 1 :], partial(record, at))
            if filtered is not None:
                return 1, filtered, spent_ns
        return 1, None, spent_ns

    def _taken(
        self, step: LuaStep, shown: Showing, behind: Sequence[LuaStep], record: Callable[[], Any]
    ) -> Filtered | None:
        """What becomes of a packet of which a step made something; None: it stands, for the steps behind, too."""
        outcome = shown.outcome
        if shown.error is not None:
            step.came_to_nothing(shown.error)
        if outcome is None:
            return None
        step.report(outcome)
        chain = self._chain
        if not outcome.changed and not outcome.stopped_by:
            return None
        value = chain.crossed(outcome.value) if outcome.changed else record()
        if outcome.stopped_by:
            return chain.stopped(step, outcome.stopped_by, value)
        return chain.through(behind, value)


def bulk_of(chain: Chain) -> Bulk | None:
    """A chain as one that is shown packets; None where somebody who listens is not in Lua, or not in this process."""
    steps = [step for step in chain.steps if isinstance(step, LuaStep) and step.vm.shows_packets]
    if not isinstance(chain, FilterChain) or chain.wrappers or not steps or len(steps) < len(chain.steps):
        return None
    return Bulk(chain, steps)
