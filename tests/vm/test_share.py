"""The share of each second, by a clock of the test's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tibicen.vm.share import SECOND_NS, Share

MS = 1_000_000


def test_it_is_used_up_and_there_again_in_the_next_second() -> None:
    share = Share(100 * MS)
    now = 50 * SECOND_NS
    assert share.left(now) == 100 * MS
    share.use(60 * MS)
    assert share.left(now + 60 * MS) == 40 * MS
    share.use(40 * MS)
    assert share.left(now + 999 * MS) == 0
    assert share.left(now + SECOND_NS) == 100 * MS


def test_what_a_call_ran_over_is_missing_in_the_next_second() -> None:
    share = Share(100 * MS)
    now = 50 * SECOND_NS
    share.left(now)
    share.use(130 * MS)
    assert share.left(now + 500 * MS) == -30 * MS
    assert share.left(now + SECOND_NS) == 70 * MS


def test_however_much_it_ran_over_one_second_of_rest_is_enough() -> None:
    share = Share(100 * MS)
    now = 50 * SECOND_NS
    share.left(now)
    share.use(60_000 * MS)
    assert share.left(now + SECOND_NS) == 0
    assert share.left(now + 2 * SECOND_NS) == 100 * MS


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 150)), max_size=60))
def test_no_more_is_used_than_the_share_and_one_call(steps: list[tuple[int, int]]) -> None:
    """A caller that begins a call only while something is left, and stops it there, keeps to the share."""
    share, now = Share(100 * MS), 10 * SECOND_NS
    began = now
    total = 0
    for pause, wanted in steps:
        now += pause * MS
        left = share.left(now)
        assert left <= share.per_second
        if left > 0:
            spent = min(wanted * MS, left)
            share.use(spent)
            now += spent
            total += spent
    assert total <= share.per_second * ((now - began) // SECOND_NS + 1)
