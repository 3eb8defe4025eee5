from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tibicen.errors import TransitionError
from tibicen.lifecycle.states import ALLOWED, HISTORY, Lifecycle, State


class States(RuleBasedStateMachine):
    """Any sequence of wishes: only allowed steps are taken, refusals change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.lifecycle = Lifecycle()
        self.steps = 0

    @rule(state=st.sampled_from(State), reason=st.text(max_size=5))
    def wish(self, state: State, reason: str) -> None:
        before = self.lifecycle.state
        if state in ALLOWED[before]:
            self.lifecycle.to(state, reason)
            self.steps += 1
            assert (self.lifecycle.state, self.lifecycle.reason) == (state, reason)
        else:
            with pytest.raises(TransitionError, match=f"is {before} can't become {state}"):
                self.lifecycle.to(state, reason)
            assert self.lifecycle.state is before

    @invariant()
    def history_is_a_walk(self) -> None:
        history = [each.state for each in self.lifecycle.history]
        assert len(history) == min(self.steps + 1, HISTORY)
        assert all(after in ALLOWED[before] for before, after in pairwise(history))

    @invariant()
    def code_runs_only_in_between(self) -> None:
        """Nothing becomes active without loading, nor unloaded without draining."""
        history = [each.state for each in self.lifecycle.history]
        for before, after in pairwise(history):
            assert after is not State.ACTIVE or before is State.LOADING
            assert after is not State.UNLOADED or before is State.DRAINING


TestStates = States.TestCase
TestStates.settings = settings(max_examples=50, stateful_step_count=40)


def test_every_state_has_a_way_out_and_a_way_in() -> None:
    reached = {State.DISCOVERED}.union(*ALLOWED.values())
    assert reached == set(State) == set(ALLOWED)
    assert all(ALLOWED.values())
