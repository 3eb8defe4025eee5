"""Histograms against the durations themselves."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from tibicen.lifecycle.figures import Series
from tibicen.lifecycle.histogram import (
    BUCKETS,
    LAST,
    LONGEST_BITS,
    SHORTEST_BITS,
    Histogram,
    bucket_of,
    lower_bound,
)

durations = st.integers(0, 40).flatmap(lambda bits: st.integers(0, 1 << bits))


def test_buckets_are_four_to_a_doubling_and_leave_no_gap() -> None:
    bounds = [lower_bound(index) for index in range(BUCKETS)]
    assert bounds[:3] == [0, 128, 160] and bounds[-1] == 1 << LONGEST_BITS
    assert all(low < high for low, high in pairwise(bounds))
    for index, bound in enumerate(bounds):
        assert bucket_of(bound) == index
        assert bound == 0 or bucket_of(bound - 1) == index - 1


@given(durations)
def test_a_duration_is_within_its_bucket(ns: int) -> None:
    index = bucket_of(ns)
    assert lower_bound(index) <= ns
    assert index == LAST or ns < lower_bound(index + 1)


@given(st.lists(st.integers(0, 40).flatmap(lambda bits: st.integers(0, 1 << bits)), min_size=1), st.floats(0, 1))
def test_quantiles_are_an_eighth_off_at_most(values: list[int], share: float) -> None:
    exact = sorted(values)[max(ceil(share * len(values)) - 1, 0)]
    found = Histogram.of(values).quantile(share)
    if exact >= 1 << LONGEST_BITS:
        assert found == 1 << LONGEST_BITS
    elif exact < 1 << SHORTEST_BITS:
        assert 0 < found < 1 << SHORTEST_BITS
    else:
        assert abs(found - exact) <= exact / 8


@given(st.lists(durations), st.lists(durations))
def test_merging_and_what_came_since(first: list[int], second: list[int]) -> None:
    both = Histogram.of(first)
    both.merge(Histogram.of(second))
    assert both.buckets == Histogram.of(first + second).buckets
    assert both.since(Histogram.of(first)).buckets == Histogram.of(second).buckets
    assert Histogram(both.to_plain()).buckets == both.buckets
    assert both.count == len(first) + len(second)


@given(st.lists(durations), st.integers(SHORTEST_BITS, LONGEST_BITS))
def test_counts_below_a_power_of_two_are_exact(values: list[int], bits: int) -> None:
    assert Histogram.of(values).below(bits) == sum(ns < 1 << bits for ns in values)


@given(st.lists(st.tuples(durations, st.integers(1, 50))))
def test_a_series_counts_like_the_histogram(values: list[tuple[int, int]]) -> None:
    """It has the arithmetic of the buckets written out."""
    series, plain = Series("timer", "x"), Histogram()
    for ns, weight in values:
        series.time(ns, weight)
        plain.add(ns, weight)
    assert series.durations.buckets == plain.buckets
    assert series.total_ns == sum(ns * weight for ns, weight in values)


def test_an_empty_histogram_has_no_quantiles() -> None:
    assert Histogram().quantile(0.99) == 0.0
